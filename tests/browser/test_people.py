"""People on the page: a roster of ten thousand, one person with all they hold, and everything an admin does."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD, Cookies, Opens, cookies_of, sign_in, signed_in
from tests.browser.judging import judge, watched
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.waiting import wait_until

ADMIN, ARTIST, OTHER = "Vera Novak", "Ana O'Hara 艺术家 🎨", "Petra Kranjčar"
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 3 + "Maximiliana"
MANY = 10_000
# Both sizes and both themes; test_pages opens the page in all four looks.
LOOKS = [(False, True), (True, False)]
IDS = ["desktop-light", "phone-dark"]
LINK = re.compile(r"http://localhost:\d+/join#[\w-]+")


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with two tools, whose roster was filled by hand with ten thousand names."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "ready")
        add_tool(folder / "setup", "other", port=9001)
        with studio_in(folder) as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            for name in (ARTIST, OTHER, LONG):
                found.person(name, PASSWORD)
            _fill(found)
            yield found


def _fill(studio: RunningStudio) -> None:
    """Add the names to the roster file, before those that the page added."""
    path = studio.workspace / "artist_names.sh"
    text = path.read_text(encoding="utf-8")
    head, rest = text.split("USERS=(", 1)
    listed = "".join(f'\n  "Artist {number:05d}"' for number in range(MANY))
    path.write_text(f"{head}USERS=({listed}{rest}", encoding="utf-8")
    wait_until(lambda: _all(studio) > MANY, 20, why="the roster was not read again")


def _all(studio: RunningStudio) -> int:
    counted: int = studio.call("GET", "/people?limit=1")["counts"]["all"]
    return counted


def _number(studio: RunningStudio, name: str) -> int:
    found: int = studio.call("GET", f"/people?limit=1&text={name.split(maxsplit=1)[0]}")["people"][0]["id"]
    return found


@pytest.fixture(scope="module")
def admin(studio: RunningStudio) -> Cookies:
    """The admin's session, in admin mode."""
    return cookies_of(studio, ADMIN, admin=True)


@pytest.fixture
def people(studio: RunningStudio, visit: Opens, admin: Cookies) -> Page:
    """The page, open in admin mode."""
    page = signed_in(visit(), studio, admin)
    page.goto(f"{studio.address}/people")
    expect(page.locator("tr[data-person]").first).to_be_visible()
    return page


def _panel(page: Page) -> Locator:
    return page.get_by_role("region").filter(has=page.get_by_role("heading", level=2)).first


def test_outside_admin_mode_the_page_says_so_and_turns_it_on(studio: RunningStudio, visit: Opens) -> None:
    """An admin reads why nothing is shown, presses the button, gives the password and sees the roster."""
    page = sign_in(visit(), studio, ADMIN)
    complaints = watched(page)
    page.goto(f"{studio.address}/people")
    expect(page.get_by_role("heading", name="This page opens in admin mode")).to_be_visible()
    assert page.get_by_text("Artist 00000").count() == 0
    judge(page, complaints)
    page.get_by_role("button", name="Turn on admin mode").click()
    page.get_by_role("dialog").get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-person]").first).to_be_visible()


@pytest.mark.parametrize(("phone", "light"), LOOKS, ids=IDS)
def test_the_page_and_one_person_pass_axe(
    studio: RunningStudio, visit: Opens, admin: Cookies, phone: bool, light: bool
) -> None:
    """Ten thousand people, one with a very long name beside or over them, nobody who fits: clear in every look."""
    page = signed_in(visit(phone=phone, light=light), studio, admin)
    complaints = watched(page)
    page.goto(f"{studio.address}/people?person={_number(studio, LONG)}")
    expect(page.get_by_text("On no device.")).to_be_visible()
    judge(page, complaints)
    page.goto(f"{studio.address}/people?text=nowhere")
    expect(page.get_by_text("Nobody fits")).to_be_visible()
    judge(page, complaints)


