"""The web chats of all communes put on top of the road of every message."""

from __future__ import annotations

from functools import partial

from bot.app.wiring import Application, save_account
from bot.channels.web_chat import WebChatChannel, as_json, commune_of
from bot.web.chat import Lobby, Room
from bot.web.visitors import Visitors
from storage.communes import Commune


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
