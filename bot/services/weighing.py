"""How well each guide fits what was heard: two judges, put together as chances that sum up to one.

*Wording* weighs the words against all that a guide says (BM25); *learned* are weights that titles and
phrases taught (multinomial logistic regression), so that what tells two neighbouring guides apart counts
most. Features are a folded word, the same with its marks, and two neighbours (Vietnamese words have several
syllables: “sinh” is in “khai sinh” and in “an sinh”). The constants were chosen on bench/data.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.services.hearing import Form, Heard

Feature = str | Form | tuple[str, str]
Features = dict[Feature, float]
"""Feature → how sure it was heard, 0 to 1."""
Vector = NDArray[np.float64]

SATURATION, LENGTH_SHARE = 1.5, 0.3
PAIR_SHARE = (
    0.5  # of a word's value in the wording; there an unknown pair is no loss beside its words
)
ROUNDS, STEP = 4, 5.0
SMALLEST = 0.02  # learned weights below say nothing and cost memory
WORDING = 15.0
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
    """Guide → the chance that it is meant, if any is; ``scope`` is the chance that any is."""

    chances: Mapping[str, float]
    scope: float


def features(heard: Sequence[Heard], *, with_pairs: bool = True) -> Features:
    """Words, words with their marks, and pairs of neighbours."""
    found: Features = {}
    for one in heard:
        form, trust = one.form, one.trust
        if trust >= found.get(form, 0.0):
            found[form] = trust
        if trust >= found.get(form[0], 0.0):
            found[form[0]] = trust
    if with_pairs:
        for left, right in pairwise(heard):
            found[left.word, right.word] = min(left.trust, right.trust)
    return found


def _is_pair(feature: Feature) -> bool:
    return isinstance(feature, tuple) and isinstance(feature[1], str)


def rarity(count: Mapping[int, float], guides: int) -> float:
    """1 for what one guide says, towards 0 for what all say alike: by the entropy of who says it."""
    total = sum(count.values())
    entropy = -sum(n / total * math.log(n / total) for n in count.values())
    return math.log(1 + guides / math.exp(entropy)) / math.log(1 + guides)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a feature brings to the guides that have it; ``reach`` is the most that it could bring."""

    guides: NDArray[np.int32]
    values: Vector
    reach: float


class Wording:
    """BM25 over all that is said of a guide, as a share of what the question could reach."""

    def __init__(self, said: Iterable[tuple[int, float, Features]], guides: int) -> None:
        counts: defaultdict[Feature, defaultdict[int, float]] = defaultdict(
            lambda: defaultdict(float)
        )
        lengths = np.zeros(guides)
        for guide, times, found in said:
            lengths[guide] += times * len(found)
            for feature in found:
                counts[feature][guide] += times
        mean = lengths.mean() if guides else 1.0
        damping = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths / mean
        self._guides = guides
        self._rows = {
            feature: _row(feature, count, SATURATION * damping, max(guides, 2))
            for feature, count in counts.items()
        }

    def judge(self, asked: Features) -> Vector:
        """0 to 1 for each guide."""
        rows = [(self._rows.get(feature), feature, trust) for feature, trust in asked.items()]
        reach = sum(
            row.reach if row else _reach(feature, 0.0 if _is_pair(feature) else 1.0)
            for row, feature, _ in rows
        )
        known = [(row, trust) for row, _, trust in rows if row and trust]
        if not known:
            return np.zeros(self._guides)
        return _summed(
            [row.guides for row, _ in known],
            [row.values * (trust / reach) for row, trust in known],
            self._guides,
        )


def _summed(guides: Sequence[NDArray[np.int32]], values: Sequence[Vector], size: int) -> Vector:
    """What the rows together bring to each guide."""
    total = np.bincount(np.concatenate(guides), np.concatenate(values), size)
    return total.astype(np.float64, copy=False)


def _row(feature: Feature, count: Mapping[int, float], damping: Vector, guides: int) -> _Row:
    who = np.fromiter(count, np.int32, len(count))
    often = np.fromiter(count.values(), np.float64, len(count))
    reach = _reach(feature, rarity(count, guides))
    return _Row(who, reach * often / (often + damping[who]), reach)


def _reach(feature: Feature, rare: float) -> float:
    """A word counts half by its letters and half with its marks."""
    return rare * (PAIR_SHARE if _is_pair(feature) else 0.5)


