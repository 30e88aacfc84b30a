"""The pages for admins: tools with their options, settings, the audit trail, the state of the system, terminals."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, Opens, sign_in
from tests.browser.judging import judge, watched
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.waiting import wait_until

ADMIN, ARTIST = "Vera Novak", "Ana O'Hara 艺术家 🎨"
# Both sizes and both themes, in two looks.
LOOKS = [(False, False), (True, True)]
IDS = ["desktop-dark", "phone-light"]
OPTIONS = """
[[run.option]]
name = "vram"
about = "How the graphics card's memory is used."
kind = "choice"
argv = ["--extra", "{value}"]
choices = ["highvram", "lowvram"]

[[run.option]]
name = "preview-size"
about = "The longest side of a preview, in pixels."
kind = "number"
env = { FAKE_SIZE = "{value}" }
default = 512
low = 64
high = 2048
"""


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with a tool for all that has options, one of an artist's own, and settings written by hand."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "shared", run='env = { HF_TOKEN = "hf_abcdefghijklmnopqrstuvwxyz" }', rest=OPTIONS)
        add_tool(folder / "setup", "own", port=9001, top='instances = "per-artist"')
        with studio_in(folder) as found:
            found.workspace.mkdir()
            (found.workspace / "studio.toml").write_text("# Since the move\ntrash_days = 14\n", encoding="utf-8")
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            found.person(ARTIST, PASSWORD)
            found.start_tool("shared")
            found.start_tool("own", ARTIST)
            yield found


@pytest.fixture(scope="module")
def cookies(studio: RunningStudio, chromium: Browser) -> list[Any]:
    """An admin's session, signed in once for all tests."""
    context = chromium.new_context()
    sign_in(context.new_page(), studio, ADMIN)
    found: list[Any] = list(context.cookies())
    context.close()
    return found


def _enter(page: Page, studio: RunningStudio, cookies: list[Any]) -> Page:
    """Give `page` the admin's session, in admin mode."""
    page.context.add_cookies(cookies)
    answer = page.context.request.post(
        f"{studio.address}/api/v1/session/admin-mode", data={"password": PASSWORD}, headers={"Origin": studio.address}
    )
    assert answer.ok, answer.text()
    return page


@pytest.fixture
def page(studio: RunningStudio, visit: Opens, cookies: list[Any]) -> Page:
    """An admin in admin mode."""
    return _enter(visit(), studio, cookies)


def _instance(studio: RunningStudio, tool: str) -> dict[str, object]:
    found: dict[str, object] = studio.call("GET", f"/tools/{tool}/command")["instances"][0]
    return found


def _open_terminal(page: Page, studio: RunningStudio) -> None:
    """Open one more terminal and wait until its shell asks for a command."""
    page.goto(f"{studio.address}/admin/terminal")
    tabs = page.get_by_role("tab")
    before = len(studio.call("GET", "/terminals")["terminals"])
    expect(tabs).to_have_count(before)
    page.get_by_role("button", name="Open a terminal").click()
    expect(tabs).to_have_count(before + 1)
    expect(tabs.last).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_contain_text("Connected")
    wait_until(lambda: _screen(page).rstrip().endswith(("#", "$")), 10, why="the shell did not ask for anything")


def _screen(page: Page) -> str:
    """What stands on the terminal; a phone breaks lines anywhere."""
    return page.locator(".xterm-rows:visible").inner_text().replace("\n", "")


@pytest.mark.parametrize(("phone", "light"), LOOKS, ids=IDS)
def test_every_page_passes_axe(
    studio: RunningStudio, visit: Opens, cookies: list[Any], phone: bool, light: bool
) -> None:
    """Tools, settings, audit, system and an open terminal: no violation, no sideways scroll, no complaint."""
    page = _enter(visit(phone=phone, light=light), studio, cookies)
    complaints = watched(page)
    page.goto(f"{studio.address}/admin/tools?tool=shared")
    expect(page.get_by_role("heading", name="Environment")).to_be_visible()
    judge(page, complaints)
    page.goto(f"{studio.address}/admin/settings")
    page.get_by_role("textbox", name="session_days").fill("many")
    expect(page.get_by_text("1 value does not fit.")).to_be_visible()
    judge(page, complaints)
    page.goto(f"{studio.address}/admin/audit")
    page.get_by_role("button", name=re.compile("Tool started")).first.click()
    judge(page, complaints)
    page.goto(f"{studio.address}/admin/system")
    expect(page.locator("[data-check]").first).to_be_visible()
    judge(page, complaints)
    _open_terminal(page, studio)
    judge(page, complaints)


