"""The tools of the studio: what is there, what runs, who works in it, start, stop, install."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from comfystudio import events, words
from comfystudio.errors import Conflict, Missing, Refused, StudioError
from comfystudio.events import Bus, Event
from comfystudio.keeper import Keepers, Log, Unit
from comfystudio.people import Caller, Person
from comfystudio.settings import Settings
from comfystudio.tools import catalogue, views
from comfystudio.tools.access import Access, Directory, Grants
from comfystudio.tools.accounts import Accounts, Registry, SystemRegistry
from comfystudio.tools.activity import Activity
from comfystudio.tools.companion import Companion, Placer
from comfystudio.tools.idle import Idle
from comfystudio.tools.inspection import Command, inspect
from comfystudio.tools.installs import InstallJob, Installs, JobRunner
from comfystudio.tools.instance import Instance, Surroundings
from comfystudio.tools.launch import Launcher, setup_folder
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.option import Value
from comfystudio.tools.options import Options
from comfystudio.tools.ports import Ports, SystemPorts
from comfystudio.tools.states import RANK, Key, unit_of
from comfystudio.tools.times import StartTimes
from comfystudio.tools.upstream import Upstream, Upstreams
from comfystudio.tools.views import Card, ToolView
from comfystudio.workspace import Workspace

__all__ = ["Tools"]

log = logging.getLogger(__name__)
STUDIO = "the studio"


class Auditor(Protocol):
    """The audit trail."""

    async def record(self, action: str, by: Caller | str | None, subject: str, **fields: Any) -> None:
        """Note that `by` did `action` to `subject`."""


class Tools:
    """One per studio; every method runs on the loop."""

    def __init__(
        self,
        settings: Settings,
        workspace: Workspace,
        *,
        keepers: Keepers,
        jobs: JobRunner,
        people: Directory,
        bus: Bus,
        audit: Auditor,
        outer: Mapping[str, str] | None = None,
        registry: Registry | None = None,
        ports: Ports | None = None,
        companions: Mapping[str, Companion] | None = None,
        placers: Mapping[str, Placer] | None = None,
        grants: Grants | None = None,
        options: Options | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        outer = os.environ if outer is None else outer
        ports = ports or SystemPorts()
        self.accounts = Accounts(settings, workspace, registry or SystemRegistry())
        self._settings = settings
        self._workspace = workspace
        self._keepers = keepers
        self._people = people
        self._bus = bus
        self._audit = audit
        self._times = StartTimes(workspace.state / "start-times.json")
        self._activity = Activity()
        self._options = options or Options()
        self._launcher = launcher = Launcher(
            settings,
            workspace,
            accounts=self.accounts,
            ports=ports,
            outer=dict(outer),
            placers=placers or {},
            options=self._options,
        )
        self._installs = Installs(launcher, jobs, self._publish)
        self._around = Surroundings(
            keepers,
            launcher,
            ports,
            self._times,
            self._instance_changed,
            self._log_of,
            self._arrived,
            self._left,
            sleep,
        )
        self._companions = {} if companions is None else companions
        self._access = Access(settings, grants)
        if grants is not None:
            grants.on_changed(self._granted)
        self._instances: dict[Key, Instance] = {}
        self._problems: dict[str, str] = {}
        # Units of tools whose manifest is gone or broken: nobody can use them, `end_all` still ends them.
        self._strays: list[Unit] = []
        self._endings: set[asyncio.Task[None]] = set()
        self._deaf: Callable[[], None] = lambda: None
        self._upstreams = Upstreams()
        self._idle = Idle(
            settings.idle_hours,
            lambda: tuple(self._instances.values()),
            used=lambda key: bool(self._activity.people(key)),
            end=self._end_unused,
        )
        self._looking: asyncio.Task[None] | None = None

    # Life

    async def start_service(self) -> None:
        """Read the manifests, take over what an earlier portal left running, look what is installed."""
        setup = setup_folder(self._settings)
        ports = self._settings.port, self._settings.port_offset
        entries = await asyncio.to_thread(catalogue.load, setup, *ports)
        self._access.entries = {entry.id: entry for entry in entries}
        await asyncio.to_thread(self._times.load)
        await self._options.load()
        for unit in await self._keepers.adopt():
            self._adopt(unit)
        for record in await asyncio.to_thread(self._keepers.records):
            instance = self._from_labels(record.labels)
            if instance and not instance.alive:
                instance.remember(record.exit)
        await self._installs.open(entries)
        self._deaf = self._bus.subscribe(self._people_changed)
        self._end_of_the_gone()
        self._looking = asyncio.create_task(self._idle.run(), name="idle tools")

    async def stop_service(self) -> None:
        """Stop watching; what runs goes on and the next portal adopts it."""
        self._deaf()
        if self._looking is not None:
            self._looking.cancel()
        for instance in self._instances.values():
            instance.leave()
        await self._installs.close()

    leave_running = stop_service

    async def end_all(self) -> None:
        """End every instance of every tool; one that cannot be ended keeps none of the others."""
        strays, self._strays = self._strays, []
        instances = list(self._instances.values())
        stops = [*(one.stop() for one in instances), *(unit.stop() for unit in strays)]
        for ended in await asyncio.gather(*stops, return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    # What there is

    def manifest(self, tool_id: str) -> Manifest:
        """The manifest; `Missing` for an unknown tool, `Conflict` for one whose manifest is broken."""
        return self._access.manifest(tool_id)

    def listeners(self) -> list[tuple[str, int]]:
        """Tool id and public port, offset included, of every good manifest."""
        return [
            (entry.id, entry.manifest.port + self._settings.port_offset)
            for entry in self._access.entries.values()
            if entry.manifest
        ]

    def listener_problem(self, tool_id: str, sentence: str | None) -> None:
        """The gateway cannot (None: can again) listen on this tool's public port; its card says so."""
        if sentence:
            self._problems[tool_id] = sentence
        else:
            self._problems.pop(tool_id, None)
        self._publish(tool_id)

    def may(self, person: Person, tool_id: str) -> str | None:
        """The key of the refusal where this person may not use the tool; None where they may."""
        refusal = self._access.may(person, tool_id)
        if refusal is None and person.role != "admin" and self._closed(tool_id, person):
            return "tools.closed"
        return refusal

    def close(self, tool_id: str, sentence: str | None) -> None:
        """Keep artists out of what runs now, for a reason that the card gives; None lets them in."""
        for instance in self._of(tool_id):
            if instance.alive:
                instance.closed = sentence
        self._publish(tool_id)

    async def prepare(self, person: Person) -> None:
        """Make the account and the folders of somebody who begins to work in a tool that all share."""
        await asyncio.to_thread(self.accounts.prepare, "person", person)

    def list(self, caller: Caller) -> "list[ToolView]":
        """Every tool as `caller` sees it, in the order of the cards."""
        return [self.view(tool_id, caller) for tool_id in self._access.entries]

    def view(self, tool_id: str, caller: Caller, as_: Person | None = None) -> ToolView:
        """One tool as `caller` sees it; an admin may look at the instance of another person.

        The command line, which works in none itself, sees the liveliest instance of a per-artist tool.
        """
        entry = self._access.entry(tool_id)
        if entry.manifest is None:
            return views.broken_view(entry, caller)
        self._access.own_or_admin(caller, as_)
        key = self._access.key(entry.manifest, as_ or caller.person)
        instance = self._instances.get(key)
        if key[1] and caller.via == "local" and as_ is None:
            instance = max(self._of(tool_id), key=lambda one: RANK.index(one.state), default=None)
        refusal = self._access.refusal(caller.person, tool_id)
        return views.view_of(entry.manifest, self._card(entry.manifest, key), caller, instance, refusal)

    def runs(self, tool_id: str) -> bool:
        """Whether a process of the tool is there or about to be."""
        return any(one.alive for one in self._of(tool_id))

    # Hot path of the gateway

    def upstream(self, tool_id: str, person: Person) -> Upstream | None:
        """Where to forward this person's requests, the same object while the same process runs.

        None while nothing answers there. Being asked counts as work of that person in the tool.
        """
        entry = self._access.entries.get(tool_id)
        if entry is None or entry.manifest is None:
            return None
        key = self._access.key(entry.manifest, person)
        found = self._upstreams.to(self._instances.get(key))
        if found is not None:
            self.note_activity(tool_id, key[1], person)
        return found

    def note_activity(self, tool_id: str, instance: str, person: Person | None = None) -> None:
        """Somebody works in this instance just now, over a socket that stays open for example."""
        if person and self._activity.note((tool_id, instance), person):
            self._publish(tool_id)

    # What people ask for

    async def start(self, tool_id: str, caller: Caller, *, as_: Person | None = None) -> ToolView:
        """Start the caller's instance, or that of `as_` for an admin; one that lives already stays as it is."""
        instance = self._asked_for(tool_id, caller, as_)
        if not instance.alive:
            self._startable(tool_id, instance.manifest)
            instance.start(caller.person.name)
            await self._audit.record("tool.started", caller, _subject(tool_id, as_))
        return self.view(tool_id, caller, as_)

    async def stop(self, tool_id: str, caller: Caller, *, as_: Person | None = None) -> ToolView:
        """End it and wait for that. A shared tool is ended by admins, or by anyone when nobody else works there."""
        instance = self._asked_for(tool_id, caller, as_)
        others = set(self._activity.people(instance.key)) - {caller.person.id}
        if not caller.is_admin and not instance.key[1] and others:
            names = ", ".join(sorted(self._activity.people(instance.key)[other] for other in others))
            raise Conflict("tools.others_at_work", tool=instance.manifest.name, names=names)
        await instance.stop()
        await self._audit.record("tool.stopped", caller, _subject(tool_id, as_))
        return self.view(tool_id, caller, as_)

    async def kill(self, tool_id: str, caller: Caller, *, as_: Person | None = None) -> ToolView:
        """End it and everything it started at once, without asking it first. Admins only."""
        caller.must_be_admin()
        await self._asked_for(tool_id, caller, as_).stop(0)
        await self._audit.record("tool.killed", caller, _subject(tool_id, as_))
        return self.view(tool_id, caller, as_)

    async def command(self, tool_id: str, caller: Caller, *, as_: Person | None = None) -> Command:
        """What a start would run, and what each instance takes. Admins only; for the command line as nobody's own."""
        caller.must_be_admin()
        manifest, person = self._access.manifest(tool_id), as_ or caller.person
        nobody = (caller.via == "local" and as_ is None) or not self._access.key(manifest, person)[1]
        return await inspect(
            self._access.entry(tool_id),
            None if nobody else self._access.whose(tool_id, caller, as_),
            launcher=self._launcher,
            options=self._options,
            instances=self._of(tool_id),
        )

    async def set_options(self, tool_id: str, caller: Caller, values: Mapping[str, Value | None]) -> None:
        """Set options of its manifest for the starts to come (None: as the manifest says). Admins only."""
        caller.must_be_admin()
        await self._options.change(self._access.manifest(tool_id), values)
        changes = ", ".join(f"{name} = {'default' if value is None else value}" for name, value in values.items())
        await self._audit.record("tool.options_changed", caller, tool_id, changes=changes)
        self._publish(tool_id)

    async def end_own(self, person: Person) -> None:
        """End what runs for this person alone, whose folder is about to move."""
        # One that crashed as well: its next try would begin in the folder of before.
        own = [one for one in self._instances.values() if one.person and one.person.id == person.id]
        await asyncio.gather(*(one.stop() for one in own))

    async def install(self, tool_id: str, caller: Caller) -> InstallJob:
        """Install it, or anew, as a job. Admins only, and only while nobody's instance runs."""
        caller.must_be_admin()
        manifest = self.manifest(tool_id)
        if self.runs(tool_id):
            raise Conflict("tools.running", tool=manifest.name)
        return await self._installs.start(self._access.entry(tool_id), caller)

    def log(self, tool_id: str, caller: Caller, as_: Person | None = None) -> Log:
        """The log of the caller's instance, or for an admin that of `as_`."""
        person = self._access.whose(tool_id, caller, as_)
        manifest = self._access.manifest(tool_id)
        if not views.may_read_log(caller, manifest):
            raise Refused("tools.log_of_all", tool=manifest.name)
        return self._log_of(self._access.key(manifest, person))

    # Inside

    def _closed(self, tool_id: str, person: Person) -> str | None:
        manifest = self._access.manifest(tool_id)
        instance = self._instances.get(self._access.key(manifest, person))
        return instance.closed if instance else None

    async def _arrived(self, instance: Instance, adopted: bool) -> str | None:
        """The process of `instance` answers: why artists stay out, None where they need not."""
        companion = self._companions.get(instance.manifest.gateway.front or "")
        upstream = self._upstreams.of(instance)
        if companion is None or upstream is None or instance.unit is None:
            return None
        instance.steps.last(words.say("tools.checking"))
        self._publish(instance.key[0])
        process = f"{instance.unit.pid}-{instance.unit.labels['started_at']}"
        try:
            return await companion.arrived(upstream, process, adopted=adopted)
        except StudioError as error:
            return error.sentence
        except Exception as error:
            log.exception("%s could not be checked", instance.key[0])
            return words.say("tools.not_checked", tool=instance.manifest.name, problem=type(error).__name__)

    async def _left(self, instance: Instance, why: str) -> None:
        companion = self._companions.get(instance.manifest.gateway.front or "")
        upstream = self._upstreams.of(instance)
        if companion is not None and upstream is not None:
            try:
                await companion.left(upstream, why)
            except Exception:
                log.exception("%s ended, and what follows from it was not done", instance.key[0])

    def _asked_for(self, tool_id: str, caller: Caller, as_: Person | None) -> Instance:
        person = self._access.whose(tool_id, caller, as_)
        return self._instance(self._access.key(self._access.manifest(tool_id), person), person)

    def _of(self, tool_id: str) -> Sequence[Instance]:
        """Every instance of a tool that there was since the portal started."""
        return [one for one in self._instances.values() if one.key[0] == tool_id]

    def _instance(self, key: Key, person: Person | None) -> Instance:
        if key not in self._instances:
            self._instances[key] = Instance(
                key, self._access.entries[key[0]], person if key[1] else None, self._around
            )
        found = self._instances[key]
        if key[1] and person is not None:
            found.person = person  # as they are now: a new name brings a new folder
        return found

    def _startable(self, tool_id: str, manifest: Manifest) -> None:
        if problem := self._problems.get(tool_id):
            raise Conflict("tools.broken", problem=problem)
        if self._installs.installing(tool_id):
            raise Conflict("tools.installing", tool=manifest.name)
        if not self._installs.installed(tool_id):
            raise Conflict("tools.not_installed", tool=manifest.name)

    def _from_labels(self, labels: Mapping[str, str]) -> Instance | None:
        """The instance a unit belongs to; None for jobs, and for tools and people that are no longer there."""
        if "listen" not in labels:
            return None
        key = labels.get("tool", ""), labels.get("instance", "")
        entry = self._access.entries.get(key[0])
        if entry is None or entry.manifest is None:
            return None
        try:
            person = self._people.get(int(labels["person_id"])) if key[1] else None
        except (StudioError, KeyError, ValueError):
            return None
        return self._instance(key, person)

    def _adopt(self, unit: Unit) -> None:
        instance = self._from_labels(unit.labels)
        if instance and not instance.alive:
            instance.adopt(unit)
            if instance.person and unit.labels.get("folder", instance.person.folder) != instance.person.folder:
                # Renamed by hand while no portal was there to end it first: it works in a folder that has moved.
                self._end_soon(instance)
        elif instance is None and "listen" in unit.labels:
            self._strays.append(unit)

    def _people_changed(self, event: Event) -> None:
        if event.topic == "people":
            self._end_of_the_gone()

    def _granted(self, _person_id: int, tool_id: str) -> None:
        """An admin gave somebody a tool, or took it."""
        self._end_of_the_gone()
        if tool_id in self._access.entries:
            self._publish(tool_id)

    def _end_of_the_gone(self) -> None:
        """Whoever may no longer enter, or use a tool, leaves no program of theirs running. Their files stay."""
        for instance in self._instances.values():
            runs = instance.alive or instance.next_try_at is not None
            if instance.person and runs and not self._may_still(instance.person, instance.key[0]):
                self._end_soon(instance)

    def _end_soon(self, instance: Instance) -> None:
        task = asyncio.create_task(instance.stop())
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    def _may_still(self, person: Person, tool_id: str) -> bool:
        try:
            return self._access.may(self._people.get(person.id), tool_id) is None
        except Missing:
            return False

    async def _end_unused(self, instance: Instance) -> None:
        hours = self._settings.idle_hours
        await instance.put_to_rest(words.say("tools.idle_stopped", hours=hours))
        await self._audit.record("tool.idle_stopped", STUDIO, _subject(instance.key[0], instance.person), hours=hours)

    def _log_of(self, key: Key) -> Log:
        return self._keepers.log(unit_of(key))

    def _card(self, manifest: Manifest, key: Key) -> Card:
        tool = manifest.id
        alive = [one for one in self._of(tool) if one.alive]
        people = self._activity.people(key) if not key[1] else {}
        people |= {one.person.id: one.person.name for one in alive if one.person}
        return Card(
            installed=self._installs.installed(tool),
            hint=self._installs.hint(tool),
            job_id=self._installs.job_id(tool),
            installing=self._installs.installing(tool),
            install_error=self._installs.error(tool),
            listener_problem=self._problems.get(tool),
            people=people,
            alive=bool(alive),
            takes_seconds=self._times.median(tool),
            port=manifest.port + self._settings.port_offset,
        )

    def _instance_changed(self, key: Key) -> None:
        instance = self._instances.get(key)
        if instance and not instance.alive:
            self._activity.forget(key)
        self._publish(key[0])

    def _publish(self, tool_id: str) -> None:
        self._bus.publish("tools", "tool.changed", {"id": tool_id}, to=events.everyone())


def _subject(tool_id: str, as_: Person | None) -> str:
    return f"{tool_id}: {as_.name}" if as_ else tool_id
