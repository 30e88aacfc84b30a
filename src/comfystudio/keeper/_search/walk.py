"""Hits of many logs in one order: the newest first, and each log read only as far as that needs."""

import heapq
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from comfystudio.keeper._search.blocks import Backwards
from comfystudio.keeper._search.matching import Needle

__all__ = ["Cursor", "Walk"]

# Milliseconds since the epoch, the log's name, the record's offset. What comes later in time is larger.
Cursor = tuple[int, str, int]
Key = tuple[float, float, float]
Hit = dict[str, Any]
LOOK_EVERY = 64
BEYOND = 2**60


class Walk:
    """From `before` (None: from the ends of the logs) back to `after`, both in ms since the epoch where times."""

    def __init__(
        self, logs: dict[str, Backwards], needle: Needle, before: Cursor | None, times: tuple[int, int]
    ) -> None:
        self._names = sorted(logs)
        self._needle = needle
        self._after, self._to = times
        self._before = self._key(before) if before else (BEYOND, 0, 0)
        self.bytes = 0
        # Of each log how far it is: nothing it still tells is later. The latest one comes first.
        self._heap: list[tuple[Key, int, Hit | None]] = []
        self._steps = [self._back(number, logs[name]) for number, name in enumerate(self._names)]
        for number in range(len(self._steps)):
            self._push(number)

    def __iter__(self) -> Iterator[Hit | None]:
        """Hits in order, and None now and then where none is found for a while."""
        while self._heap:
            _, number, hit = heapq.heappop(self._heap)
            # Before it is handed out, so that `rest` never tells it twice.
            self._push(number)
            yield hit

    @property
    def rest(self) -> Cursor | None:
        """From where to go on with what was not handed out yet; None where that is nothing."""
        if not self._heap:
            return None
        at, number, offset = self._heap[0][0]
        return int(-at), self._names[int(-number)], int(-offset) + 1

    def _push(self, number: int) -> None:
        step = next(self._steps[number], None)
        if step is not None:
            (at, rank, offset), hit = step
            heapq.heappush(self._heap, ((-at, -rank, -offset), number, hit))

    def _key(self, cursor: Cursor) -> Key:
        """A name that is no longer there stands between those that are."""
        at, name, offset = cursor
        rank = bisect_left(self._names, name)
        there = rank < len(self._names) and self._names[rank] == name
        return at, rank if there else rank - 0.5, offset

    def _back(self, number: int, log: Backwards) -> Iterator[tuple[Key, Hit | None]]:
        """What one log has to tell. In it times only fall: a clock that was set back breaks no order."""
        at: float = BEYOND
        while log.newest is not None:
            at = min(at, log.newest)
            yield min((at, number, BEYOND), self._before), None
            offset, block = log.block(min(int(self._before[0]), self._to), self._after)
            self.bytes += len(block)
            for count, (begin, end) in enumerate(self._needle.candidates(block)):
                found = self._needle.hit(block[begin:end])
                if found is None:
                    if count % LOOK_EVERY == 0:
                        yield min((at, number, offset + begin), self._before), None
                    continue
                shown_at, stream, text = found
                at = min(at, shown_at * 1000)
                key = (at, number, offset + begin)
                if key < self._before and self._after <= shown_at * 1000 <= self._to:
                    told = {"log": self._names[number], "offset": offset + begin, "at": shown_at}
                    yield key, {**told, "stream": stream, "text": text}
