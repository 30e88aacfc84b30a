"""Pictures through real workers: what they give, what they cost at most, and what becomes of one that is lost."""

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from comfystudio.errors import Invalid, TooLarge, Unavailable
from comfystudio.pictures import Limits, Pictures
from tests.pictures.samples import bomb, corners, encoded
from tests.waiting import until

Make = Callable[..., Pictures]


@pytest.fixture
async def make(root: Path) -> AsyncIterator[Make]:
    """Makes the room with one worker; closed afterwards, and then none of its processes is left."""
    made: list[Pictures] = []

    def make(**options: Any) -> Pictures:
        found = Pictures(root / "thumbnails", **{"workers": 1} | options)
        made.append(found)
        return found

    yield make
    pids = {pid for each in made for pid in each.pids}
    for each in made:
        await each.close()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


@pytest.fixture
def opened(root: Path) -> Callable[[bytes], int]:
    """Writes a file and opens it."""

    def opened(content: bytes, name: str = "a.png") -> int:
        (root / name).write_bytes(content)
        return os.open(root / name, os.O_RDONLY)

    return opened


def shape(content: bytes) -> tuple[str | None, tuple[int, int]]:
    """Format and size of a picture."""
    with Image.open(io.BytesIO(content)) as image:
        return image.format, image.size


async def test_a_thumbnail_is_made_once_and_kept(make: Make, opened: Any, root: Path) -> None:
    """Ten who want it at once get one and the same; it is on disk; another scope or content is another one."""
    pictures = make()
    handle = opened(encoded(corners(1000, 600)))
    made = await asyncio.gather(*(pictures.thumbnail(handle, 256, scope="7") for _ in range(10)))
    assert len(set(made)) == 1
    assert shape(made[0]) == ("WEBP", (256, 154))
    files = list((root / "thumbnails").rglob("*.webp"))
    assert [file.read_bytes() for file in files] == [made[0]]
    await pictures.close()
    assert await pictures.thumbnail(handle, 256, scope="7") == made[0]
    with pytest.raises(Unavailable):
        await pictures.thumbnail(handle, 256, scope="8")
    with pytest.raises(Unavailable):
        await pictures.thumbnail(opened(encoded(corners(1000, 601))), 256, scope="7")
    os.close(handle)


async def test_a_kept_one_that_was_cut_short_is_made_again(make: Make, opened: Any, root: Path) -> None:
    """What a power cut left half or empty is not taken for a picture."""
    pictures = make()
    handle = opened(encoded(corners()))
    first = await pictures.thumbnail(handle, 256)
    (file,) = (root / "thumbnails").rglob("*.webp")
    for left in (b"", first[:20]):
        file.write_bytes(left)
        assert await pictures.thumbnail(handle, 256) == first
        assert file.read_bytes() == first
    os.close(handle)


async def test_bytes_and_files_are_converted_and_described(make: Make, opened: Any) -> None:
    """Both ways in give the same; a PNG tells its workflow, and so do JPEG and WebP with EXIF."""
    pictures = make()
    info = PngInfo()
    info.add_text("prompt", '{"1": {}}')
    info.add_text("workflow", '{"nodes": []}')
    info.add_text("Software", "x")
    file = encoded(corners(), pnginfo=info)
    handle = opened(file)
    assert shape(await pictures.convert(file, format="webp")) == ("WEBP", (120, 80))
    assert shape(await pictures.convert(handle, format="jpeg", quality=50)) == ("JPEG", (120, 80))
    found = await pictures.describe(handle)
    assert found == await pictures.describe(file)
    assert (found.width, found.height, found.format, found.frames) == (120, 80, "PNG", 1)
    assert (found.prompt, found.workflow, found.texts) == ('{"1": {}}', '{"nodes": []}', {"Software": "x"})
    exif = Image.Exif()
    exif[0x0110] = 'prompt:{"1": {}}'
    exif[0x010F] = 'workflow:{"nodes": []}'
    exif[0x0112] = 6
    for format_ in ("JPEG", "WEBP"):
        told = await pictures.describe(encoded(corners(), format_, exif=exif))
        assert (told.prompt, told.workflow) == ('{"1": {}}', '{"nodes": []}')
        assert (told.width, told.height) == (80, 120)
    moving = encoded(corners(), "GIF", save_all=True, append_images=[Image.new("RGB", (120, 80))] * 4)
    assert (await pictures.describe(moving)).frames == 2
    assert json.loads(found.prompt or "") == {"1": {}}
    os.close(handle)


