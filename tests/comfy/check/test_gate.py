"""Who is checked and when: every fresh process, and an adopted one unless that very process has passed."""

from dataclasses import replace
from pathlib import Path

import pytest

from comfystudio.comfy import Worker
from comfystudio.comfy.check import Finding, Gate, Report
from comfystudio.errors import Conflict, Unavailable
from tests.comfy.check.test_check import checkout_of
from tests.comfy.house import ALICE, House
from tests.comfy.running import guarded
from tests.comfy.worker.fake_worker import FakeWorker
from tests.waiting import until


async def test_a_process_that_passed_is_not_checked_again(root: Path) -> None:
    """Adopted by the next portal: not checked. Another process, another set of packs, a spoilt file: checked."""
    file = root / "comfy-check.json"
    async with guarded(checkout_of("0.3.64", root)) as comfy:
        first = Gate(file, comfy.at)
        assert await first.admit(comfy.worker, comfy.health, "p1", adopted=False) is None
        assert first.last is not None
        assert file.stat().st_mode & 0o777 == 0o600
        changed = replace(comfy.health, node_set="1" * 64)
        for process, health, again in (
            ("p1", comfy.health, False),
            ("p1", changed, True),
            ("p1", changed, False),
            ("p2", changed, True),
        ):
            gate, before = Gate(file, comfy.at), file.read_bytes()
            assert await gate.admit(comfy.worker, health, process, adopted=True) is None
            assert (file.read_bytes() != before) == again
            assert gate.last is not None
            assert gate.last.findings == first.last.findings


def test_what_was_kept_and_cannot_be_read_has_not_passed(tmp_path: Path) -> None:
    """A spoilt file, one of another shape and none: the process is checked anew."""
    gate = Gate(tmp_path / "comfy-check.json", lambda kind, folder: tmp_path / kind / folder)
    report = Report((Finding("a", True, "Good."),), "0.3.64", None, "0", at=1.0, took=0.5)
    gate._keep("p1", report)
    assert gate._kept("p1") == report
    assert gate._kept("p2") is None
    for spoilt in (b"", b"{}", b"[]", b"\xff", b'{"process": "p1", "report": {"findings": [1]}}'):
        gate._file.write_bytes(spoilt)
        assert gate._kept("p1") is None
    gate._file.unlink()
    assert gate._kept("p1") is None


async def test_what_cannot_be_checked_keeps_artists_out(root: Path, comfy: FakeWorker) -> None:
    """A process that does not do what ComfyUI does: an error in words, and nothing is kept."""
    file, worker = root / "comfy-check.json", Worker(comfy.upstream)
    with pytest.raises(Unavailable):
        await Gate(file, lambda kind, folder: root / kind / folder).admit(
            worker, await worker.health(), "p1", adopted=False
        )
    assert not file.exists()
    await worker.close()


def test_a_report_without_findings_has_not_passed() -> None:
    """Nothing found is nothing proved; one open way is enough to keep artists out."""
    empty = Report((), "0.3.64", None, "0", at=0.0, took=0.0)
    assert not empty.passed
    assert empty.sentence
    both = replace(empty, findings=(Finding("a", True, "Good."), Finding("b", False, "It leaks.")))
    assert not both.passed
    assert "It leaks." in (both.sentence or "")
    assert replace(both, findings=both.findings[:1]).sentence is None


async def test_a_check_that_is_asked_for_lets_in_and_keeps_out(studio: House, comfy: FakeWorker) -> None:
    """Open: the tool is closed to artists and their pages end. Closed again: what waits runs."""
    with pytest.raises(Conflict, match="not running"):
        await studio.workers.check()
    assert await studio.workers.arrived(comfy.upstream, "p1", adopted=False) is None
    async with studio.page(ALICE) as page:
        studio.gate.sentence = "It leaks."
        assert not (await studio.workers.check()).passed
        assert "It leaks." in (studio.workers.sentence or "")
        assert studio.closed == [studio.workers.sentence]
        assert await page.next() is None
    studio.gate.sentence = None
    assert (await studio.workers.check()).passed
    assert studio.workers.sentence is None
    assert studio.closed[-1] is None
    assert studio.workers.last_check is studio.gate.last


async def test_a_process_that_did_not_pass_at_first_is_opened_by_a_check(studio: House, comfy: FakeWorker) -> None:
    """Events and prompts begin to flow once a later check has passed; a missing hook is not checked away."""
    studio.gate.sentence = "It leaks."
    await studio.workers.arrived(comfy.upstream, "p1", adopted=False)
    await studio.post(ALICE, "a")
    studio.gate.sentence = None
    await studio.workers.check()
    await until(lambda: comfy.pending == ["a"])
    comfy.health |= {"ok": False, "missing": ["nodes.interrupt_processing"]}
    await studio.workers.arrived(comfy.upstream, "p2", adopted=False)
    with pytest.raises(Conflict, match=r"nodes\.interrupt_processing"):
        await studio.workers.check()
