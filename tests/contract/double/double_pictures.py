"""Pictures between nodes: an IMAGE is a list of them. Only PNG is written without Pillow."""

import io
from typing import Any

from png import Picture, decode

__all__ = ["as_pillow", "inverted", "opened", "scaled"]


def opened(path: str) -> Picture:
    """Read a picture of any kind; PIL.UnidentifiedImageError when it is none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the path as it came stands in the error
            return decode(file.read())
    except ValueError:
        from PIL import Image

        with Image.open(path) as found:
            pixels = found.convert("RGB")
        return Picture(pixels.width, pixels.height, pixels.tobytes())


def inverted(picture: Picture) -> Picture:
    """The negative."""
    return Picture(picture.width, picture.height, picture.rgb.translate(bytes(range(255, -1, -1))))


def scaled(picture: Picture, width: int, height: int) -> Picture:
    """Another size, by the nearest pixel; a side of 0 follows the other one."""
    width = width or max(1, round(picture.width * height / picture.height))
    height = height or max(1, round(picture.height * width / picture.width))
    columns = [column * picture.width // width * 3 for column in range(width)]
    rows = io.BytesIO()
    for row in range(height):
        start = row * picture.height // height * picture.width * 3
        rows.writelines(picture.rgb[start + at : start + at + 3] for at in columns)
    return Picture(width, height, rows.getvalue())


def as_pillow(picture: Picture) -> Any:
    """For the formats that need Pillow."""
    from PIL import Image

    return Image.frombytes("RGB", (picture.width, picture.height), picture.rgb)
