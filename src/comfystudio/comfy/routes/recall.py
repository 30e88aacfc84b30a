"""Taking prompts back: those that wait leave the lists, as in ComfyUI; those that run end as interrupted."""

from collections.abc import Collection

from comfystudio.comfy.routes.seams import Prompts, Workers

__all__ = ["Recall"]


class Recall:
    """Call it with an owner and ids of theirs; the answer is the ids that were taken back or stopped."""

    def __init__(self, prompts: Prompts, workers: Workers) -> None:
        self._prompts = prompts
        self._workers = workers

    async def __call__(self, owner_id: int, ids: Collection[str], *, running: bool) -> set[str]:
        """Only ids that wait or run for `owner_id` are touched."""
        waiting = {each.prompt.id for each in self._prompts.live(owner_id) if each.prompt.state == "queued"}
        mine = {each.prompt.id for each in self._prompts.live(owner_id)} & set(ids)
        if not mine:
            return set()
        done = await self._workers.cancel(mine, running=running)
        gone = [each for each in sorted(done & waiting) if await self._never_ran(owner_id, each)]
        if gone:
            await self._prompts.hide(owner_id, gone)
        return done

    async def _never_ran(self, owner_id: int, prompt_id: str) -> bool:
        """It may have begun in the meantime."""
        found = await self._prompts.one(owner_id, prompt_id)
        return found is not None and found.prompt.state == "cancelled" and found.prompt.started_at is None
