"""“lớp học”: classes to come, one of them as a card, a place kept or given back, notices of new ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from textwrap import shorten

from bot.conversation.helping import number_in
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, packed, reply
from bot.core.errors import RuleError
from bot.core.vocabulary import Use
from bot.services import class_words, consents, privacy, sign_ups
from bot.services.consents import Proof
from bot.services.sign_ups import Asker, Offer

MOST_OPTIONS = 5
LONGEST_TITLE = 60


def show(turn: Turn) -> Reply:
    """What is to come, the earliest first; a class that stands alone is opened at once."""
    offers = sign_ups.offers(turn.unit, _asker(turn))
    if not offers:
        return _none(turn)
    if len(offers) == 1:
        return _card(turn, offers[0])
    page = number_in((*turn.args, "")[0]) or 0
    size = MOST_OPTIONS if len(offers) <= MOST_OPTIONS else MOST_OPTIONS - 1
    page = page if page * size < len(offers) else 0
    options = [_entry(turn, offer) for offer in offers[page * size : (page + 1) * size]]
    if (page + 1) * size < len(offers):
        options.append(turn.option("option.more", f"cls:{page + 1}"))
    elif len(options) < MOST_OPTIONS:
        options += _wish(turn)
    here = f"cls:{page}" if page else "cls"
    return reply(turn.say("class.list", count=len(offers)), *options, here=here)


def _none(turn: Turn) -> Reply:
    is_told = sign_ups.is_told(turn.unit, _asker(turn))
    text = turn.say("class.none-told" if is_told else "class.none")
    learn = turn.option("option.learn-here", "topic:hoc-so")
    return reply(text, *_wish(turn), learn, here="cls")


def _entry(turn: Turn, offer: Offer) -> Option:
    outline = offer.training.outline
    title = shorten(outline.title, LONGEST_TITLE, placeholder="…")
    when = class_words.when(offer.training, turn.unit.now)
    label = "option.class-mine" if offer.is_mine else "option.class"
    return turn.option(label, f"clsone:{offer.training.id}", title=title, when=when)


def _wish(turn: Turn) -> list[Option]:
    """To be told of classes, for who has not asked for it yet."""
    if sign_ups.is_told(turn.unit, _asker(turn)):
        return []
    return [turn.option("option.tell-me", "clstell")]


def card(turn: Turn) -> Reply:
    """One class: what, when, where, that it costs nothing, and who gives it."""
    try:
        return _card(turn, sign_ups.find(turn.unit, _asker(turn), _number(turn)))
    except RuleError as refusal:
        return _refused(turn, refusal)


def _card(turn: Turn, offer: Offer) -> Reply:
    number = offer.training.id
    if _has_begun(turn, offer):
        options = [turn.option("option.check-in", "ci")]
    elif offer.is_mine:
        options = [turn.option("option.not-coming", f"clsout:{number}")]
    elif offer.is_full:
        later = sign_ups.next_free(turn.unit, _asker(turn), offer.training)
        options = [_entry(turn, later)] if later else []
    else:
        options = [turn.option("option.keep-place", f"clsin:{number}")]
    options += [*_others(turn), *_wish(turn)]
    lines = [*_facts(turn, offer), *_standing(turn, offer)]
    return Reply(packed(lines, options), here=f"clsone:{number}")


def _facts(turn: Turn, offer: Offer) -> Iterator[str]:
    outline = offer.training.outline
    yield outline.title
    day, clock = class_words.day, class_words.clock
    hours = {"from": clock(outline.starts_at), "to": clock(outline.ends_at)}
    yield turn.say("class.when", day=day(outline.starts_at), **hours)
    yield turn.say("class.where", place=class_words.place(turn.texts, offer.training))
    giver = sign_ups.giver(turn.unit, turn.commune.id, offer.training) or turn.plan.office.name
    if outline.partners:
        giver = turn.say("class.with", giver=giver, partners=", ".join(outline.partners))
    yield turn.say("class.giver", giver=giver)
    yield turn.say("class.free")


def _has_begun(turn: Turn, offer: Offer) -> bool:
    """True where nobody keeps a place any more: one comes, or is there."""
    return offer.training.outline.starts_at <= turn.unit.now


def _standing(turn: Turn, offer: Offer) -> Iterator[str]:
    if _has_begun(turn, offer):
        yield turn.say("class.going-on")
    elif offer.is_mine:
        yield turn.say("class.mine")
    elif offer.is_full:
        later = sign_ups.next_free(turn.unit, _asker(turn), offer.training)
        yield turn.say("class.full-next" if later else "class.full")
    elif offer.left is not None:
        yield turn.say("class.left", count=offer.left)


def _others(turn: Turn) -> list[Option]:
    is_alone = len(sign_ups.offers(turn.unit, _asker(turn))) <= 1
    return [] if is_alone else [turn.option("option.other-classes", "cls")]


def keep(turn: Turn) -> Reply:
    """A place is kept; whether they want to be reminded is asked for once, with two equal answers."""
    asker = _asker(turn)
    try:
        offer = sign_ups.keep(turn.unit, asker, _number(turn))
    except RuleError as refusal:
        return _refused(turn, refusal)
    number = offer.training.id
    line = class_words.line(turn.texts, offer.training, turn.unit.now)
    kept = turn.say("class.kept", line=line)
    if sign_ups.is_told(turn.unit, asker) or privacy.is_silent(turn.unit, turn.identity):
        not_coming = turn.option("option.not-coming", f"clsout:{number}")
        return reply(kept, not_coming, *_others(turn))
    options = (
        turn.option("option.agree", f"clstellok:{number}"),
        turn.option("option.no-need", f"clstellno:{number}"),
    )
    return Reply((Say(kept, home=False), Say(_consent(turn), options)))


def give_back(turn: Turn) -> Reply:
    """The place is somebody else's."""
    number = _number(turn)
    is_gone = sign_ups.give_back(turn.unit, _asker(turn), number)
    text = turn.say("class.given-back" if is_gone else "class.not-mine")
    again = turn.option("option.see-class", f"clsone:{number}")
    return reply(text, again, turn.option("option.classes", "cls"))


