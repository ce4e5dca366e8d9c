"""Teams that no plan names: the office adds them, and they work like any other."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.app.installation import Installation, open_installation
from bot.config import Settings
from bot.core.errors import NotFoundError, RuleError
from bot.core.vocabulary import Role
from bot.library import Plan
from bot.services import teams
from bot.services.plans import find_commune
from storage import audit
from storage.communes import Commune
from tests.clock import FixedClock
from tests.world import World


@pytest.fixture
def xuan_hoa(base: Installation) -> Commune:
    """A commune whose plan gives no number of teams."""
    return find_commune(base.communes, "xuan-hoa")


def names(base: Installation, commune: Commune) -> list[str]:
    return base.database.read(teams.list_names, commune)


def add(base: Installation, commune: Commune, *new: str) -> list[str]:
    return base.database.write(teams.add_teams, commune, new)


def test_a_commune_without_teams_gets_them_from_the_office(
    base: Installation, xuan_hoa: Commune
) -> None:
    assert names(base, xuan_hoa) == []
    assert add(base, xuan_hoa, "Ấp 10", "Ấp 2", " Ấp  2 ", "ap 2", "") == ["Ấp 10", "Ấp 2"]
    assert add(base, xuan_hoa, "Ấp 2", "Ấp 3") == ["Ấp 3"]
    assert names(base, xuan_hoa) == ["Ấp 2", "Ấp 3", "Ấp 10"]
    assert "Ấp 2" not in names(base, find_commune(base.communes, "ho-nai"))


def test_its_members_log_and_the_figures_know_the_team(
    base: Installation, xuan_hoa: Commune
) -> None:
    add(base, xuan_hoa, "Ấp 2", "Ấp 3")
    with closing(World(base, "xuan-hoa")) as world:
        member = world.member("chị Út", "Ấp 2")
        for said in ("menu", "1", "1", "1", "1"):
            member.says(said)
        report = world.report("week:2026-W47")
    assert report["teams"] == {"total": 2, "reported": 1, "silent": ["Ấp 3"]}


def test_what_the_office_added_outlives_a_restart(
    base: Installation, xuan_hoa: Commune, settings: Settings, clock: FixedClock
) -> None:
    add(base, xuan_hoa, "Ấp 2")
    base.database.write(teams.rename_team, xuan_hoa, plan_of(base, xuan_hoa), "Ấp 2", "Ấp Hai")
    with closing(open_installation(settings, clock).database) as again:
        assert again.read(teams.list_names, xuan_hoa) == ["Ấp Hai"]


def test_a_renamed_team_keeps_its_members_and_what_it_logged(
    base: Installation, xuan_hoa: Commune
) -> None:
    add(base, xuan_hoa, "Ấp 2")
    with closing(World(base, "xuan-hoa")) as world:
        member = world.member("chị Út", "Ấp 2")
        for said in ("menu", "1", "1", "1", "1"):
            member.says(said)
        plan = plan_of(base, xuan_hoa)
        assert base.database.write(teams.rename_team, xuan_hoa, plan, "ap 2", "Ấp Hai") == "Ấp Hai"
        by_team = world.report("week:2026-W47")["help"]["by_team"]
    assert by_team == [{"team": "Ấp Hai", "visits": 1, "people": None}]


@pytest.mark.parametrize("new", ["Ấp 3", "ap 3", "  ", ""])
def test_a_name_that_is_taken_or_empty_is_refused(
    base: Installation, xuan_hoa: Commune, new: str
) -> None:
    add(base, xuan_hoa, "Ấp 2", "Ấp 3")
    with pytest.raises(RuleError, match="chọn tên khác"):
        base.database.write(teams.rename_team, xuan_hoa, plan_of(base, xuan_hoa), "Ấp 2", new)
    assert names(base, xuan_hoa) == ["Ấp 2", "Ấp 3"]


def test_a_team_of_the_plan_keeps_the_plans_name(base: Installation) -> None:
    ho_nai = find_commune(base.communes, "ho-nai")
    with pytest.raises(RuleError, match="do kế hoạch đặt tên"):
        base.database.write(teams.rename_team, ho_nai, plan_of(base, ho_nai), "KP 1", "Tân Mai")


def test_a_team_that_is_not_there_is_told_with_those_that_are(
    base: Installation, xuan_hoa: Commune
) -> None:
    add(base, xuan_hoa, "Ấp 2")
    with pytest.raises(NotFoundError, match="Các tổ: Ấp 2"):
        base.database.write(teams.rename_team, xuan_hoa, plan_of(base, xuan_hoa), "Ấp 9", "Ấp Chín")
    with pytest.raises(NotFoundError, match="Các tổ: Ấp 2"):
        base.database.write(teams.invite, xuan_hoa, Role.MEMBER, "Ấp 9", None)


def test_every_change_stands_in_the_audit_log(base: Installation, xuan_hoa: Commune) -> None:
    add(base, xuan_hoa, "Ấp 2")
    base.database.write(teams.rename_team, xuan_hoa, plan_of(base, xuan_hoa), "Ấp 2", "Ấp Hai")
    acts = [line.act.action for line in base.database.read(audit.list_acts, xuan_hoa.id)]
    assert acts == ["add-team", "rename-team"]


def plan_of(base: Installation, commune: Commune) -> Plan:
    return base.library.plans[commune.slug]
