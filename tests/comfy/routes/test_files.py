"""Files out of the artist's own folders."""

import io
import os

import pytest
from PIL import Image

from tests.comfy.routes.house import ALICE, BOB, Answer, Routes
from tests.gateway.doubles import pairs

OWNER = "X-ComfyStudio-Owner"


def picture(color: tuple[int, ...] = (255, 0, 0, 128), size: tuple[int, int] = (8, 6)) -> bytes:
    """A PNG."""
    found = io.BytesIO()
    Image.new("RGBA", size, color).save(found, "PNG")
    return found.getvalue()


def opened(answer: Answer) -> Image.Image:
    """The picture in an answer."""
    assert answer.status == 200, answer.body
    found = Image.open(io.BytesIO(answer.body))
    found.load()
    return found


NAMES = [
    ("output", "a.png", "filename=a.png"),
    ("output", "a.png", "filename=a.png&type=output&subfolder="),
    ("output", "x/y/a.png", "filename=a.png&subfolder=x/y"),
    ("output", "x/a.png", "filename=a.png&subfolder=x/"),
    ("input", "a.png", "filename=a.png&type=input"),
    ("input", "a.png", "filename=a.png%20[input]&type=output"),
    ("temp", "a.png", "filename=a.png&type=temp&rand=0.5"),
    ("output", "ключ 猫.png", "filename=%D0%BA%D0%BB%D1%8E%D1%87+%E7%8C%AB.png"),
    ("output", "a.png", "filename=folders/that/count/for/nothing/a.png"),
]


@pytest.mark.parametrize("path", ["/view", "/api/view", "/vhs/viewvideo", "/viewvideo", "/vhs/viewaudio"])
async def test_own(routes: Routes, path: str):
    """The artist's own file comes as it lies there; the same name in another's folder is another file."""
    content = picture()
    for kind, name, query in NAMES:
        put = routes.put(ALICE, kind, name, content)
        answer = await routes.get(ALICE, f"{path}?{query}")
        assert (answer.status, answer.body) == (200, content), query
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        anothers = await routes.get(BOB, f"{path}?{query}")
        assert (anothers.status, anothers.body) == (404, b""), query
        put.unlink()


REFUSED = [
    "",
    "filename=",
    "filename=never.png",
    "filename=../P2/b.png",
    "filename=b.png&subfolder=../P2",
    "filename=b.png&subfolder=..%2FP2",
    "filename=b.png&subfolder=/etc",
    "filename=/etc/passwd",
    "filename=passwd&subfolder=%2Fetc",
    "filename=a.png&type=path",
    "filename=a.png&type=user",
    "filename=link.png",
    "filename=b.png&subfolder=folder-link",
    "filename=..",
    "filename=x",
    "filename=pipe",
    "filename=a.png%00",
    "filename=%00",
    "filename=" + "a" * 300,
    "filename=b.png%5C..%5CP2",
]


@pytest.mark.parametrize("path", ["/view", "/vhs/viewvideo", "/vhs/queryvideo"])
async def test_refused(routes: Routes, path: str):
    """Nothing leads out of the artist's own folders, and nothing but a plain file is served."""
    secret = routes.put(BOB, "output", "b.png", b"secret of bob")
    mine = routes.put(ALICE, "output", "a.png", picture()).parent
    (mine / "x").mkdir()
    (mine / "link.png").symlink_to(secret)
    (mine / "folder-link").symlink_to(secret.parent)
    os.mkfifo(mine / "pipe")
    for query in REFUSED:
        answer = await routes.get(ALICE, f"{path}?{query}")
        assert answer.status in {400, 403, 404}, query
        assert b"secret" not in answer.body
    assert routes.comfy.hits == []


async def test_nothing_runs(routes: Routes):
    """A page that somebody saved as an output is handed out as a download that no browser runs."""
    routes.put(ALICE, "output", "a.html", b"<script>alert(1)</script>")
    routes.put(ALICE, "output", "a.svg", b"<svg onload='alert(1)'/>")
    routes.put(ALICE, "output", "b.png", b"<html><script>alert(1)</script>")
    for name in ("a.html", "a.svg", "b.png"):
        answer = await routes.get(ALICE, f"/view?filename={name}")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")


