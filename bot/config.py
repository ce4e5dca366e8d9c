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

    @field_validator("chat_embed_on")
    @classmethod
    def _origins(cls, origins: str) -> str:
        if all(map(ORIGIN.fullmatch, origins.split())):
            return origins
        raise ValueError("mỗi trang viết dạng https://tên-miền, cách nhau dấu cách")

    @field_validator("base_url", "telegram_api_base")
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
    secret = settings.telegram_webhook_secret.get_secret_value()
    if settings.telegram_mode == "webhook" and not WEBHOOK_SECRET.fullmatch(secret):
        raise SettingError(
            "Cài đặt sai: BOT_TELEGRAM_MODE là webhook thì phải đặt BOT_TELEGRAM_WEBHOOK_SECRET "
            "(1–256 chữ cái, chữ số, dấu _ và -)."
        )
    return settings


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
