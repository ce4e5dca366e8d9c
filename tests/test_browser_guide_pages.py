"""Guides as pages in a real browser: to read, to see, to hear, in large letters, and on paper."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from bot.media.own_files import OwnFiles, Spot
from tests.browser_server import Ward, running
from tests.browser_visits import (
    DESK,
    PHONE,
    SMALL_PHONE,
    Chat,
    Device,
    assert_accessible,
    assert_fits,
    devices,
    visit,
)
from tests.media_files import mp3

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-guide-pages")]

GUIDE, STEP, NEXT = "vneid-kich-hoat", "bam-kich-hoat", "dien-hai-so"
HERE = "?xa=ho-nai"
VOICE = """
  const spoken = window.spoken = [];
  class Words { constructor(text) { this.text = text; } }
  const engine = {
    getVoices: () => [{ lang: "en-US" }, { lang: "vi-VN" }],
    speak: (words) => spoken.push(words),
    cancel: () => {},
    addEventListener: () => {},
  };
  Object.defineProperty(window, "speechSynthesis", { value: engine });
  window.SpeechSynthesisUtterance = Words;
"""
"""A browser that has a Vietnamese voice, as phones do; the one of the tests has none."""
MUTE = 'Object.defineProperty(window, "speechSynthesis", { value: undefined });'
"""A browser inside a messenger."""


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """One step has been read aloud by the ward."""
    with running(tmp_path_factory.mktemp("reading")) as ward:
        text = ward.base.texts(ward.commune())
        found = ward.base.library.guides[GUIDE].step(STEP)
        assert found is not None
        way, index = found
        spoken = text.fill(way.steps[index].text).replace("**", "")
        own = OwnFiles(ward.settings.own_media)
        own.save_recording(Spot("ho-nai", GUIDE, STEP), spoken, mp3(1.5))
        yield ward


def open_page(page: Page, ward: Ward, path: str = "", query: str = HERE) -> None:
    page.goto(f"{ward.url}/g/{GUIDE}{path}{query}")
    assert_fits(page)


def size_of_letters(page: Page, selector: str) -> float:
    return float(
        page.locator(selector).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    )


@devices
def test_a_guide_can_be_read_from_top_to_end(
    browser: Browser, reading: Ward, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        open_page(page, reading)
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Kích hoạt VNeID khi đã được duyệt"
        )
        guide = reading.base.library.guides[GUIDE]
        expect(page.locator(".step")).to_have_count(sum(len(way.steps) for way in guide.ways))
        assert size_of_letters(page, ".step-words") >= 20
        assert_accessible(page, "a guide")
        page.get_by_role("link", name="Giúp cha mẹ, ông bà").click()
        expect(page.locator("#giup-nguoi-nha h2")).to_be_in_viewport()


@devices
def test_one_step_fills_the_screen_and_leads_on(
    browser: Browser, reading: Ward, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        open_page(page, reading, f"/{STEP}")
        expect(page.locator(".step-number")).to_have_text("Bước 2/9")
        expect(page.locator(".step-words")).to_be_in_viewport()
        assert size_of_letters(page, ".step-words") >= 24
        assert_accessible(page, "a step")
        page.get_by_role("link", name="Xong, bước kế").click()
        expect(page.locator(".step-number")).to_have_text("Bước 3/9")
        page.get_by_role("link", name="Bước trước").click()
        expect(page.locator(".step-number")).to_have_text("Bước 2/9")


def test_the_ring_is_seen_on_the_smallest_phone(browser: Browser, reading: Ward) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        open_page(page, reading, f"/{STEP}")
        picture = page.locator(".screen")
        expect(picture).to_have_attribute("alt", re.compile("Vòng đỏ ở «Kích hoạt tài khoản"))
        assert picture.evaluate("one => one.complete && one.naturalWidth") == 640
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] >= 250
        seen = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
        colours = {colour: count for count, colour in seen.getcolors(1 << 20) or []}
        red = sum(n for (r, g, b), n in colours.items() if r > 180 and g < 80 and b < 80)
        assert red > 0.005 * seen.width * seen.height


def test_what_the_ward_has_read_aloud_is_heard(browser: Browser, reading: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive("console")  # the machine of the tests may have no loudspeaker
        page.add_init_script(MUTE)
        open_page(page, reading, f"/{STEP}")
        button = page.locator(".listen")
        expect(button).to_contain_text(re.compile(r"Nghe.*\(giọng người đọc\)"))
        expect(page.locator("#no-voice")).to_be_hidden()
        with page.expect_request(re.compile(r"/media/[0-9a-f]{20}\.mp3$")):
            button.click()
        expect(button).to_contain_text("Dừng")
        expect(button).to_contain_text("Nghe", timeout=6000)  # it came to its end


def test_a_step_without_a_recording_is_read_by_the_browsers_voice(
    browser: Browser, reading: Ward
) -> None:
    with visit(browser, PHONE) as (page, _):
        page.add_init_script(VOICE)
        open_page(page, reading, f"/{NEXT}")
        button = page.locator(".listen")
        expect(button).to_have_text(re.compile(r"^\s*Nghe\s+Bước 3/9\s*$"))
        button.click()
        expect(button).to_contain_text("Dừng")
        said = page.evaluate("spoken.map((one) => [one.text, one.lang])")
        assert said == [[page.locator(".step-words").inner_text(), "vi-VN"]]
        page.evaluate("spoken[0].onend()")
        expect(button).to_contain_text("Nghe")


def test_only_one_step_is_heard_at_a_time(browser: Browser, reading: Ward) -> None:
    with visit(browser, DESK) as (page, _):
        page.add_init_script(VOICE)
        open_page(page, reading)
        buttons = page.locator(".listen")
        buttons.nth(2).click()
        buttons.nth(3).click()
        expect(page.locator(".listen.playing")).to_have_count(1)
        expect(buttons.nth(3)).to_contain_text("Dừng")
        buttons.nth(3).click()
        expect(page.locator(".listen.playing")).to_have_count(0)


def test_where_nothing_can_speak_the_page_says_what_to_do(browser: Browser, reading: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        page.add_init_script(MUTE)
        open_page(page, reading, f"/{NEXT}")
        expect(page.locator(".listen")).to_be_hidden()
        expect(page.locator("#no-voice")).to_contain_text("mở bằng trình duyệt")


def test_letters_grow_and_stay_large_from_page_to_page_and_in_the_chat(
    browser: Browser, reading: Ward
) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        open_page(page, reading, f"/{STEP}")
        before = size_of_letters(page, ".step-words")
        for _ in range(2):
            page.get_by_role("button", name="chữ").click()
        after = size_of_letters(page, ".step-words")
        assert after > 1.2 * before
        assert_fits(page)
        assert_accessible(page, "large letters")
        open_page(page, reading)
        assert size_of_letters(page, ".step-words") > 28  # 20 in the smallest size
        page.goto(f"{reading.url}/chat/ho-nai")
        expect(page.locator("html")).to_have_attribute("data-size", "2")


def test_the_word_to_hon_leads_to_large_letters(browser: Browser, reading: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, reading.url).opens(f"/chat/ho-nai?mo=s_{GUIDE}_{STEP}")
        assert "Bước 2/9" in chat.answer
        assert "trang chữ to" in chat.says("to hơn")
        expect(page.locator("html")).to_have_attribute("data-size", "1")
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Mở trang này").click()
        leaf = opened.value
        expect(leaf.locator(".step-number")).to_have_text("Bước 2/9")
        assert size_of_letters(leaf, ".step-words") > 30
        assert_fits(leaf)


def test_nghe_in_the_chat_gives_the_wards_own_recording(browser: Browser, reading: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive("console")
        chat = Chat(page, reading.url).opens(f"/chat/ho-nai?mo=s_{GUIDE}_{STEP}")
        assert "giọng người đọc" in chat.says("nghe")
        button = page.locator("#log .now .listen")
        with page.expect_request(re.compile(r"/media/[0-9a-f]{20}\.mp3$")):
            button.click()
        expect(button).to_contain_text("Nghe", timeout=6000)
        assert "Bước 3/9" in chat.says("1")  # the prompt of the step was open all the time


def test_the_chat_shows_the_picture_of_a_step(browser: Browser, reading: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, reading.url).opens(f"/chat/ho-nai?mo=s_{GUIDE}_{STEP}")
        picture = page.locator("#log .now .screen")
        expect(picture).to_have_attribute("alt", re.compile("^Hình minh họa, màn hình VNeID"))
        assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 640
        assert chat.presses("Xong").startswith("Bước 3/9")
        assert_accessible(page, "a step with its picture")


def test_a_picture_that_does_not_come_leaves_its_words(browser: Browser, reading: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive("console: Failed to load resource")
        page.route("**/media/*", lambda route: route.abort())
        Chat(page, reading.url).opens(f"/chat/ho-nai?mo=s_{GUIDE}_{STEP}")
        expect(page.locator("#log .now .twin")).to_contain_text("Vòng đỏ ở «Kích hoạt")


def test_a_page_and_a_sheet_of_paper_lead_back_into_the_chat(
    browser: Browser, reading: Ward
) -> None:
    with visit(browser, PHONE) as (page, _):
        open_page(page, reading, f"/{STEP}")
        page.get_by_role("link", name="Hỏi trợ lý ở bước này").click()
        chat = Chat(page, reading.url)
        chat.is_answered()
        assert "Bước 2/9" in chat.answer
        assert "mo=" not in page.url  # going back later does not jump here again


def test_a_computer_that_many_use_stays_one_from_page_to_page(
    browser: Browser, reading: Ward
) -> None:
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, reading.url).opens(f"/chat/ho-nai?may-chung=1&mo=s_{GUIDE}_{NEXT}")
        assert page.url.endswith("/chat/ho-nai?may-chung=1")
        chat.says("nghe")
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Mở trang này").click()
        leaf = opened.value
        leaf.get_by_role("link", name="Bước trước").click()
        leaf.get_by_role("link", name="Hỏi trợ lý ở bước này").click()
        expect(leaf.locator("#finish")).to_be_visible()
        assert leaf.evaluate("localStorage.getItem('ban-so:ho-nai')") is None


def test_what_the_ward_may_take_away_is_kept_by_nobody(browser: Browser, reading: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        open_page(page, reading, f"/{STEP}")
        sound = page.locator(".listen").get_attribute("data-sound")
        drawn = page.locator(".screen").get_attribute("src")
        kept = [
            page.request.get(f"{reading.url}{one}").headers["cache-control"]
            for one in (sound, drawn)
        ]
        assert kept == ["private, no-cache", "public, max-age=31536000, immutable"]
        part = page.request.get(f"{reading.url}{sound}", headers={"Range": "bytes=0-1"})
        assert (part.status, len(part.body())) == (206, 2)
        beyond = page.request.get(f"{reading.url}{sound}", headers={"Range": "bytes=99999999-"})
        assert beyond.status == 416


def test_paper_has_one_box_a_step_and_a_code_into_the_chat(browser: Browser, reading: Ward) -> None:
    with visit(browser, DESK) as (page, _):
        open_page(page, reading, "/print", f"{HERE}&nhanh=cho-minh")
        expect(page.locator(".step")).to_have_count(9)
        expect(page.locator(".code svg")).to_be_visible()
        assert_accessible(page, "the page to print")
        page.emulate_media(media="print")
        assert size_of_letters(page, ".step-words") >= 14 * 96 / 72
        expect(page.locator(".tools")).to_be_hidden()
        sheet = page.pdf(prefer_css_page_size=True, print_background=True)
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(sheet)).pages]
    text = "\n".join(pages)
    assert [f"Bước {number}/9" in text for number in range(1, 10)] == [True] * 9
    broken = [p for p in pages if not re.search(r"Bước \d/9|Ai hỏi là lừa đảo", p)]
    assert broken == []  # no page holds only the rest of a step
