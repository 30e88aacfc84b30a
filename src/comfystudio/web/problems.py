"""Errors as problem documents: `{type, title, status, key, sentence, fields}`, never what a person sent."""

import json
import secrets
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from comfystudio import words
from comfystudio.errors import StudioError, TooMany
from comfystudio.keeper.masking import masked

__all__ = [
    "PROBLEM",
    "Failure",
    "Problem",
    "answer_of",
    "as_original",
    "from_error",
    "from_validation",
    "problem",
    "unexpected",
]

PROBLEM = "application/problem+json"
_LOG = structlog.get_logger("comfystudio.web")
_KNOWN = {
    "missing": "web.field_missing",
    "extra_forbidden": "web.field_unknown",
    "json_invalid": "web.bad_json",
    "string_too_short": "web.field_empty",
}


class Failure(BaseModel):
    """What failures answer at the original's addresses."""

    success: Literal[False]
    message: str


class Problem(BaseModel):
    """What every failure answers. `fields` fill the sentence, or say for each field of a form what is wrong."""

    type: str
    title: str
    status: int
    key: str
    sentence: str
    fields: dict[str, Any]


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return str(value)


def problem(
    status: int, key: str, sentence: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> web.Response:
    """The answer for a failure with `status`."""
    document = Problem(
        type=f"urn:comfystudio:problem:{key}",
        title=HTTPStatus(status).phrase,
        status=status,
        key=key,
        sentence=sentence,
        fields=_plain(fields),
    )
    text = json.dumps(document.model_dump(), ensure_ascii=False)
    return web.Response(status=status, text=text, content_type=PROBLEM, headers=headers)


def from_error(error: StudioError) -> web.Response:
    """The answer for an error that a room raised."""
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, int(error.fields.get("retry_after", 1))))
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="ComfyStudio"'
    return problem(error.status, error.key, error.sentence, error.fields, headers)


def _sentence(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "string_too_long":
        return words.say("web.field_too_long", most=context.get("max_length"))
    return words.say(_KNOWN.get(kind, "web.field_wrong"))


def from_validation(error: ValidationError) -> web.Response:
    """The answer for input that does not fit its model: each wrong field with its sentence, no values."""
    fields = {}
    for each in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part)[:100] for part in each["loc"]) or "body"
        fields[name] = _sentence(each["type"], each.get("ctx", {}))
    return problem(422, "web.invalid", words.say("web.invalid", names=", ".join(sorted(fields))), fields)


def unexpected(error: Exception, **told: Any) -> web.Response:
    """The answer for an error nobody foresaw: a reference, and the story under it in the log."""
    reference = secrets.token_hex(4)
    # Only places in the code are logged: values in frames, and most messages, can hold what a person sent.
    frames = traceback.extract_tb(error.__traceback__)
    _LOG.error(
        "unexpected error",
        reference=reference,
        error=type(error).__name__,
        message=masked(str(error))[:500] if not isinstance(error, ValidationError) else "",
        where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
        **told,
    )
    return problem(
        500, "studio.unexpected", words.say("studio.unexpected", reference=reference), {"reference": reference}
    )


def as_original(answer: web.Response) -> web.Response:
    """The same failure as clients of the original expect it, with its status."""
    document = Problem.model_validate_json(answer.text or "{}")
    told = Failure(success=False, message=document.sentence)
    headers = {name: value for name, value in answer.headers.items() if name in {"Retry-After", "WWW-Authenticate"}}
    return web.Response(
        status=answer.status, text=told.model_dump_json(), content_type="application/json", headers=headers
    )


def answer_of(error: Exception, **told: Any) -> web.Response:
    """The answer for whatever a handler raised; `told` goes to the log with an unexpected error."""
    if isinstance(error, StudioError):
        return from_error(error)
    if isinstance(error, ValidationError):
        return from_validation(error)
    return unexpected(error, **told)
