"""Routes as a server says that it has them, met with the table."""

import re
from collections.abc import Iterable

from comfystudio.comfy.routes.paths import read
from comfystudio.comfy.routes.table import Table

__all__ = ["unnamed"]

# What can stand in braces; everything else can be anything.
_FILLED = {"static": "index.html", "path": "x.webp", "filename": "a.png"}


def unnamed(routes: Iterable[str]) -> list[str]:
    """Those of `routes` (`GET /history/{prompt_id}`) that no row of the table names."""
    table = Table()
    found = []
    for route in routes:
        method, _, pattern = route.partition(" ")
        path = re.sub(r"\{(\w+)\}", lambda match: _FILLED.get(match[1], "x1"), pattern)
        if table.find(method, read(path)) is None:
            found.append(route)
    return found
