"""Trust 15 in a real browser: what people and programs write is text on every page, for admins above all."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Opens, admin_mode, sign_in
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import wait_until

ADMIN = "Vera Novak"
SCRIPT = "<img src=x onerror=pwned=1>"
TEMPLATE = "{{7*7}}${7*7}"
MARKUP = "<svg onload=pwned=1><script>pwned=1</script>"
NAME = f"Eve {SCRIPT} {TEMPLATE}"
# Titles of windows, the clipboard, links that run, a line drawn over another.
ESCAPES = r"\033]0;pwned\007\033]52;c;cHduZWQ=\007\033]8;;javascript:pwned=1\007here\033]8;;\007\r"
OPTIONS = f"""
[[run.option]]
name = "note"
about = "A note {MARKUP}"
kind = "text"
argv = ["--extra", "{{value}}"]
"""


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio whose people, tools, labels and logs are written by somebody who means harm."""
    with passable_folder() as folder:
        complaint = (
            f"Error: {SCRIPT} {TEMPLATE} {MARKUP} \x1b]0;pwned\x07\x1b]8;;javascript:pwned=1\x07here\x1b]8;;\x07"
        )
        add_tool(folder / "setup", "evil", "--exit-after", "0", "--complain", complaint, rest=OPTIONS)
        with studio_in(folder) as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            found.person(NAME, PASSWORD)
            _write(found)
            yield found


def _write(studio: RunningStudio) -> None:
    """Everything that an artist, an admin and a program can leave for others to look at."""
    eve = Visitor(studio).sign_in(NAME, PASSWORD)
    label = {"label": f"{SCRIPT} {MARKUP}"}
    assert eve.request("POST", "/api/v1/tokens", label, headers={"User-Agent": SCRIPT}).status == 201
    studio.request("POST", "/api/v1/session", {"name": f"{SCRIPT}\x1b]0;pwned\x07", "password": "wrong"})
    vera = Visitor(studio).sign_in(ADMIN, PASSWORD)
    assert vera.request("POST", "/api/v1/tokens", label).status == 201
    set_ = vera.request("PUT", "/api/v1/tools/evil/options", {"values": {"note": f"{SCRIPT} {MARKUP}"}})
    assert set_.status == 204
    vera.request("POST", "/api/v1/tools/evil/start", {})
    wait_until(lambda: studio.tool("evil")["state"] in {"crashed", "failed"}, 20)


@pytest.fixture
def page(studio: RunningStudio, visit: Opens) -> Page:
    """An admin in admin mode, with an empty clipboard."""
    found = admin_mode(sign_in(visit(), studio, ADMIN))
    found.evaluate("navigator.clipboard.writeText('kept')")
    return found


def _unharmed(page: Page, *, text: str) -> None:
    """`text` stands on the page as it was written; nothing of it ran, or steered the browser."""
    expect(page.get_by_text(text).first).to_be_attached()
    found: Any = page.evaluate(
        """() => ({
            pwned: window.pwned ?? null,
            made: document.querySelectorAll('img[src=x], svg[onload], [href^="javascript:"]').length,
            title: document.title,
        })"""
    )
    assert found["pwned"] is None
    assert found["made"] == 0
    assert "pwned" not in found["title"]
    assert page.evaluate("navigator.clipboard.readText()") == "kept"


PAGES = {
    "/": "Evil",
    "/people": NAME,
    "/account": SCRIPT,
    "/activity": SCRIPT,
    "/activity/tool/evil": SCRIPT,
    "/admin/tools": "Evil",
    "/admin/audit": NAME,
    "/admin/settings": "studio.toml",
    "/admin/system": "Workspace",
}


def test_every_page_shows_text(studio: RunningStudio, page: Page) -> None:
    """Names, labels, options, trail and log lines: text, on each page that shows them."""
    for path, text in PAGES.items():
        page.goto(f"{studio.address}{path}")
        _unharmed(page, text=text)


def test_a_persons_panel_and_a_tools_panel(studio: RunningStudio, page: Page) -> None:
    """What opens beside the lists: tokens' labels of an artist, and a tool's options with their words."""
    page.goto(f"{studio.address}/people")
    page.get_by_text(NAME).first.click()
    _unharmed(page, text=f"{SCRIPT} {MARKUP}")
    page.goto(f"{studio.address}/admin/tools")
    page.get_by_role("button", name=re.compile("Evil")).or_(page.get_by_text("Evil")).first.click()
    _unharmed(page, text="A note")


def test_a_terminal_that_is_drawn_to_by_something_hostile(studio: RunningStudio, page: Page) -> None:
    """Titles, the clipboard and links that run are not for programs: the screen is all they draw on."""
    page.goto(f"{studio.address}/admin/terminal")
    page.get_by_role("button", name="Open a terminal").click()
    screen = page.locator(".xterm-rows:visible")
    wait_until(lambda: screen.inner_text().rstrip().endswith(("#", "$")), 15)
    page.keyboard.type(f"printf '{ESCAPES}\\n{SCRIPT} %s\\n' drawn\n", delay=0)
    wait_until(lambda: f"{SCRIPT} drawn" in screen.inner_text().replace("\n", ""), 15)
    page.locator(".xterm-screen:visible").click()
    _unharmed(page, text="Terminal 1")
    for job in studio.call("GET", "/terminals")["terminals"]:
        studio.call("POST", f"/jobs/{job['id']}/cancel")
