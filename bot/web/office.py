"""The office's pages: joining by invitation, signing in, and the week at a glance.

Every form carries a token bound to its cookie; cookies are ``__Host-``, Secure, HttpOnly and SameSite.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from aiohttp import web
from limits import RateLimitItemPerMinute

from bot.core.errors import RuleError
from bot.core.periods import ZONE, Period, PeriodError, parse, today, week_of
from bot.locale import Texts
from bot.reports.weekly import Row, Weekly
from bot.services.access import SIGNED_IN_FOR, Joining, Officer, SignedIn
from bot.web import pages
from bot.web.visitors import Visitors

SIGN_IN, JOIN, WEEK = "/office/sign-in", "/office/join", "/office"
SIGNED, VISIT = "__Host-ban-so-office", "__Host-ban-so-form"
MOST_TRIES = RateLimitItemPerMinute(30)


@dataclass(frozen=True, slots=True)
class WeekBeside:
    """A week and the one before it, and what the page says of them."""

    week: Period
    before: Period
    tables: Weekly
    data_hash: str
    first_day: date | None  # before it nothing was recorded
    titles: Mapping[str, str]  # of guides


class Desk(Protocol):
    """What the office's pages ask for; each method is one unit of work."""

    texts: Texts

    def now(self) -> datetime:
        """The moment."""

    def form_token(self, token: str) -> str:
        """What forms of that cookie carry."""

    async def sign_in(self, login: str, password: str) -> SignedIn | None:
        """A sign-in, None for a wrong name or password; ``RuleError`` while locked."""

    async def join(self, joining: Joining) -> SignedIn:
        """A first sign-in by invitation; ``RuleError`` with the sentence of what is wrong."""

    async def find(self, token: str) -> Officer | None:
        """Who is signed in."""

    async def sign_out(self, token: str) -> None:
        """End it."""

    async def week(self, officer: Officer, week: Period) -> WeekBeside:
        """The figures of a week of the officer's commune."""


def add_office(app: web.Application, desk: Desk, visitors: Visitors) -> None:
    """The routes of the office."""
    office = _Office(desk, visitors)
    app.router.add_get(WEEK, office.week)
    app.router.add_get(SIGN_IN, office.show_sign_in)
    app.router.add_post(SIGN_IN, office.sign_in)
    app.router.add_get(JOIN, office.show_join)
    app.router.add_post(JOIN, office.join)
    app.router.add_post("/office/sign-out", office.sign_out)


