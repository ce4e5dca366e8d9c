"""Joining a team or the office: invitations by a one-use code, and what they lead to."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.errors import NotFoundError, RuleError
from bot.core.keys import KeyRing, Purpose
from bot.core.redaction import PHONE_MASK, mask_phones
from bot.core.team_names import READINGS, is_place, matches
from bot.core.text import fold, natural_order
from bot.core.vocabulary import CommuneId, Identity, Role, TeamKind
from bot.library import Plan
from bot.locale import local_day
from storage import audit, communes, staff, team_lines
from storage.audit import Act
from storage.communes import Commune, Team
from storage.database import Unit
from storage.mailbox import Worker
from storage.staff import FoundInvitation, Invitation
from storage.team_lines import TeamLine

LETTERS = "23456789BCFGHJKMNPQRSTVXZ"
"""Signs of a code: nothing that looks like another (0/O, 1/I/L, U/V), and no A, D, E, W, Y.

Vietnamese keyboards (Telex, VNI) turn those into other letters while they are typed: AS into Á, DD into Đ.
"""
CODE_LENGTH = 8
CODE_SLIPS = 3
DEEP_LINK_PREFIX = "j_"
VALID_FOR = timedelta(days=14)
LONGEST_NAME = 60
CONSOLE = "console"
"""How the audit log names who sits at the command line."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation: the code is shown once and kept nowhere."""

    code: str
    role: Role
    team: Team | None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is invited: as what, into which team, by what name if it is known; or whoever has the code."""

    role: Role
    team: Team | None
    name: str | None = None
    is_open: bool = False


def invite(
    unit: Unit, commune: Commune, role: Role, team_name: str | None, name: str | None
) -> Invited:
    """A one-use code for a role; team roles need the name of a team of this commune."""
    team = find_team(unit, commune, team_name) if team_name else None
    if role.in_team and team is None:
        raise RuleError(
            "invite.needs-team", f"Vai trò {role} cần tên tổ: thêm --team, ví dụ --team “KP 1”."
        )
    return make_invitation(unit, commune, Wanted(role, team, name), CONSOLE)


def invite_many(unit: Unit, commune: Commune, team_name: str) -> Invited:
    """A code of a team that many may use for 14 days; each of them waits to be approved."""
    team = find_team(unit, commune, team_name)
    return make_invitation(unit, commune, Wanted(Role.MEMBER, team, is_open=True), CONSOLE)


def make_invitation(unit: Unit, commune: Commune, wanted: Wanted, who: str) -> Invited:
    """A fresh code, and its line in the audit log; ``who`` is how that log names who invites."""
    if wanted.is_open and wanted.role is not Role.MEMBER:
        raise RuleError("invite.open", "Mã chung chỉ mời tổ viên: mời tổ trưởng bằng mã riêng.")
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    invitation = staff.add_invitation(
        unit,
        commune.id,
        hash_code(unit.keys, commune.id, code),
        (wanted.role, wanted.team.id if wanted.team else None, wanted.name),
        unit.now + VALID_FOR,
    )
    if wanted.is_open:
        staff.open_invitation(unit, commune.id, invitation)
    audit.record(unit, commune.id, Act(who, "invite", f"invitation:{invitation}"))
    return Invited(f"{code[:4]}-{code[4:]}", wanted.role, wanted.team, wanted.is_open)


def set_up_code(unit: Unit, commune: Commune) -> str | None:
    """A code for the first operator; None when there is one already. Earlier set-up codes end."""
    if staff.has_operator(unit):
        return None
    staff.withdraw_operator_codes(unit, commune.id)
    return invite(unit, commune, Role.OPERATOR, None, None).code


def find_team(unit: Unit, commune: Commune, name: str, on: date | None = None) -> Team:
    """The team of that name, however it is typed: “khu pho 2”, “KP.02”; an old name leads to its heir.

    ``on`` asks for the team of another day than today. Raises ``NotFoundError`` with the names there are.
    """
    lines, day = team_lines.list_lines(unit, commune.id), on or local_day(unit.now)
    there = [line for line in lines if line.is_there(day)]
    gone = [line for line in lines if line not in there and line.merged_into is not None]
    for reading in READINGS:
        found = [there[n] for n in matches(name, [line.name for line in there], reading)]
        if not found:
            heirs = [gone[n] for n in matches(name, [line.name for line in gone], reading)]
            found = list({heir for one in heirs if (heir := heir_of(lines, one, day))})
        if len(found) == 1:
            return Team(found[0].id, found[0].name)
        if found:
            alike = ", ".join(sorted((line.name for line in found), key=natural_order))
            raise NotFoundError(f"“{name}” có thể là {alike}: ghi đủ tên.")
    known = ", ".join(line.name for line in there) or "chưa có tổ nào"
    raise NotFoundError(f"Không có tổ “{name}” ở {commune.name}. Các tổ: {known}.")


def heir_of(lines: Sequence[TeamLine], line: TeamLine, day: date) -> TeamLine | None:
    """The team of that day that the series of this one goes on in; itself while it is there."""
    by_id = {one.id: one for one in lines}
    for _ in lines:
        if line.is_there(day) or line.merged_into is None:
            break
        line = by_id[line.merged_into]
    return line if line.is_there(day) else None


def living_team(unit: Unit, commune: CommuneId, team_id: int) -> Team | None:
    """The team of today that stands for this one; None when it has ended and nobody took it over."""
    lines = team_lines.list_lines(unit, commune)
    own = next((line for line in lines if line.id == team_id), None)
    heir = heir_of(lines, own, local_day(unit.now)) if own else None
    return Team(heir.id, heir.name) if heir else None


def list_names(unit: Unit, commune: Commune) -> list[str]:
    """Names of the teams of today, KP 2 before KP 10."""
    found = communes.list_teams(unit, commune.id, local_day(unit.now))
    return sorted((team.name for team in found), key=natural_order)


def add_teams(
    unit: Unit,
    commune: Commune,
    names: Sequence[str],
    kind: TeamKind = TeamKind.NEIGHBOURHOOD,
) -> list[str]:
    """Teams that the plan does not name; gives those that are new. A khu phố or ấp has its neighbourhood.

    ``RuleError`` for a team of another kind that is called like a khu phố: a plan may name that one later.
    """
    known = {fold(line.name) for line in team_lines.list_lines(unit, commune.id)}
    added = []
    for name in filter(None, map(kept_name, names)):
        if kind is not TeamKind.NEIGHBOURHOOD and is_place(name):
            raise RuleError("add.place", f"“{name}” là tên khu phố, ấp: bỏ --kind đi.")
        if fold(name) not in known:
            known.add(fold(name))
            added.append(name)
    for name in added:
        team_lines.add_line(unit, commune.id, name, kind, local_day(unit.now))
        audit.record(unit, commune.id, Act(CONSOLE, "add-team", name[:60]))
    return added


def rename_team(unit: Unit, commune: Commune, plan: Plan, old: str, new: str) -> str:
    """Another name for a team that the office added, and for its neighbourhood; its entries stay its own.

    ``NotFoundError`` when there is no such team; ``RuleError`` when the new name is empty or taken, or
    when the plan names the team: the next start would make it again.
    """
    team, name = find_team(unit, commune, old), kept_name(new)
    if team.name in plan.neighbourhoods.names:
        raise RuleError(
            "rename.of-plan", f"Tổ “{team.name}” do kế hoạch đặt tên, nên không đổi ở đây được."
        )
    lines = team_lines.list_lines(unit, commune.id)
    others = [line.name for line in lines if line.id != team.id]
    if not name or fold(name) in map(fold, others):
        raise RuleError("rename.taken", f"Tên mới “{new}” trống hoặc đã có tổ khác: chọn tên khác.")
    communes.rename_team(unit, commune.id, team, name)
    audit.record(unit, commune.id, Act(CONSOLE, "rename-team", f"team:{team.id}"))
    return name


def deep_link(username: str, code: str) -> str:
    """A Telegram link that opens the chat and brings the code along."""
    return f"https://t.me/{username}?start={DEEP_LINK_PREFIX}{code.replace('-', '')}"


def read_code(text: str) -> str | None:
    """The code written in a text, whatever its spacing and case; None when it is not a code."""
    bare = "".join(text.replace("-", " ").upper().split())
    return bare if len(bare) == CODE_LENGTH and set(bare) <= set(LETTERS) else None


def looks_like_code(text: str) -> bool:
    """True for a word or two that were meant as a code, with a sign too few, too many, or wrong."""
    parts = text.split()
    is_close = abs(len("".join(parts)) - CODE_LENGTH) <= CODE_SLIPS
    has_digit = any(sign.isdecimal() for sign in text)
    return is_close and (len(parts) == 1 or (len(parts) == 2 and has_digit))


def hash_code(keys: KeyRing, commune: CommuneId, code: str) -> bytes:
    """How a code is kept: a code of one commune opens nothing in another."""
    return keys.hash(Purpose.CODE, str(commune), code)


def join(unit: Unit, commune: Commune, identity: Identity, code: str) -> Worker:
    """Spend the code and make this chat the voice of a new member or officer.

    Raises ``RuleError`` with codes ``join.unknown``, ``join.expired``, ``join.used``, ``join.team-gone``
    or ``join.needs-approval``, the last for a code that many may use.
    """
    invitation, team = find_invitation(unit, commune, code)
    if invitation.is_open:
        raise RuleError("join.needs-approval", "Mã chung của tổ, cần được duyệt.")
    if not staff.use_invitation(unit, commune.id, invitation.id):
        raise RuleError("join.used", "Mã mời đã dùng rồi.")
    name = invitation.name or ""
    if team is not None:
        new_id = staff.add_member(unit, commune.id, team.id, name, invitation.role)
        staff.link_chat(unit, commune.id, identity, (new_id, None))
    else:
        new_id = staff.add_staff(unit, commune.id, name, invitation.role)
        staff.link_chat(unit, commune.id, identity, (None, new_id))
    where = (team.id, team.name) if team else (None, None)
    worker = Worker(new_id, name, invitation.role, *where)
    audit.record(unit, commune.id, Act(actor(worker), "join", f"invitation:{invitation.id}"))
    return worker


def find_invitation(unit: Unit, commune: Commune, code: str) -> tuple[Invitation, Team | None]:
    """The invitation that can be used now, and the team of today that it leads into; errors as above."""
    found = staff.find_invitation(unit, commune.id, hash_code(unit.keys, commune.id, code))
    return _usable(unit, commune, found)


def get_invitation(
    unit: Unit, commune: Commune, invitation_id: int
) -> tuple[Invitation, Team | None]:
    """The same for an invitation that was looked at before."""
    return _usable(unit, commune, staff.get_invitation(unit, commune.id, invitation_id))


def _usable(
    unit: Unit, commune: Commune, found: FoundInvitation | None
) -> tuple[Invitation, Team | None]:
    if found is None:
        raise RuleError("join.unknown", "Mã mời không đúng.")
    if found.used:
        raise RuleError("join.used", "Mã mời đã dùng rồi.")
    if found.expired:
        raise RuleError("join.expired", "Mã mời đã hết hạn.")
    if found.invitation.team_id is None:
        return found.invitation, None
    team = living_team(unit, commune.id, found.invitation.team_id)
    if team is None:
        raise RuleError("join.team-gone", "Tổ này không còn.")
    return found.invitation, team


def rename(unit: Unit, commune: Commune, worker: Worker, name: str) -> str:
    """Set the name that others see; gives it as it was kept."""
    kept = kept_name(name)
    if worker.role.in_team:
        staff.rename_member(unit, commune.id, worker.id, kept)
    else:
        staff.rename_staff(unit, commune.id, worker.id, kept)
    audit.record(unit, commune.id, Act(actor(worker), "rename", actor(worker)))
    return kept


def kept_name(name: str) -> str:
    """A name as it is kept: one line, without a telephone number typed beside it."""
    return " ".join(mask_phones(name).replace(PHONE_MASK, " ").split())[:LONGEST_NAME]


def actor(worker: Worker) -> str:
    """How the audit log names somebody: kind and number, never a name."""
    return f"{'member' if worker.role.in_team else 'staff'}:{worker.id}"
