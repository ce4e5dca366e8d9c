"""“Có phải lừa đảo không?”: a pasted message, link or number, the signs of a scam in it, and what to do now.

What was pasted is looked at and let go: no word of it reaches the state, a tally, a log or an answer. No
answer says that a message is fine; there is no way to know that from its words.
"""

from __future__ import annotations

from bot.conversation.turn import Option, Reply, Say, Turn
from bot.core.messages import Kind
from bot.core.text import fold
from bot.library import LinkKind, NumberKind
from bot.services.scam_check import Checked, find_signs, is_pasted, tells_of_loss
from bot.services.understanding import Decision

AT = "scam.text"
SEEN = "seen"
"""Key of ``State.data``: a verdict has been given, so the next words may be of another matter."""
MOST_NAMED = 4
FEW_WORDS = 4
MANY_SIGNS = 3
LONGEST_TOLD = 10
"""Words in which somebody tells a code or a number of their own: “mật khẩu của tôi là …”."""
LONGEST_QUESTION = 12
LONGEST = 300


def ask(turn: Turn) -> Reply:
    """Ask for the message, and say what not to paste."""
    say = Say(turn.say("scam.ask"), (_followed(turn), turn.option("option.person", "person")))
    return Reply((say,), here="scam", at=AT)


def tells_loss(turn: Turn) -> bool:
    """True for words of somebody who has been tricked, whatever is waited for."""
    return _is_free_text(turn) and tells_of_loss(
        turn.inbound.text, turn.library.scams, _politeness(turn)
    )


def is_masked_message(turn: Turn) -> bool:
    """True for a pasted message in which private numbers were masked, not for a number told to us."""
    if not (_is_free_text(turn) and turn.inbound.redacted):
        return False
    checked = _look(turn)
    if turn.state.at == AT:
        return bool(checked.signs or checked.links) or checked.words > LONGEST_TOLD
    return len(checked.signs) >= MANY_SIGNS


def is_passed_on(turn: Turn) -> bool:
    """True for a message with a link of strangers, wherever it is sent."""
    return _is_free_text(turn) and is_pasted(turn.inbound.text, turn.library.domains)


def is_next_question(turn: Turn) -> bool:
    """True after a verdict for a short question that one guide surely answers: the person has gone on."""
    if SEEN not in turn.state.data or not _is_free_text(turn) or turn.inbound.redacted:
        return False
    checked = _look(turn)
    return checked.is_empty and bool(_asked(turn, checked))


def check(turn: Turn) -> Reply:
    """Name the signs and say what to do now; words that hold nothing to look at are asked for again."""
    checked = _look(turn)
    if checked.signs:
        return _seen(turn, checked)
    if checked.is_empty and checked.words < FEW_WORDS:
        return _ask_again(turn)
    return _nothing_seen(turn, checked)


def _seen(turn: Turn, checked: Checked) -> Reply:
    names = [f"• {turn.texts.fill(sign.name)}" for sign in checked.signs[:MOST_NAMED]]
    more = len(checked.signs) - MOST_NAMED
    if more > 0:
        names.append(turn.say("scam.more", count=more))
    found = turn.say("scam.seen", count=len(checked.signs))
    told = next((one for one in checked.signs if one.guide == checked.guide), checked.signs[0])
    why = turn.texts.fill(told.why)
    signs = "\n".join([found, *names])
    now = turn.say("scam.now", why=why)
    notes = [Say(text, home=False) for text in _notes(turn, checked)]
    guide = turn.library.guides.get(checked.guide or "")
    options: list[Option] = [_followed(turn), *_others(turn)]
    if guide is not None and guide.id != turn.library.menu.urgent:
        options.insert(0, Option(guide.title, f"guide:{guide.id}"))
    # The next message that is pasted is looked at, too.
    return _waiting(Say(signs, home=False), *notes, Say(now, tuple(options)))


def _nothing_seen(turn: Turn, checked: Checked) -> Reply:
    """No sign is known, and that is all that can be said."""
    notes = _notes(turn, checked)
    is_number = checked.has_number and checked.words <= FEW_WORDS and not checked.links
    found = turn.say("scam.number-alone" if is_number else "scam.none")
    options = (*_asked(turn, checked), _followed(turn), *_others(turn))
    first = [Say(text, home=False) for text in (found, *notes)]
    return _waiting(*first, Say(turn.say("scam.none-now"), options))


def _waiting(*verdict: Say) -> Reply:
    """A verdict, after which the next message that is pasted is looked at, too."""
    return Reply(verdict, here="scam", at=AT, data={SEEN: "1"})


def _asked(turn: Turn, checked: Checked) -> tuple[Option, ...]:
    """The guide, where a short question was typed in place of a message; its title might praise something."""
    if checked.words > LONGEST_QUESTION or checked.links or checked.has_number:
        return ()
    understood = turn.understanding.understand(turn.inbound.text)
    if understood.decision is not Decision.ANSWER:
        return ()
    return (turn.option("option.asked", f"guide:{understood.guides[0].id}"),)


def _ask_again(turn: Turn) -> Reply:
    """Nothing was pasted yet; said in other words each time."""
    misses = turn.state.misses + 1
    text = turn.say("scam.paste-again" if misses % 2 else "scam.paste-still")
    say = Say(text, (_followed(turn), turn.option("option.person", "person")))
    return Reply((say,), here="scam", at=AT, misses=misses)


def _notes(turn: Turn, checked: Checked) -> list[str]:
    """What is known of links and numbers, and that private numbers were not kept; one message if it fits."""
    notes = []
    if turn.inbound.redacted:
        notes.append(turn.say("scam.private"))
    kinds = {link.kind for link in checked.links}
    gravest = next((kind for kind in LinkKind if kind in kinds), None)
    if gravest is not None and gravest is not LinkKind.FOREIGN:
        owner = next(link.owner for link in checked.links if link.kind is gravest)
        notes.append(turn.say(f"scam.link-{gravest}", owner=owner))
    owners = [one.owner for one in checked.numbers if one.kind is NumberKind.OFFICIAL]
    if owners:
        notes.append(turn.say("scam.number-official", owner=owners[0]))
    if any(one.kind is NumberKind.FAKED for one in checked.numbers):
        notes.append(turn.say("scam.number-faked"))
    together = "\n".join(notes)
    return [together] if 0 < len(together) <= LONGEST else notes


def _others(turn: Turn) -> tuple[Option, ...]:
    return turn.option("option.scam-again", "scam"), turn.option("option.person", "person")


def _followed(turn: Turn) -> Option:
    return turn.option("option.followed", f"guide:{turn.library.menu.urgent}")


def _look(turn: Turn) -> Checked:
    return find_signs(turn.inbound.text, turn.library.scams, turn.library.domains)


def _is_free_text(turn: Turn) -> bool:
    return turn.action is None and turn.inbound.kind is Kind.TEXT


def _politeness(turn: Turn) -> frozenset[str]:
    glossary = turn.library.glossary
    return frozenset(map(fold, glossary.courtesies)) | glossary.filling
