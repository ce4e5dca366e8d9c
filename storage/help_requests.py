"""Requests for help: opened by a resident, taken by one member, closed once; what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update

from bot.core.keys import Purpose
from bot.core.vocabulary import AccountId, CommuneId, Identity, Outcome, RequestStatus, Topic
from storage.database import Unit
from storage.help_entries import By
from storage.models import members, neighbourhoods, staff, teams
from storage.models_help import help_request_events, help_requests
from storage.models_people import people

ROW = help_requests.c
_is_open = ROW.closed_at.is_(None)
_not_passed_on = ROW.outcome.is_(None)
_is_of_team = _is_open & ROW.staff_id.is_(None)
"""The ward has not taken it over."""


@dataclass(frozen=True, slots=True)
class About:
    """What it is about, as far as that is known: where in which guide the resident was."""

    topic: Topic | None = None
    guide: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it is opened. ``ward_at`` is set where no team could help: the ward does."""

    account: AccountId
    identity: Identity
    person_id: int | None
    team_id: int
    neighbourhood_id: int | None
    about: About
    claim_by: datetime
    help_by: datetime
    ward_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands. ``identity`` is None once the chat was forgotten."""

    id: int
    account: AccountId
    identity: Identity | None
    person_id: int | None
    has_phone: bool
    team_id: int
    team: str
    neighbourhood: str | None
    about: About
    status: RequestStatus
    opened_at: datetime
    claim_by: datetime
    help_by: datetime
    member_id: int | None
    member: str | None
    late_at: datetime | None
    ward_at: datetime | None
    staff_id: int | None
    staff: str | None
    closed_at: datetime | None
    outcome: Outcome | None
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Closing:
    """How it ended."""

    outcome: Outcome | None
    status: RequestStatus = RequestStatus.CLOSED


def add(unit: Unit, commune: CommuneId, new: NewRequest) -> int:
    """Open it; gives the number by which people name it."""
    made: int = unit.connection.execute(
        insert(help_requests)
        .values(
            commune_id=commune,
            account_id=new.account,
            identity=new.identity,
            person_id=new.person_id,
            team_id=new.team_id,
            neighbourhood_id=new.neighbourhood_id,
            topic=new.about.topic,
            guide=new.about.guide,
            step=new.about.step,
            status=RequestStatus.OPEN,
            opened_at=unit.now,
            claim_by=new.claim_by,
            help_by=new.help_by,
            ward_at=new.ward_at,
        )
        .returning(ROW.id)
    ).scalar_one()
    note(unit, commune, made, "opened")
    return made


def find(unit: Unit, commune: CommuneId, request: int) -> Request | None:
    """The request with this number, if the commune has it."""
    found = _list(unit, _requests(commune).where(ROW.id == request))
    return found[0] if found else None


def find_open(
    unit: Unit, commune: CommuneId, identity: Identity, person: int | None
) -> Request | None:
    """What this chat, or another chat of the same person, still waits for."""
    whose: ColumnElement[bool] = ROW.identity == identity
    if person is not None:
        root = func.coalesce(people.c.merged_into, people.c.id)
        own = select(root).where(people.c.commune_id == commune, people.c.id == person)
        same = select(people.c.id).where(
            people.c.commune_id == commune, root == own.scalar_subquery()
        )
        whose = or_(whose, ROW.person_id.in_(same))
    found = _list(unit, _requests(commune).where(_is_open, whose).order_by(ROW.id).limit(1))
    return found[0] if found else None


def find_newest(unit: Unit, commune: CommuneId, identity: Identity) -> Request | None:
    """The newest request of a chat, ended or not."""
    mine = _requests(commune).where(ROW.identity == identity)
    found = _list(unit, mine.order_by(ROW.id.desc()).limit(1))
    return found[0] if found else None


def count_since(unit: Unit, commune: CommuneId, identity: Identity, since: datetime) -> int:
    """How many requests a chat has opened since that moment."""
    mine = (ROW.commune_id == commune, ROW.identity == identity, ROW.opened_at > since)
    counted = unit.connection.execute(select(func.count()).select_from(help_requests).where(*mine))
    return int(counted.scalar_one())


def list_for(unit: Unit, commune: CommuneId, team_ids: Sequence[int], member: int) -> list[Request]:
    """What waits for somebody of these teams, and what this member has taken; own first, oldest first."""
    mine = ROW.member_id == member
    free = ROW.member_id.is_(None) & ROW.team_id.in_(team_ids)
    statement = _requests(commune).where(_is_of_team, _not_passed_on, or_(mine, free))
    return _list(unit, statement.order_by(mine.desc(), ROW.help_by, ROW.id))


def count_for(unit: Unit, commune: CommuneId, team_ids: Sequence[int], member: int) -> int:
    """How many these are."""
    whose = or_(ROW.member_id == member, ROW.member_id.is_(None) & ROW.team_id.in_(team_ids))
    own = (ROW.commune_id == commune, _is_of_team, _not_passed_on, whose)
    counted = unit.connection.execute(select(func.count()).select_from(help_requests).where(*own))
    return int(counted.scalar_one())


def list_open(unit: Unit, commune: CommuneId) -> list[Request]:
    """Everything that is not closed; what went to the ward first, then by what was promised."""
    order = (ROW.ward_at.is_(None), ROW.help_by, ROW.id)
    return _list(unit, _requests(commune).where(_is_open).order_by(*order))


def list_due(unit: Unit, commune: CommuneId) -> list[Request]:
    """What nobody has taken, or not ended, by the promised moment, and nobody was told of yet."""
    unclaimed = ROW.member_id.is_(None) & ROW.late_at.is_(None) & (ROW.claim_by <= unit.now)
    unhelped = ROW.help_by <= unit.now
    overdue = or_(unclaimed, unhelped) & ROW.ward_at.is_(None)
    return _list(unit, _requests(commune).where(_is_of_team, overdue).order_by(ROW.id))


def claim(
    unit: Unit, commune: CommuneId, request: int, member: int, team_ids: Sequence[int]
) -> bool:
    """Take it for this member, if nobody has; False for whoever comes second."""
    free = (_is_of_team, _not_passed_on, ROW.member_id.is_(None), ROW.team_id.in_(team_ids))
    taken = {
        "member_id": member,
        "status": RequestStatus.CLAIMED,
        "claimed_at": unit.now,
        "first_claimed_at": func.coalesce(ROW.first_claimed_at, unit.now),
    }
    return _change(unit, commune, request, free, taken)


def give_back(unit: Unit, commune: CommuneId, request: int, member: int) -> bool:
    """This member cannot help after all: it waits for somebody again."""
    back = {"member_id": None, "claimed_at": None, "status": RequestStatus.OPEN}
    own = (_is_of_team, _not_passed_on, ROW.member_id == member)
    return _change(unit, commune, request, own, back)


def let_go(unit: Unit, commune: CommuneId, by: By, teams: Sequence[int] | None = None) -> int:
    """Whoever has left holds nothing: it waits for somebody again, of these teams or all; gives how many."""
    if by.member_id is not None:
        mine = [_not_passed_on, ROW.member_id == by.member_id, _is_open]
        freed = {"member_id": None, "claimed_at": None, "status": RequestStatus.OPEN}
    else:
        mine, freed = [ROW.staff_id == by.staff_id, _is_open], {"staff_id": None}
    if teams is not None:
        mine.append(ROW.team_id.in_(teams))
    statement = update(help_requests).where(ROW.commune_id == commune, *mine).values(freed)
    numbers = unit.connection.execute(statement.returning(ROW.id)).scalars().all()
    for number in numbers:
        note(unit, commune, number, "returned", by)
    return len(numbers)


def close(unit: Unit, commune: CommuneId, request: int, by: By, closing: Closing) -> bool:
    """End it: by the member who has taken it, by the officer who has, or by the resident."""
    hand: ColumnElement[bool] = ROW.identity.is_not(None) | ROW.person_id.is_not(None)
    if by.member_id is not None:
        hand = (ROW.member_id == by.member_id) & ROW.staff_id.is_(None) & _not_passed_on
    elif by.staff_id is not None:
        hand = ROW.staff_id == by.staff_id
    ended: dict[str, object] = {
        "status": closing.status,
        "closed_at": unit.now,
        "outcome": closing.outcome,
    }
    if closing.status is RequestStatus.CANCELLED:
        ended["phone"] = None
    return _change(unit, commune, request, (_is_open, hand), ended)


def pass_on(unit: Unit, commune: CommuneId, request: int, member: int) -> bool:
    """The member has done their part and the ward goes on: it stays open for the ward alone."""
    own = (_is_of_team, _not_passed_on, ROW.member_id == member)
    passed = {
        "outcome": Outcome.PASSED_ON,
        "ward_at": func.coalesce(ROW.ward_at, unit.now),
    }
    return _change(unit, commune, request, own, passed)


def name_entry(unit: Unit, commune: CommuneId, request: int, entry: int) -> None:
    """The help that was written down when it ended."""
    _change(unit, commune, request, (ROW.entry_id.is_(None),), {"entry_id": entry})


def mark_late(unit: Unit, commune: CommuneId, request: int) -> bool:
    """Nobody took it in time; False when that was noted before, or somebody has now."""
    unclaimed = (_is_of_team, ROW.late_at.is_(None), ROW.member_id.is_(None))
    return _change(unit, commune, request, unclaimed, {"late_at": unit.now})


def hand_up(unit: Unit, commune: CommuneId, request: int) -> bool:
    """Nobody helped in time; False when the ward has it already."""
    unhelped = (_is_of_team, ROW.ward_at.is_(None))
    return _change(unit, commune, request, unhelped, {"ward_at": unit.now})


def take_over(unit: Unit, commune: CommuneId, request: int, officer: int) -> bool:
    """An officer sees to it from now on, whoever of the team had taken it; False when another does."""
    is_free = (_is_open, ROW.staff_id.is_(None))
    taken = {"staff_id": officer, "ward_at": func.coalesce(ROW.ward_at, unit.now)}
    return _change(unit, commune, request, is_free, taken)


def keep_phone(unit: Unit, commune: CommuneId, request: int, phone: str, consent: int) -> bool:
    """Keep the number to ring, sealed, with the consent that it hangs on."""
    sealed = unit.keys.seal(Purpose.PHONE, phone.encode())
    kept = {"phone": sealed, "consent_id": consent}
    return _change(unit, commune, request, (_is_open,), kept)


def read_phone(unit: Unit, commune: CommuneId, request: int) -> str | None:
    """The number to ring; None where none was given or it is gone."""
    sealed = unit.connection.execute(
        select(ROW.phone).where(ROW.commune_id == commune, ROW.id == request)
    ).scalar_one_or_none()
    return None if sealed is None else unit.keys.open(Purpose.PHONE, bytes(sealed)).decode()


def note(unit: Unit, commune: CommuneId, request: int, what: str, by: By | None = None) -> None:
    """Something happened to it; never what was said."""
    by = by or By()
    unit.connection.execute(
        insert(help_request_events).values(
            commune_id=commune,
            request_id=request,
            at=unit.now,
            what=what,
            member_id=by.member_id,
            staff_id=by.staff_id,
        )
    )


def last_time(
    unit: Unit, commune: CommuneId, request: int, whats: Sequence[str]
) -> tuple[str, datetime] | None:
    """The newest of such happenings and its moment."""
    event = help_request_events.c
    row = unit.connection.execute(
        select(event.what, event.at)
        .where(event.commune_id == commune, event.request_id == request, event.what.in_(whats))
        .order_by(event.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


_PLAIN = (
    "id",
    "person_id",
    "team_id",
    "opened_at",
    "claim_by",
    "help_by",
    "member_id",
    "late_at",
    "ward_at",
    "staff_id",
    "closed_at",
    "entry_id",
)
_NAMED = (
    ROW.account_id.label("account"),
    ROW.phone.is_not(None).label("has_phone"),
    teams.c.name.label("team"),
    neighbourhoods.c.name.label("neighbourhood"),
    members.c.name.label("member"),
    staff.c.name.label("staff"),
)
_WORDED = (ROW.identity, ROW.status, ROW.outcome, ROW.topic, ROW.guide, ROW.step)


def _requests(commune: CommuneId) -> Select[Any]:
    return (
        select(*(ROW[name] for name in _PLAIN), *_NAMED, *_WORDED)
        .select_from(help_requests)
        .join(teams, teams.c.id == ROW.team_id)
        .outerjoin(neighbourhoods, neighbourhoods.c.id == ROW.neighbourhood_id)
        .outerjoin(members, members.c.id == ROW.member_id)
        .outerjoin(staff, staff.c.id == ROW.staff_id)
        .where(ROW.commune_id == commune)
    )


def _list(unit: Unit, statement: Select[Any]) -> list[Request]:
    return [_request(dict(row._mapping)) for row in unit.connection.execute(statement)]


def _request(row: dict[str, Any]) -> Request:
    chat, outcome = row.pop("identity"), row.pop("outcome")
    topic, guide, step = (row.pop(name) for name in ("topic", "guide", "step"))
    return Request(
        identity=None if chat is None else Identity(bytes(chat)),
        status=RequestStatus(row.pop("status")),
        outcome=None if outcome is None else Outcome(outcome),
        about=About(None if topic is None else Topic(topic), guide, step),
        **row | {"has_phone": bool(row["has_phone"])},
    )


def _change(
    unit: Unit,
    commune: CommuneId,
    request: int,
    when: Sequence[ColumnElement[bool]],
    values: dict[str, Any],
) -> bool:
    """One statement that looks and writes: of several at once the database lets one through."""
    mine = (ROW.commune_id == commune, ROW.id == request, *when)
    changed = unit.connection.execute(update(help_requests).where(*mine).values(values))
    return changed.rowcount == 1
