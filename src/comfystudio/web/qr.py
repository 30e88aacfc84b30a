"""A link as a QR code that the page draws: for a phone that is held before the screen."""

from typing import Annotated

import segno
from pydantic import Field

from comfystudio.web.shapes import Shape

__all__ = ["Qr", "qr_of"]

QUIET = 4  # modules of white around it, without which readers do not find it


class Qr(Shape):
    """A QR code as an SVG path of unit squares in a square of `size`, quiet zone included. Draw it dark on white."""

    size: Annotated[int, Field(ge=1, le=200)]
    path: str = Field(repr=False)


def _runs(row: bytearray) -> list[tuple[int, int]]:
    """Where dark modules begin in `row`, and how many follow on each other."""
    runs: list[tuple[int, int]] = []
    for at, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == at:
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((at, 1))
    return runs


def qr_of(link: str) -> Qr:
    """The code of `link`."""
    matrix = segno.make_qr(link, error="m").matrix
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for y, row in enumerate(matrix) for x, length in _runs(row)
    )
    return Qr(size=len(matrix) + 2 * QUIET, path=path)
