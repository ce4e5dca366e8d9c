"""What a person meant to type: slips, key leftovers, run-ons, missing marks, told by the guides' own words.

Each typed word has a few candidates, and the likeliest row of them is heard: a candidate costs by how far it
is from what was typed, and gains when it stands beside its neighbour in the guides as well. So “ho” is “hồ”
before “so” and “họ” before “kêu”, without a list of either. Costs are logarithms, chosen on bench/data.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.core.syllables import (
    deletions,
    is_one_slip,
    is_syllable,
    marks,
    spoken,
    without_leftovers,
)
from bot.core.text import fold

Marks = frozenset[str]
Form = tuple[str, Marks]
"""A word as it is compared: folded, and which marks it carries."""

OFTEN = 0.3  # for each e-fold of how often the guides use a word
KNOWN_PAIR, OFTEN_PAIR = 1.2, 0.5
MISSING_MARKS = -1.0  # in a text that has marks elsewhere
LEFTOVER = -0.5
OTHER_MARKS, TRUST_OTHER_MARKS = -3.5, 0.4
SLIP, TRUST_SLIP = -3.0, 0.8
SLIP_OF_A_WORD, TRUST_SLIP_OF_A_WORD = -5.0, 0.6  # what was typed is a word, or could be one
LOST_MARK = -0.7
UNKNOWN, UNKNOWN_NONSENSE = -1.0, -4.0
MOST_CANDIDATES = 6
SHORTEST_SLIP = 3
SHORTEST_RUN, LONGEST_PIECE, PIECE = 6, 7, 3.0
NO_GAINS: dict[Form, float] = {}
LETTERS_A_PIECE = 2.4  # shorter pieces on average are found in any string


class Heard(NamedTuple):
    """One word as it was understood: with the marks that it has or most likely has.

    ``trust`` is 1 for what was typed so, 0 for a word of no guide. A tuple, since learning makes 200,000.
    """

    form: Form
    typed: str
    trust: float = 1.0
    cost: float = 0.0
    is_marked: bool = False  # its marks were typed, not guessed

    @property
    def word(self) -> str:
        """The word without its marks."""
        return self.form[0]

    @property
    def marks(self) -> Marks:
        """Its marks."""
        return self.form[1]


def forms(text: str) -> list[Form]:
    """The words of a text as they stand.

    >>> [word for word, _ in forms("Mã OTP?")]
    ['ma', 'otp']
    """
    return [form for word, _ in spoken(text) for form in _forms_of(word)]


def _forms_of(word: str) -> list[Form]:
    given = marks(word)
    return [(part, given) for part in fold(word).split()]


class _Reading:
    """Takes texts of our own apart; what came before is not taken apart again."""

    def __init__(self) -> None:
        self._words: dict[str, list[Form]] = {}
        self._texts: dict[str, list[Form]] = {}

    def forms(self, text: str) -> list[Form]:
        """The same as ``forms``."""
        if text not in self._texts:
            self._texts[text] = [form for word, _ in spoken(text) for form in self.form(word)]
        return self._texts[text]

    def form(self, word: str) -> list[Form]:
        """One word; two or none where folding makes it so."""
        if word not in self._words:
            self._words[word] = _forms_of(word)
        return self._words[word]


class Ear:
    """Knows the words of the guides and which stand side by side.

    A text without any mark may have been typed so, unless it is ``fully_marked``, like “nha”.
    """

    def __init__(self, texts: Iterable[str], fully_marked: Iterable[str] = ()) -> None:
        self._reading = _Reading()
        self._count: Counter[Form] = Counter()
        self._forms: dict[str, list[Form]] = {}
        rows = [self._reading.forms(text) for text in texts]
        certain = [self._reading.forms(text) for text in fully_marked]
        self._gains: dict[Form, dict[Form, float]] = {}
        self._learn([*certain, *(row for row in rows if any(form[1] for form in row))])
        self._take_in([row for row in rows if not any(form[1] for form in row)])
        self._prior = {form: OFTEN * math.log(n + 1) for form, n in self._count.items()}
        self._alike: dict[str, tuple[str, ...]] = {}
        self._near: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._forms:
            if len(word) >= SHORTEST_SLIP and not word.isdigit():
                for key in deletions(word):
                    self._near[key].append(word)

    def _learn(self, rows: Iterable[list[Form]]) -> None:
        pairs: Counter[tuple[Form, Form]] = Counter()
        for row in rows:
            self._count.update(row)
            pairs.update(pairwise(row))
        for (left, right), seen in pairs.items():
            gain = KNOWN_PAIR + OFTEN_PAIR * math.log(seen)
            self._gains.setdefault(left, {})[right] = gain
        for form in sorted(self._count, key=lambda form: -self._count[form]):
            self._forms.setdefault(form[0], []).append(form)

    def _take_in(self, rows: Iterable[list[Form]]) -> None:
        """Texts typed without marks: news are only words that are written in no other way."""
        for row in rows:
            for form in row:
                if form in self._forms.setdefault(form[0], [form]):
                    self._count[form] += 1

    def done_reading(self) -> None:
        """No more texts of ours will come: what was kept of them is let go."""
        self._reading = _Reading()

    def forms_of_ours(self, text: str) -> list[Form]:
        """The words of a text of our own as they stand."""
        return self._reading.forms(text)

    def read(self, text: str) -> list[Heard]:
        """The words of a text of our own: as they stand, or with the likeliest marks where it has none."""
        row = self._reading.forms(text)
        if any(given for _, given in row):
            return [Heard(form, form[0], is_marked=True) for form in row]
        return self.hear(text, forgiving=False)

    def hear(self, text: str, *, forgiving: bool = True) -> list[Heard]:
        """The likeliest words, in order; ``forgiving`` looks for slips as well."""
        found = [piece for word, _ in spoken(text) for piece in self._pieces(word)]
        take_apart = _forms_of if forgiving else self._reading.form
        typed = [(*form, piece) for piece in found for form in take_apart(piece)]
        has_marks = any(given for _, given, _ in typed)
        options = []
        for word, given, piece in typed:
            candidates = list(self._spelt((word, given), piece, has_marks))
            if not candidates:
                candidates = [*self._leftovers((word, given), piece), _unknown(word, given, piece)]
            options.append(candidates)
        if forgiving:
            sound = [self._stands_well(options, at) for at in range(len(options))]
            for (word, given, piece), candidates, is_sound in zip(
                typed, options, sound, strict=True
            ):
                if not is_sound and len(word) >= SHORTEST_SLIP and not word.isdigit():
                    candidates += self._slips((word, given), piece)
        for candidates in options:
            candidates.sort(key=lambda one: -one.cost)
            del candidates[MOST_CANDIDATES:]
        return self._likeliest(options)

    def _stands_well(self, options: Sequence[Sequence[Heard]], at: int) -> bool:
        """True for a known word beside one that the guides put there: no slip is looked for."""
        gains = self._gains
        before = (
            [gains.get(one.form, NO_GAINS) for one in options[at - 1] if one.trust] if at else []
        )
        after = [one.form for one in options[at + 1] if one.trust] if at + 1 < len(options) else []
        for one in options[at]:
            if one.trust == 1:
                own = gains.get(one.form, NO_GAINS)
                if any(one.form in gain for gain in before) or any(f in own for f in after):
                    return True
        return False

    def knows(self, word: str) -> bool:
        """True for a folded word that the guides use."""
        return word in self._forms

    def _pieces(self, word: str) -> Sequence[str]:
        """A run-on taken apart into known words; any other word as it is."""
        folded = fold(word)
        if len(folded) < SHORTEST_RUN or len(folded) != len(word) or folded in self._forms:
            return (word,)
        best: list[tuple[float, tuple[int, ...]]] = [(0.0, (0,))]
        for end in range(1, len(folded) + 1):
            starts = range(max(0, end - LONGEST_PIECE), end)
            ways = ((best[at][0] + self._piece(folded[at:end]), at) for at in starts)
            cost, at = min(ways)
            best.append((cost, (*best[at][1], end)))
        cost, borders = best[-1]
        pieces = len(borders) - 1
        if cost == math.inf or pieces < 2 or len(folded) < LETTERS_A_PIECE * pieces:
            return (word,)
        return [word[start:end] for start, end in pairwise(borders)]

    def _piece(self, piece: str) -> float:
        if len(piece) < 2 or piece not in self._forms:
            return math.inf
        return PIECE - self._prior[self._forms[piece][0]]

    def _spelt(self, form: Form, typed: str, has_marks: bool) -> Iterator[Heard]:
        """The words that are written with these letters."""
        word, given = form
        known_forms = self._forms.get(word, ())
        for known in known_forms:
            cost = self._prior[known]
            if given == known[1]:
                is_meant_bare = has_marks and not given and len(known_forms) > 1
                yield Heard(known, typed, 1.0, cost, bool(given) or is_meant_bare)
            elif given < known[1]:
                cost += MISSING_MARKS if has_marks else 0.0
                yield Heard(known, typed, 1.0, cost, bool(given))
            else:
                yield Heard(form, typed, TRUST_OTHER_MARKS, OTHER_MARKS + cost, True)

    def _leftovers(self, form: Form, typed: str) -> Iterator[Heard]:
        for bare in without_leftovers(form[0]):
            for known in self._forms.get(bare, ()):
                if form[1] <= known[1]:
                    yield Heard(known, typed, 1.0, LEFTOVER + self._prior[known])

    def _slips(self, form: Form, typed: str) -> Iterator[Heard]:
        word, given = form
        cost, trust = SLIP, TRUST_SLIP
        if is_syllable(word):
            cost, trust = SLIP_OF_A_WORD, TRUST_SLIP_OF_A_WORD
        for one in self._one_slip_away(word):
            known = self._forms[one][0]
            if given:
                known = max(self._forms[one], key=lambda form: len(given & form[1]))
            lost = LOST_MARK * len(given - known[1])
            yield Heard(known, typed, trust, cost + self._prior[known] + lost)

    def _one_slip_away(self, word: str) -> tuple[str, ...]:
        """Words of the guides that a slip turns into this; kept for words of the guides only."""
        if word in self._alike:
            return self._alike[word]
        near = {one for key in deletions(word) for one in self._near.get(key, ())}
        alike = tuple(sorted(one for one in near if is_one_slip(word, one)))
        if word in self._forms:
            self._alike[word] = alike
        return alike

    def _likeliest(self, options: list[list[Heard]]) -> list[Heard]:
        """The row with the best sum of candidates and of neighbours that are known as such."""
        if not options:
            return []
        sums = [one.cost for one in options[0]]
        came_from: list[list[int]] = []
        for before, candidates in pairwise(options):
            gains = [self._gains.get(left.form, NO_GAINS) for left in before]
            origins, reached = [], []
            for one in candidates:
                best, origin = -math.inf, 0
                for at, gain in enumerate(gains):
                    total = sums[at] + gain.get(one.form, 0.0)
                    if total > best:
                        best, origin = total, at
                origins.append(origin)
                reached.append(best + one.cost)
            came_from.append(origins)
            sums = reached
        at = sums.index(max(sums))
        row = [options[-1][at]]
        for place in range(len(options) - 2, -1, -1):
            at = came_from[place][at]
            row.append(options[place][at])
        return row[::-1]


def _unknown(word: str, given: Marks, typed: str) -> Heard:
    is_sound = is_syllable(word) or word.isdigit()
    cost = UNKNOWN if is_sound else UNKNOWN_NONSENSE
    return Heard((word, given), typed, 0.0, cost, bool(given))
