"""What kind of file system a folder lies on."""

import os
from pathlib import Path

__all__ = ["is_local"]

_REMOTE = ("nfs", "cifs", "smb", "fuse", "9p", "ceph", "gluster", "lustre", "gpfs", "beegfs", "afs", "virtiofs")


def is_local(folder: Path, *, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Whether `folder` lies on a disk of this machine; a file system of unknown place counts as local."""
    device = os.stat(folder).st_dev  # noqa: PTH116 st_dev of the folder, links followed
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return True
    for line in lines:
        left, _, right = line.partition(" - ")
        if left.split()[2] == wanted:
            return not right.split()[0].startswith(_REMOTE)
    return True
