"""A small sample of the log that the office checks each week: drawn so that anybody can draw it again.

Entries are put in the order of SHA-256(seed|number of the entry); the first ones are the sample. The whole
recipe stands in docs/trust.md.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.core.errors import NotAllowedError
from bot.core.keys import Purpose
from bot.core.periods import Period, week_of
from bot.core.vocabulary import Role
from bot.services import access
from bot.services.access import Officer
from bot.services.phones import show_phone
from storage import audit, confirmations, jobs, spot_checks
from storage.audit import Act
from storage.communes import Commune
from storage.confirmations import Denied as Denied  # pages take it from here
from storage.database import Unit
from storage.spot_checks import Check as Check  # pages take it from here
from storage.spot_checks import Drawn, Way
from storage.spot_checks import Result as Result  # pages take it from here

FEWEST_OF_TEAM = 2
"""So many entries without a number are asked about every week: each entry has a chance."""
SEED_SIGNS = 16
LOT = 19
"""Calls that are judged together: the sample of lot quality assurance in community health programmes."""
MOSTLY_RIGHT, SELDOM = 0.95, 0.05
CHANGE_WITHIN = timedelta(hours=24)
LEADER_FIRST = timedelta(days=3)
"""A denied entry is the team leader's to look at before it is the office's."""
DENIED_WITHIN = timedelta(days=28)
JOBS = "jobs"


def draw(entries: Iterable[int], seed: str, size: int) -> list[int]:
    """The sample: depends on nothing but the seed and the numbers of the entries, not on their order."""
    return sorted(entries, key=lambda entry: (_rank(seed, entry), entry))[:size]


def _rank(seed: str, entry: int) -> str:
    return hashlib.sha256(f"{seed}|{entry}".encode()).hexdigest()


def hash_of(entries: Iterable[int]) -> str:
    """SHA-256 of the numbers of the entries, ascending, a line each."""
    lines = "".join(f"{entry}\n" for entry in sorted(entries))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def fewest_right(calls: int) -> int:
    """The decision value: so many say “đúng” at least, nearly always, where 95 of 100 entries are true.

    Exact binomial: fewer happen in at most one of twenty such samples. 16 for 19 calls.
    """
    below, right = 0.0, 0
    while right < calls:
        wrong = calls - right
        below += math.comb(calls, right) * MOSTLY_RIGHT**right * (1 - MOSTLY_RIGHT) ** wrong
        if below > SELDOM + 1e-12:
            break
        right += 1
    return right


def week_to_draw(today: date) -> Period:
    """The last whole week."""
    return week_of(today - timedelta(days=7))


def draw_once(unit: Unit, commune: Commune, week: Period, size: int) -> int | None:
    """Draw from the entries that were written down in that week; None when that was done before.

    By the day of writing, not of the help: what is entered late is drawn from as well. The seed comes from
    the secret of the installation: nobody can know it beforehand, nor draw until it suits them.
    """
    if not jobs.begin(unit, f"spot-checks:{commune.id}", week.key):
        return None
    frame = spot_checks.list_frame(unit, commune.id, (week.start_at, week.end_at), unit.now)
    parts = ("spot checks", str(commune.id), week.key)
    seed = unit.keys.hash(Purpose.CODE, *parts).hex()[:SEED_SIGNS]
    drawn = Drawn(_name(week), seed, hash_of(entry for entry, _ in frame), unit.now)
    chosen = choose(frame, seed, size)
    spot_checks.add_draw(unit, commune.id, drawn, chosen)
    if chosen:
        act = Act(JOBS, "draw-checks", drawn.period, None, drawn.data_hash.removeprefix("sha256:"))
        audit.record(unit, commune.id, act)
    return len(chosen)


def choose(frame: Sequence[tuple[int, bool]], seed: str, size: int) -> list[tuple[int, Way]]:
    """``size`` calls, and at least two questions to a team; what lacks calls is made up by the latter."""
    with_number = [entry for entry, has in frame if has]
    without = [entry for entry, has in frame if not has]
    calls = draw(with_number, seed, size)
    asked = draw(without, seed, max(FEWEST_OF_TEAM, size - len(calls)))
    return [(entry, Way.CALL) for entry in calls] + [(entry, Way.TEAM) for entry in asked]


def _name(week: Period) -> str:
    return f"{week.kind}:{week.key}"


@dataclass(frozen=True, slots=True)
class Lot:
    """The last calls, at most 19: how many were answered, how many said it is right, how many should."""

    calls: int
    right: int

    @property
    def fewest(self) -> int:
        """Fewer than this are seldom, where the log is true."""
        return fewest_right(self.calls)

    @property
    def is_full(self) -> bool:
        """True with 19 calls: fewer are counted and not judged."""
        return self.calls == LOT

    @property
    def is_good(self) -> bool:
        """True when nothing speaks against the log."""
        return self.right >= self.fewest


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the office reads of a week: the draw and what it was made from, the checks, the denied entries.

    ``numbers`` has the phone of each check that this officer is in charge of and has still to ring.
    """

    drawn: Drawn | None
    frame: Sequence[int]
    checks: Sequence[Check]
    numbers: Mapping[int, str]
    counts: Mapping[Result, int]
    lot: Lot
    denied: Sequence[Denied]