def test_an_option_is_set_and_the_process_has_it(studio: RunningStudio, page: Page) -> None:
    """A value that cannot be is refused where it stands; what is saved waits for the restart that the page offers."""
    before = _instance(studio, "shared")["pid"]
    page.goto(f"{studio.address}/admin/tools?tool=shared")
    page.get_by_label("vram", exact=True).select_option("lowvram")
    size = page.get_by_role("textbox", name="preview-size")
    size.fill("9999")
    expect(page.get_by_text("The most is 2048.")).to_be_visible()
    size.fill("640")
    page.get_by_role("button", name="Save options").click()
    expect(page.get_by_text("What runs was started with other options")).to_be_visible()
    expect(page.get_by_role("group", name="Command")).to_contain_text("--extra lowvram")
    row = page.get_by_role("row").filter(has_text="FAKE_SIZE")
    expect(row).to_contain_text("640")
    expect(page.get_by_role("row", name="HF_TOKEN … Manifest")).to_be_visible()
    page.get_by_role("button", name="Restart…").first.click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("What runs in it is lost")
    dialog.get_by_role("button", name="Restart Shared").click()
    expect(page.get_by_text("What runs was started with other options")).to_have_count(0, timeout=20_000)
    wait_until(lambda: _instance(studio, "shared")["state"] == "ready", 10)
    now = _instance(studio, "shared")["pid"]
    assert now != before
    assert b"--extra\0lowvram" in Path(f"/proc/{now}/cmdline").read_bytes()
    assert b"FAKE_SIZE=640\0" in Path(f"/proc/{now}/environ").read_bytes()


def test_an_option_goes_back_to_its_default(studio: RunningStudio, page: Page) -> None:
    """What was set is marked, and set back with one press; the manifest's word counts again."""
    studio.call("PUT", "/tools/shared/options", {"values": {"preview-size": 800}})
    page.goto(f"{studio.address}/admin/tools?tool=shared")
    option = page.locator("[data-value='preview-size']")
    expect(option).to_contain_text("Changed")
    option.get_by_role("button", name="Set preview-size back to its default").click()
    page.get_by_role("button", name="Save options").click()
    expect(option.get_by_text("Changed")).to_have_count(0)
    expect(option.get_by_role("textbox")).to_have_value("512")


def test_the_process_of_somebody_is_killed_from_its_row(studio: RunningStudio, page: Page) -> None:
    """The row says whose it is and what it takes; killing it names the owner and what is lost."""
    page.goto(f"{studio.address}/admin/tools?tool=own")
    row = page.locator(f'tr[data-person="{ARTIST}"]')
    expect(row).to_contain_text(re.compile(r"\d MB"))
    row.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name="Kill…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text(ARTIST)
    expect(dialog).to_contain_text("half-written")
    dialog.get_by_role("button", name="Kill Own").click()
    expect(row).to_have_count(0)
    assert studio.call("GET", "/tools/own/command")["instances"] == []
    page.get_by_role("button", name="Start for…").click()
    page.get_by_role("dialog").get_by_label("Whose").fill(ARTIST)
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(row).to_be_visible()


def test_a_setting_is_changed_in_the_file(studio: RunningStudio, page: Page) -> None:
    """It is found by its words and written beside the comment; what somebody else wrote meanwhile is not lost."""
    file = studio.workspace / "studio.toml"
    page.goto(f"{studio.address}/admin/settings")
    page.get_by_role("searchbox", name="Find a setting").fill("moved to the trash")
    expect(page.locator("[data-value]")).to_have_count(1)
    days = page.get_by_role("textbox", name="trash_days")
    days.fill("4000")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This takes a number of days from 1 to 3650.")).to_be_visible()
    days.fill("21")
    file.write_text(file.read_text(encoding="utf-8") + "backups_kept = 3\n", encoding="utf-8")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The file was edited meanwhile")).to_be_visible()
    assert "trash_days = 14" in file.read_text(encoding="utf-8")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("2 settings wait for a restart")).to_be_visible()
    assert file.read_text(encoding="utf-8") == "# Since the move\ntrash_days = 21\nbackups_kept = 3\n"
    # A flag wins over the file: the page says so and lets nobody try.
    page.goto(f"{studio.address}/admin/settings?text=port_offset")
    expect(page.get_by_role("textbox", name="port_offset")).to_be_disabled()
    expect(page.get_by_text("--port-offset")).to_be_visible()


def test_the_portal_restarts_in_sight(studio: RunningStudio, page: Page) -> None:
    """The page waits, comes back by itself and says that admin mode ended; then the setting counts."""
    studio.call("PATCH", "/settings", {"values": {"log_megabytes": 32}})
    page.goto(f"{studio.address}/admin/settings?text=log_megabytes")
    expect(page.get_by_text("Runs with: 64.")).to_be_visible()
    page.get_by_role("button", name="Restart…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Restart the portal").click()
    expect(page.get_by_text("The portal is restarting")).to_be_visible()
    expect(page.get_by_text("The portal is back")).to_be_visible(timeout=30_000)
    page.get_by_role("dialog").get_by_role("button", name="Turn on admin mode").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="log_megabytes")).to_have_value("32")
    expect(page.get_by_text("Runs with")).to_have_count(0)


