"""The worker: one process that decodes pictures for the studio, over the socket that is its standard input.

It has given up every right before it sees the first picture. A picture that makes it hang, grow or die costs this
process and nothing else.
"""

import os
import socket
import sys
from typing import Any, BinaryIO

from comfystudio.pictures import _describe
from comfystudio.pictures._confine import confine, cpu_from_now
from comfystudio.pictures._decode import Unfit, bounded, convert, thumbnail, warm
from comfystudio.pictures._wire import Lost, receive_job, send
from comfystudio.pictures.limits import Limits

__all__ = ["main"]


def _work(job: dict[str, Any], file: BinaryIO, limits: Limits) -> bytes:
    match job["what"]:
        case "thumbnail":
            with bounded(file, limits) as image:
                return thumbnail(image, int(job["size"]))
        case "convert":
            with bounded(file, limits) as image:
                return convert(image, str(job["kind"]), int(job["quality"]), str(job["channel"]))
        case _:
            return _describe.describe(file, limits)


def _answer(job: dict[str, Any], handle: int, limits: Limits) -> tuple[dict[str, Any], bytes]:
    cpu_from_now(limits.cpu_seconds)
    with os.fdopen(handle, "rb") as file:
        try:
            return {"ok": True}, _work(job, file, limits)
        except Unfit as unfit:
            return {"ok": False, "why": unfit.why}, b""
        except MemoryError:
            return {"ok": False, "why": "too_many_pixels"}, b""
        except Exception as error:  # noqa: BLE001 a broken file makes decoders raise anything at all
            return {"ok": False, "why": "broken", "problem": f"{type(error).__name__}: {error}"[:300]}, b""


def main() -> None:
    """Serve until the studio has gone. Arguments: the limits as numbers, then the account's number or a dash."""
    pixels, file_bytes, memory, cpu, wall, uid = sys.argv[1:]
    limits = Limits(int(pixels), int(file_bytes), int(memory), int(cpu), float(wall))
    warm()
    confine(limits, None if uid == "-" else int(uid))
    side = socket.socket(fileno=0)
    try:
        send(side, {"ready": True})
        while True:
            job, handle = receive_job(side)
            send(side, *_answer(job, handle, limits))
    except Lost:
        return


if __name__ == "__main__":
    main()
