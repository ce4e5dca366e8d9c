"""Closing a period: nháp (counted anew) → trình (frozen) → đã ban hành (left the office under a number).

A period is read, its files are made outside of any unit, and then it is written if nothing has changed since:
``prepare``, a ``Renderer``, ``keep``. Until it is issued it may be reopened for a reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from bot.core.errors import RuleError
from bot.core.periods import Period, today
from bot.core.vocabulary import Audience, ClosingStatus, CommuneId
from bot.services import adjustments, frozen_rows, period_report
from bot.services.access import Officer
from bot.services.adjustments import Basis
from bot.services.frozen_rows import Rows
from bot.services.help_log import kept_note, kept_reason
from bot.services.period_report import DAY, Asked
from storage import audit, closing_figures, closings
from storage.audit import Act
from storage.closings import Closing as Closing  # pages take it from here
from storage.closings import Event as Event
from storage.closings import NewClosing, Part
from storage.database import Unit

LONGEST_DOCUMENT = 60
MOST_LISTED = 60


class Renderer(Protocol):
    """Makes files of a report in its promised JSON shape; the same report gives the same bytes."""

    def docx(self, body: dict[str, Any]) -> bytes:
        """A document to be signed."""

    def xlsx(self, body: dict[str, Any], rows: Rows | None = None) -> bytes:
        """A workbook; without rows those that stand now."""

    def csv(self, body: dict[str, Any]) -> bytes:
        """Its main table as text."""

    def made_by(self) -> str:
        """What the bytes hang on besides the report: the program, the plan, the letter paper."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it was; at the terminal nobody of the office."""

    actor: str = "console"
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be frozen: the report for both audiences, marked as closed, and its rows."""

    asked: Asked
    internal: dict[str, Any]
    outgoing: dict[str, Any]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a report, as they leave the office."""

    docx: bytes
    xlsx: bytes
    made_by: str


def hand_of(officer: Officer) -> Hand:
    """Somebody of the office."""
    return Hand(f"staff:{officer.id}", officer.id)


