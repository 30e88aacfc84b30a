"""Every page in every state: no violation of axe, no sideways scroll, nothing refused by the page's policy."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Opens, admin_mode, sign_in
from tests.browser.judging import judge, watched
from tests.browser.made import PROMPT, fill
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in

ADMIN, ARTIST = "Vera Novak", "Ana O'Hara 艺术家 🎨"
LOOKS = [(phone, light) for phone in (False, True) for light in (False, True)]
IDS = [f"{'phone' if phone else 'desktop'}-{'light' if light else 'dark'}" for phone, light in LOOKS]
looks = pytest.mark.parametrize(("phone", "light"), LOOKS, ids=IDS)


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with a tool in each state that lasts."""
    with passable_folder() as folder:
        setup = folder / "setup"
        add_tool(setup, "ready")
        add_tool(setup, "stopped", port=9001)
        add_tool(setup, "starting", "--never-answer", port=9002)
        add_tool(setup, "crashing", "--exit-after", "0", "--complain", "ModuleNotFoundError: No x", port=9003)
        add_tool(setup, "broken", port=9004, run="umaks = '077'")
        add_tool(setup, "absent", port=9005, top='[install]\npresent = ["{workspace}/absent"]\n')
        with studio_in(folder) as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            found.person(ARTIST, PASSWORD)
            fill(found.workspace / "ComfyUI" / "output" / ADMIN, 9)
            found.call("POST", f"/outputs/trash?as={quote(ADMIN)}", {"paths": ["harbour_00008_.png"]})
            found.call("POST", "/tools/ready/start", {})
            found.call("POST", "/tools/starting/start", {})
            found.call("POST", "/tools/crashing/start", {})
            yield found


@looks
def test_pages_before_signing_in(studio: RunningStudio, visit: Opens, phone: bool, light: bool) -> None:
    """Sign-in, a wrong password, a link that no longer works: clear, without names of people, axe-clean."""
    page = visit(phone=phone, light=light)
    complaints = watched(page)
    page.goto(f"{studio.address}/signin")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    judge(page, complaints)
    assert ADMIN not in page.content()
    page.get_by_label("Name", exact=True).fill(ADMIN)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    judge(page, complaints)
    for address in ("/join#nonsense", "/setup#nonsense", "/join"):
        page.goto(studio.address + address)
        page.reload()
        expect(page.get_by_role("heading").first).to_be_visible()
        judge(page, complaints)


@looks
def test_home_with_a_card_in_every_state(studio: RunningStudio, visit: Opens, phone: bool, light: bool) -> None:
    """Ready, stopped, starting, crashed, broken, not installed: words and actions on each card, all of one height."""
    page = visit(phone=phone, light=light)
    complaints = watched(page)
    sign_in(page, studio, ADMIN)
    card = {name: page.locator(f"article[data-tool={name}]") for name in ("ready", "stopped", "starting", "broken")}
    expect(card["ready"].get_by_role("link", name="Open Ready")).to_be_visible()
    expect(card["stopped"].get_by_role("button", name="Start Stopped")).to_be_visible()
    expect(card["starting"].get_by_text("Starting", exact=True).first).to_be_visible()
    expect(card["broken"]).to_contain_text("umaks")
    crashed = page.locator("article[data-tool=crashing]")
    expect(crashed).to_contain_text("ModuleNotFoundError: No x")
    expect(crashed).to_contain_text("Exit code 3")
    expect(page.locator("article[data-tool=absent]")).to_contain_text("Not installed")
    # Sentences may take another line until the page's own letters are there.
    page.evaluate("document.fonts.ready.then(() => true)")
    heights = {round(each.bounding_box()["height"]) for each in page.locator("article[data-tool]").all()}  # type: ignore[index]
    assert len(heights) == 1
    judge(page, complaints)


