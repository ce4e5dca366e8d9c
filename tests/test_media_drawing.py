"""Drawn screens: small, sharp, one red ring, every word inside the phone, the same bytes each time."""

from __future__ import annotations

import colorsys
import hashlib
import io
import os
import random
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageDraw
from pydantic import ValidationError

from bot.library import HOUSE_COLOUR, Library, RowKind, Screen
from bot.library.screens import (
    LONGEST_LABEL,
    LONGEST_MESSAGE,
    LONGEST_TILE,
    LONGEST_TITLE,
    MOST_ROWS,
    MOST_SIGNS,
    MOST_TILES,
)
from bot.media import drawing
from bot.media.drawing import LARGEST_BYTES, WIDTH, Look, draw
from bot.media.twin import describe
from tests import depth
from tests.command_line import ROOT
from tests.walker import Walker

LABEL = "Hình minh họa"
HOUSE = Look(HOUSE_COLOUR, LABEL)
RING = ImageColor.getrgb(drawing._RING)
PHONE = drawing._MARGIN + drawing._FRAME
"""From the edge of the picture to the phone's screen."""
LONGEST = {RowKind.TILES: LONGEST_TILE, RowKind.MESSAGE: LONGEST_MESSAGE}
VIETNAMESE = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵfjwz"
)
SIGNS = "0123456789 .,:;!?…()“”‘’\"'/-–—+*%&@#=<>«»•°₫"


def screen_of(*rows: object, tap: str = "Tiếp tục", title: str = "VNeID") -> Screen:
    """A screen of these rows, and below them the button that is tapped."""
    return Screen.model_validate({"title": title, "rows": [*rows, {"button": tap}], "tap": tap})


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    assert image.format == "PNG"
    return image


# ---- watching the pencil -------------------------------------------------------------------------


@dataclass
class Ink:
    """What a sketch drew, in pixels of the finished picture."""

    height: float
    said: list[tuple[str, drawing.Box, drawing._Words]] = field(default_factory=list)
    texts: list[tuple[str, drawing.Box]] = field(default_factory=list)
    shapes: list[drawing.Box] = field(default_factory=list)
    ring: drawing.Box | None = None


def watched(screen: Screen, look: Look = HOUSE) -> Ink:
    """The screen drawn by a pencil and a sketch that note where they were."""
    ink = Ink(drawing._Sketch(None, look).put(screen))

    def small(box: Any) -> drawing.Box:
        left, top, right, bottom = (part / drawing.SCALE for part in box)
        return left, top, right, bottom

    class Pencil(ImageDraw.ImageDraw):
        def text(self, at: Any, text: Any, colour: Any, font: Any, anchor: Any) -> None:
            ink.texts.append((text, small(self.textbbox(at, text, font, anchor))))
            super().text(at, text, colour, font, anchor)

        def rounded_rectangle(self, box: Any, *more: Any) -> None:
            ink.shapes.append(small(box))
            super().rounded_rectangle(box, *more)

        def ellipse(self, box: Any, *more: Any) -> None:
            ink.shapes.append(small(box))
            super().ellipse(box, *more)

    class Sketch(drawing._Sketch):
        def _say(self, text: str, box: drawing.Box, words: drawing._Words) -> None:
            ink.said.append((text, box, words))
            super()._say(text, box, words)

    pencil = Pencil(Image.new("RGB", (1, 1)))  # only where it draws is wanted
    sketch = Sketch(pencil, look)
    assert sketch.put(screen) == ink.height
    ink.ring = sketch._ring
    return ink


def assert_all_inside(screen: Screen) -> None:
    """No word wider or higher than its box, no word and no shape beyond the phone."""
    ink = watched(screen)
    assert len(ink.said) >= 3  # the title, the button, the label below the phone
    for text, box, words in ink.said:
        lines = drawing._broken(text, box[2] - box[0], words)
        assert "".join(lines).replace(" ", "") == "".join(text.split()), text
        font = drawing._font(words.size, bold=words.bold)
        for line in lines:
            assert font.getlength(line) / drawing.SCALE <= box[2] - box[0] + 0.5, (line, box)
        assert len(lines) * words.line <= box[3] - box[1] + 0.5, (text, box)
    *shown, label = ink.texts
    assert label[0] == LABEL
    for text, (left, top, right, bottom) in shown:
        assert left >= PHONE, text
        assert right <= WIDTH - PHONE, text
        assert top >= PHONE, text
        assert bottom <= label[1][1] - PHONE / 2, text
    for left, top, right, bottom in ink.shapes:
        assert 0 <= left < right <= WIDTH, (left, right)
        assert 0 <= top < bottom <= ink.height, (top, bottom)


