"""A seat in a class by a code: one on a screen that changes every minute, or one on paper that does not.

No code is stored. Each is drawn from the secret, the training and, on a screen, the minute; so a code that
was passed on by phone is known for what it is, and whoever types it is told kindly to look at the screen.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from bot.core.errors import RuleError
from bot.core.keys import KeyRing, Purpose
from bot.core.redaction import redact
from bot.core.text import fold, normalise
from bot.core.vocabulary import AgeBand, CommuneId, Evidence, Identity, TrainingStatus, Use
from bot.services import consents
from bot.services.consents import Proof
from bot.services.teams import LETTERS
from bot.services.trainings import LONGEST
from storage import attendances, people, sign_ins, trainings
from storage.attendances import NewSeat, Seat
from storage.database import Unit
from storage.trainings import Training

CODE_LENGTH, HALF = 6, 3
CODE_SLIPS = 3
WORD = "CI"
HEADS = ("DIEMDANH", "CHECKIN", "CI")
CALLED = "MA"
"""What may stand before a code; none begins like one: A, D, E, I and W are no signs of codes."""
MOST_STRANGE = 2
"""Signs that codes do not have in what was still meant as one: an O for a Q, not “15 người”."""
LONGEST_COUNT = 2
"""Digits of a number of people that stands before a word: more may be half a code."""
PRINTED, INVITED = "printed", "invited"
WINDOW = timedelta(seconds=60)
TOLERANCE = 1
"""Windows before the present one whose code is still good: reading and typing takes a while."""
OPENS_BEFORE = timedelta(hours=1)
CLOSES_AFTER = timedelta(hours=1)
LATE_EVENT = timedelta(minutes=15)
"""A messenger may bring an event late: the moment it names counts, if it is not longer ago than this."""
KNOWN_BEFORE, KNOWN_AFTER = timedelta(days=400), timedelta(days=30)
"""How long before a training, and after it, its codes are known for what they are."""
MOST_TRIES = 5
TRIES_WITHIN = timedelta(hours=1)
TOKEN_BYTES = 10
_EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


class Standing(StrEnum):
    """What a code is good for now."""

    OPEN = "open"
    EARLY = "early"
    OVER = "over"
    EXPIRED = "expired"  # was on a screen some minutes ago
    INVITED = (
        "invited"  # of an invitation, which anybody may have: it shows the class and takes no seat
    )
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Found:
    """The training that a code belongs to, how strong the code is, and what it is good for.

    An invitation's code is no evidence of having been there.
    """

    training: Training
    evidence: Evidence | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A seat that was taken now (``is_new``) or before, in which training."""

    training: Training
    seat: Seat
    is_new: bool


def show_code(code: str) -> str:
    """A code as it is to be typed: ``CI 7K2 M9Q``."""
    return f"{WORD} {code[:HALF]} {code[HALF:]}"


def read_code(text: str) -> str | None:
    """The code of a message that is one, however it is spelled: “ci7k2-m9q”, “Điểm danh 7k2 m9q”, bare too.

    Empty for what was meant as a code and cannot be one; None for anything else.

    >>> read_code("C.I: 7k2-m9q")
    '7K2M9Q'
    """
    bare = _bare(text)
    head = next((one for one in HEADS if bare.startswith(one)), "")
    rest = bare.removeprefix(head).removeprefix(CALLED)
    if is_code(rest):
        return rest
    if not head:
        return None
    if found := _behind_words(text):
        return found
    return "" if _is_nearly(rest) and not _is_count(text) else None


def _behind_words(text: str) -> str:
    """The code at the end of “mã điểm danh là 7K2M9Q”, “điểm danh lớp 7K2 M9Q”; empty where none stands."""
    words = [bare for bare, _ in _words(text)]
    for at in range(1, len(words)):
        before, last = words[:at], "".join(words[at:])
        if is_code(last) and not any(map(str.isdigit, "".join(before))):
            return last
    return ""


