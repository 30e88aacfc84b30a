"""A real studio with an artist who made ten thousand files, two hundred of them pictures of full size."""

import http.client
import io
import json
import os
import random
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image, ImageFilter
from tests.studio import RunningStudio

from comfystudio.workspace import prepare

NAME, PASSWORD = "Bench Mark", "measured-twice-42"
FILES, LARGE, SIDE = 10_000, 200, 1024
PIECE = 1024 * 1024


def picture(number):
    """A picture that packs about as well as what models paint, and is no other one."""
    rng = random.Random(number)
    small = Image.frombytes("RGB", (96, 96), rng.randbytes(96 * 96 * 3)).resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC
    )
    grain = Image.effect_noise((SIDE, SIDE), 6).convert("RGB")
    image = Image.blend(small.filter(ImageFilter.GaussianBlur(3)), grain, 0.1)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


class House:
    """The studio, the files and one signed in."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="comfystudio-bench-"))
        self.folder.chmod(0o755)
        self.studio = RunningStudio(self.folder / "workspace", accounts="same")
        self.studio.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.outputs = prepare(self.studio.workspace).outputs(NAME)
        self.large = []
        self.headers = {}

    def open(self):
        self._make()
        self.studio.start()
        self.headers = {"Authorization": f"Bearer {self.studio.add(NAME, PASSWORD)}"}

    def _make(self):
        """Files of the last months: a folder for each month, the newest ones large."""
        out = io.BytesIO()
        Image.new("RGB", (64, 48), "teal").save(out, "PNG")
        began = time.time() - 3600
        for number in range(FILES):
            folder = self.outputs / f"2026-{number % 9 + 1:02}"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"harbour_{number:05}_.png"
            path.write_bytes(picture(number) if number < LARGE else out.getvalue())
            os.utime(path, (began - number * 60,) * 2)
            if number < LARGE:
                self.large.append(path)
        for folder in (self.outputs, *self.outputs.iterdir()):
            os.utime(folder, (began, began))

    def close(self):
        self.studio.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def again(self):
        """Another start of the studio, which knows nothing of the files yet."""
        self.studio.stop()
        self.studio.start()

    def connection(self):
        return http.client.HTTPConnection("localhost", self.studio.port(), timeout=60)

    def ask(self, connection, path, method="GET", body=None):
        """Milliseconds until the answer is there, and what it holds."""
        given = self.headers | ({"Content-Type": "application/json"} if body is not None else {})
        began = time.perf_counter()
        connection.request(method, f"/api/v1/outputs{path}", body=body and json.dumps(body), headers=given)
        answer = connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == 200, (answer.status, content[:300])
        return took, content

    def thumbnails(self, size, lanes=6):
        """Seconds for every large picture, asked for as a browser does, and milliseconds of each."""
        paths = [str(path.relative_to(self.outputs)) for path in self.large]

        def lane(number):
            connection = self.connection()
            took = [
                self.ask(connection, f"/thumbnail?{urlencode({'path': path, 'size': size})}")[0]
                for path in paths[number::lanes]
            ]
            connection.close()
            return took

        began = time.perf_counter()
        with ThreadPoolExecutor(lanes) as pool:
            took = [each for lane_took in pool.map(lane, range(lanes)) for each in lane_took]
        return time.perf_counter() - began, took

    def fetched(self, path, target):
        """Bytes and seconds of a download into `target`."""
        connection = self.connection()
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/outputs{path}", headers=self.headers)
        answer = connection.getresponse()
        assert answer.status == 200
        count = _poured(answer, target)
        took = time.perf_counter() - began
        connection.close()
        return count, took

    def copied(self, target):
        """Bytes and seconds of reading the large pictures one after the other into one file."""
        began, count = time.perf_counter(), 0
        with target.open("wb") as file:
            for path in self.large:
                with path.open("rb") as source:
                    shutil.copyfileobj(source, file, PIECE)
                count += path.stat().st_size
        return count, time.perf_counter() - began


def _poured(answer, target):
    count = 0
    with target.open("wb") as file:
        while piece := answer.read(PIECE):
            file.write(piece)
            count += len(piece)
    return count
