"""The office's pages of classes: writing one down, its steps, its roll, and who may see and do what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import RuleError
from bot.core.vocabulary import (
    AgeBand,
    CommuneId,
    Evidence,
    Place,
    Role,
    Topic,
    TrainingKind,
    TrainingMode,
    TrainingStatus,
)
from bot.library.skills import load_skills
from bot.locale import load_sentences
from bot.services import check_in, teams, training_desk
from bot.services.access import Officer
from storage import attendances, audit, duty, sign_ups, trainings
from storage.attendances import NewSeat, Seat
from storage.database import Unit
from storage.trainings import Event, Training
from tests import small_content
from tests.browser_server import running
from tests.command_line import ROOT
from tests.office_browser import Answer, Browser
from tests.office_site import BAD, Site

LIST = "/office/trainings"
SENTENCES = load_sentences(ROOT / "content")
VERSION = load_skills(ROOT / "content").frames[0].version
TYPED = {
    "kind": "class",
    "title": "VNeID cho người lớn tuổi",
    "topic": "vneid",
    "audience": "nguoi_dan",
    "mode": "tai_cho",
    "day": "2026-11-28",
    "from": "09:00",
    "to": "11:00",
    "place": "nha_van_hoa",
    "place_name": "",
    "neighbourhood": "",
    "team": "",
    "host": "",
    "partners": "",
    "trainer": "",
    "seats": "",
    "note": "",
    "key": "k1",
}
"""A class of Saturday week; the clock says Wednesday 18 November 2026, 9 o'clock."""
PAST = {"day": "2026-11-14", "held": "1"}
HOUR = timedelta(hours=1)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def posts(browser: Browser, path: str, **fields: Any) -> Answer:
    """Send a form of these pages; its token is any of the browser's."""
    form = {name.rstrip("_"): str(value) for name, value in fields.items()}
    token = browser.token("/office/sign-out")
    return browser.posts(f"{LIST}{path}", {"form": token, **form})


def plans(browser: Browser, **changed: str) -> int:
    """A class by the form; gives its number."""
    answer = posts(browser, "", **{**TYPED, **changed})
    assert answer.status == 303, answer.page.words
    return int((answer.location or "").removeprefix(f"{LIST}/").partition("?")[0])


def steps(browser: Browser, number: int, to: str, **more: str) -> Answer:
    """Press the button of a step, as the page has it now."""
    revision = browser.opens(f"{LIST}/{number}").page.values["revision"]
    return posts(browser, f"/{number}/status", to=to, revision=revision, **more)


def commune(site: Site, slug: str = "ho-nai") -> CommuneId:
    return site.ward.commune(slug).id


def kept(site: Site, number: int) -> Training:
    return site.ward.base.database.read(trainings.get, commune(site), number)


def events(site: Site, number: int) -> list[Event]:
    return site.ward.base.database.read(trainings.list_events, commune(site), number)


def seats(site: Site, number: int) -> list[Seat]:
    return site.ward.base.database.read(attendances.list_of, commune(site), number)


def acts(site: Site) -> list[tuple[str, str]]:
    found = site.ward.base.database.read(audit.list_acts, commune(site))
    mine = [one.act for one in found if one.act.actor.startswith("staff:")]
    return [(act.action, act.object) for act in mine if act.action not in ("join", "sign-in")]


def words(answer: Answer, status: int = 200) -> str:
    assert answer.status == status, answer.text
    assert answer.page.scripts == []
    return " ".join(answer.page.words.split())


def said(sentence: str, **values: object) -> str:
    return SENTENCES[f"trainings-page.{sentence}"].format(**values)


# ---- writing one down


