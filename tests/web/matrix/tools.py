"""Tools, jobs, logs, terminals, and the original's addresses for them."""

from tests.web.house import ADMIN, ALICE, PASSWORD
from tests.web.matrix.people import NO_TOKEN
from tests.web.matrix.row import ADMINS, OWNERS, SIGNED_IN, Row, Six

OWN_ALICE = {"tool": "own"}
CLOSED = {"tool": "closed"}
ALICES_OWN = {"tool_id": "own", "artist": ALICE}
ADMIN_MODE = {"admin_mode": True, "password": PASSWORD}
# For admins, in admin mode or not.
ADMINS_TOO: Six = (401, 403, 403, 200, 200, 401)
# A tool of its own for each artist: the command line has to say whose.
WHOSE = {"command line": 422}
GONE: Six = (401, 404, 404, 404, 404, 401)

ROWS = {
    "GET /api/v1/tools": [Row(SIGNED_IN)],
    "GET /api/v1/tools/{tool}": [Row(SIGNED_IN), Row(OWNERS, query="?as=Alice", path=OWN_ALICE)],
    "POST /api/v1/tools/{tool}/start": [
        Row(SIGNED_IN, good=202, body={}),
        Row(ADMINS_TOO, good=202, body={}, path=CLOSED),
        Row(OWNERS, good=202, body={"as": ALICE}, path=OWN_ALICE),
        Row((401, 409, 409, 409, 409, 401), body={}, path={"tool": "broken"}),
    ],
    "POST /api/v1/tools/{tool}/stop": [
        Row(SIGNED_IN, good=202, body={}),
        Row(OWNERS, good=202, body={"as": ALICE}, path=OWN_ALICE),
    ],
    "POST /api/v1/tools/{tool}/install": [Row((401, 403, 403, 409, 403, 401))],
    "POST /api/v1/tools/{tool}/kill": [Row(ADMINS, body={}), Row(ADMINS, body={"as": ALICE}, path=OWN_ALICE)],
    "GET /api/v1/tools/{tool}/command": [Row(ADMINS), Row(ADMINS, query="?as=Alice", path=OWN_ALICE)],
    "PUT /api/v1/tools/{tool}/options": [Row(ADMINS, good=204, body={"values": {}})],
    "GET /api/v1/tools/{tool}/log": [
        Row(SIGNED_IN),
        Row(OWNERS, query="?as=Alice", path=OWN_ALICE),
        Row(ADMINS_TOO, path=CLOSED),
    ],
    "GET /api/v1/tools/{tool}/log/download": [
        Row(SIGNED_IN),
        Row(OWNERS, query="?as=Alice", path=OWN_ALICE),
        Row(ADMINS_TOO, path=CLOSED),
    ],
    "POST /api/v1/tools/{tool}/log/clear": [
        Row(ADMINS, good=204, body={}),
        Row(OWNERS, good=204, body={"as": ALICE}, path=OWN_ALICE),
    ],
    "GET /api/v1/jobs": [Row(SIGNED_IN)],
    "GET /api/v1/jobs/{id}": [Row(OWNERS)],
    "POST /api/v1/jobs/{id}/cancel": [Row(OWNERS)],
    "GET /api/v1/jobs/{id}/log": [Row(OWNERS)],
    "GET /api/v1/jobs/{id}/log/download": [Row(OWNERS)],
    "GET /api/v1/runs": [Row(SIGNED_IN), Row(OWNERS, query="?as=Alice")],
    "GET /api/v1/logs": [Row(SIGNED_IN)],
    "GET /api/v1/logs/search": [
        Row(SIGNED_IN, query="?text=x"),
        Row(GONE, query="?text=x&log=job:999999"),
        Row(OWNERS, query="?text=x&log=job:{job}"),
    ],
    "POST /api/v1/terminals": [Row(ADMINS, good=202)],
    "GET /api/v1/terminals": [Row(ADMINS)],
    # A job of Alice's is no terminal; a plain request is no socket.
    "GET /api/v1/terminals/{id}/socket": [Row((401, 403, 403, 426, 403, 401))],
    # The original's addresses.
    "GET /debug": [Row(ADMINS)],
    "POST /set_artist": [
        Row((401, 200, 403, 403, 403, 401), body={"artist": ALICE}),
        Row(ADMINS_TOO, body={"artist": ADMIN}, but={"command line": 403}),
    ],
    "POST /set_admin_mode": [
        Row(SIGNED_IN, body={"admin_mode": False}),
        Row(ADMINS_TOO, body=ADMIN_MODE, but=NO_TOKEN),
        Row((401, 403, 403, 401, 401, 401), body={"admin_mode": True}, but=NO_TOKEN),
    ],
    "POST /start_session": [
        Row(SIGNED_IN, body={"tool_id": "shared"}),
        Row(OWNERS, body=ALICES_OWN),
        Row(ADMINS_TOO, body={"tool_id": "closed"}),
    ],
    "POST /stop_session": [Row(SIGNED_IN, body={"tool_id": "shared"}), Row(OWNERS, body=ALICES_OWN)],
    "GET /tool_status/{tool}": [Row(SIGNED_IN)],
    "GET /logs": [Row(ADMINS)],
    "GET /user_logs": [Row(SIGNED_IN, but=WHOSE)],
    "POST /clear_logs": [Row(SIGNED_IN, body={}, alone=True)],
}
