"""Loudspeaker readings, articles and leaflets: written down, corrected with a reason, taken back.

They are never added up over kinds: ten readings are not ten sessions. A buổi tuyên truyền is a training of
kind outreach and not here. How many people were reached is an estimate, and is always called one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import CommuneId, CommunicationKind
from bot.locale import local_day
from bot.services.help_log import UNDO_WITHIN, kept_note, kept_reason
from bot.services.trainings import Hand, kept_line
from storage import audit, communications
from storage.audit import Act
from storage.communications import Communication as Communication  # pages take it from here
from storage.communications import Piece as Piece
from storage.database import Unit
from storage.trainings import Event as Event

SHORTEST_TITLE, LONGEST_TITLE = 3, 120
LONGEST_LINK = 300
MOST = {
    CommunicationKind.BROADCAST: 200,
    CommunicationKind.ARTICLE: 200,
    CommunicationKind.LEAFLET: 50_000,
}
"""The most of each kind that one line may say."""
MOST_REACH = 200_000
OLDEST_DAYS = {True: 31, False: 400}
"""How long ago it may have been when it is written down now: by a team, by the office."""
DAY = timedelta(days=1)
OF_LATE = timedelta(days=OLDEST_DAYS[True])


@dataclass(frozen=True, slots=True)
class Amount:
    """What stands of one kind: lines, their readings or copies, and the people reached by estimate.

    ``reach`` adds up the lines that have an estimate; None where none has.
    """

    times: int
    amount: int
    reach: int | None


def figures(
    unit: Unit, commune: CommuneId, window: tuple[date, date]
) -> Mapping[CommunicationKind, Amount]:
    """Kind by kind what was put out in the half-open window; a kind nobody wrote down is missing."""
    sums = communications.sum_by_kind(unit, commune, window)
    return {one.kind: Amount(one.times, one.amount, one.reach) for one in sums}


def write_down(
    unit: Unit, commune: CommuneId, hand: Hand, piece: Piece, client_id: str
) -> tuple[Communication, bool]:
    """Write it down; the same ``client_id`` again gives the first line and False.

    ``RuleError`` (``comm.…``) for what cannot be.
    """
    _check_day(unit, hand, piece.occurred_on)
    piece = _checked(hand, piece)
    written, is_new = communications.add_once(unit, commune, client_id, piece, hand.by)
    _check_touch(hand, written)
    if is_new:
        act = Act(hand.actor, "communication.write", _name(written), None, fingerprint(written))
        audit.record(unit, commune, act)
    return written, is_new


def look(unit: Unit, commune: CommuneId, hand: Hand, number: int) -> Communication:
    """A line that this hand may see; ``RuleError`` when there is none, else not allowed."""
    found = communications.find(unit, commune, number)
    if found is None:
        raise RuleError("comm.gone", "Không có dòng này.")
    _check_touch(hand, found)
    return found


def find(unit: Unit, commune: CommuneId, number: int) -> Communication | None:
    """A line of the commune, whoever asks; None when there is none."""
    return communications.find(unit, commune, number)


def correct(
    unit: Unit, commune: CommuneId, hand: Hand, seen: Communication, change: tuple[Piece, str]
) -> Communication:
    """It is to read so, for a reason; an own line, or any of theirs for who may take back.

    The photo stays as it is. ``RuleError``: ``comm.…``, ``correct.reason``.
    """
    piece, reason = change
    _check_change(hand, seen)
    if piece.occurred_on != seen.piece.occurred_on:
        _check_day(unit, hand, piece.occurred_on)
    kept = kept_reason(reason)
    photo, agreed = seen.piece.photo, seen.piece.photo_agreed
    fresh = replace(_checked(hand, piece), photo=photo, photo_agreed=agreed)
    after = communications.correct(unit, commune, seen, fresh, ("correct", hand.by, kept))
    return _changed(unit, commune, (hand, "correct"), seen, after)


def take_back(
    unit: Unit, commune: CommuneId, hand: Hand, seen: Communication, reason: str = ""
) -> Communication:
    """It counts no more: an own line within 24 hours just so; else for a reason, by who may.

    One with a photo is the office's to take back: the file goes with it. ``RuleError``: ``comm.undo-late``
    (own, but too late for a member), ``comm.has-photo``, ``correct.reason``.
    """
    _check_touch(hand, seen)
    if seen.voided_at is not None:
        raise RuleError("comm.undone-already", "Dòng này đã bỏ rồi.")
    if seen.piece.photo is not None and hand.teams is not None:
        raise RuleError("comm.has-photo", "Dòng này có hình, văn phòng mới bỏ được.")
    is_fresh = unit.now - seen.recorded_at <= UNDO_WITHIN
    if _is_own(hand, seen) and is_fresh:
        kept = kept_reason(reason) if reason else "hoàn tác trong 24 giờ"
    elif hand.may_take_back(seen.piece.team_id):
        kept = kept_reason(reason)
    else:
        raise RuleError("comm.undo-late", "Đã quá 24 giờ.")
    after = communications.void(unit, commune, seen, (hand.by, kept))
    return _changed(unit, commune, (hand, "void"), seen, after)


def set_photo(
    unit: Unit,
    commune: CommuneId,
    hand: Hand,
    seen: Communication,
    photo: tuple[str | None, bool],
) -> Communication:
    """Another photo, or none; and whether those who can be recognised on it have agreed."""
    key, agreed = photo
    _check_change(hand, seen)
    fresh = replace(seen.piece, photo=key, photo_agreed=agreed if key else None)
    why = ("photo", hand.by, "thêm hình" if key else "gỡ hình")
    after = communications.correct(unit, commune, seen, fresh, why)
    return _changed(unit, commune, (hand, "photo"), seen, after)


def may_leave(piece: Piece) -> bool:
    """Whether the photo may be shown outside the office: only where all on it have agreed."""
    return piece.photo is not None and piece.photo_agreed is True


def list_between(
    unit: Unit, commune: CommuneId, window: tuple[date, date], *, with_voided: bool = False
) -> list[Communication]:
    """Everything of the commune in the half-open window, the newest day first."""
    return communications.list_between(unit, commune, window, with_voided=with_voided)


def of_late(unit: Unit, commune: CommuneId, hand: Hand) -> list[Communication]:
    """What stands of this hand's teams in the days that a team may still write down, newest first."""
    today = local_day(unit.now)
    found = communications.list_between(unit, commune, (today - OF_LATE, today + DAY))
    mine = [one for one in found if _may_touch(hand, one)]
    return sorted(mine, key=lambda one: (one.recorded_at, one.id), reverse=True)


