"""Roles see only their own: each button, page and form stands on a list, and is denied to all others.

The lists are closed: what is new and stands on none of them fails here. Commands are for who has the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.app.installation import Installation
from bot.app.lobby import open_lobby
from bot.app.office import OfficeDesk
from bot.app.wiring import build
from bot.core.vocabulary import Role
from bot.web.office import add_office
from handlers import ROUTES
from storage.database import Unit
from storage.models import inbox, metadata
from tests import small_content
from tests.browser_server import running
from tests.office_site import Site
from tests.world import Person, World

OF_TEAM = frozenset({Role.MEMBER, Role.TEAM_LEADER})
OF_LEADER = frozenset({Role.TEAM_LEADER})
CHANGES = frozenset({Role.OPERATOR, Role.OFFICER})
READS = frozenset({Role.OFFICER, Role.LEADER})
OFFICER = frozenset({Role.OFFICER})
OFFICE = frozenset({Role.OPERATOR, Role.OFFICER, Role.LEADER})
DECIDES = OF_LEADER | CHANGES

FOR_ANYBODY = frozenset(
    [
        "about",
        "after",
        "afternote",
        "ask",
        "askat",
        "askcall",
        "askcancel",
        "askcancelok",
        "asked",
        "asknow",
        "askok",
        "checkup",
        "ci",
        "ciage",
        "ciat",
        "ciend",
        "cimay",
        "cls",
        "clsin",
        "clsone",
        "clsout",
        "clstell",
        "clstellno",
        "clstellok",
        "conf",
        "done",
        "enlarge",
        "erase",
        "eraseok",
        "fix",
        "guide",
        "hello",
        "join",
        "learn",
        "learndone",
        "learnoff",
        "link",
        "linkok",
        "listen",
        "mend",
        "menu",
        "mute",
        "mydata",
        "name",
        "no-smartphone",
        "other",
        "part",
        "person",
        "privacy",
        "quiz",
        "reask",
        "resume",
        "scam",
        "step",
        "stop",
        "stuck",
        "thanks",
        "topic",
        "topics",
        "unask",
        "unlink",
        "unlinkok",
        "unmute",
        "wake",
        "which",
        "withdraw",
        "withdrawok",
        "wrong-digit",
    ]
)
"""Verbs of residents; whoever works with us is a resident too. “name” and “join” say who may."""
FOR_TEAMS = {
    **dict.fromkeys(
        [
            "log",
            "logday",
            "logdet",
            "logfc",
            "logfil",
            "logfix",
            "logft",
            "logfu",
            "logfx",
            "logfxa",
            "logfxk",
            "logfxr",
            "logfxs",
            "logfxw",
            "loghead",
            "logheadn",
            "logkin",
            "loglast",
            "logmany",
            "logmore",
            "logn",
            "logok",
            "logp",
            "logremind",
            "logremindno",
            "logremindok",
            "logsame",
            "logt",
            "logtel",
            "logyes",
            "com",
            "comask",
            "comd",
            "comfa",
            "comfix",
            "comfk",
            "comfw",
            "comfx",
            "comlist",
            "comok",
            "comundo",
            "loa",
            "mine",
            "undo",
            "duty",
            "dutyoff",
            "dutyok",
            "queue",
            "req",
            "reqback",
            "reqchat",
            "reqend",
            "reqendas",
            "reqtake",
            "hats",
            "wear",
            "moving",
            "moved",
            "leave",
            "leaveok",
            "learntell",
            "learntold",
            "learnundo",
            "trn",
            "trnadd",
            "trnaddn",
            "trnask",
            "trnci",
            "trndo",
            "trndrop",
            "trned",
            "trnfix",
            "trngo",
            "trngrp",
            "trnhd",
            "trnnew",
            "trnok",
            "trns",
            "trnsay",
            "trnwhy",
        ],
        OF_TEAM,
    ),
    "logteam": OF_LEADER,
    "week": OF_LEADER,
    "digest": OF_LEADER | READS,
    **dict.fromkeys(("unit", "unitfix", "unitno", "unitnum", "unitok"), OF_LEADER),
    **dict.fromkeys(("newcomers", "admit", "refuse"), DECIDES),
}
"""Verbs of those who work with us, and whose they are."""
ARGUMENTS = ("", ":1", ":vneid:1", ":1:1:1")
FLEETING = {"inbox", "outbox", "conversations", "buckets", "sign_in_failures"}
"""What every message writes, whoever sends it."""


def facts(unit: Unit) -> dict[str, list[tuple[object, ...]]]:
    """Every row of what counts."""
    tables = (table for table in metadata.sorted_tables if table.name not in FLEETING)
    return {
        table.name: [tuple(row) for row in unit.connection.execute(select(table))]
        for table in tables
    }


def test_every_button_is_on_a_list() -> None:
    verbs = {route.verb for route in ROUTES if route.verb}
    assert FOR_ANYBODY | set(FOR_TEAMS) == verbs
    assert not FOR_ANYBODY & set(FOR_TEAMS)


@pytest.fixture
def world(base: Installation) -> Iterator[World]:
    with closing(World(base)) as world:
        yield world


def somebody(world: World, role: Role | None) -> Person:
    """A resident, or somebody who has joined with that role."""
    person = world.person(f"người {role}")
    if role is None:
        person.says("menu")
    else:
        person.says(f"vào tổ {world.invite(role, 'KP 3' if role.in_team else None)}")
    return person


def newest_outcome(unit: Unit) -> str:
    """How the last event ended."""
    newest = select(inbox.c.outcome).order_by(inbox.c.id.desc()).limit(1)
    return str(unit.connection.execute(newest).scalar_one())


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_button_of_others_changes_nothing_and_is_refused(world: World, role: Role | None) -> None:
    person = somebody(world, role)
    database = world.base.database
    before = database.read(facts)
    denied = [verb for verb, roles in FOR_TEAMS.items() if role not in roles]
    for verb in denied:
        for arguments in ARGUMENTS:
            person.sends_action(f"{verb}{arguments}")
            assert database.read(newest_outcome) == "refused", (verb, arguments, person.last)
    assert database.read(facts) == before


PAGES: dict[str, frozenset[Role]] = {
    "/office": OFFICE,
    "/office/entries": READS,
    "/office/held": READS,
    "/office/figure": READS,
    "/office/copy": READS,
    "/office/guides": OFFICE,
    "/office/guides/{guide}": OFFICE,
    "/office/messages": OFFICE,
    "/office/teams": OFFICE,
    "/office/teams/workdays": OFFICE,
    "/office/requests": READS,
    "/office/trainings": READS,
    "/office/trainings/new": OFFICER,
    "/office/trainings/{number}": READS,
    "/office/trainings/{number}/revise": OFFICER,
    "/office/communications": READS,
    "/office/communications/{number}/photo": READS,
    "/office/import": READS,
    "/office/import/look": OFFICE,  # leads to the page
    "/office/import/mau.xlsx": READS,
    "/office/import/mau-lop.xlsx": READS,
    "/office/sheet": READS,
    "/office/sheet/phieu.xlsx": READS,
    "/office/checks": READS,
    "/office/learning": READS,
    "/office/calendar": READS,
    "/office/digest": READS,
    "/office/meeting": READS,
    "/office/meeting/tuan.png": READS,
    "/office/plan": READS,
    "/office/plan/{target}": READS,
    "/office/reports": READS,
    "/office/reports/one": READS,
    "/office/reports/close": OFFICER,
    "/office/reports/file": READS,
    "/office/units": READS,
    "/office/units/{number}": READS,
    "/office/units/{number}/print": READS,
    "/office/units/{number}/enter": OFFICER,
    "/office/report-words": READS,
    "/office/report-words/du-thao.docx": READS,
    "/office/report-words/{header}/mau.docx": READS,
    "/office/report-words/{header}/vi-du.docx": READS,
    "/office/tasks": READS,
    "/office/tasks/{task}": READS,
    "/office/privacy": OFFICER,
    "/office/people": OFFICER,
}
"""Who may look at what. The operator runs the machine and sees no residents' data."""
FORMS: dict[str, frozenset[Role]] = {
    "/office/guides/{guide}/{step}/{kind}": CHANGES,
    "/office/guides/{guide}/{step}/{kind}/gone": CHANGES,
    "/office/messages/{number}/again": CHANGES,
    "/office/messages/{number}/settled": CHANGES,
    "/office/teams/invitations": CHANGES,
    "/office/teams/waiting/{number}/admit": CHANGES,
    "/office/teams/waiting/{number}/refuse": CHANGES,
    "/office/teams/members/{number}/move": CHANGES,
    "/office/teams/members/{number}/leave": CHANGES,
    "/office/teams/members/{number}/organisation": CHANGES,
    "/office/requests/{number}/take": OFFICER,
    "/office/requests/{number}/close": OFFICER,
    "/office/trainings": OFFICER,
    "/office/trainings/{number}/revise": OFFICER,
    "/office/trainings/{number}/status": OFFICER,
    "/office/trainings/{number}/heads": OFFICER,
    "/office/trainings/{number}/lines": OFFICER,
    "/office/trainings/{number}/out": OFFICER,
    "/office/communications/new/{key}": OFFICER,
    "/office/communications/{number}/correct": OFFICER,
    "/office/communications/{number}/void": OFFICER,
    "/office/communications/{number}/photo": OFFICER,
    "/office/communications/{number}/photo/gone": OFFICER,
    "/office/import": OFFICER,
    "/office/import/look": OFFICER,
    "/office/import/{number}/undo": OFFICER,
    "/office/sheet": OFFICER,
    "/office/checks/{number}/take": OFFICER,
    "/office/checks/{number}/result": OFFICER,
    "/office/learning": OFFICER,
    "/office/learning/{number}/gone": OFFICER,
    "/office/calendar/days": OFFICER,
    "/office/calendar/days/{number}/gone": OFFICER,
    "/office/calendar/rules/{deadline}": OFFICER,
    "/office/calendar/rules/{deadline}/gone": OFFICER,
    "/office/digest": OFFICER,
    "/office/digest/try": OFFICER,
    "/office/plan/{target}/figure": OFFICER,
    "/office/plan/{target}/figure/{number}/gone": OFFICER,
    "/office/plan/{target}/change": OFFICER,
    "/office/plan/{target}/again/{number}": OFFICER,
    "/office/plan/{target}/follow": OFFICER,
    "/office/plan/{target}/both": OFFICER,
    "/office/denominators/{name}": OFFICER,
    "/office/denominators/{name}/{number}/gone": OFFICER,
    "/office/reports/close": OFFICER,
    "/office/reports/{number}/reopen": OFFICER,
    "/office/reports/{number}/issue": OFFICER,
    "/office/units/open": OFFICER,
    "/office/units/links": OFFICER,
    "/office/units/schools": OFFICER,
    "/office/units/schools/{number}/gone": OFFICER,
    "/office/units/{number}/link": OFFICER,
    "/office/units/{number}/judge": OFFICER,
    "/office/units/{number}/enter": OFFICER,
    "/office/report-words": OFFICER,
    "/office/report-words/targets": OFFICER,
    "/office/report-words/{header}/template": OFFICER,
    "/office/report-words/{header}/gone": OFFICER,
    "/office/tasks/{task}": OFFICER,
    "/office/tasks/{task}/states/{number}/gone": OFFICER,
    "/office/privacy": OFFICER,
    "/office/privacy/export": OFFICER,
    "/office/privacy/erase": OFFICER,
    "/office/privacy/request": OFFICER,
    "/office/privacy/{number}/done": OFFICER,
    "/office/privacy/{number}/later": OFFICER,
    "/office/people": OFFICER,
    "/office/people/merge": OFFICER,
    "/office/people/{number}/undo": OFFICER,
}
"""Who may send what."""
FORMS_EACH = 20
"""Sent from one address: a few more in a minute are too many of anybody."""
DOOR = {"/office/sign-in", "/office/join", "/office/sign-out"}
PARTS = {
    "{guide}": "vneid-quen-mat-khau",
    "{step}": "mo-app",
    "{kind}": "sound",
    "{number}": "1",
    "{deadline}": "quy-cua-phong",
    "{task}": "van-dong-nguoi-dan",
    "{key}": "0123456789abcdef",
    "{target}": "truyen-thong-ky-nang-so",
    "{name}": "nguoi-lon",
    "{header}": "ubnd",
}
"""What stands for the parts of an address."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("roles")
    with running(folder, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def test_every_page_and_form_of_the_office_is_on_a_list(base: Installation) -> None:
    app, hosted = web.Application(), build(base, ())
    add_office(app, OfficeDesk(base, hosted.media), open_lobby(hosted).visitors)
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/office")
    }
    shown = {path for method, path in routes if method == "GET"} - DOOR
    sent = {path for method, path in routes if method == "POST"} - DOOR
    assert shown == set(PAGES)
    assert sent == set(FORMS)


def address(path: str) -> str:
    """An address of that kind."""
    return re.sub(r"\{\w+\}", lambda part: PARTS[part[0]], path)


@pytest.mark.parametrize("role", sorted(OFFICE))
def test_a_page_of_others_is_denied_and_an_own_one_is_not(site: Site, role: Role) -> None:
    officer = site.officer(role=role)
    for path, roles in PAGES.items():
        status = officer.opens(address(path)).status
        assert (status == 403) == (role not in roles), (path, status)
        assert status < 500, path


@pytest.mark.parametrize("role", sorted(OFFICE))
def test_a_form_of_others_is_denied_and_changes_nothing(site: Site, role: Role) -> None:
    denied = [path for path, roles in FORMS.items() if role not in roles]
    officers = [site.officer(role=role) for _ in range(0, len(denied), FORMS_EACH)]
    tokens = [officer.token("/office/sign-out") for officer in officers]
    database = site.ward.base.database
    before = {**database.read(facts), "audit_log": []}
    for number, path in enumerate(denied):
        who = number // FORMS_EACH
        answer = officers[who].posts(address(path), {"form": tokens[who]})
        assert answer.status == 403, path
    assert {**database.read(facts), "audit_log": []} == before


@pytest.mark.parametrize("path", [*PAGES, *FORMS])
def test_a_stranger_is_led_to_the_door(site: Site, path: str) -> None:
    answer = site.browser().opens(address(path)) if path in PAGES else None
    if answer is not None:
        assert (answer.status, answer.location) in {
            (303, "/office/sign-in"),
            (303, "/office/import"),
        }
    assert site.browser().posts(address(path), {}).status in {303, 403, 405}


def test_a_member_of_a_team_has_no_way_into_the_office(site: Site) -> None:
    code = site.ward.invites(Role.TEAM_LEADER)
    answer = site.browser().joins(code, "to.truong", "một câu dài khó đoán", "chị Hạnh")
    assert answer.status == 422
