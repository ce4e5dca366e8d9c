import re
import unicodedata
from datetime import date
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.redaction import MASKS, mask_phones, redact, redact_log
from bot.core.text import fold

TOKEN = "123456789:AAEabcdefghijklmnopqrstuvwxyz012345_-"
SCRIPTS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९")
separators = st.sampled_from(
    [
        "",
        "",
        "",
        " ",
        ".",
        "-",
        "–",
        "  ",
        "\u00a0",
        "\u200b",
        "\n",
        "\r\n",
        " - ",
        "\u2009",
        "\ufeff",
    ]
)
before = st.sampled_from(["số ", "CCCD:", "(", "của bác là\n", "x"])
after = st.sampled_from([" nhé", ")", ", cảm ơn", "\nTôi tên Nam", "x"])
wild = st.text(max_size=12)
plain_words = st.sampled_from(
    ["xin", "chào", "bác ơi,", "thẻ", "căn cước", "làm ở", "đâu?", "Không", "ĐƯỢC!", "👍"]
)


def spread(digits: str, gaps: list[str], script: str) -> str:
    """The digits of another script with a gap after each but the last."""
    signs = (script[int(digit)] for digit in digits)
    return "".join(sign + gap for sign, gap in zip(signs, [*gaps, ""], strict=True))


@st.composite
def written(draw: st.DrawFn, lengths: st.SearchStrategy[int]) -> tuple[str, str]:
    """Digits, and the same as somebody may type them."""
    digits = draw(st.text("0123456789", min_size=(n := draw(lengths)), max_size=n))
    gaps = draw(st.lists(separators, min_size=n - 1, max_size=n - 1))
    return digits, spread(digits, gaps, draw(st.sampled_from(SCRIPTS)))


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.digit(char)) for char in text if char.isdigit())


@pytest.mark.parametrize(
    ("text", "kept", "kind"),
    [
        ("CCCD 079123456789 nhé", "CCCD [số căn cước] nhé", "cccd"),
        ("0791 2345 6789", "[số căn cước]", "cccd"),
        ("079.123.456.789", "[số căn cước]", "cccd"),
        ("079-123\n456 – 789", "[số căn cước]", "cccd"),
        ("０７９\u00a0１２３\u200b４５６  ７８９", "[số căn cước]", "cccd"),
        ("0️⃣7️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣ ạ", "[số căn cước] ạ", "cccd"),
        ("079123456789 cấp 20/11/2021", "[số căn cước] cấp 20/11/2021", "cccd"),
        ("079123456789 20/11/2021", "[số căn cước] 20/11/2021", "cccd"),
        ("079.123.456.789 đồng", "[số căn cước] đồng", "cccd"),
        ("0912345678 079123456789", "0912345678 [số căn cước]", "cccd"),
        ("cccd 079123456789 2", "cccd [số căn cước] 2", "cccd"),
        ("079123 1.1.2000", "[số căn cước]", "cccd"),
        ("cmnd271234567", "cmnd[số CMND]", "cmnd"),
        ("271 234 567", "[số CMND]", "cmnd"),
        ("CMND 271.234.567 2 bản", "CMND [số CMND] 2 bản", "cmnd"),
        ("130000000 đồng", "[số CMND] đồng", "cmnd"),
        ("4111 1111 1111 1111", "[số thẻ]", "card"),
        ("thẻ 9704-3668-1234-5678-901.", "thẻ [số thẻ].", "card"),
        ("otp 482913", "otp [mã OTP]", "otp"),
        ("mã OTP: 48 29 13", "mã OTP: [mã OTP]", "otp"),
        ("482913 là mã otp của em", "[mã OTP] là mã otp của em", "otp"),
        ("mã xác thực vừa gửi về máy là 12345678", None, "otp"),
        ("ma xac nhan 1234", "ma xac nhan [mã OTP]", "otp"),
        ("ô tê pê 4 8 2 9 1 3 đó bác", "ô tê pê [mã OTP] đó bác", "otp"),
        ("mã pin là 1234", "mã pin là [mã OTP]", "otp"),
        ("ma kich hoat 123456", "ma kich hoat [mã OTP]", "otp"),
        ("passcode 123456", "passcode [mã OTP]", "otp"),
        ("G-482913 là code", "G-[mã OTP] là code", "otp"),
        ("otp482913", "otp[mã OTP]", "otp"),
        ("otp là 2026", "otp là [mã OTP]", "otp"),
        ("otp là 482913 đúng k", "otp là [mã OTP] đúng k", "otp"),
        ("otp là một hai ba bốn năm sáu", "otp là [mã OTP]", "otp"),
        ("mã otp: Không, chín tám bảy bạn nhé", "mã otp: [mã OTP] bạn nhé", "otp"),
        ("doc otp mot hai ba bon giup", "doc otp [mã OTP] giup", "otp"),
        ("mật khẩu là Abc@123", "mật khẩu là [mật khẩu]", "password"),
        ("mk: 123abc nhé", "mk: [mật khẩu] nhé", "password"),
        ("mk:123abc", "mk:[mật khẩu]", "password"),
        ("0912345678MK:xinxin", "0912345678MK:[mật khẩu]", "password"),
        ("pass = hunter22", "pass = [mật khẩu]", "password"),
        ("Password: iloveyou", "Password: [mật khẩu]", "password"),
        ("pwd is Qwerty1", "pwd is [mật khẩu]", "password"),
        ("mat khau la 123456", "mat khau la [mật khẩu]", "password"),
        ("mật khẩu là 20/11/1990", "mật khẩu là [mật khẩu]", "password"),
        ("mk là 0912345678", "mk là [mật khẩu]", "password"),
        (
            "mật khẩu vneid của tôi là: Nam1960!",
            "mật khẩu vneid của tôi là: [mật khẩu]",
            "password",
        ),
        ("mật khẩu mk là Abc@1 nhé", "mật khẩu mk là [mật khẩu] nhé", "password"),
        ("đổi mật khẩu thành 'Abc@12345'", "đổi mật khẩu thành '[mật khẩu]'", "password"),
        ("mật khẩu Abc@12345", "mật khẩu [mật khẩu]", "password"),
        ("mật khẩu là tên con Abc@123", "mật khẩu là tên con [mật khẩu]", "password"),
        ("mâ\u0323t khâ\u0309u là Abc@123", "mật khẩu là [mật khẩu]", "password"),
        ("quên mật khẩu cccd là 079123456789", "quên mật khẩu cccd là [số căn cước]", "cccd"),
        (f"token {TOKEN}.", "token [token].", "token"),
        (f"https://api.telegram.org/bot{TOKEN}/getMe", None, "token"),
    ],
)
def test_a_secret_is_masked_and_the_rest_is_kept(text: str, kept: str | None, kind: str) -> None:
    done = redact(text)
    assert done.kinds == {kind}
    assert MASKS[kind] in done.text
    assert kept is None or done.text == kept
    assert not re.search(r"\d{5}", done.text.replace("0912345678", ""))


