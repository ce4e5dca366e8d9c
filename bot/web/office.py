"""The office's pages: joining by invitation, signing in, the week, the rows behind it, what guides lack.

Every form carries a token bound to its cookie; cookies are ``__Host-``, Secure, HttpOnly and SameSite.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol

from aiohttp import web

from bot.core.errors import NotFoundError, RuleError
from bot.core.periods import Period, week_of
from bot.core.vocabulary import Role
from bot.library import Reviews
from bot.library.freshness import SOON
from bot.reports.weekly import Weekly
from bot.services.access import TOKEN_BYTES, Joining, Officer, SignedIn
from bot.services.entries import Heading, Sheet
from bot.services.questions import KEEP_DAYS, MOST_READ, Group
from bot.services.undelivered import Stuck
from bot.web import office_tables, pages
from bot.web.door import SIGN_IN, Door, Keeper
from bot.web.forms import SIGNED, VISIT, drop_token, set_token, token_of
from bot.web.office_calendar import CalendarDesk, add_office_calendar
from bot.web.office_checks import ChecksDesk, add_office_checks
from bot.web.office_communications import CommunicationsDesk, add_office_communications
from bot.web.office_digest import DigestDesk, add_office_digest
from bot.web.office_figure import FigureDesk, add_office_figure
from bot.web.office_held import HeldDesk, add_office_held
from bot.web.office_import import ImportDesk, add_office_import
from bot.web.office_learning import LearningDesk, add_office_learning
from bot.web.office_media import GUIDES, MediaDesk, add_office_media
from bot.web.office_meeting import MeetingDesk, add_office_meeting
from bot.web.office_messages import MessagesDesk, add_office_messages
from bot.web.office_plan import PlanDesk, add_office_plan
from bot.web.office_privacy import PrivacyDesk, add_office_privacy
from bot.web.office_reports import ReportsDesk, add_office_reports
from bot.web.office_requests import RequestsDesk, add_office_requests
from bot.web.office_sheets import SheetDesk, add_office_sheets
from bot.web.office_tables import ENTRIES, PARTS
from bot.web.office_targets import list_rows
from bot.web.office_tasks import TasksDesk, add_office_tasks
from bot.web.office_teams import TeamsDesk, add_office_teams
from bot.web.office_trainings import TrainingsDesk, add_office_trainings
from bot.web.office_units import UnitsDesk, add_office_units
from bot.web.office_weeks import FIGURE, WEEK, about, period_asked, weeks
from bot.web.office_words import WordsDesk, add_office_words
from bot.web.visitors import Visitors

JOIN = "/office/join"
MOST_ENTRIES = 1000
"""So many lines of a sheet are shown; a year of a commune would choke the telephone that asks for it."""


@dataclass(frozen=True, slots=True)
class WeekBeside:
    """A week beside the one before it, and what the page says of them."""

    before: Period
    tables: Weekly
    data_hash: str
    first_day: date | None  # before it nothing was recorded
    titles: Mapping[str, str]  # of guides
    targets: Sequence[Mapping[str, Any]]  # of focus that our logs can give, as the report says them
    entered: Sequence[Mapping[str, Any]]  # the others of focus
    traced: frozenset[str]  # targets whose rows can be seen
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


class PaperDesk(ImportDesk, SheetDesk, Protocol):
    """What both kinds of pages about paper ask for."""


class Desk(Keeper, Protocol):
    """What the office's pages ask for; each method is one piece of work of its own."""

    @property
    def media(self) -> MediaDesk:
        """Recordings and screenshots of the guides."""

    @property
    def messages(self) -> MessagesDesk:
        """Messenger accounts, and messages that could not go."""

    @property
    def privacy(self) -> PrivacyDesk:
        """Rights over data, and who counts as whom."""

    @property
    def paper(self) -> PaperDesk:
        """Files typed from paper, and the sheets they come from."""

    @property
    def teams(self) -> TeamsDesk:
        """Teams, their members, and who wants to be one."""

    @property
    def checks(self) -> ChecksDesk:
        """Entries to ask about again."""

    @property
    def requests(self) -> RequestsDesk:
        """Residents who wait for help."""

    @property
    def learning(self) -> LearningDesk:
        """Learning on the official platform."""

    @property
    def calendar(self) -> CalendarDesk:
        """The reporting calendar."""

    @property
    def plan(self) -> PlanDesk:
        """Targets of the plan, and what is entered of them."""

    @property
    def tasks(self) -> TasksDesk:
        """The tasks of the plan."""

    @property
    def trainings(self) -> TrainingsDesk:
        """Classes, sessions, contests."""

    @property
    def communications(self) -> CommunicationsDesk:
        """What is put out besides sessions."""

    @property
    def words(self) -> WordsDesk:
        """What is typed into reports, and their letter paper."""

    @property
    def held(self) -> HeldDesk:
        """The trainings behind a figure."""

    @property
    def digest(self) -> DigestDesk:
        """The digests of each week."""

    @property
    def meeting(self) -> MeetingDesk:
        """The page for the meeting."""

    @property
    def reports(self) -> ReportsDesk:
        """Where the report of each period stands."""

    @property
    def units(self) -> UnitsDesk:
        """Units that report."""

    @property
    def figure(self) -> FigureDesk:
        """Where a figure is from, and rows to copy."""

    async def sign_in(self, login: str, password: str) -> SignedIn | None:
        """A sign-in, None for a wrong name or password; ``RuleError`` while locked."""

    async def join(self, joining: Joining) -> SignedIn:
        """A first sign-in by invitation; ``RuleError`` with the sentence of what is wrong."""

    async def sign_out(self, token: str) -> None:
        """End it."""

    async def week(self, officer: Officer, week: Period) -> WeekBeside:
        """The figures of a week of the officer's commune."""

    async def entries(self, officer: Officer, week: Period, asked: Mapping[str, str]) -> Behind:
        """The entries behind a figure of that week, by split; ``NotFoundError`` for what there is not."""

    async def wanting(self, officer: Officer) -> Wanting:
        """The guides to review, and what residents of the officer's commune ask that none answers."""


