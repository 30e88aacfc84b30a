"""The process from its first answer to its end, and what follows for prompts and pages."""

import asyncio
import json

from comfystudio.storage import Database
from tests.comfy.house import ALICE, BOB, House, house
from tests.comfy.worker.fake_worker import FakeWorker
from tests.waiting import until


async def test_a_prompt_runs_and_its_page_hears_it_in_comfyuis_order(at_work: House, comfy: FakeWorker) -> None:
    """From the queue to the end: what the page hears, and what is on record once it hears that nothing runs."""
    async with at_work.page(ALICE) as page:
        await at_work.post(ALICE, "a")
        await until(lambda: comfy.pending == ["a"])
        await comfy.run("a")
        await comfy.end("a", outputs={"2": {"images": [{"filename": "x.png", "subfolder": "", "type": "output"}]}})
        heard = await page.types(7)
        found = await at_work.of(ALICE, "a")
    assert heard == [
        "status 1",
        "status 1",
        "execution_start",
        "executing 2",
        "execution_success",
        "status 0",
        "executing None",
    ]
    assert found.prompt.state == "done"
    assert found.prompt.worker == "p1"
    assert found.prompt.files == 1
    assert "x.png" in (found.body.outputs or "")


async def test_a_page_that_hears_of_success_finds_the_result(at_work: House, comfy: FakeWorker) -> None:
    """The result may come late: until it is on record no page hears that there is one."""
    async with at_work.page(ALICE) as page:
        await at_work.post(ALICE, "a")
        await until(lambda: comfy.pending == ["a"])
        await comfy.run("a")
        assert (await page.types(4))[-1] == "executing 2"
        await comfy.say(ALICE, "execution_success", "a", timestamp=2)
        await comfy.say(ALICE, "progress", "a", value=1)
        assert await page.types(1) == ["progress"]
        await comfy.end("a", outputs={"2": {"images": []}})
        assert await page.types(1) == ["execution_success"]
        assert (await at_work.of(ALICE, "a")).prompt.state == "done"


async def test_prompts_of_many_arrive_in_the_order_of_their_acceptance(at_work: House, comfy: FakeWorker) -> None:
    """Thirty at once: handed over in order, with owner, number and no word of the client's."""
    names = [f"p{number}" for number in range(30)]
    for number, name in enumerate(names):
        await at_work.post(1 + number % 15, name, targets=["5"], extra={"extra_pnginfo": {"workflow": {}}})
    await until(lambda: len(comfy.posted) == 30)
    assert [each["prompt_id"] for each in comfy.posted] == names
    assert [each["number"] for each in comfy.posted] == sorted(each["number"] for each in comfy.posted)
    assert comfy.posted[0]["extra_data"] == {"extra_pnginfo": {"workflow": {}}}
    assert comfy.posted[0]["partial_execution_targets"] == ["5"]
    assert comfy.owner_of["p1"].folder == "P2"
    assert sorted(at_work.making.made) == [(number, f"P{number}") for number in range(1, 16)]


async def test_what_must_not_be_kept_goes_along_and_nowhere_else(at_work: House, comfy: FakeWorker) -> None:
    """A key for ComfyUI's own services reaches ComfyUI and is not on record."""
    accepted = await at_work.prompts.accept(ALICE, id="a", graph={"1": {}}, extra={"x": 1}, targets=[])
    at_work.workers.submit(accepted, {"api_key_comfy_org": "canary"})
    await until(lambda: comfy.posted)
    assert comfy.posted[0]["extra_data"] == {"x": 1, "api_key_comfy_org": "canary"}
    assert "canary" not in str(await at_work.of(ALICE, "a"))


async def test_an_answer_that_is_lost_makes_no_second_prompt(at_work: House, comfy: FakeWorker) -> None:
    """ComfyUI took the prompt and the connection broke before it said so."""
    comfy.drop_answers = 1
    await at_work.post(ALICE, "a")
    await until(lambda: comfy.asked == 2)
    await at_work.post(ALICE, "b")
    await until(lambda: comfy.pending == ["a", "b"])
    assert [each["prompt_id"] for each in comfy.posted] == ["a", "b"]


