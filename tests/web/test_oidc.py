"""Signing in over a provider, over HTTP: cookies, the way back, and what the page is told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.people.oidc.provider import CLIENT, SECRET, ProviderDouble, served
from tests.web.house import ALICE, BOB, House, Visitor, opened

BEGIN = "/api/v1/session/oidc"
RETURN = "/api/v1/session/oidc/return"


@pytest.fixture
async def provider() -> AsyncIterator[ProviderDouble]:
    """A provider where Alice is signed in."""
    async with served() as found:
        found.account = {"sub": "a-1", "preferred_username": ALICE}
        yield found


@pytest.fixture
async def linked(workspace: Workspace, database: Database, provider: ProviderDouble) -> AsyncIterator[House]:
    """A house whose settings name the provider."""
    secret = workspace.root / "oidc-secret"
    secret.write_text(SECRET, encoding="utf-8")
    flags: dict[str, Any] = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret_file": str(secret),
        "oidc_name": "Harbour",
    }
    async with opened(workspace, database, **flags) as found:
        yield found


async def begun(house: House, visitor: Visitor, next_: str = "/") -> tuple[str, dict[str, str]]:
    """The provider's address and the headers with which this browser comes back."""
    async with visitor.ask("POST", BEGIN, {"next": next_}) as answer:
        assert answer.status == 200, await answer.text()
        name = away(house)
        cookie = answer.cookies[name]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["max-age"], cookie["domain"]) == ("/", "600", "")
        return (await answer.json())["url"], {"Cookie": f"{name}={cookie.value}"}


def away(house: House) -> str:
    """The cookie of a browser that is at the provider."""
    name = house.cookie.replace("comfystudio-", "comfystudio-away-")
    assert name.startswith("__Host-comfystudio-away-")
    return name


async def test_a_person_comes_in_by_the_provider(linked: House, provider: ProviderDouble) -> None:
    """The button's name is public, the way back opens a session, and the page asked for comes along."""
    nobody = await linked.visitor()
    assert (await nobody.json("GET", "/api/v1/studio"))["oidc"] == {"name": "Harbour"}
    url, headers = await begun(linked, nobody, "/outputs?kind=image")
    assert url.startswith(f"{provider.issuer}/authorize?")
    code, state = provider.visited(url)
    async with nobody.ask("POST", RETURN, {"code": code, "state": state}, headers=headers) as answer:
        found = await answer.json()
        assert (found["me"]["name"], found["next"]) == (ALICE, "/outputs?kind=image")
        assert answer.cookies[away(linked)]["max-age"] == "0"
        raw = answer.cookies[linked.cookie].value
    alice = linked.holder(raw)
    assert (await alice.json("GET", "/api/v1/session"))["me"]["name"] == ALICE
    again = {"code": code, "state": state}
    assert await nobody.status("POST", RETURN, again, headers=headers) == 410


async def test_another_browser_cannot_finish_a_sign_in(linked: House, provider: ProviderDouble) -> None:
    """A way back that somebody sends to somebody else signs nobody in."""
    nobody = await linked.visitor()
    url, headers = await begun(linked, nobody)
    for cookie in (
        {},
        {"Cookie": f"{away(linked)}={'x' * 43}"},
        {"Cookie": f"{headers['Cookie']}; {headers['Cookie']}"},
    ):
        code, state = provider.visited(url)
        assert await nobody.status("POST", RETURN, {"code": code, "state": state}, headers=cookie) == 410


async def test_the_session_from_before_ends(linked: House, provider: ProviderDouble) -> None:
    """Coming in by the provider over somebody's session ends that one."""
    bob = await linked.visitor(BOB)
    url, headers = await begun(linked, bob)
    code, state = provider.visited(url)
    both = {"Cookie": f"{bob.headers['Cookie']}; {headers['Cookie']}"}
    found = await bob.json("POST", RETURN, {"code": code, "state": state}, headers=both)
    assert found["me"]["name"] == ALICE
    assert await bob.status("GET", "/api/v1/session") == 401


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "", "/ a"]
)
async def test_the_way_back_leads_nowhere_else(linked: House, provider: ProviderDouble, next_: str) -> None:
    """What could lead out of the studio leads Home."""
    nobody = await linked.visitor()
    url, headers = await begun(linked, nobody, next_)
    code, state = provider.visited(url)
    found = await nobody.json("POST", RETURN, {"code": code, "state": state}, headers=headers)
    assert found["next"] == "/"


async def test_refusals_have_a_status_and_a_sentence(linked: House, provider: ProviderDouble) -> None:
    """Whoever is not listed, is not vouched for, or meets a provider that is down, reads why."""
    nobody = await linked.visitor()

    async def came() -> tuple[int, str]:
        url, headers = await begun(linked, nobody)
        code, state = provider.visited(url)
        async with nobody.ask("POST", RETURN, {"code": code, "state": state}, headers=headers) as answer:
            assert linked.cookie not in answer.cookies
            return answer.status, (await answer.json())["sentence"]

    provider.account["preferred_username"] = "Mallory"
    assert await came() == (403, "Mallory is not on the roster of this studio. Ask an admin to add that name.")
    provider.account["preferred_username"] = ALICE
    provider.claims = {"aud": "elsewhere"}
    status, sentence = await came()
    assert (status, "does not prove who you are" in sentence) == (401, True)
    provider.status["token"] = 502
    status, sentence = await came()
    assert (status, "Harbour does not answer" in sentence) == (503, True)


async def test_without_a_provider_there_is_none(house: House) -> None:
    """Where settings name no provider, the page shows no button and the routes say so."""
    nobody = await house.visitor()
    assert (await nobody.json("GET", "/api/v1/studio"))["oidc"] is None
    assert await nobody.status("POST", BEGIN, {}) == 404
    assert await nobody.status("POST", RETURN, {"code": "x", "state": "x"}) == 404
