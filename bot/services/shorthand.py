"""One line of a helper, “giup ba Hai cai vneid tai nha”, understood into a draft; or left as a question.

Names are recognised so that they can be dropped: nothing of the line is kept but what the lists of
content/shorthand.yaml say. Whoever asks how, or asks for themselves, is never taken for somebody who tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from bot.core.spoken_days import find_day
from bot.core.syllables import spoken
from bot.core.text import spoken_number
from bot.core.vocabulary import FirstTime, Outcome, Place, Service, Subject, Topic
from bot.library import Shorthand
from bot.library.shorthand import Meant, Phrase, tokens
from storage.help_entries import Help

LONGEST_LINE = 40
"""Words; more is a story, not a line."""
LONGEST_NAME = 2
LONGEST_NUMBER = 3
MOST_UNKNOWN = 3
"""Words that say nothing to us, in a line that is a log all the same."""
ENDS_A_QUESTION = frozenset(
    {"không", "khong", "ko", "k", "hông", "hong", "hổng", "hok", "hem", "đâu"}
)
UNSURE = Topic.VNEID
"""Stands in a draft whose topic is still to be asked for."""

Kind = TypeVar("Kind")
TopicOf = Callable[[str], Topic | None]
"""What other words, such as “khai sinh”, are about; None when that is not sure."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells; ``has_topic`` is False where only that is missing."""

    done: Help
    has_topic: bool


@dataclass(slots=True)
class _Line:
    """A line while it is read: its words, and what was found in it so far."""

    typed: list[str]
    words: Phrase
    lists: Shorthand
    at: int = 0
    found: list[Meant] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    number: int | None = None
    files: int | None = None
    named: int = 0
    has_bare: bool = False
    asks: bool = False
    says_only: bool = False  # “chỉ” is “to show” and “only”

    def match(self, name: str, at: int) -> int:
        """How many words of the longest phrase of a list stand there; 0 for none."""
        return next((len(p) for p in self.lists.phrases(name) if self._stands(p, at)), 0)

    def detail(self, at: int) -> tuple[int, Meant] | None:
        """The longest detail that stands there."""
        if at >= len(self.words):
            return None
        for phrase, meant in self.lists.details.get(self.words[at][0], ()):
            if self._stands(phrase, at):
                return len(phrase), meant
        return None

    def _stands(self, phrase: Phrase, at: int) -> bool:
        said = self.words[at : at + len(phrase)]
        return len(said) == len(phrase) and all(
            word == meant and marks <= full
            for (word, marks), (meant, full) in zip(said, phrase, strict=True)
        )

    def count_at(self, at: int) -> int | None:
        """The number that stands there."""
        if at >= len(self.words):
            return None
        word = self.typed[at]
        if word.isdecimal():
            return int(word) if len(word) <= LONGEST_NUMBER else None
        return spoken_number(word)

    def is_known(self, at: int) -> bool:
        """True for a word that some list has: no name."""
        names = ("people", "fillers", "own", "asks", "writes", "tells", "files")
        is_number = self.typed[at][0].isdecimal()
        return is_number or self.detail(at) is not None or any(self.match(n, at) for n in names)

    def all_of(self, name: str) -> list[object]:
        """The values that were told of one detail, in their order."""
        return [value for kind, value in self.found if kind == name]


def read_line(text: str, lists: Shorthand, today: date, topic_of: TopicOf) -> Told | None:
    """What the line tells; None for a question and for everything else that is no log."""
    day = find_day(text, today)
    typed = [word for word, _ in spoken(day.rest)]
    if len(typed) + day.is_said < 2 or len(typed) > LONGEST_LINE:
        return None
    is_asked = "?" in text or (bool(typed) and typed[-1] in ENDS_A_QUESTION)
    if is_asked or (day.is_said and day.day is None):
        return None
    line = _Line(typed, tokens(day.rest), lists)
    past = _skip_lead(line)
    verb = line.match("writes", line.at)
    is_order = verb > 0
    verb = max(verb, line.match("tells", line.at))
    if not verb:
        return None
    line.says_only = line.typed[line.at : line.at + verb] in (["chỉ"], ["chi"])
    line.at += verb
    if line.at >= len(line.words) or _is_for_self(line):
        return None
    _read_rest(line)
    if line.asks or not _tells(line, is_order=is_order, is_past=past or day.is_said):
        return None
    return _told(line, day.day or today, topic_of)


