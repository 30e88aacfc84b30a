"""Runs the benchmarks named, or all of them, one after the other.

Usage: python -m benchmarks [gateway] [studio] [prompts] [outputs] [logs] [home] [comfy]

comfy needs a real ComfyUI: COMFYUI_SOURCE names its checkout. Without it the others are run.
"""

import argparse
import os
import subprocess
import sys

from benchmarks import report

ALL = ("gateway", "studio", "prompts", "outputs", "logs", "home", "comfy")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    names = parser.parse_args().names
    if not names:
        names = [name for name in ALL if name != "comfy" or os.environ.get("COMFYUI_SOURCE")]
    if unknown := set(names) - set(ALL):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    # Each in a process of its own: one changes which cores it may use, another how it takes signals.
    for name in names:
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=report.ROOT, check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
