"""The tasks of the five plans against rows read from their documents by hand; clauses that disagree."""

import pytest

from bot.library import Plan
from bot.library.reporting import Task
from tests import shipped

HOW_MANY = {"phuoc-tan": 14, "phuoc-binh": 32, "ho-nai": 23, "xuan-hoa": 13, "phu-lam": 21}
DAYS = {"phuoc-tan": 14, "phuoc-binh": 7, "ho-nai": 0, "xuan-hoa": 0, "phu-lam": 18}
"""How many tasks have a last day that can be read."""
OF_PHUOC_BINH = [
    *(f"I.{number}" for number in range(1, 7)),
    *(f"II.{number}" for number in range(6, 9)),
    *(f"III.{number}" for number in range(9, 14)),
    *(f"V.{number}" for number in range(16, 31)),  # the document jumps from 13 to 16
    *(f"VI.{number}" for number in range(31, 34)),
]

# plan, id, clause, how its text begins, lead, partners, product, due, last day, in focus
BY_HAND = [
    (
        ("phuoc-tan", "tap-huan-ky-nang-so", "000 · PL.I.5"),
        "Tập huấn kỹ năng số cơ bản cho người dân, doanh nghiệp",
        ("Phòng Văn hóa - Xã hội phường", "Đoàn thể", "≥5 lớp tập huấn/năm"),
        ("Giai đoạn 2026 – 2027", "2027-12-31", True),
    ),
    (
        ("phuoc-tan", "pho-cap-ky-nang-so", "000 · PL.II.5"),  # broken by the end of a page
        "Phổ cập kỹ năng số cộng đồng, thanh toán không tiền mặt",
        ("Phòng Văn hóa - Xã hội phường", "Đoàn thể", "≥70% người dân tiếp cận DV số"),
        ("Giai đoạn 2028 – 2030", "2030-12-31", True),
    ),
    (
        ("phuoc-tan", "chuan-hoa-mo-hinh", "000 · PL.III.2"),
        "Điều chỉnh, chuẩn hóa các mô hình hiệu quả",
        ("UBND phường", "Các phòng chuyên môn", "Mô hình áp dụng ổn định"),
        ("Giai đoạn 2031 – 2035", "2035-12-31", False),
    ),
    (
        ("phuoc-binh", "hoc-tap-so", "001 · PL.I.II.I.1"),
        "Triển khai Chương trình, Kế hoạch của UBND tỉnh về phát động phong trào học tập",
        ("Phòng Văn hóa - Xã hội", "Các cơ quan, đơn vị", "Chương trình/Kế hoạch"),
        ("Thường xuyên", None, True),
    ),
    (
        ("phuoc-binh", "cap-nhat-ke-hoach", "001 · PL.I.II.I.5"),
        "Hoàn thành xây dựng, cập nhật điều chỉnh kế hoạch",
        ("Phòng Văn hóa - Xã hội", "Các cơ quan, đơn vị", "Kế hoạch"),
        ("Quý I/2026", "2026-03-31", False),
    ),
    (
        ("phuoc-binh", "to-chuc-cuoc-thi-cong-dan-so", "001 · PL.I.II.I.6"),
        "Tổ chức triển khai Cuộc thi “Công dân số Phước Bình” trên địa bàn phường",
        ("Phòng Văn hóa - Xã hội", "Đoàn Thanh niên, TTHCC", "≥300 người dự thi"),
        ("Quý II/2026", "2026-06-30", True),
    ),
    (
        ("phuoc-binh", "lien-thong-so-suc-khoe", "001 · PL.I.II.V.24"),
        "Thực hiện liên thông dữ liệu Sổ sức khỏe điện tử, Giấy chuyển tuyến",
        (
            "Trạm Y tế phường",
            "Công an phường, các đơn vị liên quan",
            "Dữ liệu y tế được liên thông, kết nối",
        ),
        ("Thực hiện theo kế hoạch của UBND tỉnh năm 2026", None, True),
    ),
    (
        ("phuoc-binh", "do-thi-thong-minh", "001 · PL.I.II.V.29"),
        "Xây dựng phát triển đô thị thông minh (camera giám sát",
        (
            "Phòng Kinh tế, Hạ tầng và Đô thị; Công an phường",
            "Các phòng chuyên môn, Trung tâm Phục vụ hành chính công",
            "Giải pháp được triển khai",
        ),
        ("Năm 2026", "2026-12-31", False),
    ),
    (
        ("ho-nai", "van-dong-nguoi-dan", "002 · V.8"),
        "Thường xuyên tuyên truyền, vận động người dân tham gia các hoạt động chuyển đổi số",
        ("Ban điều hành các khu phố", None, None),
        ("Thường xuyên", None, True),
    ),
    (
        ("ho-nai", "to-cong-nghe-so-huong-dan", "002 · V.8"),
        "Phát huy hiệu quả 17 Tổ công nghệ số cộng đồng, tổ chức hướng dẫn người dân",
        ("Ban điều hành các khu phố", None, None),
        (None, None, True),
    ),
    (
        ("xuan-hoa", "huong-dan-dvc-vneid", "003 · V.9"),
        "Hướng dẫn người dân sử dụng dịch vụ công trực tuyến, VNeID",
        ("Các ấp trên địa bàn xã", None, None),
        (None, None, True),
    ),
    (
        ("phu-lam", "nang-cao-dvc-toan-trinh", "004 · PL.II.7"),
        "Triển khai Kế hoạch nâng cao chất lượng cung cấp dịch vụ công trực tuyến toàn trình",
        (
            "Sở KH & CN; Phòng Văn hóa - Xã hội xã",
            "Các cơ quan, đơn vị, phòng ban liên quan",
            "Theo Kế hoạch",
        ),
        ("Giai đoạn 2026-2027", "2027-12-31", True),
    ),
    (
        ("phu-lam", "cai-thien-dti-pii", "004 · PL.II.12"),
        "Xây dựng Kế hoạch cải thiện chỉ số DTI và chỉ số PII",
        (
            "Sở KH & CN; Phòng Văn hóa - Xã hội xã",
            "Các cơ quan, đơn vị, phòng ban liên quan",
            "Xếp hạng: (DTI) ≤ 4; (PII) ≤ 4",
        ),
        ("Hàng năm", None, False),
    ),
    (
        ("phu-lam", "thuc-hien-cac-chi-tieu", "004 · PL.II.15"),  # broken by the end of a page
        "Xây dựng triển khai các nhiệm vụ thực hiện các chỉ tiêu bao gồm",
        (
            "Sở KH & CN; Phòng Văn hóa - Xã hội xã",
            "Ban lãnh đạo các ấp, tổ Công nghệ số cộng đồng, "
            "Các cơ quan, đơn vị, phòng ban liên quan",
            "Theo kế hoạch",
        ),
        ("Năm 2026-2030", "2030-12-31", True),
    ),
]
PAIRS = {
    "phuoc-tan": {("co-so-kinh-doanh-cong-nghe-so", "ho-sxkd-cong-nghe")},
    "phuoc-binh": set(),  # «gần với» only: the clauses name different figures
    "ho-nai": set(),
    "xuan-hoa": {
        ("chi-ngan-sach", "chi-su-nghiep"),
        ("giao-dich-phi-tiep-xuc", "ho-so-truc-tuyen"),
        ("tai-khoan-vneid", "cap-can-cuoc-dinh-danh"),
        ("ho-so-cong-viec-dan-cu", "ho-so-dan-cu-dien-tu"),
    },
    "phu-lam": {
        ("pii-nhom-60", "pii-xep-hang"),
        ("chu-ky-so", "chu-ky-so-tren-70"),
        ("ho-so-suc-khoe", "ho-so-suc-khoe-95"),
        ("thanh-toan-so", "thanh-toan-so-90"),
    },
}
NOT_ASKED = {
    "phuoc-tan": {"Văn phòng HĐND và UBND phường", "UBND phường"},
    "phuoc-binh": {
        "Phòng Văn hóa - Xã hội",
        "Các trường học trên địa bàn phường",
        "Các cơ quan, đơn vị",
        "Các cơ quan, đơn vị, cơ quan, tổ chức liên quan",
    },
    "ho-nai": {
        "Phòng Văn hóa - Xã hội",
        "UBND phường",
        "các Hội đoàn thể phường",
        "Đoàn TNCSHCM phường",
        "Các doanh nghiệp",
        "Doanh nghiệp viễn thông",
    },
    "xuan-hoa": {
        "Phòng Văn hóa - Xã hội",
        "Ủy ban Mặt trận Tổ quốc và các tổ chức chính trị - xã hội",
        "Các ấp trên địa bàn xã",
    },
    "phu-lam": {"Phòng Văn hóa - Xã hội xã", "Sở KH & CN", "Các cơ quan, đơn vị, phòng ban"},
}
"""Who leads a task and is not asked to report: the compiler itself, those that only coordinate, groups."""


