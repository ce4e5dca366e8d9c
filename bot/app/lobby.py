"""The web chats of all communes put on top of the road of every message; links into chat and office."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from bot.app.wiring import Application, save_account
from bot.channels.web_chat import WebChatChannel, as_json, commune_of
from bot.config import Settings
from bot.services import teams
from bot.web.chat import Lobby, Room
from bot.web.visitors import Visitors
from storage.communes import Commune

ZALO_OA_LINK = "https://zalo.me/"
"""Before the number of an OA: opens its chat, and can bring nothing along."""


def open_lobby(app: Application) -> Lobby:
    """A room for each commune; people fetch their answers, so no sender hosts these accounts."""
    settings = app.installation.settings
    return Lobby(
        rooms={commune.slug: _room(app, commune) for commune in app.installation.communes},
        pickup=app.pickup,
        render=as_json,
        commune_of=commune_of,
        embed_on=tuple(settings.chat_embed_on.split()),
        visitors=Visitors(settings.public_url, settings.proxies),
    )


def _room(app: Application, commune: Commune) -> Room:
    account = save_account(app.installation, commune, WebChatChannel.name, {})
    texts = app.installation.texts(commune)
    return Room(
        slug=commune.slug,
        name=texts.say(f"kind.{commune.kind}", name=commune.name),
        texts=texts,
        channel=WebChatChannel(account.name, lambda chat, message: None),
        ask=partial(app.pickup.ask, account),
        identify=partial(app.pickup.identify, account, WebChatChannel.name),
    )


def join_url(settings: Settings, code: str) -> str:
    """Where an invitation to the office is spent."""
    return f"{settings.public_url}/office/join?ma={code}"


@dataclass(frozen=True, slots=True)
class JoinWay:
    """A link by which somebody can join a team: what it opens, and whether it brings the code along."""

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


def chat_url(settings: Settings, commune: Commune, code: str) -> str:
    """The web chat of a commune, an invitation to a team brought along."""
    return f"{settings.public_url}/chat/{commune.slug}?moi={code.replace('-', '')}"
