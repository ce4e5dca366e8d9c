"""The office's pages put on top of services and the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar, TypeVarTuple

from bot.app.installation import Installation
from bot.app.media import MediaRoom
from bot.app.office_calendar import OfficeCalendar
from bot.app.office_checks import OfficeChecks
from bot.app.office_communications import OfficeCommunications
from bot.app.office_digest import OfficeDigest
from bot.app.office_figure import OfficeFigure
from bot.app.office_held import OfficeHeld
from bot.app.office_learning import OfficeLearning
from bot.app.office_media import OfficeMedia
from bot.app.office_meeting import OfficeMeeting
from bot.app.office_messages import OfficeMessages
from bot.app.office_paper import OfficePaper
from bot.app.office_plan import OfficePlan
from bot.app.office_privacy import OfficePrivacy
from bot.app.office_reports import OfficeReports
from bot.app.office_requests import OfficeRequests
from bot.app.office_tasks import OfficeTasks
from bot.app.office_teams import OfficeTeams
from bot.app.office_trainings import OfficeTrainings
from bot.app.office_units import OfficeUnits
from bot.app.office_words import OfficeWords
from bot.core.errors import NotFoundError, RuleError
from bot.core.periods import Period, today, week_of
from bot.core.vocabulary import AddressForm, Audience, Topic
from bot.library import Plan, sort_reviews
from bot.locale import Texts
from bot.reports.weekly import compare
from bot.services import access, entries, held, period_report, questions, stats, undelivered
from bot.services.access import Joining, Officer, SignedIn
from bot.web.office import Behind, Wanting, WeekBeside
from storage.database import Unit

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

HASHES_AT_ONCE = 1
"""Each takes a core for some 40 ms and 19 MiB; the other core of a small machine is the chat's."""
MOST_AT_ONCE = 25
"""More could not be answered within a second: whoever comes then is asked to come again."""