@pytest.mark.parametrize(
    "text",
    [
        *["0912345678", "gọi 0912 345 678", "0912.345.678", "091-234-5678", "(0912) 345 678"],
        *[
            "+84 912 345 678",
            "(+84) 912345678",
            "+84 (0) 912345678",
            "84912345678",
            "84 912 345 678",
        ],
        *["+84 251 384 7292", "0251 3847 292", "028 3829 5555", "+1 415 555 2671"],
        *[
            "0912345678 0987654321",
            "1. 0912 345 678\n2. 0987 654 321",
            "0912345678 2",
            "2 0912345678",
        ],
        *["20/11/2026", "20-11-2026", "2026-11-20 2026-11-21", "2026-11-01..2026-11-15"],
        *["từ 01-11-2026 đến 15-11-2026", "01.11.2026 - 15.11.2026", "năm 2024 2025 2026"],
        *["1.1.2026 5.2.2026 7-8-2026", "5/2/2026 7/8/2026", "0912345678 20-11-2026"],
        *["1900 0368", "1900 545413", "156", "5656", "gọi 113 114 115", "156 5656 1022"],
        *[
            "130.000.000 đồng",
            "1.200.000 đ",
            "130.000.000đ",
            "130 000 000 VND",
            "1.200.000.000.000 đ",
        ],
        *["100.000.000 - 130.000.000 đồng", "từ 100.000.000 đến 130.000.000 đồng", "3", "1 2 3"],
        *["CI 7K2 M9Q", "code CI 7K2 M9Q", "week:2026-W47", "thủ tục 1.004222.000.00.00.H19"],
        *["hồ sơ H19.24-241120-0012", "000.00.01.H19-230515-0012", "Luật 91/2025/QH15"],
        *["mật khẩu là gì", "mat khau la sao", "quên mật khẩu", "mk vneid có phải 8 ký tự"],
        *["mật khẩu là 8 ký tự à", "mật khẩu là 8-12 ký tự", "Mật khẩu VNeID là gì?", "mk là Nam"],
        *["mật khẩu có phải là số điện thoại không", "mật khẩu: làm sao lấy lại", "password is gì"],
        *["quên mật khẩu, sđt: 0912345678", "quen mk vneid sdt: 0912345678", "pass lại máy cũ"],
        *[
            "quên mật khẩu email nam1960@gmail.com",
            "mật khẩu **8–20 ký tự**",
            "mật khẩu là như thế nào",
        ],
        *[
            "mã otp là gì",
            "otp gồm 6 số",
            "mã otp năm 2026",
            "otp từ tổng đài 8049",
            "otp gọi 1900 0368",
        ],
        *["lừa đọc otp mất 5000000 đồng", "đọc otp mất 500000k", "bà tư ba không đọc otp"],
        *["mã pin gồm 6 số hay 4 số", "mã xác nhận cư trú 2026 lấy ở đâu", "mã qr code 123456"],
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert redact(text).text is text


@given(wild, before, written(st.sampled_from([9, 12]) | st.integers(13, 19)), after, wild)
def test_no_identity_or_card_number_survives(
    head: str, lead: str, number: tuple[str, str], tail: str, rest: str
) -> None:
    digits, typed = number
    done = redact(head + lead + typed + tail + rest)
    assert digits not in digits_of(done.text)
    assert done.kinds


@given(before, written(st.integers(4, 8)), after, st.booleans(), st.sampled_from(["otp", "mã OTP"]))
def test_no_one_time_code_survives_near_its_name(
    lead: str, number: tuple[str, str], tail: str, first: bool, name: str
) -> None:
    digits, typed = number
    text = f"{name} là {typed}{tail}" if first else f"{lead} {name}: {typed}"
    done = redact(text)
    assert done.kinds == {"otp"}
    assert digits not in digits_of(done.text)


@given(
    st.sampled_from(["mật khẩu là ", "mk: ", "Mat khau zalo cua toi la ", "pass=", "PWD is "]),
    st.from_regex(r"[A-Za-z]{3,8}[@#]?[0-9]{2,6}", fullmatch=True),
    after.filter(lambda tail: tail != "x"),
)
def test_no_password_survives_after_its_name(lead: str, secret: str, tail: str) -> None:
    assert redact(lead + secret + tail).text == f"{lead}{MASKS['password']}{tail}"


days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
keywords = st.sampled_from(
    [
        "otp",
        "mã xác nhận ",
        "code",
        "mật khẩu ",
        "mk:",
        "là",
        "=",
        "Abc@12345",
        "một",
        "hai",
        "ba bốn",
    ]
)
lookalikes = st.sampled_from(["2026", "20/11/2026", "130.000.000", "đồng", "+", "(", ")", "năm"])
messages = st.lists(
    plain_words
    | wild
    | separators
    | written(st.integers(1, 20)).map(lambda number: number[1])
    | keywords
    | lookalikes
    | st.sampled_from([*MASKS.values(), TOKEN])
)


@given(messages.map("".join) | messages.map(" ".join))
@example("0000000000MK:xinxin")
def test_a_second_look_finds_nothing_more(text: str) -> None:
    once = redact(text)
    twice = redact(once.text)
    assert twice.text is once.text
    assert not twice.kinds
    line = redact_log(text)
    assert redact_log(line) == line


@given(
    st.lists(plain_words).map(" ".join) | st.text(st.characters(exclude_categories=["Nd", "No"]))
)
def test_text_without_digits_and_names_of_secrets_comes_back_itself(text: str) -> None:
    if not re.search("otp|opt|te pe|pass|khau|mat ma|mk|pwd|pin|code|ma ", fold(text)):
        assert redact(text).text is text
        assert mask_phones(text) is text


@given(
    before,
    st.from_regex(r"(0|84|\+84)[35789][0-9]{8}", fullmatch=True),
    st.lists(st.sampled_from(["", "", " ", ".", "-"]), min_size=12, max_size=12),
    after,
)
def test_a_telephone_number_is_kept_by_redact_and_masked_for_logs(
    lead: str, phone: str, gaps: list[str], tail: str
) -> None:
    digits = phone.lstrip("+")
    typed = "+" * phone.startswith("+") + spread(digits, gaps[: len(digits) - 1], SCRIPTS[0])
    text = lead + typed + tail
    assert redact(text).text is text
    for masked in (mask_phones(text), redact_log(text)):
        assert "[số điện thoại]" in masked
        assert not digits_of(masked)


@given(days, days, st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]))
def test_dates_are_kept(one: date, two: date, style: str) -> None:
    text = f"{one.strftime(style)} {two.strftime(style)}"
    assert redact(text).text is text
    assert mask_phones(text) is text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("gọi 0912 345 678 hoặc 1900 0368, 156", "gọi [số điện thoại] hoặc 1900 0368, 156"),
        ("1. (0912) 345-678\n2. 0251 3847 292", "1. [số điện thoại]\n2. [số điện thoại]"),
        ("+1 415 555 2671", "[số điện thoại]"),
        ("０９１２３４５６７８", "[số điện thoại]"),
        ("ngày 01-11-2026 15 người, 1.200.000 đ", "ngày 01-11-2026 15 người, 1.200.000 đ"),
    ],
)
def test_telephone_numbers_are_masked_but_hotlines_and_dates_are_not(
    text: str, masked: str
) -> None:
    assert mask_phones(text) == masked


