"""Tools: what a manifest says, accounts and folders, start, readiness, crash and backoff, adoption, install."""

from comfystudio.tools.accounts import Accounts
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.service import Tools
from comfystudio.tools.states import Key, State
from comfystudio.tools.upstream import Upstream
from comfystudio.tools.views import ToolView

__all__ = ["Accounts", "Key", "Manifest", "State", "ToolView", "Tools", "Upstream"]
