"""A tool as admins look into it: its command, its environment, its options, and what each of its instances takes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from comfystudio.people import Person
from comfystudio.tools import usage
from comfystudio.tools.catalogue import Entry
from comfystudio.tools.instance import Instance
from comfystudio.tools.launch import Launcher, Plan, Source
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.option import Option, Value
from comfystudio.tools.options import Options
from comfystudio.tools.states import State

__all__ = ["Chosen", "Command", "InstanceTakes", "Variable", "inspect", "outdated"]

HIDDEN = "…"


@dataclass(frozen=True)
class Variable:
    """One variable of the environment and where it comes from; the value of a secret is left out."""

    name: str
    value: str
    source: Source


@dataclass(frozen=True)
class Chosen:
    """An option of the manifest with the value in force (None: left out).

    `changed`: an admin set it. `applies`: whether it has an effect on this machine.
    """

    option: Option
    value: Value | None
    changed: bool
    applies: bool


@dataclass(frozen=True)
class InstanceTakes:
    """One living instance: processor use in percent of one core, memory in bytes, both of its whole tree.

    `since` is in seconds since the epoch; without a process there are no figures.
    """

    person: str | None
    state: State
    pid: int | None
    since: float | None
    started_by: str | None
    cpu_percent: float | None
    memory_bytes: int | None


@dataclass(frozen=True)
class Command:
    """What a start would run now, and what runs. `account` is None for the studio's own.

    `restart_needed`: something that runs was started with other options.
    """

    argv: tuple[str, ...]
    env: tuple[Variable, ...]
    cwd: str
    account: str | None
    options: tuple[Chosen, ...]
    instances: tuple[InstanceTakes, ...]
    restart_needed: bool


async def inspect(
    entry: Entry, person: Person | None, *, launcher: Launcher, options: Options, instances: Sequence[Instance]
) -> Command:
    """Look into the tool of `entry`, for a per-artist one as `person` would start it."""
    manifest = entry.manifest
    assert manifest
    plan = await asyncio.to_thread(launcher.plan, manifest, entry.folder, person)
    living = [one for one in instances if one.alive]
    taken = await asyncio.to_thread(usage.rates, [one.unit.keeper_pid for one in living if one.unit])
    return Command(
        argv=plan.argv,
        env=_variables(manifest, plan),
        cwd=str(plan.cwd),
        account=plan.account.name if plan.account else None,
        options=tuple(_chosen(options.of(manifest), option, plan) for option in manifest.run.option),
        instances=tuple(_takes(one, taken) for one in living),
        restart_needed=any(outdated(one, options) for one in living),
    )


def outdated(instance: Instance, options: Options) -> bool:
    """Whether what runs was started with other options than are set now."""
    if instance.unit is None:
        return False
    return instance.unit.labels.get("options", "{}") != options.mark(instance.manifest)


def _variables(manifest: Manifest, plan: Plan) -> tuple[Variable, ...]:
    found = [Variable(name, value, plan.sources[name]) for name, value in plan.env.items()]
    if manifest.run.secret_env:
        found.append(Variable(manifest.run.secret_env, HIDDEN, "studio"))
    return tuple(sorted(found, key=lambda each: each.name))


def _chosen(chosen: dict[str, Value], option: Option, plan: Plan) -> Chosen:
    value = chosen.get(option.name, option.default)
    return Chosen(option, value, option.name in chosen, option.name not in plan.idle)


def _takes(one: Instance, taken: dict[int, tuple[float, int]]) -> InstanceTakes:
    cpu, memory = taken.get(one.unit.keeper_pid, (None, None)) if one.unit else (None, None)
    return InstanceTakes(
        person=one.person.name if one.person else None,
        state=one.state,
        pid=one.unit.pid if one.unit else None,
        since=one.since,
        started_by=one.started_by,
        cpu_percent=None if cpu is None else round(cpu, 1),
        memory_bytes=memory,
    )
