"""Whether a path stays inside a folder once every link is followed."""

import os
import stat

__all__ = ["first_part", "has_link", "inside", "leads_out"]


def inside(folder: str, path: str) -> bool:
    """Whether `path`, links followed, is `folder` or below it. Neither needs to exist."""
    below = path[len(folder) :] if path.startswith(folder) else ""
    if (path == folder or below.startswith(os.sep)) and ".." not in below and not _linked(folder, below):
        return True  # the ordinary case, with one look at each part that exists
    try:
        real, base = os.path.realpath(path), os.path.realpath(folder)
    except ValueError:  # a NUL character
        return False
    return real == base or real.startswith(base.rstrip(os.sep) + os.sep)


def has_link(folder: str, relative: str) -> bool:
    """Whether any part of `relative` below `folder` is a symbolic link."""
    path = folder
    for part in relative.split(os.sep):
        if part in {"", "."}:
            continue
        path = f"{path}{os.sep}{part}"
        try:
            mode = os.lstat(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False  # nothing of that name, so nothing below it either
        if stat.S_ISLNK(mode):
            return True
    return False


def leads_out(folder: str, relative: str) -> bool:
    """Whether `relative` below `folder` passes a link and ends outside. Cheap where nothing of that name exists."""
    return _linked(folder, relative) and not inside(folder, os.path.join(folder, relative.lstrip(os.sep)))


def _linked(folder: str, relative: str) -> bool:
    """As `has_link`; what cannot be looked at counts as a link."""
    try:
        return has_link(folder, relative)
    except (OSError, ValueError):
        return True


def first_part(folder: str, path: str) -> tuple[str, str] | None:
    """`path` below `folder` as (first name, rest), ("", "") for the folder itself, None outside. Links unfollowed."""
    base, full = os.path.abspath(folder), os.path.abspath(path)
    if full == base:
        return "", ""
    if not full.startswith(base.rstrip(os.sep) + os.sep):
        return None
    first, _, rest = os.path.relpath(full, base).partition(os.sep)
    return first, rest