PARTS = [
    ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
    ("bytes=8-", 206, b"89", "bytes 8-9/10"),
    ("bytes=-3", 206, b"789", "bytes 7-9/10"),
    ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
    ("bytes=4-99", 206, b"456789", "bytes 4-9/10"),
    ("bytes=10-", 416, b"", "bytes */10"),
    ("bytes=5-4", 200, b"0123456789", None),
    ("bytes=0-1,4-5", 416, b"", "bytes */10"),
    ("bytes=x-y", 200, b"0123456789", None),
    ("lines=1-2", 200, b"0123456789", None),
]


async def test_parts(routes: Routes):
    """Players ask for parts of a film."""
    routes.put(ALICE, "output", "a.bin", b"0123456789")
    for said, status, body, told in PARTS:
        answer = await routes.get(ALICE, "/view?filename=a.bin", headers={"Range": said})
        assert (answer.status, answer.body) == (status, body), said
        assert answer.headers.get("Content-Range") == told


async def test_known_already(routes: Routes):
    """A browser that has the file is told so, until it is another one; HEAD has no body."""
    path = routes.put(ALICE, "output", "a.bin", b"first")
    first = await routes.get(ALICE, "/view?filename=a.bin")
    known = {"If-None-Match": first.headers["ETag"]}
    for headers in (known, {"If-Modified-Since": first.headers["Last-Modified"]}):
        again = await routes.get(ALICE, "/view?filename=a.bin", headers=headers)
        assert (again.status, again.body) == (304, b"")
    stale = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert (await routes.get(ALICE, "/view?filename=a.bin", headers=stale)).status == 200
    head = await routes.ask(ALICE, "HEAD", "/view?filename=a.bin")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "5")
    path.write_bytes(b"second")
    assert (await routes.get(ALICE, "/view?filename=a.bin", headers=known)).body == b"second"


async def test_large(routes: Routes):
    """A large file arrives whole."""
    content = os.urandom(3_500_000)
    routes.put(ALICE, "output", "a.bin", content)
    assert (await routes.get(ALICE, "/view?filename=a.bin")).body == content


async def test_previews(routes: Routes):
    """Smaller forms of a picture, and its colours or its transparency alone, as ComfyUI makes them."""
    routes.put(ALICE, "output", "a.png", picture())
    ask = "/view?filename=a.png"
    webp = await routes.get(ALICE, f"{ask}&preview=webp;90")
    assert opened(webp).format == "WEBP"
    assert webp.headers["Content-Type"] == "image/webp"
    assert opened(await routes.get(ALICE, f"{ask}&preview=jpeg;5")).format == "JPEG"
    assert opened(await routes.get(ALICE, f"{ask}&preview=jpeg&channel=rgba")).format == "WEBP"
    assert opened(await routes.get(ALICE, f"{ask}&preview=odd;x&channel=rgb")).format == "WEBP"
    rgb = opened(await routes.get(ALICE, f"{ask}&channel=rgb"))
    assert (rgb.format, rgb.mode, rgb.getpixel((0, 0))) == ("PNG", "RGB", (255, 0, 0))
    alpha = opened(await routes.get(ALICE, f"{ask}&channel=a"))
    assert alpha.getchannel("A").getpixel((0, 0)) == 128
    assert (await routes.get(ALICE, f"{ask}&channel=rgba")).body == picture()


async def test_no_picture(routes: Routes):
    """What is no picture has no preview, and nothing of the studio breaks."""
    routes.put(ALICE, "output", "a.png", b"no picture")
    answer = await routes.get(ALICE, "/view?filename=a.png&preview=webp")
    assert answer.status == 422


async def test_query_video(routes: Routes):
    """VideoHelperSuite is asked about the artist's own file only, named so that it can mean nothing else."""
    routes.put(ALICE, "input", "x/a.mp4", b"....ftyp")
    answer = await routes.get(
        ALICE, "/vhs/queryvideo?filename=https://elsewhere/a.mp4&type=input&subfolder=./x/&force_rate=8&odd=1"
    )
    assert answer.json["path"] == "/vhs/queryvideo?filename=a.mp4&type=input&subfolder=x&force_rate=8"
    assert pairs(answer.json, OWNER) == ["1 P1"]
    folder = await routes.get(ALICE, "/vhs/viewvideo?filename=a.mp4&type=input&subfolder=x&format=folder")
    assert folder.status == 404
