"""Trust 8 and 9: one-time codes between the origins, and the way back that leads nowhere else."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from comfystudio.errors import Refused
from comfystudio.gateway import codes as codes_module
from comfystudio.gateway.codes import Codes, safe_path
from tests.gateway.doubles import BO, Caller
from tests.gateway.studio import WINDOW, Studio, studio_of

HOSTILE = [
    "//e",
    "///e",
    "/\\e",
    "\\\\e",
    "\\/e",
    "/\te",
    "/\t/e",
    "/\n/e",
    "/\r/e",
    "/ /e",
    "https:e",
    "https://e",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    " /x",
    "\t//e",
    "x",
    "",
    None,
    "/a\\b",
    "/\x00",
    "/" + "a" * 3000,
]


class Browser:
    """A browser with its cookies, one jar for all ports as in life."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.cookies: dict[str, str] = {}

    async def get(self, url: str, **headers: str):
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        everything = {**WINDOW, **({"Cookie": sent} if sent else {}), **headers}
        async with self.studio.client.get(
            URL(url, encoded=True), headers=everything, allow_redirects=False
        ) as answer:
            await answer.read()
            for line in answer.headers.getall("Set-Cookie", ()):
                name, _, rest = line.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return answer

    async def asked(self, path: str = "/lab?x=1", tool: str = "unix") -> str:
        """Open a tool as nobody: the portal's address with the state."""
        answer = await self.get(self.studio.origin(tool) + path)
        assert answer.status == 302
        return answer.headers["Location"]

    async def sign_in(self) -> None:
        name, _, value = self.studio.portal_cookie().partition("=")
        self.cookies[name] = value

    async def code(self, path: str = "/lab?x=1") -> str:
        """The address with the code, not yet opened."""
        answer = await self.get(await self.asked(path))
        assert answer.status == 303, answer.headers
        return answer.headers["Location"]


@pytest.fixture
async def browser(studio: Studio) -> Browser:
    """A browser that is signed in at the portal."""
    found = Browser(studio)
    await found.sign_in()
    return found


async def test_the_way_in(studio: Studio, browser: Browser) -> None:
    """Tool, portal, tool: a session of the tool's own, the wanted path, no Referer, nothing kept by caches."""
    asked = await browser.asked("/lab/tree/a%20b?x=1&y=%2F")
    assert asked.startswith(f"{studio.portal}/enter/unix?state=")
    answer = await browser.get(asked)
    entered = answer.headers["Location"]
    assert entered.startswith(f"{studio.origin()}/.comfystudio/enter?code=")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    answer = await browser.get(entered)
    assert answer.status == 303
    assert answer.headers["Location"] == "/lab/tree/a%20b?x=1&y=%2F"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    answer = await browser.get(f"{studio.origin()}/lab")
    assert answer.status == 200
    assert studio.unix_tool.hits[-1].path == "/lab"


async def test_the_cookies_on_the_way(studio: Studio, browser: Browser) -> None:
    """State and session are __Host- cookies; the state lasts five minutes and its value is not in the address."""
    answer = await browser.get(studio.origin() + "/")
    line = answer.headers["Set-Cookie"]
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    assert line.startswith(f"__Host-comfystudio-state-unix-{studio.tools.ports['unix']}=")
    assert "; Max-Age=300; Path=/; HttpOnly; SameSite=Lax; Secure" in line
    assert state not in line
    answer = await browser.get((await browser.get(answer.headers["Location"])).headers["Location"])
    line = answer.headers["Set-Cookie"]
    assert line.startswith(f"__Host-comfystudio-unix-{studio.tools.ports['unix']}=")
    assert line.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")


async def test_somebody_who_is_not_signed_in_signs_in_first(studio: Studio) -> None:
    """The sign-in page gets the way back as a path of the portal."""
    browser = Browser(studio)
    answer = await browser.get(await browser.asked())
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.netloc, target.path) == ("", "", "/signin")
    way_back = parse_qs(target.query)["next"][0]
    assert way_back.startswith("/enter/unix?state=")
    await browser.sign_in()
    assert (await browser.get(studio.portal + way_back)).status == 303


async def test_a_code_works_once(studio: Studio, browser: Browser) -> None:
    """Replayed, even by the same browser: 403, a sentence, a way on, and no cookie."""
    entered = await browser.code()
    assert (await browser.get(entered)).status == 303
    answer = await browser.get(entered)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers
    async with studio.client.get(entered, headers=WINDOW) as again:
        text = await again.text()
    assert f'href="{studio.origin()}/"' in text
    assert f'href="{studio.portal}/"' in text


