"""Promises that were not kept: first the team's leader is told, then the resident and the ward. Each once."""

from __future__ import annotations

from bot.core.vocabulary import CommuneId
from bot.services.request_notices import tell_leader, tell_office, tell_waiting
from bot.services.request_words import Ground
from storage import audit, help_requests
from storage.audit import Act
from storage.database import Unit
from storage.help_requests import Request

PROGRAM = "program"


def is_any_due(unit: Unit, communes: tuple[CommuneId, ...]) -> bool:
    """True when somebody has to be told; a look that writes nothing."""
    return any(help_requests.list_due(unit, commune) for commune in communes)


def pass_on_late(ground: Ground) -> int:
    """Tell of what is late in a commune; gives how many requests went on. Harmless when done twice."""
    due = help_requests.list_due(ground.unit, ground.commune.id)
    return sum(_pass_on(ground, request) for request in due)


def _pass_on(ground: Ground, request: Request) -> bool:
    unit, commune = ground.unit, ground.commune.id
    if request.help_by <= unit.now:
        if not help_requests.hand_up(unit, commune, request.id):
            return False
        _note(ground, request, "late-to-ward")
        tell_waiting(ground, request)
        tell_office(ground, request, "requests.ward-late")
        return True
    if not help_requests.mark_late(unit, commune, request.id):
        return False
    _note(ground, request, "late-to-leader")
    tell_leader(ground, request)
    return True


def _note(ground: Ground, request: Request, what: str) -> None:
    help_requests.note(ground.unit, ground.commune.id, request.id, what)
    audit.record(ground.unit, ground.commune.id, Act(PROGRAM, what, f"request:{request.id}"))
