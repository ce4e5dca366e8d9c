"""The office's pages of classes: the list, writing one down, one with its roll, every step it takes."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import today
from bot.core.vocabulary import (
    Evidence,
    Place,
    Role,
    Topic,
    TrainingAudience,
    TrainingKind,
    TrainingMode,
    TrainingStatus,
)
from bot.library import Frame
from bot.services.access import Officer
from bot.services.training_desk import (
    OF_OFFICE,
    Choices,
    Listed,
    Shown,
    Span,
    Training,
    Wanted,
)
from bot.services.trainings import Outline
from bot.web import training_forms
from bot.web.door import Door
from bot.web.forms import SIGNED
from bot.web.training_forms import MOST_FIELDS, Typed

T = TypeVar("T")
Value = TypeVar("Value", bound=StrEnum)
TRAININGS = "/office/trainings"
NEW = TRAININGS + "/new"
ONE = TRAININGS + r"/{number:\d{1,9}}"
MOST_SEATS_SHOWN = 200
KEY_BYTES = 12
LONGEST_REASON = 200
DONE = {
    "planned": "trainings-page.done-planned",
    "written": "trainings-page.done-written",
    "revised": "trainings-page.done-revised",
    "moved": "trainings-page.done-moved",
    "heads": "trainings-page.done-heads",
    "lines": "trainings-page.done-lines",
    "out": "trainings-page.done-out",
}
"""What an address may say was done."""
FAULTS = {
    "correct.reason": "trainings-page.not-reason",
    "roll.closed": "trainings-page.not-closed",
    "roll.gone": "trainings-page.not-gone",
    "roll.lines": "trainings-page.not-lines",
    "training.changed": "trainings-page.not-changed",
    "training.day": "trainings-page.not-day",
    "training.heads": "trainings-page.not-heads",
    "training.hours": "trainings-page.not-hours",
    "training.place": "trainings-page.not-place",
    "training.seats": "trainings-page.not-seats",
    "training.step": "trainings-page.not-step",
    "training.title": "trainings-page.not-title",
    "training.too-early": "trainings-page.not-too-early",
}
"""What is said here in other words than in a chat."""
WORDS = {
    "kinds": tuple(TrainingKind),
    "topics": tuple(Topic),
    "audiences": tuple(TrainingAudience),
    "modes": tuple(TrainingMode),
    "spots": tuple(Place),
}
"""What the form offers besides teams, neighbourhoods, guides and skills."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a form offers; ``training`` is the class that it changes, None for a new one."""

    choices: Choices
    guides: Mapping[str, tuple[Topic, str]]  # id → topic and title
    frame: Frame
    training: Training | None


class TrainingsDesk(Protocol):
    """What these pages ask for; each method is one piece of work of its own.

    Every one raises ``NotAllowedError`` for who may not, ``NotFoundError`` for a class that there is not,
    and what changes something ``RuleError`` when that cannot be. ``seen`` is the number of a class, and how
    often it had been changed when it was read.
    """

    async def overview(self, officer: Officer, wanted: Wanted) -> tuple[Sequence[Listed], Choices]:
        """The classes of a list, and what it can be narrowed down to."""

    async def show(self, officer: Officer, number: int) -> Shown:
        """All that is known of one class."""

    async def offered(self, officer: Officer, number: int | None) -> Offered:
        """What the form of a class offers."""

    def frame(self, version: str) -> Frame | None:
        """The skill frame of that version."""

    async def write_down(self, officer: Officer, outline: Outline, how: tuple[str, bool]) -> int:
        """A new class, by the key of its form; gives its number. True: it was held already."""

    async def revise(
        self, officer: Officer, seen: tuple[int, int], change: tuple[Outline, str]
    ) -> None:
        """The class is to be something else, for a reason."""

    async def move(
        self, officer: Officer, seen: tuple[int, int], step: tuple[TrainingStatus, str]
    ) -> None:
        """On, or back."""

    async def tell_heads(
        self, officer: Officer, seen: tuple[int, int], told: tuple[int | None, str]
    ) -> None:
        """How many were counted."""

    async def add_lines(self, officer: Officer, number: int, lines: tuple[int, str]) -> int:
        """Seats for people without a phone, by the key of the form; gives how many are new."""

    async def take_out(self, officer: Officer, number: int, out: tuple[int, str]) -> None:
        """A seat does not count any more."""


