"""A help before it is saved: it travels whole in every button of its screens, ≤ 52 bytes.

So a button of last week means what was read beside it, and nothing of the draft is kept anywhere else. What
was declared besides topic, number and day stands in one word: two signs for the services, then a letter for
each other detail, “a” for unknown, then the number of dossiers and the person. The places of the values in
their enums are what old buttons carry: new values are added at the end. Letters stand between the digits, or
a word that is typed might look like a number that must not be kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bot.conversation.members import is_number
from bot.conversation.turn import Turn
from bot.core.vocabulary import AgeBand, FirstTime, Outcome, Place, Service, Subject, Topic
from bot.locale import show_day
from bot.services import help_log
from bot.services.help_log import Help

NO_TOPIC = "x"
PARENTS = "cha_me"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BASE_36 = f"0123456789{LETTERS}"
WORD = re.compile(
    r"(?P<services>[0-9a-z]{2})(?P<values>[a-z]{6})f(?P<files>\d{0,2})p(?P<person>\d{0,10})",
    re.ASCII,
)

Value = TypeVar("Value", bound=StrEnum)

FIRST_YEAR = 2000
"""A year before it takes fewer signs in a button than it was read from."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be written, and the key that makes a second save of it harmless.

    ``lacks_topic`` while the topic in ``done`` only holds a place.
    """

    done: Help
    key: str
    lacks_topic: bool = False

    def __str__(self) -> str:
        done = self.done
        topic = NO_TOPIC if self.lacks_topic else str(done.topic)
        plain = f"{topic}:{done.visits}:{done.occurred_on:%Y%m%d}:{self.key}"
        details = _pack(done)
        return f"{plain}:{details}" if details else plain

    def having(self, **values: object) -> Draft:
        """The draft with other values."""
        return replace(self, done=replace(self.done, **values))  # type: ignore[arg-type]  # names of its fields


def read_draft(args: Sequence[str]) -> Draft | None:
    """The draft of a button; None when it was tampered with or cut off."""
    topic, count, day, key, details = (*args, "", "", "", "", "")[:5]
    is_whole = all(map(is_number, (count, day, key))) and len(day) == len("20261121")
    is_known = topic in set(Topic) or topic == NO_TOPIC
    if not is_known or not is_whole or not 1 <= int(count) <= help_log.MOST_VISITS:
        return None
    lacks_topic = topic == NO_TOPIC
    try:
        occurred_on = date.fromisoformat(day)
    except ValueError:
        return None
    if occurred_on.year < FIRST_YEAR:
        return None
    plain = Help(occurred_on, Topic.VNEID if lacks_topic else Topic(topic), int(count))
    done = _unpack(plain, details) if details else plain
    return None if done is None else Draft(done, key, lacks_topic)


def _pack(done: Help) -> str:
    """The word of details, the number of dossiers and the person; empty when nothing is known."""
    mask = sum(1 << place for place, one in enumerate(Service) if one in done.services)
    services = BASE_36[mask // 36] + BASE_36[mask % 36]
    values = "".join(
        (
            _sign(Outcome, done.outcome),
            _sign(Place, done.place),
            _sign(Subject, done.subject),
            _sign(FirstTime, done.first_time),
            _sign(AgeBand, done.age_band),
            "b" if done.asked_for == PARENTS else "a",
        )
    )
    files = "" if done.files is None else str(done.files)
    person = "" if done.person_id is None else str(done.person_id)
    word = f"{services}{values}f{files}p{person}"
    return "" if word == "00aaaaaafp" else word


def _unpack(plain: Help, details: str) -> Help | None:
    word = WORD.fullmatch(details)
    if word is None:
        return None
    mask, services, values = int(word["services"], 36), list(Service), word["values"]
    files, person = word["files"], word["person"]
    if mask >= 1 << len(services):
        return None
    try:
        return replace(
            plain,
            services=frozenset(one for at, one in enumerate(services) if mask >> at & 1),
            outcome=_value(Outcome, values[0]),
            place=_value(Place, values[1]),
            subject=_value(Subject, values[2]),
            first_time=_value(FirstTime, values[3]),
            age_band=_value(AgeBand, values[4]),
            asked_for=PARENTS if values[5] == "b" else None,
            files=int(files) if files else None,
            person_id=int(person) if person else None,
        )
    except IndexError:
        return None


def _sign(kind: type[Value], value: Value | None) -> str:
    return LETTERS[0 if value is None else list(kind).index(value) + 1]


def _value(kind: type[Value], sign: str) -> Value | None:
    number = LETTERS.index(sign)
    return list(kind)[number - 1] if number else None


def describe(turn: Turn, done: Help) -> str:
    """What was done, in one line: “2 lượt “VNeID, căn cước”, hôm nay 18/11”."""
    day = show_day(done.occurred_on, turn.today)
    return turn.say("log.what", count=done.visits, topic=turn.say(f"topic.{done.topic}"), day=day)


def describe_whole(turn: Turn, done: Help) -> str:
    """The line, and below it what else is known."""
    return "\n".join([f"{describe(turn, done)}.", *_details(turn, done)])


def _details(turn: Turn, done: Help) -> list[str]:
    lines = []
    if done.services:
        names = [turn.say(f"service.{one}") for one in Service if one in done.services]
        lines.append(turn.say("log.line-services", names=", ".join(names)))
    if done.files is not None:
        lines.append(turn.say("log.line-files", count=done.files))
    if done.outcome:
        lines.append(turn.say("log.line-outcome", name=turn.say(f"outcome.{done.outcome}")))
    if done.place:
        lines.append(turn.say("log.line-place", name=turn.say(f"place.{done.place}")))
    if done.subject:
        lines.append(turn.say("log.line-subject", name=turn.say(f"subject.{done.subject}")))
    if done.first_time:
        lines.append(turn.say("log.line-first", name=turn.say(f"first.{done.first_time}")))
    if done.age_band:
        lines.append(turn.say("log.line-age", name=turn.say(f"age.{done.age_band}")))
    if done.asked_for == PARENTS:
        lines.append(turn.say("log.line-parents"))
    if done.person_id is not None:
        lines.append(turn.say("log.line-person"))
    return [f"• {line}" for line in lines]
