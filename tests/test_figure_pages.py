"""“Số này từ đâu?” of any figure in any period, the rows behind it, and the rows to copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest

from bot.core.vocabulary import Role, Topic, TrainingKind
from storage import audit, communes, people
from storage.database import Unit
from tests import held_trainings as tools
from tests.office_browser import Answer, Browser
from tests.office_site import MONDAY, Site, open_site


def furnish(unit: Unit, site: Site) -> None:
    """A class of this week; another commune has one, too."""
    for slug in ("ho-nai", "phuoc-binh"):
        commune = site.ward.commune(slug).id
        team = communes.find_team(unit, commune, "KP 3")
        assert team is not None
        held = tools.hold(unit, commune, TrainingKind.CLASS, MONDAY, team_id=team.id)
        tools.fill(unit, commune, held, people.add_person(unit, commune), None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("figure")) as opened:
        opened.ward.base.database.write(furnish, opened)
        opened.helped("KP 3", Topic.VNEID, 2)
        opened.helped("KP 1", Topic.AT, 5)
        opened.helped("KP 3", Topic.VNEID, 70, slug="phuoc-binh")
        yield opened


@pytest.fixture(scope="module")
def officer(site: Site) -> Browser:
    return site.officer("ho-nai")


def opens(officer: Browser, **asked: str) -> Answer:
    answer = officer.opens(f"/office/figure?{urlencode(asked)}")
    assert answer.status == 200, answer.text
    return answer


def value(page: str) -> str:
    """The large number of the page."""
    found = re.search(r'<p class="value">\s*(.*?)\s*</p>', page, re.S)
    assert found
    return re.sub("<.*?>", "", found[1])


@pytest.mark.parametrize("period", ["week:2026-W47", "month:2026-11", "2026-11-01..2026-11-20"])
def test_each_figure_leads_to_the_rows_that_make_it(officer: Browser, period: str) -> None:
    for path, shown, behind in (
        ("help.visits", "7", "7"),
        ("help.by_topic[at].visits", "5", "5"),
        ("help.by_team[KP 3].visits", "2", "2"),
        ("help.visits_without_person", "7", "7"),
    ):
        page = opens(officer, period=period, path=path).text
        assert value(page) == shown, path
        assert f"<code>{path}</code>" in page
        rows = re.search(r'href="(/office/entries[^"]+)"', page)
        assert rows, path
        sheet = officer.opens(unescape(rows[1]))
        assert sheet.status == 200
        assert re.search(rf'<td class="num"[^>]*>{behind}</td>\s*</tr>\s*</tfoot>', sheet.text), (
            path
        )


def test_trainings_lead_to_the_list_of_trainings(officer: Browser) -> None:
    page = opens(officer, period="month:2026-11", path="trainings.by_kind[class].held").text
    assert value(page) == "1"
    rows = re.search(r'href="(/office/held[^"]+)"', page)
    assert rows
    sheet = officer.opens(unescape(rows[1]))
    assert sheet.status == 200
    assert "kind=class" in rows[1]
    assert "Lớp 16/11" in sheet.text


def test_all_figures_are_listed_and_each_has_its_page(officer: Browser) -> None:
    page = opens(officer, period="week:2026-W47").text
    links = re.findall(r'href="(/office/figure\?[^"]*path=[^"]+)"', page)
    assert len(links) > 30
    for link in links:
        assert officer.opens(unescape(link)).status == 200, link


def test_the_rule_and_the_hash_stand_beside_the_figure(officer: Browser) -> None:
    page = opens(officer, period="week:2026-W47", path="help.people").text
    assert "nhận ra qua số điện thoại hay khung chat" in page
    assert re.search("sha256:[0-9a-f]{64}", page)


@pytest.mark.parametrize("path", ["help.nothing", "commune", "data_hash", "targets[x].done", "'"])
def test_what_is_no_figure_is_not_found(officer: Browser, path: str) -> None:
    asked = urlencode({"period": "week:2026-W47", "path": path})
    assert officer.opens(f"/office/figure?{asked}").status == 404


@pytest.mark.parametrize("period", ["week:2026-W99", "=1", "year:2199"])
def test_a_period_that_is_none_or_to_come_leads_back(officer: Browser, period: str) -> None:
    for page in ("figure", "copy", "entries", "held"):
        answer = officer.opens(f"/office/{page}?{urlencode({'period': period})}")
        assert (answer.status, answer.location) == (303, "/office"), page


def test_rows_to_copy_have_a_tab_between_cells(officer: Browser) -> None:
    page = officer.opens("/office/copy?period=month:2026-11").text
    text = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S)
    assert text
    rows = [row.split("\t") for row in unescape(text[1]).splitlines()]
    assert {len(row) for row in rows} == {7}
    visits = next(row for row in rows if row[1] == "Lượt hướng dẫn, hỗ trợ")
    assert visits[2:5] == ["lượt", "", "7"]
    inside = officer.opens("/office/copy?period=month:2026-11&audience=internal").text
    assert len(inside) > len(page)  # what stays in the office has more lines


def test_the_week_leads_to_its_figures(officer: Browser) -> None:
    page = officer.opens("/office?week=2026-W47").text
    assert "/office/figure?period=week:2026-W47" in page
    assert officer.opens("/office/figure?period=week:2026-W47&path=questions.asked").status == 200


def test_each_look_is_noted_and_names_nobody(site: Site, officer: Browser) -> None:
    opens(officer, period="2026-11-01..2026-11-18", path="help.by_team[KP 3].visits")
    officer.opens("/office/copy?period=reporting-quarter:2026-Q4")
    commune = site.ward.commune("ho-nai").id
    acts = site.ward.base.database.read(audit.list_acts, commune)
    seen = {one.act.object for one in acts}
    assert "figure:custom:2026-11-01..2026-11-18" in seen
    assert "copy-outgoing:reporting-quarter:2026-Q4" in seen
    assert not [one for one in seen if "KP" in one]


def test_leaders_read_and_operators_do_not(site: Site) -> None:
    leader, operator = (site.officer(role=role) for role in (Role.LEADER, Role.OPERATOR))
    for page in ("figure", "copy"):
        assert leader.opens(f"/office/{page}").status == 200
        assert operator.opens(f"/office/{page}").status == 403
