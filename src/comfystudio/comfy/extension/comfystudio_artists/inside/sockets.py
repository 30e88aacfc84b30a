"""Owners as ComfyUI's message code sees them: each has a socket that is always there and leads into the channel."""

from collections.abc import Mapping
from typing import Any

from .channel import Channel
from .owners import client_id

__all__ = ["RESULT", "STUDIO", "OwnerSocket", "StudioSocket", "VirtualSockets"]

RESULT = "comfystudio.result"
STUDIO = "comfystudio"  # the client id of the studio's own messages, in the same order as ComfyUI's


class OwnerSocket:
    """What ComfyUI writes to in place of a browser's WebSocket."""

    def __init__(self, channel: Channel, owner: int) -> None:
        self._channel = channel
        self._owner = owner
        self._prompt_id: str | None = None

    async def send_json(self, message: dict[str, Any]) -> None:
        """Pass a message on, tagged with the prompt it names or, without a name, the one whose messages these are."""
        kind, data = message.get("type"), message.get("data")
        named = data.get("prompt_id") if isinstance(data, dict) else None
        if kind == "execution_start":
            self._prompt_id = named
        self._channel.text({"owner": self._owner, "prompt_id": named or self._prompt_id, "message": message})
        if kind == "executing" and isinstance(data, dict) and data.get("node") is None:
            self._prompt_id = None

    async def send_bytes(self, message: bytes) -> None:
        """Pass a binary frame on; frames follow their prompt's first message and precede its last."""
        self._channel.binary(self._owner, self._prompt_id, message)


class StudioSocket:
    """The way of the studio's own messages: through ComfyUI's queue of messages, so that they keep their place."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def send_json(self, message: dict[str, Any]) -> None:
        """Send the data alone: its first member says what it is."""
        self._channel.text(message["data"])

    async def send_bytes(self, message: bytes) -> None:
        """Nothing of the studio's own is binary."""


class VirtualSockets(dict[str, Any]):
    """ComfyUI's dictionary of sockets (or of their metadata) whose owners iteration never shows.

    A broadcast goes through the values: those are the real sockets alone, admins at ComfyUI itself.
    """

    def __init__(self, real: Mapping[str, Any], virtual: Mapping[str, Any]) -> None:
        super().__init__(real)
        self._virtual = virtual

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self._virtual

    def __missing__(self, key: str) -> Any:
        return self._virtual[key]

    def get(self, key: str, default: Any = None) -> Any:
        """As ever, with the owners' entries."""
        return self[key] if key in self else default  # noqa: SIM401 - that would ask itself


class OwnerSockets(dict[str, Any]):
    """The virtual entries, made as owners come: client id to socket."""

    def __init__(self, channel: Channel) -> None:
        super().__init__({STUDIO: StudioSocket(channel)})
        self._channel = channel

    def add(self, owner: int) -> None:
        """An owner is known from now on."""
        sid = client_id(owner)
        if sid not in self:
            self[sid] = OwnerSocket(self._channel, owner)


class OwnerMetadata(Mapping[str, Any]):
    """What every virtual socket has announced: previews in the newest form that this ComfyUI knows."""

    _FLAGS: Mapping[str, Any] = {"feature_flags": {"supports_preview_metadata": True}}

    def __init__(self, sockets: OwnerSockets) -> None:
        self._sockets = sockets

    def __getitem__(self, key: str) -> Any:
        if key not in self._sockets:
            raise KeyError(key)
        return self._FLAGS

    def __iter__(self) -> Any:
        return iter(self._sockets)

    def __len__(self) -> int:
        return len(self._sockets)