def plan_of(slug: str) -> Plan:
    return shipped.library().plans[slug]


@pytest.fixture(params=sorted(HOW_MANY))
def plan(request: pytest.FixtureRequest) -> Plan:
    return plan_of(request.param)


def test_there_are_as_many_tasks_as_the_document_has(plan: Plan) -> None:
    assert len(plan.tasks) == HOW_MANY[plan.slug]
    assert sum(one.ends_on is not None for one in plan.tasks) == DAYS[plan.slug]


@pytest.mark.parametrize("row", BY_HAND, ids=lambda row: row[0][1])
def test_a_row_reads_as_in_its_document(row: tuple[tuple[str, ...], ...]) -> None:
    (slug, name, clause), text, units, when = row
    (task,) = [one for one in plan_of(slug).tasks if one.id == name]
    assert task.source == clause
    assert task.text.startswith(str(text))
    assert (task.lead, task.partners, task.product) == units
    ends_on = task.ends_on.isoformat() if task.ends_on else None
    assert (task.due, ends_on, task.focus) == when


def test_every_row_of_an_annex_stands_once_and_in_its_order() -> None:
    def clauses(slug: str, head: str) -> list[str]:
        return [one.source.removeprefix(head) for one in plan_of(slug).tasks]

    assert clauses("phuoc-binh", "001 · PL.I.II.") == OF_PHUOC_BINH
    assert clauses("phu-lam", "004 · PL.II.") == [str(number) for number in range(1, 22)]
    rows = [("I", 5), ("II", 5), ("III", 4)]
    of_phuoc_tan = [f"{table}.{number}" for table, last in rows for number in range(1, last + 1)]
    assert clauses("phuoc-tan", "000 · PL.") == of_phuoc_tan


