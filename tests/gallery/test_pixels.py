"""How large pictures are, by their first bytes, as Pillow would say it."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from comfystudio.gallery.pixels import HEAD, pixels_of
from tests.pictures.samples import corners, encoded


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "icc_profile": b"p" * 1000}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"save_all": True}),
    ],
)
def test_every_format_tells_its_size(format_: str, options: dict[str, Any]) -> None:
    """Width and height, also of progressive, lossless and moving ones, and of odd sizes."""
    for width, height in ((123, 45), (1, 1), (4000, 2)):
        moving = {"append_images": [Image.new("RGB", (width, height))]} if "save_all" in options else {}
        file = encoded(corners(width, height), format_, **options, **moving)
        assert pixels_of(file[:HEAD]) == (width, height)


def test_a_picture_that_may_lie_on_its_side_does_not_tell() -> None:
    """A JPEG with EXIF is left to those who look closely."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert pixels_of(encoded(corners(), "JPEG", exif=exif)[:HEAD]) is None


@given(st.binary(max_size=80), st.sampled_from(["PNG", "GIF", "JPEG", "WEBP"]), st.integers(0, 60))
def test_any_bytes_are_survived(noise: bytes, format_: str, at: int) -> None:
    """Noise yields nothing or two plausible numbers; a head that breaks off anywhere raises nothing."""
    file = encoded(corners(), format_)
    for each in (noise, file[:at], file[:at] + noise, file[:at] + noise + file[at:]):
        found = pixels_of(each[:HEAD])
        assert found is None or all(0 < side <= 1_000_000 for side in found)


def test_pillow_agrees() -> None:
    """The sizes are those that the picture turns out to have."""
    for format_ in ("PNG", "GIF", "JPEG", "WEBP"):
        file = encoded(corners(77, 33), format_)
        assert pixels_of(file) == Image.open(io.BytesIO(file)).size
