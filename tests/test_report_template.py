"""Letter paper of the office: what is taken, what is refused and why, and a draft on such a paper."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

import docx as library
import pytest
from docx.document import Document as Paper
from jinja2 import TemplateSyntaxError

from bot.app import rendering
from bot.core.errors import TableError
from bot.reports import docx
from bot.reports.docx_fill import draw, fill, prove
from bot.reports.docx_template import BLOCKS, PLACES, check, environment
from bot.services.report_document import Wish, compose
from tests import shipped
from tests.docx_xml import W, misplaced, part, text
from tests.report_bodies import TEXTS, body, table

PLAN = shipped.library().plans["ho-nai"]
DOCUMENT = compose(body(), PLAN, TEXTS, Wish("phong"), [table(3), table(2)])


def paper(*lines: str, change: Callable[[Paper], object] | None = None) -> bytes:
    """A paper with a line a paragraph."""
    made = library.Document()
    for line in lines:
        made.add_paragraph(line)
    if change is not None:
        change(made)
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def repacked(before: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The same file with other content in its parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more.items():
            new.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def fault(template: bytes) -> TableError:
    with pytest.raises(TableError) as found:
        check(template)
    sentence = TEXTS.say(found.value.code, **found.value.values)
    assert "{name}" not in sentence
    return found.value


def lines_of(template: bytes) -> list[str]:
    root = part(fill(DOCUMENT, template), "word/document.xml")
    return [text(one) for one in root.iter(f"{W}p")]


def test_the_example_holds_a_place_for_everything_and_gives_the_built_in_draft() -> None:
    example = docx.render_example(DOCUMENT.letter, DOCUMENT.annex_title)
    check(example)
    prove(DOCUMENT, example)
    drawn = fill(DOCUMENT, example)
    own = [text(one) for one in part(docx.render(DOCUMENT), "word/document.xml").iter(f"{W}p")]
    assert [one for one in lines_of(example) if one] == [one for one in own if one]
    for name in ("word/document.xml", "word/styles.xml"):
        assert misplaced(part(drawn, name)) == []
    assert drawn == fill(DOCUMENT, example)
    assert draw(DOCUMENT, example) == drawn
    assert draw(DOCUMENT, None) == docx.render(DOCUMENT)


def test_every_place_is_filled_wherever_it_stands() -> None:
    inline = [f"[{{{{ {name} }}}}]" for name in PLACES if name not in BLOCKS]
    template = paper(*inline, *(f"{{{{{name}}}}}" for name in sorted(BLOCKS)))
    check(template)
    found = "\n".join(lines_of(template))
    assert "{{" not in found
    assert "\ue000" not in found
    assert f"[{DOCUMENT.letter.about}]" in found
    assert DOCUMENT.parts[0].heading in found
    assert "Biểu 2. Kết quả các chỉ tiêu" in found


def test_a_place_that_word_has_cut_into_pieces_is_filled() -> None:
    def cut(made: Paper) -> None:
        line = made.add_paragraph("Về việc ")
        for piece in ("{", "{ trich", "_yeu", " }", "}"):
            line.add_run(piece).bold = piece == "_yeu"

    template = paper("{{ noi_dung }}", change=cut)
    check(template)
    assert f"Về việc {DOCUMENT.letter.about}" in lines_of(template)


def test_lines_of_a_place_look_like_the_paragraph_that_it_stood_in() -> None:
    def style(made: Paper) -> None:
        made.add_paragraph("{{ noi_dung }}", "Quote").runs[0].font.name = "Arial"

    template = paper(change=style)
    check(template)
    made = library.Document(io.BytesIO(fill(DOCUMENT, template)))
    quoted = [one for one in made.paragraphs if one.style and one.style.name == "Quote"]
    lines = [line for part_ in DOCUMENT.parts for line in (part_.heading, *part_.lines)]
    assert len(quoted) == len(lines)
    assert {one.runs[0].font.name for one in quoted} == {"Arial"}
    assert quoted[0].runs[0].bold


@pytest.mark.parametrize(
    ("lines", "code", "shown"),
    [
        (["{{ noi_dung }}", "{{ ten_giam_doc }}"], "place-unknown", "ten_giam_doc"),
        (["{{ noi_dung }}", "Số {{ so_ky_hieu"], "place-broken", "so_ky_hieu"),
        (["{{ noi_dung }}", "Số so_ky_hieu }}"], "place-broken", "so_ky_hieu"),
        (["{{ noi_dung }}", "Về { trich_yeu }"], "place-broken", "trich_yeu"),
        (["{{ noi_dung }}", "{{ trich_yeu", "}}"], "place-broken", "trich_yeu"),
        (["{{ noi_dung }}", "{% for x in range(9**9) %}"], "place-code", "for x"),
        (["{{ noi_dung }}", "{{ trich_yeu.__class__ }}"], "place-code", "__class__"),
        (["{{ noi_dung }}", "{{ trich_yeu|upper }}"], "place-code", "upper"),
        (["{{ noi_dung }}", "{{ 7 * 7 }}"], "place-code", "7"),
        (["{{p noi_dung }}"], "place-code", "noi_dung"),
        (["{# x #}", "{{ noi_dung }}"], "place-code", "x"),
        (["{{ phan_1 }}", "{{ phan_2 }}"], "place-missing", "phan_3"),
        (["{{ trich_yeu }}"], "place-missing", "phan_1"),
        (["Nội dung: {{ noi_dung }}"], "place-alone", "noi_dung"),
        (["{{ noi_dung }}", "{{ noi_dung }}"], "place-alone", "noi_dung"),
    ],
)
def test_a_place_that_cannot_be_filled_is_named(lines: list[str], code: str, shown: str) -> None:
    error = fault(paper(*lines))
    assert error.code == f"words-page.{code}"
    assert shown in TEXTS.say(error.code, **error.values)


def test_a_place_for_paragraphs_cannot_stand_in_the_head_of_the_page() -> None:
    def head(made: Paper) -> None:
        made.sections[0].header.paragraphs[0].text = "{{ noi_nhan }}"

    assert fault(paper("{{ noi_dung }}", change=head)).code == "words-page.place-alone"


def test_code_in_the_head_of_the_page_in_fields_and_attributes_is_refused() -> None:
    def head(made: Paper) -> None:
        made.sections[0].header.paragraphs[0].text = "{{ cycler.__init__ }}"

    assert fault(paper("{{ noi_dung }}", change=head)).code == "words-page.place-code"
    whole = paper("{{ noi_dung }}", "thường")
    hidden = repacked(whole, lambda _, b: b.replace(b"<w:p>", b'<w:p w:rsidR="{{ 7*7 }}">'))
    assert fault(hidden).code == "words-page.place-code"


W_P = b"</w:p>"
MATH = b'<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">%s</m:oMath>'


def with_xml(xml: bytes, *lines: str) -> bytes:
    """A paper whose first paragraph ends with that XML."""
    whole = paper(*(lines or ("thường", "{{ noi_dung }}")))
    return repacked(
        whole, lambda name, b: b.replace(W_P, xml + W_P, 1) if name == "word/document.xml" else b
    )


@pytest.mark.parametrize(
    "xml",
    [
        MATH % b"<m:r><m:t>{{ 7*7 }}</m:t></m:r>",
        MATH % b"<m:r><m:t>{</m:t></m:r><m:r><m:t>{ 7*7 }</m:t></m:r><m:r><m:t>}</m:t></m:r>",
        MATH % b"<m:r><m:t>&#123;&#123; 7*7 &#125;&#125;</m:t></m:r>",
        b"<w:del><w:r><w:delText>{{ 7*7 }}</w:delText></w:r></w:del>",
        b"<w:r><w:instrText>PAGE {{ 7*7 }}</w:instrText></w:r>",
        b'<w:bookmarkStart w:id="1" w:name="{{ 7*7 }}"/>',
        b"<w:bookmarkStart w:id='1' w:name='&#x7b;{ 7*7 }}'/>",
        b"<!-- {{ 7*7 }} -->",
        b"<?x {% set a = 1 %}?>",
        b"<w:r><w:t>{<!-- -->{ 7*7 }}</w:t></w:r>",
        b"<w:r><w:t>{<![CDATA[{]]> 7*7 }}</w:t></w:r>",
        b"<w:r><w:t>{</w:t></w:r></w:p><w:p><w:r><w:t>{ 7*7 }</w:t></w:r></w:p><w:p><w:r><w:t>}</w:t></w:r>",
        b"<w:r><w:t>1 -%}</w:t></w:r>",
    ],
)
def test_code_is_refused_wherever_it_hides_in_the_body(xml: bytes) -> None:
    assert fault(with_xml(xml)).code == "words-page.place-code"


@pytest.mark.parametrize(
    "xml",
    [
        MATH % b"<m:r><m:t>{{ trich_yeu }}</m:t></m:r>",
        b"<w:del><w:r><w:delText>{{ trich_yeu }}</w:delText></w:r></w:del>",
        b'<w:bookmarkStart w:id="1" w:name="{{ trich_yeu }}"/>',
        b"<w:r><w:t>{</w:t></w:r></w:p><w:p><w:r><w:t>{ trich_yeu</w:t></w:r></w:p>"
        b"<w:p><w:r><w:t> }</w:t></w:r></w:p><w:p><w:r><w:t>}</w:t></w:r>",
    ],
)
def test_a_known_place_out_of_the_words_is_refused_with_where_it_may_stand(xml: bytes) -> None:
    error = fault(with_xml(xml))
    assert error.code == "words-page.place-hidden"
    assert "trich_yeu" in TEXTS.say(error.code, **error.values)


def test_code_in_other_parts_of_the_file_is_refused_too() -> None:
    whole, same = paper("{{ noi_dung }}"), lambda _, content: content

    def head(made: Paper) -> None:
        made.sections[0].header.paragraphs[0].text = "thường"

    hidden = MATH % b"<m:r><m:t>{{ 7*7 }}</m:t></m:r>"
    headed = repacked(
        paper("{{ noi_dung }}", change=head),
        lambda name, b: b.replace(W_P, hidden + W_P) if name == "word/header1.xml" else b,
    )
    assert fault(headed).code == "words-page.place-code"
    notes = f'<w:comments xmlns:w="{W[1:-1]}"><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:comments>'
    for said, code in (("{{ 7*7 }}", "place-code"), ("{{ trich_yeu }}", "place-hidden")):
        noted = repacked(whole, same, **{"word__comments.xml": (notes % said).encode()})
        assert fault(noted).code == f"words-page.{code}"
    with_name = repacked(whole, same, **{"docProps__x.png": b"<x>{{ 7*7 }}</x>"})
    assert fault(with_name).code == "words-page.file-no-docx"


def test_what_a_file_says_of_itself_is_refused_as_code_and_never_run() -> None:
    def title(made: Paper) -> None:
        made.core_properties.title = "{{ 7 * 7 }}{{ nobody }}"

    template = paper("{{ noi_dung }}", change=title)
    assert fault(template).code == "words-page.place-code"
    made = library.Document(io.BytesIO(fill(DOCUMENT, template)))
    assert DOCUMENT.letter.about in made.core_properties.title


@pytest.mark.parametrize(
    "source", ["{{ 7*7 }}", "{{ cycler }}", "{% if 1 %}{% endif %}", "{{ trich_yeu.x }}"]
)
def test_a_paper_that_was_never_looked_at_still_runs_no_code(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        environment().from_string(source)
    with pytest.raises(TemplateSyntaxError):
        fill(DOCUMENT, with_xml(MATH % f"<m:r><m:t>{source}</m:t></m:r>".encode()))


def related(kind: str, target: str, mode: str = 'TargetMode="External"') -> bytes:
    """A paper with one more relation, spelt as given."""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    line = (
        f'<Relationship Id="rId99" Type="{base}{kind}" Target="{target}" {mode}/></Relationships>'
    )
    name = "word/_rels/document.xml.rels"
    end = b"</Relationships>"
    return repacked(
        paper("{{ noi_dung }}"), lambda n, b: b.replace(end, line.encode()) if n == name else b
    )


@pytest.mark.parametrize(
    ("kind", "target", "mode", "code"),
    [
        ("image", "https://example.org/x.png", 'TargetMode="External"', "file-link"),
        ("image", "https://example.org/x.png", "TargetMode='&#69;xternal'", "file-link"),
        ("image", "https://example.org/x.png", "TargetMode = 'external'", "file-link"),
        ("image", "https://example.org/x.png", "", "file-link"),
        ("image", "//example.org/x.png", "", "file-link"),
        ("attachedTemplate", "file:///c:/x.dotm", 'TargetMode="External"', "file-link"),
        ("attachedTemplate", "x.dotm", "", "file-macro"),
        ("hyperlink", "file://server/x", 'TargetMode="External"', "file-link"),
        ("hyperlink", "&#92;&#92;server&#92;x", 'TargetMode="External"', "file-link"),
        ("oleObject", "x", "", "file-macro"),
        ("aFChunk", "x.html", "", "file-macro"),
        ("control", "x.xml", "", "file-macro"),
    ],
)
def test_relations_that_fetch_or_act_are_refused(
    kind: str, target: str, mode: str, code: str
) -> None:
    assert fault(related(kind, target, mode)).code == f"words-page.{code}"


def test_a_plain_hyperlink_may_stand_since_it_fetches_nothing() -> None:
    for target in ("https://dongnai.gov.vn/ho-nai", "mailto:ubnd.honai@dongnai.gov.vn"):
        check(related("hyperlink", target))
    check(
        with_xml(
            field(b'HYPERLINK "https://dongnai.gov.vn" \\o "Trang c\xe1\xbb\xa7a t\xe1\xbb\x89nh"')
        )
    )


def field(*pieces: bytes, end: bytes = b"end") -> bytes:
    """A field in runs."""
    mark = b'<w:r><w:fldChar w:fldCharType="%s"/></w:r>'
    words = b"".join(b"<w:r><w:instrText>%s</w:instrText></w:r>" % one for one in pieces)
    return mark % b"begin" + words + mark % end


@pytest.mark.parametrize(
    "xml",
    [
        b"<w:r><w:instrText>INCLUDETEXT x</w:instrText></w:r>",
        field(b'&#73;NCLUDEPICTURE "http://example.org/x"'),
        field(b"INCL", b"UDE", b"PICTURE x"),
        field(b" dde", b"auto c:/x "),
        field(b" DDE x "),
        field(b" LINK Excel.Sheet x "),
        field(b'HYPERLINK "file://server/x"'),
        field(b'HYPERLINK \\l "a" "//server/x"'),
        field(b"PAGE", end=b"separate") + field(b"DDE x") + field(b"PAGE"),
        b"<w:fldSimple w:instr='&#73;NCLUDETEXT x'/>",
        field(b"</w:instrText></w:r>" + field(b"QUOTE 68 68 69") + b"<w:r><w:instrText> c:/x"),
        field(b"PAGE</w:instrText></w:r>" + field(b"QUOTE 68") + b"<w:r><w:instrText>"),
        field(b'</w:instrText></w:r><w:r><x:instrText xmlns:x="x">PAGE </x:instrText></w:r>'
              b"<w:r><w:instrText>DDE x"),
        field(b"</w:instrText></w:r><w:del><w:r><w:delInstrText>PAGE </w:delInstrText></w:r></w:del>"
              b"<w:r><w:instrText>DDE x"),
        field(b"</w:instrText><w:t>PAGE </w:t><w:instrText>DDE x"),
        field(b"PAGE<!-- --> x"),
    ],
)  # fmt: skip
def test_fields_that_fetch_are_refused_however_they_are_spelt(xml: bytes) -> None:
    assert fault(with_xml(xml)).code == "words-page.file-link"


def test_fields_of_the_paper_itself_may_stand() -> None:
    nested = field(b"IF </w:instrText></w:r>" + field(b"PAGE") + b"<w:r><w:instrText> = 1 x y")
    for xml in (field(b" PA", b"GE "), field(b'TOC \\o "1-3"'), nested, field(b" =1+1 ")):
        check(with_xml(xml))


def test_macros_and_objects_are_refused() -> None:
    whole = paper("{{ noi_dung }}")
    same = lambda _, content: content  # noqa: E731 – shorter than a function
    for name in ("word__vbaProject.bin", "word__embeddings__oleObject1", "word__activeX__a.xml"):
        assert fault(repacked(whole, same, **{name: b"<x/>"})).code == "words-page.file-macro"
    docm = repacked(whole, lambda _, b: b.replace(b"document.main+xml", b"x.macroEnabled.main+xml"))
    assert fault(docm).code == "words-page.file-macro"
    for xml in (b'<w:altChunk r:id="x"/>', b"<w:object/>", b"<w:control/>"):
        spaced = xml.replace(b"<w:altChunk", b'<w:altChunk xmlns:r="r"')
        assert fault(with_xml(spaced)).code == "words-page.file-macro"
    drawn = (
        b'<w:r><w:pict><v:imagedata xmlns:v="v" src="&#104;ttp://example.org/x"/></w:pict></w:r>'
    )
    assert fault(with_xml(drawn)).code == "words-page.file-link"


def test_what_is_no_word_file_is_refused() -> None:
    whole = paper("{{ noi_dung }}")
    for wrong in (b"PK\x03\x04 nothing", b"%PDF-1.4", whole[:-200]):
        assert fault(wrong).code == "words-page.file-no-docx"
    assert fault(b"").code == "words-page.file-none"
    assert fault(bytes(3 * 1024**2)).code == "words-page.file-large"
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]>'
    bomb = repacked(whole, lambda n, b: entity + b if n == "word/document.xml" else b)
    assert fault(bomb).code == "words-page.file-no-docx"
    wide = repacked(
        whole,
        lambda n, b: (
            b.decode().replace("UTF-8", "UTF-16").encode("utf-16") if "document" in n else b
        ),
    )
    assert fault(wide).code == "words-page.file-no-docx"
    doubled = repacked(whole, lambda _, b: b, **{"word__Document.xml": b"<x/>"})
    assert fault(doubled).code == "words-page.file-no-docx"
    torn = repacked(whole, lambda n, b: b[:-9] if n == "word/document.xml" else b)
    assert fault(torn).code == "words-page.file-no-docx"


def test_a_file_that_unpacks_to_very_much_is_refused_before_it_is_unpacked() -> None:
    packed = io.BytesIO(paper("{{ noi_dung }}"))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/image1.png", bytes(40 * 1024**2))
    assert fault(packed.getvalue()).code == "words-page.file-large"


def test_what_a_file_says_of_its_size_is_not_believed() -> None:
    """Read entry by entry, up to what is left: a bomb of many parts and a false head end there."""
    packed = io.BytesIO(paper("{{ noi_dung }}"))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as package:
        for number in range(6):
            package.writestr(f"word/media/image{number}.png", bytes(7 * 1024**2))
    assert fault(packed.getvalue()).code == "words-page.file-large"
    size = (7 * 1024**2).to_bytes(4, "little")
    lying = packed.getvalue().replace(size, (10).to_bytes(4, "little"))
    assert fault(lying).code == "words-page.file-no-docx"
    long = b"<x>" + bytes(9 * 1024**2).replace(b"\0", b"a") + b"</x>"
    one = repacked(paper("{{ noi_dung }}"), lambda _, b: b)
    packed = io.BytesIO(one)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/long.xml", long)
    assert fault(packed.getvalue()).code == "words-page.file-large"


# ---- in a process of its own


def test_a_paper_is_looked_at_in_a_child_that_says_what_is_wrong() -> None:
    rendering.check_paper(DOCUMENT, paper("{{ noi_dung }}"))
    with pytest.raises(TableError) as wrong:
        rendering.check_paper(DOCUMENT, paper("{{ noi_dung }}", "{{ giam_doc }}"))
    assert wrong.value.code == "words-page.place-unknown"
    assert wrong.value.values["name"] == "giam_doc"


def test_a_paper_that_a_child_is_too_long_over_or_dies_of_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(TableError) as late:
        rendering.check_paper(DOCUMENT, paper("{{ noi_dung }}"), longest=0.01)
    assert late.value.code == "words-page.file-heavy"
    monkeypatch.setattr(rendering, "ROOT", rendering.ROOT / "bot")  # no module to be found there
    with pytest.raises(TableError) as dead:
        rendering.check_paper(DOCUMENT, paper("{{ noi_dung }}"))
    assert dead.value.code == "words-page.file-heavy"
    assert "quá nặng" in TEXTS.say(dead.value.code)


def test_a_child_has_so_much_memory_and_no_more() -> None:
    resource = pytest.importorskip("resource")
    said = "from bot.app import rendering; rendering._limit(); bytearray(rendering.MOST_MEMORY)"
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=rendering.ROOT, capture_output=True, check=False
    )
    assert b"MemoryError" in done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != rendering.MOST_MEMORY
