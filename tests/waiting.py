"""Waiting for something to become true, with a deadline instead of a hopeful sleep."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ["until", "wait_until"]


async def until(condition: Callable[[], Any | Awaitable[Any]], within: float = 5.0, why: str = "") -> Any:
    """The first truthy answer of `condition`, asked every 10 ms; AssertionError after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(why or f"not true within {within} s: {condition}")
        await asyncio.sleep(0.01)


def wait_until(condition: Callable[[], Any], within: float = 5.0, why: str = "") -> Any:
    """As `until`, for tests without an event loop."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(why or f"not true within {within} s: {condition}")
        time.sleep(0.01)
    return answer
