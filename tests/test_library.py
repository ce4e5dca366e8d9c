"""content/ is checked to the line, and loaded whole or not at all."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import library
from bot.core.errors import ContentError
from bot.core.vocabulary import Topic
from bot.library import Domain, Domains
from bot.library.guide_files import Rules, read_guide

REAL_CONTENT = Path(__file__).parents[1] / "content"

DOMAINS = """\
official:
  - {host: vneid.gov.vn, owner: Bộ Công an}
shorteners: [bit.ly]
"""

RULES = Domains(official=(Domain(host="vneid.gov.vn", owner="Bộ Công an"),), shorteners=("bit.ly",))

GUIDE = """\
---
id: thu-bai
title: Thử bài
topic: vneid
who: Ai có điện thoại
needs: [Thẻ căn cước]
time: khoảng 5 phút
fee: {text: Không mất tiền, as_of: 2026-11-21}
counter: Khi {you} mất số điện thoại
no_smartphone: "{You} tới Công an phường"
warnings:
  - Không đọc mã OTP cho ai
phrases: [một, hai, ba, bốn, năm]
errors:
  - {sign: Mã không về, fix: Chờ vài phút}
sources:
  - title: Bài báo
    publisher: Tòa soạn
    url: https://bao.example/bai
    date: 2026-08-15
    confidence: chac
reviewed_on: 2026-11-21
review_by: 2027-02-21
---

## Mở app {#mo-app}

{You} mở app VNeID.

## Bấm nút {#bam-nut}

Bấm nút màu đỏ. Xem thêm ở https://hotro.vneid.gov.vn/giup.
"""

PLAN = """\
slug: xa-thu
name: Xã Thử
kind: xa
office: {name: Phòng Văn hóa - Xã hội}
neighbourhoods: {kind: ap, names: []}
teams: {count: null}
plan: {title: Kế hoạch thử, year: 2026, seed: "009"}
targets: []
"""

GLOSSARY = """silent: [dạ]
same: {mật khẩu: [mk]}
commands: {menu: [menu]}
"""

MENU = """urgent: thu-bai
entries:
  - topic: vneid
    also: [cks]
    first: [thu-bai]
  - topic: dvc
"""

ELSEWHERE = """matters:
  - id: suc-khoe
    answer: "Dạ, {you} tới trạm y tế."
    phrases: [đau bụng, nhức đầu, ho hoài, uống thuốc gì, bị sốt]
"""

CHECKUP = """need: [muc-2]
complete: thu-bai
questions:
  - id: muc-2
    ask: "{You} có mức 2 chưa?"
    has: mức 2
    lacks: mức 2
    guide: thu-bai
    sources:
      - {title: Bài báo, publisher: Tòa soạn, date: 2026-08-15, confidence: chac}
"""


SCAMS = """signs:
  - id: doi-ma
    name: Hỏi mã
    why: Không ai hỏi mã.
    guide: thu-bai
    says: ["đọc mã"]
    sources: [{title: Bài báo, publisher: Tòa soạn, date: 2026-08-15, confidence: chac}]
numbers: {official: []}
losses: {longest: 20, says: ["bị lừa"]}
"""


TARIFFS = """zalo_oa:
  - {since: 2026-01-01, free_hours: 48, open_days: 7, price: 55, source: Zalo}
zalo_bot:
  - {since: 2026-01-01, people: 50, messages: 3000, source: Zalo}
"""


SPOKEN = "{forms: {OTP: ô-tê-pê}, calls: ['113'], by_eye: [vào đây]}\n"
SHORTHAND = """{writes: [ghi], tells: [giúp], before: [dạ], fillers: [nha], own: [tôi], asks: [cách],
  people: [cô], ranks: [hai], counted: [người], after_number: [mức], files: [hồ sơ],
  topics: {}, services: {}, belongs: {},
  places: {}, outcomes: {}, subjects: {}, first_time: {},
  for_parents: [hỏi giùm má]}
"""


QUIZ = """questions:
  - {id: mot, ask: Hỏi gì?, answers: [Có, Không], right: 2, why: Vì bài nói vậy., guide: thu-bai}
