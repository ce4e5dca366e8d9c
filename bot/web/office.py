"""The office's pages: joining by invitation, signing in, the week, the rows behind it, what guides lack.

Every form carries a token bound to its cookie; cookies are ``__Host-``, Secure, HttpOnly and SameSite.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web

from bot.core.errors import NotFoundError, RuleError
from bot.core.periods import Period, PeriodError, parse, today, week_of
from bot.core.vocabulary import Outcome
from bot.library import Reviews
from bot.library.freshness import SOON
from bot.locale import Texts
from bot.reports.weekly import Row, Weekly
from bot.services.access import TOKEN_BYTES, Joining, Officer, SignedIn
from bot.services.entries import Heading, Sheet
from bot.services.questions import KEEP_DAYS, MOST_READ, Group
from bot.services.undelivered import Stuck
from bot.web import pages
from bot.web.door import SIGN_IN, Door, Keeper
from bot.web.forms import SIGNED, VISIT, drop_token, set_token, token_of
from bot.web.office_media import GUIDES, MediaDesk, add_office_media
from bot.web.office_messages import MessagesDesk, add_office_messages
from bot.web.office_requests import RequestsDesk, add_office_requests
from bot.web.visitors import Visitors

JOIN, WEEK, ENTRIES = "/office/join", "/office", "/office/entries"
OUTCOMES = {
    Outcome.DONE: "office.outcome-done",
    Outcome.NOT_DONE: "office.outcome-not-done",
    Outcome.PASSED_ON: "office.outcome-passed-on",
}


@dataclass(frozen=True, slots=True)
class WeekBeside:
    """A week beside the one before it, and what the page says of them."""

    before: Period
    tables: Weekly
    data_hash: str
    first_day: date | None  # before it nothing was recorded
    titles: Mapping[str, str]  # of guides
    overdue_count: int  # guides that somebody should have reviewed by now
    stuck: Stuck  # accounts and messages that somebody should look after


@dataclass(frozen=True, slots=True)
class Behind:
    """The entries behind one figure of a week."""

    heading: Heading
    sheet: Sheet
    is_known: bool
    titles: Mapping[str, str]  # of guides


@dataclass(frozen=True, slots=True)
class Wanting:
    """What the guides lack: somebody to review them, and answers to what residents ask."""

    today: date
    reviews: Reviews
    unanswered: Sequence[Group]


class Desk(Keeper, Protocol):
    """What the office's pages ask for; each method is one piece of work of its own."""

    @property
    def media(self) -> MediaDesk:
        """Recordings and screenshots of the guides."""

    @property
    def messages(self) -> MessagesDesk:
        """Messenger accounts, and messages that could not go."""

    @property
    def requests(self) -> RequestsDesk:
        """Residents who wait for help."""

    async def sign_in(self, login: str, password: str) -> SignedIn | None:
        """A sign-in, None for a wrong name or password; ``RuleError`` while locked."""

    async def join(self, joining: Joining) -> SignedIn:
        """A first sign-in by invitation; ``RuleError`` with the sentence of what is wrong."""

    async def sign_out(self, token: str) -> None:
        """End it."""

    async def week(self, officer: Officer, week: Period) -> WeekBeside:
        """The figures of a week of the officer's commune."""

    async def entries(
        self, officer: Officer, week: Period, topic: str | None, team: str | None
    ) -> Behind:
        """The entries behind a figure of that week; ``NotFoundError`` for what the commune has not."""

    async def wanting(self, officer: Officer) -> Wanting:
        """The guides to review, and what residents of the officer's commune ask that none answers."""


def add_office(app: web.Application, desk: Desk, visitors: Visitors) -> None:
    """The routes of the office."""
    door = Door(desk, visitors)
    office = _Office(desk, visitors, door)
    add_office_media(app, door, desk.media)
    add_office_messages(app, door, desk.messages)
    add_office_requests(app, door, desk.requests)
    app.router.add_get(WEEK, office.week)
    app.router.add_get(ENTRIES, office.entries)
    app.router.add_get(GUIDES, office.guides)
    app.router.add_get(SIGN_IN, office.show_sign_in)
    app.router.add_post(SIGN_IN, office.sign_in)
    app.router.add_get(JOIN, office.show_join)
    app.router.add_post(JOIN, office.join)
    app.router.add_post("/office/sign-out", office.sign_out)


