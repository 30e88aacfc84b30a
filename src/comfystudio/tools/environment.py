"""What a tool's process finds in its environment: a list of what may pass, nothing of the studio's own."""

import os
from collections.abc import Mapping
from pathlib import Path

from comfystudio.settings import Settings

__all__ = ["PATH", "clean", "for_install"]

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSING = frozenset(
    {
        "LANG",
        "LANGUAGE",
        "TZ",
        "CUDA_VISIBLE_DEVICES",
        "NVIDIA_VISIBLE_DEVICES",
        "NVIDIA_DRIVER_CAPABILITIES",
        "LD_LIBRARY_PATH",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
    }
)


def _may_pass(name: str) -> bool:
    return name in PASSING or name.startswith("LC_")


def clean(settings: Settings, home: Path, user: str, outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of every tool; `outer` is the studio's own, of which only a few names pass."""
    found = {name: value for name, value in outer.items() if _may_pass(name)}
    found.setdefault("LANG", "C.UTF-8")
    cache = home / ".cache" / "huggingface"
    found |= {
        "PATH": PATH,
        "HOME": str(home),
        "USER": user,
        "LOGNAME": user,
        "SHELL": "/bin/bash",
        "PYTHONUNBUFFERED": "1",
        "HF_HOME": str(settings.workspace),
        # What a hub library writes, and tokens before all, stays with the account.
        "HF_TOKEN_PATH": str(cache / "token"),
        "HF_HUB_CACHE": str(cache / "hub"),
        "HF_XET_CACHE": str(cache / "xet"),
        "HF_ASSETS_CACHE": str(cache / "assets"),
    }
    if settings.repo_dir:
        found["REPO_DIR"] = str(settings.repo_dir)
    return found


def for_install(settings: Settings, outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of an install script: a tool's, and what points package managers at their index."""
    home = Path(outer.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 also without a passwd entry
    found = clean(settings, home, outer.get("USER") or "studio", outer)
    found |= {name: value for name, value in outer.items() if name.startswith(("UV_", "PIP_"))}
    return found | {"UV_NO_PROGRESS": "1", "UV_LINK_MODE": "copy"}
