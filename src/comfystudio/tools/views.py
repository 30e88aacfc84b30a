"""A tool as one person sees it on a card."""

from collections.abc import Mapping
from dataclasses import dataclass

from comfystudio import words
from comfystudio.keeper.masking import clean
from comfystudio.people import Caller
from comfystudio.tools.catalogue import Entry
from comfystudio.tools.instance import Instance
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.states import State

__all__ = ["Card", "ToolView", "broken_view", "may_read_log", "view_of"]

NOTHING: Mapping[str, bool] = {"start": False, "stop": False, "install": False, "open": False, "log": False}


@dataclass(frozen=True)
class ToolView:
    """Times are in seconds since the epoch, `progress` runs from 0 to 1, `can` says what this person may do now.

    `since` is when the state began, for a living tool when it was started. `people` are those at work in it.
    `refusal` says why this person may not use it; `access_reason` why only admins may, for the admins' card.
    """

    id: str
    name: str
    icon: str
    summary: str
    instances: str
    state: State
    progress: float | None
    phase: str | None
    since: float | None
    started_by: str | None
    people: tuple[str, ...]
    exit_code: int | None
    exit_signal: int | None
    first_error: str | None
    last_lines: tuple[str, ...]
    restarts: int
    next_try_at: float | None
    url_port: int
    access: str
    access_reason: str | None
    refusal: str | None
    installed: bool
    job_id: int | None
    can: Mapping[str, bool]
    error: str | None
    takes_seconds: float | None


@dataclass(frozen=True)
class Card:
    """What the service knows about a tool besides one instance of it."""

    installed: bool
    hint: str
    job_id: int | None
    installing: bool
    install_error: str | None
    listener_problem: str | None
    people: Mapping[int, str]
    alive: bool
    takes_seconds: float | None
    port: int


def may_read_log(caller: Caller, manifest: Manifest) -> bool:
    """Whether the log is for this person: that of a process in which all are kept apart names what each does."""
    return caller.is_admin or manifest.gateway.front is None


def _closed(card: Card, instance: Instance | None) -> str | None:
    """Why only admins may enter what runs now."""
    return instance.closed if instance and instance.alive and not card.listener_problem else None


def broken_view(entry: Entry, caller: Caller) -> ToolView:
    """The card of a tool whose manifest is wrong; only admins, who can mend the file, read where it lies."""
    return ToolView(
        id=entry.id,
        name=entry.id,
        icon="triangle-alert",
        summary=words.say("tools.broken_summary"),
        instances="one",
        state="broken",
        progress=None,
        phase=None,
        since=None,
        started_by=None,
        people=(),
        exit_code=None,
        exit_signal=None,
        first_error=None,
        last_lines=(),
        restarts=0,
        next_try_at=None,
        url_port=0,
        access="admin",
        access_reason=None,
        refusal=None,
        installed=False,
        job_id=None,
        can=NOTHING,
        error=words.say("tools.broken_mend", problem=entry.problem) if caller.person.role == "admin" else None,
        takes_seconds=None,
    )


def _state(card: Card, instance: Instance | None) -> State:
    if card.listener_problem:
        return "broken"
    if instance and instance.alive:
        return instance.state
    if card.installing:
        return "installing"
    if not card.installed:
        return "not_installed"
    return instance.state if instance else "stopped"


def _error(card: Card, state: State, instance: Instance | None) -> str | None:
    if card.listener_problem:
        return card.listener_problem
    if state == "not_installed":
        return card.install_error or card.hint or None
    return instance.error if instance else None


def _can(
    state: State, card: Card, manifest: Manifest, caller: Caller, instance: Instance | None, *, may: bool
) -> dict[str, bool]:
    idle = state in {"stopped", "crashed", "failed"}
    waiting = state == "crashed" and instance is not None and instance.next_try_at is not None
    mine = bool(instance and instance.key[1])
    others = set(card.people) - {caller.person.id}
    # Also one that nobody reaches, because a stranger has its public port.
    unreached = state == "broken" and instance is not None and instance.alive
    alive = state in {"starting", "ready", "unhealthy"} or waiting or unreached
    closed = _closed(card, instance)
    return {
        "start": may and idle,
        "stop": may and alive and (mine or caller.is_admin or not others),
        "install": bool(
            caller.is_admin
            and manifest.install
            and manifest.install.script
            and state in {"not_installed", "stopped", "crashed", "failed"}
            and not card.alive
        ),
        "open": may and state in {"starting", "ready", "unhealthy"} and (caller.person.role == "admin" or not closed),
        "log": may and may_read_log(caller, manifest),
    }


def view_of(
    manifest: Manifest, card: Card, caller: Caller, instance: Instance | None, refusal: str | None
) -> ToolView:
    """The card of `manifest` for `caller`, who works in `instance` (None where it never ran).

    `refusal` says why this person may not use the tool; None where they may.
    """
    state = _state(card, instance)
    exit_ = instance.exit if instance and state in {"crashed", "failed", "stopped"} else None
    starting = instance if state == "starting" else None
    told = exit_ if may_read_log(caller, manifest) else None
    return ToolView(
        id=manifest.id,
        name=manifest.name,
        icon=manifest.icon,
        summary=manifest.summary,
        instances=manifest.instances,
        state=state,
        progress=starting.steps.at if starting else None,
        phase=starting.steps.phase if starting else None,
        since=instance.since if instance else None,
        started_by=instance.started_by if instance and instance.alive else None,
        people=tuple(sorted(card.people.values())),
        exit_code=exit_.code if exit_ else None,
        exit_signal=exit_.signal if exit_ else None,
        # Also for the page that a tool's own origin shows: what a program printed is shown cleaned everywhere.
        first_error=clean(told.first_error) if told and told.first_error else None,
        last_lines=tuple(map(clean, told.last_lines)) if told and state == "failed" else (),
        restarts=instance.backoff.restarts if instance else 0,
        next_try_at=instance.next_try_at if instance else None,
        url_port=card.port,
        access=manifest.access,
        access_reason=manifest.access_reason or _closed(card, instance),
        refusal=refusal or (None if caller.person.role == "admin" else _closed(card, instance)),
        installed=card.installed,
        job_id=card.job_id,
        can=_can(state, card, manifest, caller, instance, may=refusal is None),
        error=clean(error) if (error := _error(card, state, instance)) else None,
        takes_seconds=card.takes_seconds,
    )
