"""What is told of classes to those who did not ask just now: at most two messages a class, never at night.

Who asked to be told of classes hears of each once; who of them signed up is reminded the day before, and
hears when it is moved or called off; who of them was there is asked for feedback. A closed window is no
reason to trouble the office: the text for the team's Zalo group says the same, and every conversation says
it when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.messages import Outbound
from bot.core.periods import ZONE
from bot.core.terms import ALWAYS_FREE, Passage, passage
from bot.core.vocabulary import CommuneId, TrainingStatus, Use
from bot.locale import local_day
from bot.services import class_words
from bot.services.consents import VERSIONS
from bot.services.reminders import Mail
from bot.services.sign_ups import AT_WORK
from storage import attendances, jobs, notices, reaching, sign_ups, trainings
from storage.database import Unit
from storage.reaching import Open
from storage.trainings import Training

FROM_HOUR, TO_HOUR = 7, 20
"""Local hours in which residents may be written to unasked; the last one is not among them."""
LONGEST_AHEAD = timedelta(days=400)
FEEDBACK_WITHIN = timedelta(days=2)
LONGEST_PAST = timedelta(days=3)
DAY = timedelta(days=1)
Picks = Callable[[Open], bool]


def send_due(unit: Unit, mail: Mail) -> int:
    """Everything that is due now in every commune; gives how many messages that were. Harmless twice."""
    if not FROM_HOUR <= unit.now.astimezone(ZONE).hour < TO_HOUR:
        return 0
    return sum(_send_due(unit, mail, commune) for commune in mail.texts)


def count_askers(unit: Unit, commune: CommuneId) -> int:
    """How many chats have asked to be told of classes and can be found."""
    return sum(1 for _ in filter(_asked(unit, commune), reaching.list_chats(unit, commune)))


def _send_due(unit: Unit, mail: Mail, commune: CommuneId) -> int:
    window = (unit.now - LONGEST_PAST, unit.now + LONGEST_AHEAD)
    found = trainings.list_between(unit, commune, window)
    return sum(
        _tell(unit, mail, (commune, training), what)
        for training in found
        for what, is_due in _DUE.items()
        if is_due(unit, commune, training)
        and _is_news(unit, commune, training, what)
        and _begin(unit, commune, training, what)
    )


def _is_announced(unit: Unit, commune: CommuneId, training: Training) -> bool:
    return training.status is TrainingStatus.ANNOUNCED and training.outline.starts_at > unit.now


def _is_open_to_all(unit: Unit, commune: CommuneId, training: Training) -> bool:
    """A class for officials or teams is none that residents can come to."""
    return _is_announced(unit, commune, training) and training.outline.audience not in AT_WORK


def _is_tomorrow(unit: Unit, commune: CommuneId, training: Training) -> bool:
    day = local_day(training.outline.starts_at)
    return _is_announced(unit, commune, training) and day == local_day(unit.now) + DAY


def _is_changed(unit: Unit, commune: CommuneId, training: Training) -> bool:
    return (
        _is_announced(unit, commune, training) and _last_change(unit, commune, training) is not None
    )


def _is_called_off(unit: Unit, commune: CommuneId, training: Training) -> bool:
    is_off = training.status is TrainingStatus.CANCELLED
    if not is_off or training.announced_at is None or training.outline.starts_at <= unit.now:
        return False
    events = trainings.list_events(unit, commune, training.id)
    stood = [one.what for one in events if one.what in tuple(TrainingStatus)]
    return stood[-2:-1] == [TrainingStatus.ANNOUNCED]


def _is_over(unit: Unit, commune: CommuneId, training: Training) -> bool:
    is_late = training.held_at is None or training.held_at < unit.now - FEEDBACK_WITHIN
    return training.status is TrainingStatus.HELD and not is_late


Due = Callable[[Unit, CommuneId, Training], bool]
_DUE: dict[str, Due] = {
    "announced": _is_open_to_all,
    "tomorrow": _is_tomorrow,
    "changed": _is_changed,
    "called-off": _is_called_off,
    "over": _is_over,
}


def _last_change(unit: Unit, commune: CommuneId, training: Training) -> datetime | None:
    """The moment of the newest change since it was announced; None when there was none."""
    told = training.announced_at
    events = trainings.list_events(unit, commune, training.id)
    changes = [one.at for one in events if one.what == "revise" and told and one.at > told]
    return changes[-1] if changes else None


def _is_news(unit: Unit, commune: CommuneId, training: Training, what: str) -> bool:
    """False for what was so long ago that nobody remembers whether it was told."""
    since = _since(unit, commune, training, what)
    return what == "tomorrow" or (since is not None and since > unit.now - LONGEST_PAST)


def _begin(unit: Unit, commune: CommuneId, training: Training, what: str) -> bool:
    """Each once as the class stands; who signs up on the day before is still found, hour by hour."""
    period = f"{commune} {_stamp(unit, commune, training, what)}"
    if what == "tomorrow":
        period += f" {unit.now.astimezone(ZONE):%d%H}"
    return jobs.begin(unit, f"class:{what}:{training.id}", period)


def _since(unit: Unit, commune: CommuneId, training: Training, what: str) -> datetime | None:
    """The moment since when it is so: called off, on again and off again is told each time."""
    if what == "changed":
        return _last_change(unit, commune, training)
    since = {"called-off": training.cancelled_at, "over": training.held_at}
    return since.get(what, training.announced_at)


def _stamp(unit: Unit, commune: CommuneId, training: Training, what: str) -> str:
    moment = _since(unit, commune, training, what)
    return f"{moment:%y%m%d%H%M%S%f}" if moment else ""


def _tell(unit: Unit, mail: Mail, of: tuple[CommuneId, Training], what: str) -> int:
    """Write to everybody whom it concerns and whose window is open."""
    commune, training = of
    texts = mail.texts[commune]
    text = texts.say(f"class.{what}", line=class_words.line(texts, training, unit.now))
    stamp = _stamp(unit, commune, training, what)
    sent = 0
    for one in filter(_picks(unit, of, what), reaching.list_chats(unit, commune)):
        terms = mail.terms.get(one.channel, ALWAYS_FREE)
        if passage(terms, one.last_act_at, unit.now)[0] is Passage.FREE:
            key = f"class:{what}:{training.id}:{stamp}"
            sent += notices.post(unit, one.chat, key, Outbound(text))
    return sent


def _picks(unit: Unit, of: tuple[CommuneId, Training], what: str) -> Picks:
    """Among all who asked to be told of classes, those whom it concerns."""
    commune, training = of
    asked = _asked(unit, commune)
    if what == "announced":
        return asked
    lists = attendances.list_seats if what == "over" else sign_ups.list_seats
    is_in = _seated(unit, lists(unit, commune, training.id), of)
    return lambda one: is_in(one) and asked(one)


def _asked(unit: Unit, commune: CommuneId) -> Picks:
    subjects = reaching.agreed(unit, commune, Use.REMIND, VERSIONS[Use.REMIND])
    return lambda one: bool(subjects) and reaching.has_agreed(unit, one, subjects)


def _seated(unit: Unit, seats: frozenset[bytes], of: tuple[CommuneId, Training]) -> Picks:
    commune, training = of

    def picks(one: Open) -> bool:
        mine = attendances.seat_hashes(unit.keys, commune, training.id, one.chat.identity)
        return not seats.isdisjoint(mine)

    return picks
