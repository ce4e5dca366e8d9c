"""How the office's figures are shown: the tables of a week, and what a sheet of entries is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.core.vocabulary import SAID, UNSAID, Confirmation, FirstTime, TrainingKind
from bot.locale import Texts
from bot.reports.weekly import WORDS, Row, Weekly
from bot.services.entries import Heading

QUIET = frozenset({"requests", "trainings", "communication", "learning"})
"""Tables that are left out on paper when there is nothing to say of either week."""
ENTRIES, HELD = "/office/entries", "/office/held"
"""Where the help entries behind a figure stand, and where the trainings."""
COMMUNICATION, LEARNING = "/office/communications", "/office/learning"
HEAD, NAMES = 3, 4
"""How many rows a title and a head take, and how many names of teams stand in a row."""
PARTS = {
    "people": ("person", SAID),
    "visits_without_person": ("person", UNSAID),
    "new_declared": ("first_time", FirstTime.NEW),
    "confirmed": ("answer", Confirmation.YES),
    "denied": ("answer", Confirmation.NO),
    "files": ("files", SAID),
}
"""Figures of the summary whose rows are not all of the week's: the split and the key of their sheet."""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page: rows with label and address of their entries, and what to say without any."""

    id: str
    title: str
    head: str
    rows: tuple[tuple[str, Row, str | None], ...]
    total: Row | None = None
    empty: str = ""
    page: str = ENTRIES  # where the rows behind its figures stand
    note: str = ""

    @property
    def is_idle(self) -> bool:
        """True when there is nothing to say of either week."""
        return not any(row.now or row.before for _, row, _ in self.rows)

    @property
    def is_left_out(self) -> bool:
        """True when it is not printed."""
        return self.id in QUIET and self.is_idle

    @property
    def height(self) -> int:
        """About how long it is on paper, in rows; names of silent teams stand below theirs."""
        if self.is_left_out:
            return 0
        idle = sum(not row.now for _, row, _ in self.rows) if self.id == "by-team" else 0
        return HEAD + len(self.rows) + (self.total is not None) + -(-idle // NAMES)


def columns(texts: Texts, tables: Weekly, titles: Mapping[str, str]) -> list[list[Section]]:
    """The two columns of a wide page, each about as long as the other; a narrow page has one below it."""
    say = texts.say
    visits = tables.summary[0]
    topics = tuple((say(f"topic.{row.key}"), row, part("topic", row.key)) for row in tables.topics)
    teams = tuple((row.key, row, part("team", row.key)) for row in tables.teams)
    requests = tuple((say(f"figures.requests-{row.key}"), row, None) for row in tables.requests)
    asked = tuple((say(f"office.q-{row.key}"), row, None) for row in tables.questions)
    guides = tuple((titles.get(row.key, row.key), row, None) for row in tables.guides)
    by_team = Section("by-team", say("office.by-team"), say("office.team"), teams, visits)
    of_guides = Section("guides", say("office.guides"), say("office.guide"), guides)
    by_topic = Section("by-topic", say("office.by-topic"), say("office.topic"), topics, visits)
    is_known = any(row.now is not None for row in tables.questions)
    none_asked = say("office.no-guides" if is_known else "office.guides-unknown")
    splits = [_split(texts, split, rows) for split, rows in tables.splits.items() if rows]
    found = [[by_topic, *splits], [replace(by_team, empty=say("office.no-teams"))]]
    for section in (
        *_done_besides(texts, tables),
        Section("requests", say("figures.requests"), say("figures.request"), requests),
        Section("questions", say("office.questions"), say("office.question"), asked),
        replace(of_guides, empty=none_asked),
    ):
        min(found, key=height).append(section)
    return found


def _done_besides(texts: Texts, tables: Weekly) -> list[Section]:
    """Trainings, what was put out, and learning on the platform."""
    kinds = frozenset(TrainingKind)

    def rows(name: str, found: Sequence[Row]) -> tuple[tuple[str, Row, str | None], ...]:
        return tuple(
            (
                texts.say(f"figures.{name}-{row.key.replace('_', '-')}"),
                row,
                part("kind", row.key) if row.key in kinds else "",
            )
            for row in found
        )

    def section(name: str, found: Sequence[Row], page: str, note: str = "") -> Section:
        titles = (texts.say(f"figures.{name}"), texts.say(f"figures.{name}-head"))
        return Section(name, *titles, rows(name, found), page=page, note=note)

    return [
        section("trainings", tables.trainings, HELD),
        section(
            "communication",
            tables.communication,
            COMMUNICATION,
            texts.say("figures.note-communication"),
        ),
        section("learning", tables.learning, LEARNING, texts.say("figures.note-learning")),
    ]


def printed(columns: Sequence[Sequence[Section]]) -> frozenset[str]:
    """Ids of the tables that stand on paper."""
    return frozenset(one.id for column in columns for one in column if not one.is_left_out)


def height(column: Sequence[Section]) -> int:
    """About how long a column is on paper, in rows."""
    return sum(section.height for section in column)


def _split(texts: Texts, split: str, rows: Sequence[Row]) -> Section:
    shown = tuple((word(texts, split, row.key), row, part(split, row.key)) for row in rows)
    titles = (texts.say(f"figures.by-{split}"), texts.say(f"figures.split-{split}"))
    return Section(f"by-{split}", *titles, shown)


def word(texts: Texts, split: str, key: str) -> str:
    """How a word of a split is shown."""
    return texts.say(f"figures.word-{split}-{key}")


def title(texts: Texts, heading: Heading) -> str:
    """What the rows have in common; nothing when they are all of the week's."""
    split, key, say = heading.split, heading.key, texts.say
    if split is None:
        return ""
    if heading.team is not None:
        return say("office.of-team", team=heading.team.name)
    if split == "topic":
        return say("office.of-topic", topic=say(f"topic.{key}"))
    if split in WORDS:
        named = say(f"figures.split-{split}")
        return say("figures.of-word", split=named, word=word(texts, split, key))
    return say(f"figures.of-{split}-{key}")


def part(split: str, key: str) -> str:
    """What the address of the entries behind a figure has besides the week."""
    return "&" + urlencode({split: key})
