"""The worker's rights: given up before the first picture is looked at."""

import ctypes
import os
import resource
import signal

from comfystudio.pictures.limits import Limits

__all__ = ["confine", "cpu_from_now"]

_SET_DEATH_SIGNAL = 1
_SET_DUMPABLE = 4
_SET_NO_NEW_PRIVS = 38
# Standard input, output, error, and the picture: none is left for a connection to anywhere.
MOST_FILES = 4


def _control(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def confine(limits: Limits, uid: int | None) -> None:
    """Bound this process for good; as `uid` (and the group of that number) where the studio may choose.

    No more files, no writing, no new processes' rights, no core, no memory beyond the bound; ended with the studio.
    """
    _control(_SET_DEATH_SIGNAL, signal.SIGKILL)
    os.nice(5)
    if uid is not None and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        # A change of account clears it.
        _control(_SET_DEATH_SIGNAL, signal.SIGKILL)
    # Others of this account must not look into it, and nothing it might start gains rights.
    _control(_SET_DUMPABLE, 0)
    _control(_SET_NO_NEW_PRIVS, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def cpu_from_now(seconds: int) -> None:
    """Let this process compute for `seconds` more, then the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))
