"""What the office sees of its messenger accounts: how each is, and which messages could not go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.errors import NotAllowedError
from bot.core.terms import Tariff, Terms, tariff_on
from bot.core.vocabulary import CommuneId
from bot.services import access
from bot.services.access import Officer
from bot.services.alarms import FORGED, MANY_FORGED, Usage, count_usage, quotas_nearly_over
from storage import deliveries, health, notices
from storage.database import Unit
from storage.health import Health
from storage.notices import SetAside as SetAside  # pages take it from here

MOST_SHOWN = 200
MOST_SETTLED = 20
TERMINAL = "console"
"""No messenger: whoever types there reads there."""
FETCHED = frozenset({"web_chat"})
"""Channels whose pages fetch their messages: nobody sends there, and what waits belongs to closed pages."""
TermsOf = Callable[[str], Terms]
"""What a channel allows."""


class State(StrEnum):
    """How an account is; what needs a person stands first."""

    TROUBLE = "trouble"
    FORGED = "forged"
    QUOTA = "quota"
    RUNNING = "running"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Line:
    """One account with what it has used; ``codes`` say what is wrong or nearly over.

    ``forged`` is how many requests of the last day proved nothing.
    """

    health: Health
    usage: Usage
    terms: Terms
    state: State
    codes: tuple[str, ...]
    forged: int

    @property
    def waiting(self) -> int | None:
        """Messages on their way; None where nobody sends them."""
        return None if self.health.channel in FETCHED else self.health.waiting

    @property
    def cost(self) -> int | None:
        """VND of this month; None where nothing is charged."""
        return self.usage.cost if self.terms.tariffs else None

    @property
    def is_bad(self) -> bool:
        """True when somebody of the office has to act: a quota can still wait."""
        return is_bad(self.health, self.state)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a message did not go, as a sentence of the catalogue and its values."""

    sentence: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """A message that did not go and why; of answers the newest, and how many are like it."""

    message: SetAside
    why: Why
    count: int = 1


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Notices that could not go; answers by channel and reason; what was passed on in another way."""

    notices: Sequence[Told]
    answers: Sequence[Told]
    settled: Sequence[SetAside]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """What the first page says: accounts in trouble, and notices that wait for a person."""

    accounts: int
    notices: int


def list_accounts(unit: Unit, commune: CommuneId, terms_of: TermsOf) -> list[Line]:
    """Every messenger account of the commune, those that need a person first."""
    lines = [
        _line(unit, one, terms_of(one.channel))
        for one in health.list_health(unit, commune)
        if one.channel != TERMINAL
    ]
    order = list(State)
    return sorted(lines, key=lambda line: (not line.is_bad, order.index(line.state)))


def _line(unit: Unit, one: Health, terms: Terms) -> Line:
    usage = count_usage(unit, one.account)
    codes = tuple(quotas_nearly_over(usage, terms))
    state = state_of(one, unit.now)
    if state is State.TROUBLE and one.trouble:
        codes = (one.trouble, *codes)
    elif state is State.FORGED:
        codes = (FORGED, *codes)
    elif state is State.RUNNING and codes:
        state = State.QUOTA
    return Line(one, usage, terms, state, codes, count_forged(one, unit.now))


def state_of(one: Health, now: datetime) -> State:
    """How an account is, its quotas aside.

    Without a process that sends for it nothing is known of it. Many requests that prove nothing are a
    trouble until one comes that does: strangers send some, too.
    """
    is_held = one.held_until is not None and one.held_until >= now
    if one.channel not in FETCHED and not is_held:
        return State.OFF
    if one.trouble is not None:
        return State.TROUBLE
    if count_forged(one, now) >= MANY_FORGED and one.forged_at is not None:
        is_refuted = one.last_event_at is not None and one.last_event_at > one.forged_at
        return State.RUNNING if is_refuted else State.FORGED
    return State.RUNNING


def count_forged(one: Health, now: datetime) -> int:
    """Requests of the last day that proved nothing."""
    is_over = one.forged_at is None or now - one.forged_at >= health.FORGED_FOR
    return 0 if is_over else one.forged


def list_undelivered(unit: Unit, commune: CommuneId, terms_of: TermsOf) -> Undelivered:
    """What could not go and nobody has settled, newest first."""
    found = notices.list_set_aside(unit, commune, MOST_SHOWN + 1)
    settled = notices.list_set_aside(unit, commune, MOST_SETTLED, notices.SETTLED)
    told = [Told(one, _why(one, terms_of(one.channel), unit.now)) for one in found[:MOST_SHOWN]]
    return Undelivered(
        [one for one in told if one.message.text is not None],
        _by_reason([one for one in told if one.message.text is None]),
        settled,
        is_cut=len(found) > MOST_SHOWN,
    )


def _by_reason(answers: Sequence[Told]) -> list[Told]:
    """One of each, as many as there are behind it."""
    kinds = [(one.message.channel, one.why.sentence, str(one.why.values)) for one in answers]
    counts = Counter(kinds)
    newest = dict(zip(reversed(kinds), reversed(answers), strict=True))
    return [replace(newest[kind], count=count) for kind, count in counts.items()]


def _why(one: SetAside, terms: Terms, now: datetime) -> Why:
    tariff = tariff_on(terms, now)
    match one.status:
        case "unreachable":
            return Why("undelivered.unreachable", {})
        case "shut" if tariff:
            return Why("undelivered.shut", {"days": tariff.open_for.days})
        case "shut":
            return Why("undelivered.silent", {})
        case "unpaid" if tariff:
            return Why("undelivered.unpaid", _price(tariff))
    if one.finished_at - one.created_at > deliveries.GIVE_UP_AFTER:
        hours = deliveries.GIVE_UP_AFTER // timedelta(hours=1)
        return Why("undelivered.given-up", {"hours": hours, "code": one.reason})
    return Why("undelivered.failed", {"code": one.reason})


def _price(tariff: Tariff) -> dict[str, object]:
    return {"hours": tariff.free_for // timedelta(hours=1), "price": tariff.price}


def is_bad(one: Health, state: State) -> bool:
    """True when somebody of the office has to act: an account that is switched off holds nothing up."""
    is_held_up = state is State.OFF and one.waiting > 0
    return is_held_up or state in (State.TROUBLE, State.FORGED)


def count_stuck(unit: Unit, commune: CommuneId) -> Stuck:
    """How much of it somebody of the office has to do something about."""
    accounts = [one for one in health.list_health(unit, commune) if one.channel != TERMINAL]
    return Stuck(
        sum(is_bad(one, state_of(one, unit.now)) for one in accounts),
        notices.count_set_aside(unit, commune),
    )


def send_again(unit: Unit, officer: Officer, number: int) -> bool:
    """Let a notice try once more; False when somebody was faster or it is gone.

    Raises ``NotAllowedError`` for who may only read.
    """
    return _act(unit, officer, "send-again", number)


def settle(unit: Unit, officer: Officer, number: int) -> bool:
    """It was passed on in another way, its words go; False and ``NotAllowedError`` as above."""
    return _act(unit, officer, "settle", number)


def _act(unit: Unit, officer: Officer, action: str, number: int) -> bool:
    if not officer.role.may_change:
        raise NotAllowedError("Lãnh đạo chỉ xem, cán bộ mới đổi được.")
    work = notices.send_again if action == "send-again" else notices.settle
    if not work(unit, officer.commune.id, number):
        return False
    access.note_change(unit, officer, action, f"message:{number}")
    return True
