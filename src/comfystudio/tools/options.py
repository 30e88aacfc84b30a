"""What admins set the tools' options to. Nothing that a manifest does not list, or no longer lists, has an effect."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from comfystudio import words
from comfystudio.errors import Invalid
from comfystudio.storage import Database
from comfystudio.storage.tables import ToolOptionRow
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.option import Option, Value

__all__ = ["Options"]


class Options:
    """Kept in memory; changes are written first. Without a database (a test's) they live as long as this does."""

    def __init__(self, database: Database | None = None) -> None:
        self._database = database
        self._set: dict[str, dict[str, Value]] = {}

    async def load(self) -> None:
        """Read what is set."""
        if self._database is not None:
            for tool, name, value in await self._database.run(_read):
                self._set.setdefault(tool, {})[name] = value

    def of(self, manifest: Manifest) -> dict[str, Value]:
        """What is set for a tool, by the options' names: those that its manifest lists, as it allows them."""
        kept = self._set.get(manifest.id, {})
        return {
            option.name: kept[option.name]
            for option in manifest.run.option
            if option.name in kept and option.problem(kept[option.name]) is None
        }

    def mark(self, manifest: Manifest) -> str:
        """What is set, as a text that stays with a process and tells whether it runs with what is set now."""
        return json.dumps(self.of(manifest), sort_keys=True)

    async def change(self, manifest: Manifest, wanted: Mapping[str, Value | None]) -> None:
        """Set options (None: as the manifest says), all or none; `Invalid` names those that cannot be set so."""
        known = {option.name: option for option in manifest.run.option}
        problems = {
            name: problem
            for name, value in wanted.items()
            if (problem := _problem(known.get(name), value)) is not None
        }
        if problems:
            raise Invalid("tools.wrong_options", tool=manifest.name, names=", ".join(problems), problems=problems)
        if self._database is not None:
            await self._database.run(lambda session: _write(session, manifest.id, wanted))
        kept = self._set.setdefault(manifest.id, {})
        for name, value in wanted.items():
            if value is None:
                kept.pop(name, None)
            else:
                kept[name] = value


def _problem(option: Option | None, value: Value | None) -> str | None:
    if option is None:
        return words.say("tools.option_unknown")
    return None if value is None else option.problem(value)


def _read(session: Session) -> list[tuple[str, str, Any]]:
    return [(row.tool, row.name, row.value) for row in session.scalars(select(ToolOptionRow))]


def _write(session: Session, tool: str, wanted: Mapping[str, Value | None]) -> None:
    for name, value in wanted.items():
        if value is not None:
            session.merge(ToolOptionRow(tool=tool, name=name, value=value))
        elif (row := session.get(ToolOptionRow, (tool, name))) is not None:
            session.delete(row)