async def test_a_prompt_that_comfyui_refuses_late_says_so(at_work: House, comfy: FakeWorker) -> None:
    """A model that is gone when the prompt's turn comes: failed on record, with ComfyUI's words on the page."""
    comfy.refuse = 400, {"error": {"message": "Value not in list", "details": "ckpt_name"}, "node_errors": {}}
    async with at_work.page(ALICE) as page:
        await at_work.post(ALICE, "a")
        told = await page.until("execution_error")
        assert await page.types(2) == ["status 0", "executing None"]
    assert "Value not in list (ckpt_name)" in told["data"]["exception_message"]
    assert await at_work.state(ALICE, "a") == "failed"


async def test_a_killed_comfyui_tells_each_of_ten_prompts(at_work: House, comfy: FakeWorker) -> None:
    """One runs and nine wait when it dies: each page hears of its own, counts fall, and history has them all."""
    async with at_work.page(ALICE) as alice, at_work.page(BOB) as bob:
        for number in range(10):
            await at_work.post(ALICE if number % 2 else BOB, f"p{number}")
        await until(lambda: len(comfy.pending) == 10)
        await comfy.run("p0")
        await bob.until("executing")
        await comfy.kill()
        await at_work.workers.left(comfy.upstream, "ComfyUI was killed by SIGKILL.")
        for page, owner, names in ((alice, ALICE, "13579"), (bob, BOB, "02468")):
            for name in names:
                told = await page.until("execution_error")
                assert told["data"]["prompt_id"] == f"p{name}"
                assert told["data"]["exception_message"].startswith("ComfyUI was killed by SIGKILL.")
                assert await page.types(2) == [
                    f"status {at_work.prompts.remaining(owner) + 4 - names.index(name)}",
                    "executing None",
                ]
            history = await at_work.prompts.history(owner, limit=100)
            assert {each.prompt.state for each in history} == {"failed"}
            assert json.loads(history[0].body.status or "")["status_str"] == "error"
        assert bob.heard[-15]["data"]["node_id"] in {"2", ""}
    assert at_work.workers.worker is None


async def test_the_end_that_comfyui_still_told_counts(at_work: House, comfy: FakeWorker) -> None:
    """It finished a prompt and died at once: the prompt is done, not failed."""
    await at_work.post(ALICE, "a")
    await until(lambda: comfy.pending)
    await comfy.run("a")
    await comfy.end("a")
    await comfy.cut()
    await comfy.kill()
    await at_work.workers.left(comfy.upstream, "ComfyUI ended.")
    assert await at_work.state(ALICE, "a") == "done"


async def test_a_new_portal_takes_up_where_the_old_one_was_killed(database: Database, comfy: FakeWorker) -> None:
    """Done meanwhile: recorded. Running: goes on. Waiting: goes on. Never handed over: handed over. None twice."""
    async with house(database) as old:
        await old.workers.arrived(comfy.upstream, "p1", adopted=False)
        for name in ("done", "runs", "waits"):
            await old.post(ALICE, name)
        await until(lambda: len(comfy.pending) == 3)
        await comfy.run("done")
        await until(lambda: old.state(ALICE, "done"))
        accepted = await old.prompts.accept(BOB, id="never", graph={}, extra={}, targets=[])
        assert accepted.prompt.state == "queued"
    await comfy.end("done", outputs={"2": {}}, heard=False)
    await comfy.run("runs")
    async with house(database, fresh=False) as new:
        assert await new.workers.arrived(comfy.upstream, "p1", adopted=True) is None
        await until(lambda: "never" in comfy.pending)
        assert comfy.pending == ["waits", "never"]
        assert await new.state(ALICE, "done") == "done"
        assert await new.state(ALICE, "runs") == "running"
        assert await new.state(ALICE, "waits") == "queued"
        async with new.page(ALICE) as page:
            assert await page.types(1) == ["execution_start"]
            await comfy.end("runs")
            assert await page.types(3) == ["execution_success", "status 1", "executing None"]
        assert await new.state(ALICE, "runs") == "done"
    assert [each["prompt_id"] for each in comfy.posted] == ["done", "runs", "waits", "never"]