def _is_count(text: str) -> bool:
    """True for “5 bạn”, “5 ban”: a number and a word, where no code was meant."""
    words = _words(text)
    for (before, _), (bare, written) in pairwise(words):
        is_marked = any(map(str.isdigit, before)) and bare != written
        is_small = before.isdigit() and len(before) <= LONGEST_COUNT and bare.isalpha()
        if is_marked or (is_small and not set(bare) <= set(LETTERS)):
            return True
    return False


def _words(text: str) -> list[tuple[str, str]]:
    """Each word as a code would be written, and as it stands."""
    found = re.findall(r"[^\W_]+", normalise(text).upper())
    return [(re.sub(r"[^0-9A-Z]", "", fold(word).upper()), word) for word in found]


def is_headed(text: str) -> bool:
    """True for a code with a word before it that says what it is."""
    return _bare(text).startswith(HEADS)


def _bare(text: str) -> str:
    """Letters and digits alone; “mã điểm danh …” begins with what is said of it."""
    bare = re.sub(r"[^0-9A-Z]", "", fold(text).upper())
    said = bare.removeprefix(CALLED)
    return said if said.startswith(HEADS) else bare


def is_code(bare: str) -> bool:
    """True for signs of codes with a digit and a letter among them, unlike any word or number."""
    is_mixed = not bare.isdigit() and not bare.isalpha()
    return len(bare) == CODE_LENGTH and set(bare) <= set(LETTERS) and is_mixed


def _is_nearly(rest: str) -> bool:
    is_close = abs(len(rest) - CODE_LENGTH) <= CODE_SLIPS
    strange = sum(sign not in LETTERS for sign in rest)
    return is_close and strange <= MOST_STRANGE and any(sign.isdigit() for sign in rest)


def screen_code(keys: KeyRing, commune: CommuneId, training: int, at: datetime) -> str:
    """The code that stands on the screen at a moment; another one a minute later."""
    return _draw(keys, commune, training, f"screen:{_window(at)}")


def printed_code(keys: KeyRing, commune: CommuneId, training: int) -> str:
    """The code of the poster and the sheet; it stays, so it proves less."""
    return _draw(keys, commune, training, PRINTED)


def invitation_code(keys: KeyRing, commune: CommuneId, training: int) -> str:
    """The code of what is passed on in a Zalo group: it leads to the class and takes no seat."""
    return _draw(keys, commune, training, INVITED)


def seconds_left(at: datetime) -> int:
    """How long the code on the screen stays the newest."""
    return int(WINDOW.total_seconds() - (at - _EPOCH).total_seconds() % WINDOW.total_seconds())


