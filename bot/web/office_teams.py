"""The office's page of teams: who is in which, who waits, invitations, moving, leaving, working days."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web
from markupsafe import Markup

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import Period, PeriodError, parse, today
from bot.core.vocabulary import Role
from bot.services.access import Officer
from bot.services.team_desk import Asked, Board
from bot.services.teams import VALID_FOR, Invited
from bot.web.door import Door
from bot.web.forms import SIGNED

TEAMS = "/office/teams"
MEMBER = TEAMS + r"/members/{number:\d{1,9}}"
WAITING = TEAMS + r"/waiting/{number:\d{1,9}}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPEN = "open"
ROLES = (Role.MEMBER, Role.TEAM_LEADER)
DONE = {
    "admitted": "teams.done-admitted",
    "refused": "teams.done-refused",
    "moved": "teams.done-moved",
    "left": "teams.done-left",
    "kept": "teams.done-kept",
    "gone": "teams.gone",
}
"""What an address may say was done."""


@dataclass(frozen=True, slots=True)
class Way:
    """A link by which somebody joins, and the same as a code to scan (an SVG of our own)."""

    title: str
    url: str
    drawing: str
    brings_code: bool

    @property
    def code(self) -> Markup:
        """The drawing as it goes into the page."""
        return Markup(self.drawing)  # noqa: S704 – drawn by segno, see above


@dataclass(frozen=True, slots=True)
class Ready:
    """A fresh invitation: the code is shown once."""

    invited: Invited
    ways: Sequence[Way]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file to keep."""

    name: str
    body: bytes


class TeamsDesk(Protocol):
    """What this page asks for; each method is one piece of work of its own.

    All that changes something raises ``NotAllowedError`` for who only reads, and ``RuleError`` when what the
    form was about is not so any more.
    """

    async def board(self, officer: Officer) -> Board:
        """The teams of the officer's commune with their members, and who waits."""

    async def invite(self, officer: Officer, asked: Asked) -> Ready:
        """A code for a team, for one person or for many."""

    async def decide(self, officer: Officer, number: int, is_yes: bool) -> None:
        """Let a newcomer in, or not."""

    async def move(self, officer: Officer, member: int, between: tuple[int, int, Role]) -> None:
        """A member goes from one team to another, or gets another role."""

    async def leave(self, officer: Officer, member: int, team: int) -> None:
        """A member leaves a team; without another one they lose every right at once."""

    async def set_organisation(self, officer: Officer, member: int, name: str) -> None:
        """Where a member comes from."""

    async def workdays(self, officer: Officer, team: int | None, month: Period) -> Sheet:
        """The sheet of working days; ``NotFoundError`` for a team that the commune has not."""


def add_office_teams(app: web.Application, door: Door, desk: TeamsDesk) -> None:
    """The routes of this page."""
    teams = _Teams(door, desk)
    app.router.add_get(TEAMS, teams.show)
    app.router.add_get(TEAMS + "/workdays", teams.workdays)
    app.router.add_post(TEAMS + "/invitations", teams.invite)
    app.router.add_post(WAITING + "/admit", teams.admit)
    app.router.add_post(WAITING + "/refuse", teams.refuse)
    app.router.add_post(MEMBER + "/move", teams.move)
    app.router.add_post(MEMBER + "/leave", teams.leave)
    app.router.add_post(MEMBER + "/organisation", teams.set_organisation)


