"""What every benchmark writes: the machine, the code, the load, all samples and their medians, as JSON."""

import json
import os
import platform
import statistics
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "benchmarks" / "out"


def machine():
    """This machine, by what makes figures comparable; never by name or path."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return {
        "cpu": next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), ""),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def revision():
    """The commit measured, with a + where files of the product differ from it."""

    def git(*argv):
        return subprocess.run(["git", *argv], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "--", "src", "web/src") else "")


def calm(patience, most=0.25):
    """Wait up to `patience` seconds for a machine that others use less than `most`; its load of the last minute."""
    until = time.monotonic() + patience
    while psutil.cpu_percent(1.5) > most * 100 and time.monotonic() < until:
        pass
    return round(os.getloadavg()[0], 2)


def percentile(samples, share):
    """The sample below or at which `share` of them lie."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def summary(samples):
    """Every sample and what is said of them."""
    return {
        "n": len(samples),
        "p50": round(statistics.median(samples), 3),
        "p95": round(percentile(samples, 95), 3),
        "least": round(min(samples), 3),
        "most": round(max(samples), 3),
        "samples": [round(each, 3) for each in samples],
    }


def write(name, figures, options):
    """Keep `figures` in benchmarks/out/<name>.json, beside those of earlier runs that were not measured now."""
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    about = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "revision": revision(), "machine": machine()}
    kept = {what: figure for what, figure in before.get("figures", {}).items() if what not in figures}
    document = {
        "benchmark": name,
        "options": options,
        "figures": {**kept, **{what: {**figure, **about} for what, figure in figures.items()}},
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path


def target(figure):
    """What a figure is to reach, in words."""
    bound = f"at least {figure['at_least']:g}" if "at_least" in figure else f"at most {figure['at_most']:g}"
    return f"{bound} {figure['unit']}"


def keep(figures, found, load):
    """Add what was `found` to `figures`, with the `load` it met, and show it."""
    for name, figure in found.items():
        figures[name] = {**figure, "load": load}
        row(name, figure[figure["judged"]], figure["unit"], figure, load)


def row(what, value, unit, figure, load):
    """One line for a person at a terminal."""
    print(f"{what:52} {value:9.2f} {unit:3} {target(figure)}  load {load}", flush=True)
