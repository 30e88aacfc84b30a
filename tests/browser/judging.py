"""What every page is held to: no violation of axe, no sideways scroll, no complaint of the browser."""

import json

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

__all__ = ["judge", "watched"]


def watched(page: Page) -> list[str]:
    """What the browser complains about from now on, but for answers that a page expects."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def judge(page: Page, complaints: list[str]) -> None:
    """Hold `page` as it is now to all of it."""
    page.wait_for_timeout(250)  # transitions end; axe would measure colours half-way
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    told = [
        {"rule": each["id"], "at": [node["html"][:160] for node in each["nodes"]]}
        for each in found.response["violations"]
    ]
    assert not told, json.dumps(told, indent=1, ensure_ascii=False)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []
