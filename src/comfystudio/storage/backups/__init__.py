"""Backups of what the studio knows: database, settings and roster in one checked file, made while it runs.

Artists' files are not in them. What is restored is put in place whole or not at all, whatever ends the process.
"""

from comfystudio.storage.backups.checking import Health
from comfystudio.storage.backups.model import Backup
from comfystudio.storage.backups.restoring import Restored
from comfystudio.storage.backups.service import Backups

__all__ = ["Backup", "Backups", "Health", "Restored"]
