"""The events socket: one a page. What happened, in order, for this person's eyes; logs on request."""

from aiohttp import web

from comfystudio.errors import StudioError
from comfystudio.web.call import Call
from comfystudio.web.routing import Media, Need, route
from comfystudio.web.stream import Stream

__all__ = ["NoSocket"]

PING_SECONDS = 20.0
LONGEST_ASK = 16 * 1024


class NoSocket(StudioError):
    """A plain request came where a WebSocket is spoken."""

    status = 426


@route(
    "GET",
    "/api/v1/events",
    need=Need.SIGNED_IN,
    about="The events socket (WebSocket). Messages: see the catalogue of events.",
    status=101,
    raises=(426,),
    media=Media.SOCKET,
)
async def events(call: Call) -> web.StreamResponse:
    """Open the stream and stay until it ends."""
    socket = web.WebSocketResponse(heartbeat=PING_SECONDS, max_msg_size=LONGEST_ASK, compress=False)
    if not socket.can_prepare(call.request):
        raise NoSocket("web.not_a_socket")
    stream = Stream(call, socket)
    await socket.prepare(call.request)
    await stream.run()
    return socket
