r"""The log's record: `<milliseconds since the epoch>\t<stream>\t<text>\n`, and text made safe to be one.

Streams: `o` output, `e` error output, `k` the keeper's own words as JSON `[key, fields]`, `~` a line that is
still being drawn and that the next record replaces.
"""

import json
import re

__all__ = ["LINE_LIMIT", "STREAMS", "clean", "decode", "encode", "words"]

LINE_LIMIT = 16 * 1024
STREAMS = "oek~"

# Colours stay. Every other escape (titles, links, clipboard, cursor) and control character goes: a record is
# read in browsers and terminals, and neither may be steered by what a tool prints.
_ESCAPES = re.compile(
    r"(\x1b\[[0-9;:]*m)"  # colours, kept
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # other control sequences
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # strings: titles, links, clipboard
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"  # line ends and text direction too
)


def clean(raw: bytes) -> str:
    """`raw`, a line without its end, as text of one line that keeps colours and loses all other control."""
    text = raw.decode("utf-8", "replace")
    if text.isprintable():
        return text
    return _ESCAPES.sub(lambda found: found.group(1) or "", text)


def encode(at: float, stream: str, text: str) -> bytes:
    """One record. `at` in seconds since the epoch; `text` must be free of line ends."""
    return f"{int(at * 1000)}\t{stream}\t{text}\n".encode("utf-8", "replace")


def words(at: float, key: str, **fields: object) -> bytes:
    """A record of the keeper's own: a key of the words catalogue and what fills it."""
    return encode(at, "k", json.dumps([key, fields]))


def decode(record: bytes) -> tuple[float, str, str]:
    """Time in seconds, stream and text of a record without its line end; ("o", everything) for a damaged one."""
    parts = record.split(b"\t", 2)
    if len(parts) == 3 and parts[0].isdigit() and len(parts[0]) < 16 and parts[1].decode("latin-1") in tuple(STREAMS):
        return int(parts[0]) / 1000, parts[1].decode(), parts[2].decode("utf-8", "replace")
    return 0.0, "o", clean(record)
