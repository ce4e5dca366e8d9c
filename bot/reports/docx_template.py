"""Letter paper of the office's own: a DOCX with places such as ``{{ noi_dung }}``, looked at when it is sent.

A place is a name and nothing else: no loop, condition, filter or attribute is taken, whatever jinja could do.
Files are read with suspicion: macros, embedded objects, links to elsewhere and fields that fetch are refused.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree  # type: ignore[import-untyped]

from bot.core.errors import TableError
from bot.reports import docx_package
from bot.reports.docx_package import LARGEST_FILE as LARGEST_FILE  # pages take it from here

PLACES = (
    "co_quan_chu_quan",
    "co_quan_ban_hanh",
    "so_ky_hieu",
    "dia_danh_ngay",
    "trich_yeu",
    "kinh_gui",
    "noi_dung",
    "phan_1",
    "phan_2",
    "phan_3",
    "phan_4",
    "phan_5",
    "mo_dau",
    "ket_thuc",
    "noi_nhan",
    "nguoi_ky",
    "phu_luc",
)
"""Every place there is."""
PARTS = tuple(f"phan_{number}" for number in range(1, 6))
BLOCKS = frozenset(
    [
        *("noi_dung", *PARTS, "mo_dau", "noi_nhan", "nguoi_ky", "phu_luc"),
        *("co_quan_chu_quan", "co_quan_ban_hanh", "kinh_gui"),
    ]
)
"""Places that any number of paragraphs come to, none too: each has to be a paragraph of its own."""
CODE = re.compile(r"\{\{|\{%|\{#|%\}|#\}")
BRACES = re.compile(r"\{\{|\}\}")
PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
SINGLE = re.compile(rf"\{{\s*(?:{'|'.join(PLACES)})\s*\}}")
"""A place in one brace: Word would print it as it stands."""
FOOTNOTES = "footnotes+xml"
PLAIN_NODES = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)
"""All that jinja may find in a paper: words and names."""
TAG = re.compile(r"<[^>]*>")
SHOWN = 40


def check(body: bytes) -> None:
    """Nothing for a file that can be used; ``TableError`` with the sentence of what is wrong with it."""
    if not body:
        raise TableError("words-page.file-none")
    if len(body) > LARGEST_FILE:
        raise docx_package.too_large()
    trees = docx_package.read(body)
    for tree in trees.values():
        _check_fields(tree)
    try:
        paper = DocxTemplate(io.BytesIO(body))
        paper.init_docx()
        if paper.docx.part.partname != f"/{docx_package.BODY}":
            raise TableError("words-page.file-no-docx")
        filled = dict(_filled(paper))
        places = [place for name in filled for place in _names_of(trees[name])]
        _check_places(places, _paragraphs(paper.docx.element.body))
        words = {name: list(_names_of(trees[name])) for name in filled}
        for name, tree in trees.items():
            _check_hidden(tree, is_filled=name in filled)
        for name, source in filled.items():
            _check_rendered(paper, source, words[name])
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError, AttributeError):
        raise TableError("words-page.file-no-docx") from None


class NamesOnly(SandboxedEnvironment):
    """Jinja that runs a paper of plain names, and refuses any other before it is made into code."""

    def names_in(self, source: str) -> list[str]:
        """The names, in order; ``TemplateSyntaxError`` for anything else, and for a name that is no place."""
        tree = self.parse(source)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, PLAIN_NODES):
                raise TemplateSyntaxError("no plain name", getattr(node, "lineno", 1))
        found = [node.name for node in tree.find_all(nodes.Name)]
        if not set(found) <= set(PLACES):
            raise TemplateSyntaxError("no place", 1)
        return found

    def from_string(
        self,
        source: str | nodes.Template,
        globals: MutableMapping[str, Any] | None = None,
        template_class: type[Template] | None = None,
    ) -> Template:
        """As jinja's, of what ``names_in`` lets pass."""
        self.names_in(str(source))
        return super().from_string(source, globals, template_class)


