"""Styles of a văn bản by Nghị định 30/2020/NĐ-CP, Phụ lục I: real ones, for the clerk to go on with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from bot.reports.docx_parts import set_fonts

FONT = "Times New Roman"
BODY_SIZE = 14
INDENT_CM = 1.27
BLACK = RGBColor(0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a style looks; sizes in points, ``indent`` is that of the first line in millimetres."""

    size: float
    bold: bool = False
    italic: bool = False
    align: ALIGN = ALIGN.CENTER
    indent: float = 0
    before: float = 0
    after: float = 0
    leading: float = 1.0
    keep_next: bool = False


NATION, MOTTO = "VB Quốc hiệu", "VB Tiêu ngữ"
SUPERIOR, ISSUER = "VB Cơ quan chủ quản", "VB Cơ quan ban hành"
NUMBER, PLACE = "VB Số ký hiệu", "VB Địa danh ngày tháng"
KIND, ABOUT, RULE = "VB Tên loại", "VB Trích yếu", "VB Đường kẻ"
ADDRESSEE, GROUND = "VB Kính gửi", "VB Căn cứ"
PART, POINT, BODY = "Heading 1", "Heading 2", "Body Text"
OPEN = "VB Chờ bổ sung"
SIGNER, TO_WHOM, RECIPIENT = "VB Người ký", "VB Nơi nhận", "VB Nơi nhận danh sách"
ANNEX, ANNEX_TITLE, ANNEX_OF = "VB Phụ lục", "VB Tên phụ lục", "VB Kèm theo"
CAPTION, TABLE_HEAD = "Caption", "VB Đầu bảng"
CELL, CELL_NUMBER, CELL_DAY, NOTE = "VB Ô bảng", "VB Ô số", "VB Ô giữa", "VB Ghi chú bảng"
PAGE_NUMBER, BREAK = "header", "VB Ngắt phần"
DENSE, CELL_SIZE, DENSE_SIZE = " nhỏ", 11, 10
"""What the name of a style ends with in tables of many columns, and the sizes of letters in both."""

_INDENT = INDENT_CM * 10
_JUSTIFIED = ALIGN.JUSTIFY
_LOOKS = {
    NATION: _Look(12, bold=True),
    MOTTO: _Look(13, bold=True),
    SUPERIOR: _Look(12),
    ISSUER: _Look(12, bold=True),
    NUMBER: _Look(13),
    PLACE: _Look(13, italic=True),
    KIND: _Look(14, bold=True, before=18),
    ABOUT: _Look(14, bold=True),
    RULE: _Look(4, before=2),
    BREAK: _Look(1),
    ADDRESSEE: _Look(14, before=6, after=6),
    GROUND: _Look(14, italic=True, align=_JUSTIFIED, indent=_INDENT, after=6, leading=1.15),
    PART: _Look(
        14, bold=True, align=_JUSTIFIED, indent=_INDENT, after=6, leading=1.15, keep_next=True
    ),
    POINT: _Look(
        14, bold=True, align=_JUSTIFIED, indent=_INDENT, after=6, leading=1.15, keep_next=True
    ),
    BODY: _Look(14, align=_JUSTIFIED, indent=_INDENT, after=6, leading=1.15),
    OPEN: _Look(14, italic=True, align=_JUSTIFIED, indent=_INDENT, after=6, leading=1.15),
    SIGNER: _Look(14, bold=True),
    TO_WHOM: _Look(12, bold=True, italic=True, align=ALIGN.LEFT),
    RECIPIENT: _Look(11, align=ALIGN.LEFT),
    ANNEX: _Look(14, bold=True, keep_next=True),
    ANNEX_TITLE: _Look(14, bold=True, keep_next=True),
    ANNEX_OF: _Look(14, italic=True, keep_next=True),
    CAPTION: _Look(13, bold=True, align=ALIGN.LEFT, before=12, after=6, keep_next=True),
    TABLE_HEAD: _Look(CELL_SIZE, bold=True, before=2, after=2, keep_next=True),
    CELL: _Look(CELL_SIZE, align=ALIGN.LEFT, before=1, after=1),
    CELL_NUMBER: _Look(CELL_SIZE, align=ALIGN.RIGHT, before=1, after=1),
    CELL_DAY: _Look(CELL_SIZE, before=1, after=1),
    NOTE: _Look(CELL_SIZE, italic=True, align=ALIGN.LEFT, before=3),
    PAGE_NUMBER: _Look(14),
}
_IN_TABLES = (TABLE_HEAD, CELL, CELL_NUMBER, CELL_DAY)
_LOOKS |= {f"{name}{DENSE}": replace(_LOOKS[name], size=DENSE_SIZE) for name in _IN_TABLES}
_OUTLINE = {ANNEX: 0, CAPTION: 1}
"""Styles beside the headings that stand in Word's list of headings, and how deep."""


def add_styles(paper: Paper) -> None:
    """Every style above, and Times New Roman for whatever has none."""
    defaults = paper.styles.element.find(qn("w:docDefaults"))
    if defaults is None:
        raise TypeError("the blank page of python-docx has defaults")
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    set_fonts(properties, FONT)
    language = properties.find(qn("w:lang"))
    for script in ("val", "eastAsia"):
        language.set(qn(f"w:{script}"), "vi-VN")
    _shape(_style(paper, "Normal"), _Look(BODY_SIZE, align=ALIGN.LEFT))
    for name, look in _LOOKS.items():
        _shape(_style(paper, name), look)
    for name, level in _OUTLINE.items():
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level))
        _style(paper, name).element.get_or_add_pPr().append(outline)


def add_table_styles(paper: Paper) -> None:
    """What tables of the annex are written in, on a paper that has them not; its own ones stay."""
    for name in (CAPTION, NOTE, *_IN_TABLES, *(f"{name}{DENSE}" for name in _IN_TABLES)):
        if name not in paper.styles:
            _shape(_style(paper, name), _LOOKS[name])


def _style(paper: Paper, name: str) -> ParagraphStyle:
    if name in paper.styles:
        found = paper.styles[name]
    else:
        found = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        found.quick_style = True
    if not isinstance(found, ParagraphStyle):
        raise TypeError(name)
    return found


def _shape(style: ParagraphStyle, look: _Look) -> None:
    font, lines = style.font, style.paragraph_format
    set_fonts(style.element.get_or_add_rPr(), FONT)
    font.size, font.bold, font.italic = Pt(look.size), look.bold, look.italic
    font.color.rgb = BLACK
    lines.alignment = look.align
    lines.first_line_indent = Mm(look.indent)
    lines.space_before, lines.space_after = Pt(look.before), Pt(look.after)
    lines.line_spacing = look.leading
    lines.keep_with_next = look.keep_next
    lines.widow_control = True
