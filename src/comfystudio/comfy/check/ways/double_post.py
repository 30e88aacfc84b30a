"""Stopping everybody's queue by queueing one prompt twice."""

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.stage import Stage

CLOSED = "comfy.check_double_post"
OPEN = "comfy.check_double_post_open"


async def crossed(stage: Stage) -> str | None:
    """While it waits, while it runs and once it is over, and with the same number: an id is taken once."""
    graph = graphs.saving("own", stage.fresh())
    for prompt_id in (stage.waiting, stage.running, stage.owner.prompts[0]):
        for artist in (stage.other, stage.owner):
            for more in ({}, {"number": 0}):
                known = list(artist.prompts)
                answer = await artist.post(graph, prompt_id=prompt_id, **more)
                artist.prompts[:] = known
                if answer.status != 409:
                    return f"POST /prompt with a known prompt_id answered {answer.status}"
    return None
