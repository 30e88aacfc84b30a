"""What waits for the portal."""

import json
import struct

from tests.comfy.extension.loading import inside

channel = inside("channel")


async def test_texts_wait_all_and_in_order():
    """Nothing that is text is ever dropped."""
    outbox = channel.Outbox()
    for number in range(1000):
        outbox.put(str(number))
    assert [await outbox.take() for _ in range(1000)] == [str(number) for number in range(1000)]


async def test_of_an_owners_previews_the_newest_waits():
    """A slow portal gets each owner's newest preview, in the place where it came, and every text."""
    outbox = channel.Outbox()
    for number in range(50):
        outbox.put(b"mine%d" % number, preview_of=1)
        outbox.put(b"other%d" % number, preview_of=2)
        outbox.put(f"text{number}")
    found = []
    while len(found) < 52:
        found.append(await outbox.take())
    assert found == [*(f"text{number}" for number in range(49)), b"mine49", b"other49", "text49"]


async def test_a_preview_after_one_that_was_sent_is_sent_too():
    """Only previews that still wait are replaced."""
    outbox = channel.Outbox()
    for number in range(5):
        outbox.put(b"%d" % number, preview_of=1)
        assert await outbox.take() == b"%d" % number


def test_pictures_that_nodes_made_are_no_previews():
    """PNG is what nodes send that save over the socket; previews are JPEG, with metadata before them or without."""
    for kind, number, preview in (("image/png", 2, False), ("image/jpeg", 1, True)):
        metadata = json.dumps({"image_type": kind}).encode()
        assert channel.is_preview(struct.pack(">II", 4, len(metadata)) + metadata + b"picture") is preview
        assert channel.is_preview(struct.pack(">II", 1, number) + b"picture") is preview
    assert not channel.is_preview(struct.pack(">II", 3, 1) + b"text")
    assert channel.is_preview(struct.pack(">II", 4, 2) + b"[]picture")


def test_a_frame_has_its_owner_in_front():
    """u32 length, JSON header, and ComfyUI's frame as it is."""
    frame = struct.pack(">I", 4) + b"payload"
    found = channel.encode_frame(12, "p", frame)
    length = int.from_bytes(found[:4], "big")
    assert json.loads(found[4 : 4 + length]) == {"owner": 12, "prompt_id": "p"}
    assert found[4 + length :] == frame


def test_nothing_is_kept_while_nobody_listens():
    """Without a portal messages go nowhere."""
    mine = channel.Channel()
    mine.text({"owner": 1})
    mine.binary(1, None, b"\0\0\0\4x")
    assert not mine.open
