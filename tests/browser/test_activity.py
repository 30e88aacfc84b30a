"""Activity: what ran, and logs as they are written, with colours, and everything one wants to do with their lines."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESKTOP, PASSWORD, Opens, admin_mode, sign_in
from tests.browser.judging import judge, watched
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.waiting import wait_until

ADMIN = "Vera Novak"
TALKER = r"""
import sys, time
out = sys.stdout
print("\x1b[32mgreen words\x1b[0m and plain ones", flush=True)
print("\x1b[38;2;9;9;9mblack on black\x1b[0m \x1b[30;40mhidden\x1b[0m \x1b[7mswapped\x1b[0m \x1b[38;5;208morange")
for step in range(0, 101, 5):
    out.write(f"\rDownloading {step:3d}%")
    out.flush()
    time.sleep(0.01)
out.write("\n")
for number in range(1600):
    print(f"line {number:04d}" + (" and on" * 60 if number % 50 == 0 else ""))
sys.stdout.flush()
print("RuntimeError: out of paint")
for number in range(1300):
    print(f"tidying up {number:04d}")
sys.stdout.flush()
sys.exit(7)
"""
ATTACKER = r"""
import sys
for attack in (
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07", "\x1b]52;c;aGFja2Vk\x07clip", "\x1b]0;evil title\x07titled",
    "<img src=x onerror=alert(1)>", "\x1b[2Jcleared", "\x1b[999Dback", "\x9b31mC1", "\u202etxt.exe\u202c",
    "safe\rdrawn over", "\x1b[8mconcealed\x1b[0m", "\x1b]8;;" + "x" * 9000, "\x1b[" + "1;" * 4000 + "mmany",
    "".join(f"\x1b[{30 + n % 8}mx" for n in range(3000)), "a\u0300" * 500, "javascript:alert(2)",
):
    sys.stdout.buffer.write(attack.encode("utf-8", "surrogateescape") + b"\n")
sys.stdout.buffer.write(b"\x90\x9d\x9f raw \xff\xfe bytes\n")
print("the end of it", flush=True)
sys.exit(0)
"""
CHATTY = r"""
import sys, time
began, number = time.monotonic(), 0
while True:
    for _ in range(50):
        number += 1
        print(f"\x1b[3{number % 8}mchatty\x1b[0m line {number} says more than anybody reads")
    sys.stdout.flush()
    time.sleep(max(0, began + number / 1000 - time.monotonic()))
"""


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with a tool that said a lot and failed, one that attacks its readers, and one that never stops."""
    with passable_folder() as folder:
        for port, (name, program) in enumerate(
            (("talker", TALKER), ("attacker", ATTACKER), ("chatty", CHATTY)), 9000
        ):
            _add(folder / "setup" / name, program, port)
        with studio_in(folder) as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            for name in ("talker", "attacker"):
                found.call("POST", f"/tools/{name}/start", {})
            wait_until(lambda: found.tool("talker")["state"] in {"crashed", "failed"}, 20, why="it did not end")
            yield found


def _add(folder: Path, program: str, port: int) -> None:
    folder.mkdir(parents=True)
    (folder / "talk.py").write_text(program)
    argv = json.dumps(["{python}", "-I", "{setup}/talk.py"])
    (folder / "tool.toml").write_text(
        f'id = "{folder.name}"\nname = "{folder.name.title()}"\nicon = "box"\nsummary = "Talks."\nport = {port}\n'
        f'[run]\nargv = {argv}\nlisten = "port"\nrestart = false\n'
    )


@pytest.fixture(scope="module")
def page(chromium: Browser, studio: RunningStudio) -> Iterator[Page]:
    """An admin's page: signing in anew for each test would take longer than the tests."""
    context = chromium.new_context(viewport=DESKTOP, color_scheme="dark", locale="en-GB")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield sign_in(context.new_page(), studio, ADMIN)
    context.close()


def _open(page: Page, studio: RunningStudio, tool: str = "talker", query: str = "") -> Locator:
    """The lines of that tool's log."""
    page.goto(f"{studio.address}/activity/tool/{tool}{query}")
    lines = page.get_by_role("group", name=f"Log of {tool.title()}")
    expect(lines.locator("[data-offset]").first).to_be_visible()
    return lines


def _top(lines: Locator) -> str:
    """The first line in sight."""
    text: str = lines.evaluate(
        """box => [...box.querySelectorAll('[data-offset]')]
            .find(row => row.getBoundingClientRect().bottom > box.getBoundingClientRect().top + 1).innerText"""
    )
    return text


def _below(lines: Locator) -> float:
    """How far the end of the log is below what is in sight."""
    gap: float = lines.evaluate("box => box.scrollHeight - box.clientHeight - box.scrollTop")
    return gap


def test_a_log_has_its_colours_and_one_line_for_a_bar(studio: RunningStudio, page: Page) -> None:
    """Colours show, no colour is too dark to read, a progress bar is one line at its end."""
    lines = _open(page, studio)
    lines.press("Home")
    green = lines.locator("span", has_text=re.compile("^green words$"))
    plain = lines.locator("span", has_text=re.compile("^line 0001$"))
    expect(green).to_be_visible()
    colour = "element => getComputedStyle(element).color"
    assert green.evaluate(colour) != plain.evaluate(colour)
    hidden = lines.locator("span", has_text=re.compile("^black on black$"))
    red, blue = (int(hidden.evaluate(colour).split("(")[1].rstrip(")").split(",")[at]) for at in (0, 2))
    assert min(red, blue) > 100
    expect(lines.get_by_text("Downloading")).to_have_count(1)
    expect(lines.get_by_text("Downloading 100%")).to_be_visible()


def test_attacks_are_text(studio: RunningStudio, page: Page) -> None:
    """Links, titles, the clipboard, markup, turned or concealed text, endless escapes: words on the page, no more."""
    complaints = watched(page)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    lines = _open(page, studio, "attacker")
    page.evaluate("navigator.clipboard.writeText('untouched')")
    for text in ("the end of it", "<img src=x onerror=alert(1)>", "concealed", "titled", "many"):
        expect(lines.get_by_text(text, exact=True)).to_be_visible()
    assert lines.locator("img, script, a:not([href*='?line='])").count() == 0
    assert "evil.example" not in lines.inner_text()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x80-\x9f]", lines.inner_text())
    assert "evil" not in page.title()
    assert page.evaluate("navigator.clipboard.readText()") == "untouched"
    assert complaints == dialogs == []


def test_the_first_error_stays_and_leads_to_its_line(studio: RunningStudio, page: Page) -> None:
    """However far the log has gone on, what failed first stands above it; pressing it shows the line."""
    lines = _open(page, studio)
    expect(lines.get_by_text("tidying up 1299")).to_be_visible()
    expect(lines.get_by_text("RuntimeError: out of paint")).to_have_count(0)
    page.get_by_role("button", name="First error").click()
    wrong = lines.get_by_text("RuntimeError: out of paint")
    expect(wrong).to_be_in_viewport()
    expect(lines.get_by_text("line 1599")).to_be_visible()
    page.get_by_role("button", name="To the end").click()
    expect(lines.get_by_text("tidying up 1299")).to_be_in_viewport()
    page.keyboard.press("e")
    expect(wrong).to_be_in_viewport()


