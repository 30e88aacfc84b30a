"""The room put together: every service of it built once, started, kept going and stopped."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from comfystudio.events import Bus, admins, person
from comfystudio.people.audit import Audit
from comfystudio.people.clock import Clock, StudioTime
from comfystudio.people.devices import Devices
from comfystudio.people.directory import Directory
from comfystudio.people.gathering import Gathered
from comfystudio.people.grants import Grants
from comfystudio.people.link_store import LinkStore
from comfystudio.people.links import Links
from comfystudio.people.moves import Moves
from comfystudio.people.passwords import Passwords
from comfystudio.people.person_rows import latest_time
from comfystudio.people.roster_file import RosterFile
from comfystudio.people.roster_keeper import RosterKeeper
from comfystudio.people.service import People
from comfystudio.people.session_store import SessionStore
from comfystudio.people.sessions import Sessions
from comfystudio.people.shipped import shipped_roster
from comfystudio.people.sign_in import SignIn
from comfystudio.people.throttle import Throttle
from comfystudio.people.tokens import Tokens
from comfystudio.settings import Auth
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.workspace import Workspace

__all__ = ["PeopleRoom"]

log = structlog.get_logger("people")
TICK = 5.0
TICKS_A_MINUTE = 12


class PeopleRoom:
    """`people`, `sessions`, `tokens`, `links` and `audit` of one studio, with `start()` and `stop()`.

    `roster` is the file that settings name; without it the workspace's own, which a new workspace gets from what
    ships. `auth` says whether people sign in with a password. `clock` and `passwords` are the machine's unless given.
    """

    def __init__(
        self,
        database: Database,
        workspace: Workspace,
        bus: Bus,
        *,
        roster: Path | None = None,
        session_days: int = 30,
        auth: Auth = "password",
        clock: Clock | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._database = database
        self._bus = bus
        self._hashing = passwords or Passwords()
        self.time = StudioTime(clock)
        directory = Directory(passwords=auth != "open")
        self.audit = Audit(database, self.time)
        self._devices = Devices(workspace.state / "devices.key")
        throttle = Throttle(self.time.steady)
        sign_in = SignIn(
            database=database,
            directory=directory,
            passwords=self._hashing,
            throttle=throttle,
            devices=self._devices,
            audit=self.audit,
        )
        self.sessions = Sessions(
            store=SessionStore(database),
            directory=directory,
            sign_in=sign_in,
            devices=self._devices,
            audit=self.audit,
            time=self.time,
            days=session_days,
            passwords=auth != "open",
        )
        self.tokens = Tokens(database, directory, self.audit, self.time)
        self.grants = Grants(database, self.audit)
        self._link_store = LinkStore(database, self.time)
        self._keeper = RosterKeeper(
            file=RosterFile(roster or workspace.roster, workspace.runtime / "roster.lock"),
            good=workspace.state / "roster.good",
            shipped=None if roster else shipped_roster(),
            database=database,
            directory=directory,
            sessions=self.sessions,
            moves=Moves(workspace),
            audit=self.audit,
            time=self.time,
        )
        self.people = People(
            database=database,
            directory=directory,
            keeper=self._keeper,
            sessions=self.sessions,
            tokens=self.tokens,
            grants=self.grants,
            links=self._link_store,
            hashing=self._hashing,
            audit=self.audit,
            time=self.time,
        )
        self.links = Links(
            store=self._link_store,
            people=self.people,
            tokens=self.tokens,
            hashing=self._hashing,
            audit=self.audit,
            time=self.time,
        )
        # Thousands who sign in at once are one change for a page.
        self._changes = Gathered(self._publish)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Put the roster in force, take up sessions, tokens and links, and keep all of it going."""
        self.time.not_before(await self._database.run(latest_time))
        await asyncio.to_thread(self._devices.load)
        await self._hashing.start()
        # People renamed or removed while the studio was down lose the sessions of the roster before.
        if await self._keeper.prepare():
            await self.sessions.load()
            await self._keeper.begin()
        else:
            await self._keeper.begin()
            await self.sessions.load()
        await self.tokens.load()
        await self._link_store.load()
        await self.grants.load()
        self._keeper.on_changed(self._changes.tell)
        self.people.on_changed(self._changes.tell)
        self.sessions.on_changed(lambda _person_id: self._changes.tell("presence"))
        self.grants.on_changed(lambda _person_id, _tool: self._changes.tell("person.tool"))
        self.sessions.on_mode(self._mode_changed)
        with contextlib.suppress(StorageFull, StorageBusy):
            await self.audit.trim()
        self._tasks = [
            asyncio.create_task(self._again(self._keeper.watch), name="roster"),
            asyncio.create_task(self._again(self._upkeep), name="people-upkeep"),
        ]

    async def stop(self) -> None:
        """Write what waits and end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._changes.stop()
        await self._write_all()
        self._hashing.stop()

    async def _upkeep(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK)
            ticks += 1
            self.sessions.sweep()
            self._link_store.sweep()
            if ticks % TICKS_A_MINUTE == 0:
                self.sessions.note_seen()
                await self.tokens.flush()
            await self.tokens.write_revoked()
            await self.sessions.flush()
            await self.audit.flush()

    async def _write_all(self) -> None:
        self.sessions.note_seen()
        await self.tokens.flush()
        await self.tokens.write_revoked()
        await self.sessions.flush()
        await self.audit.flush()

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        """Keep `work` going: whatever goes wrong once must not end it for good."""
        while True:
            try:
                await work()
            except Exception:
                log.exception("people upkeep failed")
                await asyncio.sleep(TICK)

    def _mode_changed(self, person_id: int) -> None:
        self._bus.publish("me", "me.changed", {}, to=person(person_id))

    def _publish(self, what: str) -> None:
        self._bus.publish("people", "people.changed", {"what": what}, to=admins())
