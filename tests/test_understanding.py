"""Reading questions: what is answered, offered, declined and refused, however it is typed."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.slips import with_slips, without_marks
from bot.core.text import fold
from bot.services.understanding import Decision, Reader, Reason, Understood
from tests import depth, shipped
from tests.small_library import GLOSSARY, GUIDES

ROOT = Path(__file__).parent.parent
LIBRARY = shipped.library()
SHIPPED = Reader(LIBRARY.guides, LIBRARY.glossary, LIBRARY.elsewhere)
SMALL = Reader(GUIDES, GLOSSARY)
PHRASES = [(guide.id, phrase) for guide in GUIDES.values() for phrase in guide.phrases]
FILLERS = [word for word in GLOSSARY.fillers if len(word) > 1]
OUTSIDE = [
    row["question"]
    for file in sorted((ROOT / "bench" / "data").glob("questions-*.tsv"))
    for row in csv.DictReader(
        file.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    if not row["guides"]
]
PASSWORD, BIRTH, ROBBED = "vneid-quen-mat-khau", "dvc-khai-sinh", "at-da-bi-lua"


def ask(question: str) -> Understood:
    """How the library that stands still understands it."""
    return SMALL.understand(question)


def first(question: str) -> str:
    """The guide that comes first; empty when none does."""
    found = ask(question).guides
    return found[0].id if found else ""


def share_first(questions: list[tuple[str, str]]) -> float:
    """How many of the questions lead to their guide first."""
    return sum(first(asked) == guide for guide, asked in questions) / len(questions)


@pytest.mark.parametrize(
    ("question", "guide"),
    [
        ("Con ơi bà quên mất cái mật khẩu VNeID rồi, giờ làm sao con", PASSWORD),
        ("dạ cho tui hỏi quên passcode thì lấy lại cách nào ạ", PASSWORD),
        ("đăng nhập VNeID không nhớ mật mã", PASSWORD),
        ("Muốn làm giấy khai sinh cho cháu nội mới đẻ", BIRTH),
        ("khai sanh cho bé qua mạng sao vậy con", BIRTH),
        ("tôi lỡ chuyển tiền cho bọn lừa đảo rồi", ROBBED),
    ],
)
def test_a_question_is_answered_with_accents_and_without(question: str, guide: str) -> None:
    for typed in (question, fold(question), question.upper()):
        understood = ask(typed)
        assert understood.decision is Decision.ANSWER, typed
        assert understood.guides[0].id == guide, typed


@pytest.mark.parametrize("guide", LIBRARY.guides)
def test_a_phrase_of_a_shipped_guide_leads_to_it_with_marks_and_without(guide: str) -> None:
    for phrase in depth.PHRASES.of(LIBRARY.guides[guide].phrases, len(guide)):
        for typed in (phrase, without_marks(phrase)):
            understood = SHIPPED.understand(typed)
            assert understood.decision in (Decision.ANSWER, Decision.CHOOSE), typed
            assert guide in [match.id for match in understood.guides], typed
            if understood.decision is Decision.ANSWER:
                assert understood.guides[0].id == guide, typed


def test_marks_left_out_do_not_change_which_guide_comes_first() -> None:
    for _, phrase in PHRASES:
        assert first(without_marks(phrase)) == first(phrase), phrase


@pytest.mark.parametrize(
    "typed",
    [
        "quen mk vneid",
        "quên pass vnid",
        "mk vnied mất tiêu rồi quên luôn",
        "quen pasword vneid",
        "wên mk app định danh",
        "quen pascode vneid",
        "hong nho mat khau vi en ai đi",
    ],
)
def test_abbreviations_and_nicknames_are_written_out(typed: str) -> None:
    assert (ask(typed).decision, first(typed)) == (Decision.ANSWER, PASSWORD)


@pytest.mark.parametrize(
    "typed",
    [
        "quên passcoode vneid",
        "quen passcde",
        "quên mâtj khaaru vneid",
        "quen6 mat65 khau63 vneid",
        "quenmatkhau vneid",
        "quênmậtkhẩuvneid",
        "quên mật khẫu vneid",
        "quên mât khâu vneid",
        "quen mta khua vneid",
    ],
)
def test_slips_key_leftovers_and_run_ons_are_heard_as_what_was_meant(typed: str) -> None:
    assert first(typed) == PASSWORD


def test_one_slip_in_every_longer_word_costs_few_phrases() -> None:
    plain = share_first(PHRASES)
    slips = [
        share_first([(guide, with_slips(phrase, seed)) for guide, phrase in PHRASES])
        for seed in range(3)
    ]
    assert plain > 0.98
    assert sum(slips) / len(slips) > plain - 0.06


@pytest.mark.parametrize(("typed", "meant"), [("trồng lúa", "trồng lừa"), ("bị lúa", "bị lừa")])
def test_marks_that_make_another_word_are_heard(typed: str, meant: str) -> None:
    def score(question: str) -> float:
        return max((match.score for match in ask(question).guides), default=0.0)

    assert score(typed) < score(meant) or ask(meant).decision is Decision.UNKNOWN
    assert ask(typed).decision is not Decision.ANSWER


@pytest.mark.parametrize(
    ("typed", "heard"), [("ho so nop chua", "hồ"), ("ho keu doc ma otp", "họ")]
)
def test_missing_marks_are_told_by_the_neighbours(typed: str, heard: str) -> None:
    word = next(one for one in SHIPPED.hear(typed) if one.word == "ho")
    assert word.marks == SHIPPED.hear(f"{heard} xyz")[0].marks


@pytest.mark.parametrize(
    ("typed", "meaning"), [("ck nhầm", "chuyen khoan"), ("ck tui bị lừa", "chong")]
)
def test_a_short_word_means_what_its_neighbour_says(typed: str, meaning: str) -> None:
    assert " ".join(one.word for one in SMALL.hear(typed)).startswith(meaning)


@pytest.mark.parametrize("typed", ["", "   ", "?", "dạ", "cho tôi hỏi", "làm sao"])
def test_what_says_too_little_is_called_too_vague(typed: str) -> None:
    for reader in (SMALL, SHIPPED):
        understood = reader.understand(typed)
        assert (understood.decision, understood.reason) == (Decision.UNKNOWN, Reason.TOO_VAGUE)
        assert understood.guides == ()


@pytest.mark.parametrize("typed", ["VNeID", "giấy tờ", "tài khoản ngân hàng", "số điện thoại"])
def test_words_of_the_whole_field_never_decide_alone(typed: str) -> None:
    assert SHIPPED.understand(typed).decision is not Decision.ANSWER


def test_a_phrase_word_for_word_is_answered_though_its_words_are_common() -> None:
    for typed in ("cài vneid", "cai vneid"):
        assert ask(typed).decision is Decision.ANSWER


@pytest.mark.parametrize("typed", ["trồng lúa mùa khô", "gà mái đẻ trứng", "thuê xe cẩu dỡ nhà"])
def test_what_no_guide_is_about_is_called_out_of_scope(typed: str) -> None:
    understood = ask(typed)
    assert (understood.decision, understood.reason) == (Decision.UNKNOWN, Reason.OUT_OF_SCOPE)


def test_hardly_anything_out_of_scope_is_answered() -> None:
    assert len(OUTSIDE) >= 80
    for typed in (str, without_marks):
        answered = [
            question
            for question in OUTSIDE
            if SHIPPED.understand(typed(question)).decision is Decision.ANSWER
        ]
        assert len(answered) <= 0.05 * len(OUTSIDE), answered


def test_what_is_half_understood_is_offered_as_two_or_three() -> None:
    offered = [ask(without_marks(phrase[: len(phrase) // 2])) for _, phrase in PHRASES]
    choices = [one.guides for one in offered if one.decision is Decision.CHOOSE]
    assert len(choices) > 20
    assert all(2 <= len(guides) <= 3 for guides in choices)


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        ("căn cước 079157001234 quên mật khẩu", "079157001234"),
        ("mã otp là 482913", "482913"),
        ("mật khẩu của tôi là Hoa@1957x", "Hoa@1957x"),
    ],
)
def test_personal_numbers_are_refused_and_not_echoed(typed: str, secret: str) -> None:
    understood = ask(typed)
    assert (understood.decision, understood.reason) == (Decision.REFUSE, Reason.SENSITIVE)
    assert secret not in understood.question
    assert "[" in understood.question
    assert understood.guides == ()
    assert SMALL.explain(typed) == ()


def test_a_telephone_number_is_no_reason_to_refuse() -> None:
    assert ask("gọi lại cho tôi số 0912345678, quên mật khẩu vneid").decision is Decision.ANSWER


@given(st.text(max_size=200))
def test_any_text_is_decided_upon(text: str) -> None:
    understood = ask(text)
    scores = [match.score for match in understood.guides]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert (understood.reason is None) == (understood.decision in ("answer", "choose"))
    assert bool(understood.guides) == (understood.reason is None)


@given(phrase=st.sampled_from(PHRASES), filler=st.sampled_from(FILLERS))
def test_words_that_say_nothing_change_nothing(phrase: tuple[str, str], filler: str) -> None:
    plain, wordy = ask(phrase[1]), ask(f"{filler}, {phrase[1]}")
    if without_marks(phrase[1]) != phrase[1]:  # beside marks a word without any is meant so
        assert plain.decision is wordy.decision
        assert [m.id for m in plain.guides] == [m.id for m in wordy.guides]
    assert plain.guides[0].id == wordy.guides[0].id


@given(phrase=st.sampled_from(PHRASES), sign=st.sampled_from(["!", "...", "?", " 🙏", ")"]))
def test_signs_and_capitals_change_nothing(phrase: tuple[str, str], sign: str) -> None:
    assert ask(phrase[1].title() + sign).guides == ask(phrase[1]).guides


def test_the_same_question_is_understood_the_same_by_a_reader_built_anew() -> None:
    mixed = random.Random(3).sample(list(GUIDES.items()), len(GUIDES))
    other = Reader(dict(mixed), GLOSSARY.model_copy(update={"silent": (*GLOSSARY.silent, "xyz")}))
    for _, phrase in PHRASES[::7]:
        assert [m.id for m in other.understand(phrase).guides] == [m.id for m in ask(phrase).guides]


@given(phrase=st.sampled_from(PHRASES))
def test_the_reasons_are_words_that_stand_in_the_question(phrase: tuple[str, str]) -> None:
    because = SMALL.explain(phrase[1])
    typed = re.findall(r"\w+", phrase[1].lower())
    assert because
    assert all(set(one.typed.split()) <= set(typed) for one in because)
    assert because[0].share > 0
    assert [one.share for one in because] == sorted((one.share for one in because), reverse=True)


def test_a_library_of_one_guide_can_be_asked() -> None:
    reader = Reader({PASSWORD: GUIDES[PASSWORD]}, GLOSSARY)
    assert reader.understand("quên mật khẩu vneid").guides[0].id == PASSWORD
    assert reader.understand("nuôi gà đẻ").decision is Decision.UNKNOWN


def test_an_empty_library_understands_nothing() -> None:
    assert Reader({}, GLOSSARY).understand("quên mật khẩu").guides == ()
