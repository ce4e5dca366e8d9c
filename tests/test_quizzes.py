"""content/quizzes: every topic has a short quiz, each question stands in a guide, faults name their line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.vocabulary import AddressForm, Topic
from bot.library import Library, check, load
from bot.library.guides import Confidence
from bot.library.quizzes import Quizzes, asks_by_name, name_of
from bot.locale import Texts, load_sentences
from tests import small_content

CONTENT = Path(__file__).parents[1] / "content"
AT_ONCE = 300
"""So long may a message be."""
LONGEST_SENTENCE = 25


@pytest.fixture(scope="module")
def quizzes(library: Library) -> Quizzes:
    """The shipped quizzes."""
    return library.quizzes


def test_each_topic_has_three_questions_with_two_or_three_answers(quizzes: Quizzes) -> None:
    assert list(quizzes) == list(Topic)
    for topic, quiz in quizzes.items():
        assert len(quiz.questions) == 3, topic
        for question in quiz.questions:
            assert 2 <= len(question.answers) <= 3, name_of(topic, question)
            assert 1 <= question.right <= len(question.answers)


def test_the_right_answer_does_not_always_stand_at_the_same_place(quizzes: Quizzes) -> None:
    for quiz in quizzes.values():
        assert len({question.right for question in quiz.questions}) > 1


def test_each_question_is_of_a_guide_with_a_sure_source(library: Library) -> None:
    for quiz in library.quizzes.values():
        for question in quiz.questions:
            sources = library.guides[question.guide].sources
            assert any(one.confidence is Confidence.SURE for one in sources), question.guide


def test_why_is_one_short_sentence(quizzes: Quizzes) -> None:
    for topic, quiz in quizzes.items():
        for question in quiz.questions:
            why = question.why.replace("{you}", "bà con").replace("{You}", "Bà con")
            assert re.findall(r"[.!?](?:\s|$)", why) == ["."], name_of(topic, question)
            assert len(why.split()) <= LONGEST_SENTENCE, why


@pytest.mark.parametrize("form", list(AddressForm))
def test_a_verdict_and_the_next_question_fit_into_one_message(
    quizzes: Quizzes, form: AddressForm
) -> None:
    texts = Texts(load_sentences(CONTENT), form.words)
    for quiz in quizzes.values():
        verdicts = [
            texts.say(verdict, why=texts.fill(question.why))
            for question in quiz.questions
            for verdict in ("quiz.right", "quiz.wrong")
        ]
        asked = [
            texts.say("quiz.ask", number=n, total=3, ask=texts.fill(question.ask))
            for n, question in enumerate(quiz.questions, start=1)
        ]
        leads = [*verdicts, texts.say("after.thanks")]
        assert max(map(len, leads)) + 1 + max(map(len, asked)) <= AT_ONCE


def test_names_in_the_tallies_are_never_the_same(quizzes: Quizzes) -> None:
    asks = asks_by_name(quizzes)
    assert len(asks) == 18
    assert asks["vneid.muc-2"] == "Làm VNeID mức 2 ở đâu?"
    assert max(map(len, asks)) <= 60


def test_the_platform_stands_with_its_sources_and_an_official_address(library: Library) -> None:
    learning = library.learning
    assert library.domains.allows(learning.platform.url)
    assert learning.platform.guide in library.guides
    assert [course.code for course in learning.courses] == ["kns-nd"]
    assert learning.course("khong-co").code == "kns-nd"
    for sources in (learning.platform.sources, learning.courses[0].sources):
        assert all(one.confidence is Confidence.SURE for one in sources)


# ---- faults

QUIZ, PLATFORM = "quizzes/vneid.yaml", "learning.yaml"
FAULTS = {
    "guide": (QUIZ, "guide: vneid-dang-ky-muc-2", "guide: khong-co", "khong-co"),
    "right": (QUIZ, "right: 1", "right: 3", "right: 3"),
    "none-right": (QUIZ, "right: 1", "right: 0", "từ 1 trở lên"),
    "one-answer": (QUIZ, '["Công an phường, xã", "Ở nhà, có người gọi điện làm giùm"]', '["Công an"]', "1 ý"),
    "same-answer": (QUIZ, '"Bao nhiêu máy cũng được", ', '"Một máy thôi", ', "giống nhau"),
    "twice": (QUIZ, "id: muc-2", "id: tai-o-dau", "hai lần"),
    "brace": (QUIZ, "Làm VNeID mức 2 ở đâu?", "Làm {gì} ở đâu?", "ngoặc nhọn"),
    "link": (QUIZ, "Làm VNeID mức 2 ở đâu?", "Vào bit.ly/x làm gì?", "bit.ly"),
    "to-check": (QUIZ, "Làm VNeID mức 2 ở đâu?", "CẦN KIỂM TRA?", "CẦN KIỂM TRA"),
    "long": (QUIZ, "Làm VNeID mức 2 ở đâu?", "Làm " * 40, "tối đa 110"),
    "url": (PLATFORM, "url: https://binhdanhocvuso.gov.vn", "url: https://la.example.com", "chính thức"),
    "platform-guide": (PLATFORM, "guide: bdhvs-nen-tang", "guide: khong-co", "khong-co"),
    "code": (PLATFORM, "code: kns-nd", "code: bdhvs", "hai lần"),
    "name": (PLATFORM, "name: kỹ năng số cho người dân", 'name: "kỹ năng {số}"', "ngoặc nhọn"),
}  # fmt: skip


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """content/ to be broken."""
    return small_content.make(tmp_path / "content")


def broken(content: Path, file: str, old: str, new: str) -> int:
    """The shipped file with one place changed; gives the line."""
    text = (CONTENT / file).read_text(encoding="utf-8")
    assert old in text
    (content / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_its_file_and_line(fault: str, content: Path) -> None:
    file, old, new, said = FAULTS[fault]
    line = broken(content, file, old, new)
    faults, _ = check(content)
    found = [one for one in faults if one.file == f"content/{file}" and said in str(one)]
    assert found, [str(one) for one in faults]
    assert abs(found[0].line - line) <= 2, str(found[0])


def test_a_topic_without_a_quiz_and_a_file_of_no_topic_are_faults(content: Path) -> None:
    (content / "quizzes" / "tt.yaml").rename(content / "quizzes" / "tien.yaml")
    faults, _ = check(content)
    assert [(one.file, one.what) for one in faults] == [
        ("content/quizzes/tien.yaml", "không có lĩnh vực «tien»"),
        ("content/quizzes/tt.yaml", "chưa có câu đố của lĩnh vực «tt»"),
    ]


def test_what_is_sent_out_can_be_loaded_with_few_guides(content: Path) -> None:
    assert len(load(content).quizzes) == len(Topic)
