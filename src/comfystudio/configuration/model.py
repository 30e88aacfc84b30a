"""A setting as a page shows it."""

import types
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from comfystudio import words
from comfystudio.settings import Setting, Settings, Source

__all__ = ["Kind", "Overview", "Plain", "Row", "choices_of", "group_of", "kind_of", "plain", "why_fixed"]

Kind = Literal["text", "number", "choice", "list", "path"]
Plain = str | int | bool | list[str] | None

_GROUPS = {
    "reach": "host port port_offset public_url tool_origin trusted_proxies allowed_hosts "
    "tls_certificate tls_key pod_id",
    "people": "roster auth session_days oidc_issuer oidc_client_id oidc_client_secret_file oidc_name oidc_claim",
    "tools": "accounts comfyui_dir comfyui_routes jupyter idle_hours tool_python setup_dir repo_dir",
    "storage": "trash_days backups_kept log_megabytes",
}
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names.split()}
_HINTS = typing.get_type_hints(Settings)


@dataclass(frozen=True)
class Row:
    """One setting: what is set, what the running studio has, and whether the file can change it."""

    setting: Setting
    group: str
    kind: Kind
    choices: tuple[str, ...]
    source: Source
    value: Plain
    running: Plain
    default: Plain
    why_fixed: str | None

    @property
    def changed(self) -> bool:
        """Whether a restart would bring another value."""
        return self.value != self.running


@dataclass(frozen=True)
class Overview:
    """Every setting. `version` names this state of the file; with a `problem` the file cannot be used as it is."""

    rows: tuple[Row, ...]
    file: Path
    version: str
    problem: str | None

    @property
    def restart_needed(self) -> bool:
        """Whether anything changed since the start."""
        return any(row.changed for row in self.rows)


def plain(value: Any) -> Plain:
    """A setting's value as JSON and TOML have it."""
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return str(value) if isinstance(value, Path) else typing.cast("Plain", value)


def group_of(name: str) -> str:
    """What a setting is about; the studio itself where nothing else is said."""
    return _GROUP_OF.get(name, "studio")


def choices_of(name: str) -> tuple[str, ...]:
    """The values there are to choose from; none where anything goes."""
    hint = _HINTS[name]
    return get_args(hint) if typing.get_origin(hint) is Literal else ()


def kind_of(name: str) -> Kind:
    """How a setting is entered."""
    hint = _HINTS[name]
    if choices_of(name):
        return "choice"
    if hint is int or hint is float:
        return "number"
    if typing.get_origin(hint) is tuple:
        return "list"
    of = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return "path" if Path in of else "text"


def why_fixed(setting: Setting, source: Source) -> str | None:
    """Why writing this setting into the file would change nothing; None where it would."""
    if setting.name == "workspace":
        return words.say("settings.fixed_workspace")
    if source == "flag":
        return words.say("settings.fixed_flag", flag=setting.flag)
    if source == "environment":
        return words.say("settings.fixed_environment", variable=setting.variable)
    return None
