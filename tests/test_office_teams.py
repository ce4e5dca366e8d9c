"""The office's page of teams: who is in which, who waits, codes, moving, leaving, and who may do it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.core.vocabulary import Identity, Role, TeamKind, Topic
from bot.locale import load_sentences
from bot.services import team_merging, teams
from storage import audit, join_requests, memberships, staff
from storage.database import Unit
from storage.models import invitations
from tests import small_content
from tests.browser_server import running
from tests.command_line import ROOT
from tests.office_browser import Answer, Browser
from tests.office_site import BAD, MONDAY, Site

TEAMS = "/office/teams"
SENTENCES = load_sentences(ROOT / "content")
ACTS = ("invitations", "members/{m}/move", "members/{m}/leave", "members/{m}/organisation")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Wednesday 18 November 2026, 9 o'clock."""
    with running(
        tmp_path, content_dir=small_content.shared(), telegram_username="ban_so_bot"
    ) as ward:
        yield Site(ward)


def team_id(site: Site, name: str = "KP 3") -> int:
    return site.ward.base.database.read(teams.find_team, site.ward.commune(), name).id


def hires(site: Site, name: str = "chị Hạnh", team: str = "KP 3", role: Role = Role.MEMBER) -> int:
    commune = site.ward.commune().id
    return site.ward.base.database.write(staff.add_member, commune, team_id(site, team), name, role)


def asks(site: Site, name: str = "chị Mai", team: str = "KP 3") -> None:
    """Somebody at the web chat who has used a team's open code."""
    invited = site.ward.base.database.write(teams.invite_many, site.ward.commune(), team)
    resident = site.resident()
    resident.says(f"vào tổ {invited.code}")
    resident.says(name)


def hats(site: Site) -> list[tuple[str, str, Role]]:
    found = site.ward.base.database.read(memberships.list_members, site.ward.commune().id)
    return [(one.name, one.hat.team, one.hat.role) for one in found]


def acts(site: Site) -> list[str]:
    found = site.ward.base.database.read(audit.list_acts, site.ward.commune().id)
    return [one.act.action for one in found if one.act.actor.startswith("staff:")]


def posts(browser: Browser, path: str, **fields: Any) -> Answer:
    """Send a form of the page; its token is any of the browser's."""
    form = {name: str(value) for name, value in fields.items()}
    token = browser.token("/office/sign-out")
    return browser.posts(f"{TEAMS}/{path}", {"form": token, **form})


def said(sentence: str, **values: object) -> str:
    return SENTENCES[sentence].format(**values)


def words(answer: Answer) -> str:
    assert answer.status == 200, answer.text
    assert answer.page.scripts == []
    return " ".join(answer.page.words.split())


def test_the_page_shows_the_teams_by_kind_with_their_people_and_old_names(site: Site) -> None:
    write, commune = site.ward.base.database.write, site.ward.commune()
    write(teams.add_teams, commune, ["Đội hình Đoàn"], TeamKind.VOLUNTEERS)
    write(team_merging.merge, commune, ["KP 17"], "KP 16", MONDAY)
    hires(site, BAD, "KP 1")
    hires(site, "anh Ba", "KP 1", Role.TEAM_LEADER)
    page = words(site.officer().opens(TEAMS))
    assert page.index("Khu phố, ấp") < page.index("KP 2 · 0 người") < page.index("KP 10 · 0 người")
    assert page.index("KP 16") < page.index("Đội hình Đoàn · 0 người")
    assert "KP 1 · 2 người" in page
    assert page.index("anh Ba · Tổ trưởng") < page.index(f"{BAD} · Tổ viên")
    assert "Gồm cả các tổ cũ: KP 17." in page
    assert "17 tổ, 2 người." in page
    assert acts(site) == ["join", "sign-in", "read"]


def test_an_officer_lets_newcomers_in_or_not_and_a_second_yes_is_told(site: Site) -> None:
    asks(site)
    asks(site, "ông Lạ")
    lan = site.officer()
    page = words(lan.opens(TEAMS))
    assert "Chờ duyệt (2)" in page
    found = site.ward.base.database.read(join_requests.list_waiting, site.ward.commune().id)
    mai, la = [one.id for one in found]
    done = posts(lan, f"waiting/{mai}/admit")
    assert (done.status, done.location) == (303, f"{TEAMS}?done=admitted#done")
    assert posts(lan, f"waiting/{la}/refuse").location == f"{TEAMS}?done=refused#done"
    assert posts(lan, f"waiting/{mai}/admit").location == f"{TEAMS}?done=gone#done"
    assert hats(site) == [("chị Mai", "KP 3", Role.MEMBER)]
    assert "Chờ duyệt" not in words(lan.opens(TEAMS))
    assert [act for act in acts(site) if act in ("admit", "refuse")] == ["admit", "refuse"]


def test_a_code_is_shown_once_with_links_and_drawings_to_scan(site: Site) -> None:
    lan = site.officer()
    answer = posts(lan, "invitations", team=team_id(site), role="member", name=BAD)
    page = words(answer)
    code = re.search(r"\b\w{4}-\w{4}\b", page)
    assert code
    bare = code[0].replace("-", "")
    assert f"/chat/ho-nai?moi={bare}" in page
    assert f"https://t.me/ban_so_bot?start=j_{bare}" in page
    assert answer.text.count("<svg") == 2
    assert said("teams.code-one-what", days=14) in page
    assert code[0] not in lan.opens(TEAMS).text
    chat = Identity(b"c" * 32)
    joined = site.ward.base.database.write(teams.join, site.ward.commune(), chat, bare)
    assert (joined.team, joined.role, joined.name) == ("KP 3", Role.MEMBER, BAD)


