"""“Kiểm tra công dân số”: five taps, one guide to do next, and nothing of it is kept."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app.installation import Installation
from bot.conversation.turn import HOME, State
from bot.core.messages import Kind, Outbound
from bot.core.text import fold
from bot.core.vocabulary import AddressForm, Role
from bot.library import Answer, Library, check, load
from bot.library.checkup import Checkup
from bot.locale import Texts, load_sentences
from storage.database import Unit
from storage.models import conversations, metadata
from tests import small_content
from tests.channel_harness import HARNESSES, Harness, class_of
from tests.test_privacy import files_as_bytes, rows_as_bytes
from tests.walker import Seen, Walker
from tests.world import Person, World

CONTENT = Path(__file__).parents[1] / "content"
FIVE = 5
EVERY = ["".join(letters) for letters in itertools.product("ynu", repeat=FIVE)]
AT_ONCE = 300
"""So long may a message be."""


@pytest.fixture(scope="module")
def checkup(library: Library) -> Checkup:
    """The shipped questions."""
    return library.checkup


def _after(walker: Walker, letters: str) -> Seen:
    """What is shown once these answers were tapped, the first question opened by its word."""
    seen = walker.take(walker.take(State(), "menu").state, "kiểm tra")
    for letter in letters:
        seen = walker.take(seen.state, str("ynu".index(letter) + 1))
    return seen


def _number(seen: Seen) -> int:
    """Which question is asked; 0 for none."""
    found = [n for n in range(1, FIVE + 1) if f"**Câu {n}/{FIVE}.**" in seen.texts]
    return found[0] if found else 0


# --- The questions


def test_five_questions_come_in_this_order(checkup: Checkup) -> None:
    ids = [question.id for question in checkup.questions]
    assert ids == ["muc-2", "giay-to", "tai-khoan", "chu-ky-so", "suc-khoe"]
    assert sorted(checkup.need) == sorted(ids)


def test_the_first_says_that_nothing_is_kept_and_no_number_is_asked(walker: Walker) -> None:
    seen = _after(walker, "")
    assert "không giữ câu trả lời" in seen.texts
    assert "không hỏi số nào" in seen.texts
    assert seen.labels() == ["Có", "Chưa", "Không biết", "Về đầu"]
    assert "không giữ" not in _after(walker, "y").texts


def test_each_tap_leads_to_the_next_question(walker: Walker) -> None:
    for answered in range(FIVE):
        assert _number(_after(walker, "u" * answered)) == answered + 1


def test_the_papers_that_are_not_sure_are_not_named(checkup: Checkup) -> None:
    papers = checkup.questions[1]
    assert "năm loại giấy tờ" in papers.ask
    assert "Như " in papers.ask
    assert "bảo hiểm" not in papers.ask
    assert "sức khỏe" not in papers.ask


@pytest.mark.parametrize("form", list(AddressForm))
def test_every_text_fits_into_one_message_and_reads_well(
    walker: Walker, checkup: Checkup, form: AddressForm
) -> None:
    texts = Texts(load_sentences(CONTENT), form.words)
    lead = max((texts.say(f"checkup.unclear{more}") for more in ("", "-again")), key=len)
    opening = max(lead, texts.say("checkup.open", total=FIVE), key=len)
    for question in checkup.questions:
        ask = texts.say("checkup.ask", number=1, total=FIVE, ask=texts.fill(question.ask))
        assert len(f"{opening}\n{ask}") <= AT_ONCE
        for sentence in re.split(r"(?<=[.?;]) ", ask.partition("** ")[2]):
            assert len(sentence.split()) <= 25, sentence


# --- The result


@pytest.mark.parametrize("letters", ["".join(two) for two in itertools.product("ynu", repeat=2)])
def test_all_answers_lead_to_one_guide_or_to_the_ending_of_who_has_all(
    walker: Walker, library: Library, letters: str
) -> None:
    questions = library.checkup.questions
    for answers in (one for one in EVERY if one.startswith(letters)):
        seen = walker.take(State(), f"checkup:{answers}", Kind.ACTION)
        [guide] = [c.action[6:] for c in seen.choices if c.action.startswith("guide:")]
        assert seen.choices[0].action == f"guide:{guide}"
        assert f"**{library.guides[guide].title}**" in seen.texts
        assert seen.labels()[1:] == ["Xem bài khác", "Kiểm tra lại", "Gặp người giúp", "Về đầu"]
        assert len(seen.texts) <= AT_ONCE, answers
        assert ("mừng" in seen.texts) == (answers == "yyyyy") == (guide == "at-otp")
        rows = seen.texts.split("\n")[1 : FIVE + 1]
        for question, letter, row in zip(questions, answers, rows, strict=True):
            assert (
                row
                == {
                    "y": f"• Có: {question.has}",
                    "n": f"• Chưa có: {question.lacks}",
                    "u": f"• Chưa rõ: {question.lacks}",
                }[letter]
            )


@pytest.mark.parametrize(
    ("letters", "guide"),
    [
        ("nnnnn", "vneid-dang-ky-muc-2"),
        ("ynnnn", "tt-mo-tai-khoan-ekyc"),  # an account is one of the five papers
        ("ynynn", "dvc-mien-giam-phi-cong-dan-so"),
        ("yyynn", "cks-dang-ky"),
        ("yyyyn", "vneid-so-suc-khoe"),
        ("yyyyu", "vneid-so-suc-khoe"),
        ("yyyyy", "at-otp"),
    ],
)
def test_the_guide_is_of_what_is_needed_first(walker: Walker, letters: str, guide: str) -> None:
    assert _after(walker, letters).choices[0].action == f"guide:{guide}"


def test_who_does_not_know_the_level_is_shown_where_to_look(walker: Walker) -> None:
    seen = _after(walker, "unnnn")
    assert seen.choices[0].action == "guide:vneid-xuat-trinh-giay-to"
    assert "Mở thử thẻ căn cước" in seen.texts


def test_from_the_result_there_is_a_way_to_everything(walker: Walker) -> None:
    seen = _after(walker, "ynyyy")
    assert walker.take(seen.state, "1").state.view == "guide:dvc-mien-giam-phi-cong-dan-so"
    assert walker.take(seen.state, "2").state.view == "topic:hoc-so"
    assert _number(walker.take(seen.state, "3")) == 1
    assert walker.take(seen.state, "4").state.view == "person"
    assert walker.take(seen.state, "0").state.view == HOME


def test_a_guide_that_was_being_done_keeps_its_place(walker: Walker) -> None:
    state = walker.take(State(), "step:vneid-quen-mat-khau:mo-dang-nhap", Kind.ACTION).state
    for said in ("kiểm tra", "1", "1", "1", "1", "1"):
        state = walker.take(state, said).state
    assert state.bookmark == "step:vneid-quen-mat-khau:mo-dang-nhap"
    assert walker.take(state, "tiếp").state.view == state.bookmark


# --- Words


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        *(
            (said, "y")
            for said in ("có", "Có", "co", "dạ có", "có rồi con", "rồi", "roi", "dạ rồi")
        ),
        *((said, "y") for said in ("ừ", "vâng", "ok", "dạ", "đủ rồi", "làm rồi nha", "được rồi")),
        *((said, "n") for said in ("chưa", "chua", "dạ chưa ạ", "không", "ko", "hông", "hổng có")),
        *((said, "n") for said in ("chưa nghe con", "khong co", "chưa có con ơi", "đâu có", "k")),
        *((said, "u") for said in ("không biết", "hông biết", "hổng biết nữa", "khong biet")),
        *(
            (said, "u")
            for said in ("ko biết", "dạ không rõ", "không nhớ", "hình như có", "quên rồi")
        ),
    ],
)
def test_an_answer_can_be_said_in_many_words(walker: Walker, said: str, answer: str) -> None:
    for before in ("", "yn"):
        asked = _after(walker, before)
        seen = walker.take(asked.state, said)
        assert seen.shown == _after(walker, before + answer).shown, said


def test_the_other_words_belong_to_these_buttons_only_while_they_are_open(walker: Walker) -> None:
    step = walker.take(State(), "step:vneid-quen-mat-khau:mo-dang-nhap", Kind.ACTION)
    assert walker.take(step.state, "không biết").state.view.startswith("stuck:")
    assert walker.take(step.state, "rồi").state.view.startswith("step:")


@pytest.mark.parametrize(
    "said",
    [
        *(
            "có mỗi thẻ ATM",
            "không có tài khoản",
            "vợ tui có",
            "co moi the atm",
            "xài tiền mặt thôi",
        ),
        *("ờ thì bà ngoại nói vậy", "năm giấy tờ là giấy gì", "đúng"),
    ],
)
def test_words_that_are_not_clear_are_asked_about_and_nothing_is_lost(
    walker: Walker, said: str
) -> None:
    asked = _after(walker, "yn")
    first = walker.take(asked.state, said)
    assert _number(first) == 3
    assert "Gặp người giúp" in first.labels()
    assert walker.take(first.state, "chưa").shown == _after(walker, "ynn").shown
    second = walker.take(first.state, "hỏi chi lạ vậy")
    assert _number(second) == 3
    assert second.texts != first.texts


def test_a_question_of_another_matter_leads_there(walker: Walker) -> None:
    asked = _after(walker, "yn")
    lost = walker.take(asked.state, "mất thẻ ngân hàng rồi khóa sao")
    assert lost.state.view == "guide:tt-khoa-the"
    assert "nuôi heo" in walker.take(asked.state, "nuôi heo").texts
    assert walker.take(asked.state, "bị lừa").state.view.startswith("step:at-da-bi-lua")


@pytest.mark.parametrize(
    "said", ["cảm ơn con", "cám ơn nhiều", "tốt quá", "hiểu rồi", "ai vậy", "nhắc lại", "99"]
)
def test_courtesy_in_between_loses_no_answer(walker: Walker, said: str) -> None:
    for before in ("y", "yn", "unyy"):
        asked = _after(walker, before)
        between = walker.take(asked.state, said)
        between = walker.take(between.state, "cảm ơn")  # and once more
        for way in ("1", "trở lại", "nhắc lại"):
            assert walker.take(between.state, way).shown == asked.shown, (said, way)


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.PICTURE, Kind.STICKER, Kind.EDITED])
def test_what_is_no_text_loses_no_answer(walker: Walker, kind: Kind) -> None:
    asked = _after(walker, "yny")
    between = walker.take(asked.state, "", kind)
    way_on = "2" if kind is Kind.VOICE else "1"  # who speaks is offered a person first
    assert walker.take(between.state, way_on).shown == asked.shown
    assert walker.take(between.state, "trở lại").shown == asked.shown


def test_a_number_that_must_not_be_sent_loses_no_answer(walker: Walker) -> None:
    asked = _after(walker, "yn")
    refused = walker.take(asked.state, "079203001234")
    assert refused.outcome == "refused"
    assert walker.take(refused.state, "1").shown == asked.shown


def test_a_wrong_digit_leaves_the_question_open(walker: Walker) -> None:
    asked = _after(walker, "yn")
    wrong = walker.take(asked.state, "7")
    assert wrong.choices == asked.choices
    assert walker.take(wrong.state, "2").shown == _after(walker, "ynn").shown


# --- Back, and the way in


@pytest.mark.parametrize("said", ["trở lại", "Trở lại", "quay lại", "lui lai", "4"])
def test_back_leads_to_the_question_before(walker: Walker, said: str) -> None:
    seen = _after(walker, "ynuy")
    for before in ("ynu", "yn", "y", ""):
        seen = walker.take(seen.state, said)
        assert seen.shown == _after(walker, before).shown


def test_back_from_the_first_question_and_from_the_result_leads_out(walker: Walker) -> None:
    topic = walker.take(walker.take(State(), "menu").state, "topic:hoc-so", Kind.ACTION)
    first = walker.take(topic.state, "1")
    assert walker.take(first.state, "trở lại").shown == topic.shown
    assert walker.take(_after(walker, "yyyyy").state, "trở lại").state.view == HOME


@pytest.mark.parametrize(
    "said",
    ["kiểm tra", "kiem tra", "KIỂM TRA", "kiểm tra công dân số", "ktra", "cho tui kiểm tra với"],
)
def test_the_word_works_in_every_state(walker: Walker, said: str) -> None:
    states = [State(), _after(walker, "yn").state, _after(walker, "nnnnn").state]
    states += [walker.take(State(), at, Kind.ACTION).state for at in ("person", "topic:vneid")]
    states.append(walker.take(State(), "step:vneid-kich-hoat:mo-vneid", Kind.ACTION).state)
    states.append(walker.take(State(), "dừng").state)
    for state in states:
        assert _number(walker.take(state, said)) == 1


def test_a_member_who_is_asked_for_a_number_can_begin_as_well(walker: Walker) -> None:
    with walker.undone():
        member = walker.join(Role.MEMBER, "KP 3")
        waiting = member.take(State(), "logmany:vneid", Kind.ACTION)
        assert waiting.state.at
        assert _number(member.take(waiting.state, "kiểm tra")) == 1


@pytest.mark.parametrize(
    "said", ["kiểm tra phạt nguội", "kiểm tra sim chính chủ", "kiểm tra hồ sơ tới đâu rồi"]
)
def test_words_that_only_contain_the_word_are_questions(walker: Walker, said: str) -> None:
    assert walker.take(State(), said).state.view.startswith(("guide:", "which:"))


def test_the_greeting_says_the_word_and_stays_short(walker: Walker) -> None:
    seen = walker.take(None, "menu")
    home = seen.messages[-1]
    assert "**kiểm tra**" in home.text
    assert len(home.text) <= AT_ONCE
    assert len([choice for choice in home.choices if choice.n]) == FIVE


def test_the_learning_topic_begins_with_it(walker: Walker) -> None:
    seen = walker.take(State(), "topic:hoc-so", Kind.ACTION)
    assert seen.choices[0].label == "Kiểm tra công dân số"
    assert _number(walker.take(seen.state, "1")) == 1


def test_every_tool_of_the_menu_has_somebody_who_answers(walker: Walker, library: Library) -> None:
    tools = [tool for entry in library.menu.entries for tool in entry.tools]
    assert "checkup" in tools
    for tool in tools:
        assert "không dùng nữa" not in walker.take(State(), tool, Kind.ACTION).texts


@pytest.mark.parametrize(
    "action",
    [
        *(
            "checkup",
            "checkup:",
            "checkup::",
            "checkup:::",
            "checkup:x",
            "checkup:yx",
            "checkup:YN",
        ),
        *("checkup:yyyyyy", "checkup:yyyyy:y", "checkup:" + "y" * 5000, "checkup:٣", "checkup:-1"),
        *(
            "checkup:nguyen-thi-hanh",
            "checkup:0912345678",
            "checkup: y",
            "checkup:\x00",
            "checkup:ý",
        ),
    ],
)
def test_a_button_that_is_not_ours_begins_anew(walker: Walker, action: str) -> None:
    seen = walker.take(State(), action, Kind.ACTION)
    assert seen.shown == _after(walker, "").shown
    assert seen.state.trail == ("checkup",)


@pytest.mark.parametrize("action", ["checkup:yn", "checkup:y:n", "checkup::yn", "checkup:yn::x"])
def test_a_button_of_ours_goes_on_from_any_state(walker: Walker, action: str) -> None:
    seen = walker.take(State(), action, Kind.ACTION)
    assert seen.shown == _after(walker, "yn").shown


# --- Nothing is kept


def _walk(person: Person, letters: str) -> None:
    person.says("kiểm tra")
    for letter in letters:
        person.says(str("ynu".index(letter) + 1))


def _states(unit: Unit) -> list[str]:
    return list(unit.connection.execute(select(conversations.c.state)).scalars())


def _counts(unit: Unit) -> dict[str, object]:
    """The rows of every table but those of the road of a message."""
    road = {"inbox", "outbox", "conversations"}
    tables = [table for table in metadata.sorted_tables if table.name not in road]
    return {table.name: unit.connection.execute(select(table)).all() for table in tables}


def test_answers_stand_in_the_open_prompt_only_and_nowhere_after_it(world: World) -> None:
    person = world.person()
    _walk(person, "ynyn")
    [stored] = world.base.database.read(_states)
    state = json.loads(stored)
    assert state["choices"][0] == [1, "Có", "checkup:ynyn:y"]
    assert {key: value for key, value in state.items() if key != "choices"} == {
        "at": "",
        "data": {},
        "trail": ["checkup"],
        "bookmark": "",
        "misses": 0,
        "quiet": False,
        "ungreeted": False,
        "staff_until": "",
        "staff_hinted": False,
        "request": "",
        "quizzed": "",
    }
    person.says("3")
    [stored] = world.base.database.read(_states)
    assert json.loads(stored)["trail"] == ["checkup"]
    assert "checkup:" not in stored
    assert "ynyn" not in stored


def test_nothing_on_the_disk_tells_the_answers_once_the_result_is_shown(world: World) -> None:
    person = world.person()
    _walk(person, "ynyn")
    assert b"checkup:ynyn:" in world.base.database.read(rows_as_bytes)  # the search finds it
    person.says("3")
    kept = [world.base.database.read(rows_as_bytes)]
    if world.base.database.is_sqlite:
        world.base.database.truncate_log()
        path = Path(world.base.settings.database_url.removeprefix("sqlite:///"))
        kept += files_as_bytes(path).values()
    for blob in kept:
        assert len(blob) > 100 or not blob
        for trace in ("checkup:", "ynyn", "ynynu", "Chưa rõ: Sổ", "• Chưa: chữ ký số"):
            assert trace.encode() not in blob, trace


def test_the_outcome_is_counted_nowhere(world: World) -> None:
    person = world.person()
    person.says("menu")
    before = world.base.database.read(_counts)
    _walk(person, "nuyyn")
    person.says("kiểm tra")
    person.says("tui không rành mấy cái đó")
    assert world.base.database.read(_counts) == before


def test_digits_labels_and_buttons_give_the_same_conversation(world: World) -> None:
    heard = []
    for name in ("số", "chữ", "không dấu", "nút"):
        person = world.person(name)
        person.says("kiểm tra")
        for at in (0, 1, 2, 3, 1, 0, 2):  # the fourth is the way back
            choice = person.prompt[at]
            if name == "nút":
                person.sends_action(choice.action)
            else:
                said = {"số": str(choice.n), "chữ": choice.label, "không dấu": fold(choice.label)}
                person.says(said[name])
        heard.append([(message.text, message.choices) for message in person.heard])
    assert heard[0] == heard[1] == heard[2] == heard[3]
    assert "mình coi lại" in heard[0][-1][0]


# --- On every channel


def _prompts(walker: Walker) -> list[Outbound]:
    seen = [_after(walker, letters) for letters in ("", "y", "yn", "ynu", "ynuy", "ynuyn", "yyyyy")]
    return [one.messages[-1] for one in seen]


@pytest.mark.parametrize("harness", HARNESSES, ids=lambda harness: harness.name)
def test_every_prompt_reaches_the_person_whole_and_every_choice_can_be_made(
    harness: Harness, walker: Walker
) -> None:
    prompts = _prompts(walker)

    async def play() -> None:
        async with harness.wire() as wire:
            for prompt in prompts:
                assert class_of(await wire.channel.send(wire.chat, prompt)) == "delivered"
            shown = wire.shown()
        for prompt, one in zip(prompts, shown, strict=True):
            assert one.choices == tuple((choice.n, choice.label) for choice in prompt.choices)
            assert prompt.text.replace("**", "") in one.text.replace("**", "")

    asyncio.run(play())
    channel = harness.channel()
    for choice in {choice for prompt in prompts for choice in prompt.choices}:
        for kind, text in ((Kind.TEXT, choice.label), (Kind.ACTION, choice.action)):
            if kind in harness.kinds:
                [inbound] = channel.parse(harness.body(kind, text))
                assert (inbound.kind, inbound.text) == (kind, text)


# --- content/checkup.yaml

FILE = """\
need: [mot, hai]
complete: at-otp
questions:
  - id: mot
    ask: "{You} có mức 2 chưa?"
    has: mức 2
    lacks: mức 2
    guide: vneid-dang-ky-muc-2
    unsure: {guide: vneid-kich-hoat, why: Mở thử coi.}
    sources:
      - {title: Bài báo, publisher: Tòa soạn, url: "https://a.example/b", date: 2026-08-15, confidence: chac}
  - id: hai
    ask: "{You} có chữ ký số chưa?"
    has: chữ ký số
    lacks: chữ ký số
    guide: cks-dang-ky
    sources:
      - {title: Bài báo, publisher: Tòa soạn, date: 2026-08-15, confidence: chac}
