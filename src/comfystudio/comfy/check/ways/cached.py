"""Getting another's result because the same workflow was run before."""

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.artist import Graph, first_image
from comfystudio.comfy.check.disk import Kind
from comfystudio.comfy.check.stage import FOLDERS, Stage

CLOSED = "comfy.check_cached"
OPEN = "comfy.check_cached_open"
THEIRS = FOLDERS[1]


async def crossed(stage: Stage) -> str | None:
    """The very workflow that the owner has just run: the other gets a file of its own, and the owner no new one."""
    tried: tuple[tuple[Kind, Graph], ...] = (
        ("output", graphs.saving(stage.canary, stage.fresh())),
        ("temp", graphs.previewing(stage.fresh())),
    )
    for kind, graph in tried:
        shown = first_image(await stage.owner.run(graph))
        before = await stage.owned()
        name = first_image(await stage.other.run(graph))
        if not stage.disk.has(kind, THEIRS, name) or (kind == "temp" and name == shown):
            return f"{kind}: {name}"
        if await stage.owned() != before:
            return f"{kind}: a new file of the first artist"
    return None
