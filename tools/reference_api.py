"""The reference pages of the API, made from the table of routes and from the catalogue of events."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from comfystudio.web import ROUTES, Need, Route
from comfystudio.web.messages import ASKS, CATALOGUE
from comfystudio.web.problems import Problem

Schema = Mapping[str, Any]
NEEDS = {
    Need.PUBLIC: "anybody",
    Need.SIGNED_IN: "whoever is signed in",
    Need.ADMIN: "admins",
    Need.LOCAL: "the command line, over the control socket (404 for everybody else)",
}
TITLES = {
    "studio": "The studio",
    "contract": "This document for programs",
    "links": "Links that work once",
    "session": "Signing in",
    "profiles": "Signing in without a password",
    "oidc": "Signing in over a provider",
    "sessions": "Where somebody is signed in",
    "people": "People",
    "person": "One person",
    "tokens": "Tokens",
    "tools": "Tools",
    "tool_admin": "Tools, for admins",
    "terminals": "Terminals",
    "jobs": "Jobs",
    "runs": "Runs of tools",
    "library": "All logs",
    "comfy": "ComfyUI",
    "prompts": "Prompts",
    "outputs": "Outputs",
    "trash": "Trash",
    "audit": "Audit trail",
    "settings": "Settings",
    "doctor": "The state of the system",
    "storage": "Backups",
    "events": "Events",
    "original": "The original's addresses",
}


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _kind(schema: Schema) -> str:
    """The type of a field in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return {"integer": "whole number", "string": "text", "boolean": "true or false", "object": "object"}.get(
        schema.get("type", "object"), str(schema.get("type"))
    )


def _fields(schema: Schema) -> list[str]:
    lines = []
    for name, each in schema.get("properties", {}).items():
        notes = [each["description"]] if "description" in each else []
        if name not in schema.get("required", []) and each.get("default") is not None:
            notes.append(f"default `{str(each['default']).lower()}`")
        elif name not in schema.get("required", []):
            notes.append("may be left out")
        lines.append(f"| `{name}` | {_kind(each)} | {_cell('; '.join(notes))} |")
    return ["| field | | |", "|---|---|---|", *lines] if lines else []


def _shapes(models: Iterable[type[BaseModel]], mode: Any) -> list[str]:
    _, found = models_json_schema([(model, mode) for model in models])
    lines = []
    for name, schema in sorted(found.get("$defs", {}).items()):
        lines += [f"\n### {name}\n", _cell(schema.get("description", "")), "", *_fields(schema)]
    return lines


def _route(route: Route) -> list[str]:
    lines = [f"\n### `{route.method} {route.path}`\n", route.about, f"For {NEEDS[route.need]}."]
    if route.body is not None:
        lines.append(f"Takes [{route.body.__name__}](#{route.body.__name__.lower()}).")
    answer = f"[{route.answer.__name__}](#{route.answer.__name__.lower()})" if route.answer else route.media.value
    good = "nothing" if route.answer is None and route.status in {202, 204} else answer
    lines.append(f"Answers {route.status} with {good}; otherwise {', '.join(map(str, route.statuses[1:])) or '500'}.")
    if route.query is not None:
        lines += ["", *_fields(route.query.model_json_schema())]
    return lines


def api_page() -> str:
    """docs/reference/api.md."""
    lines = [
        "# HTTP API\n",
        "Everything under `/api/v1` speaks JSON. `GET /api/v1/openapi.json` describes it to programs (OpenAPI 3.1).",
        "A browser comes with its session cookie, a program with a personal token: `Authorization: Bearer cst_…`.",
        "Bodies are `application/json` of at most 1 MB; unknown fields are refused. Times are seconds since the",
        "epoch. Every answer may also be a 500 with a reference that stands in the portal's log.\n",
        "A failure is a problem document (`application/problem+json`): `key` names what happened, `sentence` says it",
        "to a person, `fields` fills the sentence, or names what is wrong with each field of the request.",
    ]
    rooms: dict[str, list[Route]] = {}
    for route in ROUTES:
        rooms.setdefault(route.name.partition(".")[0], []).append(route)
    for room, routes in rooms.items():
        lines.append(f"\n## {TITLES[room]}")
        for route in routes:
            lines += _route(route)
    bodies = {route.body for route in ROUTES if route.body is not None}
    answers = {route.answer for route in ROUTES if route.answer is not None}
    lines += ["\n## What goes in", *_shapes(sorted(bodies, key=lambda model: model.__name__), "validation")]
    lines += [
        "\n## What comes out",
        *_shapes(sorted(answers | {Problem}, key=lambda model: model.__name__), "serialization"),
    ]
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """docs/reference/events.md."""
    lines = [
        "# Events\n",
        "`/api/v1/events` is a WebSocket, one a page. Each message is",
        "`{seq, topic, type, at, data}`: `seq` grows, `at` is in seconds since the epoch, `data` depends on `type`.",
        "A page gets what its person may see, tools as that person sees them. Events that come in a burst are",
        "gathered for up to 50 ms; of several about one thing the newest is sent.\n",
        "After a break, send `resume` with the highest `seq` that was seen. The studio keeps the last 10,000 events.",
        "A log is followed on from the `next` of its last `log.lines`.\n",
        "The studio pings every 20 s. It closes with code 4001 when the session is over, 4008 when too much waits to",
        "be read, 1009 for a request over 16 KB.\n",
        "## From the studio\n",
        "| type | topic | what it says | data |",
        "|---|---|---|---|",
    ]
    for kind in CATALOGUE.values():
        names = ", ".join(f"`{name}`" for name in kind.data.model_fields) or "(empty)"
        lines.append(f"| `{kind.name}` | {kind.topic} | {_cell(kind.about)} | {names} |")
    lines += ["\n## To the studio\n", "| op | fields | what it asks |", "|---|---|---|"]
    for ask in ASKS:
        names = ", ".join(f"`{name}`" for name in ask.model_fields if name != "op")
        op = ask.model_fields["op"].annotation.__args__[0]  # type: ignore[union-attr] # a Literal
        lines.append(f"| `{op}` | {names} | {_cell(ask.__doc__ or '')} |")
    lines += ["\n## Data", *_shapes([kind.data for kind in CATALOGUE.values()], "serialization")]
    return "\n".join(lines) + "\n"
