"""What is read over the loudspeaker: one text for every guide of residents, by ear alone, a minute or two."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from mutagen.mp3 import MP3

from bot.app.installation import Installation
from bot.core.aloud import LARGEST, is_sayable, say_aloud, say_digits, say_number
from bot.core.text import DIGIT_WORDS, spoken_number
from bot.library import Guide
from bot.locale import Texts, load_sentences
from bot.media.voice import Voice
from bot.services import loudspeaker
from bot.services.loudspeaker import (
    FEWEST_POINTS,
    LONGEST_SECONDS,
    MOST_POINTS,
    MOST_SYLLABLES,
    SHORTEST_SECONDS,
    Script,
    Stand,
    count_syllables,
    is_read_out,
    write_script,
)
from bot.services.understanding import Decision, Reader
from tests import shipped
from tests.world import World

LIBRARY = shipped.library()
TEXTS = Texts(load_sentences(shipped.CONTENT), "cô/chú")
WARD = Stand(TEXTS, "phường Hố Nai")
READ_OUT = [guide for guide in LIBRARY.guides.values() if is_read_out(guide)]
FOR_THE_EYE = re.compile(
    r"\d|[A-ZĐ]{2}|https?:|\.gov|[/@*_{}\[\]()<>]|vào đây|trợ lý (?!Bạn Số)|\bgõ\b|bấm nút|màn hình"
)
each_guide = pytest.mark.parametrize("guide", READ_OUT, ids=lambda one: one.id)


def script_of(guide: Guide, stand: Stand = WARD) -> Script:
    return write_script(guide, LIBRARY.spoken, stand)


def sentences(script: Script) -> list[str]:
    return [sentence for part in script.parts for sentence in part]


def test_every_guide_of_residents_has_a_text_and_those_of_teams_have_none() -> None:
    of_teams = {guide.id for guide in LIBRARY.guides.values()} - {one.id for one in READ_OUT}
    assert of_teams == {"to-an-toan", "to-ghi-phieu", "to-mo-lop", "to-xin-dong-y"}
    with pytest.raises(LookupError):
        script_of(LIBRARY.guides["to-mo-lop"])


@each_guide
def test_it_lasts_a_minute_or_two_and_says_three_to_five_things(guide: Guide) -> None:
    script = script_of(guide)
    assert SHORTEST_SECONDS <= script.seconds <= LONGEST_SECONDS
    points = [part for part in script.parts if part[0].startswith("Điều thứ")]
    assert FEWEST_POINTS <= len(points) <= MOST_POINTS
    assert all(len(part) > 1 for part in points)


@each_guide
def test_nothing_in_it_is_for_the_eye_and_no_sentence_is_too_long_for_a_breath(
    guide: Guide,
) -> None:
    for sentence in sentences(script_of(guide)):
        assert FOR_THE_EYE.search(sentence) is None, sentence
        assert is_sayable(sentence), sentence
        assert count_syllables(sentence) <= MOST_SYLLABLES, sentence
        assert sentence[0].isupper(), sentence
        assert sentence[-1] in ".!?…”", sentence


@each_guide
def test_it_greets_says_for_whom_warns_names_help_and_thanks(guide: Guide) -> None:
    script = script_of(guide)
    assert script.text.startswith("Kính thưa bà con phường Hố Nai.")
    assert "\n\nTin này dành cho " in script.text
    assert "không bao giờ hỏi mã ô-tê-pê, mật khẩu hay tiền" in script.text
    assert "Tổ công nghệ số ở khu phố" in script.text
    assert script.text.endswith("Cảm ơn bà con đã lắng nghe.")
    assert "cô/chú" not in script.text
    assert script.text.count("một không hai hai") >= 2  # the number is said again


@each_guide
def test_its_name_is_said_twice(guide: Guide) -> None:
    script = script_of(guide)
    assert script.text.count(f"{script.title}.") >= 2


def test_the_number_of_the_office_is_rung_where_there_is_one_digit_by_digit() -> None:
    stand = Stand(TEXTS, "xã Phú Lâm", "0251 386 9999")
    text = script_of(LIBRARY.guides["at-otp"], stand).text
    spoken = "không hai năm một ba tám sáu chín chín chín chín"
    assert text.count(f"số {spoken}.") == 2
    assert "gọi xã Phú Lâm, số" in text
    assert "một không hai hai" not in text


def test_without_a_commune_everybody_is_greeted() -> None:
    assert script_of(READ_OUT[0], Stand(TEXTS, "")).text.startswith("Kính thưa bà con.")


def test_the_words_to_ask_the_bot_with_are_understood_as_they_are_heard() -> None:
    reader = Reader(LIBRARY.guides, LIBRARY.glossary, LIBRARY.elsewhere)
    lost = []
    for guide in READ_OUT:
        understood = reader.understand(script_of(guide).title)
        is_clear = understood.decision in (Decision.ANSWER, Decision.CHOOSE)
        offered = [one.id for one in understood.guides[:3]] if is_clear else []
        if guide.id not in offered:
            lost.append(guide.id)
    assert lost == []


def test_what_is_written_only_for_the_loudspeaker_belongs_to_guides_and_is_read() -> None:
    spoken = LIBRARY.spoken
    assert set(spoken.first) | set(spoken.whom) <= {guide.id for guide in READ_OUT}
    for name, text in spoken.first.items():
        said = say_aloud(text, spoken.forms, spoken.calls)
        first_words = " ".join(said.split()[:5])
        assert first_words in script_of(LIBRARY.guides[name]).text, name


@pytest.mark.parametrize("name", LIBRARY.spoken.first)
def test_what_is_written_to_stand_first_stands_first(name: str) -> None:
    script = script_of(LIBRARY.guides[name])
    point = next(one for one in script.paragraphs if one.startswith("Điều thứ nhất."))
    first = say_aloud(LIBRARY.spoken.first[name], LIBRARY.spoken.forms, LIBRARY.spoken.calls)
    assert point.removeprefix("Điều thứ nhất. ") in first


@pytest.mark.parametrize("name", ["at-da-bi-lua", "tt-khoa-the"])
def test_where_money_goes_the_bank_is_rung_first(name: str) -> None:
    point = script_of(LIBRARY.guides[name]).paragraphs[2]
    assert point.startswith("Điều thứ nhất. Gọi ngân hàng liền")
    assert "mặt sau thẻ" in point


def test_no_short_form_is_listed_in_vain() -> None:
    told = "\n".join(
        text
        for guide in LIBRARY.guides.values()
        for text in (
            *(guide.title, guide.who, *guide.needs, guide.place or "", guide.counter),
            *(guide.no_smartphone, *guide.warnings),
        )
    )
    told += "".join(LIBRARY.spoken.first.values())
    unused = [one for one in LIBRARY.spoken.forms if one not in told]
    assert unused == []


def test_every_number_is_said_as_people_hear_it() -> None:
    for number in range(1, 100):
        assert spoken_number(say_number(number)) == number
    assert say_number(0) in DIGIT_WORDS
    assert say_number(105) == "một trăm lẻ năm"
    assert say_number(1000) == "một ngàn"
    assert say_number(2026) == "hai ngàn không trăm hai mươi sáu"
    assert say_number(LARGEST) == "chín ngàn chín trăm chín mươi chín"
    with pytest.raises(ValueError, match=str(LARGEST + 1)):
        say_number(LARGEST + 1)


def test_what_nobody_can_say_is_left_as_it_is_and_known_for_it() -> None:
    for written in ("gửi TTTB tới", "trang abc.vn", "2,5 triệu", "35.000 đồng", "a/b", "0368"):
        assert not is_sayable(say_aloud(written, {}, ())), written
    assert say_digits("113") == "một một ba"


def test_pieces_for_the_chat_hold_all_of_it_in_order() -> None:
    script = script_of(LIBRARY.guides["vneid-kich-hoat"])
    pieces = loudspeaker.pieces(script.paragraphs, 300)
    assert "\n\n".join(pieces) == script.text
    assert all(len(piece) <= 300 for piece in pieces)


@pytest.mark.voice
@pytest.mark.parametrize("name", ["at-otp", "dvc-ket-hon"])
def test_the_machine_reads_it_in_about_the_time_that_is_told(name: str) -> None:
    script = script_of(LIBRARY.guides[name])
    seconds = MP3(io.BytesIO(Voice().speak(script.text))).info.length  # type: ignore[no-untyped-call]  # mutagen is untyped here
    assert seconds == pytest.approx(script.seconds, rel=0.15)


@pytest.fixture
def world(base: Installation) -> Iterator[World]:
    with closing(World(base)) as opened:
        yield opened


def test_a_member_gets_it_in_pieces_with_its_length_and_the_page(world: World) -> None:
    member = world.member()
    heard = member.says("bản đọc loa bài mã otp")
    script = script_of(LIBRARY.guides["at-otp"])
    assert f"{script.seconds} giây" in heard[0].text
    assert "\n\n".join(one.text for one in heard[1:-1]) == script.text
    assert all(len(one.text) <= 300 for one in heard)
    assert "/g/at-otp/loa?xa=ho-nai" in heard[-1].text
    member.presses("Ghi đã phát loa bài này")
    assert "Phát mấy lần" in member.last


def test_on_a_guide_the_words_are_about_the_guide_at_hand(world: World) -> None:
    member = world.member()
    member.says("quên mật khẩu vneid")
    assert "Quên mật khẩu, quên passcode VNeID" in member.says("bản đọc loa")[0].text


def test_without_a_guide_some_are_offered_and_a_resident_is_told_whose_it_is(world: World) -> None:
    member = world.member()
    member.says("bản đọc loa")
    assert len(member.prompt) == 5  # four guides and the way home
    resident = world.person()
    resident.says("bản đọc loa")
    assert "dành cho Tổ công nghệ số" in resident.last
