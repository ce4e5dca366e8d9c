"""Learning on the official platform: introduced, said to be finished, confirmed. Three figures, never one.

The first two are what chats and teams told; nobody checks them. The third is read from the official source by
somebody of the office, with its day. None says anything of another, so no sum of them exists here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import CommuneId, Identity, LearningStage, Role
from bot.locale import local_day
from bot.services import access
from bot.services.access import Officer
from bot.services.help_log import UNDO_WITHIN, kept_note, kept_reason
from bot.services.teams import actor
from storage import audit, learning
from storage.audit import Act
from storage.database import Unit
from storage.learning import By, NewReading
from storage.learning import Reading as Reading  # conversations and pages take it from here
from storage.mailbox import Worker

MOST_TOLD = 50
"""People that a member may have shown the platform to in one go."""
MOST_CONFIRMED = 10_000_000
SHORTEST_SOURCE = 3
MOST_LISTED = 30
FIRST_DAY = date(2025, 4, 1)
"""The platform was opened on that day, so nothing was confirmed before it."""
DAY = timedelta(days=1)
SLIP = "bấm nhầm"


@dataclass(frozen=True, slots=True)
class Learning:
    """What is known of a window; None where nothing is known. The first two are people who were told of.

    ``confirmed`` is no figure of the window: so many it were on ``confirmed_on``, as the source says.
    """

    introduced: int | None
    self_reported: int | None
    confirmed: int | None
    confirmed_on: date | None
    confirmed_source: str | None


def figures(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> Learning:
    """The three figures of a half-open window; confirmed is the newest reading of a day before its end."""
    level = learning.find_level(unit, commune, LearningStage.CONFIRMED, window[1])
    return Learning(
        introduced=learning.sum_between(unit, commune, LearningStage.INTRODUCED, window),
        self_reported=learning.sum_between(unit, commune, LearningStage.SELF_REPORTED, window),
        confirmed=level.count if level else None,
        confirmed_on=level.on_date if level else None,
        confirmed_source=level.source if level else None,
    )


# ---- what a chat tells


def note_of_chat(
    unit: Unit,
    commune: CommuneId,
    identity: Identity,
    what: tuple[LearningStage, str],
    key: str,
) -> bool:
    """A chat was shown, or says that it has done, (stage, course); each once. False when it was known."""
    stage, course = what
    seats = learning.seats_of(unit.keys, commune, course, identity)
    known = learning.find_of_chat(unit, commune, what, seats)
    today = local_day(unit.now)
    if known is not None:
        return known.voided_at is not None and learning.put_back(unit, commune, known.id, today)
    fresh = NewReading(f"{stage}:{key}", stage, course, 1, today, seat=seats[0])
    return learning.add_once(unit, commune, fresh)[1]


def take_back_of_chat(unit: Unit, commune: CommuneId, identity: Identity, course: str) -> bool:
    """Whoever pressed “học xong rồi” by mistake has not said it; False when they have not anyway."""
    seats = learning.seats_of(unit.keys, commune, course, identity)
    what = (LearningStage.SELF_REPORTED, course)
    known = learning.find_of_chat(unit, commune, what, seats)
    return known is not None and learning.void(unit, commune, known.id, SLIP)


# ---- what a team tells


def tell(
    unit: Unit, commune: CommuneId, member: Worker, told: tuple[str, int, str]
) -> tuple[Reading, bool]:
    """A member has shown (course, so many people) the platform; the same client id again changes nothing.

    Gives what stands now, and True where it is new. ``RuleError``: ``learn.count`` (not 1 to 50).
    ``NotAllowedError`` for somebody of no team.
    """
    course, count, client_id = told
    if member.team_id is None:
        raise NotAllowedError("Chỉ tổ viên ghi đã giới thiệu.")
    if not 1 <= count <= MOST_TOLD:
        raise RuleError("learn.count", f"Số người phải từ 1 đến {MOST_TOLD}.")
    fresh = NewReading(
        client_id,
        LearningStage.INTRODUCED,
        course,
        count,
        local_day(unit.now),
        team_id=member.team_id,
        by=By(member_id=member.id),
    )
    written, is_new = learning.add_once(unit, commune, fresh)
    if is_new:
        audit.record(unit, commune, Act(actor(member), "tell-learning", _name(written)))
    return written, is_new


def undo(unit: Unit, commune: CommuneId, member: Worker, number: int) -> bool:
    """An own reading does not count any more; False when it is another's, out already or a day old."""
    try:
        written = learning.get(unit, commune, number)
    except LookupError:
        return False
    is_fresh = unit.now - written.recorded_at <= UNDO_WITHIN
    if written.by.member_id != member.id or not is_fresh:
        return False
    if not learning.void(unit, commune, number, SLIP):
        return False
    audit.record(unit, commune, Act(actor(member), "take-back-learning", _name(written)))
    return True


