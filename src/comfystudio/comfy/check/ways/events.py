"""Hearing of another's prompts because events name the wrong owner."""

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.stage import Stage

CLOSED = "comfy.check_events"
OPEN = "comfy.check_events_open"


async def crossed(stage: Stage) -> str | None:
    """Everything that was said of every prompt so far, pictures included, names the one who queued it."""
    frames = "SaveImageWebsocket" in stage.nodes
    if frames:
        for artist in (stage.owner, stage.other):
            await artist.run(graphs.showing(stage.fresh()))
    whose = {each: artist.owner.id for artist in (stage.owner, stage.other) for each in artist.prompts}
    for told in stage.ear.told:
        named = told.prompt_id or str((told.message.get("data") or {}).get("prompt_id") or "")
        if told.owner in whose.values() and whose.get(named, told.owner) != told.owner:
            return str(told.message["type"])
    for frame in stage.ear.frames:
        if frame.prompt_id and whose.get(frame.prompt_id, frame.owner) != frame.owner:
            return "a picture"
    heard = {each.owner for each in stage.ear.told} >= set(whose.values())
    seen = not frames or {each.owner for each in stage.ear.frames} >= set(whose.values())
    return None if heard and seen else "events without an owner"
