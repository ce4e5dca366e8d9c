"""What is asked of storage about requests for help and who could help, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.core.vocabulary import Outcome, Role
from storage import duty, help_requests
from storage.database import Unit
from storage.help_entries import By
from storage.help_requests import About, Closing, NewRequest
from storage.models_people import consents
from tests.storage_twins import DAY, Home

PHONE = "+84912345678"


def request_of(unit: Unit, home: Home) -> int:
    """The one that the commune was furnished with."""
    (one,) = help_requests.list_open(unit, home.id)
    return one.id


def new_request(unit: Unit, home: Home) -> NewRequest:
    """One of bà Tư's."""
    until = unit.now + timedelta(hours=2)
    account, team = home.office.account.id, home.office.team
    return NewRequest(account, home.tu, None, team, None, About(), until, until)


def taken(work: Callable[[Unit, Home, int], object]) -> Callable[[Unit, Home], Any]:
    """The same for a request that the member has taken; then how it stands."""

    def case(unit: Unit, home: Home) -> Any:
        number = request_of(unit, home)
        member = home.office.member
        assert help_requests.claim(unit, home.id, number, member, [home.office.team])
        done = work(unit, home, number)
        found = help_requests.find(unit, home.id, number)
        return done, found

    return case


def with_phone(work: Callable[[Unit, Home], object]) -> Callable[[Unit, Home], Any]:
    """The same when the member has told a number."""

    def case(unit: Unit, home: Home) -> Any:
        duty.keep_phone(unit, home.id, home.office.member, PHONE)
        return work(unit, home)

    return case


def closed(unit: Unit, home: Home, number: int) -> bool:
    """Ended by the member."""
    by = By(home.office.member)
    return help_requests.close(unit, home.id, number, by, Closing(Outcome.DONE))


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "help_requests.add": lambda u, h: help_requests.add(u, h.id, new_request(u, h)),
    "help_requests.find": lambda u, h: help_requests.find(u, h.id, request_of(u, h)),
    "help_requests.find_open": lambda u, h: help_requests.find_open(u, h.id, h.tu, 1),
    "help_requests.find_newest": lambda u, h: help_requests.find_newest(u, h.id, h.tu),
    "help_requests.count_since": lambda u, h: help_requests.count_since(
        u, h.id, h.tu, u.now - timedelta(days=1)
    ),
    "help_requests.list_for": lambda u, h: help_requests.list_for(
        u, h.id, [h.office.team], h.office.member
    ),
    "help_requests.count_for": lambda u, h: help_requests.count_for(
        u, h.id, [h.office.team], h.office.member
    ),
    "help_requests.list_open": lambda u, h: help_requests.list_open(u, h.id),
    "help_requests.list_due": lambda u, h: help_requests.list_due(u, h.id),
    "help_requests.claim": taken(lambda u, h, n: None),
    "help_requests.give_back": taken(
        lambda u, h, n: help_requests.give_back(u, h.id, n, h.office.member)
    ),
    "help_requests.let_go": taken(
        lambda u, h, n: help_requests.let_go(u, h.id, By(h.office.member), [h.office.team])
    ),
    "help_requests.close": taken(closed),
    "help_requests.pass_on": taken(
        lambda u, h, n: help_requests.pass_on(u, h.id, n, h.office.member)
    ),
    "help_requests.name_entry": taken(
        lambda u, h, n: help_requests.name_entry(u, h.id, n, h.entry.id)
    ),
    "help_requests.mark_late": lambda u, h: help_requests.mark_late(u, h.id, request_of(u, h)),
    "help_requests.hand_up": lambda u, h: help_requests.hand_up(u, h.id, request_of(u, h)),
    "help_requests.take_over": lambda u, h: help_requests.take_over(
        u, h.id, request_of(u, h), h.officer.id
    ),
    "help_requests.keep_phone": lambda u, h: help_requests.keep_phone(
        u, h.id, request_of(u, h), PHONE, consent_of(u, h)
    ),
    "help_requests.read_phone": lambda u, h: help_requests.read_phone(u, h.id, request_of(u, h)),
    "help_requests.note": lambda u, h: help_requests.note(u, h.id, request_of(u, h), "x"),
    "help_requests.last_time": lambda u, h: help_requests.last_time(
        u, h.id, request_of(u, h), ["opened"]
    ),
    "duty.list_neighbourhoods": lambda u, h: duty.list_neighbourhoods(u, h.id, DAY),
    "duty.list_teams": lambda u, h: duty.list_teams(u, h.id, DAY),
    "duty.teams_of": lambda u, h: duty.teams_of(u, h.id, h.office.member),
    "duty.has_members": lambda u, h: duty.has_members(u, h.id, h.office.team),
    "duty.team_chats": lambda u, h: duty.team_chats(u, h.id, h.office.team, Role.MEMBER),
    "duty.chat_of": lambda u, h: duty.chat_of(u, h.id, h.office.member),
    "duty.keep_phone": lambda u, h: duty.keep_phone(u, h.id, h.office.member, PHONE),
    "duty.list_phones": with_phone(lambda u, h: duty.list_phones(u, h.id, h.office.team)),
    "duty.find_account": lambda u, h: duty.find_account(
        u, h.id, h.office.account.channel, h.office.account.name
    ),
}
MAKES_IDS = {"help_requests.add"}