class Learned:
    """Weights taught by sayings: multinomial logistic regression on unit vectors of rarity.

    The same sayings give the same weights at every start.
    """

    def __init__(self, lessons: Sequence[tuple[int, Features]], guides: int) -> None:
        users = Counter(feature for _, found in lessons for feature in found)
        self._place = {feature: number for number, feature in enumerate(users)}
        self._rarity = np.array([1 + math.log(len(lessons) / n) for n in users.values()])
        self._most_rare = 1 + math.log(max(len(lessons), 1))
        self._guides = guides
        self.usual = 1.0
        """The score that sayings reach at their own guide, in the median."""
        self._rows = self._thinned(self._learn(lessons))

    def _learn(self, lessons: Sequence[tuple[int, Features]]) -> Vector:
        weights = np.zeros((len(self._place), self._guides))
        examples = [(guide, *self._vector(found)) for guide, found in lessons if found]
        order = random.Random(1)  # noqa: S311 – the same order at every start
        for number in range(ROUNDS):
            order.shuffle(examples)
            step, reached = STEP / (1 + number), []
            for guide, places, values in examples:
                scores = values @ weights[places]
                reached.append(scores[guide])
                error = np.exp(scores - scores.max())
                error /= error.sum()
                error[guide] -= 1.0
                weights[places] -= np.multiply.outer(step * values, error)
            self.usual = float(np.median(reached)) or 1.0 if reached else 1.0
        return weights

    def _vector(self, found: Features) -> tuple[NDArray[np.intp], Vector]:
        """Places and values of the features, of length one; words that nobody taught take their share."""
        known = [(self._place[one], trust) for one, trust in found.items() if one in self._place]
        places = np.array([place for place, _ in known], np.intp)
        values = self._rarity[places]
        strange = sum(one not in self._place and not _is_pair(one) for one in found)
        length = math.sqrt(float(values @ values) + strange * self._most_rare**2)
        trust = np.array([trust for _, trust in known])
        return places, trust * values / (length or 1.0)

    def _thinned(self, weights: Vector) -> list[tuple[NDArray[np.int32], Vector]]:
        """Of each feature only the guides that it speaks for or against."""
        kept = []
        for row in weights:
            (who,) = np.nonzero(np.abs(row) >= SMALLEST)
            kept.append((who.astype(np.int32), row[who]))
        return kept

    def judge(self, asked: Features) -> Vector:
        """A score for each guide; the best of them says as well how sure it is that any is meant."""
        places, values = self._vector(asked)
        if not len(places):
            return np.zeros(self._guides)
        rows = [self._rows[place] for place in places]
        return _summed(
            [who for who, _ in rows],
            [weights * value for (_, weights), value in zip(rows, values, strict=True)],
            self._guides,
        )


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
        users: defaultdict[Feature, Counter[int]] = defaultdict(Counter)
        for at, words in lessons:
            for word in words:
                if isinstance(word, str) or _is_pair(word):
                    users[word][at] += 1
        self._rarity = {word: rarity(who, max(len(number), 2)) for word, who in users.items()}

    def judge(self, heard: Sequence[Heard]) -> Verdict:
        """What the words speak for."""
        if not self._ids:
            return Verdict({}, 0.0)
        scores, best = self._scores(features(heard))
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        scope = 1 / (1 + math.exp(-SCOPE_STEEPNESS * (best / self._learned.usual - SCOPE_AT)))
        return Verdict(dict(zip(self._ids, chances.tolist(), strict=True)), scope)

    def score(self, heard: Sequence[Heard], guide: str) -> float:
        """How much the words speak for one guide, in logarithms."""
        return float(self._scores(features(heard))[0][self._ids.index(guide)])

    def _scores(self, asked: Features) -> tuple[Vector, float]:
        learned = self._learned.judge(asked)
        return learned + WORDING * self._wording.judge(asked), float(learned.max(initial=0.0))

    def rarity(self, word: str) -> float:
        """Between 0 and 1: how much a folded word tells; 1 for one that no saying has."""
        return self._rarity.get(word, 1.0)

    def telling(self, heard: Sequence[Heard]) -> float:
        """Between 0 and 1: how much the most telling word or pair of neighbours tells."""
        asked = features(heard).items()
        return max((trust * self._rarity.get(one, 0.0) for one, trust in asked), default=0.0)

    def alone(self, name: str, heard: Sequence[Heard]) -> dict[str, float]:
        """What one of them gives: “wording” or “learned”. For those who compare."""
        judge = self._wording.judge if name == "wording" else self._learned.judge
        return dict(zip(self._ids, judge(features(heard)).tolist(), strict=True))
