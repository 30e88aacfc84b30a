"""The roster that ships: in the package, or beside the sources in a checkout."""

from importlib import resources
from pathlib import Path

__all__ = ["shipped_roster"]

NAME = "artist_names.sh"


def shipped_roster() -> bytes | None:
    """Its content; None where somebody took it out."""
    packaged = resources.files("comfystudio.people").joinpath(NAME)
    if packaged.is_file():
        return packaged.read_bytes()
    source = Path(__file__).resolve().parents[3] / "server" / NAME
    return source.read_bytes() if source.is_file() else None
