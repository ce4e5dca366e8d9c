"""Settings: read from the environment once, frozen, every value explained.

The README table is compared with these fields by a test.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from bot.core.errors import SettingError

PREFIX = "BOT_"
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what Telegram's setWebhook takes
ZALO_BOT_SECRET = re.compile(r"[A-Za-z0-9_-]{8,256}")
ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d+)?", re.ASCII)  # as CSP writes it
FOR_TESTS = "BOT_TEST_"  # read by the test run only


class Settings(BaseModel):
    """All settings; each has a default that suits one ward PC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = Field(
        "sqlite:///var/ban-so.db", description="SQLite (sqlite:///tệp) hoặc postgresql://…"
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Khóa bí mật; trống thì đọc hoặc tạo tệp var/secret.key"
    )
    secret_key_old: SecretStr = Field(
        SecretStr(""), description="Các khóa cũ còn phải đọc được, cách nhau dấu phẩy"
    )
    var_dir: Path = Field(Path("var"), description="Thư mục của tệp khóa secret.key")
    media_dir: str = Field(
        "", description="Thư mục tiếng và hình chụp của phường, xã; trống thì là BOT_VAR_DIR/media"
    )
    voice: Literal["", "espeak-ng"] = Field(
        "", description="Giọng máy đọc bài: espeak-ng (cần gói espeak-ng và lame); trống là tắt"
    )
    content_dir: Path = Field(Path("content"), description="Thư mục nội dung")
    host: str = Field("127.0.0.1", description="Địa chỉ máy chủ web lắng nghe")
    port: int = Field(8080, ge=1, le=65535, description="Cổng máy chủ web lắng nghe")
    base_url: str = Field(
        "", description="Địa chỉ công khai, dùng trong link; trống thì là http://BOT_HOST:BOT_PORT"
    )
    proxies: int = Field(
        0,
        ge=0,
        le=9,
        description="Số máy chủ trung gian (https) đứng trước, để biết địa chỉ người gửi",
    )
    chat_embed_on: str = Field(
        "https://*.dongnai.gov.vn",
        description="Các trang được nhúng khung chat, cách nhau dấu cách; trống là không trang nào",
    )
    commune: str = Field("ho-nai", description="Xã, phường dùng khi không nói rõ xã nào")
    spot_checks: int = Field(
        5, ge=1, le=20, description="Số phiếu bốc thăm mỗi tuần để phường, xã gọi hỏi lại"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Mức ghi nhật ký"
    )
    telegram_token: SecretStr = Field(
        SecretStr(""), description="Token bot Telegram; trống là tắt kênh Telegram"
    )
    telegram_username: str = Field(
        "", description="Tên bot Telegram (không có @), để in link mời", pattern=r"^\w*$"
    )
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling", description="Cách nhận tin Telegram: polling hoặc webhook"
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="Mã chứng thực webhook Telegram, bắt buộc khi mode là webhook"
    )
    telegram_api_base: str = Field(
        "https://api.telegram.org", description="Máy chủ Bot API của Telegram"
    )

    zalo_oa_app_id: str = Field(
        "",
        description="Mã ứng dụng Zalo (App ID); trống là tắt kênh Zalo OA",
        pattern=r"^\d{0,30}$",
    )
    zalo_oa_app_secret: SecretStr = Field(
        SecretStr(""), description="Khóa bí mật của ứng dụng Zalo, để xin quyền"
    )
    zalo_oa_id: str = Field("", description="Mã của Zalo OA (OA ID)", pattern=r"^\d{0,30}$")
    zalo_oa_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="OA Secret Key ở trang Webhook của ứng dụng, để chứng thực tin tới",
    )
    zalo_oa_refresh_token: SecretStr = Field(
        SecretStr(""),
        description="Refresh token đầu tiên, chỉ dùng khi chưa cấp quyền bằng `bot zalo authorize`",
    )
    zalo_oa_code_verifier: SecretStr = Field(
        SecretStr(""),
        description="Code verifier khi trang Zalo cố định code challenge; thường để trống",
    )
    zalo_oa_proof: Literal["on", "off"] = Field(
        "on", description="Gửi kèm appsecret_proof trong mỗi lần gọi Zalo: on hoặc off"
    )
    zalo_oa_paid: Literal["on", "off"] = Field(
        "off", description="Cho gửi tin Zalo có tính tiền (sau 48 giờ): on hoặc off"
    )
    zalo_oa_api_base: str = Field("https://openapi.zalo.me", description="Máy chủ API của Zalo OA")
    zalo_oa_oauth_base: str = Field(
        "https://oauth.zaloapp.com", description="Máy chủ cấp quyền của Zalo OA"
    )
    zalo_verifier_name: str = Field(
        "",
        description="Tên tệp xác thực tên miền của Zalo, zalo_verifier….html",
        pattern=r"^(zalo_verifier[A-Za-z0-9_-]{8,64}\.html)?$",
    )
    zalo_verifier_content: str = Field(
        "", description="Nội dung tệp (hoặc thẻ meta) xác thực tên miền của Zalo", max_length=2000
    )
    zalo_bot_token: SecretStr = Field(
        SecretStr(""), description="Token của Zalo Bot; trống là tắt kênh Zalo Bot"
    )
    zalo_bot_link: str = Field("", description="Đường dẫn mở Zalo Bot, để in lên trang và giấy mời")
    zalo_bot_mode: Literal["polling", "webhook"] = Field(
        "polling", description="Cách nhận tin Zalo Bot: polling hoặc webhook"
    )
    zalo_bot_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Mã chứng thực webhook Zalo Bot (8–256 ký tự), bắt buộc khi là webhook",
    )
    zalo_bot_api_base: str = Field(
        "https://bot-api.zaloplatforms.com", description="Máy chủ Bot API của Zalo"
    )

    smtp_host: str = Field(
        "", description="Máy chủ gửi e-mail (SMTP) của bản tin tuần; trống là không gửi e-mail"
    )
    smtp_port: int = Field(
        587, ge=1, le=65535, description="Cổng của máy chủ SMTP: 587, 465 hoặc 25"
    )
    smtp_user: str = Field("", description="Tên đăng nhập máy chủ SMTP; trống là không đăng nhập")
    smtp_password: SecretStr = Field(SecretStr(""), description="Mật khẩu đăng nhập máy chủ SMTP")
    smtp_from: str = Field(
        "",
        description="Địa chỉ đứng tên gửi bản tin; trống thì là BOT_SMTP_USER",
        pattern=r"^([^@\s<>]+@[^@\s<>]+)?$",
    )
    smtp_tls: Literal["starttls", "tls", "off"] = Field(
        "starttls", description="Cách khóa đường tới SMTP: starttls (587), tls (465) hoặc off"
    )

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme == "postgresql" and parts.hostname and _has_port(parts):
            return url
        if (
            parts.scheme == "sqlite"
            and not parts.netloc
            and parts.path.strip("/:") not in ("", "memory")
        ):
            return url
        raise ValueError(
            "phải là sqlite:///tên-tệp hoặc postgresql://tên:mật-khẩu@máy:cổng/dữ-liệu"
        )

    @property
    def own_media(self) -> Path:
        """Where the wards' own recordings and screenshots are."""
        return Path(self.media_dir) if self.media_dir else self.var_dir / "media"

    @property
    def public_url(self) -> str:
        """Where people and messengers reach us, without a slash at the end."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def mail_from(self) -> str:
        """The address in whose name letters go."""
        return self.smtp_from or self.smtp_user

    def hook_url(self, channel: str, account: str) -> str:
        """Where a messenger posts for an account; a channel has dashes in an address."""
        return f"{self.public_url}/hook/{channel.replace('_', '-')}/{account}"

    @field_validator("chat_embed_on")
    @classmethod
    def _origins(cls, origins: str) -> str:
        if all(map(ORIGIN.fullmatch, origins.split())):
            return origins
        raise ValueError("mỗi trang viết dạng https://tên-miền, cách nhau dấu cách")

    @field_validator(
        "base_url",
        "telegram_api_base",
        "zalo_oa_api_base",
        "zalo_oa_oauth_base",
        "zalo_bot_link",
        "zalo_bot_api_base",
    )
    @classmethod
    def _web_address(cls, url: str) -> str:
        if not url:
            return url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not _has_port(parts):
            raise ValueError("phải là địa chỉ web bắt đầu bằng http:// hoặc https://")
        return url.rstrip("/")


def _has_port(parts: SplitResult) -> bool:
    """True when the port is left out or a number that a port can be."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from ``BOT_…`` variables; an empty value counts as not set.

    Raises ``SettingError`` with one line for all that is wrong, unknown names included.
    """
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and not name.startswith(FOR_TESTS) and value
    }
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(_problem(dict(item)) for item in error.errors())
        raise SettingError(f"Cài đặt sai: {problems}.") from None
    _check_webhooks(settings)
    _check_mail(settings)
    return settings


def _check_mail(settings: Settings) -> None:
    """A letter needs a sender; without one every try would fail a week later."""
    if settings.smtp_host and "@" not in settings.mail_from:
        raise SettingError(
            "Cài đặt sai: có BOT_SMTP_HOST thì phải đặt BOT_SMTP_FROM là địa chỉ e-mail đứng tên gửi "
            "(hoặc BOT_SMTP_USER là một địa chỉ e-mail)."
        )


def _check_webhooks(settings: Settings) -> None:
    """A webhook without its secret would take anybody's word."""
    secret = settings.telegram_webhook_secret.get_secret_value()
    if settings.telegram_mode == "webhook" and not WEBHOOK_SECRET.fullmatch(secret):
        raise SettingError(
            "Cài đặt sai: BOT_TELEGRAM_MODE là webhook thì phải đặt BOT_TELEGRAM_WEBHOOK_SECRET "
            "(1–256 chữ cái, chữ số, dấu _ và -)."
        )
    secret = settings.zalo_bot_webhook_secret.get_secret_value()
    if settings.zalo_bot_mode == "webhook" and not ZALO_BOT_SECRET.fullmatch(secret):
        raise SettingError(
            "Cài đặt sai: BOT_ZALO_BOT_MODE là webhook thì phải đặt BOT_ZALO_BOT_WEBHOOK_SECRET "
            "(8–256 chữ cái, chữ số, dấu _ và -)."
        )
    if settings.zalo_oa_app_id and not (
        settings.zalo_oa_id and settings.zalo_oa_webhook_secret.get_secret_value()
    ):
        raise SettingError(
            "Cài đặt sai: có BOT_ZALO_OA_APP_ID thì phải đặt cả BOT_ZALO_OA_ID và "
            "BOT_ZALO_OA_WEBHOOK_SECRET, nếu không thì không biết tin nào thật của Zalo."
        )


