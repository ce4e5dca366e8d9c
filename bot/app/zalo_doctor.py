"""``python -m bot zalo doctor``: looks at everything that a Zalo OA needs, in the order in which it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from bot.app.findings import Finding, account_mend, right, unseen, wrong
from bot.app.installation import Installation
from bot.app.zalo import CHANNEL, ZaloOa, consent_url, find_missing
from bot.app.zalo_consent import ABOUT_OA, ConsentDesk
from bot.channels.outside import look
from bot.channels.zalo_oa_tokens import NeedsConsentError
from bot.channels.zalo_oa_wire import OK, TOKEN_REFUSED, Answer, NoAnswerError
from bot.config import Settings
from bot.core.periods import ZONE
from bot.locale import show_date, show_number
from bot.services import oa_consent
from bot.services.domain_proof import Proof
from storage import health, tokens
from storage.database import Unit
from storage.health import Health
from storage.tokens import Pair

TOKEN_GONE = frozenset((TOKEN_REFUSED, -220))
PROVE = (
    "ở developers.zalo.me, mở ứng dụng, mục Xác thực domain, lấy tệp rồi đặt "
    "BOT_ZALO_VERIFIER_NAME (tên tệp) và BOT_ZALO_VERIFIER_CONTENT (chữ trong tệp)."
)
AUTHORIZE = "chạy `python -m bot zalo authorize`."
WEBHOOK_MEND = (
    "so lại BOT_ZALO_OA_WEBHOOK_SECRET với ô OA Secret Key ở mục Webhook; "
    "đó không phải Khóa bí mật của ứng dụng."
)
RUNNING = (
    "xem máy chủ (python -m bot run) có đang chạy không, nginx hay Caddy có chuyển về nó không"
)
SELF_VISIT = "Có nơi máy chủ không tự mở được địa chỉ của mình: thử mở bằng điện thoại tắt wifi."
SOON_DAYS = 14


class ZaloDoctor:
    """One look at one account."""

    def __init__(self, installation: Installation, oa: ZaloOa) -> None:
        self._installation = installation
        self._settings = installation.settings
        self._database = installation.database
        self._oa = oa
        self._slug = oa.account.commune.slug

    async def examine(self) -> list[Finding]:
        """Every finding, settings first; a check that stands on one that failed is left out."""
        known = await self._database.read_soon(self._health)
        found = [*check_settings(self._settings), *check_address(self._settings)]
        if self._settings.base_url:
            found.append(await self._domain(is_proved=known.last_event_at is not None))
            found.append(await self._consent_page())
        found += await self._right_to_ask()
        return [*found, *self._webhook(known), *await self._sent(), *by_eye(self._settings)]

    async def _right_to_ask(self) -> list[Finding]:
        """The tokens as they are after one call; the keeper is not asked for what only a person can give."""
        pair = await self._pair()
        seed = self._settings.zalo_oa_refresh_token.get_secret_value()
        if pair is None and not seed:
            return [wrong("Quyền gọi Zalo: chưa cấp", AUTHORIZE)]
        if pair is not None and pair.is_dead:
            return [wrong("Quyền gọi Zalo: đã mất, Zalo không nhận nữa", AUTHORIZE)]
        asked = await self._ask_zalo()
        pair = await self._pair()
        return asked if pair is None or pair.is_dead else [self._lifetime(pair), *asked]

    async def _pair(self) -> Pair | None:
        return await self._database.read_soon(tokens.read, self._oa.account.id)

    def _health(self, unit: Unit) -> Health:
        listed = health.list_health(unit, self._oa.account.commune.id)
        return next(one for one in listed if one.account == self._oa.account.id)

    async def _domain(self, *, is_proved: bool) -> Finding:
        """The file of the settings, or the tag on the front page, as a stranger sees them."""
        proof = Proof(self._settings.zalo_verifier_name, self._settings.zalo_verifier_content)
        what = "Xác thực tên miền"
        if not proof.content:
            return right(f"{what}: Zalo gửi tin tới được") if is_proved else wrong(what, PROVE)
        url = f"{self._settings.public_url}/{proof.name}"
        seen = await look(url)
        is_there = proof.is_in_file if proof.name else proof.is_on_page
        if seen.status == 200 and is_there(seen.text):
            return right(f"{what}: {url}")
        return wrong(f"{what}: {_not_there(seen.status)} {url}", f"{RUNNING}. {SELF_VISIT}")

    async def _consent_page(self) -> Finding:
        url = consent_url(self._settings, self._slug)
        seen = await look(url)
        if 'id="zalo-consent"' in seen.text:
            return right(f"Trang nhận quyền: mở được ở {url}")
        mend = f"{RUNNING}. {SELF_VISIT} Không mở được thì vẫn dán địa chỉ vào lệnh authorize được."
        return wrong(f"Trang nhận quyền: {_not_there(seen.status)} {url}", mend)

    def _lifetime(self, pair: Pair) -> Finding:
        now = self._database.clock()
        last = pair.tokens.refresh_expires_at
        if last <= now:
            return wrong(f"Quyền gọi Zalo: hết hạn ngày {_day(last)}", AUTHORIZE)
        until = pair.tokens.access_expires_at
        access = f"token tới {_moment(until)}" if until > now else "token đang chờ làm mới"
        said = f"Quyền gọi Zalo: {access}; không chạy máy chủ thì mất sau ngày {_day(last)}"
        if (last - now).days < SOON_DAYS:
            return wrong(said, "để máy chủ chạy liên tục, nó tự gia hạn; không thì " + AUTHORIZE)
        return right(said)

    async def _ask_zalo(self) -> list[Finding]:
        """Ask Zalo who we are, with the keeper's token."""
        try:
            answer = await self._about_oa()
        except NeedsConsentError as error:
            number = error.code.removeprefix("zalo ")
            if number.removeprefix("-").isdecimal():
                return [self._not_renewed(int(number))]
            return [wrong("Quyền gọi Zalo: đã mất, Zalo không nhận nữa", AUTHORIZE)]
        except NoAnswerError as error:
            mend = "xem máy chủ có ra mạng không (tường lửa, DNS), rồi xem lại."
            return [wrong(f"Gọi Zalo: không có trả lời ({error.reason})", mend)]
        if answer.error != OK:
            return [wrong(f"Gọi Zalo: lỗi {answer.error}", account_mend(answer.error))]
        name = " ".join(str(answer.data.get("name", "")).split())[:60]
        return [right(f"Gọi Zalo: được, OA “{name}”"), *self._identity(answer)]

    def _not_renewed(self, error: int) -> Finding:
        """The app or its address is wrong; the right itself is still there."""
        ending = oa_consent.refusal(error, consent_url(self._settings, self._slug))
        texts = self._installation.texts(self._oa.account.commune)
        mend = texts.say(ending.sentence, **ending.values)
        return wrong(f"Quyền gọi Zalo: không gia hạn được (lỗi {error})", mend)

    async def _about_oa(self) -> Answer:
        desk = ConsentDesk(self._installation, self._oa, "console")
        access = await self._oa.keeper.access()
        answer = await self._oa.api.get(ABOUT_OA, headers=desk.headers(access))
        if answer.error in TOKEN_GONE:
            access = await self._oa.keeper.renew(access)
            answer = await self._oa.api.get(ABOUT_OA, headers=desk.headers(access))
        return answer

    def _identity(self, answer: Answer) -> Iterator[Finding]:
        named = str(answer.data.get("oa_id", ""))
        if named == self._settings.zalo_oa_id:
            yield right(f"OA ID: đúng {named}")
        else:
            said = f"OA ID: cài đặt ghi {self._settings.zalo_oa_id}, Zalo nói {named or 'trống'}"
            yield wrong(said, f"sửa BOT_ZALO_OA_ID, hoặc {AUTHORIZE}")
        if answer.data.get("is_verified") is False:
            mend = (
                "vào oa.zalo.me gửi giấy tờ xác thực của cơ quan; có chức năng cần OA đã xác thực."
            )
            yield wrong("OA đã xác thực", mend)

    def _webhook(self, known: Health) -> Iterator[Finding]:
        url = self._settings.hook_url(CHANNEL, self._slug)
        if known.last_event_at is None:
            mend = (
                f"ở developers.zalo.me, mục Webhook, đặt {url}, chọn các sự kiện trong docs/zalo.md, "
                "rồi nhắn thử cho OA một tin."
            )
            yield wrong("Webhook: chưa có tin nào tới", mend)
        else:
            yield right(f"Webhook: tin gần nhất lúc {_moment(known.last_event_at)}")
        if known.forged and known.forged_at is not None:
            said = f"Chứng thực tin: {known.forged} lần không đúng, từ {_moment(known.forged_at)}"
            last = known.last_event_at
            if last is not None and last > known.forged_at:
                yield right(f"{said}; sau đó tin thật vẫn tới")
            else:
                yield wrong(said, WEBHOOK_MEND)
        if known.trouble is not None:
            since = f" từ {_moment(known.trouble_since)}" if known.trouble_since else ""
            mend = "xem docs/zalo.md, mục “Khi có báo động”; gửi được tin kế tiếp thì tự hết."
            yield wrong(f"Sự cố đang ghi: {known.trouble}{since}", mend)

    async def _sent(self) -> list[Finding]:
        since = month_start(self._database.clock())
        count, cost = await self._database.read_soon(health.count_sent, self._oa.account.id, since)
        pays = "bật" if self._settings.zalo_oa_paid == "on" else "tắt"
        month = f"tháng này gửi {show_number(count)} tin, hết {show_number(cost)} đồng"
        return [right(f"Tin có tính tiền đang {pays}; {month}")]


