"""Files from paper in the log: taken as a whole, once, by whoever comes first; and taken back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.app.installation import Installation
from bot.core.errors import NotFoundError, RuleError
from bot.core.vocabulary import Service, Source, Topic, Use
from bot.reports.reading import read_table
from bot.services import consents, imports, phones, sheets
from bot.services.import_rows import SHAPE
from bot.services.import_words import SERVICE_NUMBERS
from bot.services.imports import CONSOLE
from storage import consents as agreed
from storage import help_entries
from storage import sheets as given_out
from storage.database import Unit
from storage.help_entries import By, Entry, Help
from storage.models_people import consents as consent_rows
from storage.models_people import identities
from tests.clock import FixedClock
from tests.paper_files import PHONE, SHEET, Paper, as_csv, as_xlsx
from tests.storage_tools import together

E164 = "+84912345678"
NAMED = [
    SHEET[0] | {"phone": PHONE, "consent": "co"},
    SHEET[1] | {"phone": "912345678", "consent": "có"},
]


@pytest.fixture
def paper(base: Installation) -> Paper:
    return Paper(base)


def entry(paper: Paper, name: str) -> Entry:
    found = paper.base.database.read(help_entries.find, paper.commune.id, f"paper:{name}")
    assert found is not None
    return found


def refusal(work: Any, *args: Any) -> str:
    with pytest.raises(RuleError) as refused:
        work(*args)
    return refused.value.code


# ---- taken


def test_a_sheet_becomes_entries_that_say_where_they_come_from(paper: Paper) -> None:
    taken = paper.takes(SHEET)
    assert (taken.added, taken.known) == (2, 0)
    assert paper.figures() == (3, 0, 3)
    one = entry(paper, "7K2M-01")
    assert one.help == Help(
        date(2026, 11, 18),
        Topic.VNEID,
        services=frozenset([Service.INSTALL_VNEID, Service.ACTIVATE_LEVEL_2]),
    )
    assert (one.source, one.import_id, one.member_id) == (Source.PAPER, taken.import_id, None)
    assert paper.acts()[-3:] == [
        ("import", f"import:{taken.import_id}"),
        ("help.create", f"help:{one.id}"),
        ("help.create", f"help:{entry(paper, '7K2M-02').id}"),
    ]


def test_a_second_import_does_nothing_at_all(paper: Paper) -> None:
    paper.takes(NAMED)
    before, acts = paper.counts(), paper.acts()
    for again in (as_csv(NAMED), as_xlsx(NAMED), as_csv(NAMED[::-1], ";")):
        taken = paper.takes(again)
        assert (taken.import_id, taken.added, taken.known) == (None, 0, 2)
    assert paper.counts() == before
    assert paper.acts() == acts


def test_a_file_that_goes_on_brings_only_what_is_new(paper: Paper) -> None:
    paper.takes(SHEET[:1])
    taken = paper.takes(SHEET)
    assert (taken.added, taken.known) == (1, 1)
    assert paper.figures() == (3, 0, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"visits": "3"},
        {"occurred_on": "16/11/2026"},
        {"team": "KP 4"},
        {"topic": "tt"},
        {"services": "3"},
        {"note": "khác"},
        {"files": "1"},
        {"phone": PHONE, "consent": "co"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_id_with_other_content_is_refused_and_nothing_is_taken(
    paper: Paper, change: dict[str, str]
) -> None:
    paper.takes(SHEET)
    rows = [SHEET[0], SHEET[1] | change, SHEET[1] | {"id": "new"}]
    assert paper.faults(rows) == [
        "Dòng 3, cột id: Mã 7K2M-02 đã nhập trước đây với nội dung khác. "
        "Xem lại mã; muốn thay thì bỏ lần nhập trước rồi nhập lại."
    ]
    assert refusal(paper.takes, rows) == "import.has-faults"
    assert paper.figures() == (3, 0, 3)


def test_one_fault_keeps_the_whole_file_out(paper: Paper) -> None:
    assert refusal(paper.takes, [*SHEET, SHEET[0] | {"id": "x", "visits": "0"}]) == (
        "import.has-faults"
    )
    assert paper.counts() == {"entries": 0, "phones": 0, "consents": 0}
    assert paper.base.database.read(imports.list_newest, paper.commune.id) == []


def test_a_correction_in_the_chat_is_no_other_content(paper: Paper) -> None:
    paper.takes(SHEET)
    one = entry(paper, "7K2M-02")

    def correct(unit: Unit) -> None:
        fresh = Help(one.help.occurred_on, Topic.TT, 5)
        why = (By(), "đếm lại")
        assert help_entries.correct(unit, paper.commune.id, one, fresh, why)

    paper.base.database.write(correct)
    assert paper.takes(SHEET).added == 0
    assert paper.figures() == (6, 0, 6)


# ---- one person once


def test_one_number_in_several_rows_is_one_person(paper: Paper) -> None:
    paper.takes(NAMED)
    assert paper.figures() == (3, 1, 0)
    assert paper.counts() == {"entries": 2, "phones": 1, "consents": 1}


def test_somebody_known_by_the_number_already_is_the_same_person(paper: Paper) -> None:
    person = paper.base.database.write(phones.person_on, paper.commune.id, E164)
    paper.takes(NAMED)
    assert entry(paper, "7K2M-01").help.person_id == person
    assert paper.counts()["phones"] == 1


def test_the_consent_is_kept_with_the_words_that_were_printed(paper: Paper) -> None:
    paper.employs("chị Hạnh")
    paper.takes([NAMED[0] | {"member": "chị Hạnh"}])

    def read(unit: Unit) -> list[agreed.Consent]:
        subject = consents.of_phone(unit, paper.commune.id, E164)
        return agreed.list_of(unit, paper.commune.id, [subject])

    (one,) = paper.base.database.read(read)
    assert (one.use, one.way, one.channel) == (Use.COUNT_ONCE, "paper", "paper")
    assert one.version == consents.VERSIONS[Use.COUNT_ONCE]
    assert one.person_id == entry(paper, "7K2M-01").help.person_id
    assert one.member_id == entry(paper, "7K2M-01").member_id is not None
    assert "phường Hố Nai giữ số điện thoại" in paper.house.agreed


def test_a_help_that_may_stand_in_the_log_already_is_pointed_at_and_still_taken(
    paper: Paper,
) -> None:
    paper.takes(NAMED[:1])
    same = NAMED[0] | {"id": "a"}
    others = [same | {"occurred_on": "17/11/2026"}, same | {"topic": "tt"}, same | {"phone": ""}]
    rows = [same, *(one | {"id": f"b{number}"} for number, one in enumerate(others))]
    assert paper.looks(rows).alike == (2,)
    assert paper.takes(rows).added == 4


@pytest.mark.parametrize("consent", ["khong", ""])
def test_without_consent_a_number_leaves_no_trace(paper: Paper, consent: str) -> None:
    paper.takes([SHEET[0] | {"phone": PHONE, "consent": consent}])
    assert paper.counts() == {"entries": 1, "phones": 0, "consents": 0}
    assert paper.figures() == (1, 0, 1)


def withdraw(paper: Paper, clock: FixedClock, **after: float) -> None:
    """She agreed once, and says so many days later that she does not any more."""

    def say_no(unit: Unit) -> None:
        subject = consents.of_phone(unit, paper.commune.id, E164)
        proof = consents.Proof("…", "console")
        consents.give(unit, paper.commune.id, subject, Use.COUNT_ONCE, proof)
        agreed.withdraw(unit, paper.commune.id, [subject], Use.COUNT_ONCE)

    clock.passes(**after)
    paper.base.database.write(say_no)


def test_paper_from_before_a_withdrawal_does_not_undo_it(paper: Paper, clock: FixedClock) -> None:
    withdraw(paper, clock, days=2)
    draft = paper.looks(NAMED)
    assert draft.withdrawn == (2, 3)
    paper.takes(NAMED)
    assert paper.figures() == (3, 0, 3)
    assert paper.counts() == {"entries": 2, "phones": 0, "consents": 1}
    assert paper.takes(NAMED).added == 0


def test_paper_from_after_a_withdrawal_is_a_new_consent(paper: Paper, clock: FixedClock) -> None:
    withdraw(paper, clock)
    clock.passes(days=3)
    paper.takes([NAMED[0] | {"occurred_on": "20/11/2026"}])
    assert paper.figures() == (1, 1, 0)
    assert paper.counts()["consents"] == 2


def test_a_household_that_was_forgotten_does_not_make_the_file_another_one(paper: Paper) -> None:
    paper.takes(NAMED)
    for table in (identities, consent_rows):
        mine = delete(table).where(table.c.commune_id == paper.commune.id)
        paper.base.database.write(lambda unit, mine=mine: unit.connection.execute(mine))
    assert paper.takes(NAMED).added == 0
    assert paper.counts() == {"entries": 2, "phones": 0, "consents": 0}


# ---- taken back


def test_a_file_is_taken_back_with_its_reason_and_every_reading_stays(paper: Paper) -> None:
    taken = paper.takes(NAMED)
    number = entry(paper, "7K2M-01").id
    assert paper.undoes(taken.import_id) == 2
    assert paper.figures() == (0, 0, 0)
    found = paper.base.database.read(help_entries.list_revisions, paper.commune.id, number)
    assert [(one.change, one.reason) for one in found] == [
        ("create", None),
        ("void", "nhập nhầm tổ"),
    ]
    (line,) = paper.base.database.read(imports.list_newest, paper.commune.id)
    assert (line.rows, line.added, line.standing, line.actor) == (2, 2, 0, "console")
    assert ("import.undo", f"import:{taken.import_id}") in paper.acts()
    assert [act for act, _ in paper.acts()].count("help.void") == 2


def test_ids_of_a_file_that_is_out_are_free_for_a_better_one(paper: Paper) -> None:
    taken = paper.takes(SHEET)
    paper.undoes(taken.import_id)
    assert paper.takes([one | {"visits": "4"} for one in SHEET]).added == 2
    assert paper.figures() == (8, 0, 8)


def test_an_entry_that_somebody_took_out_before_is_left_as_it_is(paper: Paper) -> None:
    taken = paper.takes(SHEET)
    one = entry(paper, "7K2M-01")

    def void(unit: Unit) -> None:
        assert help_entries.void(unit, paper.commune.id, one, By(), "ghi trùng")

    paper.base.database.write(void)
    assert paper.takes(SHEET).added == 0, "what the leader took out does not come back"
    assert paper.undoes(taken.import_id) == 1
    found = paper.base.database.read(help_entries.list_revisions, paper.commune.id, one.id)
    assert [line.reason for line in found] == [None, "ghi trùng"]


def test_taking_back_needs_a_reason_and_a_file_and_works_once(paper: Paper) -> None:
    taken = paper.takes(SHEET)
    assert refusal(paper.undoes, taken.import_id, " - ") == "import.reason"
    with pytest.raises(NotFoundError):
        paper.undoes(999)
    paper.undoes(taken.import_id)
    assert refusal(paper.undoes, taken.import_id) == "import.undone"


# ---- many at once


def test_of_twenty_who_take_the_same_file_at_once_one_does(paper: Paper) -> None:
    body = as_csv(NAMED)
    draft = paper.base.database.read(imports.draft, paper.house, read_table(body, SHAPE))
    take = partial(paper.base.database.write, imports.take, paper.house, draft, CONSOLE)
    done = together(*[take] * 20)
    assert sorted(one.added for one in done) == [0] * 19 + [2]
    assert paper.figures() == (3, 1, 0)
    assert paper.counts() == {"entries": 2, "phones": 1, "consents": 1}
    assert len(paper.base.database.read(imports.list_newest, paper.commune.id)) == 1


def test_files_that_name_the_same_new_people_at_once_make_each_once(paper: Paper) -> None:
    numbers = [f"09123456{number:02d}" for number in range(40)]
    files = [
        [
            SHEET[1] | {"id": f"{name}-{at}", "phone": phone, "consent": "co"}
            for at, phone in enumerate(random.Random(name).sample(numbers, 40))
        ]
        for name in range(6)
    ]
    together(*[partial(paper.takes, rows) for rows in files])
    assert paper.figures() == (6 * 40 * 2, 40, 0)
    assert paper.counts()["phones"] == 40


# ---- whatever comes in, the figures are those of a recount

DAYS = st.integers(0, 300).map(lambda back: date(2026, 11, 18) - timedelta(days=back))
TYPED = st.fixed_dictionaries(
    {
        "occurred_on": DAYS,
        "team": st.sampled_from(["KP 1", "kp 2", "KP 17"]),
        "topic": st.sampled_from([topic.value for topic in Topic]),
        "visits": st.integers(1, 50),
        "services": st.lists(st.sampled_from(sorted(SERVICE_NUMBERS)), max_size=3),
        "phone": st.sampled_from(["", "0912345678", "912345679", "0912 345 680"]),
        "consent": st.sampled_from(["", "co", "Không", "có"]),
        "note": st.sampled_from(["", "=1+1", "+84", "-x", "@y", "nhà có chó"]),
    }
)


@settings(max_examples=12)
@given(st.lists(st.lists(TYPED, max_size=8), max_size=4), st.data())
def test_any_files_give_the_figures_of_a_recount(
    paper: Paper, files: Sequence[Sequence[dict[str, Any]]], data: st.DataObject
) -> None:
    counted: list[dict[str, Any]] = []
    mark = random.randbytes(4).hex()
    for number, rows in enumerate(files):
        named = [row | {"id": f"{mark}-{number}-{at}"} for at, row in enumerate(rows)]
        typed = [row | {"services": ";".join(map(str, row["services"]))} for row in named]
        body = data.draw(st.sampled_from([as_xlsx, as_csv]))(typed or SHEET[:0])
        if not typed:
            continue
        taken = paper.takes(body)
        if data.draw(st.booleans()):
            assert paper.takes(body).added == 0
        if data.draw(st.booleans()):
            paper.undoes(taken.import_id)
        else:
            counted += named
    assert paper.figures() == recount(counted)
    assert paper.counts()["phones"] <= 3
    for one in paper.base.database.read(imports.list_newest, paper.commune.id):
        if one.standing:
            paper.undoes(one.id)
    assert paper.figures() == (0, 0, 0)


def recount(rows: Sequence[dict[str, Any]]) -> tuple[int, int, int]:
    """Visits, people and visits of nobody known, in plain Python."""
    agreed_to = [row for row in rows if row["phone"] and row["consent"] in ("co", "có")]
    people = {row["phone"].replace(" ", "").lstrip("0") for row in agreed_to}
    visits = sum(row["visits"] for row in rows)
    return visits, len(people), visits - sum(row["visits"] for row in agreed_to)


# ---- sheets


def test_every_sheet_has_a_code_of_its_own_that_no_spreadsheet_takes_for_a_day(
    paper: Paper,
) -> None:
    make = partial(paper.base.database.write, sheets.new_codes, paper.commune)
    codes = [code for _ in range(20) for code in make(10, "staff:1")]
    assert len(set(codes)) == 200
    assert all(sheets.read_code(code.lower()) == code for code in codes)
    assert not any(code.isdigit() for code in codes)
    assert ("print-sheet", f"sheet:{codes[0]}") in paper.acts()


def test_a_code_that_was_typed_already_is_given_to_no_other_sheet(paper: Paper) -> None:
    paper.takes(SHEET)
    taken = partial(paper.base.database.read, given_out.is_taken, paper.commune.id)
    assert taken("7K2M", sheets.row_ids("7K2M"))
    assert not taken("7K2N", sheets.row_ids("7K2N"))
