"""Sentences that were kept in English are said again in the reader's language."""

from hypothesis import given
from hypothesis import strategies as st

from comfystudio import words
from comfystudio.words.kept import again


def test_a_kept_sentence_is_said_in_the_readers_language() -> None:
    """Whatever filled it in comes along, and a sentence within it is translated too."""
    why = words.plainly("tools.ended_by_itself", tool="ComfyUI", code=3)
    kept = words.plainly("comfy.ended", why=why)
    assert again(kept, "comfy", "tools") == kept
    with words.speaking("de"):
        said = words.say("comfy.ended", why=words.say("tools.ended_by_itself", tool="ComfyUI", code=3))
        assert again(kept, "comfy", "tools") == said
        assert again(kept, "people") == kept


def test_each_sentence_of_a_room_is_found_again() -> None:
    """No sentence is taken for another one; what is hardly more than its fields stays English."""
    rooms = ("tools", "comfy", "people", "jobs")
    for key in words.known():
        room = key.partition(".")[0]
        if room in rooms:
            fields = {name: f"<{name}>" for name in words.fields_of(key)}
            kept = words.plainly(key, **fields)
            with words.speaking("de"):
                assert again(kept, room) in {words.say(key, **fields), kept}
            if not fields:
                with words.speaking("de"):
                    assert again(kept, room) == words.say(key)


@given(st.text())
def test_any_other_text_stays_what_it_is(text: str) -> None:
    """What tools say themselves is not touched, however it is written."""
    with words.speaking("de"):
        assert again(text, "tools", "comfy") == text
        assert text in again(words.plainly("tools.start_failed", problem=text), "tools")
