"""OpenAPI 3.1 from the table of routes; pydantic makes the schemas."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from comfystudio.web.binding import FORM
from comfystudio.web.problems import PROBLEM, Failure, Problem
from comfystudio.web.routing import Media, Need, Route

__all__ = ["document"]

Part = dict[str, Any]
_REF = "#/components/schemas/{model}"
_ABOUT = (
    "Everything the portal's pages do. Sign in with a session cookie, or send a personal token as "
    "`Authorization: Bearer cst_…`. Failures answer with a problem document: `key` names what happened, `sentence` "
    "says it to a person, `fields` fills the sentence or names what is wrong with each field."
)
_SECURITY: list[dict[str, list[str]]] = [{"session": []}, {"token": []}]


def _schemas(routes: Iterable[Route]) -> tuple[dict[type[BaseModel], Part], Part]:
    """The reference to each body and answer, and the schemas they refer to."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {(each, "serialization"): None for each in (Problem, Failure)}
    for route in routes:
        if route.body is not None:
            wanted[route.body, "validation"] = None
        if route.answer is not None:
            wanted[route.answer, "serialization"] = None
    found, definitions = models_json_schema(list(wanted), ref_template=_REF)
    return {model: found[model, mode] for model, mode in wanted}, definitions.get("$defs", {})


def _query(model: type[BaseModel]) -> list[Part]:
    schema = model.model_json_schema(ref_template=_REF)
    parameters = []
    for name, each in schema.get("properties", {}).items():
        shape = {key: value for key, value in each.items() if key != "title"}
        # Left out is the only way to say null in an address.
        options = [one for one in shape.pop("anyOf", []) if one != {"type": "null"}]
        if options:
            shape |= options[0]
        if shape.get("default", "") is None:
            del shape["default"]
        required = name in schema.get("required", [])
        parameters.append({"name": name, "in": "query", "required": required, "schema": shape})
    return parameters


def _path(route: Route) -> list[Part]:
    shapes = {int: {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}, str: {"type": "string", "minLength": 1}}
    return [
        {"name": name, "in": "path", "required": True, "schema": shapes[wanted]}
        for name, wanted in route.parameters.items()
    ]


def _answers(route: Route, refs: dict[type[BaseModel], Part]) -> Part:
    good: Part = {"description": HTTPStatus(route.status).phrase}
    if route.answer is not None:
        good["content"] = {Media.JSON: {"schema": refs[route.answer]}}
    elif route.media in {Media.TEXT, Media.FILE}:
        good["content"] = {route.media: {"schema": {"type": "string"}}}
    elif route.status == 200:
        good["content"] = {Media.JSON: {"schema": {"type": "object"}}}
    answers: Part = {str(route.status): good}
    for status in (*route.statuses[1:], 500):
        content: Part = {Media.JSON: {"schema": refs[Failure]}} if route.original else {}
        if not route.original or status == 404:  # an address that is none belongs to no route
            content[PROBLEM] = {"schema": refs[Problem]}
        answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
        if status == 429:
            answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _operation(route: Route, refs: dict[type[BaseModel], Part]) -> Part:
    operation: Part = {
        "operationId": route.name,
        "tags": [route.name.partition(".")[0]],
        "summary": route.about,
        "description": f"Who may call it: {route.need}.",
        "security": [] if route.need is Need.PUBLIC else _SECURITY,
        "responses": _answers(route, refs),
    }
    parameters = [*_path(route), *(_query(route.query) if route.query else [])]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        required = any(field.is_required() for field in route.body.model_fields.values())
        kinds = (Media.JSON, FORM) if route.original else (Media.JSON,)
        content = {kind: {"schema": refs[route.body]} for kind in kinds}
        operation["requestBody"] = {"required": required, "content": content}
    return operation


def document(routes: Iterable[Route], version: str) -> Part:
    """The document for `routes` but those of the control socket, which nobody reaches over the network."""
    shown = [route for route in routes if route.need is not Need.LOCAL]
    refs, definitions = _schemas(shown)
    paths: Part = {}
    for route in shown:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "ComfyStudio", "version": version, "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-comfystudio-portal-8080"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }
