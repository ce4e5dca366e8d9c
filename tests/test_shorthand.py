"""One line of a helper becomes a draft; questions stay questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.spoken_days import find_day, read_weekday
from bot.core.text import fold
from bot.core.vocabulary import FirstTime, Outcome, Place, Service, Subject, Topic
from bot.library import Library
from bot.services.shorthand import Told, read_line
from bot.services.understanding import Decision, Reader
from storage.help_entries import Help

TODAY = date(2026, 11, 18)  # a Wednesday
YESTERDAY = TODAY - timedelta(days=1)
CULTURE, HOME, ONE_STOP = Place.CULTURE_HOUSE, Place.AT_HOME, Place.ONE_STOP
INSTALL, LEVEL_2, FILE = Service.INSTALL_VNEID, Service.ACTIVATE_LEVEL_2, Service.FILE_ONLINE
QR, BOOK, SAFETY = Service.ACCOUNT_QR, Service.HEALTH_BOOK, Service.SAFETY

Read = Callable[[str], Told | None]


@pytest.fixture(scope="module")
def read(library: Library) -> Read:
    """The reader of lines as the conversation uses it."""
    reader = Reader(library.guides, library.glossary, library.elsewhere)

    def topic_of(text: str) -> Topic | None:
        understood = reader.understand(text)
        is_sure = understood.decision is Decision.ANSWER
        return library.guides[understood.guides[0].id].topic if is_sure else None

    return lambda text: read_line(text, library.shorthand, TODAY, topic_of)


def done(topic: Topic, visits: int = 1, *services: Service, **more: object) -> Help:
    day = more.pop("day", TODAY)
    assert isinstance(day, date)
    return replace(Help(day, topic, visits, services=frozenset(services)), **more)  # type: ignore[arg-type]  # names of its fields


V, D, T, A, S, H = Topic.VNEID, Topic.DVC, Topic.TT, Topic.AT, Topic.CKS, Topic.HOC_SO
LOGS: dict[str, Help] = {
    "giup ba Hai cai vneid tai nha": done(V, 1, INSTALL, place=HOME),
    "Giúp bà Hai cài VNeID tại nhà nha": done(V, 1, INSTALL, place=HOME),
    "giúp 3 người nộp hồ sơ hôm qua ở nhà văn hóa": done(D, 3, FILE, day=YESTERDAY, place=CULTURE),
    "ghi 2 người qr code": done(T, 2, QR),
    "chỉ cô Tư kích hoạt mức 2 xong rồi": done(V, 1, LEVEL_2, outcome=Outcome.DONE),
    "chi co Tu kich hoat muc 2 xong roi": done(V, 1, LEVEL_2, outcome=Outcome.DONE),
    "giúp ba người cài vneid": done(V, 3, INSTALL),
    "giúp ba Ba cài vneid": done(V, 1, INSTALL),
    "mới giúp chú Năm chuyển khoản": done(T),
    "vừa hướng dẫn 4 cô chú quét mã trả tiền ở chợ": done(T, 4, place=Place.MOBILE),
    "hd 5 người đăng ký chữ ký số": done(S, 5, Service.SIGNATURE),
    "hôm kia giúp dì Sáu sổ sức khỏe điện tử": done(V, 1, BOOK, day=date(2026, 11, 16)),
    "thứ hai giúp 2 người kích hoạt mức 2 tại nhà văn hoá": done(
        V, 2, LEVEL_2, day=date(2026, 11, 16), place=CULTURE
    ),
    "15/11 giúp bác Lan nộp 2 hồ sơ ở trung tâm hành chính công": done(
        D, 1, FILE, files=2, day=date(2026, 11, 15), place=ONE_STOP
    ),
    "ghi 7 lượt vneid ngày 16/11": done(V, 7, day=date(2026, 11, 16)),
    "ghi giùm 12 người phòng lừa đảo ở nhà văn hóa": done(A, 12, SAFETY, place=CULTURE),
    "hỗ trợ hộ kinh doanh chị Bảy mở mã qr": done(T, 1, QR, subject=Subject.BUSINESS_HOUSEHOLD),
    "giúp cô Út xài zalo gọi video với con": done(H),
    "dạy ông Chín dùng điện thoại": done(H),
    "giúp anh Tâm bên công ty làm chữ ký số": done(
        S, 1, Service.SIGNATURE, subject=Subject.COMPANY
    ),
    "giúp cô Tư cài vneid, chưa xong": done(V, 1, INSTALL, outcome=Outcome.NOT_DONE),
    "giúp cô Tư làm khai sinh, chuyển lên phường": done(D, 1, outcome=Outcome.PASSED_ON),
    "em mới giúp bà Tám cài vneid lần đầu": done(V, 1, INSTALL, first_time=FirstTime.NEW),
    "giúp chị Mười hỏi giùm cha mẹ nộp hồ sơ": done(D, 1, FILE, asked_for="cha_me"),
    "giúp cô Tư với chú Năm cài vneid": done(V, 2, INSTALL),
    "giúp bà Sáu bán hàng online": done(H, 1, Service.E_COMMERCE),
    "ghi 1 người an toàn mạng": done(A, 1, SAFETY),
    "ghi vneid 3 người": done(V, 3),
    "tối qua chỉ bác Ngọc Lan mở tài khoản ngân hàng": done(T, 1, QR, day=YESTERDAY),
    "3 ngày trước giúp 6 bà con kích hoạt vneid": done(V, 6, LEVEL_2, day=date(2026, 11, 15)),
    "đã giúp cô cài vneid xong": done(V, 1, INSTALL, outcome=Outcome.DONE),
    "cài cho ông Tư app vneid": done(V),
    "nộp giùm cho chú Ba 3 hồ sơ dịch vụ công": done(D, 1, FILE, files=3),
    "sáng nay tại nhà văn hóa giúp 5 người mức 2": done(V, 5, LEVEL_2, place=CULTURE),
    "giúp bà Hai 0912345678 cài vneid": done(V, 1, INSTALL),
    "hướng dẫn 2 hộ kinh doanh mở qr": done(T, 2, QR),
    "giúp cô Hoa qua điện thoại kích hoạt định danh": done(V, 1, LEVEL_2, place=Place.ONLINE),
    "GIUP 10 NGUOI CAI VNEID": done(V, 10, INSTALL),
    "giúp em Lan cài vneid": done(V, 1, INSTALL),
    "dạ em giúp bác Sáu vụ tiền điện": done(T),
    "ghi kích hoạt mức 2": done(V, 1, LEVEL_2),
    "bày cho bà Năm chuyển tiền": done(T),
}
WITHOUT_TOPIC: dict[str, Help] = {
    "ghi 3 người": done(V, 3),
    "giúp cô Tư ở nhà văn hóa": done(V, 1, place=CULTURE),
    "hôm qua giúp 2 người xong rồi": done(V, 2, day=YESTERDAY, outcome=Outcome.DONE),
    "giúp bà Hai trồng bông": done(V),
}
QUESTIONS = (
    "cách cài vneid",
    "cách giúp bà Hai cài vneid",
    "giúp tui cài vneid",
    "giup toi kich hoat muc 2",
    "giúp con với",
    "giúp với",
    "chỉ tôi cách nộp hồ sơ",
    "chỉ giùm cách kích hoạt mức 2",
    "hướng dẫn tui mở tài khoản",
    "hướng dẫn cài vneid",
    "giúp cài vneid",
    "hỗ trợ nộp hồ sơ khai sinh",
    "ghi nợ thẻ là gì",
    "ghi âm cuộc gọi lừa đảo",
    "ghi sai tên trên vneid thì làm sao",
    "giúp bà già không có điện thoại thông minh làm sao",
    "làm sao giúp người lớn tuổi kích hoạt mức 2",
    "giúp cô Tư cài vneid được không",
    "giúp cô Tư cài vneid thế nào",
    "muốn giúp bà Hai cài vneid",
    "cần hỗ trợ kích hoạt mức 2",
    "nhờ giúp bà Hai cài vneid",
    "chi phí làm căn cước",
    "chỉ có 2 người trong hộ khẩu",
    "chỉ 1 người đứng tên sổ đỏ",
    "mức 2 cần mấy người ký",
    "kích hoạt mức 2 ở đâu",
    "vneid báo lỗi 3 người dùng chung máy",
    "giúp cô cài vneid",
    "giup chi kich hoat muc 2",
    "mở tài khoản cho con",
    "quên mật khẩu vneid",
    "hôm qua tui bị lừa",
    "hôm qua nộp hồ sơ tới nay chưa có kết quả",
    "2 người dùng chung một số điện thoại được không",
    "bà Hai bị mất điện thoại",
    "chỉ số điện đọc ở đâu",
    "dạy con xài điện thoại an toàn",
    "log in vneid không được",
    "ghi phiếu như thế nào",
    "ghi sao vậy",
    "giúp ai rồi thì ghi ở đâu",
    "giúp?",
    "ghi",
    "",
    "giúp 2 người 31/2",
)


@pytest.mark.parametrize("line", LOGS)
def test_a_line_is_understood_whole(line: str, read: Read) -> None:
    assert read(line) == Told(LOGS[line], has_topic=True)


def test_without_accents_the_same_is_understood(read: Read) -> None:
    for line, wanted in LOGS.items():
        told = read(fold(line).replace("15 11", "15/11").replace("16 11", "16/11"))
        assert told is not None, line
        assert (told.done.topic, told.done.occurred_on) == (wanted.topic, wanted.occurred_on), line


@pytest.mark.parametrize("line", WITHOUT_TOPIC)
def test_only_the_topic_is_missing(line: str, read: Read) -> None:
    assert read(line) == Told(WITHOUT_TOPIC[line], has_topic=False)


@pytest.mark.parametrize("line", QUESTIONS)
def test_a_question_stays_a_question(line: str, read: Read) -> None:
    assert read(line) is None


def test_nothing_that_residents_say_of_the_guides_is_taken_for_a_log(
    library: Library, read: Read
) -> None:
    phrases = [phrase for guide in library.guides.values() for phrase in guide.phrases]
    phrases += [guide.title for guide in library.guides.values()]
    phrases += [phrase for matter in library.elsewhere.matters for phrase in matter.phrases]
    assert len(phrases) > 500
    assert [one for one in phrases if read(one) or read(fold(one))] == []


def test_no_name_is_left_in_what_was_understood(read: Read) -> None:
    told = read("giúp bà Nguyễn Thị Hạnh 0912345678 cài vneid tại nhà")
    assert told is not None
    for part in ("nguy", "hạnh", "hanh", "0912"):
        assert part not in repr(told).lower()


def test_there_are_enough_lines_both_ways() -> None:
    assert len(LOGS) + len(WITHOUT_TOPIC) >= 40
    assert len(QUESTIONS) >= 40
    here = Path(__file__).read_text(encoding="utf-8")
    assert here.count("giúp") > 40


DAYS = {
    "hôm nay": 0,
    "sáng nay": 0,
    "hôm qua": 1,
    "bua qua": 1,
    "hôm kia": 2,
    "hôm kìa": 3,
    "3 ngày trước": 3,
    "năm bữa trước": 5,
    "cách đây 10 ngày": 10,
    "thứ tư": 0,
    "thứ ba": 1,
    "thu hai": 2,
    "chủ nhật": 3,
    "CN": 3,
    "thứ 7": 4,
    "thứ năm": 6,
    "thứ tư tuần trước": 7,
    "thứ hai tuần rồi": 9,
    "18/11": 0,
    "5/11": 13,
    "05/11/2026": 13,
    "5-11-2026": 13,
    "5/11/26": 13,
    "ngày 5": 13,
    "ngày 20": 29,
    "ngày 1 tháng 11": 17,
    "ngày 30 tháng 10 năm 2026": 19,
}


@pytest.mark.parametrize("said", DAYS)
def test_a_day_is_understood_however_it_is_said(said: str) -> None:
    found = find_day(said, TODAY)
    assert found.day == TODAY - timedelta(days=DAYS[said])
    assert found.is_said


@pytest.mark.parametrize("said", ["bà Ba", "18", "mai mốt", "chợ", "3 người", "tư", ""])
def test_what_is_no_day_is_none(said: str) -> None:
    assert not find_day(said, TODAY).is_said


@pytest.mark.parametrize("said", ["31/2", "18/13", "0/5", "30/2/2026"])
def test_a_day_that_no_calendar_has_is_said_and_unknown(said: str) -> None:
    found = find_day(said, TODAY)
    assert (found.day, found.is_said) == (None, True)


def test_at_new_year_a_day_of_december_is_of_the_year_before() -> None:
    assert find_day("30/12", date(2027, 1, 3)).day == date(2026, 12, 30)
    assert find_day("ngày 30", date(2027, 1, 3)).day == date(2026, 12, 30)
    assert find_day("5/1", date(2027, 1, 3)).day == date(2027, 1, 5)  # still to come


@pytest.mark.parametrize(("said", "day"), [("thứ sáu 19 giờ", 4), ("cn 8h", 6), ("mỗi tuần", None)])
def test_a_weekday_is_read(said: str, day: int | None) -> None:
    assert read_weekday(said) == day
