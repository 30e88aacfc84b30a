"""Prompts and outputs. Everybody sees their own only, admins too: the command line alone names somebody else."""

from tests.web.matrix.row import ADMINS, ALICES, OWNERS, SIGNED_IN, Row, Six

OF_ALICE = "?as=Alice&path=of-alice.png"
MINE_OF_ALICE = "?path=of-alice.png"
# The command line has to say whose.
WHOSE = {"command line": 422}
FOR_HER = {"command line": 200}
NOT_THERE: Six = (401, 200, 422, 422, 422, 401)

ROWS = {
    "GET /api/v1/prompts": [
        Row(SIGNED_IN, but=WHOSE),
        Row(ADMINS, query="?all=true"),
        Row(ALICES, query="?as=Alice", but=FOR_HER),
    ],
    # What a prompt holds is for its owner alone; an admin may take it back.
    "GET /api/v1/prompts/{id}": [Row(ALICES, but=WHOSE), Row(ALICES, query="?as=Alice", but=FOR_HER)],
    "POST /api/v1/prompts/{id}/cancel": [Row(OWNERS, good=202)],
    "GET /api/v1/outputs": [Row(SIGNED_IN, but=WHOSE), Row(ALICES, query="?as=Alice", but=FOR_HER)],
    "GET /api/v1/outputs/one": [
        Row(ALICES, query=MINE_OF_ALICE, but=WHOSE),
        Row(ALICES, query=OF_ALICE, but=FOR_HER),
    ],
    "GET /api/v1/outputs/file": [
        Row(ALICES, query=MINE_OF_ALICE, but=WHOSE),
        Row(ALICES, query=OF_ALICE, but=FOR_HER),
    ],
    "GET /api/v1/outputs/thumbnail": [
        Row(ALICES, query=MINE_OF_ALICE, but=WHOSE),
        Row(ALICES, query=OF_ALICE, but=FOR_HER),
    ],
    "POST /api/v1/outputs/zip": [
        Row(NOT_THERE, body={"paths": ["of-alice.png"]}, but=WHOSE),
        Row(ALICES, query="?as=Alice", body={}, but=FOR_HER),
    ],
    "GET /api/v1/outputs/zip": [Row(ALICES, query="?id={archive}", but=WHOSE)],
    "GET /api/v1/outputs/trash": [Row(SIGNED_IN, but=WHOSE), Row(ALICES, query="?as=Alice", but=FOR_HER)],
    "POST /api/v1/outputs/trash": [
        Row(SIGNED_IN, body={"paths": []}, but=WHOSE),
        Row(ALICES, query="?as=Alice", body={"paths": []}, but=FOR_HER),
    ],
    "POST /api/v1/outputs/restore": [
        Row(SIGNED_IN, body={"ids": []}, but=WHOSE),
        Row(ALICES, query="?as=Alice", body={"ids": []}, but=FOR_HER),
    ],
    "POST /api/v1/outputs/purge": [
        Row(SIGNED_IN, body={"ids": None}, but=WHOSE),
        Row(ALICES, query="?as=Alice", body={"ids": []}, but=FOR_HER),
    ],
}