def environment() -> NamesOnly:
    """Jinja without anything but names."""
    made = NamesOnly(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    made.filters.clear()
    made.tests.clear()
    return made


def _filled(paper: DocxTemplate) -> Iterator[tuple[str, str]]:
    """Name and XML of every part that docxtpl fills, spelt as it reads them."""
    yield docx_package.BODY, paper.get_xml()
    for kind in (paper.HEADER_URI, paper.FOOTER_URI):
        for _, part in paper.get_headers_footers(kind):
            yield part.partname.lstrip("/"), paper.get_part_xml(part)
    for part in paper.docx.part.package.iter_parts():
        if part.content_type.endswith(FOOTNOTES):
            yield part.partname.lstrip("/"), part.blob.decode("utf-8")


def _names_of(tree: Any) -> Iterator[str]:
    """Names of the places in the words of a part."""
    for text in _paragraphs(tree):
        yield from _names(text)


def _check_places(places: Sequence[str], body: Sequence[str]) -> None:
    """All of them known, those there that have to be, and those of paragraphs alone in theirs."""
    unknown = sorted(set(places) - set(PLACES))
    if unknown:
        known = ", ".join(PLACES)
        raise TableError("words-page.place-unknown", name=unknown[0][:SHOWN], known=known)
    missing = [name for name in PARTS if name not in places]
    if "noi_dung" not in places and missing:
        raise TableError("words-page.place-missing", name=missing[0])
    alone = [text.strip() for text in body]
    for name in sorted(BLOCKS & set(places)):
        is_alone = sum(1 for text in alone if (said := PLACE.fullmatch(text)) and said[1] == name)
        if (is_alone, places.count(name)) != (1, 1):
            raise TableError("words-page.place-alone", name=name)


def _check_fields(tree: Any) -> None:
    for code in docx_package.field_codes(tree):
        if CODE.search(code):
            raise _hidden(code)


def _check_hidden(tree: Any, *, is_filled: bool) -> None:
    """No place but in words of a part that is filled: none in a formula, an attribute, a comment.

    The words are taken out of the tree first, so it is of no use afterwards.
    """
    if is_filled:
        for words in tree.iter(qn("w:t")):
            words.text = None
    spelt = etree.tostring(tree, encoding="unicode")
    for text in (spelt, "".join(tree.getroot().itertext())):
        if CODE.search(text):
            raise _hidden(text)


def _check_rendered(paper: DocxTemplate, source: str, words: Sequence[str]) -> None:
    """What jinja would find in a part is what its words say, no more: pieces may meet over their ends."""
    try:
        found = environment().names_in(paper.patch_xml(source))
    except TemplateSyntaxError:
        raise _hidden(TAG.sub("", source)) from None
    if Counter(found) != Counter(words):
        raise _hidden(TAG.sub("", source))


def _hidden(text: str) -> TableError:
    """The sentence for code, or for a plain place that stands where nothing is filled."""
    is_plain = CODE.search(PLACE.sub("", text)) is None
    code = "words-page.place-hidden" if is_plain else "words-page.place-code"
    return TableError(code, near=_near(text, CODE))


def _paragraphs(root: Any) -> list[str]:
    """The words of every paragraph; of a text box they stand in its own paragraphs alone."""
    return [
        "".join(
            text.text or ""
            for text in paragraph.iter(qn("w:t"))
            if next(text.iterancestors(qn("w:p"))) is paragraph
        )
        for paragraph in root.iter(qn("w:p"))
    ]


def _names(text: str) -> Iterator[str]:
    """Names of the places in a paragraph; what is no plain name is refused and shown."""
    rest = PLACE.sub("", text)
    if any(sign in rest for sign in ("{%", "{#", "%}", "#}")):
        raise TableError("words-page.place-code", near=_near(rest, CODE))
    if "{{" in rest and "}}" in rest:
        raise TableError("words-page.place-code", near=_near(rest, CODE))
    if "{{" in rest or "}}" in rest:
        raise TableError("words-page.place-broken", near=_near(rest, BRACES))
    if SINGLE.search(rest):
        raise TableError("words-page.place-broken", near=_near(rest, SINGLE))
    for found in PLACE.finditer(text):
        yield found[1]


def _near(text: str, what: re.Pattern[str]) -> str:
    """What stands around the first of it."""
    at = found.start() if (found := what.search(text)) else 0
    return text[max(at - 16, 0) : at + SHOWN].strip()
