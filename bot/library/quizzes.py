"""content/quizzes/<topic>.yaml: the short quiz after a class of that topic. It teaches; nobody is marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.core.errors import ContentError, Fault
from bot.core.vocabulary import Topic
from bot.library.guides import at_longest, kebab, no_longer_than
from bot.library.links import Domains
from bot.library.source import Place, Record, check, line_of, parse
from bot.library.wording import Saying

FOLDER = "quizzes"
MOST_QUESTIONS = 5
FEWEST_ANSWERS, MOST_ANSWERS = 2, 3
LONGEST_ASK = 110
LONGEST_WHY = 130  # with a verdict before it and the next question after it one message of 300
LONGEST_ANSWER = 40  # a button


class QuizQuestion(Record):
    """One question: what can be answered, which of it is right (from 1), and why, as the guide says."""

    id: Annotated[str, AfterValidator(kebab(24))]
    ask: Annotated[str, AfterValidator(no_longer_than(LONGEST_ASK))]
    answers: Annotated[
        tuple[Annotated[str, AfterValidator(no_longer_than(LONGEST_ANSWER))], ...],
        Field(min_length=FEWEST_ANSWERS, max_length=MOST_ANSWERS),
    ]
    right: Annotated[int, Field(ge=1)]
    why: Annotated[str, AfterValidator(no_longer_than(LONGEST_WHY))]
    guide: str


class Quiz(Record):
    """The file as it stands."""

    questions: Annotated[tuple[QuizQuestion, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]


Quizzes = Mapping[Topic, Quiz]


def name_of(topic: Topic, question: QuizQuestion) -> str:
    """What a question is called in the tallies of a training: ``vneid.muc-2``."""
    return f"{topic}.{question.id}"


def asks_by_name(quizzes: Quizzes) -> dict[str, str]:
    """What each question asks, by the name that it has in the tallies."""
    return {
        name_of(topic, question): question.ask
        for topic, quiz in quizzes.items()
        for question in quiz.questions
    }


def read_quizzes(
    folder: str,
    files: Collection[tuple[str, str]],
    domains: Domains,
    guides: Collection[str] | None = None,
) -> tuple[Quizzes, list[Fault]]:
    """The quizzes of (name, text) of all files of the folder, in the order of topics, and every fault.

    Each topic has one. Without ``guides`` nobody looks whether those that are named exist.
    """
    quizzes: dict[Topic, Quiz] = {}
    faults: list[Fault] = []
    for file, text in files:
        try:
            topic, quiz = _read(file, text, domains, guides)
        except ContentError as error:
            faults.extend(error.faults)
        else:
            quizzes[topic] = quiz
    written = {_stem(file) for file, _ in files}
    for topic in (topic for topic in Topic if topic not in written):
        what = f"chưa có câu đố của lĩnh vực «{topic}»"
        faults.append(Fault(f"{folder}/{topic}.yaml", 1, what, "viết tệp này"))
    known = {topic: quizzes[topic] for topic in Topic if topic in quizzes}
    return MappingProxyType(known), faults


def _stem(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".yaml")


def _read(
    file: str, text: str, domains: Domains, guides: Collection[str] | None
) -> tuple[Topic, Quiz]:
    name = _stem(file)
    if name not in set(Topic):
        mend = f"đặt tên theo lĩnh vực: {', '.join(Topic)}"
        raise ContentError([Fault(file, 1, f"không có lĩnh vực «{name}»", mend)])
    data, lines = parse(text, file)
    quiz = check(Quiz, data, lines, file)
    complaints = [
        *_about_ids(quiz),
        *_about_answers(quiz),
        *_about_texts(quiz, domains),
        *(_about_guides(quiz, guides) if guides is not None else ()),
    ]
    if complaints:
        raise ContentError(
            [Fault(file, line_of(lines, place), *saying) for place, saying in complaints]
        )
    return Topic(name), quiz


Complaint = tuple[Place, Saying]


def _about_ids(quiz: Quiz) -> Iterator[Complaint]:
    ids = [question.id for question in quiz.questions]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            yield ("questions", number, "id"), (f"mã «{name}» đặt hai lần", "đặt mã khác")


def _about_answers(quiz: Quiz) -> Iterator[Complaint]:
    """More than one right answer cannot be written; none, or the same twice, can."""
    for number, question in enumerate(quiz.questions):
        answers = question.answers
        if question.right > len(answers):
            what = f"«right: {question.right}» mà chỉ có {len(answers)} câu trả lời"
            mend = "ghi số thứ tự của câu đúng, đếm từ 1"
            yield ("questions", number, "right"), (what, mend)
        if len(set(answers)) < len(answers):
            twice = ("hai câu trả lời giống nhau", "viết mỗi câu một khác")
            yield ("questions", number, "answers"), twice


def _about_texts(quiz: Quiz, domains: Domains) -> Iterator[Complaint]:
    for number, question in enumerate(quiz.questions):
        place: Place = ("questions", number)
        texts = [
            ((*place, "ask"), question.ask),
            ((*place, "why"), question.why),
            *(((*place, "answers", n), text) for n, text in enumerate(question.answers)),
        ]
        for where, text in texts:
            yield from ((where, saying) for saying in domains.complaints(text))
            if set("{}") & set(at_longest(text)):
                yield where, ("có ngoặc nhọn lạ", "chỉ dùng {you} hoặc {You} cho cách xưng hô")
            if "CẦN KIỂM TRA" in text:
                yield where, ("còn dấu «CẦN KIỂM TRA»", "kiểm tra dữ kiện, hoặc bỏ khỏi câu")


def _about_guides(quiz: Quiz, guides: Collection[str]) -> Iterator[Complaint]:
    for number, question in enumerate(quiz.questions):
        if question.guide not in guides:
            what = f"không có bài «{question.guide}»"
            yield ("questions", number, "guide"), (what, "ghi mã của một bài trong guides/")
