"""What the office sees of its teams and does about them; who only reads changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import Role
from bot.locale import Texts
from bot.services import joining, team_life, team_merging, teams
from bot.services.access import Officer
from bot.services.joining import Verdict, Waiting
from bot.services.team_merging import Described
from bot.services.teams import Invited, Wanted
from storage import audit, join_requests, memberships
from storage.audit import Act
from storage.communes import Commune, Team
from storage.database import Unit
from storage.mailbox import Worker
from storage.memberships import TeamMember


@dataclass(frozen=True, slots=True)
class Full:
    """A team with the people in it."""

    team: Described
    members: Sequence[TeamMember]


@dataclass(frozen=True, slots=True)
class Board:
    """Who waits to be let in, and the teams of today by kind."""

    waiting: Sequence[Waiting]
    teams: Sequence[Full]


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation as the form asks for it."""

    team_id: int
    role: Role
    name: str = ""
    is_open: bool = False


def read_board(unit: Unit, commune: Commune) -> Board:
    """Everything that the page shows."""
    people = memberships.list_members(unit, commune.id)
    found = team_merging.describe(unit, commune.id)
    full = [Full(one, [who for who in people if who.hat.team_id == one.id]) for one in found]
    return Board(join_requests.list_waiting(unit, commune.id), full)


def list_teams(unit: Unit, commune: Commune) -> list[Described]:
    """The teams of today, by kind."""
    return team_merging.describe(unit, commune.id)


def invite(unit: Unit, officer: Officer, asked: Asked) -> Invited:
    """A code for a team; ``RuleError`` for a role that is no team's and a team that is none of today."""
    _check(officer)
    team = _team(unit, officer, asked.team_id)
    if not asked.role.in_team:
        raise RuleError("teams.gone", "Vai trò này không thuộc tổ.")
    name = teams.kept_name(asked.name) or None
    wanted = Wanted(asked.role, team, None if asked.is_open else name, asked.is_open)
    return teams.make_invitation(unit, officer.commune, wanted, _who(officer))


def decide(unit: Unit, officer: Officer, decision: tuple[int, bool], texts: Texts) -> Verdict:
    """Let a newcomer in or not; ``RuleError`` when somebody was faster."""
    _check(officer)
    worker = Worker(officer.id, officer.name, officer.role, None, None)
    return joining.decide(unit, officer.commune, worker, decision, texts)


def move(unit: Unit, officer: Officer, member_id: int, between: tuple[int, int, Role]) -> None:
    """From (team) to (team, role); ``RuleError`` for teams that are none, or not the member's."""
    _check(officer)
    _team(unit, officer, between[1])
    if not between[2].in_team:
        raise RuleError("teams.gone", "Vai trò này không thuộc tổ.")
    team_life.move(unit, officer.commune.id, _who(officer), member_id, between)


def leave(unit: Unit, officer: Officer, member_id: int, team_id: int) -> None:
    """Out of that team; who has no other one is gone altogether, at once."""
    _check(officer)
    team_life.leave_team(unit, officer.commune.id, _who(officer), member_id, team_id)


def set_organisation(unit: Unit, officer: Officer, member_id: int, name: str) -> None:
    """Where the member comes from; ``RuleError`` when they have left."""
    _check(officer)
    kept = teams.kept_name(name) or None
    if not memberships.set_organisation(unit, officer.commune.id, member_id, kept):
        raise RuleError("teams.gone", "Người này đã rời tổ.")
    act = Act(_who(officer), "set-organisation", f"member:{member_id}")
    audit.record(unit, officer.commune.id, act)


def _check(officer: Officer) -> None:
    if not officer.role.may_change:
        raise NotAllowedError("Lãnh đạo chỉ xem, cán bộ mới đổi được.")


def _team(unit: Unit, officer: Officer, team_id: int) -> Team:
    for one in team_merging.describe(unit, officer.commune.id):
        if one.id == team_id:
            return Team(one.id, one.name)
    raise RuleError("teams.gone", "Tổ này không còn.")


def _who(officer: Officer) -> str:
    return f"staff:{officer.id}"
