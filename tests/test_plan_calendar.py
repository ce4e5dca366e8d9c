"""Every date, period and deadline of the five plans in 2026 is the one read from the documents by hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.core.errors import ContentError
from bot.core.periods import ZONE, parse
from bot.library import Plan, load, read_plan
from bot.services import deadlines
from bot.services.deadlines import Calendar
from bot.services.period_report import cut_by_plan
from tests.command_line import ROOT, Terminal
from tests.plan_calendar_table import DATES, QUESTIONS, RECIPIENTS

PLANS = load(ROOT / "content").plans
SEEDS = {
    "phuoc-tan": "000",
    "phuoc-binh": "001",
    "ho-nai": "002",
    "xuan-hoa": "003",
    "phu-lam": "004",
}


def day(written: str) -> date | None:
    return None if written == "-" else datetime.strptime(written, "%d/%m/%Y").date()  # noqa: DTZ007 – a day


def calendar_of(slug: str) -> Calendar:
    return deadlines.of_file(PLANS[slug])


def by_hand(slug: str) -> list[tuple[object, ...]]:
    return sorted(
        (
            (*map(day, line.split()), senders, receiver, period, f"{SEEDS[slug]} · {clause}")
            for senders, receiver, period, clause, lines in DATES[slug]
            for line in lines.strip().splitlines()
        ),
        key=str,
    )


@pytest.mark.parametrize("slug", SEEDS)
def test_every_date_of_2026_is_the_one_of_the_document(slug: str) -> None:
    told = [
        (
            one.due.due,
            one.due.send_by,
            one.due.window.start,
            one.due.window.last_day,
            one.due.until,
            one.clause.senders,
            one.clause.deadline.receiver,
            one.clause.deadline.period,
            one.clause.deadline.clause,
        )
        for one in calendar_of(slug).of_year(2026)
    ]
    assert sorted(told, key=str) == by_hand(slug)


@pytest.mark.parametrize("slug", SEEDS)
def test_a_clause_without_a_day_is_a_question_and_never_a_date(slug: str) -> None:
    asked = [
        (one.senders, one.deadline.period, one.deadline.clause.removeprefix(f"{SEEDS[slug]} · "))
        for one in calendar_of(slug).questions
    ]
    assert asked == QUESTIONS[slug]


def test_where_no_working_day_is_left_after_the_period_it_is_said() -> None:
    tight = [one.due for one in calendar_of("ho-nai").of_year(2026) if one.due.is_tight]
    assert [(one.send_by, one.cut_off) for one in tight] == [
        (date(2026, 1, 2), date(2025, 12, 30)),
        (date(2026, 5, 4), date(2026, 4, 28)),
    ]
    assert not any(one.due.is_tight for one in calendar_of("xuan-hoa").of_year(2026))


@pytest.mark.parametrize("slug", SEEDS)
def test_the_calendar_in_json_is_one_sender_after_the_other(tmp_path: Path, slug: str) -> None:
    ended = Terminal(tmp_path).types("plan", "show", slug, "--json", "--calendar", "2026")
    assert ended.code == 0, ended.err
    told = [
        (one["sender"], one["receiver"], one["period"], due["due"], due["send_by"])
        for one in ended.json["deadlines"]
        for due in one["due"]
    ]
    wanted = [
        (sender, receiver, period, str(due), str(send_by))
        for due, send_by, _, _, _, senders, receiver, period, _ in by_hand(slug)
        for sender in senders  # type: ignore[attr-defined]  # a tuple in each row of the table
    ]
    assert sorted(told) == sorted(wanted)
    silent = [one["sender"] for one in ended.json["deadlines"] if one["due"] == []]
    assert silent == [sender for senders, _, _ in QUESTIONS[slug] for sender in senders]


def test_the_calendar_is_printed_a_line_a_date(tmp_path: Path) -> None:
    ended = Terminal(tmp_path).types("plan", "show", "ho-nai", "--calendar", "2026")
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "Hố Nai: lịch báo cáo năm 2026"
    yearly = next(one for one in lines if "năm 2026, số liệu" in one)
    for said in (
        "05/12/2026",
        "chậm nhất thứ Sáu 04/12/2026",
        "Ban điều hành các khu phố → Phòng Văn hóa - Xã hội",
        "từ 01/01/2026 đến 31/12/2026",
        "[002 · V.2, V.3, V.4, V.6, V.7, V.8]",
    ):
        assert said in yearly
    assert "thực hiện đến ngày 02/12/2026" in lines[lines.index(yearly) + 1]
    assert sum("  chậm nhất " in one for one in lines) == 13
    assert sum(one.startswith("  ?  ") for one in lines) == 2


def test_the_day_that_the_office_gave_stands_in_its_own_calendar(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    words = ("plan", "show", "ho-nai", "--calendar", "2026")
    of_file = terminal.types(*words)
    assert terminal.made == []  # a look at the file makes no database
    assert terminal.types(*words, "--office").out == of_file.out
    rule = '{"day": 10, "months": [1, 4, 7, 10], "window": "quarter", "of": "previous"}'
    with closing(sqlite3.connect(terminal.database)) as database, database:
        database.execute(
            "INSERT INTO deadline_rules (commune_id, deadline, content, recorded_at)"
            " SELECT id, 'quy-cua-phong', ?, '2026-11-18 02:00:00' FROM communes"
            " WHERE slug = 'ho-nai'",
            (rule,),
        )
    office = terminal.types(*words, "--office")
    assert "10/10/2026  chậm nhất thứ Sáu 09/10/2026 · Phòng Văn hóa - Xã hội" in office.out
    assert "[002 · V.1; ngày do phường, xã điền]" in office.out
    assert terminal.types(*words).out == of_file.out


def test_without_a_year_the_dates_are_those_of_the_plans_own(tmp_path: Path) -> None:
    ended = Terminal(tmp_path).types("plan", "show", "xuan-hoa", "--json")
    years = {due["due"][:4] for one in ended.json["deadlines"] for due in one["due"]}
    assert years == {"2025"}


@pytest.mark.parametrize("slug", SEEDS)
def test_the_head_of_a_report_is_the_one_of_the_document(slug: str) -> None:
    head = PLANS[slug].report
    count, first, last = RECIPIENTS[slug]
    assert (len(head.recipients), head.recipients[0], head.recipients[-1]) == (count, first, last)
    assert head.compiler.startswith("Văn phòng" if slug == "phuoc-tan" else "Phòng Văn hóa")
    assert head.archive is not None
    assert head.archive.startswith("VT")
    assert head.signer[-1].endswith("CHỦ TỊCH")
    assert not any(name in str(head) for name in ("Tuyên", "Dũng", "Nam", "Xuân Hòa, "))
    assert len(head.grounds) == 1


@pytest.mark.parametrize("slug", SEEDS)
def test_each_reporter_is_named_with_its_clause_and_owns_targets_by_that_name(slug: str) -> None:
    plan = PLANS[slug]
    named = {name for one in plan.reporters for name in (one.name, *one.owners)}
    named.add(plan.report.compiler)
    owners = {
        owner for target in plan.targets if target.owner for owner in target.owner.split("; ")
    }
    assert owners - named - {"Sở KH & CN"} == set()
    assert all(one.clause.startswith(f"{SEEDS[slug]} · ") for one in plan.reporters)
    assert all(one.clause.startswith(f"{SEEDS[slug]} · ") for one in plan.deadlines)


def rewritten(old: str, new: str) -> Plan:
    text = (ROOT / "content/plans/ho-nai.yaml").read_text(encoding="utf-8")
    assert old in text
    return read_plan(text.replace(old, new, 1), "content/plans/ho-nai.yaml")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("before: {day: 5}\n    window: month\n", "before: {day: 5}\n", "có ngày mà thiếu kỳ"),
        ("before: {day: 5, months: [12]}", "before: {day: 5, months: [12, 12]}", "hai lần"),
        ("senders: [cong-an]", "senders: [cong-an-xa]", "không có mã «cong-an-xa»"),
    ],
)
def test_a_deadline_that_says_too_little_is_a_fault_with_its_line(
    old: str, new: str, says: str
) -> None:
    with pytest.raises(ContentError, match=says):
        rewritten(old, new)


def test_the_week_of_the_office_ends_at_the_hour_of_its_plan() -> None:
    plan = rewritten(
        "  clause: 002 · V.1\n",
        '  clause: 002 · V.1\n  week: {last_day: 6, hour: "16:30"}\n',
    )
    week = cut_by_plan(plan, parse("office-week:2026-11-20"))
    assert week.end_at == datetime(2026, 11, 20, 16, 30, tzinfo=ZONE)
    month = parse("month:2026-11")
    assert cut_by_plan(plan, month) == month
    whole = parse("office-week:2026-11-20")
    assert cut_by_plan(PLANS["ho-nai"], whole) == whole
