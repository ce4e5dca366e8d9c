"""Reading questions: what is answered, offered, declined and refused, however it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import fold
from bot.library import load
from bot.services.understanding import Decision, PhraseSearch, Reason, Understood

LIBRARY = load(Path(__file__).parent.parent / "content")
SEARCH = PhraseSearch(LIBRARY.guides, LIBRARY.glossary)
PHRASES = [(guide.id, phrase) for guide in LIBRARY.guides.values() for phrase in guide.phrases]

IN_VARIANTS = {
    word
    for variants in LIBRARY.glossary.same.values()
    for variant in variants
    for word in fold(variant).split()
}
SILENT = [word for word in LIBRARY.glossary.silent if fold(word) not in IN_VARIANTS]
"""Words that say nothing and are no part of another way to say something (“không nhớ”)."""

PASSWORD, BIRTH, ROBBED = "vneid-quen-mat-khau", "dvc-khai-sinh", "at-da-bi-lua"


def ask(question: str) -> Understood:
    """How the reader of the shipped guides understands it."""
    return SEARCH.understand(question)


def first(question: str) -> str:
    """The guide that comes first; empty when none does."""
    found = ask(question).guides
    return found[0].id if found else ""


@pytest.mark.parametrize(
    ("question", "guide"),
    [
        ("Con ơi bà quên mất cái mật khẩu VNeID rồi, giờ làm sao con", PASSWORD),
        ("dạ cho tui hỏi quên passcode thì lấy lại cách nào ạ", PASSWORD),
        ("đăng nhập VNeID không nhớ mật mã", PASSWORD),
        ("Muốn làm giấy khai sinh cho cháu nội mới đẻ", BIRTH),
        ("khai sanh cho bé qua mạng sao vậy con", BIRTH),
        ("tôi lỡ chuyển tiền cho bọn lừa đảo rồi", ROBBED),
        ("lỡ đọc mã otp cho người lạ giờ sao", ROBBED),
    ],
)
def test_a_question_is_answered_with_accents_and_without(question: str, guide: str) -> None:
    for typed in (question, fold(question), question.upper()):
        understood = ask(typed)
        assert understood.decision is Decision.ANSWER, typed
        assert understood.guides[0].id == guide, typed


@pytest.mark.parametrize("guide", LIBRARY.guides)
def test_a_phrase_of_a_guide_leads_to_that_guide(guide: str) -> None:
    for phrase in LIBRARY.guides[guide].phrases:
        for typed in (phrase, fold(phrase)):
            understood = ask(typed)
            assert understood.decision in (Decision.ANSWER, Decision.CHOOSE), typed
            assert guide in [match.id for match in understood.guides], typed
            if understood.decision is Decision.ANSWER:
                assert understood.guides[0].id == guide, typed


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


@pytest.mark.parametrize("typed", ["quên passcoode vneid", "quen passcde"])
def test_one_letter_too_many_or_too_few_in_a_long_word_is_forgiven(typed: str) -> None:
    assert first(typed) == PASSWORD


@pytest.mark.parametrize(
    "typed", ["quên mật khẫu vneid", "quên mât khâu vneid", "quên mật khẩu VNeID"]
)
def test_marks_left_out_or_mixed_up_by_ear_are_forgiven(typed: str) -> None:
    assert ask(typed).decision is Decision.ANSWER


@pytest.mark.parametrize(("typed", "meant"), [("trồng lúa", "trồng lừa"), ("bị lúa", "bị lừa")])
def test_marks_that_make_another_word_are_heard(typed: str, meant: str) -> None:
    def score(question: str) -> float:
        return max((match.score for match in ask(question).guides), default=0.0)

    assert score(typed) < score(meant) or ask(meant).decision is Decision.UNKNOWN
    assert ask(typed).decision is not Decision.ANSWER


@pytest.mark.parametrize(
    "typed", ["", "   ", "?", "dạ", "cho tôi hỏi", "làm sao", "VNeID", "giấy tờ"]
)
def test_what_says_too_little_is_called_too_vague(typed: str) -> None:
    understood = ask(typed)
    assert (understood.decision, understood.reason) == (Decision.UNKNOWN, Reason.TOO_VAGUE)
    assert understood.guides == ()


@pytest.mark.parametrize(
    "typed",
    ["giá cà phê hôm nay", "lich cup nuoc khu pho 3", "quán nào bán bánh xèo ngon", "thuê xe cẩu"],
)
def test_what_no_guide_is_about_is_called_out_of_scope(typed: str) -> None:
    understood = ask(typed)
    assert (understood.decision, understood.reason) == (Decision.UNKNOWN, Reason.OUT_OF_SCOPE)


@pytest.mark.parametrize("typed", ["tài khoản ngân hàng", "số điện thoại", "thẻ căn cước mới"])
def test_words_of_the_whole_field_never_decide_alone(typed: str) -> None:
    assert ask(typed).decision is Decision.UNKNOWN


@pytest.mark.parametrize("typed", ["zalo của bà bị hack", "sinh con rồi làm gì", "mất tiền oan"])
def test_what_is_half_understood_is_offered_as_a_choice(typed: str) -> None:
    understood = ask(typed)
    assert understood.decision is Decision.CHOOSE
    assert 2 <= len(understood.guides) <= 3


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


@given(phrase=st.sampled_from(PHRASES), silent=st.sampled_from(SILENT))
def test_words_that_say_nothing_lead_nowhere_else(phrase: tuple[str, str], silent: str) -> None:
    plain, wordy = ask(phrase[1]), ask(f"{silent}, {phrase[1]}")
    if wordy.decision is Decision.UNKNOWN:  # only just these common words made it a phrase
        assert plain.guides[0].score == 1.0
    else:
        assert wordy.guides[0].id in [m.id for m in plain.guides]


@given(phrase=st.sampled_from(PHRASES), sign=st.sampled_from(["!", "...", "?", " 🙏", ")"]))
def test_signs_and_capitals_change_nothing(phrase: tuple[str, str], sign: str) -> None:
    assert ask(phrase[1].title() + sign).guides == ask(phrase[1]).guides


def test_a_library_of_one_guide_can_be_asked() -> None:
    one = {PASSWORD: LIBRARY.guides[PASSWORD]}
    search = PhraseSearch(one, LIBRARY.glossary)
    assert search.understand("quên mật khẩu vneid").guides[0].id == PASSWORD
    assert search.understand("khai sinh").decision is Decision.UNKNOWN


def test_an_empty_library_understands_nothing() -> None:
    assert PhraseSearch({}, LIBRARY.glossary).understand("quên mật khẩu").guides == ()
