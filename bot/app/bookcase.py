"""The guides as pages, out of content and the shelves; apart, since only who serves pays for the web."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.app.media import MediaRoom
from bot.core.vocabulary import AddressForm
from bot.locale import Texts, local_day
from bot.web.guide_pages import Bookcase, ReadingRoom
from bot.web.visitors import Visitors


def open_bookcase(installation: Installation, media: MediaRoom, visitors: Visitors) -> Bookcase:
    """The guides as pages, a room for each commune."""
    rooms = {}
    for commune in installation.communes:
        texts = installation.texts(commune)
        name = texts.say(f"kind.{commune.kind}", name=commune.name)
        shelf, office = media.shelves[commune.slug], installation.library.plans[commune.slug].office
        rooms[commune.slug] = ReadingRoom(commune.slug, name, texts, shelf, office.phone)
    texts = Texts(installation.sentences, AddressForm.CO_CHU.words)
    return Bookcase(
        guides=installation.library.guides,
        rooms=rooms,
        neutral=ReadingRoom("", texts.say("guide-page.anywhere"), texts, media.neutral),
        gallery=media.archive,
        today=lambda: local_day(installation.database.clock()),
        site=installation.settings.public_url,
        visitors=visitors,
        spoken=installation.library.spoken,
    )