def is_red(pixel: tuple[int, int, int]) -> bool:
    """A strong red, as the eye takes it: what the ring is known by."""
    hue, light, full = colorsys.rgb_to_hls(*(part / 255 for part in pixel))
    return min(hue, 1 - hue) < 20 / 360 and full > 0.5 and 0.2 < light < 0.6


def red_of(image: Image.Image) -> Any:
    """Where strong red is: a column of x, a column of y."""
    small = image.convert("RGB")
    reds = [colour for _, colour in small.getcolors(1 << 16) or () if is_red(colour)]
    pixels = numpy.asarray(small)
    found = numpy.isin(pixels @ [1 << 16, 1 << 8, 1], [r << 16 | g << 8 | b for r, g, b in reds])
    return numpy.argwhere(found)[:, ::-1]


def assert_one_ring(screen: Screen, content: bytes, look: Look = HOUSE) -> None:
    """The ring's red is there, and every strong red belongs to the ring around what is tapped."""
    image = opened(content)
    nearest = min(
        max(abs(a - b) for a, b in zip(colour, RING, strict=True))
        for _, colour in image.convert("RGB").getcolors(1 << 16) or ()
    )
    assert nearest <= 2  # a palette of few colours rounds
    ring = watched(screen, look).ring
    assert ring is not None
    inner, outer = drawing._RING_AIR - 2, drawing._RING_AIR + drawing._RING_WIDTH + 2
    left, top, right, bottom = ring
    red = red_of(image)
    x, y = red[:, 0], red[:, 1]
    from_side = numpy.minimum(x - left, right - x)
    from_edge = numpy.minimum(y - top, bottom - y)
    assert min(from_side.min(), from_edge.min()) >= -outer
    # Round at its corners, the ring reaches a little inside there.
    in_a_corner = (from_side < 24 - inner) & (from_edge < 24 - inner)
    assert not ((from_side > -inner) & (from_edge > -inner) & ~in_a_corner).any()
    assert len(red) > 2 * (right - left + bottom - top) * (drawing._RING_WIDTH - 3)


# ---- the screens of content/ ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def screens(library: Library) -> list[Screen]:
    """All of them in the deep setting; else the fullest, and some by lot."""
    found = [
        step.screen
        for guide in library.guides.values()
        for way in guide.ways
        for step in way.steps
        if step.screen
    ]
    assert found
    most = depth.DRAWN.now
    if len(found) <= most:
        return found
    found.sort(key=lambda screen: sum(map(len, screen.labels())), reverse=True)
    half = most // 2
    return found[:half] + random.Random(2026).sample(found[half:], half)


@pytest.fixture(scope="module")
def colours(library: Library) -> list[str]:
    """The colour of each commune, and of the house."""
    found = [plan.colour for plan in library.plans.values()]
    assert len(set(found)) == len(found) >= 5
    return sorted({*found, HOUSE_COLOUR})


def assert_good(screen: Screen, look: Look) -> None:
    content = draw(screen, look)
    assert len(content) <= LARGEST_BYTES
    image = opened(content)
    assert image.width == WIDTH == 640
    assert 300 < image.height < 2400
    assert not image.info  # no date, no program, nothing that changes by itself
    assert_one_ring(screen, content, look)


def test_every_screen_is_small_and_has_one_ring(screens: list[Screen], colours: list[str]) -> None:
    for number, screen in enumerate(screens):
        assert_good(screen, Look(colours[number % len(colours)], LABEL))


def test_a_screen_is_good_in_the_colour_of_every_commune(
    screens: list[Screen], colours: list[str]
) -> None:
    for screen in depth.DRAWN_IN_ALL_COLOURS.of(screens):
        for colour in colours:
            assert_good(screen, Look(colour, LABEL))
    assert len({draw(screens[0], Look(colour, LABEL)) for colour in colours}) == len(colours)


def test_every_word_of_every_screen_is_inside_the_phone(screens: list[Screen]) -> None:
    for screen in screens:
        assert_all_inside(screen)


# ---- letters -------------------------------------------------------------------------------------


def unknown_letters(text: str, *, bold: bool) -> set[str]:
    """Letters that the font draws as the sign for a letter that it does not have."""
    font = drawing._font(40, bold=bold)
    nothing = bytes(font.getmask("\U0010fffd"))
    assert bytes(font.getmask("a")) != nothing
    return {
        sign for sign in set(text) if not sign.isspace() and bytes(font.getmask(sign)) == nothing
    }


@pytest.mark.parametrize("bold", [False, True], ids=["medium", "bold"])
def test_the_font_has_all_vietnamese_letters(bold: bool) -> None:
    assert unknown_letters("漢😀", bold=bold) == {"漢", "😀"}
    assert len(set(VIETNAMESE)) == 93
    assert unknown_letters(VIETNAMESE + VIETNAMESE.upper() + SIGNS, bold=bold) == set()


