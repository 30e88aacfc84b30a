"""Many artists in one ComfyUI: the parts, and the two moments at which they are put in place."""

import logging
import os
from typing import Any

from . import health, hooks, threads
from .caching import Sharing
from .channel import Channel
from .events import Events
from .executor import Executor
from .files import Files
from .folders import Folders
from .guard import Guard
from .opening import Opening
from .owners import Owners
from .prompts import Prompts
from .routes import Routes
from .users import Users
from .validation import Validation
from .videos import Videos

__all__ = ["Extension", "load", "prestart"]


class Extension:
    """All parts of the extension in one process."""

    def __init__(self) -> None:
        self.secret = os.environ.pop("COMFYSTUDIO_SECRET", None)
        self.missing: list[str] = []
        self.owners = Owners()
        self.folders = Folders(self.owners)
        self.started = False
        self.loaded = False

    def prestart(self) -> None:
        """Make the folders virtual, before any pack can ask for one."""
        self.started = True
        self.missing += hooks.missing_hooks("prestart")
        if not self.missing:
            self.folders.install()

    def load(self) -> None:
        """Shut the door for everyone but the portal, then put the rest in place."""
        if self.loaded:
            return
        self.loaded = True
        server = hooks.module("server").PromptServer.instance
        prompts, channel = Prompts(self.owners), Channel()
        events = Events(self.owners, prompts, channel)
        guard = Guard(
            self.secret, self.owners, prompts, self.missing, checks=Files(self.folders).checks(), on_owner=events.know
        ).middleware()
        server.app.middlewares.insert(0, guard)
        validation = Validation(self.owners, self.folders)
        server.app.add_routes(Routes(self.owners, prompts, validation, channel, self.missing).table())
        if not self.started:
            self.missing.append("prestartup_script.py (did not run before the packs)")
        self.missing += hooks.missing_hooks("load") + hooks.missing_attributes()
        if not self.missing:
            sharing = Sharing(self.owners)
            self.folders.asked = sharing.asked
            for part in (sharing, Executor(self.owners, self.folders), prompts, events, validation):
                part.install()
            Users(self.owners, self.folders).install()
            threads.install(self.owners)
            Opening(self.owners, self.folders).install()
            Videos(self.owners).install()
            hooks.replace(hooks.Kept(), "server:PromptServer.add_routes", lambda original: _first(original, guard))
        _say(self.missing)


def _first(original: Any, guard: Any) -> Any:
    """Other packs put their middlewares in front as well; when all are loaded the guard goes before them."""

    def add_routes(server: Any) -> Any:
        answer = original(server)
        server.app.middlewares.remove(guard)
        server.app.middlewares.insert(0, guard)
        return answer

    return add_routes


def _say(missing: list[str]) -> None:
    versions = f"ComfyUI {health.version()} (tested with {', '.join(health.TESTED)})"
    if missing:
        logging.error("ComfyStudio: artists stay out of %s, which lacks: %s", versions, "; ".join(missing))
    else:
        logging.info("ComfyStudio: %d hooks in place in %s", len(hooks.HOOKS), versions)


_extension = Extension()
prestart = _extension.prestart
load = _extension.load
