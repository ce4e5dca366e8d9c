"""Life in a team: several hats, moving, leaving, the share of the own work, the leader's week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.errors import NotFoundError, RuleError
from bot.core.periods import week_of
from bot.core.vocabulary import CommuneId, Role
from bot.locale import local_day
from bot.services import teams
from bot.services.teams import CONSOLE, actor
from storage import audit, help_figures, help_requests, memberships, sign_ins, team_series
from storage.audit import Act
from storage.communes import Commune, Team
from storage.database import Unit
from storage.help_entries import By
from storage.mailbox import Worker as Worker
from storage.memberships import Hat as Hat  # conversations take it from here
from storage.memberships import TeamMember as TeamMember
from storage.sign_ins import Officer
from storage.team_series import Logged, Unfinished

MOST_CASES = 3
CASES_OF = timedelta(days=31)
WEEK = timedelta(days=7)


# ---- hats ---------------------------------------------------------------------------------------


def list_hats(unit: Unit, commune: CommuneId, member: Worker) -> list[Hat]:
    """The teams that this member is in, the oldest hat first."""
    return memberships.list_hats(unit, commune, member.id)


def wear(unit: Unit, commune: CommuneId, member: Worker, team_id: int) -> Hat:
    """What the member logs counts for that team from now on; ``RuleError`` for a team they are not in."""
    hat = _own_hat(unit, commune, member.id, team_id)
    memberships.wear(unit, commune, member.id, (hat.team_id, hat.role))
    audit.record(unit, commune, Act(actor(member), "wear-hat", f"team:{team_id}"))
    return hat


def _own_hat(unit: Unit, commune: CommuneId, member_id: int, team_id: int) -> Hat:
    hats = memberships.list_hats(unit, commune, member_id)
    for hat in hats:
        if hat.team_id == team_id:
            return hat
    raise RuleError("hats.gone", "Người này không ở tổ đó.")


# ---- moving and leaving -------------------------------------------------------------------------


def move(
    unit: Unit, commune: CommuneId, who: str, member_id: int, between: tuple[int, int, Role]
) -> None:
    """From one team to another, or to another role; ``who`` is how the audit log names whose act it is.

    ``between`` is (team that ends, team that begins, role there); both may be the same team. ``RuleError``
    for a team that the member is not in.
    """
    old, new, role = between
    _own_hat(unit, commune, member_id, old)
    memberships.take_off(unit, commune, member_id, old)
    memberships.put_on(unit, commune, member_id, (new, role))
    memberships.wear(unit, commune, member_id, (new, role))
    audit.record(unit, commune, Act(who, "move-member", f"member:{member_id}"))


def leave_team(unit: Unit, commune: CommuneId, who: str, member_id: int, team_id: int) -> bool:
    """Out of one team; who has no other is gone altogether. True when they are gone.

    ``RuleError`` for a team that the member is not in.
    """
    _own_hat(unit, commune, member_id, team_id)
    others = [
        hat for hat in memberships.list_hats(unit, commune, member_id) if hat.team_id != team_id
    ]
    if not others:
        leave(unit, commune, who, member_id)
        return True
    memberships.take_off(unit, commune, member_id, team_id)
    help_requests.let_go(unit, commune, By(member_id), [team_id])
    first = (others[0].team_id, others[0].role)
    memberships.change_worn(unit, commune, member_id, team_id, first)
    audit.record(unit, commune, Act(who, "leave-team", f"member:{member_id}"))
    return False


def move_over(unit: Unit, commune: CommuneId, member: Worker, between: tuple[int, int]) -> Hat:
    """The member, who is in both, goes on in the second team alone; ``RuleError`` as above."""
    old, new = between
    _own_hat(unit, commune, member.id, old)
    hat = wear(unit, commune, member, new)
    leave_team(unit, commune, actor(member), member.id, old)
    return hat


def leave(unit: Unit, commune: CommuneId, who: str, member_id: int) -> None:
    """Gone the same moment: no hat, no chat, no stored phone. What was logged stays.

    ``RuleError`` when they have left before.
    """
    if not memberships.leave(unit, commune, member_id):
        raise RuleError("leave.gone", "Người này đã rời tổ rồi.")
    help_requests.let_go(unit, commune, By(member_id))
    audit.record(unit, commune, Act(who, "leave", f"member:{member_id}"))


def leave_office(unit: Unit, commune: CommuneId, who: str, officer: Officer) -> None:
    """Gone the same moment, with password, sign-ins and chats; ``RuleError`` as above."""
    if not memberships.leave_office(unit, commune, officer.id):
        raise RuleError("leave.gone", "Người này đã nghỉ rồi.")
    help_requests.let_go(unit, commune, By(staff_id=officer.id))
    audit.record(unit, commune, Act(who, "leave", f"staff:{officer.id}"))


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody of that name: hats of one member, or somebody of the office."""

    hats: list[TeamMember]
    officer: Officer | None = None


