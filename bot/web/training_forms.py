"""The form of a class: what was typed into it, kept while something is wrong, and read into an outline."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from bot.core.errors import RuleError
from bot.core.periods import ZONE
from bot.core.vocabulary import Place, Topic, TrainingAudience, TrainingKind, TrainingMode
from bot.library import Frame
from bot.services.trainings import MOST_HEADS, Outline

T = TypeVar("T")
FIELDS = (
    "kind",
    "title",
    "topic",
    "audience",
    "mode",
    "place",
    "place_name",
    "neighbourhood",
    "team",
    "host",
    "partners",
    "trainer",
    "day",
    "from",
    "to",
    "seats",
    "note",
    "reason",
    "held",
    "key",
    "revision",
)
MOST_FIELDS = 120
"""The fields above and a box for each guide."""
GUIDE, SKILL = "guide-", "skill-"
LONGEST_TYPED = 200
FIRST_HOUR, LAST_HOUR = "09:00", "11:00"
WHOLE = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields, and which boxes are ticked."""

    fields: Mapping[str, str]
    guides: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()


def blank(today: date, key: str) -> Typed:
    """An empty form, begun with what is likely."""
    begun = {
        "kind": TrainingKind.CLASS.value,
        "topic": Topic.VNEID.value,
        "audience": TrainingAudience.RESIDENTS.value,
        "mode": TrainingMode.ON_SITE.value,
        "place": Place.CULTURE_HOUSE.value,
        "day": today.isoformat(),
        "from": FIRST_HOUR,
        "to": LAST_HOUR,
        "key": key,
    }
    return Typed(dict.fromkeys(FIELDS, "") | begun)


def given(form: Mapping[str, str]) -> Typed:
    """What somebody has sent."""
    fields = {name: form.get(name, "").strip()[:LONGEST_TYPED] for name in FIELDS}
    return Typed(fields, _ticked(form, GUIDE), _ticked(form, SKILL))


def _ticked(form: Mapping[str, str], prefix: str) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in form if name.startswith(prefix))


def of_outline(outline: Outline, revision: int) -> Typed:
    """The form as a class fills it."""
    begins, ends = outline.starts_at.astimezone(ZONE), outline.ends_at.astimezone(ZONE)
    fields = {
        "kind": outline.kind.value,
        "title": outline.title,
        "topic": outline.topic.value,
        "audience": outline.audience.value,
        "mode": outline.mode.value,
        "place": outline.place.value,
        "place_name": outline.place_name,
        "neighbourhood": str(outline.neighbourhood_id or ""),
        "team": str(outline.team_id or ""),
        "host": outline.host or "",
        "partners": "; ".join(outline.partners),
        "trainer": outline.trainer or "",
        "day": begins.date().isoformat(),
        "from": f"{begins:%H:%M}",
        "to": f"{ends:%H:%M}",
        "seats": str(outline.seats or ""),
        "note": outline.note or "",
        "revision": str(revision),
    }
    typed = dict.fromkeys(FIELDS, "") | fields
    return Typed(typed, frozenset(outline.guides), frozenset(outline.skills))


def read(typed: Typed, guides: Collection[str], frame: Frame) -> Outline:
    """The outline that a form means; ``RuleError`` (``trainings-page.…``) for what cannot be understood.

    ``guides`` are those that there are, in their order; ``frame`` is the one that its skills are of.
    """
    said = typed.fields
    day = _one(said["day"], date.fromisoformat, "trainings-page.no-day")
    begins, ends = (
        _one(said[name], time.fromisoformat, "trainings-page.no-hour") for name in HOURS
    )
    skills = tuple(one.code for one in frame.offered if one.code in typed.skills)
    return Outline(
        kind=_one(said["kind"], TrainingKind),
        title=said["title"],
        topic=_one(said["topic"], Topic),
        starts_at=datetime.combine(day, begins.replace(tzinfo=None), ZONE),
        ends_at=datetime.combine(day, ends.replace(tzinfo=None), ZONE),
        place=_one(said["place"], Place),
        place_name=said["place_name"],
        team_id=_id(said["team"]),
        host=said["host"] or None,
        partners=_parts(re.split(r"[;,]", said["partners"])),
        audience=_one(said["audience"], TrainingAudience),
        mode=_one(said["mode"], TrainingMode),
        guides=tuple(name for name in guides if name in typed.guides),
        skills=skills,
        skill_frame=frame.version if skills else "",
        neighbourhood_id=_id(said["neighbourhood"]),
        trainer=said["trainer"] or None,
        seats=whole(said["seats"], "training.seats"),
        note=said["note"] or None,
    )


HOURS = ("from", "to")


def whole(text: str, code: str) -> int | None:
    """A number that was typed, None where nothing was; ``RuleError`` with that code for what is none."""
    if not text:
        return None
    if WHOLE.fullmatch(text) is None or int(text) > MOST_HEADS:
        raise RuleError(code, f"Số phải từ 0 đến {MOST_HEADS}.")
    return int(text)


def _one(text: str, read_as: Callable[[str], T], code: str = "trainings-page.choice") -> T:
    try:
        return read_as(text)
    except ValueError:
        raise RuleError(code, "Chưa hiểu điều đã chọn.") from None


def _id(text: str) -> int | None:
    return _one(text, int) if text else None


def _parts(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in parts if part.strip())
