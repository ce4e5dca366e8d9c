"""A report as DOCX by Nghị định 30/2020/NĐ-CP: a draft without number, signature or seal.

A pure function of the document: the same document gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import docx
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table as Grid
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from bot.reports import docx_styles as styles
from bot.reports.cells import formal_day
from bot.reports.document import Document, Letter, Line, Sentence
from bot.reports.docx_parts import (
    add_page_field,
    draw_rule,
    keep_row_whole,
    same_bytes,
    set_cell_margins,
    set_widths,
    tidy_package,
    width_of,
)
from bot.reports.docx_tables import add_table, is_wide

A4 = (210.0, 297.0)
TOP, BOTTOM, LEFT, RIGHT = 20.0, 20.0, 30.0, 15.0
PAGE_NUMBER_AT = 10.0
ROOM, WIDE_ROOM = A4[0] - LEFT - RIGHT, A4[1] - LEFT - RIGHT
HEAD_WIDTHS = (68.0, 97.0)
FOOT_WIDTHS = (85.0, 80.0)
ISSUER_SIZE, MOTTO_SIZE = 12, 13
SHORT_RULE = 0.4
"""Of the length of the words above it: between a third and a half."""
SIGNING_LINES = 5
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
NUMBER_GAP = "\u00a0" * 10
DAY_GAP, MONTH_GAP = "\u00a0" * 6, "\u00a0" * 6
STYLES = {
    Line.PART: styles.PART,
    Line.POINT: styles.POINT,
    Line.TEXT: styles.BODY,
    Line.ITEM: styles.BODY,
    Line.OPEN: styles.OPEN,
    Line.GROUND: styles.GROUND,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around the body as they are printed."""

    superior: str | None
    issuer: Sequence[str]
    number: str
    place: str
    about: str
    addressee: str | None
    recipients: Sequence[str]
    signer: Sequence[str]
    issuer_width: float
    about_width: float


def render(document: Document) -> bytes:
    """The whole draft in the built-in layout."""
    paper, letter = blank(document.letter), document.letter
    frame = frame_of(letter)
    _add_head(paper, frame)
    _add_title(paper, letter.kind, frame)
    for sentence in document.opening:
        add_line(paper, sentence)
    for part in document.parts:
        paper.add_paragraph(part.heading, styles.PART)
        for sentence in part.lines:
            add_line(paper, sentence)
    add_line(paper, document.ending).paragraph_format.keep_with_next = True
    _add_foot(paper, frame)
    if document.annex:
        _add_tables(paper, document)
    return saved(paper)


def render_example(letter: Letter, annex_title: str) -> bytes:
    """The same layout with a place such as ``{{ noi_dung }}`` for everything that a report brings."""
    paper = blank(letter)
    frame = Frame(
        superior=_place("co_quan_chu_quan") if letter.superior else None,
        issuer=[_place("co_quan_ban_hanh")],
        number=_place("so_ky_hieu"),
        place=_place("dia_danh_ngay"),
        about=_place("trich_yeu"),
        addressee=_place("kinh_gui"),
        recipients=[_place("noi_nhan")],
        signer=[_place("nguoi_ky")],
        issuer_width=max(width_of(one, ISSUER_SIZE, bold=True) for one in letter.issuer),
        about_width=ROOM,
    )
    _add_head(paper, frame)
    _add_title(paper, letter.kind, frame)
    for name in ("mo_dau", "noi_dung"):
        paper.add_paragraph(_place(name), styles.BODY)
    paper.add_paragraph(_place("ket_thuc"), styles.BODY)
    _add_foot(paper, frame)
    _add_page(paper, is_lying=True)
    _add_annex_head(paper, letter, annex_title, WIDE_ROOM)
    paper.add_paragraph(_place("phu_luc"), styles.BODY)
    return saved(paper)


def _place(name: str) -> str:
    return f"{{{{ {name} }}}}"


