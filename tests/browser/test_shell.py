"""The frame around every page: admin mode, the palette, keys, notices, help, the language, a studio out of reach."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import PASSWORD, Cookies, Opens, cookies_of, signed_in
from tests.browser.judging import judge, watched
from tests.browser.made import fill
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in

ADMIN, ARTIST = "Vera Novak", "Ana O'Hara 艺术家 🎨"


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with a tool that runs, one that does not, and a few pictures."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "ready")
        add_tool(folder / "setup", "stopped", port=9001)
        with studio_in(folder) as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            found.person(ARTIST, PASSWORD)
            fill(found.workspace / "ComfyUI" / "output" / ADMIN, 3)
            found.start_tool("ready")
            yield found


@pytest.fixture
def admin(studio: RunningStudio) -> Cookies:
    """The cookies of an admin whose admin mode is off."""
    return cookies_of(studio, ADMIN)


def _home(page: Page, studio: RunningStudio, cookies: Cookies) -> Page:
    signed_in(page, studio, cookies).goto(f"{studio.address}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("article[data-tool=ready]")).to_be_visible()
    return page


def _menu(page: Page, item: str) -> None:
    page.get_by_role("button", name=re.compile("Account of")).locator("visible=true").click()
    page.get_by_role("menuitem", name=item).or_(page.get_by_role("menuitemradio", name=item)).click()


def _confirm(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Turn on", exact=True).click()


def test_admin_mode_is_asked_for_shown_and_left(studio: RunningStudio, visit: Opens, admin: Cookies) -> None:
    """A wrong password says so; the right one shows the time left in every tab of the session, until it is left."""
    page = _home(visit(), studio, admin)
    other = _home(page.context.new_page(), studio, admin)
    _menu(page, "Turn on admin mode…")
    _confirm(page, "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    _confirm(page)
    for each in (page, other):
        expect(each.get_by_text("30 min left")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Account of")).first).to_contain_text("Admin mode")
    other.get_by_role("button", name="Leave admin mode").click()
    for each in (page, other):
        expect(each.get_by_text("min left")).to_have_count(0)


def test_what_needs_admin_mode_asks_and_is_then_done(studio: RunningStudio, visit: Opens, admin: Cookies) -> None:
    """The page for admins asks for the password when it is pressed; putting that away leaves all as it was."""
    page = signed_in(visit(), studio, admin)
    page.goto(f"{studio.address}/people")
    page.get_by_role("button", name="Turn on admin mode").click()
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Turn on admin mode").click()
    _confirm(page)
    expect(page.get_by_role("button", name="Add a person")).to_be_visible()


def test_the_palette_finds_pages_files_people_and_what_to_do(
    studio: RunningStudio, visit: Opens, admin: Cookies
) -> None:
    """Ctrl K from anywhere, by keyboard alone; people only in admin mode; a stop names what is lost first."""
    page = _home(visit(), studio, admin)
    find = page.get_by_role("combobox")
    page.keyboard.press("Control+k")
    find.fill("acti")
    page.keyboard.press("Enter")
    page.wait_for_url("**/activity")
    page.keyboard.press("Control+k")
    find.fill("harbour_00001")
    expect(page.get_by_role("option", name="harbour_00001")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/outputs?open=*")
    _home(page, studio, admin)
    page.keyboard.press("Control+k")
    find.fill("ana o'hara")
    expect(page.get_by_text("is called")).to_be_visible()
    find.fill("admin mode")
    page.keyboard.press("Enter")
    _confirm(page)
    expect(page.get_by_text("min left")).to_be_visible()
    page.keyboard.press("Control+k")
    find.fill("hara")
    page.get_by_role("option", name=ARTIST).click()
    page.wait_for_url("**/people?person=*")
    page.keyboard.press("Control+k")
    find.fill("stop ready")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog")).to_contain_text("Saved files stay")
    page.get_by_role("button", name="Keep it running").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_keys_are_changed_taken_away_and_switched_off(studio: RunningStudio, visit: Opens, admin: Cookies) -> None:
    """A key that another shortcut has is refused; the new one acts at once, also after the page is loaded anew."""
    page = _home(visit(), studio, admin)
    page.goto(f"{studio.address}/account")
    page.get_by_role("button", name="Change the key: Go to Activity").click()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_text("G H is the key for: Go to Home")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_role("button", name="Use its own key again: Go to Activity")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Use its own key again: Go to Activity")).to_be_visible()
    page.keyboard.press("y")
    page.wait_for_url("**/activity")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/account")
    page.get_by_role("checkbox", name=re.compile("shortcuts")).uncheck()
    page.get_by_role("heading", level=1).focus()
    page.keyboard.press("y")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("/account")


def test_notices_are_read_again(studio: RunningStudio, visit: Opens, admin: Cookies) -> None:
    """What a toast said is counted until somebody looks, outlives a reload, and is gone for whoever signs in next."""
    page = _home(visit(), studio, admin)
    page.route("**/api/v1/tools/stopped/start", lambda route: route.abort())
    page.get_by_role("button", name="Start Stopped").click()
    said = page.get_by_text("The studio does not answer. Check your connection").first
    expect(said).to_be_visible()
    page.reload()
    bell = page.get_by_role("button", name="Notices").locator("visible=true")
    expect(bell).to_contain_text("1")
    bell.click()
    expect(page.get_by_role("dialog").get_by_text("does not answer")).to_be_visible()
    expect(bell).not_to_contain_text("1")
    page.keyboard.press("Escape")
    _menu(page, "Sign out")
    page.wait_for_url("**/signin")
    assert page.evaluate("sessionStorage.getItem('comfystudio.told')") in (None, '{"all":[],"unread":0}')


def test_help_fits_the_page_and_leaves_it_usable(studio: RunningStudio, visit: Opens, admin: Cookies) -> None:
    """The panel follows from page to page, and the page's keys go on acting beside it."""
    page = _home(visit(), studio, admin)
    page.keyboard.press("?")
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Each card is a tool")
    page.keyboard.press("g")
    page.keyboard.press("g")
    page.wait_for_url("**/outputs")
    expect(panel).to_contain_text("Everything you made in ComfyUI")
    expect(panel).to_contain_text("Show how it was made")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_the_page_and_the_studio_change_their_language(studio: RunningStudio, visit: Opens, admin: Cookies) -> None:
    """Deutsch from the menu: the frame, the page, the studio's own sentences; and it stays so."""
    page = _home(visit(), studio, admin)
    _menu(page, "Deutsch")
    expect(page.get_by_role("link", name="Start", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stopped starten")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_role("button", name=re.compile("Konto von")).locator("visible=true").click()
    page.get_by_role("menuitem", name="Admin-Modus einschalten…").click()
    told = page.evaluate(
        "fetch('/api/v1/people').then(answer => answer.json()).then(problem => problem.sentence)",
    )
    assert "Admin-Modus" in told
    page.reload()
    expect(page.get_by_role("button", name="Stopped starten")).to_be_visible()


def test_a_lost_studio_is_shown_and_resumed(studio: RunningStudio, visit: Opens, admin: Cookies) -> None:
    """A socket that does not come back shows when the studio was last seen; then the page goes on where it was."""
    page = visit()
    lost = False
    held: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        if lost:
            socket.close()
        else:
            held.extend((socket, socket.connect_to_server()))

    page.route_web_socket(re.compile("/api/v1/events"), through)
    _home(page, studio, admin)
    lost = True
    for socket in held:
        socket.close()
    expect(page.get_by_text("Last seen")).to_be_visible()
    studio.call("POST", "/tools/ready/stop", {})
    lost = False
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_text("Last seen")).to_have_count(0)
    expect(page.get_by_role("button", name="Start Ready")).to_be_visible()
    studio.start_tool("ready")


@pytest.mark.parametrize(("phone", "light"), [(False, False), (True, True)], ids=["desktop-dark", "phone-light"])
def test_what_the_frame_shows_passes_axe(
    studio: RunningStudio, visit: Opens, admin: Cookies, phone: bool, light: bool
) -> None:
    """The palette with hits, help, notices, the list of keys, the password and the strip."""
    page = visit(phone=phone, light=light)
    complaints = watched(page)
    _home(page, studio, admin)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("r")
    judge(page, complaints)
    page.keyboard.press("Escape")
    for keys, shows in (("?", "Each card is a tool"), ("g n", "Nothing was said")):
        for key in keys.split():
            page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_contain_text(shows)
        judge(page, complaints)
        page.keyboard.press("Escape")
    _menu(page, "Keyboard shortcuts")
    expect(page.get_by_role("dialog")).to_contain_text("Go to Terminal")
    judge(page, complaints)
    page.keyboard.press("Escape")
    _menu(page, "Turn on admin mode…")
    expect(page.get_by_label("Your password")).to_be_visible()
    judge(page, complaints)
    _confirm(page)
    expect(page.get_by_text("min left")).to_be_visible()
    judge(page, complaints)
