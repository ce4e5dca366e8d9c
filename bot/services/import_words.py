"""The words that stand in a form for a code: what people may write, and what we show.

A sentence of the catalogue holds all words for one code, ``|`` between them; the first is the one shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.text import fold
from bot.core.vocabulary import (
    AgeBand,
    FirstTime,
    Outcome,
    Place,
    ReadingKind,
    Service,
    Subject,
    Topic,
)
from bot.library import Guide
from bot.locale import Texts

YES, NO = "co", "khong"
KINDS = {"so_lieu": ReadingKind.READING, "mang_sang": ReadingKind.OPENING}
"""What a line of a file of readings is."""
SERVICE_NUMBERS = {
    1: Service.INSTALL_VNEID,
    2: Service.ACTIVATE_LEVEL_2,
    3: Service.FILE_ONLINE,
    4: Service.ACCOUNT_QR,
    5: Service.SIGNATURE,
    6: Service.HEALTH_BOOK,
    7: Service.SAFETY,
    8: Service.E_COMMERCE,
    9: Service.OTHER,
}
"""Numbers printed on sheets that lie in drawers: one may be added, none may ever mean something else."""


@dataclass(frozen=True, slots=True)
class Words:
    """What may stand in each coded column, folded, and what it means; and the word for each code."""

    codes: Mapping[str, Mapping[str, str]]  # column → folded word → code
    labels: Mapping[str, Mapping[str, str]]  # column → code → word
    topics: Mapping[str, tuple[Topic, str | None]]  # folded word → topic, guide

    def read(self, column: str, text: str) -> str | None:
        """The code that a word of that column means; None for a word that means nothing there."""
        return self.codes[column].get(fold(text))

    def allowed(self, column: str) -> str:
        """The words that can be chosen, for a sentence."""
        return "; ".join(self.labels[column].values())


def load_words(texts: Texts, guides: Mapping[str, Guide]) -> Words:
    """The words of the catalogue beside the codes themselves."""
    said: dict[str, dict[str, str]] = {
        "topic": {one: texts.say(f"topic.{one}") for one in Topic},
        "consent": {one: texts.say(f"paper.consent-{one}") for one in (YES, NO)},
        "outcome": {one: texts.say(f"paper.outcome-{one}") for one in Outcome},
        "services": {one: texts.say(f"paper.service-{one}") for one in Service},
        "subject": {one: texts.say(f"paper.subject-{one}") for one in Subject},
        "first_time": {one: texts.say(f"paper.first-time-{one}") for one in FirstTime},
        "age_band": {one: texts.say(f"paper.age-{one}") for one in AgeBand},
        "place": {one: texts.say(f"paper.place-{one}") for one in Place},
        "kind": {one: texts.say(f"paper.kind-{one}") for one in KINDS},
        "reached": {one: texts.say(f"paper.reached-{one}") for one in (YES, NO)},
    }
    parts = {
        column: {code: _parts(words) for code, words in column_words.items()}
        for column, column_words in said.items()
    }
    codes = {
        column: {fold(word): code for code, words in known.items() for word in (code, *words)}
        for column, known in parts.items()
    }
    codes["services"] |= {str(number): one for number, one in SERVICE_NUMBERS.items()}
    labels = {
        column: {code: words[0] for code, words in known.items()} for column, known in parts.items()
    }
    topics: dict[str, tuple[Topic, str | None]] = {}
    topics |= {fold(guide.id): (guide.topic, guide.id) for guide in guides.values()}
    topics |= {word: (Topic(code), None) for word, code in codes["topic"].items()}
    return Words(codes, labels, topics)


def _parts(words: str) -> Sequence[str]:
    return [word.strip() for word in words.split("|")]
