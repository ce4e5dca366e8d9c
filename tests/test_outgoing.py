"""Nobody outside can work a hidden number of people out from the total and the cells that are left."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.outgoing import LEAST, choose, choose_whole

CELLS = st.lists(st.none() | st.integers(0, 9), max_size=5)


def worlds(cells: list[int | None], gone: set[int]) -> dict[int, set[int]]:
    """What each hidden cell may be, for whoever knows the total and that nobody counted is at least one."""
    total = sum(cells[at] or 0 for at in gone)
    found: dict[int, set[int]] = {at: set() for at in gone}
    for guess in product(range(1, total + 1), repeat=len(gone)):
        if sum(guess) == total:
            for at, number in zip(sorted(gone), guess, strict=True):
                found[at].add(number)
    return found


@given(cells=CELLS)
def test_every_hidden_cell_could_be_another_number(cells: list[int | None]) -> None:
    gone = choose(cells)
    is_all_one = all(number in (None, 0, 1) for number in cells)
    if not is_all_one:
        assert all(len(known) > 1 for known in worlds(cells, gone).values())


@given(cells=CELLS)
def test_no_small_number_is_left_beside_others(cells: list[int | None]) -> None:
    gone = choose(cells)
    known = [at for at, number in enumerate(cells) if number]
    left = [at for at in known if at not in gone and (cells[at] or 0) < LEAST]
    assert left == (known if len(known) == 1 and (cells[known[0]] or 0) < LEAST else [])


@given(cells=CELLS)
def test_at_most_one_cell_more_than_the_small_ones_goes(cells: list[int | None]) -> None:
    gone = choose(cells)
    large = [at for at in gone if (cells[at] or 0) >= LEAST]
    assert len(large) <= 1
    assert all(cells[at] for at in gone)


@pytest.mark.parametrize(
    ("cells", "gone"),
    [
        ([3, 20, 7], {0, 2}),  # the smallest of the others goes with it
        ([3, 2, 20], {0, 1}),
        ([1, 1, 20], {0, 1, 2}),  # two are missing to the total: one each
        ([4, 4, 9], {0, 1, 2}),
        ([3], set()),  # it is the total
        ([3, 0, None], set()),
        ([5, 6], set()),
        ([], set()),
    ],
)
def test_which_cells_go(cells: list[int | None], gone: set[int]) -> None:
    assert choose(cells) == gone


@pytest.mark.parametrize(
    ("cells", "is_beside", "gone"),
    [
        ([5, 3, 8], False, {0, 1, 2}),
        ([5, 6, 8], False, set()),
        ([5, 6, None, 8], True, {0, 1, 3}),
        ([3], True, set()),
    ],
)
def test_a_second_split_goes_as_a_whole(
    cells: list[int | None], is_beside: bool, gone: set[int]
) -> None:
    assert choose_whole(cells, is_beside=is_beside) == gone