async def test_what_is_no_picture_is_refused_and_not_tried_again(make: Make, opened: Any) -> None:
    """A text, a broken file and a huge one have sentences of their own, and the same worker goes on."""
    pictures = make()
    handle = opened(b"<script>")
    with pytest.raises(Invalid, match="not a picture"):
        await pictures.thumbnail(handle, 256)
    (pid,) = pictures.pids
    with pytest.raises(Invalid):
        await pictures.thumbnail(opened(encoded(corners())[:200], "b.png"), 256)
    with pytest.raises(TooLarge):
        await pictures.convert(bomb(60_000), format="png")
    assert shape(await pictures.convert(encoded(corners()), format="png"))[1] == (120, 80)
    assert pictures.pids == {pid}
    await pictures.close()
    with pytest.raises(Invalid):
        await pictures.thumbnail(handle, 256)
    os.close(handle)


async def test_memory_is_bounded(make: Make) -> None:
    """A picture that needs more memory than a worker has is refused, and the next one is done."""
    pictures = make(limits=Limits(memory_bytes=400 * 1024**2))
    with pytest.raises(TooLarge):
        await pictures.convert(bomb(12_000), format="png")
    assert shape(await pictures.convert(encoded(corners()), format="png"))[1] == (120, 80)


async def test_a_file_that_is_too_long_is_not_begun(make: Make) -> None:
    """The bound of bytes holds before a worker is asked."""
    pictures = make(limits=Limits(file_bytes=1000))
    with pytest.raises(TooLarge):
        await pictures.convert(bytes(1001), format="png")
    assert pictures.pids == set()


async def test_a_worker_that_hangs_is_replaced(make: Make) -> None:
    """A source that never ends costs its own job, not the next one; the hanging process is gone."""
    pictures = make(limits=Limits(wall_seconds=0.3))
    read, write = os.pipe()
    await pictures.convert(encoded(corners()), format="png")
    (stuck,) = pictures.pids
    with pytest.raises(TooLarge, match="too long"):
        await pictures.convert(read, format="png")
    assert not psutil.pid_exists(stuck)
    assert shape(await pictures.convert(encoded(corners()), format="png"))[1] == (120, 80)
    os.close(read)
    os.close(write)


async def test_computing_is_bounded(make: Make) -> None:
    """A picture that takes more seconds of a processor than it may is given up by the kernel."""
    pictures = make(limits=Limits(cpu_seconds=0))
    with pytest.raises(TooLarge, match="too long"):
        await pictures.convert(encoded(Image.new("L", (9000, 9000)), compress_level=1), format="webp", quality=100)
    assert shape(await pictures.convert(encoded(corners()), format="png"))[1] == (120, 80)


async def test_a_worker_that_dies_is_replaced(make: Make) -> None:
    """Killed while it waits, or while it works: the next job is done by another one."""
    pictures = make()
    await pictures.convert(encoded(corners()), format="png")
    (first,) = pictures.pids
    os.kill(first, signal.SIGKILL)
    await until(lambda: psutil.Process(first).status() == psutil.STATUS_ZOMBIE)
    assert shape(await pictures.convert(encoded(corners()), format="png"))[1] == (120, 80)
    (second,) = pictures.pids
    read, write = os.pipe()
    job = asyncio.create_task(pictures.convert(read, format="png"))
    await until(lambda: psutil.Process(second).num_fds() >= 4)
    os.kill(second, signal.SIGKILL)
    with pytest.raises(TooLarge):
        await job
    assert shape(await pictures.convert(encoded(corners()), format="png"))[1] == (120, 80)
    os.close(read)
    os.close(write)


async def test_workers_that_cannot_start_are_said_to_be(make: Make) -> None:
    """A program that ends at once, or that is not there, is no picture's fault."""
    for argv in (["/bin/false"], ["/nonexistent"]):
        with pytest.raises(Unavailable):
            await make(argv=argv).convert(encoded(corners()), format="png")


