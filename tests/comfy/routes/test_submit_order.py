"""The answer to a workflow goes out before ComfyUI has the workflow."""

import asyncio
import json
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from comfystudio.queue import Accepted
from tests.comfy.routes.house import ALICE, Routes
from tests.queue.house import graph
from tests.waiting import until


def _asker(routes: Routes) -> socket.socket:
    """A client that has posted a workflow and not read anything yet."""
    url = urlsplit(routes.url)
    body = json.dumps({"prompt": graph()})
    head = {"Host": url.netloc, "Content-Length": str(len(body)), **routes.headers(ALICE)}
    lines = ["POST /prompt HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    asker = socket.create_connection((url.hostname, url.port))
    asker.sendall("\r\n".join([*lines, "", body]).encode())
    return asker


async def test_a_client_can_know_the_id_before_anything_happens(
    routes: Routes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that begin to listen for a prompt when they have its id miss nothing of it, however fast it runs."""
    known: list[bytes] = []
    with await asyncio.to_thread(_asker, routes) as asker:
        asker.setblocking(False)

        def submit(accepted: Accepted, _private: Mapping[str, str]) -> None:
            known.append(asker.recv(65536) + accepted.prompt.id.encode())

        monkeypatch.setattr(routes.worker, "submit", submit)
        await until(lambda: known)
    answer, prompt_id = known[0][:-36], known[0][-36:].decode()
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["prompt_id"] == prompt_id
