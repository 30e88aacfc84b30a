"""How much one picture may cost."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Bounds for one job of a worker; the defaults take what ComfyUI writes, upscaled pictures included.

    `pixels` are of one frame; `file_bytes` of the file as it lies on disk; `memory_bytes` of the worker's address
    space; `cpu_seconds` and `wall_seconds` for one job, after which the worker is ended.
    """

    pixels: int = 160_000_000
    file_bytes: int = 1024**3
    memory_bytes: int = 2 * 1024**3
    cpu_seconds: int = 20
    wall_seconds: float = 40.0
