"""What can go wrong in words people understand: a key, its fields, and the HTTP status it maps to.

Rooms raise a subclass; `web` turns it into a problem document once, `cli` into a line on standard error.
"""

from typing import Any, ClassVar

from comfystudio import words

__all__ = [
    "Conflict",
    "Gone",
    "Invalid",
    "Misdirected",
    "Missing",
    "NotSignedIn",
    "Refused",
    "StudioError",
    "TooLarge",
    "TooMany",
    "Unavailable",
]


class StudioError(Exception):
    """An error with a sentence: `key` names it in the words catalogue, `fields` fill its braces."""

    status: ClassVar[int] = 500

    def __init__(self, key: str, **fields: Any) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields

    @property
    def sentence(self) -> str:
        """What happened and what to do next, for a person."""
        return words.say(self.key, **self.fields)

    def __str__(self) -> str:
        return self.sentence


class Invalid(StudioError):
    """The input does not say what it should."""

    status = 422


class NotSignedIn(StudioError):
    """There is no session, or it has ended."""

    status = 401


class Refused(StudioError):
    """The person is known and may not do this."""

    status = 403


class Missing(StudioError):
    """There is no such thing, or it belongs to somebody else."""

    status = 404


class Conflict(StudioError):
    """Something else is in the way: taken, running, changed meanwhile."""

    status = 409


class Gone(StudioError):
    """It was there once: a link that was used or ran out."""

    status = 410


class TooLarge(StudioError):
    """More than the studio takes."""

    status = 413


class Misdirected(StudioError):
    """The request names a host that is not ours."""

    status = 421


class TooMany(StudioError):
    """Too often; the field `retry_after` says for how many seconds to wait."""

    status = 429


class Unavailable(StudioError):
    """Cannot be done now; trying again later can help."""

    status = 503
