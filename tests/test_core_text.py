import unicodedata

import pytest
import regex  # type: ignore[import-untyped]  # ships no types
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.text import fold, normalise, same, shorten, split, spoken_number, words

# Above these two planes there are only ideographs, tags and private signs.
EVERY_SIGN = "  ".join(map(chr, range(0x20000)))
VIETNAMESE = "Người dân phường Hố Nai quẹt mã, gỡ rối thủ tục; đợi ĐƯỢC kết quả ở đây"
blocks = st.sampled_from(
    [
        "xin chào ",
        "Bấm **Gửi mã** nhé. ",
        "**Một tên nút dài hơn cả một mẩu tin** ",
        "https://dichvucong.gov.vn/p/home?ma=1.2 ",
        "👩‍👩‍👧‍👦🇻🇳",
        "e\u0302\u0323",
        "\n\n",
        "\n",
        "Rồi! ",
    ]
)
messages = st.lists(blocks | st.text(max_size=8)).map("".join)
limits = st.integers(8, 60)


def clusters(text: str) -> list[str]:
    return [sign.strip() for sign in regex.findall(r"\X", text) if not sign.isspace()]


def visible(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).replace("*", "").split())


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  xin   chào\u00a0bác  ", "xin chào bác"),
        ("ho\u0300a", "hòa"),
        ("mã\u200b\u200e \u202ecăn\u202c cước\ufeff", "mã căn cước"),
        ("một \r\n hai\rba\u2028bốn", "một\nhai\nba\nbốn"),
        ("a\tb\u3000c\u2009d", "a b c d"),
        ("\x00\x1b[0m", "[0m"),
        ("hỏng \ud800!", "hỏng !"),
        ("\n\n \n", ""),
    ],
)
def test_normalise_leaves_what_a_reader_sees(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Hòa", "hoa"),
        ("hoà", "hoa"),
        ("ĐƯỜNG Đồng Khởi", "duong dong khoi"),
        ("Ðà Nẵng", "da nang"),  # the Icelandic letter that looks like Đ
        ("VNeID: lỗi?!", "vneid loi"),
        ("bước ３ – ٤ – ②", "buoc 3 4 2"),
        ("3️⃣", "3"),
        ("𝗩𝗡𝗲𝗜𝗗", "vneid"),
        ("👍", ""),
    ],
)
def test_fold_drops_marks_case_and_signs(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_folding_every_sign_twice_is_folding_it_once() -> None:
    once = fold(EVERY_SIGN)
    assert fold(once) == once
    assert not any(unicodedata.combining(char) or char == "đ" for char in once)
    assert {char for char in once if unicodedata.digit(char, None) is not None} == set("0123456789")


def test_cleaning_every_sign_twice_is_cleaning_it_once() -> None:
    once = normalise(EVERY_SIGN)
    assert normalise(once) == once
    assert fold(once) == fold(EVERY_SIGN)


@given(st.text())
def test_folding_and_cleaning_are_idempotent_and_agree(text: str) -> None:
    assert fold(fold(text)) == fold(text) == fold(normalise(text)) == " ".join(words(text))
    assert normalise(normalise(text)) == normalise(text)
    assert unicodedata.is_normalized("NFC", normalise(text))


@given(st.text(VIETNAMESE))
def test_typing_without_marks_or_in_decomposed_form_reads_the_same(text: str) -> None:
    bare = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    assert same(text, unicodedata.normalize("NFD", text))
    assert same(text, "".join(char for char in bare if not unicodedata.combining(char)).upper())


def test_words_come_in_order() -> None:
    assert words("Làm lại căn cước, ở đâu?") == ("lam", "lai", "can", "cuoc", "o", "dau")


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *[("3", 3), ("0", 0), ("99", 99), ("03", 3), ("số 3", 3), ("so 3", 3), ("Số3", 3)],
        *[("3.", 3), ("3)", 3), ("(3)", 3), (" 3 ", 3), ("３", 3), ("3️⃣", 3), ("🔟", 10), ("②", 2)],
        *[("chọn 2", 2), ("bấm 2", 2), ("bam so 2", 2), ("Chọn mục số 2", 2), ("nhấn phím 4", 4)],
        *[("ba", 3), ("so ba", 3), ("một", 1), ("mot", 1), ("MỘT", 1), ("tư", 4), ("bốn", 4)],
        *[("năm", 5), ("lăm", 5), ("bảy", 7), ("bẩy", 7), ("mười", 10), ("mười hai", 12)],
        *[("muoi lam", 15), ("mười nhăm", 15), ("hai mươi", 20), ("hai mươi mốt", 21)],
        *[("hai muoi tu", 24), ("chín mươi chín", 99), ("so\u0302\u0301 ba", 3)],
    ],
)
def test_a_small_number_is_understood_in_digits_and_in_words(said: str, number: int) -> None:
    assert spoken_number(said) == number


