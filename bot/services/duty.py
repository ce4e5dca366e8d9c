"""Whose turn it is to help: the khu phố or ấp that somebody names, its team or the rota's; whom to ring."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.text import fold, natural_order, spoken_number
from bot.core.vocabulary import CommuneId, Identity, TeamKind, Use
from bot.library import Plan
from bot.locale import local_day
from bot.services import consents
from bot.services.consents import Proof
from bot.services.deadlines import working_days
from bot.services.teams import actor
from bot.services.working_time import next_opening
from storage import audit, duty
from storage import consents as stored
from storage.audit import Act
from storage.communes import Commune
from storage.database import Unit
from storage.duty import Neighbourhood, TeamThere
from storage.mailbox import Worker

KINDS = r"(?:khu pho|khupho|k pho|k p|kp|khu|to dan pho|tdp|ap|thon)"
WHOLE = re.compile(rf"{KINDS} ?(?:so )?(.+)")
INSIDE = re.compile(rf"\b{KINDS} ?(?:so )?0*(\d{{1,2}})\b")
EVERYWHERE = 0
"""Stands for no neighbourhood: the team of the whole commune helps."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives, and the team there; ``id`` is that of the neighbourhood or ``EVERYWHERE``."""

    id: int
    name: str
    team: TeamThere

    @property
    def neighbourhood(self) -> int | None:
        """The neighbourhood, None for the commune as a whole."""
        return self.id or None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who says something: the chat, and the messenger account that it belongs to."""

    identity: Identity
    channel: str
    account: str


@dataclass(frozen=True, slots=True)
class Ringable:
    """A member whose number may be shown."""

    name: str
    phone: str


def homes(unit: Unit, commune: Commune) -> list[Home]:
    """Neighbourhoods of today whose people have a team, KP 2 before KP 10.

    Where only a team of the whole commune is known, that one stands alone.
    """
    today = local_day(unit.now)
    teams = duty.list_teams(unit, commune.id, today)
    known = duty.list_neighbourhoods(unit, commune.id, today)
    whole = next((team for team in teams if team.kind is TeamKind.COMMUNE), None)
    found = []
    for one in known:
        team = next((team for team in teams if team.neighbourhood_id == one.id), whole)
        if one.is_valid and team is not None:
            found.append(Home(one.id, one.name, team))
    if not found and whole is not None:
        found.append(Home(EVERYWHERE, commune.name, whole))
    return sorted(found, key=lambda home: natural_order(home.name))


def find_home(unit: Unit, commune: Commune, number: str) -> Home | None:
    """The home with that id, as a button carries it."""
    return next((one for one in homes(unit, commune) if str(one.id) == number), None)


def read_home(unit: Unit, commune: Commune, text: str) -> Home | None:
    """The home that words name, however it is spelled, by its old name too; None where it is not sure."""
    there = {home.id: home for home in homes(unit, commune)}
    known = duty.list_neighbourhoods(unit, commune.id, local_day(unit.now))
    by_id = {one.id: one for one in known}
    said = _key(text)
    inside = INSIDE.search(fold(text))
    wanted = [said] if inside is None else [said, inside[1]]
    for key in wanted:
        meant = {_present(one, by_id) for one in known if _key(one.name) == key}
        found = [there[number] for number in sorted(meant) if number in there]
        if len(found) == 1:
            return found[0]
    return None


def _key(text: str) -> str:
    """What is left of a name without its kind: “Khu phố 02”, “kp2” and “2” are the same."""
    said = fold(text)
    whole = WHOLE.fullmatch(said)
    bare = whole[1] if whole else said
    number = int(bare) if bare.isascii() and bare.isdecimal() else _spoken(text)
    return bare if number is None else str(number)


def _spoken(text: str) -> int | None:
    """The number in words: “khu phố mười hai”."""
    said = re.sub(r"^\s*(?:khu\s+phố|khu\s+pho|kp|ấp|ap|khu)\s+", "", text.lower())
    return spoken_number(said)


def _present(one: Neighbourhood, by_id: dict[int, Neighbourhood]) -> int:
    """Where a neighbourhood of earlier days has gone."""
    seen = {one.id}
    while one.merged_into in by_id and one.merged_into not in seen:
        seen.add(one.merged_into)
        one = by_id[one.merged_into]
    return one.id


def team_on_duty(unit: Unit, commune: Commune, plan: Plan, home: Home) -> TeamThere:
    """The rota's team of the day on which help begins, where the plan has one; else the home's own."""
    day = local_day(next_opening(plan.duty, unit.now, working_days(unit, commune.id)))
    name = plan.duty.team_on(day)
    teams = duty.list_teams(unit, commune.id, day) if name else []
    return next((team for team in teams if fold(team.name) == fold(name or "")), home.team)


# ---- a member's own number ----------------------------------------------------------------------


def find_ringable(
    unit: Unit, commune: CommuneId, team: int, member: int | None = None
) -> Ringable | None:
    """Somebody of the team, or that member of it, who agreed that residents see the number.

    The consent is looked at each time: withdrawn anywhere, the number is shown no more.
    """
    for one in duty.list_phones(unit, commune, team, member):
        if _may_show(unit, commune, one.chats):
            return Ringable(one.name, one.phone)
    return None


def own_phone(unit: Unit, commune: CommuneId, worker: Worker) -> str | None:
    """The number that a member shows on duty; None where it is shown to nobody."""
    found = find_ringable(unit, commune, worker.team_id or 0, worker.id)
    return found.phone if found else None


def agree_to_show(unit: Unit, commune: CommuneId, worker: Worker, asker: Asker, shown: str) -> None:
    """A member agrees that the own number is shown; ``shown`` is the text that stood above."""
    subject = consents.of_chat(unit, commune, asker.identity)
    consent = consents.give(unit, commune, subject, Use.SHOW_PHONE, Proof(shown, asker.channel))
    audit.record(unit, commune, Act(actor(worker), "consent", f"consent:{consent}"))


def show_phone(
    unit: Unit, commune: CommuneId, worker: Worker, identity: Identity, phone: str
) -> bool:
    """Keep a member's number; False when the consent does not stand, or not any more."""
    if not _may_show(unit, commune, [identity]):
        return False
    duty.keep_phone(unit, commune, worker.id, phone)
    audit.record(unit, commune, Act(actor(worker), "show-own-phone", actor(worker)))
    return True


def hide_phone(unit: Unit, commune: CommuneId, worker: Worker, identity: Identity) -> None:
    """Withdraw the consent of this chat, and drop the number."""
    subject = consents.of_chat(unit, commune, identity)
    stored.withdraw(unit, commune, [subject], Use.SHOW_PHONE)
    duty.keep_phone(unit, commune, worker.id, None)
    audit.record(unit, commune, Act(actor(worker), "hide-own-phone", actor(worker)))


def _may_show(unit: Unit, commune: CommuneId, chats: Sequence[Identity]) -> bool:
    subjects = [consents.of_chat(unit, commune, chat) for chat in chats]
    return any(consents.find(unit, commune, one, Use.SHOW_PHONE) for one in subjects)
