"""The table of what the extension relies on."""

import sys
from types import ModuleType

import pytest

from tests.comfy.extension.loading import inside

hooks = inside("hooks")


@pytest.fixture
def stand_in(monkeypatch):
    """A module with one function and one class, in place of one of ComfyUI's."""
    found = ModuleType("stand_in")
    exec(
        "def plain(name, more=None): ...\n"
        "async def later(name): ...\n"
        "def asks(name, needed): ...\n"
        "class Thing:\n    def method(self, item, *args, **kwargs): ...\n",
        found.__dict__,
    )
    monkeypatch.setitem(sys.modules, "stand_in", found)
    return found


@pytest.mark.parametrize(
    ("hook", "trouble"),
    [
        (hooks.Hook("stand_in:plain", ("name",)), None),
        (hooks.Hook("stand_in:Thing.method", ("self", "item")), None),
        (hooks.Hook("stand_in:later", ("name",), coroutine=True), None),
        (hooks.Hook("stand_in:gone", ()), "stand_in.gone (is not there)"),
        (hooks.Hook("not_there:x", ()), "not_there.x (is not there)"),
        (hooks.Hook("stand_in:plain", ("title",)), "stand_in.plain (takes (name, more), not (title))"),
        (hooks.Hook("stand_in:asks", ("name",)), "stand_in.asks (also asks for needed)"),
        (hooks.Hook("stand_in:plain", ("name",), coroutine=True), "stand_in.plain (is not a coroutine function)"),
        (hooks.Hook("stand_in:later", ("name",)), "stand_in.later (is a coroutine function)"),
    ],
)
def test_every_difference_is_named(stand_in, hook, trouble):
    """A hook that is renamed, asks for more or changed its kind is missing, with its name and what is wrong."""
    assert hooks.missing_hooks("load", [hook]) == ([] if trouble is None else [trouble])


def test_a_replaced_function_keeps_its_name_and_the_original(stand_in):
    """What looks at a function afterwards sees the same name; the original stays within reach."""
    kept = hooks.Kept()
    original = stand_in.plain
    hooks.replace(kept, "stand_in:plain", lambda _original: lambda *_args: "ours")
    assert stand_in.plain("x") == "ours"
    assert stand_in.plain.__name__ == "plain"
    assert kept["stand_in:plain"] is original
    hooks.replace(kept, "stand_in:Thing.method", lambda _original: lambda *_args: "mine")
    assert stand_in.Thing().method(1) == "mine"


def test_without_comfyui_everything_is_missing():
    """Where nothing of ComfyUI can be imported the check names the whole table."""
    found = hooks.missing_hooks("prestart") + hooks.missing_hooks("load")
    assert len(found) == len(hooks.HOOKS)
    assert len(hooks.missing_attributes()) == len(hooks.ATTRIBUTES)
