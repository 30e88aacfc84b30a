"""The main journey, as people take it: from an empty workspace to a cell that ran and an image that was made."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ADMIN, PASSWORD, Opens, sign_in
from tests.contract.checkout import make_checkout
from tests.studio import RunningStudio

ARTIST = "Ana O'Hara 艺术家"


@pytest.fixture(scope="module")
def studio(house: Path) -> Iterator[RunningStudio]:
    """A studio whose workspace is empty but for a ComfyUI checkout."""
    workspace = house / "workspace"
    make_checkout(workspace / "ComfyUI")
    found = RunningStudio(workspace)
    found.start()
    yield found
    found.stop()


def _set_up(page: Page, studio: RunningStudio) -> None:
    page.goto(studio.setup_link())
    page.get_by_role("radio", name=ADMIN).check(force=True)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Set up the studio").click()
    page.wait_for_url(f"{studio.address}/")


def _add_artist(page: Page) -> str:
    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(ARTIST)
    dialog.get_by_role("button", name="Add and make link").click()
    dialog.get_by_role("button", name="Copy").click()
    link: str = page.evaluate("navigator.clipboard.readText()")
    dialog.get_by_role("button", name="Done").click()
    return link


def _join(page: Page, studio: RunningStudio, link: str) -> None:
    page.goto(link)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Join the studio").click()
    page.wait_for_url(f"{studio.address}/")


def _run_cell(page: Page, source: str) -> str:
    """Open a new notebook in JupyterLab, run one cell in it and give back what it printed."""
    page.locator('.jp-LauncherCard[data-category="Notebook"]').first.click(timeout=60_000)
    expect(page.get_by_role("button", name=re.compile(r"\| Idle"))).to_be_visible(timeout=60_000)
    cell = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    cell.click()
    page.keyboard.insert_text(source)
    expect(cell).to_contain_text(source)
    page.keyboard.press("Shift+Enter")
    output = page.locator(".jp-Notebook .jp-OutputArea-output").first
    expect(output).to_contain_text(re.compile(r"\S"), timeout=60_000)
    return output.inner_text()


@pytest.mark.timeout(300)
def test_from_an_empty_workspace_to_a_cell_and_an_image(studio: RunningStudio, visit: Opens) -> None:
    """Somebody becomes admin, adds an artist, installs JupyterLab; one runs a cell, the other makes an image."""
    admin, artist = visit(), visit()
    _set_up(admin, studio)
    _join(artist, studio, _add_artist(admin))

    admin.get_by_role("link", name="Home", exact=True).click()
    admin.get_by_role("button", name="Install JupyterLab").first.click()
    card = artist.get_by_role("article", name="JupyterLab")
    start = card.get_by_role("button", name="Start JupyterLab")
    start.click(timeout=180_000)
    expect(card.get_by_text("Starting")).to_be_visible()
    card.get_by_role("link", name="Open JupyterLab").click(timeout=90_000)
    artist.wait_for_url(f"http://localhost:{studio.port(8888)}/**", timeout=60_000)
    printed = _run_cell(artist, "import os; print('ran', 6 * 7, os.getcwd())")
    assert "ran 42" in printed
    assert ARTIST in printed

    _make_image(admin, studio)


def _make_image(admin: Page, studio: RunningStudio) -> None:
    card = admin.get_by_role("article", name="ComfyUI")
    card.get_by_role("button", name="Start ComfyUI").click()
    card.get_by_role("link", name="Open ComfyUI").click(timeout=60_000)
    admin.wait_for_url(f"http://localhost:{studio.port(8188)}/**")
    admin.get_by_role("button", name="Queue Prompt").click(timeout=60_000)
    expect(admin.get_by_role("status")).to_have_text("Done", timeout=30_000)
    image = admin.locator("img[alt$='.png']")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.naturalWidth") == 64
    assert list((studio.workspace / "ComfyUI" / "output" / ADMIN).glob("*.png"))


def test_two_people_make_images_in_one_comfyui_and_see_their_own(studio: RunningStudio, visit: Opens) -> None:
    """The artist opens the ComfyUI that the admin started, makes an image, and finds it and no other on the page."""
    page = sign_in(visit(), studio, ARTIST)
    card = page.get_by_role("article", name="ComfyUI")
    card.get_by_role("link", name="Open ComfyUI").click(timeout=60_000)
    page.wait_for_url(f"http://localhost:{studio.port(8188)}/**")
    expect(page.locator("img")).to_have_count(0)
    page.get_by_role("button", name="Queue Prompt").click(timeout=60_000)
    expect(page.get_by_role("status")).to_have_text("Done", timeout=30_000)
    expect(page.locator("img[alt$='.png']")).to_have_count(1)
    outputs = studio.workspace / "ComfyUI" / "output"
    assert [len(list((outputs / name).glob("*.png"))) for name in (ADMIN, ARTIST)] == [1, 1]


def test_opening_a_tools_address_signs_in_starts_it_and_becomes_it(studio: RunningStudio, visit: Opens) -> None:
    """A bookmark of the tool is enough: sign in once, watch it start, be in it."""
    studio.cli("tools", "stop", "jupyter-lab", "--as", ARTIST)
    page = visit()
    page.goto(f"http://localhost:{studio.port(8888)}/lab/tree/")
    page.get_by_label("Name", exact=True).fill(ARTIST)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"http://localhost:{studio.port(8888)}/**")
    expect(page.get_by_role("heading", name="JupyterLab is starting")).to_be_visible()
    expect(page.get_by_role("button", name="Start")).to_have_count(0)
    expect(page.locator("#jp-main-dock-panel")).to_be_visible(timeout=90_000)


def test_signing_out_closes_the_tool_within_a_second(studio: RunningStudio, visit: Opens) -> None:
    """After signing out of the portal the tool's page has lost its session and its sockets."""
    page = sign_in(visit(), studio, ARTIST)
    tool = page.context.new_page()
    tool.goto(f"http://localhost:{studio.port(8888)}/lab")
    expect(tool.locator("#jp-main-dock-panel")).to_be_visible(timeout=90_000)
    page.get_by_role("button", name=re.compile("account", re.IGNORECASE)).first.click()
    before = time.monotonic()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url(re.compile("/signin"))
    assert time.monotonic() - before < 5
    status = tool.evaluate("fetch('/api/status', {redirect: 'manual'}).then(answer => answer.status)")
    assert status == 401
