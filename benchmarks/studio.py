"""The studio's own figures: start, idle cost, how fast a change reaches a page and a press becomes a tool.

Usage: python -m benchmarks.studio [--only warm,idle,socket,page,start,jupyter] [--patience 120]
"""

import argparse
import os
import signal
import statistics
import time

import psutil

from benchmarks import report, studio_changes, studio_starts
from benchmarks.studio_house import House

WARM_SECONDS, IDLE_MIB, IDLE_PERCENT, CHANGE_MS, START_SECONDS = 3.0, 160.0, 0.5, 100.0, 0.5
IDLE_FOR = 30.0


def warm(house, runs):
    """Seconds from spawning `comfystudio up` to the first 200, on a workspace that has been open before."""
    seconds = []
    for _ in range(runs):
        house.studio.stop()
        began = time.monotonic()
        house.studio.start()
        seconds.append(time.monotonic() - began)
    return {"unit": "s", "at_most": WARM_SECONDS, "judged": "p50", **report.summary(seconds)}


def idle(house, runs):
    """Memory and CPU of a portal that one page listens to."""
    portal = psutil.Process(house.pid)
    shares = []
    with studio_changes.Listener(house):
        time.sleep(IDLE_FOR)
        for _ in range(runs):
            before, began = _cpu(portal), time.monotonic()
            time.sleep(IDLE_FOR)
            shares.append((_cpu(portal) - before) / (time.monotonic() - began) * 100)
        memory = portal.memory_full_info()
    figures = {"idle CPU": {"unit": "%", "at_most": IDLE_PERCENT, "judged": "p50", **report.summary(shares)}}
    for name, used in (("RSS", memory.rss), ("PSS", memory.pss)):
        figure = {"unit": "MiB", "at_most": IDLE_MIB, "judged": "p50", **report.summary([used / 2**20])}
        figures[f"idle memory, {name}"] = figure
    return figures


def _cpu(process):
    times = process.cpu_times()
    return times.user + times.system


def changes(kinds, where):
    """One figure for all kinds of change, and one for each."""
    every = [each for samples in kinds.values() for each in samples]
    return {
        f"{name}, {where}": {"unit": "ms", "at_most": CHANGE_MS, "judged": "p95", **report.summary(samples)}
        for name, samples in {"any change": every, **kinds}.items()
    }


def starts(sides, tool, judged):
    """What the studio adds to the tool's own start, each start beside the one by hand of its round.

    Seconds of a long start differ by more than what is added, so of such a one the middle is judged.
    """
    added = [ours - own for ours, own in zip(sides["studio"], sides["by hand"], strict=True)]
    figure = {"unit": "s", "at_most": START_SECONDS, "judged": judged, **report.summary(added)}
    for side, samples in sides.items():
        figure[side] = report.summary(samples)
    figure["medians apart"] = round(statistics.median(sides["studio"]) - statistics.median(sides["by hand"]), 3)
    return {f"press to reachable, added, {tool}": figure}


def measure(what, house):
    if what == "warm":
        return {"warm start": warm(house, 7)}
    if what == "idle":
        return idle(house, 2)
    if what == "socket":
        return changes(studio_changes.on_socket(house, 20), "socket")
    if what == "page":
        return changes(studio_changes.in_chromium(house, 5), "page in Chromium")
    if what == "start":
        return starts(studio_starts.both(house, "slow", "/", 20), "0.3 s tool", "p95")
    house.install_jupyter()
    house.until("jupyter-lab", "stopped")
    return starts(studio_starts.both(house, "jupyter-lab", "/api", 10), "JupyterLab", "p50")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="warm,idle,socket,page,start,jupyter")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds to wait for a quiet machine")
    options = parser.parse_args()
    # Ended from outside, the studio's processes still end with us.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    house = House()
    figures = {}
    try:
        house.open()
        for what in options.only.split(","):
            load = report.calm(options.patience)
            report.keep(figures, measure(what, house), load)
    finally:
        house.close()
        if figures:
            report.write("studio", figures, vars(options))


if __name__ == "__main__":
    main()
