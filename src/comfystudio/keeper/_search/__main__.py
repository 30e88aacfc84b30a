"""Looks for words in logs: asked in one line of JSON on standard input, answered in one on standard output.

Started as a script in isolated mode, without `site`. It ends by itself once whoever asked is gone, and answers with
what it has found when its time is over.
"""

import os
import sys

if not __package__:
    sys.path.insert(0, os.path.abspath(__file__).rpartition("/comfystudio/")[0])  # noqa: PTH100 pathlib costs time

import json
import resource
import select
import time
from typing import Any

from comfystudio.keeper._search.blocks import Backwards
from comfystudio.keeper._search.matching import Needle
from comfystudio.keeper._search.walk import Walk

MEMORY = 512 * 1024 * 1024


def _say(key: str, **fields: Any) -> str:
    """The keeper's words. Few logs say what is looked for in them, and reading the catalogue takes a while."""
    from comfystudio import words  # noqa: PLC0415 as above

    return words.plainly(key, **fields)


def _alone() -> bool:
    """Whether whoever asked has gone: their end of standard input is closed."""
    return bool(select.select([0], [], [], 0)[0])


def search(asked: dict[str, Any]) -> dict[str, Any]:
    """At most `limit` hits within `seconds`, and from where to go on."""
    began = time.monotonic()
    before = tuple(asked["before"]) if asked["before"] else None
    # Of the log at which the last answer ended, everything from there on was looked at.
    ends = {before[1]: before[2]} if before else {}
    logs = {name: Backwards(folder, cleared, ends.get(name)) for name, folder, cleared in asked["logs"]}
    walk = Walk(logs, Needle(asked["text"], case=asked["case"], say=_say), before, tuple(asked["times"]))
    hits = []
    for hit in walk:
        if hit is not None:
            hits.append(hit)
            if len(hits) == asked["limit"]:
                break
        elif time.monotonic() - began > asked["seconds"] or _alone():
            break
    return {"hits": hits, "next": walk.rest, "searched_bytes": walk.bytes, "seconds": time.monotonic() - began}


def main() -> None:
    """Answer one question."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked = json.loads(sys.stdin.buffer.readline())
    answer = json.dumps(search(asked), ensure_ascii=False).encode("utf-8", "replace")
    sys.stdout.buffer.write(answer + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
