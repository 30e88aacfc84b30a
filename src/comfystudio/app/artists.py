"""What keeps artists apart in the one ComfyUI, and what they make there: prompts on record, pages, images, trash."""

from collections.abc import Iterable
from functools import partial

from comfystudio.comfy import Prepared, Tabs, Workers
from comfystudio.comfy.check import Gate
from comfystudio.comfy.routes import ComfyFront
from comfystudio.events import Bus
from comfystudio.gallery import Gallery, TrashKeeper
from comfystudio.people import PeopleRoom, Person
from comfystudio.pictures import Pictures
from comfystudio.queue import Prompt, Prompts
from comfystudio.settings import Settings
from comfystudio.storage import Database
from comfystudio.tools import Tools
from comfystudio.workspace import Workspace

__all__ = ["FRONT", "TOOL", "Artists"]

TOOL = "comfy-ui"
FRONT = "comfyui"  # the name in that tool's manifest


class Artists:
    """Everything about the shared ComfyUI but its process, which is one of `tools`."""

    def __init__(
        self,
        settings: Settings,
        workspace: Workspace,
        *,
        database: Database,
        people: PeopleRoom,
        bus: Bus,
        tools: Tools,
    ) -> None:
        self._people = people.people
        self.prompts = Prompts(database, bus)
        prepared = Prepared(tools)
        tabs = Tabs(self.prompts, prepared)
        self.workers = Workers(
            prompts=self.prompts,
            tabs=tabs,
            people=self._people,
            preparer=prepared,
            bus=bus,
            gate=Gate(workspace.state / "comfy-check.json", workspace.comfy),
            close=partial(tools.close, TOOL),
        )
        self._pictures = Pictures(workspace.state / "thumbnails", uid=_decoder(tools))
        self.gallery = Gallery(workspace, bus, self._pictures, self.prompts)
        self._trash = TrashKeeper(self.gallery, self._everybody, settings.trash_days)
        self.front = ComfyFront(
            prompts=self.prompts,
            workers=self.workers,
            tabs=tabs,
            pictures=self._pictures,
            workspace=workspace,
            preparer=prepared,
            more=settings.comfyui_routes,
        )
        self.prompts.on_change(self._made_something)

    async def start(self) -> None:
        """Before the tools: an earlier portal's ComfyUI is met at once."""
        await self.prompts.open()
        await self.workers.start()
        await self._trash.start()

    async def stop(self) -> None:
        """After the tools were let go of or ended; what became of each prompt is written."""
        await self._trash.stop()
        await self.workers.stop()
        await self._pictures.close()
        await self.prompts.close()

    def _everybody(self) -> Iterable[Person]:
        return self._people.people()

    def _made_something(self, prompt: Prompt) -> None:
        if prompt.files:
            self.gallery.changed(self._people.get(prompt.owner_id))


def _decoder(tools: Tools) -> int | None:
    """Pictures of unknown origin are decoded as the tools' account, where tools have accounts of their own."""
    account = tools.accounts.account("tools", None)
    return account.uid if account else None
