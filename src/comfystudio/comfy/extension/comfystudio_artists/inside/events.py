"""Messages go to the owner for whom the code runs, and to nobody else."""

from typing import Any

from . import hooks
from .channel import Channel
from .owners import Owners, client_id, stamped
from .prompts import Prompts
from .sockets import RESULT, STUDIO, OwnerMetadata, OwnerSockets, VirtualSockets

__all__ = ["Events"]


class Events:
    """Wraps PromptServer.send_sync, and tells the portal about ends and prompts queued from inside."""

    def __init__(self, owners: Owners, prompts: Prompts, channel: Channel) -> None:
        self._owners = owners
        self._channel = channel
        self._kept = hooks.Kept()
        self._sockets = OwnerSockets(channel)
        self._ended: dict[str, Any] | None = None
        prompts.on_queued = self._queued
        prompts.on_done = self._done
        prompts.on_idle = self._idle

    def know(self, owner: int) -> None:
        """Give an owner their socket."""
        self._sockets.add(owner)

    def install(self) -> None:
        """Put the virtual sockets beside the real ones and address every message."""
        server = hooks.module("server").PromptServer.instance
        server.sockets = VirtualSockets(server.sockets, self._sockets)
        server.sockets_metadata = VirtualSockets(server.sockets_metadata, OwnerMetadata(self._sockets))
        hooks.replace(self._kept, "server:PromptServer.send_sync", self._send_sync)

    def _send_sync(self, original: Any) -> Any:
        def send_sync(server: Any, event: Any, data: Any, sid: Any = None) -> Any:
            if event == "status":  # counts everybody's prompts; artists get their own count from the portal
                return original(server, event, data, sid)
            owner = self._owners.current()
            if owner is not None:
                sid = client_id(owner)
            answer = original(server, event, data, sid)
            if self._ended is not None and event == "executing" and _ends(data, self._ended["prompt_id"]):
                self._idle()
            return answer

        return send_sync

    def _tell(self, data: dict[str, Any]) -> None:
        server = hooks.module("server").PromptServer.instance
        self._kept["server:PromptServer.send_sync"](server, RESULT, data, STUDIO)

    def _done(self, result: dict[str, Any]) -> None:
        """Keep the result back until the prompt's last message, which ComfyUI sends after the task is done."""
        self._ended = result
        if hooks.module("server").PromptServer.instance.client_id is None:
            self._idle()

    def _idle(self) -> None:
        """The worker thread takes the next prompt, or has sent the last message of the one before."""
        ended, self._ended = self._ended, None
        if ended is not None:
            self._tell({"result": ended})

    def _queued(self, item: Any) -> None:
        owner = stamped(item[3])
        if owner is not None:
            self._tell(
                {
                    "queued": {
                        "prompt_id": item[1],
                        "owner": owner,
                        "prompt": item[2],
                        "extra_data": item[3],
                        "outputs": list(item[4]),
                    }
                }
            )


def _ends(data: Any, prompt_id: str) -> bool:
    return isinstance(data, dict) and data.get("node") is None and data.get("prompt_id") == prompt_id
