"""What the command line says when it is used wrongly, before anything starts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "comfystudio", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ) | environment,
    )


@pytest.mark.parametrize("words", [("up",), ("people", "list"), ("tools", "start", "jupyter-lab"), ("config",)])
def test_a_wrong_setting_is_one_sentence_and_exit_code_2(root: Path, words: tuple[str, ...]) -> None:
    """Every command refuses an unknown setting before anything starts."""
    (root / "studio.toml").write_text("prot = 1\n")
    done = _run(*words, "--workspace", str(root))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "prot" in done.stderr
    assert not (root / ".comfystudio").exists()


def test_a_flag_of_the_wrong_type_is_told_with_its_name() -> None:
    """`up --port many` says which flag and what it takes."""
    done = _run("up", "--port", "many")
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "1 to 65535" in done.stderr


def test_an_unwritable_workspace_is_named(root: Path) -> None:
    """A workspace that is a file ends the start with its path and exit code 2."""
    (root / "file").write_text("")
    done = _run("up", "--workspace", str(root / "file"))
    assert done.returncode == 2
    assert str(root / "file") in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--port-offset", "60000"), "65535"),
        (("--tls-certificate", "{root}/studio.toml", "--tls-key", "{root}/studio.toml"), "{root}/studio.toml"),
        (("--tls-certificate", "{root}/studio.toml"), "tls_key"),
        (("--tool-origin", "https://{{tool}}.example.com"), "public_url"),
        (("--setup-dir", "{root}/nothing"), "{root}/nothing"),
        (("--trusted-proxies", "everybody"), "--trusted-proxies"),
    ],
)
def test_settings_that_do_not_fit_are_one_sentence_and_exit_code_2(
    root: Path, flags: tuple[str, ...], word: str
) -> None:
    """Ports that do not exist, a certificate that is none, half a pair, a missing folder: said, and not started."""
    (root / "studio.toml").write_text("")
    given = [flag.format(root=root) for flag in flags]
    done = _run("up", "--workspace", str(root), "--port", "18080", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert word.format(root=root) in done.stderr


def test_commands_that_need_a_studio_say_how_to_start_one(root: Path) -> None:
    """`status` and `tools start` without a studio end with exit code 3 and the command to type."""
    for words in (("status",), ("tools", "start", "jupyter-lab"), ("restart",)):
        done = _run(*words, "--workspace", str(root / "w"))
        assert done.returncode == 3, done.stderr
        assert "comfystudio up" in done.stderr


def test_config_prints_what_holds(root: Path) -> None:
    """`config --json` is every setting with the value this workspace gives it."""
    (root / "studio.toml").write_text('port = 9000\ntrusted_proxies = ["10.0.0.1"]\n')
    found = json.loads(_run("config", "--workspace", str(root), "--json").stdout)
    assert found["port"] == 9000
    assert found["trusted_proxies"] == ["10.0.0.1/32"]
    assert found["workspace"] == str(root)
    assert "roster" in _run("config", "--workspace", str(root)).stdout


def test_connect_asks_for_a_token_and_takes_none_from_the_arguments() -> None:
    """Without a token connect says where to put one; no flag would put it into the process list."""
    done = _run("connect", "jupyter-lab", COMFYSTUDIO_TOKEN="")
    assert done.returncode == 2
    assert "COMFYSTUDIO_TOKEN" in done.stderr
    assert "--token " not in _run("connect", "--help").stdout


def test_a_token_in_the_environment_is_no_unknown_setting(root: Path) -> None:
    """COMFYSTUDIO_TOKEN belongs to connect and does not stop other commands."""
    assert _run("config", "--workspace", str(root), COMFYSTUDIO_TOKEN="cst_x").returncode == 0
