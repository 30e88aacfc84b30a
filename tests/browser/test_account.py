"""The account page: devices, password, tokens, look and keys; and the way in where names are picked."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Cookies, Opens, cookies_of, signed_in
from tests.browser.judging import judge, watched
from tests.studio import RunningStudio, passable_folder, studio_in

ADMIN, ARTIST, LEAVER = "Vera Novak", "Ana O'Hara 艺术家 🎨", "Lea Petek"
# Both sizes and both themes; test_pages opens the page in all four looks.
LOOKS = [(False, True), (True, False)]
IDS = ["desktop-light", "phone-dark"]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with three people and no tools."""
    with passable_folder() as folder, studio_in(folder) as found:
        found.start()
        found.person(ADMIN, PASSWORD, admin=True)
        found.person(ARTIST, PASSWORD)
        found.person(LEAVER, PASSWORD)
        yield found


@pytest.fixture(scope="module")
def artist(studio: RunningStudio) -> Cookies:
    """The artist's session."""
    return cookies_of(studio, ARTIST)


@pytest.fixture
def account(studio: RunningStudio, visit: Opens, artist: Cookies) -> Page:
    """The artist's page."""
    page = signed_in(visit(), studio, artist)
    page.goto(f"{studio.address}/account")
    expect(page.get_by_text("This device")).to_be_visible()
    return page


def _enter(studio: RunningStudio, name: str, agent: str) -> None:
    body = {"name": name, "password": PASSWORD}
    assert studio.request("POST", "/api/v1/session", body, headers={"User-Agent": agent}).status == 200


@pytest.mark.parametrize(("phone", "light"), LOOKS, ids=IDS)
def test_the_page_passes_axe(studio: RunningStudio, visit: Opens, artist: Cookies, phone: bool, light: bool) -> None:
    """Devices, password, tokens, theme, language and the map of keys, with a token that was just made."""
    page = signed_in(visit(phone=phone, light=light), studio, artist)
    complaints = watched(page)
    page.goto(f"{studio.address}/account")
    page.get_by_label("For which program").fill("A program with a long name, " * 3)
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_text("It is shown only now.")).to_be_visible()
    judge(page, complaints)


def test_a_token_has_a_scope_and_an_end(studio: RunningStudio, account: Page) -> None:
    """One that only looks, for seven days, reads and changes nothing; revoked on the page it opens nothing."""
    account.get_by_label("For which program").fill("Wall display")
    account.get_by_role("radio", name="Look", exact=True).check(force=True)
    account.get_by_role("radio", name="7 days").check(force=True)
    expect(account.get_by_role("radio", name="Administer")).to_have_count(0)
    account.get_by_role("button", name="Make token").click()
    token = account.get_by_role("textbox", name="Token for Wall display").input_value()
    headers = {"Authorization": f"Bearer {token}"}
    assert studio.get("/api/v1/session", headers=headers).status == 200
    body = {"label": "x"}
    assert studio.request("POST", "/api/v1/tokens", body, headers=headers).status == 403
    row = account.get_by_role("listitem").filter(has_text="Wall display")
    expect(row).to_contain_text("Looks only")
    expect(row).to_contain_text("until")
    row.get_by_role("button", name="Revoke the token for Wall display").click()
    account.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert studio.get("/api/v1/session", headers=headers).status == 401


def test_an_admins_token_asks_for_admin_mode_first(studio: RunningStudio, visit: Opens) -> None:
    """Outside admin mode the password is asked for, and the token is there once it was given."""
    page = signed_in(visit(), studio, cookies_of(studio, ADMIN))
    page.goto(f"{studio.address}/account")
    page.get_by_label("For which program").fill("Backup script")
    page.get_by_role("radio", name="Administer").check(force=True)
    page.get_by_role("button", name="Make token").click()
    page.get_by_role("dialog").get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Token for Backup script")).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text="Backup script")
    expect(row).to_contain_text("Acts as an admin")


def test_other_devices_are_seen_and_signed_out(studio: RunningStudio, account: Page) -> None:
    """A phone shows with its name and leaves at a press; then all others do, and this browser stays."""
    _enter(studio, ARTIST, PHONE)
    account.reload()
    account.get_by_role("button", name="Sign out Safari on iPhone").click()
    expect(account.get_by_role("listitem").filter(has_text="Safari on iPhone")).to_have_count(0)
    _enter(studio, ARTIST, PHONE)
    account.reload()
    expect(account.get_by_role("button", name="Sign out Safari on iPhone")).to_be_visible()
    account.get_by_role("button", name="Sign out the others").click()
    expect(account.get_by_role("button", name="Sign out Safari on iPhone")).to_have_count(0)
    expect(account.get_by_text("This device")).to_be_visible()


def test_signing_out_everywhere_takes_this_browser_too(studio: RunningStudio, visit: Opens) -> None:
    """It says so first; then both browsers are at the sign-in, and this one is not told that its session ended."""
    cookies = cookies_of(studio, LEAVER)
    page, other = signed_in(visit(), studio, cookies), signed_in(visit(), studio, cookies_of(studio, LEAVER))
    other.goto(studio.address)
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{studio.address}/account")
    page.get_by_role("button", name="Sign out everywhere…").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("this one too")
    page.get_by_role("button", name="Sign out everywhere", exact=True).click()
    page.wait_for_url(re.compile("/signin"))
    other.wait_for_url(re.compile("/signin.*ended"))
    expect(page.get_by_text("Your session ended")).to_have_count(0)


def test_the_theme_changes_at_once_and_stays(account: Page) -> None:
    """Light is chosen, shown, and kept over a reload."""
    account.get_by_role("radio", name="Light").check(force=True)
    assert account.evaluate("document.documentElement.dataset.theme") == "light"
    account.reload()
    expect(account.get_by_role("radio", name="Light")).to_be_checked()
    assert account.evaluate("document.documentElement.dataset.theme") == "light"


def test_names_are_picked_where_no_password_is_asked(visit: Opens) -> None:
    """In an open studio everybody on the roster stands on the page, is found by typing, and is in at a press."""
    with passable_folder() as folder, studio_in(folder, auth="open") as found:
        found.start()
        for name in (ADMIN, ARTIST, *(f"Artist {number}" for number in range(8))):
            found.call("POST", "/people", {"name": name, "admin": name == ADMIN})
        page = visit()
        complaints = watched(page)
        page.goto(f"{found.address}/account")
        expect(page.get_by_role("button", name=f"Go on as {ADMIN}")).to_be_visible()
        judge(page, complaints)
        page.get_by_label("Find your name").fill("hara")
        page.get_by_role("button", name=f"Go on as {ARTIST}").click()
        page.wait_for_url(f"{found.address}/account")
        expect(page.get_by_text("You are Ana O'Hara")).to_be_visible()
