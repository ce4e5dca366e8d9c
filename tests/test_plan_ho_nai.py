"""The plan of Hố Nai against a table read from its document by hand, clause by clause."""

import pytest

from bot.library import Plan, Tag, plan_as_json
from tests import shipped

TTHCC = "Trung tâm Phục vụ hành chính công"
VHXH = "Phòng Văn hóa - Xã hội"
KINH_TE = "Phòng Kinh tế, Hạ tầng và Đô thị"
TRUONG = "Các trường học Mầm non, Tiểu học, THCS"

# id, clause, words of the plan, comparator, value, office that section V names for the subject
BY_HAND = [
    (
        "dien-thoai-thong-minh",
        "II.2.1",
        "Tỷ lệ dân số trưởng thành có điện thoại thông minh đạt trên 85%",
        (">", 85, "%"),
        None,
    ),
    (
        "trang-bi-thiet-bi",
        "II.2.1",
        "Trang bị thiết bị máy móc, đường truyền internet hiện đại và đồng bộ cho cán bộ, "
        "công chức, viên chức làm việc đạt tỷ lệ 80%",
        (">=", 80, "%"),
        None,
    ),
    (
        "camera-mot-cua",
        "II.2.1",
        "Duy trì phát triển 100% hệ thống camera theo dõi, giám sát bộ phận một cửa cấp phường "
        "kết nối, liên thông, chia sẻ dữ liệu với Trung tâm phục vụ Hành chính công tỉnh "
        "Đồng Nai, Trung tâm giám sát, điều hành thông minh tỉnh (IOC)",
        (">=", 100, "%"),
        None,
    ),
    (
        "dvc-toan-trinh",
        "II.2.2",
        "Phối hợp, thực hiện 100% hồ sơ thủ tục hành chính (TTHC) đủ điều kiện được cung cấp "
        "dưới dạng dịch vụ công trực tuyến toàn trình",
        (">=", 100, "%"),
        TTHCC,
    ),
    (
        "dien-toan-dam-may",
        "II.2.2",
        "Phối hợp, thực hiện đạt 70% hệ thống thông tin của xã được vận hành trên nền tảng "
        "điện toán đám mây",
        (">=", 70, "%"),
        None,
    ),
    (
        "so-hoa-ho-so-tthc",
        "II.2.2",
        "Tỷ lệ số hóa hồ sơ, kết quả giải quyết TTHC đạt 100%",
        (">=", 100, "%"),
        TTHCC,
    ),
    (
        "tthc-phi-dia-gioi",
        "II.2.2",
        "100% thủ tục hành chính đủ điều kiện thực hiện không phụ thuộc địa giới hành chính",
        (">=", 100, "%"),
        TTHCC,
    ),
    (
        "so-hoa-co-so-du-lieu",
        "II.2.2",
        "60% cơ sở dữ liệu của phường được số hóa và liên thông với tỉnh",
        (">=", 60, "%"),
        None,
    ),
    (
        "hai-long-dvc",
        "II.2.2",
        "Trên 90% người dân, doanh nghiệp hài lòng đối với việc sử dụng dịch vụ công trực tuyến",
        (">", 90, "%"),
        TTHCC,
    ),
    (
        "dvc-ung-dung-ai",
        "II.2.2",
        "50% các dịch vụ công trực tuyến toàn trình thiết yếu được ứng dụng (AI) "
        "trong hướng dẫn, tiếp nhận và xử lý hồ sơ",
        (">=", 50, "%"),
        TTHCC,
    ),
    (
        "thanh-toan-truc-tuyen-dvc",
        "II.2.2",
        "Tỷ lệ thanh toán trực tuyến trên cổng dịch vụ công quốc gia trên tổng số giao dịch "
        "thanh toán của dịch vụ công trên 80%",
        (">", 80, "%"),
        TTHCC,
    ),
    (
        "ho-so-cong-viec-dien-tu",
        "II.2.2",
        "Tỷ lệ hồ sơ công việc được xử lý trên môi trường điện tử "
        "(không bao gồm hồ sơ xử lý công việc có nội dung mật) đạt 80%",
        (">=", 80, "%"),
        None,
    ),
    (
        "che-do-bao-cao",
        "II.2.2",
        "100% chế độ báo cáo của các cơ quan được thực hiện trên Hệ thống thông tin báo cáo "
        "cấp tỉnh",
        (">=", 100, "%"),
        None,
    ),
    (
        "su-dung-dvc",
        "II.2.2",
        "Tỷ lệ sử dụng dịch vụ công trực tuyến của người dân và doanh nghiệp đạt 80%",
        (">=", 80, "%"),
        TTHCC,
    ),
    (
        "chu-ky-so-can-bo",
        "II.2.2",
        "100% cán bộ trong các cơ quan Nhà nước phường Hố Nai có thẩm quyền ký văn bản của "
        "cơ quan, đơn vị được trang bị chữ ký số theo quy định",
        (">=", 100, "%"),
        None,
    ),
    (
        "ky-nang-so-can-bo",
        "II.2.2",
        "Phấn đấu trên 85% cán bộ, công chức phường có kỹ năng số thành thạo, ứng dụng trí tuệ "
        "nhân tạo (AI) hỗ trợ trong xử lý công việc",
        (">", 85, "%"),
        None,
    ),
    (
        "boi-duong-can-bo",
        "II.2.2",
        "100% cán bộ, công chức, viên chức cấp phường được bồi dưỡng kỹ năng số căn bản, ATTT mạng",
        (">=", 100, "%"),
        VHXH,
    ),
    (
        "ty-trong-kinh-te-so",
        "II.2.3",
        "Phối hợp, thực hiện chỉ tiêu Kế hoạch tỉnh Đồng Nai về tỷ trọng kinh tế số trên GRDP "
        "đạt tối thiểu 9%",
        (">=", 9, "%"),
        None,
    ),
    (
        "ho-kinh-doanh-nen-tang-so",
        "II.2.3",
        "Phấn đấu 60% hộ kinh doanh, doanh nghiệp vừa và nhỏ trên địa bàn sử dụng nền tảng số "
        "trong quản lý, kinh doanh, dịch vụ, giao dịch",
        (">=", 60, "%"),
        KINH_TE,
    ),
    (
        "hop-dong-dien-tu",
        "II.2.3",
        "Tỷ lệ doanh nghiệp sử dụng hợp đồng điện tử đạt 80%",
        (">=", 80, "%"),
        KINH_TE,
    ),
    (
        "khong-dung-tien-mat",
        "II.2.3",
        "Phấn đấu đạt 70% tỷ lệ giao dịch không dùng tiền mặt trên địa phương",
        (">=", 70, "%"),
        None,
    ),
    (
        "phu-song-5g",
        "II.2.4",
        "Tỷ lệ phủ sóng thông tin di động 5G và các thế hệ tiếp theo trên địa bàn phường "
        "đạt 50% trở lên",
        (">=", 50, "%"),
        None,
    ),
    (
        "cap-quang-ho-gia-dinh",
        "II.2.4",
        "Trên 80% hộ gia đình có khả năng tiếp cận mạng Internet băng rộng cáp quang "
        "với tốc độ 1Gb/s",
        (">", 80, "%"),
        None,
    ),
    (
        "vneid-muc-2",
        "II.2.4",
        "Tỷ lệ dân số trưởng thành có tài khoản định danh điện tử mức 2 (VNeID) đạt 100%",
        (">=", 100, "%"),
        "Công an phường",
    ),
    (
        "chu-ky-so-ca-nhan",
        "II.2.4",
        "Tỷ lệ dân số trưởng thành có chữ ký số cá nhân đạt 50% trở lên",
        (">=", 50, "%"),
        None,
    ),
    (
        "kham-chua-benh-tu-xa",
        "II.2.4",
        "Tỷ lệ dân số trưởng thành dùng dịch vụ tư vấn sức khỏe trực tuyến, "
        "khám chữa bệnh từ xa đạt > 80%",
        (">", 80, "%"),
        "Trạm Y tế phường",
    ),
    (
        "ho-so-suc-khoe-dien-tu",
        "II.2.4",
        "Người dân có hồ sơ sức khỏe điện tử đạt 90% trở lên",
        (">=", 90, "%"),
        "Trạm Y tế phường",
    ),
    (
        "nen-tang-quan-tri-truong-hoc",
        "II.2.4",
        "100% trường học cấp phổ thông triển khai nền tảng quản trị trường học",
        (">=", 100, "%"),
        TRUONG,
    ),
    (
        "internet-y-te-giao-duc",
        "II.2.4",
        "100% cơ sở Y tế, Giáo dục có đường truyền internet tốc độ cao",
        (">=", 100, "%"),
        None,
    ),
    (
        "hoc-ba-dien-tu",
        "II.2.4",
        "Tỷ lệ người học phổ thông có hồ sơ học bạ điện tử cá nhân đạt 100%",
        (">=", 100, "%"),
        TRUONG,
    ),
    (
        "truyen-thong-ky-nang-so",
        "II.2.4",
        "Truyền thông tuyên truyền kỹ năng số cho Tổ công nghệ số và người dân đạt 10 buổi/năm",
        (">=", 10, "buổi"),
        VHXH,
    ),
    (
        "can-bo-chuyen-doi-so",
        "III.1",
        "Các cơ quan trong hệ thống chính trị phải bố trí ít nhất một cán bộ có đủ trình độ, "
        "năng lực, phẩm chất đáp ứng yêu cầu tham mưu triển khai nhiệm vụ chuyển đổi số "
        "trong cơ quan, đơn vị",
        (">=", 1, "cán bộ/cơ quan"),
        None,
    ),
    (
        "may-tinh-chong-ma-doc",
        "III.7",
        "100% máy tính được cài đặt phần mềm phòng chống mã độc tập trung, "
        "phần mềm giám sát an ninh mạng",
        (">=", 100, "%"),
        "Văn phòng HĐND và UBND phường",
    ),
    (
        "chi-ngan-sach-chuyen-doi-so",
        "IV (Kinh phí thực hiện)",
        "Tỷ lệ chi ngân sách địa phương chi cho chuyển đổi số tối đa 2%",
        ("<=", 2, "%"),
        KINH_TE,
    ),
]

