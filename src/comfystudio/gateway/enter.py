"""The way in: from a tool's origin to the portal for a code, and back with it."""

from urllib.parse import quote

from aiohttp import web

from comfystudio.errors import Missing, NotSignedIn, Refused, StudioError
from comfystudio.gateway import answers, cookies
from comfystudio.gateway.admission import Passage
from comfystudio.gateway.codes import STATE_SECONDS, Codes
from comfystudio.gateway.origins import Origins
from comfystudio.gateway.seams import Caller, Sessions, Tools
from comfystudio.gateway.starting import INTERNAL

__all__ = ["ENTER", "Enter"]

ENTER = "/enter/"


class Enter:
    """Both sides of the way in. `sign_in` is the path of the portal's sign-in page."""

    def __init__(
        self, codes: Codes, origins: Origins, sessions: Sessions, tools: Tools, *, sign_in: str, days: int
    ) -> None:
        self._codes = codes
        self._origins = origins
        self._sessions = sessions
        self._tools = tools
        self._sign_in = sign_in
        self._seconds = days * cookies.DAY

    def ask(self, passage: Passage) -> web.Response:
        """At the tool's origin, nobody signed in: keep the path and send the browser to the portal."""
        place, request = passage.place, passage.request
        # Only under the __Host- prefix is it certain that the cookie is not a neighbour's.
        known = cookies.only(request.headers.get("Cookie"), place.state_cookie) if place.secure else None
        cookie, state = self._codes.wish(place.listener, place.origin, request.raw_path, passage.address, known)
        response = answers.moved(f"{place.portal}{ENTER}{quote(place.listener)}?state={state}")
        line = cookies.value(place.state_cookie, cookie, place, seconds=round(STATE_SECONDS))
        response.headers.add("Set-Cookie", line)
        return response

    def portal(self, passage: Passage) -> web.Response:
        """At the portal: a code for whoever is signed in, or the sign-in page with the way back kept."""
        request, place = passage.request, passage.place
        tool = request.path.removeprefix(ENTER).rstrip("/")
        try:
            return self._portal(passage, tool)
        except NotSignedIn:
            return answers.moved(f"{self._sign_in}?next={quote(request.raw_path, safe='')}")
        except StudioError as error:
            origin = self._origins.tool_origin(tool, place)
            again = f"{origin}/" if origin and error.key == "gateway.wish_gone" else ""
            return answers.page(error, back=place.origin, again=again)

    def _portal(self, passage: Passage, tool: str) -> web.Response:
        origin = self._origins.tool_origin(tool, passage.place)
        if origin is None:
            raise Missing("gateway.no_such_tool", tool=tool[:200])
        state = passage.request.query.get("state")
        if not state:
            return answers.moved(f"{origin}/")
        caller = passage.caller
        # Codes stand for a browser's session: a token opens tools by itself.
        if caller is None or caller.session_id is None:
            raise NotSignedIn("gateway.not_signed_in")
        refuse_without_grant(self._tools, caller, tool)
        code = self._codes.issue(caller, tool, origin, state)
        return answers.moved(f"{origin}{INTERNAL}enter?code={code}", 303)

    async def take(self, passage: Passage) -> web.Response:
        """At the tool's origin with a code: a session of its own, and on to the kept path."""
        place, request = passage.place, passage.request
        cookie = cookies.only(request.headers.get("Cookie"), place.state_cookie)
        try:
            taken = self._codes.take(request.query.get("code", ""), place.listener, place.origin, cookie)
            refuse_without_grant(self._tools, taken.caller, place.listener)
            raw = await self._open(passage, taken.caller)
        except Refused as error:
            return answers.page(error, back=place.portal, again=f"{place.origin}/")
        response = answers.moved(taken.path, 303)
        line = cookies.value(place.session_cookie, raw, place, seconds=self._seconds)
        response.headers.add("Set-Cookie", line)
        return response

    async def _open(self, passage: Passage, parent: Caller) -> str:
        place = passage.place
        try:
            return await self._sessions.open_child(parent, tool=place.listener, origin=place.origin)
        except NotSignedIn:
            # Signed out between the code and its use.
            raise Refused("gateway.code_refused") from None


def refuse_without_grant(tools: Tools, caller: Caller, tool: str) -> None:
    """Raises Refused where the caller may not use the tool."""
    key = tools.may(caller.person, tool)
    if key is not None:
        raise Refused(key, tool=tools.manifest(tool).name)
