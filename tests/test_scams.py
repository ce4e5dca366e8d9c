"""What is known of scams: content/scams.yaml, its patterns, links and numbers, and signs in samples."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.phrases import Finder, PatternError, Speller, read_pattern, read_row
from bot.core.redaction import redact
from bot.core.text import fold
from bot.core.vocabulary import AddressForm
from bot.library import Library, LinkKind, NumberKind, check
from bot.library.source import FAST_LOADER
from bot.locale import Texts, load_sentences
from bot.services.scam_check import Checked, find_signs, is_pasted, tells_of_loss
from bot.services.scam_links import take_links_out
from bot.services.scam_numbers import find_numbers
from tests import small_content

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "data" / "scam-messages.tsv"
MORE_SAMPLES = ROOT / "tests" / "data" / "scam-messages-2.tsv"
HELD_OUT = ROOT / "tests" / "data" / "scam-messages-held-out.tsv"
SIGNS = {
    *("xung-co-quan", "doa-nat", "hoi-gap", "giu-bi-mat", "doi-ma", "doi-chuyen-tien", "link-la"),
    *("cai-app", "quay-mat", "viec-nhe", "nap-them", "trung-thuong", "muon-tien", "lay-lai-tien"),
    *("vneid-tai-nha", "quet-ma-la", "so-gia"),
}
LEAST_RECALL = 0.90
LEAST_RECALL_OF_MORE = 0.99
MOST_FALSE = 5
"""Signs seen in the 40 harmless samples that their writer does not see there, counted once and kept."""
MOST_FALSE_OF_MORE = 2
MOST_QUESTIONS_WITH_A_SIGN = 160


def _look(library: Library, text: str) -> Checked:
    return find_signs(text, library.scams, library.domains)


def _ids(library: Library, text: str) -> set[str]:
    return {sign.id for sign in _look(library, text).signs}


FAST_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


# --- The file


@pytest.fixture
def own_content(tmp_path: Path) -> Path:
    """A small content/ to spoil."""
    return small_content.make(tmp_path / "content")


def test_the_file_knows_every_sign_with_its_source_and_a_guide(library: Library) -> None:
    assert {sign.id for sign in library.scams.signs} == SIGNS
    for sign in library.scams.signs:
        assert sign.sources
        assert sign.guide in library.guides


def test_every_source_is_one_that_a_guide_has(library: Library) -> None:
    known = {(one.title, one.url) for guide in library.guides.values() for one in guide.sources}
    numbers = library.scams.numbers
    for one in (*library.scams.signs, *numbers.official, *numbers.faked):
        assert {(source.title, source.url) for source in one.sources} <= known


def test_what_is_said_of_a_sign_never_calls_anything_safe(library: Library) -> None:
    guides = {one.guide for one in (*library.scams.signs, *library.scams.scenes)}
    said = [text for sign in library.scams.signs for text in (sign.name, sign.why)]
    said += [library.guides[guide].title for guide in guides]
    assert [text for text in said if "an toàn" in text.lower()] == []


def test_advice_fits_into_a_message_in_every_form_of_address(library: Library) -> None:
    sentences = load_sentences(ROOT / "content")
    for form in AddressForm:
        texts = Texts(sentences, form.words)
        for sign in library.scams.signs:
            assert len(texts.say("scam.now", why=sign.why)) <= 300, sign.id
        for name in (one for one in sentences if one.startswith("scam.")):
            said = texts.say(name, why="", count=9, owner="đầu số báo cuộc gọi lừa đảo")
            assert len(said) <= 300, name


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda d: d["signs"][0].update(guide="at-khong-co"), "không có bài «at-khong-co»"),
        (lambda d: d["scenes"][0].update(guide="at-khong-co"), "không có bài «at-khong-co»"),
        (lambda d: d["signs"][0].update(id="doi-chuyen-tien"), "mã «doi-chuyen-tien» đã dùng rồi"),
        (lambda d: d["signs"][0]["says"].append("đọc (mã"), "dấu «(» đứng không đúng chỗ"),
        (lambda d: d["signs"][0]["says"].append("{nhóm lạ} mã"), "không có nhóm «nhóm lạ»"),
        (lambda d: d["signs"][0]["says"].append("mã? otp"), "mẫu phải bắt đầu bằng một từ"),
        (lambda d: d["signs"][0]["says"].append("mã *"), "mẫu phải bắt đầu bằng một từ"),
        (lambda d: d["signs"][0]["says"].append("mã (|otp)"), "có chỗ chọn bị bỏ trống"),
        (lambda d: d["losses"]["says"].append("mất ^ tiền"), "dấu «^» phải đứng đầu"),
        (lambda d: d["losses"]["says"].append(d["losses"]["says"][0]), "viết hai lần"),
        (lambda d: d["groups"]["mã"].append("mã|pin"), "có dấu của mẫu"),
        (lambda d: d["signs"][0].update(name="Vào http://xau.com"), "liên kết «http://xau.com»"),
        (lambda d: d["signs"][0].update(name="a" * 57), "dài hơn 56 ký tự"),
        (lambda d: d["signs"][0].update(says=[], unless=[]), "không có gì để nhận ra"),
        (lambda d: d["signs"][0].update(sources=[]), "cần ít nhất 1"),
        (lambda d: d["signs"][0].update(links=["la"]), "links"),
        (
            lambda d: d["numbers"]["faked"].append(deepcopy(d["numbers"]["official"][0])),
            "ghi hai lần",
        ),
        (lambda d: d["questions"]["says"].append("làm (sao"), "dấu «(» đứng không đúng chỗ"),
        (lambda d: d["losses"].update(longest=0), "phải từ 1 trở lên"),
        (lambda d: d.update(sgins=[]), "sgins"),
    ],
)
def test_each_fault_is_one_line(own_content: Path, spoil, what: str) -> None:  # type: ignore[no-untyped-def]  # lambdas
    file = own_content / "scams.yaml"
    data = yaml.load(file.read_text(encoding="utf-8"), FAST_LOADER)
    spoil(data)
    text = yaml.dump(data, Dumper=FAST_DUMPER, allow_unicode=True, sort_keys=False)
    file.write_text(text, encoding="utf-8")
    [fault] = [str(fault) for fault in check(own_content)[0]]
    assert fault.startswith("content/scams.yaml:")
    assert what in fault


def test_what_is_still_to_be_checked_cannot_be_a_source(own_content: Path) -> None:
    file = own_content / "scams.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("confidence: chac", "confidence: can_kiem_tra", 1), "utf-8")
    [fault] = [str(fault) for fault in check(own_content)[0]]
    assert "can_kiem_tra" in fault


# --- The pattern language


def _finds(pattern: str, text: str, **groups: tuple[str, ...]) -> bool:
    finder = Finder([("it", read_pattern(pattern, groups))])
    return any(finder.find(Speller(finder.known).read(text)))


@pytest.mark.parametrize(
    ("pattern", "text", "is_there"),
    [
        ("cắt điện", "Sẽ CẮT ĐIỆN ngay", True),
        ("cắt điện", "se cat dien", True),
        ("cắt điện", "cát điện", False),
        ("cắt điện", "cắt. Điện", False),
        ("hòa", "hoà", True),
        ("ký", "kí", True),
        ("đọc * mã", "đọc giùm em cái mã", True),
        ("đọc * mã", "đọc giùm cho em cái mã", False),
        ("đọc *5 mã", "đọc giùm cho em cái mã", True),
        ("(đọc|gửi cho) mã", "gửi cho mã", True),
        ("trong # (giờ|h)", "trong 24h", True),
        ("trong # giờ", "trong vài giờ", False),
        ("bấm <link>", "bấm link", False),
        ("đã? lừa", "lừa", None),
        ("tôi đã? bị lừa", "tôi bị lừa", True),
        ("^ bị lừa $", "bị lừa.", True),
        ("^ bị lừa $", "tôi bị lừa", False),
        ("^ bị lừa $", "bị lừa không", False),
        ("{ai} gọi", "công an gọi", True),
    ],
)
def test_a_pattern_finds_what_it_says(pattern: str, text: str, is_there: bool | None) -> None:
    if is_there is None:
        with pytest.raises(PatternError):
            read_pattern(pattern, {})
        return
    assert _finds(pattern, text, ai=("công an", "tòa")) is is_there


@pytest.mark.parametrize(
    "typed",
    [
        "0TP",
        "o.t.p",
        "O-T-P",
        "o t p",
        "otpppp",
        "t@i khoản",
        "taikhoan",
        "tk",
        "t/k",
        "tài k.hoản",
    ],
)
def test_words_in_disguise_are_read(typed: str) -> None:
    short = {"tk": read_row("tài khoản"), "t/k": read_row("tài khoản")}
    read = Speller(frozenset({"otp", "tai", "khoan"}), short).read(typed)
    assert {word for word, _ in read} in ({"otp"}, {"tai", "khoan"})


@given(text=st.text(max_size=300), pattern=st.text("a|()*? ^$#{}<link>đ", max_size=12))
def test_any_pattern_is_read_or_refused_and_any_text_is_looked_at(text: str, pattern: str) -> None:
    try:
        finder = Finder([("it", read_pattern(pattern, {"a": ("b",)}))])
    except PatternError:
        return
    for found in finder.find(Speller(finder.known).read(text)):
        assert 0 <= found.start < found.end


# --- Links


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("xem https://dichvucong.gov.vn/p/home", LinkKind.OFFICIAL),
        ("honai.dongnai.gov.vn", LinkKind.OFFICIAL),
        ("https://bocongan.gov.vn/x", LinkKind.PUBLIC),
        ("vneid-gov.com", LinkKind.IMITATING),
        ("https://vneid.gov.vn.xac-thuc.top/a", LinkKind.IMITATING),
        ("vne1d-capnhat.vip", LinkKind.IMITATING),
        ("dichvucong . com", LinkKind.IMITATING),
        ("hxxp://abc.xyz", LinkKind.FOREIGN),
        ("vcb[.]online-ho-tro[.]com", LinkKind.FOREIGN),
        ("https://bit.ly/3xYz", LinkKind.SHORTENED),
        ("bit.ly/3xYz.", LinkKind.SHORTENED),
        ("http://103.12.4.5/evn", LinkKind.NUMERIC),
        ("tải VNeID.apk", LinkKind.PACKAGE),
        ("https://a.top/cai/vneid.apk?x=1", LinkKind.PACKAGE),
        ("https://user@evil.com/vneid.gov.vn", LinkKind.FOREIGN),
    ],
)
def test_a_link_is_judged(library: Library, text: str, kind: LinkKind) -> None:
    assert [link.kind for link in take_links_out(text, library.domains)[1]] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "1.000.000 đồng",
        "ngày 12.11.2026",
        "con về rồi.me ơi",
        "v.v.",
        "8.30",
        "a@gmail.com",
        "3.5%",
    ],
)
def test_what_is_no_link_is_left(library: Library, text: str) -> None:
    assert take_links_out(text, library.domains) == (text, [])


# --- Numbers


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("1900 0368", [NumberKind.OFFICIAL]),
        ("gọi 19001006 hay 1900.9000", [NumberKind.OFFICIAL]),
        ("gọi 113 liền", [NumberKind.OFFICIAL]),
        ("nhà số 113 đường Hùng Vương, khu phố 3", []),
        ("113.000 đồng", []),
        ("1900.292900", [NumberKind.FAKED]),
        ("1900292900", [NumberKind.FAKED]),
        ("+44 20 7946 0958", [NumberKind.FOREIGN]),
        ("0044 20 7946 0958", [NumberKind.FOREIGN]),
        ("số +375 29 gọi", [NumberKind.FOREIGN]),
        ("Máy đầu +63 gọi", [NumberKind.FOREIGN]),
        ("điện thoại hiện +1 rồi tắt", [NumberKind.FOREIGN]),
        ("số +84 gọi", []),
        ("lớp học +2 buổi", []),
        ("+84 912 345 678", []),
        ("0084 912345678", []),
        ("+15.000.000 VND", []),
        ("0912 345 678", []),
    ],
)
def test_a_number_is_judged(library: Library, text: str, kinds: list[NumberKind]) -> None:
    assert list(dict.fromkeys(one.kind for one in find_numbers(text, library.scams))) == kinds


# --- Signs


def test_what_is_denied_is_not_asked_for(library: Library) -> None:
    assert "doi-ma" in _ids(library, "Anh đọc mã OTP vừa gửi về máy cho em")
    for text in (
        "Ngân hàng không bao giờ yêu cầu khách hàng cung cấp mã OTP",
        "Tuyet doi khong cung cap ma OTP cho bat ky ai",
        "Đừng đọc mã OTP cho ai",
    ):
        assert _ids(library, text) == set(), text
    assert "doi-chuyen-tien" in _ids(library, "Nếu không chuyển tiền trong hôm nay sẽ bị khóa")


def test_an_office_or_haste_alone_is_no_sign(library: Library) -> None:
    assert _ids(library, "Công an phường mời bà con tới trụ sở làm căn cước sáng thứ bảy") == set()
    assert _ids(library, "Ra quán liền đi ông ơi") == set()


def test_signs_come_in_order_of_weight_and_the_guide_fits_who_is_played(library: Library) -> None:
    text = "Điện lực báo chị nợ tiền điện, đọc mã OTP cho em ngay không sẽ cắt điện, xem bit.ly/a1"
    looked = _look(library, text)
    order = [sign.id for sign in library.scams.signs]
    assert [sign.id for sign in looked.signs] == sorted(_ids(library, text), key=order.index)
    assert looked.guide == "at-gia-dien-luc"


def test_a_masked_number_hides_no_sign(library: Library) -> None:
    text = redact("Em bên ngân hàng, đọc mã OTP 482913 cho em, số thẻ 4111 1111 1111 1111").text
    assert "[" in text
    assert {"doi-ma", "xung-co-quan"} <= _ids(library, text)


@given(text=st.text(max_size=600))
def test_any_text_is_looked_at(library: Library, text: str) -> None:
    for said in (text, text * 20, f"{text} http://{text} .apk"):
        looked = _look(library, said)
        assert (looked.guide is None) == (not looked.signs)
        tells_of_loss(said, library.scams)
        is_pasted(said, library.domains)


def test_a_message_is_looked_at_in_two_milliseconds(library: Library) -> None:
    rows = [row["message"] for row in _samples()]

    def took(text: str) -> float:
        began = time.perf_counter()
        _look(library, text)
        return time.perf_counter() - began

    best = [min(took(text) for _ in range(5)) for text in rows]
    assert sum(best) / len(best) < 0.002
    hostile = ("chuyển tiền ", "cho tiền vào tài khoản ", "a.", "( ", "http://", "kh0an ", "[.")
    assert max(min(took((one * 4096)[:4096]) for _ in range(3)) for one in hostile) < 0.2


# --- Samples, written by somebody who had not seen the rules


def _samples(path: Path = SAMPLES) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        names = ("id", "signs", "message")
        rows = list(csv.DictReader(file, names, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if row["id"] != "id"]


def _wanted(row: dict[str, str]) -> set[str]:
    return set() if row["signs"] == "-" else set(row["signs"].split(","))


def test_the_samples_name_signs_that_exist() -> None:
    rows = _samples()
    assert sum(row["id"].startswith("s") for row in rows) == 60
    assert len(rows) > 60
    assert set().union(*map(_wanted, rows)) == SIGNS


def _is_fraud(row: dict[str, str]) -> bool:
    return "h" not in row["id"]


def _recall(library: Library, path: Path) -> float:
    rows = [row for row in _samples(path) if _is_fraud(row)]
    seen = sum(len(_wanted(row) & _ids(library, redact(row["message"]).text)) for row in rows)
    return seen / sum(len(_wanted(row)) for row in rows)


def _false(library: Library, path: Path) -> list[tuple[str, str]]:
    """Signs shown in harmless samples where their writer sees none."""
    return [
        (row["id"], sign)
        for row in _samples(path)
        if not _is_fraud(row)
        for sign in _ids(library, redact(row["message"]).text) - _wanted(row)
    ]


def test_nine_of_ten_signs_are_seen_in_the_samples(library: Library) -> None:
    """173 of 196 (0.88) on the first run; the rules have seen the samples since: no blind figure any more."""
    assert _recall(library, SAMPLES) >= LEAST_RECALL


def test_signs_are_seen_in_messages_and_in_what_residents_retell(library: Library) -> None:
    """185 of 235 (0.79) on the first run; then the rules were written with these samples in view.

    The bound keeps what was reached; it does not say how many signs are seen in words nobody has looked at.
    """
    rows = _samples(MORE_SAMPLES)
    assert (sum(map(_is_fraud, rows)), len(rows)) == (90, 130)
    assert set().union(*map(_wanted, rows)) == SIGNS
    assert _recall(library, MORE_SAMPLES) >= LEAST_RECALL_OF_MORE


def test_no_fraud_that_the_rules_have_never_met_goes_without_a_sign(library: Library) -> None:
    """30 frauds in the words of six residents, kept from everybody who writes rules.

    62 of 76 signs (0.82) are seen; before the rules knew retold speech it was 53 (0.70). What tells how good
    the check is in the street are these figures: whoever looks at the samples has used them up.
    """
    rows = _samples(HELD_OUT)
    assert len(rows) == 30
    assert [row["id"] for row in rows if not _ids(library, row["message"])] == []
    assert _recall(library, HELD_OUT) >= 0.81


@pytest.mark.parametrize("filler", "\u115f\u1160\u3164\uff9e\uff9f\uffa0\u037a\ufc5e\ufe70\ufe7e")
def test_letters_of_which_nothing_is_left_when_folded_are_passed_over(
    library: Library, filler: str
) -> None:
    for text in (filler, f"xin chào {filler} test", f"chuyển {filler} tiền gấp"):
        assert tells_of_loss(text, library.scams) is False
        _look(library, text)


def test_few_signs_are_seen_in_harmless_messages(library: Library) -> None:
    assert len(false := _false(library, SAMPLES)) <= MOST_FALSE, false
    assert len(false := _false(library, MORE_SAMPLES)) <= MOST_FALSE_OF_MORE, false


def test_two_in_three_harmless_messages_show_nothing(library: Library) -> None:
    rows = [row for path in (SAMPLES, MORE_SAMPLES) for row in _samples(path) if not _is_fraud(row)]
    shown = [row["id"] for row in rows if _ids(library, redact(row["message"]).text)]
    assert len(rows) == 80
    assert len(shown) * 3 <= len(rows), shown


OWN_QUESTIONS = (
    *("đóng tiền điện qua điện thoại làm sao", "Chưa có căn cước có bị phạt không?"),
    *("VNeID quét mặt hoài không qua, phải làm sao", "cho hỏi nộp phạt nguội ở đâu vậy"),
    "Quên mật khẩu VNeID, đăng nhập cách nào vậy",
)
TOLD_BY_OTHERS = (
    *("có người gọi kêu đóng tiền điện liền, giờ làm sao", "nó biểu tui đọc mã OTP được không"),
    *("đọc mã otp cho ngân hàng được không", "chuyển tiền cho công an làm sao"),
    *("cho người ta mã otp có sao không", "má tui mới bị dụ chuyển tiền xong, giờ tính sao"),
    "cài teamviewer cho người ta vô máy từ xa được không",
    "Em kẹt quá, cho em mượn 3 triệu được không",
    "đóng phí hồ sơ 2 triệu trước được không",
)


@pytest.mark.parametrize("said", OWN_QUESTIONS)
def test_a_question_of_ones_own_shows_no_sign(library: Library, said: str) -> None:
    for typed in (said, fold(said)):
        assert _ids(library, typed) == set(), typed


@pytest.mark.parametrize("said", TOLD_BY_OTHERS)
def test_a_question_about_what_others_want_shows_its_signs(library: Library, said: str) -> None:
    for typed in (said, fold(said)):
        assert _ids(library, typed), typed


def test_a_link_in_a_question_of_ones_own_is_judged(library: Library) -> None:
    assert "link-la" in _ids(library, "đóng tiền điện ở trang evn-nop.top được không")


def test_few_questions_about_other_matters_show_a_sign(library: Library) -> None:
    """Of what people ask for guides that are not about safety; it was 217 before own questions were known."""
    asked, shown = 0, 0
    for row in _benchmark():
        if not any(guide.startswith("at-") for guide in row["guides"].split()):
            asked += 1
            shown += bool(_ids(library, row["question"]))
    assert asked == 1406
    assert shown <= MOST_QUESTIONS_WITH_A_SIGN


def test_no_scam_message_is_taken_for_the_story_of_a_loss(library: Library) -> None:
    rows = [row for path in (SAMPLES, MORE_SAMPLES) for row in _samples(path)]
    told = [row["id"] for row in rows if tells_of_loss(row["message"], library.scams)]
    assert told == []


# --- Losses


LOSSES = (
    *("bị lừa", "mất tiền", "chuyển tiền cho công an", "tui bị gạt rồi", "lỡ đọc otp rồi"),
    *("lỡ chuyển tiền cho công an", "bị lừa mất hết tiền", "tui lỡ chuyển khoản cho nó rồi"),
    *("mẹ tôi bị lừa 50 triệu", "bị lừa thì báo ai", "trời ơi mất tiền rồi con ơi"),
    *("tui bị lừa rồi phải làm sao để lấy lại tiền", "bị công an giả lừa", "tui bị mất tiền"),
)
OTHER_MATTERS = (
    *("kích hoạt VNeID có mất tiền không", "làm sao để khỏi bị lừa", "làm căn cước mất tiền không"),
    *(
        "lỡ chuyển nhầm tiền cho người ta rồi",
        "sợ bị lừa quá",
        "có bị lừa không",
        "gọi 156 mất tiền hông",
    ),
    *("công an kêu chuyển tiền cho công an có thật không", "đọc otp có sao không", "chị Lụa"),
    "Ai bị lừa nhắn tin mình nha, mình lấy lại được tiền, uy tín",
    "Cập nhật ngay tại vneid-gov.com kẻo bị lừa mất tiền rồi hối không kịp",
)


@pytest.mark.parametrize("said", LOSSES)
def test_a_loss_is_heard_with_and_without_marks(library: Library, said: str) -> None:
    polite = frozenset(map(fold, library.glossary.polite)) | library.glossary.filling
    for typed in (said, fold(said), said.upper(), f"dạ {said} nha"):
        assert tells_of_loss(typed, library.scams, polite), typed


@pytest.mark.parametrize("said", OTHER_MATTERS)
def test_a_question_about_fees_prevention_or_slips_is_no_loss(library: Library, said: str) -> None:
    polite = frozenset(map(fold, library.glossary.polite)) | library.glossary.filling
    for typed in (said, fold(said)):
        assert not tells_of_loss(typed, library.scams, polite), typed


def _benchmark() -> Iterator[dict[str, str]]:
    for name in ("tuning", "held-out"):
        path = ROOT / "bench" / "data" / f"questions-{name}.tsv"
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t")


def test_no_question_of_the_benchmark_is_newly_taken_wrongly(library: Library) -> None:
    polite = frozenset(map(fold, library.glossary.polite)) | library.glossary.filling
    asked, heard = 0, 0
    for row in _benchmark():
        asked += 1
        assert not is_pasted(row["question"], library.domains), row
        if tells_of_loss(row["question"], library.scams, polite):
            heard += 1
            assert "at-da-bi-lua" in row["guides"], row
    assert asked == 1582
    assert heard >= 8


def test_no_phrase_of_another_guide_is_taken_for_a_loss_or_a_pasted_message(
    library: Library,
) -> None:
    polite = frozenset(map(fold, library.glossary.polite)) | library.glossary.filling
    for guide in library.guides.values():
        for phrase in guide.phrases:
            assert not is_pasted(phrase, library.domains), phrase
            if guide.id != library.menu.urgent:
                assert not tells_of_loss(phrase, library.scams, polite), (guide.id, phrase)
