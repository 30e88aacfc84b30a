"""Whether the studio would start with other settings: asked while it still runs, since nobody may be there later."""

import socket
from collections.abc import Callable

from comfystudio.comfy.routes.table import parse
from comfystudio.errors import Invalid
from comfystudio.gateway.door import tls
from comfystudio.gateway.origins import listen_hosts
from comfystudio.settings import Settings
from comfystudio.tools.accounts import Accounts, SystemRegistry
from comfystudio.workspace import Workspace

__all__ = ["trials"]


def trials(running: Settings, workspace: Workspace) -> tuple[Callable[[Settings], object], ...]:
    """What ends a start for good, each as a function that raises for such settings."""
    return (
        tls,
        lambda settings: parse(settings.comfyui_routes),
        lambda settings: Accounts(settings, workspace, SystemRegistry()),
        lambda settings: _can_listen(settings, running),
    )


def _can_listen(settings: Settings, running: Settings) -> None:
    """Some address that the portal is to listen on can be had; its port is ours where only the address changes."""
    port = 0 if settings.portal_port == running.portal_port else settings.portal_port
    problem = None
    for host in listen_hosts(settings):
        problem = _problem(host, port)
        if problem is None:
            return
    raise Invalid("settings.cannot_listen", host=settings.host, port=settings.portal_port, problem=problem)


def _problem(host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return None
