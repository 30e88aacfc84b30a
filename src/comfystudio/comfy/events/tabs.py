"""The open pages of every artist: one event goes to all tabs of its owner and to nobody else."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from comfystudio import words
from comfystudio.comfy.events import messages
from comfystudio.comfy.events.messages import Message
from comfystudio.comfy.events.running import Running
from comfystudio.comfy.events.tab import Tab
from comfystudio.comfy.seams import Preparer, Visit
from comfystudio.queue import Prompt, Prompts

__all__ = ["Tabs"]

PING_SECONDS = 30.0
LARGEST_HEARD = 1024 * 1024
LONGEST_ID = 200
GOING_AWAY = 1001


class Tabs:
    """Answers `GET /ws`. `features` are those of the worker, set when one arrives."""

    def __init__(self, prompts: Prompts, preparer: Preparer) -> None:
        self.features: Mapping[str, Any] = {"supports_preview_metadata": True}
        self._prompts = prompts
        self._preparer = preparer
        self._open: dict[int, set[Tab]] = {}
        self._running = Running()
        prompts.on_change(self._changed)

    async def serve(self, visit: Visit) -> web.StreamResponse:
        """Take a page's socket and keep it until either side leaves or the right to it ends."""
        person = visit.caller.person
        await self._preparer.prepare(person)
        socket = web.WebSocketResponse(compress=False, heartbeat=PING_SECONDS, max_msg_size=LARGEST_HEARD)
        if not socket.can_prepare(visit.request):
            return web.Response(status=400, text=words.say("comfy.for_sockets") + "\n")
        await socket.prepare(visit.request)
        tab = Tab(socket, visit.request)
        with visit.held(tab.end), self._among(person.id, tab):
            tab.text(messages.as_text(messages.first(self._prompts.remaining(person.id), _sid(visit.request))))
            for message in self._running.of(person.id):
                tab.text(messages.as_text(message))
            await tab.run(lambda text: self._hear(tab, text))
        return socket

    def send(self, owner_id: int, message: Message) -> None:
        """Send `message` to all tabs of the owner."""
        self._running.note(owner_id, message)
        tabs = self._open.get(owner_id)
        if tabs:
            text = messages.as_text(message)
            for tab in tuple(tabs):
                tab.text(text)

    def frame(self, owner_id: int, frame: bytes) -> None:
        """Send a binary frame to all tabs of the owner."""
        for tab in tuple(self._open.get(owner_id, ())):
            tab.frame(frame)

    def node(self, owner_id: int) -> str:
        """The node of the owner's prompt that runs; empty where none is known."""
        return self._running.node(owner_id)

    def busy(self, owner_id: int) -> bool:
        """Whether a prompt of the owner is known to run."""
        return bool(self._running.of(owner_id))

    def status(self, owner_id: int) -> None:
        """Tell the owner's tabs how many of their prompts are not finished."""
        self.send(owner_id, messages.status(self._prompts.remaining(owner_id)))

    def close(self) -> None:
        """Close every socket."""
        for tabs in tuple(self._open.values()):
            for tab in tuple(tabs):
                tab.end(GOING_AWAY)

    def _changed(self, prompt: Prompt) -> None:
        # ComfyUI says the count when a prompt is queued, begins and ends, also where it is the same as before:
        # pages read their lists anew by that.
        self.status(prompt.owner_id)

    @contextmanager
    def _among(self, owner_id: int, tab: Tab) -> Iterator[None]:
        tabs = self._open.setdefault(owner_id, set())
        tabs.add(tab)
        try:
            yield
        finally:
            tabs.discard(tab)
            if not tabs:
                self._open.pop(owner_id, None)

    def _hear(self, tab: Tab, text: str) -> None:
        """Only what a page says first matters, and only if it says what it can."""
        try:
            heard = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(heard, dict) or heard.get("type") != "feature_flags":
            return
        able = heard.get("data")
        tab.metadata = isinstance(able, dict) and able.get("supports_preview_metadata") is True
        tab.text(messages.as_text(messages.features(self.features)))


def _sid(request: web.BaseRequest) -> str:
    """The id that the page asked for. It only names the page to itself, so two may share one."""
    wanted = request.query.get("clientId", "")
    return wanted if 0 < len(wanted) <= LONGEST_ID else uuid.uuid4().hex