@pytest.mark.parametrize(
    ("chosen", "role", "is_open"),
    [
        ("member", Role.MEMBER, False),
        ("team_leader", Role.TEAM_LEADER, False),
        ("open", Role.MEMBER, True),
        ("operator", Role.MEMBER, False),  # nobody gets into the office by this form
    ],
)
def test_the_form_makes_codes_of_teams_only(
    site: Site, chosen: str, role: Role, is_open: bool
) -> None:
    assert posts(site.officer(), "invitations", team=team_id(site), role=chosen).status == 200

    def read(unit: Unit) -> list[Any]:
        row = invitations.c
        statement = select(row.role, row.is_open, row.team_id).order_by(row.id)
        return list(unit.connection.execute(statement))

    made = site.ward.base.database.read(read)[-1]
    assert tuple(made) == (role, is_open, team_id(site))


def test_an_officer_moves_promotes_names_and_sends_away(site: Site) -> None:
    lan, hanh = site.officer(), hires(site)
    here, there = team_id(site), team_id(site, "KP 5")
    move = {"from": here, "to": there, "role": "team_leader"}
    assert posts(lan, f"members/{hanh}/move", **move).location == f"{TEAMS}?done=moved#done"
    assert hats(site) == [("chị Hạnh", "KP 5", Role.TEAM_LEADER)]
    kept = posts(lan, f"members/{hanh}/organisation", organisation="  Đoàn  Thanh niên ")
    assert kept.location == f"{TEAMS}?done=kept#done"
    page = lan.opens(kept.location or "")
    assert "Đoàn Thanh niên · Từ 18/11/2026" in words(page)
    assert said("teams.done-kept") in words(page)
    assert posts(lan, f"members/{hanh}/move", **move).location == f"{TEAMS}?done=gone#done"
    assert posts(lan, f"members/{hanh}/leave", team=there).location == f"{TEAMS}?done=left#done"
    assert hats(site) == []
    assert posts(lan, f"members/{hanh}/leave", team=there).location == f"{TEAMS}?done=gone#done"
    assert [act for act in acts(site) if act not in ("join", "sign-in", "read")] == [
        "move-member",
        "set-organisation",
        "leave",
    ]


def test_a_leader_of_the_commune_reads_and_changes_nothing(site: Site) -> None:
    asks(site)
    hanh = hires(site)
    before = hats(site)
    reader = site.officer(role=Role.LEADER, name="ông Chủ")
    answer = reader.opens(TEAMS)
    assert said("teams.read-only") in words(answer)
    assert set(answer.page.tokens) == {"/office/sign-out"}
    found = site.ward.base.database.read(join_requests.list_waiting, site.ward.commune().id)
    paths = [path.format(m=hanh) for path in ACTS]
    paths += [f"waiting/{found[0].id}/{verb}" for verb in ("admit", "refuse")]
    for path in paths:
        fields = {"team": team_id(site), "from": team_id(site), "to": team_id(site, "KP 5")}
        refused = posts(reader, path, role="member", **fields)
        assert refused.status == 403, path
        assert said("teams.read-only") in refused.text
    assert hats(site) == before
    month = f"{TEAMS}/workdays?month=2026-11"
    assert reader.opens(month).status == 200


def test_nobody_else_sees_or_does_anything(site: Site) -> None:
    hanh = hires(site)
    stranger = site.browser()
    for path in (TEAMS, f"{TEAMS}/workdays?month=2026-11"):
        assert stranger.opens(path).location == "/office/sign-in"
    far = site.officer("phuoc-tan", name="chị Xa")
    assert "chị Hạnh" not in far.opens(TEAMS).text
    fields = {"from": team_id(site), "to": team_id(site, "KP 5"), "role": "member"}
    assert posts(far, f"members/{hanh}/move", **fields).location == f"{TEAMS}?done=gone#done"
    assert posts(far, f"members/{hanh}/leave", team=team_id(site)).location.endswith("gone#done")
    gone = posts(far, "invitations", team=team_id(site), role="member")
    assert gone.location == f"{TEAMS}?done=gone#done"
    assert far.opens(f"{TEAMS}/workdays?month=2026-11&team={team_id(site)}").status == 404
    assert hats(site) == [("chị Hạnh", "KP 3", Role.MEMBER)]
    lan = site.officer()
    for path in ACTS:
        forged = lan.posts(f"{TEAMS}/{path.format(m=hanh)}", {"form": "x" * 43, "team": "1"})
        assert forged.status == 403


def test_the_sheet_of_working_days_is_a_file_of_the_month(site: Site) -> None:
    site.helped("KP 3", Topic.VNEID, 4)
    lan = site.officer()
    answer = lan.opens(f"{TEAMS}/workdays?month=2026-11&team={team_id(site)}")
    assert answer.status == 200
    name = f"ngay-cong-ho-nai-to-{team_id(site)}-2026-11.xlsx"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Cache-Control"] == "no-store"
    book = load_workbook(BytesIO(answer.body))
    assert "chị KP 3" in [cell.value for cell in book["Ngày công"]["B"]]
    assert acts(site)[-1] == "export-workdays"


@pytest.mark.parametrize(
    "query", ["", "?month=", "?month=2026-13", "?month=2026-11&team=99", "?month=x"]
)
def test_a_sheet_of_no_month_or_no_team_is_not_found(site: Site, query: str) -> None:
    assert site.officer().opens(f"{TEAMS}/workdays{query}").status == 404


def test_a_ward_without_teams_reads_how_to_add_them(site: Site) -> None:
    page = words(site.officer("xuan-hoa").opens(TEAMS))
    assert said("teams.none") in page