def ask_notices(turn: Turn) -> Reply:
    """“Báo tôi khi có lớp”: what is kept for it, before it is."""
    if sign_ups.is_told(turn.unit, _asker(turn)):
        return _told(turn)
    options = (
        turn.option("option.agree", "clstellok"),
        turn.option("option.no-need", "clstellno"),
    )
    return reply(_consent(turn), *options, here="clstell")


def _consent(turn: Turn) -> str:
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    return turn.say(consents.sentence_of(Use.REMIND), commune=name)


def agree(turn: Turn) -> Reply:
    """“Đồng ý”: written down with the text that was shown; who had asked for quiet hears of classes again."""
    proof = Proof(_consent(turn), turn.inbound.address.channel)
    sign_ups.ask_to_be_told(turn.unit, _asker(turn), proof)
    return replace(_told(turn), silent=False)


def _told(turn: Turn) -> Reply:
    return reply(turn.say("class.will-tell"), *_onward(turn))


def decline(turn: Turn) -> Reply:
    """“Không cần nhắc”: nothing is kept, and the words to ask by are told."""
    return reply(turn.say("class.wont-tell"), *_onward(turn))


def _onward(turn: Turn) -> tuple[Option, ...]:
    """The class that was spoken of, else all of them."""
    number = (*turn.args, "")[0]
    if number_in(number) is None:
        return (turn.option("option.classes", "cls"),)
    return (turn.option("option.see-class", f"clsone:{number}"),)


def _refused(turn: Turn, refusal: RuleError) -> Reply:
    """Why not; a full class is shown with the next one, for anything else there is the list."""
    if refusal.code == "class.full":
        return card(turn.doing(f"clsone:{_number(turn)}"))
    options = (turn.option("option.classes", "cls"), *_wish(turn))
    said = Say(turn.say(refusal.code), options)
    return Reply((said,), here=HOME, outcome="refused")


def _asker(turn: Turn) -> Asker:
    return Asker(turn.commune.id, turn.identity, turn.worker is not None)


def _number(turn: Turn) -> int:
    """The class that a button names; no class has number 0."""
    return number_in((*turn.args, "")[0]) or 0
