"""Ways to find the guide of a question: baselines without phrase lists, tried ways, the product's reader."""

import importlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from math import log, sqrt
from typing import Any, Protocol

from bot.core.text import fold, words
from bot.library import Guide, Library
from bot.services.understanding import Decision, Reader

GRAM = 3


class Ranker(Protocol):
    """Finds guides, best first."""

    def rank(self, question: str) -> list[str]:
        """Returns ids; nothing when nothing fits."""


def plain_text(guide: Guide) -> str:
    """Returns the text of a guide without its phrase list, the title four times as in the survey."""
    steps = [step for way in guide.ways for step in way.steps]
    parts = [guide.title] * 4 + [guide.who, guide.counter, guide.no_smartphone, *guide.needs]
    parts += [text for error in guide.errors for text in (error.sign, error.fix)]
    parts += [way.label for way in guide.ways]
    parts += [text for step in steps for text in (step.label, step.text)]
    return fold(" ".join(parts))


class FullText:
    """SQLite FTS5 with its bm25(), text and question folded by us; any word may match."""

    def __init__(self, library: Library) -> None:
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.execute("CREATE VIRTUAL TABLE guides USING fts5(id UNINDEXED, text)")
        rows = [(guide.id, plain_text(guide)) for guide in library.guides.values()]
        self._base.executemany("INSERT INTO guides VALUES (?, ?)", rows)

    def rank(self, question: str) -> list[str]:
        """Asks for any of the words."""
        asked = " OR ".join(f'"{word}"' for word in words(question))
        query = "SELECT id FROM guides WHERE guides MATCH ? ORDER BY bm25(guides) LIMIT 3"
        return [row[0] for row in self._base.execute(query, (asked,))] if asked else []


class Bm25s:
    """The library bm25s (needs numpy), on folded words."""

    def __init__(self, library: Library) -> None:
        bm25s: Any = importlib.import_module("bm25s")
        self._ids = list(library.guides)
        self._index = bm25s.BM25()
        self._index.index(
            [plain_text(g).split() for g in library.guides.values()], show_progress=False
        )

    def rank(self, question: str) -> list[str]:
        """Asks with the words that the index knows."""
        asked = [word for word in words(question) if word in self._index.vocab_dict]
        if not asked:
            return []
        found, _ = self._index.retrieve([asked], k=min(3, len(self._ids)), show_progress=False)
        return [self._ids[number] for number in found[0]]


class RankBm25:
    """The library rank_bm25 (needs numpy), on folded words."""

    def __init__(self, library: Library) -> None:
        rank_bm25: Any = importlib.import_module("rank_bm25")
        self._ids = list(library.guides)
        self._index = rank_bm25.BM25Okapi(
            [plain_text(guide).split() for guide in library.guides.values()]
        )

    def rank(self, question: str) -> list[str]:
        """Scores every guide."""
        scores = self._index.get_scores(list(words(question)))
        best = sorted(zip(scores, self._ids, strict=True), key=lambda pair: -pair[0])
        return [guide for score, guide in best[:3] if score > 0]


class Grams:
    """Cosine of letter trigrams with the nearest phrase."""

    def __init__(self, library: Library) -> None:
        said = [(g.id, text) for g in library.guides.values() for text in (g.title, *g.phrases)]
        bags = [Counter(_grams(text)) for _, text in said]
        users = Counter(gram for bag in bags for gram in bag)
        self._guides = [guide for guide, _ in said]
        self._rarity = {gram: log(1 + len(bags) / n) for gram, n in users.items()}
        self._places: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, bag in enumerate(bags):
            length = sqrt(sum(self._rarity[gram] ** 2 for gram in bag)) or 1.0
            for gram in bag:
                self._places[gram].append((number, self._rarity[gram] / length))

    def rank(self, question: str) -> list[str]:
        """Best phrase of each guide."""
        found: defaultdict[int, float] = defaultdict(float)
        for gram in set(_grams(question)):
            for number, share in self._places.get(gram, ()):
                found[number] += self._rarity[gram] * share
        best: dict[str, float] = {}
        for number, score in found.items():
            guide = self._guides[number]
            best[guide] = max(score, best.get(guide, 0.0))
        return sorted(best, key=lambda guide: -best[guide])[:3]


def _grams(text: str) -> Iterator[str]:
    folded = f" {fold(text)} "
    return (folded[at : at + GRAM] for at in range(len(folded) - GRAM + 1))


class Product:
    """The reader as it is shipped: what it shows in ``answer`` or ``choose``."""

    def __init__(self, library: Library) -> None:
        self.reader = Reader(library.guides, library.glossary, library.elsewhere)
        self.reader.understand("")  # builds the index

    def rank(self, question: str) -> list[str]:
        """Returns what a person sees."""
        return [match.id for match in self.reader.understand(question).guides]

    def decide(self, question: str) -> tuple[Decision, list[str]]:
        """Returns the decision with what a person sees."""
        understood = self.reader.understand(question)
        return understood.decision, [match.id for match in understood.guides]


class OneJudge:
    """One of the reader's two judges alone, hearing as the reader does."""

    def __init__(self, name: str, library: Library) -> None:
        self._name = name
        self._reader = Reader(library.guides, library.glossary, library.elsewhere)

    def rank(self, question: str) -> list[str]:
        """Returns its best three."""
        scores = self._reader.judged_by(self._name, question)
        return sorted(scores, key=lambda guide: (-scores[guide], guide))[:3]


def _judge(name: str) -> Callable[[Library], Ranker]:
    return lambda library: OneJudge(name, library)


RANKERS: dict[str, Callable[[Library], Ranker]] = {
    "FTS5": FullText,
    "bm25s": Bm25s,
    "rank_bm25": RankBm25,
    "letter trigrams": Grams,
    "BM25 + phrases": _judge("wording"),
    "learned weights": _judge("learned"),
    "reader": Product,
}
