"""Teams that become one: khu phố are merged, the series goes on, old names stay understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.errors import NotFoundError, RuleError
from bot.core.team_names import FORMER, READINGS, UNDONE, matches, put_aside
from bot.core.text import fold, natural_order
from bot.core.vocabulary import CommuneId, TeamKind
from bot.locale import local_day, show_date
from bot.services import teams
from bot.services.teams import CONSOLE
from storage import audit, memberships, team_lines
from storage.audit import Act
from storage.communes import Commune
from storage.database import Unit
from storage.team_lines import TeamLine

MOVED = "merge-moved"
"""The act of the audit log that says when the members of a team went on with it."""
KIND_NAMES = {
    TeamKind.NEIGHBOURHOOD: "khu phố, ấp",
    TeamKind.COMMUNE: "cấp xã, phường",
    TeamKind.VOLUNTEERS: "đội hình tình nguyện",
    TeamKind.ASSOCIATION: "đoàn thể",
    TeamKind.ONE_STOP: "trực tại TTPVHCC",
}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: which teams go on in which, from when, and how many hats moved by now."""

    names: list[str]
    into: str
    is_new: bool
    on: date
    moved: int


@dataclass(frozen=True, slots=True)
class Described:
    """A team of today with its kind and the names that lead to it as well."""

    id: int
    name: str
    kind: TeamKind
    old_names: list[str]


def merge(unit: Unit, commune: Commune, names: Sequence[str], into: str, on: date) -> Merged:
    """From that day on these teams are one, under a name of theirs, of another team, or a new one.

    Nothing that was logged is rewritten. ``RuleError`` or ``NotFoundError`` in one sentence for a name
    that is unknown, merged already, or of another kind; then nothing is changed.
    """
    sources = [_source(unit, commune, name, on) for name in names]
    if len({one.id for one in sources}) != len(sources):
        raise RuleError("merge.twice", "Có tổ ghi hai lần: mỗi tổ chỉ ghi một lần.")
    kind = sources[0].kind
    target = _find_target(unit, commune, into, sources, on)
    if any(one.kind is not kind for one in (*sources, *filter(None, [target]))):
        raise RuleError("merge.kinds", "Chỉ nhập các tổ cùng loại với nhau.")
    heir = target or _make_heir(unit, commune, into, kind, on)
    gone = [one for one in sources if one.id != heir.id]
    if not gone:
        raise RuleError("merge.nothing", "Cần ít nhất một tổ khác để nhập vào.")
    for one in gone:
        team_lines.set_end(unit, commune.id, one, heir, on)
        audit.record(unit, commune.id, Act(CONSOLE, "merge-team", f"team:{one.id}"))
    moved = move_members(unit, commune.id)
    return Merged([one.name for one in gone], heir.name, target is None, on, moved)


def _source(unit: Unit, commune: Commune, name: str, on: date) -> TeamLine:
    """A team of that name that is there on that day and nowhere merged."""
    lines = team_lines.list_lines(unit, commune.id)
    there = [line for line in lines if line.is_there(on) and line.valid_to is None]
    gone = [line for line in lines if line.valid_to is not None and line.merged_into is not None]
    for reading in READINGS:
        found = [there[n] for n in matches(name, [line.name for line in there], reading)]
        if len(found) == 1:
            return found[0]
        for n in matches(name, [line.name for line in gone], reading):
            heir = next(one for one in lines if one.id == gone[n].merged_into)
            since = show_date(gone[n].valid_to or on)
            said = f"“{gone[n].name}” đã nhập vào “{heir.name}” từ {since} rồi."
            raise RuleError("merge.already", said)
    teams.find_team(unit, commune, name, on)
    raise NotFoundError(
        f"“{name}” chưa rõ là tổ nào: ghi đủ tên như `python -m bot team list` in ra."
    )


def _find_target(
    unit: Unit, commune: Commune, into: str, sources: Sequence[TeamLine], on: date
) -> TeamLine | None:
    """One of the teams that merge, or another one that is there; None for a name that nobody bears then."""
    for line in sources:
        if fold(line.name) == fold(into):
            return line
    lines = team_lines.list_lines(unit, commune.id)
    there = [line for line in lines if line.is_there(on) and line.valid_to is None]
    return next((line for line in there if fold(line.name) == fold(into)), None)


def _make_heir(unit: Unit, commune: Commune, into: str, kind: TeamKind, on: date) -> TeamLine:
    """A new team; one that bore its name before is put aside as “KP 2 (cũ)”."""
    name = teams.kept_name(into)
    if not name:
        raise RuleError("merge.name", "Cần tên tổ mới: --into “KP 1”.")
    lines = team_lines.list_lines(unit, commune.id)
    for line in lines:
        if fold(line.name) == fold(name):
            aside = put_aside(line.name, FORMER, [one.name for one in lines])
            team_lines.rename_line(unit, commune.id, line, aside)
            audit.record(unit, commune.id, Act(CONSOLE, "rename-team", f"team:{line.id}"))
    made = team_lines.add_line(unit, commune.id, name, kind, on)
    audit.record(unit, commune.id, Act(CONSOLE, "add-team", name[:60]))
    return next(one for one in team_lines.list_lines(unit, commune.id) if one.id == made)


