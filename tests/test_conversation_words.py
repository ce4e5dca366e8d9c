"""How people really answer: other words for a button, parts of a label, thanks, thinking aloud."""

from __future__ import annotations

import pytest

from bot.conversation.comm_drafts import LETTERS
from bot.conversation.turn import HOME, State
from bot.core.messages import Kind
from bot.core.text import fold
from bot.core.vocabulary import Role, Topic
from bot.services import teams
from tests.walker import Seen, Walker

GUIDE = "vneid-quen-mat-khau"
STEPS = ("mo-dang-nhap", "bam-quen-mk", "dien-hai-so")


def _at(walker: Walker, action: str) -> State:
    """The state after somebody has read the menu, the guide, its first step, and this."""
    state = State()
    for one in (HOME, f"guide:{GUIDE}", f"step:{GUIDE}:{STEPS[0]}", action):
        state = walker.take(state, one, Kind.ACTION).state
    return state


@pytest.fixture
def step(walker: Walker) -> State:
    """In the middle of a guide, at its second step."""
    return _at(walker, f"step:{GUIDE}:{STEPS[1]}")


@pytest.mark.parametrize("said", ["xong rồi", "Ok", "rồi", "được rồi", "tiếp theo", "buoc ke tiep"])
def test_done_can_be_said_in_many_words(walker: Walker, step: State, said: str) -> None:
    assert walker.take(step, said).state.view == f"step:{GUIDE}:{STEPS[2]}"


@pytest.mark.parametrize("said", ["kẹt rồi", "không được", "ko dc", "hổng thấy", "khó quá", "lỗi"])
def test_being_stuck_can_be_said_in_many_words(walker: Walker, step: State, said: str) -> None:
    assert walker.take(step, said).state.view == f"stuck:{GUIDE}:{STEPS[1]}"


@pytest.mark.parametrize("said", ["bước 1", "buoc mot", "Bước một"])
def test_a_step_can_be_called_by_its_number(walker: Walker, step: State, said: str) -> None:
    assert walker.take(step, said).state.view == f"step:{GUIDE}:{STEPS[0]}"


@pytest.mark.parametrize("said", ["bước 9", "bước đi"])
def test_a_step_that_is_not_there_is_no_jump(walker: Walker, step: State, said: str) -> None:
    assert not walker.take(step, said).state.view.startswith("step:vneid-quen-mat-khau:9")


@pytest.mark.parametrize("said", ["passcode", "quên passcode", "mã 6 số"])
def test_a_part_of_one_label_is_enough(walker: Walker, said: str) -> None:
    opened = _at(walker, f"guide:{GUIDE}")
    assert walker.take(opened, said).state.view == f"step:{GUIDE}:vao-vneid"


def test_a_part_of_several_labels_chooses_none(walker: Walker) -> None:
    opened = _at(walker, f"guide:{GUIDE}")
    seen = walker.take(opened, "quên")
    assert not seen.state.view.startswith("step:")


def test_a_question_that_leads_to_the_open_guide_is_not_answered_by_the_same_text(
    walker: Walker,
) -> None:
    opened = walker.take(State(), "quên mật khẩu vneid")
    way = walker.take(opened.state, "quên passcode vneid")
    assert way.state.view == f"step:{GUIDE}:vao-vneid"
    unclear = walker.take(opened.state, "vneid báo sai hoài")
    assert unclear.texts != opened.texts


@pytest.mark.parametrize("said", ["chờ hoài không thấy mã otp", "ma otp khong ve may"])
def test_trouble_told_in_the_middle_of_a_guide_brings_its_mend(
    walker: Walker, step: State, said: str
) -> None:
    seen = walker.take(step, said)
    assert seen.labels()[0] == "Chờ hoài không thấy mã OTP gửi về"
    assert "Làm lại bước này" in seen.labels()
    assert walker.take(seen.state, "trở lại").state.view == step.view


def test_unclear_words_at_the_opening_of_a_guide_keep_it_open(walker: Walker) -> None:
    opened = _at(walker, f"guide:{GUIDE}")
    first = walker.take(opened, "cái chậu kiểng")
    assert first.labels()[0] == "Quên mật khẩu đăng nhập"
    assert "Gặp người giúp" in first.labels()
    second = walker.take(first.state, "trồng cao su")
    assert second.labels()[0] == "Gặp người giúp"
    assert walker.take(second.state, "trở lại").state.view == f"guide:{GUIDE}"


