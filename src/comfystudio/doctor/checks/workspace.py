"""Whether the workspace can be written."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from comfystudio.doctor.model import Finding, fail, ok

__all__ = ["WorkspaceWritable"]


@dataclass(frozen=True)
class WorkspaceWritable:
    """Writes a file into each of `folders`, sees it onto the disk and takes it away."""

    folders: tuple[Path, ...]
    id: str = "workspace"

    def look(self) -> Finding:
        """Write."""
        for folder in self.folders:
            try:
                with tempfile.TemporaryFile(dir=folder) as file:
                    file.write(b"studio")
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                problem = error.strerror or error
                return fail("doctor.workspace_closed", "doctor.workspace_step", path=folder, problem=problem)
        return ok("doctor.workspace_ok", path=self.folders[0])
