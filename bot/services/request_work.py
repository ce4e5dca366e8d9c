"""What a member does with requests: see who waits, take one, ring or pass words on, give it back, end it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.errors import NotAllowedError, RuleError
from bot.core.messages import Outbound
from bot.core.vocabulary import CommuneId, Identity, Outcome, Place, Source, Topic
from bot.locale import local_day
from bot.services import help_log
from bot.services.help_log import Help
from bot.services.request_notices import (
    resident_chat,
    tell_claimed,
    tell_closed,
    tell_office,
    tell_returned,
)
from bot.services.request_words import Ground, short_name
from bot.services.requests import FROM_RESIDENT, FROM_TEAM, HUSHED, is_with_office
from bot.services.teams import actor
from storage import audit, duty, help_requests, notices
from storage.audit import Act
from storage.database import Unit
from storage.help_entries import By, Entry, NewEntry
from storage.help_requests import Closing, Request
from storage.mailbox import Worker

LONGEST_WORDS = 500
TOLD = {
    Outcome.DONE: "requests.told-done",
    Outcome.NOT_DONE: "requests.told-not-done",
    Outcome.PASSED_ON: "requests.told-passed-on",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a member ends it; the topic is said where the request does not know it."""

    outcome: Outcome
    place: Place = Place.ONLINE
    topic: Topic | None = None


def count_waiting(unit: Unit, commune: CommuneId, member: Worker) -> int:
    """How many wait for somebody of this member's teams, or for this member."""
    if not member.role.in_team:
        return 0
    mine = duty.teams_of(unit, commune, member.id)
    return help_requests.count_for(unit, commune, mine, member.id)


def count_taken(unit: Unit, commune: CommuneId, member: Worker) -> int:
    """How many of these this member has taken."""
    return sum(one.member_id == member.id for one in list_waiting(unit, commune, member))


def list_waiting(unit: Unit, commune: CommuneId, member: Worker) -> list[Request]:
    """These requests: what the member has taken first, then by what was promised."""
    mine = duty.teams_of(unit, commune, member.id)
    return help_requests.list_for(unit, commune, mine, member.id)


def find(unit: Unit, commune: CommuneId, member: Worker, number: int) -> Request:
    """A request of one of the member's teams, or one they have taken; else ``RuleError``."""
    if not member.role.in_team:
        raise NotAllowedError("Chỉ tổ viên xem được yêu cầu.")
    found = help_requests.find(unit, commune, number)
    own = duty.teams_of(unit, commune, member.id)
    if found is None or (found.team_id not in own and found.member_id != member.id):
        raise RuleError("requests.unknown", "Không có yêu cầu này.")
    return found


def claim(ground: Ground, member: Worker, number: int) -> tuple[Request, bool]:
    """Take it; False, with the request as it stands, for whoever comes second."""
    unit, commune = ground.unit, ground.commune.id
    find(unit, commune, member, number)
    own = duty.teams_of(unit, commune, member.id)
    if not help_requests.claim(unit, commune, number, member.id, own):
        return find(unit, commune, member, number), False
    _note(ground, member, number, "claimed")
    taken = find(unit, commune, member, number)
    tell_claimed(ground, taken)
    return taken, True


def give_back(ground: Ground, member: Worker, number: int) -> bool:
    """Somebody else should take it; False when it is not this member's."""
    unit, commune = ground.unit, ground.commune.id
    if not help_requests.give_back(unit, commune, number, member.id):
        return False
    _note(ground, member, number, "returned")
    tell_returned(ground, find(unit, commune, member, number), member.id)
    return True


def phone_of(ground: Ground, member: Worker, request: Request) -> str | None:
    """The number to ring, only to who has taken it; each look stands in the audit log."""
    if request.member_id != member.id or request.closed_at is not None or not request.has_phone:
        return None
    commune = ground.commune.id
    audit.record(ground.unit, commune, Act(actor(member), "show-phone", f"request:{request.id}"))
    return help_requests.read_phone(ground.unit, commune, request.id)


