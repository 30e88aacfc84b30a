"""Home in a browser that has never seen the studio: how much it loads, and how soon its largest part is there.

Usage: python -m benchmarks.home [--rounds 15] [--patience 120]

Somebody signed in, with two hundred images of their own, opens Home with an empty cache. Weight is the page, its
scripts and its styles as they came over the network until Home stood there and a second and a half longer; the font,
73 kB, comes beside them and holds up nothing.
"""

import argparse
import os
import signal
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.browser.conftest import DESKTOP, FLAGS, sign_in
from tests.studio import RunningStudio

from benchmarks import report
from benchmarks.outputs_house import NAME, PASSWORD, picture
from comfystudio.workspace import prepare

WEIGHT_KB, PAINT_MS = 150.0, 1000.0
IMAGES = 200
OF_THE_PAGE = {"Document", "Script", "Stylesheet"}
PAINT = """() => new Promise((tell) => {
  let last = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) last = each.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => tell(last), 1500);
})"""


def once(browser, state, address):
    """Kilobytes of the page's own files and milliseconds to its largest paint."""
    context = browser.new_context(viewport=DESKTOP, storage_state=state)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds, sizes = {}, {}
    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(f"{address}/", wait_until="load")
    page.get_by_role("heading", level=1).wait_for()
    painted = page.evaluate(PAINT)
    weight = sum(size for number, size in sizes.items() if kinds.get(number) in OF_THE_PAGE)
    context.close()
    return weight / 1000, painted


def measure(studio, rounds):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = browser.new_context(viewport=DESKTOP)
        sign_in(context.new_page(), studio, NAME, PASSWORD)
        state = context.storage_state()
        context.close()
        once(browser, state, studio.address)
        found = [once(browser, state, studio.address) for _ in range(rounds)]
        browser.close()
    weights, paints = ([each[at] for each in found] for at in (0, 1))
    judged = {"judged": "p50"}
    return {
        "home: first load, gzip": {**report.summary(weights), **judged, "unit": "kB", "at_most": WEIGHT_KB},
        "home: largest contentful paint": {**report.summary(paints), **judged, "unit": "ms", "at_most": PAINT_MS},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--patience", type=float, default=120.0, help="seconds to wait for a quiet machine")
    options = parser.parse_args()
    # Ended from outside, the studio still ends with us.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    with tempfile.TemporaryDirectory(prefix="comfystudio-bench-") as folder:
        Path(folder).chmod(0o755)
        studio = RunningStudio(Path(folder) / "workspace", accounts="same")
        outputs = prepare(studio.workspace).outputs(NAME)
        outputs.mkdir(parents=True)
        for number in range(IMAGES):
            (outputs / f"{number:04}.png").write_bytes(picture(number % 20))
        studio.start()
        try:
            studio.person(NAME, PASSWORD, admin=True)
            load = report.calm(options.patience)
            figures = {}
            report.keep(figures, measure(studio, options.rounds), load)
            report.write("home", figures, vars(options))
        finally:
            studio.stop()


if __name__ == "__main__":
    main()
