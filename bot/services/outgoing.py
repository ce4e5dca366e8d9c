"""What leaves the office shows no small number of people: cells of 1 to 4 in a split of them are taken out.

Visits, totals and targets stay. What can be worked out from the cells that are left is not hidden here.
"""

from __future__ import annotations

from typing import Any

LEAST = 5
"""The smallest number of people that a cell of a split may show outside."""
SPLITS = (
    ("help", "topic"),
    ("help", "team"),
    ("trainings", "kind"),
    ("trainings", "topic"),
)
"""Splits of people: the part of the report, and the word that each row goes by."""


def hide(body: dict[str, Any]) -> dict[str, Any]:
    """The same report with small cells unknown, and the path of each in ``hidden``."""
    parts, hidden = dict(body), list(body["hidden"])
    for part, word in SPLITS:
        rows = []
        for row in parts[part][f"by_{word}"]:
            is_small = row["people"] is not None and 0 < row["people"] < LEAST
            rows.append(row | {"people": None} if is_small else row)
            if is_small:
                hidden.append(f"{part}.by_{word}[{row[word]}].people")
        parts[part] = parts[part] | {f"by_{word}": rows}
    return parts | {"hidden": hidden}
