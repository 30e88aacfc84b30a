"""Tools: what a manifest says, accounts and folders, start, readiness, crash and backoff, adoption, install."""

from comfystudio.tools.accounts import Accounts
from comfystudio.tools.inspection import Chosen, Command, Variable
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.options import Options
from comfystudio.tools.runs import Ending, Run, Runs
from comfystudio.tools.service import Tools
from comfystudio.tools.states import Key, State
from comfystudio.tools.upstream import Upstream
from comfystudio.tools.views import ToolView

__all__ = [
    "Accounts",
    "Chosen",
    "Command",
    "Ending",
    "Key",
    "Manifest",
    "Options",
    "Run",
    "Runs",
    "State",
    "ToolView",
    "Tools",
    "Upstream",
    "Variable",
]
