"""Guarded decoding: pictures that somebody made are looked at by processes that have no rights and little time."""

from comfystudio.pictures.limits import Limits
from comfystudio.pictures.service import SIZES, Channel, Description, Format, Pictures, Size, Source

__all__ = ["SIZES", "Channel", "Description", "Format", "Limits", "Pictures", "Size", "Source"]
