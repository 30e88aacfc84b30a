"""Events are numbered, kept and handed on to whoever may see them."""

from comfystudio.events import Audience, Bus, admins, everyone, person


def test_events_are_numbered_and_handed_to_every_listener() -> None:
    """Listeners see each event once, in order, until they stop."""
    bus = Bus()
    seen: list[int] = []
    stop = bus.subscribe(lambda event: seen.append(event.seq))
    bus.publish("tools", "tool.changed", {"id": "a"}, to=everyone())
    bus.publish("tools", "tool.changed", {"id": "b"}, to=everyone())
    stop()
    bus.publish("tools", "tool.changed", {"id": "c"}, to=everyone())
    assert seen == [1, 2]
    assert bus.seq == 3


def test_a_page_that_slept_gets_what_it_missed_or_is_told_to_start_over() -> None:
    """since() gives exactly the events after a number, None once one of them is gone."""
    bus = Bus(ring=3)
    for number in range(5):
        bus.publish("t", "x", {"n": number}, to=everyone())
    assert [event.data["n"] for event in bus.since(2) or []] == [2, 3, 4]
    assert bus.since(5) == []
    assert bus.since(1) is None
    assert bus.since(99) is None


def test_audiences() -> None:
    """Everyone, admins and one person are told apart; admins join a person's only where asked."""

    def sees(audience: Audience) -> tuple[bool, bool, bool]:
        return (
            audience.includes(1, is_admin=False),
            audience.includes(2, is_admin=False),
            audience.includes(3, is_admin=True),
        )

    assert sees(everyone()) == (True, True, True)
    assert sees(admins()) == (False, False, True)
    assert sees(person(1)) == (True, False, False)
    assert sees(person(1, and_admins=True)) == (True, False, True)


def test_what_a_publisher_changes_later_is_not_seen() -> None:
    """An event keeps the data it was published with."""
    bus = Bus()
    data = {"id": "a"}
    event = bus.publish("t", "x", data, to=everyone())
    data["id"] = "b"
    assert event.data["id"] == "a"
