"""Drafts of a report as DOCX: its data gathered in a unit, drawn afterwards as a pure function of them.

The letter paper is that of the office for the header where it sent one, else the built-in layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.errors import RuleError
from bot.library import Plan
from bot.locale import Texts
from bot.reports import docx, docx_template
from bot.reports.document import Document
from bot.reports.docx_fill import draw, prove
from bot.reports.tables import Table
from bot.services import access, period_notes
from bot.services.access import Officer
from bot.services.report_document import Wish, compose, file_name
from bot.services.report_letter import HEADERS, header_of
from bot.services.report_telling import Body
from storage import report_templates
from storage.communes import Commune
from storage.database import Unit
from storage.report_templates import Kept as Kept  # pages take it from here

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a DOCX is drawn from; ``draw`` needs no database and can run anywhere."""

    name: str
    document: Document
    template: bytes | None

    def draw(self) -> bytes:
        """The file."""
        return draw(self.document, self.template)


def from_body(
    unit: Unit,
    of: tuple[Commune, Plan],
    how: tuple[Texts, Wish],
    body: Body,
    annex: Sequence[Table] = (),
) -> Draft:
    """The draft of a report, with ``annex`` as its tables."""
    (commune, plan), (texts, wish) = of, how
    header = header_of(plan, wish.header)
    name = file_name(commune.slug, (body["period"]["kind"], body["period"]["key"]), header)
    document = compose(body, plan, texts, wish, annex)
    return Draft(name, document, report_templates.find(unit, commune.id, header))


# ---- letter paper


def list_templates(unit: Unit, officer: Officer) -> Mapping[str, Kept]:
    """What the office uses, by header."""
    return report_templates.list_used(unit, officer.commune.id)


def check_template(document: Document, body: bytes) -> None:
    """Look at a file and fill it once, outside any unit and any server; ``TableError`` says what is wrong."""
    docx_template.check(body)
    prove(document, body)


def keep_template(unit: Unit, officer: Officer, header: str, paper: tuple[str, bytes]) -> None:
    """Use (name, content) that was checked; the one before it stays in its row."""
    period_notes.require_writer(officer)
    _known(header)
    name, body = paper
    shown = " ".join(name.split())[:LONGEST_NAME] or f"{header}.docx"
    report_templates.keep(unit, officer.commune.id, header, (shown, body), officer.id)
    access.note_change(unit, officer, "keep-template", f"template:{header}")


def drop_template(unit: Unit, officer: Officer, header: str) -> bool:
    """Back to the built-in layout; False when that is in use already."""
    period_notes.require_writer(officer)
    _known(header)
    if not report_templates.drop(unit, officer.commune.id, header):
        return False
    access.note_change(unit, officer, "drop-template", f"template:{header}")
    return True


def find_template(unit: Unit, officer: Officer, header: str) -> bytes | None:
    """What the office sent for that header; None for the built-in layout."""
    period_notes.require_reader(officer)
    _known(header)
    return report_templates.find(unit, officer.commune.id, header)


def example(document: Document) -> bytes:
    """The built-in layout with a place for everything, to be changed in Word and sent back."""
    return docx.render_example(document.letter, document.annex_title)


def _known(header: str) -> None:
    if header not in HEADERS:
        raise RuleError("words-page.header", "Không có mẫu đầu đề này.")
