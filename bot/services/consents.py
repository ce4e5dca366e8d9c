"""Agreeing, one purpose at a time: the text that was shown is kept as version and hash, with when and how.

A text that has changed since is asked for again before the next use. Source: Luật 91/2025/QH15, Điều 9;
NĐ 356/2025/NĐ-CP; the requirements in design, section 6.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.core.vocabulary import CommuneId, Identity, Use
from storage import consents, people, phones
from storage.consents import Consent, NewConsent
from storage.database import Unit

VERSIONS = {
    Use.CALL_BACK: "2026-11",
    Use.COUNT_ONCE: "2026-11",
    Use.SHOW_PHONE: "2026-11",
    Use.REMIND: "2026-11-3",
    Use.ATTEND: "2026-11",
    Use.LINK: "2026-11",
}
"""A changed text needs a new version here; a test holds the hash of each."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How it was agreed to: the words that were shown, on which channel, whose they are,
    and who read them out."""

    shown: str
    channel: str
    way: str = "chat"
    person_id: int | None = None
    member_id: int | None = None


def sentence_of(use: Use) -> str:
    """Catalogue id of the text that is shown before the button “Đồng ý”."""
    return f"consent.{use.replace('_', '-')}"


def of_chat(unit: Unit, commune: CommuneId, identity: Identity) -> bytes:
    """Who agrees, when it is done in a chat."""
    return people.chat_hash(unit.keys, commune, identity)


def of_phone(unit: Unit, commune: CommuneId, phone: str) -> bytes:
    """Who agrees, when somebody without a chat says it to a member or on paper."""
    return phones.phone_hash(unit.keys, commune, phone)


def subjects_of_chat(unit: Unit, commune: CommuneId, identity: Identity) -> tuple[bytes, ...]:
    """The same under every key that is still readable."""
    return people.live_hashes(unit.keys, commune, identity)


def give(unit: Unit, commune: CommuneId, subject: bytes, use: Use, proof: Proof) -> int:
    """Write the consent down; gives its id. One that stands already for the same text is kept as it is."""
    standing = find(unit, commune, subject, use)
    if standing is not None and proof.person_id in (None, standing.person_id):
        return standing.id
    text_hash = hashlib.sha256(proof.shown.encode()).hexdigest()
    whose = (proof.person_id, proof.member_id)
    fresh = NewConsent(use, VERSIONS[use], text_hash, proof.channel, proof.way, *whose)
    return consents.add(unit, commune, subject, fresh)


def find(unit: Unit, commune: CommuneId, subject: bytes, use: Use) -> Consent | None:
    """The consent that stands for this use, given to the text of today; None means: ask."""
    given = consents.list_of(unit, commune, [subject])
    stands = (one for one in given if one.use is use and one.withdrawn_at is None)
    return next((one for one in stands if one.version == VERSIONS[use]), None)
