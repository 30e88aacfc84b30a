"""The database: tables, migrations and the one thread that talks to it."""

from comfystudio.storage.database import Database, StorageBusy, StorageFull, StorageNewer

__all__ = ["Database", "StorageBusy", "StorageFull", "StorageNewer"]
