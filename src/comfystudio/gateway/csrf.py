"""Which requests may be the doing of another site's page, and are therefore refused.

A neighbour's pod is *same-site* with ours, so `Sec-Fetch-Site: same-site` counts as hostile and only the exact
origin is trusted. Browsers tell the truth in Origin and Sec-Fetch-*; what carries a cookie and tells nothing is
refused where it could change something.
"""

from collections.abc import Mapping

__all__ = ["SAFE", "refused"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def refused(method: str, headers: Mapping[str, str], origin: str, *, socket: bool, cookie: bool) -> bool:
    """Whether to refuse the request.

    `origin` is ours at this listener; `socket`: the request opens a WebSocket; `cookie`: the right to do this comes,
    or could come, from something a browser sends by itself.
    """
    said = headers.get("Origin")
    site = headers.get("Sec-Fetch-Site")
    if said is None and site is None:
        # Not a browser, or one that says nothing: it may look, and act with what it was given on purpose.
        return cookie and (socket or method not in SAFE)
    if said is not None and said != origin:
        return True
    if socket:
        return said is None or site not in {None, "same-origin"}
    if method in SAFE:
        return site in {"same-site", "cross-site"} and not _is_visit(method, headers)
    return site not in {None, "same-origin"}


def _is_visit(method: str, headers: Mapping[str, str]) -> bool:
    """Somebody follows a link from elsewhere in a window of its own: frames, images and scripts are no visits."""
    return (
        method == "GET"
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and headers.get("Sec-Fetch-Dest") in {None, "document"}
    )
