"""A commune that nobody has heard of is added by one YAML file: every room knows it, no code is touched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot.app.installation import Installation, open_installation
from bot.app.lobby import open_lobby
from bot.app.office import OfficeDesk
from bot.app.wiring import build
from bot.config import Settings
from bot.core import periods
from bot.core.vocabulary import Role
from bot.library import check, plan_as_json
from bot.services import teams
from bot.services.access import Joining
from bot.services.plans import find_commune
from bot.web.server import Parts, build_server, open_port, start_server
from tests import small_content
from tests.clock import FixedClock
from tests.world import World

CONTENT = Path(__file__).parents[1] / "content"
PLAN = """\
slug: suoi-tre
name: Suối Tre
kind: xa
aliases: [xã Suối Tre]
address_form: bac
office: {name: Phòng Văn hóa - Xã hội, phone: "0251 3870 000", hours: "7 giờ 30 tới 17 giờ"}
neighbourhoods: {kind: ap, names: [Ấp 1, Ấp 2, Ấp Suối Chồn]}
teams: {count: 3, per: neighbourhood}
plan: {title: Kế hoạch chuyển đổi số xã Suối Tre năm 2026, year: 2026, seed: "900"}
targets:
  - id: lop-tap-huan
    title: Tổ chức ít nhất 4 lớp tập huấn kỹ năng số
    unit: lớp
    op: ">="
    value: 4
    per: year
    kind: computed
    formula: classes_held
    owner: Phòng Văn hóa - Xã hội
    source: 900 · II.1
    focus: true
    tags: [classes]
"""
WEEK = "week:2026-W47"


@pytest.fixture
def six(settings: Settings, tmp_path: Path, clock: FixedClock) -> Iterator[Installation]:
    """The five communes, and the file of a sixth beside them."""
    content = tmp_path / "content"
    small_content.make(content)
    (content / "plans" / "suoi-tre.yaml").write_text(PLAN, encoding="utf-8")
    assert check(content)[0] == []
    opened = open_installation(settings.model_copy(update={"content_dir": content}), clock)
    with closing(opened.database):
        yield opened


def test_its_people_talk_with_it_in_its_own_words(six: Installation) -> None:
    with closing(World(six, "suoi-tre")) as world:
        person = world.person("ông Sáu")
        person.says("quen mat khau vneid")
        assert "xã Suối Tre" in person.heard[0].text
        assert person.heard[0].text.startswith("Dạ chào bác.")
        person.says("gặp người")
        assert "0251 3870 000" in person.last
        assert "7 giờ 30 tới 17 giờ" in person.last


def test_its_teams_log_and_its_report_counts_and_no_other_commune_does(six: Installation) -> None:
    with closing(World(six, "suoi-tre")) as world:
        member = world.member("chị Út", "Ấp Suối Chồn")
        for said in ("menu", "1", "1", "1", "1"):
            member.says(said)
        report = world.report(WEEK)
    with closing(World(six, "ho-nai")) as other:
        assert other.report(WEEK)["help"]["visits"] == 0
    assert report["help"]["by_team"] == [{"team": "Ấp Suối Chồn", "visits": 1, "people": None}]
    assert report["teams"] == {"total": 3, "reported": 1, "silent": ["Ấp 1", "Ấp 2"]}
    assert [target["id"] for target in report["targets"]] == ["lop-tap-huan"]


def test_its_plan_is_shown_like_the_others(six: Installation) -> None:
    shown = plan_as_json(six.library.plans["suoi-tre"])
    assert (shown["name"], shown["kind"], shown["teams"]) == ("Suối Tre", "xa", 3)
    assert len(six.library.plans) == 6


def test_it_has_a_web_chat_and_an_office(six: Installation) -> None:
    async def visit() -> tuple[str, str, int]:
        app = build(six, ())
        desk = OfficeDesk(six, app.media)
        listening = open_port("127.0.0.1", 0)
        port = listening.getsockname()[1]
        parts = Parts({}, is_ready, open_lobby(app), desk)
        runner = await start_server(build_server(parts), listening)
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
                page = await (await session.get("/chat/suoi-tre")).text()
                chooser = await (await session.get("/chat")).text()
                joined = await desk.join(Joining(code, "Chị Mai", "mai", "một câu thật dài"))
                week = await desk.week(joined.officer, periods.parse(WEEK))
        finally:
            await runner.cleanup()
            await app.intake.settle()
        return page, chooser, len(week.tables.teams)

    async def is_ready() -> bool:
        return True

    commune = find_commune(six.communes, "suoi-tre")
    code = six.database.write(teams.invite, commune, Role.OFFICER, None, None).code
    page, chooser, team_rows = asyncio.run(visit())
    assert "Trợ lý xã Suối Tre" in page
    assert chooser.count('href="/chat/') == 6
    assert team_rows == 3
