"""Every service of a studio, built once, started in order and ended in the reverse one."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import structlog

from comfystudio import __version__, words
from comfystudio.app.addresses import Addresses
from comfystudio.app.artists import FRONT, TOOL, Artists
from comfystudio.app.backups import BackupJobs
from comfystudio.app.control import Control
from comfystudio.app.doctor import doctor
from comfystudio.app.elsewhere import elsewhere
from comfystudio.app.trials import trials
from comfystudio.comfy import place
from comfystudio.configuration import Configuration
from comfystudio.errors import StudioError
from comfystudio.events import Bus
from comfystudio.gateway import Gateway, Origins
from comfystudio.jobs import Jobs, Terminals
from comfystudio.keeper import Keepers
from comfystudio.people import LOCAL, PeopleRoom
from comfystudio.settings import Settings
from comfystudio.storage import Database
from comfystudio.storage.backups import Backups
from comfystudio.tools import Options, Runs, Tools, environment
from comfystudio.tools.companion import Companion
from comfystudio.web import Portal, PortalCookies, Process, Services, build
from comfystudio.workspace import Workspace

__all__ = ["Ending", "Studio"]

log = structlog.get_logger("studio")
Ending = Literal["down", "leave", "restart"]


class Studio:
    """One studio in `workspace`; `ended` tells how it is to end. `flags` are what `settings` were given with."""

    def __init__(self, settings: Settings, workspace: Workspace, flags: Mapping[str, Any] | None = None) -> None:
        self.settings = settings
        self.workspace = workspace
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.bus = Bus()
        self.configuration = Configuration(settings, flags=flags or {}, trials=trials(settings, workspace))
        self.backups = Backups(workspace, roster=settings.roster, kept=settings.backups_kept)
        self.database = Database(workspace.database, keep_first=self.backups.before_schema)
        self.people = PeopleRoom(
            self.database,
            workspace,
            self.bus,
            roster=settings.roster,
            session_days=settings.session_days,
            auth=settings.auth,
        )
        self.keepers = Keepers(workspace.units, workspace.runtime)
        self.jobs = Jobs(
            self.database, self.keepers, self.bus, self.people.audit, log_megabytes=settings.log_megabytes
        )
        self.terminals = Terminals(
            self.jobs,
            self.people.audit,
            folder=workspace.root,
            environment=lambda: environment.for_install(settings, os.environ),
        )
        companions: dict[str, Companion] = {}
        self.tools = Tools(
            settings,
            workspace,
            keepers=self.keepers,
            jobs=self.jobs,
            people=self.people.people,
            bus=self.bus,
            audit=self.people.audit,
            companions=companions,
            placers={"comfyui_paths": place},
            grants=self.people.grants,
            options=Options(self.database),
        )
        self.people.people.on_renaming(self.tools.end_own)
        self.runs = Runs(self.database, self.keepers, self.bus)
        self.artists = Artists(
            settings, workspace, database=self.database, people=self.people, bus=self.bus, tools=self.tools
        )
        # Each needs the other: the tools ask who may enter, and make the accounts of those who do.
        companions[FRONT] = self.artists.workers
        self.origins = Origins(settings, ())
        self._began_at = int(time.time() * 1000)
        self._how: Ending = "leave"
        self._notices: list[str] = []
        self._undo: list[Callable[[], Awaitable[object]]] = []

    async def start(self, *, doors: bool = True) -> None:
        """Open the workspace, take over what runs, then open the doors (none for a command that runs alone)."""
        try:
            await self._start(doors=doors)
        except BaseException:
            await self.stop("leave")
            raise

    async def _start(self, *, doors: bool) -> None:
        await self._began(self.database.open, self.database.close)
        await self._began(self.people.start, self.people.stop)
        await self._began(self.jobs.recover, self.jobs.close)
        await self._began(self.runs.start, self.runs.stop)
        await self._began(self.artists.start, self.artists.stop)
        await self._began(self.tools.start_service, self.tools.stop_service)
        if not self.tools.runs(TOOL):
            self.artists.workers.found_none()
        # After the doors have closed: a page that comes back for its tool would start it again.
        self._undo.append(self._end_what_runs)
        self.origins.update(self.tools.listeners())
        handler = self._handler()
        if doors:
            gateway = Gateway(
                self.settings,
                self.origins,
                sessions=self.people.sessions,
                tokens=self.people.tokens,
                tools=self.tools,
                portal=handler,
                on_problem=self._door_problem,
                sign_in="/signin",
                fronts={FRONT: self.artists.front},
            )
            await self._began(gateway.start, gateway.stop)
        control = Control(handler, self.workspace.control, self.origins.portal_origin())
        await self._began(control.start, control.stop)
        # First of all when the studio ends: a listener waits for its open sockets.
        self._undo.append(handler.close)

    def _door_problem(self, tool_id: str, problem: StudioError | None) -> None:
        sentence = problem.sentence if problem else None
        self.tools.listener_problem(tool_id, sentence)
        if sentence:
            self._notices.append(sentence)

    def notices(self) -> list[str]:
        """What whoever started the studio should know: one account for all, a broken roster, a port that is taken."""
        roster = self.people.people.roster_state().error
        open_ = [words.say("studio.open")] if self.settings.auth == "open" else []
        return [self.tools.accounts.sentence, *open_, *([roster] if roster else []), *self._notices]

    async def _began(self, start: Callable[[], Awaitable[object]], stop: Callable[[], Awaitable[object]]) -> None:
        # Noted first: a start that fails half-way is undone as well.
        self._undo.append(stop)
        await start()

    def _handler(self) -> Portal:
        return build(
            Services(
                settings=self.settings,
                version=__version__,
                bus=self.bus,
                people=self.people.people,
                sessions=self.people.sessions,
                tokens=self.people.tokens,
                links=self.people.links,
                audit=self.people.audit,
                tools=self.tools,
                runs=self.runs,
                jobs=self.jobs,
                terminals=self.terminals,
                prompts=self.artists.prompts,
                dispatcher=self.artists.workers,
                gallery=self.artists.gallery,
                comfyui=self.artists.workers,
                cookies=PortalCookies(self.settings.session_days),
                addresses=Addresses(self.origins),
                life=self,
                configuration=self.configuration,
                doctor=doctor(self.settings, self.workspace, self.backups, self.configuration.attempt, running=True),
                backups=self.backups,
                backup_jobs=BackupJobs(self.settings, self.workspace, self.jobs),
                oidc=elsewhere(self.settings, self.database, self.people),
            )
        )

    async def setup_link(self) -> str | None:
        """A fresh one-time address for the first admin; None once an admin can sign in."""
        if not self.people.people.setup_needed:
            return None
        link = await self.people.links.make("setup")
        return f"{self.origins.portal_origin()}/setup#{link.raw}"

    async def stop(self, how: Ending) -> None:
        """Close the doors; `down` ends every tool and job, else they go on for the next portal to find."""
        self._how = how
        while self._undo:
            try:
                await self._undo.pop()()
            except Exception:
                log.exception("an ending failed")

    # What the command line may ask of the running studio (web.services.Life)

    def process(self) -> Process:
        """The running portal."""
        address = self.origins.portal_origin()
        return Process(pid=os.getpid(), started_at=self._began_at, version=__version__, address=address)

    def down(self) -> None:
        """End the studio, its tools and its jobs."""
        self._end("down")

    def restart(self) -> None:
        """Begin anew; tools and jobs go on."""
        self._end("restart")

    async def end_tools(self) -> None:
        """End every tool and every job; one that cannot be ended keeps none of the others."""
        ended = await asyncio.gather(self.tools.end_all(), self.jobs.end_all(LOCAL), return_exceptions=True)
        for problem in ended:
            if isinstance(problem, BaseException):
                raise problem

    async def _end_what_runs(self) -> None:
        if self._how == "down":
            await self.end_tools()

    def _end(self, how: Ending) -> None:
        if not self.ended.done():
            self.ended.set_result(how)
