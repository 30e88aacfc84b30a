"""Prompts over HTTP: own ones whole, others' without what they hold, cancelled by those who may."""

import json
from typing import Any

from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, House, Visitor

PATH = "/api/v1/prompts"


async def _ids(visitor: Visitor, query: str = "") -> list[str]:
    return [each["id"] for each in (await visitor.json("GET", PATH + query))["prompts"]]


async def test_each_person_lists_their_own(house: House) -> None:
    """The newest first, filtered by state and words, turned page by page; nobody else's are among them."""
    alice, bob = house.person(ALICE), house.person(BOB)
    ids = [(await house.prompt(alice, text)).prompt.id for text in ("a red cat", "a dog", "a red dog")]
    await house.prompt(bob, "a red fox")
    house.prompts.finished(ids[1], "failed", error="Error: hf_canarycanary \x1b]52;c;eA==\x07")
    visitor = await house.visitor(ALICE)
    assert await _ids(visitor) == ids[::-1]
    assert await _ids(visitor, "?text=RED") == [ids[2], ids[0]]
    assert await _ids(visitor, "?state=failed") == [ids[1]]
    first = await visitor.json("GET", f"{PATH}?limit=2")
    assert await _ids(visitor, f"?limit=2&before={first['prompts'][-1]['number']}") == [ids[0]]
    failed = first["prompts"][1]
    assert (failed["summary"], failed["owner"], failed["mine"], failed["nodes"]) == ("a dog", ALICE, True, 1)
    assert failed["error"] == "Error: hf_… "
    assert await visitor.status("GET", f"{PATH}?state=lost") == 422


async def test_admins_see_that_others_have_prompts_and_not_what_they_hold(house: House) -> None:
    """Neither in the list nor by searching; an artist gets no list of all."""
    alice, ada = house.person(ALICE), house.person(ADMIN)
    hers, own = await house.prompt(alice, "a secret harbour"), await house.prompt(ada, "a cat")
    house.prompts.finished(hers.prompt.id, "failed", error="secret node failed")
    admin = await house.visitor(ADMIN)
    listed = (await admin.json("GET", f"{PATH}?all=true"))["prompts"]
    assert [each["id"] for each in listed] == [own.prompt.id, hers.prompt.id]
    assert "secret" not in str(listed)
    assert (listed[1]["owner"], listed[1]["mine"], listed[1]["state"]) == (ALICE, False, "failed")
    assert listed[0]["summary"] == "a cat"
    assert await admin.status("GET", f"{PATH}?all=true&text=harbour") == 422
    assert await _ids(admin) == [own.prompt.id]
    assert await (await house.visitor(ALICE)).status("GET", f"{PATH}?all=true") == 403


async def test_a_list_shows_the_first_file_of_each(house: House) -> None:
    """What was saved in the outputs, no previews; known before it is written down, and told to the owner only."""
    alice, ada = house.person(ALICE), house.person(ADMIN)
    ids = [(await house.prompt(alice, text)).prompt.id for text in ("a cat", "a dog", "nothing")]
    for prompt_id, names in ((ids[0], ("a.png", "b.png")), (ids[1], ("c.png",))):
        images = [{"filename": "p.png", "subfolder": "", "type": "temp"}]
        images += [{"filename": name, "subfolder": "sets", "type": "output"} for name in names]
        house.prompts.finished(prompt_id, "done", outputs={"1": {"images": images}})
    visitor = await house.visitor(ALICE)
    for _ in range(2):
        listed = (await visitor.json("GET", PATH))["prompts"]
        assert [each["first_output"] for each in listed] == [None, "sets/c.png", "sets/a.png"]
        await house.prompts.flush()
    assert (await visitor.json("GET", f"{PATH}/{ids[0]}"))["prompt"]["first_output"] == "sets/a.png"
    await house.prompt(ada)
    others = (await (await house.visitor(ADMIN)).json("GET", f"{PATH}?all=true"))["prompts"]
    assert {each["first_output"] for each in others} == {None}