async def test_a_new_portal_and_a_new_process_keep_what_waited(database: Database, comfy: FakeWorker) -> None:
    """Both were killed: what ran has failed and says so, what waited runs now."""
    async with house(database) as old:
        await old.workers.arrived(comfy.upstream, "p1", adopted=False)
        await old.post(ALICE, "ran")
        await old.post(ALICE, "waited")
        await until(lambda: len(comfy.pending) == 2)
        await comfy.run("ran")
        await until(lambda: old.prompts.all_live()[0].prompt.state == "running")
    comfy.pending, comfy.running, comfy.owner_of = [], None, {}
    async with house(database, fresh=False) as new:
        await new.workers.arrived(comfy.upstream, "p2", adopted=False)
        await until(lambda: comfy.pending == ["waited"])
        assert await new.state(ALICE, "ran") == "failed"


async def test_a_process_that_ends_before_it_is_met_had_what_ran(database: Database, comfy: FakeWorker) -> None:
    """An earlier portal's process is gone before the new portal spoke to it: what ran there failed."""
    async with house(database) as first:
        await first.workers.arrived(comfy.upstream, "p1", adopted=False)
        await first.post(ALICE, "ran")
        await first.post(ALICE, "waited")
        await until(lambda: comfy.pending == ["ran", "waited"])
        await comfy.run("ran")
        await until(lambda: first.prompts.get_live("ran").prompt.state == "running")
    async with house(database, fresh=False) as second:
        await second.workers.left(comfy.upstream, "ComfyUI was ended by SIGKILL.")
        assert await second.state(ALICE, "ran") == "failed"
        assert await second.state(ALICE, "waited") == "queued"


async def test_a_broken_channel_is_opened_anew_and_nothing_is_missed(at_work: House, comfy: FakeWorker) -> None:
    """A prompt ends while nobody listens: known once the channel is back; the next ones are told as ever."""
    async with at_work.page(ALICE) as page:
        await at_work.post(ALICE, "a")
        await at_work.post(ALICE, "b")
        await until(lambda: len(comfy.pending) == 2)
        await comfy.run("a")
        await page.until("executing")
        await comfy.end("a", heard=False)
        await comfy.cut()
        await until(lambda: comfy.connections == 2)
        await until(lambda: at_work.prompts.remaining(ALICE) == 1)
        await comfy.run("b")
        await page.until("execution_start")
    assert len(comfy.posted) == 2


async def test_a_prompt_that_comfyui_forgot_fails(at_work: House, comfy: FakeWorker) -> None:
    """Somebody emptied its queue behind the studio's back: the prompt does not wait for ever."""
    await at_work.post(ALICE, "a")
    await until(lambda: comfy.pending)
    comfy.pending.clear()
    await comfy.cut()
    await until(lambda: not at_work.prompts.all_live())
    assert await at_work.state(ALICE, "a") == "failed"
    assert len(comfy.posted) == 1


async def test_a_disabled_artists_prompts_stop(at_work: House, comfy: FakeWorker) -> None:
    """What waits is taken back, what runs is interrupted, nobody else's is touched."""
    for owner, name in ((ALICE, "runs"), (ALICE, "waits"), (BOB, "other")):
        await at_work.post(owner, name)
    await until(lambda: len(comfy.pending) == 3)
    await comfy.run("runs")
    at_work.people.change(ALICE, disabled=True)
    await until(lambda: comfy.interrupted == ["runs"] and comfy.pending == ["other"])
    interrupted = {"status_str": "error", "completed": False, "messages": [["execution_interrupted", {}]]}
    await comfy.end("runs", interrupted)
    await until(lambda: at_work.prompts.remaining(ALICE) == 0)
    assert await at_work.state(ALICE, "runs") == "cancelled"
    assert await at_work.state(ALICE, "waits") == "cancelled"
    assert at_work.prompts.remaining(BOB) == 1


async def test_a_renamed_artists_folder_is_told(at_work: House, comfy: FakeWorker) -> None:
    """Prompts that wait or run find the folder under its new name."""
    await at_work.post(ALICE, "a")
    await until(lambda: comfy.pending)
    at_work.people.change(ALICE, folder="Věra Nová")
    await until(lambda: comfy.folders == {"1": "Věra Nová"})


