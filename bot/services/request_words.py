"""How a request for help is spoken of, to the resident, the team and the office: no name, no number in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.text import fold
from bot.library import Library, Plan
from bot.locale import Texts, show_clock
from bot.services.deadlines import working_days
from bot.services.working_time import promise
from storage.communes import Commune
from storage.database import Unit
from storage.help_requests import About, Request

TITLES = frozenset(
    {"anh", "chi", "co", "chu", "bac", "ong", "ba", "em", "cau", "mo", "di", "duong"}
)
SHORTEST_WARD = 0.5
"""Working hours that the ward has at least, when it is told late."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One commune as its requests need it: where to write, its plan, its words, its guides.

    ``key`` is unique to what is being done: a notice goes out once for it.
    """

    unit: Unit
    commune: Commune
    plan: Plan
    texts: Texts
    library: Library
    key: str

    @property
    def commune_name(self) -> str:
        """“phường Hố Nai”."""
        texts = self.texts
        return texts.say(f"kind.{self.commune.kind}", name=self.commune.name)


def about(ground: Ground, what: About) -> str:
    """The guide and the step that the resident was at, as part of a sentence."""
    texts, guide = ground.texts, ground.library.guides.get(what.guide or "")
    if guide is None:
        return texts.say("requests.about-none")
    found = guide.step(what.step) if what.step else None
    if found is None:
        return texts.say("requests.about-guide", title=guide.title)
    way, index = found
    number, total = index + 1, len(way.steps)
    return texts.say("requests.about-step", title=guide.title, number=number, total=total)


def place(request: Request) -> str:
    """Where the resident lives, as far as it was said."""
    return request.neighbourhood or request.team


def promised(ground: Ground, request: Request) -> str:
    """“16 giờ hôm nay”: by when the resident was told that somebody helps."""
    return show_clock(request.help_by, ground.unit.now)


def still_promised(ground: Ground, request: Request) -> str:
    """The same as it can be said now: once that moment is over, by when the ward sees to it."""
    is_over = request.help_by <= ground.unit.now
    by = office_promise(ground, request) if is_over else request.help_by
    return show_clock(by, ground.unit.now)


def office_promise(ground: Ground, request: Request) -> datetime:
    """By when the ward rings; never a moment that is over."""
    duty, now = ground.plan.duty, ground.unit.now
    days = working_days(ground.unit, ground.commune.id)
    by = promise(duty, request.opened_at, duty.ward_within, days)
    rest = max(duty.ward_within - duty.help_within, SHORTEST_WARD)
    return by if by > now else promise(duty, now, rest, days)


def short_name(ground: Ground, name: str | None) -> str:
    """What a member is called, without family name: “chị Nguyễn Thị Hạnh” is “chị Hạnh”."""
    texts, words = ground.texts, (name or "").split()
    if not words:
        return texts.say("requests.somebody")
    is_titled = len(words) > 1 and fold(words[0]) in TITLES
    return f"{words[0]} {words[-1]}" if is_titled else words[-1]


def since(ground: Ground, request: Request) -> str:
    """“9 giờ hôm nay”, or how many days ago it was opened."""
    return show_clock(request.opened_at, ground.unit.now)


def for_group(ground: Ground, request: Request) -> str:
    """What the ward pastes into its Zalo group: neither who asks nor a number to ring."""
    texts = ground.texts
    values = {"number": request.id, "place": place(request), "promise": promised(ground, request)}
    return texts.say("requests.for-group", about=about(ground, request.about), **values)


def is_late(request: Request, now: datetime, slack: timedelta = timedelta()) -> bool:
    """True when what was promised is over and nobody has ended it."""
    return request.closed_at is None and request.help_by + slack <= now
