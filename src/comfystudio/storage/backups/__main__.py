"""`python -m comfystudio.storage.backups WORKSPACE KEPT [ROSTER]` makes one backup: the job behind the button."""

import sys
from pathlib import Path

from comfystudio.errors import StudioError
from comfystudio.storage.backups.service import Backups
from comfystudio.workspace import prepare


def main() -> int:
    """Make it and say where it is, or why not."""
    root, kept, *roster = sys.argv[1:]
    backups = Backups(prepare(Path(root)), roster=Path(roster[0]) if roster else None, kept=int(kept))
    try:
        made = backups.make()
    except StudioError as error:
        print(f"Error: {error.sentence}", file=sys.stderr)  # noqa: T201 the job's log
        return 1
    print(f"{backups.folder / made.name} ({made.bytes} bytes)")  # noqa: T201 the job's log
    return 0


if __name__ == "__main__":
    sys.exit(main())
