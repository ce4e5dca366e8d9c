"""The front page and Zalo's pages, put together out of settings and communes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.app.installation import Installation
from bot.core.vocabulary import AddressForm
from bot.locale import Texts
from bot.services.domain_proof import Proof
from bot.services.oa_consent import Finish
from bot.web.visitors import Visitors
from bot.web.zalo import Door, FrontParts


def open_front(
    installation: Installation, visitors: Visitors, finish: Mapping[str, Finish]
) -> FrontParts:
    """Pages of every commune; a consent page for each account that ``finish`` names."""
    settings, communes = installation.settings, installation.communes
    neutral = Texts(installation.sentences, AddressForm.CO_CHU.words)
    names = {one.slug: neutral.say(f"kind.{one.kind}", name=one.name) for one in communes}
    return FrontParts(
        texts=installation.texts(communes[0]) if len(communes) == 1 else neutral,
        office_texts=Texts(installation.sentences, AddressForm.ANH_CHI.words),
        chats=[Door(f"/chat/{slug}", "front.chat", name) for slug, name in sorted(names.items())],
        messengers=list_messengers(installation, names.get(settings.commune, "")),
        owners=", ".join(names[slug] for slug in sorted(names)),
        proof=Proof(settings.zalo_verifier_name, settings.zalo_verifier_content),
        finish=finish,
        visitors=visitors,
    )


def list_messengers(installation: Installation, name: str) -> list[Door]:
    """The accounts of the settings, which are those of the commune with that name."""
    settings = installation.settings
    doors = []
    if settings.zalo_oa_app_id:
        doors.append(Door(f"https://zalo.me/{settings.zalo_oa_id}", "front.zalo-oa", name))
    if settings.zalo_bot_token.get_secret_value() and settings.zalo_bot_link:
        doors.append(Door(settings.zalo_bot_link, "front.zalo-bot", name))
    if settings.telegram_token.get_secret_value() and settings.telegram_username:
        address = f"https://t.me/{settings.telegram_username}"
        doors.append(Door(address, "front.telegram", name))
    return doors
