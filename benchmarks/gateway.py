"""The gateway's figures: every side in turn in one run, medians of rounds, JSON in benchmarks/out.

The proxy (with nginx's verifier) has one core, load and tool have the other; with --free long bodies run where the
system puts each process, so that three share two cores. Every side has the same client and the same tool.
Usage: python -m benchmarks.gateway [--rounds 3] [--seconds 5] [--megabytes 512] [--only small,static,down,up,ws]
"""

import argparse
import json
import os
import platform
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil

from benchmarks import gateway_load as load
from benchmarks import gateway_sides as sides

PROXY_CORE, LOAD_CORE = 0, 1 if (os.cpu_count() or 1) > 1 else 0
ANY = f"0-{(os.cpu_count() or 1) - 1}"
OUT = Path(__file__).resolve().parent / "out"
DIRECT, OURS, NGINX, CHP = "direct", "comfystudio", "nginx auth_request", "configurable-http-proxy"
# what, side to compare with, at least
TARGETS = [
    ("small", CHP, 2.5),
    ("small", NGINX, 0.45),
    ("static", NGINX, 1.0),
    ("down", DIRECT, 0.8),
    ("up", DIRECT, 0.65),
    ("ws", DIRECT, 0.5),
]


def machine():
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "aiohttp": aiohttp.__version__,
        "load_before": os.getloadavg()[0],
    }


def measure(what, side, options):
    if what in {"small", "static"}:
        path = "/small" if what == "small" else "/static/small"
        return load.requests(side.port, path, side.cookie, options.seconds)
    if what == "ws":
        return load.sockets(side.port, side.cookie, options.seconds)
    return (load.down if what == "down" else load.up)(side.port, side.cookie, options.megabytes)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--only", default="small,static,down,up,ws")
    parser.add_argument("--free", action="store_true", help="long bodies: every process where the system puts it")
    options = parser.parse_args()
    results = Results(machine())
    wanted = options.only.split(",")
    short, bulk = sides.upstream(LOAD_CORE, ANY if options.free else LOAD_CORE, options.megabytes)
    try:
        for tool, group in ((short, ("small", "static", "ws")), (bulk, ("down", "up"))):
            if any(what in wanted for what in group):
                run_group(tool, [what for what in group if what in wanted], options, results)
    finally:
        short.stop()
        bulk.stop()
    report(results, options)


@dataclass
class Results:
    """Rates, CPU seconds for each unit, and MiB more, by what and by side, one of each a round."""

    machine: dict
    rates: dict = field(default_factory=dict)
    cpu: dict = field(default_factory=dict)
    more: dict = field(default_factory=dict)

    def add(self, table, what, side, value):
        getattr(self, table).setdefault(what, {}).setdefault(side, []).append(value)

    def medians(self, table):
        return {
            what: {side: statistics.median(each) for side, each in by.items()}
            for what, by in getattr(self, table).items()
        }


def run_group(tool, group, options, results):
    """Every side in turn, round after round, on the same tool."""
    started = []
    free = bool({"down", "up"} & set(group)) and options.free
    load.stay_on(*range(os.cpu_count() or 1) if free else (LOAD_CORE,))
    try:
        started += [start(ANY if free else PROXY_CORE, tool.port) for start in (sides.ours, sides.nginx, sides.chp)]
        for _ in range(options.rounds):
            for what in group:
                for side in [tool, *started]:
                    one(what, side, options, results)
    finally:
        for side in started:
            side.stop()


def one(what, side, options, results):
    long = what in {"down", "up"}
    if long:
        load.forget_peak(side.pids)
    memory, cpu = load.memory(side.pids), side.cpu()
    rate = measure(what, side, options)
    used = side.cpu() - cpu
    results.add("rates", what, side.name, rate)
    results.add("cpu", what, side.name, used / options.megabytes if long else used / (rate * options.seconds))
    if long:
        results.add("more", what, side.name, load.memory(side.pids) - memory)
    print(f"{what:7} {side.name:24} {rate:10.1f}", flush=True)
    time.sleep(0.2)


def report(results, options):
    medians, cpu = results.medians("rates"), results.medians("cpu")
    more = {what: round(max(by[OURS]), 1) for what, by in results.more.items()}
    targets = []
    for what, against, least in TARGETS:
        if what in medians:
            ratio = medians[what][OURS] / medians[what][against]
            targets.append({"what": what, "against": against, "ratio": round(ratio, 3), "at_least": least})
    targets += [
        {"what": f"{what}, MiB more", "against": "itself", "ratio": most, "at_most": 40}
        for what, most in more.items()
    ]
    OUT.mkdir(exist_ok=True)
    document = {
        "benchmark": "gateway",
        "machine": {**results.machine, "load_after": os.getloadavg()[0]},
        "options": vars(options),
        "units": {
            **dict.fromkeys(("small", "static"), "requests/s"),
            **dict.fromkeys(("down", "up"), "MB/s"),
            "ws": "round trips/s",
            "cpu": "seconds of a core for each request, round trip or MiB",
        },
        "medians": medians,
        "cpu": cpu,
        "rounds": results.rates,
        "memory_more_mib": results.more,
        "targets": targets,
    }
    (OUT / "gateway.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print()
    for each in targets:
        limit = f">= {each['at_least']}" if "at_least" in each else f"<= {each['at_most']}"
        print(f"{each['what']:16} against {each['against']:24} {each['ratio']:8} {limit}")
    for what, by in cpu.items():
        print(f"{what:7} CPU µs: " + ", ".join(f"{side} {value * 1e6:.0f}" for side, value in by.items()))


if __name__ == "__main__":
    main()
