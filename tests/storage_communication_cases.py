"""What is asked of storage about what is put out, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.vocabulary import CommunicationKind, Topic
from storage import communications
from storage.communications import Communication, Piece
from storage.database import Unit
from storage.help_entries import By
from tests.storage_twins import DAY, Home

WEEK = (DAY - timedelta(days=3), DAY + timedelta(days=4))
KEY = "loa-moi"


def piece_of(home: Home) -> Piece:
    """Two readings by the commune's team."""
    kind = CommunicationKind.BROADCAST
    return Piece(kind, "Mã OTP", Topic.AT, DAY, 2, team_id=home.office.team, reach=40)


def by_of(home: Home) -> By:
    return By(member_id=home.office.member)


def written(unit: Unit, home: Home) -> Communication:
    """A line that was just written down."""
    return communications.add_once(unit, home.id, KEY, piece_of(home), by_of(home))[0]


def said(line: Communication | None) -> Any:
    """What a line says, without its number: that differs from call to call."""
    return line and (line.piece, line.revision, line.voided_at)


def corrected(unit: Unit, home: Home, line: Communication) -> Communication | None:
    fresh = replace(line.piece, amount=3)
    return communications.correct(unit, home.id, line, fresh, ("correct", by_of(home), "nhầm"))


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "communications.add_once": lambda u, h: said(written(u, h)),
    "communications.find": lambda u, h: said(communications.find(u, h.id, written(u, h).id)),
    "communications.get": lambda u, h: said(communications.get(u, h.id, written(u, h).id)),
    "communications.correct": lambda u, h: said(corrected(u, h, written(u, h))),
    "communications.void": lambda u, h: said(
        communications.void(u, h.id, written(u, h), (by_of(h), "nhầm"))
    ),
    "communications.list_between": lambda u, h: [
        communications.list_between(u, h.id, WEEK, with_voided=both) for both in (False, True)
    ],
    "communications.sum_by_kind": lambda u, h: communications.sum_by_kind(u, h.id, WEEK),
    "communications.list_events": lambda u, h: [
        (one.what, one.content) for one in communications.list_events(u, h.id, written(u, h).id)
    ],
}

STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "communications.add_once: team": lambda u, a, b: communications.add_once(
        u, a.id, KEY, piece_of(b), by_of(a)
    ),
    "communications.find": lambda u, a, b: communications.find(u, a.id, line_of(u, b).id),
    "communications.get": lambda u, a, b: communications.get(u, a.id, line_of(u, b).id),
    "communications.correct": lambda u, a, b: corrected(u, a, line_of(u, b)),
    "communications.void": lambda u, a, b: communications.void(
        u, a.id, line_of(u, b), (by_of(a), "nhầm")
    ),
    "communications.list_events": lambda u, a, b: communications.list_events(
        u, a.id, line_of(u, b).id
    ),
}


def line_of(unit: Unit, home: Home) -> Communication:
    """The one that the commune was furnished with."""
    return communications.list_between(unit, home.id, WEEK)[0]
