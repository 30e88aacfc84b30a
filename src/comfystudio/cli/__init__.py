"""The command line: `comfystudio up`, `people`, `tools` and the rest.

Commands talk to the running studio over its control socket; where none runs, those that can do without
one open the workspace themselves. Exit codes are listed in `ExitCode`.
"""

from comfystudio.cli.main import main

__all__ = ["main"]
