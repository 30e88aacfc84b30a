"""Seeing another's prompts, waiting, running and done."""

from comfystudio.comfy.check.stage import Stage

CLOSED = "comfy.check_queue"
OPEN = "comfy.check_queue_open"


async def crossed(stage: Stage) -> str | None:
    """Asked while one prompt of the owner runs and one waits: neither shows, nor those that are over."""
    done = stage.owner.prompts[0]
    paths = ["/queue", "/history", "/history?max_items=100", "/jobs", "/comfystudio/prompts", "/comfystudio/health"]
    paths += [f"/history/{each}" for each in (done, stage.running)]
    paths += [f"/jobs/{each}" for each in (done, stage.running, stage.waiting)]
    for path in paths:
        for prefix in ("", "/api"):
            answer = await stage.other.get(prefix + path)
            if stage.leaks(answer.content):
                return f"GET {prefix}{path}"
    answer = await stage.other.send("POST", "/comfystudio/prompts", {"ids": stage.owner.prompts})
    return "POST /comfystudio/prompts" if stage.leaks(answer.content) else None
