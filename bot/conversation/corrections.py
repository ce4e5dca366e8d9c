"""One thing changed in an entry that stands: it travels in the button, with the revision that was read.

``v3`` is three visits, ``tdvc`` another topic, ``d20261117`` another day, ``o1`` an outcome, ``x`` takes
the entry out. A button of an earlier revision changes nothing: what it was read beside is no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bot.conversation.members import is_number
from bot.core.vocabulary import Outcome, Topic
from bot.services.help_log import MOST_VISITS, Entry, Help

TAKEN_OUT = "x"
OUTCOMES = {"1": Outcome.DONE, "2": Outcome.NOT_DONE, "3": Outcome.PASSED_ON}


@dataclass(frozen=True, slots=True)
class Correction:
    """Which entry, as it was read, and what is to change."""

    entry_id: int
    revision: int
    change: str

    def __str__(self) -> str:
        return f"{self.entry_id}:{self.revision}:{self.change}"

    @property
    def takes_out(self) -> bool:
        """True when the entry is not to count any more."""
        return self.change == TAKEN_OUT

    def applied(self, entry: Entry) -> Help | None:
        """What the entry reads then; None for a change that means nothing."""
        kind, value = self.change[:1], self.change[1:]
        done = entry.help
        match kind:
            case "v" if is_number(value) and 1 <= int(value) <= MOST_VISITS:
                visits = int(value)
                person = done.person_id if visits == 1 else None
                return replace(done, visits=visits, person_id=person)
            case "t" if value in set(Topic):
                # What was done was told of the wrong topic; the read-back shows that it goes.
                return replace(done, topic=Topic(value), services=frozenset())
            case "o" if value in OUTCOMES:
                return replace(done, outcome=OUTCOMES[value])
            case "d" if is_number(value) and len(value) == len("20261121"):
                return _on(done, value)
        return None


def _on(done: Help, day: str) -> Help | None:
    try:
        return replace(done, occurred_on=date.fromisoformat(day))
    except ValueError:
        return None


def read_correction(args: tuple[str, ...]) -> Correction | None:
    """The correction of a button; None when it was tampered with or cut off."""
    entry_id, revision, change = (*args, "", "", "")[:3]
    if not is_number(entry_id) or not is_number(revision) or not change:
        return None
    return Correction(int(entry_id), int(revision), change)
