"""The catalogue of sentences is whole and in the house's voice."""

import ast
import re
from pathlib import Path

from comfystudio import words

SOURCES = Path(words.__file__).parent.parent


def _uses() -> set[str]:
    """Every string constant in the package that looks like a key of a room with sentences."""
    rooms = {key.split(".")[0] for key in words.known()}
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                room, _, name = node.value.partition(".")
                if room in rooms and re.fullmatch(r"[a-z][a-z0-9_]*", name):
                    found.add(node.value)
    return found


def test_every_sentence_is_used() -> None:
    """No dead sentences: each key of the catalogue stands somewhere in the code."""
    assert words.known() - _uses() == frozenset()


def test_sentences_keep_the_house_voice() -> None:
    """No exclamation marks, apologies or begging; each ends as a sentence or a phrase, never with a space."""
    for key in words.known():
        sentence = words.say(key, **dict.fromkeys(words.fields_of(key), "x"))
        assert sentence == sentence.strip(), key
        assert not re.search(r"!|\bsorry\b|\bplease\b|\boops\b", sentence, re.IGNORECASE), key


def test_fields_are_filled_as_text_and_never_evaluated() -> None:
    """Braces in a field's value stay what they are."""
    assert words.say("workspace.unwritable", path="{problem}", problem="{0}").count("{") == 2
