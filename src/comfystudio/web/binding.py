"""Reading a request into the models that its route declares. Nothing is read before the caller may call."""

from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import BaseModel

from comfystudio.errors import Invalid, StudioError, TooLarge
from comfystudio.web.routing import Route

__all__ = ["FORM", "LARGEST_BODY", "WrongType", "arguments"]

LARGEST_BODY = 1024 * 1024
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100


class WrongType(StudioError):
    """The body is not said to be JSON."""

    status = 415


async def _read(request: web.BaseRequest) -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge("web.body_too_large")
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge("web.body_too_large")
    return bytes(body)


async def _body(request: web.BaseRequest, model: type[BaseModel], *, forms: bool) -> BaseModel:
    content = await _read(request)
    if not content and not any(field.is_required() for field in model.model_fields.values()):
        return model()
    if forms and request.content_type == FORM:
        return model.model_validate_strings(_fields(content))
    if request.content_type != "application/json":
        raise WrongType("web.not_json")
    return model.model_validate_json(content)


def _fields(content: bytes) -> dict[str, str]:
    try:
        text = content.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Invalid("web.bad_form") from None
    if len(dict(pairs)) < len(pairs):
        raise Invalid("web.given_twice", names=", ".join(sorted({name[:100] for name, _ in pairs})))
    return dict(pairs)


def _query(request: web.BaseRequest, model: type[BaseModel]) -> BaseModel:
    given = request.query
    twice = sorted({name for name in given if len(given.getall(name)) > 1})
    if twice:
        raise Invalid("web.given_twice", names=", ".join(name[:100] for name in twice))
    return model.model_validate(dict(given))


async def arguments(request: web.BaseRequest, route: Route) -> dict[str, BaseModel]:
    """The `body` and the `query` that `route` wants, checked; pydantic's error where they do not fit."""
    found = {}
    if route.query is not None:
        found["query"] = _query(request, route.query)
    if route.body is not None:
        found["body"] = await _body(request, route.body, forms=route.original)
    return found
