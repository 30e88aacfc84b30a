"""The one table of settings: environment, `studio.toml` and flags are read from it, the reference is made from it.

A flag wins over the environment, the environment over the file, the file over the default.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, cast

from comfystudio import setting_values as read
from comfystudio.errors import Invalid

__all__ = [
    "HIGHEST_PORT",
    "SETTINGS",
    "Accounts",
    "Auth",
    "JupyterMode",
    "Setting",
    "Settings",
    "Source",
    "load",
    "load_file",
    "trace",
    "workspace_of",
]

Accounts = Literal["auto", "separate", "same"]
Auth = Literal["password", "open"]
JupyterMode = Literal["per-artist", "shared"]
LogLevel = Literal["debug", "info", "warning", "error"]
Source = Literal["flag", "environment", "file", "default"]
FILE_NAME = "studio.toml"
HIGHEST_PORT = 65_535
PREFIX = "COMFYSTUDIO_"
# Read by `comfystudio connect`, which may run on a machine without a studio.
_OF_CLIENTS = {"COMFYSTUDIO_TOKEN", "COMFYSTUDIO_ADDRESS"}


@dataclass(frozen=True)
class Settings:
    """Every setting, read and checked. Paths are absolute; empty text means "not set"."""

    workspace: Path
    host: str
    port: int
    port_offset: int
    public_url: str
    tool_origin: str
    trusted_proxies: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    tls_certificate: Path | None
    tls_key: Path | None
    roster: Path | None
    auth: Auth
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret_file: Path | None
    oidc_name: str
    oidc_claim: str
    accounts: Accounts
    comfyui_dir: Path | None
    comfyui_routes: tuple[str, ...]
    trash_days: int
    backups_kept: int
    jupyter: JupyterMode
    tool_python: Path | None
    setup_dir: Path | None
    repo_dir: Path | None
    session_days: int
    idle_hours: int
    log_megabytes: int
    log_level: LogLevel
    pod_id: str

    @property
    def portal_port(self) -> int:
        """The port the portal listens on, offset included."""
        return self.port + self.port_offset


@dataclass(frozen=True)
class Setting:
    """One row: `read` turns text or a TOML value into the setting's value or raises ValueError."""

    name: str
    default: Any
    wanted: str
    about: str
    read: Callable[[Any], Any]
    environment: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return self.environment or PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """The flag of `comfystudio up` that sets it."""
        return "--" + self.name.replace("_", "-")


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "workspace",
        "",
        "a folder",
        "The folder that outlives the pod: people, database, tools and everything artists make. "
        "Without it: /workspace where that exists and can be written, else ./workspace.",
        read.path,
    ),
    Setting(
        "host",
        "",
        "an address",
        "The address to listen on. Without it: every address on a pod or in a container, loopback elsewhere.",
        read.text,
    ),
    Setting("port", 8080, "a port from 1 to 65535", "The portal's port.", read.whole(1, HIGHEST_PORT)),
    Setting(
        "port_offset",
        0,
        "a number from 0 to 60000",
        "Added to the portal's port and to the public port of every tool, so that two studios fit on a machine.",
        read.whole(0, 60000),
    ),
    Setting(
        "public_url",
        "",
        "an address like https://studio.example.com",
        "The portal's address as browsers see it, where a proxy stands in front.",
        read.origin,
    ),
    Setting(
        "tool_origin",
        "",
        "an address with {tool} or {port}",
        "The address of each tool as browsers see it, like https://{tool}.studio.example.com. "
        "Without it: the portal's host with the tool's port.",
        read.origin,
    ),
    Setting(
        "trusted_proxies",
        (),
        "a list of addresses or networks",
        "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Nobody else's are.",
        read.items(read.network),
    ),
    Setting(
        "allowed_hosts",
        (),
        "a list of host names",
        "Further host names under which this studio may be reached, such as a workstation's name on the LAN.",
        read.items(read.host_name),
    ),
    Setting(
        "tls_certificate", None, "a file", "Certificate chain in PEM; with it every port speaks HTTPS.", read.path
    ),
    Setting("tls_key", None, "a file", "The certificate's private key in PEM.", read.path),
    Setting(
        "roster",
        None,
        "a file",
        "The roster that says who may enter. Without it: artist_names.sh in the workspace.",
        read.path,
    ),
    Setting(
        "auth",
        "password",
        "password or open",
        "How people sign in. open: they pick their name and need no password, as in the original; only on a machine "
        "of one's own, where nobody else can reach the studio.",
        read.choice(Auth),
    ),
    Setting(
        "oidc_issuer",
        "",
        "an https address",
        "The OpenID Connect provider with whose accounts people may sign in, exactly as it names itself. "
        "The roster still says who may enter.",
        read.issuer,
    ),
    Setting("oidc_client_id", "", "text", "The studio's client id at that provider.", read.text),
    Setting(
        "oidc_client_secret_file",
        None,
        "a file",
        "The file with the client's secret. Without it the studio is a public client, which PKCE alone protects.",
        read.path,
    ),
    Setting(
        "oidc_name",
        "Single sign-on",
        "text of 1 to 60 characters",
        "What the provider is called on the sign-in page.",
        read.label,
    ),
    Setting(
        "oidc_claim",
        "preferred_username",
        "the name of a claim",
        "What the provider says of a person that must equal their name on the roster. Choose one that people cannot "
        "change themselves; email counts only once it is verified.",
        read.claim,
    ),
    Setting(
        "accounts",
        "auto",
        "auto, separate or same",
        "Whether each artist's tools run as an account of their own. auto: separate as root in a container "
        "or pod, same elsewhere.",
        read.choice(Accounts),
    ),
    Setting(
        "comfyui_dir",
        None,
        "a folder",
        "The ComfyUI checkout. Without it: ComfyUI in the workspace.",
        read.path,
    ),
    Setting(
        "comfyui_routes",
        (),
        "a list like GET /rgthree/*",
        "Further routes of ComfyUI that artists may use, for node packs with an API of their own: a method and a "
        "path, where * stands for anything below. What the pack does for one artist must not show to another.",
        read.rows,
    ),
    Setting(
        "trash_days",
        30,
        "a number of days from 1 to 3650",
        "How long images that an artist moved to the trash can be restored.",
        read.whole(1, 3650),
    ),
    Setting(
        "backups_kept",
        7,
        "a number from 1 to 1000",
        "How many backups of database, settings and roster are kept of those that somebody asked for.",
        read.whole(1, 1000),
    ),
    Setting(
        "jupyter",
        "per-artist",
        "per-artist or shared",
        "One JupyterLab for each artist, or one for all, as the original had it.",
        read.choice(JupyterMode),
    ),
    Setting(
        "tool_python",
        None,
        "a Python interpreter",
        "The Python that environments of tools are made with. Without it: the first one, 3.11 or newer, "
        "that the tools' accounts can execute.",
        read.path,
    ),
    Setting(
        "setup_dir", None, "a folder", "The folder of tool manifests. Without it: the one that ships.", read.path
    ),
    Setting(
        "repo_dir",
        None,
        "a folder",
        "The repository's folder, handed to tools as REPO_DIR.",
        read.path,
        environment="REPO_DIR",
    ),
    Setting("session_days", 30, "a number of days from 1 to 365", "How long a sign-in lasts.", read.whole(1, 365)),
    Setting(
        "idle_hours",
        8,
        "a number of hours from 0 to 720",
        "After how many hours an artist's own tool that nobody uses and that does nothing is stopped; 0: never.",
        read.whole(0, 720),
    ),
    Setting(
        "log_megabytes",
        64,
        "a number from 1 to 100000",
        "How much log each tool and job keeps, in MB; the oldest part goes first.",
        read.whole(1, 100_000),
    ),
    Setting("log_level", "info", "debug, info, warning or error", "How much the portal says.", read.choice(LogLevel)),
    Setting(
        "pod_id",
        "",
        "a pod's id",
        "The RunPod pod this studio runs on; addresses are made from it.",
        read.text,
        environment="RUNPOD_POD_ID",
    ),
)