def add_office_trainings(app: web.Application, door: Door, desk: TrainingsDesk) -> None:
    """The routes of these pages."""
    page = _Trainings(door, desk)
    app.router.add_get(TRAININGS, page.overview)
    app.router.add_post(TRAININGS, page.write_down)
    app.router.add_get(NEW, page.new)
    app.router.add_get(ONE, page.show)
    app.router.add_get(ONE + "/revise", page.change)
    app.router.add_post(ONE + "/revise", page.revise)
    app.router.add_post(ONE + "/status", page.move)
    app.router.add_post(ONE + "/heads", page.tell_heads)
    app.router.add_post(ONE + "/lines", page.add_lines)
    app.router.add_post(ONE + "/out", page.take_out)


class _Trainings:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: TrainingsDesk) -> None:
        self._door = door
        self._desk = desk

    # ---- reading

    async def overview(self, request: web.Request) -> web.Response:
        """The list: ``?span=coming``, ``lately`` or ``year``, then ``&kind=``, ``&team=``, ``&status=``."""
        officer = await self._door.officer(request)
        asked = {name: request.query.get(name, "") for name in ("span", "kind", "team", "status")}
        team = asked["team"]
        wanted = Wanted(
            _known(Span, asked["span"]) or Span.COMING,
            _known(TrainingKind, asked["kind"]),
            _number(team) if team else None,
            _known(TrainingStatus, asked["status"]),
        )
        listed, choices = await self._allowed(self._desk.overview(officer, wanted))
        narrow = urlencode({name: asked[name] for name in ("kind", "team", "status")})
        values = {
            "listed": listed,
            "choices": choices,
            "wanted": wanted,
            "spans": tuple(Span),
            "statuses": tuple(TrainingStatus),
            "kinds": WORDS["kinds"],
            "narrow": narrow,
            "of_office": OF_OFFICE,
            "may_act": officer.role is Role.OFFICER,
        }
        return self._door.page(request, officer, "trainings.html", values)

    async def show(self, request: web.Request) -> web.Response:
        """One class; ``?done=moved`` says what has just been done."""
        officer = await self._door.officer(request)
        return await self._one(request, officer, {})

    async def new(self, request: web.Request) -> web.Response:
        """An empty form."""
        officer = await self._officer(request)
        typed = training_forms.blank(today(self._door.now()), secrets.token_urlsafe(KEY_BYTES))
        return await self._form(request, officer, typed)

    async def change(self, request: web.Request) -> web.Response:
        """The form of a class as it stands."""
        officer = await self._officer(request)
        offered = await self._allowed(self._desk.offered(officer, _of(request)))
        if offered.training is None:
            raise web.HTTPNotFound
        training = offered.training
        typed = training_forms.of_outline(training.outline, training.revision)
        return await self._form(request, officer, typed)

    # ---- what an officer does

    async def write_down(self, request: web.Request) -> web.Response:
        """Plan a class, or write down one that took place."""
        officer, typed = await self._typed(request)
        is_held = typed.fields["held"] == "1"
        try:
            offered = await self._allowed(self._desk.offered(officer, None))
            outline = training_forms.read(typed, offered.guides, offered.frame)
            key = typed.fields["key"]
            made = self._desk.write_down(officer, outline, (key, is_held))
            number = await self._allowed(made)
        except RuleError as error:
            return await self._form(request, officer, typed, error)
        raise _back(number, "written" if is_held else "planned")

    async def revise(self, request: web.Request) -> web.Response:
        """The class is to be something else."""
        officer, typed = await self._typed(request)
        number = _of(request)
        offered = await self._allowed(self._desk.offered(officer, number))
        seen = (number, _number(typed.fields["revision"]))
        try:
            outline = training_forms.read(typed, offered.guides, offered.frame)
            change = (outline, typed.fields["reason"])
            await self._allowed(self._desk.revise(officer, seen, change))
        except RuleError as error:
            if error.code == "training.changed" and offered.training:
                newest = {"revision": str(offered.training.revision)}
                typed = replace(typed, fields={**typed.fields, **newest})
            return await self._form(request, officer, typed, error)
        raise _back(number, "revised")

    async def move(self, request: web.Request) -> web.Response:
        """On to the next step, or back, with its reason."""
        officer, form = await self._read(request)
        status = _known(TrainingStatus, form.get("to", ""))
        if status is None:
            raise web.HTTPBadRequest(text=self._door.texts.say("office.old-form"))
        step = (status, _reason(form))
        work = self._desk.move(officer, _seen(request, form), step)
        return await self._done(request, officer, work, ("moved", form))

    async def tell_heads(self, request: web.Request) -> web.Response:
        """How many were counted; an empty field takes the number back."""
        officer, form = await self._read(request)

        async def tell() -> None:
            heads = training_forms.whole(form.get("heads", "").strip(), "training.heads")
            told = (heads, _reason(form))
            await self._desk.tell_heads(officer, _seen(request, form), told)

        return await self._done(request, officer, tell(), ("heads", form))

    async def add_lines(self, request: web.Request) -> web.Response:
        """Seats for people without a phone."""
        officer, form = await self._read(request)
        lines = (_number(form.get("number", "").strip()), form.get("key", ""))
        work = self._desk.add_lines(officer, _of(request), lines)
        return await self._done(request, officer, work, ("lines", form))

    async def take_out(self, request: web.Request) -> web.Response:
        """A seat does not count any more, for a reason."""
        officer, form = await self._read(request)
        out = (_number(form.get("seat", "")), _reason(form))
        work = self._desk.take_out(officer, _of(request), out)
        return await self._done(request, officer, work, ("out", form))

    # ---- what they share

    async def _officer(self, request: web.Request) -> Officer:
        """Somebody who may change what stands here."""
        officer = await self._door.officer(request)
        if officer.role is not Role.OFFICER:
            raise self._refused()
        return officer

    async def _read(self, request: web.Request) -> tuple[Officer, Mapping[str, str]]:
        officer = await self._officer(request)
        return officer, await self._door.read_form(request, SIGNED)

    async def _typed(self, request: web.Request) -> tuple[Officer, Typed]:
        officer = await self._officer(request)
        form = await self._door.read_form(request, SIGNED, MOST_FIELDS)
        return officer, training_forms.given(form)

    async def _allowed(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except NotAllowedError:
            raise self._refused() from None
        except NotFoundError:
            raise web.HTTPNotFound from None

    def _refused(self) -> web.HTTPForbidden:
        return web.HTTPForbidden(text=self._door.texts.say("trainings-page.refused"))

    async def _done(
        self,
        request: web.Request,
        officer: Officer,
        work: Awaitable[object],
        sent: tuple[str, Mapping[str, str]],
    ) -> web.Response:
        """Back to the class; what cannot be is said beside the form, which keeps what was typed."""
        what, form = sent
        try:
            await self._allowed(work)
        except RuleError as error:
            told = {"fault": self._say(error), "fault_of": what, "typed": form}
            return await self._one(request, officer, told)
        raise _back(_of(request), what)

    def _say(self, error: RuleError) -> str:
        return self._door.texts.say(FAULTS.get(error.code, error.code))

    async def _one(
        self, request: web.Request, officer: Officer, told: Mapping[str, object]
    ) -> web.Response:
        shown = await self._allowed(self._desk.show(officer, _of(request)))
        offered = await self._allowed(self._desk.offered(officer, _of(request)))
        outline = shown.training.outline
        frame = self._desk.frame(outline.skill_frame)
        done = DONE.get(request.query.get("done", ""))
        values: dict[str, object] = {
            "shown": shown,
            "done": self._door.texts.say(done) if done and not told else "",
            "fault": "",
            "fault_of": "",
            "typed": {},
            "titles": {name: title for name, (_, title) in offered.guides.items()},
            "skills": [(code, frame.name_of(code) if frame else "") for code in outline.skills],
            "evidences": tuple(Evidence),
            "newest_seats": shown.roll.seats[::-1][:MOST_SEATS_SHOWN],
            "key": secrets.token_urlsafe(KEY_BYTES),
            "may_act": officer.role is Role.OFFICER,
        }
        status = 422 if told else 200
        return self._door.page(request, officer, "training.html", values | dict(told), status)

    async def _form(
        self, request: web.Request, officer: Officer, typed: Typed, error: RuleError | None = None
    ) -> web.Response:
        number = int(request.match_info["number"]) if "number" in request.match_info else None
        offered = await self._allowed(self._desk.offered(officer, number))
        by_topic = [
            (topic, [(name, title) for name, (of, title) in offered.guides.items() if of is topic])
            for topic in Topic
        ]
        values = {
            **WORDS,
            "offered": offered,
            "by_topic": by_topic,
            "typed": typed,
            "fault": self._say(error) if error else "",
        }
        status = 422 if error else 200
        return self._door.page(request, officer, "training-form.html", values, status)


def _back(number: int, done: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"{TRAININGS}/{number}?done={done}#done")


def _of(request: web.Request) -> int:
    return int(request.match_info["number"])


def _seen(request: web.Request, form: Mapping[str, str]) -> tuple[int, int]:
    return _of(request), _number(form.get("revision", ""))


def _reason(form: Mapping[str, str]) -> str:
    return form.get("reason", "")[:LONGEST_REASON]


def _known(words: type[Value], text: str) -> Value | None:
    return words(text) if text in {one.value for one in words} else None


def _number(text: str) -> int:
    """A number that was typed; −1, which nothing has, for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len("999999999")
    return int(text) if is_number else -1
