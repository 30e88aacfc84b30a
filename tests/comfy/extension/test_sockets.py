"""Owners as ComfyUI's message code sees them."""

from tests.comfy.extension.loading import inside

sockets = inside("sockets")


class Heard:
    """In place of the channel."""

    def __init__(self):
        self.texts, self.frames = [], []

    def text(self, message):
        self.texts.append(message)

    def binary(self, owner, prompt_id, frame):
        self.frames.append((owner, prompt_id, frame))


def test_owners_are_there_but_no_broadcast_reaches_them():
    """An owner's client id is found by name and never by going through all sockets."""
    owners = sockets.OwnerSockets(Heard())
    owners.add(1)
    mine = sockets.VirtualSockets({"admin": "socket"}, owners)
    assert "comfystudio-1" in mine
    assert mine["comfystudio-1"] is owners["comfystudio-1"]
    assert mine.get("comfystudio-2") is None
    assert "comfystudio-2" not in mine
    assert list(mine) == ["admin"]
    assert list(mine.values()) == ["socket"]
    mine.pop("comfystudio-1", None)
    assert "comfystudio-1" in mine


def test_every_owner_has_announced_previews_with_metadata():
    """ComfyUI asks the metadata of sockets which form of previews to send."""
    owners = sockets.OwnerSockets(Heard())
    owners.add(1)
    found = sockets.VirtualSockets({}, sockets.OwnerMetadata(owners))
    assert found["comfystudio-1"]["feature_flags"]["supports_preview_metadata"] is True
    assert "comfystudio-2" not in found


async def test_frames_carry_the_prompt_whose_messages_they_are_among():
    """Binary frames name no prompt themselves; they belong to the one that started and has not ended."""
    heard = Heard()
    mine = sockets.OwnerSocket(heard, 1)
    await mine.send_bytes(b"before")
    await mine.send_json({"type": "execution_start", "data": {"prompt_id": "p"}})
    await mine.send_bytes(b"during")
    await mine.send_json({"type": "pack.note", "data": {"x": 1}})
    await mine.send_json({"type": "executing", "data": {"node": None, "prompt_id": "p"}})
    await mine.send_bytes(b"after")
    assert heard.frames == [(1, None, b"before"), (1, "p", b"during"), (1, None, b"after")]
    assert [each["prompt_id"] for each in heard.texts] == ["p", "p", "p"]
    assert heard.texts[1] == {"owner": 1, "prompt_id": "p", "message": {"type": "pack.note", "data": {"x": 1}}}
