"""The settings while the studio runs: what holds, where each came from, and changing `studio.toml` safely."""

from comfystudio.configuration.model import Overview, Row
from comfystudio.configuration.service import Configuration

__all__ = ["Configuration", "Overview", "Row"]
