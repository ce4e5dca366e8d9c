"""Who may enter the office: login names, passwords, sign-ins, and what follows too many wrong tries.

Passwords are hashed with argon2id outside any unit of work: it takes tens of milliseconds on purpose.
Parameters are the OWASP Password Storage Cheat Sheet's (19 MiB, 2 passes, 1 lane; read 2026-11).
"""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.core.errors import RuleError
from bot.core.keys import KeyRing, Purpose
from bot.core.text import fold, normalise
from bot.services import teams
from storage import audit, mailbox, sign_ins, staff
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
SHORTEST_LOGIN = 3
COMMON = ("matkhau", "password", "qwerty", "asdfgh", "abcdef", "123456", "admin", "vneid", "vhxh")
"""What many passwords consist of; it does not count towards what makes one hard to guess."""
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


@dataclass(frozen=True, slots=True)
class Try:
    """A try that has been counted: what to compare with, and whether the name is locked."""

    login: str
    credential: Credential | None
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Who holds a token; ``is_due`` when what is stored of it has to be brought up to date."""

    officer: Officer | None
    is_due: bool


def hash_password(joining: Joining) -> str:
    """The argon2id hash of a password that is good enough; ``RuleError`` for one that is not."""
    password, login = _typed(joining.password), read_login(joining.login)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise RuleError("office.password-short", "Mật khẩu cần từ 10 đến 200 ký tự.")
    if _is_weak(password, login):
        raise RuleError("office.password-weak", "Mật khẩu dễ đoán quá, chọn câu khác.")
    return _hasher.hash(password)


def _is_weak(password: str, login: str) -> bool:
    """One that a stranger tries first: the own name, a telephone number, a word that everybody takes."""
    plain = rest = _bare(password)
    for word in COMMON:
        rest = rest.replace(word, "")
    is_common = rest != plain and len(set(rest)) < FEWEST_SIGNS
    is_uniform = len(set(password)) < FEWEST_SIGNS
    own = _bare(login)
    is_own = login in fold(password) or (len(own) >= SHORTEST_LOGIN and own in plain)
    return is_uniform or is_common or plain.isdigit() or is_own


def _bare(text: str) -> str:
    return fold(text).replace(" ", "")


def _typed(password: str) -> str:
    """In one form: some Vietnamese keyboards send a letter and its mark apart."""
    return unicodedata.normalize("NFC", password)


def read_login(text: str) -> str:
    """A login name as it is kept; ``RuleError`` when it cannot be one."""
    login = _tried(text)
    if LOGIN.fullmatch(login) is None:
        raise RuleError("office.login-wrong", "Tên đăng nhập cần 3–40 chữ không dấu hoặc số.")
    return login


def _tried(login: str) -> str:
    return login.strip().lower()[:80]


def is_right(credential: Credential | None, password: str) -> bool:
    """Whether the password is the one; does the same work when nobody has the name."""
    stored = credential.password_hash if credential else _NOBODY
    try:
        _hasher.verify(stored, _typed(password)[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return credential is not None


def begin_try(unit: Unit, login: str) -> Try:
    """Count a try and give what to compare with.

    Says that a name is locked instead of raising: the count, the lock and its line in the audit log
    have to be committed.
    """
    name = _tried(login)
    until = sign_ins.count_attempt(unit, _hash(unit.keys, "login", name), MOST_TRIES, LOCKED_FOR)
    found = sign_ins.find_credential(unit, name)
    if until is None:
        return Try(name, found, is_locked=False)
    begins_now = until == unit.now + LOCKED_FOR
    if found is not None and begins_now:  # once a lock, or a stranger could fill the log
        who = f"staff:{found.officer.id}"
        audit.record(unit, found.officer.commune.id, Act("web", "sign-in-locked", who))
    return Try(name, None, is_locked=True)


def succeed(unit: Unit, tried: Try) -> SignedIn | None:
    """The password was right: sign in, and forget earlier slips.

    None when the password was changed or the officer left while the old one was being compared.
    """
    _wait_in_line(unit)
    found = sign_ins.find_credential(unit, tried.login)
    if found is None or found != tried.credential:
        return None
    sign_ins.clear_attempts(unit, _hash(unit.keys, "login", tried.login))
    return _sign_in(unit, found.officer)


def check_code(unit: Unit, communes: Sequence[Commune], code: str) -> None:
    """Raise ``RuleError`` unless the code can be spent now: only its holder may cost us a hash."""
    _find_invitation(unit, communes, code)


def join(unit: Unit, communes: Sequence[Commune], joining: Joining, password_hash: str) -> SignedIn:
    """Spend the invitation and sign in whom it was for.

    An invitation in the name and role of somebody of the office sets a new password for them.
    ``RuleError`` with a sentence of the catalogue when the code or the login name cannot be used.
    """
    _wait_in_line(unit)
    commune, invitation = _find_invitation(unit, communes, joining.code)
    if not staff.use_invitation(unit, commune.id, invitation.id):
        raise RuleError("office.code-used", "Mã mời đã dùng rồi.")
    # Whoever invites knows whom; by that name a new password can be had later.
    name = _kept_name(invitation.name) or _kept_name(joining.name)
    if not name:
        raise RuleError("office.name-empty", "Cần họ tên.")
    staff_id = _find_known(unit, commune, invitation)
    if staff_id is None:
        staff_id = staff.add_staff(unit, commune.id, name, invitation.role)
    login = read_login(joining.login)
    if sign_ins.owner_of_login(unit, login) not in (None, staff_id):
        raise RuleError("office.login-taken", "Tên đăng nhập này có người dùng rồi.")
    sign_ins.save_credential(unit, commune.id, staff_id, login, password_hash)
    sign_ins.clear_attempts(unit, _hash(unit.keys, "login", login))
    saved = sign_ins.find_credential(unit, login)
    if saved is None:
        raise LookupError("the credential that was just saved")
    audit.record(unit, commune.id, Act(f"staff:{staff_id}", "join", f"invitation:{invitation.id}"))
    return _sign_in(unit, saved.officer)


def _wait_in_line(unit: Unit) -> None:
    """Whoever signs in or sets a password goes one after the other.

    Otherwise two people could take one login name at once, or an old password could open a sign-in while
    a new one is being set.
    """
    mailbox.lock(unit, _hash(unit.keys, "line"))


def _kept_name(name: str | None) -> str:
    return teams.kept_name(normalise(name or ""))


def _find_known(unit: Unit, commune: Commune, invitation: Invitation) -> int | None:
    """Id of the only one of the office who has the name and the role of the invitation.

    With another role it is somebody new: a code for a leader must not open the account of an operator.
    """
    name = _kept_name(invitation.name).casefold()
    alike = [
        officer.id
        for officer in sign_ins.list_officers(unit, commune.id)
        if name and _kept_name(officer.name).casefold() == name and officer.role is invitation.role
    ]
    return alike[0] if len(alike) == 1 else None


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
        if found.used:
            raise RuleError("office.code-used", "Mã mời đã dùng rồi.")
        if found.expired:
            raise RuleError("office.code-expired", "Mã mời đã hết hạn.")
        return commune, found.invitation
    raise RuleError("office.code-unknown", "Mã mời không đúng.")


def _sign_in(unit: Unit, officer: Officer) -> SignedIn:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    sign_ins.begin(unit, officer, _hash(unit.keys, "token", token))
    who = f"staff:{officer.id}"
    audit.record(unit, officer.commune.id, Act(who, "sign-in", who))
    return SignedIn(token, officer)


def look_up(unit: Unit, token: str) -> Seen:
    """Who holds the token, while the sign-in is neither idle too long nor too old. Writes nothing.

    Every page asks this, also for strangers, who must not keep the only writer busy.
    """
    found = sign_ins.find(unit, _hash(unit.keys, "token", token))
    if found is None:
        return Seen(None, is_due=False)
    idle = unit.now - found.last_seen_at
    if idle > IDLE_FOR or unit.now - found.begun_at > SIGNED_IN_FOR:
        return Seen(None, is_due=True)
    return Seen(found.officer, is_due=idle > SEEN_EVERY)


def keep_up(unit: Unit, token: str) -> None:
    """Write down that the holder was seen just now, or end a sign-in whose time is over."""
    hashed = _hash(unit.keys, "token", token)
    found = sign_ins.find(unit, hashed)
    if found is not None and look_up(unit, token).officer is not None:
        sign_ins.touch(unit, found)
    else:
        sign_ins.end(unit, hashed)


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


def note_change(unit: Unit, officer: Officer, action: str, what: str) -> None:
    """Every change by staff stands in the audit log: who, what, to which thing; never the content."""
    audit.record(unit, officer.commune.id, Act(f"staff:{officer.id}", action, what))


def form_token(keys: KeyRing, token: str) -> str:
    """What a form of this sign-in must bring along, so that no other site can send it."""
    return base64.urlsafe_b64encode(_hash(keys, "form", token)).decode().rstrip("=")


def _hash(keys: KeyRing, *parts: str) -> bytes:
    return keys.hash(Purpose.SIGN_IN, *parts)
