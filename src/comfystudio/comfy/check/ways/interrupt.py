"""Stopping, removing or forgetting another's prompts."""

from comfystudio.comfy.check.stage import Stage, TooQuick

CLOSED = "comfy.check_interrupt"
OPEN = "comfy.check_interrupt_open"


async def crossed(stage: Stage) -> str | None:
    """Every request that stops or clears something: the owner's prompts run to their end and are in its history."""
    mine = [stage.running, stage.waiting]
    for prefix in ("", "/api"):
        for path, body in (
            ("/interrupt", {}),
            ("/interrupt", {"prompt_id": stage.running}),
            ("/queue", {"clear": True}),
            ("/queue", {"delete": mine}),
            ("/history", {"clear": True}),
            ("/history", {"delete": stage.owner.prompts}),
            ("/jobs/cancel", {"job_ids": mine, "ids": mine}),
            (f"/jobs/{stage.running}/cancel", {}),
            (f"/jobs/{stage.waiting}/cancel", {}),
            ("/comfystudio/cancel", {"ids": mine, "running": True}),
            ("/comfystudio/owners", {"-1": ".check-2"}),
        ):
            await stage.other.send("POST", prefix + path, body)
        if (await stage.other.send("POST", f"{prefix}/free", {"unload_models": True})).good:
            return f"POST {prefix}/free"
    if stage.ear.ended(stage.running):
        status = (await stage.owner.over(stage.running)).status or {}
        if status.get("completed") is True:
            raise TooQuick
        return "the running prompt was stopped"
    standing = await stage.worker.prompts(stage.owner.prompts)
    if stage.waiting not in standing.pending:
        return "the waiting prompt was removed"
    missing = set(stage.owner.prompts) - {*standing.running, *standing.pending, *standing.done}
    return "the history was cleared" if missing else None
