"""Whether what an artist makes lands in that artist's folders at all."""

from comfystudio.comfy.check.stage import Stage

CLOSED = "comfy.check_own_folders"
OPEN = "comfy.check_own_folders_open"


async def crossed(stage: Stage) -> str | None:
    """Upload, output, preview, workflow and settings of the owner are where they belong."""
    found = await stage.owned()
    for path in (f"input/{stage.image}", f"output/{stage.saved}", f"temp/{stage.shown}"):
        if path not in found:
            return path
    names = {path.rpartition("/")[2] for path in found if path.startswith("user/")}
    missing = {f"{stage.canary}.json", "comfy.settings.json"} - names
    return f"user: {', '.join(sorted(missing))}" if missing else None
