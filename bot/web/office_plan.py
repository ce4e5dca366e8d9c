"""The office's pages of the plan: every target, and one page each with its versions and its figures."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.typed_days import read_day
from bot.core.vocabulary import Role
from bot.locale import Texts, show_number
from bot.services.access import Officer
from bot.services.plan_sheet import PlanSheet, TargetSheet
from bot.services.readings import Typed
from bot.services.report_words import full_aim, unit_of
from bot.services.target_changes import FIELDS, OPS, Change
from bot.web.door import Door
from bot.web.forms import fresh_once, once_of
from bot.web.office_targets import SHAPES, done_of, rest_of

PLAN = "/office/plan"
TARGET = PLAN + r"/{target:[a-z0-9-]{1,60}}"
WHOLE = r"/office/denominators/{name:[a-z0-9-]{1,60}}"
NUMBER = r"{number:\d{1,9}}"
DONE = {
    "kept": "plan.done-kept",
    "gone": "plan.done-gone",
    "late": "plan.done-late",
    "changed": "plan.done-changed",
    "followed": "plan.done-followed",
    "both": "plan.done-both",
    "so": "plan.done-so",
}
"""What an address may say was done."""
TYPED = ("number", "part", "whole", "level", "reached", "day", "source", "reason", "valid_from")
LONGEST_TYPED = 400
MOST_FIELDS = len(FIELDS) + 4
OWN_WORDS = {"correct.reason": "plan.reason"}
"""Sentences of the chat that a page says in its own words."""


class PlanDesk(Protocol):
    """What these pages ask for; ``NotAllowedError`` for who may not, ``RuleError`` for a wrong word.

    ``NotFoundError`` for a target or a denominator that there is not.
    """

    async def plan(self, officer: Officer) -> PlanSheet:
        """Every target as it stands today."""

    async def target(self, officer: Officer, name: str) -> TargetSheet:
        """All of one target."""

    async def keep(
        self, officer: Officer, name: str, entered: tuple[Typed, date, str], once: str
    ) -> None:
        """Keep (figure, day, source) of a target; the same ``once`` again changes nothing."""

    async def take_out(self, officer: Officer, name: str, number: int, reason: str) -> bool:
        """A figure counts no more; False when it is out already or gone."""

    async def change(self, officer: Officer, name: str, change: Change) -> None:
        """A target reads otherwise from a day on."""

    async def restore(
        self, officer: Officer, name: str, number: int, when: tuple[date, str]
    ) -> None:
        """A version is in force again from (day, reason) on."""

    async def follow(self, officer: Officer, name: str, reason: str) -> bool:
        """Of two clauses the office follows that of this target; False where it does so already."""

    async def keep_both(self, officer: Officer, name: str, reason: str) -> bool:
        """The choice is taken back; False where there is none."""

    async def keep_whole(self, officer: Officer, name: str, entered: tuple[str, date, str]) -> None:
        """Keep (number, day, source) of a denominator."""

    async def take_out_whole(self, officer: Officer, number: int, reason: str) -> bool:
        """A denominator counts no more; False when it is out already or gone."""


def add_office_plan(app: web.Application, door: Door, desk: PlanDesk) -> None:
    """The routes of these pages."""
    pages = _Plan(door, desk)
    app.router.add_get(PLAN, pages.show)
    app.router.add_get(TARGET, pages.show_target)
    app.router.add_post(TARGET + "/figure", pages.keep)
    app.router.add_post(f"{TARGET}/figure/{NUMBER}/gone", pages.take_out)
    app.router.add_post(TARGET + "/change", pages.change)
    app.router.add_post(f"{TARGET}/again/{NUMBER}", pages.restore)
    app.router.add_post(TARGET + "/follow", pages.follow)
    app.router.add_post(TARGET + "/both", pages.keep_both)
    app.router.add_post(WHOLE, pages.keep_whole)
    app.router.add_post(f"{WHOLE}/{NUMBER}/gone", pages.take_out_whole)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A target as a row of the page."""

    row: Mapping[str, Any]
    aim: str
    done: str | None
    status: str
    shape: str
    rest: str
    opening_on: date | None
    reading_on: date | None


def as_row(texts: Texts, one: Mapping[str, Any]) -> PlanRow:
    """A target of the report in words."""
    reading = one["reading"]
    return PlanRow(
        row=one,
        aim=full_aim(texts, one),
        done=done_of(texts, one),
        status=one["status"].replace("_", "-"),
        shape=SHAPES[one["status"]],
        rest=rest_of(texts, one),
        opening_on=date.fromisoformat(one["opening_on"]) if one["opening_on"] else None,
        reading_on=date.fromisoformat(reading["as_of"]) if reading else None,
    )


