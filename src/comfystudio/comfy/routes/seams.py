"""What the routes need of what stands beside them, in the smallest words that say it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from aiohttp import web

from comfystudio.comfy.owners import Owner
from comfystudio.people import Person
from comfystudio.pictures import Channel, Format
from comfystudio.queue import Accepted, Prompt, State

__all__ = ["Header", "Pictures", "Preparer", "Prompts", "Tabs", "Visit", "Worker", "Workers"]

Header = tuple[str, str]


class Visit(Protocol):
    """One admitted request at ComfyUI's origin."""

    @property
    def request(self) -> web.Request:
        """As it came."""

    @property
    def caller(self) -> Any:
        """Whose it is: a `people.Caller`."""

    @property
    def socket(self) -> bool:
        """Whether a WebSocket is asked for."""

    @property
    def upstream(self) -> Any:
        """Where ComfyUI listens; None while it is not ready."""

    async def forward(
        self, *, headers: Sequence[Header] = (), target: str | None = None, answer: Sequence[Header] = ()
    ) -> web.StreamResponse:
        """Send the request on with `headers` added, to another path and query where `target` names one.

        `answer` are headers put in the place of ComfyUI's own.
        """

    async def not_ready(self) -> web.StreamResponse:
        """The page that waits, or 503 to programs."""

    def held(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `close` when the right to be here ends while the block runs."""


class Worker(Protocol):
    """One ComfyUI process. `Unavailable` where it does not answer."""

    async def validate(self, owner: Owner, body: bytes, /) -> tuple[int, bytes]:
        """Status and JSON of ComfyUI's verdict on the workflow in `body`."""

    async def ask(self, method: str, path: str, *, owner: Owner | None = None) -> tuple[int, bytes]:
        """Status and body of a small answer."""


class Workers(Protocol):
    """The processes that run prompts, and the way there."""

    @property
    def worker(self) -> Worker | None:
        """The one to ask; None while there is none."""

    @property
    def sentence(self) -> str | None:
        """Why artists stay out; None while they may come in."""

    def submit(self, accepted: Accepted, private: Mapping[str, str], /) -> None:
        """Run it after those submitted before; `private` goes into its extra data and is kept nowhere."""

    async def cancel(self, ids: Collection[str], /, *, running: bool) -> set[str]:
        """Take `ids` back, and stop those that run where `running` says so; the answer is those it did that to."""


class Prompts(Protocol):
    """The prompts on record."""

    async def accept(
        self,
        owner_id: int,
        *,
        id: str,  # noqa: A002 ComfyUI's word
        graph: dict[str, Any],
        extra: dict[str, Any],
        targets: list[str],
    ) -> Accepted:
        """Put one on record; on disk when this returns."""

    def live(self, owner_id: int) -> Sequence[Accepted]:
        """What runs for `owner_id`, then what waits, in order."""

    def remaining(self, owner_id: int) -> int:
        """How many of theirs are not over."""

    async def one(self, owner_id: int, id: str) -> Accepted | None:  # noqa: A002 ComfyUI's word
        """One of theirs that is not hidden."""

    async def history(self, owner_id: int, *, limit: int, offset: int = 0) -> Sequence[Accepted]:
        """Those that are over and not hidden, the newest first."""

    async def part(
        self,
        owner_id: int,
        states: Collection[State],
        *,
        limit: int,
        offset: int = 0,
        by_duration: bool = False,
        descending: bool = True,
    ) -> tuple[Sequence[Prompt], int]:
        """Those of `owner_id` in one of `states`, from `offset`, and how many there are in all."""

    async def hide(self, owner_id: int, ids: Sequence[str] | None) -> None:
        """Take those of `ids` (None: all) that are over out of the history."""


class Preparer(Protocol):
    """Makes what a person needs before ComfyUI works for them: the account and the folders."""

    async def prepare(self, person: Person, /) -> None:
        """Make what is missing; a StudioError says what is in the way."""


class Tabs(Protocol):
    """The open pages."""

    async def serve(self, visit: Any, /) -> web.StreamResponse:
        """Take a page's socket and keep it until it closes."""


class Pictures(Protocol):
    """Pictures in other forms, made where a hostile file harms nobody."""

    async def convert(self, source: int, /, *, format: Format, quality: int, channel: Channel) -> bytes:  # noqa: A002
        """The open file `source` in another format, or one of its channels, in full size."""
