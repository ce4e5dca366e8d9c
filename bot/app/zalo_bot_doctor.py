"""The part of ``python -m bot zalo doctor`` that looks at the Zalo Bot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.app.findings import Finding, right, wrong
from bot.app.installation import Installation
from bot.app.zalo_doctor import check_address, month_start
from bot.channels.zalo_bot_wire import ZaloBotError, ZaloBotWire
from bot.core.terms import Terms
from bot.locale import local_day, show_number
from storage import health
from storage.communes import Commune
from storage.database import Unit

CHANNEL = "zalo_bot"
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
NEARLY = 0.8
UNKNOWN_TOKEN = (401, 404)
TOKEN_MEND = (
    "lấy lại token: trong app Zalo, mở OA “Zalo Bot Manager”, chọn bot; rồi đặt BOT_ZALO_BOT_TOKEN."  # noqa: S105 – a sentence, no token
)


async def examine_bot(installation: Installation, commune: Commune) -> list[Finding]:
    """Whose token it is, how it gets its messages, and what is left of its quota."""
    settings = installation.settings
    token = settings.zalo_bot_token.get_secret_value()
    wire = ZaloBotWire(token, settings.zalo_bot_api_base, CONNECT_SECONDS)
    try:
        found = [_named(await _ask(wire, "getMe"))]
        found += _receiving(installation, await _ask(wire, "getWebhookInfo"))
    except ZaloBotError as error:
        found = [_refused(error)]
    finally:
        await wire.close()
    database = installation.database
    terms = installation.library.tariffs.of_bot(local_day(database.clock()))
    people, messages = await database.read_soon(_used, commune)
    return [*found, *_left(terms, people, messages)]


async def _ask(wire: ZaloBotWire, method: str) -> dict[str, Any]:
    answer = await wire.call(method, {}, ANSWER_SECONDS)
    return answer if isinstance(answer, dict) else {}


def _named(about: dict[str, Any]) -> Finding:
    name = about.get("account_name") or about.get("display_name") or about.get("id") or "không tên"
    return right(f"Zalo Bot: token đúng, bot “{' '.join(str(name).split())[:60]}”")


def _refused(error: ZaloBotError) -> Finding:
    if error.code in UNKNOWN_TOKEN:
        return wrong(f"Zalo Bot: Zalo không nhận token (lỗi {error.code})", TOKEN_MEND)
    if error.code is None:
        mend = "xem máy chủ có ra mạng không; BOT_ZALO_BOT_API_BASE thường để mặc định."
        return wrong("Zalo Bot: không có trả lời", mend)
    mend = "chờ vài phút rồi xem lại; vẫn vậy thì gửi số lỗi này cho Zalo."
    return wrong(f"Zalo Bot: lỗi {error.code}", mend)


def _receiving(installation: Installation, about: dict[str, Any]) -> Iterator[Finding]:
    settings = installation.settings
    url = str(about.get("url") or "")
    if settings.zalo_bot_mode == "polling":
        if not url:
            yield right("Zalo Bot nhận tin: tự hỏi (polling), để chạy thử")
        else:
            mend = "chạy lại máy chủ để nó gỡ webhook, hoặc đặt BOT_ZALO_BOT_MODE=webhook."
            yield wrong("Zalo Bot nhận tin: cài đặt là polling mà Zalo đang có webhook", mend)
        return
    yield from check_address(settings)
    if url.startswith(f"{settings.public_url}/hook/"):
        yield right(f"Zalo Bot nhận tin: webhook {url}")
    else:
        said = "chưa có webhook" if not url else "webhook đang trỏ nơi khác"
        mend = "chạy lại máy chủ (python -m bot run), nó tự báo địa chỉ cho Zalo."
        yield wrong(f"Zalo Bot nhận tin: {said}", mend)


def _used(unit: Unit, commune: Commune) -> tuple[int, int]:
    """People and this month's messages of the bot of a commune; none while it never ran."""
    listed = health.list_health(unit, commune.id)
    account = next((one.account for one in listed if one.channel == CHANNEL), None)
    if account is None:
        return 0, 0
    sent, _ = health.count_sent(unit, account, month_start(unit.now))
    return health.count_people(unit, account), sent


def _left(terms: Terms, people: int, messages: int) -> Iterator[Finding]:
    """Full is wrong, nearly full is said."""
    for name, used, most in (
        ("người trong 30 ngày", people, terms.people),
        ("tin tháng này", messages, terms.monthly),
    ):
        if most is None:
            continue
        said = f"Zalo Bot: {show_number(used)}/{show_number(most)} {name}"
        if used >= most:
            yield wrong(
                said, "đã hết; người mới hay tin mới không qua được, nên chuyển sang Zalo OA."
            )
        else:
            yield right(f"{said} (sắp hết)" if used >= NEARLY * most else said)
