"""“Ask a neighbour”: a resident's request, from opening to cancelling. One at a time for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import RuleError
from bot.core.vocabulary import CommuneId, Identity, Outcome, RequestStatus, Use
from bot.services import consents, duty, phones
from bot.services.consents import Proof
from bot.services.deadlines import working_days
from bot.services.duty import Asker as Asker  # conversations take it from here
from bot.services.duty import Home
from bot.services.people import RESIDENT
from bot.services.request_notices import (
    tell_claimer,
    tell_office,
    tell_opened,
)
from bot.services.request_words import Ground
from bot.services.working_time import add_working, promise
from storage import audit, help_requests
from storage import duty as teams_there
from storage.audit import Act
from storage.database import Unit
from storage.help_entries import By
from storage.help_requests import About as About  # and these
from storage.help_requests import Closing, NewRequest
from storage.help_requests import Request as Request

MOST_A_DAY = 5
TALKS_FOR = timedelta(minutes=30)
"""So long words are passed on after the last one."""
FROM_TEAM, FROM_RESIDENT, HUSHED = "to-resident", "to-member", "hushed"


@dataclass(frozen=True, slots=True)
class Call:
    """A number to ring (E.164) and the consent that it is kept under."""

    phone: str
    consent: int


def find_open(unit: Unit, commune: CommuneId, identity: Identity) -> Request | None:
    """What this person waits for, in this chat or another that was joined to it."""
    person = phones.person_of_chat(unit, commune, identity)
    return help_requests.find_open(unit, commune, identity, person)


def find_newest(unit: Unit, commune: CommuneId, identity: Identity) -> Request | None:
    """The newest request of this chat, ended or not."""
    return help_requests.find_newest(unit, commune, identity)


def open_request(
    ground: Ground, asker: Asker, home: Home, about: About, call: Call | None = None
) -> tuple[Request, bool]:
    """Open a request and tell the team; the one that waits already, and False, where there is one.

    ``RuleError`` for the sixth within a day.
    """
    unit, commune = ground.unit, ground.commune.id
    unit.begin_writing()
    standing = find_open(unit, commune, asker.identity)
    if standing is not None:
        return standing, False
    before = unit.now - timedelta(days=1)
    if help_requests.count_since(unit, commune, asker.identity, before) >= MOST_A_DAY:
        raise RuleError("requests.too-many", "Hôm nay nhờ nhiều lần rồi.")
    number = help_requests.add(unit, commune, _new(ground, asker, home, about))
    audit.record(unit, commune, Act(RESIDENT, "open-request", f"request:{number}"))
    request = _get(ground, number)
    if call is not None:
        request = keep_phone(ground, request, call)
    if request.ward_at is not None:
        tell_office(ground, request, "requests.ward-no-team")
    else:
        tell_opened(ground, request)
    return request, True


def _new(ground: Ground, asker: Asker, home: Home, about: About) -> NewRequest:
    unit, commune, plan = ground.unit, ground.commune.id, ground.plan.duty
    account = teams_there.find_account(unit, commune, asker.channel, asker.account)
    if account is None:
        raise LookupError("a chat of an account that the commune has not")
    team = duty.team_on_duty(unit, ground.commune, ground.plan, home)
    days = working_days(unit, commune)
    is_helped = teams_there.has_members(unit, commune, team.id)
    return NewRequest(
        account=account,
        identity=asker.identity,
        person_id=phones.person_of_chat(unit, commune, asker.identity),
        team_id=team.id,
        neighbourhood_id=home.neighbourhood,
        about=about,
        claim_by=add_working(plan, unit.now, plan.claim_within, days),
        help_by=promise(plan, unit.now, plan.help_within if is_helped else plan.ward_within, days),
        ward_at=None if is_helped else unit.now,
    )


def agree_to_call(ground: Ground, asker: Asker, shown: str) -> None:
    """The resident agrees that a number is kept to ring; ``shown`` is the text that stood above."""
    unit, commune = ground.unit, ground.commune.id
    subject = consents.of_chat(unit, commune, asker.identity)
    proof = Proof(
        shown, asker.channel, person_id=phones.person_of_chat(unit, commune, asker.identity)
    )
    given = consents.give(unit, commune, subject, Use.CALL_BACK, proof)
    audit.record(unit, commune, Act(RESIDENT, "consent", f"consent:{given}"))


def may_call(ground: Ground, identity: Identity) -> int | None:
    """The consent that a number may be kept under; None means: ask first."""
    subject = consents.of_chat(ground.unit, ground.commune.id, identity)
    found = consents.find(ground.unit, ground.commune.id, subject, Use.CALL_BACK)
    return found.id if found else None


def keep_phone(ground: Ground, request: Request, call: Call) -> Request:
    """Keep the number to ring; the member who has taken it is told that there is one."""
    unit, commune = ground.unit, ground.commune.id
    if help_requests.keep_phone(unit, commune, request.id, call.phone, call.consent):
        audit.record(unit, commune, Act(RESIDENT, "give-phone", f"request:{request.id}"))
        tell_claimer(ground, request, "requests.told-phone")
    return _get(ground, request.id)


def cancel(ground: Ground, request: Request) -> bool:
    """The resident needs it no more: the number goes at once, who has taken it is told."""
    unit, commune = ground.unit, ground.commune.id
    ended = Closing(None, RequestStatus.CANCELLED)
    if not help_requests.close(unit, commune, request.id, By(), ended):
        return False
    help_requests.note(unit, commune, request.id, "cancelled")
    audit.record(unit, commune, Act(RESIDENT, "cancel-request", f"request:{request.id}"))
    tell_claimer(ground, request, "requests.told-cancelled")
    return True


def is_talking(unit: Unit, commune: CommuneId, request: Request) -> bool:
    """True while words go to and fro: the member has written, and not long ago."""
    is_with_member = request.member_id is not None and not is_with_office(request)
    if request.closed_at is not None or not is_with_member:
        return False
    said = (FROM_TEAM, FROM_RESIDENT, HUSHED)
    last = help_requests.last_time(unit, commune, request.id, said)
    return last is not None and last[0] != HUSHED and unit.now - last[1] <= TALKS_FOR


def is_with_office(request: Request) -> bool:
    """True when the office sees to it, and nobody of the team does."""
    is_free = request.member_id is None and request.ward_at is not None
    return request.staff_id is not None or is_free or is_passed_on(request)


def is_passed_on(request: Request) -> bool:
    """True when the team has done its part and the ward goes on."""
    return request.closed_at is None and request.outcome is Outcome.PASSED_ON


def _get(ground: Ground, number: int) -> Request:
    found = help_requests.find(ground.unit, ground.commune.id, number)
    if found is None:
        raise LookupError(number)
    return found
