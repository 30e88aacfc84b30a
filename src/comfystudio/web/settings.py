"""The settings: what holds, where from, and what is written into the file for the next start."""

from typing import Annotated, Literal

from pydantic import Field

from comfystudio.configuration import Overview, Row
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import Shape, Text

__all__ = ["SettingsShown"]

PATH = "/api/v1/settings"
Value = int | Text | Annotated[list[Text], Field(max_length=1000)] | None


class SettingShown(Shape):
    """One setting. `value` is what is set, `running` what the studio was started with; lists are lists.

    `from` says where `value` comes from. What is not `editable` says why not; `wanted` is what it takes, in words.
    """

    name: str
    group: str
    kind: Literal["text", "number", "choice", "list", "path"]
    about: str
    wanted: str
    choices: list[str] | None
    value: Value
    running: Value
    default: Value
    from_: Annotated[Literal["flag", "environment", "file", "default"], Field(alias="from")]
    editable: bool
    why_not: str | None
    changed: bool


class SettingsShown(Shape):
    """Every setting, in the order of the reference. `version` names this state of the file.

    With a `problem` the file cannot be read, and what is shown is what runs.
    """

    settings: list[SettingShown]
    restart_needed: bool
    file: str
    version: str
    problem: str | None


class Changes(Shape):
    """What to write into the file; null takes a setting out of it. `version`: the state that was looked at."""

    values: Annotated[dict[Text, Value], Field(max_length=100)]
    version: Text | None = None


def _setting(row: Row) -> SettingShown:
    return SettingShown(
        name=row.setting.name,
        group=row.group,
        kind=row.kind,
        about=row.setting.about,
        wanted=row.setting.wanted,
        choices=list(row.choices) or None,
        value=row.value,
        running=row.running,
        default=row.default,
        from_=row.source,
        editable=row.why_fixed is None,
        why_not=row.why_fixed,
        changed=row.changed,
    )


def _shown(found: Overview) -> SettingsShown:
    return SettingsShown(
        settings=[_setting(row) for row in found.rows],
        restart_needed=found.restart_needed,
        file=str(found.file),
        version=found.version,
        problem=found.problem,
    )


@route(
    "GET", PATH, need=Need.ADMIN, about="Every setting, where it comes from, and whether a restart would change it."
)
async def settings(call: Call) -> SettingsShown:
    """List settings."""
    return _shown(await call.services.configuration.overview())


@route(
    "PATCH",
    PATH,
    need=Need.ADMIN,
    about="Write settings into studio.toml, where comments stay. They hold from the next start; what could not start "
    "is refused.",
    raises=(409, 422, 503),
)
async def change(call: Call, body: Changes) -> SettingsShown:
    """Change settings."""
    services = call.services
    for name, old, new in await services.configuration.change(body.values, body.version):
        await services.audit.record("settings.changed", call.caller, name, was=_text(old), now=_text(new))
    return _shown(await services.configuration.overview())


def _text(value: Value) -> str | int | None:
    return ", ".join(value) if isinstance(value, list) else value
