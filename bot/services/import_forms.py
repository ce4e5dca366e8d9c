"""The empty form that is filled in from paper: for one commune, or begun for certain sheets of a team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.core.vocabulary import Topic
from bot.library.plans import Target
from bot.locale import Texts
from bot.reports import forms
from bot.reports.forms import DAY, NUMBER, Form, FormColumn
from bot.services import import_attendance_rows, import_readings_rows, sheets
from bot.services.import_rows import COLUMNS
from bot.services.import_words import KINDS, NO, SERVICE_NUMBERS, YES, Words

WIDTHS = {"id": 12, "occurred_on": 13, "member": 22, "topic": 24, "services": 30, "note": 36}
FORMATS = {"occurred_on": DAY, "visits": NUMBER, "files": NUMBER}
CLASS_WIDTHS = {"training": 34, "held_on": 13, "count": 10}
CLASS_FORMATS = {"held_on": DAY, "count": NUMBER}
READING_WIDTHS = {"id": 14, "target": 34, "as_of": 13, "source": 36}
READING_KINDS = dict(zip(("entered", "computed"), KINDS, strict=True))
READING_CHOICES = {"kind": list(KINDS), "reached": [YES, NO]}
SEVERAL = {"services"}
"""Columns in which more than one word may stand."""


def make_form(
    texts: Texts, words: Words, teams: Sequence[str], team: str | None, codes: Sequence[str]
) -> Form:
    """The form with the teams of the commune; with codes the rows of these sheets stand in it already."""
    columns = [
        FormColumn(
            name,
            texts.say(f"paper.hint-{name}"),
            _choices(name, words, teams),
            WIDTHS.get(name, 16),
            name not in SEVERAL,
            FORMATS.get(name, forms.TEXT),
        )
        for name in COLUMNS
    ]
    begun = [
        {"id": row} | ({"team": team} if team else {})
        for code in codes
        for row in sheets.row_ids(code)
    ]
    explanation = [
        texts.say("paper.form-title"),
        texts.say("paper.form-rows"),
        texts.say("paper.form-empty"),
        texts.say("paper.form-consent"),
        texts.say("paper.form-whole"),
        texts.say("paper.form-numbers", numbers=numbered(words)),
    ]
    return Form(columns, begun, explanation, _heads(texts))


def make_class_form(texts: Texts, words: Words, places: Sequence[str]) -> Form:
    """The empty list of a class, with the neighbourhoods of the commune."""
    columns = [
        FormColumn(
            name,
            texts.say(f"paper.class-hint-{name}"),
            places if name == "neighbourhood" else _choices(name, words, ()),
            CLASS_WIDTHS.get(name, 16),
            format=CLASS_FORMATS.get(name, forms.TEXT),
        )
        for name in import_attendance_rows.COLUMNS
    ]
    explanation = [
        texts.say("paper.class-title"),
        texts.say("paper.class-rows"),
        texts.say("paper.class-names"),
        texts.say("paper.form-whole"),
    ]
    return Form(columns, [], explanation, _heads(texts))


def make_reading_form(
    texts: Texts, words: Words, targets: Sequence[tuple[Target, str]], day: date
) -> Form:
    """The form of readings with a row for each target (with its aim in words), begun on that day."""
    ids = [target.id for target, _ in targets]
    columns = [
        FormColumn(
            name,
            texts.say(f"paper.reading-hint-{name}"),
            ids if name == "target" else READING_CHOICES.get(name, ()),
            READING_WIDTHS.get(name, 12),
            format=DAY if name == "as_of" else forms.TEXT,
        )
        for name in import_readings_rows.COLUMNS
    ]
    begun = [
        {
            "id": f"{day:%Y%m%d}-{number:03d}",
            "target": target.id,
            "kind": READING_KINDS[target.kind],
        }
        for number, (target, _) in enumerate(targets, start=1)
    ]
    listed = [
        texts.say("paper.reading-of", id=one.id, title=one.title, aim=aim, source=one.source)
        for one, aim in targets
    ]
    explanation = [
        texts.say("paper.reading-title"),
        texts.say("paper.reading-rows"),
        texts.say("paper.reading-both"),
        texts.say("paper.form-whole"),
        *listed,
    ]
    return Form(columns, begun, explanation, _heads(texts))


def _heads(texts: Texts) -> tuple[str, str, str]:
    return (texts.say("paper.column"), texts.say("paper.what"), texts.say("paper.words"))


def write_form(form: Form, *, as_csv: bool) -> bytes:
    """The form as a file."""
    return forms.write_csv(form) if as_csv else forms.write_xlsx(form)


def numbered(words: Words) -> str:
    """The numbers that are printed on sheets, each with its word."""
    labels = words.labels["services"]
    return "; ".join(f"{number} {labels[code]}" for number, code in SERVICE_NUMBERS.items())


def _choices(name: str, words: Words, teams: Sequence[str]) -> Sequence[str]:
    if name == "team":
        return teams
    if name == "topic":
        return [words.labels["topic"][topic] for topic in Topic]
    return list(words.labels[name].values()) if name in words.labels else ()
