"""Two people who turn out to be one, as an officer says it, and the way back: every step with who and why."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import Role
from bot.services.people import wait_in_line
from bot.services.petitions import kept_note
from bot.services.phones import read_phone
from storage import audit, merges, people, phones
from storage.audit import Act
from storage.database import Unit
from storage.merges import Merge as Merge  # pages take it from here
from storage.merges import Why
from storage.phones import OnPhone as OnPhone
from storage.sign_ins import Officer

SHORTEST_REASON = 3


def check_officer(officer: Officer) -> None:
    """Raise ``NotAllowedError`` for anybody but an officer: data of residents is their work alone."""
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ văn hóa xã hội mở được trang này.")


def find_on_phone(unit: Unit, officer: Officer, typed: str) -> tuple[str, list[OnPhone]]:
    """The number that was typed and whom it names; ``RuleError`` for what is no number of Vietnam."""
    check_officer(officer)
    phone = read_phone(typed)
    if phone is None:
        raise RuleError("rights.phone", "Số điện thoại không đúng.")
    found = phones.list_on_phone(unit, officer.commune.id, phone)
    actor = f"staff:{officer.id}"
    for one in {known.root for known in found} or {0}:
        named = f"person:{one}" if one else "phone"
        audit.record(unit, officer.commune.id, Act(actor, "look-up-phone", named))
    return phone, found


def merge(unit: Unit, officer: Officer, pair: tuple[int, int], reason: str) -> None:
    """Two people count as one from now on, until an officer undoes it.

    ``RuleError`` (``people.…``) when they do already, when one is not known, or without a reason.
    """
    check_officer(officer)
    commune, kept = officer.commune.id, _kept(reason)
    wait_in_line(unit, commune)
    roots = [merges.find_root(unit, commune, person) for person in pair]
    if None in roots:
        raise RuleError("people.unknown", "Không có người này.")
    if roots[0] == roots[1]:
        raise RuleError("people.same", "Hai dòng này đã là một người.")
    (_, into), (_, gone) = sorted(zip(roots, pair, strict=True), key=lambda one: one[0] or 0)
    number = people.merge(unit, commune, gone, into, Why(f"staff:{officer.id}", kept))
    audit.record(unit, commune, Act(f"staff:{officer.id}", "merge-people", f"merge:{number}"))


def split(unit: Unit, officer: Officer, number: int, reason: str) -> bool:
    """That merge is undone, all others stand; False when it was undone already."""
    check_officer(officer)
    commune, why = officer.commune.id, Why(f"staff:{officer.id}", _kept(reason))
    wait_in_line(unit, commune)
    is_undone = merges.undo(unit, commune, number, why)
    if is_undone:
        audit.record(unit, commune, Act(why.actor, "split-people", f"merge:{number}"))
    return is_undone


def list_merges(unit: Unit, officer: Officer) -> Sequence[Merge]:
    """The newest merges of the officer's commune, those that were undone among them."""
    check_officer(officer)
    return merges.list_merges(unit, officer.commune.id)


def _kept(reason: str) -> str:
    kept = kept_note(reason) or ""
    if len(kept) < SHORTEST_REASON:
        raise RuleError("people.reason", "Cần ghi lý do.")
    return kept
