"""Runs npm with the packaged Node in `web/`: `python tools/npm.py run check`."""

import sys

from build_web import install, npm

if __name__ == "__main__":
    if sys.argv[1:2] != ["install"]:
        install()
    npm(*sys.argv[1:])
