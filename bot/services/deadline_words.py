"""How deadlines are said: on the office's page, in reminders, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.core.deadlines import Due, Rule
from bot.core.periods import Period
from bot.library import Plan
from bot.locale import Texts, show_date, show_weekday
from bot.services.deadlines import Calendar, Clause
from bot.services.period_names import name_shortly

MOST_NAMED = 2
"""Senders that are called by name; more are counted."""


def window_days(texts: Texts, period: Period) -> str:
    """“từ 15/09/2026 đến 14/12/2026”."""
    first, last = show_date(period.start), show_date(period.last_day)
    return texts.say("calendar.word-window", first=first, last=last)


def day_in_words(day: date) -> str:
    """“thứ Sáu 04/12/2026”."""
    name = show_weekday(day.weekday())
    return f"{name[0].lower()}{name[1:]} {show_date(day)}"


def senders(texts: Texts, clause: Clause) -> str:
    """Who sends; many are counted."""
    if len(clause.senders) <= MOST_NAMED:
        return ", ".join(clause.senders)
    return texts.say("calendar.word-units", count=len(clause.senders))


def kind_of(texts: Texts, clause: Clause) -> str:
    """“báo cáo tháng”, “báo cáo định kỳ” where the plan says no more."""
    return texts.say(f"calendar.word-report-{clause.deadline.period or 'none'}")


def remarks(texts: Texts, due: Due) -> list[str]:
    """What the report has to say, and where the plan's own day is too early."""
    said = []
    if due.until is not None:
        said.append(texts.say("calendar.until", day=show_date(due.until)))
    if due.is_tight:
        values = {"last": show_date(due.window.last_day), "day": show_date(due.cut_off)}
        said.append(texts.say("calendar.tight", **values))
    return said


def remark(texts: Texts, due: Due) -> str:
    """The same in a few words, for a table; empty where there is nothing to say."""
    if due.until is not None:
        return texts.say("calendar.word-until-short", day=show_date(due.until))
    return (
        texts.say("calendar.word-tight-short", day=show_date(due.cut_off)) if due.is_tight else ""
    )


def rule_words(texts: Texts, rule: Rule) -> str:
    """“trước ngày 10 các tháng 3, 6, 9, 12”."""
    if not rule.months:
        return texts.say("calendar.word-before-monthly", day=f"{rule.day:02}")
    months = ", ".join(map(str, sorted(rule.months)))
    return texts.say("calendar.word-before-months", day=f"{rule.day:02}", months=months)


def calendar_lines(texts: Texts, plan: Plan, calendar: Calendar, year: int) -> Iterator[str]:
    """A year as the terminal prints it: a line a date, its remarks beneath, then what has to be asked."""
    yield texts.say("calendar.word-head", commune=plan.name, year=year)
    for entry in calendar.of_year(year):
        clause, due = entry.clause, entry.due
        said = texts.say(
            "calendar.word-line",
            send_by=day_in_words(due.send_by),
            senders="; ".join(clause.senders),
            receiver=clause.deadline.receiver,
            period=name_shortly(texts, due.window),
            window=window_days(texts, due.window),
            clause=_ground(texts, clause),
        )
        yield f"  {show_date(due.due)}  {said}"
        for remark in remarks(texts, due):
            yield f"      ! {remark}"
    if calendar.questions:
        yield texts.say("calendar.printed-questions")
    for clause in calendar.questions:
        said = texts.say(
            "calendar.word-question",
            kind=kind_of(texts, clause),
            senders="; ".join(clause.senders),
            receiver=clause.deadline.receiver,
            clause=clause.deadline.clause,
            words=clause.deadline.text,
        )
        yield f"  ?  {said}"


def _ground(texts: Texts, clause: Clause) -> str:
    """The clause, and that the day is not the plan's own where it is not."""
    ground = clause.deadline.clause
    return f"{ground}; {texts.say('calendar.word-answered')}" if clause.is_asked else ground
