"""A record with people in it, and workflows to put there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.orm import Session

from comfystudio.events import Bus
from comfystudio.queue import Accepted, Prompts
from comfystudio.storage import Database
from comfystudio.storage.tables import PersonRow

__all__ = ["ALICE", "BOB", "OWNERS", "add_owners", "graph", "post", "record"]

OWNERS = range(1, 16)
ALICE, BOB = 1, 2


async def add_owners(database: Database) -> None:
    """Fifteen people without anything but a number, a name and a folder."""

    def work(session: Session) -> None:
        for number in OWNERS:
            session.add(PersonRow(id=number, name=f"P{number}", folder=f"P{number}", created_at=0.0))

    await database.run(work)


@asynccontextmanager
async def record(database: Database, bus: Bus | None = None) -> AsyncIterator[Prompts]:
    """The record on `database`, open; closed afterwards."""
    found = Prompts(database, bus or Bus())
    await found.open()
    yield found
    await found.close()


def graph(text: str = "a cat", prefix: str = "Studio/cat") -> dict[str, Any]:
    """A workflow that says `text` and saves under `prefix`."""
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "xl/sdxl_base.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry, ugly", "clip": ["1", 1]}},
        "4": {"class_type": "KSampler", "inputs": {"positive": ["2", 0], "negative": ["3", 0], "model": ["1", 0]}},
        "5": {"class_type": "SaveImage", "inputs": {"images": ["4", 0], "filename_prefix": prefix}},
    }


async def post(prompts: Prompts, owner_id: int, prompt_id: str, **more: Any) -> Accepted:
    """Put a prompt on record."""
    asked = {"graph": graph(), "extra": {}, "targets": []} | more
    return await prompts.accept(owner_id, id=prompt_id, **asked)
