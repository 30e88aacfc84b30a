"""A portal of prompts alone, to be killed: fifteen owners post as fast as they can; what they were told is printed.

Usage: python -m tests.queue.poster DATABASE
"""

import asyncio
import os
import sys
import uuid
from pathlib import Path

from comfystudio.events import Bus
from comfystudio.queue import Prompts
from comfystudio.storage import Database
from tests.queue.house import OWNERS, graph, post


def say(word: str, prompt_id: str) -> None:
    """One line, out of this process when this returns."""
    os.write(1, f"{word} {prompt_id}\n".encode())


async def owner(prompts: Prompts, number: int) -> None:
    """Post; let some run and end; each promise is printed once it is made."""
    while True:
        accepted = await post(prompts, number, str(uuid.uuid4()), graph=graph("word " * 2000))
        prompt_id = accepted.prompt.id
        say("accepted", prompt_id)
        if accepted.prompt.number % 5 == 0:
            prompts.started(prompt_id, 1.0, "comfy-ui")
            prompts.finished(prompt_id, "done", outputs={"5": {"text": ["said"]}})
            await prompts.flush()
            say("done", prompt_id)


async def main() -> None:
    """Until killed."""
    database = Database(Path(sys.argv[1]))
    await database.open()
    prompts = Prompts(database, Bus())
    await prompts.open()
    await asyncio.gather(*(owner(prompts, number) for number in OWNERS))


if __name__ == "__main__":
    asyncio.run(main())