def test_no_task_is_without_text_lead_or_clause(plan: Plan) -> None:
    for one in plan.tasks:
        assert one.text, one.id
        assert one.text == " ".join(one.text.split()), one.id
        assert not one.text.endswith((".", ";", ":")) or one.text.endswith("..."), one.id
        assert one.lead, one.id
        assert one.source.startswith(f"{plan.plan.seed} · "), one.id
        assert "Hồ Nai" not in one.text, one.id  # the ward's right name
    texts = [one.text for one in plan.tasks]
    assert len(set(texts)) == len(texts)


def test_a_last_day_is_the_end_of_what_the_plan_wrote(plan: Plan) -> None:
    def is_dated(task: Task) -> bool:
        due = task.due or ""
        return due.startswith(("Quý", "Năm", "Giai đoạn"))

    for one in plan.tasks:
        assert (one.ends_on is not None) == is_dated(one), one.id
        if one.ends_on is not None:
            assert one.due is not None
            assert str(one.ends_on.year) == one.due[-4:], one.id
            assert (one.ends_on.month, one.ends_on.day) in {(3, 31), (6, 30), (12, 31)}, one.id


def test_a_task_and_a_target_never_share_a_name(plan: Plan) -> None:
    assert not {one.id for one in plan.tasks} & {one.id for one in plan.targets}


def test_who_leads_is_who_reports_or_is_known_not_to(plan: Plan) -> None:
    """A unit spelled in another way would not see its tasks in its form."""
    known = {name for one in plan.reporters for name in (one.name, *one.owners)}
    leads = {part for one in plan.tasks for part in (one.lead or "").split("; ")}
    assert leads - known == NOT_ASKED[plan.slug]


def test_clauses_that_disagree_name_each_other(plan: Plan) -> None:
    named = {one.id: one.conflicts_with for one in plan.targets if one.conflicts_with}
    assert {frozenset(pair) for pair in named.items()} == {
        frozenset(pair) for pair in PAIRS[plan.slug]
    }
    assert all(named[other] == one for one, other in named.items())


def test_a_share_that_is_counted_here_has_its_denominator() -> None:
    for plan in shipped.library().plans.values():
        shares = [one for one in plan.targets if one.formula and one.unit == "%"]
        known = {one.id for one in plan.denominators}
        assert {one.denominator for one in shares} == known
    (workers,) = plan_of("xuan-hoa").denominators
    assert (workers.unit, workers.source) == ("người", "003 · II.2 (Xã hội số)")