FOCUS = {
    "dien-thoai-thong-minh",
    "dvc-toan-trinh",
    "tthc-phi-dia-gioi",
    "hai-long-dvc",
    "dvc-ung-dung-ai",
    "thanh-toan-truc-tuyen-dvc",
    "su-dung-dvc",
    "chu-ky-so-can-bo",
    "ky-nang-so-can-bo",
    "boi-duong-can-bo",
    "ho-kinh-doanh-nen-tang-so",
    "khong-dung-tien-mat",
    "cap-quang-ho-gia-dinh",
    "vneid-muc-2",
    "chu-ky-so-ca-nhan",
    "kham-chua-benh-tu-xa",
    "ho-so-suc-khoe-dien-tu",
    "truyen-thong-ky-nang-so",
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return shipped.library().plans["ho-nai"]


def by_hand(row):
    target_id, clause, words, (op, value, unit), owner = row
    shown = {
        "id": target_id,
        "title": words,
        "unit": unit,
        "op": op,
        "value": value,
        "from": "2026-01-01",
        "to": "2026-12-31",
        "kind": "entered",
        "owner": owner,
        "source": f"002 · {clause}",
    }
    if target_id == "truyen-thong-ky-nang-so":
        shown |= {"kind": "computed", "per": "year"}
    return shown


def test_every_target_is_the_one_that_the_document_sets(plan):
    assert plan_as_json(plan) == {
        "slug": "ho-nai",
        "name": "Hố Nai",
        "kind": "phuong",
        "teams": 17,
        "targets": [by_hand(row) for row in BY_HAND],
        "deadlines": [],
    }


def test_communication_sessions_are_counted_by_ourselves(plan):
    computed = [target for target in plan.targets if target.kind == "computed"]
    assert [(one.id, one.formula) for one in computed] == [
        ("truyen-thong-ky-nang-so", "communication_sessions")
    ]


def test_focus_is_what_touches_people_and_exactly_what_has_a_tag_of_its_own(plan):
    assert {target.id for target in plan.targets if target.focus} == FOCUS
    assert {target.id for target in plan.targets if target.tags != (Tag.OTHER,)} == FOCUS


def test_the_ward_has_seventeen_neighbourhoods_with_a_team_each(plan):
    assert len(plan.neighbourhoods.names) == plan.teams.count == 17
    assert plan.neighbourhoods.long_name(plan.neighbourhoods.names[0]) == "khu phố 1"
    assert plan.teams.per == "neighbourhood"


def test_the_old_spelling_is_an_alias_only(plan):
    assert "Hồ Nai" in plan.aliases
    assert not any("Hồ Nai" in target.title for target in plan.targets)


def test_numbers_that_are_no_targets_are_listed_with_a_reason(plan):
    left_out = {one.text: one.why for one in plan.left_out}
    assert left_out["Phát huy hiệu quả 17 Tổ công nghệ số cộng đồng"]
    assert left_out["17 Khu phố"]
    assert all(one.clause.startswith("002 · ") for one in plan.left_out)
