"""The rows under a report, one by one: every help of a window as it counts, and who gave which training.

A year of them is read without a list of objects in between; figures are not made here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from bot.core.vocabulary import CommuneId, TrainingStatus
from storage.database import Unit
from storage.models import teams
from storage.models_help import confirmations, help_entries, help_services
from storage.models_people import people
from storage.models_trainings import trainings

AT_ONCE = 5_000
"""How many rows are fetched together: few enough for memory, many enough for a server far away."""
_entry, _training = help_entries.c, trainings.c
_person = func.coalesce(people.c.merged_into, _entry.person_id)


@dataclass(frozen=True, slots=True)
class Help:
    """One entry that counts, in words of the log; ``person`` is whom it counts for."""

    id: int
    occurred_on: date
    team: str
    topic: str
    visits: int
    person: int | None
    outcome: str | None
    place: str | None
    subject: str | None
    files: int | None
    first_time: str | None
    source: str
    answer: str | None
    services: tuple[str, ...]


def each_help(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> Iterator[Help]:
    """The entries of the half-open window that were not taken out, by day."""
    meant = (
        _entry.commune_id == commune,
        _entry.occurred_on >= window[0],
        _entry.occurred_on < window[1],
        _entry.voided_at.is_(None),
    )
    does = and_(
        help_services.c.commune_id == _entry.commune_id, help_services.c.entry_id == _entry.id
    )
    done: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for entry, service in unit.connection.execute(
        select(help_services.c.entry_id, help_services.c.service)
        .select_from(help_entries.join(help_services, does))
        .where(*meant)
    ):
        done[entry] += (service,)
    of_person = and_(people.c.commune_id == _entry.commune_id, people.c.id == _entry.person_id)
    is_asked = and_(
        confirmations.c.commune_id == _entry.commune_id, confirmations.c.entry_id == _entry.id
    )
    rows = unit.connection.execute(
        select(
            _entry.id,
            _entry.occurred_on,
            teams.c.name.label("team"),
            _entry.topic,
            _entry.visits,
            _person.label("person"),
            _entry.outcome,
            _entry.place,
            _entry.subject,
            _entry.files,
            _entry.first_time,
            _entry.source,
            select(confirmations.c.answer).where(is_asked).scalar_subquery().label("answer"),
        )
        .select_from(
            help_entries.join(teams, teams.c.id == _entry.team_id).outerjoin(people, of_person)
        )
        .where(*meant)
        .order_by(_entry.occurred_on, _entry.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in rows:
        yield Help(**row._mapping, services=done.get(row.id, ()))


@dataclass(frozen=True, slots=True)
class Held:
    """A training that took place: who gave it (None: the commune itself), what kind, when it began."""

    team: str | None
    kind: str
    starts_at: datetime


def list_held(unit: Unit, commune: CommuneId, window: tuple[datetime, datetime]) -> list[Held]:
    """The trainings that began in the window and took place, without a look at who was there."""
    rows = unit.connection.execute(
        select(teams.c.name, _training.kind, _training.starts_at)
        .select_from(trainings.outerjoin(teams, teams.c.id == _training.team_id))
        .where(
            _training.commune_id == commune,
            _training.starts_at >= window[0],
            _training.starts_at < window[1],
            _training.status.in_([TrainingStatus.HELD, TrainingStatus.CLOSED]),
        )
        .order_by(_training.starts_at, _training.id)
    )
    return [Held(*row) for row in rows]
