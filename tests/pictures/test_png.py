"""Texts in PNG files, as ComfyUI writes them and as somebody with bad intentions might."""

import io
import zlib

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from comfystudio.pictures._png import texts_of
from tests.pictures.samples import encoded, png_with

MEGABYTE = 1024 * 1024


def found(file: bytes, longest: int = MEGABYTE) -> dict[str, str]:
    """The texts of a file."""
    return texts_of(io.BytesIO(file), longest, 64)


def test_what_comfyui_writes_is_read() -> None:
    """Prompt and workflow before the pixels, also with letters of every script."""
    info = PngInfo()
    info.add_text("prompt", '{"3": {"inputs": {"text": "夕暮れの港"}}}')
    info.add_text("workflow", "{}")
    info.add_text("parameters", "steps: 20")
    assert found(encoded(Image.new("L", (4, 4)), pnginfo=info)) == {
        "prompt": '{"3": {"inputs": {"text": "夕暮れの港"}}}',
        "workflow": "{}",
        "parameters": "steps: 20",
    }


def test_every_kind_of_text_chunk_is_read() -> None:
    """Plain, packed, international, and the one that moving pictures carry behind their pixels."""
    file = png_with(
        (b"tEXt", b"a\0caf\xe9"),
        (b"zTXt", b"b\0\0" + zlib.compress(b"packed")),
        (b"iTXt", b"c\0\0\0de\0C\0" + "für".encode()),
        (b"iTXt", b"d\0\1\0\0\0" + zlib.compress("grün".encode())),
        behind=((b"comf", b"prompt\0{}"),),
    )
    assert found(file) == {"a": "café", "b": "packed", "c": "für", "d": "grün", "prompt": "{}"}


def test_bombs_and_nonsense_are_left_out() -> None:
    """A text that unpacks without end, one that is too long, and chunks that say nothing sensible are passed over."""
    file = png_with(
        (b"zTXt", b"bomb\0\0" + zlib.compress(bytes(50 * MEGABYTE))),
        (b"iTXt", b"bomb2\0\1\0\0\0" + zlib.compress(bytes(50 * MEGABYTE))),
        (b"tEXt", b"long\0" + b"x" * (2 * MEGABYTE)),
        (b"tEXt", b"no separator"),
        (b"tEXt", b"\0no key"),
        (b"zTXt", b"broken\0\0not packed"),
        (b"zTXt", b"odd\0\7x"),
        (b"iTXt", b"short\0"),
        (b"tEXt", b"prompt\0first"),
        (b"tEXt", b"prompt\0second"),
    )
    assert found(file) == {"prompt": "first"}


def test_a_file_that_breaks_off_tells_what_it_can() -> None:
    """At whatever byte it ends, what was read before stands."""
    file = png_with((b"tEXt", b"prompt\0{}"), (b"tEXt", b"workflow\0[]"))
    for length in range(len(file)):
        assert found(file[:length]).items() <= {"prompt": "{}", "workflow": "[]"}.items()


@given(st.binary(max_size=200), st.integers(0, 60))
def test_any_bytes_are_survived(noise: bytes, at: int) -> None:
    """Noise in the middle of a file, or alone, raises nothing and yields texts only."""
    file = png_with((b"tEXt", b"prompt\0{}"))
    for each in (noise, file[:at] + noise + file[at:], b"\x89PNG\r\n\x1a\n" + noise):
        assert all(isinstance(text, str) for text in found(each).values())
