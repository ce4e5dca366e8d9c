"""What the document of Phước Bình says, typed in by reading it: its goals, and each of its numbers."""

from typing import NamedTuple

VHXH = "Phòng Văn hóa - Xã hội"
PVHCC = "Trung tâm Phục vụ hành chính công"
VAN_PHONG = "Văn phòng HĐND và UBND phường"
KINH_TE = "Phòng Kinh tế, Hạ tầng và Đô thị"
TRAM_Y_TE = "Trạm Y tế phường"


class Goal(NamedTuple):
    """One goal; ``at_least`` is a number, or a level in words; no tags means out of focus."""

    id: str
    clause: str
    words: str
    at_least: int | str
    unit: str
    owner: str | None  # the column «Đơn vị chủ trì, theo dõi, đánh giá»
    tags: str = ""
    days: tuple[str, str] = ("2026-01-01", "2026-12-31")
    per: str | None = None
    formula: str | None = None


GOALS = [
    # II. Mục tiêu chung
    Goal(
        "cai-cach-hanh-chinh",
        "II",
        "Kết quả thực hiện cải cách hành chính, Chỉ số chất lượng phục vụ người dân, "
        "doanh nghiệp hàng năm đạt loại tốt",
        "Đạt loại tốt",
        "thứ bậc",
        None,
        "residents",
        per="year",
    ),
    Goal(
        "chuyen-doi-so",
        "II",
        "Kết quả triển khai chuyển đổi số trong hoạt động quản lý, điều hành và cung cấp "
        "dịch vụ công đạt mức khá",
        "Mức Khá",
        "thứ bậc",
        None,
        "dvc",
    ),
    # Phụ lục I, I. Các chỉ tiêu cụ thể
    Goal(
        "tiem-luc-khoa-hoc-cong-nghe",
        "PL.I.I.1",
        "Tiềm lực, trình độ khoa học, công nghệ và đổi mới sáng tạo",
        "Mức Khá",
        "thứ bậc",
        VHXH,
    ),
    Goal(
        "dti",
        "PL.I.I.2",
        "Xếp hạng chỉ số đánh giá chuyển đổi số (DTI)",
        "Mức Khá",
        "thứ bậc",
        VHXH,
    ),
    Goal(
        "su-dung-dvc",
        "PL.I.I.3.1",
        "Tỉ lệ sử dụng dịch vụ công trực tuyến của người dân và doanh nghiệp",
        90,
        "%",
        PVHCC,
        "residents dvc",
    ),
    Goal(
        "dvc-toan-trinh",
        "PL.I.I.3.2",
        "Tỉ lệ cung cấp DVCTT toàn trình trên tổng số TTHC có đủ điều kiện",
        90,
        "%",
        PVHCC,
        "dvc",
    ),
    Goal(
        "so-hoa-ho-so-tthc",
        "PL.I.I.3.3",
        "Tỉ lệ số hóa hồ sơ, kết quả giải quyết TTHC",
        100,
        "%",
        PVHCC,
    ),
    Goal(
        "ket-qua-tthc-dien-tu",
        "PL.I.I.3.4",
        "Tỉ lệ cấp kết quả giải quyết TTHC điện tử",
        100,
        "%",
        PVHCC,
        "dvc",
    ),
    Goal(
        "dung-lai-du-lieu-so-hoa",
        "PL.I.I.3.5",
        "Tỉ lệ khai thác, sử dụng lại thông tin, dữ liệu đã được số hóa trong giải quyết TTHC, DVC",
        80,
        "%",
        PVHCC,
        "dvc",
    ),
    Goal(
        "thanh-toan-truc-tuyen-dvc",
        "PL.I.I.3.6",
        "Tỉ lệ thanh toán trực tuyến trong giải quyết TTHC, DVC",
        80,
        "%",
        PVHCC,
        "residents dvc cashless",
    ),
    Goal(
        "tthc-phi-dia-gioi",
        "PL.I.I.3.7",
        "Tỉ lệ TTHC được tiếp nhận, giải quyết phi địa giới hành chính giữa trung ương và tỉnh, "
        "giữa các cấp chính quyền",
        70,
        "%",
        PVHCC,
        "dvc",
    ),
    Goal(
        "ho-so-cong-viec-dien-tu",
        "PL.I.I.3.8",
        "Tỉ lệ xử lý văn bản, hồ sơ công việc toàn trình trên môi trường điện tử "
        "của các cơ quan hành chính nhà nước",
        100,
        "%",
        f"{PVHCC}; {VAN_PHONG}",
    ),
    Goal(
        "giam-sat-nhiem-vu-dien-tu",
        "PL.I.I.3.9",
        "Tỉ lệ nhiệm vụ được theo dõi, quản lý, giám sát của các cơ quan hành chính "
        "thực hiện trên môi trường điện tử",
        90,
        "%",
        VAN_PHONG,
    ),
    Goal(
        "quan-tri-noi-bo-dien-tu",
        "PL.I.I.3.10",
        "Tỉ lệ các cơ quan nhà nước thực hiện chỉ đạo, điều hành, quản trị nội bộ "
        "trên môi trường điện tử",
        100,
        "%",
        VAN_PHONG,
    ),
    Goal(
        "chi-ngan-sach-khoa-hoc-cong-nghe",
        "PL.I.I.4",
        "Tỷ lệ chi ngân sách hằng năm của phường cho phát triển khoa học, công nghệ, "
        "đổi mới sáng tạo, chuyển đổi số",
        3,
        "%",
        KINH_TE,
        per="year",
    ),
    Goal(
        "quan-ly-nha-nuoc-so",
        "PL.I.I.5",
        "Quản lý nhà nước hoàn toàn trên môi trường số, kết nối và vận hành thông suốt "
        "giữa các cơ quan trong hệ thống chính trị",
        100,
        "%",
        VHXH,
    ),
    Goal(
        "chu-ky-so-ca-nhan",
        "PL.I.I.6",
        "Tỷ lệ dân số trưởng thành có chữ ký số hoặc chữ ký điện tử cá nhân",
        70,
        "%",
        VHXH,
        "residents signature",
    ),
    Goal(
        "ho-so-suc-khoe-dien-tu",
        "PL.I.I.7",
        "Tỷ lệ người dân có hồ sơ sức khỏe điện tử",
        90,
        "%",
        TRAM_Y_TE,
        "residents e-health",
    ),
    Goal(
        "an-toan-khong-gian-mang",
        "PL.I.I.8",
        "Đảm bảo an toàn, an ninh không gian mạng, an ninh dữ liệu và bảo vệ dữ liệu",
        100,
        "%",
        "Công an phường",
    ),
    Goal(
        "stem-ky-nang-so",
        "PL.I.I.9",
        "Cơ sở giáo dục các cấp từ tiểu học đến THPT có tổ chức các môn học giáo dục STEM "
        "và kỹ năng số",
        100,
        "%",
        VHXH,
        "digital-skills",
    ),
    Goal(
        "hoc-sinh-steam",
        "PL.I.I.10",
        "Học sinh phổ thông tiếp cận với STEAM",
        100,
        "%",
        VHXH,
    ),
    Goal(
        "kham-benh-tu-xa",
        "PL.I.I.11",
        "Người dân tiếp cận được thông tin y tế, sức khỏe và khám bệnh từ xa",
        90,
        "%",
        TRAM_Y_TE,
        "residents e-health",
    ),
    Goal(
        "can-bo-khoa-hoc-ky-thuat",
        "PL.I.I.12",
        "Tỷ lệ cán bộ có chuyên môn, kinh nghiệm về khoa học kỹ thuật trong đội ngũ lãnh đạo "
        "từng cơ quan, đơn vị nhà nước",
        25,
        "%",
        VHXH,
        per="year",  # PL.I.II.I.2, the task of this goal: «Hàng năm»
    ),
    Goal(
        "nen-tang-so-cua-tinh",
        "PL.I.I.13",
        "Ứng dụng các nền tảng số do tỉnh triển khai",
        100,
        "%",
        VHXH,
    ),
    Goal(
        "ky-nang-so-can-bo",
        "PL.I.I.14",
        "Tỷ lệ cán bộ, công chức, viên chức làm chủ kỹ năng số, ứng dụng công nghệ "
        "trong quản lý điều hành",
        100,
        "%",
        VHXH,
        "digital-skills",
    ),
    Goal(
        "cchc-hai-long",
        "PL.I.I.15",
        # the document has «người dân Doanh nghiệp», a slip
        "Chỉ số CCHC và Chỉ số đánh giá hài lòng của người dân, doanh nghiệp",
        "Đạt loại tốt",
        "thứ bậc",
        VHXH,
        "residents",
    ),
    # Phụ lục I, II. Nhiệm vụ cụ thể
    Goal(
        "cuoc-thi-cong-dan-so",
        "PL.I.II.I.6",
        "Tổ chức triển khai Cuộc thi “Công dân số Phước Bình” trên địa bàn phường nhằm "
        "tuyên truyền, nâng cao nhận thức và phát triển kỹ năng số cơ bản cho người dân, "
        "góp phần thúc đẩy chuyển đổi số trong cộng đồng dân cư: ≥300 người dự thi",
        300,
        "người",
        VHXH,
        "residents digital-skills",
        days=("2026-04-01", "2026-06-30"),  # Quý II/2026
        formula="contestants",
    ),
]

