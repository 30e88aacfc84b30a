"""What a file is, by its name and its first bytes: the kind a page shows it as, and how it may be sent.

Only a type that runs nothing in a browser is shown; everything else is handed out as a download.
"""

from typing import Literal

__all__ = ["HEAD_BYTES", "Kind", "kind_of", "looks_right", "type_of"]

Kind = Literal["image", "video", "audio", "other"]
HEAD_BYTES = 64

_IMAGES = {
    "avif": "image/avif",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
}
_VIDEOS = {
    "avi": "video/x-msvideo",
    "m4v": "video/mp4",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
_AUDIO = {
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
}
# Text is shown as text whatever stands in it.
_TEXT = {
    "csv": "text/plain; charset=utf-8",
    "json": "application/json",
    "log": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "yaml": "text/plain; charset=utf-8",
    "yml": "text/plain; charset=utf-8",
}
# Drawn in an <img> nothing in it runs; opened by itself it would, so it never is.
_DRAWINGS = {"svg": "image/svg+xml"}
_KINDS: tuple[tuple[dict[str, str], Kind], ...] = (
    (_IMAGES | _DRAWINGS, "image"),
    (_VIDEOS, "video"),
    (_AUDIO, "audio"),
)
_SHOWN = _IMAGES | _VIDEOS | _AUDIO | _TEXT
UNKNOWN = "application/octet-stream"

_ISO = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_STARTS: dict[str, tuple[bytes, ...]] = {
    "audio/flac": (b"fLaC", b"ID3"),
    "audio/ogg": (b"OggS",),
    "audio/wav": (b"RIFF", b"RF64"),
    "image/bmp": (b"BM",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "image/webp": (b"RIFF",),
    "video/webm": (b"\x1aE\xdf\xa3",),
    "video/x-matroska": (b"\x1aE\xdf\xa3",),
    "video/x-msvideo": (b"RIFF",),
}


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(name: str) -> Kind:
    """What a file of that name is shown as."""
    ending = _ending(name)
    return next((kind for types, kind in _KINDS if ending in types), "other")


def type_of(name: str) -> tuple[str, bool]:
    """The content type for a file of that name, and whether a browser may show it by itself."""
    ending = _ending(name)
    if ending in _SHOWN:
        return _SHOWN[ending], True
    return _DRAWINGS.get(ending, UNKNOWN), False


def looks_right(content_type: str, head: bytes) -> bool:
    """Whether a file that begins with `head` (its first 64 bytes) can be of that type, which is no text."""
    if content_type in {"image/avif", "audio/mp4", "video/mp4", "video/quicktime"}:
        return head[4:8] in _ISO
    if content_type == "audio/mpeg":
        return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)
    if not head.startswith(_STARTS[content_type]):
        return False
    inner = {"image/webp": b"WEBP", "audio/wav": b"WAVE", "video/x-msvideo": b"AVI "}.get(content_type)
    return inner is None or head[8:12] == inner
