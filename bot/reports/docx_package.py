"""A DOCX that somebody sent, taken apart with suspicion: words, looks and pictures, nothing that acts.

Everything is judged as parsed, never as spelt: ``&#73;NCLUDEPICTURE``, single quotes and a field cut into
many runs are read as Word reads them. What is not known to be harmless is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from bot.core.errors import TableError

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_UNPACKED = 30 * 1024 * 1024
LARGEST_PART = 8 * 1024 * 1024
"""Of one part of XML: its tree takes many times as much memory."""
MOST_ENTRIES = 400
TYPES = "[Content_Types].xml"
BODY = "word/document.xml"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PLAIN_FILE = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|odttf)$", re.IGNORECASE)
"""What may be no XML: pictures and fonts."""
FOREIGN = re.compile(
    r"macroEnabled|vbaProject|vbaData|activeX|embeddings|oleObject|afchunk|customUI|webextension",
    re.IGNORECASE,
)
"""In names and types of parts."""
RELATIONS = re.compile(
    r"officeDocument|core-properties|extended-properties|custom-properties|thumbnail|"
    r"styles|stylesWithEffects|settings|webSettings|fontTable|theme|numbering|header|footer|footnotes|endnotes|"
    r"comments|commentsExtended|commentsIds|commentsExtensible|people|glossaryDocument|"
    r"image|hdphoto|hyperlink|font|customXml|customXmlProps|bibliography|classificationlabels|"
    r"diagramData|diagramLayout|diagramQuickStyle|diagramColors|diagramDrawing"
)
"""The last words of the types of relations that a paper may have; templates and objects are none of them."""
ACTING = re.compile(
    r"altChunk|OLEObject|object|control|attachedTemplate|subDoc|mailMerge|entryMacro|exitMacro|"
    r"vbaSuppData|mcds|saveThroughXslt|externalData|script"
)
"""Elements that bring something else to life, by local name."""
FIELDS = re.compile(
    r"PAGE|NUMPAGES|SECTION|SECTIONPAGES|DATE|TIME|CREATEDATE|SAVEDATE|PRINTDATE|EDITTIME|"
    r"AUTHOR|LASTSAVEDBY|TITLE|SUBJECT|KEYWORDS|COMMENTS|FILENAME|FILESIZE|REVNUM|TEMPLATE|"
    r"NUMWORDS|NUMCHARS|INFO|DOCPROPERTY|DOCVARIABLE|USERNAME|USERINITIALS|USERADDRESS|TOC|TC|"
    r"INDEX|XE|REF|PAGEREF|NOTEREF|STYLEREF|BOOKMARK|SEQ|LISTNUM|AUTONUM|AUTONUMLGL|AUTONUMOUT|"
    r"SET|QUOTE|IF|COMPARE|SYMBOL|EQ|ADVANCE|MERGEFIELD|FORMTEXT|FORMCHECKBOX|FORMDROPDOWN|"
    r"SHAPE|HYPERLINK|CITATION|BIBLIOGRAPHY|="
)
"""Words that a field may begin with: those that look at nothing but the paper itself."""
FIELD_WORD = re.compile(r"\s*([A-Za-z]+|=)")
PLAIN_ADDRESS = re.compile(r"(?:https?://|mailto:|#)[^\s\\\"]+", re.IGNORECASE)
"""A hyperlink that is only shown; nothing is fetched before a person presses it."""
SWITCHES = r'(?:\s+\\[a-z*]+(?:\s+(?:"[^"\\]*"|[\w.-]+))?)*\s*'
LINK_FIELD = re.compile(
    rf'\s*HYPERLINK\s+(?:"{PLAIN_ADDRESS.pattern}"|\\l\s+"?[\w.-]+"?){SWITCHES}', re.IGNORECASE
)
ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
"""How an address outside the package begins: a scheme, or a computer."""
STYLE_ELSEWHERE = re.compile(
    r"url\(\s*['\"]?\s*(?!data:)(?:[a-z][a-z0-9+.-]*:|//)|@import", re.IGNORECASE
)
WITHIN = re.compile(r"\s*(?:data:|#)", re.IGNORECASE)
ENCODINGS = ("utf-8", "us-ascii", "ascii")
FIELD_PARTS = ("fldChar", "fldSimple", "instrText", "delInstrText")
NESTED = "\x00"
"""Stands in the words of a field for another one within it."""


def read(body: bytes) -> Mapping[str, Any]:
    """The tree of every XML part by name; ``TableError`` with the sentence of what is wrong."""
    entries = _unpack(body)
    if TYPES not in entries or BODY not in entries:
        raise _no_docx()
    if any(FOREIGN.search(name) for name in entries):
        raise _acting()
    trees = {}
    for name, content in entries.items():
        tree = _parse(name, content)
        if tree is not None:
            trees[name] = tree
    _check_types(trees)
    for name, tree in trees.items():
        _check_elements(tree)
        if name.lower().endswith(".rels"):
            _check_relations(tree)
    return trees


@dataclass(slots=True)
class _Field:
    """One that has begun: in which branch of the paper, its words so far, whether its result has begun."""

    branch: Any
    words: list[str]
    is_shown: bool = False


def field_codes(tree: Any) -> list[str]:
    """The words of every field of a part, its pieces put together; a field within is ``NESTED``."""
    found: list[str] = []
    opened: list[_Field] = []
    stray: list[str] = []
    for element in tree.iter(etree.Element):
        name, within = _local(element), opened[-1] if opened else None
        is_spelt = within is not None and not within.is_shown
        if name in FIELD_PARTS:
            _check_field_part(element, within)
        if is_spelt and within and (name == "fldSimple" or _kind(element) == "begin"):
            within.words.append(NESTED)
        if name == "fldSimple":
            found.append(element.get(qn("w:instr")) or "")
        elif name in ("instrText", "delInstrText"):
            (within.words if within else stray).append(element.text or "")
        elif name == "t" and is_spelt and (element.text or "").strip():
            raise _fetching()  # some read this as a word of the field, some do not
        elif _kind(element) == "begin":
            opened.append(_Field(_branch(element), []))
        elif _kind(element) == "separate" and within:
            within.is_shown = True
        elif _kind(element) == "end" and within:
            found.append("".join(opened.pop().words))
    found += ["".join(one.words) for one in opened]
    return [*found, "".join(stray)]


def _check_field_part(element: Any, within: _Field | None) -> None:
    """Nothing for a piece that every reader puts together alike; what one skips could hide the true words."""
    branch, name = _branch(element), _local(element)
    is_of_another = element.tag != qn(f"w:{name}")
    is_mixed = "nstrText" in name and len(element) > 0
    is_gone = name == "delInstrText" and (branch is None or _local(branch) != "del")
    is_own = name == "fldSimple" or _kind(element) == "begin"
    is_torn = within is not None and not is_own and within.branch is not branch
    if is_of_another or is_mixed or is_gone or is_torn:
        raise _fetching()


def _kind(element: Any) -> str | None:
    if _local(element) != "fldChar":
        return None
    said: str | None = element.get(qn("w:fldCharType"))
    return said


def _branch(element: Any) -> Any:
    """What may be left out as a whole that it lies in."""
    return next((one for one in element.iterancestors() if _is_branch(one)), None)


def _is_branch(element: Any) -> bool:
    return _local(element) in ("Choice", "Fallback", "del", "moveFrom")


def too_large() -> TableError:
    """The sentence for a file that is too much in any way."""
    return TableError("words-page.file-large", most=LARGEST_FILE // 1024**2)


def _no_docx() -> TableError:
    return TableError("words-page.file-no-docx")


def _acting() -> TableError:
    return TableError("words-page.file-macro")


def _fetching() -> TableError:
    return TableError("words-page.file-link")


def _unpack(body: bytes) -> dict[str, bytes]:
    """Contents by name, counted while they are read: what a file says of its own size may be a lie."""
    found: dict[str, bytes] = {}
    room, seen = LARGEST_UNPACKED, set()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            entries = package.infolist()
            if len(entries) > MOST_ENTRIES:
                raise too_large()
            for entry in entries:
                key = entry.filename.lower()
                is_odd = entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                if is_odd or key in seen or "\\" in key or key.startswith("/") or ".." in key:
                    raise _no_docx()
                seen.add(key)
                with package.open(entry) as stream:
                    content = stream.read(room + 1)
                room -= len(content)
                if room < 0:
                    raise too_large()
                if not entry.is_dir():
                    found[entry.filename] = content
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ):
        raise _no_docx() from None
    return found


def _parse(name: str, content: bytes) -> Any:
    """The tree of a part; None for a picture or a font, whatever its name says."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    is_plain = PLAIN_FILE.search(name) is not None
    if len(content) > LARGEST_PART and not is_plain:
        raise too_large()
    try:
        tree = etree.fromstring(content, parser).getroottree()
    except (etree.XMLSyntaxError, ValueError, LookupError):
        if is_plain:
            return None
        raise _no_docx() from None
    encoding = (tree.docinfo.encoding or "utf-8").lower()
    if is_plain or tree.docinfo.doctype or b"<!ENTITY" in content or encoding not in ENCODINGS:
        raise _no_docx()
    if any(True for _ in tree.iter(etree.Entity)):
        raise _no_docx()
    return tree


