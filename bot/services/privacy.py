"""What somebody may ask for about themselves in a chat: to see it, to have it erased, to withdraw.

A number that was typed in a chat is not proved to be of who typed it. So a chat sees and takes away what
is its own; what another chat has agreed to for the same person stays that one's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.vocabulary import CommuneId, Identity, Use
from bot.services import consents, seats, sign_ups
from bot.services.people import RESIDENT, unlink
from bot.services.seats import Sitting
from storage import audit, erasing, fetching, notices, people, staff
from storage import consents as stored
from storage.audit import Act
from storage.communes import Commune
from storage.consents import Consent
from storage.database import Unit
from storage.erasing import Helped, Number, Sat
from storage.trainings import Training


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of somebody beyond the chat itself."""

    agreed: tuple[Consent, ...]
    numbers: tuple[Number, ...]
    helped: Helped | None
    sat: Sat | None  # while it is agreed that several classes are one person's
    waiting_since: tuple[datetime, ...]
    other_chats: int
    is_led: bool  # a number typed here leads to entries that this chat may not see
    is_silent: bool
    is_asked: bool  # this chat wants to hear of classes, so it is kept longer
    places: tuple[Training, ...]  # classes of late and to come for which a place is kept
    seats: tuple[Sitting, ...]  # what was sat in of late


@dataclass(frozen=True, slots=True)
class _Mine:
    """Hashes under which a chat has agreed, the people that it names, and those that it may take away."""

    subjects: tuple[bytes, ...]
    own: tuple[int, ...]
    led: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(sorted({*self.own, *self.led}))


def look(unit: Unit, commune: Commune, identity: Identity) -> Kept:
    """What is known of who talks here; that somebody looked stands in the audit log."""
    mine = _find(unit, commune.id, identity)
    agreed = _standing(unit, commune.id, mine)
    given = {one.use for one in agreed}
    own = stored.list_of(unit, commune.id, mine.subjects)
    names = erasing.count_names(unit, commune.id, mine.own)
    audit.record(unit, commune.id, Act(RESIDENT, "data-view", "chat"))
    return Kept(
        agreed=tuple(agreed),
        numbers=tuple(erasing.list_numbers(unit, commune.id, [one.id for one in agreed])),
        helped=erasing.find_helped(unit, commune.id, mine.own),
        sat=erasing.find_sat(unit, commune.id, mine.own) if Use.ATTEND in given else None,
        waiting_since=tuple(erasing.list_open_requests(unit, commune.id, identity)),
        other_chats=max(0, names.get(people.CHAT, 0) - 1),
        is_led=bool(set(mine.led) - set(mine.own)),
        is_silent=notices.is_silent(unit, identity),
        is_asked=any(one.use is Use.REMIND and one.withdrawn_at is None for one in own),
        places=tuple(sign_ups.list_of_chat(unit, commune.id, identity)),
        seats=tuple(seats.list_of_chat(unit, commune.id, identity)),
    )


def list_uses(unit: Unit, commune: Commune, identity: Identity) -> list[Use]:
    """What was agreed to here and stands, each use once."""
    agreed = _standing(unit, commune.id, _find(unit, commune.id, identity))
    given = {one.use for one in agreed}
    return [use for use in Use if use in given]


def withdraw_uses(
    unit: Unit, commune: Commune, identity: Identity, uses: Collection[Use]
) -> list[Use]:
    """These do not stand any more, and what hung on them is gone; gives those that stood."""
    mine = _find(unit, commune.id, identity)
    gone = [one for one in _standing(unit, commune.id, mine) if one.use in uses]
    stored.withdraw_these(unit, commune.id, [one.id for one in gone])
    given = {one.use for one in gone}
    if given & {Use.CALL_BACK}:
        erasing.drop_numbers_of(unit, commune.id, [one.id for one in gone])
    if given & {Use.COUNT_ONCE}:
        erasing.drop_phone_names(unit, commune.id, mine.all)
    if given & {Use.SHOW_PHONE}:
        _drop_shown_number(unit, commune.id, identity)
    if given & {Use.LINK}:
        unlink(unit, commune, identity, None)
    if given & {Use.ATTEND}:
        seats.part(unit, commune.id, identity, mine.all)
    if gone:
        audit.record(unit, commune.id, Act(RESIDENT, "data-withdraw", ",".join(sorted(given))))
    return [use for use in Use if use in given]


def erase(unit: Unit, commune: Commune, identity: Identity) -> None:
    """At once nothing leads to the person of this chat any more; what was counted stays, of nobody.

    The chat itself goes when its last answer could be sent; for a member or officer it stays.
    """
    mine = _find(unit, commune.id, identity)
    standing = stored.list_standing(unit, commune.id, mine.subjects, mine.all)
    given = [*standing, *stored.list_of(unit, commune.id, mine.subjects)]
    numbers = sorted({one.id for one in given})
    stored.withdraw_these(unit, commune.id, numbers)
    erasing.drop_numbers_of(unit, commune.id, numbers)
    _drop_shown_number(unit, commune.id, identity)
    if mine.all:
        erasing.swap(unit, commune.id, mine.all)
    erasing.drop_consented(unit, commune.id, mine.subjects)
    people.drop_chats(unit, [(commune.id, identity)])
    erasing.drop_chat(unit, commune.id, identity)
    audit.record(unit, commune.id, Act(RESIDENT, "data-erase", "chat"))


def withdraw(unit: Unit, commune: Commune, identity: Identity) -> None:
    """The same for somebody who tells their messenger to be forgotten, which knows this chat alone.

    Chats that were joined to it stay as they are; a member leaves the team.
    """
    unlink(unit, commune, identity, None)
    erase(unit, commune, identity)
    staff.unlink_chat(unit, commune.id, identity)


def forget_soon(unit: Unit, identity: Identity) -> None:
    """All that is left of the chat goes as soon as the jobs look; its last answer can be sent until then."""
    fetching.set_forgetting(unit, identity, unit.now)


def is_silent(unit: Unit, identity: Identity) -> bool:
    """True for a chat that asked for no notices."""
    return notices.is_silent(unit, identity)


def set_silent(unit: Unit, identity: Identity, *, is_silent: bool) -> None:
    """No notice comes any more, also none that waits; or they may come again."""
    notices.set_silent(unit, identity, unit.now if is_silent else None)


def _find(unit: Unit, commune: CommuneId, identity: Identity) -> _Mine:
    subjects = consents.subjects_of_chat(unit, commune, identity)
    known = people.find_person(unit, commune, identity)
    own = erasing.find_group(unit, commune, [known.root] if known else [])
    led: list[int] = []
    for person in erasing.list_led_to(unit, commune, identity, subjects):
        group = erasing.find_group(unit, commune, [person])
        if not erasing.is_of_another_chat(unit, commune, group, subjects):
            led += group
    return _Mine(subjects, tuple(own), tuple(led))


def _standing(unit: Unit, commune: CommuneId, mine: _Mine) -> Sequence[Consent]:
    return stored.list_standing(unit, commune, mine.subjects, mine.own)


def _drop_shown_number(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    link = staff.find_link(unit, commune, identity)
    if link is not None and link[0] is not None:
        erasing.drop_member_phone(unit, commune, link[0])
