"""The page for the meeting as one picture that can be read in a Zalo group on a small phone.

Laid out first and drawn afterwards, so that what is drawn is known word by word. Phones show the picture
about a third as wide as it is: the smallest letters are of 36 pixels, which leaves twelve.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from bot.reports.meeting import MeetingPage, Part

WIDTH = 1080
COLOURS = 32
FONTS = Path(__file__).parent / "fonts"
_INK, _SOFT, _PAPER, _GROUND = "#17231d", "#3f4d46", "#ffffff", "#eef3f0"
_EDGE, _AIR, _GAP = 48, 30, 26
_LEADING = 1.32
_TITLE, _HEADING, _LINE, _SMALL = 62, 44, 40, 36
_BULLET = "•"
_INDENT = 40
_HELD = "\N{NO-BREAK SPACE}"
_NAME = re.compile(r"(?<=\bKP) (?=\d)|(?<=\b[Ấấ]p) (?=\S)|(?<=\b[Tt]ổ) (?=\d)|(?<=\d) (?=%)")
"""Spaces at which no line ends: a khu phố keeps its number."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of letters where it stands; ``word`` is its number among the words of the page, if any."""

    text: str
    at: tuple[int, int]
    size: int
    colour: str
    bold: bool
    word: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is drawn: boxes of a colour, then letters."""

    height: int
    boxes: Sequence[tuple[tuple[int, int, int, int], str]]
    letters: Sequence[Placed]

    @property
    def words(self) -> tuple[str, ...]:
        """What is written, put together again as it was given."""
        found: dict[int, list[str]] = {}
        for one in self.letters:
            if one.word is not None:
                found.setdefault(one.word, []).append(one.text)
        return tuple(" ".join(parts) for _, parts in sorted(found.items()))


def lay_out(page: MeetingPage, colour: str) -> Sheet:
    """Where everything stands, from the top down."""
    layout = _Layout(colour)
    layout.head(page)
    for part in page.parts:
        layout.part(part)
    layout.foot(page.foot)
    return Sheet(layout.y, layout.boxes, layout.letters)


def draw(page: MeetingPage, colour: str) -> bytes:
    """The picture as a PNG of ``WIDTH`` pixels; ``colour`` carries white letters."""
    sheet = lay_out(page, colour)
    image = Image.new("RGB", (WIDTH, sheet.height), _GROUND)
    pencil = ImageDraw.Draw(image)
    for box, fill in sheet.boxes:
        pencil.rounded_rectangle(box, 24 if fill == _PAPER else 0, fill)
    for one in sheet.letters:
        pencil.text(one.at, one.text, one.colour, _font(one.size, bold=one.bold), "la")
    told = PngInfo()
    told.add_itxt("Description", "\n".join(page.words), lang="vi")
    file = io.BytesIO()
    packed = image.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    packed.save(file, "PNG", optimize=True, pnginfo=told)
    return file.getvalue()


class _Layout:
    """One pass from the top down."""

    def __init__(self, colour: str) -> None:
        self.y = 0
        self.boxes: list[tuple[tuple[int, int, int, int], str]] = []
        self.letters: list[Placed] = []
        self._colour = colour
        self._word = 0

    def head(self, page: MeetingPage) -> None:
        self.y = _EDGE - 8
        at = len(self.boxes)
        for text, size, bold in (
            (page.owner, _SMALL, True),
            (page.title, _TITLE, True),
            (page.window, _SMALL, False),
        ):
            self._say(text, (_EDGE, size, _PAPER, bold))
        self.y += _AIR
        self.boxes.insert(at, ((0, 0, WIDTH, self.y), self._colour))
        self.y += _GAP

    def part(self, part: Part) -> None:
        """A white box with a heading and its lines."""
        top, at = self.y, len(self.boxes)
        self.y += _AIR - 6
        left = _EDGE + 28
        self._say(part.heading, (left, _HEADING, self._colour, True))
        for line in part.lines:
            self.y += 8
            if len(part.lines) > 1:
                dot = (left, self.y)
                self.letters.append(Placed(_BULLET, dot, _LINE, self._colour, True, None))
                self._say(line, (left + _INDENT, _LINE, _INK, False))
            else:
                self._say(line, (left, _LINE, _INK, False))
        self.y += _AIR - 4
        self.boxes.insert(at, ((_EDGE - 12, top, WIDTH - _EDGE + 12, self.y), _PAPER))
        self.y += _GAP

    def foot(self, text: str) -> None:
        self._say(text, (_EDGE, _SMALL, _SOFT, False))
        self.y += _EDGE - 12

    def _say(self, text: str, how: tuple[int, int, str, bool]) -> None:
        """A word of the page in as many lines as it needs."""
        left, size, colour, bold = how
        width = WIDTH - left - _EDGE - (28 if left > _EDGE else 0)
        for line in _broken(text, width, _font(size, bold=bold)):
            self.letters.append(Placed(line, (left, self.y), size, colour, bold, self._word))
            self.y += round(size * _LEADING)
        self._word += 1


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "BeVietnamPro-Bold.ttf" if bold else "BeVietnamPro-Medium.ttf"
    return ImageFont.truetype(FONTS / name, size)


def _broken(text: str, width: int, font: ImageFont.FreeTypeFont) -> list[str]:
    """The text in lines no wider than that; a word that is wider alone stands alone."""
    lines: list[str] = []
    for word in _NAME.sub(_HELD, " ".join(text.split())).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line.replace(_HELD, " ") for line in lines]
