"""How a ComfyUI process starts and ends, as far as a keeper relies on it."""

import re
import signal
import socket
from pathlib import Path

from tests.contract.running import Running, launch

ALEMBIC = r"setup plugin alembic\."
MARKERS = (
    r"Setting output directory to: ",
    r"Setting input directory to: ",
    r"Setting user directory to: ",
    r"Checkpoint files will always be loaded safely\.",
    r"Total VRAM \d+ MB, total RAM \d+ MB",
    r"pytorch version: ",
    r"Set vram state to: ",
    r"Device: ",
    r"Using .*attention",
    r"Python version: ",
    r"ComfyUI version: ",
    r"Setting temp directory to: ",
    r"ComfyUI frontend version: |comfyui-frontend-package version: ",
    r"\[Prompt Server\] web root: ",
    r"Skipping loading of custom nodes",
    r"Context impl SQLiteImpl\.",
    r"Starting server",
    r"To see the GUI go to: http://127\.0\.0\.1:\d+$",
)


def test_a_start_says_its_markers_in_order_on_stderr(running: Running) -> None:
    """The lines from which start-up progress is read come in this order, on stderr, with nothing on stdout."""
    running.wait_for("To see the GUI go to: ", within=30)
    markers = list(MARKERS)
    markers.insert(0 if running.newer else markers.index(r"Context impl SQLiteImpl\."), ALEMBIC)
    lines = iter(list(running.err))
    missing = [marker for marker in markers if not any(re.match(marker, line) for line in lines)]
    assert not missing
    assert running.out == []


def test_the_port_refuses_until_the_first_answer_is_good(running: Running) -> None:
    """While it starts the port refuses, and the very first answer is already a 200: readiness needs no more."""
    assert running.refused > 0
    assert running.first_status == 200


def test_term_ends_an_idle_server_at_once_by_the_signal(checkout: Path, tmp_path: Path) -> None:
    """SIGTERM ends an idle server within seconds, by the signal itself, with no word about it."""
    started = launch(checkout, tmp_path).wait_ready()
    try:
        started.wait_for("To see the GUI go to: ", within=30)
        said = len(started.err)
        started.process.terminate()
        assert started.wait_end(within=5) == -signal.SIGTERM
        assert started.err[said:] == []
    finally:
        started.close()


def test_term_ends_a_server_that_still_starts(checkout: Path, tmp_path: Path) -> None:
    """SIGTERM in the middle of a start ends it at once as well."""
    started = launch(checkout, tmp_path)
    try:
        started.wait_for("Setting output directory", within=120)
        started.process.terminate()
        assert started.wait_end(within=5) == -signal.SIGTERM
        assert not any(line.startswith("Starting server") for line in started.err)
    finally:
        started.close()


def test_int_ends_an_idle_server_cleanly(checkout: Path, tmp_path: Path) -> None:
    """SIGINT is the clean way: status 0 within seconds, `Stopped server` said, its folder for passing files gone."""
    started = launch(checkout, tmp_path).wait_ready()
    try:
        started.wait_for("To see the GUI go to: ", within=30)
        (tmp_path / "temp").mkdir(exist_ok=True)
        started.process.send_signal(signal.SIGINT)
        assert started.wait_end(within=30) == 0
        assert started.err[-1] == "Stopped server"
        assert not (tmp_path / "temp").exists()
    finally:
        started.close()


def test_int_ends_a_server_that_still_starts(checkout: Path, tmp_path: Path) -> None:
    """SIGINT in the middle of a start ends it by the signal, after a traceback that is no error to show."""
    started = launch(checkout, tmp_path)
    try:
        started.wait_for("Checkpoint files will always be loaded safely", within=120)
        started.process.send_signal(signal.SIGINT)
        assert started.wait_end(within=30) == -signal.SIGINT
        assert started.err[-1] == "KeyboardInterrupt"
    finally:
        started.close()


def test_a_flag_it_does_not_know_ends_it_with_2(checkout: Path, tmp_path: Path) -> None:
    """An unknown flag in a manifest is a crash with status 2 whose last line names the flag."""
    started = launch(checkout, tmp_path, "--no-such-flag")
    try:
        assert started.wait_end() == 2
        assert started.err[-1] == "main.py: error: unrecognized arguments: --no-such-flag"
    finally:
        started.close()


def test_a_user_directory_must_exist(checkout: Path, tmp_path: Path) -> None:
    """`--user-directory` must be there before the start; otherwise status 2, and the last line says so."""
    missing = tmp_path / "missing"
    started = launch(checkout, tmp_path, "--user-directory", str(missing))
    try:
        assert started.wait_end() == 2
        assert "--user-directory" in started.err[-1]
        assert f"The path '{missing}' does not exist." in started.err[-1]
    finally:
        started.close()


def test_sage_attention_needs_its_package(checkout: Path, tmp_path: Path) -> None:
    """`--use-sage-attention` without the package ends the start with 255: the manifest must look first."""
    started = launch(checkout, tmp_path, "--use-sage-attention")
    try:
        assert started.wait_end(within=180) == 255
        assert any("`sageattention` package must be installed first" in line for line in started.err)
    finally:
        started.close()


def test_a_port_that_is_taken_ends_it_with_1(checkout: Path, tmp_path: Path) -> None:
    """Somebody else on the port: the start goes all the way, then ends with 1 and a line about it last."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        started = launch(checkout, tmp_path, port=stranger.getsockname()[1])
        try:
            assert started.wait_end(within=180) == 1
            assert any(line.startswith("Starting server") for line in started.err)
            last = next(line for line in reversed(started.err) if line.strip())
            assert re.search(r"^OSError: \[Errno 98\].*address already in use$|^Port \d+ is already in use on", last)
        finally:
            started.close()
