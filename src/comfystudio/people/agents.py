"""What a browser says it is, as a person reads it: "Firefox on Linux"."""

import re

from comfystudio.words import say

__all__ = ["device_name"]

# The first that is found counts: each of these claims to be the ones below it as well.
_BROWSERS = (
    (("Edg/", "EdgA/", "EdgiOS/", "Edge/"), "Edge"),
    (("OPR/", "OPiOS/", "Opera"), "Opera"),
    (("SamsungBrowser/",), "Samsung Internet"),
    (("Vivaldi/",), "Vivaldi"),
    (("Firefox/", "FxiOS/"), "Firefox"),
    (("Chrome/", "CriOS/", "Chromium/"), "Chrome"),
    (("Safari/",), "Safari"),
)
_SYSTEMS = (
    (("iPhone",), "iPhone"),
    (("iPad",), "iPad"),
    (("Android",), "Android"),
    (("Windows",), "Windows"),
    (("CrOS",), "ChromeOS"),
    (("Macintosh", "Mac OS X"), "macOS"),
    (("Linux", "X11"), "Linux"),
)
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}(?=[/ ]|$)")


def _first(agent: str, table: tuple[tuple[tuple[str, ...], str], ...]) -> str | None:
    return next((name for marks, name in table if any(mark in agent for mark in marks)), None)


def device_name(agent: str) -> str | None:
    """A name for the browser, or the program, that calls itself `agent`, which may be any text; None for none."""
    browser, system = _first(agent, _BROWSERS), _first(agent, _SYSTEMS)
    if browser and system:
        return say("people.device", browser=browser, system=system)
    if browser or system:
        return browser or system
    program = _PROGRAM.match(agent)
    return program[0] if program and program[0] != "Mozilla" else None
