"""The terminal page: a log as it is written, with colours, and everything one wants to do with it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD, Opens, sign_in
from tests.studio import RunningStudio, passable_folder, studio_in

ADMIN = "Vera Novak"
TALKER = r"""
import sys, time
out = sys.stdout
print("\x1b[32mgreen words\x1b[0m and plain ones", flush=True)
print("\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x1b]52;c;aGk=\x07 <img src=x onerror=alert(1)>", flush=True)
for step in range(0, 101, 5):
    out.write(f"\rDownloading {step:3d}%")
    out.flush()
    time.sleep(0.02)
out.write("\n")
for number in range(300):
    print(f"line {number:03d}", flush=True)
print("RuntimeError: out of paint", file=sys.stderr, flush=True)
time.sleep(2)
sys.exit(7)
"""


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with one tool that says a lot and then fails."""
    with passable_folder() as folder:
        _add_talker(folder / "setup" / "talker")
        with studio_in(folder) as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            yield found


def _add_talker(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "talk.py").write_text(TALKER)
    argv = json.dumps(["{python}", "-I", "{setup}/talk.py"])
    (folder / "tool.toml").write_text(
        'id = "talker"\nname = "Talker"\nicon = "box"\nsummary = "Says a lot."\nport = 9000\n'
        f'[run]\nargv = {argv}\nlisten = "port"\nrestart = false\n'
    )


@pytest.fixture(scope="module")
def ended(studio: RunningStudio) -> RunningStudio:
    """The same studio after the tool has failed."""
    studio.call("POST", "/tools/talker/start", {})
    return studio


def _open(page: Page, studio: RunningStudio) -> Locator:
    sign_in(page, studio, ADMIN)
    page.goto(f"{studio.address}/activity/tool/talker")
    expect(page.get_by_text("RuntimeError: out of paint").first).to_be_visible(timeout=20_000)
    return page.locator(".xterm-rows")


def test_a_log_reads_as_it_would_in_a_terminal(ended: RunningStudio, visit: Opens) -> None:
    """Colours show, a progress bar is one line at its end, hostile sequences and markup are text or gone."""
    page = visit()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    _open(page, ended)
    page.get_by_role("button", name="Search the log").click()
    page.get_by_role("textbox", name="Search the log").fill("plain ones")
    green = page.locator(".xterm-rows span", has_text=re.compile("^green words$")).first
    expect(green).to_be_visible()
    plain = page.locator(".xterm-rows span", has_text=re.compile("^line 000$")).first
    colour = "element => getComputedStyle(element).color"
    assert green.evaluate(colour) != plain.evaluate(colour)
    text = ended.request("GET", "/api/v1/tools/talker/log/download", headers=_token(ended)).body.decode()
    assert text.count("Downloading") == 1
    assert "Downloading 100%" in text
    assert "evil.example" not in text
    assert "<img src=x onerror=alert(1)>" in text
    assert page.locator(".xterm a, .xterm img").count() == 0
    assert dialogs == []


def _token(studio: RunningStudio) -> dict[str, str]:
    person = next(each for each in studio.call("GET", "/people")["people"] if each["name"] == ADMIN)
    return {"Authorization": f"Bearer {studio.token(person['id'])}"}


def test_it_stays_after_the_failure_with_its_first_error_pinned(ended: RunningStudio, visit: Opens) -> None:
    """What failed is still there to read: state, exit code, the first error above the lines."""
    page = visit()
    _open(page, ended)
    expect(page.get_by_text("First error")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("exit code 7").first).to_be_visible(timeout=20_000)
    page.reload()
    expect(page.get_by_text("RuntimeError: out of paint").first).to_be_visible()


def test_search_copy_download_pause_and_minimise(ended: RunningStudio, visit: Opens) -> None:
    """Search counts its hits, copy takes the whole log, download is a file, minimising keeps it at the foot."""
    page = visit()
    _open(page, ended)
    page.get_by_role("button", name="Search the log").click()
    page.get_by_role("textbox", name="Search the log").fill("line 12")
    expect(page.get_by_text(re.compile(r"^\d+ of 10$"))).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy the log").click()
    expect(page.get_by_text("Copied the whole log").first).to_be_visible()
    copied: str = page.evaluate("navigator.clipboard.readText()")
    assert "line 000" in copied
    assert "line 299" in copied
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the log").click()
    assert download.value.suggested_filename.endswith((".log", ".txt"))
    page.get_by_role("button", name="Minimise to the foot of the page").click()
    expect(page.get_by_label("Minimised log of Talker")).to_be_visible()
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_label("Minimised log of Talker")).to_be_visible()


def test_clearing_asks_and_then_is_empty(ended: RunningStudio, visit: Opens) -> None:
    """Clear names what is lost; afterwards the log is empty for a newcomer too."""
    page = visit()
    _open(page, ended)
    expect(page.get_by_text("exit code 7").first).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Clear the log…").click()
    dialog = page.get_by_role("dialog").or_(page.get_by_role("alertdialog"))
    expect(dialog).to_contain_text("cannot be brought back")
    dialog.get_by_role("button", name="Clear the log").click()
    expect(dialog).to_have_count(0)
    page.reload()
    expect(page.get_by_text("This log is empty.")).to_be_visible()