def test_earlier_lines_come_while_one_scrolls_up(studio: RunningStudio, page: Page) -> None:
    """From the end to the beginning without a line missing, without a jump."""
    lines = _open(page, studio)
    lines.hover()
    for _ in range(60):
        page.mouse.wheel(0, -9000)
        page.wait_for_timeout(30)
        if lines.evaluate("box => box.scrollTop") == 0:
            break
    expect(page.get_by_text("The log begins here.")).to_be_visible()
    expect(page.get_by_text(re.compile("^2,90[0-9] lines, "))).to_be_visible()
    before = int(re.findall(r"line (\d{4})", lines.inner_text())[0])
    page.mouse.wheel(0, 1900)
    expect(lines.get_by_text(f"line {before:04d}").first).not_to_be_in_viewport()
    numbers = [int(each) for each in re.findall(r"line (\d{4})", lines.inner_text())]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_link_opens_at_its_line(studio: RunningStudio, page: Page) -> None:
    """A line has an address; there it is chosen and in sight. Chosen lines are copied, a stretch of them too."""
    part = studio.call("GET", "/tools/talker/log?start=0&limit=500")
    offset = next(line["offset"] for line in part["lines"] if line["text"] == "line 0321")
    lines = _open(page, studio, query=f"?line={offset}")
    row = lines.locator(f"[data-offset='{offset}']")
    expect(row).to_be_in_viewport()
    expect(page.get_by_text("1 line chosen")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"{studio.address}/activity/tool/talker?line={offset}"
    lines.press("Shift+ArrowDown")
    lines.press("Shift+ArrowDown")
    expect(page.get_by_text("3 lines chosen")).to_be_visible()
    lines.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == ["line 0321", "line 0322", "line 0323"]
    lines.locator("[data-offset]", has_text="line 0325").get_by_role("link").click()
    expect(page.get_by_text("1 line chosen")).to_be_visible()
    assert page.url != f"{studio.address}/activity/tool/talker?line={offset}"
    page.reload()
    expect(lines.get_by_text("line 0325")).to_be_in_viewport()


def test_find_reaches_what_is_not_loaded(studio: RunningStudio, page: Page) -> None:
    """A hit far up in the log is found from its end, counted and stepped through."""
    lines = _open(page, studio)
    expect(lines.get_by_text("tidying up 1299")).to_be_visible()
    page.keyboard.press("/")
    field = page.get_by_role("textbox", name="Find in the log")
    field.fill("LINE 012")
    expect(lines.get_by_text("line 0129")).to_be_in_viewport()
    expect(page.get_by_text("1 of 10", exact=True)).to_be_visible()
    field.press("Enter")
    expect(page.get_by_text("2 of 10", exact=True)).to_be_visible()
    page.get_by_role("button", name="Match upper and lower case").click()
    expect(page.get_by_text("No hit", exact=True)).to_be_visible()
    field.press("Escape")
    expect(field).to_have_count(0)


def test_a_thousand_lines_a_second_stay_readable(studio: RunningStudio, page: Page) -> None:
    """The end stays in sight with few lines on the page; scrolling up holds still what is read, and End goes on."""
    frames = """() => new Promise(done => {
        let frames = 0
        const count = () => { frames += 1; requestAnimationFrame(count) }
        requestAnimationFrame(count)
        setTimeout(() => done(frames), 1000)
    })"""
    _open(page, studio)
    idle = page.evaluate(frames)
    studio.call("POST", "/tools/chatty/start", {})
    try:
        page.goto(f"{studio.address}/activity/tool/chatty")
        lines = page.get_by_role("group", name="Log of Chatty")
        expect(lines.locator("[data-offset]").nth(30)).to_be_visible()
        assert page.evaluate(frames) > idle / 4
        assert _below(lines) < 2
        assert lines.locator("[data-offset]").count() < 120
        lines.hover()
        page.mouse.wheel(0, -500)
        expect(page.get_by_text("Paused")).to_be_visible()
        page.wait_for_timeout(200)
        read = _top(lines)
        expect(page.get_by_role("button", name=re.compile(r"^\d(,\d{3}|\d\d+) new lines$"))).to_be_visible()
        assert _top(lines) == read
        page.keyboard.press("End")
        expect(page.get_by_text("Following")).to_be_visible()
        wait_until(lambda: _below(lines) < 2, 5, why="it does not follow")
        assert _top(lines) != read
    finally:
        studio.call("POST", "/tools/chatty/stop", {})


def test_what_ran_and_a_search_over_all_logs(studio: RunningStudio, page: Page) -> None:
    """Each run with its end and first error; a hit in any log opens that log at its line."""
    page.goto(f"{studio.address}/activity")
    row = page.get_by_role("listitem").filter(has_text="RuntimeError: out of paint")
    expect(row).to_contain_text("Exit code 7")
    page.get_by_role("button", name="Outcome").click()
    page.get_by_role("menuitemradio", name="Running").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Any outcome").click()
    row.get_by_role("link").click()
    page.wait_for_url("**/activity/tool/talker?line=*")
    expect(page.get_by_role("group", name="Log of Talker").get_by_text("RuntimeError")).to_be_in_viewport()
    page.goto(f"{studio.address}/activity")
    page.get_by_role("searchbox", name="Search all logs").fill("line 0777")
    page.get_by_role("region", name="Log of Talker").get_by_role("link", name="line 0777").click()
    page.wait_for_url("**/activity/tool/talker?line=*")
    expect(page.get_by_role("group", name="Log of Talker").get_by_text("line 0777")).to_be_in_viewport()


def test_copy_download_and_minimise(studio: RunningStudio, page: Page) -> None:
    """All of it as a file, what is here on the clipboard, the log at the foot of other pages until it is opened."""
    lines = _open(page, studio)
    page.get_by_role("button", name="Copy the log").click()
    expect(page.get_by_text("The download has all.").first).to_be_visible()
    assert "tidying up 0999" in page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the log").click()
    assert "line 0000" in Path(download.value.path()).read_text()
    page.get_by_role("button", name="Minimise to the foot of the page").click()
    dock = page.get_by_label("Minimised log of Talker")
    expect(dock).to_contain_text("Ended with exit code 7")
    dock.get_by_role("button", expanded=False).click()
    expect(lines.get_by_text("tidying up 1299")).to_be_visible()
    dock.get_by_role("link", name="Open the log on its page").click()
    expect(dock).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop-dark", "phone-light"])
def test_every_state_can_be_used_by_everybody(studio: RunningStudio, visit: Opens, phone: bool) -> None:
    """A log with a chosen line and the find field open, and hits: no violation of axe, nothing sideways."""
    page = visit(phone=phone, light=phone)
    complaints = watched(page)
    lines = _open(sign_in(page, studio, ADMIN), studio)
    lines.press("Home")
    expect(lines.get_by_text("swapped")).to_be_visible()
    lines.press("Enter")
    expect(page.get_by_text("1 line chosen")).to_be_visible()
    page.keyboard.press("/")
    page.get_by_role("textbox", name="Find in the log").fill("green")
    expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()
    judge(page, complaints)
    page.goto(f"{studio.address}/activity?text=concealed")
    expect(page.get_by_text("1 line found")).to_be_visible()
    judge(page, complaints)


def test_clearing_says_what_is_lost(studio: RunningStudio, page: Page) -> None:
    """An admin in admin mode empties a log for everybody, after being asked."""
    _open(page, studio, "attacker")
    admin_mode(page)
    page.get_by_role("button", name="Clear the log…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("cannot be brought back")
    dialog.get_by_role("button", name="Clear the log").click()
    expect(page.get_by_text("This log is empty.")).to_be_visible()