_TABLE = {row.name: row for row in SETTINGS}
assert [row.name for row in SETTINGS] == sorted(_TABLE, key=[f.name for f in fields(Settings)].index)


def _value(row: Setting, value: Any, where: str) -> Any:
    try:
        return row.read(value)
    except (ValueError, TypeError):
        key = "settings.bad_origin" if row.read is read.origin and "{" not in str(value) else "settings.wrong_type"
        raise Invalid(key, where=where, name=row.name, wanted=row.wanted, value=repr(value)) from None


def load_file(path: Path) -> dict[str, Any]:
    """The settings in the TOML file at `path`, checked; empty where there is no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("settings.broken_file", path=path, problem=error) from None
    return _in_text(text, path)


def _in_text(text: str, path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid("settings.broken_file", path=path, problem=error) from None
    values = {}
    for name, value in raw.items():
        if name not in _TABLE or name == "workspace":
            raise Invalid("settings.unknown", where=str(path), name=name)
        values[name] = _value(_TABLE[name], value, str(path))
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    for variable in environment:
        ours = variable.startswith(PREFIX) and variable not in _OF_CLIENTS
        if ours and variable[len(PREFIX) :].lower() not in _TABLE:
            raise Invalid("settings.unknown", where="The environment", name=variable)
    return {
        row.name: _value(row, environment[row.variable], row.variable)
        for row in SETTINGS
        if environment.get(row.variable)
    }


def _default_workspace() -> Path:
    pod = Path("/workspace")
    return pod if pod.is_dir() and os.access(pod, os.W_OK) else Path("workspace").absolute()


def _check(settings: Settings) -> None:
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise Invalid("settings.half_tls")
    if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
        raise Invalid("settings.half_oidc")
    for name in ("tls_certificate", "tls_key", "oidc_client_secret_file"):
        path = getattr(settings, name)
        if path is not None and not os.access(path, os.R_OK):
            raise Invalid("settings.no_file", where="settings", name=name, path=path)
    if settings.setup_dir is not None and not settings.setup_dir.is_dir():
        raise Invalid("settings.no_folder", where="settings", name="setup_dir", path=settings.setup_dir)
    if settings.portal_port > HIGHEST_PORT:
        raise Invalid("settings.port_high", port=settings.port, offset=settings.port_offset, highest=HIGHEST_PORT)
    if settings.auth == "open":
        _check_open(settings)


def _check_open(settings: Settings) -> None:
    """Nobody asks for a password: whatever lets others reach the studio is refused before it starts."""
    for name in ("pod_id", "public_url", "tool_origin", "trusted_proxies", "allowed_hosts"):
        if getattr(settings, name):
            raise Invalid("settings.open_beyond", name=name)
    if settings.host and not read.is_loopback(settings.host):
        raise Invalid("settings.open_beyond", name="host")


def workspace_of(flags: Mapping[str, Any]) -> Path:
    """The workspace alone, for commands that help where the settings in it are wrong."""
    found = flags.get("workspace") or os.environ.get("COMFYSTUDIO_WORKSPACE")
    return (read.path(str(found)) if found else None) or _default_workspace()


def load(flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read every source and check it. Raises `Invalid` with one sentence that names the source and the setting."""
    return trace(flags, environment)[0]


def trace(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None, *, text: str | None = None
) -> tuple[Settings, dict[str, Source]]:
    """As `load`, with where each setting comes from; `text` is what the file would say."""
    environment = os.environ if environment is None else environment
    given = {
        name: _value(_TABLE[name], value, _TABLE[name].flag)
        for name, value in (flags or {}).items()
        if value is not None
    }
    surrounding = _from_environment(environment)
    workspace = given.get("workspace") or surrounding.get("workspace") or _default_workspace()
    file = workspace / FILE_NAME
    written = load_file(file) if text is None else _in_text(text, file)
    values = {row.name: row.default for row in SETTINGS} | written | surrounding | given
    values["workspace"] = workspace
    settings = Settings(**values)
    _check(settings)
    sources: dict[str, Source] = dict.fromkeys(values, "default")
    for names, source in ((written, "file"), (surrounding, "environment"), (given, "flag")):
        sources |= dict.fromkeys(names, cast("Source", source))
    return settings, sources
