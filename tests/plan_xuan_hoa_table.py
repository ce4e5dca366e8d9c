"""Document 003 (Xuân Hòa) as read by hand: every target and every number, clause by clause."""

VHXH = "Phòng Văn hóa - Xã hội"
KINH_TE = "Phòng Kinh tế"
TTHCC = "Trung tâm Phục vụ hành chính công"
CONG_AN = "Công an xã"
TTDVTH = "Trung tâm Dịch vụ tổng hợp"

OTHER = ["other"]

Goal = tuple[str, int, str] | tuple[str, int, int, str]  # comparator, value, (upper end,) unit
Row = tuple[tuple[str, Goal, str | None, list[str]], str]  # (id, goal, owner, tags), words

BY_HAND: dict[str, list[Row]] = {
    "II.2": [
        (
            ("nguoi-dan-biet-chu-truong", (">", 80, "%"), TTDVTH, ["residents"]),
            "Trên 80% người dân biết về các chủ trương, chính sách của Đảng và Nhà nước về "
            "khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số",
        ),
    ],
    "II.2 (Phát triển hạ tầng số)": [
        (
            ("bang-thong-rong", (">=", 60, "%"), None, ["residents"]),
            "Có ≥60% người sử dụng có khả năng truy cập băng thông rộng cố định "
            "với tốc độ trên 01Gb/s",
        ),
        (
            ("phu-song-5g", (">=", 100, "%"), None, OTHER),
            "Tỷ lệ phủ sóng 5G trên địa bàn xã đạt 100%",
        ),
    ],
    "II.2 (Phát triển nguồn lực)": [
        (
            ("chi-ngan-sach", (">=", 2, "%"), KINH_TE, OTHER),
            "Phân bổ ≥ 2% tổng chi ngân sách địa phương dành cho khoa học, công nghệ, "
            "đổi mới sáng tạo, chuyển đổi số",
        ),
        (
            ("boi-duong-can-bo", (">=", 100, "%"), VHXH, ["digital-skills", "classes"]),
            "100% cán bộ, công chức cấp xã được bồi dưỡng kỹ năng số cơ bản",
        ),
        (
            ("lam-chu-ky-nang-so", (">=", 100, "%"), None, ["digital-skills"]),
            "100% cán bộ, công chức, viên chức làm chủ kỹ năng số và ứng dụng công nghệ "
            "trong quản lý, điều hành",
        ),
        (
            ("tiep-can-dich-vu-so", (">=", 90, "%"), None, ["residents", "e-health"]),
            "Có ≥ 90% dân số trưởng thành tiếp cận các dịch vụ số trong y tế, giáo dục, "
            "bảo hiểm, giao thông",
        ),
    ],
    "II.2 (Phát triển khoa học, công nghệ)": [
        (
            ("ho-nong-dan-ung-dung", (">", 50, "%"), None, ["households"]),
            "Trên 50% hộ nông dân ứng dụng các tiến bộ khoa học kỹ thuật vào sản xuất nông nghiệp",
        ),
        (
            ("co-quan-truong-hoc-cntt", (">=", 100, "%"), None, OTHER),
            "100% các cơ quan, trường học, ứng dụng công nghệ thông tin trong quản lý, "
            "điều hành và hoạt động chuyên môn",
        ),
        (
            ("san-pham-ocop", (">=", 2, 4, "sản phẩm"), None, OTHER),
            "Phát triển ít nhất 02 - 04 sản phẩm OCOP ứng dụng công nghệ số trong quảng bá, "
            "giới thiệu và bán hàng",
        ),
    ],
    "II.2 (Phát triển hệ sinh thái đổi mới sáng tạo)": [
        (
            ("doanh-nghiep-khoi-nghiep", (">=", 3, 5, "doanh nghiệp"), None, OTHER),
            "Phấn đấu từ 03-05 doanh nghiệp khởi nghiệp đổi mới sáng tạo",
        ),
        (
            ("hop-tac-xa-doi-moi", (">=", 2, 4, "hợp tác xã"), None, OTHER),
            "Phát triển từ 02-04 hợp tác xã đổi mới sáng tạo",
        ),
        (
            ("doanh-nghiep-doi-moi", (">=", 5, 10, "%"), None, OTHER),
            "Phấn đấu 5-10%/tổng số doanh nghiệp có hoạt động đổi mới quy trình, "
            "mô hình kinh doanh",
        ),
        (
            ("san-pham-doi-moi", (">=", 3, 5, "sản phẩm"), None, OTHER),
            "Phấn đấu từ 03-05 sản phẩm đổi mới sáng tạo được thương mại hóa",
        ),
    ],
    "II.2 (Chính quyền số)": [
        (
            ("tthc-phi-dia-gioi", (">=", 100, "%"), TTHCC, ["dvc"]),
            "100% thủ tục hành chính được tiếp nhận, giải quyết phi địa giới hành chính "
            "giữa trung ương và địa phương, giữa các cấp chính quyền",
        ),
        (
            ("tthc-san-xuat-kinh-doanh", (">=", 100, "%"), TTHCC, ["dvc"]),
            "100% thủ tục hành chính liên quan đến đào tạo, nghiên cứu, sản xuất, kinh doanh "
            "được thực hiện trực tuyến",
        ),
        (
            ("giao-dich-phi-tiep-xuc", (">=", 100, "%"), None, ["dvc"]),
            "100% giao dịch hành chính thực hiện theo hình thức “phi tiếp xúc”",
        ),
        (
            ("dvc-toan-trinh", (">=", 100, "%"), TTHCC, ["dvc"]),
            "100% Thủ tục hành chính đủ điều kiện được cấu hình trực tuyến toàn trình",
        ),
        (
            ("ho-so-truc-tuyen", (">=", 85, "%"), TTHCC, ["dvc"]),
            "Có ≥ 85% hồ sơ thủ tục hành chính được xử lý trực tuyến",
        ),
        (
            ("dien-toan-dam-may", (">=", 70, "%"), None, OTHER),
            "Có ≥ 70% hệ thống thông tin của xã vận hành trên nền tảng điện toán đám mây",
        ),
        (
            ("so-hoa-co-so-du-lieu", (">=", 80, "%"), None, OTHER),
            "Có ≥ 80% cơ sở dữ liệu của xã được số hóa và liên thông với tỉnh, trung ương",
        ),
        (
            ("tich-hop-du-lieu-lgsp", (">=", 80, "%"), None, OTHER),
            "Có ≥ 80% dữ liệu của các ban, ngành được tích hợp với nền tảng chia sẻ, "
            "liên thông dữ liệu LGSP",
        ),
    ],
    "II.2 (Kinh tế số)": [
        (
            ("doanh-nghiep-nen-tang-so", (">=", 90, "%"), None, OTHER),
            "Tỷ lệ doanh nghiệp sử dụng nền tảng số phục vụ quản trị (tối thiểu tích hợp "
            "thuế điện tử, hoá đơn điện tử và tài chính kế toán) đạt tối thiểu 90%",
        ),
        (
            ("thuong-mai-dien-tu", (">", 70, "%"), None, OTHER),
            "Tỷ lệ doanh nghiệp ứng dụng thương mại điện tử phấn đấu đạt trên 70%",
        ),
        (
            ("trang-trai-hop-tac-xa", (">=", 50, "%"), None, OTHER),
            "Tỷ lệ trang trại, hợp tác xã nông nghiệp (trồng trọt, chăn nuôi gia súc, gia cầm, "
            "thuỷ - hải sản) sử dụng nền tảng số phục vụ quản trị hoạt động trồng trọt, "
            "chăn nuôi đạt tối thiểu 50%",
        ),
    ],
    "II.2 (Xã hội số)": [
        (
            ("dien-thoai-thong-minh", (">=", 95, "%"), None, ["residents"]),
            "Tỷ lệ dân số từ 15 tuổi trở lên có điện thoại thông minh đạt tối thiểu 95%",
        ),
        (
            ("tai-khoan-thanh-toan", (">=", 95, "%"), None, ["residents", "cashless"]),
            "Tỷ lệ dân số từ 15 tuổi trở lên có tài khoản giao dịch thanh toán tại ngân hàng "
            "hoặc tổ chức được phép khác đạt 95%",
        ),
        (
            ("chu-ky-so-ca-nhan", (">", 70, "%"), None, ["residents", "signature"]),
            "Tỷ lệ dân số từ 15 tuổi trở lên có chữ ký số hoặc chữ ký điện tử cá nhân đạt trên 70%",
        ),
        (
            (
                "dao-tao-ky-nang-so",
                (">", 80, "%"),
                None,
                ["residents", "digital-skills", "classes"],
            ),
            "Tỷ lệ người dân trong độ tuổi lao động được đào tạo kỹ năng số cơ bản đạt trên 80%",
        ),
        (
            ("cap-quang-ho-gia-dinh", (">=", 100, "%"), None, ["households"]),
            "Tỷ lệ hộ gia đình được tiếp cận mạng Internet băng rộng cáp quang đạt 100%",
        ),
        (
            ("bao-ve-tren-mang", (">", 80, "%"), None, ["residents"]),
            "Tỷ lệ người dân kết nối mạng được bảo vệ ở mức cơ bản đạt trên 80%",
        ),
        (
            ("su-dung-dvc", (">=", 80, "%"), TTHCC, ["residents", "dvc"]),
            "Tỷ lệ người dân trên 15 tuổi sử dụng dịch vụ công trực tuyến đạt tối thiểu 80%",
        ),
        (
            ("ho-so-suc-khoe-dien-tu", (">=", 100, "%"), None, ["residents", "e-health"]),
            "Tỷ lệ người dân có hồ sơ sức khoẻ điện tử cá nhân đạt 100%",
        ),
        (
            ("quan-tri-so-truong-hoc", (">=", 95, "%"), None, OTHER),
            "Tỷ lệ các cơ sở giáo dục từ tiểu học đến trung học phổ thông hoàn thiện được "
            "mô hình quản trị số, hoạt động số, chuẩn hóa dữ liệu số, kho học liệu số mở "
            "đạt tối thiểu 95%",
        ),
        (
            ("tai-khoan-vneid", (">=", 90, "%"), CONG_AN, ["residents", "vneid"]),
            "Có ≥ 90% người dân có tài khoản định danh điện tử (VNeID)",
        ),
        (
            ("can-bo-thuc-hien-de-an", (">=", 100, "%"), None, OTHER),
            "100% Cán bộ công chức thực hiện đề án chuyển đổi số trong các cơ quan",
        ),
        (
            ("co-quan-hoan-thanh-tot", (">=", 100, "%"), None, OTHER),
            "Có 100% cơ quan chuyên môn hoàn thành tốt mục tiêu của chuyển đổi số trong cơ quan",
        ),
        (
            ("khong-dung-tien-mat", (">=", 80, "%"), None, ["residents", "cashless"]),
            "Có ≥ 80% giao dịch không dùng tiền mặt",
        ),
    ],
    "II.2 (Đảm bảo an toàn thông tin)": [
        (
            ("an-toan-thong-tin", (">=", 100, "%"), CONG_AN, OTHER),
            "100% các cơ quan, đơn vị trên địa bàn xã triển khai các biện pháp bảo đảm "
            "an toàn thông tin mạng",
        ),
    ],
    "III.1.1": [
        (
            ("dao-tao-kien-thuc-can-bo", (">=", 100, "%"), VHXH, ["digital-skills", "classes"]),
            "Phấn đấu 100% cán bộ, công chức được đào tạo kiến thức cơ bản về khoa học, "
            "công nghệ, đổi mới sáng tạo, chuyển đổi số",
        ),
    ],
    "III.1.2": [
        (
            ("can-bo-guong-mau-dvc", (">=", 100, "%"), CONG_AN, ["dvc"]),
            "Phấn đấu 100% cán bộ, công chức, viên chức, lực lượng vũ trang gương mẫu, "
            "đi đầu trong công tác tuyên truyền, thực hiện dịch vụ công trực tuyến",
        ),
        (
            ("dvc-toan-trinh-dinh-danh", (">=", 100, "%"), CONG_AN, ["dvc", "vneid"]),
            "100% thủ tục hành chính đủ điều kiện theo quy định của pháp luật được cung cấp "
            "dưới hình thức dịch vụ công trực tuyến toàn trình và được định danh, "
            "xác thực điện tử hoặc xác thực, chia sẻ dữ liệu dân cư",
        ),
        (
            ("dinh-danh-khi-dung-dvc", (">=", 100, "%"), CONG_AN, ["residents", "dvc", "vneid"]),
            "100% người dân, doanh nghiệp sử dụng dịch vụ công trực tuyến toàn trình "
            "được định danh và xác thực điện tử thông suốt",
        ),
        (
            ("dinh-danh-tai-trung-tam", (">=", 100, "%"), CONG_AN, ["residents", "dvc", "vneid"]),
            "100% người dân khi thực hiện thủ tục hành chính tại Trung tâm Phục vụ hành chính "
            "công được định danh, xác thực điện tử trên hệ thống định danh và xác thực điện tử "
            "của Bộ Công an đã kết nối, tích hợp với Cổng Dịch vụ công quốc gia",
        ),
        (
            ("luu-tru-ket-qua-tthc", (">=", 100, "%"), CONG_AN, OTHER),
            "100% kết quả giải quyết thủ tục hành chính của cá nhân được lưu trữ điện tử",
        ),
        (
            ("ho-so-cong-viec-dan-cu", (">=", 60, "%"), CONG_AN, OTHER),
            "60% hồ sơ công việc liên quan đến quản lý dân cư tại xã được xử lý trên "
            "môi trường mạng (trừ hồ sơ công việc thuộc phạm vi bí mật nhà nước)",
        ),
        (
            ("ho-so-dan-cu-dien-tu", (">=", 100, "%"), CONG_AN, OTHER),
            "100% hồ sơ về dân cư được tạo, lưu trữ, chia sẻ dữ liệu điện tử theo quy định",
        ),
        (
            ("cap-can-cuoc-dinh-danh", (">=", 100, "%"), CONG_AN, ["residents", "vneid"]),
            "Duy trì thu nhận hồ sơ cấp thẻ Căn cước và Định danh điện tử đảm bảo 100% công dân "
            "đủ điều kiện được cấp thẻ Căn cước và Định danh điện tử",
        ),
    ],
    "III.1.3": [
        (
            ("chi-su-nghiep", (">=", 2, "%"), KINH_TE, OTHER),
            "Bố trí tối thiểu 2% ngân sách nhà nước chi sự nghiệp khoa học và công nghệ, "
            "đổi mới sáng tạo và chuyển đổi số và tăng dần theo yêu cầu phát triển",
        ),
    ],
}

