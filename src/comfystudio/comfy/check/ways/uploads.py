"""Writing into another's folders with uploads and masks."""

import json

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.stage import FOLDERS, Stage

CLOSED = "comfy.check_uploads"
OPEN = "comfy.check_uploads_open"
MINE = FOLDERS[0]


async def crossed(stage: Stage) -> str | None:
    """Every place that a form can name: the owner's files stay as they are, and no more come."""
    before = await stage.owned()
    for kind in ("input", "output", "temp"):
        await stage.link(kind, "upload-folder", kind)
        await stage.link(kind, "upload-file.png", kind, stage.image)
    for to in ("/upload/image", "/upload/mask"):
        for fields in _places(stage):
            name = fields.pop("name", stage.image)
            await stage.other.upload(name, graphs.picture(2), to=to, overwrite="true", **fields)
            if await stage.owned() != before:
                return f"POST {to} {fields}"
    return None


def _places(stage: Stage) -> list[dict[str, str]]:
    mask = json.dumps({"filename": stage.image, "subfolder": f"../{MINE}", "type": "input"})
    places = []
    for kind in ("input", "output", "temp"):
        absolute = str(stage.disk.path(kind, MINE))
        places += [
            {"type": kind, "subfolder": each}
            for each in (MINE, f"../{MINE}", f"x/../../{MINE}", f"..\\{MINE}", absolute, "upload-folder")
        ]
        places += [
            {"type": kind, "name": f"../{MINE}/{stage.image}"},
            {"type": kind, "name": f"{absolute}/{stage.image}"},
            {"type": kind, "name": "upload-file.png"},
        ]
    return [{"original_ref": mask, **each} for each in places]