async def test_a_late_code(studio: Studio, browser: Browser) -> None:
    """After thirty seconds it opens nothing."""
    entered = await browser.code()
    studio.gateway._codes._now = lambda now=studio.gateway._codes._now: now() + 31
    assert (await browser.get(entered)).status == 403


async def test_a_code_of_another_browser(studio: Studio, browser: Browser) -> None:
    """A link with a code that somebody sends along opens nothing for whoever clicks it."""
    entered = await browser.code()
    victim = Browser(studio)
    await victim.sign_in()
    assert (await victim.get(entered)).status == 403
    await victim.asked()
    assert (await victim.get(await browser.code())).status == 403


async def test_a_code_for_another_tool(studio: Studio, browser: Browser) -> None:
    """It is bound to the tool and its origin."""
    entered = urlsplit(await browser.code())
    await browser.asked(tool="port")
    assert (await browser.get(f"{studio.origin('port')}{entered.path}?{entered.query}")).status == 403


async def test_a_code_after_sign_out(studio: Studio, browser: Browser) -> None:
    """The session it came from has ended."""
    entered = await browser.code()
    studio.sessions.end(BO)
    assert (await browser.get(entered)).status == 403


async def test_a_session_that_ends_as_the_code_is_taken(studio: Studio, browser: Browser) -> None:
    """Even where nobody told the gateway in time, the child cannot be opened."""
    entered = await browser.code()
    studio.sessions.portal.clear()
    assert (await browser.get(entered)).status == 403


async def test_a_code_after_the_grant_was_withdrawn(studio: Studio, browser: Browser) -> None:
    """The grant is asked for again."""
    entered = await browser.code()
    studio.tools.refused.add((BO.id, "unix"))
    assert (await browser.get(entered)).status == 403


async def test_no_code_without_a_grant(studio: Studio, browser: Browser) -> None:
    """The portal says so at once."""
    asked = await browser.asked()
    studio.tools.refused.add((BO.id, "unix"))
    assert (await browser.get(asked)).status == 403


