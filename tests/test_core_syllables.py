"""Syllables: marks, what input methods leave behind, and slips of a finger."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import syllables
from bot.core.syllables import deletions, is_one_slip, is_syllable, marks, without_leftovers

WORD = st.text("abcdeghiklmnopqrstuvxy", min_size=3, max_size=7)


def test_the_examples_hold() -> None:
    assert doctest.testmod(syllables).failed == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("khaaru", "khau"),
        ("matj", "mat"),
        ("dduowngf", "duong"),
        ("d9ang", "dang"),
        ("mat65", "mat"),
    ],
)
def test_key_leftovers_are_taken_out(typed: str, meant: str) -> None:
    assert meant in list(without_leftovers(typed))


@pytest.mark.parametrize("word", ["nghieng", "quyen", "khuya", "thuong", "giay", "a", "oan"])
def test_vietnamese_words_may_be_written_so(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["khua6", "hcuyen", "kkhau", "facebook", "bnag"])
def test_what_cannot_be_a_word_is_told(word: str) -> None:
    assert not is_syllable(word)


def test_hoi_and_nga_are_one_in_southern_mouths() -> None:
    assert marks("mả") == marks("mã") != marks("má")


@given(WORD, st.integers(0, 6), st.sampled_from("xyz"))
def test_one_slip_shares_a_key_with_what_was_meant(word: str, at: int, letter: str) -> None:
    at %= len(word)
    for typed in (word[:at] + word[at + 1 :], word[:at] + letter + word[at:]):
        assert is_one_slip(typed, word)
        assert deletions(typed) & deletions(word)


@given(WORD, WORD)
def test_a_slip_goes_both_ways(one: str, other: str) -> None:
    assert is_one_slip(one, other) == is_one_slip(other, one)
