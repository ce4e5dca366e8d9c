"""The five lines of a week: every number is one of the report, unknown is “—”, a message is short."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.services.digest_lines import (
    LONGEST,
    Asked,
    TeamFacts,
    list_behind,
    messages,
    of_office,
    of_team,
)
from tests.digest_tools import TEXTS, numbers, questions, report, reports

CLASSES = [{"kind": "class", "held": 2, "attendances": 45}]


def lines(found: dict[str, Any], asked: Asked | None = None) -> list[str]:
    return of_office(TEXTS, found, asked, quotes=True)


def test_a_week_in_five_lines() -> None:
    behind = {
        "title": "Tổ chức ít nhất 04 lớp tập huấn kỹ năng số cho người dân",
        "unit": "lớp",
        "status": "cham",
        "rest": 2,
        "need_per_week": 0.33,
    }
    found = report(
        visits=1234,
        people=980,
        held=3,
        kinds=[*CLASSES, {"kind": "outreach", "held": 1, "attendances": 9}],
        teams=[{"team": "KP 1", "visits": 1234, "people": 980}],
        silent=["KP 2", "KP 3", "KP 4", "KP 5", "KP 6"],
        total=6,
        targets=[behind],
    )
    assert lines(found, Asked("thuê xe cẩu ở đâu", 3)) == [
        "**Tuần 46** (9/11–15/11): 1.234 lượt giúp, 980 người, 2 lớp.",
        "Chậm: “Tổ chức ít nhất 04 lớp tập huấn…” (cần 0,33 lớp mỗi tuần).",
        "Chưa có phiếu: KP 2, KP 3, KP 4 và 2 tổ nữa (5/6 tổ).",
        "Hỏi mà chưa có bài: “thuê xe cẩu ở đâu” (3 lần trong 30 ngày).",
        "Nên làm trước: xếp lịch cho “Tổ chức ít nhất 04 lớp tập huấn…”.",
    ]


def test_what_nobody_knows_is_no_zero() -> None:
    found = report(visits=None, people=None, held=None, total=None, silent=["KP 1"])
    first, _, third, *_ = lines(found)
    assert first.endswith("— lượt giúp, — người, — lớp.")
    assert "(1/— tổ)" in third


def test_what_is_kept_for_long_does_without_the_words_of_the_question() -> None:
    asked = Asked("thuê xe cẩu ở đâu", 3)
    kept = of_office(TEXTS, report(), asked, quotes=False)
    assert "xe cẩu" not in "\n".join(kept)
    assert "hỏi 3 lần" in kept[3]


def test_who_waits_comes_before_targets_and_silent_teams() -> None:
    behind = {"title": "x", "unit": "lớp", "status": "cham", "rest": 1, "need_per_week": None}
    both = {"targets": [behind], "silent": ["KP 2"]}
    assert "4 yêu cầu" in lines(report(open_now=4, **both))[4]
    assert "xếp lịch" in lines(report(**both))[4]
    assert "KP 2" in lines(report(silent=["KP 2"]))[4]
    assert "viết bài" in lines(report(), Asked("x", 2))[4]
    assert "Không có việc gấp" in lines(report())[4]


def test_a_clause_that_was_set_aside_is_not_behind_and_our_own_work_comes_first() -> None:
    other = {"title": "b", "status": "cham", "focus": False}
    own = {"title": "a", "status": "cham", "focus": True}
    aside = {"title": "c", "status": "cham", "set_aside": True}
    assert list_behind(report(targets=[other, aside, own])) == [own, other]


@given(reports(), questions, st.booleans())
def test_every_message_is_short_and_all_lines_are_said_in_two_at_most(
    found: dict[str, Any], asked: Asked | None, quotes: bool
) -> None:
    told = of_office(TEXTS, found, asked, quotes=quotes)
    assert len(told) == 5
    said = messages(told)
    assert len(said) <= 2
    assert "\n".join(said) == "\n".join(told)
    for one in said:
        assert len(one) <= LONGEST, one


@given(reports(), questions)
def test_every_number_that_is_told_is_one_of_the_report(
    found: dict[str, Any], asked: Asked | None
) -> None:
    done, behind, silent, question, to_do = lines(found, asked)
    held = found["trainings"]
    classes = [row["held"] for row in held["by_kind"] if row["kind"] == "class"]
    known = (found["help"]["visits"], found["help"]["people"])
    taught = None if held["held"] is None else sum(classes)
    assert numbers(done) == [one for one in (*known, taught) if one is not None]
    late = list_behind(found)
    needs = [one["need_per_week"] or one["rest"] for one in late[:2]]
    more = [len(late) - 2] if len(late) > 2 else []
    unclear = sum(one["status"] == "chua_du_du_lieu" for one in found["targets"])
    told = [one for one in needs if one is not None] + more
    assert numbers(behind) == (told if late else [unclear] if unclear else [])
    teams = found["teams"]
    if teams["silent"]:
        total = "—" if teams["total"] is None else teams["total"]
        assert f"({len(teams['silent'])}/{total} tổ)" in silent
    assert numbers(question) == ([asked.count, 30] if asked else [])
    if found["requests"]["open_now"]:
        assert numbers(to_do) == [found["requests"]["open_now"]]


@given(reports(), st.sampled_from(["KP 1", "KP 2"]), st.integers(0, 99), st.integers(0, 99))
def test_a_team_is_told_its_own_row_and_no_other(
    found: dict[str, Any], team: str, classes: int, waiting: int
) -> None:
    told = of_team(TEXTS, found, TeamFacts(team, classes, waiting))
    (said,) = messages(told)
    assert len(said) <= LONGEST
    row = next((one for one in found["help"]["by_team"] if one["team"] == team), None)
    if row is None:
        assert "chưa có phiếu" in told[1]
    else:
        own = [one for one in (row["visits"], row["people"], classes) if one is not None]
        assert numbers(told[1]) == own
    assert numbers(told[2]) == ([waiting] if waiting else [])
    others = [one["team"] for one in found["help"]["by_team"] if one["team"] != team]
    assert not any(other in said for other in others)