async def test_two_at_once_have_one_winner(studio: Studio, browser: Browser) -> None:
    """A code that is used twice in the same moment opens one session."""
    entered = await browser.code()
    answers = await asyncio.gather(*(browser.get(entered) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [303, 403, 403, 403, 403]
    assert len(studio.sessions.children) == 1


async def test_tabs_opened_together_all_come_in(studio: Studio, browser: Browser) -> None:
    """A browser that restores its tabs has all of them let in, each at its own path."""
    asked = [await browser.asked(f"/lab/{index}") for index in range(3)]
    entered = [(await browser.get(each)).headers["Location"] for each in asked]
    ends = [(await browser.get(each)).headers["Location"] for each in entered]
    assert ends == ["/lab/0", "/lab/1", "/lab/2"]


async def test_a_state_nobody_asked_for(studio: Studio, browser: Browser) -> None:
    """The portal issues no code for a state it does not know, or for another tool's; the page leads on."""
    state = (await browser.asked()).partition("state=")[2]
    for address in (f"{studio.portal}/enter/unix?state=made-up", f"{studio.portal}/enter/port?state={state}"):
        assert (await browser.get(address)).status == 403


async def test_enter_without_a_state_begins_at_the_tool(studio: Studio, browser: Browser) -> None:
    """A card's link: to the tool's origin, which is never taken from the request."""
    answer = await browser.get(f"{studio.portal}/enter/unix?next=https://evil.example&origin=https://evil.example")
    assert answer.headers["Location"] == f"{studio.origin()}/"
    assert (await browser.get(f"{studio.portal}/enter/nothing")).status == 404
    assert (await browser.get(f"{studio.portal}/enter/..%2f..%2f")).status == 404


async def test_a_token_gets_no_code(studio: Studio) -> None:
    """Codes stand for a browser's session: a leaked token does not become one."""
    token = studio.tokens.make(BO)
    browser = Browser(studio)
    answer = await browser.get(await browser.asked(), Authorization=f"Bearer {token}")
    assert answer.headers["Location"].startswith("/signin?")


async def test_codes_are_in_no_log(studio: Studio, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of the way in is logged, at any level."""
    caplog.set_level(0)
    entered = await browser.code()
    await browser.get(entered)
    await browser.get(entered)
    code = entered.partition("code=")[2]
    assert code not in caplog.text


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_way_back(path: str | None) -> None:
    """What any browser could take for another place becomes the tool's first page."""
    assert safe_path(path) == "/"


@pytest.mark.parametrize("path", ["/", "/lab", "/lab?next=//e", "/a%5cb", "/a//b", "/%09/e", "/é"])
def test_harmless_way_back(path: str) -> None:
    """Ordinary paths are kept as they are."""
    assert safe_path(path) == path


@given(st.text())
def test_the_way_back_always_stays_here(path: str) -> None:
    """Whatever comes in, what goes out is one slash and then neither slash, backslash nor blank."""
    found = safe_path(path)
    assert found.startswith("/")
    assert found[1:2] not in {"/", "\\"}
    assert not any(letter <= " " or letter == "\\" for letter in found)


@pytest.mark.parametrize("path", ["//evil.example/", "/%5cevil.example", "///evil.example", "/\\evil.example"])
async def test_hostile_paths_at_the_tool(studio: Studio, browser: Browser, path: str) -> None:
    """A request whose own path looks like another host comes back to this one."""
    lines = f"Host: localhost:{studio.tools.ports['unix']}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    answer = await studio.raw(f"GET {path} HTTP/1.1\r\n{lines}".encode())
    head = answer.decode().partition("\r\n\r\n")[0]
    lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    name, _, rest = lines["Set-Cookie"].partition("=")
    browser.cookies[name] = rest.partition(";")[0]
    entered = (await browser.get(lines["Location"])).headers["Location"]
    assert (await browser.get(entered)).headers["Location"] in {"/", "/%5cevil.example"}


def test_wishes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One address cannot crowd out the others, and all of them together stay within the limit."""
    monkeypatch.setattr(codes_module, "MOST_WISHES", 50)
    monkeypatch.setattr(codes_module, "MOST_WISHES_AN_ADDRESS", 10)
    codes = Codes()
    _, kept = codes.wish("t", "o", "/", "good")
    for _ in range(100):
        codes.wish("t", "o", "/", "flood")
    assert len(codes._wishes) == 11
    assert codes.issue(Caller(BO, session_id=1), "t", "o", kept)
    for index in range(100):
        codes.wish("t", "o", "/", f"flood {index}")
    assert len(codes._wishes) == 50
    assert sum(codes._by_address.values()) == 50


def test_nothing_is_kept_in_the_clear() -> None:
    """Neither code nor state cookie stands in the process's tables."""
    codes = Codes()
    cookie, state = codes.wish("t", "o", "/", "a")
    code = codes.issue(Caller(BO, session_id=1), "t", "o", state)
    kept = repr(codes._wishes) + repr(codes._codes)
    assert cookie not in kept
    assert code not in kept


def test_time_ends_wishes_and_codes() -> None:
    """Five minutes for a wish, half a minute for a code, on a clock that only goes forward."""
    now = 0.0
    codes = Codes(lambda: now)
    cookie, state = codes.wish("t", "o", "/x", "a")
    now = 299.0
    code = codes.issue(Caller(BO, session_id=1), "t", "o", state)
    now = 301.0
    with pytest.raises(Refused):
        codes.take(code, "t", "o", cookie)
    with pytest.raises(Refused):
        codes.issue(Caller(BO, session_id=1), "t", "o", state)
    assert not codes._wishes
    assert not codes._by_address


async def test_on_plain_http_elsewhere_the_prefix_goes(root: Path) -> None:
    """A LAN name without TLS: cookies without prefix and Secure, and the portal can say so."""
    async with studio_of(root, {"allowed_hosts": "box.lan"}) as studio:
        place = studio.origins.place("unix", f"box.lan:{studio.tools.ports['unix']}")
        assert not place.secure
        assert place.session_cookie == f"comfystudio-unix-{studio.tools.ports['unix']}"
        headers = {**WINDOW, "Host": place.host}
        async with studio.client.get(f"{studio.origin()}/", headers=headers, allow_redirects=False) as answer:
            assert answer.headers["Set-Cookie"].endswith("; HttpOnly; SameSite=Lax")
            assert answer.headers["Location"].startswith(f"http://box.lan:{studio.portal_port}/enter/")