@pytest.mark.parametrize(
    "said",
    [
        *[
            "",
            "số",
            "3 người",
            "năm nay",
            "không",
            "khong",
            "bà",
            "làm",
            "lam",
            "100",
            "-",
            "số không",
        ],
        *["1.5", "2/9", "1 2", "mười năm", "Bà Mười", "hai ba", "một trăm", "mươi", "mốt", "3️⃣ Thẻ"],
    ],
)
def test_anything_more_than_a_small_number_is_not_a_number(said: str) -> None:
    assert spoken_number(said) is None


@given(st.integers(0, 99), st.sampled_from(["{}", "số {}", "Chon {}.", " {}) ", "bấm số {}"]))
def test_every_menu_number_is_understood_in_every_dress(number: int, dress: str) -> None:
    assert spoken_number(dress.format(number)) == number


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("vừa đủ", 6, ["vừa đủ"]),
        ("", 5, []),
        (" \n ", 2, []),
        ("một hai\n\nba bốn", 12, ["một hai", "ba bốn"]),
        ("một hai\nba bốn", 12, ["một hai", "ba bốn"]),
        ("Xong rồi. Bước hai", 14, ["Xong rồi.", "Bước hai"]),
        ("một hai ba", 8, ["một hai", "ba"]),
        ("aaaabbbbc", 4, ["aaaa", "bbbb", "c"]),
        ("mở https://vneid.gov.vn/a nhé", 22, ["mở", "https://vneid.gov.vn/a", "nhé"]),
        ("a 👩‍👩‍👧‍👦", 7, ["a", "👩‍👩‍👧‍👦"]),
        ("**một hai ba bốn**", 13, ["**một hai**", "**ba bốn**"]),
        ("**" + "\n" * 9, 4, ["**"]),
    ],
)
def test_a_long_text_is_cut_where_it_reads_best(text: str, limit: int, pieces: list[str]) -> None:
    assert split(text, limit) == pieces


@given(messages, st.integers(1, 60))
@example("\x1fa b", 1)  # blank to Python, not to a regular expression
def test_every_piece_fits_and_together_they_lose_only_blanks(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert visible("".join(pieces)) == visible(text)


@given(messages.map(lambda text: text.replace("*", "")), limits)
def test_no_sign_is_torn_apart(text: str, limit: int) -> None:
    whole = clusters(unicodedata.normalize("NFC", text))
    if all(len(sign) <= limit for sign in whole):
        assert [sign for piece in split(text, limit) for sign in clusters(piece)] == whole


@given(st.lists(blocks).map("".join), st.integers(16, 60))
def test_bold_is_closed_in_every_piece(text: str, limit: int) -> None:
    assert all(piece.count("**") % 2 == 0 for piece in split(text, limit))


@given(st.lists(blocks).map("".join), st.integers(40, 80))
def test_a_link_that_fits_stays_whole(text: str, limit: int) -> None:
    link = "https://dichvucong.gov.vn/p/home?ma=1.2"
    assert sum(piece.count(link) for piece in split(text, limit)) == text.count(link)


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        split("a", 0)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Cấp lại mật khẩu", 16, "Cấp lại mật khẩu"),
        ("Cấp lại mật khẩu", 12, "Cấp lại mật…"),
        ("Cấp lại mật khẩu", 11, "Cấp lại…"),
        ("aaaaaaaaaa", 4, "aaa…"),
        ("a👩‍👩‍👧‍👦b", 5, "a…"),
        ("ho\u0300a hoà", 7, "hòa hoà"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
    ],
)
def test_shorten_ends_at_a_word_or_a_whole_sign(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(messages, st.integers(0, 60))
@example("\u0301" * 9, 4)
def test_a_shortened_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    short, whole = shorten(text, limit), unicodedata.normalize("NFC", text)
    assert len(short) <= limit
    assert short == whole or whole.startswith(short.removesuffix("…"))
