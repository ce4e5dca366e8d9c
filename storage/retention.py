"""What is past its time, by what it is: how long each is kept is decided above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Delete, Update, delete, exists, func, or_, select, update

from storage import seats
from storage.database import Unit
from storage.models import invitations, join_requests, members
from storage.models_help import confirmations, help_entries, help_requests
from storage.models_people import consents, contacts, identities, people
from storage.models_trainings import attendances, trainings


@dataclass(frozen=True, slots=True)
class Before:
    """Moments before which each of these has to have ended, or been used last, to go."""

    numbers: datetime  # of people whose request is over
    unused_numbers: datetime  # kept without any request
    marks: datetime  # of chats, in requests that are over, in checks and in classes
    told: datetime  # of chats that said something of a course
    wishes: datetime  # to join a team; and invitations
    proofs: datetime  # of consents that were withdrawn
    known: datetime  # of people counted by their phone or chat, who were last helped or in a class
    last_help: date  # before this day


def purge(unit: Unit, before: Before) -> int:
    """Drop or empty all of it; gives how many rows that were."""
    return sum(
        work(unit, before)
        for work in (_numbers, _marks, _wishes, _member_numbers, _counted_once, _proofs)
    )


def _numbers(unit: Unit, before: Before) -> int:
    """Phone numbers in clear under seal: without a consent that stands, or no more needed."""
    row, asked = contacts.c, help_requests.c
    stands = exists().where(
        consents.c.commune_id == row.commune_id,
        consents.c.id == row.consent_id,
        consents.c.withdrawn_at.is_(None),
    )
    of_it = (asked.commune_id == row.commune_id, asked.person_id == row.person_id)
    is_needed = exists().where(
        *of_it, or_(asked.closed_at.is_(None), asked.closed_at >= before.numbers)
    )
    was_asked = exists().where(*of_it)
    is_over = or_(was_asked, row.created_at < before.unused_numbers) & ~is_needed
    gone = delete(contacts).where(or_(~stands, is_over & (row.created_at < before.numbers)))
    agreed = exists().where(
        consents.c.commune_id == asked.commune_id,
        consents.c.id == asked.consent_id,
        consents.c.withdrawn_at.is_not(None),
    )
    emptied = update(help_requests).where(
        asked.phone.is_not(None), or_(asked.closed_at < before.numbers, agreed)
    )
    return _rows(unit, gone) + _rows(unit, emptied.values(phone=None))


def _marks(unit: Unit, before: Before) -> int:
    """Hashes of chats in requests that are over, and in checks that were answered or never will be."""
    asked, check = help_requests.c, confirmations.c
    over = update(help_requests).where(asked.identity.is_not(None), asked.closed_at < before.marks)
    done = update(confirmations).where(check.identity.is_not(None), check.asked_at < before.marks)
    emptied = _rows(unit, over.values(identity=None)) + _rows(unit, done.values(identity=None))
    return emptied + seats.purge(unit, before.marks) + seats.purge_told(unit, before.told)


def _wishes(unit: Unit, before: Before) -> int:
    """Names of those who wished to join, and of those who were invited."""
    asked = delete(join_requests).where(join_requests.c.asked_at < before.wishes)
    row = invitations.c
    invited = update(invitations).where(row.name.is_not(None), row.expires_at < before.wishes)
    return _rows(unit, asked) + _rows(unit, invited.values(name=None))


def _member_numbers(unit: Unit, before: Before) -> int:
    """Numbers of members who have left."""
    row = members.c
    left = update(members).where(row.phone.is_not(None), row.left_at.is_not(None))
    return _rows(unit, left.values(phone=None))


def _counted_once(unit: Unit, before: Before) -> int:
    """Hashes of phones and chats whose people were helped, or in a class, long ago or never."""
    name, entry = identities.c, help_entries.c
    counts_as = func.coalesce(people.c.merged_into, people.c.id)
    other, of_other = identities.alias(), people.alias()
    # Chats that are joined stay so until somebody parts them.
    is_joined = exists().where(
        other.c.id != name.id,
        of_other.c.id == other.c.person_id,
        func.coalesce(of_other.c.merged_into, of_other.c.id) == counts_as,
    )
    known_long = (
        select(name.id)
        .join(people, people.c.id == name.person_id)
        .where(people.c.created_at < before.known, or_(name.kind == "phone", ~is_joined))
    )
    if unit.connection.execute(known_long.limit(1)).first() is None:
        return 0  # before two years are over there is nothing to count
    helped = (
        select(counts_as)
        .join_from(help_entries, people, people.c.id == entry.person_id)
        .where(entry.occurred_on >= before.last_help)
    )
    sat = (
        select(counts_as)
        .join_from(attendances, people, people.c.id == attendances.c.person_id)
        .join(trainings, trainings.c.id == attendances.c.training_id)
        .where(trainings.c.starts_at >= before.known)
    )
    idle = known_long.where(counts_as.not_in(helped), counts_as.not_in(sat))
    return _rows(unit, delete(identities).where(name.id.in_(idle)))


def _proofs(unit: Unit, before: Before) -> int:
    """Consents that were withdrawn long ago, and what still named them."""
    row = consents.c
    old = row.withdrawn_at < before.proofs
    named = select(row.id).where(old)
    asked = update(help_requests).where(help_requests.c.consent_id.in_(named))
    unit.connection.execute(asked.values(consent_id=None))
    unit.connection.execute(delete(contacts).where(contacts.c.consent_id.in_(named)))
    return _rows(unit, delete(consents).where(old))


def _rows(unit: Unit, statement: Delete | Update) -> int:
    return unit.connection.execute(statement).rowcount
