"""Pictures and sounds of all communes, out of settings, plans and the wards' own files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.installation import Installation
from bot.core.vocabulary import AddressForm
from bot.library import HOUSE_COLOUR
from bot.locale import Texts
from bot.media.own_files import OwnFiles
from bot.media.shelf import Archive, Shelf, Sources
from bot.media.voice import find_voice

CACHE = "cache"


@dataclass(frozen=True, slots=True)
class MediaRoom:
    """The shelves by commune, the archive that all of them share, and the ward's own files.

    ``neutral`` is the shelf for who did not say from which commune they come.
    """

    shelves: Mapping[str, Shelf]
    neutral: Shelf
    archive: Archive
    own: OwnFiles


def open_media(installation: Installation) -> MediaRoom:
    """Nothing is drawn yet; ``SettingError`` when the voice that was asked for is not on this machine."""
    settings, library = installation.settings, installation.library
    archive = Archive(settings.var_dir / CACHE)
    own = OwnFiles(settings.own_media)
    voice = find_voice() if settings.voice else None
    sources = Sources(tuple(library.guides.values()), own, voice, archive)
    shelves = {
        commune.slug: Shelf(
            commune.slug,
            installation.texts(commune),
            library.plans[commune.slug].colour,
            settings.public_url,
            sources,
        )
        for commune in installation.communes
    }
    texts = Texts(installation.sentences, AddressForm.CO_CHU.words)
    neutral = Shelf("", texts, HOUSE_COLOUR, settings.public_url, sources)
    return MediaRoom(shelves, neutral, archive, own)
