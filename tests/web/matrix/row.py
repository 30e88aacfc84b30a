"""A row: what is asked, and what each caller is answered.

Six answers are written down: those of nobody, of Alice (whose the thing is), of another artist, of an admin in admin
mode, of an admin outside it, and of somebody disabled. Those of tokens follow, unless the row says otherwise: a token
does what the session of its person does, one with scope use never more than outside admin mode, one with scope read
nothing but look. The command line is an admin who has no session and no files.
"""

from dataclasses import dataclass, field
from typing import Any

from comfystudio.web import Need
from comfystudio.web.routing import Route

__all__ = [
    "ADMINS",
    "ALICES",
    "CALLERS",
    "EVERYBODY",
    "NOBODY",
    "OWNERS",
    "SIGNED_IN",
    "Row",
    "everywhere",
]

WRITTEN = ("nobody", "alice", "other", "admin", "outside", "disabled")
TOKENS = ("read token", "use token", "admin's read token", "admin's use token", "admin token")
CALLERS = (*WRITTEN, *TOKENS, "command line")

Six = tuple[int, int, int, int, int, int]
EVERYBODY: Six = (200, 200, 200, 200, 200, 200)
NOBODY: Six = (404, 404, 404, 404, 404, 404)
SIGNED_IN: Six = (401, 200, 200, 200, 200, 401)
ADMINS: Six = (401, 403, 403, 200, 403, 401)
OWNERS: Six = (401, 200, 404, 200, 404, 401)
"""Alice and admins."""
ALICES: Six = (401, 200, 404, 404, 404, 401)
"""Alice alone; the command line may look for her."""


@dataclass(frozen=True)
class Row:
    """`good` replaces 200; `query`, `body` and `path` go along; `but` are answers that do not follow.

    `alone`: it changes what other rows are tried on, so it gets a studio of its own.
    """

    expected: Six
    good: int = 200
    body: Any = None
    query: str = ""
    path: dict[str, str] = field(default_factory=dict)
    but: dict[str, int] = field(default_factory=dict)
    alone: bool = False

    def status(self, caller: str, route: Route) -> int:
        """What `caller` is answered."""
        found = self.but[caller] if caller in self.but else self._follows(caller, route)
        return self.good if found == 200 else found

    def _follows(self, caller: str, route: Route) -> int:
        written = dict(zip(WRITTEN, self.expected, strict=True))
        if caller in written:
            return written[caller]
        if caller == "command line":
            return 200 if route.need is Need.LOCAL else written["admin"]
        whose = "alice" if caller in {"read token", "use token"} else "outside"
        if caller == "admin token":
            whose = "admin"
        if "read" in caller and route.method != "GET" and route.need in {Need.SIGNED_IN, Need.ADMIN}:
            return 403
        return written[whose]


def everywhere(status: int, body: Any = None) -> Row:
    """The same for everybody."""
    return Row((status,) * 6, body=body)
