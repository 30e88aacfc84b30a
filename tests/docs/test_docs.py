"""Documentation that cannot rot: references are made from the code, links lead somewhere, the house stays tidy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def test_every_reference_page_is_current() -> None:
    """A setting, command, route or event that is not in its reference page fails here."""
    done = subprocess.run(
        [sys.executable, "tools/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", _tracked("*.md"), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every relative link in a page names a file that exists."""
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_make_target_that_the_docs_name_exists() -> None:
    """`make x` in a page is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in _tracked("*.md"):
        named = set(re.findall(r"(?:`|^    )(?:[A-Z_]+=\S+ )?make ([a-z-]+)", page.read_text(), re.MULTILINE))
        assert named <= targets, page


def test_modules_stay_small() -> None:
    """No module is above 500 lines, and half of them are below 150."""
    lengths = sorted(
        len(path.read_text(encoding="utf-8").splitlines())
        for path in _tracked("src/*.py", "web/src/*.ts", "web/src/*.tsx")
        if "migrations" not in path.parts
    )
    assert lengths[-1] <= 500
    assert lengths[len(lengths) // 2] < 150


def test_nothing_is_left_open_in_product_code() -> None:
    """No notes to self in what ships."""
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b|coming soon")
    for path in _tracked("src/*.py", "web/src/*.ts", "web/src/*.tsx", "setup/*", "server/*", "tools/*.py"):
        assert not marks.search(path.read_text(encoding="utf-8")), path
