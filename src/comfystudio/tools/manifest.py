"""What a tool is: `setup/<folder>/tool.toml`, read strictly.

A wrong file raises `Invalid` with one sentence that names the file and the key.
"""

import json
import re
import signal
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from comfystudio.errors import Invalid
from comfystudio.tools.option import CONDITION, Option
from comfystudio.tools.table import Argv, Seconds, Table, Template, Variable

__all__ = ["Busy", "Extra", "Gateway", "Idle", "Install", "Manifest", "Progress", "Ready", "Run", "Stop", "read"]

FILE_NAME = "tool.toml"


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


def _signal(text: str) -> str:
    if text not in signal.Signals.__members__:
        raise ValueError("is no signal, like SIGTERM or SIGINT")
    return text


class Install(Table):
    """How the tool gets here. `present`: paths that all exist once it is installed."""

    present: Argv = Field(min_length=1)
    script: Argv = ()
    env: dict[Variable, Template] = Field(default_factory=dict)
    takes_mb: int | None = Field(default=None, gt=0)
    hint: Template = ""


class Extra(Table):
    """Arguments added where the condition holds: `gpu`, `no_gpu`, `root` or `package:<name>` in the venv."""

    when: str = Field(pattern=CONDITION)
    argv: Argv = Field(min_length=1)


class Ready(Table):
    """A GET of `path` answered with one of `statuses` means ready; past `within` seconds it is unhealthy."""

    path: str = Field(default="/", pattern=r"^/[^\s]*$")
    statuses: tuple[int, ...] = (200,)
    within: Seconds = 60


class Stop(Table):
    """The signal to the whole tree, and the seconds after which it is killed."""

    signal: Annotated[str, AfterValidator(_signal)] = "SIGTERM"
    within: Seconds = 10


class Busy(Table):
    """A GET of `path` answers an object, or a list of them; one whose `key` is `value` means work that goes on."""

    path: str = Field(pattern=r"^/[^\s]*$")
    key: str = Field(min_length=1)
    value: str = Field(min_length=1)


class Idle(Table):
    """A GET of `path` answers an object whose `activity` changes with every use, and with nothing else."""

    path: str = Field(pattern=r"^/[^\s]*$")
    activity: str = Field(min_length=1)
    busy: Busy | None = None


class Run(Table):
    """The command. Each entry of `argv` reaches the program byte for byte, never a shell."""

    argv: Argv = Field(min_length=1)
    extra: tuple[Extra, ...] = ()
    cwd: Template = "{home}"
    env: dict[Variable, Template] = Field(default_factory=dict)
    secret_env: Variable | None = None
    folders: Argv = ()
    umask: str = Field(default="022", pattern=r"^0?[0-7]{3}$")
    terminal: bool = False
    listen: Literal["socket", "port"]
    restart: bool = True
    ready: Ready = Ready()
    stop: Stop = Stop()
    idle: Idle | None = None
    option: tuple[Option, ...] = ()

    @model_validator(mode="after")
    def _names_of_their_own(self) -> Self:
        if len({each.name for each in self.option}) < len(self.option):
            raise ValueError("has two options of one name")
        return self

    @property
    def mask(self) -> int:
        """The umask as a number."""
        return int(self.umask, 8)


class Progress(Table):
    """A line of the log that matches moves the start to `at` (0 to 1) and shows `phase`."""

    match: Annotated[str, AfterValidator(_expression)]
    phase: str = Field(min_length=1, max_length=60)
    at: float = Field(ge=0, le=1)


class Gateway(Table):
    """What the gateway does for this tool. `front`: who answers in its stead and decides what is sent on."""

    front: Literal["comfyui"] | None = None
    forward_host: bool = False
    cookies: tuple[str, ...] = ()
    static_prefixes: tuple[Annotated[str, Field(pattern=r"^/.+")], ...] = ()
    secret_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] | None = None


class Manifest(Table):
    """One tool. `port` is the public one, before the studio's offset is added."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    name: str = Field(min_length=1, max_length=60)
    icon: str = Field(pattern=r"^[a-z0-9-]+$")
    summary: str = Field(max_length=200)
    order: int = 100
    kind: Literal["process"] = "process"
    instances: Literal["one", "per-artist"] = "one"
    instances_setting: Literal["jupyter"] | None = None
    port: int = Field(ge=1, le=65535)
    access: Literal["artist", "admin"] = "artist"
    access_reason: str = ""
    account: Literal["person", "tools", "studio"] = "tools"
    venv: Argv = ()
    install: Install | None = None
    run: Run
    progress: tuple[Progress, ...] = ()
    gateway: Gateway = Gateway()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.gateway.secret_header is None) != (self.run.secret_env is None):
            raise ValueError("gateway.secret_header and run.secret_env belong together")
        if self.account == "person" and self.instances == "one":
            raise ValueError('account = "person" needs instances = "per-artist"')
        if self.access == "admin" and not self.access_reason:
            raise ValueError('access = "admin" needs access_reason, the sentence on the card')
        return self


def _wrong(path: Path, error: ValidationError) -> Invalid:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"]) or "it"
    if first["type"] == "extra_forbidden":
        return Invalid("tools.manifest_unknown_key", file=path, entry=key)
    if first["type"] == "missing":
        return Invalid("tools.manifest_missing_key", file=path, entry=key)
    problem = str(first["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return Invalid("tools.manifest_wrong_value", file=path, entry=key, problem=problem)


def _json(value: Any) -> Any:
    raise TypeError(f"{value} is neither text nor a number")


def read(path: Path) -> Manifest:
    """The manifest in the file `path`; `Invalid` where it is not one."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        # By way of JSON, where an array may become a tuple while everything else stays strict.
        text = json.dumps(raw, default=_json)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise Invalid("tools.manifest_unreadable", file=path, problem=error) from None
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise _wrong(path, error) from None
