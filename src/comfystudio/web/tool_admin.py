"""Tools as admins look into them: the command, what may be changed about it, what runs, an end without asking."""

from typing import Annotated, Literal

from pydantic import Field

from comfystudio.keeper.masking import clean
from comfystudio.tools import Chosen, Command, State, Variable
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Shape
from comfystudio.web.tools import ONE, AsBody, AsQuery, ToolShown, person_of, shown

Value = bool | int | float | Annotated[str, Field(max_length=1000)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class VariableShown(Shape):
    """One variable of the environment. `from`: the manifest, the studio, or an option; secrets are masked."""

    name: str
    value: str
    from_: Literal["manifest", "studio", "option"] = Field(alias="from")


class OptionShown(Shape):
    """An option of the manifest. `value`: the one in force, null where it adds nothing; `changed`: an admin set it.

    `whole`: a number without fraction. `applies`: whether it has an effect on this machine.
    """

    name: str
    about: str
    kind: Literal["switch", "number", "text", "choice"]
    choices: list[str]
    low: int | float | None
    high: int | float | None
    whole: bool
    default: bool | int | float | str | None
    value: bool | int | float | str | None
    changed: bool
    applies: bool


class InstanceShown(Shape):
    """A living instance. Processor use, in percent of one core, and memory are those of all its processes."""

    person: str | None
    state: State
    pid: int | None
    since: At | None
    started_by: str | None
    cpu_percent: float | None
    memory_bytes: int | None


class CommandShown(Shape):
    """What a start would run now; `{port}` and the like are chosen then. `account`: null is the studio's own.

    `restart_needed`: something that runs was started with other options.
    """

    argv: list[str]
    env: list[VariableShown]
    cwd: str
    account: str | None
    options: list[OptionShown]
    instances: list[InstanceShown]
    restart_needed: bool


class NewOptions(Shape):
    """Options by name; null: as the manifest says."""

    values: dict[Name, Value | None] = Field(max_length=100)


def _option(chosen: Chosen) -> OptionShown:
    option = chosen.option
    return OptionShown(
        name=option.name,
        about=option.about,
        kind=option.kind,
        choices=list(option.choices),
        low=option.low,
        high=option.high,
        whole=option.kind == "number" and option.whole,
        default=option.default,
        value=chosen.value,
        changed=chosen.changed,
        applies=chosen.applies,
    )


def _variable(found: Variable) -> VariableShown:
    # Looked at as an assignment, which is how secrets in variables are known.
    # A name can itself look like a token (HF_HUB_CACHE), so only what stands after it counts.
    _, _, value = clean(f"{found.name}={found.value}").partition("=")
    return VariableShown.model_validate({"name": found.name, "value": value, "from": found.source})


def _command(found: Command) -> CommandShown:
    return CommandShown(
        argv=[clean(each) for each in found.argv],
        env=[_variable(each) for each in found.env],
        cwd=found.cwd,
        account=found.account,
        options=[_option(each) for each in found.options],
        instances=[
            InstanceShown(**{name: getattr(each, name) for name in InstanceShown.model_fields})
            for each in found.instances
        ],
        restart_needed=found.restart_needed,
    )


@route(
    "POST",
    ONE + "/kill",
    need=Need.ADMIN,
    about="End a tool and everything it started at once, without asking it first. What it has not saved is lost.",
    raises=(409, 503),
)
async def kill(call: Call, tool: str, body: AsBody) -> ToolShown:
    """Kill a tool."""
    person = person_of(call.services, call.caller, body.as_)
    view = await call.services.tools.kill(tool, call.caller, as_=person)
    return shown(view, call.services.addresses.tool(call.request, view.id))


@route(
    "GET",
    ONE + "/command",
    need=Need.ADMIN,
    about="What a start of the tool would run, with its options, and what each of its instances takes.",
    raises=(409, 422, 503),
)
async def command(call: Call, tool: str, query: AsQuery) -> CommandShown:
    """Look into a tool."""
    person = person_of(call.services, call.caller, query.as_)
    return _command(await call.services.tools.command(tool, call.caller, as_=person))


@route(
    "PUT",
    ONE + "/options",
    need=Need.ADMIN,
    about="Set options that the tool's manifest lists, all of those named or none, for the starts to come.",
    status=204,
    raises=(409,),
)
async def set_options(call: Call, tool: str, body: NewOptions) -> None:
    """Set options of a tool."""
    await call.services.tools.set_options(tool, call.caller, body.values)
