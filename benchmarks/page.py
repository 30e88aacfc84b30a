"""Writes the table in docs/benchmarks.md from benchmarks/out.

Usage: python -m benchmarks.page
"""

import json
from datetime import UTC, datetime

from benchmarks import report

PAGE = report.ROOT / "docs" / "benchmarks.md"
MARK = "<!-- What follows is written by python -m benchmarks.page -->\n"


def gateway(path):
    found = json.loads(path.read_text(encoding="utf-8"))
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    load = round(found["machine"]["load_before"], 1)
    for each in found["targets"]:
        what, shown, target = f"Gateway: {each['what']}", f"{each['ratio']:.2f}", ""
        if "at_least" in each:
            what += f" against {each['against']}"
            shown, target = f"{shown} times", f"at least {each['at_least']:g} times"
        else:
            shown, target = f"{shown} MiB", f"at most {each['at_most']:g} MiB"
        yield what, shown, target, str(load), day


def studio(path):
    found = json.loads(path.read_text(encoding="utf-8"))
    for name, figure in found["figures"].items():
        unit = figure["unit"]
        shown = f"{figure['p50']:.3g} {unit}"
        if figure["n"] > 2:
            shown += f", p95 {figure['p95']:.3g} {unit} (n = {figure['n']})"
        target = report.target(figure) + (" at p95" if figure["judged"] == "p95" else "")
        yield name[0].upper() + name[1:], shown, target, str(figure["load"]), figure["at"][:10]


def about(machine):
    parts = f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']:g} GiB"
    return f"{parts}, Linux {machine['kernel'].split('-')[0]}, Python {machine['python']}"


def main():
    rows, machines = [], []
    for name, read in (
        ("gateway", gateway),
        ("studio", studio),
        ("prompts", studio),
        ("outputs", studio),
        ("logs", studio),
        ("home", studio),
        ("comfy", studio),
    ):
        path = report.OUT / f"{name}.json"
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            rows += read(path)
            machines += (
                [found["machine"]] if "machine" in found else [one["machine"] for one in found["figures"].values()]
            )
    lines = ["| what | p50 | target | load before | day |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    lines += ["", *(f"Taken on {each}." for each in sorted({about(machine) for machine in machines}))]
    text = PAGE.read_text(encoding="utf-8")
    head = text.partition(MARK)[0]
    PAGE.write_text(head + MARK + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
