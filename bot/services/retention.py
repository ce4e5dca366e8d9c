"""How long each kind of data is kept, and dropping what is past its time: the table of docs/privacy.md."""

from __future__ import annotations

from datetime import timedelta

from bot.locale import local_day
from bot.services.petitions import KEEP_REQUESTS
from bot.services.questions import KEEP_DAYS
from storage import petitions, retention, unit_reports
from storage.database import Unit
from storage.retention import Before

KEEP_CONVERSATIONS = timedelta(days=30)
"""Without consent nothing lives longer than this after its last use (design, section 6)."""
KEEP_ASKED = timedelta(days=400)
"""The same where notices of classes were agreed to: a year without a word is a class or two missed."""
KEEP_NUMBERS = timedelta(days=7)
"""A phone number in clear under seal, after the request that it was given for is over."""
KEEP_UNUSED_NUMBERS = timedelta(days=30)
"""The same where no request came of it."""
KEEP_MARKS = timedelta(days=30)
"""Which chat a request, a check or a seat in a class belonged to, after it was over or asked."""
KEEP_TOLD = timedelta(days=365)
"""Which chat said that it has learned a course: said anew in that time it is the same one."""
KEEP_WISHES = timedelta(days=30)
"""Names of those who wished to join, and of those who were invited, after the invitation ended."""
KEEP_COUNTED = timedelta(days=730)
"""The keyed hash of a phone or of a chat, after its person was last helped or in a class."""
KEEP_PROOFS = timedelta(days=730)
"""The proof of a consent, after it was withdrawn: who is accused has two years to show it."""
KEEP_SENDERS = timedelta(days=730)
"""Names of those who sent the report of a unit: two years of reports are looked at together."""
KEEP_BACKUPS = timedelta(days=30)
"""Older backups are deleted: by compose.yaml, else by whoever makes them."""

TABLE = {
    "chats": KEEP_CONVERSATIONS,
    "asked": KEEP_ASKED,
    "questions": KEEP_DAYS,
    "numbers": KEEP_NUMBERS,
    "unused-numbers": KEEP_UNUSED_NUMBERS,
    "marks": KEEP_MARKS,
    "told": KEEP_TOLD,
    "wishes": KEEP_WISHES,
    "counted": KEEP_COUNTED,
    "proofs": KEEP_PROOFS,
    "requests": KEEP_REQUESTS,
    "senders": KEEP_SENDERS,
    "backups": KEEP_BACKUPS,
}
"""What is kept for how long; the office's page and the docs say the same."""


def purge(unit: Unit) -> int:
    """Drop what is past its time of people, consents and wishes; gives how many rows."""
    now = unit.now
    before = Before(
        numbers=now - KEEP_NUMBERS,
        unused_numbers=now - KEEP_UNUSED_NUMBERS,
        marks=now - KEEP_MARKS,
        told=now - KEEP_TOLD,
        wishes=now - KEEP_WISHES,
        proofs=now - KEEP_PROOFS,
        known=now - KEEP_COUNTED,
        last_help=local_day(now - KEEP_COUNTED),
    )
    gone = retention.purge(unit, before) + petitions.drop_done(unit, now - KEEP_REQUESTS)
    return gone + unit_reports.forget_names(unit, now - KEEP_SENDERS)
