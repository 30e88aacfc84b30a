"""Pixels: opening a picture within bounds and bringing it into a form that browsers show. Runs in the worker only."""

import contextlib
import io
import warnings
from functools import partial
from typing import Any, BinaryIO, Literal

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from comfystudio.pictures.limits import Limits

__all__ = ["FORMATS", "Unfit", "bounded", "convert", "thumbnail", "turn_of", "warm"]

# Imported by name, as the worker can load nothing more once it has given up its rights. Some cameras' JPEG files hold
# several pictures: MPO, which the JPEG plugin opens.
FORMATS = tuple(
    plugin.format
    for plugin in (
        AvifImagePlugin.AvifImageFile,
        BmpImagePlugin.BmpImageFile,
        GifImagePlugin.GifImageFile,
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        TiffImagePlugin.TiffImageFile,
        WebPImagePlugin.WebPImageFile,
    )
    if plugin.format
)
LARGEST_PROFILE = 16 * 1024
_SIXTEEN = 256
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Why = Literal["too_many_pixels", "not_a_picture", "broken"]


class Unfit(Exception):
    """The picture is not decoded; the only argument says why."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def bounded(file: BinaryIO, limits: Limits) -> Image.Image:
    """The picture in `file`, nothing decoded yet; `Unfit` for one that is none or too large."""
    # Pillow's own bound is kept for what a format holds inside: what this one lets pass is measured here.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise Unfit("too_many_pixels") from None
    except UnidentifiedImageError:
        raise Unfit("not_a_picture") from None
    if image.width * image.height > limits.pixels:
        raise Unfit("too_many_pixels")
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Numbers wider than 8 bit, as grey: 16-bit files hold 0 to 65535, floating-point ones 0 to 1."""
    if image.mode == "F":
        return image.point(lambda value: value * 255).convert("L")
    wide = image if image.mode == "I" else image.convert("I")
    return wide.point(lambda value: value * (1 / _SIXTEEN)).convert("L")


def _shown(image: Image.Image) -> Image.Image:
    """`image` as RGB or RGBA."""
    if image.mode == "F" or image.mode.startswith("I"):
        image = _eight_bit(image)
    see_through = image.mode in {"RGBA", "LA", "La", "PA", "RGBa"} or "transparency" in image.info
    wanted = "RGBA" if see_through else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


def _profile(image: Image.Image) -> dict[str, Any]:
    """The colour profile, where it is that of the pixels kept and small."""
    profile = image.info.get("icc_profile")
    fits = isinstance(profile, bytes) and len(profile) <= LARGEST_PROFILE and image.mode in {"RGB", "RGBA", "P"}
    return {"icc_profile": profile} if fits else {}


def turn_of(image: Image.Image) -> int:
    """How the picture lies, as EXIF counts it: 1 is upright; 1 also where the block cannot be read."""
    with contextlib.suppress(Exception):
        return int(image.getexif().get(0x0112, 1))
    return 1


def _upright(shown: Image.Image, turn: int) -> Image.Image:
    return shown.transpose(TURNS[turn]) if turn in TURNS else shown


def thumbnail(image: Image.Image, size: int) -> bytes:
    """The first frame as WebP, upright, no side longer than `size`; never larger than it was."""
    profile = _profile(image)
    # A JPEG is decoded at a half, a quarter or an eighth of its size where that is enough.
    image.draft(None, (size, size))
    # A palette's numbers cannot be blended, so such a picture is brought into shape before it is scaled.
    plain = image.mode in {"RGB", "RGBA", "L"} and "transparency" not in image.info
    shown = image if plain else _shown(image)
    shown.thumbnail((size, size), reducing_gap=2.0)
    out = io.BytesIO()
    # Some formats turn themselves when their pixels are read: asked after that.
    _upright(_shown(shown), turn_of(image)).save(out, "WEBP", quality=80, method=3, **profile)
    return out.getvalue()


def convert(image: Image.Image, kind: str, quality: int, channel: str) -> bytes:
    """The first frame anew as `kind` (png, webp, jpeg), in full size.

    `channel`: "rgba" keeps all and turns it upright; "rgb" drops what is see-through; "a" keeps nothing but that
    (black in its shape). The last two lie as the file does: a mask that is painted over them is put into that file.
    """
    shown = _shown(image)
    if channel == "rgb":
        shown = shown.convert("RGB")
    elif channel == "a":
        alpha = shown.getchannel("A") if shown.mode == "RGBA" else Image.new("L", shown.size, 255)
        shown = Image.new("RGBA", shown.size)
        shown.putalpha(alpha)
    else:
        shown = _upright(shown, turn_of(image))
    out = io.BytesIO()
    if kind == "png":
        shown.save(out, "PNG", compress_level=1)
    elif kind == "webp":
        shown.save(out, "WEBP", quality=quality, method=2)
    else:
        shown.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def warm() -> None:
    """Do everything once with a small picture of each format, so that nothing is left to be loaded later."""
    small = Image.new("RGB", (16, 16), "teal")
    for format_ in (*FORMATS, MpoImagePlugin.MpoImageFile.format):
        file = io.BytesIO()
        small.save(file, format_)
        for work in (partial(thumbnail, size=8), partial(convert, kind="jpeg", quality=80, channel="rgba")):
            file.seek(0)
            with Image.open(file, formats=FORMATS) as image:
                work(image)
