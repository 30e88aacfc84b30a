"""What ships: a wheel carries the pages, the tools' folders and the roster, and is enough to start from."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout; the pages are built already, or now."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_a_wheel_carries_everything_that_is_read_at_run_time(wheel: Path) -> None:
    """Pages with their compressed copies, sentences, migrations, manifests, install scripts, roster, licences."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "comfystudio/web/static/index.html",
        "comfystudio/web/static/index.html.gz",
        "comfystudio/words/en.toml",
        "comfystudio/storage/migrations/versions/0001_first.py",
        "comfystudio/setup/jupyter/tool.toml",
        "comfystudio/setup/jupyter/install_jupyter.sh",
        "comfystudio/setup/jupyter/requirements.txt",
        "comfystudio/setup/comfy/tool.toml",
        "comfystudio/people/artist_names.sh",
        "comfystudio/gateway/pages/starting.html",
        "comfystudio/py.typed",
    ):
        assert name in names, name
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("GPL-3.0-or-later.txt") for name in names)
    assert not any("node_modules" in name or name.endswith(".map") for name in names)
    assert wheel.stat().st_size < 5_000_000


def test_an_unpacked_wheel_starts_without_the_checkout(wheel: Path, root: Path) -> None:
    """Away from the repository the roster and the tools are found in the package itself."""
    zipfile.ZipFile(wheel).extractall(root / "site")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import comfystudio; assert sys.argv[1] in comfystudio.__file__;"
        "from comfystudio.cli import main; sys.argv[:] = ['comfystudio', *sys.argv[2:]]; main()"
    )
    for words, expected in ((["people", "list"], "Razvan Matei"), (["tools", "list"], "jupyter-lab")):
        done = subprocess.run(
            [sys.executable, "-c", program, str(root / "site"), *words, "--workspace", str(root / "workspace")],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
