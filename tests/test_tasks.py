"""Tasks of the plan: the newest word of the office, what is overdue, taken back, told in a report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import parse
from bot.core.vocabulary import AddressForm, Audience, Role, TaskStatus
from bot.library import load
from bot.library.reporting import Task
from bot.locale import Texts, load_sentences, local_day
from bot.services import period_report, tasks
from bot.services.access import Officer
from bot.services.tasks import NewState, Standing
from storage import audit, staff
from storage.database import Unit
from storage.task_states import TaskState
from tests.command_line import ROOT
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf

TEXTS = Texts(load_sentences(ROOT / "content"), AddressForm.CO_CHU.words)
PLAN = load(ROOT / "content").plans["phuoc-binh"]
CONTEST = "to-chuc-cuoc-thi-cong-dan-so"
DOING, DONE, DROPPED = TaskStatus.DOING, TaskStatus.DONE, TaskStatus.DROPPED
MAY, JUNE = date(2026, 5, 10), date(2026, 6, 20)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("tasks")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def officer_of(unit: Unit, office: Office, role: Role = Role.OFFICER) -> Officer:
    number = staff.add_staff(unit, office.id, "anh Bình", role)
    return Officer(number, "anh Bình", role, office.commune)


def said(unit: Unit, office: Office, period: str) -> dict[str, str | None]:
    """The contest as the report of a period says it."""
    found = tasks.in_json(unit, office.id, PLAN, parse(period))
    (one,) = [one for one in found if one["id"] == CONTEST]
    return one


def write_two(unit: Unit, officer: Officer) -> int:
    """It began in May and was done in June; the later one is written down first."""
    number = tasks.set_state(unit, officer, PLAN, NewState(CONTEST, DONE, "312 người thi", JUNE))
    tasks.set_state(unit, officer, PLAN, NewState(CONTEST, DOING, None, MAY))
    assert number is not None
    return number


def test_a_report_says_what_the_plan_says_and_leaves_unknown_what_nobody_wrote(
    shelf: Shelf, office: Office
) -> None:
    found = shelf.read(lambda unit: tasks.in_json(unit, office.id, PLAN, parse("year:2026")))
    assert len(found) == len(PLAN.tasks)
    assert {one["status"] for one in found} == {None}
    (contest,) = [one for one in found if one["id"] == CONTEST]
    assert contest == {
        "id": CONTEST,
        "text": contest["text"],
        "lead": "Phòng Văn hóa - Xã hội",
        "partners": "Đoàn Thanh niên, TTHCC",
        "product": "≥300 người dự thi",
        "due": "Quý II/2026",
        "status": None,
        "result": None,
        "as_of": None,
        "source": "001 · PL.I.II.I.6",
    }


def test_the_newest_day_counts_and_no_later_one_than_the_period(
    shelf: Shelf, office: Office
) -> None:
    def work(unit: Unit) -> None:
        write_two(unit, officer_of(unit, office))
        told = {name: said(unit, office, name) for name in ("month:2026-04", "month:2026-05")}
        assert told["month:2026-04"]["status"] is None
        assert told["month:2026-05"]["status"] == "dang_lam"
        june = said(unit, office, "month:2026-06")
        assert (june["status"], june["result"]) == ("da_xong", "312 người thi")
        assert june["as_of"] == "2026-06-20"

    shelf.write(work)


@pytest.mark.parametrize("audience", Audience)
def test_the_report_of_a_period_carries_its_tasks(
    shelf: Shelf, office: Office, audience: Audience
) -> None:
    def work(unit: Unit) -> None:
        write_two(unit, officer_of(unit, office))
        body = period_report.find(unit, office.commune, PLAN, parse("month:2026-06"), audience)
        assert body["tasks"] == tasks.in_json(unit, office.id, PLAN, parse("month:2026-06"))

    shelf.write(work)


def test_what_was_wrong_is_taken_back_with_a_reason_and_stays_in_the_history(
    shelf: Shelf, office: Office
) -> None:
    def work(unit: Unit) -> None:
        officer = officer_of(unit, office)
        number = write_two(unit, officer)
        with pytest.raises(RuleError) as refused:
            tasks.take_back(unit, officer, (CONTEST, number), " ")
        assert refused.value.code == "correct.reason"
        assert not tasks.take_back(unit, officer, ("hoc-tap-so", number), "nhầm nhiệm vụ")
        assert tasks.take_back(unit, officer, (CONTEST, number), "ghi nhầm kỳ thi khác")
        assert not tasks.take_back(unit, officer, (CONTEST, number), "ghi nhầm kỳ thi khác")
        assert said(unit, office, "month:2026-06")["status"] == "dang_lam"
        newest, oldest = tasks.history(unit, office.id, tasks.find(PLAN, CONTEST))
        assert (newest.as_of, newest.reason) == (JUNE, "ghi nhầm kỳ thi khác")
        assert (oldest.as_of, oldest.voided_at, oldest.by) == (MAY, None, "anh Bình")
        acts = [one.act.action for one in audit.list_acts(unit, office.id)]
        assert acts[-3:] == ["set-task-state", "set-task-state", "drop-task-state"]

    shelf.write(work)


def test_a_second_word_of_the_same_day_wins_and_the_same_word_twice_is_one(
    shelf: Shelf, office: Office
) -> None:
    def work(unit: Unit) -> None:
        officer = officer_of(unit, office)
        write_two(unit, officer)
        again = NewState(CONTEST, DONE, " 312  người thi ", JUNE)
        assert tasks.set_state(unit, officer, PLAN, again) is None
        assert tasks.set_state(unit, officer, PLAN, NewState(CONTEST, DONE, "315 người", JUNE))
        assert said(unit, office, "month:2026-06")["result"] == "315 người"
        assert len(tasks.history(unit, office.id, tasks.find(PLAN, CONTEST))) == 3

    shelf.write(work)


@pytest.mark.parametrize(
    ("fresh", "code"),
    [
        (NewState(CONTEST, DONE, None, date(2062, 1, 1)), "tasks.day-ahead"),
        (NewState(CONTEST, DONE, None, date(2025, 12, 31)), "tasks.day-early"),
        (NewState(CONTEST, DONE, "a" * 1001, JUNE), "tasks.long"),
        (NewState(CONTEST, DROPPED, "  ", JUNE), "tasks.why-not"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_sentence(
    shelf: Shelf, office: Office, fresh: NewState, code: str
) -> None:
    def work(unit: Unit) -> str:
        officer = officer_of(unit, office)
        with pytest.raises(RuleError) as refused:
            tasks.set_state(unit, officer, PLAN, fresh)
        return refused.value.code

    assert shelf.write(work) == code
    assert TEXTS.say(code)


def test_a_task_that_the_plan_has_not_is_not_found_and_only_an_officer_writes(
    shelf: Shelf, office: Office
) -> None:
    def work(unit: Unit) -> None:
        officer, strange = officer_of(unit, office), NewState("khong-co", DONE, None, JUNE)
        with pytest.raises(NotFoundError):
            tasks.set_state(unit, officer, PLAN, strange)
        for role in (Role.LEADER, Role.OPERATOR):
            other = officer_of(unit, office, role)
            with pytest.raises(NotAllowedError):
                tasks.set_state(unit, other, PLAN, NewState(CONTEST, DONE, None, JUNE))
            with pytest.raises(NotAllowedError):
                tasks.take_back(unit, other, (CONTEST, 1), "ghi nhầm")

    shelf.write(work)


def test_a_number_of_a_resident_is_not_kept_in_a_result(shelf: Shelf, office: Office) -> None:
    def work(unit: Unit) -> None:
        fresh = NewState(CONTEST, DONE, "gọi bà Sáu 0912 345 678, căn cước 075123456789", JUNE)
        tasks.set_state(unit, officer_of(unit, office), PLAN, fresh)
        result = said(unit, office, "month:2026-06")["result"] or ""
        assert "345" not in result
        assert "075123456789" not in result

    shelf.write(work)


def test_today_of_the_shelf_is_in_the_year_of_the_plan(shelf: Shelf) -> None:
    assert shelf.read(lambda unit: local_day(unit.now)).year == PLAN.plan.year


STATUSES = st.none() | st.sampled_from(TaskStatus)
NEAR = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.none() | NEAR, STATUSES, NEAR)
def test_what_is_done_or_dropped_or_has_no_day_is_never_late(
    ends_on: date | None, status: TaskStatus | None, day: date
) -> None:
    task = Task(id="viec", text="Việc", ends_on=ends_on, source="001 · I")
    moment = None
    state = (
        TaskState(1, "viec", status, None, day, None, moment, None, None, None) if status else None
    )  # type: ignore[arg-type]  # no moment is looked at
    standing = Standing(task, state, day)
    is_over = ends_on is not None and ends_on < day
    assert standing.is_overdue == (is_over and status not in {DONE, DROPPED})
    assert (standing.days_late > 0) == standing.is_overdue
    assert standing.status is status
