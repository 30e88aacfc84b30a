"""Talking to the studio in a workspace: over its control socket, or, where none runs, by opening the workspace.

Standard library only, so that a command answers at once.
"""

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from comfystudio import settings as settings_room
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.errors import StudioError
from comfystudio.settings import Settings
from comfystudio.workspace import Workspace, prepare

__all__ = ["Api", "Client", "Problem", "opened", "running", "with_studio"]

T = TypeVar("T")
_PIECE = 256 * 1024


class Problem(StudioError):
    """A refusal as the studio worded it."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(str(document.get("key", "")), **dict(document.get("fields") or {}))
        self.document = document

    @property
    def sentence(self) -> str:
        """The studio's own sentence."""
        return str(self.document.get("sentence") or self.document.get("title") or "")


class Api(Protocol):
    """What commands need of a studio."""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer of `/api/v1` + `path`; `Problem` where the studio refuses."""
        ...

    def fetch(self, path: str) -> AbstractContextManager[tuple[int | None, Iterator[bytes]]]:
        """What `/api/v1` + `path` sends, in pieces, and its length where the studio tells it.

        `OSError` where it breaks off; `Problem` where the studio refuses.
        """
        ...


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """The API over the control socket at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """See `Api.call`."""
        connection = _Connection(self._path)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            payload = None if body is None else json.dumps(body).encode()
            connection.request(method, "/api/v1" + path, body=payload, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        document = json.loads(content) if content else None
        if answer.status >= 400:
            raise Problem(document if isinstance(document, dict) else {"title": answer.reason})
        return document

    @contextmanager
    def fetch(self, path: str) -> Iterator[tuple[int | None, Iterator[bytes]]]:
        """See `Api.fetch`."""
        connection = _Connection(self._path)
        try:
            connection.request("GET", "/api/v1" + path)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise Problem(json.loads(answer.read()))
            yield answer.length, _pieces(answer)
        finally:
            connection.close()


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    missing = answer.length
    while piece := answer.read(_PIECE):
        missing = None if missing is None else missing - len(piece)
        yield piece
    if missing:
        raise http.client.IncompleteRead(b"", missing)


def opened(workspace: Path | None) -> tuple[Settings, Workspace]:
    """The settings and folders of `workspace`; a wrong one ends the command with exit code 2."""
    with told(ExitCode.USAGE):
        found = settings_room.load({"workspace": workspace and str(workspace)})
        return found, prepare(found.workspace)


def running(workspace: Workspace) -> bool:
    """Whether a studio answers in `workspace`."""
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    probe.settimeout(5)
    try:
        probe.connect(str(workspace.control))
    except OSError:
        return False
    else:
        return True
    finally:
        probe.close()


@contextmanager
def _answering(workspace: Workspace) -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise Stop(
            ExitCode.NOT_RUNNING,
            "cli.no_answer",
            workspace=workspace.root,
            problem=error,
        ) from None


def with_studio(folder: Path | None, work: Callable[[Api], T], *, must_run: bool = False) -> T:
    """Do `work` with the studio in `folder`; where none runs, open the workspace, or stop if one `must_run`."""
    settings, workspace = opened(folder)
    with told():
        if not must_run and not running(workspace):
            from comfystudio.app import offline  # noqa: PLC0415 half a second that only this branch needs

            found = offline(settings, lambda: work(Client(workspace.control)), unless=lambda: running(workspace))
            if found is not None:
                return found[0]
        if not running(workspace):
            raise Stop(ExitCode.NOT_RUNNING, "cli.not_running", workspace=workspace.root)
        with _answering(workspace):
            return work(Client(workspace.control))
