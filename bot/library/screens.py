"""The picture of a step as data: a phone's screen in a few rows, and the one thing on it to tap.

A screen is schematic: it says which words stand where, not how an app looks. How it is drawn is not
its business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from bot.library.source import Record
from bot.library.wording import refuse

MOST_ROWS = 6
MOST_TILES = 6
LONGEST_TITLE = 26
LONGEST_LABEL = 46
LONGEST_TILE = 24
LONGEST_MESSAGE = 120
MOST_SIGNS = 240  # in all labels together: more is not read on a small phone


class RowKind(StrEnum):
    """How one row of a screen looks."""

    TEXT = "text"  # words to read
    FIELD = "field"  # a box to type into
    BUTTON = "button"
    ITEM = "item"  # a line that opens another screen
    TILES = "tiles"  # icons beside each other, each with its name
    CHECK = "check"  # a box to tick
    SWITCH = "switch"  # something to turn on
    MESSAGE = "message"  # a message that came in
    CODE = "code"  # boxes for the digits of a code
    FACE = "face"  # a frame for the face
    CARD = "card"  # a frame for a card
    QR = "qr"  # a QR code, or the frame that reads one


_LONGEST = {
    RowKind.TILES: LONGEST_TILE,
    RowKind.MESSAGE: LONGEST_MESSAGE,
}


def _one_row(value: object) -> object:
    """``- Words`` is a row of text; ``- field: Words`` names its kind."""
    if isinstance(value, str):
        return {"kind": RowKind.TEXT, "labels": [value]}
    if isinstance(value, Mapping) and len(value) == 1:
        [(kind, labels)] = value.items()
        if kind in set(RowKind):
            return {"kind": kind, "labels": labels if isinstance(labels, list) else [labels]}
    kinds = ", ".join(RowKind)
    raise refuse("dòng của hình không đúng dạng", f"viết chữ, hoặc một trong: {kinds}")


class Row(Record):
    """One row; only tiles have several labels."""

    kind: RowKind
    labels: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_TILES)]

    @field_validator("labels")
    @classmethod
    def _fitting(cls, labels: tuple[str, ...], known: ValidationInfo) -> tuple[str, ...]:
        kind = known.data.get("kind")
        if kind is None:
            return labels
        if kind is not RowKind.TILES and len(labels) > 1:
            raise refuse(f"dòng «{kind}» có nhiều nhãn", "chỉ «tiles» được ghi nhiều nhãn")
        longest = _LONGEST.get(kind, LONGEST_LABEL)
        for label in labels:
            if len(label) > longest:
                what = f"nhãn «{label}» dài {len(label)} ký tự, tối đa {longest}"
                raise refuse(what, "viết ngắn lại cho vừa hình")
        return labels


class Screen(Record):
    """A schematic phone screen; ``tap`` is the label that the ring goes around."""

    title: Annotated[str, Field(max_length=LONGEST_TITLE)]
    rows: Annotated[
        tuple[Annotated[Row, BeforeValidator(_one_row)], ...],
        Field(min_length=1, max_length=MOST_ROWS),
    ]
    tap: str

    @field_validator("rows")
    @classmethod
    def _not_crowded(cls, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        signs = sum(len(label) for row in rows for label in row.labels)
        if signs <= MOST_SIGNS:
            return rows
        what = f"hình có {signs} ký tự, tối đa {MOST_SIGNS}"
        raise refuse(what, "bớt dòng, chỉ giữ chữ gần chỗ bấm")

    @field_validator("tap")
    @classmethod
    def _once(cls, tap: str, known: ValidationInfo) -> str:
        rows = known.data.get("rows")
        if rows is None:
            return tap
        count = Counter(label for row in rows for label in row.labels)[tap]
        if count == 1:
            return tap
        what = f"«tap: {tap}» có {count} lần trong «rows»"
        raise refuse(what, "chép y nguyên một nhãn, mỗi nhãn ghi một lần")

    def labels(self) -> Iterator[str]:
        """Everything written on the screen, from top to bottom."""
        yield self.title
        for row in self.rows:
            yield from row.labels
