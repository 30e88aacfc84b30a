"""Everything the portal's API talks to, in one frozen record that `app` fills once.

The rooms below `web` are named by their classes; what other rooms must be able to do for `web`, or what a test
replaces, is a Protocol here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from comfystudio.comfy.check import Report
from comfystudio.configuration import Configuration
from comfystudio.doctor import Doctor
from comfystudio.events import Bus
from comfystudio.gallery import Gallery
from comfystudio.jobs import Job, Terminals
from comfystudio.keeper import Log
from comfystudio.people import Audit, Caller, Links, People, Person, Sessions, Tokens
from comfystudio.queue import Dispatcher, Prompts
from comfystudio.settings import Settings
from comfystudio.storage.backups import Backups
from comfystudio.tools import Command, Runs, ToolView
from comfystudio.tools.option import Value

__all__ = ["Addresses", "ComfyUI", "Cookies", "Elsewhere", "Jobs", "Life", "Process", "Services", "Tools"]


class Numbered(Protocol):
    """What is read of a job that was just started."""

    @property
    def id(self) -> int: ...


class Tools(Protocol):
    """What the API asks of the tools' room. `as_` names whose instance is meant, for per-artist tools."""

    def list(self, caller: Caller, /) -> Sequence[ToolView]:
        """Every tool as `caller` sees it."""

    def view(self, tool_id: str, caller: Caller, /, *, as_: Person | None = None) -> ToolView:
        """One tool as `caller` sees it; Missing where there is none."""

    def may(self, person: Person, tool_id: str, /) -> str | None:
        """The key of the refusal where this person may not use it now; None where they may."""

    async def start(self, tool_id: str, caller: Caller, /, *, as_: Person | None = None) -> ToolView:
        """Start it, or join a start under way."""

    async def stop(self, tool_id: str, caller: Caller, /, *, as_: Person | None = None) -> ToolView:
        """Stop it and everything it started."""

    async def kill(self, tool_id: str, caller: Caller, /, *, as_: Person | None = None) -> ToolView:
        """End it and everything it started at once."""

    async def command(self, tool_id: str, caller: Caller, /, *, as_: Person | None = None) -> Command:
        """What a start would run, and what runs."""

    async def set_options(self, tool_id: str, caller: Caller, values: Mapping[str, Value | None], /) -> None:
        """Set options of its manifest; Invalid for those that cannot be set so."""

    async def install(self, tool_id: str, caller: Caller, /) -> "Numbered":
        """Start the job that installs it."""

    def log(self, tool_id: str, caller: Caller, /, *, as_: Person | None = None) -> Log:
        """Its log; Missing where it belongs to somebody else."""


class Jobs(Protocol):
    """What the API asks of the jobs' room."""

    def list(self) -> Sequence[Job]:
        """Every job, newest first."""

    def get(self, job_id: int, /) -> Job:
        """One job; Missing where there is none."""

    async def cancel(self, job_id: int, by: Caller, /) -> Job:
        """Stop it and everything it started."""

    def log(self, job_id: int, /) -> Log:
        """Its log."""


class ComfyUI(Protocol):
    """What the API asks about the ComfyUI that runs."""

    @property
    def sentence(self) -> str | None:
        """Why artists stay out of it; None where they need not."""

    @property
    def last_check(self) -> Report | None:
        """What the newest isolation check found; None where there was none."""

    async def check(self) -> Report:
        """Check it now; Conflict where nothing runs."""


class Cookies(Protocol):
    """The portal's cookies on the address a request came to."""

    def sign_in(self, request: web.BaseRequest, response: web.StreamResponse, raw: str) -> None:
        """Give the browser the session `raw`."""

    def sign_out(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Take the session from the browser."""

    def device(self, request: web.BaseRequest) -> str | None:
        """What an earlier sign-in left so that others' wrong passwords do not count here."""

    def remember(self, request: web.BaseRequest, response: web.StreamResponse, device: str) -> None:
        """Leave that for the next sign-in."""

    def away(self, request: web.BaseRequest) -> str | None:
        """The secret of a browser that went off to the sign-in provider."""

    def keep_away(self, request: web.BaseRequest, response: web.StreamResponse, browser: str) -> None:
        """Leave that secret for the way back; empty takes it from the browser."""


class Departure(Protocol):
    """What is read of a sign-in that was just begun."""

    @property
    def url(self) -> str: ...

    @property
    def browser(self) -> str: ...


class Elsewhere(Protocol):
    """Sign-in over a provider, where settings name one."""

    @property
    def name(self) -> str:
        """What the provider is called on the button."""

    async def begin(self, *, redirect: str, next_: str, address: str, browser: str | None) -> Departure:
        """Where the browser goes, and the secret it keeps meanwhile."""

    async def finish(self, code: str, state: str, *, browser: str | None, address: str) -> tuple[Person, str]:
        """Who came back, and the page they wanted."""


class BackupJobs(Protocol):
    """Backups as jobs."""

    async def start(self, by: Caller, /) -> Job:
        """Start one; `Conflict` while another one is being made."""


class Addresses(Protocol):
    """Where things are for whoever sent a request; the control socket gets the address that is printed at start."""

    def portal(self, request: web.BaseRequest, /) -> str:
        """The portal's origin."""

    def tool(self, request: web.BaseRequest, tool_id: str, /) -> str | None:
        """A tool's origin; None where it has none."""

    def encrypted(self, request: web.BaseRequest, /) -> bool:
        """Whether the way from the browser is encrypted or does not leave the machine."""


@dataclass(frozen=True)
class Process:
    """The running portal. `started_at` (ms since the epoch) tells it from an earlier one: a restart keeps the pid."""

    pid: int
    started_at: int
    version: str
    address: str


class Life(Protocol):
    """Beginning and end of the studio, for the command line."""

    def process(self) -> Process:
        """The running portal."""

    def down(self) -> None:
        """End the studio, every tool and every job, once this request is answered."""

    def restart(self) -> None:
        """Start the portal anew, once this request is answered; tools and jobs go on."""

    async def end_tools(self) -> None:
        """End every tool and every job."""


@dataclass(frozen=True)
class Services:
    """What handlers reach. Built once by `app`."""

    settings: Settings
    version: str
    bus: Bus
    people: People
    sessions: Sessions
    tokens: Tokens
    links: Links
    audit: Audit
    tools: Tools
    runs: Runs
    jobs: Jobs
    terminals: Terminals
    prompts: Prompts
    dispatcher: Dispatcher
    comfyui: ComfyUI
    gallery: Gallery
    cookies: Cookies
    addresses: Addresses
    life: Life
    configuration: Configuration
    doctor: Doctor
    backups: Backups
    backup_jobs: BackupJobs
    oidc: Elsewhere | None = None
