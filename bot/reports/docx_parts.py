"""Pieces of OOXML that python-docx has no word for, each in the place that the schema gives it.

Word repairs or refuses a file whose elements stand in another order than the schema's (ECMA-376, part 1).
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from docx.document import Document as Paper
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Row
from docx.table import Table as Grid
from docx.text.paragraph import Paragraph
from fpdf.fonts import CORE_FONTS_CHARWIDTHS

FIXED_MOMENT = (1980, 1, 1, 0, 0, 0)
MM_PER_POINT = 25.4 / 72
TWIPS_PER_MM = 1440 / 25.4
AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct",
    "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid",
    "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc",
    "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle",
    "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
"""What comes after ``w:pBdr`` in ``w:pPr``."""
AFTER_MARGINS = ("w:tblLook", "w:tblCaption", "w:tblDescription", "w:tblPrChange")


def width_of(text: str, size: float, *, bold: bool) -> float:
    """How wide a line is in millimetres, by Times' own widths; marks on letters take no room."""
    widths = CORE_FONTS_CHARWIDTHS["timesB" if bold else "times"]
    bare = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    units = sum(widths.get(sign, 500) for sign in bare if not unicodedata.combining(sign))
    return units / 1000 * size * MM_PER_POINT


def _element(name: str, **attributes: object) -> Any:
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def draw_rule(paragraph: Paragraph, length: float, room: float) -> None:
    """A solid line of that length in the middle of a paragraph that has that room; both in millimetres."""
    properties = paragraph._p.get_or_add_pPr()
    borders = _element("pBdr")
    borders.append(_element("top", val="single", sz=6, space=0, color="000000"))
    properties.insert_element_before(borders, *AFTER_BORDERS)
    side = round(max(room - length, 0) / 2 * TWIPS_PER_MM)
    indent = properties.get_or_add_ind()
    for edge in ("left", "right"):
        indent.set(qn(f"w:{edge}"), str(side))
    indent.set(qn("w:firstLine"), "0")


def add_page_field(paragraph: Paragraph) -> None:
    """The number of the page."""
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), (None, "2"), ("end", "")):
        run = paragraph.add_run()
        if kind:
            run._r.append(_element("fldChar", fldCharType=kind))
        elif kind is None:
            run.text = text
        else:
            code = _element("instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)


def repeat_row(row: CT_Row) -> None:
    """The row stands again at the top of every page that the table goes on to."""
    row.get_or_add_trPr().append(_element("tblHeader"))


def keep_row_whole(row: CT_Row) -> None:
    """The row is never torn in two by the end of a page."""
    row.get_or_add_trPr().insert(0, _element("cantSplit"))


def fill_row(
    row: CT_Row, cells: Iterable[tuple[str, str]], *, bold: bool, with_next: bool = False
) -> None:
    """Each (text, id of a style) into the cell of its place; ten times as fast as python-docx's own way.

    ``with_next`` keeps the row on the page of the row below it.
    """
    for cell, (text, style) in zip(row.tc_lst, cells, strict=True):
        paragraph = cell.p_lst[0]
        paragraph.style = style
        if with_next:
            paragraph.get_or_add_pPr()._insert_keepNext(_element("keepNext"))
        if text:
            run = paragraph.add_r()
            run.text = text
            if bold:
                run.get_or_add_rPr().append(_element("b"))


def set_widths(grid: Grid, widths: Sequence[float]) -> None:
    """Columns of these widths in millimetres, whatever stands in them."""
    grid.autofit = False
    twips = [round(width * TWIPS_PER_MM) for width in widths]
    properties = grid._tbl.tblPr
    for old in properties.findall(qn("w:tblW")):
        properties.remove(old)
    whole = _element("tblW", w=sum(twips), type="dxa")
    properties.insert_element_before(
        whole, "w:jc", "w:tblCellSpacing", "w:tblInd", "w:tblBorders", "w:shd", "w:tblLayout",
        "w:tblCellMar", *AFTER_MARGINS,
    )  # fmt: skip
    for column, width in zip(grid._tbl.tblGrid.findall(qn("w:gridCol")), twips, strict=True):
        column.set(qn("w:w"), str(width))
    for row in grid._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, twips, strict=True):
            wide = cell.get_or_add_tcPr().get_or_add_tcW()
            wide.set(qn("w:w"), str(width))
            wide.set(qn("w:type"), "dxa")


def set_cell_margins(grid: Grid, side: float) -> None:
    """The room left and right in every cell, in millimetres."""
    margins = _element("tblCellMar")
    for edge in ("left", "right"):
        margins.append(_element(edge, w=round(side * TWIPS_PER_MM), type="dxa"))
    grid._tbl.tblPr.insert_element_before(margins, *AFTER_MARGINS)


def draw_borders(grid: Grid) -> None:
    """Thin black lines around every cell, whatever styles the paper has."""
    borders = _element("tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(edge, val="single", sz=4, space=0, color="000000"))
    grid._tbl.tblPr.insert_element_before(
        borders, "w:shd", "w:tblLayout", "w:tblCellMar", *AFTER_MARGINS
    )


def set_fonts(properties: Any, name: str) -> None:
    """One font for every script, in place of the theme's."""
    fonts = properties.get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def tidy_package(paper: Paper) -> None:
    """No moment and no picture of python-docx's own blank page stays in the file."""
    core = paper.core_properties._element
    for child in list(core):
        if child.tag.endswith(("}created", "}modified", "}lastPrinted")):
            core.remove(child)
    rels = paper.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype.endswith("/thumbnail")]:
        del rels[key]


def same_bytes(docx: bytes) -> bytes:
    """The same file with a fixed moment on everything in it: equal content gives equal bytes."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as before,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as after,
    ):
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, FIXED_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            after.writestr(entry, before.read(name))
    return packed.getvalue()
