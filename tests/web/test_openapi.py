"""The document and the server agree: generated requests against a real listener."""

import asyncio
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from comfystudio.people import LOCAL
from comfystudio.storage import Database
from comfystudio.web import ROUTES, Need
from comfystudio.web.openapi import document
from comfystudio.workspace import prepare
from tests.web.house import ADMIN, ALICE, House, opened

# Requests a route, a person and a way to fit or not. More: `API_EXAMPLES=200 pytest tests/web/test_openapi.py`.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
PEOPLE = ("people", "person", "sessions")

DOCUMENT = document(ROUTES, "0.1.0")
OPERATIONS = [(method.upper(), path) for path, operations in DOCUMENT["paths"].items() for method in operations]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_the_document_says_everything_about_each_route() -> None:
    """Every route that a network can reach is in it, with a sentence, a name of its own, and who may call it."""
    reachable = {(route.method, route.path) for route in ROUTES if route.need is not Need.LOCAL}
    assert set(OPERATIONS) == reachable
    names = [each["operationId"] for path in DOCUMENT["paths"].values() for each in path.values()]
    assert len(set(names)) == len(names)
    for path, operations in DOCUMENT["paths"].items():
        for each in operations.values():
            assert each["summary"].endswith(".")
            assert each["description"].startswith("Who may call it: ")
            inside = {parameter["name"] for parameter in each.get("parameters", []) if parameter["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    """No dangling reference, and each schema is valid JSON Schema of the dialect that OpenAPI 3.1 uses."""
    schemas = DOCUMENT["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert named <= set(schemas)
    for schema in schemas.values():
        Draft202012Validator({"components": {"schemas": schemas}} | schema)


async def test_the_server_serves_its_document(house: House) -> None:
    """What a client gets is the document that these tests check."""
    assert await (await house.visitor()).json("GET", "/api/v1/openapi.json") == DOCUMENT


def _run(
    operation: Any, mode: GenerationMode, base: str, headers: dict[str, str], *, known: dict[str, Any], kept: set[str]
) -> None:
    """Send a bounded number of generated requests, half of them about things that are there (`known`).

    None is about `kept`: those in whose name requests are sent stay who they are.
    """

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), about_known=st.booleans())
    def fuzz(case: Any, about_known: bool) -> None:
        for name, value in (case.path_parameters or {}).items():
            if about_known or str(value) in kept:
                case.path_parameters[name] = known[name]
        case.call_and_validate(base_url=base, headers=headers, checks=CHECKS, timeout=10)

    fuzz()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house() -> AsyncIterator[House]:
    """One house for all of them: what one request leaves behind, the next one meets."""
    with tempfile.TemporaryDirectory(prefix="comfystudio-", ignore_cleanup_errors=True) as folder:
        workspace = prepare(Path(folder) / "workspace")
        database = Database(workspace.database)
        await database.open()
        async with opened(workspace, database) as found:
            yield found
        await database.close()


async def _headers(house: House, number: int) -> dict[str, str]:
    """A session of that person, an admin's in admin mode: a former one may have been ended by what was asked."""
    person = house.room.people.get(number)
    if not person.active:
        await house.room.people.set_disabled(number, False, LOCAL)
    caller, raw = await house.room.sessions.open(person, address="192.0.2.7", agent="test")
    if person.role == "admin":
        await house.room.sessions.grant_admin_mode(caller)
    return house.holder(raw).headers


def _can_fail_to_fit(described: dict[str, Any]) -> bool:
    return "parameters" in described or "requestBody" in described


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("noun", sorted({route.name.partition(".")[0] for route in ROUTES}))
@pytest.mark.parametrize("who", [ADMIN, ALICE])
async def test_generated_requests_get_documented_answers(shared_house: House, who: str, noun: str) -> None:
    """No 5xx and no answer that the document does not describe, for requests that fit and others, of both roles."""
    house, schema = shared_house, schemathesis.openapi.from_dict(DOCUMENT)
    for name in (ADMIN, ALICE):
        await house.caller(name)
    kept = {str(house.person(name).id) for name in (ADMIN, ALICE)}
    number = house.person(who).id
    job = await house.job((await house.caller(who))[0], "echo one; exit 1")
    # Whoever is changed or removed is somebody else.
    guest = await house.room.people.add(f"Guest of {who} {noun}", admin=False, by=LOCAL)
    known = {"tool": "shared", "id": guest.id if noun in PEOPLE else job.id}
    for method, path in OPERATIONS:
        described = DOCUMENT["paths"][path][method.lower()]
        if noun not in described["tags"]:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or _can_fail_to_fit(described):
                headers = await _headers(house, number)
                await asyncio.to_thread(_run, schema[path][method], mode, house.base, headers, known=known, kept=kept)
