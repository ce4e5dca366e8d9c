"""The reporting calendars of the five communes for 2026, read from the seeds by hand.

Each line: who sends, the day that the document names, the last day to send, first and last day of the period,
and “thực hiện đến” where the period is not over then. Days off are those of 2026: weekends, Tết from 14/02 to
22/02, 26/04 and 27/04, 30/04, 01/05, 31/08 to 02/09.
"""

from __future__ import annotations

UNITS_002 = (
    "Văn phòng HĐND và UBND phường",  # V.2
    "Phòng Kinh tế, Hạ tầng và Đô thị",  # V.3
    "Trung tâm Phục vụ hành chính công",  # V.4
    "Trạm Y tế phường",  # V.6
    "Các trường học Mầm non, Tiểu học, THCS",  # V.7
    "Ban điều hành các khu phố",  # V.8
)
UNITS_003_V5 = (
    "Phòng Kinh tế",
    "Văn phòng HĐND và UBND xã",
    "Trung tâm Phục vụ hành chính công",
    "Trung tâm Dịch vụ tổng hợp",
)
UNITS_003_V10 = (*UNITS_003_V5, "Công an xã", "Các trường học trên địa bàn xã")
VHXH = ("Phòng Văn hóa - Xã hội",)

# “trước ngày 05 hằng tháng”, to Phòng VHXH: the month that is over
HO_NAI_MONTHLY = """
05/01/2026 02/01/2026 01/12/2025 31/12/2025 -
05/02/2026 04/02/2026 01/01/2026 31/01/2026 -
05/03/2026 04/03/2026 01/02/2026 28/02/2026 -
05/04/2026 03/04/2026 01/03/2026 31/03/2026 -
05/05/2026 04/05/2026 01/04/2026 30/04/2026 -
05/06/2026 04/06/2026 01/05/2026 31/05/2026 -
05/07/2026 03/07/2026 01/06/2026 30/06/2026 -
05/08/2026 04/08/2026 01/07/2026 31/07/2026 -
05/09/2026 04/09/2026 01/08/2026 31/08/2026 -
05/10/2026 02/10/2026 01/09/2026 30/09/2026 -
05/11/2026 04/11/2026 01/10/2026 31/10/2026 -
05/12/2026 04/12/2026 01/11/2026 30/11/2026 -
"""
# “trước ngày 05 tháng 12”: the year, which is not over
HO_NAI_YEARLY = """
05/12/2026 04/12/2026 01/01/2026 31/12/2026 02/12/2026
"""
# V.5 “trước ngày 20 hàng tháng”: the reporting month until the 14th; in February Tết comes before the 20th
XUAN_HOA_MONTHLY = """
20/01/2026 19/01/2026 15/12/2025 14/01/2026 -
20/02/2026 13/02/2026 15/01/2026 14/02/2026 11/02/2026
20/03/2026 19/03/2026 15/02/2026 14/03/2026 -
20/04/2026 17/04/2026 15/03/2026 14/04/2026 -
20/05/2026 19/05/2026 15/04/2026 14/05/2026 -
20/06/2026 19/06/2026 15/05/2026 14/06/2026 -
20/07/2026 17/07/2026 15/06/2026 14/07/2026 -
20/08/2026 19/08/2026 15/07/2026 14/08/2026 -
20/09/2026 18/09/2026 15/08/2026 14/09/2026 -
20/10/2026 19/10/2026 15/09/2026 14/10/2026 -
20/11/2026 19/11/2026 15/10/2026 14/11/2026 -
20/12/2026 18/12/2026 15/11/2026 14/12/2026 -
"""
# V.5 “trước ngày 10 tháng cuối Quý”
XUAN_HOA_QUARTERLY = """
10/03/2026 09/03/2026 15/12/2025 14/03/2026 05/03/2026
10/06/2026 09/06/2026 15/03/2026 14/06/2026 07/06/2026
10/09/2026 09/09/2026 15/06/2026 14/09/2026 07/09/2026
10/12/2026 09/12/2026 15/09/2026 14/12/2026 07/12/2026
"""
# V.10 “trước ngày 25 tháng 5 và trước ngày 10 tháng 11”
XUAN_HOA_HALF = """
25/05/2026 22/05/2026 15/12/2025 14/06/2026 20/05/2026
10/11/2026 09/11/2026 15/06/2026 14/12/2026 05/11/2026
"""
# V.2 “trước ngày 15 tháng cuối quý”, “trước 15/6”, “trước 15/12”
XUAN_HOA_VHXH_QUARTERLY = """
15/03/2026 13/03/2026 15/12/2025 14/03/2026 11/03/2026
15/06/2026 12/06/2026 15/03/2026 14/06/2026 10/06/2026
15/09/2026 14/09/2026 15/06/2026 14/09/2026 10/09/2026
15/12/2026 14/12/2026 15/09/2026 14/12/2026 10/12/2026
"""
XUAN_HOA_VHXH_HALF = """
15/06/2026 12/06/2026 15/12/2025 14/06/2026 10/06/2026
"""
XUAN_HOA_VHXH_YEARLY = """
15/12/2026 14/12/2026 15/12/2025 14/12/2026 10/12/2026
"""

