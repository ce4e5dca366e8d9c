"""Lists of classes from paper: taken as a whole and once, nobody's name kept, taken back, by command too."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.app.installation import Installation
from bot.app.paper import PaperRoom
from bot.core.errors import RuleError, TableError
from bot.core.keys import KeyRing
from bot.core.vocabulary import Evidence, Place, Topic, TrainingKind, TrainingStatus
from bot.reports.reading import read_table
from bot.services import import_attendance, imports, trainings
from bot.services.import_attendance_rows import COLUMNS, SHAPE
from bot.services.imports import CONSOLE, Taken
from bot.services.plans import find_commune
from storage import attendances, audit, communes
from storage.attendances import Count
from storage.database import Database, Unit
from storage.models_trainings import attendances as seat_rows
from storage.trainings import By, Outline, Training
from tests import small_content
from tests.browser_server import running
from tests.clock import FixedClock
from tests.command_line import Terminal
from tests.office_site import Site
from tests.paper_files import PHONE, Typed, as_csv, as_xlsx

TITLE = "VNeID cho người lớn tuổi"
SATURDAY = datetime(2026, 11, 14, 2, tzinfo=UTC)  # 9 o'clock
HELD_ON = "14/11/2026"
OFFICER = trainings.Hand(By(), "console", teams=None, led=None)
E164 = "+84912345678"


def outline(title: str = TITLE, starts_at: datetime = SATURDAY) -> Outline:
    place = (Place.CULTURE_HOUSE, "")
    ends_at = starts_at + timedelta(hours=2)
    return Outline(TrainingKind.CLASS, title, Topic.VNEID, starts_at, ends_at, *place)


class Lists:
    """The office of a commune with the lists of its classes, without pages."""

    def __init__(self, base: Installation, slug: str = "ho-nai") -> None:
        self.base, self.room = base, PaperRoom(base)
        self.commune = find_commune(base.communes, slug)
        self.house = self.room.house(self.commune)

    def plans(self, key: str = "c1", **more: Any) -> Training:
        """A class that took place."""

        def plan(unit: Unit) -> Training:
            made, _ = trainings.plan(unit, self.commune.id, OFFICER, outline(**more), key)
            return made

        return self.base.database.write(plan)

    def moves(self, training: Training, *statuses: TrainingStatus) -> None:
        """From step to step."""
        for status in statuses:

            def move(unit: Unit, status: TrainingStatus = status) -> None:
                seen = trainings.look(unit, self.commune.id, OFFICER, training.id)
                step = (status, "một lý do")
                trainings.move(unit, self.commune.id, OFFICER, seen, step)

            self.base.database.write(move)

    def looks(self, rows: Sequence[Typed] | bytes) -> import_attendance.SeatDraft:
        body = rows if isinstance(rows, bytes) else as_csv(rows)
        grid = read_table(body, SHAPE)
        return self.base.database.read(import_attendance.draft, self.house, grid)

    def faults(self, rows: Sequence[Typed] | bytes) -> list[str]:
        return [fault.line(self.room.texts) for fault in self.looks(rows).faults]

    def takes(self, rows: Sequence[Typed] | bytes) -> Taken:
        draft = self.looks(rows)
        return self.base.database.write(import_attendance.take, self.house, draft, CONSOLE)

    def undoes(self, number: int | None, why: str = "nhập nhầm lớp") -> int:
        assert number is not None
        return self.base.database.write(imports.undo, self.commune.id, number, why, CONSOLE)

    def count(self, training: Training) -> Count:
        return self.base.database.read(attendances.count, self.commune.id, training.id)

    def acts(self) -> list[tuple[str, str]]:
        found = self.base.database.read(audit.list_acts, self.commune.id)
        return [(one.act.action, one.act.object) for one in found]


@pytest.fixture
def lists(base: Installation) -> Lists:
    return Lists(base)


def sheet(training: Training | str | int) -> list[dict[str, Any]]:
    """Five people on three lines: one of whom nothing is said, one of an age and a place, three others."""
    number = training.id if isinstance(training, Training) else training
    return [
        {"id": "L1-1", "training": number, "age_band": "16–34"},
        {"id": "L1-2", "training": number, "age_band": "Từ 60", "neighbourhood": "kp 3"},
        {"id": "L1-3", "training": number, "count": 3},
    ]


def test_a_list_becomes_seats_that_name_nobody(lists: Lists) -> None:
    training = lists.plans()
    taken = lists.takes(sheet(training))
    assert (taken.added, taken.known) == (5, 0)
    assert lists.count(training) == Count(5, 0, 5, {Evidence.LIST: 5})
    seats = lists.base.database.read(attendances.list_of, lists.commune.id, training.id)
    assert [seat.age_band for seat in seats if seat.age_band] == ["16_34", "tu_60"]
    assert [bool(seat.neighbourhood_id) for seat in seats].count(True) == 1
    assert lists.acts()[-2:] == [
        ("import", f"import:{taken.import_id}"),
        ("attendance-list", f"training:{training.id}"),
    ]


@pytest.mark.parametrize("column", ["phone", "consent", "name"])
def test_a_list_has_no_place_for_whom_nobody_asked(lists: Lists, column: str) -> None:
    rows = [{**sheet(lists.plans())[0], column: PHONE}]
    with pytest.raises(TableError) as refused:
        lists.looks(rows)
    assert column in str(refused.value.values)


def test_a_second_import_does_nothing_even_when_the_class_is_closed(lists: Lists) -> None:
    training = lists.plans()
    lists.takes(sheet(training))
    lists.moves(training, TrainingStatus.HELD, TrainingStatus.CLOSED)
    before = lists.acts()
    for again in (as_csv(sheet(training)), as_xlsx(sheet(training)), sheet(training)[::-1]):
        taken = lists.takes(again)
        assert (taken.import_id, taken.added, taken.known) == (None, 0, 3)
    assert (lists.count(training).seats, lists.acts()) == (5, before)


def test_a_list_that_goes_on_brings_only_what_is_new(lists: Lists) -> None:
    training = lists.plans()
    lists.takes(sheet(training)[:2])
    taken = lists.takes(sheet(training))
    assert (taken.added, taken.known) == (3, 2)
    assert lists.count(training).seats == 5


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (0, {"age_band": ""}),
        (1, {"age_band": "Dưới 16"}),
        (1, {"neighbourhood": ""}),
        (2, {"count": 2}),
        (2, {"count": 4}),
        (2, {"count": ""}),
    ],
    ids=str,
)
def test_the_same_id_with_other_content_is_refused(
    lists: Lists, line: int, change: dict[str, Any]
) -> None:
    training = lists.plans()
    lists.takes(sheet(training))
    rows = sheet(training)
    rows[line] |= change
    assert lists.faults(rows) == [
        f"Dòng {line + 2}, cột id: Mã L1-{line + 1} đã nhập trước đây với nội dung khác. "
        "Xem lại mã; muốn thay thì bỏ lần nhập trước rồi nhập lại."
    ]


def test_the_same_id_for_another_class_is_refused(lists: Lists) -> None:
    lists.takes(sheet(lists.plans()))
    other = lists.plans("c2", title="Lớp khác")
    assert [line.partition(":")[0] for line in lists.faults(sheet(other))] == [
        f"Dòng {row}, cột id" for row in (2, 3, 4)
    ]


@pytest.mark.parametrize("key", ["number", "hash", "title"])
def test_a_class_is_named_by_its_number_or_its_title_and_day(lists: Lists, key: str) -> None:
    training = lists.plans()
    named = {
        "number": {"training": training.id},
        "hash": {"training": f"#{training.id}", "held_on": HELD_ON},
        "title": {"training": "vneid cho NGUOI lớn tuổi", "held_on": "2026-11-14"},
    }
    assert lists.takes([{"id": "a", **named[key]}]).added == 1
    assert lists.count(training).seats == 1


@pytest.mark.parametrize(
    ("row", "place", "words"),
    [
        ({"training": ""}, "training", "Chưa ghi lớp nào."),
        ({"training": "99999"}, "training", "Không có lớp số 99999."),
        ({"training": TITLE}, "training", "phải có ngày học"),
        ({"training": TITLE, "held_on": "13/11/2026"}, "training", "Ngày 13/11/2026 không có"),
        ({"training": TITLE, "held_on": "hôm kia"}, "held_on", "không phải ngày"),
        ({"training": "Hai lớp", "held_on": HELD_ON}, "training", "hơn một lớp"),
        ({"held_on": "13/11/2026"}, "training", "học ngày 14/11/2026"),
        ({"age_band": "già"}, "age_band", "Không hiểu"),
        ({"neighbourhood": "KP 99"}, "neighbourhood", "Không có khu phố"),
        ({"count": "0"}, "count", "từ 1 đến 100"),
        ({"count": "101"}, "count", "từ 1 đến 100"),
        ({"id": ""}, "id", "Chưa có mã"),
        ({"count": "=1+1"}, "count", "công thức"),
    ],
    ids=str,
)
def test_every_fault_is_a_line_with_its_place(
    lists: Lists, row: dict[str, str], place: str, words: str
) -> None:
    training = lists.plans()
    for key in ("c2", "c3"):
        lists.plans(key, title="Hai lớp")
    good = {"id": "a", "training": training.id, "age_band": "", "count": ""}
    rows = [good, {"id": "b", "training": str(training.id), "age_band": "16–34"} | row]
    (line,) = lists.faults(rows)
    assert line.startswith(f"Dòng 3, cột {place}: ")
    assert words in line
    with pytest.raises(RuleError) as refused:
        lists.takes(rows)
    assert refused.value.code == "import.has-faults"
    assert lists.count(training).seats == 0


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([TrainingStatus.CANCELLED], "đã hủy"),
        ([TrainingStatus.HELD, TrainingStatus.CLOSED], "đã chốt"),
    ],
    ids=str,
)
def test_a_class_whose_roll_is_shut_takes_nobody(
    lists: Lists, steps: list[TrainingStatus], words: str
) -> None:
    training = lists.plans()
    draft = lists.looks(sheet(training))
    lists.moves(training, *steps)
    assert all(words in line for line in lists.faults(sheet(training)))
    with pytest.raises(RuleError):  # also one that was looked at before
        lists.base.database.write(import_attendance.take, lists.house, draft, CONSOLE)


def test_a_class_to_come_takes_nobody(lists: Lists, clock: FixedClock) -> None:
    training = lists.plans(starts_at=clock() + timedelta(hours=3))
    assert all("chưa tới giờ" in line for line in lists.faults(sheet(training)))


def test_more_people_than_a_file_may_hold_are_refused(lists: Lists) -> None:
    training = lists.plans()
    rows = [{"id": f"n{number}", "training": training.id, "count": 100} for number in range(51)]
    assert lists.faults(rows) == [
        "Dòng 52, cột count: Tệp có hơn 5000 người. Chia thành vài tệp.",
    ]


def test_lines_with_an_id_alone_are_not_used(lists: Lists) -> None:
    training = lists.plans()
    draft = lists.looks([*sheet(training), {"id": "L1-4"}, {"id": "L1-5"}])
    assert (len(draft.rows), draft.blank, draft.visits, draft.phones) == (3, 2, 5, 0)


def test_a_list_is_taken_back_and_its_ids_are_free(lists: Lists) -> None:
    training = lists.plans()
    taken = lists.takes(sheet(training))
    with pytest.raises(RuleError) as refused:
        lists.undoes(taken.import_id, " ")
    assert refused.value.code == "import.reason"
    assert lists.undoes(taken.import_id) == 5
    assert lists.count(training).seats == 0
    assert lists.acts()[-2:] == [
        ("attendance-undo", f"training:{training.id}"),
        ("import.undo", f"import:{taken.import_id}"),
    ]
    with pytest.raises(RuleError) as refused:
        lists.undoes(taken.import_id)
    assert refused.value.code == "import.undone"
    better = [*sheet(training)[:1], {"id": "L1-2", "training": training.id, "count": 7}]
    assert lists.takes(better).added == 8
    newest, first = lists.base.database.read(imports.list_newest, lists.commune.id)
    assert [(one.kind, one.rows, one.added, one.standing) for one in (newest, first)] == [
        ("attendance", 2, 8, 8),
        ("attendance", 3, 5, 0),
    ]


def test_a_list_of_a_closed_class_is_not_taken_back(lists: Lists) -> None:
    training = lists.plans()
    taken = lists.takes(sheet(training))
    lists.moves(training, TrainingStatus.HELD, TrainingStatus.CLOSED)
    with pytest.raises(RuleError) as refused:
        lists.undoes(taken.import_id)
    assert refused.value.code == "import.class-shut"
    assert lists.count(training).seats == 5


def test_a_seat_that_was_taken_out_alone_does_not_come_back(lists: Lists) -> None:
    training = lists.plans()
    lists.takes(sheet(training))
    read, commune = lists.base.database.read, lists.commune.id
    seat = read(attendances.list_of, commune, training.id)[0]
    lists.base.database.write(attendances.void, commune, seat.id, "ghi nhầm")
    assert lists.takes(sheet(training)).import_id is None
    assert lists.count(training).seats == 4


def test_one_commune_knows_nothing_of_the_classes_of_another(
    lists: Lists, base: Installation
) -> None:
    training = lists.plans()
    other = Lists(base, "phu-lam")
    unknown = [line for line in other.faults(sheet(training)) if "Không có lớp số" in line]
    assert len(unknown) == 3


def test_nothing_of_a_file_but_numbers_and_bands_reaches_the_table(lists: Lists) -> None:
    training = lists.plans()
    lists.takes(sheet(training))

    def read(unit: Unit) -> list[Any]:
        return list(unit.connection.execute(select(seat_rows)).mappings())

    rows = lists.base.database.read(read)
    assert {row["seat"] for row in rows} == {None}
    assert {row["person_id"] for row in rows} == {None}


# ---- by command


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def put_a_class(terminal: Terminal) -> int:
    """A class of three days ago in the database of that PC; gives its number."""
    key = terminal.key_file.read_text(encoding="utf-8").strip()
    with closing(Database(terminal.settings["BOT_DATABASE_URL"], KeyRing(key), utc_now)) as base:

        def plan(unit: Unit) -> int:
            home = next(one for one in communes.list_communes(unit) if one.slug == "ho-nai")
            at = unit.now - timedelta(days=3)
            return trainings.plan(unit, home.id, OFFICER, outline(starts_at=at), "c1")[0].id

        return base.write(plan)


def utc_now() -> datetime:
    return datetime.now(UTC)


def test_the_command_writes_a_form_looks_takes_once_and_takes_back(terminal: Terminal) -> None:
    form = terminal.folder / "mau.csv"
    assert terminal.types("import", "attendance", form, "--template").code == 0
    head = next(csv.reader(io.StringIO(form.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert tuple(head) == COLUMNS
    file = terminal.folder / "lop.csv"
    file.write_bytes(as_csv(sheet(put_a_class(terminal))))
    looked = terminal.types("import", "attendance", file, "--dry-run")
    assert (looked.code, looked.out.splitlines()) == (
        0,
        [
            "Tệp có 3 dòng: 3 mới (5 chỗ), 0 đã nhập trước đây, 0 dòng không dùng.",
            "Mới chỉ xem, chưa ghi gì.",
        ],
    )
    taken = terminal.types("import", "attendance", file, "--commune", "ho-nai")
    assert taken.out.splitlines()[1] == "Đã nhập 5 chỗ dự lớp từ giấy. Đây là lần nhập số 1."
    again = terminal.types("import", "attendance", file)
    assert again.out.splitlines()[1] == "Không có dòng nào mới, nên không ghi gì thêm."
    assert "5 chỗ dự lớp, còn tính 5" in terminal.types("import", "list").out
    undone = terminal.types("import", "undo", "1", "--reason", "nhập nhầm lớp")
    assert undone.out.startswith("Đã bỏ 5 chỗ dự lớp của lần nhập số 1.")


def test_the_command_says_every_fault_and_takes_nothing(terminal: Terminal) -> None:
    file = terminal.folder / "lop.csv"
    file.write_bytes(as_csv(sheet(7)))
    wrong = terminal.types("import", "attendance", file)
    assert (wrong.code, wrong.out) == (1, "")
    lines = wrong.err.splitlines()
    assert lines[0] == (
        "Dòng 2, cột training: Không có lớp số 7. Xem số của lớp ở trang “Lớp, buổi”."
    )
    assert lines[3:] == ["Tệp có 3 chỗ sai nên chưa nhập dòng nào: sửa rồi nhập lại."]
    file.write_bytes(as_csv([{"id": "a", "training": "1", "name": "bà Tư"}]))
    assert "“name”" in terminal.types("import", "attendance", file).complaint


def test_the_empty_form_offers_the_neighbourhoods_of_the_commune(lists: Lists) -> None:
    body = lists.base.database.read(lists.room.class_form, lists.commune, False)
    book = load_workbook(io.BytesIO(body))
    assert tuple(cell.value for cell in next(book["Phiếu"].rows)) == COLUMNS
    listed = {cell.value for row in book["Danh mục"].rows for cell in row}
    assert {"KP 3", "Từ 60"} <= listed


# ---- in the office


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Wednesday 18 November 2026."""
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        yield Site(ward)


