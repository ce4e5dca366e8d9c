"""The web chat in a real browser, as residents use it: by finger, by digits, by keyboard, by ear."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from bot.core.vocabulary import Role
from tests.browser_server import Ward
from tests.browser_visits import (
    DESK,
    PHONE,
    SMALL_PHONE,
    Chat,
    Device,
    assert_fits,
    assert_seen,
    devices,
    visit,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-chat")]

HOME = "cần giúp việc gì"


@devices
def test_a_visitor_is_led_through_a_guide_and_home(
    browser: Browser, ward: Ward, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        chat = Chat(page, ward.url).opens()
        assert "trợ lý tự động (máy trả lời) của phường Hố Nai" in chat.answer
        assert "không bao giờ hỏi mã OTP" in chat.answer
        assert "Quên mật khẩu, quên passcode VNeID" in chat.says("quen mat khau vneid")
        assert chat.presses("Quên mật khẩu đăng nhập").startswith("Bước 1/8.")
        assert chat.presses("Xong").startswith("Bước 2/8.")
        assert "giống vầy?" in chat.presses("Bị kẹt")
        assert "VNeID chỉ chạy trên một máy" in chat.presses("App nói đang dùng trên máy khác")
        answer = chat.presses("Làm lại bước này")
        for number in range(2, 9):
            assert answer.startswith(f"Bước {number}/8.")
            answer = chat.presses("Xong")
        assert "đã xong bài Quên mật khẩu" in answer
        assert HOME in chat.presses("Về đầu")


def test_digits_alone_lead_there_and_back(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        assert "chọn một bài" in chat.says("1")
        assert "Quên mật khẩu" in chat.says("1")
        assert chat.says("1").startswith("Bước 1/8.")
        assert chat.says("1").startswith("Bước 2/8.")
        assert "giống vầy?" in chat.says("2")
        assert chat.says("5").startswith("Bước 2/8.")
        assert chat.says("3").startswith("Bước 1/8.")
        assert HOME in chat.says("0")
        expect(page.locator("#said")).to_be_focused()  # the keyboard of the phone stays for digits


def test_a_phone_gives_its_screen_to_the_answer_after_words(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.says("quen mat khau vneid")
        expect(page.locator("#said")).not_to_be_focused()
    with visit(browser, DESK) as (page, _):
        Chat(page, ward.url).opens().says("quen mat khau vneid")
        expect(page.locator("#said")).to_be_focused()


def test_the_keyboard_alone_is_enough_and_the_focus_is_never_lost(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, DESK) as (page, _):
        chat = Chat(page, ward.url).opens()
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_be_focused()
        page.keyboard.type("quen mat khau vneid")
        page.keyboard.press("Enter")
        chat.is_answered()
        expect(page.locator("#said")).to_be_focused()
        for label in ("Quên mật khẩu đăng nhập", "Xong", "Bị kẹt", "Làm lại bước này"):
            press_by_keyboard(page, label)
            chat.is_answered()
            expect(page.locator("#log .now")).to_be_focused()
            assert_focus_is_visible(page)
        assert chat.answer.startswith("Bước 2/8.")
        assert_seen(page)


def press_by_keyboard(page: Page, label: str) -> None:
    """Tab to the button from wherever the focus is, forwards or, from the input, backwards."""
    key = "Shift+Tab" if page.evaluate("document.activeElement.id") == "said" else "Tab"
    for _ in range(12):
        page.keyboard.press(key)
        if label in page.evaluate("document.activeElement.innerText"):
            break
    else:
        raise AssertionError(f"no Tab leads to {label!r}")
    assert_focus_is_visible(page)
    page.keyboard.press("Enter")


def assert_focus_is_visible(page: Page) -> None:
    drawn = page.evaluate(
        """() => {
          const style = getComputedStyle(document.activeElement);
          return [style.outlineStyle, parseFloat(style.outlineWidth), document.activeElement.tagName];
        }"""
    )
    assert drawn[0] == "solid", drawn
    assert drawn[1] >= 2, drawn


def test_a_screen_reader_is_told_who_speaks_what_waits_and_what_can_be_pressed(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, DESK) as (page, _):
        chat = Chat(page, ward.url).opens()
        assert page.locator("html").get_attribute("lang") == "vi"
        expect(page).to_have_title("Trợ lý phường Hố Nai")
        assert page.get_by_role("heading", level=1).all_inner_texts() == ["Trợ lý phường Hố Nai"]
        log = page.get_by_role("log", name="Cuộc nói chuyện")
        held: list[Route] = []
        page.route("**/chat/api/messages", lambda route: held.append(route))
        chat.types("quen mat khau vneid")
        expect(page.get_by_role("status")).to_have_text("Trợ lý đang trả lời…")
        held[0].continue_()
        chat.is_answered()
        expect(page.get_by_role("status")).to_be_empty()
        speakers = log.get_by_role("heading", level=2).all_inner_texts()
        assert speakers == ["Trợ lý nói", "Lời của mình", "Trợ lý nói"]
        assert page.get_by_role("heading", level=3).count() == 0
        expect(
            log.get_by_role("button", name="1 Quên mật khẩu đăng nhập", exact=True)
        ).to_be_visible()
        for name in ("Đổi cỡ chữ", "Gửi"):
            expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
        said = page.get_by_role("textbox", name="Gõ câu hỏi hoặc số")
        expect(said).to_have_accessible_description("Đừng gửi OTP, mật khẩu, số căn cước vào đây.")


def test_buttons_of_earlier_answers_are_gone_and_the_newest_stands_out(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.walks_to_the_step(2)
        assert chat.labels == ["Xong", "Bị kẹt", "Trở lại", "Về đầu"]
        assert page.locator("#log .now").count() == 1
        newest, older = (
            page.locator(f"#log .bot{kind} .bubble").last.evaluate(
                "(one) => getComputedStyle(one).backgroundColor"
            )
            for kind in (".now", ".old")
        )
        assert newest == "rgb(255, 255, 255)" != older


def test_every_button_is_as_large_as_a_thumb(browser: Browser, ward: Ward) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.walks_to_the_step(1)
        buttons = page.locator("button:visible").all()
        assert len(buttons) > 5
        for button in buttons:
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, button.inner_text()


def test_a_reload_goes_on_where_it_was_and_no_word_is_kept_in_the_browser(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.walks_to_the_step(3)
        page.reload()
        assert chat.is_answered().startswith("Bước 3/8.")
        assert chat.turns == ["bot"]
        assert chat.presses("Xong").startswith("Bước 4/8.")
        kept = page.evaluate("Object.assign({}, localStorage)")
        assert set(kept) == {"ban-so:size", "ban-so:ho-nai"}
        assert re.fullmatch(r'\{"session":"ho-nai\.[\w-]{43}","after":\d+\}', kept["ban-so:ho-nai"])
        assert page.evaluate("sessionStorage.length") == 0
        assert page.context.cookies() == []


def test_a_session_that_is_none_begins_anew(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive("status of 400")
        chat = Chat(page, ward.url).opens()
        broken = """localStorage.setItem("ban-so:ho-nai", '{"session":"ho-nai.x","after":7}')"""
        page.evaluate(broken)
        page.reload()
        assert "trợ lý tự động" in chat.is_answered()


def test_a_browser_that_keeps_nothing_can_be_talked_with(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        refuse = (
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});"
        )
        page.add_init_script(refuse)
        chat = Chat(page, ward.url).opens()
        assert chat.walks_to_the_step(2).startswith("Bước 2/8.")


def test_a_private_number_is_masked_in_the_bubble_too(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        assert "không lưu" in chat.says("số căn cước của tôi là 079123456789 nha")
        expect(page.locator("#log .me .bubble")).to_have_text(
            "số căn cước của tôi là [số căn cước] nha"
        )
        assert "079123456789" not in page.content()


def test_larger_letters_stay_after_a_reload_and_never_scroll_sideways(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.walks_to_the_step(2)
        size = page.get_by_role("button", name="Đổi cỡ chữ")
        heights = [letter_height(page)]
        for words in ("Chữ lớn.", "Chữ lớn nhất."):
            size.click()
            expect(page.get_by_role("status")).to_have_text(words)
            heights.append(letter_height(page))
            assert_fits(page)
            assert_seen(page)
        assert 18 <= heights[0] < heights[1] < heights[2]
        page.reload()
        chat.is_answered()
        assert letter_height(page) == heights[2]
        size.click()
        assert letter_height(page) == heights[0]


def letter_height(page: Page) -> float:
    """The size of the answer's letters in pixels."""
    style = "(one) => parseFloat(getComputedStyle(one).fontSize)"
    return float(page.locator("#log .now .bubble p").first.evaluate(style))


