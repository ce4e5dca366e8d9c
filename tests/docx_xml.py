"""Reads a DOCX as Word does: measures in its XML, and elements in the order that the schema gives them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TWIPS = 1440 / 25.4
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers"
    " pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE"
    " autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents"
    " suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr"
    " sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint"
    " noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect"
    " bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc"
    " pgBorders lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi"
    " rtlGutter docGrid printerSettings",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc"
    " tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection"
    " tcFitText vAlign hideMark",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden"
    " unhideWhenUsed qFormat locked personal personalCompose personalReply rsid pPr rPr tblPr trPr"
    " tcPr tblStylePr",
}
"""ECMA-376, part 1: children of each element in their order. ``trPr`` takes its own in any order."""


def part(docx: bytes, name: str) -> Any:
    """The XML of one part."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return etree.fromstring(package.read(name))


def names(docx: bytes) -> list[str]:
    """The parts there are."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return package.namelist()


def misplaced(root: Any) -> list[str]:
    """Elements that stand where the schema has another one."""
    found = []
    for element in root.iter():
        kind = etree.QName(element).localname
        order = ORDER.get(kind, "").split()
        children = [etree.QName(one).localname for one in element] if order else []
        known = [order.index(one) for one in children if one in order]
        strangers = [one for one in children if one not in order]
        if known != sorted(known) or strangers:
            found.append(f"{kind}: {children}")
    return found


def get(element: Any, path: str, name: str = "val") -> str | None:
    """An attribute of the first element under a path such as ``pPr/jc``."""
    found = element.find("/".join(f"{W}{one}" for one in path.split("/")))
    return None if found is None else found.get(f"{W}{name}")


def style(docx: bytes, name: str) -> Any:
    """A style by the name that Word shows."""
    for one in part(docx, "word/styles.xml").iter(f"{W}style"):
        if (get(one, "name") or "").lower() == name.lower():
            return one
    raise KeyError(name)


def text(element: Any) -> str:
    """The words of an element."""
    return "".join(one.text or "" for one in element.iter(f"{W}t"))


def millimetres(twips: str | None) -> int:
    """A measure of Word, to the nearest millimetre."""
    assert twips is not None
    return round(int(twips) / TWIPS)
