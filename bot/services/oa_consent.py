"""An Official Account's right to be spoken for: what comes back from Zalo's consent page, and keeping it.

Source of the numbers: Zalo OA, “Xác thực và ủy quyền”, v4, and the developers' forum, read 2026-09.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from bot.core.vocabulary import AccountId, CommuneId
from storage import audit, health, outbox, tokens
from storage.audit import Act
from storage.database import Unit
from storage.tokens import Tokens

LONGEST = 2000
"""A code has some hundred signs; what is longer is not one."""
REFUSALS = {
    -32: "oa-consent.too-fast",
    -14002: "oa-consent.wrong-app",
    -14003: "oa-consent.wrong-callback",
    -14012: "oa-consent.wrong-verifier",
    -14020: "oa-consent.used-up",
    -14024: "oa-consent.wrong-verifier",
    -14029: "oa-consent.wrong-verifier",
}


@dataclass(frozen=True, slots=True)
class CameBack:
    """What the consent page sent the administrator's browser back with; every part may be missing."""

    code: str = field(default="", repr=False)
    oa_id: str = ""
    state: str = field(default="", repr=False)
    error: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended: the catalogue id of the sentence that says so, and what is filled in."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_granted: bool = False


Finish = Callable[[CameBack], Awaitable[Ending]]
"""Takes an administrator back."""

GRANTED = Ending("oa-consent.granted", is_granted=True)
VOID = Ending("oa-consent.void")
SILENT = Ending("oa-consent.silent")
OTHER_OA = Ending("oa-consent.other-oa")


def read_query(query: Mapping[str, str]) -> CameBack:
    """The parts of an address that the browser came back to."""
    given = {name: value for name, value in query.items() if len(value) <= LONGEST}
    error = given.get("error_code") or given.get("error") or ""
    number = int(error) if error.removeprefix("-").isdecimal() and len(error) < 9 else None
    return CameBack(
        given.get("code", ""), given.get("oa_id", ""), given.get("state", ""), number or None
    )


def read_address(text: str) -> CameBack | None:
    """The same out of an address that somebody pasted; None when nothing of it is there."""
    try:
        query = urlsplit("".join(text.split())).query
    except ValueError:
        return None
    came = read_query(dict(parse_qsl(query)))
    return None if came == CameBack() else came


def find_fault(came: CameBack, oa_id: str, callback: str) -> Ending | None:
    """What can be seen to be wrong before Zalo is asked."""
    if came.error is not None:
        return refusal(came.error, callback)
    if not came.code:
        return Ending("oa-consent.not-given")
    return OTHER_OA if came.oa_id and came.oa_id != oa_id else None


def refusal(error: int, callback: str) -> Ending:
    """Why Zalo gave no tokens; only the number counts, Zalo changes its words."""
    values = {"number": error, "address": callback}
    return Ending(REFUSALS.get(error, "oa-consent.refused"), values)


def keep(unit: Unit, actor: str, account: AccountId, commune: CommuneId, fresh: Tokens) -> None:
    """Keep the tokens of a new consent in place of any before, and let what waited go on."""
    tokens.begin_anew(unit, account, fresh)
    health.clear_trouble(unit, account)
    outbox.resume(unit, account)
    audit.record(unit, commune, Act(actor, "zalo-consent", f"account:{account}"))
