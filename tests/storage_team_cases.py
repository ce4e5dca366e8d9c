"""What is asked of storage about teams, hats and newcomers, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bot.core.messages import Address
from bot.core.vocabulary import Identity, Role, TeamKind
from storage import join_requests, memberships, staff, team_lines, team_series, workdays
from storage.database import Unit
from storage.team_lines import TeamLine
from tests.storage_tools import NEW_YEAR
from tests.storage_twins import DAY, Home

WEEK = (DAY, DAY + timedelta(days=7))
NOBODY = Identity(b"a chat that nobody has spoken in")
AGES = date(2026, 1, 1)


def line_of(unit: Unit, home: Home) -> TeamLine:
    (line,) = team_lines.list_lines(unit, home.id)
    return line


def chat_of(home: Home) -> tuple[Address, Identity]:
    return home.office.address("chú Ba"), home.tu


def asks(unit: Unit, home: Home) -> int:
    return join_requests.add(unit, home.id, home.invitation, chat_of(home), "chú Ba")


def number_of(unit: Unit, home: Home) -> int:
    (waiting,) = join_requests.list_waiting(unit, home.id)
    return waiting.id


def second_team(unit: Unit, home: Home) -> int:
    return team_lines.add_line(unit, home.id, "KP 9", TeamKind.NEIGHBOURHOOD, NEW_YEAR)


def hats_after(work: Callable[[Unit, Home], object]) -> Callable[[Unit, Home], Any]:
    """What the member is in after it, told without ids: they differ from call to call."""

    def case(unit: Unit, home: Home) -> Any:
        work(unit, home)
        hats = memberships.list_hats(unit, home.id, home.office.member)
        return [(hat.team, hat.role) for hat in hats]

    return case


def member_hat(home: Home) -> tuple[int, Role]:
    return home.office.team, Role.TEAM_LEADER


TEAM_CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "join_requests.add": lambda u, h: bool(asks(u, h)),
    "join_requests.list_waiting": lambda u, h: [
        join_requests.list_waiting(u, h.id, teams) for teams in (None, [h.office.team])
    ],
    "join_requests.count_waiting": lambda u, h: [
        join_requests.count_waiting(u, h.id, teams) for teams in (None, [h.office.team])
    ],
    "join_requests.find_waiting": lambda u, h: join_requests.find_waiting(u, h.id, h.tu),
    "join_requests.get": lambda u, h: join_requests.get(u, h.id, number_of(u, h)),
    "join_requests.decide": lambda u, h: join_requests.decide(
        u, h.id, number_of(u, h), True, "staff:1"
    ),
    "memberships.list_hats": lambda u, h: memberships.list_hats(u, h.id, h.office.member),
    "memberships.list_members": lambda u, h: [
        memberships.list_members(u, h.id, teams) for teams in (None, [h.office.team])
    ],
    "memberships.put_on": hats_after(
        lambda u, h: memberships.put_on(u, h.id, h.office.member, member_hat(h))
    ),
    "memberships.take_off": hats_after(
        lambda u, h: memberships.take_off(u, h.id, h.office.member, h.office.team)
    ),
    "memberships.wear": lambda u, h: memberships.wear(u, h.id, h.office.member, member_hat(h)),
    "memberships.change_worn": lambda u, h: memberships.change_worn(
        u, h.id, h.office.member, h.office.team, member_hat(h)
    ),
    "memberships.list_moved": lambda u, h: memberships.list_moved(u, h.id, h.office.team, u.now),
    "memberships.hat_since": lambda u, h: memberships.hat_since(
        u, h.id, h.office.member, h.office.team
    ),
    "memberships.set_organisation": lambda u, h: memberships.set_organisation(
        u, h.id, h.office.member, "VNPT"
    ),
    "memberships.leave": lambda u, h: [
        memberships.leave(u, h.id, h.office.member),
        memberships.list_members(u, h.id),
    ],
    "memberships.leave_office": lambda u, h: memberships.leave_office(u, h.id, h.officer.id),
    "memberships.leader_chats": lambda u, h: [
        memberships.put_on(u, h.id, h.office.member, member_hat(h)),
        memberships.leader_chats(u, h.id, h.office.team),
    ],
    "staff.open_invitation": lambda u, h: [
        staff.open_invitation(u, h.id, h.invitation),
        staff.find_invitation(u, h.id, h.code_hash),
    ],
    "staff.get_invitation": lambda u, h: staff.get_invitation(u, h.id, h.invitation),
    "team_lines.list_lines": lambda u, h: team_lines.list_lines(u, h.id),
    "team_lines.add_line": lambda u, h: bool(second_team(u, h)),
    "team_lines.set_end": lambda u, h: [
        team_lines.set_end(u, h.id, line_of(u, h), None, DAY),
        team_lines.list_lines(u, h.id),
    ],
    "team_lines.rename_line": lambda u, h: [
        team_lines.rename_line(u, h.id, line_of(u, h), "KP Mới"),
        team_lines.list_lines(u, h.id),
    ],
    "team_lines.has_entries": lambda u, h: team_lines.has_entries(u, h.id, h.office.team, AGES),
    "team_series.family": lambda u, h: team_series.family(u, h.id, h.office.team),
    "team_series.visits_by_week": lambda u, h: team_series.visits_by_week(
        u, h.id, [h.office.team], WEEK
    ),
    "team_series.list_logged": lambda u, h: team_series.list_logged(u, h.id, [h.office.team], WEEK),
    "team_series.list_unfinished": lambda u, h: team_series.list_unfinished(
        u, h.id, [h.office.team], AGES, 3
    ),
    "workdays.list_worked": lambda u, h: [
        workdays.list_worked(u, h.id, teams, WEEK) for teams in (None, [h.office.team])
    ],
}

Strange = Callable[[Unit, Home, Home], Any]
TEAM_STRANGE: dict[str, Strange] = {
    "join_requests.add: invitation": lambda u, a, b: join_requests.add(
        u, a.id, b.invitation, chat_of(a), "x"
    ),
    "join_requests.add: account": lambda u, a, b: join_requests.add(
        u, a.id, a.invitation, (b.office.address("x"), NOBODY), "x"
    ),
    "join_requests.get": lambda u, a, b: join_requests.get(u, a.id, number_of(u, b)),
    "join_requests.find_waiting": lambda u, a, b: join_requests.find_waiting(u, a.id, b.tu),
    "join_requests.list_waiting": lambda u, a, b: join_requests.list_waiting(
        u, a.id, [b.office.team]
    ),
    "join_requests.decide": lambda u, a, b: join_requests.decide(
        u, a.id, number_of(u, b), True, "staff:1"
    ),
    "memberships.list_hats": lambda u, a, b: memberships.list_hats(u, a.id, b.office.member),
    "memberships.list_members": lambda u, a, b: memberships.list_members(u, a.id, [b.office.team]),
    "memberships.put_on: member": lambda u, a, b: memberships.put_on(
        u, a.id, b.office.member, member_hat(a)
    ),
    "memberships.put_on: team": lambda u, a, b: memberships.put_on(
        u, a.id, a.office.member, member_hat(b)
    ),
    "memberships.take_off": lambda u, a, b: bool(
        memberships.take_off(u, a.id, b.office.member, b.office.team)
    ),
    "memberships.wear: member": lambda u, a, b: memberships.wear(
        u, a.id, b.office.member, member_hat(a)
    ),
    "memberships.wear: team": lambda u, a, b: memberships.wear(
        u, a.id, a.office.member, member_hat(b)
    ),
    "memberships.set_organisation": lambda u, a, b: memberships.set_organisation(
        u, a.id, b.office.member, "x"
    ),
    "memberships.leave": lambda u, a, b: memberships.leave(u, a.id, b.office.member),
    "memberships.leave_office": lambda u, a, b: memberships.leave_office(u, a.id, b.officer.id),
    "memberships.leader_chats": lambda u, a, b: memberships.leader_chats(u, a.id, b.office.team),
    "staff.open_invitation": lambda u, a, b: staff.open_invitation(u, a.id, b.invitation),
    "staff.get_invitation": lambda u, a, b: staff.get_invitation(u, a.id, b.invitation),
    "team_lines.set_end": lambda u, a, b: team_lines.set_end(u, a.id, line_of(u, b), None, DAY),
    "team_lines.set_end: into": lambda u, a, b: team_lines.set_end(
        u, a.id, line_of(u, a), line_of(u, b), DAY
    ),
    "team_lines.rename_line": lambda u, a, b: team_lines.rename_line(u, a.id, line_of(u, b), "x"),
    "team_lines.has_entries": lambda u, a, b: team_lines.has_entries(u, a.id, b.office.team, AGES),
    "team_series.family": lambda u, a, b: team_series.family(u, a.id, b.office.team),
    "team_series.list_logged": lambda u, a, b: team_series.list_logged(
        u, a.id, [b.office.team], WEEK
    ),
    "team_series.list_unfinished": lambda u, a, b: team_series.list_unfinished(
        u, a.id, [b.office.team], AGES, 3
    ),
    "workdays.list_worked": lambda u, a, b: workdays.list_worked(u, a.id, [b.office.team], WEEK),
}
"""What is asked with an id of the other commune: it is refused or finds nothing."""