async def test_a_prompt_is_opened_with_all_it_holds(house: House) -> None:
    """Workflow, extra data and what it made, as they were given; another's id is an id that never was."""
    pnginfo = {"workflow": {"nodes": [{"type": "Поле"}]}}
    found = await house.prompt(house.person(ALICE), extra_pnginfo=pnginfo)
    path = f"{PATH}/{found.prompt.id}"
    alice = await house.visitor(ALICE)
    opened = await alice.json("GET", path)
    assert opened["graph"]["1"]["inputs"] == {"text": "a cat"}
    assert (opened["extra"], opened["targets"], opened["outputs"]) == ({"extra_pnginfo": pnginfo}, ["1"], None)
    outputs = {"1": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}}
    house.prompts.finished(found.prompt.id, "done", outputs=outputs, status={"completed": True})
    opened = await alice.json("GET", path)
    assert (opened["outputs"], opened["status"], opened["prompt"]["files"]) == (outputs, {"completed": True}, 1)
    assert await alice.status("HEAD", path) == 200
    never: Any = await (await house.visitor(BOB)).json("GET", f"{PATH}/never", status=404)
    for name in (BOB, ADMIN):
        assert await (await house.visitor(name)).json("GET", path, status=404) == never


async def test_prompts_are_cancelled_by_their_owner_and_by_admins(house: House) -> None:
    """Once; an admin's doing is in the audit trail, and what it said is nowhere in the answer."""
    alice = house.person(ALICE)
    first, second = await house.prompt(alice), await house.prompt(alice, "a secret")
    visitor, admin = await house.visitor(ALICE), await house.visitor(ADMIN)
    path = f"{PATH}/{first.prompt.id}/cancel"
    assert await (await house.visitor(BOB)).status("POST", path) == 404
    assert (await visitor.json("POST", path, status=202))["state"] == "cancelled"
    assert await visitor.status("POST", path) == 409
    assert await admin.status("POST", path) == 404
    answer = await admin.json("POST", f"{PATH}/{second.prompt.id}/cancel", status=202)
    assert (answer["state"], answer["summary"]) == ("cancelled", None)
    entry = (await house.room.audit.recent(1))[0]
    assert (entry.action, entry.by, entry.subject) == ("prompt.cancelled", ADMIN, ALICE)


async def test_the_command_line_names_whose_prompts_it_means(house: House) -> None:
    """On the machine itself everybody's prompts can be read, by the name of their owner."""
    found = await house.prompt(house.person(BOB), "a fox")
    local = house.local()
    assert await _ids(local, "?as=Bob+O%27Hara") == [found.prompt.id]
    assert await _ids(local, "?all=true") == [found.prompt.id]
    assert await local.status("GET", PATH) == 422
    assert await local.status("GET", f"{PATH}?as=Nobody") == 404
    opened = await local.json("GET", f"{PATH}/{found.prompt.id}?as=Bob+O%27Hara")
    assert opened["prompt"]["summary"] == "a fox"
    assert await local.status("GET", f"{PATH}/{found.prompt.id}?as=Alice") == 404
    assert await local.status("POST", f"{PATH}/{found.prompt.id}/cancel?as=Alice") == 404
    assert await local.status("POST", f"{PATH}/{found.prompt.id}/cancel") == 202


async def test_pages_hear_of_their_own_prompts(house: House) -> None:
    """The socket tells id and state to the owner, to no other artist and to no admin."""
    sockets = {}
    for name in (ALICE, BOB, ADMIN):
        sockets[name] = await (await house.visitor(name)).socket()
    accepted = await house.prompt(house.person(ALICE))
    heard: list[Any] = []
    while not heard or heard[-1]["type"] != "prompt.changed":
        heard.append(json.loads((await sockets[ALICE].receive(5)).data))
    assert heard[-1]["data"] == {"id": accepted.prompt.id, "state": "queued"}
    await house.room.people.set_disabled(house.person("Dora").id, False, (await house.caller(ADMIN))[0])
    seen: list[str] = []

    async def told() -> bool:
        seen.append(json.loads((await sockets[ADMIN].receive(5)).data)["type"])
        return seen[-1] == "people.changed"

    await until(told)
    assert "prompt.changed" not in seen
    for socket in sockets.values():
        await socket.close()
