"""Saving into another's folder."""

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.stage import FOLDERS, Stage

CLOSED = "comfy.check_saving"
OPEN = "comfy.check_saving_open"
MINE = FOLDERS[0]


async def crossed(stage: Stage) -> str | None:
    """Every prefix that leads there, typed or over a link between nodes: the owner's folders stay as they are."""
    before = await stage.owned()
    await stage.link("output", "save-folder", "output")
    linked = "PrimitiveString" in stage.nodes
    for prefix in _prefixes(stage):
        answer = await stage.other.post(graphs.saving(prefix, stage.fresh()))
        if answer.good:
            return f"filename_prefix {prefix!r} queued"
        if linked:
            answer = await stage.other.post(graphs.saving_linked(prefix, stage.fresh()))
            if answer.good:
                await stage.other.over(stage.other.prompts[-1])
        if await stage.owned() != before:
            return f"filename_prefix {prefix!r}"
    return await _over_links(stage) if graphs.DATASET in stage.nodes else None


async def _over_links(stage: Stage) -> str | None:
    """A node that writes over what is there, where a link in one's own folder has that name."""
    before = await stage.owned()
    await stage.link("output", graphs.FIRST_OF_DATASET, "output", stage.saved)
    await stage.other.run(graphs.dataset(stage.fresh()))
    return None if await stage.owned() == before else f"{graphs.DATASET} over a link"


def _prefixes(stage: Stage) -> list[str]:
    folder = stage.disk.path("output", MINE)
    return [
        f"../{MINE}/taken",
        f"x/../../{MINE}/taken",
        f"..\\{MINE}\\taken",
        f"%2e%2e/{MINE}/taken",
        f"%252e%252e/{MINE}/taken",
        f"{folder}/taken",
        "save-folder/taken",
        f"../../input/{MINE}/taken",
        "../taken",
    ]
