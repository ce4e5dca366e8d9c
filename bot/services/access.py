"""Who may enter the office: login names, passwords, sign-ins, and what follows too many wrong tries.

Passwords are hashed with argon2id outside any unit of work: it takes tens of milliseconds on purpose.
Parameters are the OWASP Password Storage Cheat Sheet's (19 MiB, 2 passes, 1 lane; read 2026-11).
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.core.errors import RuleError
from bot.core.keys import KeyRing, Purpose
from bot.core.text import fold
from bot.services import teams
from storage import audit, sign_ins, staff
from storage.audit import Act
from storage.communes import Commune
from storage.database import Unit
from storage.sign_ins import Credential
from storage.sign_ins import Officer as Officer  # pages take it from here
from storage.staff import Invitation

MOST_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE_FOR = timedelta(minutes=60)
SIGNED_IN_FOR = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
FEWEST_SIGNS = 5
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}", re.ASCII)
TOKEN_BYTES = 32

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))
"""What is compared when nobody has the name: a wrong name takes as long as a wrong password."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody fills in who was invited to the office."""

    code: str
    name: str
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in: the token is given to the browser and kept nowhere."""

    token: str
    officer: Officer


def hash_password(joining: Joining) -> str:
    """The argon2id hash of a password that is good enough; ``RuleError`` for one that is not."""
    password, login = joining.password, read_login(joining.login)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise RuleError("office.password-short", "Mật khẩu cần từ 10 đến 200 ký tự.")
    if len(set(password)) < FEWEST_SIGNS or login in fold(password):
        raise RuleError("office.password-weak", "Mật khẩu dễ đoán quá, chọn câu khác.")
    return _hasher.hash(password)


def read_login(text: str) -> str:
    """A login name as it is kept; ``RuleError`` when it cannot be one."""
    login = text.strip().lower()
    if LOGIN.fullmatch(login) is None:
        raise RuleError("office.login-wrong", "Tên đăng nhập cần 3–40 chữ không dấu hoặc số.")
    return login


def is_right(credential: Credential | None, password: str) -> bool:
    """Whether the password is the one; takes the same time when nobody has the name."""
    stored = credential.password_hash if credential else _NOBODY
    try:
        _hasher.verify(stored, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return credential is not None


def begin_try(unit: Unit, login: str) -> Credential | None:
    """Count a try and give what to compare with; ``RuleError`` while the name is locked."""
    name = login.strip().lower()[:80]
    locked = sign_ins.count_attempt(unit, _hash(unit.keys, "login", name), MOST_TRIES, LOCKED_FOR)
    found = sign_ins.find_credential(unit, name)
    if locked is None:
        return found
    if found is not None:
        who = f"staff:{found.officer.id}"
        audit.record(unit, found.officer.commune.id, Act("web", "sign-in-locked", who))
    raise RuleError("office.locked", "Sai quá 5 lần, chờ 15 phút.")


def succeed(unit: Unit, login: str, officer: Officer) -> SignedIn:
    """The password was right: sign in, and forget earlier slips."""
    sign_ins.clear_attempts(unit, _hash(unit.keys, "login", login.strip().lower()[:80]))
    return _sign_in(unit, officer, "sign-in")


def join(unit: Unit, communes: Sequence[Commune], joining: Joining, password_hash: str) -> SignedIn:
    """Spend the invitation and sign in whom it was for.

    An invitation in the name of somebody who is of the office already sets a new password for them.
    ``RuleError`` with a sentence of the catalogue when the code or the login name cannot be used.
    """
    commune, invitation = _find_invitation(unit, communes, joining.code)
    name = teams.kept_name(joining.name) or invitation.name or ""
    if not name:
        raise RuleError("office.name-empty", "Cần họ tên.")
    known = staff.find_worker(unit, commune.id, invitation.name) if invitation.name else None
    staff_id = known[1] if known else None
    if staff_id is None:
        staff_id = staff.add_staff(unit, commune.id, name, invitation.role)
    login = read_login(joining.login)
    if sign_ins.owner_of_login(unit, login) not in (None, staff_id):
        raise RuleError("office.login-taken", "Tên đăng nhập này có người dùng rồi.")
    sign_ins.save_credential(unit, commune.id, staff_id, login, password_hash)
    sign_ins.clear_attempts(unit, _hash(unit.keys, "login", login))
    officer = sign_ins.find_credential(unit, login)
    if officer is None:
        raise LookupError("the credential that was just saved")
    audit.record(unit, commune.id, Act(f"staff:{staff_id}", "join", f"invitation:{invitation.id}"))
    return _sign_in(unit, officer.officer, "sign-in")


def _find_invitation(
    unit: Unit, communes: Sequence[Commune], code: str
) -> tuple[Commune, Invitation]:
    bare = teams.read_code(code)
    for commune in communes if bare else ():
        hashed = teams.hash_code(unit.keys, commune.id, bare or "")
        found = staff.find_invitation(unit, commune.id, hashed)
        if found is None:
            continue
        if found.invitation.role.in_team:
            raise RuleError("office.code-of-team", "Mã này là của tổ, dùng trong chat.")
        if found.used or not staff.use_invitation(unit, commune.id, found.invitation.id):
            raise RuleError("office.code-used", "Mã mời đã dùng rồi.")
        if found.expired:
            raise RuleError("office.code-expired", "Mã mời đã hết hạn.")
        return commune, found.invitation
    raise RuleError("office.code-unknown", "Mã mời không đúng.")


def _sign_in(unit: Unit, officer: Officer, act: str) -> SignedIn:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    sign_ins.begin(unit, officer, _hash(unit.keys, "token", token))
    who = f"staff:{officer.id}"
    audit.record(unit, officer.commune.id, Act(who, act, who))
    return SignedIn(token, officer)


def find_officer(unit: Unit, token: str) -> Officer | None:
    """Who holds the token, while the sign-in is neither idle too long nor too old."""
    found = sign_ins.find(unit, _hash(unit.keys, "token", token))
    if found is None:
        return None
    is_idle = unit.now - found.last_seen_at > IDLE_FOR
    if is_idle or unit.now - found.begun_at > SIGNED_IN_FOR:
        sign_ins.end(unit, _hash(unit.keys, "token", token))
        return None
    if unit.now - found.last_seen_at > SEEN_EVERY:
        sign_ins.touch(unit, found)
    return found.officer


def sign_out(unit: Unit, token: str) -> None:
    """End the sign-in of this browser."""
    found = sign_ins.find(unit, _hash(unit.keys, "token", token))
    if found is not None:
        who = f"staff:{found.officer.id}"
        audit.record(unit, found.officer.commune.id, Act(who, "sign-out", who))
    sign_ins.end(unit, _hash(unit.keys, "token", token))


def note_reading(unit: Unit, officer: Officer, what: str) -> None:
    """Every look of staff at figures stands in the audit log."""
    audit.record(unit, officer.commune.id, Act(f"staff:{officer.id}", "read", what))


def form_token(keys: KeyRing, token: str) -> str:
    """What a form of this sign-in must bring along, so that no other site can send it."""
    return base64.urlsafe_b64encode(_hash(keys, "form", token)).decode().rstrip("=")


def _hash(keys: KeyRing, *parts: str) -> bytes:
    return keys.hash(Purpose.SIGN_IN, *parts)
