"""Helps of people who are known in their chats, as a closed request or an agreed number leaves them."""

from __future__ import annotations

import itertools
from datetime import date

from bot.app.installation import Installation
from bot.core.vocabulary import CommuneId, Identity, Role, Topic, Use
from bot.locale import local_day
from bot.services import consents, help_log
from bot.services.consents import Proof
from bot.services.help_log import Help
from storage import people, phones, staff
from storage.communes import Commune
from storage.database import Unit
from storage.help_entries import Entry
from storage.mailbox import Worker
from storage.models import members, teams

_numbers = itertools.count(1)


def person_in(unit: Unit, commune: CommuneId, identity: Identity) -> int:
    """Who is behind the chat; made known when nobody was."""
    known = people.find_person(unit, commune, identity)
    if known is not None:
        return known.root
    person = people.add_person(unit, commune)
    people.name_chat(unit, commune, identity, person)
    return person


def worker_in(unit: Unit, commune: CommuneId, identity: Identity) -> Worker:
    """The member who speaks in the chat."""
    link = staff.find_link(unit, commune, identity)
    assert link is not None
    joined = members.join(teams, teams.c.id == members.c.team_id)
    row = unit.connection.execute(
        joined.select()
        .where(members.c.id == link[0])
        .with_only_columns(members.c.name, members.c.role, members.c.team_id, teams.c.name)
    ).one()
    return Worker(link[0] or 0, row[0], Role(row[1]), row[2], row[3])


def log_known_help(
    base: Installation,
    commune: Commune,
    told: tuple[Identity, Identity, str],
    day: date | None = None,
) -> Entry:
    """The member of one chat has helped the person of another one with a topic, today unless told."""
    member, helped, topic = told

    def log(unit: Unit) -> Entry:
        person = person_in(unit, commune.id, helped)
        done = Help(day or local_day(unit.now), Topic(topic), person_id=person)
        worker = worker_in(unit, commune.id, member)
        entry, _ = help_log.log_help(unit, commune.id, worker, done, f"known:{next(_numbers)}")
        return entry

    return base.database.write(log)


def keep_phone(unit: Unit, commune: CommuneId, person: int, phone: str) -> None:
    """The person has agreed that the number be kept."""
    proof = Proof("đọc cho nghe", "console", "member", person)
    subject = consents.of_phone(unit, commune, phone)
    consent = consents.give(unit, commune, subject, Use.CALL_BACK, proof)
    phones.keep_number(unit, commune, person, phone, consent)
