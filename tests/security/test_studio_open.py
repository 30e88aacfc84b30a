"""A studio without passwords on a machine of one's own: picked profiles, and nobody from elsewhere."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor

PASSWORD = "harbour-at-dusk-17"
OPEN = "/api/v1/session/open"


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with the roster that ships, an admin with a password, and one without."""
    with passable_folder() as folder, studio_in(folder, auth="open") as found:
        found.start()
        found.person("Ada", PASSWORD, admin=True)
        yield found


def test_nobody_has_to_set_it_up(studio: RunningStudio) -> None:
    """It is ready at once, says that nobody is asked, and shows the people as profiles."""
    shown = studio.get("/api/v1/studio").json
    assert (shown["state"], shown["auth"]) == ("ready", "open")
    profiles = {profile["name"]: profile["role"] for profile in shown["profiles"]}
    assert profiles["Razvan Matei"] == "admin"
    assert profiles["Ada"] == "admin"
    assert len(profiles) == 14
    assert "/setup#" not in studio.said()
    assert "Nobody is asked for a password" in studio.said()


def test_picking_a_profile(studio: RunningStudio) -> None:
    """A name is enough; an artist is an artist, and who is disabled or unknown is no profile."""
    visitor = Visitor(studio)
    name = next(p["name"] for p in studio.get("/api/v1/studio").json["profiles"] if p["role"] == "artist")
    assert visitor.request("POST", OPEN, {"name": name}).json["me"]["name"] == name
    assert visitor.get("/api/v1/people").status == 403
    for wrong in ("Nobody", "", "../../evil", "A\nda"):
        assert Visitor(studio).request("POST", OPEN, {"name": wrong}).status == 404
    number = visitor.get("/api/v1/session").json["me"]["id"]
    studio.call("PATCH", f"/people/{number}", {"disabled": True})
    assert visitor.get("/api/v1/session").status == 401
    assert Visitor(studio).request("POST", OPEN, {"name": name}).status == 404
    studio.call("PATCH", f"/people/{number}", {"disabled": False})


def test_admin_mode(studio: RunningStudio) -> None:
    """It asks for the password of an admin who has one, and for nothing where there is none."""
    ada, razvan = Visitor(studio), Visitor(studio)
    ada.request("POST", OPEN, {"name": "Ada"})
    razvan.request("POST", OPEN, {"name": "Razvan Matei"})
    mode = "/api/v1/session/admin-mode"
    assert ada.get("/api/v1/people").status == 403
    assert ada.request("POST", mode, {"password": None}).status == 401
    assert ada.request("POST", mode, {"password": "not this one"}).status == 401
    assert ada.request("POST", mode, {"password": PASSWORD}).json["me"]["scope"] == "admin"
    assert razvan.request("POST", mode, {"password": None}).json["me"]["scope"] == "admin"
    assert razvan.get("/api/v1/people").status == 200


def test_a_profile_picked_as_in_the_original(studio: RunningStudio) -> None:
    """/set_artist signs in under any listed name in the place of the last one; admin mode is one session's own."""
    visitor, other = Visitor(studio), Visitor(studio)
    for name in ("Ada", "Razvan Matei", "Razvan Matei"):
        assert visitor.request("POST", "/set_artist", {"artist": name}).json == {"success": True}
        assert visitor.get("/api/v1/session").json["me"]["name"] == name
    assert other.request("POST", "/set_artist", {"artist": "Nobody"}).json["success"] is False
    assert other.get("/api/v1/session").status == 401
    other.request("POST", "/set_artist", {"artist": "Razvan Matei"})
    assert visitor.request("POST", "/set_admin_mode", {"admin_mode": True}).json == {"success": True}
    assert visitor.get("/debug").json["is_current_admin"] is True
    assert other.get("/debug").status == 403
    assert len({visitor.cookie, other.cookie}) == 2


def test_no_page_of_another_site_signs_anybody_in(studio: RunningStudio) -> None:
    """A site that is open in the same browser reaches neither the profiles nor the door, under no name of its own."""
    body = {"name": "Razvan Matei"}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": studio.address, "Sec-Fetch-Site": "cross-site"},
        {"Origin": studio.origin(9000)},
    ):
        answer = studio.request("POST", OPEN, body, headers=headers)
        assert (answer.status, answer.headers.get("Set-Cookie")) == (403, None)
    # A name that somebody else's server made point to this machine.
    for host in (f"evil.example:{studio.port()}", f"localhost.evil.example:{studio.port()}"):
        assert studio.request("POST", OPEN, body, headers={"Host": host}).status == 421
        assert studio.get("/api/v1/studio", headers={"Host": host}).status == 421


def test_forwarded_addresses_are_nobodys_word(studio: RunningStudio) -> None:
    """Whoever is at the machine is, whatever a header says of where a request came from."""
    headers = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    assert studio.request("POST", OPEN, {"name": "Ada"}, headers=headers).status == 200


ASK = """
import http.client, json, sys
found = []
for host in ("127.0.0.1", "::1"):
    for method, path, body in json.loads(sys.argv[2]):
        link = http.client.HTTPConnection(host, int(sys.argv[1]), timeout=10)
        headers = {"Host": f"localhost:{sys.argv[1]}", "Content-Type": "application/json"}
        link.request(method, path, json.dumps(body), headers | {"Origin": f"http://localhost:{sys.argv[1]}"})
        answer = link.getresponse()
        found.append([answer.status, answer.headers.get("Set-Cookie"), json.loads(answer.read())])
json.dump(found, sys.stdout)
"""


@pytest.mark.parametrize("account", [19_999, 20_000])
def test_a_notebook_is_nobody(studio: RunningStudio, account: int) -> None:
    """Code that runs on the machine as an artist's account, or the tools', picks no profile and sees none."""
    asked = [["POST", OPEN, {"name": "Ada"}], ["POST", "/set_artist", {"artist": "Razvan Matei"}]]
    asked.append(["GET", "/api/v1/studio", None])
    argv = ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups", "/usr/bin/python3", "-I", "-c"]
    done = subprocess.run(
        [*argv, ASK, str(studio.port()), json.dumps(asked)], capture_output=True, text=True, check=True, timeout=30
    )
    got = json.loads(done.stdout)
    for picked, artist, shown in (got[:3], got[3:]):
        assert picked[:2] == [404, None]
        assert artist[:2] == [401, None]
        assert shown[2]["profiles"] == []


def test_it_does_not_start_for_others(studio: RunningStudio) -> None:
    """Asked to listen further than this machine it does not start, and names what is in the way."""
    said = studio.cli("up", "--auth", "open", "--host", "0.0.0.0", check=False)
    code, _, sentence = said.partition("\n")
    assert code == "2"
    assert "auth = open" in sentence
    assert "host" in sentence
