"""What becomes of pictures of every sort: upright, in their colours, see-through where they were, the first frame."""

import io
from typing import Any

import pytest
from PIL import Image

from comfystudio.pictures._decode import Unfit, bounded, convert, thumbnail, warm
from comfystudio.pictures.limits import Limits
from tests.pictures.samples import bomb, corners, encoded

LIMITS = Limits()
RED, GREEN, GREY = (255, 0, 0), (0, 255, 0), (128, 128, 128)


def small(file: bytes, size: int = 60) -> Image.Image:
    """The thumbnail, decoded again."""
    with bounded(io.BytesIO(file), LIMITS) as image:
        return Image.open(io.BytesIO(thumbnail(image, size)))


def near(found: Any, wanted: tuple[int, ...], within: int = 40) -> bool:
    """Whether a pixel has that colour, or nearly."""
    return all(abs(a - b) <= within for a, b in zip(found, wanted, strict=True))


def upright(image: Image.Image) -> bool:
    """Whether red is left, green right, grey below."""
    rgb = image.convert("RGB")
    width, height = rgb.size
    points = {(0.2, 0.2): RED, (0.8, 0.2): GREEN, (0.2, 0.8): GREY, (0.8, 0.8): GREY}
    return all(near(rgb.getpixel((int(x * width), int(y * height))), colour) for (x, y), colour in points.items())


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_is_made_small(format_: str) -> None:
    """No side is longer than was asked for, the shape stays, and the answer is WebP."""
    found = small(encoded(corners(), format_))
    assert (found.format, found.size) == ("WEBP", (60, 40))
    assert upright(found)


def test_nothing_is_made_larger() -> None:
    """A picture that is smaller keeps its size."""
    assert small(encoded(corners(12, 8)), 256).size == (12, 8)


def test_a_long_strip_keeps_at_least_one_pixel() -> None:
    """Extreme shapes do not vanish."""
    assert small(encoded(Image.new("RGB", (5000, 3), "red"))).size == (60, 1)


TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("turn", TURNED)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_cameras_that_were_held_askew(format_: str, turn: int) -> None:
    """Whatever way EXIF says that the picture lies, its thumbnail stands upright."""
    back = TURNED[turn]
    stored = corners() if back is None else corners().transpose(back)
    exif = Image.Exif()
    exif[0x0112] = turn
    options = {"exif": exif} if format_ != "TIFF" else {"tiffinfo": {0x0112: turn}}
    found = small(encoded(stored, format_, **options))
    assert upright(found)
    assert found.size == (60, 40)
    assert not found.getexif()


def test_moving_pictures_show_their_first_frame() -> None:
    """GIF, WebP and APNG: the frame that they begin with."""
    frames = [corners(), Image.new("RGB", (120, 80), "blue"), Image.new("RGB", (120, 80), "black")]
    for format_ in ("GIF", "WEBP", "PNG"):
        file = encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=50)
        assert upright(small(file)), format_


def test_see_through_stays_see_through() -> None:
    """An alpha channel, one colour of a palette, and grey with alpha."""
    image = corners().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    palette = corners().quantize(8)
    grey = Image.new("LA", (120, 80), (200, 0))
    for file in (
        encoded(image),
        encoded(palette, transparency=palette.getpixel((0, 0))),
        encoded(grey),
        encoded(Image.new("RGB", (120, 80), "red"), transparency=(255, 0, 0)),
        encoded(image, "WEBP", lossless=True, exact=True),
    ):
        found = small(file)
        assert found.mode == "RGBA"
        assert found.getpixel((2, 2))[3] < 10  # type: ignore[index]
    assert small(encoded(corners())).mode == "RGB"


def test_deep_and_odd_colours_look_as_they_should() -> None:
    """16 bit, floating point, black and white, and print colours."""
    half = Image.new("I;16", (64, 64), 32768)
    assert near(small(encoded(half)).convert("RGB").getpixel((5, 5)), GREY, 4)
    assert near(small(encoded(half, "TIFF")).convert("RGB").getpixel((5, 5)), GREY, 4)
    floating = Image.new("F", (64, 64), 0.5)
    assert near(small(encoded(floating, "TIFF")).convert("RGB").getpixel((5, 5)), GREY, 4)
    assert near(small(encoded(Image.new("1", (64, 64), 1))).convert("RGB").getpixel((5, 5)), (255, 255, 255), 2)
    for format_ in ("JPEG", "TIFF"):
        assert upright(small(encoded(corners().convert("CMYK"), format_)))


def test_a_small_colour_profile_goes_along() -> None:
    """Wide colours look right; a profile larger than the picture is left out."""
    assert small(encoded(corners(), icc_profile=b"p" * 500)).info["icc_profile"] == b"p" * 500
    assert "icc_profile" not in small(encoded(corners(), icc_profile=b"p" * 100_000)).info


def converted(file: bytes, **options: Any) -> Image.Image:
    """What `convert` makes of it."""
    given = {"kind": "png", "quality": 90, "channel": "rgba"} | options
    with bounded(io.BytesIO(file), LIMITS) as image:
        return Image.open(io.BytesIO(convert(image, **given)))


def test_converting_keeps_the_size_and_takes_the_channel_asked_for() -> None:
    """png, webp and jpeg; all of it, its colours alone, its shape alone."""
    image = corners().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 40, 120, 80))
    file = encoded(image)
    for kind in ("png", "webp", "jpeg"):
        found = converted(file, kind=kind)
        assert (found.format, found.size) == (kind.upper(), (120, 80))
    assert converted(file).getpixel((10, 70)) == (0, 0, 0, 0)
    assert converted(file, channel="rgb").mode == "RGB"
    shape = converted(file, channel="a")
    assert (shape.getpixel((10, 10)), shape.getpixel((10, 70))) == ((0, 0, 0, 255), (0, 0, 0, 0))
    assert converted(encoded(corners()), channel="a").getpixel((10, 10)) == (0, 0, 0, 255)
    with bounded(io.BytesIO(file), LIMITS) as opened:
        assert len(convert(opened, "jpeg", 5, "rgba")) < len(convert(opened, "jpeg", 95, "rgba"))


def test_a_mask_lies_as_the_file_does() -> None:
    """Shown it is upright; the channels that a mask is painted over are not turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = encoded(corners().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)
    assert converted(file).size == (120, 80)
    assert converted(file, channel="rgb").size == (80, 120)
    assert converted(file, channel="a").size == (80, 120)


@pytest.mark.parametrize("side", [12_700, 60_000, 2**30])
def test_a_picture_that_claims_to_be_huge_is_not_begun(side: int) -> None:
    """More pixels than the bound, by little or by far, are told before anything is decoded."""
    with pytest.raises(Unfit) as refused, bounded(io.BytesIO(bomb(side)), LIMITS):
        pass
    assert refused.value.why == "too_many_pixels"


@pytest.mark.parametrize("file", [b"", b"hello", b"<svg/>", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0"])
def test_what_is_no_picture_is_told_apart(file: bytes) -> None:
    """Formats that are not on the list are not tried: PostScript least of all."""
    with pytest.raises(Unfit) as refused, bounded(io.BytesIO(file), LIMITS):
        pass
    assert refused.value.why == "not_a_picture"


def test_warming_up_touches_every_format() -> None:
    """Everything that is loaded late is loaded by it."""
    warm()