"""


LEARNING = """platform:
  code: trang
  name: Trang học
  url: https://vneid.gov.vn
  guide: thu-bai
  sources: [{title: Bài báo, publisher: Tòa soạn, date: 2026-08-15, confidence: chac}]
courses:
  - code: khoa
    name: khóa thử
    sources: [{title: Bài báo, publisher: Tòa soạn, date: 2026-08-15, confidence: chac}]
"""


SKILLS = """frames:
  - version: QĐ 1 v1.0
    title: Khung
    since: 2025-04-29
    source: {title: Quyết định, publisher: Bộ, date: 2025-04-29, confidence: chac}
    audiences: [{id: nguoi-dan, name: Người dân}]
    skills: [{code: "0", name: Thiết bị, confirmed: true}]
"""


@pytest.fixture
def content(tmp_path):
    root = tmp_path / "content"
    (root / "guides").mkdir(parents=True)
    (root / "plans").mkdir()
    (root / "domains.yaml").write_text(DOMAINS, encoding="utf-8")
    (root / "glossary.yaml").write_text(GLOSSARY, encoding="utf-8")
    (root / "menu.yaml").write_text(MENU, encoding="utf-8")
    (root / "elsewhere.yaml").write_text(ELSEWHERE, encoding="utf-8")
    (root / "checkup.yaml").write_text(CHECKUP, encoding="utf-8")
    (root / "scams.yaml").write_text(SCAMS, encoding="utf-8")
    (root / "tariffs.yaml").write_text(TARIFFS, encoding="utf-8")
    (root / "shorthand.yaml").write_text(SHORTHAND, encoding="utf-8")
    (root / "learning.yaml").write_text(LEARNING, encoding="utf-8")
    (root / "quizzes").mkdir()
    for topic in Topic:
        (root / "quizzes" / f"{topic}.yaml").write_text(QUIZ, encoding="utf-8")
    (root / "skills.yaml").write_text(SKILLS, encoding="utf-8")
    (root / "spoken.yaml").write_text(SPOKEN, encoding="utf-8")
    (root / "guides" / "thu-bai.md").write_text(GUIDE, encoding="utf-8")
    (root / "plans" / "xa-thu.yaml").write_text(PLAN, encoding="utf-8")
    return root


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} must stand once, to be changed"
    path.write_text(text.replace(old, new), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").split("\n")
    return lambda sign: next(n for n, line in enumerate(lines, 1) if sign in line)


def only_fault(content):
    faults, _ = library.check(content)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


# loading


def test_the_real_content_has_no_faults():
    faults, _ = library.check(REAL_CONTENT)
    assert [str(fault) for fault in faults] == []
    assert "ho-nai" in library.load(REAL_CONTENT).plans


def test_a_good_directory_is_loaded_whole(content):
    loaded = library.load(content)
    assert list(loaded.guides) == ["thu-bai"]
    assert list(loaded.plans) == ["xa-thu"]
    assert loaded.domains.allows("https://vneid.gov.vn/tai")
    assert library.check(content) == ([], [])


def test_what_is_loaded_cannot_be_changed(content):
    loaded = library.load(content)
    with pytest.raises(TypeError):
        loaded.guides["khac"] = loaded.guides["thu-bai"]
    with pytest.raises(ValueError, match="frozen"):
        loaded.guides["thu-bai"].title = "Tên khác"


def test_one_broken_file_loads_nothing_and_all_faults_are_told(content):
    change(content / "guides" / "thu-bai.md", "title: Thử bài\n", "")
    change(content / "plans" / "xa-thu.yaml", "name: Xã Thử\n", "")
    with pytest.raises(ContentError) as caught:
        library.load(content)
    assert [(one.file, one.line) for one in caught.value.faults] == [
        ("content/guides/thu-bai.md", 2),
        ("content/plans/xa-thu.yaml", 1),
    ]


def test_guides_come_in_the_order_of_their_names(content):
    for name in ("b-hai", "a-mot"):
        text = GUIDE.replace("thu-bai", name)
        (content / "guides" / f"{name}.md").write_text(text, encoding="utf-8")
    assert list(library.load(content).guides) == ["a-mot", "b-hai", "thu-bai"]


def test_a_directory_that_is_not_there_is_a_fault(tmp_path):
    faults, _ = library.check(tmp_path / "nowhere")
    assert [(one.file, one.line) for one in faults] == [
        ("nowhere/domains.yaml", 1),
        ("nowhere/glossary.yaml", 1),
        ("nowhere/shorthand.yaml", 1),
        ("nowhere/skills.yaml", 1),
        ("nowhere/spoken.yaml", 1),
        ("nowhere/tariffs.yaml", 1),
    ]


def test_a_file_with_another_ending_is_not_passed_over(content):
    (content / "plans" / "xa-khac.yml").write_text(PLAN, encoding="utf-8")
    assert "đổi đuôi thành .yaml" in only_fault(content).mend


def test_a_file_that_is_not_utf8_is_a_fault_with_its_line(content):
    (content / "plans" / "xa-thu.yaml").write_bytes(b"slug: xa-thu\nname: X\xe3\n")
    assert only_fault(content).line == 2


def test_line_ends_of_windows_and_decomposed_letters_are_read_alike(content):
    path = content / "guides" / "thu-bai.md"
    decomposed = GUIDE.replace("Thử", "Thu\u031b\u0309").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + decomposed.encode())
    assert library.load(content).guides["thu-bai"].title == "Thử bài"


# front matter

FRONT_FAULTS = {
    "missing field": ("title: Thử bài\n", "", "---", "thiếu mục «title»", "«title: …»"),
    "unknown field": ("time:", "tiem:", "tiem:", "«tiem»", "«time»"),
    "unknown field of a part": (
        "publisher:",
        "publishr:",
        "publishr:",
        "«publishr»",
        "«publisher»",
    ),
    "repeated key": ("topic: vneid", "topic: vneid\ntopic: at", "topic: at", "hai lần", "xóa"),
    "unknown topic": ("topic: vneid", "topic: vnied", "topic:", "«vnied»", "vneid, dvc, tt"),
    "number for text": ("time: khoảng 5 phút", "time: 5", "time:", "cần là chữ", "ngoặc kép"),
    "text for date": ("review_by: 2027-02-21", "review_by: mai", "review_by:", "ngày", "2026-11"),
    "date that is none": ("2027-02-21", "2027-02-31", "2027-02-31", "có thật", "sửa"),
    "empty value": ("who: Ai có điện thoại", "who:", "who:", "đang để trống", "điền"),
    "empty text": ("who: Ai có điện thoại", 'who: ""', "who:", "đang để trống", "điền"),
    "text for list": ("needs: [Thẻ căn cước]", "needs: Thẻ", "needs:", "danh sách", "«- »"),
    "text for parts": (
        "fee: {text: Không mất tiền, as_of: 2026-11-21}",
        "fee: không",
        "fee:",
        "mục con",
        "thụt vào",
    ),
    "fee without date": (", as_of: 2026-11-21", "", "fee:", "«as_of»", "as_of"),
    "needs and fee too long together": (
        "needs: [Thẻ căn cước]\n",
        "needs: [" + ", ".join(f"{n}{'a' * 95}" for n in range(5)) + "]\n",
        "needs:",
        "gộp lại dài",
        "viết ngắn",
    ),
    "long need": ("[Thẻ căn cước]", f"[{'a' * 101}]", "needs:", "100 ký tự", "ngắn"),
    "few phrases": ("[một, hai, ba, bốn, năm]", "[một]", "phrases:", "ít nhất 5", "thêm"),
    "no word of OTP": ("mã OTP", "mã", "warnings:", "OTP", "không đọc mã OTP"),
    "unchecked source": ("confidence: chac", "confidence: can_kiem_tra", "confidence:", "in", "bỏ"),
    "unknown confidence": ("confidence: chac", "confidence: sure", "conf", "«sure»", "chac, mot"),
    "review before today": ("review_by: 2027", "review_by: 2025", "review_by", "không sau", "ngày"),
    "wrong id": ("id: thu-bai", "id: thu-bay", "id:", "khác tên tệp", "id: thu-bai"),
    "id with accents": ("id: thu-bai", "id: Thử", "id:", "không đúng dạng", "a–z"),
    "strange brace": ("Ai có điện thoại", "Ai {ten} có", "who:", "ngoặc nhọn", "{you}"),
    "strange link": ("Chờ vài phút", '"xem http://xau.vn"', "sign:", "http://xau.vn", "domains"),
    "source by shortener": ("https://bao.example/bai", "https://bit.ly/x", "url:", "địa chỉ", "bỏ"),
    "alias": ("time: khoảng 5 phút", "time: *a", "time:", "YAML", "ngoặc kép"),
    "chosen name": ("topic: vneid", "topic: &t vneid\ntime2: *t", "topic", "«*»", "viết lại"),
    "strange tag": ("time: khoảng 5 phút", "time: !!python/name:os.system x", "time:", "YAML", ""),
    "not YAML": ("who: Ai có điện thoại", "who: Ai: đó", "who:", "dấu «:»", "ngoặc kép"),
    "tab": ("who: Ai có điện thoại", "who:\n\tAi", "\tAi", "tab", "dấu cách"),
    "open quote": ('tới Công an phường"', "tới", "no_smartphone", "chưa đóng", "đóng"),
    "unchecked fact": ("Ai có điện thoại", "Ai đó (CẦN KIỂM TRA)", "who:", "CẦN", "bỏ"),
}


@pytest.mark.parametrize(
    ("old", "new", "sign", "what", "mend"), FRONT_FAULTS.values(), ids=FRONT_FAULTS.keys()
)
def test_a_fault_of_the_front_matter_names_its_line(content, old, new, sign, what, mend):
    line_of = change(content / "guides" / "thu-bai.md", old, new)
    fault = only_fault(content)
    assert what in fault.what
    assert mend in fault.mend
    assert fault.line == (2 if sign == "---" else line_of(sign))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "thiếu phần đầu bài"),
        ("---\nid: a\n", "phần đầu bài chưa đóng"),
        ("---\n---\n", "nội dung tệp đang để trống"),
        ("---\nchữ\n---\n", "nội dung tệp cần có các mục con, đang là «chữ»"),
    ],
    ids=["empty file", "fence not closed", "nothing between the fences", "only a word"],
)
def test_a_guide_without_front_matter_is_a_fault(content, text, what):
    (content / "guides" / "thu-bai.md").write_text(text, encoding="utf-8")
    faults, _ = library.check(content)
    assert faults[0].what == what


def test_only_known_ids_are_taken_where_they_are_given(content):
    assert library.check(content, {"thu-bai"})[0] == []
    faults, _ = library.check(content, {"bai-khac"})
    assert [(one.line, one.what) for one in faults] == [
        (2, "id «thu-bai» không có trong danh mục bài")
    ]


@given(st.data())
def test_whatever_is_written_gives_a_guide_or_faults_with_a_line(data):
    start = data.draw(st.integers(0, len(GUIDE)))
    end = data.draw(st.integers(start, min(len(GUIDE), start + 40)))
    added = data.draw(
        st.text(st.sampled_from("ab{}[]#-:*&!|>%@`\"'\n\t \x00\u2028,?1é"), max_size=8)
    )
    text = GUIDE[:start] + added + GUIDE[end:]
    guide, page = read_guide(text, "content/guides/thu-bai.md", Rules(RULES))
    assert (guide is None) == bool(page.faults)
    assert all(1 <= one.line <= text.count("\n") + 2 for one in page.faults)


# steps

STEP_FAULTS = {
    "no id": (" {#mo-app}", "", "## Mở app", "chưa có mã"),
    "wrong id": ("{#mo-app}", "{#Mở_app}", "## Mở app", "không đúng dạng"),
    "long id": ("{#mo-app}", "{#" + "a" * 25 + "}", "## Mở app", "không đúng dạng"),
    "no label": ("## Mở app {#mo-app}", "## {#mo-app}", "{#mo-app}", "chưa có tên"),
    "repeated id": ("{#bam-nut}", "{#mo-app}", "## Bấm nút", "đã dùng ở dòng"),
    "empty": ("{You} mở app VNeID.\n", "", "## Mở app", "không có nội dung"),
    "too long": ("mở app VNeID", "x" * 487, "## Mở app", "tối đa 500"),
    "two actions": ("mở app VNeID", "mở app VÀ SAU ĐÓ bấm", "VÀ SAU", "hai việc"),
    "two actions, then": ("mở app VNeID", "mở app rồi sau đó bấm", "rồi sau", "hai việc"),
    "strange brace": ("mở app VNeID", "mở {app}", "mở {app}", "ngoặc nhọn"),
    "strange link": ("hotro.vneid.gov.vn/giup", "vneid.gov.vn.xau.com", "xau", "chính thức"),
    "link with a false host": ("hotro.vneid.gov.vn", "vneid.gov.vn@x.vn", "x.vn", "chính thức"),
    "bare foreign page": ("mở app VNeID", "mở vneid-gov.com", "vneid-gov.com", "chính thức"),
    "shortener": ("mở app VNeID", "vào bit.ly/abc", "bit.ly", "rút gọn"),
    "unchecked fact": ("mở app VNeID", "mở CẦN KIỂM TRA", "CẦN", "CẦN KIỂM TRA"),
    "too deep": ("## Bấm nút {#bam-nut}", "### Bấm nút", "### Bấm", "quá sâu"),
    "text before the steps": ("## Mở app", "Lời nói đầu.\n\n## Mở app", "Lời", "ngoài bước"),
    "step before a way": ("## Bấm", "# Lối {#loi}\n\n## Bấm", "## Mở", "trước nhánh"),
    "empty way": ("## Mở", "# Lối {#loi}\n\n# Ngả {#nga}\n\n## Mở", "# Lối", "không có bước"),
}


@pytest.mark.parametrize(
    ("old", "new", "sign", "what"), STEP_FAULTS.values(), ids=STEP_FAULTS.keys()
)
def test_a_fault_of_a_step_names_its_line(content, old, new, sign, what):
    path = content / "guides" / "thu-bai.md"
    change(path, "review_by: 2027-02-21\n", "review_by: 2027-02-21\nask: Lối nào?\n")
    line_of = change(path, old, new)
    fault = only_fault(content)
    assert what in fault.what
    assert fault.line == line_of(sign)


def test_length_is_measured_with_the_longest_form_of_address(content):
    path = content / "guides" / "thu-bai.md"
    change(path, "{You} mở app VNeID.", "{You}" + "x" * 486)
    assert library.check(content)[0] == []
    change(path, "{You}x", "{you}xx")
    assert "501" in only_fault(content).what


def test_a_long_step_and_a_long_sentence_are_only_warnings(content):
    line_of = change(content / "guides" / "thu-bai.md", "mở app VNeID.", "mở " + "rồi mở " * 50)
    faults, warnings = library.check(content)
    assert faults == []
    assert [one.line for one in warnings] == [line_of("## Mở"), line_of("rồi mở")]


def test_an_action_string_fits_into_a_button(content):
    name = "a" * 36
    text = GUIDE.replace("thu-bai", name).replace("{#mo-app}", "{#" + "b" * 23 + "}")
    (content / "guides" / f"{name}.md").write_text(text, encoding="utf-8")
    assert "64 byte" in only_fault(content).what


def test_a_guide_without_steps_is_a_fault(content):
    path = content / "guides" / "thu-bai.md"
    path.write_text(GUIDE[: GUIDE.index("## Mở")], encoding="utf-8")
    assert "không có bước" in only_fault(content).what


def test_several_ways_need_a_question_and_are_at_most_four(content):
    path = content / "guides" / "thu-bai.md"
    ways = "".join(f"# Lối {n} {{#loi-{n}}}\n\n## B {{#b-{n}}}\n\nBấm.\n\n" for n in range(5))
    line_of = change(path, GUIDE[GUIDE.index("## Mở") :], ways)
    faults, _ = library.check(content)
    assert [(one.line, one.what) for one in faults] == [
        (2, "thiếu mục «ask»"),
        (line_of("# Lối 4"), "có hơn 4 nhánh"),
    ]


# guides


def test_a_guide_without_ways_is_one_way_named_after_itself(content):
    guide = library.load(content).guides["thu-bai"]
    (way,) = guide.ways
    assert (way.id, way.label) == ("thu-bai", "Thử bài")
    assert [(step.id, step.label) for step in way.steps] == [
        ("mo-app", "Mở app"),
        ("bam-nut", "Bấm nút"),
    ]
    assert way.steps[0].text == "{You} mở app VNeID."
    assert GUIDE.split("\n")[way.steps[0].line - 1] == "## Mở app {#mo-app}"
    assert guide.topic is Topic.VNEID


def test_a_step_is_found_by_its_id_in_any_way(content):
    path = content / "guides" / "thu-bai.md"
    change(path, "review_by: 2027-02-21\n", "review_by: 2027-02-21\nask: Lối nào?\n")
    change(path, "## Mở", "# Một {#mot}\n\n## Mở")
    change(path, "## Bấm", "# Hai {#hai}\n\n## Bấm")
    guide = library.load(content).guides["thu-bai"]
    assert [way.label for way in guide.ways] == ["Một", "Hai"]
    assert guide.step("bam-nut") == (guide.ways[1], 0)
    assert guide.step("da-bo") is None


def test_a_review_that_is_overdue_is_a_warning_only_where_the_day_is_known(content):
    path = content / "guides" / "thu-bai.md"
    last = dt.date(2027, 2, 21)
    next_day = last + dt.timedelta(days=1)
    assert library.check(content) == ([], [])
    assert library.check(content, today=last) == ([], [])
    faults, (warning,) = library.check(content, today=next_day)
    assert faults == []
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[warning.line - 1] == "review_by: 2027-02-21"
    assert "quá hạn xem lại 1 ngày (hạn 21/02/2027)" in warning.what
    change(path, "{#bam-nut}", "")
    faults, warnings = library.check(content, today=next_day)
    assert (len(faults), warnings) == (1, [warning])  # a fault elsewhere hides nothing


def test_a_guide_is_stale_after_its_day_of_review(content):
    guide = library.load(content).guides["thu-bai"]
    assert not guide.is_stale(dt.date(2027, 2, 21))
    assert guide.is_stale(dt.date(2027, 2, 22))


OURS = RULES.with_own("https://banso.phuong.example:8443")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Mở https://vneid.gov.vn/tai.", "Mở https://vneid.gov.vn/tai."),
        ("Mở **hotro.vneid.gov.vn**", "Mở **hotro.vneid.gov.vn**"),
        ("Mã: https://banso.phuong.example:8443/chat/ho-nai", None),
        ("Đuôi gov.vn mới thật, ghi cong@vneid.gov.vn, giá 1.500.000 đ, v.v.", None),
        ("Mở http://xau.com/a?b, rồi xau.vn!", "Mở (bỏ), rồi (bỏ)!"),
        ("Mở vneid-gov.com và vneid.gov.vn", "Mở (bỏ) và vneid.gov.vn"),
        ("Vào bit.ly/x hoặc https://vneid.gov.vn@xau.com", "Vào (bỏ) hoặc (bỏ)"),
        ("banso.phuong.example.xau.com", "(bỏ)"),
    ],
)
def test_a_link_that_is_not_official_never_goes_out(said: str, shown: str | None) -> None:
    assert OURS.without_foreign(said, "(bỏ)") == (shown or said)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("id: suc-khoe", "id: Sức-khỏe", 2, "mã «Sức-khỏe» không đúng dạng"),
        ("id: suc-khoe", "id: thu-bai", 2, "mã «thu-bai» đã là của một bài"),
        ("{you} tới", "mở http://xau.com rồi {you} tới", 2, "liên kết «http://xau.com»"),
        ("{you} tới", "{ai} tới", 2, "ngoặc nhọn lạ"),
        ("{you} tới", "{you} " + "tới " * 80, 3, "câu trả lời dài"),
        ("[đau bụng, nhức đầu", "[đau bụng, DAU BUNG", 2, "câu «DAU BUNG» viết hai lần"),
        (", uống thuốc gì, bị sốt", "", 4, "mới có 3 ý"),
    ],
)
def test_a_fault_of_a_matter_without_a_guide_names_its_line(content, old, new, line, what):
    change(content / "elsewhere.yaml", old, new)
    [fault] = library.check(content)[0]
    assert (fault.file, fault.line) == ("content/elsewhere.yaml", line)
    assert what in fault.what
