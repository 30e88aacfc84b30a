"""The graphics cards and their driver."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from comfystudio.doctor.model import Finding, fail, off, ok, warn

__all__ = ["GraphicsCards"]

WITHIN_SECONDS = 10.0
ASKED = "name,driver_version,memory.total,temperature.gpu"
HOT_CELSIUS = 90


@dataclass(frozen=True)
class GraphicsCards:
    """Asks NVIDIA's own program; `devices` says where cards show."""

    devices: Path = Path("/dev")
    find: Callable[[str], str | None] = shutil.which
    id: str = "gpu"

    def look(self) -> Finding:
        """Ask every card."""
        cards = sorted(self.devices.glob("nvidia[0-9]*"))
        program = self.find("nvidia-smi")
        if cards and program is None:
            return fail("doctor.gpu_no_program", "doctor.gpu_step", count=len(cards))
        if cards and program is not None:
            return _asked(program)
        return ok("doctor.gpu_amd") if (self.devices / "kfd").exists() else off("doctor.gpu_none")


def _asked(program: str) -> Finding:
    argv = [program, f"--query-gpu={ASKED}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=WITHIN_SECONDS, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired:
        return fail("doctor.gpu_silent", "doctor.gpu_step", seconds=round(WITHIN_SECONDS))
    rows = [[cell.strip() for cell in line.split(",")] for line in done.stdout.splitlines() if line.count(",") == 3]
    if done.returncode or not rows:
        problem = (done.stdout.strip() or done.stderr.strip() or str(done.returncode)).splitlines()[0][:200]
        return fail("doctor.gpu_driver", "doctor.gpu_step", problem=problem)
    names = ", ".join(f"{name} ({_gigabytes(memory)} GB)" for name, _, memory, _ in rows)
    hottest = max((int(row[3]) for row in rows if row[3].isdecimal()), default=0)
    if hottest >= HOT_CELSIUS:
        return warn("doctor.gpu_hot", "doctor.gpu_hot_step", names=names, celsius=hottest)
    return ok("doctor.gpu_ok", names=names, driver=rows[0][1])


def _gigabytes(mebibytes: str) -> str:
    return f"{int(mebibytes) * 1.048576 / 1000:.0f}" if mebibytes.isdecimal() else "?"
