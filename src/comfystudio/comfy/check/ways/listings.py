"""Seeing another's file names in the lists that nodes offer."""

from comfystudio.comfy.check.stage import Stage

CLOSED = "comfy.check_listings"
OPEN = "comfy.check_listings_open"
FOLDERS = ("output", "input", "temp")
NODES = ("LoadImage", "LoadImageMask", "LoadImageOutput")


async def crossed(stage: Stage) -> str | None:
    """The owner's own list names the upload; asked right after it, the other's does not."""
    own = await stage.owner.get("/object_info/LoadImage")
    if stage.image.encode() not in own.content:
        return "GET /object_info/LoadImage without the artist's own upload"
    paths = [*(f"/object_info/{node}" for node in NODES), *(f"/internal/files/{folder}" for folder in FOLDERS)]
    for path in ("/object_info", *paths, *(f"/api{each}" for each in paths)):
        if stage.leaks((await stage.other.get(path)).content):
            return f"GET {path}"
    return None
