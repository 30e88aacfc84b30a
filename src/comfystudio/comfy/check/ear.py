"""Hears what ComfyUI says to the two artists who are nobody, on a channel of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSMsgType

from comfystudio.comfy.events.frames import Ended, Frame, Told, read_binary, read_text
from comfystudio.comfy.worker import Worker
from comfystudio.errors import Unavailable

__all__ = ["Ear", "listening"]


class Ear:
    """`told` and `frames` are everything so far."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.frames: list[Frame] = []
        self._ends: dict[str, Ended] = {}
        self._news = asyncio.Condition()
        self._deaf = False

    async def end(self, prompt_id: str) -> Ended:
        """Wait for the end of a prompt."""
        async with self._news:
            await self._news.wait_for(lambda: prompt_id in self._ends or self._deaf)
        if prompt_id not in self._ends:
            raise Unavailable("comfy.no_events")
        return self._ends[prompt_id]

    def ended(self, prompt_id: str) -> bool:
        """Whether a prompt is over."""
        return prompt_id in self._ends

    async def heard(self, prompt_id: str, kind: str) -> None:
        """Wait for a message of that type about a prompt."""
        async with self._news:
            await self._news.wait_for(lambda: self._deaf or any(_about(each, prompt_id, kind) for each in self.told))

    async def take(self, data: str | bytes) -> None:
        """One message of the channel."""
        said = read_binary(data) if isinstance(data, bytes) else read_text(data)
        if isinstance(said, Frame):
            self.frames.append(said)
        elif isinstance(said, Told):
            self.told.append(said)
        elif isinstance(said, Ended):
            self._ends[said.prompt_id] = said
        async with self._news:
            self._news.notify_all()

    async def close(self) -> None:
        """Nothing more comes."""
        self._deaf = True
        async with self._news:
            self._news.notify_all()


def _about(told: Told, prompt_id: str, kind: str) -> bool:
    return told.prompt_id == prompt_id and told.message["type"] == kind


@asynccontextmanager
async def listening(worker: Worker) -> AsyncIterator[Ear]:
    """An ear that hears from now on."""
    ear = Ear()
    async with worker.events() as channel:
        await ear.take(await channel.receive_str())

        async def listen() -> None:
            async for message in channel:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    await ear.take(message.data)
            await ear.close()

        task = asyncio.create_task(listen(), name="comfyui check")
        try:
            yield ear
        finally:
            task.cancel()
            await asyncio.wait([task])
