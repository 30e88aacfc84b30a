"""Too much output: the log stays within its cap, the tool is not held up, and what is missing is said."""

import time
from pathlib import Path

import pytest

from comfystudio.keeper import Keepers
from tests.keeper.units import python, texts

MEGABYTE = 1024 * 1024

# Prints a number of megabytes and then says on the error output how long that took.
POUR = """
import os, sys, time
piece, count = eval(sys.argv[1]), int(sys.argv[2])
began = time.monotonic()
for _ in range(count):
    left = piece
    while left:
        left = left[os.write(1, left):]
sys.stderr.write(f"took {time.monotonic() - began:.3f}\\n")
time.sleep(1.5)
print("\\nend")
"""


@pytest.mark.parametrize(
    ("piece", "reason"),
    [("b'x' * 2**20", "A line was too long"), ("(b'y' * 99 + b'\\n') * 10486", "Too much output at once")],
)
async def test_a_flood_is_capped_and_does_not_block(keepers: Keepers, piece: str, reason: str) -> None:
    """100 MB as fast as it goes (a minute of 1 GB is slower): capped, not held up, marked, and all well after."""
    unit = await keepers.start(python("a", POUR, piece, "100", log_megabytes=2))
    assert (await unit.wait()).code == 0
    found = texts(unit.log)
    took = float(next(text for text in found if text.startswith("took")).split()[1])
    assert took < 100 / (1024 / 60), "slower than 1 GB a minute"
    assert sum(path.stat().st_size for path in unit.log.folder.glob("*.log")) <= 2 * MEGABYTE
    assert found[-1] == "end"
    said = texts(unit.log, "k")
    assert any(text.startswith(reason) for text in said)
    assert said[-1] == "Ended with exit code 0."


async def test_the_last_words_before_a_crash_survive_a_flood(keepers: Keepers) -> None:
    """A tool that dies in the midst of shouting has its last lines and its error line in the exit record."""
    script = "import os\nfor _ in range(50): os.write(1, (b'y' * 99 + b'\\n') * 9000)"
    unit = await keepers.start(python("a", script + "\nos.write(1, b'\\nfatal: too loud\\n')\nos._exit(3)"))
    ended = await unit.wait()
    assert ended.last_lines[-1] == "fatal: too loud"
    assert ended.first_error == "fatal: too loud"


async def test_the_keeper_stays_small_in_a_flood(keepers: Keepers) -> None:
    """Whatever comes, the keeper holds a few megabytes of it at most."""
    unit = await keepers.start(python("a", POUR, "b'y\\n' * 2**19", "1000000"))
    peak = 0
    until = time.monotonic() + 2
    while time.monotonic() < until:
        await unit.log.changed(unit.log.size - 1)
        status = Path(f"/proc/{unit.keeper_pid}/status").read_text()
        peak = max(peak, int(status.partition("VmHWM:")[2].split()[0]))
    await unit.stop()
    assert peak < 32 * 1024, f"{peak} KiB"
