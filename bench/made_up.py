"""Ten years of a commune's help, made up from a seed and put in without the product's code.

The newest entry is number 1, so a larger database holds the smaller one: a week of it has the same rows at
every size. Revisions and the audit log are left out; no figure reads them.
"""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta

import psycopg

from bot.core.vocabulary import (
    AgeBand,
    Confirmation,
    Evidence,
    FirstTime,
    Outcome,
    Place,
    Service,
    Subject,
    Topic,
    TrainingKind,
    TrainingStatus,
)

END = date(2026, 11, 16)  # a Monday; the day before is the last with an entry
PER_YEAR = 100_000
SEED = 7
ENTRIES_A_PERSON = 4
ENTRIES_A_REQUEST = 10
DAYS_A_YEAR = 365.25
TABLES = {
    "people": "id, commune_id, created_at, merged_into",
    "help_entries": "id, commune_id, client_id, team_id, occurred_on, topic, visits, person_id, outcome,"
    " place, recorded_at, voided_at, revision, source, subject, files, first_time",
    "help_services": "commune_id, entry_id, service",
    "confirmations": "id, commune_id, entry_id, asked_at, answer",
    "help_requests": "id, commune_id, account_id, team_id, status, opened_at, claim_by, help_by,"
    " first_claimed_at, closed_at",
    "question_tallies": "commune_id, day, decision, guide, shard, count",
    "trainings": "id, commune_id, client_id, kind, status, title, team_id, partners, audience, mode, topic,"
    " guides, skills, skill_frame, place, place_name, starts_at, ends_at, recorded_at, held_at, revision",
    "attendances": "id, commune_id, client_id, training_id, person_id, evidence, age_band, at",
}
SEATS = {TrainingKind.CLASS: 28, TrainingKind.OUTREACH: 20, TrainingKind.CONTEST: 50}
HELD = {TrainingKind.CLASS: 300, TrainingKind.OUTREACH: 20, TrainingKind.CONTEST: 4}
"""How many of each a commune gave in the year before the end, and how many seats were taken in one: 9,000."""
NOW = datetime(2026, 11, 16, tzinfo=UTC)
Row = tuple[object, ...]
Rows = Iterable[tuple[str, Row]]


def day_of(number: int, per_year: int = PER_YEAR) -> date:
    """When the entry with that number took place; a tenth was written down up to a week late."""
    late = number % 7 if number % 10 == 0 else 0
    return END - timedelta(days=1 + max(0, int((number - 1) * DAYS_A_YEAR / per_year) - late))


def make(
    commune: int, teams: list[int], numbers: range, per_year: int = PER_YEAR
) -> Iterator[tuple[str, Row]]:
    """Rows of all tables that these entries stand for, each after those that it refers to."""
    for number in numbers:
        rng = random.Random(f"{SEED}-{number}")
        if number % ENTRIES_A_PERSON == 1:
            person = number // ENTRIES_A_PERSON + 1
            merged = person - 1 if person % 20 == 0 else None
            yield "people", (person, commune, NOW, merged)
        day = day_of(number, per_year)
        yield "help_entries", _entry(rng, commune, teams, (number, day))
        for service in rng.sample(list(Service), rng.choice((0, 1, 1, 2))):
            yield "help_services", (commune, number, service.value)
        if rng.random() < 0.3:
            answer = rng.choice([*Confirmation, None, None])
            yield "confirmations", (number, commune, number, NOW, answer and answer.value)
        if number % ENTRIES_A_REQUEST == 0:
            yield "help_requests", _request(rng, commune, teams, (number, day))
    for day in _new_days(numbers, per_year):
        for number, decision in enumerate(("answer", "choose", "unknown", "refuse")):
            yield "question_tallies", (commune, day, decision, f"bai-{number}", 0, 3 + number)


