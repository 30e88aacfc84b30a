"""Settings while the studio runs: shown with their sources, changed so that comments stay and a start works."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio import settings as table
from comfystudio.configuration import Configuration, Row
from comfystudio.configuration.file import SettingsFile
from comfystudio.errors import Conflict, Invalid, Unavailable
from tests.small_disk import fill, small_disk_at

TEXT = '# Ours\nsession_days = 3   # short\n\n# The house\nallowed_hosts = ["studio.lan"]\n'


def _configuration(root: Path, environment: dict[str, str] | None = None, **flags: str) -> Configuration:
    given = {"workspace": str(root), **flags}
    running = table.load(given, environment or {})
    return Configuration(running, flags=given, environment=environment or {})


async def _rows(configuration: Configuration) -> dict[str, Row]:
    return {row.setting.name: row for row in (await configuration.overview()).rows}


async def test_every_setting_is_shown_with_its_source(root: Path) -> None:
    """Flag, environment, file and default are told apart; only what the file decides can be changed."""
    (root / "studio.toml").write_text(TEXT)
    rows = await _rows(_configuration(root, {"COMFYSTUDIO_LOG_LEVEL": "debug"}, port="9000"))
    assert list(rows) == [row.name for row in table.SETTINGS]
    assert (rows["port"].source, rows["port"].value, rows["port"].kind) == ("flag", 9000, "number")
    assert "--port" in str(rows["port"].why_fixed)
    assert rows["log_level"].source == "environment"
    assert "COMFYSTUDIO_LOG_LEVEL" in str(rows["log_level"].why_fixed)
    assert rows["log_level"].choices == ("debug", "info", "warning", "error")
    assert (rows["session_days"].source, rows["session_days"].why_fixed) == ("file", None)
    assert (rows["allowed_hosts"].kind, rows["allowed_hosts"].value) == ("list", ["studio.lan"])
    assert (rows["trash_days"].source, rows["trash_days"].default) == ("default", 30)
    assert rows["tls_key"].kind == "path"
    assert rows["workspace"].why_fixed


async def test_a_change_keeps_comments_and_says_what_a_restart_brings(root: Path) -> None:
    """Values are put into the file where they stand; what differs from what runs is marked; null takes one out."""
    (root / "studio.toml").write_text(TEXT)
    (root / "studio.toml").chmod(0o640)
    configuration = _configuration(root)
    done = await configuration.change({"session_days": 9, "trash_days": 60, "allowed_hosts": None}, None)
    assert done == [("session_days", 3, 9), ("trash_days", 30, 60), ("allowed_hosts", ["studio.lan"], [])]
    text = (root / "studio.toml").read_text()
    assert text == "# Ours\nsession_days = 9   # short\n\n# The house\ntrash_days = 60\n"
    assert (root / "studio.toml").stat().st_mode & 0o777 == 0o640
    found = await configuration.overview()
    assert found.restart_needed
    assert {row.setting.name for row in found.rows if row.changed} == {"session_days", "trash_days", "allowed_hosts"}
    assert await configuration.change({"session_days": 9}, found.version) == []


async def test_a_new_file_is_for_the_studio_alone(root: Path) -> None:
    """Where there was no file, one appears that only the studio's account reads; a link stays a link."""
    await _configuration(root).change({"session_days": 9}, None)
    assert (root / "studio.toml").stat().st_mode & 0o777 == 0o600
    (root / "studio.toml").rename(root / "elsewhere.toml")
    (root / "studio.toml").symlink_to("elsewhere.toml")
    await _configuration(root).change({"session_days": 8}, None)
    assert (root / "studio.toml").is_symlink()
    assert "8" in (root / "elsewhere.toml").read_text()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"port": 0}, "1 to 65535"),
        ({"port": "many"}, "port"),
        ({"prot": 1}, "prot"),
        ({"workspace": "/elsewhere"}, "workspace"),
        ({"session_days": 5}, "--session-days"),
        ({"tls_key": "/nowhere.pem"}, "tls_certificate"),
        ({"port": 65000, "port_offset": 60000}, "offset"),
        ({"public_url": "studio.example.com"}, "public_url"),
        ({"comfyui_routes": ["GET nowhere"]}, "comfyui_routes"),
        ({"host": "one\ntwo"}, "host"),
    ],
)
async def test_what_would_not_start_is_refused_and_nothing_is_written(
    root: Path, values: dict[str, Any], says: str
) -> None:
    """One wrong value, or a whole that does not go together, leaves the file as it was."""
    (root / "studio.toml").write_text(TEXT.replace("session_days = 3   # short\n", ""))
    before = (root / "studio.toml").read_bytes()
    with pytest.raises(Invalid) as caught:
        await _configuration(root, session_days="4").change({"trash_days": 5, **values}, None)
    assert says in caught.value.sentence
    assert (root / "studio.toml").read_bytes() == before


