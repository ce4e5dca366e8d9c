"""Links into the chat and the office that a command prints; knows nothing of the server behind them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config import Settings
from bot.services import teams
from storage.communes import Commune

ZALO_OA_LINK = "https://zalo.me/"
"""Before the number of an OA: opens its chat, and can bring nothing along."""
CHECK_IN_PREFIX = "c_"
"""Before the code of a class in what a Telegram link brings along."""


def join_url(settings: Settings, code: str) -> str:
    """Where an invitation to the office is spent."""
    return f"{settings.public_url}/office/join?ma={code}"


def chat_url(settings: Settings, commune: Commune, code: str) -> str:
    """The web chat of a commune, an invitation to a team brought along."""
    return f"{settings.public_url}/chat/{commune.slug}?moi={code.replace('-', '')}"


@dataclass(frozen=True, slots=True)
class JoinWay:
    """A link by which somebody joins or checks in: what it opens, and whether it brings the code along."""

    title: str
    url: str
    brings_code: bool = True


def join_ways(settings: Settings, commune: Commune, code: str) -> list[JoinWay]:
    """Every way into a chat that this installation has; where the code has to be typed comes last."""
    ways = [JoinWay("Khung chat trên web", chat_url(settings, commune, code))]
    if settings.telegram_username:
        ways.append(JoinWay("Telegram", teams.deep_link(settings.telegram_username, code)))
    if settings.zalo_oa_id:
        ways.append(JoinWay("Zalo OA", ZALO_OA_LINK + settings.zalo_oa_id, brings_code=False))
    if settings.zalo_bot_link:
        ways.append(JoinWay("Zalo Bot", settings.zalo_bot_link, brings_code=False))
    return ways


def check_in_ways(settings: Settings, commune: Commune, code: str) -> list[JoinWay]:
    """Every way to check in with that code; the accounts of messengers are those of one commune."""
    ways = []
    if commune.slug == settings.commune:
        if settings.zalo_oa_app_id and settings.zalo_oa_id:
            ways.append(JoinWay("Zalo", ZALO_OA_LINK + settings.zalo_oa_id, brings_code=False))
        if settings.zalo_bot_token.get_secret_value() and settings.zalo_bot_link:
            ways.append(JoinWay("Zalo Bot", settings.zalo_bot_link, brings_code=False))
        if settings.telegram_token.get_secret_value() and settings.telegram_username:
            link = f"https://t.me/{settings.telegram_username}?start={CHECK_IN_PREFIX}{code}"
            ways.append(JoinWay("Telegram", link))
    chat = f"{settings.public_url}/chat/{commune.slug}?diemdanh={code}"
    return [*ways, JoinWay("khung chat trên web", chat)]
