"""The reference page of ComfyUI's routes, from the table that the front reads."""

from comfystudio.comfy.routes.table import Group, groups

__all__ = ["routes_page"]

WAYS = {
    "own": "in the artist's name",
    "mine": "by the studio",
    "shared": "the same for everybody",
    "scrubbed": "without what is not theirs to see",
    "admin": "admins only",
    "refused": "refused",
}
APIS = {"both": "", "only": " (with `/api` only)", "never": " (without `/api`)"}


def _row(group: Group) -> str:
    first = group.rows[0]
    routes = "<br>".join(f"`{row.route}`" for row in group.rows)
    if first.endings:
        routes += f"<br>(`{{file?}}` ends in {', '.join(first.endings)})"
    return f"| {group.name} | {routes}{APIS[first.api]} | {WAYS[first.way]} | {group.what} |"


def routes_page() -> str:
    """docs/reference/comfyui-routes.md."""
    lines = [
        "# Routes of ComfyUI\n",
        "What becomes of each route at ComfyUI's address; what is not here answers 404.",
        "[ComfyUI for many](../comfyui.md) says why. `GET` stands for `HEAD` too, `ANY` for every method; a route is",
        "there with and without `/api` in front unless the row says otherwise. `{name}` is one segment, `{name+}`",
        "one that may hold slashes as `%2F`, `*` one or more.\n",
        "| what | routes | answered | how |",
        "|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(group) for group in groups())]) + "\n"