@pytest.mark.parametrize("path", ["/chat/phuoc-binh", "/chat/phuoc-binh?may-chung=1", "/chat"])
def test_letters_twice_as_large_fit_the_smallest_phone(
    browser: Browser, ward: Ward, path: str
) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        page.goto(ward.url + path)
        page.evaluate("document.documentElement.style.fontSize = '225%'")
        page.locator("main a, #log .now").first.wait_for()
        assert_fits(page)


def test_who_sees_only_the_beginning_is_told_that_there_is_more(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.says("quen mat khau vneid")
        more = page.locator("#more")
        expect(more).to_be_visible()
        expect(chat.button("Về đầu")).not_to_be_in_viewport()
        page.wait_for_timeout(400)  # a tap right after the bar came is not meant for it
        page.mouse.click(*point_of(more))
        assert page.evaluate("scrollY") > 100
        page.mouse.wheel(0, 2000)
        expect(more).to_be_hidden()
        expect(chat.button("Về đầu")).to_be_in_viewport()


def test_a_tap_does_not_scroll_when_the_bar_comes_just_before_the_finger(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.walks_to_the_step(1)
        more = page.locator("#more")
        page.evaluate("scrollTo(0, 99999)")
        expect(more).to_be_hidden()
        now = 1_795_000_000.0
        page.clock.set_fixed_time(now)
        page.evaluate("scrollBy(0, -120)")
        expect(more).to_be_visible()
        where = page.evaluate("scrollY")
        for waited, scrolled in ((0.0, False), (0.25, False), (0.35, True)):
            page.clock.set_fixed_time(now + waited)
            page.touchscreen.tap(*point_of(more))
            assert (page.evaluate("scrollY") > where) == scrolled, waited


def test_nothing_slides_under_the_finger_when_the_bar_goes(browser: Browser, ward: Ward) -> None:
    top = "(one) => one.getBoundingClientRect().top"
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        chat.walks_to_the_step(2)
        more, button = page.locator("#more"), chat.button("Xong")
        expect(more).to_be_visible()
        before = button.evaluate(f"(one) => {{ scrollTo(0, 99999); return ({top})(one); }}")
        expect(more).to_be_hidden()
        assert button.evaluate(top) == before


@pytest.mark.parametrize("size", [0, 2])
def test_a_press_counts_although_the_foot_loses_a_line_when_the_focus_leaves_the_input(
    browser: Browser, ward: Ward, size: int
) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens()
        for _ in range(size):
            page.get_by_role("button", name="Đổi cỡ chữ").click()
        for press, step in ((page.touchscreen.tap, 2), (page.mouse.click, 3)):
            while not chat.answer.startswith(f"Bước {step - 1}/8."):
                chat.says("1")
            page.evaluate("scrollTo(0, 99999)")
            expect(page.locator("#more")).to_be_hidden()
            expect(page.locator("#care")).to_be_visible()
            press(*point_of(chat.button("Xong"), down=6))
            assert chat.is_answered().startswith(f"Bước {step}/8.")
            expect(page.locator("#care")).to_be_hidden()
            page.focus("#said")


def point_of(one: Locator, down: float | None = None) -> tuple[float, float]:
    """Where a finger meets it: in its middle, or so many pixels below its upper edge."""
    box = one.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + (box["height"] / 2 if down is None else down)


def test_the_chooser_leads_to_each_of_the_five_communes(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        page.goto(ward.url)
        names = page.locator("main .first").get_by_role("link").all_inner_texts()
        assert len(names) == 5
        for name in names:
            page.goto(ward.url)
            page.get_by_role("link", name=name, exact=True).click()
            assert name.removeprefix("Trợ lý ") in Chat(page, ward.url).is_answered()


def test_an_invitation_in_the_address_is_used_once_and_leaves_the_address(
    browser: Browser, ward: Ward
) -> None:
    code = ward.invites(Role.MEMBER).replace("-", "")
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens(f"/chat/ho-nai?moi={code}")
        assert "KP 3" in chat.answer
        assert code not in page.url
        page.reload()
        assert "dùng rồi" not in chat.is_answered()
