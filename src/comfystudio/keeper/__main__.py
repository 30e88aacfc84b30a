"""The keeper: reads what to run from standard input, answers in one line, and stays with it until its end.

Started as a script in isolated mode and without `site`, which keeps it below the memory of the shells it
looks after. It stands on the standard library alone.
"""

import os
import sys

if not __package__:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120 pathlib costs a megabyte

import errno
import fcntl
import json
import signal
import time

from comfystudio.keeper import _files, _records, _spawn, _tree
from comfystudio.keeper._supervisor import Supervisor
from comfystudio.keeper._writer import LogWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MEGABYTE = 1024 * 1024


def main() -> None:
    """Become a keeper of what standard input describes."""
    asked = json.loads(sys.stdin.buffer.read())
    # The starter waits for this process and is answered by its child, which belongs to nobody.
    if os.fork():
        os._exit(0)
    answer = os.dup(1)
    _detach()
    try:
        supervisor = _begin(asked)
    except OSError as error:
        _say(answer, {"ok": False, "step": "keeper", "errno": error.errno or errno.EIO})
        return
    if isinstance(supervisor, dict):
        _say(answer, supervisor)
        return
    _say(answer, {"ok": True})
    try:
        supervisor.run()
    except Exception:  # noqa: BLE001 whatever it was, no process may stay behind without a keeper
        supervisor.give_up()


def _say(answer: int, message: "dict[str, Any]") -> None:
    try:  # noqa: SIM105 contextlib costs memory
        os.write(answer, json.dumps(message).encode() + b"\n")
    except OSError:
        pass  # the starter has died meanwhile; whoever comes next finds the records
    os.close(answer)


def _detach() -> None:
    os.setsid()
    os.umask(0o077)
    os.chdir("/")
    for number in (signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open("/dev/null", os.O_RDWR)
    for handle in range(3):
        os.dup2(nothing, handle)
    os.close(nothing)
    _spawn.reap_orphans()
    _spawn.forbid_new_privileges()


def _begin(asked: "dict[str, Any]") -> "Supervisor | dict[str, Any]":
    """Start the command; a refusal to hand back where that failed."""
    folder, spec = asked["folder"], asked["spec"]
    lock = os.open(asked["lock"], os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return {"ok": False, "step": "exists", "errno": errno.EEXIST}
    os.makedirs(f"{folder}/log", mode=0o700, exist_ok=True)  # noqa: PTH103 as above
    _files.reserve_exit(folder)
    child = _spawn.prepare(spec)
    writer = LogWriter(f"{folder}/log", spec["log_megabytes"] * MEGABYTE)
    writer.put([_records.words(time.time(), "keeper.log_started")])
    supervisor = Supervisor(spec, folder, asked["run"], child, writer)
    supervisor.listen(asked["socket"])
    _files.write_json(folder, _files.UNIT, _unit_record(asked, child, writer.start))
    failed = child.release()
    if failed is not None:
        supervisor.run()
        return {"ok": False, "step": failed[0], "errno": failed[1]}
    return supervisor


def _unit_record(asked: "dict[str, Any]", child: _spawn.Child, log_start: int) -> "dict[str, Any]":
    """Enough to find this run again and to be sure of it; nothing of its environment."""
    spec = asked["spec"]
    keeper, command = _tree.look(os.getpid()), _tree.look(child.pid)
    return {
        "version": 1,
        "unit": spec["unit"],
        "run": asked["run"],
        "boot": _tree.boot_id(),
        "keeper": {"pid": os.getpid(), "start": keeper and keeper.start, "argv": asked["hashes"]["keeper"]},
        "child": {"pid": child.pid, "start": command and command.start, "argv": asked["hashes"]["command"]},
        "labels": spec["labels"],
        "started_at": time.time(),
        "stop_within": spec["stop_within"],
        "log_start": log_start,
    }


if __name__ == "__main__":
    main()
    # Everything is written; taking the interpreter down in good order would only take time.
    os._exit(0)