async def test_closing_ends_what_is_under_way(make: Make) -> None:
    """A studio that ends does not wait for a picture that hangs."""
    pictures = make(limits=Limits(wall_seconds=60))
    read, write = os.pipe()
    job = asyncio.create_task(pictures.convert(read, format="png"))
    await until(lambda: pictures.pids)
    async with asyncio.timeout(10):
        await pictures.close()
    with pytest.raises(Unavailable):
        await job
    os.close(read)
    os.close(write)


async def test_who_leaves_takes_the_job_along(make: Make, opened: Any) -> None:
    """A page that scrolls past a hundred pictures does not make the next one wait, and no handle stays open."""
    pictures = make()
    await pictures.convert(encoded(corners()), format="png")
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    handles = [opened(encoded(corners(100 + number, 80)), f"{number}.png") for number in range(100)]
    tasks = [asyncio.create_task(pictures.thumbnail(handle, 256)) for handle in handles]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for handle in handles:
        os.close(handle)
    last = opened(encoded(corners(500, 400)), "last.png")
    assert shape(await pictures.thumbnail(last, 256))[1] == (256, 205)
    os.close(last)
    await until(lambda: sum(1 for _ in Path("/proc/self/fd").iterdir()) <= before)


async def test_one_who_stays_gets_it_though_the_first_left(make: Make, opened: Any) -> None:
    """Two wait for one job and the one who asked first leaves: the other still gets the picture."""
    pictures = make()
    handle = opened(encoded(corners(400, 300)))
    first = asyncio.create_task(pictures.thumbnail(handle, 256))
    second = asyncio.create_task(pictures.thumbnail(handle, 256))
    await until(lambda: pictures.pids)
    first.cancel()
    assert shape(await second)[1] == (256, 192)
    os.close(handle)


def status(pid: int) -> dict[str, str]:
    """What the kernel says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def test_a_worker_has_given_up_its_rights(make: Make) -> None:
    """No more rights can be gained, no file written, no connection opened, no more memory taken than the bound."""
    pictures = make()
    await pictures.convert(encoded(corners()), format="png")
    (pid,) = pictures.pids
    assert status(pid)["NoNewPrivs"] == "1"
    limits = Path(f"/proc/{pid}/limits").read_text()
    told = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert told["Max open files"] == ["4", "4"]
    assert told["Max file size"] == ["0", "0"]
    assert told["Max core file size"] == ["0", "0"]
    assert told["Max address space"] == [str(Limits().memory_bytes)] * 2
    assert "COMFYSTUDIO" not in Path(f"/proc/{pid}/environ").read_text()


@pytest.mark.root
async def test_a_studio_of_root_decodes_as_the_tools_account(make: Make, opened: Any) -> None:
    """The worker is that account in every respect, in no further group, and reads what only the studio may open."""
    pictures = make(uid=19_999)
    handle = opened(encoded(corners()))
    os.fchmod(handle, 0o600)
    assert shape(await pictures.thumbnail(handle, 256))[1] == (120, 80)
    (pid,) = pictures.pids
    found = status(pid)
    assert found["Uid"].split() == ["19999"] * 4
    assert found["Gid"].split() == ["19999"] * 4
    assert found["Groups"] == ""
    assert set(found["CapEff"]) == {"0"}
    for format_ in ("JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "MPO"):
        assert shape(await pictures.convert(encoded(corners(), format_), format="png"))[1] == (120, 80)
    os.close(handle)


async def test_workers_end_with_a_studio_that_is_killed(root: Path) -> None:
    """Nothing is left over after kill -9."""
    script = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from comfystudio.pictures import Pictures\n"
        "from tests.pictures.samples import corners, encoded\n"
        "async def main():\n"
        "    pictures = Pictures(Path(sys.argv[1]), workers=1)\n"
        "    await pictures.convert(encoded(corners()), format='png')\n"
        "    print(*pictures.pids, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(root)), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    said, _ = await process.communicate()
    await until(lambda: not psutil.pid_exists(int(said)))