class _Office:
    """Handlers of the office's routes."""

    def __init__(self, desk: Desk, visitors: Visitors) -> None:
        self._desk = desk
        self._visitors = visitors

    # ---- coming in and going out

    async def show_sign_in(self, request: web.Request) -> web.Response:
        """The form; who is signed in already goes on to the week."""
        if await self._officer(request) is not None:
            raise web.HTTPSeeOther(WEEK)
        return self._form(request, "sign-in.html", {"login": ""})

    async def sign_in(self, request: web.Request) -> web.Response:
        """Look at name and password."""
        form = await self._read_form(request, VISIT)
        login, password = form.get("login", ""), form.get("password", "")
        values = {"login": login}
        try:
            signed_in = await self._desk.sign_in(login, password)
        except RuleError as error:
            return self._form(request, "sign-in.html", values, error.code)
        if signed_in is None:
            return self._form(request, "sign-in.html", values, "office.wrong")
        raise _entered(signed_in)

    async def show_join(self, request: web.Request) -> web.Response:
        """The form for who was invited; the link may bring the code along."""
        values = {"code": request.query.get("ma", "")[:20], "name": "", "login": ""}
        return self._form(request, "join.html", values)

    async def join(self, request: web.Request) -> web.Response:
        """Spend the invitation."""
        form = await self._read_form(request, VISIT)
        given = {key: form.get(key, "")[:200] for key in ("code", "name", "login")}
        try:
            joining = Joining(**given, password=form.get("password", ""))
            signed_in = await self._desk.join(joining)
        except RuleError as error:
            return self._form(request, "join.html", given, error.code)
        raise _entered(signed_in)

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the sign-in of this browser."""
        await self._read_form(request, SIGNED)
        await self._desk.sign_out(request.cookies.get(SIGNED, ""))
        response = web.HTTPSeeOther(SIGN_IN)
        response.del_cookie(SIGNED, secure=True, httponly=True, samesite="Lax")
        raise response

    # ---- the week

    async def week(self, request: web.Request) -> web.Response:
        """This week of the officer's commune with the week before it; ``?week=2026-W47`` for another."""
        officer = await self._officer(request)
        if officer is None:
            raise web.HTTPSeeOther(SIGN_IN)
        this_week = week_of(today(self._desk.now()))
        try:
            week = parse(f"week:{request.query['week']}") if "week" in request.query else this_week
        except PeriodError:
            raise web.HTTPSeeOther(WEEK) from None
        beside = await self._desk.week(officer, week)
        values = {
            "officer": officer,
            "beside": beside,
            "sections": _sections(self._desk.texts, beside),
            "last_day": week.end - timedelta(days=1),
            "this_week": this_week,
            "next_week": week_of(week.end),
            "now": self._desk.now().astimezone(ZONE),
            "form": self._desk.form_token(request.cookies.get(SIGNED, "")),
        }
        return pages.page(request, "week.html", self._desk.texts, values)

    # ---- cookies and forms

    async def _officer(self, request: web.Request) -> Officer | None:
        token = request.cookies.get(SIGNED)
        return await self._desk.find(token) if token else None

    def _form(
        self, request: web.Request, template: str, values: Mapping[str, str], fault: str = ""
    ) -> web.Response:
        """A form with a fresh cookie to bind it to, and the sentence of what was wrong."""
        visit = secrets.token_urlsafe(32)
        texts = self._desk.texts
        more = {
            "form": self._desk.form_token(visit),
            "fault": texts.say(fault) if fault else "",
            "is_safe": self._visitors.is_safe(request),
        }
        status = 422 if fault else 200
        response = pages.page(request, template, texts, {**values, **more}, status)
        _set_cookie(response, VISIT, visit)
        return response

    async def _read_form(self, request: web.Request, cookie: str) -> Mapping[str, str]:
        """The fields of a form that this browser was given; everything else is refused."""
        address = self._visitors.address(request)
        if not await self._visitors.may(MOST_TRIES, "office", address):
            raise web.HTTPTooManyRequests(text=self._desk.texts.say("office.too-fast"))
        fields = await request.post()
        form = {key: value for key, value in fields.items() if isinstance(value, str)}
        expected = self._desk.form_token(request.cookies.get(cookie, ""))
        is_ours = hmac.compare_digest(form.get("form", "").encode(), expected.encode())
        if not (is_ours and request.cookies.get(cookie) and self._visitors.is_at_home(request)):
            raise web.HTTPForbidden(text=self._desk.texts.say("office.old-form"))
        return form


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page: rows with their labels, and what to say when there is none."""

    id: str
    title: str
    head: str
    rows: tuple[tuple[str, Row], ...]
    total: Row | None = None
    empty: str = ""


def _sections(texts: Texts, beside: WeekBeside) -> list[Section]:
    tables, say = beside.tables, texts.say
    visits = tables.summary[0]
    topics = tuple((say(f"topic.{row.key}"), row) for row in tables.topics)
    teams = tuple((row.key, row) for row in tables.teams)
    asked = tuple((say(f"office.q-{row.key}"), row) for row in tables.questions)
    guides = tuple((beside.titles.get(row.key, row.key), row) for row in tables.guides)
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


def _entered(signed_in: SignedIn) -> web.HTTPSeeOther:
    """To the week, with the cookie of the sign-in."""
    response = web.HTTPSeeOther(WEEK)
    _set_cookie(response, SIGNED, signed_in.token)
    response.del_cookie(VISIT, secure=True, httponly=True, samesite="Lax")
    return response


def _set_cookie(response: web.StreamResponse, name: str, value: str) -> None:
    seconds = int(SIGNED_IN_FOR.total_seconds())
    response.set_cookie(
        name, value, max_age=seconds, secure=True, httponly=True, samesite="Lax", path="/"
    )
