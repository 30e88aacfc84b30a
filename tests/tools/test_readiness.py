"""Asking a tool whether it answers, and being told to stop asking."""

import asyncio
import contextlib
import random
import socket

from comfystudio.tools.readiness import Listen, status_of


async def test_a_question_that_is_called_off_ends_whoever_asks() -> None:
    """A studio once did not end: called off just as the answer came, the asking went on for ever.

    A loop of questions is cancelled at 400 random moments and ends each time.
    """
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        dice = random.Random(7)

        async def ask_for_ever() -> None:
            while True:
                await status_of(Listen(port=port), "/")

        for _ in range(400):
            asking = asyncio.create_task(ask_for_ever())
            for _ in range(dice.randrange(12)):
                await asyncio.sleep(0)
            asking.cancel()
            done, _ = await asyncio.wait({asking}, timeout=1)
            assert done, "still asking"
            with contextlib.suppress(asyncio.CancelledError):
                asking.result()


async def test_nobody_there_and_nonsense_are_no_answer() -> None:
    """A refused connection, silence and what is not HTTP count as no answer."""

    async def nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-x\r\n")
        writer.close()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    for handler in (nonsense, silence):
        async with await asyncio.start_server(handler, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            assert await status_of(Listen(port=port), "/", 0.3) is None
    assert await status_of(Listen(port=port), "/", 0.3) is None
