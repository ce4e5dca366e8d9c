"""A class before it is saved: it travels in every button of its screens, ≤ 55 bytes, and nowhere else.

``ccd20261128h0900m120pb-1a2b3c:77``: kind, topic, day, hour, minutes, place, guide, and the key that makes a
second save harmless, or the class that is changed and its revision. What is not known yet is “x” or empty.
Only the name of a place does not fit: “z1a2b” says that it stands in the state, and is asked for anew where
that has gone or is another one by now.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.conversation.members import Worker
from bot.conversation.turn import Turn
from bot.core.errors import NotAllowedError, RuleError
from bot.core.periods import ZONE
from bot.core.vocabulary import Place, Topic, TrainingKind, TrainingMode
from bot.library import Guide
from bot.services import team_classes, trainings
from bot.services.trainings import Outline
from storage.trainings import Training

HOUR = 60
USUAL_LENGTH = 120
UNKNOWN = "x"
TYPED = "z"
KINDS = {"c": TrainingKind.CLASS, "o": TrainingKind.OUTREACH, "t": TrainingKind.CONTEST}
TOPICS = dict(zip("abcdef", Topic, strict=True))
PLACES = dict(zip("abcdefg", Place, strict=True))
"""What a button carries: values are added at the end, so that old buttons keep their meaning."""
FOR_TEAMS = "to-"
"""Guides for members begin so; they are no matter of a class for residents."""
MOST_GUIDES = 5
WORD = re.compile(
    r"(?P<kind>[a-z])(?P<topic>[a-z])d(?P<day>\d{8})?h(?P<hour>\d{4})?m(?P<lasts>\d{1,3})"
    r"p(?P<place>[a-y]|z[0-9a-f]{4}|\d{1,9})?(?:-(?P<guide>[0-9a-f]{6}))?",
    re.ASCII,
)
KEY = re.compile(r"(?P<id>\d{1,9})r(?P<revision>\d{1,5})|\d{1,18}", re.ASCII)
PARTS = ("kind", "topic", "day", "hour", "place")


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be planned, as far as it was told. ``start`` and ``lasts`` are minutes.

    ``place`` is a letter of ``PLACES``, the number of a class that met there, or “z…” for ``place_name``.
    """

    key: str
    kind: TrainingKind | None = None
    topic: Topic | None = None
    guide: str | None = None
    day: date | None = None
    start: int | None = None
    lasts: int = USUAL_LENGTH
    place: str = ""
    place_name: str = ""

    def __str__(self) -> str:
        kind = next((sign for sign, one in KINDS.items() if one is self.kind), UNKNOWN)
        topic = next((sign for sign, one in TOPICS.items() if one is self.topic), UNKNOWN)
        day = f"{self.day:%Y%m%d}" if self.day else ""
        hour = "" if self.start is None else f"{self.start // HOUR:02}{self.start % HOUR:02}"
        guide = f"-{sign_of(self.guide)}" if self.guide else ""
        return f"{kind}{topic}d{day}h{hour}m{self.lasts}p{self.place}{guide}:{self.key}"

    def having(self, **values: object) -> Draft:
        """The draft with other values."""
        return replace(self, **values)  # type: ignore[arg-type]  # names of its fields

    @property
    def edits(self) -> tuple[int, int] | None:
        """The class that is changed and the revision that was read; None for a new one."""
        found = KEY.fullmatch(self.key)
        return (int(found["id"]), int(found["revision"])) if found and found["id"] else None

    @property
    def data(self) -> dict[str, str]:
        """What the state must hold besides the buttons."""
        return {"place": self.place_name} if self.place_name else {}

    def at(self, name: str) -> Draft:
        """The draft with a place that was typed."""
        return self.having(place=f"{TYPED}{sign_of(name)[:4]}", place_name=name)


def sign_of(name: str) -> str:
    """A guide or a place in six signs: names are longer than a button."""
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def read_draft(turn: Turn, args: Sequence[str]) -> Draft | None:
    """The draft of a button; None when it was tampered with or cut off."""
    written, key = (*args, "", "")[:2]
    word = WORD.fullmatch(written)
    if word is None or not KEY.fullmatch(key):
        return None
    day, start = _day(word["day"]), _minute(word["hour"])
    lost = (word["day"] and day is None) or (word["hour"] and start is None)
    if lost or not int(word["lasts"]):
        return None
    place, name = word["place"] or "", ""
    if place.startswith(TYPED):
        name = turn.state.data.get("place", "")
        place = place if place == f"{TYPED}{sign_of(name)[:4]}" else ""
    topic = TOPICS.get(word["topic"])
    guide = _guide(turn, word["guide"]) if word["guide"] else None
    told = Draft(key, KINDS.get(word["kind"]), guide.topic if guide else topic)
    known = told.having(guide=guide.id if guide else None, day=day, start=start)
    return known.having(lasts=int(word["lasts"]), place=place, place_name=name if place else "")


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def _minute(written: str | None) -> int | None:
    if not written:
        return None
    hour, minute = int(written[:2]), int(written[2:])
    return hour * HOUR + minute if hour < 24 and minute < HOUR else None


def _guide(turn: Turn, sign: str) -> Guide | None:
    return next((one for name, one in turn.library.guides.items() if sign_of(name) == sign), None)