def test_ten_thousand_people_are_scrolled_and_found(people: Page, studio: RunningStudio) -> None:
    """Few rows are drawn, the last is soon there, a name is found by a part of it, the address holds the filter."""
    everybody = _all(studio)
    expect(people.get_by_text(f"{everybody:,} people on the roster")).to_be_visible()
    rows = people.locator("tr[data-person]")
    assert rows.count() < 60
    assert people.locator("table").get_attribute("aria-rowcount") == str(everybody + 1)
    before = time.monotonic()
    people.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(people.locator(f"tr[data-person='{ADMIN}']")).to_be_visible(timeout=10_000)
    assert time.monotonic() - before < 4
    assert rows.count() < 60
    people.get_by_label("Find people by name").fill("kranj")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(OTHER)
    people.get_by_label("Find people by name").press("Escape")
    people.get_by_role("button", name=re.compile("^Not invited")).click()
    expect(people).to_have_url(re.compile("state=not_invited"))
    people.reload()
    expect(people.get_by_role("button", name=re.compile("^Not invited"))).to_have_attribute("aria-pressed", "true")


def test_the_roster_is_walked_by_keys(people: Page) -> None:
    """Down and End move from name to name beyond what is drawn, Enter opens a person, / goes to the filter."""
    people.locator("tr[data-person] button").first.focus()
    people.keyboard.press("ArrowDown")
    assert people.evaluate("document.activeElement.title") == "Artist 00001"
    people.keyboard.press("End")
    expect(people.locator(":focus")).to_have_attribute("title", re.compile(r"Artist 0\d{4}"))
    assert people.evaluate("document.activeElement.title") != "Artist 00001"
    people.keyboard.press("Home")
    expect(people.locator(":focus")).to_have_attribute("title", "Artist 00000")
    people.keyboard.press("Enter")
    expect(people.get_by_role("heading", name="Artist 00000")).to_be_visible()
    people.keyboard.press("/")
    expect(people.get_by_label("Find people by name")).to_be_focused()


def test_somebody_is_added_and_their_code_leads_in(studio: RunningStudio, people: Page, visit: Opens) -> None:
    """The dialog shows a link and its code, the link is copied, and whoever opens it chooses a password and is in."""
    people.get_by_role("button", name="Add a person").click()
    dialog = people.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Nova Artist")
    dialog.get_by_role("button", name="Add and make link").click()
    expect(dialog.get_by_role("img", name=re.compile("^QR code"))).to_be_visible()
    dialog.get_by_role("button", name="Copy").click()
    link = people.evaluate("navigator.clipboard.readText()")
    assert LINK.fullmatch(link)
    dialog.get_by_role("button", name="Done").click()
    joining = visit(phone=True)
    joining.goto(link)
    joining.get_by_label("Choose a password").fill(PASSWORD)
    joining.get_by_role("button", name="Join the studio").click()
    joining.wait_for_url(f"{studio.address}/")


def test_a_pasted_list_of_names_gets_links(studio: RunningStudio, people: Page) -> None:
    """Names pasted from a column are added one after the other; one that is there already stops none of them."""
    people.get_by_role("button", name="Add a person").click()
    people.evaluate("text => navigator.clipboard.writeText(text)", f"Rosa Pasted\n{OTHER}\nIvan Pasted\n")
    people.get_by_role("dialog").get_by_label("Name", exact=True).press("Control+v")
    people.get_by_role("button", name="Add 3 and make links").click()
    expect(people.get_by_text("2 people are on the roster.")).to_be_visible(timeout=20_000)
    expect(people.get_by_role("dialog").get_by_role("listitem")).to_contain_text(f"{OTHER} is on the roster already")
    people.get_by_role("button", name="Copy 2 names with links").click()
    copied = people.evaluate("navigator.clipboard.readText()").splitlines()
    assert [line.split("\t")[0] for line in copied] == ["Rosa Pasted", "Ivan Pasted"]
    assert all(LINK.fullmatch(line.split("\t")[1]) for line in copied)
    assert studio.call("GET", "/people?text=pasted")["counts"]["invited"] >= 2


