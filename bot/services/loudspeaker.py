"""A guide as a text to be read aloud over the commune's loudspeakers: a minute or two, nothing for the eye.

It is made of what the guide says already (for whom, what to bring, where, what to beware of): the steps on a
screen are left to the chat and to neighbours. A sentence that holds a number or an abbreviation nobody can
read is left out whole, never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.core.aloud import is_sayable, say_aloud, say_digits
from bot.core.vocabulary import AddressForm, Topic
from bot.library import Guide
from bot.library.spoken import Spoken
from bot.locale import Texts

PER_SYLLABLE = 0.325
COMMA, SENTENCE, PARAGRAPH = 0.4, 0.6, 1.2
"""Seconds. Ours, measured on 2026-11-22 with the machine voice of ``bot.media.voice`` (eSpeak NG, southern
voice, 135 words a minute, gap 2): 0.324 s a syllable over 8, 16 and 32 of them, 0.38 s more at a comma,
0.60 s more at a full stop. The pause between two parts is what the page asks the reader for. A person who
reads slowly and clearly is near to it; who reads fast is done earlier."""
SHORTEST_SECONDS, LONGEST_SECONDS = 60, 120
AIM_SECONDS = 117
MOST_SYLLABLES = 20
SHORTEST_PIECE = 3
FEWEST_POINTS, MOST_POINTS = 3, 5
MOST_NEEDS = 3
MOST_SENTENCES = (3, 2, 1)
"""Of one point: fewer where otherwise too few points fit."""
ORDINAL = 3 * PER_SYLLABLE + SENTENCE
ORDINALS = ("nhất", "hai", "ba", "tư", "năm")
FOR_TEAMS = "Người trong Tổ công nghệ số"
"""How guides for the teams themselves begin to say for whom they are: they are not read to everybody."""

_ENDS = re.compile(r"(?<=[.!?…])\s+")
_GLOSS = re.compile(r"\s*\(([^()]*)\)")
_KEPT_GLOSS = ("nếu ", "hoặc ", "trừ ", "kể cả ")
_SAME = (
    ("đường dẫn (link)", "đường dẫn"),
    ("link (đường dẫn)", "đường dẫn"),
    ("phường, xã", "phường xã"),  # one thing: no breath is taken in it
    ("Văn hóa - Xã hội", "Văn hóa Xã hội"),
    ("**", ""),
)
_BREAKS = (
    re.compile(r",?\s+(?=hoặc\s)"),
    re.compile(r",\s+(?=(?:rồi|đừng|kể cả|nếu|nhưng|nhờ|nhớ|cúp|vì|mang)\s)"),
)
"""Where a long sentence may be parted so that each half still means what it meant; no list is torn."""
_OF_WHOM = (re.compile(r"[,;]?\s+(?=hoặc\s)"), re.compile(r"[:;]\s+"), re.compile(r",\s+"))
"""The same for a list of people: what comes behind may be left out, so it may be cut anywhere."""
_PAUSES = re.compile(r"[,;:]")
_WORDS = re.compile(r"[^\W_]+")
_TAP = re.compile(r"\bbấm\b(?! (?:đường dẫn|vô đường dẫn|vào đường dẫn))", re.IGNORECASE)
_OR = "hoặc "


@dataclass(frozen=True, slots=True)
class Stand:
    """Whose loudspeaker it is: the catalogue, the commune as a sentence names it (none: any), its number."""

    texts: Texts
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What is read: parts of whole sentences, with a pause between two parts."""

    title: str
    parts: tuple[tuple[str, ...], ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The parts, each as one paragraph."""
        return tuple(" ".join(part) for part in self.parts)

    @property
    def text(self) -> str:
        """All of it, a blank line between two parts."""
        return "\n\n".join(self.paragraphs)

    @property
    def seconds(self) -> int:
        """How long it takes to read; see ``PER_SYLLABLE``."""
        return round(_seconds(self.parts))


def is_read_out(guide: Guide) -> bool:
    """Whether a guide has a text for the loudspeaker: all but those for the teams themselves."""
    return not guide.who.startswith(FOR_TEAMS)


def write_script(guide: Guide, spoken: Spoken, stand: Stand) -> Script:
    """The text of a guide for one commune; ``LookupError`` for one that is not read out."""
    if not is_read_out(guide):
        raise LookupError(guide.id)
    writer = _Writer(guide, spoken, stand)
    before, after = writer.opening(), writer.ending()
    points: list[tuple[str, ...]] = []
    for most in MOST_SENTENCES:
        points = _fitting(writer.points(most), _seconds([*before, *after]))
        if len(points) >= FEWEST_POINTS:
            break
    return Script(writer.title, (*before, *writer.numbered(points), *after))


def _fitting(points: Iterable[tuple[str, ...]], taken: float) -> list[tuple[str, ...]]:
    """The first of the points that there is still time for, beside what is said anyway."""
    chosen: list[tuple[str, ...]] = []
    for point in points:
        needed = _seconds([point]) + PARAGRAPH + ORDINAL
        if len(chosen) < MOST_POINTS and taken + needed <= AIM_SECONDS:
            chosen.append(point)
            taken += needed
    return chosen


def count_syllables(text: str) -> int:
    """Syllables of a text that is written out.

    >>> count_syllables("Mã ô-tê-pê, đừng đọc.")
    6
    """
    return len(_WORDS.findall(text))


def _seconds(parts: Sequence[Sequence[str]]) -> float:
    sentences = [sentence for part in parts for sentence in part]
    spoken = sum(map(count_syllables, sentences)) * PER_SYLLABLE
    commas = sum(len(_PAUSES.findall(sentence)) for sentence in sentences) * COMMA
    breaks = max(len(parts) - 1, 0) * (PARAGRAPH - SENTENCE)
    return spoken + commas + len(sentences) * SENTENCE + breaks


class _Writer:
    """Turns one guide into sentences for the ear."""

    def __init__(self, guide: Guide, spoken: Spoken, stand: Stand) -> None:
        self._guide, self._spoken, self._stand = guide, spoken, stand
        self._texts = Texts(stand.texts.sentences, AddressForm.BA_CON.words)
        title = self._aloud(guide.title)
        self.title = title[0].upper() + title[1:]

    def opening(self) -> list[tuple[str, ...]]:
        """Whom it greets, what it is about, and for whom that is."""
        name = self._stand.name
        greeting = self._say("loa.greeting", name=name) if name else self._say("loa.greeting-all")
        return [(greeting, *self._own("loa.about")), self._for_whom()]

    def points(self, most: int) -> Iterator[tuple[str, ...]]:
        """What matters, the weightiest first, each of at most so many sentences of the guide."""
        guide = self._guide
        warnings = (self._spoken.first.get(guide.id, ""), *guide.warnings)
        beware = [tuple(self._sentences(one)[:most]) for one in warnings]
        beware = [one for one in beware if one]
        needs = [one for need in guide.needs for one in self._sentences(f"{need.rstrip('.')}.")]
        bring = [(self._say("loa.needs"), *needs[:MOST_NEEDS])] if needs else []
        counter = self._lead("loa.counter", guide.counter, most)
        without = self._lead("loa.no-smartphone", guide.no_smartphone, most)
        if guide.topic is Topic.AT:
            yield from (*beware[:3], *counter, *without, *beware[3:], *bring)
        else:
            urgent = beware[:1] if guide.id in self._spoken.first else []
            yield from (*urgent, *bring, *beware[len(urgent) : 1], *counter, *without, *beware[1:])

    def numbered(self, points: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """The points with “Điều thứ nhất” and so on before them."""
        return [
            (self._say("loa.point", number=ordinal), *point)
            for ordinal, point in zip(ORDINALS, points, strict=False)
        ]

    def ending(self) -> list[tuple[str, ...]]:
        """What is never asked for, where help is, the words to ask with, thanks; number and words twice."""
        phone = self._stand.phone
        number = say_digits(phone) if phone else say_digits("1022")
        where = "loa.ring-office" if phone and self._stand.name else "loa.ring"
        ring = self._say(where, number=number, name=self._stand.name)
        again = self._say("loa.ring-again", number=number)
        helped = (*self._own("loa.help"), ring, again)
        return [self._own("loa.never"), helped, (*self._own("loa.ask"), self._say("loa.thanks"))]

    def _for_whom(self) -> tuple[str, ...]:
        """For whom it is; of a long list those that fit into a breath, and what may come instead."""
        who, *more = _ENDS.split(self._spoken.whom.get(self._guide.id, self._guide.who))
        whole = self._aloud(self._say("loa.for-whom", who=who[0].lower() + who[1:].rstrip(".")))
        head, *others = _shorter(whole, _OF_WHOM)
        said = [head, *(one for one in others if one.startswith(_OR))]
        clear = [_as_sentence(one) for one in said if self._is_short_and_clear(one)]
        return (*clear, *self._sentences(" ".join(more)))

    def _lead(self, sentence: str, text: str, most: int) -> list[tuple[str, ...]]:
        found = self._sentences(text)[:most]
        return [(self._say(sentence), *found)] if found else []

    def _own(self, sentence: str) -> tuple[str, ...]:
        """A sentence of the catalogue with the title in it."""
        return tuple(_ENDS.split(self._say(sentence, title=self.title)))

    def _say(self, sentence: str, **values: object) -> str:
        return self._texts.say(sentence, **values)

    def _sentences(self, text: str) -> list[str]:
        """The sentences of a text up to one that no ear can follow: what comes then leans on it."""
        found: list[str] = []
        for sentence in _ENDS.split(self._texts.fill(text)) if text else ():
            pieces = list(_shorter(self._aloud(sentence), _BREAKS))
            if not all(map(self._is_short_and_clear, pieces)):
                break
            found += map(_as_sentence, pieces)
        return found

    def _aloud(self, text: str) -> str:
        for written, plain in _SAME:
            text = text.replace(written, plain)
        text = _GLOSS.sub(_without_gloss, text)
        return say_aloud(text.strip(), self._spoken.forms, self._spoken.calls)

    def _is_short_and_clear(self, sentence: str) -> bool:
        low = sentence.lower()
        is_seen = any(word in low for word in self._spoken.to_see) or _TAP.search(low)
        return (
            0 < count_syllables(sentence) <= MOST_SYLLABLES and is_sayable(sentence) and not is_seen
        )


def _without_gloss(found: re.Match[str]) -> str:
    """A condition in brackets stays; a word explained in brackets is explained by whoever reads."""
    return f", {found[1]}" if found[1].startswith(_KEPT_GLOSS) else ""


def _as_sentence(piece: str) -> str:
    whole = piece[0].upper() + piece[1:]
    return whole if whole[-1] in ".!?…" else f"{whole.rstrip(',;: ')}."


def _shorter(sentence: str, places: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """Pieces of at most ``MOST_SYLLABLES``, cut at the better kind of place first; long where none is."""
    while count_syllables(sentence) > MOST_SYLLABLES:
        kinds = ([one.span() for one in kind.finditer(sentence)] for kind in places)
        fits = ([span for span in spans if _is_between(sentence, span)] for spans in kinds)
        begin, end = next((spans[-1] for spans in fits if spans), (0, 0))
        if not end:
            break
        yield sentence[:begin]
        sentence = sentence[end:]
    yield sentence


def _is_between(sentence: str, span: tuple[int, int]) -> bool:
    before, behind = count_syllables(sentence[: span[0]]), count_syllables(sentence[span[1] :])
    return SHORTEST_PIECE <= before <= MOST_SYLLABLES and behind >= SHORTEST_PIECE


def pieces(paragraphs: Iterable[str], longest: int) -> list[str]:
    """The paragraphs as messages of at most so many signs, whole paragraphs together where they fit."""
    found: list[str] = []
    for paragraph in paragraphs:
        if found and len(found[-1]) + 2 + len(paragraph) <= longest:
            found[-1] = f"{found[-1]}\n\n{paragraph}"
        else:
            found.append(paragraph)
    return found