class _Office:
    """Handlers of the office's routes."""

    def __init__(self, desk: Desk, visitors: Visitors, door: Door) -> None:
        self._desk = desk
        self._visitors = visitors
        self._door = door

    # ---- coming in and going out

    async def show_sign_in(self, request: web.Request) -> web.Response:
        """The form; who is signed in already goes on to the week."""
        if await self._door.find(request) is not None:
            raise web.HTTPSeeOther(WEEK)
        return self._form(request, "sign-in.html", {"login": ""})

    async def sign_in(self, request: web.Request) -> web.Response:
        """Look at name and password."""
        form = await self._door.read_form(request, VISIT)
        login, password = form.get("login", ""), form.get("password", "")
        values = {"login": login[:80]}
        try:
            signed_in = await self._desk.sign_in(login, password)
        except RuleError as error:
            return self._form(request, "sign-in.html", values, error.code)
        if signed_in is None:
            return self._form(request, "sign-in.html", values, "office.wrong")
        raise await self._entered(request, signed_in)

    async def show_join(self, request: web.Request) -> web.Response:
        """The form for who was invited; the link may bring the code along."""
        values = {"code": request.query.get("ma", "")[:20], "name": "", "login": ""}
        return self._form(request, "join.html", values)

    async def join(self, request: web.Request) -> web.Response:
        """Spend the invitation."""
        form = await self._door.read_form(request, VISIT)
        given = {key: form.get(key, "")[:200] for key in ("code", "name", "login")}
        try:
            joining = Joining(**given, password=form.get("password", ""))
            signed_in = await self._desk.join(joining)
        except RuleError as error:
            return self._form(request, "join.html", given, error.code)
        raise await self._entered(request, signed_in)

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the sign-in of this browser."""
        await self._door.read_form(request, SIGNED)
        await self._desk.sign_out(request.cookies[SIGNED])
        response = web.HTTPSeeOther(SIGN_IN)
        drop_token(response, SIGNED)
        raise response

    # ---- the week

    async def week(self, request: web.Request) -> web.Response:
        """This week of the officer's commune with the week before it; ``?week=2026-W47`` for another."""
        officer = await self._door.officer(request)
        this_week, week = self._weeks(request)
        beside = await self._desk.week(officer, week)
        values = {
            "beside": beside,
            "sections": _sections(self._desk.texts, beside),
            "this_week": this_week,
            "next_week": week_of(week.end),
        }
        return self._door.page(request, officer, "week.html", _about(week) | values)

    async def entries(self, request: web.Request) -> web.Response:
        """The help entries behind a figure: ``?week=2026-W47``, then ``&topic=vneid`` or ``&team=KP+3``."""
        officer = await self._door.officer(request)
        _, week = self._weeks(request)
        topic, team = (request.query.get(name) for name in ("topic", "team"))
        try:
            behind = await self._desk.entries(officer, week, topic, team)
        except NotFoundError:
            raise web.HTTPNotFound from None
        say = self._desk.texts.say
        outcomes = {outcome.value: say(sentence) for outcome, sentence in OUTCOMES.items()}
        values = {"behind": behind, "outcomes": outcomes}
        return self._door.page(request, officer, "entries.html", _about(week) | values)

    # ---- the guides

    async def guides(self, request: web.Request) -> web.Response:
        """Guides to review, what no guide answers, and the way to each guide's recordings and pictures."""
        officer = await self._door.officer(request)
        values = {
            "wanting": await self._desk.wanting(officer),
            "upkeep": await self._desk.media.upkeep(officer),
            "soon_days": SOON.days,
            "keep_days": KEEP_DAYS.days,
            "most": MOST_READ,
        }
        return self._door.page(request, officer, "guides.html", values)

    # ---- what all of them share

    def _weeks(self, request: web.Request) -> tuple[Period, Period]:
        """The present week and the one asked for; one that is no week, or is to come, leads back."""
        this_week = week_of(today(self._desk.now()))
        if "week" not in request.query:
            return this_week, this_week
        try:
            week = parse(f"week:{request.query['week']}")
            week_of(week.start - timedelta(days=7))  # the calendar of periods has a first week
        except PeriodError:
            raise web.HTTPSeeOther(WEEK) from None
        if week.start > this_week.start:
            raise web.HTTPSeeOther(WEEK)
        return this_week, week

    def _form(
        self, request: web.Request, template: str, values: Mapping[str, str], fault: str = ""
    ) -> web.Response:
        """A form bound to a cookie, and the sentence of what was wrong.

        A browser keeps its cookie while it has several forms open, or goes back to one.
        """
        visit = token_of(request, VISIT) or secrets.token_urlsafe(TOKEN_BYTES)
        texts = self._desk.texts
        more = {
            "form": self._desk.form_token(visit),
            "fault": texts.say(fault) if fault else "",
            "is_safe": self._visitors.is_safe(request),
        }
        status = 422 if fault else 200
        response = pages.page(request, template, texts, {**values, **more}, status)
        set_token(response, VISIT, visit)
        return response

    async def _entered(self, request: web.Request, signed_in: SignedIn) -> web.HTTPSeeOther:
        """To the week, with a new token; whoever this browser was signed in as before is signed out."""
        earlier = token_of(request, SIGNED)
        if earlier is not None:
            await self._desk.sign_out(earlier)
        response = web.HTTPSeeOther(WEEK)
        set_token(response, SIGNED, signed_in.token)
        drop_token(response, VISIT)
        return response


def _about(week: Period) -> dict[str, object]:
    """What every page about a week says."""
    return {"week": week, "last_day": week.end - timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page: rows with label and address of their entries, and what to say without any."""

    id: str
    title: str
    head: str
    rows: tuple[tuple[str, Row, str | None], ...]
    total: Row | None = None
    empty: str = ""


def _sections(texts: Texts, beside: WeekBeside) -> list[Section]:
    tables, say = beside.tables, texts.say
    visits = tables.summary[0]
    topics = tuple((say(f"topic.{row.key}"), row, _part("topic", row)) for row in tables.topics)
    teams = tuple((row.key, row, _part("team", row)) for row in tables.teams)
    asked = tuple((say(f"office.q-{row.key}"), row, None) for row in tables.questions)
    guides = tuple((beside.titles.get(row.key, row.key), row, None) for row in tables.guides)
    return [
        Section("by-topic", say("office.by-topic"), say("office.topic"), topics, visits),
        Section(
            "by-team",
            say("office.by-team"),
            say("office.team"),
            teams,
            visits,
            empty=say("office.no-teams"),
        ),
        Section("questions", say("office.questions"), say("office.question"), asked),
        Section(
            "guides",
            say("office.guides"),
            say("office.guide"),
            guides,
            empty=say("office.no-guides"),
        ),
    ]


def _part(split: str, row: Row) -> str:
    """What the address of the entries behind a row has besides the week."""
    return "&" + urlencode({split: row.key})
