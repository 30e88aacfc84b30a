"""Whether a path stays inside a folder once every link is followed."""

import os

__all__ = ["first_part", "has_link", "inside", "leads_out"]


def inside(folder: str, path: str) -> bool:
    """Whether `path`, links followed, is `folder` or below it. Neither needs to exist."""
    try:
        real, base = os.path.realpath(path), os.path.realpath(folder)
    except ValueError:  # a NUL character
        return False
    return real == base or real.startswith(base.rstrip(os.sep) + os.sep)


def has_link(folder: str, relative: str) -> bool:
    """Whether any part of `relative` below `folder` is a symbolic link."""
    path = folder
    for part in os.path.normpath(relative).split(os.sep):
        path = os.path.join(path, part)
        if os.path.islink(path):
            return True
    return False


def leads_out(folder: str, relative: str) -> bool:
    """Whether `relative` below `folder` passes a link and ends outside. Cheap where nothing of that name exists."""
    try:
        return has_link(folder, relative) and not inside(folder, os.path.join(folder, relative))
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
