"""Rules of crashes and of progress."""

from comfystudio.tools.manifest import Progress
from comfystudio.tools.states import Backoff, Steps, unit_of


def test_fifth_exit_within_a_minute_is_the_last() -> None:
    """Tries come after 1, 2, 4 and 8 s; the fifth exit within 60 s gives up."""
    backoff, at, waits = Backoff(), 100.0, []
    for _ in range(5):
        waits.append(backoff.crashed(at, lasted=0.1))
        at += (waits[-1] or 0) + 0.1
    assert waits == [1, 2, 4, 8, None]


def test_rare_crashes_never_give_up() -> None:
    """A tool that crashes every half hour is tried again each time, after one second."""
    backoff = Backoff()
    assert {backoff.crashed(1800.0 * number, lasted=1790.0) for number in range(20)} == {1.0}


def test_slow_crashes_wait_longer_each_time_up_to_a_minute() -> None:
    """Runs of 20 s never make five in a minute; the pause grows to 60 s and stays there."""
    backoff, at, waits = Backoff(), 0.0, []
    for _ in range(8):
        at += 20
        waits.append(backoff.crashed(at, lasted=20))
        at += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_steps_go_forward_only() -> None:
    """A line that belongs to an earlier step changes nothing."""
    steps = Steps(
        (Progress(match="^one", phase="One", at=0.2), Progress(match="^two", phase="Two", at=0.6)),
    )
    assert steps.line("two")
    assert not steps.line("one")
    assert (steps.phase, steps.at) == ("Two", 0.6)


def test_units_are_named_as_people_say_them() -> None:
    """A shared tool's unit is its id; a person's ends with their number."""
    assert unit_of(("comfy-ui", "")) == "comfy-ui"
    assert unit_of(("jupyter-lab", "p12")) == "jupyter-lab.12"
