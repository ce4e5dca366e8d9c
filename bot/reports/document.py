"""A report as a văn bản before it is drawn: what stands around the body, the body line by line, the annex."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.reports.tables import Table


class Line(StrEnum):
    """What a line of the body is."""

    PART = "part"  # I. TÌNH HÌNH …
    POINT = "point"  # 1. Công tác …
    TEXT = "text"
    ITEM = "item"  # - …
    OPEN = "open"  # for the office to fill in
    GROUND = "ground"  # căn cứ


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a sentence: where it stands in the JSON of the report, and how it is written there."""

    path: str
    how: str
    shown: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of the body with every figure in it; what was typed by somebody has none."""

    kind: Line
    text: str
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts I–V of the body, under its heading."""

    heading: str
    lines: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands around the body; number, day and name are for the office's document system to give."""

    superior: str | None
    issuer: Sequence[str]  # line by line
    code: str  # BC-UBND
    place: str
    dated: date | None
    year: int  # of the place for the date, where no day was typed
    kind: str  # BÁO CÁO
    about: str
    addressee: str | None
    signer: Sequence[str]  # line by line
    recipients: Sequence[str]
    archive: str
    author: str  # who issues it, as a sentence says it


@dataclass(frozen=True, slots=True)
class Document:
    """A whole draft."""

    letter: Letter
    opening: Sequence[Sentence]
    parts: Sequence[Part]
    ending: Sentence
    annex_title: str
    annex: Sequence[Table]