def consent_of(unit: Unit, home: Home) -> int:
    """The consent that the commune was furnished with."""
    mine = select(consents.c.id).where(consents.c.commune_id == home.id)
    return int(unit.connection.execute(mine).scalar_one())


STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "help_requests.find": lambda u, a, b: help_requests.find(u, a.id, request_of(u, b)),
    "help_requests.claim": lambda u, a, b: help_requests.claim(
        u, a.id, request_of(u, b), a.office.member, [b.office.team]
    ),
    "help_requests.claim: member": lambda u, a, b: help_requests.claim(
        u, a.id, request_of(u, a), b.office.member, [a.office.team]
    ),
    "help_requests.give_back": lambda u, a, b: help_requests.give_back(
        u, a.id, request_of(u, b), b.office.member
    ),
    "help_requests.let_go": lambda u, a, b: help_requests.let_go(u, a.id, By(b.office.member)),
    "help_requests.close": lambda u, a, b: help_requests.close(
        u, a.id, request_of(u, b), By(), Closing(None)
    ),
    "help_requests.name_entry": lambda u, a, b: help_requests.name_entry(
        u, a.id, request_of(u, b), a.entry.id
    ),
    "help_requests.mark_late": lambda u, a, b: help_requests.mark_late(u, a.id, request_of(u, b)),
    "help_requests.hand_up": lambda u, a, b: help_requests.hand_up(u, a.id, request_of(u, b)),
    "help_requests.take_over": lambda u, a, b: help_requests.take_over(
        u, a.id, request_of(u, b), a.officer.id
    ),
    "help_requests.take_over: officer": lambda u, a, b: help_requests.take_over(
        u, a.id, request_of(u, a), b.officer.id
    ),
    "help_requests.keep_phone": lambda u, a, b: help_requests.keep_phone(
        u, a.id, request_of(u, b), PHONE, consent_of(u, b)
    ),
    "help_requests.read_phone": lambda u, a, b: help_requests.read_phone(u, a.id, request_of(u, b)),
    "help_requests.note": lambda u, a, b: help_requests.note(u, a.id, request_of(u, b), "x"),
    "help_requests.last_time": lambda u, a, b: help_requests.last_time(
        u, a.id, request_of(u, b), ["opened"]
    ),
    "duty.teams_of": lambda u, a, b: duty.teams_of(u, a.id, b.office.member),
    "duty.has_members": lambda u, a, b: duty.has_members(u, a.id, b.office.team),
    "duty.team_chats": lambda u, a, b: duty.team_chats(u, a.id, b.office.team),
    "duty.chat_of": lambda u, a, b: duty.chat_of(u, a.id, b.office.member),
    "duty.keep_phone": lambda u, a, b: duty.keep_phone(u, a.id, b.office.member, PHONE),
    "duty.list_phones": lambda u, a, b: duty.list_phones(u, a.id, b.office.team),
    "duty.find_account": lambda u, a, b: duty.find_account(
        u, a.id, b.office.account.channel, b.office.account.name
    ),
}
