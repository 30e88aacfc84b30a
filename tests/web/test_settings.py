"""Settings and backups over the API, for admins in admin mode."""

from tests.waiting import until
from tests.web.house import ADMIN, House


async def test_settings_are_changed_on_the_page_and_noted(house: House) -> None:
    """A change lands in the file, on the page and in the trail; the restart that it needs is for admins too."""
    admin = await house.visitor(ADMIN)
    before = await admin.json("GET", "/api/v1/settings")
    by_name = {row["name"]: row for row in before["settings"]}
    assert before["restart_needed"] is False
    assert (by_name["accounts"]["from"], by_name["accounts"]["editable"]) == ("flag", False)
    assert by_name["jupyter"]["choices"] == ["per-artist", "shared"]
    change = {"values": {"session_days": 7, "allowed_hosts": ["studio.lan"]}, "version": before["version"]}
    after = await admin.json("PATCH", "/api/v1/settings", change)
    row = next(row for row in after["settings"] if row["name"] == "session_days")
    assert (row["value"], row["running"], row["default"], row["from"], row["changed"]) == (7, 30, 30, "file", True)
    assert after["restart_needed"] is True
    assert "session_days = 7" in (house.workspace.root / "studio.toml").read_text()
    entries = (await admin.json("GET", "/api/v1/audit?action=settings"))["entries"]
    assert [(entry["subject"], entry["fields"]["now"]) for entry in entries] == [
        ("allowed_hosts", "studio.lan"),
        ("session_days", 7),
    ]
    assert (await admin.json("PATCH", "/api/v1/settings", change, status=409))["key"] == "settings.changed_meanwhile"
    assert await admin.status("POST", "/api/v1/studio/restart") == 202
    (house.workspace.root / "studio.toml").write_text("session_days = 0\n")
    assert (await admin.json("POST", "/api/v1/studio/restart", status=422))["key"] == "settings.wrong_type"
    assert house.life.asked == ["restart"]


async def test_what_settings_do_not_take_is_refused(house: House) -> None:
    """Odd values of every kind are 422 and change nothing."""
    admin = await house.visitor(ADMIN)
    for values in ({"session_days": 0}, {"session_days": 1.5}, {"session_days": {"a": 1}}, {"host": ["a"]}, {"x": 1}):
        assert await admin.status("PATCH", "/api/v1/settings", {"values": values}) == 422
    assert not (house.workspace.root / "studio.toml").exists()


async def test_a_backup_is_made_as_a_job_and_listed(house: House) -> None:
    """The button starts one that is done moments later, a second press while it runs is refused."""
    admin = await house.visitor(ADMIN)
    empty = await admin.json("GET", "/api/v1/storage/backups")
    assert (empty["backups"], empty["job_id"], empty["kept"]) == ([], None, 7)
    job = (await admin.json("POST", "/api/v1/storage/backups", status=202))["job"]
    assert job["kind"] == "backup"
    assert (await admin.json("POST", "/api/v1/storage/backups", status=409))["key"] == "jobs.running"

    async def done() -> bool:
        found = await admin.json("GET", f"/api/v1/jobs/{job['id']}")
        assert found["state"] in {"running", "done"}, found
        return bool(found["state"] == "done")

    await until(done, 20)
    found = await admin.json("GET", "/api/v1/storage/backups")
    (backup,) = found["backups"]
    assert (backup["schema"], backup["before"], backup["problem"]) == ("0003", None, None)
    file = house.workspace.root / "backup" / backup["name"]
    assert file.stat().st_size == backup["bytes"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert found["database_bytes"] > 0
