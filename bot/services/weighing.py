"""How well each guide fits what was heard: three judges over the words that people say of the guides.

*Nearest* is the phrase that the question and it cover best; *wording* weighs the words against all that a
guide says (BM25); *learned* are weights that the phrases themselves taught, so that what tells two
neighbouring guides apart counts most. Features are a folded word, the same with its marks, and two
neighbours (Vietnamese words have several syllables: “sinh” is in “khai sinh” and in “an sinh”).
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.services.hearing import Form, Heard
from bot.services.listening import Listener

Feature = str | Form | tuple[str, str]
Scores = dict[str, float]

SILENT_WEIGHT = 0.4  # of what the statistics give to words that say little anywhere
MARKED_SHARE = 0.5  # of a word's weight, for the word with its marks
PAIR_WEIGHT = 0.25
LEAST_TELLING = 0.11  # below, a feature stands in too many sayings to be looked up in each
QUESTION_SHARE = 0.35  # people say more than a phrase: what it lacks of the question costs less
SATURATION, LENGTH_SHARE = 1.5, 0.3
ROUNDS, STEP, MARGIN, PAIR_VALUE = 3, 0.5, 1.0, 0.7
NEAREST, WORDING, LEARNED = 1.0, 1.0, 0.8
JUDGES = NEAREST + WORDING + LEARNED
LEAST_WEIGHT = 0.01  # learned weights below say nothing and cost memory


@dataclass(frozen=True, slots=True)
class Saying:
    """Something said of a guide, and how much it counts in its wording."""

    guide: str
    heard: tuple[Heard, ...]
    count: float
    is_spoken: bool = True  # in people's words, not only in the guide's own


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in features: each with its weight and how sure it was heard."""

    features: dict[Feature, tuple[float, float]]

    @property
    def telling(self) -> dict[Feature, tuple[float, float]]:
        """What is not said everywhere."""
        return {one: value for one, value in self.features.items() if value[0] >= LEAST_TELLING}

    @property
    def weight(self) -> float:
        """All that could be matched of what tells something."""
        return sum(weight for weight, _ in self.telling.values())


class Scale:
    """Weighs features: the more evenly the guides use a word, the less it says."""

    def __init__(self, sayings: Sequence[Saying], guides: int, listener: Listener) -> None:
        users: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for saying in sayings:
            for word in {one.word for one in saying.heard}:
                users[word][saying.guide] += 1
        self._listener = listener
        self._weights = {word: rarity(count, guides) for word, count in users.items()}

    def weight(self, one: Heard) -> float:
        """Between 0 and 1; 1 for a word of no guide."""
        weight = self._weights.get(one.word, 1.0)
        return weight * SILENT_WEIGHT if self._listener.is_silent(one.form) else weight

    def features(self, heard: Sequence[Heard]) -> dict[Feature, tuple[float, float]]:
        """Feature → its weight and how sure it was heard."""
        found: dict[Feature, tuple[float, float]] = {}
        weights = [self.weight(one) for one in heard]
        for one, weight in zip(heard, weights, strict=True):
            found[one.word] = ((1 - MARKED_SHARE) * weight, one.trust)
            found[one.form] = (MARKED_SHARE * weight, one.trust)
        for (left, a), (right, b) in pairwise(zip(heard, weights, strict=True)):
            sure = min(left.trust, right.trust)
            found[left.word, right.word] = (PAIR_WEIGHT * (a + b), sure)
        return found


def rarity(count: Mapping[str, float], guides: int) -> float:
    """1 for what one guide says, towards 0 for what all say alike: by the entropy of who says it."""
    total = sum(count.values())
    entropy = -sum(n / total * math.log(n / total) for n in count.values())
    return math.log(1 + guides / math.exp(entropy)) / math.log(1 + guides)


class Nearest:
    """The best phrase of each guide."""

    def __init__(self, sayings: Sequence[tuple[str, Asked]]) -> None:
        self._guides = [guide for guide, _ in sayings]
        self._sizes = [asked.weight for _, asked in sayings]  # of what tells something
        self._places: defaultdict[Feature, list[int]] = defaultdict(list)
        for number, (_, asked) in enumerate(sayings):
            for feature in asked.telling:
                self._places[feature].append(number)

    def judge(self, asked: Asked) -> Scores:
        """Guide → how well its best phrase and the question cover each other, 0 to 1."""
        shared: defaultdict[int, float] = defaultdict(float)
        for feature, (weight, trust) in asked.telling.items():
            common = weight * trust
            if common:
                for number in self._places.get(feature, ()):
                    shared[number] += common
        share = QUESTION_SHARE * asked.weight
        best: Scores = {}
        for number, common in shared.items():
            guide = self._guides[number]
            score = common / (share + (1 - QUESTION_SHARE) * self._sizes[number])
            if score > best.get(guide, 0.0):
                best[guide] = score
        return best


