"""What a look at a messenger account finds: one line a check, and how to mend what is not right."""

from __future__ import annotations

from dataclasses import dataclass

ACCOUNT_MENDS = {
    -32: "Zalo bảo hỏi quá nhanh: chờ một phút rồi xem lại.",
    -201: "Zalo chê câu hỏi của chương trình: báo người phát triển, kèm số lỗi này.",
    -204: "OA đã bị khóa: vào oa.zalo.me xem vì sao.",
    -205: "Không có OA này: xem OA đã bị xóa chưa, BOT_ZALO_OA_ID có đúng không.",
    -209: "Ứng dụng chưa bật: ở developers.zalo.me, mở ứng dụng, bật sang “Hoạt động”.",
    -212: "Ứng dụng thiếu sản phẩm “Official Account API”: ở developers.zalo.me, mở ứng dụng, thêm vào.",
    -216: "Quyền đã hết: chạy `python -m bot zalo authorize`.",
    -219: "Ứng dụng đã bị xóa hoặc khóa: xem lại ở developers.zalo.me.",
    -220: "Quyền đã hết: chạy `python -m bot zalo authorize`.",
    -221: "OA chưa xác thực: vào oa.zalo.me, gửi giấy tờ xác thực của cơ quan.",
    -223: "OA chưa cho ứng dụng quyền này: chạy `python -m bot zalo authorize`, đánh dấu đủ các quyền.",
    -224: "Gói của OA không có chức năng này: vào oa.zalo.me, mục Gói dịch vụ, xem phải nâng lên gói nào.",
    -235: "Loại OA này không được gọi API: hỏi Zalo, có khi phải đổi sang OA của cơ quan nhà nước.",
    -240: "Zalo đã đóng cách gọi cũ: cần bản chương trình mới, báo người phát triển.",
    -242: "Zalo không nhận appsecret_proof: so lại BOT_ZALO_OA_APP_SECRET; đúng thì BOT_ZALO_OA_PROOF=off.",
    -248: "OA bị cho là trái quy định: xem thư của Zalo trong trang quản lý OA.",
    -320: "OA chưa nối tài khoản trả tiền (ZCA): vào oa.zalo.me, mục Gói dịch vụ.",
    -321: "Tài khoản trả tiền (ZCA) hết tiền: nạp thêm, hoặc đặt BOT_ZALO_OA_PAID=off.",
}
"""What Zalo's number means to whoever runs the account (OA/phu-luc/ma-loi, read 2026-09)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check; ``is_right`` is None for what cannot be seen from here."""

    what: str
    is_right: bool | None
    mend: str = ""


def right(what: str) -> Finding:
    """Nothing to do."""
    return Finding(what, is_right=True)


def wrong(what: str, mend: str) -> Finding:
    """Something to mend."""
    return Finding(what, is_right=False, mend=mend)


def unseen(what: str, mend: str) -> Finding:
    """Only a person can look."""
    return Finding(what, is_right=None, mend=mend)


def account_mend(error: int) -> str:
    """How to mend what that number says."""
    otherwise = f"Tìm lỗi {error} ở developers.zalo.me (mục Mã lỗi), hoặc gửi số lỗi này cho Zalo."
    return ACCOUNT_MENDS.get(error, otherwise)
