"""A schematic phone screen drawn as a small PNG: one red ring around what to tap, and nothing else.

Drawn at twice its size with Pillow and scaled down, so that edges are smooth on a cheap screen.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from bot.library import Row, RowKind, Screen

VERSION = 2
"""Goes into the key of every picture: a new one whenever the drawing changes."""
WIDTH = 640  # twice the 320 pixels of the smallest phones
SCALE = 2
COLOURS = 48, 16  # fewer where a very full picture would be too large: its letters are rougher
LARGEST_BYTES = 60 * 1024

FONTS = Path(__file__).parent / "fonts"
_INK, _SOFT, _EDGE, _GROUND, _PAPER = "#17231d", "#4d5b54", "#a9b5af", "#e9eeeb", "#ffffff"
_BODY, _RING = "#27332d", "#d8121f"
_TINT = 0.86  # how much white is in the pale shade of the main colour

_DOTS = hashlib.shake_128(b"no real code").digest(21 * 21)  # a pattern that no phone can read

_MARGIN = 26  # from the edge of the picture to the phone
_FRAME = 12
_INSET = 36  # from the edge of the screen to a row
_GAP = 34  # between rows: the ring fits in
_RING_WIDTH, _RING_AIR = 9, 9
_LINE = 1.28  # height of a line of text, in sizes of the font

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """What pictures of a commune share: its colour as ``#rrggbb``, and the words under each of them."""

    colour: str
    label: str


def draw(screen: Screen, look: Look) -> bytes:
    """The screen as a PNG of ``WIDTH`` pixels and at most ``LARGEST_BYTES``."""
    height = _Sketch(None, look).put(screen)
    image = Image.new("RGB", (WIDTH * SCALE, round(height * SCALE)), _GROUND)
    _Sketch(ImageDraw.Draw(image), look).put(screen)
    small = image.resize((WIDTH, round(height)), Image.Resampling.LANCZOS)
    for colours in COLOURS:
        file = io.BytesIO()
        _packed(small, look, colours).save(file, "PNG", optimize=True)
        if file.tell() <= LARGEST_BYTES:
            break
    return file.getvalue()


def height_of(screen: Screen, look: Look) -> int:
    """The height of the picture in pixels, without drawing it."""
    return round(_Sketch(None, look).put(screen))


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "BeVietnamPro-Bold.ttf" if bold else "BeVietnamPro-Medium.ttf"
    return ImageFont.truetype(FONTS / name, size * SCALE)


def _mixed(colour: str, white: float) -> str:
    """The colour with so much white in it."""
    parts = (round(part + (255 - part) * white) for part in ImageColor.getrgb(colour)[:3])
    return "#{:02x}{:02x}{:02x}".format(*parts)


def _packed(image: Image.Image, look: Look, colours: int) -> Image.Image:
    """The picture in few colours; those that mean something are among them, however little they fill."""
    kept = [part for name in (_RING, look.colour, _PAPER) for part in ImageColor.getrgb(name)]
    few = image.quantize(colours, Image.Quantize.MEDIANCUT)
    palette = Image.new("P", (1, 1))
    palette.putpalette([*kept, *(few.getpalette() or ())])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


@dataclass(frozen=True, slots=True)
class _Words:
    """How some words are set; ``middle`` centres them in the width."""

    size: int
    colour: str = _INK
    bold: bool = False
    middle: bool = False

    @property
    def line(self) -> float:
        return self.size * _LINE