def test_the_office_looks_at_a_list_takes_it_and_takes_it_back(site: Site) -> None:
    lan, lists = site.officer(), Lists(site.ward.base)
    training = lists.plans()
    rows = as_csv(sheet(training))
    fields = {"form": lan.token("/office/sign-out"), "kind": "attendance"}
    looked = lan.uploads("/office/import/look", fields, rows)
    assert (looked.status, looked.page.scripts) == (200, [])
    shown = " ".join(looked.page.words.split())
    assert TITLE in shown
    assert "Từ 60 tuổi" in shown
    assert "Nhập 3 dòng mới" in shown
    assert lists.count(training).seats == 0
    values = fields | {"hash": looked.page.values["hash"]}
    assert lan.uploads("/office/import", values, rows).location == (
        "/office/import?done=seated&count=5#done"
    )
    assert lists.count(training).seats == 5
    page = " ".join(lan.opens("/office/import").page.words.split())
    assert "Nhập 5 chỗ dự lớp từ 3 dòng. Còn tính 5 chỗ." in page
    number = lists.base.database.read(imports.list_newest, lists.commune.id)[0].id
    gone = lan.posts(f"/office/import/{number}/undo", fields | {"reason": "nhầm lớp"})
    assert gone.location == "/office/import?done=unseated&count=5#done"
    assert lists.count(training).seats == 0


def test_a_list_sent_as_help_or_with_faults_is_refused_in_words(site: Site) -> None:
    lan, lists = site.officer(), Lists(site.ward.base)
    rows = as_csv(sheet(lists.plans()))
    fields = {"form": lan.token("/office/sign-out"), "kind": "help"}
    refused = lan.uploads("/office/import/look", fields, rows)
    assert refused.status == 422
    assert "Có cột lạ" in refused.page.words
    wrong = as_csv(sheet(99))
    faulty = lan.uploads("/office/import/look", fields | {"kind": "attendance"}, wrong)
    assert (faulty.status, faulty.page.words.count("Không có lớp số 99.")) == (422, 3)
