"""Who may use which tool, and whose instance a call means."""

from collections.abc import Callable
from typing import Protocol

from comfystudio import words
from comfystudio.errors import Conflict, Invalid, Missing, Refused
from comfystudio.people import Caller, Person
from comfystudio.settings import Settings
from comfystudio.tools.catalogue import Entry
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.states import Key, instance_of

__all__ = ["Access", "Directory", "Grants", "NoGrants"]


class Directory(Protocol):
    """Who is who."""

    def get(self, person_id: int, /) -> Person:
        """The person with this id; `Missing` where there is none."""


class Grants(Protocol):
    """What admins decided about tools for single people."""

    def may(self, person_id: int, tool: str, /) -> bool | None:
        """Whether the person may use the tool; None where its manifest decides. Memory only."""

    def on_changed(self, callback: Callable[[int, str], None], /) -> object:
        """Call `callback` with a person's number and a tool's id when that was decided anew."""


class NoGrants:
    """Every tool as its manifest says."""

    def may(self, _person_id: int, _tool: str, /) -> bool | None:
        """The manifest decides."""
        return None

    def on_changed(self, _callback: Callable[[int, str], None], /) -> None:
        """Nothing is ever decided."""


class Access:
    """Answers from memory. `entries` are filled by the service once the manifests are read."""

    def __init__(self, settings: Settings, grants: Grants | None = None) -> None:
        self._settings = settings
        self._grants = grants or NoGrants()
        self.entries: dict[str, Entry] = {}

    def entry(self, tool_id: str) -> Entry:
        """The entry; `Missing` for an unknown tool."""
        try:
            return self.entries[tool_id]
        except KeyError:
            raise Missing("tools.unknown", tool=tool_id) from None

    def manifest(self, tool_id: str) -> Manifest:
        """The manifest; `Missing` for an unknown tool, `Conflict` for one whose manifest is broken."""
        entry = self.entry(tool_id)
        if entry.manifest is None:
            raise Conflict("tools.broken", problem=entry.problem)
        return entry.manifest

    def key(self, manifest: Manifest, person: Person) -> Key:
        """The instance that `person` works in."""
        setting = manifest.instances_setting
        shared = setting is not None and getattr(self._settings, setting) == "shared"
        return manifest.id, instance_of(manifest, person.id, shared=shared)

    def may(self, person: Person, tool_id: str) -> str | None:
        """The key of the refusal where this person may not use the tool; None where they may."""
        entry = self.entries.get(tool_id)
        if entry is None or entry.manifest is None:
            return "tools.unknown"
        if not person.active:
            return "tools.not_active"
        if person.role == "admin":
            return None
        granted = self._grants.may(person.id, tool_id)
        if granted is None and entry.manifest.access == "admin":
            return "tools.admins_only"
        return "tools.not_granted" if granted is False else None

    def refusal(self, person: Person, tool_id: str) -> str | None:
        """As `may`, in a sentence for that person's card."""
        refusal = self.may(person, tool_id)
        if refusal is None:
            return None
        manifest = self.manifest(tool_id)
        if refusal == "tools.admins_only" and manifest.access_reason:
            return manifest.access_reason
        return words.say(refusal, tool=manifest.name)

    def whose(self, tool_id: str, caller: Caller, as_: Person | None) -> Person:
        """Whose instance the caller means: their own, or for an admin that of `as_`. Raises where they may not."""
        manifest = self.manifest(tool_id)
        self.own_or_admin(caller, as_)
        person = as_ or caller.person
        for one in (caller.person, person):
            if refusal := self.may(one, tool_id):
                raise Refused(refusal, tool=manifest.name)
        if self.key(manifest, person)[1] and caller.via == "local" and as_ is None:
            raise Invalid("tools.whose", tool=manifest.name)
        return person

    def own_or_admin(self, caller: Caller, as_: Person | None) -> None:
        """Only admins may ask for what is somebody else's; to others it does not exist."""
        if as_ is not None and as_.id != caller.person.id and not caller.is_admin:
            raise Missing("tools.not_yours")
