"""How long the stock page takes in a browser that has never seen it, directly and through the studio."""

import time

from playwright.sync_api import sync_playwright
from tests.browser.conftest import DESKTOP, FLAGS, sign_in

from benchmarks import report
from benchmarks.comfy_sides import PASSWORD

READY = "window.app && window.app.graph && window.app.api && window.app.api.clientId"


def load(sides, rounds):
    """Milliseconds from the address to a page that can queue, on both sides, and the ratio of each round."""
    found = {"direct": [], "portal": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for turn in range(rounds):
            for name in ("direct", "portal") if turn % 2 else ("portal", "direct"):
                found[name].append(_once(browser, sides, name))
        browser.close()
    ratios = [ours / theirs for ours, theirs in zip(found["portal"], found["direct"], strict=True)]
    return ratios, {name: report.summary(each) for name, each in found.items()}


def _once(browser, sides, name):
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(120_000)
    if name == "portal":
        sign_in(page, sides.studio, "Artist 1", PASSWORD)
        # Signed in on the tool's origin as well, as after any first visit, and nothing kept of the page.
        page.goto(f"{sides.studio.origin(8188)}/features")
    address = sides.way(name)[0]
    began = time.monotonic()
    page.goto(f"{address}/", wait_until="commit")
    page.wait_for_function(READY, polling=20)
    took = (time.monotonic() - began) * 1000
    context.close()
    return took
