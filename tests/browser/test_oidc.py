"""Signing in over a provider in a real browser: out, back and in, by keyboard, and everything that can stop it."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Opens
from tests.people.oidc.provider import CLIENT, SECRET, ProviderDouble, served_in_thread
from tests.studio import RunningStudio, passable_folder, studio_in

NAME = "Rosa Macak"
NAMED = "Harbour Pictures International single sign-on for staff"


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderDouble]:
    """A provider where Rosa is signed in."""
    with served_in_thread() as found:
        yield found


@pytest.fixture(scope="module")
def studio(provider: ProviderDouble) -> Iterator[RunningStudio]:
    """A studio whose settings name that provider."""
    with passable_folder() as folder:
        secret = folder / "secret"
        secret.write_text(SECRET, encoding="utf-8")
        flags = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_name": NAMED}
        with studio_in(folder, oidc_client_secret_file=str(secret), **flags) as found:
            found.start()
            found.person(NAME, PASSWORD, admin=True)
            yield found


@pytest.fixture(autouse=True)
def _good(provider: ProviderDouble) -> None:
    provider.account = {"sub": "0001", "preferred_username": NAME}
    provider.status.clear()


def judge(page: Page) -> None:
    """No violation of axe, no sideways scroll."""
    page.wait_for_timeout(250)  # transitions end; axe would measure colours half-way
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_somebody_comes_in_by_keyboard(visit: Opens, studio: RunningStudio) -> None:
    """The button leads to the provider and back to the page asked for; no code stays in address or history."""
    page = visit()
    page.goto(f"{studio.address}/signin?next=%2Faccount")
    button = page.get_by_role("button", name=f"Sign in with {NAMED}")
    expect(button).to_be_visible()
    judge(page)
    page.emulate_media(color_scheme="light")
    judge(page)
    for _ in range(6):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"{studio.address}/account")
    # Somebody who goes back or opens the page anew is in and hears of no error.
    page.goto(f"{studio.address}/signin/return")
    page.wait_for_url(f"{studio.address}/")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_what_stops_a_sign_in_is_said(
    visit: Opens, studio: RunningStudio, provider: ProviderDouble, phone: bool
) -> None:
    """A refusal, a change of mind, a used and a bare address: a sentence, the way on, and nothing secret in sight."""
    page = visit(phone=phone)
    provider.account["preferred_username"] = "Somebody with quite a long name who is not on the roster"
    page.goto(f"{studio.address}/signin")
    page.get_by_role("button", name=f"Sign in with {NAMED}").click()
    expect(page.get_by_role("alert")).to_contain_text("is not on the roster of this studio")
    assert page.url == f"{studio.address}/signin/return"
    judge(page)
    for query, said in (
        ("?error=access_denied&error_description=<b>&state=x", "was not finished"),
        ("?code=used&state=used", "This sign-in was used"),
        ("", "Start from the sign-in page"),
    ):
        page.goto(f"{studio.address}/signin/return{query}")
        expect(page.get_by_role("alert")).to_contain_text(said)
        expect(page).to_have_url(f"{studio.address}/signin/return")
    page.get_by_role("link", name="Go to sign-in").click()
    expect(page.get_by_role("button", name=f"Sign in with {NAMED}")).to_be_visible()
    judge(page)


def test_a_provider_that_is_down_leaves_the_password(
    visit: Opens, studio: RunningStudio, provider: ProviderDouble
) -> None:
    """Where the provider fails on the way back, the page says so and the password still works."""
    provider.status["token"] = 503
    page = visit()
    page.goto(f"{studio.address}/signin")
    page.get_by_role("button", name=f"Sign in with {NAMED}").click()
    expect(page.get_by_role("alert")).to_contain_text(f"{NAMED} does not answer as it should")
    page.get_by_role("link", name="Go to sign-in").click()
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{studio.address}/")