async def test_cancelling_takes_back_what_waits_anywhere(studio: House, comfy: FakeWorker) -> None:
    """Before ComfyUI is there, and in its queue; what runs only where that is asked for."""
    await studio.post(ALICE, "early")
    assert await studio.workers.cancel(["early"], running=True) == {"early"}
    await studio.workers.arrived(comfy.upstream, "p1", adopted=False)
    for name in ("a", "b"):
        await studio.post(ALICE, name)
    await until(lambda: len(comfy.pending) == 2)
    await comfy.run("a")
    assert await studio.workers.cancel(["a", "b", "unknown"], running=False) == {"b"}
    assert await studio.workers.cancel(["a"], running=True) == {"a"}
    assert [each["prompt_id"] for each in comfy.posted] == ["a", "b"]
    assert await studio.state(ALICE, "b") == "cancelled"


async def test_what_was_cancelled_while_nobody_could_tell_comfyui_does_not_run(
    database: Database, comfy: FakeWorker
) -> None:
    """A new portal cancels a prompt before it has found the process again."""
    async with house(database) as old:
        await old.workers.arrived(comfy.upstream, "p1", adopted=False)
        await old.post(ALICE, "a")
        await until(lambda: comfy.pending)
    async with house(database, fresh=False) as new:
        assert await new.workers.cancel(["a"], running=True) == {"a"}
        await new.workers.arrived(comfy.upstream, "p1", adopted=True)
        assert comfy.pending == []


async def test_a_prompt_that_comfyui_queued_itself_is_on_record(at_work: House, comfy: FakeWorker) -> None:
    """A node pack queues the next batch: it is its owner's prompt like any other."""
    await comfy.queue_itself("again", BOB)
    await until(lambda: at_work.prompts.remaining(BOB) == 1)
    await comfy.run("again")
    await comfy.end("again")
    await until(lambda: at_work.prompts.remaining(BOB) == 0)
    found = await at_work.of(BOB, "again")
    assert found.prompt.state == "done"
    assert found.body.extra == '{"extra_pnginfo": {}}'
    assert comfy.posted == []


async def test_artists_stay_out_of_a_comfyui_that_cannot_keep_them_apart(studio: House, comfy: FakeWorker) -> None:
    """A hook is missing, or the check has found something: nothing is handed over, and the sentence says why."""
    await studio.post(ALICE, "a")
    comfy.health |= {"ok": False, "missing": ["folder_paths.get_input_directory"]}
    said = await studio.workers.arrived(comfy.upstream, "p1", adopted=False)
    assert said is not None
    assert "folder_paths.get_input_directory" in said
    assert "0.3.64" in said
    comfy.health |= {"ok": True, "missing": []}
    studio.gate.sentence = "It leaks."
    assert await studio.workers.arrived(comfy.upstream, "p2", adopted=False) == "It leaks."
    assert studio.workers.sentence == "It leaks."
    assert comfy.connections == 0
    studio.gate.sentence = None
    await studio.workers.left(comfy.upstream, "ComfyUI ended.")
    assert await studio.workers.arrived(comfy.upstream, "p3", adopted=False) is None
    await until(lambda: comfy.pending == ["a"])


async def test_what_cannot_be_read_is_passed_over(at_work: House, comfy: FakeWorker) -> None:
    """Nonsense on the channel, and prompts of nobody: the next message still arrives."""
    async with at_work.page(ALICE) as page:
        for nonsense in ("", "[]", "{}", "{", '{"owner": "1", "message": {"type": "x"}}', "[" * 100_000):
            await comfy.tell_text(nonsense)
        await comfy.show(ALICE, b"")
        await comfy.queue_itself("check", -1)
        await comfy.say(0, "executing", "x", node=None)
        await comfy.say(ALICE, "progress", None, value=1)
        assert (await page.until("progress"))["data"] == {"value": 1}
    assert comfy.connections == 1


async def test_an_event_arrives_within_ten_milliseconds(at_work: House, comfy: FakeWorker) -> None:
    """From ComfyUI's socket to the page's, 200 events one after another: under 10 ms at the 95th percentile."""
    loop = asyncio.get_running_loop()
    times = []
    async with at_work.page(ALICE) as page:
        for number in range(200):
            began = loop.time()
            await comfy.say(ALICE, "progress", "a", value=number, max=200)
            await page.next()
            times.append(loop.time() - began)
    assert sorted(times)[189] < 0.01