class _Sketch:
    """One pass over a screen; without a pencil it only measures."""

    def __init__(self, pencil: ImageDraw.ImageDraw | None, look: Look) -> None:
        self._pencil = pencil
        self._look = look
        self._tint = _mixed(look.colour, _TINT)
        self._rows: Mapping[RowKind, Callable[[Row, Box], float]] = {
            RowKind.TEXT: self._text_row,
            RowKind.FIELD: self._field,
            RowKind.BUTTON: self._button,
            RowKind.ITEM: self._item,
            RowKind.TILES: self._tiles,
            RowKind.CHECK: self._check,
            RowKind.SWITCH: self._switch,
            RowKind.MESSAGE: self._message,
            RowKind.CODE: self._code,
            RowKind.FACE: self._face,
            RowKind.CARD: self._card,
            RowKind.QR: self._qr,
        }
        self._tap = ""
        self._ring: Box | None = None

    def put(self, screen: Screen) -> float:
        """Draw it all; gives the height of the picture."""
        self._tap = screen.tap
        heights = self._measured(screen)
        left, right = _MARGIN + _FRAME, WIDTH - _MARGIN - _FRAME
        top = _MARGIN + _FRAME
        heading, words = (left + 20, top, right - 20, top), _Words(34, _PAPER, True, True)
        bar = max(84.0, self._height(screen.title, heading, words) + 20)
        bottom = top + bar + _GAP + sum(height + _GAP for height in heights)
        self._box((_MARGIN, _MARGIN, WIDTH - _MARGIN, bottom + _FRAME), 44, _BODY)
        self._box((left, top, right, bottom), 34, _PAPER)
        self._box((left, top, right, top + bar), 34, self._look.colour)
        self._box((left, top + bar / 2, right, top + bar), 0, self._look.colour)
        self._say(screen.title, (left + 20, top, right - 20, top + bar), words)
        y = top + bar + _GAP
        for row, height in zip(screen.rows, heights, strict=True):
            self._rows[row.kind](row, (left + _INSET, y, right - _INSET, y + height))
            y += height + _GAP
        self._draw_ring()
        foot = bottom + _FRAME + 8
        self._say(self._look.label, (0, foot, WIDTH, foot + 40), _Words(24, _SOFT, middle=True))
        return foot + 40 + 10

    def _measured(self, screen: Screen) -> list[float]:
        measure = self if self._pencil is None else _Sketch(None, self._look)
        left, right = _MARGIN + _FRAME + _INSET, WIDTH - _MARGIN - _FRAME - _INSET
        return [measure._rows[row.kind](row, (left, 0, right, 0)) for row in screen.rows]

    # ---- rows: each draws itself into the box and gives the height that it needs ----

    def _text_row(self, row: Row, box: Box) -> float:
        words = _Words(30)
        height = self._height(row.labels[0], box, words)
        self._mark(row.labels[0], box)
        self._say(row.labels[0], box, words)
        return height

    def _field(self, row: Row, box: Box) -> float:
        inside = _inside(box, 22)
        words = _Words(30, _SOFT)
        height = max(82.0, self._height(row.labels[0], inside, words) + 30)
        self._box(box, 14, _PAPER, _EDGE, 3)
        self._say(row.labels[0], inside, words)
        self._mark(row.labels[0], box)
        return height

    def _button(self, row: Row, box: Box) -> float:
        is_tapped = row.labels[0] == self._tap
        words = _Words(32, _PAPER if is_tapped else self._look.colour, True, True)
        inside = _inside(box, 24)
        height = max(84.0, self._height(row.labels[0], inside, words) + 36)
        fill = self._look.colour if is_tapped else _PAPER
        self._box(box, 20, fill, self._look.colour, 3)
        self._say(row.labels[0], inside, words)
        self._mark(row.labels[0], box)
        return height

    def _item(self, row: Row, box: Box) -> float:
        left, top, right, bottom = box
        inside = (left + 24, top, right - 50, bottom)
        words = _Words(30, bold=True)
        height = max(88.0, self._height(row.labels[0], inside, words) + 32)
        self._box(box, 16, _PAPER, _EDGE, 3)
        middle = (top + bottom) / 2
        self._say(row.labels[0], inside, words)
        self._line(
            [(right - 36, middle - 13), (right - 22, middle), (right - 36, middle + 13)], _SOFT, 5
        )
        self._mark(row.labels[0], box)
        return height

    def _tiles(self, row: Row, box: Box) -> float:
        left, top, right, _ = box
        columns = 2 if len(row.labels) in (2, 4) else min(3, len(row.labels))
        width, air, words = (right - left) / columns, 42.0, _Words(25, middle=True)
        cell = (0.0, 0.0, width - 16, 0.0)
        heights = [100 + 10 + self._height(label, cell, words) for label in row.labels]
        lines = [max(heights[at : at + columns]) for at in range(0, len(heights), columns)]
        for number, label in enumerate(row.labels):
            line, column = divmod(number, columns)
            x, y = left + column * width, top + sum(lines[:line]) + line * air
            middle = x + width / 2
            icon = (middle - 46, y, middle + 46, y + 92)
            self._box(icon, 16, self._tint, self._look.colour, 3)
            # The first letter: which sign the app shows there is not known.
            self._say(label[0].upper(), icon, _Words(42, self._look.colour, True, True))
            end = y + heights[number]  # its own words end here, those of a neighbour may be longer
            self._say(label, (x + 8, y + 102, x + width - 8, end), words)
            self._mark(label, (x + 6, y - 2, x + width - 6, end))
        return sum(lines) + air * (len(lines) - 1)

    def _check(self, row: Row, box: Box) -> float:
        left, top, right, bottom = box
        inside, words = (left + 64, top, right, bottom), _Words(28)
        height = max(52.0, self._height(row.labels[0], inside, words) + 6)
        middle = (top + bottom) / 2
        self._box((left + 4, middle - 20, left + 44, middle + 20), 8, _PAPER, _SOFT, 4)
        self._say(row.labels[0], inside, words)
        self._mark(row.labels[0], box)
        return height

    def _switch(self, row: Row, box: Box) -> float:
        left, top, right, bottom = box
        inside, words = (left + 8, top, right - 120, bottom), _Words(30)
        height = max(60.0, self._height(row.labels[0], inside, words) + 10)
        middle = (top + bottom) / 2
        self._box((right - 98, middle - 25, right - 8, middle + 25), 25, _EDGE)
        self._circle((right - 73, middle), 20, _PAPER)
        self._say(row.labels[0], inside, words)
        self._mark(row.labels[0], box)
        return height

    def _message(self, row: Row, box: Box) -> float:
        left, top, right, bottom = box
        bubble = (left, top, right - 40, bottom)
        inside, words = _inside(bubble, 24), _Words(28)
        height = self._height(row.labels[0], inside, words) + 40
        self._box(bubble, 22, _GROUND)
        self._say(row.labels[0], inside, words)
        self._mark(row.labels[0], bubble)
        return height

    def _code(self, row: Row, box: Box) -> float:
        left, top, right, _ = box
        words = _Words(28, _SOFT, middle=True)
        height = self._height(row.labels[0], box, words)
        self._say(row.labels[0], (left, top, right, top + height), words)
        width, y = (right - left) / 6, top + height + 14
        for number in range(6):
            x = left + number * width
            self._box((x + 8, y, x + width - 8, y + 76), 12, _PAPER, _EDGE, 3)
            self._circle((x + width / 2, y + 38), 7, _EDGE)
        self._mark(row.labels[0], (left, top, right, y + 76))
        return height + 14 + 76

    def _face(self, row: Row, box: Box) -> float:
        middle, top = (box[0] + box[2]) / 2, box[1]
        self._circle((middle, top + 110), 108, self._tint, self._look.colour, 6)
        self._circle((middle, top + 86), 40, self._look.colour)
        if self._pencil is not None:
            shoulders = _scaled((middle - 72, top + 134, middle + 72, top + 254))
            self._pencil.chord(shoulders, 195, 345, fill=self._look.colour)
        return self._captioned(row, box, 222)

    def _card(self, row: Row, box: Box) -> float:
        middle, top = (box[0] + box[2]) / 2, box[1]
        left, right = middle - 165, middle + 165
        self._box((left, top, right, top + 206), 20, self._tint, self._look.colour, 6)
        self._box((left + 26, top + 40, left + 116, top + 160), 10, self._look.colour)
        for number, end in enumerate((24, 60, 90)):
            y = top + 56 + number * 38
            self._box((left + 140, y, right - end, y + 14), 7, self._look.colour)
        return self._captioned(row, box, 206)

    def _qr(self, row: Row, box: Box) -> float:
        size, unit = 203.0, 203 / 21
        left, top = (box[0] + box[2] - size) / 2, box[1]
        for x in range(21):
            for y in range(21):
                is_corner = ((x < 8 or x > 12) and y < 8) or (x < 8 and y > 12)
                if not is_corner and _DOTS[x + 21 * y] & 1:
                    at = (left + x * unit, top + y * unit)
                    self._box((*at, at[0] + unit, at[1] + unit), 0, _INK)
        for x, y in ((0, 0), (14, 0), (0, 14)):
            at = (left + x * unit, top + y * unit)
            self._box((*at, at[0] + 7 * unit, at[1] + 7 * unit), 6, _INK)
            self._box((at[0] + unit, at[1] + unit, at[0] + 6 * unit, at[1] + 6 * unit), 4, _PAPER)
            self._box(
                (at[0] + 2 * unit, at[1] + 2 * unit, at[0] + 5 * unit, at[1] + 5 * unit), 3, _INK
            )
        return self._captioned(row, box, size)

    def _captioned(self, row: Row, box: Box, height: float) -> float:
        """The words under a figure of that height, and the ring around both."""
        left, top, right, _ = box
        words = _Words(28, bold=True, middle=True)
        whole = height + 14 + self._height(row.labels[0], box, words)
        self._say(row.labels[0], (left, top + height + 14, right, top + whole), words)
        self._mark(row.labels[0], (left + 40, top - 6, right - 40, top + whole + 2))
        return whole

    # ---- the pencil ----

    def _mark(self, label: str, box: Box) -> None:
        if label == self._tap:
            self._ring = box

    def _draw_ring(self) -> None:
        if self._ring is None:
            return
        left, top, right, bottom = self._ring
        for air, width, colour in (
            (_RING_AIR - 4, _RING_WIDTH + 8, _PAPER),
            (_RING_AIR, _RING_WIDTH, _RING),
        ):
            out = air + width
            box = (left - out, top - out, right + out, bottom + out)
            self._box(box, 30, None, colour, width)

    def _box(
        self, box: Box, radius: float, fill: str | None, edge: str | None = None, width: int = 0
    ) -> None:
        if self._pencil is not None and box[3] > box[1]:
            self._pencil.rounded_rectangle(_scaled(box), radius * SCALE, fill, edge, width * SCALE)

    def _circle(
        self,
        at: tuple[float, float],
        radius: float,
        fill: str,
        edge: str | None = None,
        width: int = 0,
    ) -> None:
        if self._pencil is not None:
            box = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
            self._pencil.ellipse(_scaled(box), fill, edge, width * SCALE)

    def _line(self, points: list[tuple[float, float]], colour: str, width: int) -> None:
        if self._pencil is not None:
            scaled = [(x * SCALE, y * SCALE) for x, y in points]
            self._pencil.line(scaled, colour, width * SCALE, "curve")

    def _height(self, text: str, box: Box, words: _Words) -> float:
        return len(_broken(text, box[2] - box[0], words)) * words.line

    def _say(self, text: str, box: Box, words: _Words) -> None:
        """The words, broken into lines, in the middle of the box's height."""
        if self._pencil is None:
            return
        left, top, right, bottom = box
        lines = _broken(text, right - left, words)
        y = (top + bottom - len(lines) * words.line) / 2
        for number, line in enumerate(lines):
            x = (left + right) / 2 if words.middle else left
            at = (x * SCALE, (y + (number + 0.5) * words.line) * SCALE)
            font = _font(words.size, bold=words.bold)
            self._pencil.text(at, line, words.colour, font, "mm" if words.middle else "lm")


def _broken(text: str, width: float, words: _Words) -> list[str]:
    """The text in lines no wider than that; a word that is wider alone goes on in the next line."""
    font, lines = _font(words.size, bold=words.bold), [""]

    def fits(line: str) -> bool:
        return len(line) <= 1 or font.getlength(line) <= width * SCALE

    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if fits(longer) or not lines[-1] else [lines[-1], word]
        while not fits(lines[-1]):
            end = next(end for end in range(len(lines[-1]) - 1, 0, -1) if fits(lines[-1][:end]))
            lines[-1:] = [lines[-1][:end], lines[-1][end:]]
    return lines


def _inside(box: Box, air: float) -> Box:
    return box[0] + air, box[1], box[2] - air, box[3]


def _scaled(box: Box) -> Box:
    left, top, right, bottom = box
    return left * SCALE, top * SCALE, right * SCALE, bottom * SCALE
