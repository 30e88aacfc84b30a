"""The headers under which files go out: shown only where nothing in them can run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.gallery import headers_for, kind_of
from comfystudio.gallery.serving import attachment

PNG = b"\x89PNG\r\n\x1a\n" + bytes(56)
HTML = b"<!doctype html><script>document.title = 'ran'</script>"
WEBP = b"RIFF\x10\0\0\0WEBPVP8 " + bytes(48)


@pytest.mark.parametrize(
    ("name", "head", "content_type"),
    [
        ("a.png", PNG, "image/png"),
        ("A.PNG", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(60), "image/jpeg"),
        ("a.webp", WEBP, "image/webp"),
        ("a.gif", b"GIF89a" + bytes(58), "image/gif"),
        ("a.mp4", b"\0\0\0\x20ftypisom" + bytes(52), "video/mp4"),
        ("a.webm", b"\x1aE\xdf\xa3" + bytes(60), "video/webm"),
        ("a.mp3", b"ID3\4" + bytes(60), "audio/mpeg"),
        ("a.wav", b"RIFF\x10\0\0\0WAVEfmt " + bytes(48), "audio/wav"),
        ("a.txt", b"<script>", "text/plain; charset=utf-8"),
        ("a.json", b"{}", "application/json"),
    ],
)
def test_what_is_inert_is_shown(name: str, head: bytes, content_type: str) -> None:
    """Pictures, films, sounds and text keep their type, are never guessed at, and may run nothing."""
    found = headers_for(name, head)
    assert found["Content-Type"] == content_type
    assert found["Content-Disposition"].startswith("inline")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("a.html", HTML),
        ("a.htm", HTML),
        ("a.xhtml", HTML),
        ("a.xht", HTML),
        ("a.xml", b"<?xml version='1.0'?>"),
        ("a.xsl", b"<?xml version='1.0'?>"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.js", b"alert(1)"),
        ("a.swf", b"CWS"),
        ("a.png", HTML),
        ("a.jpg", HTML),
        ("a.webp", b"RIFF\x10\0\0\0<htm" + HTML),
        ("a.mp4", HTML),
        ("a.mp3", HTML),
        ("a.wav", HTML),
        ("a.png.html", PNG),
        ("png", PNG),
        (".png", HTML),
        ("a", PNG),
        ("a.PnG ", HTML),
    ],
)
def test_what_could_run_is_a_download(name: str, head: bytes) -> None:
    """Active types, and what only calls itself a picture, are saved and never opened in the browser."""
    found = headers_for(name, head)
    assert found["Content-Disposition"].startswith("attachment")
    assert found["Content-Type"] in {"application/octet-stream", "image/svg+xml"}
    assert "sandbox" in found["Content-Security-Policy"]


@given(st.text())
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    """Line ends, quotes, direction marks and lone surrogates in a name never reach the header."""
    value = attachment(name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    assert "/" not in value
    assert len(value) < 3000


def test_a_name_keeps_its_letters_and_its_ending() -> None:
    """What is not ASCII is there too, as browsers read it; a very long name keeps its ending."""
    assert (
        attachment("夕暮れ.png")
        == "attachment; filename=\"___.png\"; filename*=UTF-8''%E5%A4%95%E6%9A%AE%E3%82%8C.png"
    )
    assert attachment("a b.png") == 'attachment; filename="a b.png"'
    assert attachment("x" * 250 + ".webp").endswith('x.webp"')
    assert attachment("evil\u202egnp.exe") == 'attachment; filename="evil_gnp.exe"'


def test_kinds_go_by_the_name() -> None:
    """Pictures, drawings, films and sounds; everything else is other."""
    names = {
        "a.PNG": "image",
        "a.svg": "image",
        "a.mp4": "video",
        "a.flac": "audio",
        "a.json": "other",
        "png": "other",
    }
    assert {name: kind_of(name) for name in names} == names
