"""Neighbourhoods that become one: no entry is rewritten, the series goes on, old names are understood."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.installation import Installation, open_installation
from bot.config import Settings
from bot.conversation.jobs import carry_out_merges_once_a_day
from bot.core.errors import BotError, NotFoundError, RuleError
from bot.core.vocabulary import Identity, Role, TeamKind, Topic
from bot.services import help_log, team_life, team_merging, teams
from bot.services.help_log import Help
from bot.services.plans import find_commune
from bot.services.team_merging import Merged
from storage import audit, communes, help_figures, memberships, team_series
from storage.communes import Commune
from storage.database import Unit
from storage.mailbox import Worker
from storage.models import neighbourhoods
from tests.clock import FixedClock
from tests.storage_tools import rows_of

TODAY = date(2026, 11, 18)
WEEK = (date(2026, 11, 16), date(2026, 11, 23))


class Ward:
    """Hố Nai with its 17 khu phố."""

    def __init__(self, base: Installation) -> None:
        self.base = base
        self.commune: Commune = find_commune(base.communes, "ho-nai")
        self.count = 0

    def write(self, work: Any, *args: Any) -> Any:
        return self.base.database.write(work, self.commune, *args)

    def merge(self, into: str, *names: str, on: date = TODAY) -> Merged:
        merged: Merged = self.write(team_merging.merge, names, into, on)
        return merged

    def joins(self, team: str, role: Role = Role.MEMBER) -> Worker:
        """Somebody new in that team."""
        self.count += 1
        chat = Identity(self.count.to_bytes(32))

        def join(unit: Unit) -> Worker:
            code = teams.read_code(teams.invite(unit, self.commune, role, team, "chị Út").code)
            return teams.join(unit, self.commune, chat, code or "")

        return self.base.database.write(join)

    def logs(self, member: Worker, visits: int, day: date = TODAY) -> None:
        self.count += 1
        done = Help(day, Topic.VNEID, visits)
        self.base.database.write(help_log.log_help, self.commune.id, member, done, f"m{self.count}")

    def hats(self, member: Worker) -> list[tuple[str, Role]]:
        found = self.base.database.read(memberships.list_hats, self.commune.id, member.id)
        return [(hat.team, hat.role) for hat in found]

    def finds(self, typed: str, on: date | None = None) -> str:
        return self.base.database.read(teams.find_team, self.commune, typed, on).name

    def there(self, on: date = TODAY) -> list[str]:
        return [t.name for t in self.base.database.read(communes.list_teams, self.commune.id, on)]

    def series(self, team: str) -> list[int]:
        def read(unit: Unit) -> list[int]:
            found = teams.find_team(unit, self.commune, team)
            family = team_series.family(unit, self.commune.id, found.id)
            window = (WEEK[0] - timedelta(days=7), WEEK[1])
            weeks = team_series.visits_by_week(unit, self.commune.id, family, window)
            return [week.visits for week in weeks]

        return self.base.database.read(read)


@pytest.fixture
def ward(base: Installation) -> Ward:
    return Ward(base)


def refused(work: Any, *args: Any, **more: Any) -> str:
    """The one sentence with which it is refused."""
    with pytest.raises(BotError) as why:
        work(*args, **more)
    return str(why.value)


def test_a_team_goes_on_with_the_series_of_those_that_merged_into_it(ward: Ward) -> None:
    first, second = ward.joins("KP 1"), ward.joins("KP 2")
    ward.logs(first, 2, TODAY - timedelta(days=7))
    ward.logs(second, 3, TODAY - timedelta(days=7))
    before = ward.base.database.read(rows_of)["help_entries"]
    merged = ward.merge("KP 1", "KP 1", "KP 2", "KP 3")
    assert merged == Merged(["KP 2", "KP 3"], "KP 1", False, TODAY, 1)
    assert ward.base.database.read(rows_of)["help_entries"] == before
    assert ward.series("KP 1") == [5, 0]
    now = Worker(second.id, second.name, second.role, first.team_id, "KP 1")
    ward.logs(now, 4)
    assert ward.series("kp2") == [5, 4]
    found = ward.base.database.read(help_figures.count, ward.commune.id, WEEK)
    assert [(one.key, one.visits) for one in found.teams] == [("KP 1", 4)]


def test_members_go_on_in_the_team_of_today_with_their_role_and_all_of_it_is_kept(
    ward: Ward,
) -> None:
    leader, member = ward.joins("KP 2", Role.TEAM_LEADER), ward.joins("KP 3")
    ward.merge("KP 1", "KP 2", "KP 3")
    assert ward.hats(leader) == [("KP 1", Role.TEAM_LEADER)]
    assert ward.hats(member) == [("KP 1", Role.MEMBER)]
    rows = ward.base.database.read(rows_of)["memberships"]
    assert len(rows) == 4
    assert sum(row[-1] is not None for row in rows) == 2  # the closed ones


def test_who_wears_the_hat_of_another_team_goes_on_wearing_it(ward: Ward) -> None:
    member = ward.joins("KP 2")

    def two_hats(unit: Unit) -> None:
        other = teams.find_team(unit, ward.commune, "KP 9")
        memberships.put_on(unit, ward.commune.id, member.id, (other.id, Role.MEMBER))
        team_life.wear(unit, ward.commune.id, member, other.id)

    ward.base.database.write(two_hats)
    ward.merge("KP 9", "KP 1", "KP 2")
    assert ward.hats(member) == [("KP 9", Role.MEMBER)]


@pytest.mark.parametrize("typed", ["KP 2", "khu pho 2", "kp2", "KP.02", "ấp 2", "khu phố hai"])
def test_the_old_name_leads_to_the_team_of_today_however_it_is_typed(
    ward: Ward, typed: str
) -> None:
    ward.merge("KP 1", "KP 2", "KP 3")
    assert ward.finds(typed) == "KP 1"
    assert ward.finds(typed, TODAY - timedelta(days=1)) == "KP 2"
    ward.merge("KP 5", "KP 1")
    assert ward.finds(typed) == "KP 5"


def test_seventeen_become_six_whose_numbers_were_those_of_others_before(ward: Ward) -> None:
    old = {f"KP {n}": ward.joins(f"KP {n}") for n in range(1, 18)}
    for number, member in enumerate(old.values(), start=1):
        ward.logs(member, number)
    groups = [(1, 3), (4, 6), (7, 9), (10, 12), (13, 15), (16, 17)]
    for new, (first, last) in enumerate(groups, start=1):
        ward.merge(f"KP {new}", *(f"KP {n}" for n in range(first, last + 1)))
    assert sorted(ward.there()) == [f"KP {n}" for n in range(1, 7)]
    assert [ward.series(f"KP {n}")[1] for n in range(1, 7)] == [6, 15, 24, 33, 42, 33]
    found = ward.base.database.read(team_merging.describe, ward.commune.id)
    assert found[0].old_names == ["KP 2 (cũ)", "KP 3 (cũ)"]
    assert found[5].old_names == ["KP 16", "KP 17"]
    assert ward.hats(old["KP 17"]) == [("KP 6", Role.MEMBER)]
    assert ward.finds("khu phố 17") == "KP 6"


def test_a_start_with_the_old_plan_makes_no_khu_pho_anew(
    ward: Ward, settings: Settings, clock: FixedClock
) -> None:
    ward.merge("KP 1", "KP 1", "KP 2", "KP 3")
    ward.merge("KP 2", "KP 4", "KP 5")
    there = ward.there()
    with closing(open_installation(settings, clock).database) as again:
        assert [t.name for t in again.read(communes.list_teams, ward.commune.id, TODAY)] == there


@pytest.mark.parametrize(
    ("into", "names", "why"),
    [
        ("KP 1", ["KP 1", "KP 99"], "Không có tổ “KP 99”"),
        ("KP 1", ["KP 7"], "“KP 7” đã nhập vào “KP 8” từ 18/11/2026 rồi."),
        ("KP 1", ["kp.07"], "đã nhập vào “KP 8”"),
        ("KP 1", ["KP 2", "kp2"], "ghi hai lần"),
        ("KP 1", ["KP 1"], "ít nhất một tổ khác"),
        ("Đội hình Đoàn", ["KP 1"], "cùng loại"),
        ("  ", ["KP 1", "KP 2"], "Cần tên tổ mới"),
    ],
)
def test_what_cannot_be_merged_is_refused_in_one_sentence_and_changes_nothing(
    ward: Ward, into: str, names: list[str], why: str
) -> None:
    ward.merge("KP 8", "KP 7")
    ward.write(teams.add_teams, ["Đội hình Đoàn"], TeamKind.VOLUNTEERS)
    before = ward.base.database.read(rows_of)
    said = refused(ward.merge, into, *names)
    assert why in said
    assert "\n" not in said
    assert ward.base.database.read(rows_of) == before


def test_a_merge_of_a_day_to_come_is_carried_out_on_that_day_once(
    ward: Ward, clock: FixedClock
) -> None:
    member = ward.joins("KP 2")
    day = TODAY + timedelta(days=13)
    assert ward.merge("KP Mới", "KP 2", "KP 3", on=day).moved == 0
    assert ward.hats(member) == [("KP 2", Role.MEMBER)]
    assert ward.finds("kp 2") == "KP 2"
    assert ward.base.database.write(carry_out_merges_once_a_day) == 0
    clock.passes(days=13)
    assert ward.base.database.write(carry_out_merges_once_a_day) == 1
    assert ward.base.database.write(carry_out_merges_once_a_day) is None
    assert ward.hats(member) == [("KP Mới", Role.MEMBER)]
    assert ward.finds("kp 2") == "KP Mới"


def test_a_code_of_a_team_that_is_no_more_leads_into_its_heir(ward: Ward) -> None:
    code = ward.write(teams.invite, Role.MEMBER, "KP 2", None).code
    ward.merge("KP 1", "KP 2")
    joined = ward.write(teams.join, Identity(b"k" * 32), teams.read_code(code))
    assert joined.team == "KP 1"


def test_a_merge_is_undone_with_its_members_while_nothing_was_logged(ward: Ward) -> None:
    leader, member = ward.joins("KP 2", Role.TEAM_LEADER), ward.joins("KP 3")
    ward.merge("KP Mới", "KP 2", "KP 3")
    assert ward.write(team_merging.unmerge, "kp mới") == ["KP 2", "KP 3"]
    assert ward.hats(leader) == [("KP 2", Role.TEAM_LEADER)]
    assert ward.hats(member) == [("KP 3", Role.MEMBER)]
    assert "KP Mới" not in ward.there()
    assert ward.finds("kp2") == "KP 2"
    again = ward.merge("KP Mới", "KP 2", "KP 3")
    assert (again.is_new, again.moved) == (True, 2)


def test_after_the_first_entry_a_merge_stays_and_the_sentence_says_what_to_do(ward: Ward) -> None:
    member = ward.joins("KP 1")
    ward.merge("KP 1", "KP 2")
    ward.logs(member, 1)
    assert "staff move" in refused(ward.write, team_merging.unmerge, "KP 1")
    ward.merge("KP Mới", "KP 5")
    ward.joins("KP Mới")
    assert "Có người vào “KP Mới”" in refused(ward.write, team_merging.unmerge, "KP Mới")
    assert "Không có tổ nào đã nhập" in refused(ward.write, team_merging.unmerge, "KP 9")


def test_the_neighbourhoods_end_with_their_teams(ward: Ward) -> None:
    ward.merge("KP Mới", "KP 2", "KP 3")
    row = neighbourhoods.c
    statement = select(row.name, row.valid_to, row.merged_into).where(
        row.commune_id == ward.commune.id, row.name.in_(("KP 2", "KP 3", "KP Mới"))
    )
    found = ward.base.database.read(
        lambda u: u.connection.execute(statement.order_by(row.id)).all()
    )
    assert [(one[0], one[1]) for one in found] == [
        ("KP 2", TODAY),
        ("KP 3", TODAY),
        ("KP Mới", None),
    ]
    assert found[0][2] == found[1][2] is not None


def test_every_step_of_it_stands_in_the_audit_log(ward: Ward) -> None:
    ward.joins("KP 2")
    ward.merge("KP Mới", "KP 2")
    ward.write(team_merging.unmerge, "KP Mới")
    acts = [one.act.action for one in ward.base.database.read(audit.list_acts, ward.commune.id)]
    assert acts == ["invite", "join", "add-team", "merge-team", "merge-moved", "unmerge-team"]


def test_a_team_of_another_kind_has_no_neighbourhood_and_no_name_of_one(ward: Ward) -> None:
    added = ward.write(teams.add_teams, ["Đội hình Đoàn phường"], TeamKind.VOLUNTEERS)
    assert added == ["Đội hình Đoàn phường"]
    (one,) = [
        one
        for one in ward.base.database.read(team_merging.describe, ward.commune.id)
        if one.kind is TeamKind.VOLUNTEERS
    ]
    assert one.name == "Đội hình Đoàn phường"
    with pytest.raises(RuleError, match="tên khu phố, ấp"):
        ward.write(teams.add_teams, ["KP 30"], TeamKind.COMMUNE)
    with pytest.raises(NotFoundError):
        ward.finds("KP 30")
