"""Long bodies from socket to socket inside the kernel: no byte of them enters this process.

A pipe carries them (Linux, `splice`). It works on copies of the two descriptors, because the loop watches a
transport's own ones itself; the copies share everything but the number.
"""

import asyncio
import errno
import fcntl
import os
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from aiohttp import StreamReader

__all__ = ["LEAST", "SourceEnded", "Splice", "TargetEnded", "at_hand", "splicing"]

# Below this length, setting it up costs more than it saves.
LEAST = 1024 * 1024
# What the pipe holds at most. Linux lets every account have this much, though not in any number of pipes.
PIPE = 1024 * 1024
# How often the pipe may be filled before others have their turn on the loop.
FILLS = 2
# The kernel, or what fences it in, does not do it with sockets of this kind.
UNABLE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})


class SourceEnded(ConnectionError):
    """It closed, or broke, before all was there."""


class TargetEnded(ConnectionError):
    """It takes no more."""


class End(Protocol):
    """A connection, as `server.Connection` and `upstream.Link` are."""

    transport: asyncio.Transport | None

    async def drained(self) -> None:
        """Wait until the other side has read what was written."""


def at_hand(payload: StreamReader) -> bytes:
    """All that came of a body so far, what the parser holds back included. Raises what ended the body."""
    parts = []
    # Reading lets the parser go on with what it held back, which fills the payload again.
    while part := payload.read_nowait():
        parts.append(part)
    return b"".join(parts)


@asynccontextmanager
async def splicing(source: End, target: End, left: int) -> "AsyncIterator[Splice | None]":
    """Move the next `left` bytes; None where that is not worth it or not possible, and all is as it was.

    The parser of `source` must hold nothing back: see `at_hand`.
    """
    if left < LEAST or not hasattr(os, "splice") or not (_plain(source.transport) and _plain(target.transport)):
        yield None
        return
    assert source.transport is not None
    source.transport.pause_reading()
    try:
        await _emptied(target)
        try:
            splice = Splice(source, target, left)
        except OSError:
            yield None
            return
        try:
            yield splice
        finally:
            splice.close()
    finally:
        if source.transport is not None:
            with suppress(RuntimeError):
                source.transport.resume_reading()


class Splice:
    """Moves `left` bytes. Nobody else may read from `source` or write to `target` in the meantime.

    `done` is True once all were moved and False where the kernel cannot: see `held`. It raises SourceEnded or
    TargetEnded. The constructor raises OSError where there are no descriptors left.
    """

    def __init__(self, source: End, target: End, left: int) -> None:
        self._loop = asyncio.get_running_loop()
        self.left = left
        self.moved = 0
        self.done: asyncio.Future[bool] = self._loop.create_future()
        self._in_pipe = 0
        self._blocked = 0.0
        self._blocked_since: float | None = None
        self._files: list[int] = []
        try:
            self._files += os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
            for each in (source.transport, target.transport):
                self._files.append(_copy(each))
        except OSError:
            self._close_files()
            raise
        self._out, self._in, self._source, self._target = self._files
        with suppress(OSError):
            fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, PIPE)
        self._loop.add_reader(self._source, self._turn)

    @property
    def taken(self) -> int:
        """How many bytes were taken from the source."""
        return self.moved + self._in_pipe

    def blocked(self) -> float:
        """Seconds for which the target did not read."""
        since = self._blocked_since
        return self._blocked + (self._loop.time() - since if since is not None else 0.0)

    def held(self) -> bytes:
        """What was taken from the source and not passed on."""
        return os.read(self._out, self._in_pipe) if self._in_pipe else b""

    def surplus(self) -> bool:
        """Whether the source said something after the last byte, if only that it closes."""
        poll = select.poll()
        poll.register(self._source, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Let go of everything."""
        self._rest()
        self._close_files()
        if not self.done.cancel() and not self.done.cancelled():
            # Looked at, so that nobody complains that nobody did.
            self.done.exception()

    def _turn(self) -> None:
        """Move what can be moved now."""
        try:
            for _ in range(FILLS):
                if not self._in_pipe and not self._fill():
                    return
                if not self._pour_out():
                    return
                if not self.left:
                    self._finish(able=True)
                    return
        except OSError as error:
            if error.errno in UNABLE and not self.moved:
                self._finish(able=False)
                return
            self._rest()
            if not self.done.done():
                self.done.set_exception(error)

    def _fill(self) -> bool:
        """Source to pipe. Returns whether something came."""
        try:
            count = os.splice(self._source, self._in, min(self.left, PIPE), flags=os.SPLICE_F_NONBLOCK)
        except BlockingIOError:
            return False
        except OSError as error:
            raise SourceEnded(*error.args) from error
        if not count:
            raise SourceEnded
        self._in_pipe = count
        return True

    def _pour_out(self) -> bool:
        """Pipe to target. Returns whether the pipe is empty."""
        try:
            while self._in_pipe:
                count = os.splice(self._out, self._target, self._in_pipe, flags=os.SPLICE_F_NONBLOCK)
                self._in_pipe -= count
                self.left -= count
                self.moved += count
        except BlockingIOError:
            if self._blocked_since is None:
                self._blocked_since = self._loop.time()
                self._loop.remove_reader(self._source)
                self._loop.add_writer(self._target, self._turn)
            return False
        except OSError as error:
            raise TargetEnded(*error.args) from error
        if self._blocked_since is not None:
            self._blocked, self._blocked_since = self.blocked(), None
            self._loop.remove_writer(self._target)
            self._loop.add_reader(self._source, self._turn)
        return True

    def _finish(self, *, able: bool) -> None:
        self._rest()
        if not self.done.done():
            self.done.set_result(able)

    def _rest(self) -> None:
        """Watch nothing."""
        if self._files:
            self._loop.remove_reader(self._source)
            self._loop.remove_writer(self._target)

    def _close_files(self) -> None:
        for each in self._files:
            os.close(each)
        self._files.clear()


def _plain(transport: asyncio.Transport | None) -> bool:
    return (
        transport is not None
        and not transport.is_closing()
        and transport.get_extra_info("sslcontext") is None
        and transport.get_extra_info("socket") is not None
    )


def _copy(transport: asyncio.Transport | None) -> int:
    if transport is None or transport.is_closing():
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return os.dup(transport.get_extra_info("socket").fileno())


async def _emptied(target: End) -> None:
    """Wait until the transport has handed everything to the system."""
    transport = target.transport
    assert transport is not None
    transport.set_write_buffer_limits(high=0)
    try:
        await target.drained()
    except ConnectionError as error:
        raise TargetEnded from error
    finally:
        with suppress(RuntimeError):
            transport.set_write_buffer_limits()
