"""The composition root: builds every service once and wires it. Nothing else sees everything."""

from comfystudio.app.backups import restore
from comfystudio.app.doctor import examine_alone
from comfystudio.app.run import offline, run
from comfystudio.app.studio import Studio

__all__ = ["Studio", "examine_alone", "offline", "restore", "run"]
