"""What the portal asks before it lets artists in."""

from pathlib import Path
from typing import Any

from aiohttp import web

from . import hooks, nodeset

__all__ = ["EXTENSION", "TESTED", "routes_of", "state"]

EXTENSION = "1"
TESTED = ("0.3.64", "0.28.0")
_OWN = "comfystudio_artists"


def routes_of(app: web.Application) -> list[str]:
    """Every route as "METHOD path", without the twins below /api and without HEAD; files as /{static}."""
    found = set()
    for route in app.router.routes():
        resource = route.resource
        if resource is None or route.method == "HEAD":
            continue
        path = resource.canonical
        if isinstance(resource, web.StaticResource):
            path += "/{static}"
        found.add((route.method, path))
    twins = {(method, "/api" + path) for method, path in found if (method, "/api" + path) in found}
    return sorted(f"{method} {path}" for method, path in found - twins)


def version() -> str:
    """ComfyUI's own version."""
    return str(getattr(hooks.module("comfyui_version"), "__version__", "unknown"))


def installed() -> dict[str, Any]:
    """The parts that do not change while the process lives; reads every file's state, so not on the loop's thread."""
    paths = hooks.module("folder_paths")
    found = nodeset.packs(paths.get_folder_paths("custom_nodes"), leave_out=_OWN)
    return {
        "extension": EXTENSION,
        "comfyui": version(),
        "commit": nodeset.commit_of(Path(paths.__file__).parent),
        "tested": list(TESTED),
        "nodes": sorted(found),
        "node_set": nodeset.fingerprint(found),
    }


def state(fixed: dict[str, Any], missing: list[str]) -> dict[str, Any]:
    """The whole answer of GET /comfystudio/health."""
    server = hooks.module("server").PromptServer.instance
    try:
        features = hooks.module("comfy_api.feature_flags").get_server_features()
    except (AttributeError, ImportError):
        features = {}
    queue = server.prompt_queue
    with queue.mutex:
        busy = {"running": len(queue.currently_running), "pending": len(queue.queue)}
    return {
        **fixed,
        "ok": not missing,
        "missing": missing,
        "routes": routes_of(server.app),
        "features": features,
        "busy": busy,
    }