def _check_types(trees: Mapping[str, Any]) -> None:
    """That it is a paper of words, without macros, and every part is of a kind that may be there."""
    types = {}
    for element in trees[TYPES].getroot().iter(etree.Element):
        kind = element.get("ContentType") or ""
        if FOREIGN.search(kind) and element.get("Extension") is None:
            raise _acting()
        if "macroenabled" in kind.lower():
            raise _acting()
        types[(element.get("PartName") or "").lower()] = kind
    if types.get(f"/{BODY}") != MAIN or trees[BODY].getroot().tag != qn("w:document"):
        raise _no_docx()


def _check_relations(tree: Any) -> None:
    for element in _of(tree, "Relationship"):
        kind = (element.get("Type") or "").rstrip("/").rpartition("/")[2]
        mode = (element.get("TargetMode") or "Internal").strip().lower()
        target = element.get("Target") or ""
        is_away = mode != "internal" or ELSEWHERE.match(target) is not None
        if is_away and not (kind == "hyperlink" and PLAIN_ADDRESS.fullmatch(target)):
            raise _fetching()
        if not RELATIONS.fullmatch(kind):
            raise _acting()


def _check_elements(tree: Any) -> None:
    for element in tree.iter(etree.Element):
        name = _local(element)
        if ACTING.fullmatch(name):
            raise _acting()
        if name == "style" and STYLE_ELSEWHERE.search(element.text or ""):
            raise _fetching()
        if any(_is_elsewhere(*attribute) for attribute in element.attrib.items()):
            raise _fetching()
    if any(one.target == "xml-stylesheet" for one in tree.iter(etree.PI)):
        raise _fetching()
    for code in field_codes(tree):
        said = FIELD_WORD.match(code)
        if code.strip() and (said is None or not _is_plain(code, said)):
            raise _fetching()


def _is_elsewhere(name: str, value: str) -> bool:
    """True for an attribute that would fetch something from outside of the file."""
    if STYLE_ELSEWHERE.search(value):
        return True
    is_address = etree.QName(name).localname in ("src", "href")
    return is_address and ELSEWHERE.match(value) is not None and not WITHIN.match(value)


def _is_plain(code: str, said: re.Match[str]) -> bool:
    """A known word that ends there: another field right behind it could make it a longer one."""
    word = said[1].upper()
    if not FIELDS.fullmatch(word) or code[said.end() :].startswith(NESTED):
        return False
    return word != "HYPERLINK" or LINK_FIELD.fullmatch(code) is not None


def _of(tree: Any, name: str) -> Iterator[Any]:
    return (element for element in tree.iter(etree.Element) if _local(element) == name)


def _local(element: Any) -> str:
    found: str = etree.QName(element).localname
    return found
