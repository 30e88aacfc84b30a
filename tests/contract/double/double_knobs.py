"""How this double was built: what `make_checkout` wrote into main.py, unless the environment says otherwise."""

import os

__all__ = ["BOOT_SECONDS", "CRASH_AT", "NEWER", "NODE_SECONDS", "VERSION"]

VERSION = os.environ.get("COMFY_DOUBLE_VERSION", "0.3.64")
NEWER = tuple(int(part) for part in VERSION.split(".")) >= (0, 28, 0)
"""Whether it answers as 0.28.0 does; otherwise as 0.3.64."""
BOOT_SECONDS = float(os.environ.get("COMFY_DOUBLE_BOOT_SECONDS", "0.3"))
NODE_SECONDS = float(os.environ.get("COMFY_DOUBLE_NODE_SECONDS", "0"))
"""What every node takes on top."""
CRASH_AT = os.environ.get("COMFY_DOUBLE_CRASH_AT")
"""How the log line begins in place of which the start fails."""
