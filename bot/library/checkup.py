"""content/checkup.yaml: what “Kiểm tra công dân số” asks, and which guide is next after the answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.core.errors import ContentError, Fault
from bot.library.guides import Source, at_longest, kebab, no_longer_than
from bot.library.links import Domains
from bot.library.source import Place, Record, check, line_of, parse, read
from bot.library.wording import Saying

FILE = "checkup.yaml"
MOST_QUESTIONS = 5  # one tap each, and what people are told before they begin
LONGEST_ASK = 170  # with the opening sentence before it one message of 300 characters
LONGEST_WHY = 80
LONGEST_NAME = 30  # five of them are read back in one message


class Answer(StrEnum):
    """What can be answered to each question; the letter is what a button carries."""

    HAS = "y"
    LACKS = "n"
    UNSURE = "u"


Answers = tuple[Answer, ...]


class Unsure(Record):
    """Where somebody who does not know can look, and why there."""

    guide: str
    why: Annotated[str, AfterValidator(no_longer_than(LONGEST_WHY))]


class Question(Record):
    """One question. ``has`` and ``lacks`` name the thing in the result; ``guide`` leads to it."""

    id: Annotated[str, AfterValidator(kebab(24))]
    ask: Annotated[str, AfterValidator(no_longer_than(LONGEST_ASK))]
    has: Annotated[str, AfterValidator(no_longer_than(LONGEST_NAME))]
    lacks: Annotated[str, AfterValidator(no_longer_than(LONGEST_NAME))]
    guide: str
    unsure: Unsure | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class Checkup(Record):
    """The file as it stands. ``need`` is in which order things are got; ``complete`` is for who has all."""

    need: tuple[str, ...]
    complete: str
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]

    def read(self, letters: str) -> Answers:
        """The answers that a button carries; none when it is not one of ours."""
        known = {str(answer) for answer in Answer}
        if len(letters) > len(self.questions) or not known.issuperset(letters):
            return ()
        return tuple(map(Answer, letters))

    def next_need(self, answers: Answers) -> tuple[Question, Answer] | None:
        """What is not there and is needed first, and what was answered; None when everything is there."""
        given = zip(self.questions, answers, strict=True)
        missing = {one.id: (one, answer) for one, answer in given if answer is not Answer.HAS}
        return next((missing[name] for name in self.need if name in missing), None)


def load_checkup(
    content_dir: Path, domains: Domains, guides: Collection[str] | None = None
) -> Checkup:
    """The checked file; raises ``ContentError`` with the faults and their lines.

    Without ``guides`` nobody looks whether those that it names exist.
    """
    file = f"{content_dir.name}/{FILE}"
    data, lines = parse(read(content_dir / FILE, file), file)
    found = check(Checkup, data, lines, file)
    complaints = [
        *_about_order(found),
        *_about_texts(found, domains),
        *(_about_guides(found, guides) if guides is not None else ()),
    ]
    if complaints:
        raise ContentError(
            [Fault(file, line_of(lines, place), *saying) for place, saying in complaints]
        )
    return found


Complaint = tuple[Place, Saying]


def _about_order(found: Checkup) -> Iterator[Complaint]:
    """Ids that stand twice, and an order of need that is not just the questions in another order."""
    ids = [question.id for question in found.questions]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            yield ("questions", number), (f"mã «{name}» đặt hai lần", "đặt mã khác")
        elif name not in found.need:
            yield ("need",), (f"«need» chưa có «{name}»", "ghi thêm, ở chỗ nên làm trước hay sau")
    for place, name in enumerate(found.need):
        if name not in ids:
            yield ("need", place), (f"không có câu «{name}»", "ghi mã của một câu dưới đây")
        elif name in found.need[:place]:
            yield ("need", place), (f"«{name}» ghi hai lần", "giữ một lần")


def _about_texts(found: Checkup, domains: Domains) -> Iterator[Complaint]:
    for place, text in _texts(found):
        yield from ((place, saying) for saying in domains.complaints(text))
        if set("{}") & set(at_longest(text)):
            yield place, ("có ngoặc nhọn lạ", "chỉ dùng {you} hoặc {You} cho cách xưng hô")
        if "CẦN KIỂM TRA" in text:
            yield place, ("còn dấu «CẦN KIỂM TRA»", "kiểm tra dữ kiện, hoặc bỏ khỏi câu")
    for number, question in enumerate(found.questions):
        for which, source in enumerate(question.sources):
            place = ("questions", number, "sources", which, "url")
            yield from ((place, said) for said in domains.complaints_of_source(source.url))


def _texts(found: Checkup) -> Iterator[tuple[Place, str]]:
    """Every text that a person may read."""
    for number, question in enumerate(found.questions):
        place: Place = ("questions", number)
        yield (*place, "ask"), question.ask
        yield (*place, "has"), question.has
        yield (*place, "lacks"), question.lacks
        if question.unsure:
            yield (*place, "unsure", "why"), question.unsure.why


def _about_guides(found: Checkup, guides: Collection[str]) -> Iterator[Complaint]:
    named: list[tuple[Place, str]] = [(("complete",), found.complete)]
    for number, question in enumerate(found.questions):
        named.append((("questions", number, "guide"), question.guide))
        if question.unsure:
            named.append((("questions", number, "unsure", "guide"), question.unsure.guide))
    for place, name in named:
        if name not in guides:
            yield place, (f"không có bài «{name}»", "ghi mã của một bài trong guides/")