class OfficeDesk:
    """Answers what the office's pages ask; see ``bot.web.office.Desk`` for the promises."""

    def __init__(self, installation: Installation, media: MediaRoom) -> None:
        self.media = OfficeMedia(installation, media)
        self.messages = OfficeMessages(installation)
        self.privacy = OfficePrivacy(installation)
        self.paper = OfficePaper(installation)
        self.teams = OfficeTeams(installation)
        self.checks = OfficeChecks(installation)
        self.requests = OfficeRequests(installation)
        self.learning = OfficeLearning(installation)
        self.calendar = OfficeCalendar(installation)
        self.plan = OfficePlan(installation)
        self.tasks = OfficeTasks(installation)
        self.trainings = OfficeTrainings(installation)
        self.communications = OfficeCommunications(installation)
        self.held = OfficeHeld(installation)
        self.digest = OfficeDigest(installation)
        self.meeting = OfficeMeeting(installation)
        self.reports = OfficeReports(installation)
        self.units = OfficeUnits(installation)
        self.figure = OfficeFigure(installation)
        self.words = OfficeWords(installation)
        self._installation = installation
        self._database = installation.database
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._at_the_door = 0
        self.texts = Texts(installation.sentences, AddressForm.ANH_CHI.words)

    def now(self) -> datetime:
        """The moment, by the clock of the installation."""
        return self._database.clock()

    def form_token(self, token: str) -> str:
        """What forms of that cookie carry."""
        return access.form_token(self._database.keys, token)

    async def sign_in(self, login: str, password: str) -> SignedIn | None:
        """Count the try, compare outside the database, then sign in."""
        with self._place():  # before the try is counted against whoever has the name
            tried = await self._database.write_soon(access.begin_try, login)
            if tried.is_locked:
                raise RuleError("office.locked", "Sai quá 5 lần, chờ 15 phút.")
            if not await self._hash(access.is_right, tried.credential, password):
                return None
            return await self._database.write_soon(access.succeed, tried)

    async def join(self, joining: Joining) -> SignedIn:
        """Look at the code, hash outside the database, then spend the invitation."""
        communes = self._installation.communes
        with self._place():
            await self._database.read_soon(access.check_code, communes, joining.code)
            hashed = await self._hash(access.hash_password, joining)
            return await self._database.write_soon(access.join, communes, joining, hashed)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those who are let in at once; ``RuleError`` when there is none."""
        if self._at_the_door >= MOST_AT_ONCE:
            raise RuleError("office.busy", "Đông quá, chờ vài giây.")
        self._at_the_door += 1
        try:
            yield
        finally:
            self._at_the_door -= 1

    async def _hash(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        """Do the costly work in a thread, one after the other."""
        async with self._hashing:
            return await asyncio.to_thread(work, *args)

    async def find(self, token: str) -> Officer | None:
        """Who is signed in; writes once a minute of use, and never for a stranger."""
        seen = await self._database.read_soon(access.look_up, token)
        if seen.is_due:
            await self._database.write_soon(access.keep_up, token)
        return seen.officer

    async def sign_out(self, token: str) -> None:
        """End it."""
        await self._database.write_soon(access.sign_out, token)

    async def week(self, officer: Officer, week: Period) -> WeekBeside:
        """Both weeks read in one unit; before that the look stands in the audit log."""
        before = week_of(week.start - timedelta(days=7))
        plan, commune = self._plan(officer), officer.commune
        guides = self._installation.library.guides.values()

        def read(unit: Unit) -> WeekBeside:
            def report(period: Period) -> dict[str, Any]:
                return period_report.find(unit, commune, plan, period, Audience.INTERNAL)

            now, topics = report(week), [topic.value for topic in Topic]
            since = stats.known_since(unit, commune.id, today(unit.now))
            focus = [one for one in now["targets"] if one["focus"]]
            return WeekBeside(
                before=before,
                tables=compare(now, report(before), since, topics),
                data_hash=now["data_hash"],
                first_day=stats.first_day(unit, commune.id),
                titles=self._titles,
                targets=[one for one in focus if one["kind"] == "computed"],
                entered=[one for one in focus if one["kind"] == "entered"],
                traced=held.list_traced(plan),
                overdue_count=len(sort_reviews(guides, today(unit.now)).overdue),
                stuck=undelivered.count_stuck(unit, commune.id),
            )

        # Not one unit: on SQLite the whole chat would wait for the figures.
        await self._note(officer, f"{week.kind}:{week.key}")
        return await self._database.read_soon(read)

    async def entries(self, officer: Officer, week: Period, asked: Mapping[str, str]) -> Behind:
        """The rows behind a figure; the look stands in the audit log first."""
        commune = officer.commune.id
        heading = await self._database.read_soon(entries.find_heading, commune, asked)

        def read(unit: Unit) -> Behind:
            sheet = entries.behind(unit, commune, week, heading)
            is_known = stats.known_since(unit, commune, today(unit.now)).help < week.end
            return Behind(heading, sheet, is_known, self._titles)

        await self._note(officer, f"entries:{week.key}{heading.mark}")
        return await self._database.read_soon(read)

    async def wanting(self, officer: Officer) -> Wanting:
        """Guides by their day of review, and what none of them answers; noted in the audit log first."""
        library, commune = self._installation.library, officer.commune.id

        def read(unit: Unit) -> Wanting:
            day = today(unit.now)
            reviews = sort_reviews(library.guides.values(), day)
            unanswered = questions.list_unanswered(unit, commune, library.glossary)
            return Wanting(day, reviews, unanswered)

        await self._note(officer, "guides")
        return await self._database.read_soon(read)

    async def _note(self, officer: Officer, what: str) -> None:
        await self._database.write_soon(access.note_reading, officer, what)

    def _plan(self, officer: Officer) -> Plan:
        plan = self._installation.library.plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return plan

    @property
    def _titles(self) -> Mapping[str, str]:
        guides = self._installation.library.guides
        return {name: guide.title for name, guide in guides.items()}
