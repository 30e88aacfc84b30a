"""What a name may be, and when two names are the same."""

import unicodedata

from comfystudio.errors import Invalid

__all__ = ["ADMIN_MARK", "LONGEST", "check", "key", "shown"]

LONGEST = 200
ADMIN_MARK = ":admin"
# Control characters, line and paragraph separators, halves of a pair: each can break a line of a log or a file.
_REFUSED = {"Cc", "Zl", "Zp", "Cs"}
# Marks that turn round how what stands beside them is read: with them one name can look like another.
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Characters that draw nothing by themselves: a name made only of these is empty to the eye.
_INVISIBLE = {"Zs", "Cf", "Mn", "Me"}


def key(name: str) -> str:
    """The form in which names are compared and kept: NFC, no blanks around. Capitals count."""
    return unicodedata.normalize("NFC", name).strip()


def check(name: str) -> str:
    """The name as the studio keeps it, or `Invalid` with what is wrong. The mark of admins is no part of a name."""
    if len(name) > 4 * LONGEST:
        raise Invalid("people.name_long", longest=LONGEST)
    found = key(name)
    if len(found) > LONGEST:
        raise Invalid("people.name_long", longest=LONGEST)
    categories = {unicodedata.category(character) for character in name}
    if categories & _REFUSED or _TURNING & set(name):
        raise Invalid("people.name_characters")
    if not categories - _INVISIBLE:
        raise Invalid("people.name_empty")
    if found.casefold().replace(" ", "").endswith(ADMIN_MARK):
        raise Invalid("people.name_mark")
    return found


def shown(text: str, longest: int = LONGEST) -> str:
    """`text` fit for one line of a log or the audit trail: cut, and what does not print as itself made visible."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(f"\\u{ord(character):04x}" if _hides(character) else character for character in cut)


def _hides(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in _REFUSED
