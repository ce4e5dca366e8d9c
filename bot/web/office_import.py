"""The office's page of files typed from paper: looked at first, then taken as a whole, or taken back.

Nothing of a file is kept between looking and taking: the browser sends it twice, and its hash says that
it is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.core.errors import MediaError, NotFoundError, RuleError, TableError
from bot.core.vocabulary import Role
from bot.reports.reading import LARGEST_FILE, MOST_ROWS
from bot.services.access import Officer
from bot.services.import_attendance import SeatDraft
from bot.services.import_words import Words
from bot.services.imports import ATTENDANCE, HELP, MOST_FAULTS, Draft, Import, Taken
from bot.web.door import Door
from bot.web.forms import SIGNED
from bot.web.uploads import Limit

IMPORT = "/office/import"
LOOK = IMPORT + "/look"
TEMPLATE = IMPORT + "/mau.xlsx"
CLASS_TEMPLATE = IMPORT + "/mau-lop.xlsx"
ONE = IMPORT + r"/{number:\d{1,9}}/undo"
MOST_PREVIEWED = 20
LIMIT = Limit(LARGEST_FILE, "import.file-too-large")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READERS = (Role.OFFICER, Role.LEADER)
DONE = {
    "taken": "import.done-taken",
    "seated": "import.done-seated",
    "nothing": "import.done-nothing",
    "undone": "import.done-undone",
    "unseated": "import.done-unseated",
}
"""What an address may say was done."""
TAKEN = {HELP: "taken", ATTENDANCE: "seated"}
"""What is said of a file of each kind."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that came in, and by whose hand."""

    file: Import
    by: str | None  # None for the command line


@dataclass(frozen=True, slots=True)
class Looked:
    """A file as it was understood; ``is_other`` when it is not the one that was looked at before."""

    draft: Draft | SeatDraft
    words: Words
    titles: Mapping[str, str]  # of guides
    places: Mapping[int, str]  # of neighbourhoods
    kind: str
    is_other: bool = False


class ImportDesk(Protocol):
    """What this page asks for, of whom it has let in; each method is one piece of work of its own."""

    async def imports(self, officer: Officer) -> Sequence[Listed]:
        """The files that came in last."""

    async def look(self, officer: Officer, body: bytes, kind: str) -> Looked:
        """A file of that kind as it would come in; ``TableError`` for one that is no table of ours."""

    async def take(
        self, officer: Officer, body: bytes, file_hash: str, kind: str
    ) -> Taken | Looked:
        """Take the file that was looked at; one with faults, or another one, is shown instead."""

    async def undo(self, officer: Officer, number: int, reason: str) -> int:
        """Take a file back; ``RuleError`` or ``NotFoundError`` when that cannot be."""

    async def template(self, officer: Officer) -> bytes:
        """An empty form."""

    async def class_template(self, officer: Officer) -> bytes:
        """An empty list of a class."""


def add_office_import(app: web.Application, door: Door, desk: ImportDesk) -> None:
    """The routes of this page."""
    page = _Import(door, desk)
    app.router.add_get(IMPORT, page.show)
    app.router.add_post(IMPORT, page.take)
    app.router.add_post(LOOK, page.look)
    app.router.add_get(LOOK, page.show_again)
    app.router.add_get(TEMPLATE, page.template)
    app.router.add_get(CLASS_TEMPLATE, page.class_template)
    app.router.add_post(ONE, page.undo)


def may_read(door: Door, officer: Officer) -> None:
    """Paper of residents is for the office and its leaders; who runs the machine has no need of it."""
    if officer.role not in READERS:
        raise web.HTTPForbidden(text=door.texts.say("import.not-yours"))


def may_write(door: Door, officer: Officer) -> None:
    """An officer of the commune, nobody else."""
    may_read(door, officer)
    if officer.role is not Role.OFFICER:
        raise web.HTTPForbidden(text=door.texts.say("import.read-only"))


