"""When a messenger lets us write to a person, and what it costs: known before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.core.periods import ZONE


@dataclass(frozen=True, slots=True)
class Tariff:
    """From ``since`` on: free so long after the person's last act, then ``price`` until it is shut."""

    since: date
    free_for: timedelta
    open_for: timedelta
    price: int  # VND a message, before tax


@dataclass(frozen=True, slots=True)
class Terms:
    """What a messenger allows; the default is to write always and for nothing.

    ``may_pay`` is the ward's word. ``monthly`` messages and ``people`` are all there are, a calendar month
    and an account: where a message costs or counts, notices that wait for one person go as one.
    """

    tariffs: tuple[Tariff, ...] = ()
    may_pay: bool = False
    monthly: int | None = None
    people: int | None = None

    @property
    def is_scarce(self) -> bool:
        """True where a message saved is worth something."""
        return bool(self.tariffs) or self.monthly is not None


ALWAYS_FREE = Terms()


class Passage(StrEnum):
    """Whether a message may go to a person now."""

    FREE = "free"
    PAID = "paid"
    UNPAID = "unpaid"  # it would cost, and the ward has not said that it pays
    SHUT = "shut"


def tariff_on(terms: Terms, now: datetime) -> Tariff | None:
    """The newest tariff in force on the day in Vietnam."""
    today = now.astimezone(ZONE).date()
    in_force = [tariff for tariff in terms.tariffs if tariff.since <= today]
    return max(in_force, key=lambda one: one.since, default=None)


def passage(terms: Terms, last_act: datetime | None, now: datetime) -> tuple[Passage, int]:
    """Whether a message may go now to who was last heard of then, and its price in VND.

    Where there is a window, who was never heard of is outside it.
    """
    tariff = tariff_on(terms, now)
    if tariff is None:
        return Passage.FREE, 0
    silence = now - last_act if last_act is not None else tariff.open_for
    if silence >= tariff.open_for:
        return Passage.SHUT, 0
    if silence < tariff.free_for or not tariff.price:
        return Passage.FREE, 0
    return (Passage.PAID, tariff.price) if terms.may_pay else (Passage.UNPAID, 0)
