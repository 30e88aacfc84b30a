"""Logs: fifty pages that follow live ones, and one of a gigabyte opened and searched.

Usage: python -m benchmarks.logs [--only many,one,large] [--minutes 0.5] [--megabytes 1024] [--patience 120]

`many`: fifty pages, each on a log of its own, 20 lines a second in each. `one`: fifty pages on one log of 1,000 lines
a second. The issue's figures are for --minutes 10.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import time
from urllib.parse import urlencode

import aiohttp
import psutil

from benchmarks import report
from benchmarks.logs_house import LINES, PAGES, House

LATE_MS, CORE_PERCENT, MEMORY_MIB, GROWTH_MIB, OPEN_MS, SEARCH_SECONDS = 250.0, 60.0, 300.0, 8.0, 300.0, 3.0
WARM_SECONDS = 5.0
LOOK_EVERY = 1.0
HITS = {"nowhere": 0, "everywhere": 200}
KEPT_SAMPLES = 2000
PLACE = re.compile(r'"log":"[^"]*","start":(\d+),"next":(\d+)')


class Pages:
    """Fifty signed-in pages that follow a log each and note how late lines are."""

    def __init__(self, house, log):
        self.house, self.log = house, log
        self.late = []
        self.lines = 0
        self.listening = False
        self._said = {}

    async def follow(self, http, cookie):
        address = f"{self.house.studio.address}/api/v1/events"
        headers = {"Cookie": cookie, "Origin": self.house.studio.address}
        async with http.ws_connect(address, headers=headers, max_msg_size=0) as socket:
            await socket.send_json({"op": "follow", "log": self.log})
            next_ = None
            async for message in socket:
                now = time.time()
                head = PLACE.search(message.data, 0, 400)
                if head is not None:
                    assert next_ in {None, head[1]}, "a line is missing"
                    next_ = head[2]
                    self._take(now, head[0], message.data)

    def _take(self, now, place, text):
        if not self.listening:
            return
        # The same lines for all pages of one log: read once here too, or the pages would be what is measured. Offsets
        # in logs of their own are alike, and the lines are not.
        if place not in self._said or self.log != "tool:choir":
            lines = json.loads(text)["data"]["lines"]
            self._said[place] = [float(line["text"].split(" ", 1)[0]) for line in lines if line["stream"] == "o"]
            if len(self._said) > 200:
                del self._said[next(iter(self._said))]
        said = self._said[place]
        self.lines += len(said)
        self.late += [(now - at) * 1000 for at in said]
        # Millions of them in ten minutes: a fair choice says the same.
        if len(self.late) > 400_000:
            self.late = random.sample(self.late, 200_000)


async def followed(house, log, seconds):
    """How late lines were, and per second the portal's share of a core and its memory."""
    portal, pages = psutil.Process(house.studio.pid), Pages(house, log)
    shares, memory = [], []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        tasks = [asyncio.create_task(pages.follow(http, cookie)) for cookie in house.cookies]
        await asyncio.sleep(WARM_SECONDS)
        pages.listening, began = True, time.monotonic()
        before, at = _cpu(portal), began
        while time.monotonic() - began < seconds:
            await asyncio.sleep(LOOK_EVERY)
            for task in tasks:
                if task.done():
                    task.result()
            now, then = _cpu(portal), time.monotonic()
            shares.append((now - before) / (then - at) * 100)
            memory.append(portal.memory_info().rss / 2**20)
            before, at = now, then
        took = time.monotonic() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return pages, shares, memory, took


def live(house, tool, what, seconds):
    house.start(tool)
    try:
        pages, shares, memory, took = asyncio.run(followed(house, f"tool:{tool}", seconds))
    finally:
        house.stop(tool)
    each = LINES if tool == "choir" else LINES / PAGES
    expected = each * PAGES * took
    assert pages.lines > expected * 0.95, f"{pages.lines} lines arrived, {expected:.0f} were said"
    late = random.sample(pages.late, min(KEPT_SAMPLES, len(pages.late)))
    quarter = max(1, len(memory) // 4)
    growth = sum(memory[-quarter:]) / quarter - sum(memory[:quarter]) / quarter
    about = {"pages": PAGES, "lines a second": LINES, "seconds": round(took, 1)}
    figures = {
        "line to page": ("ms", LATE_MS, "p95", late),
        "portal's share of a core": ("%", CORE_PERCENT, "p50", shares),
        "portal's memory": ("MiB", MEMORY_MIB, "p50", memory),
        "portal's memory grown": ("MiB", GROWTH_MIB, "p50", [growth]),
    }
    return {
        f"{name}, {what}": {"unit": unit, "at_most": most, "judged": judged, **about, **report.summary(samples)}
        for name, (unit, most, judged, samples) in figures.items()
    }


def _cpu(process):
    times = process.cpu_times()
    return times.user + times.system


def _timed(house, path):
    began = time.monotonic()
    answer = house.studio.get(path, headers={"Cookie": house.cookies[0]})
    assert answer.status == 200, answer.body
    return time.monotonic() - began, answer.json


def _searched(house, text):
    """Until everything was looked through, or a page of hits is full: seconds, hits and bytes."""
    seconds, hits, searched, before = 0.0, 0, 0, {}
    while True:
        query = {"text": text, "log": "tool:choir", **before}
        took, found = _timed(house, f"/api/v1/logs/search?{urlencode(query)}")
        seconds, hits, searched = seconds + took, hits + len(found["hits"]), searched + found["searched_bytes"]
        if found["next"] is None or hits >= HITS["everywhere"]:
            return seconds, hits, searched
        before = {"before": found["next"]}


def large(house, megabytes):
    """The gigabyte: its end, its beginning, a line in its middle; and words that are nowhere, rare and everywhere."""
    house.start("choir")
    house.stop("choir")
    size = house.large_log(megabytes)
    figures = {}
    end = _timed(house, "/api/v1/tools/choir/log")[1]["end"]
    for what, query in (
        ("end", ""),
        ("middle", f"?around={end // 2}&limit=400"),
        ("before", f"?before={end // 3}&limit=400"),
    ):
        took = [_timed(house, f"/api/v1/tools/choir/log{query}")[0] * 1000 for _ in range(20)]
        figures[f"{megabytes} MB log, opened: {what}"] = {
            "unit": "ms",
            "at_most": OPEN_MS,
            "judged": "p95",
            **report.summary(took),
        }
    for what, text in (("nowhere", "no such words"), ("once", "[00000777] loading"), ("everywhere", "shard")):
        took = []
        for _ in range(5):
            seconds, hits, searched = _searched(house, text)
            assert what == "everywhere" or searched >= size
            assert hits == HITS.get(what, hits)
            took.append(seconds)
        figures[f"{megabytes} MB log, searched: {what}"] = {
            "unit": "s", "at_most": SEARCH_SECONDS, "judged": "p95", **report.summary(took),
        }  # fmt: skip
    return figures


def measure(what, house, options):
    if what == "many":
        return live(house, "voice", "50 logs", options.minutes * 60)
    if what == "one":
        return live(house, "choir", "one log", options.minutes * 60)
    return large(house, options.megabytes)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="many,one,large")
    parser.add_argument("--minutes", type=float, default=0.5, help="how long pages follow, for each shape")
    parser.add_argument("--megabytes", type=int, default=1024, help="how large the large log is")
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
            report.keep(figures, measure(what, house, options), load)
    finally:
        house.close()
        if figures:
            report.write("logs", figures, vars(options))


if __name__ == "__main__":
    main()
