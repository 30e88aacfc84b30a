"""What holds, what would hold after a restart, and changing it so that the studio would still start."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from comfystudio import settings as table
from comfystudio import words
from comfystudio.configuration.file import SettingsFile
from comfystudio.configuration.model import Overview, Plain, Row, choices_of, group_of, kind_of, plain, why_fixed
from comfystudio.errors import Conflict, Invalid
from comfystudio.settings import SETTINGS, Settings, Source

__all__ = ["Change", "Configuration"]

Change = tuple[str, Plain, Plain]


class Configuration:
    """The settings `running`, read from `flags`, the environment and the file.

    Each of `trials` raises where the studio could not start with the settings that it is given.
    """

    def __init__(
        self,
        running: Settings,
        *,
        flags: Mapping[str, Any],
        trials: Sequence[Callable[[Settings], object]] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._running = running
        self._flags = {**flags, "workspace": str(running.workspace)}
        self._environment = dict(os.environ if environment is None else environment)
        self._trials = trials
        self._file = SettingsFile(running.workspace / table.FILE_NAME)
        self._one_at_a_time = asyncio.Lock()

    async def overview(self) -> Overview:
        """Every setting now."""
        return await asyncio.to_thread(words.carried(self._overview))

    def _overview(self) -> Overview:
        problem = None
        text, version = "", ""
        try:
            text, version = self._file.read()
            found, sources = self._trace(text)
        except Invalid as error:
            # Somebody is at work on it: what runs is what can be shown.
            found, sources, problem = self._running, {}, error.sentence
        rows = (self._row(setting, found, sources.get(setting.name, "default")) for setting in SETTINGS)
        return Overview(tuple(rows), self._file.path, version, problem)

    def _row(self, setting: table.Setting, found: Settings, source: Source) -> Row:
        name = setting.name
        return Row(
            setting=setting,
            group=group_of(name),
            kind=kind_of(name),
            choices=choices_of(name),
            source=source,
            value=plain(getattr(found, name)),
            running=plain(getattr(self._running, name)),
            default=plain(setting.default),
            why_fixed=why_fixed(setting, source),
        )

    def _trace(self, text: str) -> tuple[Settings, dict[str, Source]]:
        return table.trace(self._flags, self._environment, text=text)

    async def change(self, values: Mapping[str, Any], version: str | None) -> list[Change]:
        """Write `values` into the file (None: as without it) and say what is different, as name, old and new.

        `Invalid` where a value, or the whole, would not start; `Conflict` where the file is no longer at `version`.
        """
        async with self._one_at_a_time:
            return await asyncio.to_thread(words.carried(self._change), values, version)

    def _change(self, values: Mapping[str, Any], version: str | None) -> list[Change]:
        text, found = self._file.read()
        if version not in {None, found}:
            raise Conflict("settings.changed_meanwhile", path=self._file.path)
        before, sources = self._trace(text)
        for name in values:
            self._must_be_free(name, sources)
        edited = self._file.edited(text, {name: _written(name, value) for name, value in values.items()})
        after, _ = self._trace(edited)
        self._try(after)
        if edited != text:
            self._file.write(edited, found)
        pairs = ((name, plain(getattr(before, name)), plain(getattr(after, name))) for name in values)
        return [(name, old, new) for name, old, new in pairs if old != new]

    def _must_be_free(self, name: str, sources: Mapping[str, Source]) -> None:
        setting = next((each for each in SETTINGS if each.name == name), None)
        if setting is None:
            raise Invalid("settings.unknown", where="The request", name=name[:100])
        if why := why_fixed(setting, sources[name]):
            raise Invalid("settings.fixed", name=name, why=why)

    def _try(self, settings: Settings) -> None:
        for trial in self._trials:
            trial(settings)

    async def must_start(self) -> None:
        """Raise the sentence that a start would end with, while the studio still runs."""
        await asyncio.to_thread(words.carried(self.attempt))

    def attempt(self) -> None:
        """As `must_start`. Blocks."""
        self._try(self._trace(self._file.read()[0])[0])


def _written(name: str, value: Any) -> Any:
    """The value as it goes into the file: as it is read, so that a list given as text becomes one."""
    if value is None:
        return None
    setting = next(each for each in SETTINGS if each.name == name)
    try:
        return plain(setting.read(value))
    except (ValueError, TypeError):
        fields = {"where": "The request", "name": name, "wanted": setting.wanted, "value": repr(value)[:200]}
        raise Invalid("settings.wrong_type", **fields) from None
