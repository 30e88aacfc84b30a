"""A terminal on one page: input passes while its person is in admin mode, output as long as they may be here."""

import asyncio
from contextlib import suppress
from typing import Annotated, Any, Literal

from aiohttp import WSMsgType, web
from pydantic import Field, ValidationError

from comfystudio import words
from comfystudio.errors import Invalid, NotSignedIn, StudioError
from comfystudio.keeper.attachment import LARGEST, Attachment
from comfystudio.web.call import Call
from comfystudio.web.rights import now
from comfystudio.web.shapes import Shape
from comfystudio.web.stream import ENDED, GOING, GRACE_SECONDS

__all__ = ["LONGEST_PASTE", "Screen"]

LONGEST_PASTE = 64 * 1024


class Resize(Shape):
    """The page's screen has another size now."""

    type: Literal["resize"]
    cols: Annotated[int, Field(ge=1, le=LARGEST)]
    rows: Annotated[int, Field(ge=1, le=LARGEST)]


class Screen:
    """Joins the page's socket with the terminal's line."""

    def __init__(self, call: Call, page: web.WebSocketResponse, line: Attachment) -> None:
        self._call = call
        self._page = page
        self._line = line
        self._told: str | None = None
        self._closing: asyncio.Task[bool] | None = None

    async def run(self) -> None:
        """Until the page leaves, the terminal ends, or the person may no longer be here."""
        drawing = asyncio.create_task(self._draw(), name="terminal")
        try:
            with self._call.shared.opens.held(self._still, self._lose, self._call.caller.session_id):
                async for message in self._page:
                    if message.type is WSMsgType.BINARY:
                        await self._type(message.data)
                    elif message.type is WSMsgType.TEXT:
                        await self._ask(message.data)
        finally:
            drawing.cancel()
            with suppress(asyncio.CancelledError):
                await drawing

    def _still(self) -> bool:
        """Whether the person may look: an admin, in admin mode or not."""
        caller = now(self._call)
        return caller is not None and caller.person.role == "admin"

    # From the page

    async def _type(self, data: bytes) -> None:
        if await self._allowed():
            # Waits while the program reads nothing; the page then waits too, since no more is read from it.
            await self._line.write(data)

    async def _ask(self, text: str) -> None:
        try:
            asked = Resize.model_validate_json(text)
        except ValidationError:
            await self._refuse(Invalid("web.unknown_request"))
            return
        if await self._allowed():
            self._line.resize(asked.cols, asked.rows)

    async def _allowed(self) -> bool:
        """Whether the person may type just now; said once where not."""
        try:
            caller = now(self._call)
            if caller is None:
                raise NotSignedIn("web.not_signed_in")
            caller.must_be_admin()
        except StudioError as error:
            if self._told != error.key:
                self._told = error.key
                await self._refuse(error)
            return False
        self._told = None
        return True

    async def _refuse(self, error: StudioError) -> None:
        await self._say("problem", key=error.key, sentence=error.sentence)

    # To the page

    async def _draw(self) -> None:
        with suppress(ConnectionError):
            while (got := await self._line.read()) is not None:
                if isinstance(got, bytes):
                    # Waits for a slow page; what it misses meanwhile the keeper counts.
                    await self._page.send_bytes(got)
                else:
                    await self._say("skipped", bytes=got)
            await self._say("ended")
            await self._page.close()

    async def _say(self, type_: str, **fields: Any) -> None:
        with suppress(ConnectionError):
            await self._page.send_json({"type": type_, **fields})

    def _lose(self) -> None:
        code, why = (GOING, "web.going") if self._call.shared.going else (ENDED, "web.session_over")
        self._closing = asyncio.create_task(self._page.close(code=code, message=words.say(why).encode()))
        if self._call.request.transport is not None:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._call.request.transport.abort)
