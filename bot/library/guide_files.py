"""From the text of ``content/guides/<id>.md`` to a guide: front matter, links and names checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.core.errors import ContentError
from bot.library.guide_steps import Page, build_ways
from bot.library.guides import FrontMatter, Guide, at_longest
from bot.library.source import Lines, Place, check, line_of, parse
from bot.locale import show_date

if TYPE_CHECKING:
    from bot.library.links import Domains

_FENCE = "---"
_HEAD_LINE = 2  # the fence is line 1
LONGEST_MESSAGE = 500
HEADINGS = 70  # “… chuẩn bị mấy món này:” and “Về tiền (tính tới 22/11/2026): ”


@dataclass(frozen=True, slots=True)
class Rules:
    """What a guide is held against besides its own format.

    ``ids`` None allows every id; without ``today`` nobody is told that a review is overdue.
    """

    domains: Domains
    ids: frozenset[str] | None = None
    today: date | None = None


def read_guide(text: str, file: str, rules: Rules) -> tuple[Guide | None, Page]:
    """The guide in a text, None when the page has faults."""
    page = Page(file, rules.domains)
    for number, line in enumerate(text.split("\n"), start=1):
        if "CẦN KIỂM TRA" in line:
            page.fault(number, "còn dấu «CẦN KIỂM TRA»", "kiểm tra dữ kiện, hoặc bỏ khỏi bài")
    head, body, body_line = _split(page, text)
    front = None if head is None else _front(page, head, rules)
    ways = build_ways(page, body, body_line, front.title if front else "")
    if front and len(ways) > 1 and front.ask is None:
        page.fault(_HEAD_LINE, "thiếu mục «ask»", "thêm «ask: …», câu hỏi để chọn nhánh")
    if front is None or page.faults:
        return None, page
    return Guide(**dict(front), ways=ways), page


def _split(page: Page, text: str) -> tuple[str | None, list[str], int]:
    """Front matter, lines of the body, and the line of the file on which the body starts."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        page.fault(1, "thiếu phần đầu bài", "thêm «---» ở dòng đầu tiên, rồi id, title, …")
        return None, lines, 1
    for index, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            return "\n".join(lines[1:index]), lines[index + 1 :], index + 2
    page.fault(1, "phần đầu bài chưa đóng", "thêm một dòng «---» trước bước đầu tiên")
    return None, [], len(lines)


def _front(page: Page, head: str, rules: Rules) -> FrontMatter | None:
    try:
        data, lines = parse(head, page.file, _HEAD_LINE)
        for place, value in _strings(data, ()):
            _check_string(page, line_of(lines, place), place, value)
        front = check(FrontMatter, data, lines, page.file)
    except ContentError as error:
        page.faults.extend(error.faults)
        return None
    _check_needs(page, line_of(lines, ("needs",)), front)
    _check_id(page, front.id, lines, rules)
    _check_review(page, front, lines, rules)
    return front


def _strings(data: object, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _strings(value, (*place, index))


def _check_string(page: Page, line: int, place: Place, text: str) -> None:
    """Checks a text of the front matter; name and address of a source are evidence, not links to follow."""
    if place[:1] != ("sources",):
        page.check_text(line, text)
    elif place[-1:] != ("url",):
        page.check_braces(line, text)
    else:
        for what, mend in page.domains.complaints_of_source(text):
            page.fault(line, what, mend)


def _check_needs(page: Page, line: int, front: FrontMatter) -> None:
    """What to have at hand and the fee are read in one message."""
    fee = front.fee.text if front.fee else ""
    length = len(at_longest("\n".join([*(f"• {need}" for need in front.needs), fee]))) + HEADINGS
    if length > LONGEST_MESSAGE:
        what = f"«needs» và «fee» gộp lại dài {length} ký tự, tối đa {LONGEST_MESSAGE}"
        page.fault(line, what, "viết ngắn lại, hoặc đưa bớt vào bước")


def _check_id(page: Page, guide_id: str, lines: Lines, rules: Rules) -> None:
    line = line_of(lines, ("id",))
    if guide_id != page.stem:
        page.fault(line, f"id «{guide_id}» khác tên tệp", f"ghi «id: {page.stem}» hoặc đổi tên tệp")
    if rules.ids is not None and guide_id not in rules.ids:
        page.fault(line, f"id «{guide_id}» không có trong danh mục bài", "dùng một mã đã công bố")


def _check_review(page: Page, front: FrontMatter, lines: Lines, rules: Rules) -> None:
    if rules.today is None or not front.is_stale(rules.today):
        return
    days = (rules.today - front.review_by).days
    what = f"quá hạn xem lại {days} ngày (hạn {show_date(front.review_by)})"
    mend = "đối chiếu bài với nguồn, rồi ghi ngày mới vào «reviewed_on» và «review_by»"
    page.warn(line_of(lines, ("review_by",)), what, mend)
