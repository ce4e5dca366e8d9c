"""The parts ``communication`` and ``learning`` of the report: figures beside each other, never summed.

Ten loudspeaker readings are not ten sessions; who was shown the platform has not finished a course on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.core.vocabulary import CommuneId, CommunicationKind, CommunicationUnit
from bot.services import communications, learning
from bot.services.communications import Amount
from storage.database import Unit

Days = tuple[date, date]


def communication(unit: Unit, commune: CommuneId, days: Days, sessions: int) -> dict[str, Any]:
    """What was put out, kind by kind, beside the outreach sessions that were held."""
    found = communications.figures(unit, commune, days)
    return {
        "sessions": sessions,
        "by_kind": [
            {"kind": kind.value, "times": one.times, "amount": one.amount, "reach": one.reach}
            for kind in CommunicationKind
            if (one := found.get(kind)) is not None
        ],
    }


def learned(unit: Unit, commune: CommuneId, days: Days) -> dict[str, Any]:
    """Three figures of learning on the official platform; what is confirmed has its day and its source."""
    found = learning.figures(unit, commune, days)
    day = found.confirmed_on
    return {
        "introduced": found.introduced,
        "self_reported": found.self_reported,
        "confirmed": found.confirmed,
        "confirmed_on": day.isoformat() if day is not None else None,
        "confirmed_source": found.confirmed_source,
    }


def count_sessions(
    unit: Unit, commune: CommuneId, days: Days, counts: Sequence[CommunicationUnit], held: int
) -> int:
    """How many “buổi” there were, by what the plan says is one; ``held`` are the outreach sessions.

    Of loudspeaker readings and articles each is one; of leaflets each time that they were handed out, however
    many copies it were.
    """
    if set(counts) == {CommunicationUnit.SESSION}:
        return held
    found = communications.figures(unit, commune, days)
    put_out = {kind.value: _number(kind, one) for kind, one in found.items()}
    return sum(
        (put_out | {CommunicationUnit.SESSION.value: held}).get(one.value, 0) for one in counts
    )


def _number(kind: CommunicationKind, found: Amount) -> int:
    return found.times if kind is CommunicationKind.LEAFLET else found.amount
