"""The Zalo Official Account of the settings: its row, the wires to Zalo, the keeper of its tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.app.alarms import Alarms
from bot.app.installation import Installation
from bot.app.wiring import save_account
from bot.channels.zalo_oa_tokens import App, TokenKeeper
from bot.channels.zalo_oa_wire import ZaloWire
from bot.config import Settings
from storage.communes import Account, Commune

CHANNEL = "zalo_oa"


@dataclass(frozen=True, slots=True)
class ZaloOa:
    """One account with what it takes to speak for it."""

    account: Account
    app: App
    api: ZaloWire
    oauth: ZaloWire
    keeper: TokenKeeper

    async def close(self) -> None:
        """Let a refresh come to its end, then close the connections."""
        await self.keeper.close()
        await self.api.close()
        await self.oauth.close()


def open_zalo_oa(installation: Installation, commune: Commune) -> ZaloOa:
    """The account of the settings as one of that commune; nothing is asked of Zalo yet."""
    settings = installation.settings
    secrets = {
        "app_id": settings.zalo_oa_app_id,
        "app_secret": settings.zalo_oa_app_secret.get_secret_value(),
        "oa_id": settings.zalo_oa_id,
        "webhook_secret": settings.zalo_oa_webhook_secret.get_secret_value(),
    }
    account = save_account(installation, commune, CHANNEL, secrets)
    app = App(settings.zalo_oa_app_id, settings.zalo_oa_app_secret, settings.zalo_oa_refresh_token)
    oauth = ZaloWire(settings.zalo_oa_oauth_base)
    alarms = Alarms(installation, [account])
    keeper = TokenKeeper(installation.database, account.id, app, oauth, alarms)
    return ZaloOa(account, app, ZaloWire(settings.zalo_oa_api_base), oauth, keeper)


def consent_url(settings: Settings, slug: str) -> str:
    """Where Zalo sends the administrator back to: the callback that is saved on developers.zalo.me."""
    return f"{settings.public_url}/zalo/consent/{slug}"


@dataclass(frozen=True, slots=True)
class Missing:
    """A setting that is not there, and where its value is found."""

    name: str
    where: str


APPS = "developers.zalo.me, mở ứng dụng"
ABOUT_SETTINGS = (
    ("zalo_oa_app_id", f"{APPS}, mục Cài đặt, ô ID ứng dụng"),
    ("zalo_oa_app_secret", f"{APPS}, mục Cài đặt, ô Khóa bí mật của ứng dụng"),
    ("zalo_oa_id", "oa.zalo.me/manage, mục Thông tin tài khoản, ô OA ID"),
    ("zalo_oa_webhook_secret", f"{APPS}, mục Webhook, ô OA Secret Key (khác khóa bí mật ở trên)"),
    (
        "base_url",
        "nơi đăng ký tên miền: địa chỉ https mà người ngoài mở được, ví dụ https://bando.ho-nai.vn",
    ),
)


def find_missing(settings: Settings) -> Iterator[Missing]:
    """What has to be set before the right can be asked for, in the order in which it is found."""
    for name, where in ABOUT_SETTINGS:
        value = getattr(settings, name)
        if not getattr(value, "get_secret_value", lambda value=value: value)():
            yield Missing(f"BOT_{name.upper()}", where)