def frame_of(letter: Letter) -> Frame:
    """What a letter says, as it is printed."""
    return Frame(
        superior=letter.superior,
        issuer=letter.issuer,
        number=number_line(letter),
        place=place_line(letter),
        about=letter.about,
        addressee=addressee_line(letter),
        recipients=recipient_lines(letter),
        signer=letter.signer,
        issuer_width=max(width_of(one, ISSUER_SIZE, bold=True) for one in letter.issuer),
        about_width=width_of(letter.about, styles.BODY_SIZE, bold=True),
    )


def saved(paper: Paper) -> bytes:
    """The file, the same bytes each time."""
    tidy_package(paper)
    packed = io.BytesIO()
    paper.save(packed)
    return same_bytes(packed.getvalue())


def blank(letter: Letter) -> Paper:
    """An empty page of the right measures, with every style, numbered from page 2 on."""
    paper = docx.Document()
    styles.add_styles(paper)
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(A4[0]), Mm(A4[1])
    _set_margins(section)
    section.different_first_page_header_footer = True
    add_page_field(section.header.paragraphs[0])
    set_properties(paper, letter)
    return paper


def set_properties(paper: Paper, letter: Letter) -> None:
    """What the file says of itself: nothing of who made it or when."""
    core = paper.core_properties
    core.title, core.author = f"{letter.kind.capitalize()}: {letter.about}", letter.author
    core.comments, core.language, core.revision = "", "vi-VN", 1
    core.last_modified_by, core.subject, core.identifier = letter.author, "", ""


def _set_margins(section: Section) -> None:
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(PAGE_NUMBER_AT)


def _add_head(paper: Paper, frame: Frame) -> None:
    """Who issues it beside the national name and motto; number, place and day below."""
    grid = _layout(paper, 2, HEAD_WIDTHS)
    left, right = grid.rows[0].cells
    lines = [(frame.superior, styles.SUPERIOR)] if frame.superior else []
    lines += [(one, styles.ISSUER) for one in frame.issuer]
    _fill(left, lines)
    _rule(left, min(frame.issuer_width, HEAD_WIDTHS[0]) * SHORT_RULE, HEAD_WIDTHS[0])
    _fill(right, [(NATION, styles.NATION), (MOTTO, styles.MOTTO)])
    _rule(right, width_of(MOTTO, MOTTO_SIZE, bold=True), HEAD_WIDTHS[1])
    left, right = grid.rows[1].cells
    _fill(left, [(frame.number, styles.NUMBER)])
    _fill(right, [(frame.place, styles.PLACE)])


def number_line(letter: Letter) -> str:
    """``Số:          /BC-UBND``: the number itself is given when it is issued."""
    return f"Số:{NUMBER_GAP}/{letter.code}"


def place_line(letter: Letter) -> str:
    """``Hố Nai, ngày 05 tháng 12 năm 2026``, or with room for the day."""
    return f"{letter.place}, {_day(letter)}"


def _day(letter: Letter) -> str:
    if letter.dated is not None:
        return formal_day(letter.dated)
    return f"ngày{DAY_GAP}tháng{MONTH_GAP}năm {letter.year}"


def _add_title(paper: Paper, kind: str, frame: Frame) -> None:
    """BÁO CÁO, what about, the rule, and to whom."""
    paper.add_paragraph(kind, styles.KIND)
    paper.add_paragraph(frame.about, styles.ABOUT)
    rule = paper.add_paragraph(style=styles.RULE)
    draw_rule(rule, min(frame.about_width, ROOM) * SHORT_RULE, ROOM)
    rule.paragraph_format.space_after = Pt(12)
    if frame.addressee:
        paper.add_paragraph(frame.addressee, styles.ADDRESSEE)


def add_line(paper: Paper, sentence: Sentence) -> Paragraph:
    """One line of the body."""
    return paper.add_paragraph(line_text(sentence), STYLES[sentence.kind])


def line_text(sentence: Sentence) -> str:
    """Its words, an item behind a dash."""
    return f"- {sentence.text}" if sentence.kind is Line.ITEM else sentence.text


