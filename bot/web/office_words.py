"""The office's page of what is typed into a report: prose, notes on targets, estimates, its letter paper.

What was typed wrong stays in its field. The draft can be read here, and taken as DOCX.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from bot.core.errors import MediaError, NotAllowedError, RuleError, TableError
from bot.core.periods import Period, PeriodError, parse
from bot.core.vocabulary import NotePart, Role
from bot.reports.document import Part
from bot.reports.docx_template import LARGEST_FILE, PLACES
from bot.services.access import Officer
from bot.services.period_notes import LONGEST_NOTE, LONGEST_PROSE, PROSE, READERS, Written
from bot.services.report_drafts import Kept
from bot.services.report_letter import HEADERS
from bot.web.door import Door
from bot.web.forms import SIGNED
from bot.web.uploads import Limit

WORDS = "/office/report-words"
OF_TARGET = WORDS + "/targets"
DRAFT = WORDS + "/du-thao.docx"
PAPER = WORDS + "/{header:ubnd|phong}"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LIMIT = Limit(LARGEST_FILE, "words-page.too-large")
DONE = {
    "kept": "words-page.done-kept",
    "noted": "words-page.done-noted",
    "paper": "words-page.done-paper",
    "dropped": "words-page.done-dropped",
    "nothing": "words-page.done-nothing",
}
"""What an address may say was done."""
PERIOD = "period"


@dataclass(frozen=True, slots=True)
class WordsSheet:
    """All that the page shows of a period."""

    period: Period
    name: str
    choices: Sequence[tuple[str, str]]  # kind:key, how it is called
    written: Written
    targets: Sequence[Mapping[str, Any]]
    parts: Sequence[Part]
    templates: Mapping[str, Kept]
    header: str  # that of the plan


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said beside a form: a fault, and what was typed into which."""

    fault: str = ""
    of: str = ""  # prose, the id of a target, a header
    typed: Mapping[str, str] | None = None


class WordsDesk(Protocol):
    """What this page asks for; ``NotAllowedError`` for who may not, ``RuleError`` for a wrong word."""

    def usual_period(self) -> Period:
        """The month that a report is due of: the one before today's."""

    async def sheet(self, officer: Officer, period: Period) -> WordsSheet:
        """What stands for a period, and the draft as it reads now."""

    async def keep_prose(
        self, officer: Officer, period: Period, typed: Mapping[NotePart, str]
    ) -> None:
        """Parts of the body."""

    async def keep_of_target(
        self, officer: Officer, of: tuple[Period, str], note: str, estimate: str
    ) -> None:
        """A note and an estimate of a target of the plan."""

    def require_writer(self, officer: Officer) -> None:
        """Nothing for who may change; ``NotAllowedError`` before a file is read."""

    async def keep_template(self, officer: Officer, header: str, body: bytes) -> None:
        """Letter paper; ``TableError`` says what is wrong with it."""

    async def drop_template(self, officer: Officer, header: str) -> bool:
        """Back to the built-in layout; False when that is in use."""

    async def template(self, officer: Officer, header: str) -> tuple[str, bytes] | None:
        """Name and content of what the office sent; None when it sent nothing."""

    async def example(self, officer: Officer, header: str) -> tuple[str, bytes]:
        """The built-in layout with every place in it."""

    async def draft(
        self, officer: Officer, period: Period, header: str | None
    ) -> tuple[str, bytes]:
        """Name and content of the draft as it leaves the office; ``RuleError`` when it cannot be drawn."""


def add_office_words(app: web.Application, door: Door, desk: WordsDesk) -> None:
    """The routes of this page."""
    words = _Words(door, desk)
    app.router.add_get(WORDS, words.show)
    app.router.add_post(WORDS, words.keep)
    app.router.add_post(OF_TARGET, words.note)
    app.router.add_get(DRAFT, words.draft)
    app.router.add_get(PAPER + "/mau.docx", words.template)
    app.router.add_get(PAPER + "/vi-du.docx", words.example)
    app.router.add_post(PAPER + "/template", words.keep_template)
    app.router.add_post(PAPER + "/gone", words.drop_template)


