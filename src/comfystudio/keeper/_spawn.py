"""Starting the command: a session of its own, the account it belongs to, nothing of ours left open."""

import ctypes
import errno
import json
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Child", "forbid_new_privileges", "prepare", "reap_orphans"]

PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
F_SETPIPE_SZ = 1031
PIPE_SIZE = 256 * 1024
ROWS_AND_COLUMNS = (30, 120)


def _prctl(option: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(option, 1, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "prctl")


def reap_orphans() -> None:
    """Become the parent of every descendant whose own parent dies."""
    _prctl(PR_SET_CHILD_SUBREAPER)


def forbid_new_privileges() -> None:
    """No set-user-id program below us gains anything."""
    _prctl(PR_SET_NO_NEW_PRIVS)


class Child:
    """A forked child that waits: `release` lets it become the command, our end lets it end."""

    def __init__(self, pid: int, outputs: dict[str, int], gate: int, failure: int) -> None:
        self.pid = pid
        self.outputs = outputs
        self._gate = gate
        self._failure = failure

    def release(self) -> "list[Any] | None":
        """Let the command start; [what failed, errno] where it could not."""
        try:  # noqa: SIM105 contextlib costs memory
            os.write(self._gate, b"!")
        except BrokenPipeError:
            pass  # it failed before it came to the gate, and says so below
        os.close(self._gate)
        with os.fdopen(self._failure, "rb") as file:
            said = file.read()
        return json.loads(said) if said else None


def prepare(spec: "dict[str, Any]") -> Child:
    """Fork the child of `spec`; it waits for `release`."""
    outputs, ends = _terminal(echo=spec["interactive"]) if spec["terminal"] else _pipes()
    gate_read, gate_write = os.pipe2(os.O_CLOEXEC)
    failure_read, failure_write = os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid == 0:
        _become(spec, ends, gate_read, gate_write, failure_write)
    for handle in {*ends, gate_read, failure_write}:
        os.close(handle)
    for handle in outputs.values():
        os.set_blocking(handle, False)
    return Child(pid, outputs, gate_write, failure_read)


def _pipes() -> tuple[dict[str, int], tuple[int, int, int]]:
    import fcntl  # noqa: PLC0415 only what this run needs is loaded

    nothing = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    out_read, out_write = os.pipe2(os.O_CLOEXEC)
    error_read, error_write = os.pipe2(os.O_CLOEXEC)
    for handle in (out_read, error_read):
        try:
            fcntl.fcntl(handle, F_SETPIPE_SZ, PIPE_SIZE)
        except OSError:
            continue  # the account has used up its share of pipe memory; the usual 64 KiB serve too
    return {"o": out_read, "e": error_read}, (nothing, out_write, error_write)


def _terminal(*, echo: bool) -> tuple[dict[str, int], tuple[int, int, int]]:
    import fcntl  # noqa: PLC0415 as above
    import struct  # noqa: PLC0415 as above
    import termios  # noqa: PLC0415 as above

    ours, theirs = os.openpty()
    if not echo:
        attributes = termios.tcgetattr(theirs)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *ROWS_AND_COLUMNS, 0, 0))
    return {"o": ours}, (theirs, theirs, theirs)


def _become(spec: "dict[str, Any]", ends: tuple[int, int, int], gate: int, gate_write: int, failure: int) -> None:
    """In the child: wait for the gate, then turn into the command. Never returns."""
    step = "fork"
    try:
        os.close(gate_write)
        os.setsid()
        for target, handle in enumerate(ends):
            os.dup2(handle, target)
        if spec["terminal"]:
            _take_terminal()
        for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.umask(spec["umask"])
        step = "account"
        _enter_account(spec["account"])
        step = "cwd"
        os.chdir(spec["cwd"])
        if os.read(gate, 1):
            step = "command"
            os.execvpe(spec["argv"][0], spec["argv"], spec["env"])  # noqa: S606 an argument list, no shell
    except BaseException as error:  # noqa: BLE001 whatever it was, this fork must not run on as a second keeper
        reason = getattr(error, "errno", None) or errno.EINVAL
        os.write(failure, json.dumps([step, reason]).encode())
    os._exit(127)


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415 as above
    import termios  # noqa: PLC0415 as above

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _enter_account(account: "dict[str, Any] | None") -> None:
    if account is None or (account["uid"] == os.geteuid() and os.geteuid() != 0):
        return
    os.setgroups(account["groups"])
    os.setresgid(account["gid"], account["gid"], account["gid"])
    os.setresuid(account["uid"], account["uid"], account["uid"])