@pytest.mark.parametrize(
    ("record", "written"),
    [
        (
            f'HTTP Request: POST https://api.telegram.org/bot{TOKEN}/getMe "HTTP/1.1 200 OK"',
            'HTTP Request: POST https://api.telegram.org/bot[token]/getMe "HTTP/1.1 200 OK"',
        ),
        ("https://api.telegram.org/bot12345:short/x", "https://api.telegram.org/bot[token]/x"),
        ("/bot12345%3Ashort/x?otp=482913", "/bot[token]/x?otp=[mã OTP]"),
        ("chat of 0912345678: otp 482913", "chat of [số điện thoại]: otp [mã OTP]"),
        ("took 0.512 s at 2026-11-20 08:30:15,123", "took 0.512 s at 2026-11-20 08:30:15,123"),
    ],
)
def test_a_log_line_gives_nothing_away(record: str, written: str) -> None:
    assert redact_log(record) == written


def test_several_kinds_are_all_named() -> None:
    done = redact("cccd 079123456789, cmnd 271234567, thẻ 4111111111111111, otp 1234, mk: a1b2c3")
    assert done.kinds == {"cccd", "cmnd", "card", "otp", "password"}
    assert (
        done.text
        == "cccd [số căn cước], cmnd [số CMND], thẻ [số thẻ], otp [mã OTP], mk: [mật khẩu]"
    )


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 2000,
        "otp 1234 " * 400,
        "mk a " * 800,
        "mk:" + "a@" * 2000,
        "0" * 4000,
        "1.111.111 " * 400,
    ],
)
def test_hostile_text_does_not_hold_up_the_others(text: str) -> None:
    start = perf_counter()
    redact_log(text)
    assert perf_counter() - start < 2  # a few hundredths here; seconds would be backtracking
