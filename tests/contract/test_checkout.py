"""The fake checkout that other rooms' tests start, and its page."""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.contract.checkout import make_checkout
from tests.contract.double.png import decode
from tests.contract.running import Running, launch

_PAGE = Path(__file__).with_name("double") / "page"


@pytest.fixture
def started(root: Path) -> Iterator[Running]:
    """A fake checkout that runs."""
    running = launch(make_checkout(root / "ComfyUI", boot_seconds=0.0), root / "run")
    yield running
    running.close()


async def test_a_picture_is_made_in_the_browser(started: Running) -> None:
    """In Chromium the page queues a workflow, follows it on the socket and shows the finished file."""
    started.wait_ready()
    async with async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(started.url)
        await page.get_by_label("Colour").fill("#00ff80")
        await page.get_by_role("button", name="Queue Prompt").click()
        await expect(page.get_by_role("status")).to_have_text("Done")
        picture = page.get_by_role("img", name="ComfyUI_00001_.png")
        assert await picture.evaluate(
            "async image => (await image.decode(), [image.naturalWidth, image.naturalHeight])"
        ) == [64, 64]
        await expect(page.get_by_text("Waiting: 0")).to_be_visible()
        await browser.close()
    saved = decode((started.output / "ComfyUI_00001_.png").read_bytes())
    assert saved.rgb == bytes.fromhex("00ff80") * 64 * 64


def test_hashed_names_are_the_hash_of_the_content() -> None:
    """The double's script and style carry the start of their SHA-256, so an edit without a new name fails here."""
    page = (_PAGE / "index.html").read_text()
    for file in (_PAGE / "assets").iterdir():
        named = re.fullmatch(r"index-([0-9a-f]{8})\.(js|css)", file.name)
        assert named, file.name
        assert hashlib.sha256(file.read_bytes()).hexdigest().startswith(named[1])
        assert f"./assets/{file.name}" in page


def test_a_start_can_be_made_to_fail(root: Path) -> None:
    """`crash_at` ends the start with a traceback and status 1, after the lines before it."""
    running = launch(make_checkout(root / "ComfyUI", crash_at="pytorch version"), root / "run")
    try:
        assert running.wait_end() == 1
        assert running.err[-1] == "ModuleNotFoundError: No module named 'torch'"
        assert any(line.startswith("Total VRAM") for line in running.err)
        assert not any(line.startswith("pytorch version") for line in running.err)
    finally:
        running.close()


@pytest.mark.root
def test_another_account_can_start_it(root: Path) -> None:
    """An account without any rights starts the checkout: nothing in it needs the tests' own folders."""
    checkout = make_checkout(root / "ComfyUI")
    nobody = pwd.getpwnam("nobody")
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [str(checkout / "venv" / "bin" / "python"), "main.py", "--help"]
    shown = subprocess.run(
        argv,
        cwd=checkout,
        env=env,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        check=True,
    )
    assert b"--output-directory" in shown.stdout