"""
MORE = FILE[FILE.index("  - id: hai") :]
FAULTS = {
    "unknown guide": (
        "guide: cks-dang-ky",
        "guide: cks-khong-co",
        16,
        "không có bài «cks-khong-co»",
    ),
    "unknown guide to look": ("vneid-kich-hoat", "vneid-x", 9, "không có bài «vneid-x»"),
    "unknown guide of who has all": ("at-otp", "at-x", 2, "không có bài «at-x»"),
    "id twice": ("id: hai", "id: mot", 12, "mã «mot» đặt hai lần"),
    "wrong id": ("id: hai", "id: Hai", 12, "không đúng dạng"),
    "not in the order of need": ("[mot, hai]", "[mot]", 1, "«need» chưa có «hai»"),
    "unknown in the order of need": ("[mot, hai]", "[mot, hai, ba]", 1, "không có câu «ba»"),
    "twice in the order of need": ("[mot, hai]", "[mot, hai, mot]", 1, "«mot» ghi hai lần"),
    "no order of need": ("need: [mot, hai]\n", "", 1, "thiếu mục «need»"),
    "no question": (FILE[FILE.index("questions:") :], "questions: []\n", 3, "ít nhất 1"),
    "six questions": (MORE, MORE * 5, 3, "nhiều nhất 5"),
    "missing field": ("    has: chữ ký số\n", "", 12, "thiếu mục «has»"),
    "unknown field": ("has: chữ ký số", "hass: chữ ký số", 14, "«hass»"),
    "long question": ("chữ ký số chưa?", "chữ ký số chưa? " + "a" * 160, 13, "dài 1"),
    "long name": ("lacks: chữ ký số", "lacks: chữ ký số " + "a" * 30, 15, "dài 40"),
    "long reason": ("Mở thử coi.", "Mở thử coi " + "a" * 80, 9, "dài 9"),
    "strange brace": ('"{You} có chữ', '"{Ai} có chữ', 13, "ngoặc nhọn lạ"),
    "strange link": ("Mở thử coi.", "Mở xau.com coi", 9, "liên kết «xau.com»"),
    "unchecked fact": ("has: mức 2", "has: CẦN KIỂM TRA", 6, "CẦN KIỂM TRA"),
    "no source": (MORE[MORE.index("    sources:") :], "    sources: []\n", 17, "ít nhất 1"),
    "unchecked source": ("confidence: chac", "confidence: can_kiem_tra", 11, "chưa được in"),
    "source by shortener": ("https://a.example/b", "https://bit.ly/x", 11, "bit.ly/x"),
    "not YAML": ("has: mức 2", "has: mức: 2", 6, "sai cú pháp"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small content/ of this file's own, to be written in."""
    return small_content.make(tmp_path_factory.mktemp("checkup") / "content")