def _add_foot(paper: Paper, frame: Frame) -> None:
    """Who gets it, beside room for a signature; no name stands there."""
    grid = _layout(paper, 1, FOOT_WIDTHS)
    keep_row_whole(grid._tbl.tr_lst[0])
    left, right = grid.rows[0].cells
    lines = [(one, styles.RECIPIENT) for one in frame.recipients]
    _fill(left, [("Nơi nhận:", styles.TO_WHOM), *lines])
    _fill(right, [(line, styles.SIGNER) for line in [*frame.signer, *[""] * SIGNING_LINES]])


def addressee_line(letter: Letter) -> str | None:
    """``Kính gửi: Sở …``; None where the plan names nobody."""
    return f"Kính gửi: {letter.addressee}" if letter.addressee else None


def recipient_lines(letter: Letter) -> list[str]:
    """``- Như trên;`` … and the archive last, with a full stop."""
    above = ["Như trên"] if letter.addressee else []
    return [f"- {one};" for one in [*above, *letter.recipients]] + [f"- Lưu: {letter.archive}."]


def _add_tables(paper: Paper, document: Document) -> None:
    """The annex on a new page; from its first wide table on it lies, and the paper is not turned back."""
    was_lying = False
    for number, table in enumerate(document.annex, start=1):
        is_lying = was_lying or is_wide(table)
        room = WIDE_ROOM if is_lying else ROOM
        if is_lying != was_lying:
            _add_page(paper, is_lying=is_lying)
        was_lying = is_lying
        if number == 1:
            _add_annex_head(paper, document.letter, document.annex_title, room)
        add_table(paper, (number, table), room)


def _add_page(paper: Paper, *, is_lying: bool) -> None:
    """A section of its own on a new page, upright or lying."""
    section = paper.add_section(WD_SECTION.NEW_PAGE)
    # What ends the section before is a line, too, and small, so that it needs no page of its own.
    paper.paragraphs[-1].style = styles.BREAK
    section.orientation = WD_ORIENT.LANDSCAPE if is_lying else WD_ORIENT.PORTRAIT
    width, height = reversed(A4) if is_lying else A4
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.different_first_page_header_footer = False


def _add_annex_head(paper: Paper, letter: Letter, title: str, room: float) -> None:
    """What the annex is and of which report, on a new page."""
    first = paper.add_paragraph("Phụ lục", styles.ANNEX)
    # No section of its own where the paper is not turned: the line that ends one may need a page of its own.
    first.paragraph_format.page_break_before = paper.sections[-1].orientation is WD_ORIENT.PORTRAIT
    paper.add_paragraph(title, styles.ANNEX_TITLE)
    of = f"(Kèm theo Báo cáo số{NUMBER_GAP}/{letter.code} {_day(letter)} của {letter.author})"
    paper.add_paragraph(of, styles.ANNEX_OF)
    rule = paper.add_paragraph(style=styles.RULE)
    draw_rule(rule, width_of(title, styles.BODY_SIZE, bold=True) * SHORT_RULE, room)


def room_of(section: Section) -> float:
    """How wide the text of a section is, in millimetres."""
    width, left, right = section.page_width, section.left_margin, section.right_margin
    return (width.mm - left.mm - right.mm) if width and left and right else ROOM


def _layout(paper: Paper, rows: int, widths: tuple[float, float]) -> Grid:
    """Two columns without lines, from edge to edge."""
    grid: Grid = paper.add_table(rows=rows, cols=2)
    set_cell_margins(grid, 0)
    set_widths(grid, widths)
    return grid


def _fill(cell: _Cell, lines: Sequence[tuple[str, str]]) -> None:
    first = cell.paragraphs[0]
    for number, (text, style) in enumerate(lines):
        paragraph = cell.add_paragraph() if number else first
        paragraph.style = style
        if text:
            paragraph.add_run(text)


def _rule(cell: _Cell, length: float, room: float) -> None:
    draw_rule(cell.add_paragraph(style=styles.RULE), length, room)