def test_every_letter_of_every_screen_is_in_the_font(library: Library, walker: Walker) -> None:
    labels = [
        label
        for guide in library.guides.values()
        for way in guide.ways
        for step in way.steps
        if step.screen
        for label in step.screen.labels()
    ]
    labels.append(walker.house.texts.say("picture.label"))
    assert len(labels) > 10
    letters = "".join(labels)
    for bold in (False, True):
        assert unknown_letters(letters + letters.upper(), bold=bold) == set()
    # A letter and its mark apart would be two letters to the font.
    assert [label for label in labels if not unicodedata.is_normalized("NFC", label)] == []


# ---- rows ----------------------------------------------------------------------------------------


def row(kind: RowKind, *labels: str) -> object:
    return {str(kind): list(labels)}


@pytest.mark.parametrize("kind", list(RowKind))
def test_each_kind_of_row_is_drawn_and_can_be_tapped(kind: RowKind) -> None:
    labels = ("Giấy tờ", "Tố giác", "Ví giấy tờ") if kind is RowKind.TILES else ("Nhập số",)
    plain = screen_of("Chào bà Tư")
    with_row = screen_of("Chào bà Tư", row(kind, *labels))
    assert opened(draw(with_row, HOUSE)).height > opened(draw(plain, HOUSE)).height
    assert_all_inside(with_row)
    assert_one_ring(with_row, draw(with_row, HOUSE))
    ink = watched(with_row)
    for label in labels:
        assert label in [text for text, _, _ in ink.said]
    for tapped in labels:
        rows = ["Chào bà Tư", row(kind, *labels)]
        screen = Screen.model_validate({"title": "VNeID", "rows": rows, "tap": tapped})
        assert_all_inside(screen)
        assert_one_ring(screen, draw(screen, HOUSE))
        ring = watched(screen).ring
        [box] = [box for text, box in watched(screen).texts if text in (tapped, *tapped.split())][
            :1
        ]
        assert ring is not None
        assert ring[0] <= (box[0] + box[2]) / 2 <= ring[2]
        assert ring[1] <= (box[1] + box[3]) / 2 <= ring[3]


def test_no_two_kinds_of_row_look_alike() -> None:
    # The same words in another shape: the eye must tell them apart.
    drawn = {draw(screen_of(row(kind, "Gửi mã")), HOUSE) for kind in RowKind}
    assert len(drawn) == len(RowKind) >= 12


def test_the_words_of_a_picture_name_all_that_is_on_it(
    screens: list[Screen], walker: Walker
) -> None:
    texts = walker.house.texts
    for screen in screens:
        told = describe(screen, texts)
        assert [label for label in screen.labels() if label not in told] == []
        assert told.startswith(texts.say("picture.label"))
        assert told.count(f"«{screen.tap}»") == 1
    for kind in RowKind:
        told = describe(screen_of(row(kind, "Nhập số")), texts)
        assert "Nhập số" in told
        assert "{" not in told
    kinds = Counter(describe(screen_of(row(kind, "Nhập số")), texts) for kind in RowKind)
    assert max(kinds.values()) == 1


# ---- any screen within the limits ----------------------------------------------------------------

LETTERS = st.sampled_from(VIETNAMESE + VIETNAMESE.upper() + SIGNS)


def labels(longest: int) -> st.SearchStrategy[str]:
    """Words as people write them, one long word, only the widest letters, only high ones."""
    some = st.text(LETTERS, min_size=1, max_size=longest)
    wide = st.sampled_from(["W", "Ẫ ", "WWWWW ", "Ộ", "gỵ", "m"]).map(
        lambda part: (part * longest)[:longest]
    )
    return st.one_of(some, wide).map(str.strip).filter(bool)


def rows() -> st.SearchStrategy[object]:
    def of(kind: RowKind) -> st.SearchStrategy[object]:
        most = MOST_TILES if kind is RowKind.TILES else 1
        written = st.lists(labels(LONGEST.get(kind, LONGEST_LABEL)), min_size=1, max_size=most)
        return written.map(lambda given: {str(kind): given})

    return st.sampled_from(list(RowKind)).flatmap(of)


def signs_in(given_rows: list[Any]) -> int:
    return sum(len(label) for one in given_rows for found in one.values() for label in found)