async def test_a_trial_may_refuse_what_only_a_start_would_show(root: Path) -> None:
    """What the studio is built from is asked too, for a change and before a restart."""

    def trial(settings: table.Settings) -> None:
        if settings.session_days == 13:
            raise Invalid("settings.half_tls")

    running = table.load({"workspace": str(root)}, {})
    configuration = Configuration(running, flags={}, trials=(trial,), environment={})
    with pytest.raises(Invalid):
        await configuration.change({"session_days": 13}, None)
    await configuration.must_start()
    (root / "studio.toml").write_text("session_days = 13\n")
    with pytest.raises(Invalid):
        await configuration.must_start()


async def test_a_file_that_somebody_edits_meanwhile_is_not_overwritten(root: Path) -> None:
    """A change that was made for another state of the file is refused; a broken file is shown as it runs."""
    (root / "studio.toml").write_text(TEXT)
    configuration = _configuration(root)
    seen = (await configuration.overview()).version
    (root / "studio.toml").write_text(TEXT + "trash_days = 5\n")
    with pytest.raises(Conflict):
        await configuration.change({"session_days": 9}, seen)
    (root / "studio.toml").write_text("session_days = = 1\n")
    found = await configuration.overview()
    assert "not valid TOML" in str(found.problem)
    assert {row.setting.name: row for row in found.rows}["session_days"].value == 3
    with pytest.raises(Invalid):
        await configuration.change({"session_days": 9}, None)
    (root / "studio.toml").unlink()
    (root / "studio.toml").write_bytes(b"#" * (2 << 20))
    assert "KB" in str((await configuration.overview()).problem)


@pytest.mark.root
async def test_a_full_disk_leaves_the_file_as_it_was(root: Path) -> None:
    """What does not fit is not written half; with room again it is."""
    with small_disk_at(root / "disk", "1m") as disk:
        (disk / "studio.toml").write_text(TEXT)
        configuration = _configuration(disk)
        filler = fill(disk)
        with pytest.raises(Unavailable):
            await configuration.change({"session_days": 9}, None)
        assert (disk / "studio.toml").read_text() == TEXT
        assert {path.name for path in disk.iterdir()} == {"studio.toml", "filler"}
        filler.unlink()
        await configuration.change({"session_days": 9}, None)


@given(
    st.dictionaries(st.sampled_from(["session_days", "host", "allowed_hosts"]), st.text() | st.integers() | st.none())
)
def test_whatever_is_written_can_be_read_again(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    """An edit of a file with comments is TOML that says exactly what was asked for."""
    file = SettingsFile(tmp_path_factory.getbasetemp() / "studio.toml")
    try:
        text = file.edited(TEXT, values)
    except Invalid:
        return
    import tomllib

    expected = {**tomllib.loads(TEXT), **values}
    assert tomllib.loads(text) == {name: value for name, value in expected.items() if value is not None}
