"""docs/adding-a-tool.md says everything there is to say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from comfystudio.tools import manifest
from comfystudio.tools.fill import PLACEHOLDERS
from comfystudio.tools.manifest import Manifest
from tests.tools.conftest import ADA, Studio, caller
from tests.waiting import until

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-tool.md").read_text(encoding="utf-8")


def keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Every key of a manifest with its tables' names."""
    for name, field in model.model_fields.items():
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if isinstance(one, type)]
        tables = [one for one in inner if issubclass(one, BaseModel)]
        if not tables or name == "extra":
            yield before + name
        for table in tables:
            yield from keys(table, f"{before}{name}.")


def test_every_key_is_documented_and_no_other() -> None:
    """A key that the page does not name, or that no longer exists, fails here."""
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", PAGE, re.MULTILINE))
    assert documented == set(keys(Manifest))


def test_every_placeholder_is_documented_and_no_other() -> None:
    """The same for placeholders."""
    assert set(re.findall(r"^\| `\{([a-z_]+)\}` \|", PAGE, re.MULTILINE)) == set(PLACEHOLDERS)


async def test_the_example_works(studio: Studio) -> None:
    """The page's smallest manifest, put into a folder as it stands, starts and becomes ready."""
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (studio.setup / "notes").mkdir()
    (studio.setup / "notes" / manifest.FILE_NAME).write_text(text, encoding="utf-8")
    tools = await studio.open()
    await tools.start("notes", caller(ADA))
    await until(lambda: tools.view("notes", caller(ADA)).state == "ready", 10)
