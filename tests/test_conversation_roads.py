"""The same walk by digits, by labels and by buttons; on the whole road, on one database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.messages import Choice
from bot.core.text import fold
from tests.world import Person, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WALK: tuple[str | int, ...] = (
    "> quên mật khẩu vneid",
    "Cần chuẩn bị gì?",
    "Quay lại bài này",
    "Không có điện thoại thông minh",
    "Quay lại bài này",
    "Quên mật khẩu đăng nhập",
    "Xong",
    "Bị kẹt",
    "Cái khác",
    "Làm lại bước này",
    "Trở lại",
    *["Xong"] * 8,
    "Khi nào cần tới quầy?",
    "Về đầu",
    1,
    "Về đầu",
    "> bị lừa",
    "Bị kẹt",
    1,
    "Vẫn chưa được",
    "Làm tiếp",
    "Về đầu",
    "Gặp người giúp",
)
"""Labels, or the place of a choice; what begins with “>” is typed by everybody."""

Heard = list[tuple[str, tuple[Choice, ...]]]


def _walk(person: Person, choose: Callable[[Person, Choice], object]) -> Heard:
    person.says("alo")
    for wanted in WALK:
        if isinstance(wanted, str) and wanted.startswith("> "):
            person.says(wanted.removeprefix("> "))
        else:
            choose(person, next(c for c in person.prompt if wanted in (c.label, c.n)))
    return [(message.text, message.choices) for message in person.heard]


def _by_digit(person: Person, choice: Choice) -> None:
    person.says(str(choice.n))


def _by_label(person: Person, choice: Choice) -> None:
    person.says(choice.label)


def _by_label_without_marks(person: Person, choice: Choice) -> None:
    person.says(fold(choice.label))


def _by_button(person: Person, choice: Choice) -> None:
    person.sends_action(choice.action)


def test_digits_labels_and_buttons_give_the_same_conversation(world: World) -> None:
    by_digits = _walk(world.person("bằng số"), _by_digit)
    assert "Bước 8/8" in " ".join(text for text, _ in by_digits)
    assert _walk(world.person("bằng chữ"), _by_label) == by_digits
    assert _walk(world.person("không dấu"), _by_label_without_marks) == by_digits
    assert _walk(world.person("bằng nút"), _by_button) == by_digits


def test_the_first_message_says_what_it_is_once_and_never_again(world: World) -> None:
    person = world.person()
    person.says("quên mật khẩu vneid")
    assert "máy trả lời" in person.heard[0].text
    assert "không bao giờ hỏi mã OTP" in person.heard[0].text
    assert not person.heard[0].choices
    for said in ("1", "1", "menu", "alo", "2"):
        assert not any("máy trả lời" in message.text for message in person.says(said))


def test_a_member_who_only_types_digits_hears_the_same_as_one_who_presses(world: World) -> None:
    def log(person: Person, choose: Callable[[Person, Choice], object]) -> Heard:
        person.says("menu")
        start = len(person.heard)
        for number in (1, 3, 2, 1):
            choose(person, next(choice for choice in person.prompt if choice.n == number))
        return [(message.text, ()) for message in person.heard[start:]]

    typed = log(world.member("chị Hạnh"), _by_digit)
    pressed = log(world.member("anh Bình"), _by_button)
    assert typed == pressed
    assert "Đã ghi: 2 lượt" in typed[-1][0]