def test_a_class_is_written_down_with_everything_the_form_asks(site: Site) -> None:
    lan, database = site.officer(), site.ward.base.database
    team = database.read(teams.find_team, site.ward.commune(), "KP 3").id
    places = database.read(
        duty.list_neighbourhoods, commune(site), site.ward.base.database.clock().date()
    )
    more = {
        "kind": "outreach",
        "audience": "hoi_vien",
        "mode": "long_ghep",
        "place": "khac",
        "place_name": "Chợ Hố Nai",
        "neighbourhood": str(places[0].id),
        "team": str(team),
        "host": "Hội Phụ nữ",
        "partners": "VNPT; Đoàn phường, Viettel",
        "trainer": "anh Minh",
        "seats": "40",
        "note": "gọi 0912 345 678",
        "guide-vneid-kich-hoat": "1",
        "guide-khong-co": "1",
        "skill-0.1": "1",
        "skill-5": "1",
    }
    number = plans(lan, **more)
    outline = kept(site, number).outline
    assert (outline.kind, outline.mode, outline.place) == (
        TrainingKind.OUTREACH,
        TrainingMode.WITHIN,
        Place.OTHER,
    )
    assert (outline.topic, outline.team_id, outline.neighbourhood_id) == (
        Topic.VNEID,
        team,
        places[0].id,
    )
    assert (outline.host, outline.trainer, outline.seats) == ("Hội Phụ nữ", "anh Minh", 40)
    assert outline.partners == ("VNPT", "Đoàn phường", "Viettel")
    assert outline.guides == ("vneid-kich-hoat",)  # what there is not cannot be chosen
    assert (outline.skills, outline.skill_frame) == (("0.1",), VERSION)
    assert outline.starts_at.isoformat() == "2026-11-28T02:00:00+00:00"
    assert "0912" not in (outline.note or "")
    page = words(lan.opens(f"{LIST}/{number}"))
    for shown in ("Chợ Hố Nai", "Hội Phụ nữ", "VNPT, Đoàn phường, Viettel", "0.1 Thiết bị"):
        assert shown in page
    assert [one for one in acts(site) if one[0] == "training.plan"] == [
        ("training.plan", f"training:{number}")
    ]


