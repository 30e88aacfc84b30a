"""Events as one person's page gets them."""

from typing import Any

from comfystudio.errors import StudioError
from comfystudio.events import Event
from comfystudio.people import Caller
from comfystudio.web import jobs, tools
from comfystudio.web.call import Call

__all__ = ["about", "render"]


def about(event: Event) -> Any:
    """What the event is about: of several about one thing only the newest matters."""
    return event.type, event.data.get("id")


def render(event: Event, caller: Caller, call: Call) -> tuple[str, dict[str, Any]] | None:
    """The type and the data of the message for `caller`; None where it is not for them."""
    match event.type:
        case "tool.changed":
            return _tool(str(event.data["id"]), caller, call)
        case "job.changed":
            return _job(int(event.data["id"]), caller, call)
        case "prompt.changed":
            return event.type, {"id": str(event.data["id"]), "state": event.data["state"]}
        case "tool.removed":
            return event.type, {"id": str(event.data["id"])}
        case _:
            return event.type, {}


def _tool(tool: str, caller: Caller, call: Call) -> tuple[str, dict[str, Any]]:
    try:
        view = call.services.tools.view(tool, caller)
    except StudioError:
        return "tool.removed", {"id": tool}
    shown = tools.shown(view, call.services.addresses.tool(call.request, tool))
    return "tool.changed", {"tool": shown.model_dump(mode="json")}


def _job(job: int, caller: Caller, call: Call) -> tuple[str, dict[str, Any]] | None:
    try:
        found = jobs.find(call.services, caller, job)
    except StudioError:
        return None
    return "job.changed", {"job": jobs.shown(found).model_dump(mode="json")}
