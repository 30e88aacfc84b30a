"""The catalogue of sentences is whole and in the house's voice."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from comfystudio import words

SOURCES = Path(words.__file__).parent.parent


def _strings() -> Iterator[tuple[str, bool]]:
    """Every string constant of the package; True with those that only begin an f-string."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                yield str(node.values[0].value), True
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, False


def _unused() -> set[str]:
    strings = list(_strings())
    whole = {text for text, begins in strings if not begins}
    beginnings = tuple(text for text, begins in strings if begins and re.fullmatch(r"[a-z]+\.[a-z_]*", text))
    return {key for key in words.known() - whole if not (beginnings and key.startswith(beginnings))}


def test_every_sentence_is_used() -> None:
    """No dead sentences: each key of the catalogue stands somewhere in the code."""
    assert _unused() == set()


def test_sentences_keep_the_house_voice() -> None:
    """No exclamation marks, apologies or begging; each ends as a sentence or a phrase, never with a space."""
    for key in words.known():
        sentence = words.say(key, **dict.fromkeys(words.fields_of(key), "x"))
        assert sentence == sentence.strip(), key
        assert not re.search(r"!|\bsorry\b|\bplease\b|\boops\b", sentence, re.IGNORECASE), key


def test_fields_are_filled_as_text_and_never_evaluated() -> None:
    """Braces in a field's value stay what they are."""
    assert words.say("workspace.unwritable", path="{problem}", problem="{0}").count("{") == 2
