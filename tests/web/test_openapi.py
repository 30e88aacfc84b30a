"""The document and the server agree: generated requests against a real listener."""

import asyncio
import json
import re
from typing import Any

import pytest
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

from comfystudio.web import ROUTES, Need
from comfystudio.web.openapi import document
from tests.web.house import ADMIN, House

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


def _run(operation: Any, mode: GenerationMode, base: str, headers: dict[str, str], known: dict[str, Any]) -> None:
    """Send a bounded number of generated requests, half of them about things that are there (`known`)."""

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), about_known=st.booleans())
    def fuzz(case: Any, about_known: bool) -> None:
        if about_known and case.path_parameters:
            case.path_parameters.update({name: known[name] for name in case.path_parameters})
        case.call_and_validate(base_url=base, headers=headers, checks=CHECKS, timeout=10)

    fuzz()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
@pytest.mark.parametrize("noun", sorted({route.name.partition(".")[0] for route in ROUTES}))
async def test_generated_requests_get_documented_answers(house: House, noun: str, mode: GenerationMode) -> None:
    """No 5xx and no answer that the document does not describe, whether a request of an admin fits or not."""
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    job = await house.job((await house.caller(ADMIN))[0], "echo one; exit 1")
    known = {"tool": "shared", "id": job.id}
    for method, path in OPERATIONS:
        described = DOCUMENT["paths"][path][method.lower()]
        can_fail_to_fit = "parameters" in described or "requestBody" in described
        if noun not in described["tags"] or (mode is GenerationMode.NEGATIVE and not can_fail_to_fit):
            continue
        headers = (await house.visitor(ADMIN)).headers
        await asyncio.to_thread(_run, schema[path][method], mode, house.base, headers, known)
