"""Outputs: lists of ten thousand files, thumbnails, archives and downloads, over the API of a real studio.

Usage: python -m benchmarks.outputs [--rounds 20] [--patience 120]
"""

import argparse
import json
import os
import signal

from benchmarks import report
from benchmarks.outputs_house import LARGE, House

COLD_MS, WARM_MS, KEPT_MS, RATE, SPEED, SHARE = 400.0, 100.0, 20.0, 15.0, 100.0, 0.1
LISTS = {
    "first page": "?limit=200",
    "a thousand": "?limit=1000",
    "by words": "?limit=200&text=_00777",
    "by days": "?limit=200&from=1&to=2000000000",
}


def figure(samples, unit, judged, **bound):
    return {"unit": unit, "judged": judged, **bound, **report.summary(samples)}


def lists(house, rounds):
    """Milliseconds of the first page after a start, and of each list after that."""
    cold = []
    for _ in range(max(3, rounds // 4)):
        house.again()
        connection = house.connection()
        # The connection and the token are not what is measured.
        connection.request("GET", "/api/v1/session", headers=house.headers)
        connection.getresponse().read()
        cold.append(house.ask(connection, LISTS["first page"])[0])
    figures = {"outputs: first page, cold": figure(cold, "ms", "p95", at_most=COLD_MS)}
    for what, query in LISTS.items():
        house.ask(connection, query)
        took = [house.ask(connection, query)[0] for _ in range(rounds)]
        figures[f"outputs: {what}, warm"] = figure(took, "ms", "p95", at_most=WARM_MS)
    new = []
    for number in range(rounds):
        path = house.outputs / "2026-01" / f"new_{number}.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\n")
        took, content = house.ask(connection, LISTS["first page"])
        assert json.loads(content)["outputs"][0]["name"] == path.name
        new.append(took)
    return {**figures, "outputs: first page with a new file": figure(new, "ms", "p95", at_most=WARM_MS)}


def thumbnails(house, rounds):
    """How many are made in a second by six lanes, and milliseconds of one that is kept."""
    rates = []
    for size in (256, 512):
        seconds, _ = house.thumbnails(size)
        rates.append(LARGE / seconds)
    kept = [each for _ in range(max(1, rounds // 10)) for each in house.thumbnails(256)[1]]
    return {
        "outputs: thumbnails made a second, 1024 px PNG": figure(rates, "/s", "p50", at_least=RATE),
        "outputs: one of six thumbnails at once, kept": figure(kept, "ms", "p95", at_most=KEPT_MS),
    }


def archives(house, rounds):
    """MB a second of an archive and of a file, and the archive's share of what copying does, in turn."""
    connection = house.connection()
    paths = [str(path.relative_to(house.outputs)) for path in house.large]
    target = house.folder / "target"
    figures = {"zip": [], "copy": []}
    for _ in range(max(3, rounds // 4)):
        asked = json.loads(house.ask(connection, "/zip", "POST", {"paths": paths})[1])
        for side, samples in figures.items():
            packed = side == "zip"
            count, seconds = house.fetched(f"/zip?id={asked['id']}", target) if packed else house.copied(target)
            samples.append(count / seconds / 1e6)
            target.unlink()
    shares = [ours / own for ours, own in zip(figures["zip"], figures["copy"], strict=True)]
    return {
        "outputs: archive, MB a second": figure(figures["zip"], "MB/s", "p50", at_least=SPEED),
        "outputs: archive, share of plain copying": figure(shares, "times", "p50", at_least=SHARE),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--patience", type=float, default=120.0, help="seconds to wait for a quiet machine")
    options = parser.parse_args()
    # Ended from outside, the studio still ends with us.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    house = House()
    figures = {}
    try:
        house.open()
        for measure in (lists, thumbnails, archives):
            load = report.calm(options.patience)
            report.keep(figures, measure(house, options.rounds), load)
    finally:
        house.close()
        if figures:
            report.write("outputs", figures, vars(options))


if __name__ == "__main__":
    main()