def test_the_trail_is_filtered_and_taken_along(studio: RunningStudio, page: Page) -> None:
    """By kind and person, kept in the address; the table holds what the filter lets through and no more."""
    studio.call("POST", "/people", {"name": "=cmd()", "admin": False})
    page.goto(f"{studio.address}/admin/audit")
    page.get_by_role("button", name="What", exact=True).click()
    page.get_by_role("menuitemradio", name="Person added").click()
    expect(page).to_have_url(re.compile("action=person.added"))
    entries = page.get_by_role("list", name="Audit").get_by_role("listitem")
    expect(entries.first).to_contain_text("=cmd()")
    expect(page.locator("li[data-action]:not([data-action='person.added'])")).to_have_count(0)
    page.get_by_role("searchbox", name="Find in the trail").fill("cmd(")
    expect(entries).to_have_count(1)
    entries.get_by_role("button").first.click()
    expect(entries).to_contain_text("person.added")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert '"\'=cmd()"' in lines[1]
    page.get_by_role("searchbox", name="Find in the trail").fill("nobody did this")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_the_system_is_looked_at_and_backed_up(studio: RunningStudio, page: Page) -> None:
    """Each check says how it stands and what to do; a backup made here is listed, with the way back to it."""
    page.goto(f"{studio.address}/admin/system")
    expect(page.locator("[data-check='backups']")).to_contain_text("There is no backup yet.")
    page.get_by_role("button", name="Make a backup").click()
    made = page.locator("[data-backup]")
    expect(made).to_have_count(1, timeout=20_000)
    expect(page.locator("[data-check='backups']")).to_have_attribute("data-state", "ok")
    name = made.get_attribute("data-backup")
    made.get_by_role("button").click()
    expect(page.get_by_role("dialog").get_by_label("2. Put the backup in place")).to_have_value(
        f"comfystudio storage restore {name}"
    )


def test_a_terminal_outlives_its_page(studio: RunningStudio, page: Page) -> None:
    """A command runs, letters are no shortcuts, a reload shows it again, and closing it names what ends."""
    _open_terminal(page, studio)
    page.keyboard.type("echo g h $((6*7)) > made.txt; cat made.txt\n")
    wait_until(lambda: "g h 42" in _screen(page), 10, why="the command printed nothing")
    assert (studio.workspace / "made.txt").read_text() == "g h 42\n"
    colour = "element => getComputedStyle(element).fontFamily"
    assert "JetBrains Mono" in page.locator(".xterm-rows:visible").evaluate(colour)
    page.reload()
    wait_until(lambda: "g h 42" in _screen(page), 10, why="the terminal did not come back")
    page.keyboard.press("Control+Shift+L")
    expect(page.get_by_role("tab", selected=True)).to_be_focused()
    page.get_by_role("button", name=re.compile("^Close Terminal")).click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("what it has not saved is lost")
    dialog.get_by_role("button", name="Close it").click()
    expect(dialog).to_have_count(0)
    told = [each["action"] for each in studio.call("GET", "/audit?action=terminal")["entries"]]
    assert told[0] == "terminal.closed"


def test_without_admin_mode_a_terminal_is_only_looked_at(studio: RunningStudio, page: Page) -> None:
    """Once admin mode ends nothing more is typed and the page says so; turned on again, it goes on where it was."""
    _open_terminal(page, studio)
    page.keyboard.type("echo first\n")
    wait_until(lambda: _screen(page).count("first") > 1, 10)
    page.evaluate("fetch('/api/v1/session/admin-mode', {method: 'DELETE'}).then(answer => answer.status)")
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("you see what goes on and cannot type")
    page.locator(".xterm:visible").click()
    page.keyboard.type("touch never\n")
    page.get_by_role("button", name="Turn on admin mode").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(panel).not_to_contain_text("cannot type")
    expect(page.locator(".xterm-helper-textarea:focus")).to_have_count(1)
    page.keyboard.type("exit\n")
    expect(panel).to_contain_text("This terminal ended")
    assert not (studio.workspace / "never").exists()
    page.get_by_role("link", name="Read the transcript").click()
    expect(page).to_have_url(re.compile("/activity/job/"))
    expect(page.get_by_text("echo first").first).to_be_visible()


def test_a_phone_has_the_keys_that_its_keyboard_lacks(
    studio: RunningStudio, visit: Opens, cookies: list[Any]
) -> None:
    """Ctrl acts on the next letter, arrows bring the last command back."""
    page = _enter(visit(phone=True), studio, cookies)
    _open_terminal(page, studio)
    page.locator(".xterm:visible").tap()
    page.keyboard.type("sleep 60\n")
    page.get_by_role("button", name="Ctrl", exact=True).tap()
    page.keyboard.type("c")
    wait_until(lambda: "^C" in _screen(page), 10, why="Ctrl C did nothing")
    page.get_by_role("button", name="Up", exact=True).tap()
    wait_until(lambda: _screen(page).count("sleep 60") == 2, 10, why="the arrow did nothing")
