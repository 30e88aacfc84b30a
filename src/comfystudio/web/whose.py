"""Whose files and prompts a call is about: nobody is asked for another's, not even an admin."""

from comfystudio.errors import Invalid, Missing
from comfystudio.people import Person
from comfystudio.web.call import Call

__all__ = ["owner_of"]


def owner_of(call: Call, as_: str | None) -> Person:
    """The caller, whoever it is; the command line on the machine has to say whose with `as_`."""
    if call.caller.via != "local":
        if as_ not in {None, call.caller.person.name}:
            raise Missing("web.no_such_person")
        return call.caller.person
    if as_ is None:
        raise Invalid("web.whose")
    found = call.services.people.by_name(as_)
    if found is None:
        raise Missing("web.no_such_person")
    return found
