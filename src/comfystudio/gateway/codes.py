"""One-time codes: how a sign-in at the portal reaches a tool's origin, where its cookie cannot go.

A *wish* is a browser at a tool's origin that wants a page: a random cookie there says which browser, the page's path
stays here. The portal answers a wish with a *code*; the tool's origin takes the code once, from the same browser.
Tabs that are opened together share the cookie, so that none of them spoils the others' way in.

Everything lives in memory: a code lasts 30 seconds and a wish five minutes, both belong to one process, and a restart
costs a person one more redirect. Both are kept by SHA-256, so that a look into the process's memory, a log or a
support bundle holds nothing that opens a door.
"""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from comfystudio.errors import Refused
from comfystudio.gateway.seams import Caller

__all__ = ["CODE_SECONDS", "STATE_SECONDS", "Codes", "Taken", "safe_path"]

STATE_SECONDS = 300.0
CODE_SECONDS = 30.0
MOST_WISHES = 20_000
MOST_WISHES_AN_ADDRESS = 512
MOST_CODES = 10_000
LONGEST_PATH = 2048
COOKIE_LETTERS = 43  # of 256 bits in base64


@dataclass(frozen=True, slots=True)
class _Wish:
    browser: str
    tool: str
    origin: str
    path: str
    address: str
    until: float


@dataclass(frozen=True, slots=True)
class _Code:
    state: str
    tool: str
    origin: str
    caller: Caller
    until: float


@dataclass(frozen=True, slots=True)
class Taken:
    """What a code was good for: who comes in, and the path they wanted."""

    caller: Caller
    path: str


def safe_path(path: str | None) -> str:
    r"""`path` where it stays on this origin for every browser, else `/`.

    Browsers take `/\e`, `//e` and a tab after the slash for another host, and drop control characters as they read.
    """
    if not path or not path.startswith("/") or len(path) > LONGEST_PATH:
        return "/"
    if path[1:2] in {"/", "\\"} or any(letter <= " " or letter in "\\\x7f" for letter in path):
        return "/"
    return path


class Codes:
    """Wishes and codes of one gateway. All methods are atomic on the event loop: none of them awaits."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._wishes: OrderedDict[str, _Wish] = OrderedDict()
        self._by_address: dict[str, int] = {}
        self._codes: OrderedDict[str, _Code] = OrderedDict()

    def wish(self, tool: str, origin: str, path: str, address: str, cookie: str | None = None) -> tuple[str, str]:
        """A browser at `origin` wants `path`. Returns the state cookie's value and the state that the portal is told.

        `cookie` is what the browser already has, where nobody else can have put it there.
        """
        self._tidy()
        if self._by_address.get(address, 0) >= MOST_WISHES_AN_ADDRESS:
            self._forget(next(state for state, wish in self._wishes.items() if wish.address == address))
        elif len(self._wishes) >= MOST_WISHES:
            self._forget(next(iter(self._wishes)))
        if cookie is None or len(cookie) != COOKIE_LETTERS:
            cookie = secrets.token_urlsafe(32)
        state = secrets.token_urlsafe(32)
        until = self._now() + STATE_SECONDS
        self._wishes[state] = _Wish(_hash(cookie), tool, origin, safe_path(path), address, until)
        self._by_address[address] = self._by_address.get(address, 0) + 1
        return cookie, state

    def issue(self, caller: Caller, tool: str, origin: str, state: str) -> str:
        """A code for the wish `state`, for a browser signed in as `caller`. Raises Refused without such a wish."""
        self._tidy()
        wish = self._wishes.get(state)
        if wish is None or wish.tool != tool or wish.origin != origin:
            raise Refused("gateway.wish_gone")
        if len(self._codes) >= MOST_CODES:
            self._codes.popitem(last=False)
        raw = secrets.token_urlsafe(32)
        self._codes[_hash(raw)] = _Code(state, tool, origin, caller, self._now() + CODE_SECONDS)
        return raw

    def take(self, raw: str, tool: str, origin: str, cookie: str | None) -> Taken:
        """Use the code `raw` up, whatever comes of it. Raises Refused unless everything it is bound to is right."""
        code = self._codes.pop(_hash(raw), None)
        if code is None or code.until <= self._now() or code.tool != tool or code.origin != origin:
            raise Refused("gateway.code_refused")
        wish = self._wishes.get(code.state)
        if wish is None or wish.until <= self._now():
            raise Refused("gateway.code_refused")
        if cookie is None or not secrets.compare_digest(_hash(cookie), wish.browser):
            raise Refused("gateway.code_refused")
        self._forget(code.state)
        return Taken(code.caller, wish.path)

    def ended(self, sessions: frozenset[int]) -> None:
        """Sessions have ended: their codes open nothing any more."""
        for key in [key for key, code in self._codes.items() if code.caller.session_id in sessions]:
            del self._codes[key]

    def _tidy(self) -> None:
        now = self._now()
        while self._codes and next(iter(self._codes.values())).until <= now:
            self._codes.popitem(last=False)
        while self._wishes and next(iter(self._wishes.values())).until <= now:
            self._forget(next(iter(self._wishes)))

    def _forget(self, state: str) -> None:
        wish = self._wishes.pop(state)
        left = self._by_address[wish.address] - 1
        if left:
            self._by_address[wish.address] = left
        else:
            del self._by_address[wish.address]


def _hash(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
