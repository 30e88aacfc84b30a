"""One ComfyUI for fifteen artists: its rate, its events and its page, through the portal and directly, in turn.

Needs a real ComfyUI with its venv.

Usage: COMFYUI_SOURCE=DIR python -m benchmarks.comfy [--only rate,empty,events,models,page]
"""

import argparse
import asyncio
import json
import os
import time

from benchmarks import comfy_load, comfy_page, report
from benchmarks.comfy_sides import Sides

ARTISTS, PROMPTS, SECONDS = 15, 20, 0.2
RATE, EMPTY_RATE, EVENT_MS, PAGE = 0.97, 0.5, 10.0, 1.5
ALL = ("rate", "empty", "events", "models", "page")


def _taken(url, tokens, make, each):
    prompts = [[make() for _ in range(each)] for _ in tokens]
    return asyncio.run(comfy_load.together(url, tokens, prompts))


def rate(sides, make, rounds):
    """Prompts a second on both sides and the ratio of each round."""
    found = {"direct": [], "portal": []}
    for turn in range(rounds):
        for name in ("direct", "portal") if turn % 2 else ("portal", "direct"):
            took, _ = _taken(*sides.way(name), make, PROMPTS)
            found[name].append(ARTISTS * PROMPTS / took)
    ratios = [ours / theirs for ours, theirs in zip(found["portal"], found["direct"], strict=True)]
    return ratios, {name: report.summary(each) for name, each in found.items()}


def events(sides, rounds):
    """What the studio adds to an event at p95, in ms, while one prompt sends and all have pages open."""
    found = {"direct": [], "portal": []}
    for turn in range(rounds):
        for name in ("direct", "portal") if turn % 2 else ("portal", "direct"):
            url, tokens = sides.way(name)
            lists = [[comfy_load.events(200)], *[[] for _ in tokens[1:]]]
            _, latencies = asyncio.run(comfy_load.together(url, tokens, lists))
            found[name].append(report.percentile(latencies, 95))
    added = [ours - theirs for ours, theirs in zip(found["portal"], found["direct"], strict=True)]
    return added, {name: report.summary(each) for name, each in found.items()}


def models(sides):
    """How often two artists who use one checkout make ComfyUI load it."""
    url, tokens = sides.way("portal")
    name = f"checkpoint-{time.time_ns()}"
    lists = [[comfy_load.model(name) for _ in range(3)] for _ in tokens[:2]]
    asyncio.run(comfy_load.together(url, tokens[:2], lists))
    return json.loads(sides.loads().read_text(encoding="utf-8"))[name]


def measure(what, sides, rounds):
    if what in {"rate", "empty"}:
        make = comfy_load.empty if what == "empty" else lambda: comfy_load.pause(SECONDS)
        ratios, both = rate(sides, make, rounds)
        target = EMPTY_RATE if what == "empty" else RATE
        title = "empty prompts" if what == "empty" else f"{ARTISTS} artists, {PROMPTS} prompts of 200 ms each"
        return {
            f"{title}, portal / direct": {
                "unit": "x",
                "at_least": target,
                "judged": "p50",
                **report.summary(ratios),
                **both,
            }
        }
    if what == "events":
        added, both = events(sides, rounds)
        return {
            "event to the page, added at p95": {
                "unit": "ms",
                "at_most": EVENT_MS,
                "judged": "p50",
                **report.summary(added),
                **both,
            }
        }
    if what == "models":
        return {
            "loads of one model by two artists": {
                "unit": "",
                "at_most": 1,
                "judged": "p50",
                **report.summary([models(sides)]),
            }
        }
    ratios, both = comfy_page.load(sides, rounds)
    return {
        "page of ComfyUI, cold, portal / direct": {
            "unit": "x",
            "at_most": PAGE,
            "judged": "p50",
            **report.summary(ratios),
            **both,
        }
    }


def show_sides(figures):
    for figure in figures.values():
        for side in ("direct", "portal"):
            if side in figure:
                print(f"  {side:50} {figure[side]['p50']:9.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(ALL))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--patience", type=float, default=60.0)
    options = parser.parse_args()
    source = os.environ.get("COMFYUI_SOURCE")
    if not source:
        raise SystemExit("Set COMFYUI_SOURCE to a ComfyUI checkout that has its venv.")
    with Sides(source, ARTISTS) as sides:
        for what in options.only.split(","):
            load = report.calm(options.patience)
            figures = {}
            report.keep(figures, measure(what, sides, options.rounds), load)
            show_sides(figures)
            for figure in figures.values():
                figure["comfyui"] = sides.version
            report.write("comfy", figures, {"artists": ARTISTS, "prompts": PROMPTS, "rounds": options.rounds})


if __name__ == "__main__":
    main()
