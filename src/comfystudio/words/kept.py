"""Sentences that were kept in English for everybody, said again in the language of whoever reads them."""

import string
from functools import lru_cache
from typing import NamedTuple

from comfystudio.words import ENGLISH, known, language, plainly, say, template

__all__ = ["again"]

# A sentence with fewer letters of its own than this is made of what fills it in: anything would fit it.
_LEAST_LETTERS = 8


def again(text: str, *rooms: str) -> str:
    """`text` in the language that is spoken, where it is a sentence of one of `rooms`; itself where it is none."""
    if language() == ENGLISH:
        return text
    for sentence in _sentences(rooms):
        fields = sentence.fields(text)
        if fields is not None and plainly(sentence.key, **fields) == text:
            # What fills it in may be a sentence as well.
            return say(sentence.key, **{name: again(value, *rooms) for name, value in fields.items()})
    return text


class _Sentence(NamedTuple):
    """An English sentence: what stands before, between and after its fields, and their names."""

    key: str
    literals: tuple[str, ...]
    names: tuple[str, ...]

    def fields(self, text: str) -> dict[str, str] | None:
        """What fills the sentence in to make `text`, each as short as can be; None where it is another one."""
        first, *rest = self.literals
        if not text.startswith(first):
            return None
        if not rest:
            return {} if text == first else None
        found, start = {}, len(first)
        for name, literal in zip(self.names, rest[:-1], strict=False):
            end = text.find(literal, start)
            if end < 0:
                return None
            found[name], start = text[start:end], end + len(literal)
        end = len(text) - len(rest[-1])
        if end < start or not text.endswith(rest[-1]):
            return None
        return {**found, self.names[-1]: text[start:end]}


@lru_cache(maxsize=32)
def _sentences(rooms: tuple[str, ...]) -> tuple[_Sentence, ...]:
    """The sentences of `rooms`, those with the most letters of their own first."""
    found = [_taken_apart(key) for key in sorted(known()) if key.partition(".")[0] in rooms]
    long_enough = [each for each in found if not each.names or _letters(each) >= _LEAST_LETTERS]
    return tuple(sorted(long_enough, key=_letters, reverse=True))


def _letters(sentence: _Sentence) -> int:
    return sum(map(len, sentence.literals))


def _taken_apart(key: str) -> _Sentence:
    literals, names = [""], []
    for literal, name, _, _ in string.Formatter().parse(template(key)):
        literals[-1] += literal
        if name is not None:
            names.append(name)
            literals.append("")
    return _Sentence(key, tuple(literals), tuple(names))
