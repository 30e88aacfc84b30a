"""All keepers of a studio: starting one, finding them again, reading what they left."""

import asyncio
import errno
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from comfystudio.errors import Conflict, StudioError, Unavailable
from comfystudio.keeper import __file__ as _package
from comfystudio.keeper.identity import fingerprint, keeper_alive
from comfystudio.keeper.leftovers import MARK
from comfystudio.keeper.log import Log
from comfystudio.keeper.records import exit_of, unit_record, unit_records
from comfystudio.keeper.spec import Record, Spec
from comfystudio.keeper.unit import Unit, close_lost

__all__ = ["Keepers", "UnitExists"]

ANSWER_WITHIN = 30.0
_UNIT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class UnitExists(Conflict):
    """The unit runs already."""

    def __init__(self, unit: str) -> None:
        super().__init__("keeper.exists", unit=unit)


class Keepers:
    """Keeps its records in `units` (one folder a unit, 0700) and sockets in `runtime` (local, short)."""

    def __init__(self, units: Path, runtime: Path) -> None:
        self._units = units
        self._runtime = runtime
        self._held: dict[str, Unit] = {}
        self._told: list[Callable[[Unit], None]] = []
        self._adopting = asyncio.Lock()

    def on_unit(self, callback: Callable[[Unit], None]) -> None:
        """Call back with every unit that is started or adopted from now on, and with those that live already."""
        self._told.append(callback)
        for unit in self._held.values():
            if unit.running:
                callback(unit)

    async def start(self, spec: Spec) -> Unit:
        """Run `spec`; `UnitExists` while its unit lives, `Unavailable` with the reason where it cannot start."""
        folder = self._folder(spec.unit)
        answer = await asyncio.to_thread(self._launch, spec, folder)
        if not answer["ok"]:
            raise _refusal(spec, answer)
        record = await asyncio.to_thread(unit_record, folder)
        if record is None:
            raise Unavailable("keeper.failed", unit=spec.unit, problem=os.strerror(errno.EIO))
        return self._hold(record)

    async def adopt(self) -> list[Unit]:
        """Every living unit, after closing those whose keeper is gone without an exit record."""
        async with self._adopting:
            records = await asyncio.to_thread(lambda: list(unit_records(self._units)))
            living = await asyncio.gather(*(self._adopt(record) for record in records))
        return [unit for unit in living if unit is not None]

    async def _adopt(self, record: dict[str, Any]) -> Unit | None:
        held = self._held.get(record["unit"])
        if held is not None and held.running:
            return held
        if await asyncio.to_thread(keeper_alive, record):
            return self._hold(record)
        await asyncio.to_thread(self._close, record)
        return None

    def _close(self, record: dict[str, Any]) -> None:
        """Tidy up after a keeper that is gone."""
        folder = self._folder(record["unit"])
        self._socket(record["unit"]).unlink(missing_ok=True)
        if exit_of(record, folder) is None:
            close_lost(record, folder)

    def records(self) -> list[Record]:
        """The units that have ended, each with its latest exit. Reads files."""
        found = (self._ended(record) for record in unit_records(self._units))
        return [record for record in found if record is not None]

    def _ended(self, record: dict[str, Any]) -> Record | None:
        ended = exit_of(record, self._folder(record["unit"]))
        if ended is None:
            return None
        labels, started_at = dict(record["labels"]), record["started_at"]
        return Record(record["unit"], labels, started_at, ended, record["run"], record["log_start"])

    def record(self, unit: str) -> Record | None:
        """The latest end of one unit; None while it runs or where it never ran. Reads files."""
        found = unit_record(self._folder(unit))
        return self._ended(found) if found is not None else None

    def get(self, unit: str) -> Unit | None:
        """The unit while it runs and was started or adopted here."""
        held = self._held.get(unit)
        return held if held is not None and held.running else None

    def log(self, unit: str) -> Log:
        """The log of a unit, whether it runs or not."""
        return Log(self._folder(unit) / "log")

    def forget(self, unit: str) -> None:
        """Remove the records and the log of a unit that has ended; `UnitExists` while it lives."""
        folder = self._folder(unit)
        record = unit_record(folder)
        if record is not None and exit_of(record, folder) is None and keeper_alive(record):
            raise UnitExists(unit)
        shutil.rmtree(folder, ignore_errors=True)

    async def close(self) -> None:
        """Let go of all units; they go on running."""
        held, self._held = list(self._held.values()), {}
        await asyncio.gather(*(unit.let_go() for unit in held))

    def _hold(self, record: dict[str, Any]) -> Unit:
        held = self._held.get(record["unit"])
        if held is not None and held.run == record["run"]:
            return held
        unit = Unit(record, self._folder(record["unit"]), self._socket(record["unit"]))
        self._held[unit.unit] = unit
        for callback in self._told:
            callback(unit)
        return unit

    def _folder(self, unit: str) -> Path:
        if not _UNIT_NAME.fullmatch(unit):
            raise ValueError(f"not the name of a unit: {unit!r}")
        return self._units / unit

    def _socket(self, unit: str) -> Path:
        return self._runtime / f"{unit}.sock"

    def _launch(self, spec: Spec, folder: Path) -> dict[str, Any]:
        """Start a keeper and read its one line of answer. It is nobody's child once it has answered."""
        before = unit_record(folder)
        if before is not None and not keeper_alive(before):
            self._close(before)
        script = Path(_package).with_name("__main__.py")
        argv = [sys.executable, "-I", "-S", "-X", "utf8", str(script), spec.unit]
        run = secrets.token_hex(16)
        asked = {
            "spec": {**asdict(spec), "env": {**spec.env, MARK: run}},
            "folder": str(folder),
            "run": run,
            "socket": str(self._socket(spec.unit)),
            "lock": str(self._runtime / f"{spec.unit}.lock"),
            "hashes": {"keeper": fingerprint(argv), "command": fingerprint(spec.argv)},
        }
        keeper = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath},
            start_new_session=True,
        )
        try:
            said, _ = keeper.communicate(json.dumps(asked, default=os.fspath).encode(), timeout=ANSWER_WITHIN)
        except subprocess.TimeoutExpired:
            # A disk that hangs. Should it start after all, the next adoption finds it.
            keeper.kill()
            keeper.communicate(timeout=ANSWER_WITHIN)
            return {"ok": False, "step": "keeper", "errno": errno.ETIMEDOUT}
        return dict(json.loads(said or b'{"ok": false, "step": "keeper", "errno": 5}'))


def _refusal(spec: Spec, answer: dict[str, Any]) -> StudioError:
    step, number = answer["step"], answer["errno"]
    problem = os.strerror(number)
    if step == "exists":
        return UnitExists(spec.unit)
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return Unavailable("keeper.disk_full", unit=spec.unit)
    if step == "command":
        return Unavailable("keeper.no_command", command=spec.argv[0], problem=problem)
    if step == "cwd":
        return Unavailable("keeper.no_folder", folder=spec.cwd, problem=problem)
    if step == "account":
        return Unavailable("keeper.no_account", account=spec.account and spec.account.name, problem=problem)
    return Unavailable("keeper.failed", unit=spec.unit, problem=problem)
