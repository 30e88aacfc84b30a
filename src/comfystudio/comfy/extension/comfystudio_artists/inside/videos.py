"""Lists of other files that a decoder would follow to anybody's: playlists in place of a video or a sound."""

import importlib
import os
from functools import wraps
from typing import Any

from .folders import OutsideYourFoldersError
from .owners import Owners

__all__ = ["Videos"]

# What FFmpeg calls formats that are nothing but names of other files.
LISTS = frozenset(("avisynth", "concat", "dash", "hls", "imf", "rtp", "rtsp", "sdp", "vapoursynth", "vobsub"))
# Files are read by us and handed over; by itself FFmpeg may open nothing that such a file names.
NOTHING_ELSE = {"protocol_whitelist": "crypto"}


class Videos:
    """Wraps PyAV's `open`, with which ComfyUI's own nodes read videos and sounds."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners

    def install(self) -> None:
        """Where PyAV is there."""
        try:
            av = importlib.import_module("av")
        except ImportError:
            return
        opening = self.wrapped(av.open)
        modules: tuple[Any, ...] = (av, getattr(av, "container", av))
        for module in modules:
            module.open = opening

    def wrapped(self, original: Any) -> Any:
        """`original`, which for an owner follows no list to other files."""

        @wraps(original)
        def open_media(file: Any, mode: Any = None, *args: Any, **kwargs: Any) -> Any:
            if self._owners.current() is None or mode not in {None, "r"}:
                return original(file, mode, *args, **kwargs)
            if isinstance(file, (str, os.PathLike)):
                _look(original, file)
            else:
                kwargs["options"] = {**(kwargs.get("options") or {}), **NOTHING_ELSE}
            return original(file, mode, *args, **kwargs)

        return open_media


def _look(original: Any, path: Any) -> None:
    """OutsideYourFoldersError for a list; what cannot be read at all fails here as it would later."""
    with open(path, "rb") as file, original(file, "r", options=dict(NOTHING_ELSE)) as found:
        if LISTS & set(found.format.name.split(",")):
            raise OutsideYourFoldersError(os.path.basename(path))
