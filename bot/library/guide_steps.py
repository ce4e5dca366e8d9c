"""The body of a guide's file: headings into ways and steps, with a line for each fault and warning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.core.errors import ContentError, Fault
from bot.core.text import words
from bot.library.guides import Step, Way, at_longest
from bot.library.screens import Screen
from bot.library.source import KEBAB, check, parse

if TYPE_CHECKING:
    from bot.library.links import Domains

_YOU = re.compile(r"\{[yY]ou\}")

MOST_WAYS = 4
LONGEST_STEP = 500
GOOD_STEP = 300
GOOD_SENTENCE = 25  # syllables: in Vietnamese, the words between spaces
LONGEST_ID = 24
PAGES = frozenset({"print"})  # /g/{guide}/print is no step
LONGEST_ACTION = 64  # bytes: what Telegram takes as callback_data

_SCREEN_OPENS, _SCREEN_ENDS = "```screen", "```"
_HEADING = re.compile(r"(#+)\s*(.*?)\s*(?:\{#([^}]*)\})?\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_TWO_ACTIONS = re.compile(r"\b(và|rồi)\s+sau đó\b", re.IGNORECASE)


class Page:
    """One guide's file being read: collects its faults and warnings."""

    def __init__(self, file: str, domains: Domains) -> None:
        self.file = file
        self.domains = domains
        self.stem = PurePosixPath(file).stem
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def fault(self, line: int, what: str, mend: str) -> None:
        """Notes what keeps the guide from being loaded."""
        self.faults.append(Fault(self.file, line, what, mend))

    def warn(self, line: int, what: str, mend: str) -> None:
        """Notes what should be better but harms nobody."""
        self.warnings.append(Fault(self.file, line, what, mend))

    def check_text(self, line: int, text: str) -> None:
        """Refuses links that are not official, and braces other than the form of address."""
        for what, mend in self.domains.complaints(text):
            self.fault(line, what, mend)
        self.check_braces(line, text)

    def check_braces(self, line: int, text: str) -> None:
        """Refuses braces other than the form of address."""
        if ("{" in text or "}" in text) and re.search(r"[{}]", _YOU.sub("", text)):
            self.fault(line, "có ngoặc nhọn lạ", "chỉ dùng {you} hoặc {You} cho cách xưng hô")


@dataclass(slots=True)
class _Section:
    """A heading and the numbered lines under it; level 0 stands before the first heading.

    ``screen`` are the lines of its picture, None without one.
    """

    level: int
    label: str
    id: str
    line: int
    body: list[tuple[int, str]] = field(default_factory=list)
    screen: list[tuple[int, str]] | None = None

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.body).strip()


def build_ways(page: Page, body: Iterable[str], first_line: int, title: str) -> tuple[Way, ...]:
    """The ways in the lines of a body; a body without ``#`` is one way named after the guide."""
    sections = _sections(page, body, first_line)
    for section in sections:
        _check_section(page, section)
    for level in (1, 2):
        _check_twice(page, [section for section in sections if section.level == level])
    (_, loose), *groups = _grouped(sections)
    if not groups:
        groups, loose = [(_Section(1, title, page.stem, first_line), loose)], []
    for step in loose:
        page.fault(step.line, "bước đứng trước nhánh đầu tiên", "đưa bước vào một nhánh «#»")
    if len(groups) > MOST_WAYS:
        line = groups[MOST_WAYS][0].line
        page.fault(line, f"có hơn {MOST_WAYS} nhánh", "gộp bớt nhánh hoặc tách thành hai bài")
    return tuple(_way(page, head, steps) for head, steps in groups)


def _sections(page: Page, body: Iterable[str], first_line: int) -> list[_Section]:
    sections = [_Section(0, "", "", first_line)]
    drawing: list[tuple[int, str]] | None = None  # the lines of a screen that is not closed yet
    for number, line in enumerate(body, start=first_line):
        heading = _HEADING.fullmatch(line)
        if drawing is not None:
            if line.rstrip() == _SCREEN_ENDS:
                drawing = None
            else:
                drawing.append((number, line))
        elif line.rstrip() == _SCREEN_OPENS:
            if sections[-1].screen is not None:
                page.fault(number, "bước có hai hình", "giữ một hình cho một bước")
            drawing = sections[-1].screen = []
        elif heading:
            marks, label, section_id = heading.groups(default="")
            sections.append(_Section(len(marks), label, section_id, number))
        else:
            sections[-1].body.append((number, line))
    if drawing is not None:
        page.fault(first_line, "có hình «```screen» chưa đóng", "thêm một dòng «```» sau «tap»")
    return sections


def _grouped(sections: list[_Section]) -> list[tuple[_Section, list[_Section]]]:
    """Heads of ways, each with its steps; the first group is what stands before any head."""
    groups: list[tuple[_Section, list[_Section]]] = [(sections[0], [])]
    for section in sections:
        if section.level == 1:
            groups.append((section, []))
        elif section.level == 2:
            groups[-1][1].append(section)
    return groups


