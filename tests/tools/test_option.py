"""Options: what a manifest may list, what an admin may set, and what reaches the command."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from comfystudio.errors import Invalid
from comfystudio.storage import Database
from comfystudio.tools import Manifest, Options
from comfystudio.tools.option import Option

RESERVE = {
    "name": "reserve",
    "about": "x",
    "kind": "number",
    "argv": ("--rest", "{value}"),
    "low": 0.0,
    "high": 9.5,
}
WORKERS = {"name": "workers", "about": "x", "kind": "number", "argv": ("-w{value}",), "low": 1, "high": 8}
QUIET = {"name": "quiet", "about": "x", "kind": "switch", "env": {"QUIET": "1"}}
LEVEL = {"name": "level", "about": "x", "kind": "choice", "argv": ("{value}",), "choices": ("a", "--b")}
TITLE = {"name": "title", "about": "x", "kind": "text", "argv": ("--title", "{value}"), "env": {"T": "<{value}>"}}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"argv": ()}, "needs argv or env"),
        ({"argv": ("--w",)}, "needs it"),
        ({"kind": "switch", "low": None, "high": None}, "no {value}"),
        ({"argv": ("{nothing}",)}, "unknown placeholder"),
        ({"argv": ("{value}\0",)}, "NUL"),
        ({"choices": ("1",)}, "belong to kind choice"),
        ({"kind": "text"}, "belong to kind number"),
        ({"default": 9}, "default that is none"),
        ({"default": True}, "default that is none"),
        ({"name": "Workers"}, "pattern"),
        ({"about": ""}, "at least 1"),
        ({"more": 1}, "not permitted"),
    ],
)
def test_a_wrong_option_breaks_the_manifest(changed: dict[str, Any], why: str) -> None:
    """An option that contradicts itself is refused when the manifest is read, with the reason."""
    with pytest.raises(ValidationError, match=why):
        Option(**(WORKERS | changed))


@pytest.mark.parametrize(
    ("option", "value", "argv", "env"),
    [
        (RESERVE, 1.5, ("--rest", "1.5"), {}),
        (RESERVE, 2, ("--rest", "2"), {}),
        (WORKERS, 8, ("-w8",), {}),
        (QUIET, True, (), {"QUIET": "1"}),
        (QUIET, False, (), {}),
        (LEVEL, "--b", ("--b",), {}),
        (TITLE, "a {workspace} $(b)", ("--title", "a {workspace} $(b)"), {"T": "<a {workspace} $(b)>"}),
        (TITLE, None, (), {}),
    ],
)
def test_what_reaches_the_command(option: Any, value: Any, argv: tuple[str, ...], env: dict[str, str]) -> None:
    """The value stands in the place of {value}, once and byte for byte; without a value nothing is added."""
    found = Option(**option)
    assert value is None or found.problem(value) is None
    assert found.added(value, {}) == (argv, env)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (QUIET, 1),
        (QUIET, "true"),
        (WORKERS, 0),
        (WORKERS, 9),
        (WORKERS, 2.0),
        (WORKERS, True),
        (WORKERS, "2"),
        (RESERVE, math.nan),
        (RESERVE, math.inf),
        (RESERVE, -0.1),
        (LEVEL, "c"),
        (LEVEL, ""),
        (LEVEL, ["a"]),
        (TITLE, ""),
        (TITLE, "--listen=0.0.0.0"),
        (TITLE, "-x"),
        (TITLE, "a\nb"),
        (TITLE, "a\0b"),
        (TITLE, "x" * 201),
        (TITLE, 7),
    ],
)
def test_what_does_not_fit_is_refused(option: Any, value: Any) -> None:
    """Other types, numbers beyond the limits, texts that would be options: each with a sentence."""
    assert Option(**option).problem(value)


JSON = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=250) | st.lists(st.text(), max_size=2)
)


@given(JSON)
def test_nothing_gets_past_the_limits(value: Any) -> None:
    """Whatever is accepted is of the option's kind and within its limits, and becomes one argument."""
    for option in (Option(**each) for each in (RESERVE, WORKERS, QUIET, LEVEL, TITLE)):
        if value is None or option.problem(value) is not None:
            continue
        argv, env = option.added(value, {})
        assert len(argv) <= len(option.argv)
        match option.kind:
            case "number":
                assert option.low <= float(argv[-1].removeprefix("-w")) <= option.high
            case "text":
                assert argv[1] == value
                assert not argv[1].startswith("-")
            case "choice":
                assert argv == (value,)
            case "switch":
                assert env in ({}, {"QUIET": "1"})


MANIFEST = {"id": "fake", "name": "Fake", "icon": "box", "summary": "", "port": 9000}


def manifest(*options: Any) -> Manifest:
    """A manifest with these options."""
    return Manifest.model_validate(
        MANIFEST | {"run": {"argv": ("x",), "listen": "port", "option": options}}, strict=False
    )


def test_two_options_of_one_name_break_the_manifest() -> None:
    """A name is one option's."""
    with pytest.raises(ValidationError, match="two options of one name"):
        manifest(QUIET, QUIET)


async def test_what_is_set_stays_set(database: Database) -> None:
    """All or none are set, they are there for the next portal, and what a manifest no longer allows has no effect."""
    now = manifest(WORKERS, QUIET, LEVEL)
    options = Options(database)
    await options.load()
    await options.change(now, {"workers": 3, "quiet": True, "level": "a"})
    with pytest.raises(Invalid) as caught:
        await options.change(now, {"quiet": False, "workers": 99, "unheard": 1})
    assert set(caught.value.fields["problems"]) == {"workers", "unheard"}
    assert options.of(now) == {"workers": 3, "quiet": True, "level": "a"}
    again = Options(database)
    await again.load()
    assert again.of(now) == options.of(now)
    assert again.mark(now) == options.mark(now)
    await again.change(now, {"quiet": None, "level": None})
    third = Options(database)
    await third.load()
    assert third.of(now) == {"workers": 3}
    assert third.of(manifest(WORKERS | {"high": 2}, QUIET)) == {}
    assert third.of(manifest(QUIET)) == {}
