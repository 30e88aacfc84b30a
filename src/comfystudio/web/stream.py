"""One page's stream of events: filtered, rendered for its person, in order, bounded.

Events that come in a burst are gathered for up to 50 ms, and of several about one thing only the newest is sent.
Everything that waits goes out together and by number, so a page that resumes from the last number it saw has missed
nothing.
"""

import asyncio
import json
import time
from collections import deque
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from comfystudio import words
from comfystudio.errors import Invalid, Missing, StudioError
from comfystudio.events import Event
from comfystudio.people import Caller
from comfystudio.web.call import Call
from comfystudio.web.following import Following
from comfystudio.web.messages import ASK, CATALOGUE, Follow, Resume
from comfystudio.web.rendering import about, render

__all__ = ["Stream"]

GATHER_SECONDS = 0.05
MOST_BYTES = 4 * 1024 * 1024
ROOM_BYTES = 256 * 1024
GRACE_SECONDS = 2.0
ENDED, TOO_SLOW, GOING = 4001, 4008, 1001
_WHY = {ENDED: "web.session_over", TOO_SLOW: "web.too_slow", GOING: "web.going"}


class Stream:
    """The stream on `socket` for whoever made `call`."""

    def __init__(self, call: Call, socket: web.WebSocketResponse) -> None:
        self._call = call
        self._services = call.services
        self._socket = socket
        self._caller = call.caller
        self._standing = _standing(call.caller)
        self._outbox: deque[str] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._pending: dict[Any, Event] = {}
        self._gathering: asyncio.TimerHandle | None = None
        self._flushed_at = 0.0
        self._seq = self._services.bus.seq
        self._code: int | None = None
        self._following = Following(call, self)
        # Events are rendered outside the task that answers the request.
        self._language = words.language()

    # The right to be here

    def caller(self) -> Caller:
        """Who reads, as they are now; `Missing` once they may no longer."""
        now = self._now()
        if now is None:
            raise Missing("web.not_signed_in")
        self._caller = now
        return now

    def _now(self) -> Caller | None:
        if self._caller.session_id is not None:
            return self._services.sessions.current(self._caller.session_id)
        if self._caller.token_id is not None:
            return self._services.tokens.current(self._caller.token_id)
        return self._caller

    def _still(self) -> bool:
        return self._now() is not None

    def _lose(self) -> None:
        if not self._still_open():
            return
        if self._call.shared.going:
            self._end(GOING)
        else:
            self.say("session.ended", {})
            self._end(ENDED)

    # Its life

    async def run(self) -> None:
        """Until either side leaves."""
        self.say("hello", {"version": self._services.version})
        stop = self._services.bus.subscribe(self._take)
        writer = asyncio.create_task(self._write(), name="events")
        try:
            with self._call.shared.opens.held(self._still, self._lose, self._caller.session_id):
                async for message in self._socket:
                    if message.type is not WSMsgType.TEXT:
                        break
                    self._ask(message.data)
        finally:
            stop()
            if self._gathering is not None:
                self._gathering.cancel()
            await self._following.stop()
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer

    def _ask(self, text: str) -> None:
        try:
            asked = ASK.validate_json(text)
        except ValidationError:
            self._refuse(Invalid("web.unknown_request"), None)
            return
        if isinstance(asked, Resume):
            self._resume(asked.seq)
        elif isinstance(asked, Follow):
            try:
                self._following.begin(asked.log, asked.start)
            except StudioError as error:
                self._refuse(error, asked.log)
        else:
            self._following.end(asked.log)

    def _refuse(self, error: StudioError, log: str | None) -> None:
        self.say("problem", {"log": log, "key": error.key, "sentence": error.sentence})

    # Events in

    def _take(self, event: Event) -> None:
        if event.type not in CATALOGUE:
            return
        key = about(event)
        self._pending.pop(key, None)
        self._pending[key] = event
        if self._gathering is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._flushed_at + GATHER_SECONDS - loop.time())
            self._gathering = loop.call_later(wait, self._flush)

    def _resume(self, seq: int) -> None:
        missed = self._services.bus.since(seq)
        if missed is None:
            self.say("resync", {})
            return
        for event in missed:
            self._take(event)

    def _flush(self) -> None:
        self._gathering = None
        self._flushed_at = asyncio.get_running_loop().time()
        waiting = sorted(self._pending.values(), key=lambda event: event.seq)
        self._pending.clear()
        try:
            caller = self.caller()
        except StudioError:
            return
        if _standing(caller) != self._standing:
            # Everything looks different now: what may be seen, and what may be done with it.
            self._standing = _standing(caller)
            self._seq = self._services.bus.seq
            self.say("resync", {})
            return
        with words.speaking(self._language):
            self._render(waiting, caller)
        self._seq = max(self._seq, waiting[-1].seq) if waiting else self._seq

    def _render(self, waiting: list[Event], caller: Caller) -> None:
        for event in waiting:
            if event.audience.includes(caller.person.id, is_admin=caller.is_admin):
                rendered = render(event, caller, self._call)
                if rendered is not None:
                    self._seq = event.seq
                    self.say(rendered[0], rendered[1], at=event.at)

    # Messages out

    def say(self, type_: str, data: dict[str, Any], *, at: float | None = None) -> None:
        """Send one message after those that wait."""
        if not self._still_open():
            return
        kind = CATALOGUE[type_]
        message = {"seq": self._seq, "topic": kind.topic, "type": type_, "at": at or time.time(), "data": data}
        self._post(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def say_lines(self, log: str, body: str) -> None:
        """Send lines of `log`; `body` is the rest of the data in JSON, which many pages share."""
        if self._still_open():
            head = f'{{"seq":{self._seq},"topic":"logs","type":"log.lines","at":{time.time()}'
            self._post(f'{head},"data":{{"log":{json.dumps(log)},{body}}}}}')

    def _post(self, text: str) -> None:
        self._outbox.append(text)
        self._bytes += len(text)
        self._wake.set()
        if self._bytes > MOST_BYTES:
            self._outbox.clear()
            self._end(TOO_SLOW)

    def _still_open(self) -> bool:
        return self._code is None and not self._socket.closed

    def _end(self, code: int) -> None:
        """Close with `code` after what waits; a reader that does not take even that is cut off."""
        self._code = code
        self._wake.set()
        transport = self._call.request.transport
        if transport is not None:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, transport.abort)

    async def room(self) -> None:
        """Wait until a log's next lines do not pile up for a slow reader."""
        while self._bytes > ROOM_BYTES:
            self._drained.clear()
            await self._drained.wait()

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._outbox:
                    text = self._outbox.popleft()
                    await self._socket.send_str(text)
                    self._bytes -= len(text)
                    self._drained.set()
                if self._code is not None:
                    await self._socket.close(code=self._code, message=words.say(_WHY[self._code]).encode())
                    return


def _standing(caller: Caller) -> tuple[str, bool]:
    """What decides how everything looks: the role, and whether they act as an admin now."""
    return caller.person.role, caller.is_admin
