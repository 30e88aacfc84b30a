"""The artists of the benchmark: each has a socket and posts prompts, to a bare ComfyUI or through the portal."""

import asyncio
import itertools
import json
import time
import uuid

import aiohttp

_tags = itertools.count()


def pause(seconds):
    """A prompt that takes `seconds` and saves nothing but a preview."""
    return {
        "1": {"class_type": "BenchPause", "inputs": {"seconds": seconds, "tag": _tag()}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    }


def empty():
    """The smallest prompt that makes a file: 64 by 64 of one colour, never the same twice."""
    size = {"width": 64, "height": 64, "batch_size": 1, "color": next(_tags) % 0xFFFFFF}
    return {
        "1": {"class_type": "EmptyImage", "inputs": size},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "bench"}},
    }


def events(count):
    """A prompt that sends `count` events with the time they left."""
    return {
        "1": {"class_type": "BenchEvents", "inputs": {"count": count, "tag": _tag()}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    }


def model(name):
    """A prompt that uses the model `name`."""
    return {
        "1": {"class_type": "BenchModel", "inputs": {"name": name}},
        "2": {"class_type": "BenchSample", "inputs": {"model": ["1", 0], "tag": _tag()}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    }


def _tag():
    return str(next(_tags))


class Artist:
    """One page: a socket that reads everything, and posts. `headers` carry a token where one is needed."""

    def __init__(self, session, url, headers):
        self._session, self._url, self._headers = session, url, headers
        self.client_id = uuid.uuid4().hex
        self._waiting = {}
        self._done = set()
        self.latencies = []

    async def enter(self):
        address = f"{self._url}/ws?clientId={self.client_id}"
        self._socket = await self._session.ws_connect(address, headers=self._headers, max_msg_size=0)
        self._reading = asyncio.create_task(self._read())

    async def leave(self):
        self._reading.cancel()
        await self._socket.close()

    async def _read(self):
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            event = json.loads(message.data)
            data = event["data"]
            if event["type"] == "bench":
                self.latencies.append((time.time() - data["left"]) * 1000)
            elif event["type"] in {"execution_success", "execution_error"}:
                assert event["type"] == "execution_success", data
                self._done.add(data["prompt_id"])
                if future := self._waiting.get(data["prompt_id"]):
                    future.set_result(None)

    async def post(self, prompt):
        """Queue `prompt` and return its id."""
        body = {"prompt": prompt, "client_id": self.client_id}
        async with self._session.post(f"{self._url}/prompt", json=body, headers=self._headers) as answer:
            content = await answer.json()
            assert answer.status == 200, content
            return content["prompt_id"]

    async def finish(self, ids):
        """Wait until all of `ids` are done."""
        for each in ids:
            if each not in self._done:
                self._waiting[each] = asyncio.get_running_loop().create_future()
                if each not in self._done:
                    await self._waiting[each]


async def together(url, tokens, prompts):
    """Every artist posts their list of prompts at once; seconds from the first post to the last one done."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        artists = [Artist(session, url, token) for token in tokens]
        await asyncio.gather(*(artist.enter() for artist in artists))
        began = time.monotonic()
        await asyncio.gather(*(_all(artist, mine) for artist, mine in zip(artists, prompts, strict=True)))
        took = time.monotonic() - began
        await asyncio.gather(*(artist.leave() for artist in artists))
        return took, [each for artist in artists for each in artist.latencies]


async def _all(artist, prompts):
    await artist.finish([await artist.post(each) for each in prompts])