def test_a_form_that_is_sent_twice_makes_one_class(site: Site) -> None:
    lan = site.officer()
    assert plans(lan) == plans(lan)
    assert plans(lan, key="k2") > plans(lan)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": "a"}, "not-title"),
        ({"day": "ngày mai"}, "no-day"),
        ({"from": ""}, "no-hour"),
        ({"to": "08:00"}, "not-hours"),
        ({"day": "2024-01-01"}, "not-day"),
        ({"seats": "nhiều"}, "not-seats"),
        ({"kind": "tiec"}, "choice"),
        ({"team": "999999"}, "choice"),
        ({"neighbourhood": "x"}, "choice"),
        ({"held": "1"}, "not-too-early"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_what_cannot_be_is_said_in_one_sentence_and_what_was_typed_stays(
    site: Site, wrong: dict[str, str], sentence: str
) -> None:
    lan = site.officer()
    typed = {**TYPED, "host": BAD, "guide-vneid-kich-hoat": "1", **wrong}
    answer = posts(lan, "", **typed)
    assert said(sentence) in words(answer, 422)
    assert answer.page.values["host"] == BAD
    assert answer.page.values["key"] == "k1"
    assert 'name="guide-vneid-kich-hoat" value="1" checked' in answer.text
    assert [act for act, _ in acts(site) if act != "read"] == []


def test_more_than_a_row_has_room_for_is_refused(site: Site) -> None:
    lan = site.officer()
    outline = kept(site, plans(lan)).outline
    many = replace(outline, guides=tuple(f"bai-huong-dan-{number}" for number in range(30)))
    officer = Officer(1, "chị Lan", Role.OFFICER, site.ward.commune())
    write = site.ward.base.database.write
    with pytest.raises(RuleError) as refused:
        write(training_desk.write_down, officer, many, ("k9", False))
    assert refused.value.code == "trainings-page.long"


def test_a_class_that_took_place_is_written_down_and_counts_at_once(site: Site) -> None:
    lan = site.officer()
    number = plans(lan, **PAST)
    assert kept(site, number).status is TrainingStatus.HELD
    assert [one.what for one in events(site, number)] == ["plan", "held"]
    long_ago = plans(lan, **PAST | {"day": "2025-11-01", "key": "k2"})
    assert kept(site, long_ago).status is TrainingStatus.HELD


# ---- the list


def test_the_list_shows_what_is_to_come_and_can_be_narrowed_down(site: Site) -> None:
    lan = site.officer()
    team = site.ward.base.database.read(teams.find_team, site.ward.commune(), "KP 3").id
    plans(lan, title=BAD, key="a", team=str(team))
    plans(lan, title="Cuộc thi lớn", key="b", kind="contest", day="2026-11-20")
    plans(lan, title="Buổi đã qua", key="c", **PAST)

    def titles(query: str = "") -> list[str]:
        page = lan.opens(f"{LIST}{query}").page
        rows = page.tables["listed"].rows[1:] if "listed" in page.tables else []
        return [row[3].text.removesuffix(" Nhà văn hóa") for row in rows]

    assert titles() == ["Cuộc thi lớn", BAD]
    assert titles("?span=lately") == ["Buổi đã qua"]
    assert titles("?span=year") == [BAD, "Cuộc thi lớn", "Buổi đã qua"]
    assert titles("?kind=contest") == ["Cuộc thi lớn"]
    assert titles(f"?team={team}") == [BAD]
    assert titles("?team=0") == ["Cuộc thi lớn"]
    assert titles("?span=year&status=held") == ["Buổi đã qua"]
    assert titles("?span=gi&kind=tiec&team=x&status=") == []
    assert said("none") in words(lan.opens(f"{LIST}?status=closed"))
    assert ("read", "trainings") in acts(site)


# ---- steps


def test_a_class_goes_from_planned_to_closed_and_back_with_reasons(site: Site) -> None:
    lan = site.officer()
    number = plans(lan, **PAST | {"held": ""})
    for to in ("announced", "held", "closed"):
        assert steps(lan, number, to).location == f"{LIST}/{number}?done=moved#done"
        assert kept(site, number).status == to
    refused = words(steps(lan, number, "held", reason=" "), 422)
    assert said("not-reason") in refused
    assert kept(site, number).status is TrainingStatus.CLOSED
    assert steps(lan, number, "held", reason="quên ba người").status == 303
    page = words(lan.opens(f"{LIST}/{number}"))
    assert said("because", reason="quên ba người") in page
    assert page.count("chị Lan") > len(events(site, number))
    assert [act for act, _ in acts(site) if act.startswith("training.")] == [
        "training.plan",
        "training.announced",
        "training.held",
        "training.closed",
        "training.held",
    ]


def test_a_class_is_called_off_with_a_reason_that_stays_when_it_is_too_short(site: Site) -> None:
    lan = site.officer()
    number = plans(lan)
    answer = steps(lan, number, "cancelled", reason="x")
    assert said("not-reason") in words(answer, 422)
    assert answer.page.values["reason"] == "x"
    assert steps(lan, number, "cancelled", reason="mưa bão").status == 303
    page = words(lan.opens(f"{LIST}/{number}"))
    assert said("is-cancelled", reason="mưa bão") in page
    assert said("tell") not in page


def test_a_step_that_is_not_there_or_an_old_page_changes_nothing(site: Site) -> None:
    lan = site.officer()
    number = plans(lan)
    assert said("not-step") in words(steps(lan, number, "closed"), 422)
    assert said("not-too-early") in words(steps(lan, number, "held"), 422)
    assert steps(lan, number, "tiệc").status == 400
    assert said("not-changed") in words(
        posts(lan, f"/{number}/status", to="announced", revision="9"), 422
    )
    assert kept(site, number).status is TrainingStatus.PLANNED
    assert posts(lan, "/999999/status", to="held", revision="1").status == 404
    assert lan.opens(f"{LIST}/999999").status == 404


def test_a_class_is_revised_and_who_was_slower_is_told(site: Site) -> None:
    lan = site.officer()
    number = plans(lan)
    form = lan.opens(f"{LIST}/{number}/revise").page
    assert (form.values["title"], form.values["from"]) == (TYPED["title"], "09:00")
    changed = {**TYPED, "revision": form.values["revision"]}
    done = posts(lan, f"/{number}/revise", **{**changed, "from": "08:00"})
    assert done.location == f"{LIST}/{number}?done=revised#done"
    assert kept(site, number).outline.starts_at.hour == 1
    late = posts(lan, f"/{number}/revise", **{**changed, "title": "Tên khác"})
    assert said("not-changed") in words(late, 422)
    assert (late.page.values["title"], late.page.values["revision"]) == ("Tên khác", "2")
    assert steps(lan, number, "announced").status == 303
    fresh = {**TYPED, "title": "Tên khác", "revision": "3"}
    assert said("not-reason") in words(posts(lan, f"/{number}/revise", **fresh), 422)
    assert posts(lan, f"/{number}/revise", **fresh, reason="đổi tên").status == 303
    assert kept(site, number).outline.title == "Tên khác"


# ---- the roll


def seated(site: Site, number: int) -> None:
    """Three chats with a seat, two of them told their age, and two who have signed up."""

    def take(unit: Unit) -> None:
        for mark in range(3):
            band = AgeBand.FROM_60 if mark else None
            new = NewSeat(f"s{mark}", number, Evidence.SCREEN, bytes([mark]) * 32, age_band=band)
            attendances.take(unit, commune(site), new)
        for mark in range(2):
            sign_ups.put(unit, commune(site), number, bytes([mark]) * 32)

    site.ward.base.database.write(take)


def test_the_roll_is_shown_as_numbers_with_heads_apart(site: Site) -> None:
    lan = site.officer()
    number = plans(lan, **PAST, seats="40")
    seated(site, number)
    revision = lan.opens(f"{LIST}/{number}").page.values["revision"]
    assert posts(lan, f"/{number}/lines", number="4", key="l1").status == 303
    assert posts(lan, f"/{number}/lines", number="4", key="l1").status == 303  # sent twice
    assert posts(lan, f"/{number}/heads", heads="9", revision=revision).status == 303
    page = lan.opens(f"{LIST}/{number}")
    shown = words(page)
    for label, figure in (
        ("signed-up", "2 / 40"),
        ("seated", "7"),
        ("people", "—"),
        ("without-person", "7"),
        ("heads", "9"),
    ):
        assert f"{said(label)}{figure}" in shown
    assert f"{SENTENCES['evidence.man_hinh']}3" in shown
    assert f"{SENTENCES['evidence.ghi_ho']}4" in shown
    ages = {row[0].text: row[1].text for row in page.page.tables["ages"].rows}
    assert ages == {"Từ 60 tuổi": "2", said("unsaid"): "5"}
    assert ("read", f"training:{number}") in acts(site)


def test_a_seat_is_taken_out_with_a_reason(site: Site) -> None:
    lan = site.officer()
    number = plans(lan, **PAST)
    seated(site, number)
    seat = seats(site, number)[0].id
    assert said("not-reason") in words(posts(lan, f"/{number}/out", seat=seat, reason=""), 422)
    gone = posts(lan, f"/{number}/out", seat=seat, reason="bấm nhầm")
    assert gone.location == f"{LIST}/{number}?done=out#done"
    assert len(seats(site, number)) == 2
    again = posts(lan, f"/{number}/out", seat=seat, reason="bấm nhầm")
    assert said("not-gone") in words(again, 422)
    assert ("roll.take-out", f"seat:{seat}") in acts(site)


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("lines", {"number": "0", "key": "k"}, "not-lines"),
        ("lines", {"number": "nhiều", "key": "k"}, "not-lines"),
        ("heads", {"heads": "-1"}, "not-heads"),
        ("heads", {"heads": "9999"}, "not-heads"),
    ],
)
def test_a_number_that_cannot_be_is_refused(
    site: Site, path: str, fields: dict[str, str], sentence: str
) -> None:
    lan = site.officer()
    number = plans(lan, **PAST)
    revision = lan.opens(f"{LIST}/{number}").page.values["revision"]
    answer = posts(lan, f"/{number}/{path}", revision=revision, **fields)
    assert said(sentence) in words(answer, 422)
    assert (kept(site, number).heads, seats(site, number)) == (None, [])