# Every number of the document in the order of its lines: first those that are goals, then the others.
# Not counted: the numbers and dates of cited papers (part I, the head of III, «Đề án 06» …), the years of the
# title and of «Đến năm 2030», the numbers of headings. A day and month written 15/6 is one number.
NUMBERS: dict[str, tuple[str, str]] = {
    "II.1": ("", ""),
    "II.2": ("80", ""),
    "II.2 (Phát triển hạ tầng số)": ("60 100", "1 5"),
    "II.2 (Phát triển nguồn lực)": ("2 100 100 90", ""),
    "II.2 (Phát triển khoa học, công nghệ)": ("50 100 2 4", ""),
    "II.2 (Phát triển hệ sinh thái đổi mới sáng tạo)": ("3 5 2 4 5 10 3 5", ""),
    "II.2 (Chính quyền số)": ("100 100 100 100 85 70 80 80", ""),
    "II.2 (Kinh tế số)": ("90 70 50", ""),
    "II.2 (Xã hội số)": ("95 95 70 80 100 80 80 100 95 90 100 100 80", "15 15 15 15"),
    "II.2 (Đảm bảo an toàn thông tin)": ("100", ""),
    "III.1.1": ("100", ""),
    "III.1.2": ("100 100 100 100 100 60 100 100", "53 43"),
    "III.1.3": ("2", ""),
    "III.1.4": ("", ""),
    "III.1.5": ("", ""),
    "III.1.6": ("", ""),
    "III.1.7": ("", ""),
    "III.2": ("", "24/7"),
    "IV": ("", ""),
    "V.1": ("", ""),
    "V.2": ("", "15 6 15/6 15/12"),
    "V.3": ("", ""),
    "V.4": ("", ""),
    "V.5": ("", "20 10 13"),  # 13 is the number of a page
    "V.6": ("", ""),
    "V.7": ("", ""),
    "V.8": ("", ""),
    "V.9": ("", "14"),  # 14 is the number of a page
    "V.10": ("", "6 25 5 10 11"),
}
