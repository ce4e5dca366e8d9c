"""What people are shown of a class: its codes, addresses of screen, poster and sheet, words to paste."""

from __future__ import annotations

from dataclasses import dataclass

from bot.locale import Texts
from bot.services import check_in, class_words
from storage.communes import Commune
from storage.database import Unit
from storage.trainings import Training


@dataclass(frozen=True, slots=True)
class Voice:
    """In which words residents of a commune are spoken to, and where the site is."""

    texts: Texts
    site: str
    is_known: bool = True  # False where the site has no address that a resident could open


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below the site, except ``page``; ``for_group`` is the text for the team's Zalo group."""

    code: str
    page: str
    screen: str
    poster: str
    sheet: str
    for_group: str


def links(unit: Unit, commune: Commune, training: Training, voice: Voice) -> Links:
    """All of them for one class."""
    code = check_in.printed_code(unit.keys, commune.id, training.id)
    page = f"{voice.site}/c/{code}"
    invitation = check_in.invitation_code(unit.keys, commune.id, training.id)
    words = "trainings-page.way-page" if voice.is_known else "trainings-page.way"
    invited = {"page": f"{voice.site}/c/{invitation}"} if voice.is_known else {}
    way = voice.texts.say(words, **invited)
    return Links(
        code=check_in.show_code(code),
        page=page,
        screen=check_in.screen_path(unit.keys, commune.slug, commune.id, training.id),
        poster=f"/c/{code}/to-dan",
        sheet=f"/c/{code}/danh-sach",
        for_group=class_words.for_group(voice.texts, training, way),
    )
