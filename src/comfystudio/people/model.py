"""Who somebody is, and in whose name a call is made."""

from dataclasses import dataclass
from typing import Literal

from comfystudio.errors import Refused

__all__ = ["LOCAL", "Caller", "Person", "PersonState", "Role", "Scope"]

Role = Literal["artist", "admin"]
Scope = Literal["read", "use", "admin"]
PersonState = Literal["here", "away", "disabled", "invited", "not_invited"]


@dataclass(frozen=True)
class Person:
    """Somebody who is, or once was, on the roster.

    `folder` is the name of their folder below `home` and the outputs; `uid` the number of their account;
    `joined` says that they have a password; `seen_at` is in seconds since the epoch; `listed` says whether the
    roster names them now. Only somebody listed and not disabled may enter.
    """

    id: int
    name: str
    folder: str
    role: Role
    disabled: bool
    joined: bool
    uid: int | None
    seen_at: float | None
    listed: bool

    @property
    def active(self) -> bool:
        """Whether this person may enter at all."""
        return self.listed and not self.disabled


@dataclass(frozen=True)
class Caller:
    """In whose name a call is made and how they proved it; `local` is the command line on this machine.

    `scope` is what they may do with it: look (`read`), do what artists do (`use`), or what admins do (`admin`, which
    makes no admin of an artist). A session has `admin` in admin mode only.
    """

    person: Person
    via: Literal["session", "token", "local"]
    session_id: int | None = None
    token_id: int | None = None
    scope: Scope = "admin"

    @property
    def is_admin(self) -> bool:
        """Whether this is an admin who acts as one now."""
        return self.person.role == "admin" and self.scope == "admin"

    def must_be_admin(self) -> None:
        """Raise `Refused` for everybody who does not act as an admin now."""
        if self.person.role != "admin":
            raise Refused("web.admins_only")
        if not self.is_admin:
            raise Refused("web.admin_mode" if self.via == "session" else "web.token_scope")


LOCAL = Caller(
    Person(
        id=0,
        name="command line",
        folder="",
        role="admin",
        disabled=False,
        joined=True,
        uid=None,
        seen_at=None,
        listed=True,
    ),
    via="local",
)
