"""What a look at the database finds, each in one sentence: what is broken, and what somebody should do.

Source of the thresholds: the requirement list of Luật 91/2025/QH15 and NĐ 85/2016 (design, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.locale import show_number
from storage import inspection, petitions
from storage.database import Unit
from storage.inspection import Subjects

THRESHOLDS = (80_000, 8_000)


@dataclass(frozen=True, slots=True)
class Look:
    """Sentences on what is broken, on what should be done, and on how it stands."""

    broken: tuple[str, ...]
    advice: tuple[str, ...]
    facts: tuple[str, ...]


def look(unit: Unit) -> Look:
    """Look at all of it; reads only."""
    subjects = inspection.count_subjects(unit)
    return Look(tuple(_broken(unit)), tuple(_advice(unit, subjects)), (_fact(subjects),))


def _broken(unit: Unit) -> list[str]:
    found = []
    damage = inspection.find_damage(unit)
    if damage is not None:
        found.append(f"Dữ liệu hỏng ({damage}): dừng chương trình, phục hồi từ bản lưu mới nhất.")
    sealed = inspection.list_unreadable(unit)
    if sealed:
        places = ", ".join(sealed)
        found.append(f"Khóa không mở được {places}: thêm khóa đã dùng vào BOT_SECRET_KEY_OLD.")
    return found


def _advice(unit: Unit, subjects: Subjects) -> list[str]:
    found = []
    late = petitions.count_overdue(unit)
    if late:
        found.append(
            f"Có {late} yêu cầu về dữ liệu quá hạn: cán bộ mở trang /office/privacy và giải quyết ngay."
        )
    passed = next((one for one in THRESHOLDS if subjects.total >= one), None)
    if passed is not None:
        found.append(
            f"Dữ liệu đã về hơn {show_number(passed)} người: xem lại cấp độ an toàn của hệ thống và hồ sơ "
            "đánh giá tác động xử lý dữ liệu."
        )
    return found


def _fact(subjects: Subjects) -> str:
    counts = (subjects.people, subjects.chats, subjects.workers)
    known, chats, workers = map(show_number, counts)
    return f"Đang có dữ liệu về {known} người đã được đếm, {chats} khung chat, {workers} người làm việc."
