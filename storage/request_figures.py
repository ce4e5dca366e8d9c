"""Figures of requests for help: how many came, ended, are open, and how long they waited to be taken.

Each request counts in the window of what happened to it: opened, taken for the first time, ended. So the
figures of a window that is over do not change any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models_help import help_requests

_request = help_requests.c


@dataclass(frozen=True, slots=True)
class Requests:
    """What a window saw of requests; ``waits`` are those of requests that were first taken in it."""

    opened: int
    closed: int
    open_now: int
    waits: tuple[timedelta, ...]


def count(unit: Unit, commune: CommuneId, window: tuple[datetime, datetime]) -> Requests:
    """Figures of the half-open window of moments; open is what was so at its end, or is so far."""
    first, end = window
    in_commune = _request.commune_id == commune
    # The end stands in FILTER so that the few that are open, or ended later, are read, not all ever made.
    begun = func.count().filter(_request.opened_at < end)

    def number(figure: ColumnElement[int], *conditions: ColumnElement[bool]) -> int:
        counted = select(figure).select_from(help_requests).where(in_commune, *conditions)
        found: int = unit.connection.execute(counted).scalar_one()
        return found

    taken = select(_request.opened_at, _request.first_claimed_at).where(
        in_commune, _request.first_claimed_at >= first, _request.first_claimed_at < end
    )
    return Requests(
        opened=number(func.count(), _request.opened_at >= first, _request.opened_at < end),
        closed=number(func.count(), _request.closed_at >= first, _request.closed_at < end),
        open_now=number(begun, _request.closed_at.is_(None))
        + number(begun, _request.closed_at >= end),
        waits=tuple(claimed - opened_at for opened_at, claimed in unit.connection.execute(taken)),
    )


def first_moment(unit: Unit, commune: CommuneId) -> datetime | None:
    """When the first request came; None when there is none."""
    first: datetime | None = unit.connection.execute(
        select(_request.opened_at)
        .where(_request.commune_id == commune)
        .order_by(_request.opened_at)
        .limit(1)
    ).scalar_one_or_none()
    return first
