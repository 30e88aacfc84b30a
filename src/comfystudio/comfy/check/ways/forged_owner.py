"""Claiming to be another in an address, a header or a workflow."""

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.artist import first_image
from comfystudio.comfy.check.stage import FOLDERS, Stage
from comfystudio.comfy.owners import HEADER

CLOSED = "comfy.check_forged_owner"
OPEN = "comfy.check_forged_owner_open"
MINE, THEIRS = FOLDERS


async def crossed(stage: Stage) -> str | None:
    """The owner's name in the query, beside the real header and in extra_data: work stays the other's."""
    query = {"filename": stage.saved, "type": "output"}
    claim = f"-1 {MINE}"
    for more, headers in (
        ({HEADER: claim}, {}),
        ({"owner": "-1", "clientId": "comfystudio--1", "user": MINE}, {}),
        ({}, {HEADER: claim}),
        ({}, {"comfy-user": MINE, "X-Comfystudio-Owner-Id": "-1"}),
    ):
        if (await stage.other.get("/view", query | more, headers)).good:
            return f"GET /view {more or headers}"
    before, count = await stage.owned(), len(stage.ear.told)
    extra = {"comfystudio_owner": -1, "owner": -1, "client_id": "comfystudio--1"}
    end = await stage.other.run(
        graphs.saving("forged", stage.fresh()),
        extra_data=extra,
        client_id="comfystudio--1",
        owner=-1,
        comfystudio_owner=-1,
    )
    if end.owner != stage.other.owner.id or any(each.owner != end.owner for each in stage.ear.told[count:]):
        return "POST /prompt with another's client_id"
    if await stage.owned() != before or not stage.disk.has("output", THEIRS, first_image(end)):
        return "POST /prompt with another's number in extra_data"
    return None
