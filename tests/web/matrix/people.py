"""Signing in, oneself, people, tokens."""

from tests.web.house import ALICE, PASSWORD
from tests.web.matrix.row import ADMINS, ALICES, NOBODY, OWNERS, SIGNED_IN, Row, everywhere

CODE = {"code": "x" * 43}
# What only a browser can do: it takes a session.
NO_TOKEN = {"use token": 403, "admin's use token": 403, "admin token": 403, "command line": 403}
NO_FILES = {"command line": 422}
NOT_THE_LINES = {"command line": 404}
NEW_PASSWORD = {"current": PASSWORD, "password": "quite another phrase"}
MODE = {"password": PASSWORD}

ROWS = {
    "POST /api/v1/links/check": [everywhere(410, CODE)],
    "POST /api/v1/links/use": [everywhere(410, CODE | {"password": PASSWORD})],
    "POST /api/v1/session": [everywhere(401, {"name": "No {caller}", "password": PASSWORD})],
    # Passwords are asked for in this house.
    "POST /api/v1/session/open": [everywhere(404, {"name": ALICE})],
    # No provider is set in this house.
    "POST /api/v1/session/oidc": [everywhere(404, {})],
    "POST /api/v1/session/oidc/return": [everywhere(404, CODE | {"state": "x"})],
    "GET /api/v1/session": [Row(SIGNED_IN)],
    "DELETE /api/v1/session": [Row(SIGNED_IN, good=204)],
    "POST /api/v1/session/admin-mode": [
        Row((401, 403, 403, 200, 200, 401), body=MODE, but=NO_TOKEN),
        # A wrong password, or none, lets nobody act as an admin who does not already.
        Row((401, 403, 403, 401, 401, 401), body={"password": "not this one"}, but=NO_TOKEN),
        Row((401, 403, 403, 401, 401, 401), body={"password": None}, but=NO_TOKEN),
    ],
    "DELETE /api/v1/session/admin-mode": [Row(SIGNED_IN)],
    "POST /api/v1/me/password": [
        Row(SIGNED_IN, good=204, body=NEW_PASSWORD, alone=True, but={"command line": 401}),
        Row(
            (401,) * 6,
            body=NEW_PASSWORD | {"current": "not this one"},
            but={"read token": 403, "admin's read token": 403},
        ),
    ],
    "GET /api/v1/me/sessions": [Row(SIGNED_IN)],
    "DELETE /api/v1/me/sessions": [Row(SIGNED_IN, good=204, but=NOT_THE_LINES)],
    "DELETE /api/v1/me/sessions/{id}": [Row(ALICES, good=204)],
    "GET /api/v1/tokens": [Row(SIGNED_IN)],
    "POST /api/v1/tokens": [
        Row(SIGNED_IN, good=201, body={"label": "render farm"}, but=NO_TOKEN),
        Row(ADMINS, good=201, body={"label": "backups", "scope": "admin"}, but=NO_TOKEN),
    ],
    "DELETE /api/v1/tokens/{id}": [Row(OWNERS, good=204)],
    "POST /api/v1/people/{id}/tokens": [Row(NOBODY, good=201, body={"label": "x"})],
    "GET /api/v1/people": [Row(ADMINS)],
    "POST /api/v1/people": [
        Row(ADMINS, good=201, body={"name": "Eve {caller}"}),
        # A password for somebody else is chosen on the machine only.
        Row(
            (401, 403, 403, 422, 403, 401),
            body={"name": "Eve {caller} II", "password": PASSWORD},
            but={"command line": 201},
        ),
    ],
    "POST /api/v1/people/{id}/reset": [Row(ADMINS)],
    "GET /api/v1/people/{id}": [Row(ADMINS)],
    "PATCH /api/v1/people/{id}": [
        Row(ADMINS, body={"admin": True}, alone=True),
        Row(ADMINS, body={"disabled": True}, alone=True),
        Row(ADMINS, body={"name": "Alix"}, alone=True),
    ],
    "DELETE /api/v1/people/{id}": [Row(ADMINS, good=204, alone=True)],
    "DELETE /api/v1/people/{id}/sessions": [Row(ADMINS, good=204)],
    "DELETE /api/v1/people/{id}/identity": [Row(ADMINS, good=204)],
    "PUT /api/v1/people/{id}/tools/{tool}": [
        Row(ADMINS, body={"may": None}),
        Row((401, 403, 403, 404, 403, 401), body={"may": True}, path={"tool": "nothing"}),
    ],
}
