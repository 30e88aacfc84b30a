"""A studio with a hundred thousand prompts on record, a third of them one artist's."""

import asyncio
import http.client
import json
import random
import shutil
import tempfile
import time
import uuid
from pathlib import Path

from sqlalchemy import insert
from tests.studio import RunningStudio

from benchmarks import report
from comfystudio.events import Bus
from comfystudio.queue import Prompts, texts
from comfystudio.queue.summary import summary_of
from comfystudio.storage import Database
from comfystudio.storage.tables import OutputRow, PersonRow, PromptBodyRow, PromptRow
from comfystudio.workspace import prepare

RECORDED, WAITING, OWNERS, HEAVY, HEAVY_SHARE = 100_000, 200, 15, 1, 0.375
STATES, SHARES = ("done", "failed", "cancelled"), (95, 3, 2)
AT_ONCE = 5_000
WORDS = (report.ROOT / "LICENSE").read_text(encoding="utf-8").split()


def workflow(rnd, nodes=40):
    """A workflow of ordinary size, no two alike."""
    found = {
        str(n): {"class_type": f"Node{n}", "inputs": {"a": rnd.random(), "b": [str(n - 1), 0], "seed": n}}
        for n in range(4, nodes)
    }
    found["1"] = {
        "class_type": "CheckpointLoaderSimple",
        "inputs": {"ckpt_name": f"model_{rnd.randrange(40)}.safetensors"},
    }
    found["2"] = {"class_type": "CLIPTextEncode", "inputs": {"text": " ".join(rnd.choices(WORDS, k=40))}}
    found["3"] = {"class_type": "SaveImage", "inputs": {"filename_prefix": f"shot_{rnd.randrange(900)}/image"}}
    return found


def rows(rnd, first, count):
    """So many prompts with their bodies and files, as the studio writes them."""
    prompts, bodies, outputs = [], [], []
    for number in range(first, first + count):
        graph, owner = workflow(rnd), HEAVY if rnd.random() < HEAVY_SHARE else rnd.randint(2, OWNERS)
        state = rnd.choices(STATES, SHARES)[0] if number <= RECORDED - WAITING else "queued"
        text, path = texts.kept(texts.written(graph)), f"shot/image_{number:06}_.png"
        prompts.append(
            {
                "number": number,
                "id": str(uuid.UUID(int=rnd.getrandbits(128))),
                "owner_id": owner,
                "state": state,
                "created_at": float(number),
                "started_at": float(number),
                "ended_at": number + rnd.random() * 60,
                "summary": summary_of(graph),
                "nodes": len(graph),
                "files": 1,
            }
        )
        bodies.append({"number": number, "graph": text, "extra": text, "targets": "[]", "outputs": b"{}"})
        outputs.append({"number": number, "owner_id": owner, "place": "output", "path": path})
    return prompts, bodies, outputs


class Record:
    """The studio and its record. `heavy` is the token of the artist with the most, `admin` an admin's."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="comfystudio-bench-"))
        self.folder.chmod(0o755)
        self.studio = RunningStudio(self.folder / "workspace", accounts="same")
        self.tokens = {}
        self.an_id = ""
        self._connection = None

    def open(self):
        """Fill the record and start the studio."""
        asyncio.run(self._fill())
        self.studio.start()
        for name, number in (("heavy", HEAVY), ("admin", 2)):
            self.tokens[name] = self.studio.token(number)
        self._connection = http.client.HTTPConnection("localhost", self.studio.port(), timeout=30)

    async def _fill(self):
        workspace = prepare(self.studio.workspace)
        names = [f"Artist {number}" for number in range(1, OWNERS + 1)]
        listed = "".join(f'  "{name}{":admin" if n == 2 else ""}"\n' for n, name in enumerate(names, 1))
        workspace.roster.write_text(f"USERS=(\n{listed})\n", encoding="utf-8")
        database = Database(workspace.database)
        await database.open()
        people = [PersonRow(id=n, name=name, folder=name, created_at=0.0) for n, name in enumerate(names, 1)]
        await database.run(lambda session: session.add_all(people))
        rnd = random.Random(1)
        for first in range(1, RECORDED + 1, AT_ONCE):
            found = rows(rnd, first, AT_ONCE)
            self.an_id = next((each["id"] for each in found[0] if each["owner_id"] == HEAVY), self.an_id)

            def write(session, found=found):
                for table, each in zip((PromptRow, PromptBodyRow, OutputRow), found, strict=True):
                    session.execute(insert(table), each)

            await database.run(write)
        await database.close()

    def ask(self, path, who="heavy"):
        """Milliseconds to the whole answer of the API, and the answer."""
        began = time.perf_counter()
        self._connection.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {self.tokens[who]}"})
        answer = self._connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == 200, content
        return took, json.loads(content)

    def post(self, each):
        """With the studio gone: every owner posts so many as fast as they can. Milliseconds of each, and seconds."""
        self.studio.stop()
        return asyncio.run(self._post(each))

    async def _post(self, each):
        database = Database(prepare(self.studio.workspace).database)
        await database.open()
        prompts = Prompts(database, Bus())
        await prompts.open()
        rnd, took = random.Random(2), []
        graphs = [[workflow(rnd) for _ in range(each)] for _ in range(OWNERS)]

        async def owner(number):
            for graph in graphs[number - 1]:
                began = time.perf_counter()
                await prompts.accept(number, id=str(uuid.uuid4()), graph=graph, extra=graph, targets=[])
                took.append((time.perf_counter() - began) * 1000)

        began = time.perf_counter()
        await asyncio.gather(*(owner(number) for number in range(1, OWNERS + 1)))
        seconds = time.perf_counter() - began
        await prompts.close()
        await database.close()
        return took, seconds

    def close(self):
        if self._connection is not None:
            self._connection.close()
        self.studio.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
