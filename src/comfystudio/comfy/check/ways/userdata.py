"""Reading, changing or removing another's saved workflows and settings."""

from urllib.parse import quote

from comfystudio.comfy.check.stage import FOLDERS, Stage

CLOSED = "comfy.check_userdata"
OPEN = "comfy.check_userdata_open"
MINE = FOLDERS[0]


async def crossed(stage: Stage) -> str | None:
    """Every spelling of the owner's files, and a header that claims to be the owner: nothing is shown or changed."""
    before = await stage.owned()
    await stage.link("user", "default/user-folder", "user")
    file = f"{stage.canary}.json"
    outside = [file, *(f"{way}/default/{file}" for way in (MINE, f"../{MINE}", f"../../{MINE}", "user-folder"))]
    outside.append(str(stage.disk.path("user", MINE) / "default" / file))
    for path in (*_listings(), *(f"/userdata/{quote(each, safe='')}" for each in outside)):
        for headers in ({}, {"comfy-user": MINE}):
            answer = await stage.other.get(path, headers=headers)
            if stage.leaks(answer.content):
                return f"GET {path} {headers or ''}".strip()
    for path in outside:
        there = f"/userdata/{quote(path, safe='')}"
        if path != file:
            await stage.other.send("POST", f"{there}?overwrite=true", b"taken")
            await stage.other.send("POST", f"/userdata/own.json/move/{quote(path, safe='')}?overwrite=true")
        await stage.other.send("POST", f"{there}/move/taken.json")
        await stage.other.send("DELETE", there)
        if await stage.owned() != before:
            return f"/userdata/{path} changed"
    return None


def _listings() -> list[str]:
    paths = ["/settings", "/settings/Check.Canary", "/users", "/api/settings"]
    for folder in ("", ".", "..", f"../{MINE}", f"../../{MINE}", f"../../{MINE}/default", "user-folder/default"):
        quoted = quote(folder, safe="")
        paths += [f"/userdata?dir={quoted}&recurse=true&full_info=true", f"/v2/userdata?path={quoted}"]
    return paths