Act = Callable[[Officer, Mapping[str, str]], Coroutine[Any, Any, bool | None]]
"""What a form does; False where nothing was left to do."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What a form is for: the word of the address afterwards, the block of the page that it stands in."""

    done: str
    block: str
    late: str = "late"


@dataclass(frozen=True, slots=True)
class Wrong:
    """The sentence of what was wrong, the block that it stands in, and what was typed there."""

    sentence: str = ""
    block: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was acted on: ``fault`` is the id of what was wrong with it."""

    officer: Officer
    form: Mapping[str, str]
    fault: str = ""
    is_late: bool = False


class _Plan:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: PlanDesk) -> None:
        self._door = door
        self._desk = desk

    # ---- pages

    async def show(self, request: web.Request) -> web.Response:
        """The plan; ``?done=kept`` says what has just been done."""
        return await self._plan(request, await self._door.officer(request), Wrong())

    async def show_target(self, request: web.Request) -> web.Response:
        """One target."""
        return await self._target(request, await self._door.officer(request), Wrong())

    # ---- forms

    async def keep(self, request: web.Request) -> web.Response:
        """A figure from outside, or carried over."""

        async def act(officer: Officer, form: Mapping[str, str]) -> None:
            typed = Typed(*(form.get(name, "").strip() for name in TYPED[:5]))
            entered = (typed, _day(form, "day"), form.get("source", ""))
            await self._desk.keep(officer, _name(request), entered, once_of(form))

        return await self._on_target(request, Doing("kept", "figure"), act)

    async def take_out(self, request: web.Request) -> web.Response:
        """A figure was wrong."""

        async def act(officer: Officer, form: Mapping[str, str]) -> bool:
            of = (_name(request), _number(request), form.get("reason", ""))
            return await self._desk.take_out(officer, *of)

        return await self._on_target(request, Doing("gone", "figures"), act)

    async def change(self, request: web.Request) -> web.Response:
        """The target reads otherwise."""

        async def act(officer: Officer, form: Mapping[str, str]) -> None:
            change = Change(form, _day(form, "valid_from"), form.get("reason", ""))
            await self._desk.change(officer, _name(request), change)

        return await self._on_target(request, Doing("changed", "change"), act)

    async def restore(self, request: web.Request) -> web.Response:
        """An earlier version once more."""

        async def act(officer: Officer, form: Mapping[str, str]) -> None:
            when = (_day(form, "valid_from"), form.get("reason", ""))
            await self._desk.restore(officer, _name(request), _number(request), when)

        return await self._on_target(request, Doing("changed", "versions"), act)

    async def follow(self, request: web.Request) -> web.Response:
        """Of clauses that disagree, this one."""

        async def act(officer: Officer, form: Mapping[str, str]) -> bool:
            return await self._desk.follow(officer, _name(request), form.get("reason", ""))

        return await self._on_plan(request, Doing("followed", "clashes", "so"), act)

    async def keep_both(self, request: web.Request) -> web.Response:
        """Both side by side again."""

        async def act(officer: Officer, form: Mapping[str, str]) -> bool:
            return await self._desk.keep_both(officer, _name(request), form.get("reason", ""))

        return await self._on_plan(request, Doing("both", "clashes", "so"), act)

    async def keep_whole(self, request: web.Request) -> web.Response:
        """What shares are of."""

        async def act(officer: Officer, form: Mapping[str, str]) -> None:
            entered = (form.get("number", ""), _day(form, "day"), form.get("source", ""))
            await self._desk.keep_whole(officer, request.match_info["name"], entered)

        name = request.match_info["name"]
        return await self._on_plan(request, Doing("kept", f"whole-{name}"), act)

    async def take_out_whole(self, request: web.Request) -> web.Response:
        """That figure was wrong."""

        async def act(officer: Officer, form: Mapping[str, str]) -> bool:
            of = (_number(request), form.get("reason", ""))
            return await self._desk.take_out_whole(officer, *of)

        name = request.match_info["name"]
        return await self._on_plan(request, Doing("gone", f"whole-{name}"), act)

    # ---- what they share

    async def _on_target(self, request: web.Request, doing: Doing, act: Act) -> web.Response:
        sent = await self._do(request, act)
        if sent.fault:
            wrong = Wrong(sent.fault, doing.block, sent.form)
            return await self._target(request, sent.officer, wrong)
        done = doing.late if sent.is_late else doing.done
        raise web.HTTPSeeOther(f"{PLAN}/{_name(request)}?done={done}#done")

    async def _on_plan(self, request: web.Request, doing: Doing, act: Act) -> web.Response:
        sent = await self._do(request, act)
        if sent.fault:
            wrong = Wrong(sent.fault, doing.block, sent.form)
            return await self._plan(request, sent.officer, wrong)
        done = doing.late if sent.is_late else doing.done
        raise web.HTTPSeeOther(f"{PLAN}?done={done}#done")

    async def _do(self, request: web.Request, act: Act) -> Sent:
        """Do it for who may."""
        officer, form = await self._door.read_act(request, MOST_FIELDS)
        try:
            is_done = await act(officer, form)
        except RuleError as error:
            return Sent(officer, form, OWN_WORDS.get(error.code, error.code))
        except NotFoundError:
            raise web.HTTPNotFound from None
        return Sent(officer, form, is_late=is_done is False)

    async def _plan(self, request: web.Request, officer: Officer, wrong: Wrong) -> web.Response:
        sheet = await self._seen(self._desk.plan(officer))
        texts = self._door.texts
        rows = [as_row(texts, one) for one in sheet.rows]
        by_id = {one.row["id"]: one for one in rows}
        values = {
            "sheet": sheet,
            "focus": [one for one in rows if one.row["focus"]],
            "others": [one for one in rows if not one.row["focus"]],
            "clashes": [
                (clash, [by_id[name] for name in clash.ids])
                for clash in sheet.clashes
                if set(clash.ids) <= by_id.keys()
            ],
        }
        return self._page(request, officer, ("plan.html", values), wrong)

    async def _target(self, request: web.Request, officer: Officer, wrong: Wrong) -> web.Response:
        sheet = await self._seen(self._desk.target(officer, _name(request)))
        texts, typed = self._door.texts, wrong.typed
        is_change = wrong.block == "change"
        unit = unit_of(texts, sheet.target.model_dump())
        fields = {name: typed[name] for name in FIELDS if is_change and name in typed}
        values = {
            "sheet": sheet,
            "seen": as_row(texts, sheet.row) if sheet.row is not None else None,
            "rivals": [as_row(texts, one) for one in sheet.rivals],
            "fields": {**sheet.fields, **fields},
            "aim": lambda target: full_aim(texts, target.model_dump()),
            "shown": lambda figure: _figure(texts, unit, figure),
            "unit": unit,
            "ops": OPS,
        }
        return self._page(request, officer, ("plan-target.html", values), wrong)

    async def _seen(self, sheet: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await sheet
        except NotAllowedError:
            raise self._door.refused("plan.not-for-operator") from None
        except NotFoundError:
            raise web.HTTPNotFound from None

    def _page(
        self,
        request: web.Request,
        officer: Officer,
        what: tuple[str, Mapping[str, Any]],
        wrong: Wrong,
    ) -> web.Response:
        """A page with what was typed, and the sentence of what was wrong beside it."""
        texts, typed = self._door.texts, wrong.typed
        done = DONE.get(request.query.get("done", ""))
        day = what[1]["sheet"].today.isoformat()
        fresh = dict.fromkeys(TYPED, "") | {
            "day": day,
            "valid_from": day,
            "once": fresh_once(),
        }
        kept = {name: typed[name][:LONGEST_TYPED] for name in (*TYPED, "once") if name in typed}
        values = {
            "typed": fresh | kept,
            "fresh": fresh,
            "may_act": officer.role is Role.OFFICER,
            "fault": texts.say(wrong.sentence) if wrong.sentence else "",
            "block": wrong.block,
            "done": texts.say(done) if done else "",
        }
        status = 422 if wrong.sentence else 200
        return self._door.page(request, officer, what[0], {**what[1], **values}, status)


def _figure(texts: Texts, unit: str, figure: Any) -> str:
    """A figure with its unit, both numbers of a share, or a level."""
    if figure.number is None:
        word = "plan.level-reached" if figure.is_reached else "plan.level-not-reached"
        return texts.say(word, level=figure.level or "—")
    number = f"{show_number(figure.number)} {unit}"
    if figure.part is None:
        return number
    parts = (show_number(figure.part), show_number(figure.whole))
    return texts.say("plan.share-of", number=number, part=parts[0], whole=parts[1])


def _name(request: web.Request) -> str:
    return request.match_info["target"]


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _day(form: Mapping[str, str], field: str) -> date:
    day = read_day(form.get(field, ""))
    if day is None:
        raise RuleError("plan.day", "Ngày không đúng.")
    return day