def test_another_matter_in_the_middle_of_a_guide_is_no_trouble_of_the_guide(
    walker: Walker, step: State
) -> None:
    seen = walker.take(step, "nuôi heo có lời không")
    assert seen.labels()[0] == "Làm tiếp"
    assert "kẹt" not in seen.texts
    assert walker.take(seen.state, "1").state.view == step.view


def test_a_second_miss_in_a_guide_offers_a_person(walker: Walker, step: State) -> None:
    first = walker.take(step, "nuôi heo")
    second = walker.take(first.state, "bữa nay mưa không")
    third = walker.take(second.state, "bán vé số")
    assert "Gặp người giúp" in second.labels()
    assert len({first.texts, second.texts, third.texts}) == 3
    assert walker.take(third.state, "tiếp").state.view == step.view


def test_tiep_at_an_open_step_says_what_to_press(walker: Walker, step: State) -> None:
    seen = walker.take(step, "tiếp")
    assert seen.state.view == step.view
    assert "bấm “Xong”" in seen.texts
    assert "Bước 2/8" in seen.texts


@pytest.mark.parametrize("said", ["nhắc lại", "gui lai", "coi lại"])
def test_what_was_said_last_can_be_asked_for_again(walker: Walker, step: State, said: str) -> None:
    seen = walker.take(step, said)
    assert "Bước 2/8" in seen.texts
    assert seen.state.trail == step.trail


@pytest.mark.parametrize("said", ["cảm ơn con", "dạ", "cám ơn nhiều", "vâng"])
def test_thanks_are_taken_kindly_and_lose_nothing(walker: Walker, step: State, said: str) -> None:
    seen = walker.take(step, said)
    assert seen.state.bookmark == step.bookmark
    assert walker.take(seen.state, "1").state.view == step.view


@pytest.mark.parametrize(
    ("said", "view"),
    [
        ("dạ xong rồi con", f"step:{GUIDE}:{STEPS[2]}"),
        ("kẹt rồi con ơi", f"stuck:{GUIDE}:{STEPS[1]}"),
        ("trở lại giùm nha", f"step:{GUIDE}:{STEPS[0]}"),
        ("cho tui gặp cán bộ đi", "person"),
        ("Dạ, về đầu ạ!", HOME),
        ("ok 👍", f"step:{GUIDE}:{STEPS[2]}"),
    ],
)
def test_words_of_courtesy_do_not_hide_what_is_meant(
    walker: Walker, step: State, said: str, view: str
) -> None:
    assert walker.take(step, said).state.view == view


@pytest.mark.parametrize(
    "said", ["cám ơn con nha", "dạ cảm ơn cháu", "cảm ơn nghen", "cam on con nhieu"]
)
def test_thanks_are_heard_with_courtesy_around_them(walker: Walker, step: State, said: str) -> None:
    assert walker.take(step, said).state.bookmark == step.bookmark
    assert "có mặt liền" in walker.take(step, said).texts


@pytest.mark.parametrize(
    ("said", "view"), [("dung", "guide:at"), ("phải", "guide:at"), ("không", "person")]
)
def test_one_candidate_is_asked_for_with_yes_or_no(walker: Walker, said: str, view: str) -> None:
    asked = walker.take(State(), "zalo")
    assert asked.labels() == ["Đúng rồi", "Không phải", "Về đầu"]
    assert walker.take(asked.state, said).state.view.startswith(view)
    back = walker.take(walker.take(asked.state, "1").state, "trở lại")
    assert back.labels() == asked.labels()


@pytest.mark.parametrize("said", ["ai vậy", "máy hay người", "có tốn tiền không"])
def test_who_asks_hears_that_it_is_a_machine(walker: Walker, step: State, said: str) -> None:
    seen = walker.take(step, said)
    assert "máy trả lời" in seen.texts
    assert "không bao giờ hỏi" in seen.texts
    assert seen.state.view == step.view