def test_the_file_of_these_tests_has_no_fault(small: Path) -> None:
    (small / "checkup.yaml").write_text(FILE, encoding="utf-8")
    assert check(small) == ([], [])
    found = load(small).checkup
    assert [question.id for question in found.questions] == ["mot", "hai"]


@pytest.mark.parametrize(("old", "new", "line", "what"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_names_its_line(small: Path, old: str, new: str, line: int, what: str) -> None:
    assert old in FILE
    (small / "checkup.yaml").write_text(FILE.replace(old, new, 1), encoding="utf-8")
    faults, _ = check(small)
    found = [fault for fault in faults if what in fault.what]
    assert found, faults
    assert (found[0].file, found[0].line) == ("content/checkup.yaml", line)
    assert {fault.line for fault in faults} <= {1, line}


def test_a_missing_file_is_a_fault(small: Path) -> None:
    (small / "checkup.yaml").unlink()
    [fault] = check(small)[0]
    assert (fault.file, fault.what) == ("content/checkup.yaml", "không mở được tệp")


def test_a_guide_with_faults_is_not_missed_here_as_well(tmp_path: Path) -> None:
    content = small_content.make(tmp_path / "content")
    guide = content / "guides" / "vneid-dang-ky-muc-2.md"
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text.replace("topic: vneid", "topic: x", 1), encoding="utf-8")
    assert {fault.file for fault in check(content)[0]} == {"content/guides/vneid-dang-ky-muc-2.md"}


def test_fewer_questions_are_asked_where_fewer_are_written() -> None:
    found = load(small_content.shared()).checkup
    assert 1 <= len(found.questions) < FIVE
    assert found.read("y" * len(found.questions)) == (Answer.HAS,) * len(found.questions)
    assert found.read("y" * (len(found.questions) + 1)) == ()  # a button of a longer file
    assert found.next_need((Answer.HAS,) * len(found.questions)) is None


def test_the_catalogue_counts_the_questions(base: Installation) -> None:
    assert "{total}" in base.sentences["checkup.open"]