def test_a_closed_roll_stays_as_it_is(site: Site) -> None:
    lan = site.officer()
    number = plans(lan, **PAST)
    seated(site, number)
    assert steps(lan, number, "closed").status == 303
    assert said("lines") not in words(lan.opens(f"{LIST}/{number}"))
    assert said("not-closed") in words(posts(lan, f"/{number}/lines", number="2", key="k"), 422)
    seat = seats(site, number)[0].id
    refused = posts(lan, f"/{number}/out", seat=seat, reason="bấm nhầm")
    assert said("not-closed") in words(refused, 422)


# ---- what is shown to people, and to whom


def test_the_words_for_the_group_and_the_ways_to_screen_poster_and_sheet(site: Site) -> None:
    lan = site.officer()
    number = plans(lan)
    keys, home = site.ward.base.database.keys, site.ward.commune()
    code = check_in.printed_code(keys, home.id, number)
    page = lan.opens(f"{LIST}/{number}")
    for path in ("to-dan", "to-dan.pdf", "danh-sach", "danh-sach.pdf"):
        assert f"/c/{code}/{path}" in page.page.links
    screen = check_in.screen_path(keys, home.slug, home.id, number)
    assert screen in page.page.links
    assert screen.startswith(f"/c/man-hinh/ho-nai/{number}/")
    shown = words(page)
    assert check_in.show_code(code) in shown
    assert "MỜI BÀ CON ĐI HỌC" in shown
    assert "Thứ Bảy 28/11/2026, từ 9 giờ tới 11 giờ" in shown


def test_a_leader_reads_and_is_offered_nothing_to_press(site: Site) -> None:
    number = plans(site.officer(), **PAST)
    seated(site, number)
    leader = site.officer(role=Role.LEADER, name="bà Chủ tịch")
    page = leader.opens(f"{LIST}/{number}")
    assert said("read-only") in words(page)
    assert set(page.page.tokens) == {"/office/sign-out"}
    assert said("new") not in words(leader.opens(LIST))
    assert leader.opens(f"{LIST}/{number}/revise").status == 403


def test_another_commune_sees_nothing_of_it(site: Site) -> None:
    number = plans(site.officer())
    other = site.officer(slug="phu-lam")
    assert other.opens(f"{LIST}/{number}").status == 404
    assert posts(other, f"/{number}/status", to="announced", revision="1").status == 404
    assert posts(other, f"/{number}/lines", number="2", key="k").status == 404
    assert said("none") in words(other.opens(f"{LIST}?span=year"))
    assert kept(site, number).status is TrainingStatus.PLANNED