def _window(at: datetime) -> int:
    return int((at - _EPOCH) // WINDOW)


def _draw(keys: KeyRing, commune: CommuneId, training: int, which: str, root: int = 0) -> str:
    """A code under the present key, or under one of the older ones."""
    for turn in itertools.count():
        parts = ("check-in", str(commune), str(training), which, str(turn))
        number = int.from_bytes(_hashes(keys, parts)[root])
        code = "".join(
            LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(CODE_LENGTH)
        )
        # One that reads like a password would be masked on its way back to us.
        if is_code(code) and not redact(f"{show_code(code)}\n{code}").kinds:
            return code
    raise LookupError("counting never ends")


def _hashes(keys: KeyRing, parts: tuple[str, ...]) -> tuple[bytes, ...]:
    """The keyed hash of the parts under every key that is still readable, the present one first."""
    return keys.hash(Purpose.CODE, *parts), *keys.older_hashes(Purpose.CODE, *parts)


def opening(training: Training) -> tuple[datetime, datetime]:
    """From when until when a code of it is taken."""
    outline = training.outline
    return outline.starts_at - OPENS_BEFORE, outline.ends_at + CLOSES_AFTER


def find(unit: Unit, commune: CommuneId, code: str, at: datetime) -> Found | None:
    """What a code belongs to and is good for at that moment; None for one that no training has."""
    window = (at - KNOWN_AFTER, at + KNOWN_BEFORE)
    for training in trainings.list_between(unit, commune, window):
        found = _recognise(unit.keys, commune, training, (code, at))
        if found is not None:
            return found
    return None


def _recognise(
    keys: KeyRing, commune: CommuneId, training: Training, asked: tuple[str, datetime]
) -> Found | None:
    code, at = asked
    roots, standing = range(len(_hashes(keys, ()))), standing_of(training, at)
    if code in {_draw(keys, commune, training.id, INVITED, root) for root in roots}:
        is_over = standing in (Standing.OVER, Standing.CANCELLED)
        return Found(training, None, standing if is_over else Standing.INVITED)
    if code in {_draw(keys, commune, training.id, PRINTED, root) for root in roots}:
        return Found(training, Evidence.PRINTED, standing)
    for back, moment in enumerate(_windows(training, at)):
        if code == screen_code(keys, commune, training.id, moment):
            standing = standing_of(training, at, is_expired=back > TOLERANCE)
            return Found(training, Evidence.SCREEN, standing)
    return None


def _windows(training: Training, at: datetime) -> Iterator[datetime]:
    """Moments of the windows up to now in which a screen of it could stand, the newest first."""
    opens, closes = opening(training)
    moment = at if at <= closes + WINDOW else None
    while moment is not None and moment >= opens - WINDOW:
        yield moment
        moment -= WINDOW


def standing_of(training: Training, at: datetime, *, is_expired: bool = False) -> Standing:
    """What codes of a training are good for at a moment, or one that has expired."""
    opens, closes = opening(training)
    if training.status is TrainingStatus.CANCELLED:
        return Standing.CANCELLED
    if training.status is TrainingStatus.CLOSED or at > closes:
        return Standing.OVER
    if at < opens:
        return Standing.EARLY
    return Standing.EXPIRED if is_expired else Standing.OPEN


def is_any_open(unit: Unit, commune: CommuneId, at: datetime) -> bool:
    """True while the codes of some class are taken: then signs that nobody knows may be meant as one."""
    window = (at - LONGEST - CLOSES_AFTER, at + OPENS_BEFORE)
    going_on = trainings.list_between(unit, commune, window)
    ended = (TrainingStatus.CANCELLED, TrainingStatus.CLOSED)
    openings = [opening(one) for one in going_on if one.status not in ended]
    return any(opens <= at <= closes for opens, closes in openings)


def moment_of(unit: Unit, said: datetime) -> datetime:
    """When an event took place: as the messenger says, unless that is long ago or still to come."""
    return said if unit.now - LATE_EVENT <= said <= unit.now else unit.now


def is_known(
    unit: Unit, commune: CommuneId, identity: Identity, typed: tuple[str, datetime]
) -> bool:
    """True for signs without a word before them that are a code of a class; a wrong guess counts as a try."""
    tries = _tries(unit, identity)
    if sign_ins.is_spent(unit, tries, MOST_TRIES, TRIES_WITHIN):
        return False
    if find(unit, commune, *typed) is not None:
        return True
    sign_ins.count_attempt(unit, tries, MOST_TRIES, TRIES_WITHIN)
    return False


def _tries(unit: Unit, identity: Identity) -> bytes:
    return unit.keys.hash(Purpose.CODE, "check-in tries", identity.hex())


def check_in(
    unit: Unit, commune: CommuneId, identity: Identity, typed: tuple[str, datetime]
) -> CheckedIn:
    """Take the seat of this chat; once taken it stays taken, by whatever code it is tried again.

    ``typed``: the code as ``read_code`` gave it, and ``moment_of`` the event. Who has agreed to be known in
    several classes is known at once. ``RuleError``: ``checkin.unknown`` (a code that none has is counted,
    five an hour; what cannot be a code is no guess), ``checkin.too-many``, ``checkin.taken-out``, and
    ``checkin.early``, ``.over``, ``.expired``,
    ``.cancelled`` for a code that was right once or will be.
    """
    code, at = typed
    tries = _tries(unit, identity)
    if sign_ins.is_spent(unit, tries, MOST_TRIES, TRIES_WITHIN):
        raise RuleError("checkin.too-many", "Gõ sai mã nhiều lần rồi.")
    found = find(unit, commune, code, at) if code else None
    if found is None and code:
        sign_ins.count_attempt(unit, tries, MOST_TRIES, TRIES_WITHIN)
    if found is None:
        raise RuleError("checkin.unknown", "Mã điểm danh không đúng.")
    training = found.training
    taken = seat_of(unit, commune, identity, training)
    if taken is not None and taken.voided_at is None:
        return CheckedIn(training, taken, is_new=False)
    if taken is not None:
        raise RuleError("checkin.taken-out", "Chỗ này đã được người phụ trách gỡ ra.")
    if found.standing is not Standing.OPEN or found.evidence is None:
        raise RuleError(f"checkin.{found.standing}", "Mã này không dùng được lúc này.")
    sign_ins.clear_attempts(unit, tries)
    return _sit_down(unit, commune, identity, (training, found.evidence))


def _sit_down(
    unit: Unit, commune: CommuneId, identity: Identity, of: tuple[Training, Evidence]
) -> CheckedIn:
    """The hash alone makes a repeat harmless: the client id outlives it, so it says nothing of the chat."""
    training, evidence = of
    seat = attendances.seat_hash(unit.keys, commune, training.id, identity)
    person = person_of(unit, commune, identity)
    fresh = NewSeat(f"seat:{uuid.uuid4().hex}", training.id, evidence, seat, person)
    written, is_new = attendances.take(unit, commune, fresh)
    return CheckedIn(training, written, is_new)


def seat_of(unit: Unit, commune: CommuneId, identity: Identity, training: Training) -> Seat | None:
    """The seat of a chat in a training, also one that was taken out."""
    seats = attendances.seat_hashes(unit.keys, commune, training.id, identity)
    return attendances.find(unit, commune, training.id, seats)


def person_of(unit: Unit, commune: CommuneId, identity: Identity) -> int | None:
    """Who sits there, where it was agreed to that several classes are one person's."""
    subject = consents.of_chat(unit, commune, identity)
    if consents.find(unit, commune, subject, Use.ATTEND) is None:
        return None
    known = people.find_person(unit, commune, identity)
    return known.person if known else None


def agree(unit: Unit, commune: CommuneId, identity: Identity, seat: Seat, proof: Proof) -> Seat:
    """From now on classes of this chat are one person's, this seat too; gives the seat as it stands."""
    known = people.find_person(unit, commune, identity)
    person = known.person if known else people.add_person(unit, commune)
    if known is None:
        people.name_chat(unit, commune, identity, person)
    subject = consents.of_chat(unit, commune, identity)
    consents.give(unit, commune, subject, Use.ATTEND, replace(proof, person_id=person))
    attendances.describe(unit, commune, seat.id, person_id=person)
    return replace(seat, person_id=person)


def may_be_asked(seat: Seat) -> bool:
    """True where nothing forbids to ask for more: who is under 16 stays a head in the count."""
    return seat.person_id is None and seat.age_band is not AgeBand.UNDER_16


def screen_path(keys: KeyRing, commune_slug: str, commune: CommuneId, training: int) -> str:
    """Where the changing code of a training is shown; whoever has this address sees it, nobody else."""
    token = _screen_token(keys.hash(Purpose.CODE, *_screen_parts(commune, training)))
    return f"/c/man-hinh/{commune_slug}/{training}/{token}"


def is_screen_token(keys: KeyRing, commune: CommuneId, training: int, token: str) -> bool:
    """True for the last part of a training's ``screen_path``, also of one made under an older key."""
    hashes = _hashes(keys, _screen_parts(commune, training))
    given = token.encode()
    return any(hmac.compare_digest(_screen_token(one).encode(), given) for one in hashes)


def _screen_parts(commune: CommuneId, training: int) -> tuple[str, ...]:
    return "screen", str(commune), str(training)


def _screen_token(digest: bytes) -> str:
    return base64.b32encode(digest[:TOKEN_BYTES]).decode().lower()
