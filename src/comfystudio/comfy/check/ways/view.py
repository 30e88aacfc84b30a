"""Opening another's files at the address that shows pictures."""

from itertools import product

from comfystudio.comfy.check.disk import Kind
from comfystudio.comfy.check.stage import FOLDERS, Stage

CLOSED = "comfy.check_view"
OPEN = "comfy.check_view_open"
MINE = FOLDERS[0]


async def crossed(stage: Stage) -> str | None:
    """Every kind of folder, every way out of one's own: nothing of the owner's comes back."""
    await stage.link("output", "view-file.png", "output", stage.saved)
    await stage.link("output", "view-folder", "output")
    names: dict[Kind, str] = {"output": stage.saved, "input": stage.image, "temp": stage.shown}
    for kind, (name, query) in product(names, _tries(stage, names["output"])):
        asked = {"type": kind, **query, "filename": name or names[kind]}
        if "{" in asked.get("subfolder", ""):
            asked["subfolder"] = str(stage.disk.path(kind, MINE))
        if await _shows(stage, asked):
            return f"GET /view {asked}"
    return None


def _tries(stage: Stage, saved: str) -> list[tuple[str, dict[str, str]]]:
    """File name (empty: the one of that kind) and the rest of the query."""
    absolute = str(stage.disk.path("output", MINE) / saved)
    return [
        ("", {}),
        ("", {"subfolder": MINE}),
        ("", {"subfolder": f"../{MINE}"}),
        ("", {"subfolder": f"x/../../{MINE}"}),
        ("", {"subfolder": f"..\\{MINE}"}),
        ("", {"subfolder": f"%2e%2e/{MINE}"}),
        ("", {"subfolder": "{absolute}"}),
        ("", {"subfolder": "view-folder"}),
        (f"../{MINE}/{saved}", {}),
        (absolute, {}),
        ("view-file.png", {}),
        (f"{saved} [output]", {}),
        (f"{stage.image} [input]", {"subfolder": f"../{MINE}"}),
        (f"{saved}", {"subfolder": f"../{MINE}", "preview": "webp;90"}),
        (f"{saved}", {"subfolder": f"../{MINE}", "channel": "rgb"}),
    ]


async def _shows(stage: Stage, query: dict[str, str]) -> bool:
    for path in ("/view", "/api/view"):
        answer = await stage.other.get(path, query)
        if answer.good:
            return True
    return False
