"""The studio itself: its health, its document, its life, settings, trail, backups, events."""

from tests.web.matrix.row import ADMINS, EVERYBODY, NOBODY, SIGNED_IN, Row

ROWS = {
    "GET /healthz": [Row(EVERYBODY)],
    "GET /api/v1/openapi.json": [Row(EVERYBODY)],
    "GET /api/v1/studio": [Row(EVERYBODY)],
    "GET /api/v1/studio/process": [Row(NOBODY)],
    "POST /api/v1/studio/down": [Row(NOBODY, good=202)],
    "POST /api/v1/studio/restart": [Row(ADMINS, good=202)],
    "POST /api/v1/studio/end-tools": [Row(NOBODY, good=204)],
    "GET /api/v1/comfyui/check": [Row(ADMINS)],
    "POST /api/v1/comfyui/check": [Row(ADMINS)],
    "GET /api/v1/audit": [Row(ADMINS)],
    "GET /api/v1/audit/csv": [Row(ADMINS)],
    "GET /api/v1/settings": [Row(ADMINS)],
    "PATCH /api/v1/settings": [Row(ADMINS, body={"values": {}})],
    "GET /api/v1/doctor": [Row(ADMINS)],
    "GET /api/v1/storage/backups": [Row(ADMINS)],
    "POST /api/v1/storage/backups": [Row(ADMINS, good=202, alone=True)],
    "GET /api/v1/events": [Row(SIGNED_IN, good=426)],
}
