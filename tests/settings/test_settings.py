"""Where settings come from, which source wins, and what a wrong one says."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comfystudio import settings
from comfystudio.errors import Invalid
from comfystudio.settings import SETTINGS, Settings


def test_a_flag_wins_over_environment_over_file_over_default(tmp_path: Path) -> None:
    """The nearest source wins, one setting at a time."""
    (tmp_path / "studio.toml").write_text("port = 1001\nport_offset = 7\nsession_days = 3\n")
    found = settings.load(
        {"workspace": str(tmp_path), "port": 3003},
        {"COMFYSTUDIO_PORT": "2002", "COMFYSTUDIO_PORT_OFFSET": "8"},
    )
    assert (found.port, found.port_offset, found.session_days, found.log_megabytes) == (3003, 8, 3, 64)


def test_the_workspace_may_come_from_the_environment(tmp_path: Path) -> None:
    """COMFYSTUDIO_WORKSPACE names the folder whose studio.toml is read."""
    (tmp_path / "studio.toml").write_text('public_url = "https://studio.example.com/"\n')
    found = settings.load({}, {"COMFYSTUDIO_WORKSPACE": str(tmp_path)})
    assert found.workspace == tmp_path
    assert found.public_url == "https://studio.example.com"


@pytest.mark.parametrize(
    ("source", "text", "says"),
    [
        ("file", "prot = 8080", ["studio.toml", "prot"]),
        ("file", 'port = "many"', ["studio.toml", "port", "many"]),
        ("file", "port = true", ["port", "True"]),
        ("file", "port = 0", ["port", "1 to 65535"]),
        ("file", "port = = 1", ["studio.toml", "not valid TOML"]),
        ("file", 'trusted_proxies = ["10.0.0.0/33"]', ["trusted_proxies"]),
        ("file", 'public_url = "studio.example.com"', ["public_url", "https://"]),
        ("file", 'accounts = "maybe"', ["accounts", "separate"]),
        ("file", 'workspace = "/elsewhere"', ["workspace"]),
        ("COMFYSTUDIO_PORTT", "1", ["COMFYSTUDIO_PORTT"]),
        ("COMFYSTUDIO_PORT", "eight", ["COMFYSTUDIO_PORT", "eight"]),
        ("COMFYSTUDIO_TLS_KEY", "/nowhere.pem", ["tls_certificate"]),
    ],
)
def test_a_wrong_setting_names_its_source_and_itself(tmp_path: Path, source: str, text: str, says: list[str]) -> None:
    """Unknown key and wrong type give one sentence that says where and what."""
    environment = {}
    if source == "file":
        (tmp_path / "studio.toml").write_text(text)
    else:
        environment[source] = text
    with pytest.raises(Invalid) as caught:
        settings.load({"workspace": str(tmp_path)}, environment)
    sentence = caught.value.sentence
    assert all(word in sentence for word in says), sentence
    assert "\n" not in sentence


def test_a_file_that_is_not_there_is_named_before_anything_starts(tmp_path: Path) -> None:
    """A certificate that cannot be read stops the start with its path."""
    with pytest.raises(Invalid) as caught:
        settings.load({"workspace": str(tmp_path), "tls_certificate": "/no.pem", "tls_key": "/no.key"}, {})
    assert "/no.pem" in caught.value.sentence


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    """The table is whole: nothing can be set that is not listed, nothing listed is ignored."""
    assert [row.name for row in SETTINGS] == [field.name for field in fields(Settings)]


@given(st.text(), st.sampled_from([row for row in SETTINGS if row.name != "workspace"]))
@example("~nobody-here/roster", next(row for row in SETTINGS if row.name == "roster"))
def test_no_text_from_the_environment_brings_anything_but_a_sentence(text: str, row: settings.Setting) -> None:
    """Whatever a variable holds, loading works or raises Invalid."""
    try:
        settings.load({"workspace": "/nonexistent"}, {row.variable: text})
    except Invalid as error:
        assert error.sentence