def _skip_lead(line: _Line) -> bool:
    """Pass over what stands before the verb; True when that says that it has been done."""
    past = {("da", "đã"), ("moi", "mới"), ("vua", "vừa")}
    is_past = False
    while line.at < len(line.words):
        if line.match("writes", line.at) or line.match("tells", line.at):
            break
        found = line.detail(line.at)
        if found is not None and found[1][0] == "place":
            line.found.append(found[1])
            line.at += found[0]
        elif size := line.match("before", line.at):
            is_past |= any(line.typed[line.at] in one for one in past)
            line.at += size
        else:
            break
    return is_past


def _is_for_self(line: _Line) -> bool:
    """“giúp tui cài vneid”, “giúp với”: somebody who needs help; “giúp em Lan” is not."""
    own = line.match("own", line.at)
    if line.says_only and line.typed[line.at] == "có":
        return True
    if not own:
        return False
    after = line.at + own
    has_name = line.match("people", line.at) > 0 and _name_at(line, after) > 0
    return not has_name


def _name_at(line: _Line, at: int) -> int:
    """How many words of a name stand there: “Hai”, “Tư”, “Lan”, “Ngọc Lan”."""
    if at < len(line.words) and line.match("ranks", at):
        return 1
    size = 0
    while size < LONGEST_NAME and at + size < len(line.words) and not line.is_known(at + size):
        size += 1
    return size


def _read_rest(line: _Line) -> None:
    start = line.at
    while line.at < len(line.words):
        at = line.at
        found = line.detail(at)
        if size := _read_number(line, is_first=at == start):
            line.at += size
        elif found is not None:
            line.found.append(found[1])
            line.at += found[0]
        elif size := line.match("asks", at):
            line.asks = True
            line.at += size
        elif size := line.match("people", at):
            name = _name_at(line, at + size)
            line.named += name > 0
            line.has_bare |= name == 0
            line.at += size + name
        elif size := line.match("fillers", at):
            line.at += size
        else:
            line.left.append(line.typed[at])
            line.at += 1


def _read_number(line: _Line, *, is_first: bool) -> int:
    """Take a number of people or of dossiers that stands here; gives how many words it took."""
    at = line.at
    number = line.count_at(at)
    if number is None or (at and line.match("after_number", at - 1)):
        return 0
    if size := line.match("files", at + 1):
        line.files = number
        line.found.append(("service", Service.FILE_ONLINE))
        return 1 + size
    is_figure = line.typed[at].isdecimal()
    size = line.match("counted", at + 1)
    # “ba Ba” and “ba Tư” are one woman each: a number in words counts only what is no name for kin.
    if size > 1 or (size and (is_figure or not line.match("people", at + 1))):
        line.number = number
        return 1 + size
    if is_figure:
        line.number = number if is_first else line.number
        return 1
    return 0


def _tells(line: _Line, *, is_order: bool, is_past: bool) -> bool:
    """True when it is clear enough that a help is told."""
    has_detail = bool(line.found)
    has_who = line.number is not None or line.named > 0
    if len(line.left) > MOST_UNKNOWN:
        return False
    if is_order:
        has_count = line.number is not None or line.files is not None
        return has_count or (has_detail and not line.left)
    if line.says_only and not (line.named or (line.all_of("service") and not line.left)):
        return False
    if has_who or line.files is not None:
        return has_detail or line.named > 0
    is_over = bool(line.all_of("outcome") or line.all_of("asked_for"))
    return line.has_bare and has_detail and (is_past or is_over or bool(line.all_of("place")))


def _told(line: _Line, day: date, topic_of: TopicOf) -> Told:
    services = [one for one in line.all_of("service") if isinstance(one, Service)]
    topics = [one for one in line.all_of("topic") if isinstance(one, Topic)]
    topics += [line.lists.belongs[one] for one in services if one in line.lists.belongs]
    topic = topics[0] if topics else topic_of(" ".join(line.left)) if line.left else None
    done = Help(
        occurred_on=day,
        topic=topic or UNSURE,
        visits=line.number if line.number is not None else max(line.named, 1),
        services=frozenset(services),
        files=line.files,
        outcome=_last(line, "outcome", Outcome),
        place=_last(line, "place", Place),
        subject=_last(line, "subject", Subject),
        first_time=_last(line, "first_time", FirstTime),
        asked_for="cha_me" if line.all_of("asked_for") else None,
    )
    return Told(done, topic is not None)


def _last(line: _Line, name: str, kind: type[Kind]) -> Kind | None:
    values = [one for one in line.all_of(name) if isinstance(one, kind)]
    return values[-1] if values else None
