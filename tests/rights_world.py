"""Somebody of whom everything is kept that can be: by the services, as the conversations do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, insert, select

from bot.core.keys import Purpose
from bot.core.vocabulary import CommuneId, Identity, Topic, Use
from bot.services import consents, phones
from bot.services.consents import Proof
from storage import communes, help_entries, help_figures, people
from storage import phones as stored
from storage.communes import Commune
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.models import conversations, join_requests
from storage.models_help import confirmations, help_requests
from tests.world import Person, World

PHONE = "+84912345678"
DAY = date(2026, 11, 18)
WEEK = (DAY, DAY + timedelta(days=7))


@dataclass(frozen=True)
class Traces:
    """What was written of her."""

    person: int
    entry: int
    request: int
    consents: dict[Use, int]


def leave_traces(unit: Unit, commune: Commune, chat: Identity, phone: str = PHONE) -> Traces:
    """A chat agrees to everything, asks for help and is helped."""
    team = communes.list_teams(unit, commune.id, DAY)[0].id
    person = phones.person_on(unit, commune.id, phone)
    if people.find_person(unit, commune.id, chat) is None:
        people.name_chat(unit, commune.id, chat, person)
    subject = consents.of_chat(unit, commune.id, chat)
    given = {
        use: consents.give(
            unit, commune.id, subject, use, Proof("lời", "console", person_id=person)
        )
        for use in (Use.CALL_BACK, Use.COUNT_ONCE, Use.REMIND)
    }
    stored.keep_number(unit, commune.id, person, phone, given[Use.CALL_BACK])
    helped = Help(DAY, Topic.VNEID, 2, person_id=person, note="bà Tư nhà số 5")
    new = NewEntry(f"c{person}", team, None, helped)
    entry = help_entries.add(unit, commune.id, new, By())
    fixed = Help(DAY, Topic.DVC, 2, person_id=person, note="bà Tư nhà số 5")
    assert help_entries.correct(unit, commune.id, entry, fixed, (By(), "nhầm việc"))
    now = unit.now
    request = add(
        unit,
        help_requests,
        commune_id=commune.id,
        account_id=_account_of(unit, chat),
        identity=chat,
        person_id=person,
        consent_id=given[Use.CALL_BACK],
        phone=unit.keys.seal(Purpose.PHONE, phone.encode()),
        team_id=team,
        status="open",
        opened_at=now,
        claim_by=now,
        help_by=now,
    )
    add(unit, confirmations, commune_id=commune.id, entry_id=entry.id, identity=chat, asked_at=now)
    return Traces(person, entry.id, request, given)


def _account_of(unit: Unit, chat: Identity) -> int:
    mine = select(conversations.c.account_id).where(conversations.c.identity == chat)
    return int(unit.connection.execute(mine).scalar_one())


def add(unit: Unit, table: Table, **values: Any) -> int:
    """A row; gives its id."""
    made = insert(table).values(**values).returning(table.c.id)
    return int(unit.connection.execute(made).scalar_one())


def known(world: World, name: str = "bà Tư") -> tuple[Person, Traces]:
    """Somebody who has written, and of whom all is kept."""
    person = world.person(name)
    person.says("menu")
    return person, world.base.database.write(leave_traces, world.commune, person.identity)


def rows(world: World, table: Table) -> list[dict[str, Any]]:
    """All rows of a table."""
    statement = select(table).order_by(*table.primary_key)
    return world.base.database.read(
        lambda unit: [dict(row._mapping) for row in unit.connection.execute(statement)]
    )


def figures(world: World) -> tuple[int, int, int]:
    """Visits, people, visits of nobody known."""
    whole = world.base.database.read(help_figures.count, world.commune.id, WEEK)
    return whole.visits, whole.people, whole.without_person


def wishes_to_join(unit: Unit, commune: CommuneId, chat: Identity, invitation: int) -> int:
    """Somebody wishes to be of the team."""
    asked = {"account_id": _account_of(unit, chat), "identity": chat, "name": "chú Ba"}
    return add(
        unit,
        join_requests,
        commune_id=commune,
        invitation_id=invitation,
        asked_at=unit.now,
        **asked,
    )
