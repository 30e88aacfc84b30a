"""`comfystudio prompts …` on a studio that has some on record."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from comfystudio.events import Bus
from comfystudio.queue import Prompts
from comfystudio.storage import Database
from comfystudio.storage.tables import PersonRow
from comfystudio.workspace import prepare
from tests.studio import RunningStudio, passable_folder, studio_in

NAME, OTHER = "Ada", "Bob O'Hara"


async def _submit(studio: RunningStudio) -> None:
    """Three prompts of Ada's, of which the first has failed, and one of Bob's."""
    workspace = prepare(studio.workspace)
    workspace.roster.write_text(f'USERS=(\n  "{NAME}"\n  "{OTHER}"\n)\n', encoding="utf-8")
    database = Database(workspace.database)
    await database.open()
    owners = {NAME: 1, OTHER: 2}
    people = [PersonRow(id=owners[name], name=name, folder=name, created_at=0.0) for name in owners]
    await database.run(lambda session: session.add_all(people))
    prompts = Prompts(database, Bus())
    for number, (name, text) in enumerate([(NAME, "a cat"), (NAME, "a dog"), (NAME, "a fox"), (OTHER, "a wolf")]):
        graph = {"1": {"class_type": "CLIPTextEncode", "inputs": {"text": text}}}
        await prompts.accept(owners[name], id=f"prompt-{number}", graph=graph, extra={}, targets=[])
    prompts.finished("prompt-0", "failed", error="no GPU", outputs={"1": {"text": ["said"]}})
    await prompts.close()
    await database.close()


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A running studio with prompts on record."""
    with passable_folder() as folder, studio_in(folder) as found:
        asyncio.run(_submit(found))
        found.start()
        yield found


def _json(studio: RunningStudio, *words: str) -> Any:
    """What a command prints with `--json`."""
    return json.loads(studio.cli("prompts", *words, "--json"))


def test_prompts_are_listed_and_shown(studio: RunningStudio) -> None:
    """Of one person with what they say, of all without; filtered, turned page by page, opened whole."""
    listed = _json(studio, "list", "--as", NAME)["prompts"]
    assert [each["id"] for each in listed] == ["prompt-2", "prompt-1", "prompt-0"]
    everybodys = _json(studio, "list")["prompts"]
    assert [(each["owner"], each["summary"]) for each in everybodys] == [(OTHER, None), *[(NAME, None)] * 3]
    narrowed = ("--text", "CAT", "--state", "failed", "--before", str(listed[0]["number"]), "-n", "1")
    table = studio.cli("prompts", "list", "--as", NAME, *narrowed)
    assert "a cat" in table
    assert "a dog" not in table
    assert "no GPU" in studio.cli("prompts", "show", "prompt-0", "--as", NAME)
    opened = _json(studio, "show", "prompt-0", "--as", NAME)
    assert (opened["outputs"], opened["graph"]["1"]["inputs"]) == ({"1": {"text": ["said"]}}, {"text": "a cat"})


def test_prompts_are_cancelled(studio: RunningStudio) -> None:
    """Once, and not in the name of somebody else; the sentence says why not."""
    refused = studio.cli("prompts", "cancel", "prompt-2", "--as", OTHER, check=False)
    assert refused == "1\nThere is no such prompt, or it belongs to somebody else.\n"
    assert studio.cli("prompts", "cancel", "prompt-2", "--as", NAME) == "Prompt 3 is cancelled.\n"
    assert "has ended already" in studio.cli("prompts", "cancel", "prompt-2", "--as", NAME, check=False)
    assert _json(studio, "cancel", "prompt-3")["state"] == "cancelled"
