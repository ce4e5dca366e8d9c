"""A closed period is what it was: later entries are told in the next report, once, and nothing else moves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.core.errors import RuleError
from bot.core.periods import parse
from bot.core.vocabulary import Audience, Extra
from bot.library import Library
from bot.services import closing_check, closings, stats
from bot.services.closings import Files, Hand
from storage import audit
from storage import closings as stored
from storage.closings import Part
from storage.database import Unit
from tests.closing_tools import DESK, Ward
from tests.office_house import refusal
from tests.storage_tools import ENGINES, Shelf, open_shelf, together

OCTOBER, NOVEMBER, DECEMBER = "month:2026-10", "month:2026-11", "month:2026-12"
JANUARY = "month:2027-01"
DAY = date(2026, 10, 7)
TODAY = date(2026, 11, 18)  # of the clock


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("closings")) as opened:
        yield opened


@pytest.fixture
def ward(shelf: Shelf, library: Library) -> Iterator[Ward]:
    began = shelf.clock.now
    yield Ward(shelf, library.plans["ho-nai"])
    shelf.clock.now = began


def later(ward: Ward, moment: datetime) -> None:
    ward.shelf.clock.now = moment


def in_february(ward: Ward) -> None:
    later(ward, datetime(2027, 2, 3, 2, tzinfo=UTC))


# ---- closing


@pytest.mark.parametrize("audience", list(Audience))
def test_a_closed_report_stays_as_it_was_whatever_is_written_later(
    ward: Ward, audience: Audience
) -> None:
    entry = ward.helps(DAY, 3)
    ward.holds(DAY)
    draft = ward.report(OCTOBER, audience)
    assert draft["period"]["closed"] is False
    assert (draft["period"]["status"], draft["period"]["until"]) == ("nhap", None)
    closing = ward.closes(OCTOBER)
    frozen = ward.report(OCTOBER, audience)
    kept = ward.shelf.read(stored.read_part, ward.id, closing.id, Part(audience.value))
    assert json.loads(kept) == frozen
    assert (frozen["period"]["closed"], frozen["period"]["status"]) == (True, "trinh")
    assert {**frozen, "period": 0, "data_hash": 0} == {**draft, "period": 0, "data_hash": 0}
    ward.helps(DAY, 40)
    ward.takes_back(entry)
    ward.holds(DAY)
    assert ward.report(OCTOBER, audience) == frozen
    assert ward.shelf.read(stored.read_part, ward.id, closing.id, Part(audience.value)) == kept


@pytest.mark.parametrize("audience", list(Audience))
def test_the_hash_is_that_of_what_is_stored_before_and_after_it_was_issued(
    ward: Ward, audience: Audience
) -> None:
    ward.helps(DAY, 3)
    closing = ward.closes(OCTOBER)
    bodies = [ward.report(OCTOBER, audience)]
    ward.issues(closing)
    bodies.append(ward.report(OCTOBER, audience))
    assert [body["period"]["status"] for body in bodies] == ["trinh", "ban_hanh"]
    for body in bodies:
        rest = {key: value for key, value in body.items() if key != "data_hash"}
        assert stats.data_hash(rest) == body["data_hash"]
    assert ward.report(OCTOBER)["data_hash"] == closing.data_hash


def test_files_are_made_of_what_leaves_the_office_and_kept(ward: Ward) -> None:
    ward.helps(DAY, 3)
    closing = ward.closes(OCTOBER)
    outgoing = ward.report(OCTOBER, Audience.OUTGOING)
    for part in (Part.DOCX, Part.XLSX):
        kept = ward.shelf.read(stored.read_part, ward.id, closing.id, part)
        assert kept == f"{part} {outgoing['data_hash']} 3 lượt".encode()
    assert closing.software == "tiny"
    assert (closing.starts_on, closing.ends_on) == (date(2026, 10, 1), date(2026, 10, 31))


def test_a_period_that_is_not_over_is_closed_only_when_it_is_said_until_when(ward: Ward) -> None:
    ward.helps(TODAY - timedelta(days=2), 3)
    ward.helps(TODAY, 4)
    assert ward.report(NOVEMBER)["period"]["until"] == "2026-11-18"
    assert refusal(ward.closes, NOVEMBER) == "closing.not-over"
    for wrong in (TODAY + timedelta(days=1), date(2026, 10, 31)):
        assert refusal(ward.closes, NOVEMBER, wrong) == "closing.until-wrong"
    assert refusal(ward.closes, OCTOBER, date(2026, 10, 20)) == "closing.until-wrong"
    assert refusal(ward.closes, DECEMBER) == "closing.not-begun"
    ward.closes(NOVEMBER, TODAY - timedelta(days=1))
    body = ward.report(NOVEMBER)
    assert (body["period"]["to"], body["period"]["until"]) == ("2026-12-01", "2026-11-17")
    assert body["help"]["visits"] == 3
    in_february(ward)
    ward.helps(date(2026, 11, 25), 5)
    assert ward.changes(DECEMBER) == [
        (NOVEMBER, "help.visits", "KP 1", "2026-11-18", 4),
        (NOVEMBER, "help.visits", "KP 1", "2026-11-25", 5),
    ]


def test_a_period_is_closed_once(ward: Ward) -> None:
    ward.closes(OCTOBER)
    assert refusal(ward.closes, OCTOBER) == "closing.already"
    acts = ward.shelf.read(audit.list_acts, ward.id)
    assert [(one.act.actor, one.act.action) for one in acts] == [("staff:1", "close-period")]


def test_of_two_officers_who_close_at_once_one_is_told_so(ward: Ward) -> None:
    ward.helps(DAY, 3)

    def close() -> str:
        try:
            ward.closes(OCTOBER)
        except RuleError as error:
            return error.code
        return "closed"

    assert sorted(together(close, close)) == ["closed", "closing.already"]
    assert len(ward.shelf.read(stored.list_newest, ward.id, 10)) == 1


class Meddling:
    """Makes files while somebody goes on writing the first so many times."""

    def __init__(self, ward: Ward, times: int) -> None:
        self.ward, self.times = ward, times

    def docx(self, body: dict[str, Any]) -> bytes:
        if self.times:
            self.times -= 1
            self.ward.helps(DAY)
        return str(body["help"]["visits"]).encode()

    def xlsx(self, body: dict[str, Any], rows: object = None) -> bytes:
        return self.docx(body)

    def made_by(self) -> str:
        return "meddling"

    csv = docx


def test_what_is_written_while_files_are_made_is_in_the_second_try(ward: Ward) -> None:
    ward.closer._renderer = Meddling(ward, 1)
    closing = ward.closes(OCTOBER)
    assert ward.report(OCTOBER)["help"]["visits"] == 1
    assert ward.shelf.read(stored.read_part, ward.id, closing.id, Part.DOCX) == b"1"


def test_where_writing_does_not_end_nothing_is_closed(ward: Ward) -> None:
    ward.closer._renderer = Meddling(ward, 100)
    assert refusal(ward.closes, OCTOBER) == "closing.moved"
    assert ward.report(OCTOBER)["period"]["closed"] is False


# ---- after that


def test_a_period_is_reopened_for_a_reason_and_closed_anew_beside_the_old_one(ward: Ward) -> None:
    ward.helps(DAY, 3)
    first = ward.closes(OCTOBER)
    assert refusal(ward.reopens, first, "  ") == "closing.reason-wrong"
    ward.reopens(first)
    assert refusal(ward.reopens, first) == "closing.gone"
    ward.helps(DAY, 2)
    assert ward.report(OCTOBER)["help"]["visits"] == 5
    second = ward.closes(OCTOBER)
    assert ward.report(OCTOBER)["help"]["visits"] == 5
    assert second.id != first.id
    old = ward.shelf.read(stored.read_part, ward.id, first.id, Part.INTERNAL)
    assert json.loads(old)["help"]["visits"] == 3
    window = parse(OCTOBER)
    events = ward.shelf.read(closings.list_events, ward.id, window)
    assert [(one.what, one.reason) for one in events] == [
        ("close", None),
        ("reopen", "thiếu số của KP 2"),
        ("close", None),
    ]
    assert ward.changes(DECEMBER) == []


def test_an_issued_report_has_its_number_and_is_never_reopened(ward: Ward) -> None:
    closing = ward.closes(OCTOBER)
    for wrong in ("", "BC-UBND", "1" * 61):
        assert refusal(ward.issues, closing, wrong) == "closing.document-wrong"
    issued = ward.issues(closing)
    assert (issued.document, issued.status) == ("05/BC-UBND", "ban_hanh")
    assert issued.issued_at == ward.shelf.clock.now
    assert refusal(ward.reopens, closing) == "closing.issued"
    assert refusal(ward.issues, closing, "06/BC-UBND") == "closing.reason-wrong"
    assert ward.issues(closing, "06/BC-UBND", "văn thư cấp lại số").document == "06/BC-UBND"
    events = ward.shelf.read(closings.list_events, ward.id, parse(OCTOBER))
    assert [(one.what, one.reason) for one in events][1:] == [
        ("issue", "05/BC-UBND"),
        ("renumber", "05/BC-UBND → 06/BC-UBND: văn thư cấp lại số"),
    ]


def test_a_closing_of_another_commune_is_nobodys(ward: Ward, library: Library) -> None:
    other = Ward(ward.shelf, library.plans["ho-nai"]).closes(OCTOBER)
    assert refusal(ward.reopens, other) == "closing.gone"
    assert refusal(ward.issues, other) == "closing.gone"


# ---- adjustments


def test_a_late_entry_is_told_in_the_next_report_and_not_again(ward: Ward) -> None:
    ward.helps(DAY, 3)
    ward.closes(OCTOBER)
    in_february(ward)
    ward.helps(DAY, 2, "KP 10", files=4)
    told = [
        (OCTOBER, "help.files", "KP 10", "2026-10-07", 4),
        (OCTOBER, "help.visits", "KP 10", "2026-10-07", 2),
    ]
    assert sorted(ward.changes(NOVEMBER)) == sorted(ward.changes(DECEMBER)) == told
    assert ward.changes(OCTOBER) == ward.changes("week:2026-W47") == ward.changes("year:2027") == []
    ward.closes(NOVEMBER)
    assert sorted(ward.changes(NOVEMBER)) == told
    assert ward.changes(DECEMBER) == []
    ward.helps(DAY, 1)
    assert ward.changes(DECEMBER) == [(OCTOBER, "help.visits", "KP 1", "2026-10-07", 1)]
    assert sorted(ward.changes(NOVEMBER)) == told
    for audience in Audience:
        assert len(ward.report(DECEMBER, audience)["adjustments"]) == 1


def test_what_is_corrected_or_taken_back_later_is_told_with_its_sign(ward: Ward) -> None:
    moved, wrong, gone = ward.helps(DAY, 3), ward.helps(DAY, 5, "KP 2"), ward.helps(DAY, 7, "KP 10")
    ward.closes(OCTOBER)
    ward.corrects(moved, occurred_on=date(2026, 11, 2))
    ward.corrects(wrong, visits=4)
    ward.takes_back(gone)
    day = "2026-10-07"
    assert ward.changes(NOVEMBER) == [
        (OCTOBER, "help.visits", "KP 1", day, -3),
        (OCTOBER, "help.visits", "KP 2", day, -1),
        (OCTOBER, "help.visits", "KP 10", day, -7),
    ]
    assert ward.report(NOVEMBER)["help"]["visits"] == 3


def test_classes_and_readings_that_are_written_down_later_are_told_with_their_kind(
    ward: Ward,
) -> None:
    ward.closes(OCTOBER)
    ward.holds(DAY, None)
    ward.puts_out(DAY, 6)
    lines = ward.report(NOVEMBER)["adjustments"]
    assert [(one["figure"], one["kind"], one["team"], one["change"]) for one in lines] == [
        ("trainings.held", "class", None, 1),
        ("trainings.attendances", "class", None, 2),
        ("communication.times", "phat_loa", None, 1),
        ("communication.amount", "phat_loa", None, 6),
    ]


def test_of_a_period_that_was_frozen_unknown_the_next_one_tells_all_that_came(ward: Ward) -> None:
    ward.closes(OCTOBER)
    ward.helps(date(2026, 10, 7), 3, "KP 2")
    ward.holds(date(2026, 10, 9), "KP 2")
    in_february(ward)
    october = ward.report(OCTOBER)
    assert (october["help"]["visits"], october["trainings"]["held"]) == (None, None)
    assert ward.changes(NOVEMBER) == [
        (OCTOBER, "help.visits", "KP 2", "2026-10-07", 3),
        (OCTOBER, "trainings.held", "KP 2", "2026-10-09", 1),
        (OCTOBER, "trainings.attendances", "KP 2", "2026-10-09", 2),
    ]
    proof = ward.closer.prove(ward.asked(OCTOBER))
    assert ("help.visits", None, 3) in proof.others
    assert ("trainings.held", None, 1) in proof.others
    assert proof.is_sound


def test_what_a_reopened_report_had_told_is_told_by_the_next_one(ward: Ward) -> None:
    ward.closes(OCTOBER)
    ward.helps(DAY, 2)
    in_february(ward)
    closing = ward.closes(NOVEMBER)
    assert ward.changes(DECEMBER) == []
    ward.reopens(closing)
    told = [(OCTOBER, "help.visits", "KP 1", "2026-10-07", 2)]
    assert ward.changes(NOVEMBER) == ward.changes(DECEMBER) == told
    ward.closes(DECEMBER)
    assert ward.changes(NOVEMBER) == []
    assert ward.changes(DECEMBER) == told


def test_a_period_whose_changes_were_told_is_not_reopened_before_the_one_that_tells(
    ward: Ward,
) -> None:
    october = ward.closes(OCTOBER)
    ward.helps(DAY, 2)
    in_february(ward)
    november = ward.closes(NOVEMBER)
    assert refusal(ward.reopens, october) == "closing.told"
    ward.reopens(november)
    ward.reopens(october)
    assert ward.report(OCTOBER)["help"]["visits"] == 2
    assert ward.changes(NOVEMBER) == []


def test_periods_closed_out_of_order_tell_everything_once(ward: Ward) -> None:
    ward.closes(OCTOBER)
    in_february(ward)
    ward.helps(DAY, 2)
    ward.closes(DECEMBER)
    ward.helps(DAY, 1)
    ward.closes(NOVEMBER)
    ward.helps(date(2026, 11, 5), 4)
    ward.helps(date(2026, 12, 5), 8)
    assert [one[-1] for one in ward.changes(DECEMBER)] == [2]
    assert [one[-1] for one in ward.changes(NOVEMBER)] == [1]
    assert [one[-1] for one in ward.changes(JANUARY)] == [4, 8]


def test_a_team_with_another_name_is_the_same_team(ward: Ward) -> None:
    from storage import communes

    ward.helps(DAY, 3, "KP 2")
    ward.closes(OCTOBER)

    def rename(unit: Unit) -> None:
        team = communes.find_team(unit, ward.id, "KP 2")
        assert team is not None
        communes.rename_team(unit, ward.id, team, "KP 2A")

    ward.shelf.write(rename)
    ward.helps(DAY, 1, "KP 2")
    assert ward.changes(NOVEMBER) == [(OCTOBER, "help.visits", "KP 2A", "2026-10-07", 1)]


# ---- proof


def test_a_rebuild_is_the_same_and_says_what_changed_since(ward: Ward) -> None:
    ward.helps(DAY, 3)
    ward.closes(OCTOBER)
    proof = ward.closer.prove(ward.asked(OCTOBER))
    assert proof.is_sound
    assert proof.is_count_same
    ward.helps(DAY, 2, "KP 2")
    proof = ward.closer.prove(ward.asked(OCTOBER))
    assert (proof.is_sound, proof.is_count_same) == (True, False)
    assert [(one["figure"], one["team"], one["change"]) for one in proof.changes] == [
        ("help.visits", "KP 2", 2)
    ]
    assert ("help.visits", 3, 5) in proof.others
    assert ("help.by_team[KP 2].visits", None, 2) in proof.others


def test_what_was_ticked_goes_out_with_the_closing_and_is_proved_with_it(ward: Ward) -> None:
    ward.helps(DAY, 3)
    asked = replace(ward.asked(OCTOBER), extras=frozenset({Extra.CONFIRMED}))
    closing = ward.closer.close(asked, Hand())
    bodies = {
        part: json.loads(ward.shelf.read(closings.read_part, ward.id, closing, part))
        for part in (Part.INTERNAL, Part.OUTGOING)
    }
    assert bodies[Part.INTERNAL]["extras"] == []
    assert bodies[Part.OUTGOING]["extras"] == ["confirmed"]
    assert ward.closer.prove(ward.asked(OCTOBER)).is_sound


def test_an_early_closing_is_proved_up_to_its_day(ward: Ward) -> None:
    ward.helps(TODAY - timedelta(days=1), 3)
    ward.helps(TODAY, 2)
    ward.closes(NOVEMBER, TODAY - timedelta(days=1))
    proof = ward.closer.prove(ward.asked(NOVEMBER))
    assert (proof.is_sound, proof.others) == (True, [])
    assert [(one["on"], one["change"]) for one in proof.changes] == [("2026-11-18", 2)]


def test_a_file_or_a_figure_that_was_tampered_with_is_found(ward: Ward) -> None:
    ward.helps(DAY, 3)
    ward.closes(OCTOBER)
    found = ward.shelf.read(closing_check.read, ward.asked(OCTOBER))
    assert not closing_check.judge(
        found, Files(b"", found.files.xlsx, found.files.made_by)
    ).is_sound
    found.outgoing["help"]["visits"] = 4
    proof = closing_check.judge(found, found.files)
    assert (proof.is_hash_right, proof.is_docx_same, proof.is_sound) == (False, True, False)


def test_the_desk_closes_in_its_name(ward: Ward) -> None:
    assert DESK.actor == "staff:1"
    assert ward.closes(OCTOBER).by is None
