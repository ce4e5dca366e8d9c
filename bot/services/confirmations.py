"""A question to the helped person in her own chat: was there this help? Asked once, answered or not.

Silence is no answer, and none of the answers changes a visit: they stand beside the figures. Every number
here is explained to readers in docs/trust.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errors import RuleError
from bot.core.messages import Choice, Outbound
from bot.core.periods import ZONE
from bot.core.terms import Passage, Terms, passage
from bot.core.vocabulary import CommuneId, Confirmation, Identity, Role
from bot.locale import Texts, local_day, show_day
from bot.services import teams
from storage import audit, confirmations, help_entries, mailbox, memberships, notices
from storage.audit import Act
from storage.confirmations import Asked, Due, OpenChat
from storage.database import Unit

ASK_AFTER = timedelta(hours=2)
"""So long the helper can still take an entry back that was a slip."""
EVENING = range(17, 20)
"""Hours of the day of the help at which people are at home: then it need not be two hours."""
AWAKE = range(7, 21)
RECORDED_WITHIN = timedelta(days=2)
HELPED_WITHIN = timedelta(days=7)
"""Longer ago nobody remembers for sure."""
REST = timedelta(days=7)
"""At most one question a week for one person, however often she is helped."""
CALM = timedelta(minutes=30)
"""Nothing was said in the chat for so long: a question never stands between somebody and her next step."""
CHANGE_WITHIN = timedelta(hours=24)

VERB = "conf"
ARGUMENTS = {said: said.replace("_", "-") for said in Confirmation}
ANSWERS = {
    Confirmation.YES: "option.conf-yes",
    Confirmation.NO: "option.conf-no",
    Confirmation.FORGOT: "option.conf-forgot",
}
RESIDENT, JOBS = "resident", "jobs"

TermsOf = Callable[[str], Terms]
"""What a channel allows."""
IsCalm = Callable[[str], bool]
"""Whether the state of a conversation, as it is stored, lets a question in."""


@dataclass(frozen=True, slots=True)
class Question:
    """An entry, and the chat where its person can be asked."""

    due: Due
    where: OpenChat


def choices(texts: Texts, entry_id: int) -> tuple[Choice, ...]:
    """The answers as they stand below the question; each is complete in itself."""
    return tuple(
        Choice(number, texts.say(sentence), f"{VERB}:{entry_id}:{ARGUMENTS[said]}")
        for number, (said, sentence) in enumerate(ANSWERS.items(), start=1)
    )


def is_time(recorded_at: datetime, now: datetime) -> bool:
    """True two hours after an entry, or in the evening of its day; never while people sleep."""
    local, written = now.astimezone(ZONE), recorded_at.astimezone(ZONE)
    is_evening = local.hour in EVENING and local.date() == written.date()
    is_due = now - recorded_at >= ASK_AFTER or is_evening
    return is_due and local.hour in AWAKE and now - recorded_at <= RECORDED_WITHIN


def find_questions(
    unit: Unit, commune: CommuneId, terms_of: TermsOf, is_calm: IsCalm
) -> list[Question]:
    """What can be asked now, one question a person at most."""
    since = local_day(unit.now) - HELPED_WITHIN
    due = [
        one
        for one in confirmations.list_due(unit, commune, since)
        if is_time(one.recorded_at, unit.now)
    ]
    if not due:
        return []
    chats, known = confirmations.list_asked_since(unit, commune, unit.now - REST)
    due = [one for one in due if one.person not in known and one.identity not in chats]
    named = confirmations.find_chats(unit, commune, {one.person for one in due if one.person})
    wanted = {*named, *(one.identity for one in due if one.identity)} - chats
    found: list[Question] = []
    for where in confirmations.list_open(unit, commune, wanted):
        identity = where.chat.identity
        whose = named.get(identity)
        own = (one for one in due if one.identity == identity or _is_of(one, whose))
        newest = next(own, None)
        if newest is None or not _is_open(unit, where, terms_of) or not is_calm(where.state):
            continue
        found.append(Question(newest, where))
        due = [one for one in due if one is not newest and not _is_of(one, newest.person)]
    return found


def _is_of(due: Due, person: int | None) -> bool:
    return person is not None and due.person == person


def _is_open(unit: Unit, where: OpenChat, terms_of: TermsOf) -> bool:
    """True when a message goes there at no price, and nobody is in the middle of something."""
    way, _ = passage(terms_of(where.channel), where.last_act_at, unit.now)
    return way is Passage.FREE and unit.now - where.last_used_at >= CALM


def ask(unit: Unit, commune: CommuneId, texts: Texts, question: Question) -> bool:
    """Put the question into the outbox; False when the chat, or the entry, changed since it was found."""
    due, chat = question.due, question.where.chat
    mailbox.lock(unit, chat.identity)
    if confirmations.list_open(unit, commune, [chat.identity]) != [question.where]:
        return False
    if help_entries.get(unit, commune, due.entry).voided_at is not None:
        return False
    if not confirmations.add(unit, commune, due.entry, chat.identity):
        return False
    text = texts.say(
        "confirm.ask",
        day=show_day(due.occurred_on, local_day(unit.now)),
        team=due.team,
        topic=texts.say(f"topic.{due.topic}"),
    )
    notices.post(unit, chat, _key(due.entry), Outbound(text, choices(texts, due.entry)))
    audit.record(unit, commune, Act(JOBS, "help.ask", f"help:{due.entry}"))
    return True


def _key(entry_id: int) -> str:
    return f"confirm:{entry_id}"


def find_waiting(unit: Unit, commune: CommuneId, identity: Identity) -> int | None:
    """The entry that was asked about, while the question is the newest message of the chat and unanswered."""
    asked = confirmations.find_newest(unit, commune, identity)
    if asked is None or asked.answer is not None:
        return None
    is_newest = notices.is_newest(unit, commune, identity, _key(asked.entry))
    return asked.entry if is_newest else None


def answer(
    unit: Unit, commune: CommuneId, identity: Identity, said: tuple[int, Confirmation], texts: Texts
) -> None:
    """Write down what this chat says of an entry; within a day it may say something else.

    ``RuleError`` (``confirm.…``) when it was not asked, or said something else long ago. A no goes to the
    leader of the team first; so does a no that is taken back.
    """
    entry_id, word = said
    asked = confirmations.find(unit, commune, identity, entry_id)
    if asked is None:
        raise RuleError("confirm.unknown", "Khung chat này không được hỏi câu đó.")
    if asked.answer is word:
        return
    if asked.answered_at is not None and unit.now - asked.answered_at > CHANGE_WITHIN:
        raise RuleError("confirm.closed", "Đã trả lời hơn một ngày rồi.")
    if not confirmations.answer(unit, commune, identity, asked, word):
        raise RuleError("confirm.closed", "Vừa được trả lời ở chỗ khác.")
    audit.record(unit, commune, Act(RESIDENT, "help.confirm", f"help:{entry_id}"))
    if Confirmation.NO in (word, asked.answer):
        _tell_leaders(unit, commune, texts, asked, word)


def _tell_leaders(
    unit: Unit, commune: CommuneId, texts: Texts, asked: Asked, word: Confirmation
) -> None:
    """Nothing tells who of the residents said it but the entry itself."""
    number, is_no = asked.entry, word is Confirmation.NO
    if is_no:
        text = texts.say(
            "confirm.leader-no",
            number=number,
            day=show_day(asked.occurred_on, local_day(unit.now)),
            topic=texts.say(f"topic.{asked.topic}"),
            member=asked.member or texts.say("confirm.somebody"),
        )
    else:
        text = texts.say("confirm.leader-yes", number=number)
    key = f"{'denied' if is_no else 'denied-no-more'}:{number}"
    team = teams.living_team(unit, commune, asked.team_id)
    leaders = memberships.leader_chats(unit, commune, team.id) if team else []
    for chat in leaders or notices.staff_chats(unit, commune, (Role.OFFICER,)):
        notices.post(unit, chat, key, Outbound(text))


def stop_asking(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """This chat is not asked any more, until it says otherwise."""
    if confirmations.stop(unit, commune, identity):
        audit.record(unit, commune, Act(RESIDENT, "stop-asking", "chat"))


def ask_again(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """It may be asked again."""
    if confirmations.resume(unit, commune, identity):
        audit.record(unit, commune, Act(RESIDENT, "ask-again", "chat"))