def _entry(rng: random.Random, commune: int, teams: list[int], which: tuple[int, date]) -> Row:
    number, day = which
    people = 1 + (number - 1) // ENTRIES_A_PERSON
    person = rng.randint(1, people) if rng.random() < 0.6 else None
    outcome = rng.choice([*Outcome, Outcome.DONE, Outcome.DONE, None])
    place, subject = rng.choice([*Place, None]), rng.choice([*Subject, None])
    first = rng.choice([*FirstTime, None])
    return (
        number,
        commune,
        f"made-up-{number}",
        rng.choice(teams),
        day,
        rng.choice(list(Topic)).value,
        rng.choice((1, 1, 1, 2, 5)),
        person,
        outcome and outcome.value,
        place and place.value,
        datetime.combine(day, time(12), UTC),
        NOW if rng.random() < 0.02 else None,
        1,
        "chat",
        subject and subject.value,
        rng.choice((None, None, 1, 2)),
        first and first.value,
    )


def teach(commune: int, teams: list[int], people: int) -> Iterator[tuple[str, Row]]:
    """A year of trainings with those who were there; two in three are one of so many people."""
    training = seat = 0
    for kind, held in HELD.items():
        for number in range(held):
            training += 1
            rng = random.Random(f"{SEED}-{kind}-{number}")
            day = END - timedelta(days=1 + int(number * DAYS_A_YEAR / held))
            begun = datetime.combine(day, time(2), UTC)  # nine in the morning
            ended = begun + timedelta(hours=2)
            team, topic = rng.choice(teams), rng.choice(list(Topic)).value
            what = (
                kind.value,
                TrainingStatus.HELD.value,
                "Lớp",
                team,
                "",
                "",
                "",
                topic,
                "",
                "",
                "",
            )
            where = ("nha_van_hoa", "Nhà văn hóa", begun, ended, begun, ended, 1)
            yield "trainings", (training, commune, f"made-up-{training}", *what, *where)
            for _ in range(SEATS[kind]):
                seat += 1
                person = rng.randint(1, people) if rng.random() < 2 / 3 else None
                evidence, age = rng.choice(list(Evidence)).value, rng.choice(list(AgeBand)).value
                row = (seat, commune, f"made-up-{seat}", training, person, evidence, age, ended)
                yield "attendances", row


def _request(rng: random.Random, commune: int, teams: list[int], which: tuple[int, date]) -> Row:
    number, day = which
    opened = datetime.combine(day, NOW.time(), UTC) + timedelta(hours=rng.random() * 10)
    claimed = opened + timedelta(hours=rng.random() * 30) if rng.random() < 0.9 else None
    closed = opened + timedelta(hours=31) if rng.random() < 0.99 else None
    status = "closed" if closed else "open"
    return (number, commune, 1, rng.choice(teams), status, opened, opened, opened, claimed, closed)


def _new_days(numbers: range, per_year: int) -> Iterator[date]:
    """The days that these entries reach and the ones before them did not."""
    reached = [
        int(number * DAYS_A_YEAR / per_year) for number in (numbers.start - 1, numbers.stop - 1)
    ]
    return (END - timedelta(days=1 + day) for day in range(*reached))


def fill(url: str, rows: Rows) -> None:
    """Put rows in, unchecked and fast, as nothing of the product would."""
    put = _fill_sqlite if url.startswith("sqlite:///") else _fill_postgres
    put(url, rows)


CHUNK = 20_000


def _chunks(rows: Rows) -> Iterator[dict[str, list[Row]]]:
    waiting: dict[str, list[Row]] = {name: [] for name in TABLES}
    for number, (table, row) in enumerate(rows, start=1):
        waiting[table].append(row)
        if number % CHUNK == 0:
            yield waiting
            waiting = {name: [] for name in TABLES}
    yield waiting


def _fill_sqlite(url: str, rows: Rows) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for chunk in _chunks(rows):
            for table, found in chunk.items():
                columns = TABLES[table]
                marks = ", ".join("?" * (columns.count(",") + 1))
                statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
                connection.executemany(statement, [tuple(map(_plain, row)) for row in found])
        connection.commit()


def _plain(value: object) -> object:
    """A day and a moment as the product's columns hold them on SQLite."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _fill_postgres(url: str, rows: Rows) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # no look-up of references
        for chunk in _chunks(rows):
            for table, found in chunk.items():
                with connection.cursor().copy(f"COPY {table} ({TABLES[table]}) FROM STDIN") as copy:
                    for row in found:
                        copy.write_row(row)
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE")  # as the server does by itself after a while
