"""“mở lớp vneid thứ bảy 9h nhà văn hóa”: what one line says of a class; the rest is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.conversation.class_drafts import FOR_TEAMS, PLACES, Draft
from bot.conversation.turn import Turn
from bot.core.spoken_days import Doubt, FoundDay, find_day_ahead
from bot.core.spoken_hours import find_hours
from bot.core.text import fold, normalise
from bot.core.vocabulary import Topic, TrainingKind
from bot.services.trainings import LONGEST_PLACE, kept_line
from bot.services.understanding import Decision

_HEAD = re.compile(
    r"(?:(?:da|em|con|toi|tui|to|minh|xin|cho|muon) )*"
    r"(?:mo|lap|tao|dat|them|len lich|dat lich)(?: them)?(?: mot| 1)? "
    r"(?P<what>lop|buoi tuyen truyen|tuyen truyen|buoi noi chuyen|buoi|cuoc thi|hoi thi)"
    r"(?: tap huan| hoc| moi)*(?: ve| day)?(?= |$)"
)
_KINDS = {
    "lop": TrainingKind.CLASS,
    "cuoc thi": TrainingKind.CONTEST,
    "hoi thi": TrainingKind.CONTEST,
}
_KINDS |= dict.fromkeys(
    ("buoi tuyen truyen", "tuyen truyen", "buoi noi chuyen"), TrainingKind.OUTREACH
)
_ASKS = re.compile(
    r"\?|(?<!\w)(?:gì|gi|sao|nào|nao|đâu|bao nhiêu|bao nhieu|mấy|không|ko|hông|hổng)(?!\w)"
)
_ASKS_LOOSELY = re.compile(r"(?<!\w)(?:cần|can|phải|phai|xin|khong|dau|may|cách|cach|cho ai)(?!\w)")
_AT = re.compile(r"(?<!\w)(?:tại|tai|ở|o)(?!\w)\s+(?P<name>[^|]+)")
_LEADS = re.compile(r"^(?:(?:tại|tai|ở|o|ra|tới|vào|lúc|từ|hồi|buổi|ngày|về)(?!\w)\s*)+")
_PART_OF_DAY = re.compile(r"(?<!\w)(?:sáng|trưa|chiều|tối|đêm|lúc|luc|từ|vào)(?!\w)")
_EDGES = " .,;:!|-–"
MOST_WORDS = 6
"""So many words after “mở lớp” are a line even where neither day nor hour is among them."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says; ``lost_day`` where it names one that no calendar has, or one in ``doubt``."""

    draft: Draft
    lost_day: bool
    doubt: Doubt | None


def read_line(turn: Turn) -> Line | None:
    """A class that a line plans; None for a question and for everything else."""
    plain = normalise(turn.inbound.text).lower()
    spans = list(re.finditer(r"\w+", plain))
    head = _HEAD.match(" ".join(fold(one[0]) for one in spans))
    if head is None or _ASKS.search(plain):
        return None
    size = len(head[0].split())
    rest = plain[spans[size - 1].end() :]
    day = find_day_ahead(rest, turn.today)
    hours = find_hours(_parted(day.rest))
    kind = _KINDS.get(head["what"])
    left, draft = _take_place(turn, _parted(hours.rest), Draft(turn.key, kind, day=day.day))
    draft = draft.having(start=hours.start, lasts=hours.lasts or draft.lasts)
    draft = _with_topic(draft, read_topic(turn, left) or read_topic_loosely(turn, left))
    has_time = day.is_said or hours.is_said
    is_short = len(spans) - size <= MOST_WORDS and not _ASKS_LOOSELY.search(rest)
    says_more = draft.topic is not None or draft.place or not rest.strip(_EDGES)
    if not has_time and not (is_short and says_more):
        return None
    return Line(draft, day.is_said and day.day is None, day.doubt)


def _parted(rest: str) -> str:
    """Where something was taken out, a new part begins."""
    return re.sub(r"\s{2,}", " | ", rest)


def _take_place(turn: Turn, rest: str, draft: Draft) -> tuple[str, Draft]:
    """What is left without the place, and the draft with it."""
    said = _AT.search(rest)
    if said is not None:
        left = f"{rest[: said.start()]} {rest[said.end() :]}"
        return left, placed(turn, draft, said["name"])
    for part in rest.split("|"):
        found = turn.library.shorthand.find("place", part)
        if found is not None:
            begins = list(re.finditer(r"\w+", part))[found[1]].start()
            left = rest.replace(part, part[:begins])
            return left, placed(turn, draft, part[begins:])
    return rest, draft


def placed(turn: Turn, draft: Draft, said: str) -> Draft:
    """The draft with a place that was typed; one of the usual ones is known by its kind alone."""
    name = _LEADS.sub("", kept_line(said).strip(_EDGES)).strip(_EDGES)
    known = next((sign for sign, one in PLACES.items() if _is_just(turn, name, f"place.{one}")), "")
    if known:
        return draft.having(place=known, place_name="")
    return draft.at(name) if 1 < len(name) <= LONGEST_PLACE else draft


def _is_just(turn: Turn, name: str, sentence: str) -> bool:
    return fold(name) == fold(turn.texts.sentences[sentence])


def read_topic(turn: Turn, text: str) -> tuple[Topic, str | None] | None:
    """What words are about, and the one guide that they surely mean; None when that is not sure."""
    said = _bare(text)
    if not said:
        return None
    lists = turn.library.shorthand
    named = lists.find("topic", said)
    if named is not None and named[2] == len(re.findall(r"\w+", said)):
        return Topic(str(named[0])), None
    understood = turn.understanding.understand(said)
    if understood.decision is Decision.ANSWER:
        guide = turn.library.guides[understood.guides[0].id]
        if not guide.id.startswith(FOR_TEAMS):
            return guide.topic, guide.id
    return None


def read_topic_loosely(turn: Turn, text: str) -> tuple[Topic, str | None] | None:
    """What a word among others is about (no guide with it): “chỉ bà con quét mã”; None for nothing."""
    lists = turn.library.shorthand
    named = lists.find("topic", _bare(text))
    if named is not None:
        return Topic(str(named[0])), None
    service = lists.find("service", _bare(text))
    belongs = {str(one): topic for one, topic in lists.belongs.items()}
    topic = belongs.get(str(service[0])) if service else None
    return (topic, None) if topic else None


def _bare(text: str) -> str:
    return " ".join(_PART_OF_DAY.sub(" ", text.replace("|", " ")).split()).strip(_EDGES)


def _with_topic(draft: Draft, found: tuple[Topic, str | None] | None) -> Draft:
    return draft if found is None else draft.having(topic=found[0], guide=found[1])


def read_moment(text: str, today: date, draft: Draft) -> tuple[Draft, FoundDay]:
    """The draft with the day that was typed, and the hour where one stands beside it."""
    day = find_day_ahead(text, today)
    if day.day is None:
        return draft, day
    hours = find_hours(day.rest)
    draft = draft.having(day=day.day)
    if hours.start is not None:
        draft = draft.having(start=hours.start, lasts=hours.lasts or draft.lasts)
    return draft, day
