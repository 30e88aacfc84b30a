"""Reading another's pictures with a node that loads one."""

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.stage import FOLDERS, Stage

CLOSED = "comfy.check_loading"
OPEN = "comfy.check_loading_open"
MINE = FOLDERS[0]


async def crossed(stage: Stage) -> str | None:
    """Every spelling of the owner's files is refused before anything is queued."""
    await stage.link("input", "load-file.png", "input", stage.image)
    await stage.link("input", "load-folder", "input")
    for name in _names(stage):
        body = {"prompt_id": "", "prompt": graphs.reading(name)}
        verdict = (await stage.other.send("POST", "/comfystudio/validate", body)).json or {}
        if verdict.get("valid") is not False:
            return f"LoadImage {name!r} found valid"
        if (await stage.other.post(graphs.reading(name))).good:
            return f"LoadImage {name!r} queued"
    return await _played(stage) if "LoadVideo" in stage.nodes else None


async def _played(stage: Stage) -> str | None:
    """A list of the owner's files in the place of a video: decoders would follow it."""
    listed = f"#EXTM3U\n#EXTINF:1.0,\n{stage.disk.path('input', MINE) / stage.image}\n#EXT-X-ENDLIST\n"
    await stage.other.upload("list.m3u8", listed.encode())
    if (await stage.other.post(graphs.playing("list.m3u8"))).good:
        return "LoadVideo of a playlist queued"
    return None


def _names(stage: Stage) -> list[str]:
    image, saved = stage.image, stage.saved
    return [
        image,
        f"{MINE}/{image}",
        f"../{MINE}/{image}",
        f"x/../../{MINE}/{image}",
        f"..\\{MINE}\\{image}",
        f"%2e%2e/{MINE}/{image}",
        str(stage.disk.path("input", MINE) / image),
        f"file://{stage.disk.path('input', MINE) / image}",
        "load-file.png",
        f"load-folder/{image}",
        f"{image} [input]",
        f"{saved} [output]",
        f"../{MINE}/{saved} [output]",
        f"{stage.shown} [temp]",
        f"../../output/{MINE}/{saved}",
    ]
