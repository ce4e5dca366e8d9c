"""Alarms to the office: a messenger account is in trouble, and a person must do something about it.

What is wrong is a code where it is found and stored; here it becomes a sentence with what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.messages import Outbound
from bot.core.periods import parse
from bot.core.terms import Terms
from bot.core.text import shorten
from bot.core.vocabulary import AccountId, Role
from bot.locale import Texts, local_day
from storage import health, notices
from storage.communes import Account
from storage.database import Unit

OFFICE = (Role.OPERATOR, Role.OFFICER)
FORGED, QUOTA_PEOPLE, QUOTA_MESSAGES = "forged", "quota-people", "quota-messages"
NEARLY_ALL = 0.8
MANY_FORGED = 20
"""Requests that prove nothing: fewer are strangers, so many without one that proves itself a wrong key."""
LONGEST_CODE = 24  # of those that we did not make; a key of the outbox has 80 signs

SENTENCES = {
    health.NEEDS_CONSENT: "trouble.needs-consent",
    FORGED: "trouble.forged",
    QUOTA_PEOPLE: "trouble.quota-people",
    QUOTA_MESSAGES: "trouble.quota-messages",
    "401": "trouble.token",
    "error 401": "trouble.token",
    "error 404": "trouble.token",
    "InvalidToken": "trouble.token",
    "zalo -201": "trouble.zalo-wrong",
    "zalo -204": "trouble.zalo-gone",
    "zalo -205": "trouble.zalo-gone",
    "zalo -209": "trouble.zalo-app",
    "zalo -211": "trouble.zalo-used-up",
    "zalo -212": "trouble.zalo-app",
    "zalo -219": "trouble.zalo-app",
    "zalo -221": "trouble.zalo-unverified",
    "zalo -223": "trouble.zalo-right",
    "zalo -224": "trouble.zalo-package",
    "zalo -235": "trouble.zalo-kind",
    "zalo -240": "trouble.zalo-closed",
    "zalo -242": "trouble.zalo-proof",
    "zalo -248": "trouble.zalo-policy",
    "zalo -320": "trouble.zalo-purse",
    "zalo -321": "trouble.zalo-money",
    "zalo -14002": "trouble.zalo-app",
    "zalo -14003": "trouble.zalo-return",
}
"""What each code says; Zalo's are of its page “Mã lỗi”, read 2026-09."""
OF_OA = {FORGED: "trouble.forged-oa"}
"""The same in the words of a Zalo OA, where they differ."""
STILL_SENDS = frozenset({FORGED, QUOTA_PEOPLE, QUOTA_MESSAGES, "zalo -201"})
"""Troubles with which the account still delivers."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account has sent this calendar month, its price in VND, and how many people it has."""

    messages: int
    cost: int
    people: int


def channel_name(texts: Texts, channel: str) -> str:
    """The messenger as people call it."""
    return texts.say(f"channel.{channel}")


def trouble_sentence(texts: Texts, channel: str, code: str) -> str:
    """What is wrong and what to do; a code that nobody has explained is named."""
    found = SENTENCES.get(code, "trouble.unknown")
    if channel == "zalo_oa":
        found = OF_OA.get(code, found)
    name = channel_name(texts, channel)
    return texts.say(found, channel=name, code=shorten(code, LONGEST_CODE))


def raise_alarm(unit: Unit, account: Account, texts: Texts, code: str) -> int:
    """Write to everybody of the office, once a day for one trouble; gives to how many.

    By another account than that in trouble: it would wait there, or be one more message that fails. Where
    nobody has another, by this one if it still sends; else the office page alone says it.
    """
    commune = account.commune
    message = Outbound(
        texts.say(
            "alarm.account",
            channel=channel_name(texts, account.channel),
            commune=texts.say(f"kind.{commune.kind}", name=commune.name),
            what=trouble_sentence(texts, account.channel, code),
        )
    )
    prefix = f"alarm:{account.id}:{code[:LONGEST_CODE]}:{local_day(unit.now).isoformat()}"
    known = notices.staff_chats(unit, commune.id, OFFICE)
    chats = [chat for chat in known if chat.account != account.id]
    if not chats and code in STILL_SENDS:
        chats = known
    return sum(
        notices.post(unit, chat, f"{prefix}:{chat.identity[:8].hex()}", message) for chat in chats
    )


def note_forged(unit: Unit, account: Account, texts: Texts, times: int = 1) -> None:
    """So many requests did not prove their sender; the office is told when a wrong key is likely."""
    count = health.note_forged(unit, account.id, times)
    if count - times < MANY_FORGED <= count:
        raise_alarm(unit, account, texts, FORGED)


def tell_quotas(unit: Unit, account: Account, texts: Texts, codes: Sequence[str]) -> None:
    """Tell the office, once a day, of quotas that are nearly used up.

    They are not stored as the account's trouble: a message that goes through ends that, and they stay.
    """
    for code in codes:
        raise_alarm(unit, account, texts, code)


def count_usage(unit: Unit, account: AccountId) -> Usage:
    """What the account has used of its month, by the calendar of Vietnam."""
    month = parse(f"month:{local_day(unit.now):%Y-%m}")
    sent, cost = health.count_sent(unit, account, month.start_at)
    return Usage(sent, cost, health.count_people(unit, account))


def quotas_nearly_over(usage: Usage, terms: Terms) -> list[str]:
    """Codes of the quotas of which four fifths or more are gone."""
    used = (
        (QUOTA_PEOPLE, usage.people, terms.people),
        (QUOTA_MESSAGES, usage.messages, terms.monthly),
    )
    return [code for code, count, most in used if most is not None and count >= NEARLY_ALL * most]
