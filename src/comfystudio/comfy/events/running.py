"""What a page has to hear that comes while a prompt of its owner runs."""

from comfystudio.comfy.events.messages import Message

__all__ = ["Running"]

_KEPT = ("execution_start", "execution_cached", "progress_state", "executing")
_OVER = frozenset({"execution_success", "execution_error", "execution_interrupted"})


class Running:
    """The newest message of each kind that matters, for each owner's running prompt."""

    def __init__(self) -> None:
        self._kept: dict[int, dict[str, Message]] = {}

    def note(self, owner_id: int, message: Message) -> None:
        """A message went to the owner's pages."""
        kind = message["type"]
        if kind in _OVER or (kind == "executing" and message["data"].get("node") is None):
            self.clear(owner_id)
        elif kind == "execution_start":
            self._kept[owner_id] = {kind: message}
        elif kind in _KEPT and owner_id in self._kept:
            self._kept[owner_id][kind] = message

    def clear(self, owner_id: int) -> None:
        """Nothing of the owner runs."""
        self._kept.pop(owner_id, None)

    def of(self, owner_id: int) -> list[Message]:
        """What tells a new page how far the owner's prompt is, in order."""
        kept = self._kept.get(owner_id, {})
        return [kept[kind] for kind in _KEPT if kind in kept]

    def node(self, owner_id: int) -> str:
        """The node that runs; empty where none is known."""
        executing = self._kept.get(owner_id, {}).get("executing")
        return str(executing["data"]["node"]) if executing else ""