@pytest.mark.parametrize("said", ["không có điện thoại thông minh", "xai cuc gach"])
def test_without_a_smartphone_there_is_a_way_everywhere(walker: Walker, said: str) -> None:
    at_home = walker.take(_at(walker, HOME), said)
    assert "Trung tâm Phục vụ hành chính công" in at_home.texts
    in_guide = walker.take(_at(walker, f"step:{GUIDE}:{STEPS[1]}"), said)
    assert in_guide.state.view == f"part:{GUIDE}:no-smartphone"


def test_stop_keeps_the_place_for_tiep(walker: Walker, step: State) -> None:
    stopped = walker.take(step, "dừng")
    assert "tiếp" in stopped.texts
    resumed = walker.take(stopped.state, "tiếp")
    assert "Bước 2/8" in resumed.texts


@pytest.mark.parametrize("said", ["dạ", "ừ", "có", "ok"])
def test_yes_to_going_on_goes_on(walker: Walker, step: State, said: str) -> None:
    called = walker.take(step, "alo")
    assert "bước 2/8" in called.texts
    assert walker.take(called.state, said).state.view == step.view


@pytest.mark.parametrize("said", ["không", "thôi", "việc khác", "0"])
def test_no_to_going_on_leads_home(walker: Walker, step: State, said: str) -> None:
    called = walker.take(step, "alo")
    assert walker.take(called.state, said).labels()[0] == "VNeID, căn cước"


def test_a_person_is_offered_where_the_guide_does_not_help(walker: Walker, step: State) -> None:
    stuck = walker.take(step, "bị kẹt")
    fixed = walker.take(stuck.state, "1")
    person = walker.take(fixed.state, "vẫn không được")
    assert "1022" in person.texts
    assert walker.take(person.state, "Làm tiếp").state.view == step.view


def test_other_troubles_are_shown_until_there_are_none(walker: Walker, step: State) -> None:
    seen: Seen = walker.take(step, "bị kẹt")
    signs: list[str] = []
    while True:
        signs += [c.label for c in seen.choices if c.action.startswith("fix:")]
        if "Cái khác" not in seen.labels():
            break
        seen = walker.take(seen.state, "Cái khác")
    guide = walker.script.library.guides[GUIDE]
    assert sorted(signs) == sorted(error.sign for error in guide.errors)


def test_who_was_robbed_is_not_congratulated(walker: Walker) -> None:
    state = walker.take(State(), "bị lừa").state
    while state.view.startswith("step:"):
        seen = walker.take(state, "xong")
        state = seen.state
    assert state.view == "done:at-da-bi-lua"
    assert "mừng" not in seen.texts
    assert "đòi phí trước là lừa" in seen.texts


def test_a_trouble_button_keeps_its_meaning_when_troubles_change_places(walker: Walker) -> None:
    stuck = walker.take(State(), f"stuck:{GUIDE}:{STEPS[1]}", Kind.ACTION)
    assert all(not c.action.split(":")[-1].isdecimal() for c in stuck.choices if "fix:" in c.action)
    gone = walker.take(State(), f"fix:{GUIDE}:khong-con", Kind.ACTION)
    assert "Gặp người giúp" in gone.labels()


def test_every_command_leads_somewhere_that_exists(walker: Walker) -> None:
    for word, action in walker.script.library.glossary.actions.items():
        verb, _, named = action.partition(":")
        seen = walker.peek(State(), action, Kind.ACTION)
        assert "không dùng nữa" not in seen.texts, word
        known = {"guide": walker.script.library.guides, "com": LETTERS}.get(verb, set(Topic))
        assert not named or named in known, word


def test_other_words_for_buttons_name_labels_that_exist(walker: Walker) -> None:
    labels = {fold(text) for text in walker.installation.sentences.values()}
    for label in walker.script.library.glossary.answers:
        assert fold(label) in labels, label


def test_codes_survive_vietnamese_keyboards() -> None:
    # Telex and VNI change vowels, dd and w while they are typed; the rest stays as it is.
    assert not set(teams.LETTERS) & set("ADEIOUWY01L")


def test_a_member_finds_the_guides_and_the_way_back(walker: Walker) -> None:
    with walker.undone():
        member = walker.join(Role.MEMBER, "KP 3")
        home = member.take(State(), "menu")
        topics = member.take(home.state, "Xem hướng dẫn")
        assert topics.labels()[0] == "VNeID, căn cước"
        assert member.take(topics.state, "0").shown == home.shown