def find_by_name(unit: Unit, commune: Commune, name: str, team: Team | None) -> Found:
    """The only one of that name, in that team if one is named; ``NotFoundError`` says what else to give."""
    wanted = teams.kept_name(name).casefold()
    known = memberships.list_members(unit, commune.id)
    same = [one for one in known if one.name.casefold() == wanted]
    ids = {one.id for one in same if team is None or one.hat.team_id == team.id}
    officers = [
        one
        for one in sign_ins.list_officers(unit, commune.id)
        if team is None and one.name.casefold() == wanted
    ]
    if len(ids) + len(officers) == 1:
        return Found([one for one in same if one.id in ids], next(iter(officers), None))
    if not ids and not officers:
        raise NotFoundError(f"Không có ai tên “{name}” đang ở tổ hay văn phòng của {commune.name}.")
    where = ", ".join(sorted({one.hat.team for one in same} | {"văn phòng" for _ in officers}))
    raise NotFoundError(
        f"Có nhiều người tên “{name}” ({where}): thêm --team, hoặc làm ở /office/teams."
    )


@dataclass(frozen=True, slots=True)
class Going:
    """Who moves by name: from which team (needed when it is not clear), to which, as what there."""

    name: str
    origin: str | None
    target: str
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """Names of the team that was left and of the one that was gone to."""

    old: str
    new: str


def move_by_name(unit: Unit, commune: Commune, going: Going) -> Moved:
    """Move a member for whom somebody sits at the command line; errors say what else to give."""
    origin = teams.find_team(unit, commune, going.origin) if going.origin else None
    target = teams.find_team(unit, commune, going.target)
    found = find_by_name(unit, commune, going.name, origin)
    hats = [one for one in found.hats if origin is None or one.hat.team_id == origin.id]
    if len(hats) != 1:
        where = ", ".join(one.hat.team for one in hats) or "văn phòng"
        raise RuleError("move.which", f"{going.name} đang ở: {where}. Thêm --from với một tổ.")
    hat = hats[0].hat
    between = (hat.team_id, target.id, going.role or hat.role)
    move(unit, commune.id, CONSOLE, hats[0].id, between)
    return Moved(hat.team, target.name)


def leave_by_name(unit: Unit, commune: Commune, name: str, team_name: str | None) -> bool:
    """The same for who leaves a team, or everything; True when they are gone altogether."""
    team = teams.find_team(unit, commune, team_name) if team_name else None
    found = find_by_name(unit, commune, name, team)
    if found.officer is not None:
        leave_office(unit, commune.id, CONSOLE, found.officer)
        return True
    if team is not None:
        return leave_team(unit, commune.id, CONSOLE, found.hats[0].id, team.id)
    leave(unit, commune.id, CONSOLE, found.hats[0].id)
    return True


# ---- figures of a team --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """Visits of this week: the own ones, those of the team, and the team's of last week."""

    own_visits: int
    team_visits: int
    team_last_week: int


def share(unit: Unit, commune: CommuneId, member: Worker) -> Share:
    """The own work beside the team's, for the hat worn now; nobody is ranked, no target is made up."""
    now, before = _two_weeks(local_day(unit.now))
    family = _family(unit, commune, member)
    logged = team_series.list_logged(unit, commune, family, now)
    weeks = team_series.visits_by_week(unit, commune, family, (before[0], now[1]))
    own = sum(one.visits for one in logged if one.member_id == member.id)
    return Share(own, weeks[1].visits, weeks[0].visits)


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """What a leader needs for the talk with the team: this week, who is silent, whom to ring, whom to thank.

    ``last_week`` is None when nothing was recorded that early.
    """

    team: str
    visits: int
    last_week: int | None
    silent: list[str]
    cases: list[Unfinished]
    thanks: Logged | None


def team_week(unit: Unit, commune: CommuneId, leader: Worker) -> TeamWeek:
    """The week of the team whose leader somebody is; ``RuleError`` for anybody else."""
    if leader.role is not Role.TEAM_LEADER or leader.team_id is None:
        raise RuleError("week.leader-only", "Phần này của tổ trưởng.")
    today = local_day(unit.now)
    now, before = _two_weeks(today)
    family = _family(unit, commune, leader)
    weeks = team_series.visits_by_week(unit, commune, family, (before[0], now[1]))
    logged = team_series.list_logged(unit, commune, family, now)
    active = {one.member_id for one in logged} | {leader.id}
    members = memberships.list_members(unit, commune, [leader.team_id])
    since = help_figures.first_day(unit, commune)
    return TeamWeek(
        team=leader.team or "",
        visits=weeks[1].visits,
        last_week=weeks[0].visits if since and since < before[1] else None,
        silent=[one.name for one in members if one.id not in active],
        cases=team_series.list_unfinished(unit, commune, family, today - CASES_OF, MOST_CASES),
        thanks=_in_turn([one for one in logged if one.member_id != leader.id], today),
    )


def _in_turn(logged: list[Logged], today: date) -> Logged | None:
    """Somebody who logged, another one each week: thanks are no prize for the most."""
    named = [one for one in logged if one.name]
    return named[today.isocalendar().week % len(named)] if named else None


def _family(unit: Unit, commune: CommuneId, member: Worker) -> list[int]:
    return team_series.family(unit, commune, member.team_id or 0)


def _two_weeks(today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """The days of this ISO week and of the one before it."""
    monday = week_of(today).start
    return (monday, monday + WEEK), (monday - WEEK, monday)