class _Teams:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: TeamsDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?done=moved`` says what has just been done."""
        officer = await self._door.officer(request)
        board = await self._desk.board(officer)
        done = DONE.get(request.query.get("done", ""))
        kinds = list(dict.fromkeys(one.team.kind for one in board.teams))
        values = {
            "board": board,
            "kinds": [(kind, [t for t in board.teams if t.team.kind is kind]) for kind in kinds],
            "people": len({who.id for one in board.teams for who in one.members}),
            "month": f"{today(self._door.now()):%Y-%m}",
            "roles": ROLES,
            "done": self._door.texts.say(done) if done else "",
        }
        return self._door.page(request, officer, "teams.html", values)

    async def workdays(self, request: web.Request) -> web.Response:
        """The sheet of a month: ``?month=2026-11``, then ``&team=3`` for one team alone."""
        officer = await self._door.officer(request)
        team = request.query.get("team", "")
        try:
            month = parse(f"month:{request.query.get('month', '')}")
            sheet = await self._desk.workdays(officer, _number(team) if team else None, month)
        except (PeriodError, NotFoundError):
            raise web.HTTPNotFound from None
        disposition = f'attachment; filename="{sheet.name}"'
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return web.Response(body=sheet.body, content_type=XLSX, headers=headers)

    async def invite(self, request: web.Request) -> web.Response:
        """A fresh code on a page of its own, to be printed or passed on."""
        officer = await self._door.officer(request)
        form = await self._door.read_form(request, SIGNED)
        is_open = form.get("role") == OPEN
        role = Role.MEMBER if is_open else _role(form)
        asked = Asked(_number(form.get("team", "")), role, form.get("name", "")[:200], is_open)
        ready = await self._try(self._desk.invite(officer, asked))
        if ready is None:
            raise web.HTTPSeeOther(f"{TEAMS}?done=gone#done")
        values = {"ready": ready, "name": asked.name, "days": VALID_FOR.days}
        return self._door.page(request, officer, "invitation.html", values)

    async def admit(self, request: web.Request) -> web.Response:
        """The newcomer is in."""
        officer, number, _ = await self._read(request)
        raise await self._end(self._desk.decide(officer, number, is_yes=True), "admitted")

    async def refuse(self, request: web.Request) -> web.Response:
        """The newcomer is not let in."""
        officer, number, _ = await self._read(request)
        raise await self._end(self._desk.decide(officer, number, is_yes=False), "refused")

    async def move(self, request: web.Request) -> web.Response:
        """To another team, or another role."""
        officer, member, form = await self._read(request)
        teams = (_number(form.get("from", "")), _number(form.get("to", "")))
        between = (*teams, _role(form))
        raise await self._end(self._desk.move(officer, member, between), "moved")

    async def leave(self, request: web.Request) -> web.Response:
        """Out of a team."""
        officer, member, form = await self._read(request)
        team = _number(form.get("team", ""))
        raise await self._end(self._desk.leave(officer, member, team), "left")

    async def set_organisation(self, request: web.Request) -> web.Response:
        """Where a member comes from."""
        officer, member, form = await self._read(request)
        name = form.get("organisation", "")[:200]
        raise await self._end(self._desk.set_organisation(officer, member, name), "kept")

    async def _read(self, request: web.Request) -> tuple[Officer, int, Mapping[str, str]]:
        officer = await self._door.officer(request)
        form = await self._door.read_form(request, SIGNED)
        return officer, int(request.match_info["number"]), form

    async def _end(self, work: Coroutine[Any, Any, None], done: str) -> web.HTTPSeeOther:
        """Back to the page with what was done, or that it was not to be done any more."""
        try:
            await work
        except RuleError:
            done = "gone"
        except NotAllowedError:
            raise self._read_only() from None
        return web.HTTPSeeOther(f"{TEAMS}?done={done}#done")

    async def _try(self, work: Coroutine[Any, Any, Ready]) -> Ready | None:
        try:
            return await work
        except RuleError:
            return None
        except NotAllowedError:
            raise self._read_only() from None

    def _read_only(self) -> web.HTTPForbidden:
        return web.HTTPForbidden(text=self._door.texts.say("teams.read-only"))


def _number(text: str) -> int:
    """A number of a row; 0, which no row has, for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len("999999999")
    return int(text) if is_number else 0


def _role(form: Mapping[str, str]) -> Role:
    """The role of the form; the smallest one for anything that is none."""
    return Role.TEAM_LEADER if form.get("role") == Role.TEAM_LEADER else Role.MEMBER