class _Words:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: WordsDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?done=kept`` says what has just been done."""
        officer = await self._reader(request)
        try:
            period = self._period(request.query)
        except RuleError as error:
            fault = self._door.texts.say(error.code)
            return await self._page(request, officer, self._desk.usual_period(), _Told(fault))
        return await self._page(request, officer, period, _Told())

    async def keep(self, request: web.Request) -> web.Response:
        """Four parts of prose at once."""
        officer = await self._writer(request)
        form = await self._door.read_long_form(request)
        period = self._sent_period(form)
        typed = {part: form.get(part.value, "").replace("\r\n", "\n") for part in PROSE}
        try:
            await self._desk.keep_prose(officer, period, typed)
        except RuleError as error:
            return await self._refuse(request, officer, period, (error, "prose", form))
        raise self._back(period, "kept", "#done")

    async def note(self, request: web.Request) -> web.Response:
        """A note and an estimate of one target."""
        officer = await self._writer(request)
        form = await self._door.read_long_form(request)
        period, target = self._sent_period(form), form.get("target", "")
        try:
            await self._desk.keep_of_target(
                officer, (period, target), form.get("note", ""), form.get("estimate", "")
            )
        except RuleError as error:
            return await self._refuse(request, officer, period, (error, target, form))
        raise self._back(period, "noted", f"#target-{target}")

    async def draft(self, request: web.Request) -> web.Response:
        """The draft as DOCX, for the outside."""
        officer = await self._reader(request)
        header = request.query.get("header")
        period = self._sent_period(request.query)
        wanted = header if header in HEADERS else None
        try:
            return _as_docx(await self._desk.draft(officer, period, wanted))
        except RuleError as error:
            raise web.HTTPServiceUnavailable(text=self._door.texts.say(error.code)) from None

    async def template(self, request: web.Request) -> web.Response:
        """The letter paper that the office sent."""
        officer = await self._reader(request)
        found = await self._desk.template(officer, request.match_info["header"])
        if found is None:
            raise web.HTTPNotFound
        return _as_docx(found)

    async def example(self, request: web.Request) -> web.Response:
        """A paper to begin from."""
        officer = await self._reader(request)
        return _as_docx(await self._desk.example(officer, request.match_info["header"]))

    async def keep_template(self, request: web.Request) -> web.Response:
        """A paper is looked at whole before it is kept."""
        officer = await self._writer(request)
        header, period = request.match_info["header"], self._desk.usual_period()
        try:
            upload = await self._door.read_upload(request, LIMIT)
            await self._desk.keep_template(officer, header, upload.body)
        except (MediaError, TableError) as error:
            fault = self._door.texts.say(error.code, **error.values)
            return await self._page(request, officer, period, _Told(fault, header))
        raise self._back(period, "paper", "#done")

    async def drop_template(self, request: web.Request) -> web.Response:
        """Back to the built-in layout."""
        officer = await self._writer(request)
        await self._door.read_form(request, SIGNED)
        is_done = await self._desk.drop_template(officer, request.match_info["header"])
        done = "dropped" if is_done else "nothing"
        raise self._back(self._desk.usual_period(), done, "#done")

    async def _reader(self, request: web.Request) -> Officer:
        officer = await self._door.officer(request)
        if officer.role not in READERS:
            raise web.HTTPForbidden(text=self._door.texts.say("words-page.not-yours"))
        return officer

    async def _writer(self, request: web.Request) -> Officer:
        officer = await self._reader(request)
        try:
            self._desk.require_writer(officer)
        except NotAllowedError:
            raise web.HTTPForbidden(text=self._door.texts.say("words-page.read-only")) from None
        return officer

    def _period(self, asked: Mapping[str, str]) -> Period:
        """The one that was asked for, else the usual one; ``RuleError`` for no name of a period."""
        name = asked.get(PERIOD, "")
        try:
            return parse(name) if name else self._desk.usual_period()
        except PeriodError as error:
            raise RuleError("words-page.period", str(error)) from None

    def _sent_period(self, asked: Mapping[str, str]) -> Period:
        """The same where nobody chose it by hand."""
        try:
            return self._period(asked)
        except RuleError as error:
            raise web.HTTPBadRequest(text=self._door.texts.say(error.code)) from None

    def _back(self, period: Period, done: str, mark: str) -> web.HTTPSeeOther:
        return web.HTTPSeeOther(f"{WORDS}?period={name_of(period)}&done={done}{mark}")

    async def _refuse(
        self,
        request: web.Request,
        officer: Officer,
        period: Period,
        wrong: tuple[RuleError, str, Mapping[str, str]],
    ) -> web.Response:
        error, of, form = wrong
        told = _Told(self._door.texts.say(error.code), of, form)
        return await self._page(request, officer, period, told)

    async def _page(
        self, request: web.Request, officer: Officer, period: Period, told: _Told
    ) -> web.Response:
        sheet = await self._desk.sheet(officer, period)
        done = DONE.get(request.query.get("done", "")) if not told.fault else None
        values = {
            "sheet": sheet,
            "told": told,
            "typed": told.typed or {},
            "chosen": name_of(period),
            "prose": PROSE,
            "headers": HEADERS,
            "places": PLACES,
            "longest_prose": LONGEST_PROSE,
            "longest_note": LONGEST_NOTE,
            "most_megabytes": LARGEST_FILE // 1024**2,
            "may_act": officer.role is Role.OFFICER and not sheet.written.is_frozen,
            "may_send": officer.role is Role.OFFICER,
            "done": self._door.texts.say(done) if done else "",
        }
        status = 422 if told.fault else 200
        return self._door.page(request, officer, "report-words.html", values, status)


def name_of(period: Period) -> str:
    """How an address calls a period."""
    return period.key if period.kind == "custom" else f"{period.kind}:{period.key}"


def _as_docx(file: tuple[str, bytes]) -> web.Response:
    name, body = file
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type=DOCX, headers=headers)
