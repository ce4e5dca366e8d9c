"""A reminder to write down what was done: once a week at most, at an hour of the member's choice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.core import periods
from bot.core.messages import Outbound
from bot.core.spoken_days import read_weekday
from bot.core.terms import ALWAYS_FREE, Passage, Terms, passage
from bot.core.text import fold
from bot.core.vocabulary import CommuneId
from bot.locale import Texts, local_day
from bot.services.teams import actor
from storage import audit, help_entries, jobs, notices, reminders
from storage.audit import Act
from storage.database import Unit
from storage.mailbox import Worker
from storage.reminders import Chosen, MemberChat

EARLIEST, LATEST = 6, 21
NOON = 12
LATE_BY = timedelta(hours=6)
"""After that a reminder that could not go is left out: the next one comes in a week."""
_HOUR = re.compile(r"(?<!\d)(\d{1,2}) ?(?:h|g|gio)(?![a-z])")
_AFTERNOON = re.compile(r"(?<![a-z])(?:chieu|toi)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Hour:
    """A full hour of a weekday, Monday is 0; written ``4-19``."""

    weekday: int
    hour: int

    def __str__(self) -> str:
        return f"{self.weekday}-{self.hour}"

    def moment(self, monday: datetime) -> datetime:
        """That hour in the week of a Monday."""
        return monday + timedelta(days=self.weekday, hours=self.hour)


@dataclass(frozen=True, slots=True)
class Mail:
    """What reminders are written with: the sentences of each commune, and the terms of each messenger."""

    texts: Mapping[CommuneId, Texts]
    terms: Mapping[str, Terms]


def read_hour(written: str) -> Hour | None:
    """What a button or a row carries."""
    found = re.fullmatch(r"([0-6])-(\d{1,2})", written, re.ASCII)
    hour = Hour(int(found[1]), int(found[2])) if found else None
    return hour if hour is not None and EARLIEST <= hour.hour <= LATEST else None


def spoken_hour(text: str) -> Hour | None:
    """“thứ sáu 19 giờ”, “chủ nhật 7h tối”; None for what is none, and for the night.

    >>> str(spoken_hour("chủ nhật 7h tối"))
    '6-19'
    """
    weekday, found = read_weekday(text), _HOUR.search(fold(text))
    if weekday is None or found is None:
        return None
    hour = int(found[1])
    if hour < NOON and _AFTERNOON.search(fold(text)):
        hour += NOON
    return Hour(weekday, hour) if EARLIEST <= hour <= LATEST else None


def chosen(unit: Unit, commune: CommuneId, member: Worker) -> Hour | None:
    """When a member wants to be reminded; None: not at all."""
    written = reminders.find_hour(unit, commune, member.id)
    return read_hour(written) if written else None


def choose(unit: Unit, commune: CommuneId, member: Worker, hour: Hour | None) -> None:
    """From now on at this hour, or not at all; what has gone by this week is not made up for."""
    reminders.set_hour(unit, commune, member.id, str(hour) if hour else None)
    audit.record(unit, commune, Act(actor(member), "choose-reminder", actor(member)))
    if hour is not None and hour.moment(_monday(unit)) <= unit.now:
        _begin(unit, member.id)


def remind_due(unit: Unit, mail: Mail) -> int:
    """Write to everybody whose hour has come this week; gives to how many."""
    monday = _monday(unit)
    sent = 0
    for one in reminders.list_chosen(unit):
        hour = read_hour(one.hour)
        if hour is None or one.commune not in mail.texts:
            continue
        due = hour.moment(monday)
        if due <= unit.now < due + LATE_BY and _begin(unit, one.member):
            sent += _remind(unit, mail, one)
    return sent


def _remind(unit: Unit, mail: Mail, one: Chosen) -> bool:
    """Into the chat used last that is open now; a closed window is no reason to trouble the office."""
    week = periods.week_of(local_day(unit.now))
    for chat in reminders.chats_of(unit, one.commune, one.member):
        if not _is_open(unit, mail, chat):
            continue
        window = (week.start, week.end)
        entries = help_entries.list_of_member(unit, one.commune, one.member, window)
        visits = sum(entry.help.visits for entry in entries)
        texts = mail.texts[one.commune]
        text = texts.say("remind.text", visits=visits) if visits else texts.say("remind.text-none")
        return notices.post(unit, chat.chat, f"remind:{week.key}", Outbound(text))
    return False


def tell_member(
    unit: Unit, mail: Mail, whom: tuple[CommuneId, int], notice: tuple[str, str]
) -> bool:
    """A notice (key, text) into the chat that (commune, member) used last, is open now and wants to hear."""
    key, text = notice
    for chat in reminders.chats_of(unit, *whom):
        if _is_open(unit, mail, chat):
            return notices.post(unit, chat.chat, key, Outbound(text))
    return False


def _is_open(unit: Unit, mail: Mail, chat: MemberChat) -> bool:
    terms = mail.terms.get(chat.channel, ALWAYS_FREE)
    way, _ = passage(terms, chat.last_act_at, unit.now)
    return way is Passage.FREE and not chat.is_quiet


def _begin(unit: Unit, member: int) -> bool:
    week = periods.week_of(local_day(unit.now))
    return jobs.begin(unit, f"remind:{member}", week.key)


def _monday(unit: Unit) -> datetime:
    monday = periods.week_of(local_day(unit.now)).start
    return datetime.combine(monday, time(), periods.ZONE)
