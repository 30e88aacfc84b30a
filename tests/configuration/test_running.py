"""Settings of a studio in a process of its own: changed, restarted into, and what it was started with still wins."""

from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import wait_until

PASSWORD = "harbour-at-dusk-17"


def _rows(visitor: Visitor) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in visitor.get("/api/v1/settings").json["settings"]}


def _is_back(studio: RunningStudio, before: int) -> bool:
    try:
        return bool(studio.call("GET", "/studio/process")["started_at"] != before)
    except (OSError, ValueError):
        return False


def test_an_admin_changes_settings_and_restarts_into_them() -> None:
    """Flags keep their place over the file; what would not start is refused while there is still somebody to tell."""
    with passable_folder() as folder, studio_in(folder, session_days="5") as studio:
        studio.start()
        studio.person("Ada", PASSWORD, admin=True)
        ada = Visitor(studio).sign_in("Ada", PASSWORD)
        assert ada.request("PATCH", "/api/v1/settings", {"values": {"session_days": 9}}).status == 422
        for wrong in ({"host": "192.0.2.1"}, {"comfyui_routes": ["GET /a/*/b"]}, {"tls_key": "/dev/null"}):
            assert ada.request("PATCH", "/api/v1/settings", {"values": wrong}).status == 422, wrong
        certificate = str(folder / "none.pem")
        (folder / "none.pem").touch()
        tls = {"tls_certificate": certificate, "tls_key": certificate}
        refused = ada.request("PATCH", "/api/v1/settings", {"values": tls})
        assert (refused.status, refused.json["key"]) == (422, "gateway.bad_certificate")
        assert not (studio.workspace / "studio.toml").exists()
        assert ada.request("PATCH", "/api/v1/settings", {"values": {"trash_days": 9}}).status == 200
        before = studio.call("GET", "/studio/process")["started_at"]
        assert ada.request("POST", "/api/v1/studio/restart").status == 202
        wait_until(lambda: _is_back(studio, before), 30)
        again = Visitor(studio).sign_in("Ada", PASSWORD)
        rows = _rows(again)
        assert (rows["trash_days"]["running"], rows["trash_days"]["from"]) == (9, "file")
        assert (rows["session_days"]["running"], rows["session_days"]["from"]) == (5, "flag")
        (studio.workspace / "studio.toml").write_text("trash_days = 0\n")
        assert again.request("POST", "/api/v1/studio/restart").status == 422
        assert studio.get("/healthz").status == 200
