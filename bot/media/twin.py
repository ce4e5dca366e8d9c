"""A screen in words: for who cannot see the picture, and for where none can be shown."""

from __future__ import annotations

from bot.library import Row, RowKind, Screen
from bot.locale import Texts


def describe(screen: Screen, texts: Texts) -> str:
    """What stands on the screen from top to bottom, and where the ring is."""
    rows = "; ".join(_row(row, texts) for row in screen.rows)
    return texts.say("picture.twin", title=screen.title, rows=rows, tap=screen.tap)


def _row(row: Row, texts: Texts) -> str:
    labels = ", ".join(row.labels)
    if row.kind is RowKind.TEXT:
        return labels
    return texts.say(f"picture.row-{row.kind}", label=labels)