def _problem(item: dict[str, object]) -> str:
    """One fault of pydantic's in a Vietnamese clause; never repeats a value, it may be a secret."""
    place = item["loc"]
    field = str(place[0]) if isinstance(place, tuple) and place else ""
    name = PREFIX + field.upper()
    if item["type"] == "extra_forbidden":
        near = difflib.get_close_matches(field, Settings.model_fields, n=1)
        hint = f", có phải {PREFIX}{near[0].upper()} không" if near else ""
        return f"không có cài đặt nào tên {name}{hint}"
    return f"{name} không dùng được: {_wanted(item, field)}"


def _wanted(item: dict[str, object], field: str) -> str:
    """What the value should be; pydantic's own sentences are English and may repeat the value."""
    context = item.get("ctx")
    given = context if isinstance(context, dict) else {}
    match item["type"]:
        case "value_error":
            return str(given["error"])
        case "literal_error":
            choices = ", ".join(re.findall("'([^']*)'", str(given["expected"])))
            return f"chọn một trong {choices}"
        case "int_parsing" | "int_type" | "greater_than_equal" | "less_than_equal":
            low, high = (_limit(field, name) for name in ("ge", "le"))
            return f"phải là số nguyên từ {low} đến {high}"
        case _:
            return f"cần {Settings.model_fields[field].description}"


def _limit(field: str, name: str) -> object:
    found = (getattr(rule, name, None) for rule in Settings.model_fields[field].metadata)
    return next((value for value in found if value is not None), "bất kỳ")
