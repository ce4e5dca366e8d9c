"""A draft on the letter paper of the office."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import docx
from docx.document import Document as Paper
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import TemplateError

from bot.core.errors import TableError
from bot.reports import docx as layout
from bot.reports import docx_styles as styles
from bot.reports.document import Document, Line, Part, Sentence
from bot.reports.docx_tables import add_table
from bot.reports.docx_template import BLOCKS, PARTS, environment

MARK = "\ue000{}\ue001"
"""Stands for a place of several paragraphs while jinja fills the others; nobody types such signs."""
BOLD = (Line.PART, Line.POINT)
ITALIC = (Line.OPEN, Line.GROUND)
Lines = Sequence[Sentence]


def draw(document: Document, template: bytes | None) -> bytes:
    """The draft on that paper, or in the built-in layout."""
    return layout.render(document) if template is None else fill(document, template)


def fill(document: Document, template: bytes) -> bytes:
    """The draft on a paper that ``docx_template.check`` let pass."""
    paper = DocxTemplate(io.BytesIO(template))
    paper.init_docx()
    layout.set_properties(paper.docx, document.letter)  # docxtpl would read places in them, too
    marks = {name: MARK.format(name) for name in BLOCKS}
    values: dict[str, str] = {**_words(document), **marks}  # strings have nothing to call
    paper.render(values, environment(), autoescape=True)
    found = paper.docx
    styles.add_table_styles(found)
    for name, block in _blocks(document).items():
        _put(found, name, block)
    _put_tables(found, document)
    return layout.saved(found)


def prove(document: Document, template: bytes) -> None:
    """Fill it once: ``TableError`` where that cannot be done, so that no report ever fails on it."""
    try:
        docx.Document(io.BytesIO(fill(document, template)))
    except (TemplateError, ValueError, SyntaxError, LookupError, AttributeError, TypeError):
        raise TableError("words-page.file-no-docx") from None


def _words(document: Document) -> Mapping[str, str]:
    letter = document.letter
    return {
        "so_ky_hieu": layout.number_line(letter),
        "dia_danh_ngay": layout.place_line(letter),
        "trich_yeu": letter.about,
        "ket_thuc": document.ending.text,
    }


def _blocks(document: Document) -> Mapping[str, Lines]:
    letter = document.letter
    parts = {name: part.lines for name, part in zip(PARTS, document.parts, strict=True)}
    return {
        **parts,
        "mo_dau": document.opening,
        "noi_dung": [line for part in document.parts for line in _whole(part)],
        "noi_nhan": _plain(layout.recipient_lines(letter)),
        "nguoi_ky": _plain(letter.signer),
        "co_quan_chu_quan": _plain(filter(None, [letter.superior])),
        "co_quan_ban_hanh": _plain(letter.issuer),
        "kinh_gui": _plain(filter(None, [layout.addressee_line(letter)])),
    }


def _plain(lines: Iterable[str]) -> Lines:
    return [Sentence(Line.TEXT, one) for one in lines]


def _whole(part: Part) -> Lines:
    return [Sentence(Line.PART, part.heading), *part.lines]


def _put(paper: Paper, name: str, lines: Lines) -> None:
    """Each line in a paragraph that looks like the one its place stood in."""
    spot = _spot(paper, name)
    if spot is None:
        return
    for sentence in lines:
        made = copy.deepcopy(spot._p)
        spot._p.addprevious(made)
        _write(Paragraph(made, spot._parent), sentence)
    _take_out(spot)


def _write(paragraph: Paragraph, sentence: Sentence) -> None:
    """The words in the first run of the paragraph, with what the kind of line adds to its look."""
    first, *others = paragraph.runs
    for run in others:
        run._r.getparent().remove(run._r)
    first.text = layout.line_text(sentence)
    if sentence.kind in BOLD:
        first.bold = True
    if sentence.kind in ITALIC:
        first.italic = True


def _put_tables(paper: Paper, document: Document) -> None:
    """Tables where their place stands, as wide as the page there."""
    spot = _spot(paper, "phu_luc")
    if spot is None:
        return
    room = layout.room_of(_section_of(paper, spot))
    for number, table in enumerate(document.annex, start=1):
        _move(paper, spot, partial(add_table, paper, (number, table), room))
    _take_out(spot)


def _move(paper: Paper, spot: Paragraph, add: Callable[[], Any]) -> None:
    """What is added at the end of the paper goes before the spot."""
    body = paper.element.body
    before = len(body)
    add()
    end = 1 if body[-1].tag == qn("w:sectPr") else 0
    for element in list(body)[before - end : len(body) - end]:
        spot._p.addprevious(element)


def _section_of(paper: Paper, spot: Paragraph) -> Any:
    """The section that a paragraph lies in: each ends with the paragraph that holds its measures."""
    body, number = paper.element.body, 0
    for child in body:
        if child is spot._p or spot._p in child.iter():
            break
        if child.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            number += 1
    return paper.sections[number]


def _spot(paper: Paper, name: str) -> Paragraph | None:
    mark = MARK.format(name)
    for element in paper.element.body.iter(qn("w:p")):
        paragraph = Paragraph(element, paper._body)
        if mark in paragraph.text:
            return paragraph
    return None


def _take_out(spot: Paragraph) -> None:
    """The place goes; a cell keeps one paragraph, since Word opens none without."""
    parent = spot._p.getparent()
    siblings = [one for one in parent if one.tag == qn("w:p")]
    if len(siblings) > 1 or parent.tag != qn("w:tc"):
        parent.remove(spot._p)
    else:
        for run in spot.runs:
            run.text = ""
