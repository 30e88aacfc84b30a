"""How old the newest backup is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, ok, warn
from comfystudio.storage.backups import Backup

__all__ = ["BackupAge"]

DAY = 86_400
OLD_DAYS = 7


@dataclass(frozen=True)
class BackupAge:
    """`backups` are those that there are, the newest first; `now` in seconds since the epoch."""

    backups: Callable[[], Sequence[Backup]]
    now: Callable[[], float]
    id: str = "backups"

    def look(self) -> Finding:
        """Look at the newest one that can be used."""
        found = self.backups()
        broken = [backup.name for backup in found if backup.problem]
        made = [backup.contents.made_at for backup in found if backup.contents]
        if broken:
            return warn("doctor.backups_broken", "doctor.backups_broken_step", name=broken[0])
        if not made:
            return warn("doctor.backups_none", "doctor.backups_step")
        days = int(max(0.0, self.now() - max(made)) // DAY)
        if days > OLD_DAYS:
            return warn("doctor.backups_old", "doctor.backups_step", days=days)
        return ok("doctor.backups_ok", count=len(made), days=days)
