"""Routes are declarations: method, path, who may call it, what goes in and out, and a sentence.

`@route(...)` above a handler makes one. Models come from the handler's own signature: a parameter `body`, a parameter
`query`, one parameter for each brace of the path (`int` or `str`), and the answer it returns. A route that does not
say who may call it cannot be written.
"""

import enum
import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from pydantic import BaseModel

from comfystudio.errors import Missing

__all__ = ["Media", "Need", "Route", "Router", "WrongMethod", "route", "routes_of"]

_NUMBER = re.compile(r"[1-9][0-9]{0,17}\Z")
_BRACE = re.compile(r"\{([a-z_]+)\}\Z")


class Need(enum.StrEnum):
    """Who may call a route."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    ADMIN = "admin"
    LOCAL = "control socket"


class Media(enum.StrEnum):
    """What a route answers with when all goes well."""

    JSON = "application/json"
    TEXT = "text/plain"
    FILE = "*/*"
    SOCKET = "websocket"


class WrongMethod(Exception):
    """The path exists, but not for this method; `allowed` are the ones it has."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(allowed)
        self.allowed = allowed


@dataclass(frozen=True)
class Route:
    """One row of the table. `raises` are the statuses that the handler itself can answer with.

    `original`: an address of the original's API, which also takes forms and answers failures in its own way.
    """

    method: str
    path: str
    need: Need
    about: str
    handler: Callable[..., Awaitable[BaseModel | web.StreamResponse | None]]
    status: int
    raises: tuple[int, ...]
    media: Media
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[BaseModel] | None
    parameters: Mapping[str, type]
    original: bool

    @property
    def name(self) -> str:
        """A name for this route that no other has: the handler's room and name."""
        return f"{self.handler.__module__.rpartition('.')[2]}.{self.handler.__name__}"

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that a caller can meet, the good one first."""
        found = {*self.raises}
        if self.need in {Need.SIGNED_IN, Need.ADMIN}:
            found.add(401)
        if self.need is Need.ADMIN:
            found.add(403)
        if self.parameters or self.need is Need.LOCAL:
            found.add(404)
        if self.body is not None:
            found |= {413, 415, 422}
        if self.query is not None:
            found.add(422)
        return (self.status, *sorted(found))


def route(
    method: str,
    path: str,
    *,
    need: Need,
    about: str,
    status: int = 200,
    raises: tuple[int, ...] = (),
    media: Media = Media.JSON,
    answer: type[BaseModel] | None = None,
    original: bool = False,
) -> Callable[[Callable[..., Awaitable[Any]]], Route]:
    """Declare the handler below as the route `method` `path`; its signature says what it takes and answers.

    `answer` is the shape of what a handler writes itself.
    """

    def declare(handler: Callable[..., Awaitable[Any]]) -> Route:
        hints = typing.get_type_hints(handler)
        returned = hints.pop("return", None)
        taken = [name for name in inspect.signature(handler).parameters if name not in {"call", "_call"}]
        braces = [found[1] for part in path.split("/") if (found := _BRACE.match(part))]
        if sorted(braces) != sorted(set(taken) - {"body", "query"}):
            raise TypeError(f"{method} {path}: {handler.__name__} takes {taken}")
        return Route(
            method,
            path,
            need,
            about,
            handler,
            status,
            raises,
            media,
            hints.get("body"),
            hints.get("query"),
            answer or (returned if inspect.isclass(returned) and issubclass(returned, BaseModel) else None),
            {name: hints[name] for name in braces},
            original,
        )

    return declare


def routes_of(modules: Iterable[Any]) -> tuple[Route, ...]:
    """Every route that `modules` declare, in the order in which they stand there."""
    return tuple(found for module in modules for found in vars(module).values() if isinstance(found, Route))


@dataclass(frozen=True)
class _Shape:
    parts: tuple[str | None, ...]
    names: tuple[str, ...]

    def fits(self, parts: list[str]) -> bool:
        return all(wanted is None or wanted == part for wanted, part in zip(self.parts, parts, strict=True))


def _shape(path: str) -> _Shape:
    found = [(part, _BRACE.match(part)) for part in path.strip("/").split("/")]
    return _Shape(
        tuple(None if brace else part for part, brace in found),
        tuple(brace[1] for _, brace in found if brace),
    )


class Router:
    """Finds the route of a request by method and path; words in a path win over braces."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._paths: dict[int, list[tuple[_Shape, dict[str, Route]]]] = {}
        for each in routes:
            self._add(each)

    def _add(self, route: Route) -> None:
        shape = _shape(route.path)
        peers = self._paths.setdefault(len(shape.parts), [])
        for known, methods in peers:
            if known.parts == shape.parts:
                if route.method in methods or known.names != shape.names:
                    raise ValueError(f"{route.method} {route.path} is declared twice")
                methods[route.method] = route
                return
        peers.append((shape, {route.method: route}))
        peers.sort(key=lambda peer: [part is None for part in peer[0].parts])

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, Any]] | None:
        """The route of `method` on the undecoded `raw_path` with its parameters; `WrongMethod` if only others fit."""
        if not raw_path.startswith("/"):
            return None
        parts = raw_path[1:].split("/")
        fitting = (peer for peer in self._paths.get(len(parts), ()) if peer[0].fits(parts))
        shape, methods = next(fitting, (None, {}))
        if shape is None:
            return None
        found = methods.get("GET" if method == "HEAD" else method)
        if found is None or (method == "HEAD" and found.media is Media.SOCKET):
            raise WrongMethod(tuple(sorted({*methods, *(["HEAD"] if "GET" in methods else [])})))
        given = [part for part, wanted in zip(parts, shape.parts, strict=True) if wanted is None]
        return found, {
            name: _read(found.parameters[name], part) for name, part in zip(shape.names, given, strict=True)
        }


def _read(wanted: type, part: str) -> Any:
    if wanted is int:
        if not _NUMBER.match(part):
            raise Missing("web.nothing_here")
        return int(part)
    try:
        text = unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise Missing("web.nothing_here") from None
    if not text or not text.isprintable():
        raise Missing("web.nothing_here")
    return text
