"""What every request meets: strict bodies, problem documents, closed headers, errors that tell no secrets."""

import io
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from comfystudio.web.problems import Problem
from tests.web.house import ADMIN, ALICE, PASSWORD, House

SESSION = "/api/v1/session"


async def problem(answer: Any) -> Problem:
    """The problem document in an answer, checked."""
    assert answer.content_type == "application/problem+json"
    found = Problem.model_validate_json(await answer.read())
    assert found.status == answer.status
    assert found.sentence
    return found


async def test_unknown_and_wrong_fields_are_named_and_never_repeated(house: House) -> None:
    """422 says for each field what is wrong; what was sent, such as a password, is not in the answer."""
    nobody = await house.visitor()
    async with nobody.ask("POST", SESSION, {"name": 5, "pasword": "hunter2-canary"}) as answer:
        assert answer.status == 422
        text = await answer.text()
    found = Problem.model_validate_json(text)
    assert found.fields == {"name": "has the wrong form", "password": "is missing", "pasword": "is not known here"}
    assert "canary" not in text


@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b'{"name": "\\ud800", "password": "x"}', b"\xff"])
async def test_what_is_no_json_object_is_refused(house: House, raw: bytes) -> None:
    """Broken JSON, other JSON and broken text are a 422, not a failure of ours."""
    nobody = await house.visitor()
    async with nobody.ask("POST", SESSION, data=raw, headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 422
        await problem(answer)


async def test_a_body_must_say_that_it_is_json(house: House) -> None:
    """A form, which any site could send, is not read: 415."""
    nobody = await house.visitor()
    async with nobody.ask("POST", SESSION, data={"name": ALICE, "password": PASSWORD}) as answer:
        assert answer.status == 415
        assert (await problem(answer)).key == "web.not_json"


async def test_a_large_body_is_refused_before_and_while_it_is_read(house: House) -> None:
    """More than 1 MB is a 413, announced or not, and the connection ends."""
    nobody = await house.visitor()
    large = json.dumps({"name": "x" * 1_100_000, "password": "x"}).encode()

    async def pieces() -> Any:
        for at in range(0, len(large), 65536):
            yield large[at : at + 65536]

    for data in (io.BytesIO(large), pieces()):
        async with nobody.ask("POST", SESSION, data=data, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 413
            await problem(answer)


async def test_a_query_is_checked_like_a_body(house: House) -> None:
    """Unknown, repeated and wrong fields in the address are refused."""
    admin = await house.visitor(ADMIN)
    for query in ("limit=0", "limit=x", "limt=1", "limit=1&limit=2", "before=-1"):
        async with admin.ask("GET", f"/api/v1/audit?{query}") as answer:
            assert answer.status == 422, query
            await problem(answer)


async def test_unknown_addresses_and_methods_are_problem_documents(house: House) -> None:
    """404 below /api, 405 with what is allowed."""
    nobody = await house.visitor()
    async with nobody.ask("GET", "/api/v1/nothing") as answer:
        assert answer.status == 404
        await problem(answer)
    async with nobody.ask("PUT", SESSION) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, GET, HEAD, POST")
        await problem(answer)
    async with nobody.ask("POST", "/anywhere") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert await nobody.status("OPTIONS", "/api/v1/people") == 405


async def test_every_answer_is_closed(house: House) -> None:
    """Answers of the API are kept by nobody, run nothing and are framed nowhere, problems included."""
    nobody = await house.visitor()
    for path in ("/healthz", "/api/v1/people", "/api/v1/nothing"):
        async with nobody.ask("GET", path) as answer:
            headers = answer.headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "Permissions-Policy" in headers


async def test_health_says_nothing_else(house: House) -> None:
    """`/healthz` needs no session and tells nothing but health; HEAD works too."""
    nobody = await house.visitor()
    assert await nobody.json("GET", "/healthz") == {"status": "ok"}
    assert await nobody.status("HEAD", "/healthz") == 200


async def test_a_missing_session_is_named_with_its_scheme(house: House) -> None:
    """401 says how a program can come in."""
    nobody = await house.visitor()
    async with nobody.ask("GET", "/api/v1/people") as answer:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert (await problem(answer)).key == "web.not_signed_in"


async def test_an_unexpected_error_has_a_reference_and_no_secret(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 shows a reference; the log line under it names places in the code, and masks what the error says."""

    async def broken() -> None:
        raise RuntimeError("could not use hf_canarycanarycanary")

    monkeypatch.setattr(house.comfyui, "check", broken)
    admin = await house.visitor(ADMIN)
    with capture_logs() as logs:
        async with admin.ask("POST", "/api/v1/comfyui/check?password=canary") as answer:
            assert answer.status == 500
            found = await problem(answer)
    entry = next(line for line in logs if line["event"] == "unexpected error")
    assert entry["reference"] == found.fields["reference"]
    assert found.fields["reference"] in found.sentence
    assert "canary" not in json.dumps(entry) + found.model_dump_json()
    assert any("broken" in place for place in entry["where"])
