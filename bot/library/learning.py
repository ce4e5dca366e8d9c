"""content/learning.yaml: the official platform to go on learning on, and its courses, with sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.core.errors import ContentError, Fault
from bot.library.guides import Source, at_longest, kebab, no_longer_than
from bot.library.links import Domains
from bot.library.source import Place, Record, check, line_of, parse, read
from bot.library.wording import Saying

FILE = "learning.yaml"
MOST_COURSES = 4
LONGEST_CODE = 16  # stands in buttons
LONGEST_NAME = 40


class Site(Record):
    """The platform: ``code`` stands in the figures, ``guide`` leads there step by step."""

    code: Annotated[str, AfterValidator(kebab(LONGEST_CODE))]
    name: Annotated[str, AfterValidator(no_longer_than(LONGEST_NAME))]
    url: str
    guide: str
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class Course(Record):
    """One course of it; the name stands in the middle of a sentence."""

    code: Annotated[str, AfterValidator(kebab(LONGEST_CODE))]
    name: Annotated[str, AfterValidator(no_longer_than(LONGEST_NAME))]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class Learning(Record):
    """The file as it stands; the first course is the one that chats introduce."""

    platform: Site
    courses: Annotated[tuple[Course, ...], Field(min_length=1, max_length=MOST_COURSES)]

    def course(self, code: str) -> Course:
        """The course with that code; the first one for a code that is none of ours."""
        return next((one for one in self.courses if one.code == code), self.courses[0])


def load_learning(
    content_dir: Path, domains: Domains, guides: Collection[str] | None = None
) -> Learning:
    """The checked file; raises ``ContentError`` with the faults and their lines.

    Without ``guides`` nobody looks whether the one that it names exists.
    """
    file = f"{content_dir.name}/{FILE}"
    data, lines = parse(read(content_dir / FILE, file), file)
    found = check(Learning, data, lines, file)
    complaints = [
        *_about_codes(found),
        *_about_links(found, domains),
        *_about_texts(found),
    ]
    if guides is not None and found.platform.guide not in guides:
        what = f"không có bài «{found.platform.guide}»"
        complaints.append((("platform", "guide"), (what, "ghi mã của một bài trong guides/")))
    if complaints:
        raise ContentError(
            [Fault(file, line_of(lines, place), *saying) for place, saying in complaints]
        )
    return found


Complaint = tuple[Place, Saying]


def _about_codes(found: Learning) -> Iterator[Complaint]:
    codes = [found.platform.code, *(course.code for course in found.courses)]
    for number, code in enumerate(codes[1:]):
        if code in codes[: number + 1]:
            yield ("courses", number, "code"), (f"mã «{code}» đặt hai lần", "đặt mã khác")


def _about_links(found: Learning, domains: Domains) -> Iterator[Complaint]:
    if not domains.allows(found.platform.url):
        what = f"«{found.platform.url}» không phải trang chính thức"
        yield ("platform", "url"), (what, "ghi trang có trong domains.yaml")
    listed: list[tuple[Place, tuple[Source, ...]]] = [(("platform",), found.platform.sources)]
    listed += [(("courses", n), course.sources) for n, course in enumerate(found.courses)]
    for place, sources in listed:
        for which, source in enumerate(sources):
            where = (*place, "sources", which, "url")
            yield from ((where, said) for said in domains.complaints_of_source(source.url))


def _about_texts(found: Learning) -> Iterator[Complaint]:
    texts: list[tuple[Place, str]] = [(("platform", "name"), found.platform.name)]
    texts += [(("courses", n, "name"), course.name) for n, course in enumerate(found.courses)]
    for place, text in texts:
        if set("{}") & set(at_longest(text)):
            yield place, ("có ngoặc nhọn lạ", "viết tên không có ngoặc")
