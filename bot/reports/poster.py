"""The poster of a class and its sign-in sheet on one side of A4 each, as PDF: black on white, for any copier.

Letters are embedded, so Vietnamese prints the same everywhere. The code to scan is drawn as squares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue

PAGE, EDGE = (210.0, 297.0), 15.0
WIDTH = PAGE[0] - 2 * EDGE
FAMILY = "Be Vietnam Pro"
LANGUAGE = "vi"
MM_PER_POINT = 25.4 / 72
LEADING = 1.3
QUIET = 4
"""Modules of white around a code to scan: less is not read by old cameras."""
SHEET_EDGE = 11.0
ROWS, ROW_HEIGHT = 25, 8.2
COLUMN_WIDTHS = (9.0, 50.0, 24.0, 61.0, 19.0, 25.0)
SCAN_TOP, SCAN_HEIGHT = 188.0, 80.0
FACT_SIZES = range(22, 11, -1)

_LIGHT, _BOLD = "", "B"


@dataclass(frozen=True, slots=True)
class Poster:
    """What a poster says; ``address`` is behind the code to scan, ``code`` is what is typed."""

    owner: str
    kind: str
    title: str
    facts: tuple[tuple[str, str], ...]
    address: str
    code: str
    scan: str
    or_type: str
    ahead: str
    care: str
    chat: str


@dataclass(frozen=True, slots=True)
class SignInSheet:
    """What a sign-in sheet says around its empty rows; ``totals`` are followed by a line to write on."""

    owner: str
    name: str
    title: str
    when: str
    address: str
    code: str
    has_phone: str
    columns: tuple[str, ...]
    if_wanted: str
    ages: tuple[str, ...]
    tick: str
    notes: tuple[str, ...]
    totals: tuple[str, ...]

    @property
    def rows(self) -> range:
        """The numbers of its rows."""
        return range(1, ROWS + 1)


def draw_poster(poster: Poster, fonts: Path) -> bytes:
    """The poster; ``fonts`` is the folder of the letters."""
    paper = _Paper(fonts, poster.title, EDGE)
    paper.write(poster.owner, _BOLD, 15)
    paper.rule(2.0, 1.0)
    paper.space(5)
    if poster.kind:
        paper.write(poster.kind.upper(), _BOLD, 20)
    paper.fit(poster.title, (42, 24), lines=3)
    paper.space(5)
    paper.facts(poster.facts, SCAN_TOP - 4)
    _scan_here(paper, poster)
    return paper.file()


def _scan_here(paper: _Paper, poster: Poster) -> None:
    """The lower third: the code to scan, what to type instead, and what nobody is ever asked for."""
    top, side = SCAN_TOP, SCAN_HEIGHT
    paper.box((EDGE, top, WIDTH, SCAN_HEIGHT))
    paper.code(poster.address, (EDGE, top), side)
    left, width = EDGE + side, WIDTH - side - 4
    paper.at(left, top + 8, width)
    paper.fit(poster.scan, (21, 15), lines=2)
    paper.space(3)
    paper.write(poster.or_type, _LIGHT, 14)
    paper.fit(poster.code, (38, 30), lines=1)
    paper.space(3)
    paper.write(poster.ahead, _LIGHT, 13)
    paper.at(EDGE, top + SCAN_HEIGHT + 2.5, WIDTH)
    paper.fit(poster.care, (13, 11), lines=1)
    if poster.chat:
        paper.write(poster.chat, _LIGHT, 11)


def draw_sheet(sheet: SignInSheet, fonts: Path) -> bytes:
    """The sign-in sheet; ``fonts`` is the folder of the letters."""
    paper = _Paper(fonts, sheet.title, SHEET_EDGE)
    width, side = PAGE[0] - 2 * SHEET_EDGE, 30.0
    paper.code(sheet.address, (PAGE[0] - SHEET_EDGE - side, SHEET_EDGE - 3), side)
    paper.at(SHEET_EDGE, SHEET_EDGE, width - side - 4)
    paper.write(sheet.owner, _BOLD, 10)
    paper.fit(sheet.name, (17, 15), lines=1)
    paper.fit(sheet.title, (12, 9), lines=2)
    paper.fit(sheet.when, (11, 8), lines=2, style=_LIGHT)
    paper.space(1)
    paper.at(SHEET_EDGE, max(paper.y, SHEET_EDGE + side - 2), width)
    paper.write(f"{sheet.has_phone} {sheet.code}", _BOLD, 11)
    paper.space(1)
    _rows(paper, sheet)
    paper.at(SHEET_EDGE, paper.y + 1.5, width)
    for note in sheet.notes:
        paper.write(note, _LIGHT, 9)
    paper.space(3)
    paper.to_fill(sheet.totals, 10)
    return paper.file()


def _rows(paper: _Paper, sheet: SignInSheet) -> None:
    heads = list(sheet.columns)
    paper.cells([(one, 8) for one in heads], ROW_HEIGHT + 3, sheet.if_wanted)
    for number in sheet.rows:
        top, left = paper.y, SHEET_EDGE
        paper.cells([(f"{number}", 9)] + [("", 9)] * (len(heads) - 1), ROW_HEIGHT)
        ages_at = left + sum(COLUMN_WIDTHS[:3])
        paper.ticks(sheet.ages, (ages_at, top, COLUMN_WIDTHS[3]))
        paper.ticks((sheet.tick,), (ages_at + COLUMN_WIDTHS[3], top, COLUMN_WIDTHS[4]))


class _Paper:
    """One page on which each thing is written below the one before."""

    def __init__(self, fonts: Path, title: str, edge: float) -> None:
        self._pdf = FPDF(format="A4")
        for style, weight in ((_LIGHT, "Medium"), (_BOLD, "Bold")):
            self._pdf.add_font(FAMILY, style, fonts / f"BeVietnamPro-{weight}.ttf")
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        self._pdf.set_lang(LANGUAGE)
        self._pdf.add_page()
        self._left, self._width = edge, PAGE[0] - 2 * edge
        self.y = edge

    def at(self, left: float, top: float, width: float) -> None:
        """Go on there, in a column of that width."""
        self._left, self.y, self._width = left, top, width

    def space(self, height: float) -> None:
        """Leave so much empty."""
        self.y += height

    def write(self, text: str, style: str, size: float, indent: float = 0) -> None:
        """A paragraph, broken into lines where it has to be."""
        lines = self._lines(text, style, size, self._width - indent)
        for line in lines:
            self._put(line, (self._left + indent, self.y))
            self.y += _height(size)

    def fit(self, text: str, sizes: tuple[int, int], lines: int, style: str = _BOLD) -> None:
        """As large as it can be in so many lines, and no smaller than the second size."""
        largest, smallest = sizes
        for size in range(largest, smallest - 1, -1):
            if len(self._lines(text, style, size, self._width)) <= lines:
                break
        self.write(text, style, size)

    def facts(self, facts: Sequence[tuple[str, str]], foot: float) -> None:
        """Labels, and beside them in strong letters what is so: as large as it can be above the foot."""
        for size in FACT_SIZES:
            indent, gap = size * 2.0, size / 10
            lines = [self._lines(one, _BOLD, size, self._width - indent) for _, one in facts]
            if self.y + sum(len(one) * _height(size) + gap for one in lines) <= foot:
                break
        for label, value in facts:
            top = self.y
            self.write(label, _LIGHT, size)
            self.y = top
            self.write(value, _BOLD, size, indent=indent)
            self.space(gap)

    def rule(self, above: float, thick: float) -> None:
        """A line from edge to edge."""
        self.y += above
        self._pdf.set_line_width(thick)
        self._pdf.line(self._left, self.y, self._left + self._width, self.y)
        self.y += thick

    def box(self, place: tuple[float, float, float, float], thick: float = 0.8) -> None:
        """A frame: left, top, width, height."""
        self._pdf.set_line_width(thick)
        self._pdf.rect(*place)

    def code(self, address: str, place: tuple[float, float], side: float) -> None:
        """A code to scan with white around it, so wide and so high in all."""
        rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
        one = side / (len(rows) + 2 * QUIET)
        self._pdf.set_fill_color(0)
        for down, row in enumerate(rows):
            for start, length in _runs(row):
                left, top = place[0] + (start + QUIET) * one, place[1] + (down + QUIET) * one
                self._pdf.rect(left, top, length * one, one, style="F")

    def cells(self, texts: Sequence[tuple[str, float]], height: float, under: str = "") -> None:
        """A row of the table; ``under`` stands in small letters under the second text."""
        left = self._left
        for number, ((text, size), width) in enumerate(zip(texts, COLUMN_WIDTHS, strict=True)):
            self.box((left, self.y, width, height), 0.25)
            parts = [(text, _BOLD, size)] if text else []
            if number == 1 and under:
                parts.append((under, _LIGHT, size - 1))
            self._centre(parts, (left, self.y, width, height))
            left += width
        self.y += height

    def _centre(
        self, parts: list[tuple[str, str, float]], cell: tuple[float, float, float, float]
    ) -> None:
        left, top, width, height = cell
        lines = [
            (line, style, size)
            for text, style, size in parts
            for line in self._lines(text, style, size, width - 1)
        ]
        y = top + (height - sum(_height(size) for _, _, size in lines)) / 2
        for line, style, size in lines:
            self._pdf.set_font(FAMILY, style, size)
            self._put(line, (left + (width - self._pdf.get_string_width(line)) / 2, y))
            y += _height(size)

    def ticks(self, labels: Sequence[str], place: tuple[float, float, float]) -> None:
        """Little boxes with words beside them, side by side: left, top and width of their cell."""
        left, top, width = place
        size, side, air = 8.5, 3.2, 0.7
        self._pdf.set_font(FAMILY, _LIGHT, size)
        taken = [side + air + self._pdf.get_string_width(label) for label in labels]
        gap = (width - sum(taken)) / (len(labels) + 1)
        for label, wide in zip(labels, taken, strict=True):
            left += gap
            self.box((left, top + (ROW_HEIGHT - side) / 2, side, side), 0.25)
            self._put(label, (left + side + air, top + (ROW_HEIGHT - _height(size)) / 2))
            left += wide

    def to_fill(self, texts: Sequence[str], size: float) -> None:
        """Words side by side, each with a line to write on; the lines are of one length."""
        self._pdf.set_font(FAMILY, _BOLD, size)
        taken = [self._pdf.get_string_width(text) + 1.5 for text in texts]
        length, left = (self._width - sum(taken)) / len(texts) - 3, self._left
        foot = self.y + _height(size) - 0.5
        self._pdf.set_line_width(0.2)
        for text, width in zip(texts, taken, strict=True):
            self._put(text, (left, self.y))
            self._pdf.line(left + width, foot, left + width + length, foot)
            left += width + length + 3

    def file(self) -> bytes:
        """The page as PDF."""
        return bytes(self._pdf.output())

    def _lines(self, text: str, style: str, size: float, width: float) -> list[str]:
        self._pdf.set_font(FAMILY, style, size)
        broken = partial(self._pdf.multi_cell, dry_run=True, output=MethodReturnValue.LINES)
        return cast("list[str]", broken(width, _height(size), self._known(text), align="L"))

    def _put(self, line: str, place: tuple[float, float]) -> None:
        self._pdf.set_xy(*place)
        self._pdf.cell(h=_height(self._pdf.font_size_pt), text=line)

    def _known(self, text: str) -> str:
        """Without signs that these letters have no picture of, like smileys."""
        letters = self._pdf.fonts[f"{FAMILY.lower()}{self._pdf.font_style}"].cmap  # type: ignore[union-attr]  # ours, never a core font
        return re.sub(" +", " ", "".join(sign for sign in text if ord(sign) in letters)).strip(" ")


def _height(size: float) -> float:
    return size * MM_PER_POINT * LEADING


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin and how many follow each other."""
    start = None
    for at, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = at
        elif not dark and start is not None:
            yield start, at - start
            start = None