def is_changeable(unit: Unit, hand: Hand, seen: Communication) -> tuple[bool, bool]:
    """Whether this hand may correct a line, and whether it may take it back just so or with a reason."""
    if seen.voided_at is not None or not _may_touch(hand, seen):
        return False, False
    is_fresh = unit.now - seen.recorded_at <= UNDO_WITHIN
    is_own, leads = _is_own(hand, seen), hand.may_take_back(seen.piece.team_id)
    return is_own or leads, (is_own and is_fresh) or leads


def events(unit: Unit, commune: CommuneId, number: int) -> list[Event]:
    """Every change of a line, the oldest first."""
    return communications.list_events(unit, commune, number)


def kept_link(link: str | None) -> str | None:
    """The link as it is kept, None for an empty one; ``RuleError`` unless it is a plain https address."""
    said = (link or "").strip()
    if not said:
        return None
    try:
        parts = urlsplit(said)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    is_plain = host and "." in host and said.isprintable() and not set(said) & set(' "<>\\')
    if not is_plain or parts.scheme != "https" or "@" in parts.netloc or len(said) > LONGEST_LINK:
        raise RuleError("comm.link", "Đường dẫn phải bắt đầu bằng https://.")
    return said


def fingerprint(written: Communication) -> str:
    """A hash of how a line stands, for the audit log."""
    return hashlib.sha256(communications.content_of(written).encode()).hexdigest()[:16]


def _checked(hand: Hand, piece: Piece) -> Piece:
    """The piece as it may be kept."""
    title = kept_line(piece.title)
    if not SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        raise RuleError("comm.title", "Tên bài từ 3 đến 120 chữ.")
    if not 1 <= piece.amount <= MOST[piece.kind]:
        raise RuleError("comm.amount", "Số lượng không đúng.")
    if piece.reach is not None and not 0 <= piece.reach <= MOST_REACH:
        raise RuleError("comm.reach", f"Số người ước khoảng phải từ 0 đến {MOST_REACH}.")
    if hand.teams is not None and piece.team_id not in hand.teams:
        raise NotAllowedError("Chỉ ghi cho tổ của mình.")
    return replace(piece, title=title, link=kept_link(piece.link), note=kept_note(piece.note))


def _check_day(unit: Unit, hand: Hand, day: date) -> None:
    today = local_day(unit.now)
    if day > today:
        raise RuleError("comm.day-to-come", "Ngày chưa tới.")
    if day < today - OLDEST_DAYS[hand.teams is not None] * DAY:
        raise RuleError("comm.day", "Ngày lâu quá rồi.")


def _may_touch(hand: Hand, written: Communication) -> bool:
    return hand.teams is None or written.piece.team_id in hand.teams


def _is_own(hand: Hand, written: Communication) -> bool:
    return written.by == hand.by


def _check_touch(hand: Hand, written: Communication) -> None:
    if not _may_touch(hand, written):
        raise NotAllowedError("Dòng này của tổ khác.")


def _check_change(hand: Hand, seen: Communication) -> None:
    _check_touch(hand, seen)
    if seen.voided_at is not None:
        raise RuleError("comm.undone-already", "Dòng này đã bỏ rồi.")
    if not (_is_own(hand, seen) or hand.may_take_back(seen.piece.team_id)):
        raise RuleError("comm.not-yours", "Dòng này của người khác.")


def _changed(
    unit: Unit,
    commune: CommuneId,
    act: tuple[Hand, str],
    seen: Communication,
    fresh: Communication | None,
) -> Communication:
    if fresh is None:
        raise RuleError("comm.changed", "Có người vừa sửa dòng này.")
    hand, what = act
    hashes = fingerprint(seen), fingerprint(fresh)
    audit.record(unit, commune, Act(hand.actor, f"communication.{what}", _name(fresh), *hashes))
    return fresh


def _name(written: Communication) -> str:
    return f"communication:{written.id}"
