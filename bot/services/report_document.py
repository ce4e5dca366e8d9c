"""A report's JSON as a văn bản: the letter around it, the body in sentences, tables in the annex."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.library import Plan
from bot.locale import Texts
from bot.reports.document import Document, Line, Sentence
from bot.reports.tables import Table
from bot.services import report_prose
from bot.services.period_names import name_period, period_of
from bot.services.report_letter import letter_of
from bot.services.report_telling import Body, Teller

UNNAMED = ("custom", "office-week")
"""Kinds of periods that are called by their days."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a draft is wanted: under which header (None: the plan's own), of which day."""

    header: str | None = None
    dated: date | None = None


def compose(
    body: Body, plan: Plan, texts: Texts, wish: Wish, annex: Sequence[Table] = ()
) -> Document:
    """The whole draft; ``annex`` are tables of the same report."""
    letter = letter_of(body, plan, texts, wish.header, wish.dated)
    period = name_period(texts, period_of(body))
    teller = Teller(body, texts)
    opening = [Sentence(Line.GROUND, line) for line in _grounds(plan)]
    words = {"plan": plan.plan.title, "author": letter.author, "period": period}
    days = {"first": "period.from|day", "last": "period.to|last"}
    whole, bare = ("prose.opening", "prose.opening-days")
    if opening:  # the grounds name the plan already
        whole, bare = ("prose.opening-after", "prose.opening-days-after")
    if body["period"]["kind"] in UNNAMED:
        opening.append(teller.line(Line.TEXT, bare, words))
    else:
        opening.append(teller.line(Line.TEXT, whole, words, **days))
    if teller.get("period.until"):
        opening.append(teller.line(Line.TEXT, "prose.until", day="period.until|formal"))
    ending = {"period": period, "author": letter.author}
    return Document(
        letter=letter,
        opening=opening,
        parts=report_prose.write(body, texts, has_annex=bool(annex)),
        ending=teller.line(Line.TEXT, "prose.ending", ending),
        annex_title=texts.say("prose.annex"),
        annex=annex,
    )


def _grounds(plan: Plan) -> list[str]:
    """Căn cứ, each on a line that ends with a semicolon, the last one with a full stop."""
    bare = [one.rstrip(" ;.") for one in plan.report.grounds]
    return [f"{one};" for one in bare[:-1]] + [f"{one}." for one in bare[-1:]]


def file_name(slug: str, period: tuple[str, str], header: str) -> str:
    """``du-thao-bao-cao-ho-nai-month-2026-11-ubnd.docx``: that it is a draft stands here and not inside."""
    return "-".join(("du-thao-bao-cao", slug, *period, header)) + ".docx"
