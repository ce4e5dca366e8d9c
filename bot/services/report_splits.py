"""Splits of a report: by team, topic, place and the rest; parts of visits add up, people do not.

A total row stands where the parts add up to it. Beside it the number of people is the one of the whole:
who was helped by two teams is one person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.vocabulary import UNSAID
from bot.locale import Texts
from bot.reports.tables import Column, Kind, Row, Table, Value
from bot.reports.weekly import WORDS
from bot.services.report_words import Body, Telling

Label = Callable[[Texts, str], str]
COUNTS = {"visits": 10, "people": 10, "held": 10, "attendances": 12}


@dataclass(frozen=True, slots=True)
class Split:
    """A split: the table, the part and list of the report, the word of its rows, what is counted.

    ``adds_up`` are the columns whose parts make the whole; ``unsaid`` is the one that rows may leave open.
    """

    key: str
    part: str
    word: str
    columns: Sequence[str]
    label: Label
    adds_up: Sequence[str] = ()
    unsaid: str = ""

    @property
    def listed(self) -> str:
        """The name of its list in the report."""
        return "by_age" if self.word == "age_band" else f"by_{self.word}"


def _same(_: Texts, key: str) -> str:
    return key


def _topic(texts: Texts, key: str) -> str:
    return texts.say(f"topic.{key}")


def word_of(split: str) -> Label:
    """How the words of a split of visits are shown."""
    return lambda texts, key: texts.say(f"figures.word-{split}-{key}")


def _kind(texts: Texts, key: str) -> str:
    return texts.say(f"figures.trainings-{key}")


def _age(texts: Texts, key: str) -> str:
    return texts.say("report.unsaid") if key == UNSAID else texts.say(f"age.{key}")


def _home(texts: Texts, key: str) -> str:
    return texts.say("report.unsaid") if key == UNSAID else key


def _evidence(texts: Texts, key: str) -> str:
    return texts.say(f"evidence.{key}")


_HELD, _SEATS = ("held", "attendances", "people"), ("attendances",)
SPLITS: Sequence[Split] = (
    Split("by_team", "help", "team", ("visits", "people"), _same, ("visits",)),
    Split("by_topic", "help", "topic", ("visits", "people"), _topic, ("visits",)),
    *(
        Split(f"by_{name}", "help", name, ("visits",), word_of(name), ("visits",), "visits")
        for name in WORDS
        if name != "service"
    ),
    Split("by_service", "help", "service", ("visits",), word_of("service")),
    Split("trainings_by_kind", "trainings", "kind", _HELD, _kind, _HELD[:2]),
    Split("trainings_by_topic", "trainings", "topic", _HELD, _topic, _HELD[:2]),
    Split("trainings_by_age", "trainings", "age_band", _SEATS, _age, _SEATS, "attendances"),
    Split(
        "trainings_by_neighbourhood",
        "trainings",
        "neighbourhood",
        _SEATS,
        _home,
        _SEATS,
        "attendances",
    ),
    Split("trainings_by_evidence", "trainings", "evidence", _SEATS, _evidence, _SEATS),
)
"""Those of visits first; of services nothing adds up, since one help may hold several."""


def splits(body: Body, told: Telling) -> list[Table]:
    """A table for each split that says anything."""
    found = [_table(body, told, split) for split in SPLITS]
    return [one for one in found if one.rows or one.key == "by_team"]


def _table(body: Body, told: Telling, split: Split) -> Table:
    say, listed = told.texts.say, body[split.part][split.listed]
    columns = [
        Column("label", say(f"report.split-{split.word.replace('_', '-')}"), Kind.TEXT, 40),
        *(
            Column(key, say(f"report.column-{key}"), Kind.COUNT, COUNTS[key])
            for key in split.columns
        ),
        Column("note", say("report.column-note"), Kind.TEXT, 44),
    ]
    rows = [_row(body, told, split, one) for one in listed]
    if split.key == "by_team":
        rows += [_silent(told, team) for team in body["teams"]["silent"]]
    unsaid = _unsaid(body, told, split)
    rows += [unsaid] if unsaid is not None else []
    whole = body[split.part]
    if rows and split.adds_up:
        cells = (say("report.total"), *(whole[key] for key in split.columns), "")
        rows.append(Row(split.part, cells, is_total=True))
    if split.key != "by_team" and not any(row.cells[-1] for row in rows):
        columns, rows = columns[:-1], [replace(row, cells=row.cells[:-1]) for row in rows]
    notes = [say("report.note-distinct")] if "people" in split.columns else []
    if split.key == "by_service":
        notes.append(say("figures.note-services"))
    title = say(f"report.table-{split.key.replace('_', '-')}")
    return Table(split.key, title, columns, rows, notes)


def _row(body: Body, told: Telling, split: Split, one: Mapping[str, Any]) -> Row:
    name = one[split.word]
    key = f"{split.part}.{split.listed}[{name}]"
    is_hidden = any(path.startswith(f"{key}.") for path in body["hidden"])
    note = told.texts.say("report.note-hidden") if is_hidden else ""
    counted = tuple(one[column] for column in split.columns)
    return Row(key, (split.label(told.texts, name), *counted, note))


def _silent(told: Telling, team: str) -> Row:
    """A team that wrote nothing: nobody knows whether it did nothing."""
    cells: tuple[Value, ...] = (team, None, None, told.texts.say("report.note-no-entry"))
    return Row(f"teams.silent[{team}]", cells)


def _unsaid(body: Body, told: Telling, split: Split) -> Row | None:
    """What rows do not say, so that the parts make the whole."""
    if not split.unsaid:
        return None
    whole = body[split.part][split.unsaid]
    if whole is None:
        return None
    rest = whole - sum(one[split.unsaid] for one in body[split.part][split.listed])
    if not rest:
        return None
    key = f"{split.part}.{split.listed}[{UNSAID}]"
    return Row(key, (split.label(told.texts, UNSAID), rest, ""))


def communication(body: Body, told: Telling) -> Table:
    """What was put out: each kind in its own unit, never added up."""
    say = told.texts.say
    columns = [
        Column("label", say("figures.communication-head"), Kind.TEXT, 40),
        Column("times", say("report.column-times"), Kind.COUNT, 10),
        Column("amount", say("report.column-amount"), Kind.COUNT, 10),
        Column("reach", say("report.column-reach"), Kind.COUNT, 16),
    ]
    rows = [
        Row(
            f"communication.by_kind[{one['kind']}]",
            (
                say(f"figures.communication-{one['kind'].replace('_', '-')}"),
                one["times"],
                one["amount"],
                one["reach"],
            ),
        )
        for one in body["communication"]["by_kind"]
    ]
    title = say("figures.communication")
    return Table("communication", title, columns, rows, [say("figures.note-communication")])


def guides(body: Body, told: Telling) -> Table:
    """The guides that residents asked for most."""
    say = told.texts.say
    columns = [
        Column("label", say("office.guide"), Kind.TEXT, 60),
        Column("count", say("report.column-count"), Kind.COUNT, 10),
    ]
    rows = [
        Row(
            f"questions.top[{one['guide']}]",
            (told.titles.get(one["guide"], one["guide"]), one["count"]),
        )
        for one in body["questions"]["top"]
    ]
    return Table("guides", say("report.table-guides"), columns, rows)
