"""The queue over a stand-in of ComfyUI's."""

import sys
from typing import NamedTuple

import pytest

from tests.comfy.extension import stand_in
from tests.comfy.extension.loading import inside

owners = inside("owners")
prompts = inside("prompts")


class Status(NamedTuple):
    """As ComfyUI has it."""

    status_str: str
    completed: bool
    messages: list


@pytest.fixture
def mine(monkeypatch):
    """The wrapped queue."""
    execution, server = stand_in.queue()
    for name, module in {"execution": execution, "server": server, **stand_in.nodes()}.items():
        monkeypatch.setitem(sys.modules, name, module)
    found = prompts.Prompts(owners.Owners())
    found.install()
    return found


def item(prompt_id, owner=None, number=0):
    """One entry as ComfyUI's POST /prompt puts it."""
    return (number, prompt_id, {}, {} if owner is None else {owners.KEY: owner}, ["1"])


def run(mine, prompt_id, owner):
    """Take the next prompt as the worker thread does, up to where it executes."""
    taken, number = mine.queue.get()
    assert taken[1] == prompt_id
    mine._owners.running = owners.Running(prompt_id, owner, {})
    return number


def test_an_id_is_known_while_it_waits_runs_and_after(mine):
    """At each stage a second one is refused, and the queue has one."""
    with mine.submitting():
        mine.queue.put(item("a", 1))
        for stage in ("waiting", "running", "done"):
            with pytest.raises(prompts.DuplicateError):
                mine.queue.put(item("a", 2))
            if stage == "waiting":
                number = run(mine, "a", 1)
            elif stage == "running":
                mine.queue.task_done(number, {"outputs": {}}, None)
    assert mine.queue.queue == []


def test_code_inside_queues_for_whom_it_works(mine):
    """An item from inside is stamped with the running owner, whatever it carries, and is told."""
    told = []
    mine.on_queued = told.append
    with mine._owners.acting(1):
        mine.queue.put(item("a", 2))
        with mine.submitting():
            mine.queue.put(item("b", 2))
    assert [each[1] for each in told] == ["a"]
    assert owners.stamped(told[0][3]) == 1
    assert mine.listed()["pending"] == [{"id": "a", "owner": 1}, {"id": "b", "owner": 2}]


def test_cancelling_says_what_became_of_each(mine):
    """Waiting ones go, the running one is interrupted only when asked, others are unknown."""
    with mine.submitting():
        for prompt_id in ("a", "b", "c"):
            mine.queue.put(item(prompt_id, 1))
    run(mine, "a", 1)
    assert mine.cancel(["a", "x"], running=False) == {"removed": [], "interrupted": [], "unknown": ["a", "x"]}
    assert mine.cancel(["b", "a"], running=True) == {"removed": ["b"], "interrupted": ["a"], "unknown": []}
    assert sys.modules["nodes"].interrupts == [True]
    assert mine.listed() == {"running": [{"id": "a", "owner": 1}], "pending": [{"id": "c", "owner": 1}]}


def test_a_prompt_cancelled_before_its_first_node_stays_cancelled(mine):
    """Each prompt clears the flag as it starts; for one that was cancelled in between the flag is set again."""
    nodes = sys.modules["nodes"]
    with mine.submitting():
        mine.queue.put(item("a", 1))
        mine.queue.put(item("b", 1))
    number = run(mine, "a", 1)
    mine.cancel(["a"], running=True)
    nodes.interrupt_processing(False)
    assert nodes.interrupts == [True, True]
    mine.queue.task_done(number, {}, None)
    run(mine, "b", 1)
    nodes.interrupt_processing(False)
    assert nodes.interrupts == [True, True, False]


def test_an_owners_request_interrupts_nobody_else(mine):
    """Code that works for one owner can stop only what runs for that owner."""
    nodes = sys.modules["nodes"]
    with mine.submitting():
        mine.queue.put(item("a", 1))
    run(mine, "a", 1)
    with mine._owners.acting(2):
        nodes.interrupt_processing()
    assert getattr(nodes, "interrupts", []) == []
    with mine._owners.acting(1):
        nodes.interrupt_processing()
    with mine._owners.acting(None):
        nodes.interrupt_processing()
    assert nodes.interrupts == [True, True]


def test_an_end_is_told_with_everything_about_it(mine):
    """Outputs, status and meta, once, with the owner."""
    told = []
    mine.on_done = told.append
    with mine.submitting():
        mine.queue.put(item("a", 3))
    number = run(mine, "a", 3)
    mine.queue.task_done(number, {"outputs": {"1": {}}, "meta": {"1": {}}}, Status("success", True, []))
    status = {"status_str": "success", "completed": True, "messages": []}
    assert told == [{"prompt_id": "a", "owner": 3, "outputs": {"1": {}}, "status": status, "meta": {"1": {}}}]
    assert set(mine.done(["a", "b"])) == {"a"}