def move_members(unit: Unit, commune: CommuneId) -> int:
    """Members of teams that are no more go on in the team of today; gives how many hats that were.

    A merge of a day to come is carried out by this on that day; doing it twice changes nothing.
    """
    lines, today = team_lines.list_lines(unit, commune), local_day(unit.now)
    moved = 0
    for line in lines:
        heir = teams.heir_of(lines, line, today)
        if line.is_there(today) or heir is None or heir.id == line.id:
            continue
        members = memberships.list_members(unit, commune, [line.id])
        for one in members:
            _move(unit, commune, one, heir.id)
        if members:
            audit.record(unit, commune, Act("system", MOVED, f"team:{line.id}"))
        moved += len(members)
    return moved


def _move(unit: Unit, commune: CommuneId, member: memberships.TeamMember, heir: int) -> None:
    hats = memberships.list_hats(unit, commune, member.id)
    there = next((hat for hat in hats if hat.team_id == heir), None)
    memberships.take_off(unit, commune, member.id, member.hat.team_id)
    if there is None:
        memberships.put_on(unit, commune, member.id, (heir, member.hat.role))
    role = there.role if there else member.hat.role
    memberships.change_worn(unit, commune, member.id, member.hat.team_id, (heir, role))


def unmerge(unit: Unit, commune: Commune, into: str) -> list[str]:
    """The teams that merged into this one are teams of their own again; gives their names.

    Only while nothing was logged for it since then: afterwards nobody could say whose entries those are.
    """
    lines = team_lines.list_lines(unit, commune.id)
    heir = next((one for one in lines if fold(one.name) == fold(into)), None)
    gone = [one for one in lines if heir and one.merged_into == heir.id and one.valid_to]
    if heir is None or not gone:
        raise NotFoundError(f"Không có tổ nào đã nhập vào “{into}” ở {commune.name}.")
    if heir.valid_to is not None:
        raise RuleError("unmerge.gone", f"“{heir.name}” đã nhập vào tổ khác: gỡ tổ đó trước.")
    since = min(one.valid_to for one in gone if one.valid_to)
    if team_lines.has_entries(unit, commune.id, heir.id, since):
        raise RuleError(
            "unmerge.used",
            f"“{heir.name}” đã ghi phiếu từ {show_date(since)}, nên không gỡ được nữa. Muốn tách thì "
            "đổi tên hoặc thêm tổ mới, rồi chuyển tổ viên bằng `python -m bot staff move`.",
        )
    is_made = heir.valid_from is not None and heir.valid_from >= since
    for one in gone:
        team_lines.set_end(unit, commune.id, one, None, None)
        for at in _moments(unit, commune.id, one):
            _move_back(unit, commune.id, one, heir, at)
        audit.record(unit, commune.id, Act(CONSOLE, "unmerge-team", f"team:{one.id}"))
    if is_made:  # made by the merge: nobody has used it
        if memberships.list_members(unit, commune.id, [heir.id]):
            raise RuleError(
                "unmerge.people",
                f"Có người vào “{heir.name}” sau khi nhập: chuyển họ sang tổ khác bằng `python -m bot "
                "staff move`, rồi gỡ lại.",
            )
        taken = [one.name for one in lines]
        aside = put_aside(heir.name, UNDONE, taken)
        team_lines.rename_line(unit, commune.id, heir, aside)
        team_lines.set_end(unit, commune.id, heir, None, heir.valid_from)
    return sorted((one.name for one in gone), key=natural_order)


def _moments(unit: Unit, commune: CommuneId, line: TeamLine) -> list[datetime]:
    """When members of the team were moved by a merge: the last time of it."""
    acts = audit.list_acts(unit, commune, f"team:{line.id}")
    return [one.at for one in acts if one.act.action == MOVED][-1:]


def _move_back(
    unit: Unit, commune: CommuneId, line: TeamLine, heir: TeamLine, at: datetime
) -> None:
    for member_id, role in memberships.list_moved(unit, commune, line.id, at):
        since = memberships.hat_since(unit, commune, member_id, heir.id)
        if since is None:  # has left or moved on since
            continue
        if since == at:
            memberships.take_off(unit, commune, member_id, heir.id)
        memberships.put_on(unit, commune, member_id, (line.id, role))
        if since == at:
            memberships.change_worn(unit, commune, member_id, heir.id, (line.id, role))


def describe(unit: Unit, commune: CommuneId) -> list[Described]:
    """The teams of today by kind, KP 2 before KP 10, each with the old names that lead to it."""
    lines, today = team_lines.list_lines(unit, commune), local_day(unit.now)
    old: dict[int, list[str]] = {}
    for line in lines:
        heir = teams.heir_of(lines, line, today)
        if heir is not None and heir.id != line.id:
            old.setdefault(heir.id, []).append(line.name)
    order = list(TeamKind)
    there = [line for line in lines if line.is_there(today)]
    return [
        Described(line.id, line.name, line.kind, sorted(old.get(line.id, []), key=natural_order))
        for line in sorted(there, key=lambda one: (order.index(one.kind), natural_order(one.name)))
    ]
