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
from comfystudio import words
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
    """One row: `read` turns text or a TOML value into the setting's value or raises ValueError.

    `takes` is the key of what it takes among the words of `wanted`.
    """

    name: str
    default: Any
    takes: str
    read: Callable[[Any], Any]
    environment: str = ""

    @property
    def about(self) -> str:
        """What it is for, in words."""
        return words.say(f"about.{self.name}")

    @property
    def wanted(self) -> str:
        """What it takes, in words."""
        return words.say(f"wanted.{self.takes}")

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return self.environment or PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """The flag of `comfystudio up` that sets it."""
        return "--" + self.name.replace("_", "-")


SETTINGS: tuple[Setting, ...] = (
    Setting("workspace", "", "folder", read.path),
    Setting("host", "", "address", read.text),
    Setting("port", 8080, "port", read.whole(1, HIGHEST_PORT)),
    Setting("port_offset", 0, "offset", read.whole(0, 60000)),
    Setting("public_url", "", "origin", read.origin),
    Setting("tool_origin", "", "tool_origin", read.origin),
    Setting("trusted_proxies", (), "networks", read.items(read.network)),
    Setting("allowed_hosts", (), "hosts", read.items(read.host_name)),
    Setting("tls_certificate", None, "file", read.path),
    Setting("tls_key", None, "file", read.path),
    Setting("roster", None, "file", read.path),
    Setting("auth", "password", "auth", read.choice(Auth)),
    Setting("oidc_issuer", "", "issuer", read.issuer),
    Setting("oidc_client_id", "", "text", read.text),
    Setting("oidc_client_secret_file", None, "file", read.path),
    Setting("oidc_name", "Single sign-on", "short_text", read.label),
    Setting("oidc_claim", "preferred_username", "claim", read.claim),
    Setting("accounts", "auto", "accounts", read.choice(Accounts)),
    Setting("comfyui_dir", None, "folder", read.path),
    Setting("comfyui_routes", (), "routes", read.rows),
    Setting("trash_days", 30, "trash_days", read.whole(1, 3650)),
    Setting("backups_kept", 7, "backups", read.whole(1, 1000)),
    Setting("jupyter", "per-artist", "jupyter", read.choice(JupyterMode)),
    Setting("tool_python", None, "python", read.path),
    Setting("setup_dir", None, "folder", read.path),
    Setting("repo_dir", None, "folder", read.path, environment="REPO_DIR"),
    Setting("session_days", 30, "session_days", read.whole(1, 365)),
    Setting("idle_hours", 8, "hours", read.whole(0, 720)),
    Setting("log_megabytes", 64, "megabytes", read.whole(1, 100_000)),
    Setting("log_level", "info", "level", read.choice(LogLevel)),
    Setting("pod_id", "", "pod", read.text, environment="RUNPOD_POD_ID"),
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
