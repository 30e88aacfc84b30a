"""Reading the value of a setting: text or a TOML value becomes what it means, or ValueError says that it is none."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

__all__ = [
    "choice",
    "claim",
    "host_name",
    "is_loopback",
    "issuer",
    "items",
    "label",
    "network",
    "origin",
    "path",
    "rows",
    "text",
    "whole",
]

ROW = re.compile(r"(GET|POST|PUT|PATCH|DELETE) /[^\s?#\\]*")
CLAIM = re.compile(r"[!-~]{1,100}")


def text(value: Any) -> str:
    """One line of text."""
    if not isinstance(value, str) or "\n" in value or "\r" in value or "\0" in value:
        raise ValueError
    return value.strip()


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A whole number from `low` to `high`."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError  # noqa: TRY004 the caller turns every ValueError into one sentence
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def path(value: Any) -> Path | None:
    """An absolute path; None for nothing."""
    given = text(value)
    try:
        return Path(given).expanduser().absolute() if given else None
    except RuntimeError:
        # A tilde before the name of nobody on this machine.
        raise ValueError from None


def choice(of: Any) -> Callable[[Any], str]:
    """One of the words of a Literal."""

    def read(value: Any) -> str:
        if value not in get_args(of):
            raise ValueError
        return str(value)

    return read


def items(check: Callable[[str], str]) -> Callable[[Any], tuple[str, ...]]:
    """A list, or text with commas or blanks between; `check` reads each."""

    def read(value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [item for item in value.replace(",", " ").split() if item]
        if not isinstance(value, list):
            raise ValueError  # noqa: TRY004 the caller turns every ValueError into one sentence
        return tuple(check(text(item)) for item in value)

    return read


def rows(value: Any) -> tuple[str, ...]:
    """A row has a blank in it, so text separates them by commas."""
    if isinstance(value, str):
        value = [item.strip() for item in value.split(",") if item.strip()]
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004 the caller turns every ValueError into one sentence
    rows = tuple(" ".join(text(item).split()) for item in value)
    if not all(ROW.fullmatch(row) for row in rows):
        raise ValueError
    return rows


def network(given: str) -> str:
    """An address or a network."""
    return str(ipaddress.ip_network(given, strict=False))


def host_name(given: str) -> str:
    """A host name."""
    if not given or any(character in given for character in "/@ \t"):
        raise ValueError
    return given.lower()


def origin(value: Any) -> str:
    """Scheme and host, with or without a port, perhaps with {tool} or {port} in it."""
    given = text(value).rstrip("/")
    if not given:
        return ""
    parts = urlsplit(given.replace("{tool}", "tool").replace("{port}", "1"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ValueError
    return given


def issuer(value: Any) -> str:
    """Kept to the letter: a provider's name for itself is compared as it is."""
    given = text(value)
    if not given:
        return ""
    parts = urlsplit(given)
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not (local or parts.scheme == "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError
    if parts.query or parts.fragment or not given.isprintable() or " " in given:
        raise ValueError
    return given


def label(value: Any) -> str:
    """A short name that people read."""
    given = text(value)
    if not 0 < len(given) <= 60 or not given.isprintable():
        raise ValueError
    return given


def claim(value: Any) -> str:
    """The name of a claim."""
    given = text(value)
    if not CLAIM.fullmatch(given):
        raise ValueError
    return given


def is_loopback(host: str) -> bool:
    """Whether an address, or the name localhost, never leaves the machine."""
    try:
        found = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return host == "localhost"
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback
