"""What the office changes of the targets: their words and numbers, and which of two clauses it follows.

Each change is a version more, from a day that the office names, for a reason. To take one back is to write
an earlier version once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from pydantic import ValidationError

from bot.core.errors import NotFoundError, RuleError
from bot.core.numbers import NumberError, plain, read_number
from bot.core.typed_days import read_day
from bot.library import Plan
from bot.library.plans import Target
from bot.locale import local_day
from bot.services import access, targets
from bot.services.access import Officer
from bot.services.help_log import kept_note, kept_reason
from bot.services.readings import check_officer
from bot.services.targets import InForce
from storage import target_versions
from storage.database import Unit
from storage.target_versions import NewVersion

FIELDS = ("title", "op", "value", "value_to", "level", "unit", "source", "from", "to")
OPS = (">=", ">", "=", "<", "<=")
SHORTEST, LONGEST = 3, 400
LONGEST_UNIT = 40
EARLIEST, LATEST = date(2020, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Change:
    """What was typed into the form of a target: its fields, the day it begins, and why."""

    fields: Mapping[str, str]
    valid_from: date
    reason: str


def revise(unit: Unit, officer: Officer, plan: Plan, name: str, change: Change) -> int:
    """Write a target as the office has it from that day on; gives the number of the version.

    ``RuleError`` (``target.…``, ``number.…``, ``correct.reason``) for what cannot be, ``target.same`` where
    it reads so already. ``NotFoundError`` where no such target is in force.
    """
    check_officer(officer)
    now = find(unit, officer, plan, name)
    before = _in_force_on(unit, officer, name, change.valid_from) or now
    changed = _changed(before.target, change.fields)
    if targets.as_content(changed) == targets.as_content(before.target):
        raise RuleError("target.same", "Không có gì đổi.")
    return _write(unit, officer, (before, targets.as_content(changed)), change)


def restore(unit: Unit, officer: Officer, name: str, number: int, when: tuple[date, str]) -> int:
    """An earlier version is in force again from (day, reason) on; gives the number of the new one.

    ``RuleError`` as above; ``NotFoundError`` where there is no such version.
    """
    check_officer(officer)
    day, reason = when
    versions = target_versions.list_of(unit, officer.commune.id, name)
    meant = next((one for one in versions if one.number == number), None)
    if meant is None:
        raise NotFoundError("Không có bản này.")
    now = targets.find_current(versions, day)
    if now is not None and not now.is_withdrawn and now.content == meant.content:
        raise RuleError("target.same", "Không có gì đổi.")
    before = InForce(targets.read_content(meant), now or meant)
    return _write(unit, officer, (before, meant.content), Change({}, day, reason))


def follow(unit: Unit, officer: Officer, plan: Plan, name: str, reason: str) -> bool:
    """Of clauses that disagree the office follows that one; False where it does so already.

    ``RuleError``: ``correct.reason``, and ``target.no-clash`` for one that no clause disagrees with.
    """
    check_officer(officer)
    kept = kept_reason(reason)
    others = rivals(unit, officer, plan, name)
    if not others:
        raise RuleError("target.no-clash", "Chỉ tiêu này không vướng điều khoản nào.")
    commune, who = officer.commune.id, officer.id
    made = [*targets.set_aside(unit, commune, name, (False, who, kept))]
    for other in others:
        made += targets.set_aside(unit, commune, other, (True, who, kept))
    if made:
        access.note_change(unit, officer, "follow-clause", f"target:{name}")
    return bool(made)


def keep_both(unit: Unit, officer: Officer, plan: Plan, name: str, reason: str) -> bool:
    """The choice between clauses is taken back: all stand side by side again; False where they do."""
    check_officer(officer)
    kept = kept_reason(reason)
    commune, who = officer.commune.id, officer.id
    made: list[NewVersion] = []
    for one in (name, *rivals(unit, officer, plan, name)):
        made += targets.set_aside(unit, commune, one, (False, who, kept))
    if made:
        access.note_change(unit, officer, "unfollow-clause", f"target:{name}")
    return bool(made)


def rivals(unit: Unit, officer: Officer, plan: Plan, name: str) -> list[str]:
    """The targets whose clauses disagree with that one."""
    found = targets.of_day(unit, officer.commune.id, plan, local_day(unit.now))
    pairs = [clash.ids for clash in targets.list_clashes(found) if name in clash.ids]
    return [one for pair in pairs for one in pair if one != name]


def find(unit: Unit, officer: Officer, plan: Plan, name: str) -> InForce:
    """The target as it reads today; ``NotFoundError`` where none of that name is in force."""
    found = targets.of_day(unit, officer.commune.id, plan, local_day(unit.now))
    for one in found:
        if one.target.id == name:
            return one
    raise NotFoundError("Không có chỉ tiêu này.")


def as_fields(target: Target) -> dict[str, str]:
    """What the form of a target begins with."""
    return {
        "title": target.title,
        "op": target.op,
        "value": _written(target.value),
        "value_to": _written(target.value_to),
        "level": target.level or "",
        "unit": target.unit,
        "source": target.source,
        "from": target.starts_on.isoformat(),
        "to": target.ends_on.isoformat(),
    }


def _in_force_on(unit: Unit, officer: Officer, name: str, day: date) -> InForce | None:
    versions = target_versions.list_of(unit, officer.commune.id, name)
    found = targets.find_current(versions, day)
    if found is None or found.is_withdrawn:
        return None
    return InForce(targets.read_content(found), found)


def _write(unit: Unit, officer: Officer, of: tuple[InForce, str], change: Change) -> int:
    before, content = of
    if not EARLIEST <= change.valid_from <= LATEST:
        raise RuleError("target.day", "Ngày không đúng.")
    fresh = replace(
        targets.follows(before),
        content=content,
        valid_from=change.valid_from,
        is_withdrawn=False,
        staff_id=officer.id,
        reason=kept_reason(change.reason),
    )
    commune = officer.commune.id
    target_versions.add_all(unit, commune, [fresh])
    number = target_versions.list_of(unit, commune, fresh.target)[-1].number
    access.note_change(unit, officer, "change-target", f"target:{fresh.target}")
    return number


def _changed(target: Target, fields: Mapping[str, str]) -> Target:
    """The target with what was typed; ``RuleError`` with what is wrong with it."""
    said = {name: fields.get(name, "").strip() for name in FIELDS}
    starts_on, ends_on = _day(said["from"]), _day(said["to"])
    if ends_on < starts_on:
        raise RuleError("target.days", "Ngày cuối đứng trước ngày đầu.")
    if said["op"] not in OPS:
        raise RuleError("target.op", "Chưa chọn dấu so sánh.")
    content = target.model_dump(by_alias=True) | {
        "title": _words(said["title"], "target.title", LONGEST),
        "unit": _words(said["unit"], "target.unit", LONGEST_UNIT, 1),
        "source": _words(said["source"], "target.source", LONGEST),
        "op": said["op"],
        "from": starts_on,
        "to": ends_on,
        **_aim(target, said),
    }
    try:
        return Target.model_validate(content)
    except ValidationError:
        raise RuleError("target.wrong", "Mức của chỉ tiêu chưa đúng.") from None


def _aim(target: Target, said: Mapping[str, str]) -> dict[str, object]:
    """The number, range or level; a target that asked for one of these goes on to do so."""
    if target.value is None:
        level = _words(said["level"], "target.level", LONGEST, 1)
        return {"level": level, "value": None, "value_to": None}
    try:
        value = plain(read_number(said["value"]))
        value_to = plain(read_number(said["value_to"])) if said["value_to"] else None
    except NumberError as error:
        raise RuleError(error.code, "Số chưa đúng.") from None
    if value_to is not None and value_to <= value:
        raise RuleError("target.range", "Đầu sau của khoảng phải lớn hơn đầu trước.")
    return {"value": value, "value_to": value_to}


def _words(text: str, code: str, most: int, least: int = SHORTEST) -> str:
    kept = " ".join(text.split())
    if not least <= len(kept) <= most or kept_note(kept) is None:
        raise RuleError(code, "Chữ ghi chưa đúng.")
    return kept


def _day(text: str) -> date:
    day = read_day(text)
    if day is None:
        raise RuleError("target.day", "Ngày không đúng.")
    return day


def _written(number: float | None) -> str:
    return "" if number is None else str(plain(number)).replace(".", ",")