def test_a_person_is_renamed_after_reading_what_happens(studio: RunningStudio, people: Page) -> None:
    """The dialog names the folder and what ends; afterwards row, panel, roster and folder bear the new name."""
    people.goto(f"{studio.address}/people?person={_number(studio, OTHER)}")
    people.get_by_role("button", name="Rename…").click()
    dialog = people.get_by_role("dialog")
    expect(dialog).to_contain_text("what runs in them is lost")
    dialog.get_by_label("Name", exact=True).fill("Petra Horvat")
    dialog.get_by_role("button", name="Rename").click()
    expect(people.get_by_role("heading", name="Petra Horvat")).to_be_visible()
    assert '"Petra Horvat"' in (studio.workspace / "artist_names.sh").read_text(encoding="utf-8")
    studio.call("PATCH", f"/people/{_number(studio, 'Petra')}", {"name": OTHER})


def test_a_tool_is_taken_from_somebody_and_given_back(studio: RunningStudio, people: Page) -> None:
    """Not allowed asks first and names what is lost; the tool is closed to them until it is given back."""
    number = _number(studio, OTHER)
    people.goto(f"{studio.address}/people?person={number}")
    people.get_by_role("button", name="Ready: Open to all").click()
    people.get_by_role("menuitemradio", name="Not allowed").click()
    expect(people.get_by_role("alertdialog")).to_contain_text("what runs in it is lost")
    people.get_by_role("button", name="Shut out").click()
    given = people.get_by_role("button", name="Ready: Not allowed")
    expect(given).to_be_visible()
    assert studio.call("GET", f"/people/{number}")["person"]["refused"] == ["ready"]
    given.click()
    people.get_by_role("menuitemradio", name="As the tool says").click()
    expect(people.get_by_role("button", name="Ready: Open to all")).to_be_visible()


def test_devices_are_signed_out_and_tokens_revoked(studio: RunningStudio, people: Page, visit: Opens) -> None:
    """The panel lists an artist's browser and token; both end from there, and the artist's page says so."""
    artist = signed_in(visit(), studio, cookies_of(studio, ARTIST))
    artist.goto(studio.address)
    expect(artist.get_by_role("heading", level=1)).to_be_visible()
    number = _number(studio, ARTIST)
    studio.token(number)
    people.goto(f"{studio.address}/people?person={number}")
    people.get_by_role("button", name="Revoke the token for tests").click()
    people.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
    expect(people.get_by_role("button", name="Revoke the token for tests")).to_have_count(0)
    people.get_by_role("button", name="Sign out…").click()
    people.get_by_role("button", name="Sign out everywhere").click()
    expect(people.get_by_text("On no device.")).to_be_visible()
    artist.wait_for_url(re.compile("/signin"))
    expect(artist.get_by_text("Your session ended")).to_be_visible()


def test_two_admins_change_one_person_and_the_slower_one_is_told(studio: RunningStudio, people: Page) -> None:
    """What another admin changed meanwhile is not overwritten: the page says so and shows how it is now."""
    number = _number(studio, OTHER)
    people.goto(f"{studio.address}/people?person={number}")
    expect(people.get_by_text("On no device.")).to_be_visible()
    people.route(
        "**/api/v1/people/*", lambda route: route.abort() if route.request.method == "GET" else route.continue_()
    )
    studio.call("PATCH", f"/people/{number}", {"disabled": True})
    people.get_by_role("button", name="Disable Petra").click()
    expect(people.get_by_text(re.compile("meanwhile")).first).to_be_visible()
    people.unroute("**/api/v1/people/*")
    studio.call("PATCH", f"/people/{number}", {"disabled": False})
