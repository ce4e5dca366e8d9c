"""Learning on the official platform: three figures that are never added, told by chats, teams, the office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import LearningStage, Role
from bot.services import learning
from bot.services.access import Officer
from bot.services.learning import Learning
from storage import audit, staff
from storage import learning as kept
from storage.database import Unit
from storage.learning import NewReading
from storage.models_trainings import learning_readings
from tests import small_content
from tests.browser_server import running
from tests.clock import FixedClock
from tests.office_browser import Answer, Browser
from tests.office_site import Site
from tests.storage_tools import Office, Shelf, open_office, open_shelf
from tests.world import Person, World

PAGE = "/office/learning"
TODAY = date(2026, 11, 18)
WEEK = (date(2026, 11, 16), date(2026, 11, 23))
NOTHING = Learning(None, None, None, None, None)
SOURCE = "Công văn 123/SKHCN"
PLATFORM = "bdhvs"


@pytest.fixture
def tu(world: World) -> Person:
    """Somebody who has said something already."""
    person = world.person("bà Tư")
    person.says("menu")
    return person


def figures(world: World, window: tuple[date, date] = WEEK) -> Learning:
    return world.base.database.read(learning.figures, world.commune.id, window)


def acts(world: World) -> list[str]:
    found = world.base.database.read(audit.list_acts, world.commune.id)
    return [one.act.action for one in found if "learning" in one.act.action]


# ---- a resident


def test_whoever_is_shown_the_platform_counts_once(world: World, tu: Person) -> None:
    assert figures(world) == NOTHING
    tu.says("học trên nền tảng")
    assert "https://binhdanhocvuso.gov.vn" in tu.last
    assert "VNeID" in tu.last
    tu.says("học trên nền tảng")
    nam = world.person("ông Năm")
    nam.says("học trên nền tảng")
    assert figures(world) == Learning(2, None, None, None, None)


def test_what_is_said_to_be_finished_is_their_word_and_no_certificate(
    world: World, tu: Person
) -> None:
    tu.says("học trên nền tảng")
    tu.presses("Tôi học xong rồi")
    assert "tự báo" in tu.last
    assert "không phải giấy chứng nhận" in tu.last
    tu.says("tôi học xong rồi")
    assert "đã báo" in tu.last
    assert figures(world) == Learning(1, 1, None, None, None)


def test_a_slip_is_taken_back_and_can_be_said_again(world: World, tu: Person) -> None:
    tu.says("tôi học xong rồi")
    tu.presses("Bấm nhầm, chưa học xong")
    assert figures(world).self_reported is None
    tu.says("tôi học xong rồi")
    assert figures(world).self_reported == 1


def test_the_platform_leads_to_the_guide_step_by_step(tu: Person) -> None:
    tu.says("học trên nền tảng")
    tu.presses("Chỉ tôi từng bước")
    assert "Học trên trang Bình dân học vụ số" in tu.last


def test_a_chat_that_is_forgotten_still_counts_and_leads_nowhere(world: World, tu: Person) -> None:
    tu.says("học trên nền tảng")
    world.base.database.write(kept.forget_chat, world.commune.id, tu.identity)
    seats = world.base.database.read(
        lambda u: u.connection.execute(learning_readings.select()).mappings().all()
    )
    assert [row["seat"] for row in seats] == [None]
    assert figures(world).introduced == 1


# ---- a team


def test_a_member_tells_in_two_taps(world: World) -> None:
    hanh = world.member()
    hanh.says("giới thiệu nền tảng")
    assert [one.label for one in hanh.prompt if one.n][:2] == ["1 người", "2 người"]
    hanh.says("3")
    assert "cho 3 người" in hanh.last
    assert figures(world).introduced == 3
    assert acts(world) == ["tell-learning"]


def test_any_number_up_to_fifty_is_typed(world: World) -> None:
    hanh = world.member()
    hanh.says("giới thiệu nền tảng")
    for wrong in ("51", "99 người"):
        hanh.says(wrong)
        assert "từ 1 đến 50" in hanh.last
    hanh.says("20 người")
    assert figures(world).introduced == 20


def test_the_same_button_twice_is_written_once(world: World) -> None:
    hanh = world.member()
    hanh.says("giới thiệu nền tảng")
    hanh.says("3")
    hanh.presses_earlier("3 người")
    assert "lần này đã ghi rồi" in hanh.last
    assert figures(world).introduced == 3
    hanh.says("giới thiệu nền tảng")
    hanh.says("3")
    assert figures(world).introduced == 6


def test_a_member_takes_an_own_line_back_within_a_day(world: World, clock: FixedClock) -> None:
    hanh, lan = world.member(), world.member("chị Lan")
    hanh.says("giới thiệu nền tảng")
    hanh.says("3")
    (undo,) = [one.action for one in hanh.prompt if one.label == "Bỏ lần ghi này"]
    lan.sends_action(undo)
    assert "không bỏ được" in lan.last
    clock.passes(hours=25)
    hanh.sends_action(undo)
    assert "không bỏ được" in hanh.last
    clock.passes(hours=-2)
    hanh.sends_action(undo)
    assert "không tính nữa" in hanh.last
    assert figures(world).introduced is None
    assert acts(world) == ["tell-learning", "take-back-learning"]


def test_a_button_that_was_tampered_with_writes_nothing(world: World) -> None:
    hanh = world.member()
    for action in ("learntold:0:1", "learntold:51:1", "learntold:x:1", "learntold:3", "learntold"):
        hanh.sends_action(action)
        assert "cho mấy người" in hanh.last, action
    assert figures(world) == NOTHING


# ---- the figures


@pytest.fixture(scope="module")
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    """One database for the sums."""
    with open_shelf(request, "sqlite", tmp_path_factory.mktemp("learning")) as opened:
        yield opened


lines = st.lists(
    st.tuples(
        st.sampled_from(LearningStage),
        st.integers(0, 40),
        st.integers(0, 50),
        st.booleans(),
    ),
    max_size=12,
)


@given(told=lines, start=st.integers(0, 40), days=st.integers(1, 20))
def test_each_figure_is_of_its_own_readings_alone(
    shelf: Shelf, told: list[tuple[LearningStage, int, int, bool]], start: int, days: int
) -> None:
    first = date(2026, 10, 1)
    window = (first + timedelta(days=start), first + timedelta(days=start + days))

    def work(unit: Unit) -> Learning:
        office = open_office(unit)
        for number, (stage, day, count, is_void) in enumerate(told):
            on = first + timedelta(days=day)
            fresh = NewReading(f"r{number}", stage, "k", count, on, source="nguồn")
            written, _ = kept.add_once(unit, office.id, fresh)
            if is_void:
                kept.void(unit, office.id, written.id, "nhầm")
        return learning.figures(unit, office.id, window)

    found = shelf.write(work)
    valid = [(stage, day, count) for stage, day, count, is_void in told if not is_void]

    def events(stage: LearningStage) -> int | None:
        before = [(day, count) for one, day, count in valid if one is stage and day < start + days]
        return sum(count for day, count in before if day >= start) if before else None

    levels = [
        (day, number, count)
        for number, (stage, day, count) in enumerate(valid)
        if stage is LearningStage.CONFIRMED and day < start + days
    ]
    assert found.introduced == events(LearningStage.INTRODUCED)
    assert found.self_reported == events(LearningStage.SELF_REPORTED)
    assert found.confirmed == (max(levels)[2] if levels else None)
    assert (found.confirmed_on is None) == (not levels)


def test_before_anything_was_told_nothing_is_known_and_later_it_is_none(
    shelf: Shelf,
) -> None:
    def work(unit: Unit) -> list[int | None]:
        commune = open_office(unit).id
        day = date(2026, 11, 10)
        kept.add_once(unit, commune, NewReading("a", LearningStage.INTRODUCED, "k", 4, day))
        weeks = [(day + timedelta(days=7 * n), day + timedelta(days=7 * n + 7)) for n in (-1, 0, 1)]
        return [learning.figures(unit, commune, week).introduced for week in weeks]

    assert shelf.write(work) == [None, 4, 0]


# ---- the office


def officer_of(unit: Unit, office: Office, role: Role = Role.OFFICER) -> Officer:
    number = staff.add_staff(unit, office.id, "anh Bình", role)
    return Officer(number, "anh Bình", role, office.commune)


def test_a_correction_is_a_new_reading_and_the_old_one_stays_with_its_reason(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        office = open_office(unit)
        officer = officer_of(unit, office)
        day = date(2026, 11, 15)
        first, _ = learning.confirm(unit, officer, (1250, day, SOURCE), (PLATFORM, "a"))
        with pytest.raises(RuleError) as refused:
            learning.confirm(unit, officer, (1520, day, SOURCE), (PLATFORM, "b"))
        assert refused.value.code == "learning.same-day"
        assert learning.take_back(unit, officer, first.id, "gõ lộn số")
        assert not learning.take_back(unit, officer, first.id, "gõ lộn số")
        learning.confirm(unit, officer, (1520, day, SOURCE), (PLATFORM, "b"))
        sheet = learning.read_sheet(unit, officer)
        assert [(one.count, one.reason) for one in sheet.readings] == [
            (1520, None),
            (1250, "gõ lộn số"),
        ]
        assert (sheet.year.confirmed, sheet.year.confirmed_on) == (1520, day)
        assert sheet.year.confirmed_source == SOURCE

    shelf.write(work)


@pytest.mark.parametrize(
    ("count", "day", "source", "code"),
    [
        (-1, TODAY, SOURCE, "learning.number"),
        (10_000_001, TODAY, SOURCE, "learning.number"),
        (1, date(2027, 11, 18), SOURCE, "learning.day"),
        (1, date(2025, 3, 31), SOURCE, "learning.day"),
        (1, TODAY, "  ", "learning.source"),
        (1, TODAY, "ab", "learning.source"),
    ],
)
def test_a_figure_without_number_day_or_source_is_refused(
    shelf: Shelf, count: int, day: date, source: str, code: str
) -> None:
    def work(unit: Unit) -> str:
        officer = officer_of(unit, open_office(unit))
        with pytest.raises(RuleError) as refused:
            learning.confirm(unit, officer, (count, day, source), (PLATFORM, "a"))
        return refused.value.code

    assert shelf.write(work) == code


def test_only_an_officer_confirms_and_an_operator_sees_nothing(shelf: Shelf) -> None:
    def work(unit: Unit) -> None:
        office = open_office(unit)
        leader = officer_of(unit, office, Role.LEADER)
        assert learning.read_sheet(unit, leader).readings == []
        for act in (
            lambda: learning.confirm(unit, leader, (1, TODAY, SOURCE), (PLATFORM, "a")),
            lambda: learning.take_back(unit, leader, 1, "vì sao"),
            lambda: learning.read_sheet(unit, officer_of(unit, office, Role.OPERATOR)),
        ):
            with pytest.raises(NotAllowedError):
                act()

    shelf.write(work)


def test_what_a_chat_said_is_not_the_offices_to_take_back(shelf: Shelf) -> None:
    def work(unit: Unit) -> bool:
        office = open_office(unit)
        told = NewReading("a", LearningStage.SELF_REPORTED, "k", 1, TODAY)
        written, _ = kept.add_once(unit, office.id, told)
        return learning.take_back(unit, officer_of(unit, office), written.id, "không tin")

    assert shelf.write(work) is False


# ---- the page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A ward with its office."""
    folder = tmp_path_factory.mktemp("learning-page")
    with running(folder, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def send(browser: Browser, path: str = "", **fields: str) -> Answer:
    form = {"form": browser.token("/office/sign-out"), **fields}
    return browser.posts(PAGE + path, form)


def test_the_page_shows_three_figures_and_what_each_means(site: Site) -> None:
    resident = site.resident("phu-lam")
    resident.says("học trên nền tảng")
    officer = site.officer("phu-lam")
    words = officer.opens(PAGE).page.words
    for said in (
        "Đã giới thiệu (người)",
        "Người học tự báo xong (người)",
        "Được xác nhận (người)",
        "Chưa ghi số nào từ nguồn chính thức.",
        "Ba số này không cộng với nhau",
    ):
        assert "".join(said.split()) in "".join(words.split()), said


def test_a_reading_is_kept_listed_and_taken_back(site: Site) -> None:
    officer = site.officer()
    kept_form = send(officer, count="1.250", day="2026-11-15", source=SOURCE, once="abcdefghijkl")
    assert kept_form.location == f"{PAGE}?done=kept#done"
    again = send(officer, count="1.250", day="2026-11-15", source=SOURCE, once="abcdefghijkl")
    assert again.location == f"{PAGE}?done=kept#done"
    text = officer.opens(PAGE).text
    assert text.count("1.250 người, tới ngày 15/11/2026</h3>") == 1
    number = text.split('id="reading-')[1].split('"')[0]
    without = send(officer, f"/{number}/gone", reason="")
    assert (without.status, "Cần ghi vì sao gỡ" in without.text) == (422, True)
    gone = send(officer, f"/{number}/gone", reason="số của phường khác")
    assert gone.location == f"{PAGE}?done=gone#done"
    assert "Lý do: số của phường khác" in officer.opens(PAGE).text
    assert send(officer, f"/{number}/gone", reason="lần nữa").location.endswith("late#done")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"count": "nhiều"}, "số nguyên từ 0"),
        ({"count": "-4"}, "số nguyên từ 0"),
        ({"day": "2027-01-01"}, "đến hôm nay"),
        ({"day": "mai"}, "đến hôm nay"),
        ({"source": ""}, "Cần ghi nguồn"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: Site, fields: dict[str, str], said: str
) -> None:
    typed = {"count": "77", "day": "15/11/2026", "source": SOURCE, **fields}
    answer = send(site.officer(), **typed)
    assert answer.status == 422
    assert said in answer.text
    for name, value in typed.items():
        assert answer.page.values[name] == value
    assert "77 người" not in answer.text


def test_a_leader_reads_and_has_no_form(site: Site) -> None:
    page = site.officer(role=Role.LEADER).opens(PAGE)
    assert page.status == 200
    assert "Ghi số này" not in page.text
    assert page.page.scripts == []


def test_every_look_and_change_stands_in_the_record_without_what_was_written(site: Site) -> None:
    officer = site.officer("xuan-hoa")
    send(officer, count="9", day="2026-11-15", source="Sở KH&CN", once="mnopqrstuvwx")
    officer.opens(PAGE)
    found = site.ward.base.database.read(audit.list_acts, site.ward.commune("xuan-hoa").id)
    lines = [(one.act.action, one.act.object) for one in found]
    assert ("read", "learning") in lines
    assert any(action == "confirm-learning" for action, _ in lines)
    assert not any("Sở" in str(one.act) for one in found)