def add_office(app: web.Application, desk: Desk, visitors: Visitors) -> None:
    """The routes of the office."""
    door = Door(desk, visitors)
    office = _Office(desk, visitors, door)
    add_office_media(app, door, desk.media)
    add_office_messages(app, door, desk.messages)
    add_office_privacy(app, door, desk.privacy)
    add_office_import(app, door, desk.paper)
    add_office_sheets(app, door, desk.paper)
    add_office_teams(app, door, desk.teams)
    add_office_checks(app, door, desk.checks)
    add_office_requests(app, door, desk.requests)
    add_office_learning(app, door, desk.learning)
    add_office_calendar(app, door, desk.calendar)
    add_office_plan(app, door, desk.plan)
    add_office_tasks(app, door, desk.tasks)
    add_office_trainings(app, door, desk.trainings)
    add_office_communications(app, door, desk.communications)
    add_office_held(app, door, desk.held)
    add_office_digest(app, door, desk.digest)
    add_office_meeting(app, door, desk.meeting)
    add_office_reports(app, door, desk.reports)
    add_office_units(app, door, desk.units)
    add_office_figure(app, door, desk.figure)
    add_office_words(app, door, desk.words)
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
        this_week, week = weeks(request, self._desk.now())
        beside = await self._desk.week(officer, week)
        columns = office_tables.columns(self._desk.texts, beside.tables, beside.titles)
        values = {
            "beside": beside,
            "columns": columns,
            "printed": office_tables.printed(columns),
            "shorter": columns.index(min(columns, key=office_tables.height)),
            "targets": list_rows(self._desk.texts, week.key, beside.targets, beside.traced),
            "entered": beside.entered,
            "parts": {name: office_tables.part(*one) for name, one in PARTS.items()},
            "this_week": this_week,
            "next_week": week_of(week.end),
            "origin": FIGURE,
        }
        return self._door.page(request, officer, "week.html", about(week) | values)

    async def entries(self, request: web.Request) -> web.Response:
        """The help entries behind a figure: ``?week=2026-W47``, then ``&topic=vneid``, ``&team=KP+3`` …

        ``?period=month:2026-11`` is any other period; of very many the first ones are shown.
        """
        officer = await self._door.officer(request)
        if officer.role is Role.OPERATOR:  # runs the machine, and has no need of residents' data
            raise web.HTTPForbidden(text=self._desk.texts.say("import.not-yours"))
        week = period_asked(request, self._desk.now())
        try:
            behind = await self._desk.entries(officer, week, request.query)
        except NotFoundError:
            raise web.HTTPNotFound from None
        texts = self._desk.texts
        values = {
            "behind": behind,
            "about": office_tables.title(texts, behind.heading),
            "most": MOST_ENTRIES,
            "word": partial(office_tables.word, texts),
        }
        return self._door.page(request, officer, "entries.html", about(week) | values)

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
