"""What comes from paper, put together for one commune: its words, its forms, the text agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.installation import Installation
from bot.core.periods import today
from bot.core.vocabulary import AddressForm
from bot.library.plans import Target
from bot.locale import Texts
from bot.services import import_forms, import_readings, teams
from bot.services.import_words import load_words
from bot.services.imports import House
from bot.services.report_words import full_aim
from storage import duty
from storage.communes import Commune
from storage.database import Unit


@dataclass(frozen=True, slots=True)
class NewForm:
    """Which form is wanted: empty, or begun with the rows of these sheets of a team."""

    team: str | None = None
    codes: Sequence[str] = ()
    as_csv: bool = False


class PaperRoom:
    """The words of all forms, read once."""

    def __init__(self, installation: Installation) -> None:
        self.texts = Texts(installation.sentences, AddressForm.ANH_CHI.words)
        self.words = load_words(self.texts, installation.library.guides)
        self._plans = installation.library.plans

    def house(self, commune: Commune) -> House:
        """What the files of a commune are read with."""
        return House(commune, self._plans[commune.slug], self.words, self.agreed(commune))

    def agreed(self, commune: Commune) -> str:
        """What somebody agrees to whose consent stands on a sheet: as it is printed there."""
        name = self.texts.say(f"kind.{commune.kind}", name=commune.name)
        return self.texts.say("sheet.agree", commune=name)

    def form(self, unit: Unit, commune: Commune, wanted: NewForm) -> bytes:
        """A form as a file, with the teams of today to choose from."""
        names = teams.list_names(unit, commune)
        team = teams.find_team(unit, commune, wanted.team).name if wanted.team else None
        form = import_forms.make_form(self.texts, self.words, names, team, wanted.codes)
        return import_forms.write_form(form, as_csv=wanted.as_csv)

    def class_form(self, unit: Unit, commune: Commune, as_csv: bool) -> bytes:
        """The empty list of a class as a file, with the neighbourhoods of today to choose from."""
        known = duty.list_neighbourhoods(unit, commune.id, today(unit.now))
        places = [one.name for one in known if one.is_valid]
        form = import_forms.make_class_form(self.texts, self.words, places)
        return import_forms.write_form(form, as_csv=as_csv)

    def reading_form(self, unit: Unit, commune: Commune, as_csv: bool) -> bytes:
        """The form of readings as a file, with a row for each target of today."""
        day = today(unit.now)
        asked = [
            (one, self._aim(one))
            for one in import_readings.list_targets(unit, self.house(commune), day)
        ]
        form = import_forms.make_reading_form(self.texts, self.words, asked, day)
        return import_forms.write_form(form, as_csv=as_csv)

    def _aim(self, target: Target) -> str:
        return full_aim(self.texts, target.model_dump())