class Wording:
    """BM25 over all that is said of a guide, as a share of what the question could reach."""

    def __init__(self, sayings: Sequence[tuple[Saying, Asked]], guides: int) -> None:
        counts: defaultdict[Feature, Scores] = defaultdict(dict)
        lengths: defaultdict[str, float] = defaultdict(float)
        for saying, asked in sayings:
            lengths[saying.guide] += saying.count * len(asked.features)
            for feature in asked.features:
                count = counts[feature]
                count[saying.guide] = count.get(saying.guide, 0.0) + saying.count
        mean = sum(lengths.values()) / max(guides, 1)
        self._rarity = {feature: rarity(count, guides) for feature, count in counts.items()}
        damping = {
            guide: SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / (mean or 1.0))
            for guide, length in lengths.items()
        }
        self._shares = {
            feature: [(guide, n / (n + damping[guide])) for guide, n in count.items()]
            for feature, count in counts.items()
        }

    def judge(self, asked: Asked) -> Scores:
        """Guide → 0 to 1."""
        reach, found = 0.0, defaultdict[str, float](float)
        for feature, (_, trust) in asked.features.items():
            value = self.value(feature)
            reach += value
            for guide, share in self._shares.get(feature, ()):
                found[guide] += trust * value * share
        return {guide: score / (reach or 1.0) for guide, score in found.items()}

    def value(self, feature: Feature) -> float:
        """What a feature can bring; an unknown pair is no loss beside its words."""
        if _is_pair(feature):
            return 2 * PAIR_WEIGHT * self._rarity.get(feature, 0.0)
        share = 1 - MARKED_SHARE if isinstance(feature, str) else MARKED_SHARE
        return share * self._rarity.get(feature, 1.0)


class Learned:
    """Weights taught by the sayings themselves (passive-aggressive, a margin of one between guides).

    Words count here with their marks only: “mất”, “mật” and “mặt” teach different things.
    """

    def __init__(self, sayings: Sequence[tuple[str, Asked]]) -> None:
        self._weights: defaultdict[Feature, Scores] = defaultdict(dict)
        lessons: list[tuple[str, list[tuple[Feature, float]]]] = [
            (guide, [(f, _value(f)) for f in asked.features if not isinstance(f, str)])
            for guide, asked in sayings
        ]
        order = random.Random(1)  # noqa: S311 – the same order at every start
        for _ in range(ROUNDS):
            order.shuffle(lessons)
            for guide, features in lessons:
                self._take(guide, features)
        for feature, weights in self._weights.items():
            kept = {g: round(w, 4) for g, w in weights.items() if abs(w) >= LEAST_WEIGHT}
            self._weights[feature] = kept

    def _take(self, guide: str, features: list[tuple[Feature, float]]) -> None:
        scores: Scores = {}
        for feature, value in features:
            for one, weight in self._weights[feature].items():
                scores[one] = scores.get(one, 0.0) + weight * value
        own = scores.pop(guide, 0.0)
        rival = max(scores, key=scores.__getitem__, default="")
        lack = MARGIN - own + max(scores.get(rival, 0.0), 0.0)
        if lack <= 0 or not features:
            return
        step = min(STEP, lack / (2 * sum(value * value for _, value in features)))
        for feature, value in features:
            weights = self._weights[feature]
            weights[guide] = weights.get(guide, 0.0) + step * value
            if rival:
                weights[rival] = weights.get(rival, 0.0) - step * value

    def judge(self, asked: Asked) -> Scores:
        """Guide → about 1 for a saying of its own, 0 and less for others."""
        found: defaultdict[str, float] = defaultdict(float)
        for feature, (_, trust) in asked.features.items():
            if trust and (weights := self._weights.get(feature)):
                value = trust * _value(feature)
                for guide, weight in weights.items():
                    found[guide] += value * weight
        return {guide: max(-1.0, min(score, 1.0)) for guide, score in found.items()}


def _is_pair(feature: Feature) -> bool:
    return isinstance(feature, tuple) and isinstance(feature[1], str)


def _value(feature: Feature) -> float:
    return PAIR_VALUE if _is_pair(feature) else 1.0


class Judges:
    """The three together."""

    def __init__(self, sayings: Sequence[Saying], listener: Listener) -> None:
        guides = len({saying.guide for saying in sayings})
        spoken = [saying for saying in sayings if saying.is_spoken]
        self.scale = Scale(spoken, max(guides, 2), listener)
        asked = [(saying, Asked(self._features(saying))) for saying in sayings]
        heard = [(saying.guide, features) for saying, features in asked if saying.is_spoken]
        self._judges: dict[str, tuple[float, Nearest | Wording | Learned]] = {
            "nearest": (NEAREST, Nearest(heard)),
            "wording": (WORDING, Wording(asked, max(guides, 2))),
            "learned": (LEARNED, Learned(heard)),
        }

    def _features(self, saying: Saying) -> dict[Feature, tuple[float, float]]:
        found = self.scale.features(saying.heard)
        if saying.is_spoken:
            return found
        return {feature: value for feature, value in found.items() if not _is_pair(feature)}

    def alone(self, name: str, heard: Sequence[Heard]) -> Scores:
        """What one of them gives; *nearest* gives 1 for a saying word for word."""
        return self._judges[name][1].judge(Asked(self.scale.features(heard)))

    def judge(self, heard: Sequence[Heard]) -> Scores:
        """Guide → −1 to 1."""
        asked = Asked(self.scale.features(heard))
        found: defaultdict[str, float] = defaultdict(float)
        for share, judge in self._judges.values():
            for guide, score in judge.judge(asked).items():
                found[guide] += share * score / JUDGES
        return dict(found)
