"""Patterns of words, written with their marks, found in messages as people and swindlers type them.

A pattern is a row of words; ``(một|hai từ)`` is one of several, ``{tên}`` one of a named group, ``*`` up to
three other words, ``*5`` up to five, ``#`` a number, ``<link>`` a link. ``?`` behind a word or a bracket
makes it optional, ``^`` and ``$`` are the two ends of the message.

A word typed without marks is compared without marks, a word typed with some must have all: “cat dien” is
“cắt điện”, “cát điện” is not. Nothing reaches over the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from bot.core.syllables import marks
from bot.core.text import fold, normalise

Form = tuple[str, frozenset[str]]
"""A word as it is compared: folded, and the marks it carries."""
Row = tuple[Form, ...]

LINK_SIGN = "\ue000"
"""Stands in a text where a link was."""
BORDER: Form = (".", frozenset())
NUMBER, LINK = "#", "<link>"
WIDEST_GAP = 3
SHORTEST_RUN_ON = 7
LONGEST_WORD = 24
SPELT_OUT = 3

_UNMARKED: frozenset[str] = frozenset()
_TOKEN = re.compile(
    rf"[^\W_]+(?:[^\w\s,:()\"“”?;{LINK_SIGN}]{{1,2}}[^\W_]+|_+[^\W_]+|[@$][^\W_]*)*|{LINK_SIGN}"
)
_PART = re.compile(r"(?:[^\W_]|[@$])+")
_ENDS_A_SENTENCE = re.compile(r"[.!?;…](?:\s|$)|[!?;…]")
_AMOUNT = re.compile(
    r"(\d+)(đ|vnđ|vnd|usd|k|tr|trieu|triệu|nghin|nghìn|ngan|ngàn|h|p|ph|phut|phút|gio|giờ|s|ngay|ngày)"
)
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_LOOKALIKES = tuple(
    str.maketrans(signs, letters) for signs, letters in (("01345@$", "oieasas"), ("0134@", "olhaa"))
)
_SAME_SOUND = {"hy": "hi", "ky": "ki", "ly": "li", "my": "mi", "sy": "si", "ty": "ti", "quy": "qui"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several rows of words at a place of a pattern, by the first word."""

    rows: Mapping[str, tuple[Row, ...]]
    is_optional: bool = False

    @classmethod
    def of(cls, rows: Iterable[Row], *, is_optional: bool) -> Choice:
        """The choice between these rows."""
        starting: dict[str, tuple[Row, ...]] = {}
        for row in dict.fromkeys(rows):
            starting[row[0][0]] = (*starting.get(row[0][0], ()), row)
        return cls(starting, is_optional)

    def at(self, word: str) -> Iterable[Row]:
        """The rows that may begin with a word."""
        found = self.rows.get(word, ())
        if word[0].isdigit() and NUMBER in self.rows:
            return (*found, *self.rows[NUMBER])
        return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to so many other words."""

    most: int


Element = Choice | Gap


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern taken apart; ``at_start`` and ``at_end`` hold it to the ends of the message."""

    elements: tuple[Element, ...]
    at_start: bool = False
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where a pattern of that name stands in a message, as numbers of words."""

    name: str
    start: int
    end: int


class PatternError(ValueError):
    """A pattern that cannot be read; the message says why, in Vietnamese."""


# --- Patterns

_PIECE = re.compile(
    r"\(([^()]*)\)(\??)|\{([^{}]*)\}(\??)|(\*\d*)|([\^$])|([^\s(){}*^$?]+)(\??)|(\S)"
)


def read_pattern(text: str, groups: Mapping[str, Iterable[str]]) -> Pattern:
    """The pattern written in a text; ``{name}`` stands for the words of that group.

    >>> read_pattern("^ cắt *2 điện", {}).at_start
    True
    """
    elements: list[Element] = []
    anchors = ""
    for bracket, maybe, name, maybe_group, gap, anchor, word, maybe_word, wrong in _PIECE.findall(
        text
    ):
        if wrong:
            raise PatternError(f"dấu «{wrong}» đứng không đúng chỗ")
        if anchor:
            anchors += anchor if anchor == "$" or not elements else "?"
        elif gap:
            elements.append(Gap(int(gap[1:] or WIDEST_GAP)))
        else:
            said = _named(name, groups) if name else (bracket or word).split("|")
            elements.append(_choice(tuple(said), bool(maybe or maybe_group or maybe_word)))
    _check(elements, anchors)
    return Pattern(tuple(elements), "^" in anchors, "$" in anchors)


@lru_cache(maxsize=4096)
def _choice(said: tuple[str, ...], is_optional: bool) -> Choice:
    """Kept, since the same groups stand in many patterns; what people type is never read here."""
    rows = [read_row(one) for one in said]
    if not all(rows):
        raise PatternError("có chỗ chọn bị bỏ trống")
    return Choice.of(rows, is_optional=is_optional)


def _named(name: str, groups: Mapping[str, Iterable[str]]) -> Iterable[str]:
    if name not in groups:
        raise PatternError(f"không có nhóm «{name}»")
    return groups[name]


def _check(elements: Sequence[Element], anchors: str) -> None:
    if "?" in anchors:
        raise PatternError("dấu «^» phải đứng đầu")
    sure = [isinstance(one, Choice) and not one.is_optional for one in elements]
    if not sure or not sure[0] or not isinstance(elements[-1], Choice):
        raise PatternError("mẫu phải bắt đầu bằng một từ chắc chắn có và kết thúc bằng một từ")


def read_row(said: str) -> Row:
    """The words of a phrase as they are compared."""
    words = (NUMBER, LINK)
    return tuple((one, _UNMARKED) if one in words else _form(one.lower()) for one in said.split())


# --- Messages


def _form(word: str) -> Form:
    if word.isascii():
        return _SAME_SOUND.get(word, word), _UNMARKED
    folded = fold(word)
    return _SAME_SOUND.get(folded, folded), marks(word)


@dataclass(frozen=True)
class Speller:
    """Reads a message into words: what hides a word is taken off, what is short for others is written out.

    ``known`` are the words that patterns have, folded; only they are looked for under a disguise.
    """

    known: frozenset[str]
    short: Mapping[str, Row] = field(default_factory=dict)

    def read(self, text: str) -> list[Form]:
        """The words, with ``BORDER`` where a sentence ends.

        >>> [word for word, _ in Speller(frozenset({"otp"})).read("Đọc 0TP. Gấp!")]
        ['doc', 'otp', '.', 'gap']
        """
        clean, before, found = normalise(text).lower(), 0, list[Form]()
        for match in _TOKEN.finditer(clean):
            if before and _ENDS_A_SENTENCE.search(clean, before, match.start()):
                found.append(BORDER)
            # Some letters are only fillers: folded, nothing of them is left.
            found += (form for form in self._words_of(match[0]) if form[0])
            before = match.end()
        return list(self._spelt_out(found))

    def _words_of(self, token: str) -> Iterator[Form]:
        if token == LINK_SIGN:
            yield (LINK, _UNMARKED)
            return
        if token in self.short:
            yield from self.short[token]
            return
        parts = _PART.findall(token)
        joined = "".join(parts)
        if len(parts) > 1 and (joined in self.short or self._is_known(joined) or joined.isdigit()):
            parts = [joined]
        for part in parts:
            yield from self._word(part)

    def _word(self, part: str) -> Iterator[Form]:
        if part in self.short:
            yield from self.short[part]
            return
        if amount := _AMOUNT.fullmatch(part):
            yield from (_form(amount[1]), _form(amount[2]))
            return
        form = _form(_REPEATED.sub(r"\1", part))
        if form[0] in self.known or len(part) > LONGEST_WORD:
            yield form
            return
        yield from self._undisguised(part) or self._run_on(part) or (form,)

    def _undisguised(self, part: str) -> Row | None:
        """“0TP”, “t@i”: digits and signs that stand for letters."""
        if part.isalpha() or part.isdigit():
            return None
        for table in _LOOKALIKES:
            plain = part.translate(table)
            if plain in self.short:
                return self.short[plain]
            if self._is_known(plain):
                return (_form(plain),)
        return None

    def _run_on(self, part: str) -> Row | None:
        """“taikhoan”: two known words without a space."""
        if len(part) < SHORTEST_RUN_ON:
            return None
        for at in range(2, len(part) - 1):
            if self._is_known(part[:at]) and self._is_known(part[at:]):
                return (_form(part[:at]), _form(part[at:]))
        return None

    def _is_known(self, word: str) -> bool:
        return _form(word)[0] in self.known

    def _spelt_out(self, forms: Iterable[Form]) -> Iterator[Form]:
        """“o t p”: letters one by one."""
        for is_letter, run in groupby(
            forms, key=lambda form: len(form[0]) == 1 and form[0].isalpha()
        ):
            letters = list(run)
            joined = "".join(letter for letter, _ in letters)
            if is_letter and len(letters) >= SPELT_OUT and joined in self.short:
                yield from self.short[joined]
            elif is_letter and len(letters) >= SPELT_OUT and joined in self.known:
                yield (joined, _UNMARKED)
            else:
                yield from letters


class Finder:
    """Finds many named patterns at once: only those whose words are all there, only where one could begin."""

    def __init__(self, named: Iterable[tuple[str, Pattern]]) -> None:
        self._patterns = tuple(named)
        choices = [
            [one for one in pattern.elements if isinstance(one, Choice)]
            for _, pattern in self._patterns
        ]
        self._needs = [
            sorted((frozenset(one.rows) for one in found[1:] if not one.is_optional), key=len)
            for found in choices
        ]
        self._opened_by: dict[str, list[int]] = {}
        for number, found in enumerate(choices):
            for opening in found[0].rows:
                self._opened_by.setdefault(opening, []).append(number)
        words = (
            word
            for found in choices
            for one in found
            for rows in one.rows.values()
            for row in rows
            for word, _ in row
        )
        self.known: frozenset[str] = frozenset(words) - {NUMBER, LINK}

    def find(self, words: Sequence[Form], enough: Container[str] = ()) -> Iterator[Found]:
        """Where the patterns begin, in order of the words.

        A name in ``enough`` is not looked for; who reads may add to it what has been seen often enough.
        """
        starting = self._starting({word for word, _ in words})
        for start, (word, _) in enumerate(words):
            numbers = starting.get(NUMBER, ()) if word[0].isdigit() else ()
            for name, pattern in (*starting.get(word, ()), *numbers):
                if name in enough or (pattern.at_start and start):
                    continue
                end = _follow(pattern, 0, words, start)
                if end >= 0:
                    yield Found(name, start, end)

    def _starting(self, said: set[str]) -> dict[str, list[tuple[str, Pattern]]]:
        """The patterns that may be in a message with these words, by the words they begin with."""
        if any(word[0].isdigit() for word in said):
            said = said | {NUMBER}
        found: dict[str, list[tuple[str, Pattern]]] = {}
        fits: dict[int, bool] = {}
        for opening in said & self._opened_by.keys():
            for number in self._opened_by[opening]:
                if number not in fits:
                    fits[number] = not any(map(said.isdisjoint, self._needs[number]))
                if fits[number]:
                    found.setdefault(opening, []).append(self._patterns[number])
        return found


def _follow(pattern: Pattern, step: int, words: Sequence[Form], at: int) -> int:
    """Where the rest of a pattern ends when it begins there; -1 when it does not fit."""
    if step == len(pattern.elements):
        return at if not pattern.at_end or at == len(words) else -1
    element = pattern.elements[step]
    if isinstance(element, Gap):
        return _reach(pattern, step + 1, words, range(at, at + element.most + 1))
    for row in element.at(words[at][0]) if at < len(words) else ():
        if _stands(row, words, at):
            end = _follow(pattern, step + 1, words, at + len(row))
            if end >= 0:
                return end
    return _follow(pattern, step + 1, words, at) if element.is_optional else -1


def _reach(pattern: Pattern, step: int, words: Sequence[Form], places: range) -> int:
    """Where the rest of a pattern ends when it begins at one of the places behind a gap."""
    element = pattern.elements[step]
    openings: Mapping[str, tuple[Row, ...]] | None = None
    if isinstance(element, Choice) and not element.is_optional and NUMBER not in element.rows:
        openings = element.rows
    for at in places:
        word = words[at][0] if at < len(words) else None
        if openings is None or word in openings:
            end = _follow(pattern, step, words, at)
            if end >= 0:
                return end
        if word is None or words[at] == BORDER:
            return -1
    return -1


def _stands(row: Row, words: Sequence[Form], at: int) -> bool:
    if at + len(row) > len(words):
        return False
    for meant, given in row:
        word, typed = words[at]
        if word != meant and not (meant == NUMBER and word[0].isdigit()):
            return False
        if typed and typed != given:
            return False
        at += 1
    return True