TO_COUNCIL = "UBND xã, Ban Chỉ đạo xã"
DATES: dict[str, list[tuple[tuple[str, ...], str, str, str, str]]] = {
    "phuoc-tan": [],
    "phuoc-binh": [],
    "ho-nai": [
        (UNITS_002, VHXH[0], "month", "V.2, V.3, V.4, V.6, V.7, V.8", HO_NAI_MONTHLY),
        (UNITS_002, VHXH[0], "year", "V.2, V.3, V.4, V.6, V.7, V.8", HO_NAI_YEARLY),
    ],
    "xuan-hoa": [
        (UNITS_003_V5, VHXH[0], "month", "V.5", XUAN_HOA_MONTHLY),
        (UNITS_003_V5, VHXH[0], "quarter", "V.5", XUAN_HOA_QUARTERLY),
        (UNITS_003_V10, VHXH[0], "half", "V.10", XUAN_HOA_HALF),
        (VHXH, TO_COUNCIL, "quarter", "V.2", XUAN_HOA_VHXH_QUARTERLY),
        (VHXH, TO_COUNCIL, "half", "V.2", XUAN_HOA_VHXH_HALF),
        (VHXH, TO_COUNCIL, "year", "V.2", XUAN_HOA_VHXH_YEARLY),
    ],
    "phu-lam": [],
}
"""Senders, receiver, period, clause, dates: of each commune."""

QUESTIONS: dict[str, list[tuple[tuple[str, ...], str | None, str]]] = {
    "phuoc-tan": [
        (
            (
                "Phòng Kinh tế – Hạ tầng – Đô thị phường",
                "Phòng Văn hóa - Xã hội phường",
                "Trung tâm Phục vụ Hành chính công phường",
            ),
            None,
            "V.1",
        ),
        (("Văn phòng HĐND và UBND phường",), "year", "VI"),
    ],
    "phuoc-binh": [
        (VHXH, "month", "V.1"),
        (VHXH, "quarter", "V.1"),
        (VHXH, "year", "V.1"),
        (VHXH, None, "V.1"),
        (
            (
                "Phòng Kinh tế, Hạ tầng và Đô thị",
                "Trung tâm Phục vụ hành chính công",
                "Trung tâm dịch vụ Tổng hợp",
                "Công an phường",
            ),
            None,
            "V.3, V.4, V.5, V.6",
        ),
    ],
    "ho-nai": [(VHXH, "quarter", "V.1"), (("Công an phường",), None, "V.5")],
    "xuan-hoa": [(VHXH, "half", "V.10")],
    "phu-lam": [
        (
            (
                "Văn phòng HĐND & UBND xã",
                "Phòng Kinh tế xã",
                "Trung tâm phục vụ hành chính công xã",
                "Công an xã",
                "Trạm y tế",
                "Các trường học",
            ),
            "half",
            "V.2",
        ),
        (("Phòng Văn hóa - Xã hội xã",), "half", "V.2"),
    ],
}
"""Clauses on reporting that name no day: senders, period as far as it is said, clause."""

RECIPIENTS = {
    "phuoc-tan": (8, "UBND tỉnh Đồng Nai (b/c)", "BCH Quân sự phường"),
    "phuoc-binh": (9, "UBND tỉnh", "LĐVP, CVVP"),
    "ho-nai": (7, "UBND tỉnh (b/c)", "17 Khu phố"),
    "xuan-hoa": (8, "UBND tỉnh", "Phòng Văn hóa - Xã hội"),
    "phu-lam": (7, "UBND tỉnh Đồng Nai (b/c)", "VP HĐND& UBND xã"),
}
"""Nơi nhận: how many lines without “Lưu”, the first and the last."""
