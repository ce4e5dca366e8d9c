"""The office's side of requests: what is open, words for the ward's Zalo group, taking over, ending.

Only officers see to residents: a leader reads, an operator sees nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import NotAllowedError
from bot.core.vocabulary import Outcome, Role
from bot.services import access, phones, request_words
from bot.services.access import Officer
from bot.services.request_notices import tell_claimer, tell_closed
from bot.services.request_words import Ground
from storage import help_requests
from storage.help_entries import By
from storage.help_requests import Closing
from storage.help_requests import Request as Request  # pages take it from here

READS = frozenset({Role.OFFICER, Role.LEADER})
ENDINGS = (Outcome.DONE, Outcome.NOT_DONE)


@dataclass(frozen=True, slots=True)
class Shown:
    """An open request as the page shows it; ``phone`` only to the officer who sees to it."""

    request: Request
    about: str
    age: timedelta
    is_late: bool
    for_group: str
    phone: str | None
    is_own: bool
    is_free: bool  # somebody of the team could still take it


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who may see nothing of residents."""
    if officer.role not in READS:
        raise NotAllowedError("Chỉ cán bộ và lãnh đạo xem được việc của bà con.")


def note_reading(ground: Ground, officer: Officer) -> None:
    """The look stands in the audit log, with each number that it shows."""
    require_reader(officer)
    access.note_reading(ground.unit, officer, "requests")
    for request in help_requests.list_open(ground.unit, officer.commune.id):
        if request.staff_id == officer.id and request.has_phone:
            access.note_change(ground.unit, officer, "show-phone", f"request:{request.id}")


def overview(ground: Ground, officer: Officer) -> Sequence[Shown]:
    """Everything that is open: what the ward has to see to first, then by what was promised."""
    require_reader(officer)
    return [
        _shown(ground, officer, request)
        for request in help_requests.list_open(ground.unit, officer.commune.id)
    ]


def _shown(ground: Ground, officer: Officer, request: Request) -> Shown:
    unit, commune = ground.unit, officer.commune.id
    is_own = request.staff_id == officer.id
    phone = help_requests.read_phone(unit, commune, request.id) if is_own else None
    return Shown(
        request=request,
        about=request_words.about(ground, request.about),
        age=unit.now - request.opened_at,
        is_late=request_words.is_late(request, unit.now),
        for_group=request_words.for_group(ground, request),
        phone=phones.show_phone(phone) if phone else None,
        is_own=is_own,
        is_free=request.member_id is None and request.staff_id is None,
    )


def take_over(ground: Ground, officer: Officer, number: int) -> bool:
    """This officer sees to it from now on; False when somebody else does or it is over."""
    _require_officer(officer)
    unit, commune = ground.unit, officer.commune.id
    if not help_requests.take_over(unit, commune, number, officer.id):
        return False
    help_requests.note(unit, commune, number, "taken-over", By(staff_id=officer.id))
    access.note_change(unit, officer, "take-over-request", f"request:{number}")
    request = _get(ground, number)
    tell_claimer(ground, request, "requests.told-taken-over")
    tell_closed(ground, request, "requests.told-ward-took")
    return True


def close(ground: Ground, officer: Officer, number: int, outcome: Outcome) -> bool:
    """End what this officer has taken over; False when it is not theirs or over already."""
    _require_officer(officer)
    unit, commune = ground.unit, officer.commune.id
    request = help_requests.find(unit, commune, number)
    ended = help_requests.close(unit, commune, number, By(staff_id=officer.id), Closing(outcome))
    if not ended or request is None:
        return False
    help_requests.note(unit, commune, number, "closed", By(staff_id=officer.id))
    access.note_change(unit, officer, "close-request", f"request:{number}")
    is_done = outcome is Outcome.DONE
    told = "requests.told-ward-closed" if is_done else "requests.told-ward-not-done"
    tell_closed(ground, request, told)
    return True


def _require_officer(officer: Officer) -> None:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ nhận và khép yêu cầu.")


def _get(ground: Ground, number: int) -> Request:
    found = help_requests.find(ground.unit, ground.commune.id, number)
    if found is None:
        raise LookupError(number)
    return found
