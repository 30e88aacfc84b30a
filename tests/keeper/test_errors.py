"""Which line says what went wrong."""

import pytest

from comfystudio.keeper._errors import ErrorFinder


def found(*lines: str) -> str | None:
    """What the finder makes of these lines."""
    finder = ErrorFinder()
    for line in lines:
        finder.feed(line)
    return finder.best and finder.best.text


@pytest.mark.parametrize(
    "line",
    [
        "Error: Cannot find module 'x'",
        "error: failed to resolve",
        "fatal: not a git repository",
        "ERROR: No matching distribution found for torch",
        "npm ERR! code ENOENT",
        "npm error code ENOENT",
        "OSError: [Errno 98] Address already in use",
        "torch.cuda.OutOfMemoryError: CUDA out of memory",
        "[E 2026-11-22 10:00:00 ServerApp] Exception: no",
        "/bin/sh: 1: nope: Permission denied",
        "sh: 1: nope: command not found",
        "\x1b[31merror:\x1b[0m red",
        "thread 'main' panicked at src/main.rs:1",
        "[E 2026-11-22 10:00:00 ServerApp] Could not open",
    ],
)
def test_lines_that_name_an_error(line: str) -> None:
    """Each of these is what a person would point at."""
    assert found("starting", line, "bye") is not None


@pytest.mark.parametrize(
    "line", ["0 errors", "errors.py loaded", "no error handling needed", "Loading ErrorCatalogue", "Terror: a film"]
)
def test_lines_that_do_not(line: str) -> None:
    """Talking about errors is not having one."""
    assert found(line) is None


def test_a_traceback_is_named_by_its_last_line() -> None:
    """The frames are left out; the exception is what counts."""
    lines = (
        "Traceback (most recent call last):",
        '  File "x.py", line 1',
        "    f()",
        "ValueError: no such size",
        "bye",
    )
    assert found(*lines) == "ValueError: no such size"


def test_a_chain_is_named_by_what_was_raised_in_the_end() -> None:
    """`raise … from …`: the last exception is what the author wanted to say."""
    cause = ("Traceback (most recent call last):", "  File", "KeyError: 'a'", "")
    between = "The above exception was the direct cause of the following exception:"
    assert found(*cause, between, "", *cause[:2], "SetupError: no model") == "SetupError: no model"


def test_the_end_counts_more_than_the_beginning() -> None:
    """An error that was survived for a thousand lines is not why it ended."""
    early = ("ImportError: no module named extra",)
    assert found(*early, *["fine"] * 1000, "MemoryError: out", "Error: later") == "MemoryError: out"
    assert found(*early, *["fine"] * 1000) == early[0]


def test_many_errors_do_not_push_out_the_first_near_the_end() -> None:
    """Of the errors near the end the earliest counts: the rest mostly follows from it."""
    assert found("RuntimeError: root", *[f"Error: {number}" for number in range(150)]) == "RuntimeError: root"
