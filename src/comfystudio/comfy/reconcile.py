"""After a time without hearing anything of ComfyUI: what became of each prompt, by what it says now."""

from comfystudio import words
from comfystudio.comfy.dispatch import Dispatch
from comfystudio.comfy.events.frames import ended_of
from comfystudio.comfy.events.recorder import Recorder
from comfystudio.comfy.worker import Standing, Worker
from comfystudio.queue import Accepted, Prompts

__all__ = ["reconcile"]


async def reconcile(prompts: Prompts, dispatch: Dispatch, recorder: Recorder, worker: Worker, process: str) -> None:
    """Record ends that came meanwhile, hand over what was never handed over, give up what ComfyUI lost."""
    asked = [each.prompt.id for each in prompts.all_live()]
    # What is on its way while the answer is may be missing in it.
    on_the_way = {each for each in asked if dispatch.holds(each)}
    standing = await worker.prompts(asked)
    for prompt_id in asked:
        live = prompts.get_live(prompt_id)
        if live is not None and not _known(live, standing, dispatch, recorder) and prompt_id not in on_the_way:
            _unknown(live, dispatch, recorder, process)
    await _call_off(prompts, standing, worker)


def _known(live: Accepted, standing: Standing, dispatch: Dispatch, recorder: Recorder) -> bool:
    """Whether ComfyUI knows the prompt; then it is on record how far it is."""
    prompt = live.prompt
    if prompt.id in standing.done:
        end = standing.done[prompt.id]
        recorder.ended(ended_of({**end, "prompt_id": prompt.id, "owner": prompt.owner_id}))
    elif prompt.id in standing.running:
        dispatch.took(prompt.id)
        recorder.runs(live)
    elif prompt.id in standing.pending:
        dispatch.took(prompt.id)
    else:
        return False
    return True


def _unknown(live: Accepted, dispatch: Dispatch, recorder: Recorder, process: str) -> None:
    prompt = live.prompt
    if prompt.state == "running" and prompt.worker != process:
        recorder.failed(live, words.say("comfy.ended_unseen"))
    elif prompt.state == "running" or dispatch.gave(prompt.id):
        recorder.failed(live, words.say("comfy.forgotten"))
    else:
        dispatch.submit(live)


async def _call_off(prompts: Prompts, standing: Standing, worker: Worker) -> None:
    """What is over on record, because it was cancelled while nobody could tell ComfyUI, must not run there."""
    known = {**standing.running, **standing.pending}
    strays = [(owner, each) for each, owner in known.items() if owner > 0 and prompts.get_live(each) is None]
    over = [each for owner, each in strays if await prompts.one(owner, each) is not None]
    if over:
        await worker.cancel(over, running=True)
