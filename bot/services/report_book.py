"""A report as a workbook: its tables and the rows that its figures count, with nobody's name among them.

Inside the office a row has a code for its person that means something in this report only: people are
numbered as they come. Outside there is no row of a person: visits stand by day, team and topic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache

from bot.core.periods import today
from bot.core.vocabulary import Audience, CommuneId, Confirmation, FirstTime, Service
from bot.locale import Texts
from bot.reports.tables import Book, Detail
from bot.services import frozen_rows, report_tables
from bot.services.frozen_rows import Rows, Visits
from bot.services.report_splits import word_of
from bot.services.report_words import Body, Telling, period_of
from bot.services.report_year import Tally, is_year
from storage import report_rows
from storage.database import Unit
from storage.report_rows import Help

SHEETS = (
    *("summary", "by-team", "by-split", "tasks", "adjustments", "year", "copy"),
    *("details", "definitions", "about"),
)
"""The sheets of a workbook, in their order."""
HEADS = (
    *("day", "team", "topic", "visits", "person", "once", "once-team", "once-topic", "outcome"),
    *("place", "subject", "services", "files", "first-time", "answer", "origin"),
)
"""The columns of its rows."""
LINES = ("page", "details-about", "details-outgoing", "once-about", "not-equal", "folded")
_order = {service.value: place for place, service in enumerate(Service)}


def gather(unit: Unit, commune: CommuneId, body: Body, told: Telling) -> Book:
    """The workbook of a report that was made before, with the rows as they are now.

    Outside, ``frozen_rows`` are all that is wanted of them: ``compose`` makes the same of kept ones.
    """
    period = period_of(body)
    if body["audience"] != Audience.INTERNAL:
        return compose(body, told, frozen_rows.read(unit, commune, period))
    tally = Tally()
    rows: Iterable[Help] = report_rows.each_help(unit, commune, (period.start, period.end))
    details = list(_with_codes(told, tally.counting(rows) if is_year(period) else rows))
    if is_year(period):
        tally.add_classes(report_rows.list_held(unit, commune, (period.start_at, period.end_at)))
    return _bind(body, told, tally, details)


def compose(body: Body, told: Telling, rows: Rows) -> Book:
    """The workbook of what leaves the office, of rows that were kept."""
    tally = Tally()
    for _ in tally.counting(rows.helps):
        pass
    tally.add_classes(rows.held)
    return _bind(body, told, tally, list(_without_people(told, rows.helps)))


def _bind(body: Body, told: Telling, tally: Tally, details: list[Detail]) -> Book:
    period, is_inside = period_of(body), body["audience"] == Audience.INTERNAL
    tables = report_tables.build(body, told)
    if is_year(period):
        year = tally.tables(told.texts, period, with_people=is_inside)
        tables = replace(tables, tables=[*tables.tables, *year])
    last = period.end - timedelta(days=1)
    return Book(tables, details, is_inside, _words(body, told), min(last, today(told.as_of)))


def _words(body: Body, told: Telling) -> dict[str, str]:
    say = told.texts.say
    return (
        {f"sheet-{name}": say(f"report.sheet-{name}") for name in SHEETS}
        | {f"head-{name}": say(f"report.head-{name}") for name in HEADS}
        | {name: say(f"report.line-{name}") for name in LINES}
        | {
            "hash": say("report.line-hash", hash=body["data_hash"][:19]),
            "first-new": say(f"first.{FirstTime.NEW}"),
            "answer-yes": say(f"figures.answer-{Confirmation.YES}"),
            "answer-no": say(f"figures.answer-{Confirmation.NO}"),
        }
    )


WORDED: Mapping[str, Callable[[Texts, str], str]] = {
    "topic": lambda texts, word: texts.say(f"topic.{word}"),
    "outcome": word_of("outcome"),
    "place": word_of("place"),
    "subject": word_of("subject"),
    "service": word_of("service"),
    "first_time": lambda texts, word: texts.say(f"first.{word}"),
    "answer": lambda texts, word: texts.say(f"figures.answer-{word}"),
    "source": lambda texts, word: texts.say(f"report.entry-{word}"),
}


def _worded(told: Telling) -> Callable[[str, str | None], str | None]:
    """Words of the log in the words of offices, each made once: rows share them."""

    @cache
    def shown(family: str, word: str | None) -> str | None:
        return None if word is None else WORDED[family](told.texts, word)

    return shown


def _with_codes(told: Telling, rows: Iterable[Help]) -> Iterator[Detail]:
    shown, codes = _worded(told), dict[int, str]()
    for one in rows:
        code = None
        if one.person is not None:
            code = codes.setdefault(one.person, f"N{len(codes) + 1:05}")
        done = sorted(one.services, key=lambda word: _order.get(word, len(_order)))
        yield Detail(
            day=one.occurred_on,
            team=one.team,
            topic=shown("topic", one.topic) or one.topic,
            visits=one.visits,
            person=code,
            outcome=shown("outcome", one.outcome),
            place=shown("place", one.place),
            subject=shown("subject", one.subject),
            services="; ".join(shown("service", word) or word for word in done) or None,
            files=one.files,
            first_time=shown("first_time", one.first_time),
            answer=shown("answer", one.answer),
            source=shown("source", one.source),
        )


def _without_people(told: Telling, rows: Iterable[Visits]) -> Iterator[Detail]:
    """Visits of a day, a team and a topic in one row."""
    shown = _worded(told)
    for one in rows:
        topic = shown("topic", one.topic) or one.topic
        yield Detail(day=one.occurred_on, team=one.team, topic=topic, visits=one.visits)
