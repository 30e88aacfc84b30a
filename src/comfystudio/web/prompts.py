"""Prompts on record. Everybody sees their own; admins see that others have some, and never what they hold."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from comfystudio.errors import Conflict, Invalid, Missing
from comfystudio.keeper.masking import clean
from comfystudio.people import Person
from comfystudio.queue import Accepted, Prompt, State
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Query, Shape
from comfystudio.web.whose import owner_of
from comfystudio.words.kept import again

__all__ = ["PromptShown"]

PATH = "/api/v1/prompts"
ONE = PATH + "/{id}"


class PromptShown(Shape):
    """A prompt. `summary`, `nodes`, `error` and `first_output` are null where it belongs to somebody else.

    `number` is the order of submission; `files` counts what it saved in its owner's outputs, and `first_output` is
    the path of the first of them there.
    """

    number: Id
    id: str
    owner: str | None
    mine: bool
    state: State
    created_at: At
    started_at: At | None
    ended_at: At | None
    worker: str | None
    files: int
    summary: str | None
    nodes: int | None
    error: str | None
    first_output: str | None


class PromptList(Shape):
    """The newest first. For more, ask again with `before` = the last number."""

    prompts: list[PromptShown]


class PromptOpened(Shape):
    """A prompt and all it holds, in ComfyUI's own shapes.

    `graph` is the workflow as it runs; as ComfyUI's page shows it, it is in `extra`, under `extra_pnginfo`.
    """

    prompt: PromptShown
    graph: dict[str, Any]
    extra: dict[str, Any]
    targets: list[Any]
    outputs: Any
    status: Any
    meta: Any


class AsQuery(Query):
    """Whose prompts are meant, by name; only the command line on the machine may name somebody."""

    as_: Annotated[str | None, Field(alias="as", max_length=200)] = None


class Which(AsQuery):
    """Which prompts: in this state, with these words in their summary, below this number; everybody's with `all`."""

    state: State | None = None
    text: Annotated[str | None, Field(max_length=200)] = None
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    all: bool = False


def _shown(call: Call, prompt: Prompt, reader: Person, first_output: str | None) -> PromptShown:
    mine = prompt.owner_id == reader.id
    return PromptShown(
        number=prompt.number,
        id=prompt.id,
        owner=_name(call, prompt.owner_id),
        mine=mine,
        state=prompt.state,
        created_at=prompt.created_at,
        started_at=prompt.started_at,
        ended_at=prompt.ended_at,
        worker=prompt.worker,
        files=prompt.files,
        summary=prompt.summary if mine else None,
        nodes=prompt.nodes if mine else None,
        error=again(clean(prompt.error), "comfy", "tools") if mine and prompt.error else None,
        first_output=first_output if mine else None,
    )


async def _all_shown(call: Call, prompts: Sequence[Prompt], reader: Person) -> list[PromptShown]:
    firsts = await call.services.prompts.first_outputs([each.number for each in prompts if each.files])
    return [_shown(call, each, reader, firsts.get(each.number)) for each in prompts]


async def _one_shown(call: Call, prompt: Prompt, reader: Person) -> PromptShown:
    [shown] = await _all_shown(call, [prompt], reader)
    return shown


def _name(call: Call, person_id: int) -> str | None:
    try:
        return call.services.people.get(person_id).name
    except Missing:
        return None


@route(
    "GET",
    PATH,
    need=Need.SIGNED_IN,
    about="The caller's prompts, the newest first. With `all`, for admins: everybody's, without what they hold.",
    raises=(403, 404, 503),
)
async def everything(call: Call, query: Which) -> PromptList:
    """List prompts."""
    if query.all:
        call.caller.must_be_admin()
        if query.text is not None:
            raise Invalid("web.text_of_all")
        reader, owner_id = call.caller.person, None
    else:
        reader = owner_of(call, query.as_)
        owner_id = reader.id
    found = await call.services.prompts.page(
        owner_id, state=query.state, text=query.text, before=query.before, limit=query.limit
    )
    return PromptList(prompts=await _all_shown(call, found, reader))


@route(
    "GET",
    ONE,
    need=Need.SIGNED_IN,
    about="One of the caller's prompts with its workflow and its outputs.",
    raises=(503,),
    answer=PromptOpened,
)
async def one(call: Call, id: str, query: AsQuery) -> web.StreamResponse:  # noqa: A002 the brace in the path
    """Open a prompt."""
    reader = owner_of(call, query.as_)
    found = await call.services.prompts.one(reader.id, id)
    if found is None:
        raise Missing("web.no_such_prompt")
    return await _opened(found, await _one_shown(call, found.prompt, reader))


async def _opened(accepted: Accepted, shown: PromptShown) -> web.StreamResponse:
    """Sent as it is kept: what may be as large as 50 MB is neither read nor written anew."""
    body = accepted.body
    parts = {
        "prompt": shown.model_dump_json(),
        "graph": body.graph,
        "extra": body.extra,
        "targets": body.targets,
        "outputs": body.outputs or "null",
        "status": body.status or "null",
        "meta": body.meta or "null",
    }
    return web.Response(body=await asyncio.to_thread(_document, parts), content_type="application/json")


def _document(parts: dict[str, str]) -> bytes:
    return f"{{{', '.join(f'{json.dumps(name)}: {text}' for name, text in parts.items())}}}".encode()


@route(
    "POST",
    ONE + "/cancel",
    need=Need.SIGNED_IN,
    about="Take back a prompt that waits or stop one that runs; admins anybody's. Events tell how it goes.",
    status=202,
    raises=(409, 422, 503),
)
async def cancel(call: Call, id: str, query: AsQuery) -> PromptShown:  # noqa: A002 the brace in the path
    """Cancel a prompt."""
    prompts, caller = call.services.prompts, call.caller
    anybodys = caller.is_admin and query.as_ is None
    reader = caller.person if anybodys else owner_of(call, query.as_)
    found = prompts.get_live(id)
    if found is None or not (anybodys or found.prompt.owner_id == reader.id):
        if await prompts.one(reader.id, id) is None:
            raise Missing("web.no_such_prompt")
        raise Conflict("web.prompt_over")
    if found.prompt.owner_id != caller.person.id:
        await call.services.audit.record(
            "prompt.cancelled", caller, _name(call, found.prompt.owner_id) or "", prompt=id
        )
    await call.services.dispatcher.cancel([id], running=True)
    now = prompts.get_live(id) or await prompts.one(found.prompt.owner_id, id)
    return await _one_shown(call, (now or found).prompt, reader)
