"""What a picture tells of itself without its pixels: its size, and the workflow that ComfyUI wrote into it."""

import json
from typing import Any, BinaryIO

from PIL import Image

from comfystudio.pictures._decode import bounded, turn_of
from comfystudio.pictures._png import texts_of
from comfystudio.pictures.limits import Limits

__all__ = ["describe"]

WANTED = ("prompt", "workflow")
LONGEST_TEXT = 16 * 1024 * 1024
LONGEST_OTHER = 64 * 1024
MOST_TEXTS = 64


def _exif_texts(image: Image.Image) -> dict[str, str]:
    """Texts in the EXIF block that begin with a wanted word and a colon, whatever tag they stand under."""
    found: dict[str, str] = {}
    for value in image.getexif().values():
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        word, colon, rest = text.partition(":")
        if colon and word.strip().lower() in WANTED:
            found.setdefault(word.strip().lower(), rest.rstrip("\0"))
    return found


def describe(file: BinaryIO, limits: Limits) -> bytes:
    """JSON with width, height, format, frames, prompt and workflow (texts or null), and further texts."""
    with bounded(file, limits) as image:
        width, height = image.size
        # A TIFF file tells its size as it is shown.
        if image.format != "TIFF" and turn_of(image) in {5, 6, 7, 8}:
            width, height = height, width
        texts = _exif_texts(image)
        found: dict[str, Any] = {
            "width": width,
            "height": height,
            "format": image.format,
            "frames": int(getattr(image, "n_frames", 1)),
        }
        if image.format == "PNG":
            file.seek(0)
            texts |= texts_of(file, LONGEST_TEXT, MOST_TEXTS)
    for word in WANTED:
        text = texts.pop(word, None)
        found[word] = text if text is not None and len(text) <= LONGEST_TEXT else None
    found["texts"] = {word: text for word, text in texts.items() if len(text) <= LONGEST_OTHER}
    return json.dumps(found).encode()