class _Import:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: ImportDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?done=taken&count=12`` says what has just been done."""
        officer = await self._door.officer(request)
        may_read(self._door, officer)
        done, count = DONE.get(request.query.get("done", "")), request.query.get("count", "")
        told = ""
        if done and count.isdecimal() and len(count) <= len(str(MOST_ROWS)):
            told = self._door.texts.say(done, count=int(count))
        return await self._page(request, officer, {"done": told})

    async def show_again(self, request: web.Request) -> web.Response:
        """What was looked at is kept nowhere: an address without a file leads back."""
        raise web.HTTPSeeOther(IMPORT)

    async def look(self, request: web.Request) -> web.Response:
        """What the file says, what is wrong with it."""
        officer = await self._door.officer(request)
        may_write(self._door, officer)
        try:
            upload = await self._door.read_upload(request, LIMIT)
            looked = await self._desk.look(officer, upload.body, _kind(upload.fields))
        except (MediaError, TableError) as error:
            return await self._refuse(request, officer, error)
        return await self._show_draft(request, officer, looked)

    async def take(self, request: web.Request) -> web.Response:
        """All of it, or nothing; a file that was not looked at is looked at first."""
        officer = await self._door.officer(request)
        may_write(self._door, officer)
        try:
            upload = await self._door.read_upload(request, LIMIT)
            given = upload.fields.get("hash", "")
            kind = _kind(upload.fields)
            taken = await self._desk.take(officer, upload.body, given, kind)
        except (MediaError, TableError) as error:
            return await self._refuse(request, officer, error)
        if isinstance(taken, Looked):
            return await self._show_draft(request, officer, taken)
        done = "nothing" if taken.import_id is None else TAKEN[kind]
        count = taken.known if taken.import_id is None else taken.added
        raise web.HTTPSeeOther(f"{IMPORT}?done={done}&count={count}#done")

    async def template(self, request: web.Request) -> web.Response:
        """An empty form with the teams of the commune."""
        officer = await self._door.officer(request)
        may_read(self._door, officer)
        return as_file(await self._desk.template(officer), "phieu-ho-tro.xlsx")

    async def class_template(self, request: web.Request) -> web.Response:
        """An empty list of a class."""
        officer = await self._door.officer(request)
        may_read(self._door, officer)
        return as_file(await self._desk.class_template(officer), "danh-sach-lop.xlsx")

    async def undo(self, request: web.Request) -> web.Response:
        """Take a file back, for a reason."""
        officer = await self._door.officer(request)
        may_write(self._door, officer)
        form = await self._door.read_form(request, SIGNED)
        number = int(request.match_info["number"])
        try:
            count = await self._desk.undo(officer, number, form.get("reason", "")[:400])
        except NotFoundError:
            raise web.HTTPNotFound from None
        except RuleError as error:
            fault = self._door.texts.say(error.code)
            return await self._page(request, officer, {"fault": fault, "fault_of": number})
        done = "undone" if _kind(form) == HELP else "unseated"
        raise web.HTTPSeeOther(f"{IMPORT}?done={done}&count={count}#done")

    async def _refuse(
        self, request: web.Request, officer: Officer, error: MediaError | TableError
    ) -> web.Response:
        fault = self._door.texts.say(error.code, **error.values)
        return await self._page(request, officer, {"fault": fault})

    async def _show_draft(
        self, request: web.Request, officer: Officer, looked: Looked
    ) -> web.Response:
        fault = self._door.texts.say("import.other-file") if looked.is_other else ""
        return await self._page(request, officer, {"looked": looked, "fault": fault})

    async def _page(
        self, request: web.Request, officer: Officer, told: Mapping[str, object]
    ) -> web.Response:
        looked = told.get("looked")
        values: dict[str, object] = {
            "looked": None,
            "done": "",
            "fault": "",
            "fault_of": None,
            "files": await self._desk.imports(officer),
            "may_write": officer.role is Role.OFFICER,
            "most_shown": MOST_PREVIEWED,
            "seats": ATTENDANCE,
            "most_faults": MOST_FAULTS,
            "line": lambda fault: fault.say(self._door.texts),
        }
        is_wrong = told.get("fault") or (isinstance(looked, Looked) and looked.draft.faults)
        return self._door.page(
            request, officer, "import.html", values | dict(told), 422 if is_wrong else 200
        )


def _kind(fields: Mapping[str, str]) -> str:
    """What the rows of a file are; help, where the form does not say."""
    return ATTENDANCE if fields.get("kind") == ATTENDANCE else HELP


def as_file(body: bytes, name: str) -> web.Response:
    """A workbook that the browser keeps under that name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type=XLSX, headers=headers)