def check_settings(settings: Settings) -> list[Finding]:
    """What is not set, each with where it is found."""
    missing = [
        wrong(f"{one.name}: chưa đặt", f"lấy ở {one.where}.") for one in find_missing(settings)
    ]
    return missing or [right("Cài đặt: đủ")]


def check_address(settings: Settings) -> list[Finding]:
    """Zalo comes only by https, at the usual port."""
    if not settings.base_url:
        return []
    parts = urlsplit(settings.base_url)
    if parts.scheme == "https" and parts.port in (None, 443):
        return [right(f"Địa chỉ công khai: {settings.base_url}")]
    mend = (
        "BOT_BASE_URL phải bắt đầu bằng https:// và không ghi cổng; cho nginx hay Caddy nhận https."
    )
    return [wrong(f"Địa chỉ công khai: {settings.base_url}", mend)]


def by_eye(settings: Settings) -> Iterator[Finding]:
    """What only the console shows."""
    hook = settings.hook_url(CHANNEL, "…")
    yield unseen("Webhook: địa chỉ đã lưu, các sự kiện đã chọn", f"mục Webhook phải ghi {hook}.")
    yield unseen("Webhook: lọc tin bắt đầu bằng “#”", "phải tắt, nếu không tin thường không tới.")
    yield unseen(
        "OA: trả lời tự động", "ở oa.zalo.me nên tắt, nếu không bà con nhận hai câu trả lời."
    )


def month_start(now: datetime) -> datetime:
    """The first moment of the calendar month in Vietnam."""
    return now.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _not_there(status: int) -> str:
    return "không nối được" if status == 0 else f"không đúng (HTTP {status}) ở"


def _moment(value: datetime) -> str:
    return value.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def _day(value: datetime) -> str:
    return show_date(value.astimezone(ZONE).date())
