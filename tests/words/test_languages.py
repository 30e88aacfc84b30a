"""Sentences in the reader's language: which one, for whom, and for nobody else."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio import words
from comfystudio.errors import NotSignedIn

KEY = "web.not_signed_in"
GERMAN = "angemeldet"


def test_each_sentence_is_there_in_every_language() -> None:
    """The same keys and the same fields in every language, in the house's voice."""
    for language in words.LANGUAGES - {words.ENGLISH}:
        assert words.known(language) == words.known()
        for key in words.known(language):
            assert words.fields_of(key, language) == words.fields_of(key), key
            with words.speaking(language):
                sentence = words.say(key, **dict.fromkeys(words.fields_of(key), "x"))
            assert sentence == sentence.strip(), key
            assert not re.search(r"!|\b(bitte|leider|entschuldig\w*)\b", sentence, re.IGNORECASE), key


@pytest.mark.parametrize(
    ("accept", "cookie", "language"),
    [
        (None, None, "en"),
        ("de-CH, de;q=0.9, en;q=0.5", None, "de"),
        ("fr, de;q=0.4, en;q=0.6", None, "en"),
        ("de;q=0, en", None, "en"),
        ("DE", None, "de"),
        ("en", "a=b; comfystudio-language=de", "de"),
        ("de", "comfystudio-language=xx", "de"),
        ("en", "not-comfystudio-language=de", "en"),
    ],
)
def test_a_browser_is_heard(accept: str | None, cookie: str | None, language: str) -> None:
    """The page's own choice outweighs the browser's list, of which the dearest known language counts."""
    headers = {name: value for name, value in (("Accept-Language", accept), ("Cookie", cookie)) if value is not None}
    assert words.heard(headers) == language


@given(st.text(), st.text())
def test_any_header_names_a_language_there_is(accept: str, cookie: str) -> None:
    """Whatever a client sends, the answer is a language with a catalogue."""
    assert words.heard({"Accept-Language": accept, "Cookie": cookie}) in words.LANGUAGES


async def test_only_the_task_that_answers_speaks_the_language() -> None:
    """What a request starts goes on in English: it is read by everybody."""
    error = NotSignedIn(KEY)

    async def elsewhere() -> str:
        return words.say(KEY)

    async def answer() -> tuple[str, str]:
        words.speak("de")
        return error.sentence, await asyncio.create_task(elsewhere())

    said, started = await asyncio.create_task(answer())
    assert GERMAN in said
    assert started == words.say(KEY) == words.plainly(KEY)


async def test_a_thread_goes_on_speaking_the_language_it_is_carried_in() -> None:
    """What a request leaves to a thread is put as the request is, and other work there is not."""

    async def answer() -> tuple[str, str]:
        words.speak("de")
        return await asyncio.to_thread(words.carried(words.say), KEY), await asyncio.to_thread(words.say, KEY)

    carried, other = await asyncio.create_task(answer())
    assert GERMAN in carried
    assert other == words.plainly(KEY)


def test_a_block_speaks_a_language_and_then_no_more() -> None:
    """Events are rendered in their reader's language, outside the task that answers a request."""
    with words.speaking("de"):
        assert GERMAN in words.say(KEY)
        assert words.language() == "de"
        assert GERMAN not in words.plainly(KEY)
    assert words.language() == words.ENGLISH