def to_bytes(body: dict[str, Any]) -> bytes:
    """A report as it is stored and handed out: one line of JSON, its parts in the promised order."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def find(unit: Unit, commune: CommuneId, period: Period) -> Closing | None:
    """The closing of a period that is in force; None where there is none, or it was reopened."""
    return closings.find(unit, commune, period.kind, period.key)


def period_of(closing: Closing) -> Period:
    """The period that was closed."""
    return Period(closing.kind, closing.key, closing.starts_on, closing.ends_on + DAY)


def list_newest(unit: Unit, commune: CommuneId) -> list[Closing]:
    """Periods that are closed, the latest first."""
    return closings.list_newest(unit, commune, MOST_LISTED)


def list_events(unit: Unit, commune: CommuneId, period: Period) -> list[Event]:
    """All that was ever done to the closings of a period, the oldest first."""
    return closings.list_events(unit, commune, period.kind, period.key)


def read_part(unit: Unit, commune: CommuneId, closing: Closing, part: Part) -> bytes:
    """The bytes as they were stored."""
    return closings.read_part(unit, commune, closing.id, part)


# ---- closing


def check_days(asked: Asked, day: date) -> None:
    """``RuleError`` unless the period may be closed on that day.

    Codes: ``closing.not-begun``; ``closing.not-over`` (say until which day it counts);
    ``closing.until-wrong`` (that day is to come, or outside; a period that is over counts to its end).
    """
    period, until = asked.period, asked.until
    if day < period.start:
        raise RuleError("closing.not-begun", "Kỳ này chưa bắt đầu nên chưa chốt được.")
    if until is None and day < period.end:
        raise RuleError(
            "closing.not-over",
            "Kỳ này chưa hết; muốn chốt sớm thì ghi rõ thực hiện đến ngày nào (--until).",
        )
    if until is not None and (day >= period.end or not period.start <= until <= day):
        raise RuleError(
            "closing.until-wrong",
            "Ngày “thực hiện đến” phải nằm trong kỳ, không ở sau hôm nay; kỳ đã hết thì không ghi.",
        )


def prepare(unit: Unit, asked: Asked) -> Draft:
    """What would be frozen now; ``RuleError`` as in ``check_days``, or ``closing.already``."""
    if find(unit, asked.commune.id, asked.period) is not None:
        raise _closed_already()
    check_days(asked, today(unit.now))
    inside, outside = (_frozen(unit, asked, audience) for audience in Audience)
    return Draft(asked, inside, outside, frozen_rows.read(unit, asked.commune.id, asked.counted))


def render(renderer: Renderer, draft: Draft) -> Files:
    """The files of what leaves the office; slow, so no unit may wait for it."""
    return make_files(renderer, draft.outgoing, draft.rows)


def make_files(renderer: Renderer, body: dict[str, Any], rows: Rows) -> Files:
    """The same of a report and its rows that were stored."""
    return Files(renderer.docx(body), renderer.xlsx(body, rows), renderer.made_by())


def keep(unit: Unit, draft: Draft, files: Files, hand: Hand) -> Closing | None:
    """Freeze it; None when figures or rows have changed since ``prepare``: then prepare anew.

    ``RuleError``: ``closing.already``, also when somebody else was faster by a moment.
    """
    asked = draft.asked
    commune, period = asked.commune.id, asked.period
    closing_figures.hold_still(unit)
    if find(unit, commune, period) is not None:
        raise _closed_already()
    if _frozen(unit, asked, Audience.INTERNAL)["data_hash"] != draft.internal["data_hash"]:
        return None
    if frozen_rows.read(unit, commune, asked.counted) != draft.rows:
        return None  # a row that moves inside the period leaves every figure as it was
    changes = adjustments.remaining(unit, commune, period)
    basis = adjustments.basis_of(unit, commune, asked.counted, changes)
    parts = {
        Part.INTERNAL: to_bytes(draft.internal),
        Part.OUTGOING: to_bytes(draft.outgoing),
        Part.DOCX: files.docx,
        Part.XLSX: files.xlsx,
        Part.BASIS: basis.to_bytes(),
        Part.ROWS: draft.rows.to_bytes(),
    }
    fresh = NewClosing(
        kind=period.kind,
        key=period.key,
        starts_on=period.start,
        ends_on=period.end - DAY,
        data_hash=draft.internal["data_hash"],
        software=files.made_by,
        parts=parts,
        staff_id=hand.staff_id,
    )
    kept = closings.add(unit, commune, fresh)
    if kept is None:
        raise _closed_already()
    _note(unit, commune, (hand, "close-period", kept), kept.data_hash)
    return kept


def _frozen(unit: Unit, asked: Asked, audience: Audience) -> dict[str, Any]:
    return period_report.count(unit, asked, audience, ClosingStatus.SUBMITTED)


def _closed_already() -> RuleError:
    return RuleError("closing.already", "Kỳ này đã chốt rồi; mở lại trước nếu cần chốt lần nữa.")


# ---- after that


def reopen(unit: Unit, commune: CommuneId, number: int, hand: Hand, reason: str) -> Closing:
    """The period counts anew from now on; what was frozen stays in its place.

    ``RuleError``: ``closing.reason-wrong`` (says nothing), ``closing.gone`` (not in force any more),
    ``closing.issued``, ``closing.told`` (a later report has told what changed since: reopen that first).
    """
    kept = _kept_reason(reason)
    closing_figures.hold_still(unit)  # a later period that is being closed may tell of this one
    closing = _in_force(unit, commune, number)
    if closing.status is ClosingStatus.ISSUED:
        raise RuleError("closing.issued", "Báo cáo kỳ này đã ban hành nên không mở lại được.")
    if _is_told(unit, commune, closing):
        raise RuleError(
            "closing.told",
            "Báo cáo kỳ sau đã ghi phần điều chỉnh của kỳ này: mở lại kỳ sau trước.",
        )
    if not closings.reopen(unit, commune, number, hand.staff_id, kept):
        raise _gone()
    _note(unit, commune, (hand, "reopen-period", closing), None)
    return closing


def issue(
    unit: Unit, commune: CommuneId, number: int, hand: Hand, said: tuple[str, str]
) -> Closing:
    """It left the office under a number; an issued one gets another number for a reason.

    ``said`` is the number that the clerk gave it, and that reason. ``RuleError``: ``closing.gone``,
    ``closing.document-wrong`` (no number), ``closing.reason-wrong``.
    """
    document, reason = kept_document(said[0]), said[1]
    closing = _in_force(unit, commune, number)
    if closing.status is ClosingStatus.ISSUED:
        why = f"{closing.document} → {document}: {_kept_reason(reason)}"[:200]
        is_done = closings.renumber(unit, commune, number, document, (hand.staff_id, why))
    else:
        is_done = closings.issue(unit, commune, number, hand.staff_id, document)
    if not is_done:
        raise _gone()
    issued = closings.get(unit, commune, number)
    _note(unit, commune, (hand, "issue-period", issued), issued.data_hash)
    return issued


def kept_document(text: str) -> str:
    """A number such as “05/BC-UBND” as it is kept; ``RuleError`` for what holds none."""
    kept = kept_note(text) or ""
    if len(kept) > LONGEST_DOCUMENT or not re.search(r"\d", kept):
        raise RuleError(
            "closing.document-wrong", "Cần ghi số, ký hiệu của văn bản, ví dụ 05/BC-UBND."
        )
    return kept


def _kept_reason(reason: str) -> str:
    try:
        return kept_reason(reason)
    except RuleError:
        raise RuleError("closing.reason-wrong", "Cần ghi lý do, ít nhất vài chữ.") from None


def _in_force(unit: Unit, commune: CommuneId, number: int) -> Closing:
    try:
        closing = closings.get(unit, commune, number)
    except LookupError:
        raise _gone() from None
    if closing.reopened_at is not None:
        raise _gone()
    return closing


def _is_told(unit: Unit, commune: CommuneId, closing: Closing) -> bool:
    stored: Sequence[tuple[Closing, bytes]] = closings.list_with_basis(unit, commune, closing.kind)
    later = (raw for other, raw in stored if other.starts_on > closing.ends_on)
    return any(closing.name in Basis.from_bytes(raw).told for raw in later)


def _gone() -> RuleError:
    return RuleError("closing.gone", "Kỳ này vừa được mở lại hay đổi ở chỗ khác; xem lại trang.")


def _note(
    unit: Unit, commune: CommuneId, what: tuple[Hand, str, Closing], data_hash: str | None
) -> None:
    hand, action, closing = what
    plain = data_hash.removeprefix("sha256:") if data_hash else None
    act = Act(hand.actor, action, f"closing:{closing.id}", after_hash=plain)
    audit.record(unit, commune, act)