def _way(page: Page, head: _Section, sections: list[_Section]) -> Way:
    if not sections:
        page.fault(head.line, "không có bước nào", "thêm «## Tên bước {#ma-buoc}»")
    steps = tuple(
        Step(one.id, one.label, one.text, one.line, _screen(page, one)) for one in sections
    )
    return Way(head.id, head.label, steps, head.line)


def _screen(page: Page, step: _Section) -> Screen | None:
    """The picture of a step, None without one or with faults; the ring goes where the words say."""
    if step.screen is None:
        return None
    first_line = step.screen[0][0] if step.screen else step.line
    try:
        data, lines = parse("\n".join(line for _, line in step.screen), page.file, first_line)
        screen = check(Screen, data, lines, page.file)
    except ContentError as error:
        page.faults.extend(error.faults)
        return None
    for label in screen.labels():
        page.check_text(first_line, label)
        if "{" in label:
            page.fault(first_line, f"nhãn «{label}» có ngoặc nhọn", "hình không xưng hô, bỏ ngoặc")
    said, tapped = words(f"{step.label} {step.text}"), words(screen.tap)
    places = range(len(said) - len(tapped) + 1)
    if not any(said[place : place + len(tapped)] == tapped for place in places):
        what = f"«tap: {screen.tap}» không có trong lời của bước"
        page.fault(first_line, what, "khoanh đúng chữ mà bước bảo bấm")
    return screen


def _check_section(page: Page, section: _Section) -> None:
    if section.level > 2:
        page.fault(section.line, "tiêu đề quá sâu", "chỉ dùng «#» cho nhánh và «##» cho bước")
        return
    if section.level > 0:
        _check_heading(page, section)
    if section.level == 2:
        _check_step(page, section)
        return
    if section.screen is not None:
        page.fault(section.line, "hình đứng ngoài bước", "đưa hình vào một bước «##»")
    loose = next((number for number, line in section.body if line.strip()), None)
    if loose is not None:
        page.fault(loose, "chữ đứng ngoài bước", "đưa vào một bước «## Tên bước {#ma-buoc}»")


def _check_heading(page: Page, section: _Section) -> None:
    noun = "nhánh" if section.level == 1 else "bước"
    page.check_text(section.line, section.label)
    if not section.label:
        page.fault(section.line, f"{noun} chưa có tên", "viết tên ngắn sau dấu #")
    if not section.id:
        page.fault(section.line, f"{noun} chưa có mã", "thêm mã ở cuối dòng, kiểu {#mo-dang-nhap}")
    elif section.level == 2 and section.id in PAGES:
        page.fault(section.line, f"mã bước «{section.id}» trùng tên trang", "đặt một mã khác")
    elif not KEBAB.fullmatch(section.id) or len(section.id) > LONGEST_ID:
        what = f"mã {noun} «{section.id}» không đúng dạng"
        mend = f"chỉ dùng a–z, 0–9 và dấu gạch nối, không quá {LONGEST_ID} ký tự"
        page.fault(section.line, what, mend)


def _check_twice(page: Page, sections: list[_Section]) -> None:
    first: dict[str, int] = {}
    for section in sections:
        line = first.setdefault(section.id, section.line)
        if section.id and line != section.line:
            page.fault(section.line, f"mã «{section.id}» đã dùng ở dòng {line}", "đặt một mã khác")


def _check_step(page: Page, step: _Section) -> None:
    if not step.text:
        page.fault(step.line, "bước không có nội dung", "viết một việc cần làm")
    if len(f"step:{page.stem}:{step.id}".encode()) > LONGEST_ACTION:
        page.fault(
            step.line, f"mã bài và mã bước dài quá {LONGEST_ACTION} byte", "rút ngắn mã bước"
        )
    length = len(at_longest(step.text))
    if length > LONGEST_STEP:
        page.fault(
            step.line, f"bước dài {length} ký tự, tối đa {LONGEST_STEP}", "tách làm hai bước"
        )
    elif length > GOOD_STEP:
        page.warn(step.line, f"bước dài {length} ký tự, nên tối đa {GOOD_STEP}", "viết ngắn lại")
    for number, line in step.body:
        _check_sentences(page, number, line)


def _check_sentences(page: Page, number: int, line: str) -> None:
    page.check_text(number, line)
    if _TWO_ACTIONS.search(line):
        page.fault(number, "một bước mà hai việc («sau đó»)", "tách làm hai bước")
    for sentence in _SENTENCE_END.split(line.strip()):
        count = len(at_longest(sentence).split())
        if count > GOOD_SENTENCE:
            page.warn(number, f"câu dài {count} tiếng, nên tối đa {GOOD_SENTENCE}", "ngắt câu")
