"""The keeper's socket: JSON lines in, JSON lines out, no waiting for a slow reader."""

import json
import os
import select
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from comfystudio.keeper._console import Console, Tap

__all__ = ["Server"]

REQUEST_LIMIT = 4096
ANSWERS_LIMIT = 64 * 1024
MOST_ATTACHED = 16


class _Client:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.asked = b""
        self.answers = b""
        self.subscribed = False
        # Set once it is attached to a console: from then on it is sent that console's messages and nothing else.
        self.tap: Tap | None = None


class Server:
    """Listens at `path` (mode 0600) within the poll of the keeper's loop. `console` is what one can attach to."""

    def __init__(
        self,
        path: str,
        poll: select.epoll,
        answer: "Callable[[dict[str, Any]], dict[str, Any]]",
        console: "Console | None" = None,
    ) -> None:
        self._path = path
        self._poll = poll
        self._answer = answer
        self._console = console
        self._clients: dict[int, _Client] = {}
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:  # noqa: SIM105 contextlib costs memory
            os.unlink(path)  # noqa: PTH108 pathlib costs the keeper a megabyte; the lock says the old one is stale
        except FileNotFoundError:
            pass
        before = os.umask(0o177)
        try:
            self._listener.bind(path)
        finally:
            os.umask(before)
        self._listener.listen(16)
        self._listener.setblocking(False)
        poll.register(self._listener, select.EPOLLIN)

    def handle(self, handle: int, events: int) -> bool:
        """Serve the handle if it is one of ours."""
        if handle == self._listener.fileno():
            self._accept()
            return True
        client = self._clients.get(handle)
        if client is None:
            return False
        try:
            if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                self._read(client)
            if handle in self._clients:
                self._flush(client)
        except OSError:
            self._forget(client)
        return True

    def tell(self, message: "dict[str, Any]") -> None:
        """Send `message` to everyone who subscribed."""
        for client in [client for client in self._clients.values() if client.subscribed]:
            self._send(client, message)

    def publish(self) -> None:
        """Send on what the console has drawn, to everyone attached who can take it now."""
        for client in [client for client in self._clients.values() if client.tap is not None]:
            try:
                self._flush(client)
            except OSError:
                self._forget(client)

    def close(self) -> None:
        """Take the socket away and hang up."""
        for client in list(self._clients.values()):
            self._forget(client)
        self._listener.close()
        try:
            os.unlink(self._path)  # noqa: PTH108 as above
        except OSError:
            return

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        self._clients[connection.fileno()] = _Client(connection)
        self._poll.register(connection, select.EPOLLIN)

    def _read(self, client: _Client) -> None:
        try:
            data = client.connection.recv(REQUEST_LIMIT)
        except BlockingIOError:
            return
        *lines, client.asked = (client.asked + data).split(b"\n")
        for line in lines:
            if client.connection.fileno() >= 0:
                self._request(client, line)
        if not data or len(client.asked) > REQUEST_LIMIT:
            self._forget(client)

    def _request(self, client: _Client, line: bytes) -> None:
        try:
            asked = json.loads(line)
        except ValueError:
            asked = None
        if client.tap is not None:
            self._attached(client, asked)
            return
        if not isinstance(asked, dict):
            self._send(client, {"type": "error", "error": "not a JSON object"})
            return
        if self._console is not None and asked.get("op") == "attach":
            self._attached(client, asked)
            return
        client.subscribed = client.subscribed or asked.get("op") == "subscribe"
        self._send(client, self._answer(asked))

    def _attached(self, client: _Client, asked: "Any") -> None:
        """Input and sizes for the console; whoever sends anything else is no longer attached."""
        assert self._console is not None
        others = sum(each.tap is not None for each in self._clients.values() if each is not client)
        if others >= MOST_ATTACHED or not isinstance(asked, dict) or not self._console.take(asked):
            self._forget(client)
        elif client.tap is None:
            client.tap = self._console.tap()
            self._send(client, {"type": "attached"})

    def _send(self, client: _Client, message: "dict[str, Any]") -> None:
        client.answers += json.dumps(message).encode() + b"\n"
        try:
            self._flush(client)
        except OSError:
            self._forget(client)
        if len(client.answers) > ANSWERS_LIMIT:
            self._forget(client)

    def _flush(self, client: _Client) -> None:
        while client.answers or client.tap is not None:
            if client.tap is not None and not client.answers:
                client.answers = client.tap.next()
                if not client.answers:
                    break
            try:
                client.answers = client.answers[client.connection.send(client.answers) :]
            except BlockingIOError:
                break
        listen = not (client.tap is not None and self._console is not None and self._console.full)
        wanted = (select.EPOLLIN if listen else 0) | (select.EPOLLOUT if client.answers else 0)
        self._poll.modify(client.connection, wanted)

    def _forget(self, client: _Client) -> None:
        handle = client.connection.fileno()
        if self._clients.pop(handle, None) is not None:
            self._poll.unregister(handle)
            client.connection.close()
