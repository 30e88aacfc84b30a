"""The real ComfyUI behind the studio, in a real browser: `make test-real` with COMFYUI_SOURCE set."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Opens, sign_in
from tests.studio import RunningStudio, passable_folder, studio_in

ADMIN = "Vera Novak"
ARTISTS = ("Bo Ng", "山田 太郎")
WORKFLOW = {
    "1": {
        "class_type": "EmptyImage",
        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0x33AA66},
    },
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "studio"}},
}
pytestmark = [pytest.mark.real_comfyui, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio whose ComfyUI is the checkout that COMFYUI_SOURCE names."""
    with passable_folder() as folder, studio_in(folder, comfyui_dir=os.environ["COMFYUI_SOURCE"]) as found:
        found.start()
        found.person(ADMIN, PASSWORD, admin=True)
        yield found


def test_an_admin_makes_an_image_in_the_real_page(studio: RunningStudio, visit: Opens) -> None:
    """The stock page loads through the gateway, queues a workflow over its own buttons' code, and shows the image."""
    page = sign_in(visit(), studio, ADMIN)
    card = page.get_by_role("article", name="ComfyUI")
    card.get_by_role("button", name="Start ComfyUI").click()
    card.get_by_role("link", name="Open ComfyUI").click(timeout=200_000)
    page.wait_for_url(f"http://localhost:{studio.port(8188)}/**")
    _settled(page)
    with page.expect_response(
        lambda answer: "/view" in answer.url and "studio" in answer.url, timeout=60_000
    ) as image:
        _send(page, WORKFLOW)
    assert image.value.status == 200
    assert image.value.headers["content-type"].startswith("image/")
    pictures = list((studio.workspace / "ComfyUI" / "output" / ADMIN).glob("studio_*.png"))
    assert [each.read_bytes()[:8] for each in pictures] == [b"\x89PNG\r\n\x1a\n"]
    expect(page.locator("canvas").first).to_be_visible()


def _settled(page: Page) -> None:
    """The page can queue."""
    page.wait_for_function("window.app && window.app.graph && window.app.api.clientId", timeout=120_000)


def _send(page: Page, graph: dict[str, Any]) -> None:
    """Load a workflow and queue it. On a first visit the page may still put its own in the place of it: once more."""
    for _ in range(20):
        page.evaluate("graph => window.app.loadApiJson(graph, 'studio')", graph)
        with page.expect_response(lambda answer: answer.url.endswith("/prompt"), timeout=60_000) as answer:
            page.evaluate("window.app.queuePrompt(0, 1)")
        if answer.value.status == 200:
            return
        page.wait_for_timeout(500)
    raise AssertionError("the workflow was never accepted")


def _open(page: Page, studio: RunningStudio, name: str) -> Page:
    """The stock page, ready for work."""
    sign_in(page, studio, name)
    page.goto(studio.origin(8188))
    _settled(page)
    page.evaluate("""() => {
      window.heard = [];
      const kinds = ["execution_start", "executed", "execution_success", "b_preview"];
      const hear = kind => event => window.heard.push([kind, event.detail]);
      for (const kind of kinds) window.app.api.addEventListener(kind, hear(kind));
    }""")
    return page


def _queue(page: Page, color: int, prefix: str) -> None:
    graph = json.loads(json.dumps(WORKFLOW))
    graph["1"]["inputs"]["color"] = color
    graph["2"]["inputs"]["filename_prefix"] = prefix
    _send(page, graph)
    page.wait_for_function("window.heard.some(each => each[0] === 'execution_success')", timeout=60_000)


def test_two_artists_work_in_the_stock_page_at_once(studio: RunningStudio, visit: Opens) -> None:
    """Both pages are open: each hears of its own prompt only, lists its own history, and the images lie apart."""
    for name in ARTISTS:
        studio.person(name, PASSWORD)
    pages = [_open(visit(), studio, name) for name in ARTISTS]
    for page, name in zip(pages, ARTISTS, strict=True):
        _queue(page, len(name), "mine")
    for page, name in zip(pages, ARTISTS, strict=True):
        kinds = [kind for kind, _ in page.evaluate("window.heard")]
        assert (kinds.count("execution_start"), kinds.count("execution_success")) == (1, 1)
        history = page.evaluate("fetch('/api/history').then(answer => answer.json())")
        assert len(history) == 1
        listed = page.evaluate("fetch('/api/object_info/LoadImage').then(answer => answer.json())")
        assert listed["LoadImage"]["input"]["required"]["image"][0] == []
        assert [each.name for each in (studio.workspace / "ComfyUI" / "output" / name).iterdir()] == [
            "mine_00001_.png"
        ]
