"""People: who may enter, how they prove it, what they changed.

The roster says who is listed and who is an admin; the database keeps what people do not type into a file:
passwords, sessions, tokens, links and the audit trail. `PeopleRoom` builds the room and keeps it going.
"""

from comfystudio.people.agents import device_name
from comfystudio.people.audit import Audit, AuditEntry, AuditFilter
from comfystudio.people.clock import Clock, StudioTime, SystemClock
from comfystudio.people.finding import Found, Wanted
from comfystudio.people.links import Link, Links, LinkView, Purpose
from comfystudio.people.model import LOCAL, Caller, Person, PersonState, Role, Scope
from comfystudio.people.passwords import Passwords
from comfystudio.people.room import PeopleRoom
from comfystudio.people.service import Change, People, RosterState
from comfystudio.people.session_store import SessionView
from comfystudio.people.sessions import Sessions
from comfystudio.people.tokens import Tokens, TokenView

__all__ = [
    "LOCAL",
    "Audit",
    "AuditEntry",
    "AuditFilter",
    "Caller",
    "Change",
    "Clock",
    "Found",
    "Link",
    "LinkView",
    "Links",
    "Passwords",
    "People",
    "PeopleRoom",
    "Person",
    "PersonState",
    "Purpose",
    "Role",
    "RosterState",
    "Scope",
    "SessionView",
    "Sessions",
    "StudioTime",
    "SystemClock",
    "TokenView",
    "Tokens",
    "Wanted",
    "device_name",
]
