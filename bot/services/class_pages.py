"""What the public pages of a class say: its facts, its poster, its sign-in sheet, and the screen of the room.

Nobody is named on them: not who teaches, not who was there. What stands there is what was told to everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from unicodedata import normalize

from bot.core.text import fold
from bot.core.vocabulary import TrainingAudience, TrainingMode
from bot.locale import Texts, local_day, show_clock, show_date
from bot.reports.poster import Poster, SignInSheet
from bot.services import check_in, class_words, teams
from bot.services.check_in import Found, Standing
from storage import attendances, trainings
from storage.communes import Commune
from storage.database import Unit
from storage.trainings import Training

SHEET_KEPT = timedelta(days=30)
"""How long a signed sheet of paper is kept before it is torn up."""
WHEN_AND_WHERE = 3


@dataclass(frozen=True, slots=True)
class House:
    """Whose pages these are: the commune, how its people are spoken to, our public address."""

    commune: Commune
    texts: Texts
    site: str

    @property
    def name(self) -> str:
        """“phường Hố Nai”."""
        return self.texts.say(f"kind.{self.commune.kind}", name=self.commune.name)


@dataclass(frozen=True, slots=True)
class Facts:
    """A training as everybody may know it; each line is a label and what stands beside it.

    ``kind`` is empty where the title says it already.

    The first ``WHEN_AND_WHERE`` lines are the day, the hours and the place.
    """

    owner: str
    kind: str
    title: str
    lines: tuple[tuple[str, str], ...]
    bring: str

    @property
    def name(self) -> str:
        """The kind and the title in one line."""
        return f"{self.kind}: {self.title}" if self.kind else self.title


@dataclass(frozen=True, slots=True)
class Screen:
    """What the screen of a class room shows now; ``seats`` is how many have checked in.

    ``opens`` says from when on codes are taken; outside of that time the code is good for nothing.
    """

    facts: Facts
    standing: Standing
    opens: str
    code: str
    address: str
    left: int
    seats: int


def facts_of(unit: Unit, house: House, training: Training) -> Facts:
    """What, when, where, for whom, and who gives it."""
    outline, say = training.outline, house.texts.say
    by = normalize("NFC", outline.host or "") or _giver(unit, house, training)
    together = (by, *outline.partners)
    hours = say(
        "class-page.from-to",
        start=class_words.clock(outline.starts_at),
        end=class_words.clock(outline.ends_at),
    )
    audience = say(f"training.audience.{outline.audience}")
    is_for_all = outline.audience is TrainingAudience.RESIDENTS
    lines = (
        (say("class-page.day"), _capital(class_words.day(outline.starts_at))),
        (say("class-page.hours"), hours),
        (say("class-page.place"), _capital(class_words.place(house.texts, training))),
        (say("class-page.fee"), say("class-page.free")),
        (say("class-page.audience"), "" if is_for_all else audience),
        (say("class-page.by"), ", ".join(dict.fromkeys(together))),
    )
    is_online = outline.mode is TrainingMode.ONLINE
    kind = say(f"training.kind.{outline.kind}")
    return Facts(
        owner=say("office.body-name", commune=house.name),
        kind="" if fold(outline.title).startswith(fold(kind)) else kind,
        title=normalize("NFC", outline.title),
        lines=tuple((label, normalize("NFC", value)) for label, value in lines if value),
        bring=say("class-page.bring-online" if is_online else "class-page.bring"),
    )


def _giver(unit: Unit, house: House, training: Training) -> str:
    number = training.outline.team_id
    team = teams.living_team(unit, house.commune.id, number) if number is not None else None
    if team is None:
        return house.texts.say("office.body-name", commune=house.name)
    return house.texts.say("role.in-team", team=team.name)


def opens_at(unit: Unit, training: Training) -> str:
    """From when on its codes are taken: “13 giờ thứ Bảy 28/11”."""
    return show_clock(check_in.opening(training)[0], unit.now)


def poster_of(unit: Unit, house: House, training: Training) -> Poster:
    """The poster with the printed code."""
    say, facts = house.texts.say, facts_of(unit, house, training)
    code = check_in.printed_code(unit.keys, house.commune.id, training.id)
    return Poster(
        owner=facts.owner,
        kind=facts.kind,
        title=facts.title,
        facts=(*facts.lines, (say("class-page.bring-label"), facts.bring)),
        address=f"{house.site}/c/{code}",
        code=check_in.show_code(code),
        scan=say("class-poster.scan"),
        or_type=say("class-poster.or-type"),
        ahead=say("class-poster.ahead"),
        care=say("class-page.care"),
        chat=_chat(house),
    )


def sheet_of(unit: Unit, house: House, training: Training) -> SignInSheet:
    """The sheet that is signed at the door, with the printed code for who has a phone."""
    say, facts = house.texts.say, facts_of(unit, house, training)
    code = check_in.printed_code(unit.keys, house.commune.id, training.id)
    gone = show_date(local_day(training.outline.ends_at + SHEET_KEPT))
    return SignInSheet(
        owner=facts.owner,
        name=say("class-sheet.name"),
        title=facts.name,
        when=" · ".join(value for _, value in facts.lines[:WHEN_AND_WHERE]),
        address=f"{house.site}/c/{code}",
        code=check_in.show_code(code),
        has_phone=say("class-sheet.has-phone"),
        columns=(
            say("class-sheet.row"),
            say("class-sheet.who"),
            say("class-sheet.area"),
            say("class-sheet.age"),
            say("class-sheet.phone"),
            say("class-sheet.sign"),
        ),
        if_wanted=say("class-sheet.if-wanted"),
        ages=(
            say("class-sheet.under-16"),
            say("class-sheet.to-34"),
            say("class-sheet.to-59"),
            say("class-sheet.from-60"),
        ),
        tick=say("class-sheet.tick"),
        notes=(say("class-sheet.care"), say("class-sheet.kept", owner=facts.owner, day=gone)),
        totals=(say("class-sheet.heads"), say("class-sheet.proxies"), say("class-sheet.leader")),
    )


def screen_of(unit: Unit, house: House, number: int, token: str) -> Screen | None:
    """The screen of a training; None for a token that is not its own."""
    commune = house.commune.id
    if not check_in.is_screen_token(unit.keys, commune, number, token):
        return None
    training = trainings.find(unit, commune, number)
    if training is None:
        return None
    code = check_in.screen_code(unit.keys, commune, number, unit.now)
    return Screen(
        facts=facts_of(unit, house, training),
        standing=check_in.standing_of(training, unit.now),
        opens=opens_at(unit, training),
        code=check_in.show_code(code),
        address=f"{house.site}/c/{code}",
        left=check_in.seconds_left(unit.now),
        seats=attendances.count(unit, commune, number).seats,
    )


def find_anywhere(
    unit: Unit, communes: tuple[Commune, ...], code: str
) -> tuple[Commune, Found] | None:
    """The training of whichever commune that a code belongs to; None for one that no training has."""
    for commune in communes:
        found = check_in.find(unit, commune.id, code, unit.now)
        if found is not None:
            return commune, found
    return None


def _chat(house: House) -> str:
    """Where the web chat is, as it is typed; nothing where no phone could open it."""
    if not class_words.is_reachable(house.site):
        return ""
    site = f"{house.site.partition('://')[2]}/chat/{house.commune.slug}"
    return house.texts.say("class-poster.chat", name=house.name, site=site)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