@looks
def test_the_other_pages(studio: RunningStudio, visit: Opens, phone: bool, light: bool) -> None:
    """People, a new person's link, activity, a log, the account and an address that leads nowhere."""
    page = visit(phone=phone, light=light)
    complaints = watched(page)
    admin_mode(sign_in(page, studio, ADMIN))
    for address, shows in (
        ("/people", ARTIST),
        ("/activity", "Tool logs"),
        ("/activity/tool/ready", "serving"),
        ("/account", "Tokens"),
        ("/nowhere", "Nothing is here"),
    ):
        page.goto(studio.address + address)
        expect(page.get_by_text(shows).first).to_be_visible()
        judge(page, complaints)
    page.goto(f"{studio.address}/people")
    page.get_by_role("button", name="Add a person").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    judge(page, complaints)


@looks
def test_outputs_in_every_state(studio: RunningStudio, visit: Opens, phone: bool, light: bool) -> None:
    """None, some, chosen, opened with what is known, nothing that fits, in the trash, before they are lost."""
    page = visit(phone=phone, light=light)
    complaints = watched(page)
    sign_in(page, studio, ARTIST)
    page.goto(f"{studio.address}/outputs")
    expect(page.get_by_text("No images yet")).to_be_visible()
    judge(page, complaints)
    page = visit(phone=phone, light=light)
    complaints = watched(page)
    sign_in(page, studio, ADMIN)
    expect(page.get_by_role("heading", name="My recent images")).to_be_visible()
    judge(page, complaints)
    page.goto(f"{studio.address}/outputs")
    page.get_by_role("checkbox").nth(1).click()
    page.get_by_role("checkbox").nth(2).click()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    judge(page, complaints)
    page.get_by_role("button", name="Choose none", exact=True).first.click()
    page.locator("[data-open]").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Show how it was made").click()
    expect(page.get_by_text(PROMPT)).to_be_visible()
    judge(page, complaints)
    for address, shows in (
        ("/outputs?text=nowhere", "Nothing fits"),
        ("/outputs/trash", "Restore"),
        ("/prompts", "No prompt yet"),
    ):
        page.goto(studio.address + address)
        expect(page.get_by_text(shows).first).to_be_visible()
        judge(page, complaints)
    page.goto(f"{studio.address}/outputs/trash")
    page.get_by_role("button", name="Empty the trash").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    judge(page, complaints)


def test_an_artist_sees_no_admin_pages(studio: RunningStudio, visit: Opens) -> None:
    """No Admin group in the rail, and the address says who can open it."""
    page = sign_in(visit(), studio, ARTIST)
    expect(page.get_by_role("link", name="Home", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="People")).to_have_count(0)
    page.goto(f"{studio.address}/people")
    expect(page.get_by_text("for admins").first).to_be_visible()


def test_nothing_scrolls_sideways_at_360_px(studio: RunningStudio, visit: Opens) -> None:
    """The narrowest phone still shows every page whole."""
    page = visit(phone=True)
    page.set_viewport_size({"width": 360, "height": 740})
    admin_mode(sign_in(page, studio, ADMIN))
    for address in (
        "/",
        "/outputs",
        "/outputs/trash",
        "/prompts",
        "/people",
        "/activity",
        "/activity/tool/ready",
        "/account",
    ):
        page.goto(studio.address + address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address


def test_everything_can_be_reached_by_keyboard(studio: RunningStudio, visit: Opens) -> None:
    """Tab reaches the skip link first, G P People, ? the list of keys; Escape closes; letters stay in fields."""
    page = admin_mode(sign_in(visit(), studio, ADMIN))
    page.reload()
    expect(page.get_by_role("link", name="Open Ready")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/people")
    page.get_by_role("button", name="Add a person").click()
    field = page.get_by_role("dialog").get_by_label("Name", exact=True)
    field.press_sequentially("g h?")
    assert field.input_value() == "g h?"
    assert page.url.rstrip("/").endswith("/people") or "/people?" in page.url
