"""Who was helped: a number that is agreed to aloud, typed once and kept nowhere as it was typed.

What goes on from here is the id of somebody without a name; the number itself is in no state, answer or log.
"""

from __future__ import annotations

from bot.conversation.drafts import Draft, read_draft
from bot.conversation.log_cards import details_card, gone, page_of, read_back
from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at
from bot.conversation.turn import HOME, Option, Reply, Say, Turn
from bot.services import helped, phones
from bot.services.consents import Proof
from bot.services.helped import OnPhone

AT_PHONE = "log.ask-phone"
FEWEST_DIGITS = 3
MOST_KNOWN = 4


def ask_consent(turn: Turn, worker: Worker) -> Reply:
    """The text to be read out, and what was answered to it."""
    draft = read_draft(turn.args)
    if draft is None:
        return gone(turn)
    how = Say(turn.say("log.read-out"), home=False)
    options = (
        turn.option("option.agreed-aloud", f"logyes:{draft}"),
        turn.option("option.not-agreed", f"logdet:{page_of('t')}:{draft}"),
    )
    return Reply((how, Say(_shown(turn), options)), here=f"logtel:{draft}")


def _shown(turn: Turn) -> str:
    """The text of the consent as it was read out."""
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    return turn.say("consent.count-once", commune=name)


def ask_phone(turn: Turn, worker: Worker) -> Reply:
    """The number, typed."""
    draft = read_draft(turn.args)
    if draft is None:
        return gone(turn)
    return _asking(turn, draft, turn.say("log.ask-phone"))


def _asking(turn: Turn, draft: Draft, text: str, misses: int = 0) -> Reply:
    options = (turn.option("option.without-phone", f"logdet:{page_of('t')}:{draft}"),)
    data = {"draft": str(draft)}
    here = f"logyes:{draft}"
    return Reply((Say(text, options),), here=here, at=AT_PHONE, data=data, misses=misses)


def is_phone(turn: Turn) -> bool:
    """True for whatever may be a number typed while one is waited for: it must lead nowhere else."""
    digits = sum(sign.isdigit() for sign in turn.inbound.text)
    return is_words_at(turn, AT_PHONE) and digits >= FEWEST_DIGITS


def take_phone(turn: Turn, worker: Worker) -> Reply:
    """The typed number: somebody new, or somebody that it names already."""
    draft = read_draft(turn.state.data.get("draft", "").split(":"))
    if draft is None:
        return gone(turn)
    phone = phones.read_phone(turn.inbound.text)
    if phone is None:
        misses = turn.state.misses + 1
        sentence = "log.phone-wrong" if misses % 2 else "log.phone-still-wrong"
        return _asking(turn, draft, turn.say(sentence), misses)
    known = helped.who_is_on(turn.unit, turn.commune.id, phone)
    if not known:
        person = helped.name(turn.unit, turn.commune.id, worker, (phone, _proof(turn, worker)))
        return _with_person(turn, draft, person)
    return _which(turn, draft, known)


def _which(turn: Turn, draft: Draft, known: list[OnPhone]) -> Reply:
    """A household's phone: the same one again, or somebody else of the house."""
    options = []
    for one in known[:MOST_KNOWN]:
        label = "option.same-person" if len(known) == 1 else "option.person-number"
        name = turn.say(label) if len(known) == 1 else turn.say(label, number=one.ordinal)
        options.append(Option(name, f"logsame:{draft.having(person_id=one.person)}"))
    last = known[-1]
    if len(known) < phones.MOST_ON_PHONE:
        other = f"logkin:{last.ordinal + 1}:{draft.having(person_id=last.person)}"
        options.append(turn.option("option.other-of-house", other))
    text = turn.say("log.phone-known", count=len(known))
    return Reply((Say(text, tuple(options)),))


def take_same(turn: Turn, worker: Worker) -> Reply:
    """“Cùng người đó”: agreed to anew, and counted as before."""
    draft = read_draft(turn.args)
    if draft is None or draft.done.person_id is None:
        return gone(turn)
    who = (draft.done.person_id, _proof(turn, worker))
    person = helped.same(turn.unit, turn.commune.id, worker, who)
    if person is None:
        return _forgotten(turn, draft)
    return _with_person(turn, draft, person)


def take_other(turn: Turn, worker: Worker) -> Reply:
    """“Người khác trong nhà”: one more person on the same number."""
    ordinal, *rest = (*turn.args, "")
    draft = read_draft(rest)
    if draft is None or draft.done.person_id is None or not is_number(ordinal):
        return gone(turn)
    place = helped.Beside(draft.done.person_id, int(ordinal))
    person = helped.other(turn.unit, turn.commune.id, worker, (place, _proof(turn, worker)))
    if person is None:
        return _forgotten(turn, draft)
    return _with_person(turn, draft, person)


def _with_person(turn: Turn, draft: Draft, person: int) -> Reply:
    """The person is in the draft; who may have been written down today already is told of first."""
    draft = draft.having(person_id=person)
    if not helped.is_logged_on(turn.unit, turn.commune.id, person, draft.done.occurred_on):
        return details_card(turn, draft, page_of("t"))
    options = (
        turn.option("option.log-anyway", f"logn:{draft}"),
        turn.option("option.log-not", HOME),
    )
    return Reply((Say(turn.say("log.maybe-twice"), options),))


def _forgotten(turn: Turn, draft: Draft) -> Reply:
    """The person has been forgotten since: the help is written without."""
    return read_back(turn, draft.having(person_id=None), turn.say("log.person-gone"))


def _proof(turn: Turn, worker: Worker) -> Proof:
    channel = turn.inbound.address.channel
    return Proof(_shown(turn), channel, way="member", member_id=worker.id)


ACTIONS: dict[str, MemberHandler] = {
    "logtel": ask_consent,
    "logyes": ask_phone,
    "logsame": take_same,
    "logkin": take_other,
}
