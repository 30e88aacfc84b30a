"""A link as a QR code on a terminal: two modules a character, dark on light whatever the terminal's colours are."""

from rich.text import Text

__all__ = ["drawn"]

QUIET = 2  # on a screen readers find it with half the margin that paper needs
_CELLS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def drawn(link: str) -> Text:
    """The code of `link`; shown without colours it is there all the same, the other way round."""
    import segno  # noqa: PLC0415 only for those who ask for it

    rows = [[bool(module) for module in row] for row in segno.make_qr(link, error="m").matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    lines = ("".join(map(_cell, above, below)) for above, below in zip(rows[::2], rows[1::2], strict=True))
    return Text("\n".join(lines), style="black on white", no_wrap=True)


def _cell(above: bool, below: bool) -> str:
    return _CELLS[above, below]