@st.composite
def any_screens(draw_one: Any) -> Screen:
    """Every screen that content/ may hold."""
    given_rows = draw_one(st.lists(rows(), min_size=1, max_size=MOST_ROWS))
    while signs_in(given_rows) > MOST_SIGNS:
        given_rows = given_rows[1:] or [{"text": "Chào bà Tư"}]
    written = [label for one in given_rows for found in one.values() for label in found]
    once = [label for label, count in Counter(written).items() if count == 1]
    if not once:
        once = ["Đồng ý"]
        given_rows = [{"button": "Đồng ý"}]
    tap = draw_one(st.sampled_from(once))
    given_title = draw_one(labels(LONGEST_TITLE))
    return Screen.model_validate({"title": given_title, "rows": given_rows, "tap": tap})


def fullest(kind: RowKind, sign: str, *, is_long: bool) -> Screen:
    """As much as there may be of one kind: rows as many as they may be, or labels as long."""
    count = MOST_TILES if kind is RowKind.TILES else 1
    longest = LONGEST.get(kind, LONGEST_LABEL)
    most = min(MOST_ROWS, max(1, MOST_SIGNS // (count * longest))) if is_long else MOST_ROWS
    longest = min(longest, MOST_SIGNS // (count * most))

    def label(number: int) -> str:
        return f"{number:02}{sign * longest}"[:longest].strip()

    found = [row(kind, *(label(MOST_TILES * n + m) for m in range(count))) for n in range(most)]
    title = (sign * LONGEST_TITLE)[:LONGEST_TITLE].strip()
    return Screen.model_validate({"title": title, "rows": found, "tap": label(0)})


@given(any_screens())
@example(screen_of(title="W" * LONGEST_TITLE))
@example(screen_of(title="Ẫ Ẫ WWWWWWWWWWW WWWWWWWWWW"))
@example(screen_of(title="Cổng Dịch vụ công Quốc gia"))
def test_any_screen_is_drawn_small_and_inside_the_phone(screen: Screen) -> None:
    content = draw(screen, HOUSE)
    assert len(content) <= LARGEST_BYTES
    assert opened(content).width == WIDTH
    assert_all_inside(screen)


@pytest.mark.parametrize("kind", list(RowKind))
def test_the_fullest_screen_is_still_small_and_inside(kind: RowKind) -> None:
    signs = ("W", "Ẫg ", "mW " * 4)
    for sign in signs:
        for is_long in (True, False):
            assert_all_inside(fullest(kind, sign, is_long=is_long))
    for sign in signs[: depth.FULLEST_SIGNS.now]:
        screen = fullest(kind, sign, is_long=False)
        content = draw(screen, HOUSE)
        assert len(content) <= LARGEST_BYTES
        assert_one_ring(screen, content)


@pytest.mark.parametrize("kind", [RowKind.TILES, RowKind.MESSAGE, RowKind.FACE, RowKind.ITEM])
def test_the_noisiest_letters_do_not_make_it_large(kind: RowKind) -> None:
    lot = random.Random(2026)
    noise = "".join(lot.choices(VIETNAMESE.upper() + " ", k=LONGEST_MESSAGE))
    for is_long in (True, False):
        screen = fullest(kind, noise, is_long=is_long)
        content = draw(screen, HOUSE)
        assert len(content) <= LARGEST_BYTES
        assert_one_ring(screen, content)


def test_a_crowded_screen_is_refused_with_a_way_out() -> None:
    message = "ê" * LONGEST_MESSAGE
    assert screen_of({"message": message}, {"message": "a" + message[9:]}).rows
    with pytest.raises(ValidationError, match="tối đa 240"):
        screen_of({"message": message}, {"message": "a" + message[1:]})


LONG = ("W" * 46, "dichvucong.gov.vn/p/home/dvc-trang-chu.html", "a " + "m" * 44, "ộ" * 46)


@pytest.mark.parametrize("word", LONG)
def test_a_word_longer_than_a_line_is_broken_and_nothing_of_it_is_lost(word: str) -> None:
    words = drawing._Words(30)
    lines = drawing._broken(word, 300, words)
    assert len(lines) > 1
    assert "".join(lines).replace(" ", "") == word.replace(" ", "")
    font = drawing._font(30, bold=False)
    assert all(font.getlength(line) <= 300 * drawing.SCALE for line in lines)


# ---- the same each time --------------------------------------------------------------------------

ONE = screen_of("Chào bà Tư", {"qr": "Quét mã"}, {"tiles": ["Giấy tờ", "Tố giác"]})
PROGRAM = (
    "import hashlib, sys; from tests.test_media_drawing import HOUSE, ONE, draw; "
    "sys.stdout.write(hashlib.sha256(draw(ONE, HOUSE)).hexdigest())"
)


def test_the_same_screen_gives_the_same_bytes_here_and_in_another_process() -> None:
    here = hashlib.sha256(draw(ONE, HOUSE)).hexdigest()
    assert hashlib.sha256(draw(ONE, HOUSE)).hexdigest() == here
    there = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert there.stdout == here
