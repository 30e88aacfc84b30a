"""The catalogue of events: every message of the socket, both ways, with its sentence, for code and reference."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from comfystudio.queue import State
from comfystudio.web.jobs import JobShown
from comfystudio.web.logs import Line, LogName
from comfystudio.web.shapes import Shape
from comfystudio.web.tools import ToolShown

__all__ = ["ASK", "ASKS", "CATALOGUE", "Ask", "Follow", "Kind", "Resume", "Unfollow"]


class Hello(Shape):
    """The version of the portal: a page that was loaded from another one reloads itself."""

    version: str


class ToolChanged(Shape):
    """The tool as this page's person sees it."""

    tool: ToolShown


class ToolRemoved(Shape):
    """The id of a tool that is no longer there."""

    id: str


class JobChanged(Shape):
    """The job as it is now."""

    job: JobShown


class PromptChanged(Shape):
    """The id of a prompt and what it is now."""

    id: str
    state: State


class LogLines(Shape):
    """Lines of a followed log. `start` is the offset of the first one, `next` where to follow on after a break."""

    log: str
    start: int
    next: int
    lines: list[Line]


class Refusal(Shape):
    """Why something asked for over the socket was not done; `log` names the log it was about."""

    log: str | None
    key: str
    sentence: str


class Nothing(Shape):
    """No data: ask the API."""


@dataclass(frozen=True)
class Kind:
    """One type of message: on which topic, with which data, what it says."""

    name: str
    topic: str
    data: type[Shape]
    about: str


CATALOGUE = {
    kind.name: kind
    for kind in (
        Kind("hello", "socket", Hello, "The first message. Its `seq` is where the stream begins."),
        Kind("tool.changed", "tools", ToolChanged, "A tool's state, progress, people or rights changed."),
        Kind("tool.removed", "tools", ToolRemoved, "A tool is no longer there, or no longer for this person."),
        Kind("me.changed", "me", Nothing, "Admin mode of this person began or ended: ask who is signed in."),
        Kind("people.changed", "people", Nothing, "Somebody came, went, joined or was changed. For admins."),
        Kind("job.changed", "jobs", JobChanged, "A job began or ended. For its starter and admins."),
        Kind("prompt.changed", "prompts", PromptChanged, "A prompt of this person was submitted, began or ended."),
        Kind("outputs.changed", "outputs", Nothing, "Files of this person came, went to the trash or came back."),
        Kind("log.lines", "logs", LogLines, "Lines of a log that this page follows."),
        Kind("problem", "socket", Refusal, "What was asked for over the socket was not done."),
        Kind("session.ended", "socket", Nothing, "The session is over; the socket closes with code 4001."),
        Kind(
            "resync",
            "socket",
            Nothing,
            "Too much was missed, or the person's role changed: ask the API for everything anew.",
        ),
    )
}


class Resume(Shape):
    """Send what happened after the message with number `seq`; answered with those messages or a `resync`."""

    op: Literal["resume"]
    seq: Annotated[int, Field(ge=0, le=2**53)]


class Follow(Shape):
    """Send a log's lines from offset `start` on, or its last 200 where `start` is null, and go on.

    A log is called `tool:<id>`, for an admin also `tool:<id>:<person id>`, or `job:<id>`.
    """

    op: Literal["follow"]
    log: LogName
    start: Annotated[int, Field(ge=0, le=2**53)] | None = None


class Unfollow(Shape):
    """Send no more of that log."""

    op: Literal["unfollow"]
    log: LogName


ASKS: tuple[type[Shape], ...] = (Resume, Follow, Unfollow)
Ask = Annotated[Resume | Follow | Unfollow, Field(discriminator="op")]
ASK: TypeAdapter[Resume | Follow | Unfollow] = TypeAdapter(Ask)