def end(ground: Ground, member: Worker, number: int, ending: Ending) -> Entry:
    """End it and write the help down, once; ``RuleError`` when it is not this member's to end.

    What goes on to the ward stays open there.
    """
    unit, commune = ground.unit, ground.commune.id
    request = find(unit, commune, member, number)
    topic = request.about.topic or ending.topic
    if topic is None:
        raise RuleError("requests.no-topic", "Cần biết giúp việc gì.")
    is_passed = ending.outcome is Outcome.PASSED_ON
    if is_passed:  # first the request: of two who end it at once one comes through
        is_done = help_requests.pass_on(unit, commune, number, member.id)
    else:
        closing = Closing(ending.outcome)
        is_done = help_requests.close(unit, commune, number, By(member.id), closing)
    if not is_done:
        raise RuleError("requests.not-yours", "Yêu cầu này không phải của mình.")
    entry = _write_down(ground, member, request, replace(ending, topic=topic))
    help_requests.name_entry(unit, commune, number, entry.id)
    _note(ground, member, number, "passed-on" if is_passed else "closed")
    if is_passed:
        tell_office(ground, request, "requests.ward-passed-on")
    tell_closed(ground, request, TOLD[ending.outcome])
    return entry


def _write_down(ground: Ground, member: Worker, request: Request, ending: Ending) -> Entry:
    unit, commune = ground.unit, ground.commune.id
    if ending.topic is None:
        raise LookupError("the topic was looked at before")
    done = Help(
        local_day(unit.now),
        ending.topic,
        guide=request.about.guide,
        person_id=request.person_id,
        outcome=ending.outcome,
        place=ending.place,
    )
    checked = help_log.checked(unit, done)
    fresh = NewEntry(f"request:{request.id}", request.team_id, member.id, checked, Source.REQUEST)
    return help_log.add(unit, commune, fresh, member)


# ---- words that go to and fro -------------------------------------------------------------------


def pass_to_resident(ground: Ground, member: Worker, request: Request, words: str) -> bool:
    """A member's words into the resident's chat; False where nobody reads there any more."""
    texts = ground.texts
    chats = resident_chat(ground, request)
    is_own = request.member_id == member.id and not is_with_office(request)
    if not chats or not is_own or request.closed_at is not None:
        return False
    name = short_name(ground, member.name)
    said = texts.say("relay.to-resident", name=name, team=request.team, words=_kept(words))
    help_requests.note(ground.unit, ground.commune.id, request.id, FROM_TEAM, By(member.id))
    for chat in chats:
        notices.post(ground.unit, chat, _once(ground, request), Outbound(said), notices.WORDS)
    return True


def pass_to_member(ground: Ground, request: Request, words: str) -> bool:
    """The resident's words into the chat that the member used last; False where there is none."""
    texts, unit, commune = ground.texts, ground.unit, ground.commune.id
    chat = None if request.member_id is None else duty.chat_of(unit, commune, request.member_id)
    if chat is None:
        return False
    said = texts.say("relay.to-member", number=request.id, words=_kept(words))
    help_requests.note(unit, commune, request.id, FROM_RESIDENT)
    notices.post(unit, chat, _once(ground, request), Outbound(said), notices.WORDS)
    return True


def hush(ground: Ground, request: Request) -> None:
    """The resident has said enough: what they write is meant for the bot again."""
    help_requests.note(ground.unit, ground.commune.id, request.id, HUSHED)


def is_resident(request: Request, identity: Identity) -> bool:
    """True when this chat is the one that asked."""
    return request.identity == identity


def _kept(words: str) -> str:
    return " ".join(words.split())[:LONGEST_WORDS]


def _once(ground: Ground, request: Request) -> str:
    return f"relay:{request.id}:{ground.key}"


def _note(ground: Ground, member: Worker, number: int, what: str) -> None:
    unit, commune = ground.unit, ground.commune.id
    help_requests.note(unit, commune, number, what, By(member.id))
    audit.record(unit, commune, Act(actor(member), f"{what}-request", f"request:{number}"))
