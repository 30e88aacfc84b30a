"""Two artists, every route, both directions, both versions: `matrix.toml`, asked of a whole ComfyUI."""

import os
import tomllib
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from comfystudio.comfy.routes.table import Row, groups
from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.comfy.routes.house import Answer
from tests.comfy.routes.recorded import unnamed
from tests.comfy.shared import Artist, Shared, multipart, picture, shared_of
from tests.contract.checkout import make_checkout
from tests.waiting import until

FILE = Path(__file__).with_name("matrix.toml")


@dataclass(frozen=True)
class Case:
    """A row of the matrix; see `matrix.toml`."""

    route: str
    ask: str
    status: int | dict[str, int]
    like: str = ""
    says: str = ""
    json: str = ""
    text: str = ""
    form: dict[str, str] | None = None

    @property
    def last(self) -> bool:
        """Whether it ends what is one's own."""
        return self.json in {'{"clear": true}', "{}"}


@cache
def cases() -> tuple[Case, ...]:
    """The matrix."""
    return tuple(Case(**row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["row"])


def rows() -> dict[str, list[Row]]:
    """The table's rows by route."""
    found: dict[str, list[Row]] = {}
    for group in groups():
        for row in group.rows:
            found.setdefault(row.route, []).append(row)
    return found


def test_every_row_of_the_table_is_proved():
    """A route in the table that the matrix does not ask for fails here, and the other way round."""
    assert {case.route for case in cases()} == set(rows())


@pytest.fixture(params=["0.3.64", "0.28.0", pytest.param("real", marks=[pytest.mark.real_comfyui])])
def checkout(request: pytest.FixtureRequest, root: Path) -> Path:
    """A ComfyUI: the double in both versions, or the one that COMFYUI_SOURCE names."""
    if request.param != "real":
        return make_checkout(root / "checkout", version=request.param)
    return Path(os.environ["COMFYUI_SOURCE"]).absolute()


def never() -> dict[str, str]:
    """Names of nothing."""
    mark = f"never{uuid.uuid4().hex[:16]}"
    names = {name: str(uuid.uuid4()) for name in ("prompt", "running", "waiting")}
    names |= {"upload": f"upload-{mark}.png", "workflow": f"work-{mark}.json", "setting": f"Test.{mark}"}
    names |= {"picture": f"picture-{mark}_00001_.png", "temp": f"ComfyUI_temp_{mark}_00001_.png"}
    return names | {"folder": mark, "id": "999", "client": f"client-{mark}"}


class Direction:
    """One artist, who asks, and the other, whose things are asked for."""

    def __init__(self, shared: Shared, mine: Artist, theirs: Artist, version: str) -> None:
        self.shared, self.mine, self.theirs, self.version = shared, mine, theirs, version
        self.failures: list[str] = []
        self.before: Any = None

    def filled(self, text: str, names: dict[str, str], *, path: bool = False) -> str:
        """`text` with names in the place of braces."""
        for prefix, known in (("mine.", self.mine.has | {"mark": self.mine.mark}), ("", names)):
            for name, value in known.items():
                text = text.replace(f"{{{prefix}{name}}}", quote(value, safe="") if path else value)
        return text

    async def send(self, case: Case, prefix: str, names: dict[str, str]) -> Answer:
        """Ask it with these names."""
        method, _, path = case.ask.partition(" ")
        body: Any = None
        if case.form is not None:
            form: dict[str, Any] = {key: self.filled(value, names) for key, value in case.form.items()}
            form["image"] = (form["image"], picture(self.mine.mark), "image/png")
            body = multipart(form)
        elif case.json or case.text:
            body = self.filled(case.json or case.text, names)
        address = prefix + self.filled(path, names, path=True)
        return await self.shared.ask(self.mine, method, address, data=body)

    async def prove(self, case: Case, row: Row) -> None:
        """Ask in every spelling that the row has, and compare."""
        prefixes = {"both": ["", "/api"], "only": ["/api"], "never": [""]}[row.api]
        for prefix in prefixes:
            if case.status == 101:
                continue
            answer = await self.send(case, prefix, self.theirs.has)
            self.compare(case, prefix, answer)
            if case.like and prefix == prefixes[0]:
                other = await self.send(case, prefix, never())
                if (answer.status, answer.body) != (other.status, other.body):
                    self.fail(
                        case, prefix, f"differs from what never was: {answer.body[:200]!r} {other.body[:200]!r}"
                    )
            if not case.ask.startswith("GET") and await self.shared.everything(self.theirs) != self.before:
                self.fail(case, prefix, "changed what is the other's")

    def compare(self, case: Case, prefix: str, answer: Answer) -> None:
        """Status, words that have to stand there, and marks that must not."""
        wanted = case.status if isinstance(case.status, int) else case.status[self.version]
        if answer.status != wanted:
            self.fail(case, prefix, f"status {answer.status} instead of {wanted}: {answer.body[:300]!r}")
        says = self.filled(case.says, self.theirs.has)
        if says.encode() not in answer.body:
            self.fail(case, prefix, f"does not say {says}: {answer.body[:300]!r}")
        text = answer.body.decode("utf-8", "replace") + str(answer.headers)
        asked = case.ask + case.json + case.text + str(case.form)
        for name, value in self.theirs.has.items():
            # A name that was asked for may come back, its content never does.
            if len(value) > 3 and f"{{{name}}}" not in asked and value in text:
                self.fail(case, prefix, f"names the other's {name}")
        if self.theirs.mark in text:
            self.fail(case, prefix, "holds the other's content")

    def fail(self, case: Case, prefix: str, why: str) -> None:
        """Note it."""
        self.failures.append(f"{self.mine.folder} → {self.theirs.folder}: {prefix}{case.ask}: {why}")


async def heard(socket: Any) -> str:
    """All that came over a socket so far."""
    found = []
    while True:
        try:
            message = await socket.receive(timeout=0.05)
        except TimeoutError:
            return "".join(found)
        found.append(message.data if isinstance(message.data, str) else repr(message.data))


async def settled(shared: Shared) -> None:
    """Both have everything that names can lead to; one's prompt runs, one of each waits."""
    first, second = shared.artists
    for artist in shared.artists:
        await shared.settle(artist)
    await shared.occupy(first, "running")
    await until(lambda: shared.running(first), within=30)
    second.has["running"] = str(uuid.uuid4())
    for artist in shared.artists:
        await shared.occupy(artist, "waiting")
    first.has["remaining"], second.has["remaining"] = "2", "1"


async def proved(shared: Shared, ways: list[Direction], *, last: bool) -> None:
    """All rows, or those that end what is one's own."""
    for way in ways:
        way.before = await shared.everything(way.theirs)
        for case in cases():
            for row in rows()[case.route]:
                if case.last == last:
                    await way.prove(case, row)


@pytest.mark.timeout(300)
async def test_nothing_crosses(checkout: Path, workspace: Workspace, database: Database):
    """Whatever one asks with the other's names answers as if those were not, and changes nothing of theirs."""
    async with shared_of(checkout, workspace, database) as shared:
        first, second = shared.artists
        await settled(shared)
        system = (await shared.get(first, "/system_stats"))["system"]
        version = "0.28.0" if system["comfyui_version"].startswith("0.28") else "0.3.64"
        ways = [Direction(shared, *pair, version) for pair in ((first, second), (second, first))]
        # Each listens under the name of the other's page, all the while.
        sockets = [await shared.listen(way.mine, way.theirs.has["client"]) for way in ways]
        await proved(shared, ways, last=False)
        # The one whose prompt runs comes second: the other's would begin to run instead.
        await proved(shared, ways[::-1], last=True)
        for way, socket in zip(ways, sockets, strict=True):
            text = (await heard(socket)).replace(way.theirs.has["client"], "")
            secrets = (way.theirs.mark, *(way.theirs.has[name] for name in ("prompt", "running", "waiting")))
            way.failures += [f"{way.mine.folder}'s page heard of {each}" for each in secrets if each in text]
            await socket.close()
        failures = [failure for way in ways for failure in way.failures]
        assert failures == [], "\n".join(failures)


async def test_every_route_of_a_server_has_a_row(checkout: Path, workspace: Workspace, database: Database):
    """A route of a running ComfyUI that the table does not name fails here; those of a node pack are refused."""
    async with shared_of(checkout, workspace, database) as shared:
        routes = await shared.routes()
    assert "POST /prompt" in routes
    assert unnamed(routes) == ["GET /studio_test_nodes/routes"]
