"""How the one process is asked: secret and owner on each request, and words for what goes wrong."""

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.comfy.owners import HEADER, Owner, header, read_header
from comfystudio.comfy.worker import Worker
from comfystudio.errors import Unavailable
from tests.comfy.worker.fake_worker import FakeUpstream, FakeWorker

FOLDERS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(st.integers(), FOLDERS)
def test_every_owner_fits_into_a_header(number: int, folder: str) -> None:
    """Names in every script: printable ASCII on the way, the same owner at its end."""
    name, value = header(Owner(number, folder))
    assert name == HEADER
    assert value.isascii()
    assert value.isprintable()
    assert read_header(value) == Owner(number, folder)


async def test_health_is_read(comfy: FakeWorker) -> None:
    """Version, hooks and packs; what a check is good for."""
    worker = Worker(comfy.upstream)
    found = await worker.health()
    await worker.close()
    assert found.fingerprint == ("0.3.64", "abc", "0")
    assert found.ok
    assert found.features == {"max_upload_size": 5}


async def test_a_verdict_comes_back_as_it_is(comfy: FakeWorker) -> None:
    """Validation for an owner: status and JSON untouched."""
    worker = Worker(comfy.upstream)
    assert await worker.validate(Owner(1, "Věra"), b"{}") == (
        200,
        b'{"valid": true, "outputs": ["2"], "node_errors": {}}',
    )
    await worker.close()


async def test_a_process_that_is_gone_says_so(comfy: FakeWorker) -> None:
    """Requests and the channel: one sentence, no library's error."""
    worker = Worker(comfy.upstream)
    await comfy.kill()
    with pytest.raises(Unavailable, match="ComfyUI does not answer"):
        await worker.submit(Owner(1, "P1"), b"{}")
    with pytest.raises(Unavailable, match="ComfyUI does not answer"):
        async with worker.events():
            pass
    await worker.close()


async def test_without_the_secret_nothing_is_understood(comfy: FakeWorker) -> None:
    """403 where JSON was expected is an answer that cannot be read."""
    worker = Worker(FakeUpstream(comfy.upstream.port, headers=()))
    with pytest.raises(Unavailable, match="status 403"):
        await worker.health()
    await worker.close()


@pytest.mark.parametrize(
    "answer", ["", "null", "[]", "{}", '{"comfyui": "1"}', '{"comfyui": 1, "ok": true, "busy": 3}']
)
async def test_an_answer_of_another_shape_is_named(answer: str) -> None:
    """An extension that answers nonsense does not bring the portal down."""
    app = web.Application()

    async def health(_request: web.Request) -> web.Response:
        return web.Response(text=answer)

    app.router.add_get("/comfystudio/health", health)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    worker = Worker(FakeUpstream(runner.addresses[0][1]))
    with pytest.raises(Unavailable, match="/comfystudio/health"):
        await worker.health()
    await worker.close()
    await runner.cleanup()
