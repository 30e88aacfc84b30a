"""Getting another's result because the same workflow was run before."""

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.artist import Graph, first_image
from comfystudio.comfy.check.disk import Kind
from comfystudio.comfy.check.stage import FOLDERS, Stage

CLOSED = "comfy.check_cached"
OPEN = "comfy.check_cached_open"
THEIRS = FOLDERS[1]


async def crossed(stage: Stage) -> str | None:
    """The very workflow of the owner: the other gets a file of its own, and the owner no new one."""
    before = await stage.owned()
    tried: tuple[tuple[Kind, Graph], ...] = (
        ("output", graphs.saving(stage.canary, stage.color)),
        ("temp", graphs.previewing(stage.color)),
    )
    for kind, graph in tried:
        end = await stage.other.run(graph)
        name = first_image(end)
        if not stage.disk.has(kind, THEIRS, name) or name == stage.shown:
            return f"{kind}: {name}"
        if await stage.owned() != before:
            return f"{kind}: a new file of the first artist"
    return None