def draft_of(training: Training) -> Draft:
    """What stands, as a draft that changes it."""
    outline = training.outline
    begins = outline.starts_at.astimezone(ZONE)
    return Draft(
        key=f"{training.id}r{training.revision}",
        kind=outline.kind,
        topic=outline.topic,
        guide=outline.guides[0] if len(outline.guides) == 1 else None,
        day=begins.date(),
        start=begins.hour * HOUR + begins.minute,
        lasts=(outline.ends_at - outline.starts_at) // timedelta(minutes=1),
        place=str(training.id),
    )


def lacks(turn: Turn, worker: Worker, draft: Draft) -> str | None:
    """The first part (one of ``PARTS``) that is still to be asked for; None when it lacks nothing."""
    known = {
        "kind": draft.kind,
        "topic": draft.topic,
        "day": draft.day,
        "hour": draft.start,
        "place": place_of(turn, worker, draft),
    }
    return next((part for part in PARTS if known[part] is None), None)


def place_of(turn: Turn, worker: Worker, draft: Draft) -> tuple[Place, str] | None:
    """The kind of place and its name; None where it is not known, or not any more."""
    if draft.place in PLACES:
        return PLACES[draft.place], ""
    if draft.place.startswith(TYPED):
        return read_place(turn, draft.place_name) or Place.OTHER, draft.place_name
    met = _standing(turn, worker, int(draft.place)) if draft.place.isdecimal() else None
    return (met.outline.place, met.outline.place_name) if met else None


def _standing(turn: Turn, worker: Worker, number: int) -> Training | None:
    try:
        hand = trainings.hand_of(turn.unit, turn.commune.id, worker)
        return trainings.look(turn.unit, turn.commune.id, hand, number)
    except (RuleError, NotAllowedError):
        return None


def read_place(turn: Turn, text: str) -> Place | None:
    """The kind of place that a text names: “hội trường khu phố 3” is a culture house; None for none."""
    found = turn.library.shorthand.find("place", text)
    return Place(str(found[0])) if found else None


def starts_at(draft: Draft) -> datetime:
    """When it would begin, in Vietnam's time; ``LookupError`` for a draft without its day or hour."""
    if draft.day is None or draft.start is None:
        raise LookupError("a draft without its hour")
    clock = time(draft.start // HOUR, draft.start % HOUR)
    return datetime.combine(draft.day, clock, ZONE)


def outline_of(turn: Turn, worker: Worker, draft: Draft) -> Outline:
    """What a draft plans; of a class that is changed, all else stays.

    ``LookupError`` where it lacks a part.
    """
    place = place_of(turn, worker, draft)
    if draft.kind is None or draft.topic is None or place is None:
        raise LookupError("a draft that lacks something")
    standing = _standing(turn, worker, draft.edits[0]) if draft.edits else None
    before = standing.outline if standing else None
    begins = starts_at(draft)
    told: dict[str, Any] = {
        "kind": draft.kind,
        "topic": draft.topic,
        "starts_at": begins,
        "ends_at": begins + timedelta(minutes=draft.lasts),
        "place": place[0],
        "place_name": place[1],
        "mode": _mode(place[0], before),
    }
    if before is not None:
        return replace(before, **(told | _renamed(turn, draft, before)))
    unit, commune = turn.unit, turn.commune.id
    return Outline(
        **told,
        title=title_of(turn, draft),
        guides=guides_of(turn, draft),
        team_id=worker.team_id,
        neighbourhood_id=team_classes.neighbourhood_of(unit, commune, worker.team_id),
    )


def _mode(place: Place, before: Outline | None) -> TrainingMode:
    if place is Place.ONLINE:
        return TrainingMode.ONLINE
    was = before.mode if before else TrainingMode.ON_SITE
    return TrainingMode.ON_SITE if was is TrainingMode.ONLINE else was


def _renamed(turn: Turn, draft: Draft, before: Outline) -> dict[str, Any]:
    """Another matter brings its own guides and name; a name that somebody chose stays otherwise."""
    was = before.guides[0] if len(before.guides) == 1 else None
    if (draft.kind, draft.topic, draft.guide) == (before.kind, before.topic, was):
        return {}
    return {"title": title_of(turn, draft), "guides": guides_of(turn, draft), "skills": ()}


def title_of(turn: Turn, draft: Draft) -> str:
    """“Lớp tập huấn “Quét mã QR””: what is taught is its name."""
    guide = turn.library.guides.get(draft.guide or "")
    what = guide.title if guide else turn.say(f"topic.{draft.topic}")
    return turn.say("planning.title", kind=turn.say(f"training.kind.{draft.kind}"), what=what)


def guides_of(turn: Turn, draft: Draft) -> tuple[str, ...]:
    """What is taught and sent afterwards: the one guide that was named, or the first of the topic."""
    if draft.guide:
        return (draft.guide,)
    if draft.topic is None:
        return ()
    listed = turn.library.menu.guides_under(turn.library.guides, draft.topic)
    own = [one.id for one in listed if one.topic is draft.topic]
    return tuple(name for name in own if not name.startswith(FOR_TEAMS))[:MOST_GUIDES]
