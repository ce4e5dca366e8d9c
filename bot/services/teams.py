"""Joining a team or the office: invitations by a one-use code, and what they lead to."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import NotFoundError, RuleError
from bot.core.keys import KeyRing, Purpose
from bot.core.redaction import PHONE_MASK, mask_phones
from bot.core.text import fold, natural_order
from bot.core.vocabulary import CommuneId, Identity, Role
from bot.library import Plan
from bot.locale import local_day
from storage import audit, communes, staff
from storage.audit import Act
from storage.communes import Commune, Team
from storage.database import Unit
from storage.mailbox import Worker

LETTERS = "23456789BCFGHJKMNPQRSTVXZ"
"""Signs of a code: nothing that looks like another (0/O, 1/I/L, U/V), and no A, D, E, W, Y.

Vietnamese keyboards (Telex, VNI) turn those into other letters while they are typed: AS into Á, DD into Đ.
"""
CODE_LENGTH = 8
CODE_SLIPS = 3
DEEP_LINK_PREFIX = "j_"
VALID_FOR = timedelta(days=14)
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation: the code is shown once and kept nowhere."""

    code: str
    role: Role
    team: Team | None


def invite(
    unit: Unit, commune: Commune, role: Role, team_name: str | None, name: str | None
) -> Invited:
    """A one-use code for a role; team roles need the name of a team of this commune."""
    team = find_team(unit, commune, team_name) if team_name else None
    if role.in_team and team is None:
        raise RuleError(
            "invite.needs-team", f"Vai trò {role} cần tên tổ: thêm --team, ví dụ --team “KP 1”."
        )
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    invitation = staff.add_invitation(
        unit,
        commune.id,
        hash_code(unit.keys, commune.id, code),
        (role, team.id if team else None, name),
        unit.now + VALID_FOR,
    )
    audit.record(unit, commune.id, Act("console", "invite", f"invitation:{invitation}"))
    return Invited(f"{code[:4]}-{code[4:]}", role, team)


def set_up_code(unit: Unit, commune: Commune) -> str | None:
    """A code for the first operator; None when there is one already. Earlier set-up codes end."""
    if staff.has_operator(unit):
        return None
    staff.withdraw_operator_codes(unit, commune.id)
    return invite(unit, commune, Role.OPERATOR, None, None).code


def find_team(unit: Unit, commune: Commune, name: str) -> Team:
    """The team of that name, however it is typed; raises ``NotFoundError`` with the names there are."""
    teams = communes.list_teams(unit, commune.id, local_day(unit.now))
    for team in teams:
        if fold(team.name) == fold(name):
            return team
    known = ", ".join(team.name for team in teams) or "chưa có tổ nào"
    raise NotFoundError(f"Không có tổ “{name}” ở {commune.name}. Các tổ: {known}.")


def list_names(unit: Unit, commune: Commune) -> list[str]:
    """Names of the teams of today, KP 2 before KP 10."""
    found = communes.list_teams(unit, commune.id, local_day(unit.now))
    return sorted((team.name for team in found), key=natural_order)


def add_teams(unit: Unit, commune: Commune, names: Sequence[str]) -> list[str]:
    """Neighbourhoods that the plan does not name, each with its team; gives those that are new."""
    known = {fold(name) for name in list_names(unit, commune)}
    added = []
    for name in filter(None, map(kept_name, names)):
        if fold(name) not in known:
            known.add(fold(name))
            added.append(name)
    communes.save_neighbourhoods(unit, commune.id, added, local_day(unit.now))
    for name in added:
        audit.record(unit, commune.id, Act("console", "add-team", name[:60]))
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
    others = [one for one in list_names(unit, commune) if one != team.name]
    if not name or fold(name) in map(fold, others):
        raise RuleError("rename.taken", f"Tên mới “{new}” trống hoặc đã có tổ khác: chọn tên khác.")
    communes.rename_team(unit, commune.id, team, name)
    audit.record(unit, commune.id, Act("console", "rename-team", f"team:{team.id}"))
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

    Raises ``RuleError`` with codes ``join.unknown``, ``join.expired`` or ``join.used``.
    """
    found = staff.find_invitation(unit, commune.id, hash_code(unit.keys, commune.id, code))
    if found is None:
        raise RuleError("join.unknown", "Mã mời không đúng.")
    if found.used or not staff.use_invitation(unit, commune.id, found.invitation.id):
        raise RuleError("join.used", "Mã mời đã dùng rồi.")
    if found.expired:
        raise RuleError("join.expired", "Mã mời đã hết hạn.")
    invitation = found.invitation
    name = invitation.name or ""
    if invitation.team_id is not None:
        new_id = staff.add_member(unit, commune.id, invitation.team_id, name, invitation.role)
        staff.link_chat(unit, commune.id, identity, (new_id, None))
    else:
        new_id = staff.add_staff(unit, commune.id, name, invitation.role)
        staff.link_chat(unit, commune.id, identity, (None, new_id))
    worker = Worker(new_id, name, invitation.role, invitation.team_id, invitation.team)
    audit.record(unit, commune.id, Act(actor(worker), "join", f"invitation:{invitation.id}"))
    return worker


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
