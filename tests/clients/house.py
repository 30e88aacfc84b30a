"""A studio with artists, and what they make with clients."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from tests.clients.clients import Artist, Client
from tests.connecting import connected
from tests.studio import RunningStudio
from tests.waiting import wait_until

__all__ = ["COMFYUI", "House", "artist_at", "colour_of", "workflow"]

COMFYUI = 8188
# Large enough to take a moment: the clients miss what ends before they have read the answer to their request.
SIZE = 1024
# So that a picture to send is a large file; what reads pictures does not look behind their end.
PADDING = bytes(8_000_000)
PASSWORD = "harbour-at-dusk-17"
Colour = tuple[int, int, int]


def workflow(colour: Colour) -> dict[str, Any]:
    """EmptyImage → SaveImage, under the same name for everybody."""
    red, green, blue = colour
    empty = {"width": SIZE, "height": SIZE, "batch_size": 1, "color": red << 16 | green << 8 | blue}
    return {
        "1": {"class_type": "EmptyImage", "inputs": empty, "_meta": {"title": "Empty"}},
        "2": {
            "class_type": "SaveImage",
            "inputs": {"images": ["1", 0], "filename_prefix": "made"},
            "_meta": {"title": "Save"},
        },
    }


def colour_of(picture: bytes) -> Colour:
    """The colour of a picture that has one."""
    with Image.open(io.BytesIO(picture)) as found:
        (_, colour), *others = found.convert("RGB").getcolors() or [(0, None)]
    assert not others, "more than one colour"
    assert isinstance(colour, tuple)
    red, green, blue = colour
    return int(red), int(green), int(blue)


@dataclass
class House:
    """The studio, with its ComfyUI running. `tokens` are those of its artists, `stranger` a prompt of another one."""

    studio: RunningStudio
    tokens: dict[str, str] = field(default_factory=dict)
    stranger: str = ""

    def move_in(self, *names: str) -> None:
        """Put artists on the roster, and somebody whose prompt they must not see."""
        self.tokens = {name: self._token(name) for name in names}
        self.stranger = self._make(self._token("Somebody else"), (9, 9, 9))

    @property
    def origin(self) -> str:
        """ComfyUI's address in the studio."""
        return self.studio.origin(COMFYUI)

    def sent(self, name: str) -> list[bytes]:
        """What somebody has sent so far."""
        folder = self.studio.workspace / "ComfyUI" / "input" / name
        return [each.read_bytes() for each in folder.rglob("*") if each.is_file()]

    def history(self, token: str) -> set[str]:
        """The prompts in the history of whoever has the token."""
        return set(self._ask(token, "GET", "/history"))

    @contextlib.contextmanager
    def reached(self, client: Client, token: str) -> Iterator[tuple[str, str]]:
        """The address to give to the client, and the token where it takes one."""
        if client.by == "token":
            yield self.origin, token
        else:
            with connected(self.studio, "comfy-ui", token) as there:
                yield there.address, ""

    def _token(self, name: str) -> str:
        return self.studio.token(self.studio.person(name, PASSWORD))

    def _make(self, token: str, colour: Colour) -> str:
        """Run the workflow without any client; the prompt's id."""
        prompt: str = self._ask(token, "POST", "/prompt", {"prompt": workflow(colour)})["prompt_id"]
        wait_until(lambda: prompt in self.history(token), 30, why=f"{prompt} is not in the history")
        return prompt

    def _ask(self, token: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.studio.request(method, path, body, port=COMFYUI, headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 200, (answer.status, answer.body[:500])
        return answer.json


def artist_at(there: tuple[str, str], folder: Path, *, made: Colour, sent: Colour, stranger: str) -> Artist:
    """Somebody at their own machine, with a picture to send."""
    folder.mkdir(parents=True)
    picture = folder / "sent.png"
    Image.new("RGB", (SIZE, SIZE), sent).save(picture)
    with picture.open("ab") as file:
        file.write(PADDING)
    address, token = there
    return Artist(address, token, folder, picture, workflow(made), stranger)
