"""The register of what people ask for about their own data: receipts, clocks, and what is done by whom.

Source of the clocks: NĐ 356/2025/NĐ-CP, Điều 5. Two working days to answer, which the receipt does at once;
then days of the calendar by what is asked for. One extension of the same length, with a reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.errors import RuleError
from bot.core.keys import KeyRing, Purpose
from bot.core.redaction import mask_phones, redact
from bot.core.text import fold
from bot.core.vocabulary import CommuneId
from bot.services.teams import LETTERS
from storage import audit, petitions
from storage.audit import Act
from storage.database import Unit
from storage.petitions import NewPetition
from storage.petitions import Petition as Petition  # pages take it from here

HEAD = "BN"
CODE_LENGTH, HALF = 8, 4
CHAT, PAPER = "chat", "paper"
LONGEST_NOTE = 120
SHORTEST_REASON = 3


class Kind(StrEnum):
    """What is asked for."""

    VIEW = "view"
    ERASE = "erase"
    WITHDRAW = "withdraw"
    STOP = "stop"
    CORRECT = "correct"


DUE = {
    Kind.VIEW: timedelta(days=10),
    Kind.CORRECT: timedelta(days=10),
    Kind.WITHDRAW: timedelta(days=15),
    Kind.STOP: timedelta(days=15),
    Kind.ERASE: timedelta(days=20),
}
"""By when it has to be done (NĐ 356/2025, Điều 5)."""
KEEP_REQUESTS = timedelta(days=730)
"""How long a request that is done stays in the register; it says of nobody who asked."""


@dataclass(frozen=True, slots=True)
class Line:
    """A request of the register, and whether its time is over."""

    request: Petition
    is_overdue: bool
    may_extend: bool


def done_at_once(unit: Unit, commune: CommuneId, kind: Kind, key: str) -> str:
    """Write down what was asked for in a chat and done in the same turn; gives the receipt.

    ``key`` is the turn's: taken up again, it gives the same receipt.
    """
    return _register(unit, commune, kind, (CHAT, key, None))[0]


def take_in(unit: Unit, commune: CommuneId, kind: Kind, key: str, note: str) -> tuple[str, int]:
    """Write down what somebody asks for at the counter; gives the receipt and the number of the request."""
    return _register(unit, commune, kind, (PAPER, key, kept_note(note)))


def _register(
    unit: Unit, commune: CommuneId, kind: Kind, how: tuple[str, str, str | None]
) -> tuple[str, int]:
    way, key, note = how
    due, done = unit.now + DUE[kind], unit.now if way == CHAT else None
    for number in itertools.count(1):
        receipt = _draw(unit.keys, commune, f"{kind}:{key}:{number}")
        if redact(receipt).kinds:
            continue  # it would be masked on its way back to us
        fresh = NewPetition(kind, way, due, done, note)
        made = petitions.add(unit, commune, _hash(unit.keys, receipt), fresh)
        if made is not None:
            return receipt, made
    raise LookupError("counting never ends")


def _draw(keys: KeyRing, commune: CommuneId, seed: str) -> str:
    number = int.from_bytes(keys.hash(Purpose.CODE, "receipt", str(commune), seed))
    signs = [LETTERS[number // len(LETTERS) ** n % len(LETTERS)] for n in range(CODE_LENGTH)]
    code = "".join(signs)
    return f"{HEAD}-{code[:HALF]}-{code[HALF:]}"


def _hash(keys: KeyRing, receipt: str) -> bytes:
    return keys.hash(Purpose.CODE, "receipt", receipt)


def read_receipt(text: str) -> str | None:
    """The receipt written in a text, however it is spelled; None when it is none."""
    bare = fold(text).upper().replace(" ", "").removeprefix(HEAD)
    if len(bare) != CODE_LENGTH or not set(bare) <= set(LETTERS):
        return None
    return f"{HEAD}-{bare[:HALF]}-{bare[HALF:]}"


def find(unit: Unit, commune: CommuneId, receipt: str) -> Petition | None:
    """The request that a receipt is of."""
    read = read_receipt(receipt)
    return None if read is None else petitions.find(unit, commune, _hash(unit.keys, read))


def list_lines(unit: Unit, commune: CommuneId) -> list[Line]:
    """The register: what is due first, on top what is due longest."""
    return [_line(one, unit.now) for one in petitions.list_petitions(unit, commune)]


def _line(one: Petition, now: datetime) -> Line:
    is_open = one.done_at is None
    is_first = not (one.note or "").startswith(petitions.PUT_OFF)
    return Line(one, is_open and one.due_at < now, is_open and is_first)


def count_open(lines: Sequence[Line]) -> tuple[int, int]:
    """How many are still due, and of how many the time is over."""
    due = [line for line in lines if line.request.done_at is None]
    return len(due), sum(line.is_overdue for line in due)


def finish(unit: Unit, commune: CommuneId, actor: str, number: int) -> bool:
    """It was done; False when there is none that is still due."""
    is_done = petitions.finish(unit, commune, number)
    if is_done:
        audit.record(unit, commune, Act(actor, "data-request-done", f"data-request:{number}"))
    return is_done


def extend(unit: Unit, commune: CommuneId, actor: str, late: tuple[int, str]) -> bool:
    """Put it off once, for a reason, by as long again; ``RuleError`` without a reason.

    False when there is none that is still due and was never put off.
    """
    number, reason = late
    kept = kept_note(reason) or ""
    if len(kept) < SHORTEST_REASON:
        raise RuleError("rights.reason", "Cần ghi lý do gia hạn.")
    found = {one.id: one for one in petitions.list_petitions(unit, commune)}
    request = found.get(number)
    if request is None:
        return False
    due = request.due_at + DUE[Kind(request.kind)]
    note = f"{kept} · {request.note}" if request.note else kept
    is_later = petitions.extend(unit, commune, number, due, note[:LONGEST_NOTE])
    if is_later:
        audit.record(unit, commune, Act(actor, "data-request-later", f"data-request:{number}"))
    return is_later


def kept_note(note: str) -> str | None:
    """A note as it is kept: one line, no personal number in it."""
    return " ".join(mask_phones(redact(note).text).split())[:LONGEST_NOTE] or None
