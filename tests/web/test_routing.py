"""Finding the route of a request."""

import contextlib
from typing import Any

import pytest

from comfystudio.errors import Missing
from comfystudio.web.routing import Need, Router, WrongMethod, route
from comfystudio.web.shapes import Shape


class Thing(Shape):
    """An answer."""

    id: int


def _routes() -> list[Any]:
    @route("GET", "/things", need=Need.PUBLIC, about="All.")
    async def everything(call: Any) -> Thing:
        raise AssertionError

    @route("GET", "/things/{id}", need=Need.PUBLIC, about="One.")
    async def one(call: Any, id: int) -> Thing:  # noqa: A002 the brace in the path
        raise AssertionError

    @route("GET", "/things/newest", need=Need.PUBLIC, about="The newest.")
    async def newest(call: Any) -> Thing:
        raise AssertionError

    @route("DELETE", "/things/{id}", need=Need.ADMIN, about="None.", status=204)
    async def remove(call: Any, id: int) -> None:  # noqa: A002 the brace in the path
        raise AssertionError

    @route("GET", "/named/{name}", need=Need.PUBLIC, about="One by name.")
    async def named(call: Any, name: str) -> Thing:
        raise AssertionError

    return [everything, one, newest, remove, named]


ROUTER = Router(_routes())


def found(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """The handler's name and the parameters."""
    answer = ROUTER.find(method, path)
    assert answer is not None
    return answer[0].handler.__name__, answer[1]


def test_words_win_over_braces() -> None:
    """A path that stands in the table word for word is found before one with a brace."""
    assert found("GET", "/things/newest") == ("newest", {})
    assert found("GET", "/things/12") == ("one", {"id": 12})
    assert found("DELETE", "/things/12") == ("remove", {"id": 12})
    assert found("HEAD", "/things") == ("everything", {})


def test_names_in_a_path_are_decoded_once() -> None:
    """Escapes are read after the path was split, and only once."""
    assert found("GET", "/named/a%20b") == ("named", {"name": "a b"})
    assert found("GET", "/named/%E6%9D%8E") == ("named", {"name": "李"})
    assert found("GET", "/named/a%2Fb") == ("named", {"name": "a/b"})
    assert found("GET", "/named/%2561") == ("named", {"name": "%61"})


@pytest.mark.parametrize(
    "path",
    [
        "/things/0",
        "/things/-1",
        "/things/1e3",
        "/things/٣",
        "/things/99999999999999999999",
        "/things/x",
        "/things/1%0a",
    ],
)
def test_what_is_no_number_is_not_there(path: str) -> None:
    """A brace for a number takes plain digits and nothing else."""
    with pytest.raises(Missing):
        ROUTER.find("GET", path)


@pytest.mark.parametrize("path", ["/named/%00", "/named/%ff", "/named/a%0d%0ab", "/named/"])
def test_names_that_cannot_be_are_not_there(path: str) -> None:
    """Control characters, broken UTF-8 and nothing at all are no names."""
    with pytest.raises(Missing):
        ROUTER.find("GET", path)


def test_a_wrong_method_says_which_ones_there_are() -> None:
    """The path is known, the method is not."""
    with pytest.raises(WrongMethod) as raised:
        ROUTER.find("POST", "/things/1")
    assert raised.value.allowed == ("DELETE", "GET", "HEAD")


@pytest.mark.parametrize("path", ["/", "/thing", "/things/", "/things/1/x", "//things", "things"])
def test_other_paths_are_not_in_the_table(path: str) -> None:
    """What is not in the table does not exist."""
    with contextlib.suppress(Missing):
        assert ROUTER.find("GET", path) is None


def test_a_route_cannot_be_declared_twice_or_half() -> None:
    """Two handlers for one route, and a handler that does not take what its path gives, fail when they are made."""
    routes = _routes()
    with pytest.raises(ValueError, match="declared twice"):
        Router([*routes, routes[0]])
    with pytest.raises(TypeError):

        @route("GET", "/things/{id}", need=Need.PUBLIC, about="Wrong.")
        async def wrong(call: Any, number: int) -> Thing:
            raise AssertionError
