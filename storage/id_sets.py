"""Sets of ids as sorted arrays: how people are counted once each, however many days name them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Roots = NDArray[np.int32]
"""Pairs: somebody, and whom that one counts as."""
NOBODY: Ids = np.empty(0, dtype=np.int32)
SPREAD = 64
"""Up to so many ids of which one is meant, marks in a row are faster than sorting."""


def union(sets: Sequence[Ids]) -> Ids:
    """The ids of all the sets, each once, in their order."""
    every = np.concatenate(sets) if sets else NOBODY
    if not len(every):
        return NOBODY
    low, high = int(every.min()), int(every.max())
    if high - low > SPREAD * len(every):
        return np.unique(every)
    marks = np.zeros(high - low + 1, dtype=np.bool_)
    marks[every - low] = True
    return (np.flatnonzero(marks) + low).astype(np.int32)


def roots_of(merged: Sequence[tuple[int, int]]) -> Roots:
    """Who counts as whom, as ``as_roots`` takes it."""
    roots = np.array(merged, dtype=np.int32).reshape(-1, 2)
    return roots[np.argsort(roots[:, 0])]


def as_roots(ids: Ids, roots: Roots) -> Ids:
    """The set with those who count as somebody else as that one."""
    if not len(roots) or not len(ids):
        return ids
    places = np.minimum(np.searchsorted(roots[:, 0], ids), len(roots) - 1)
    is_merged = roots[places, 0] == ids
    return union([ids[~is_merged], roots[places[is_merged], 1]])
