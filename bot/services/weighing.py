"""How well each guide fits what was heard: two judges, put together as chances that sum up to one.

*Wording* weighs the words against all that a guide says (BM25); *learned* are weights that titles and
phrases taught (multinomial logistic regression), so that what tells two neighbouring guides apart counts
most. Features are a folded word, the same with its marks, and two neighbours (Vietnamese words have several
syllables: “sinh” is in “khai sinh” and in “an sinh”). The constants were chosen on bench/data.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.services.hearing import Form, Heard

Feature = str | Form | tuple[str, str]
Features = dict[Feature, float]
"""Feature → how sure it was heard, 0 to 1."""
Vector = NDArray[np.float64]
Numbers = NDArray[np.signedinteger[Any]]

SATURATION, LENGTH_SHARE = 1.5, 0.3
PAIR_SHARE = 0.5  # of a word's value in the wording; an unknown pair is no loss there
ROUNDS, STEP = 2, 5.0
SMALLEST = 0.02  # learned weights below say nothing and cost memory
WORDING = 15.0
LEAST_TOLD = 0.7  # by the most telling word or pair
OPENNESS = 0.25  # how much less the judges mean where nothing telling was said
SCOPE_AT, SCOPE_STEEPNESS = 0.55, 7.3  # as shares of what a saying reaches at its own guide


@dataclass(frozen=True, slots=True)
class Saying:
    """Something said of a guide, and how much it counts in its wording."""

    guide: str
    heard: tuple[Heard, ...]
    count: float
    teaches: bool  # in people's words, not only in the guide's own


@dataclass(frozen=True, slots=True)
class Verdict:
    """Guide → the chance that it is meant, if any is; ``scope`` is the chance that any is.

    ``is_told`` is False where only words of the whole field were said, like “số điện thoại”.
    """

    chances: Mapping[str, float]
    scope: float
    is_told: bool


def features(heard: Sequence[Heard], *, with_pairs: bool = True) -> Features:
    """Words, words with their marks, and pairs of neighbours."""
    found: Features = {}
    for one in heard:
        form, _, trust, _, _ = one
        if trust >= found.get(form, 0.0):
            found[form] = trust
        if trust >= found.get(form[0], 0.0):
            found[form[0]] = trust
    if with_pairs:
        for left, right in pairwise(heard):
            found[left[0][0], right[0][0]] = min(left[2], right[2])
    return found


def _is_pair(feature: Feature) -> bool:
    return isinstance(feature, tuple) and isinstance(feature[1], str)


def rarity(count: Mapping[int, float], guides: int) -> float:
    """1 for what one guide says, towards 0 for what all say alike: by the entropy of who says it."""
    if len(count) == 1:
        return 1.0
    total = sum(count.values())
    entropy = -sum(n / total * math.log(n / total) for n in count.values())
    return math.log(1 + guides / math.exp(entropy)) / math.log(1 + guides)


class Table:
    """Feature → a value for each guide that it says something of; one block of memory for all."""

    def __init__(
        self, places: Mapping[Feature, int], rows: Numbers, guides: Numbers, values: Vector
    ) -> None:
        """``rows``, ``guides`` and ``values`` go together, sorted by row: the place of a feature."""
        self._places = places
        self._starts = np.searchsorted(rows, np.arange(len(places) + 1)).tolist()
        self._guides = guides.astype(np.int32)
        self._values = values.astype(np.float32)

    def place(self, feature: Feature) -> int | None:
        """The row of a feature; None when it has none."""
        return self._places.get(feature)

    def sum(self, weighted: Sequence[tuple[int, float]], size: int) -> Vector:
        """The rows at these places, each times its weight, added up guide by guide."""
        if not weighted:
            return np.zeros(size)
        bounds = [(self._starts[place], self._starts[place + 1]) for place, _ in weighted]
        guides = np.concatenate([self._guides[start:end] for start, end in bounds])
        values = np.concatenate([self._values[start:end] for start, end in bounds])
        weights = np.repeat([weight for _, weight in weighted], [e - s for s, e in bounds])
        return np.bincount(guides, values * weights, size).astype(np.float64, copy=False)


class Wording:
    """BM25 over all that is said of a guide, as a share of what the question could reach."""

    def __init__(self, said: Iterable[tuple[int, float, Features]], guides: int) -> None:
        counts: dict[Feature, dict[int, float]] = {}
        lengths = np.zeros(guides)
        for guide, times, found in said:
            lengths[guide] += times * len(found)
            for feature in found:
                count = counts.setdefault(feature, {})
                count[guide] = count.get(guide, 0.0) + times
        self._guides = guides
        self._reach = [_reach(one, rarity(who, max(guides, 2))) for one, who in counts.items()]
        rows = np.repeat(np.arange(len(counts)), [len(who) for who in counts.values()])
        who = np.fromiter((guide for count in counts.values() for guide in count), np.int32)
        often = np.fromiter((n for count in counts.values() for n in count.values()), np.float64)
        mean = lengths.mean() if guides else 1.0
        damping = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths / mean)
        values = np.array(self._reach)[rows] * often / (often + damping[who])
        self._table = Table({feature: at for at, feature in enumerate(counts)}, rows, who, values)

    def judge(self, asked: Features) -> Vector:
        """0 to 1 for each guide."""
        reach, known = 0.0, []
        for feature, trust in asked.items():
            place = self._table.place(feature)
            if place is not None:
                reach += self._reach[place]
                known.append((place, trust))
            elif not _is_pair(feature):
                reach += _reach(feature, 1.0)
        return self._table.sum(known, self._guides) / (reach or 1.0)


def _reach(feature: Feature, rare: float) -> float:
    """The most that a feature can bring: a word counts half by its letters and half with its marks."""
    return rare * (PAIR_SHARE if _is_pair(feature) else 0.5)


class Learned:
    """Weights taught by sayings: multinomial logistic regression on unit vectors of rarity.

    The same sayings give the same weights at every start. A pair that stands in one saying only teaches
    nothing that its words do not.
    """

    def __init__(self, lessons: Sequence[tuple[int, Features]], guides: int) -> None:
        users = Counter(feature for _, found in lessons for feature in found)
        taught = {one: n for one, n in users.items() if n > 1 or not _is_pair(one)}
        self._places = {feature: number for number, feature in enumerate(taught)}
        self._rarity = np.array([1 + math.log(len(lessons) / n) for n in taught.values()])
        self._most_rare = 1 + math.log(max(len(lessons), 1))
        self._guides = guides
        self.usual = 1.0
        """The score that sayings reach at their own guide, in the median."""
        weights = self._learn(lessons)
        rows, who = np.nonzero(np.abs(weights) >= SMALLEST)
        self._table = Table(self._places, rows, who, weights[rows, who])

    def _learn(self, lessons: Sequence[tuple[int, Features]]) -> Vector:
        weights = np.zeros((len(self._places), self._guides))
        examples = [(guide, *self._vector(found)) for guide, found in lessons if found]
        order = random.Random(1)  # noqa: S311 – the same order at every start
        for number in range(ROUNDS):
            order.shuffle(examples)
            step, reached = STEP / (1 + number), []
            for guide, places, values in examples:
                own = weights[places]
                scores = values @ own
                reached.append(scores[guide])
                error = np.exp(scores - scores.max())
                error /= error.sum()
                error[guide] -= 1.0
                own -= np.multiply.outer(step * values, error)
                weights[places] = own
            self.usual = float(np.median(reached)) or 1.0 if reached else 1.0
        return weights

    def _vector(self, found: Features) -> tuple[NDArray[np.intp], Vector]:
        """Places and values of the features, of length one; words that nobody taught take their share."""
        known = [(self._places[one], trust) for one, trust in found.items() if one in self._places]
        places = np.array([place for place, _ in known], np.intp)
        values = self._rarity[places]
        strange = sum(one not in self._places and not _is_pair(one) for one in found)
        length = math.sqrt(float(values @ values) + strange * self._most_rare**2)
        trust = np.array([trust for _, trust in known])
        return places, trust * values / (length or 1.0)

    def judge(self, asked: Features) -> Vector:
        """A score for each guide; the best of them says as well how sure it is that any is meant."""
        places, values = self._vector(asked)
        weighted = list(zip(places.tolist(), values.tolist(), strict=True))
        return self._table.sum(weighted, self._guides)


class Judges:
    """The two together."""

    def __init__(self, sayings: Sequence[Saying]) -> None:
        self._ids = sorted({saying.guide for saying in sayings})
        number = {guide: at for at, guide in enumerate(self._ids)}
        found = [
            (saying, number[saying.guide], features(saying.heard, with_pairs=saying.teaches))
            for saying in sayings
        ]
        lessons = [(at, words) for one, at, words in found if one.teaches]
        self._wording = Wording(((at, one.count, words) for one, at, words in found), len(number))
        self._learned = Learned(lessons, len(number))
        users: dict[Feature, dict[int, float]] = {}
        for at, words in lessons:
            for word in words:
                who = users.setdefault(word, {})
                who[at] = who.get(at, 0.0) + 1
        self._rarity = {word: rarity(who, max(len(number), 2)) for word, who in users.items()}

    def judge(self, heard: Sequence[Heard]) -> Verdict:
        """What the words speak for."""
        if not self._ids:
            return Verdict({}, 0.0, is_told=False)
        asked = features(heard)
        scores, best = self._scores(asked)
        is_told = self._telling(asked) >= LEAST_TOLD
        if not is_told:
            scores = scores * OPENNESS
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        scope = 1 / (1 + math.exp(-SCOPE_STEEPNESS * (best / self._learned.usual - SCOPE_AT)))
        return Verdict(dict(zip(self._ids, chances.tolist(), strict=True)), scope, is_told)

    def score(self, heard: Sequence[Heard], guide: str) -> float:
        """How much the words speak for one guide, in logarithms."""
        return float(self._scores(features(heard))[0][self._ids.index(guide)])

    def _scores(self, asked: Features) -> tuple[Vector, float]:
        learned = self._learned.judge(asked)
        return learned + WORDING * self._wording.judge(asked), float(learned.max(initial=0.0))

    def rarity(self, word: str) -> float:
        """Between 0 and 1: how much a folded word tells; 1 for one that no saying has."""
        return self._rarity.get(word, 1.0)

    def _telling(self, asked: Features) -> float:
        """Between 0 and 1: how much the most telling word or pair of neighbours tells."""
        return max((trust * self._rarity.get(f, 0.0) for f, trust in asked.items()), default=0.0)

    def alone(self, name: str, heard: Sequence[Heard]) -> dict[str, float]:
        """What one of them gives: “wording” or “learned”. For those who compare."""
        judge = self._wording.judge if name == "wording" else self._learned.judge
        return dict(zip(self._ids, judge(features(heard)).tolist(), strict=True))
