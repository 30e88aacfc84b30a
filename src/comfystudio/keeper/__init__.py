"""Keepers: a small process per running tool or job, which owns its tree, its log and its exit record.

Modules with an underscore run inside the keeper, on the standard library alone and little of it; the others
are the portal's side. Names are loaded when asked for, since the keeper must not pay for them.
"""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from comfystudio.keeper.attachment import Attachment
    from comfystudio.keeper.keepers import Keepers, UnitExists
    from comfystudio.keeper.log import Chunk, FirstError, Log, LogLine
    from comfystudio.keeper.spec import Account, Exit, Record, Spec
    from comfystudio.keeper.unit import Unit

__all__ = [
    "Account",
    "Attachment",
    "Chunk",
    "Exit",
    "FirstError",
    "Keepers",
    "Log",
    "LogLine",
    "Record",
    "Spec",
    "Unit",
    "UnitExists",
]

_WHERE = {
    "Account": "spec",
    "Attachment": "attachment",
    "Chunk": "log",
    "Exit": "spec",
    "FirstError": "log",
    "Keepers": "keepers",
    "Log": "log",
    "LogLine": "log",
    "Record": "spec",
    "Spec": "spec",
    "Unit": "unit",
    "UnitExists": "keepers",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"comfystudio.keeper.{_WHERE[name]}"), name)