# ---- what the office reads from the official source


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the office's page shows: the figures up to today, and every confirmed reading."""

    first_day: date
    today: date
    year: Learning
    readings: list[Reading]


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who runs the machine only."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị không xem số liệu này.")


def read_sheet(unit: Unit, officer: Officer) -> Sheet:
    """The figures of this year up to today, and the confirmed readings, the newest first."""
    require_reader(officer)
    commune, today = officer.commune.id, local_day(unit.now)
    first = today.replace(month=1, day=1)
    listed = learning.list_newest(unit, commune, LearningStage.CONFIRMED, MOST_LISTED)
    return Sheet(first, today, figures(unit, commune, (first, today + DAY)), listed)


def confirm(
    unit: Unit, officer: Officer, read: tuple[int, date, str], of: tuple[str, str]
) -> tuple[Reading, bool]:
    """Keep (people, day, source) of (platform, client id); the same client id again changes nothing.

    Gives what stands now, and True where it is new. ``RuleError``: ``learning.number``, ``.day`` (to come,
    or before the platform was opened), ``.source`` (says nothing), ``.same-day`` (that day has one: take
    it back first).
    """
    count, day, source = read
    _check_officer(officer)
    if not 0 <= count <= MOST_CONFIRMED:
        raise RuleError("learning.number", "Số người không đúng.")
    if not FIRST_DAY <= day <= local_day(unit.now):
        raise RuleError("learning.day", "Ngày không đúng.")
    kept = kept_note(source) or ""
    if len(kept) < SHORTEST_SOURCE:
        raise RuleError("learning.source", "Cần ghi nguồn.")
    platform, client_id = of
    commune, stage = officer.commune.id, LearningStage.CONFIRMED
    fresh = NewReading(
        client_id, stage, platform, count, day, source=kept, by=By(staff_id=officer.id)
    )
    known = learning.find_level(unit, commune, stage, day + DAY)
    if known is not None and known.on_date == day and known.client_id != client_id:
        raise RuleError("learning.same-day", "Ngày này đã có số.")
    written, is_new = learning.add_once(unit, commune, fresh)
    if is_new:
        access.note_change(unit, officer, "confirm-learning", _name(written))
    return written, is_new


def take_back(unit: Unit, officer: Officer, number: int, reason: str) -> bool:
    """A confirmed reading does not count any more, for a reason; False when it is out already or gone.

    ``RuleError``: ``correct.reason`` for one that says nothing.
    """
    _check_officer(officer)
    kept, commune = kept_reason(reason), officer.commune.id
    try:
        written = learning.get(unit, commune, number)
    except LookupError:
        return False
    is_ours = written.stage is LearningStage.CONFIRMED
    if not is_ours or not learning.void(unit, commune, number, kept):
        return False
    access.note_change(unit, officer, "take-back-learning", _name(written))
    return True


def _check_officer(officer: Officer) -> None:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ phụ trách ghi được số xác nhận.")


def _name(reading: Reading) -> str:
    return f"learning:{reading.id}"
