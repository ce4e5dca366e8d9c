"""Names of teams as people type them: one place however it is spelled, and nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.team_names import READINGS, bare_name, is_place, matches, put_aside

NAMES = ["KP 1", "KP 2", "KP 12", "Ấp Bà Tư", "Đội hình Đoàn phường"]


def understood(typed: str, names: list[str] = NAMES) -> list[str]:
    """What the first reading that fits anything gives."""
    for reading in READINGS:
        found = matches(typed, names, reading)
        if found:
            return [names[place] for place in found]
    return []


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "KP 2",
            "kp2",
            "KP.02",
            "kp.2",
            "khu pho 2",
            "Khu phố 2",
            "khu phố 02",
            "khuphố 2",
            "k.p 2",
        ),
        *("ấp 2", "2", "khu phố hai", "tổ kp 2", "tổ công nghệ số kp 2", "KP 2 (cũ)"),
        *("Tổ công nghệ số cộng đồng khu phố 2", "KP  2"),
    ],
)
def test_one_neighbourhood_is_understood_in_all_its_spellings(typed: str) -> None:
    assert understood(typed) == ["KP 2"]


@pytest.mark.parametrize("typed", ["", "kp", "22", "kp 22", "khu phố", "quên mật khẩu", "kp 2 3"])
def test_what_is_no_name_of_ours_fits_nothing(typed: str) -> None:
    assert understood(typed) == []


def test_the_strictest_reading_wins_and_two_that_read_alike_are_both_told() -> None:
    both = ["KP 2", "Ấp 2"]
    assert understood("ap 2", both) == ["Ấp 2"]
    assert understood("khu pho 2", both) == ["KP 2"]
    assert understood("2", both) == both
    assert understood("ap ba tu") == ["Ấp Bà Tư"]
    assert understood("doi hinh doan phuong") == ["Đội hình Đoàn phường"]


@given(st.integers(1, 99), st.sampled_from(["KP {}", "khu phố {}", "kp{:02}", "KP.{:02}", "Kp-{}"]))
def test_every_number_is_its_own_neighbourhood(number: int, spelling: str) -> None:
    names = [f"KP {n}" for n in range(1, 100)]
    assert understood(spelling.format(number), names) == [f"KP {number}"]


def test_a_name_that_another_team_bears_now_is_put_aside_and_known_again() -> None:
    assert put_aside("KP 2", "cũ", ["KP 2"]) == "KP 2 (cũ)"
    assert put_aside("KP 2", "cũ", ["KP 2", "KP 2 (cũ)"]) == "KP 2 (cũ 2)"
    assert [bare_name(name) for name in ("KP 2 (cũ)", "KP 2 (bỏ 3)", "KP 2")] == ["KP 2"] * 3


def test_what_reads_as_a_place_is_told_from_a_team_of_another_kind() -> None:
    assert [is_place(name) for name in ("KP 9", "ấp 3", "Đội hình Đoàn", "Hội Phụ nữ")] == [
        *(True, True),
        *(False, False),
    ]