# Phụ lục II, million đồng: the total, then rows 1 to 14
AMOUNTS = ["8.073", "300", "613", "60", "200", "500", "500", "100", "450", "500", "800"]
AMOUNTS += ["3.000", "50", "800", "200"]

# Each number (and level) after the preamble (not row and page numbers, names of decrees, nor the head
# of Phụ lục I), with what stands for it: a goal's id, or the clause under which it was left out.
# How many there are is in COUNTED, so that a clause cannot drop out unseen.
BY_THE_PROVINCE = (
    "PL.I.II.III.10, III.11, III.12, III.13, V.24, V.25, V.26, V.27, V.28, VI.31, VI.32"
)
NUMBERS = {
    "I": [("06", "I.1")],
    "II": [("loại tốt", "cai-cach-hanh-chinh"), ("mức khá", "chuyen-doi-so")],
    "V": [],  # the names of decrees only
    "PL.I.I": [
        ("Mức Khá", "tiem-luc-khoa-hoc-cong-nghe"),
        ("Mức Khá", "dti"),
        ("90", "su-dung-dvc"),
        ("90", "dvc-toan-trinh"),
        ("100", "so-hoa-ho-so-tthc"),
        ("100", "ket-qua-tthc-dien-tu"),
        ("80", "dung-lai-du-lieu-so-hoa"),
        ("80", "thanh-toan-truc-tuyen-dvc"),
        ("70", "tthc-phi-dia-gioi"),
        ("100", "ho-so-cong-viec-dien-tu"),
        ("90", "giam-sat-nhiem-vu-dien-tu"),
        ("100", "quan-tri-noi-bo-dien-tu"),
        ("3", "chi-ngan-sach-khoa-hoc-cong-nghe"),
        ("100", "quan-ly-nha-nuoc-so"),
        ("70", "chu-ky-so-ca-nhan"),
        ("90", "ho-so-suc-khoe-dien-tu"),
        ("100", "an-toan-khong-gian-mang"),
        ("100", "stem-ky-nang-so"),
        ("100", "hoc-sinh-steam"),
        ("90", "kham-benh-tu-xa"),
        ("25", "can-bo-khoa-hoc-ky-thuat"),
        ("100", "nen-tang-so-cua-tinh"),
        ("100", "ky-nang-so-can-bo"),
        ("Đạt loại tốt", "cchc-hai-long"),
    ],
    "PL.I.II": [
        ("tối thiểu đạt 25%", "PL.I.II.I.2"),
        ("Đạt tỷ lệ 25%", "PL.I.II.I.2"),
        *[("Quý I/2026", "PL.I.II.I.3, I.4, I.5")] * 3,
        ("300", "cuoc-thi-cong-dan-so"),
        ("2026-06-30", "cuoc-thi-cong-dan-so"),  # Quý II/2026
        *[("năm 2026", BY_THE_PROVINCE)] * 11,
        *[("Năm 2026", "PL.I.II.V.23, V.29, V.30")] * 3,
    ],
    "PL.II": [
        ("năm 2026", "PL.II"),
        *[(amount, "PL.II") for amount in AMOUNTS],
        ("57", "PL.II.6, PL.II.7"),
        ("06", "PL.II.6, PL.II.7"),
        ("28", "PL.II.8"),
        ("28x3", "PL.II.9"),
        ("2026-2030", "PL.II.13"),
    ],
}
COUNTED = {"I": 1, "II": 2, "V": 0, "PL.I.I": 24, "PL.I.II": 21, "PL.II": 21}