def read_sheet(unit: Unit, officer: Officer, week: Period) -> Sheet:
    """All of it but the numbers; ``NotAllowedError`` for who runs the machine."""
    refuse_operator(officer)
    commune = officer.commune.id
    drawn = spot_checks.find_draw(unit, commune, _name(week))
    frame: list[int] = []
    if drawn is not None:
        window = (week.start_at, week.end_at)
        found = spot_checks.list_frame(unit, commune, window, drawn.drawn_at)
        frame = [entry for entry, _ in found]
    checks = spot_checks.list_checks(unit, commune, _name(week))
    results = spot_checks.list_newest_calls(unit, commune, LOT)
    done = Counter(one.result for one in checks if one.result and one.way is Way.CALL)
    lot = Lot(len(results), results.count(Result.RIGHT))
    return Sheet(drawn, frame, checks, {}, done, lot, _denied(unit, officer))


def _denied(unit: Unit, officer: Officer) -> list[Denied]:
    """What stands unchanged three days after its person said no."""
    found = confirmations.list_denied(unit, officer.commune.id, unit.now - DENIED_WITHIN)
    late = unit.now - LEADER_FIRST
    return [one for one in found if one.answered_at <= late and not one.is_settled]


def with_numbers(unit: Unit, officer: Officer, sheet: Sheet) -> Sheet:
    """The same with the phones that this officer is to ring now; each look stands in the audit log."""
    numbers: dict[int, str] = {}
    for check in sheet.checks:
        if not _is_to_ring(officer, check):
            continue
        phone = spot_checks.find_number(unit, officer.commune.id, check)
        if phone is not None:
            access.note_reading(unit, officer, f"phone:check:{check.id}")
            numbers[check.id] = show_phone(phone)
    return replace(sheet, numbers=numbers)


def has_call(officer: Officer, sheet: Sheet) -> bool:
    """True when this officer has taken a call that is still to be made."""
    return any(_is_to_ring(officer, check) for check in sheet.checks)


def _is_to_ring(officer: Officer, check: Check) -> bool:
    is_theirs = officer.role is Role.OFFICER and check.staff_id == officer.id
    is_open = check.way is Way.CALL and check.result is None and not check.is_void
    return is_theirs and is_open


def take_charge(unit: Unit, officer: Officer, check_id: int) -> bool:
    """This officer rings, in place of whoever had taken it; False when it is done or gone."""
    _refuse_reader(officer)
    commune = officer.commune.id
    check = spot_checks.find_check(unit, commune, check_id)
    if check is None or check.way is not Way.CALL or check.is_void:
        return False
    if not spot_checks.take_charge(unit, commune, check, officer.id):
        return False
    access.note_change(unit, officer, "take-check", f"check:{check_id}")
    return True


def record_result(unit: Unit, officer: Officer, check_id: int, result: Result) -> bool:
    """What came of it; within a day the same officer may write something else.

    False when it is gone, settled, or another's call.
    """
    _refuse_reader(officer)
    commune = officer.commune.id
    check = spot_checks.find_check(unit, commune, check_id)
    if check is None or not may_record(officer, check, unit.now):
        return False
    if not spot_checks.record(unit, commune, check, officer.id, result):
        return False
    access.note_change(unit, officer, "record-check", f"check:{check_id}")
    return True


def may_record(officer: Officer, check: Check, now: datetime) -> bool:
    """A call is its officer's; a question to a team is anybody's of the office, until it is done."""
    if officer.role is not Role.OFFICER or check.is_void:
        return False
    if check.result is None:
        return check.way is Way.TEAM or check.staff_id == officer.id
    if check.checked_at is None or check.staff_id != officer.id:
        return False
    return now - check.checked_at <= CHANGE_WITHIN


def refuse_operator(officer: Officer) -> None:
    """Raise ``NotAllowedError`` for who runs the machine: this is about residents."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị máy không xem chuyện của bà con.")


def _refuse_reader(officer: Officer) -> None:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ gọi và ghi kết quả.")
