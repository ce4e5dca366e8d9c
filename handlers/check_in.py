"""“CI 7K2 M9Q”: a seat in a class, then up to three questions that may all be left unanswered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.conversation.helping import is_said, number_in
from bot.conversation.prompts import keep_waiting, way_back
from bot.conversation.router import Handler
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.messages import Kind
from bot.core.text import fold
from bot.core.vocabulary import AgeBand, Use
from bot.services import check_in, class_words, consents, duty, seats, sign_ups
from bot.services.check_in import Standing
from bot.services.consents import Proof
from bot.services.duty import Home
from bot.services.seats import Sitting
from bot.services.sign_ups import Asker

PREFIX = "c_"
"""What a deep link carries before a code."""
AT_HOME = "ci.home"
MOST_HOMES = 4
"""Options for khu phố on one page; the fifth is to leave the question unanswered."""
MOST_MISSES = 2
PAGE = "p"
YES, NO = "yes", "no"
LINKS = "NOI"
"""What stands before the code that joins two chats; no code has an O or an I."""
ORDER = ("ciage", "cimay", "ciat")
"""The verbs that ask, in the order in which they do."""


def written_code(turn: Turn) -> str | None:
    """A code with a word before it that says what it is, or brought along by a link.

    Empty for what was meant as a code and cannot be one; None for anything else.
    """
    text = turn.inbound.text
    if turn.inbound.kind is Kind.START:
        is_code = text.startswith(PREFIX)
        return (check_in.read_code(text.removeprefix(PREFIX)) or "") if is_code else None
    is_words = turn.inbound.kind is Kind.TEXT and turn.action is None and not turn.inbound.redacted
    bare = _without_courtesy(turn) if is_words else ""
    return check_in.read_code(bare) if check_in.is_headed(bare) else None


def _without_courtesy(turn: Turn) -> str:
    """“dạ CI 7K2 M9Q ạ” is as good as the code alone."""
    polite, said = turn.library.glossary.courtesies, turn.inbound.text.split()
    while said and said[0].lower().strip(".,!") in polite:
        said.pop(0)
    while said and said[-1].lower().strip(".,!") in polite:
        said.pop()
    return " ".join(said)


def is_code(turn: Turn) -> bool:
    """True for a headed code: it is for us, whoever the person talks with, and good for a minute only."""
    return written_code(turn) is not None


def take(turn: Turn) -> Reply:
    """The seat of this chat."""
    return _take(turn, written_code(turn) or "")


def or_else(read: Callable[[Turn], str | None], handler: Handler) -> Handler:
    """Signs without a word before them: of a class when one has such a code, else what ``handler`` knows."""

    def decide(turn: Turn) -> Reply:
        code, bare = read(turn), fold(turn.inbound.text).replace(" ", "").upper()
        if not code or LINKS in bare:
            return handler(turn)
        chat = (turn.unit, turn.commune.id, turn.identity)
        if check_in.is_known(*chat, (code, _moment(turn))):
            return _take(turn, code)
        answer = handler(turn)
        is_likely = check_in.is_any_open(turn.unit, turn.commune.id, _moment(turn))
        if answer.outcome != "refused" or not is_likely:
            return answer
        hint = Say(turn.say("checkin.maybe"), home=False)
        return replace(answer, messages=(hint, *answer.messages))

    return decide


def explain(turn: Turn) -> Reply:
    """“điểm danh” without a code: where it stands and how to type it."""
    return keep_waiting(turn, Say(turn.say("checkin.how"), way_back(turn)), "answered")


def _take(turn: Turn, code: str) -> Reply:
    unit, commune = turn.unit, turn.commune.id
    try:
        seated = check_in.check_in(unit, commune, turn.identity, (code, _moment(turn)))
    except RuleError as refusal:
        return _refused(turn, refusal.code, code)
    title = seated.training.outline.title
    if not seated.is_new:
        text = turn.say("checkin.already", title=title)
        return keep_waiting(turn, Say(text, way_back(turn)), "answered")
    sitting = seats.recall(unit, commune, Sitting(seated.training, seated.seat))
    lead = Say(turn.say("checkin.seated", title=title), home=False)
    asked = _next(turn, sitting)
    if asked is None:
        return Reply((Say(lead.text, _onward(turn)),), here=HOME, outcome="joined")
    return Reply((lead, *asked.messages), asked.here, asked.at, asked.data, outcome="joined")


def _moment(turn: Turn) -> datetime:
    return check_in.moment_of(turn.unit, turn.inbound.at)


def _refused(turn: Turn, why: str, code: str) -> Reply:
    """What to do instead; what was open stays open, and the code can be typed again at once."""
    text, options = turn.say(why), way_back(turn)
    if why in (f"checkin.{Standing.EARLY}", f"checkin.{Standing.INVITED}"):
        found = check_in.find(turn.unit, turn.commune.id, code, _moment(turn))
        if found is not None:
            line = class_words.line(turn.texts, found.training, turn.unit.now)
            text = f"{text}\n{line}"
            options = (*_places(turn, found.training.id), *options)
    elif why == f"checkin.{Standing.CANCELLED}":
        options = (turn.option("option.classes", "cls"), *options)
    else:
        options = (*options, turn.option("option.person", "person"))
    return keep_waiting(turn, Say(text, options), "refused")


def _places(turn: Turn, number: int) -> tuple[Option, ...]:
    """To keep a place in a class to come, where one is free and none is kept yet."""
    asker = Asker(turn.commune.id, turn.identity, turn.worker is not None)
    try:
        offer = sign_ups.find(turn.unit, asker, number)
    except RuleError:
        return ()
    if offer.is_mine or offer.is_full:
        return ()
    return (turn.option("option.keep-place", f"clsin:{number}"),)


# ---- questions after the seat -------------------------------------------------------------------


def _next(turn: Turn, sitting: Sitting, first: str = ORDER[0]) -> Reply | None:
    """The first question from there on that is still open; None when there is none."""
    for verb in ORDER[ORDER.index(first) :]:
        asked = ASKS[verb](turn, sitting)
        if asked is not None:
            return asked
    return None


def _go_on(turn: Turn, sitting: Sitting, first: str) -> Reply:
    return _next(turn, sitting, first) or _end(turn)


def _end(turn: Turn) -> Reply:
    return Reply((Say(turn.say("checkin.done"), _onward(turn)),), here=HOME)


def end(turn: Turn) -> Reply:
    """Nothing more is asked."""
    return _end(turn)


def _onward(turn: Turn) -> tuple[Option, ...]:
    bookmark = turn.state.bookmark
    return (turn.option("option.go-on", bookmark),) if bookmark else ()


def _sitting(turn: Turn) -> Sitting | None:
    """The seat that a button is about; None for an old button."""
    number = number_in((*turn.args, "")[0])
    chat = (turn.unit, turn.commune.id, turn.identity)
    return None if number is None else seats.find(*chat, number)


def _stale(turn: Turn) -> Reply:
    said = Say(turn.say("checkin.stale"), way_back(turn))
    return keep_waiting(turn, said, "answered")


def age(turn: Turn) -> Reply:
    """How old, as a band."""
    sitting, said = _sitting(turn), (*turn.args, "", "")[1]
    if sitting is None:
        return _stale(turn)
    band = next((one for one in AgeBand if _sign(one) == said), None)
    if band is None:
        return _show_ages(turn, sitting)
    told = seats.tell_age(turn.unit, turn.commune.id, turn.identity, sitting, band)
    return _go_on(turn, told, "cimay")


def _ask_age(turn: Turn, sitting: Sitting) -> Reply | None:
    return None if sitting.seat.age_band else _show_ages(turn, sitting)


def _show_ages(turn: Turn, sitting: Sitting) -> Reply:
    number = sitting.training.id
    options = [Option(turn.say(f"age.{band}"), f"ciage:{number}:{_sign(band)}") for band in AgeBand]
    skip = turn.option("option.skip", f"cimay:{number}")
    return reply(turn.say("checkin.age"), *options, skip, here=f"ciage:{number}")


def _sign(band: AgeBand) -> str:
    return band.replace("_", "-")


def may_know(turn: Turn) -> Reply:
    """Whether classes of this chat may be counted as one person's."""
    sitting, said = _sitting(turn), (*turn.args, "", "")[1]
    if sitting is None:
        return _stale(turn)
    if said == YES and check_in.may_be_asked(sitting.seat):
        proof = Proof(_consent(turn), turn.inbound.address.channel)
        chat = (turn.unit, turn.commune.id, turn.identity)
        return _go_on(turn, seats.agree(*chat, sitting, proof), "ciat")
    return _go_on(turn, sitting, "ciat" if said in (YES, NO) else "cimay")


def _ask_consent(turn: Turn, sitting: Sitting) -> Reply | None:
    if not check_in.may_be_asked(sitting.seat):
        return None
    number = sitting.training.id
    options = (
        turn.option("option.agree", f"cimay:{number}:{YES}"),
        turn.option("option.disagree", f"cimay:{number}:{NO}"),
    )
    return reply(_consent(turn), *options, here=f"cimay:{number}")


def _consent(turn: Turn) -> str:
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    return turn.say(consents.sentence_of(Use.ATTEND), commune=name)


def home(turn: Turn) -> Reply:
    """From which khu phố or ấp; it is chosen, or another page of them is shown."""
    sitting, said = _sitting(turn), (*turn.args, "", "")[1]
    if sitting is None:
        return _stale(turn)
    found = duty.find_home(turn.unit, turn.commune, said)
    if found is not None:
        return _live_at(turn, sitting, found)
    page = number_in(said.removeprefix(PAGE)) or 0
    return _show_homes(turn, sitting, page) or _end(turn)


def _live_at(turn: Turn, sitting: Sitting, found: Home) -> Reply:
    if found.neighbourhood is not None:
        seats.tell_home(turn.unit, turn.commune.id, sitting, found.neighbourhood)
    return _end(turn)


def _ask_home(turn: Turn, sitting: Sitting) -> Reply | None:
    return None if sitting.seat.neighbourhood_id else _show_homes(turn, sitting, 0)


def _show_homes(turn: Turn, sitting: Sitting, page: int, misses: int = 0) -> Reply | None:
    """None where the commune has no khu phố to choose from."""
    homes = [one for one in duty.homes(turn.unit, turn.commune) if one.neighbourhood]
    if not homes:
        return None
    number = sitting.training.id
    size = MOST_HOMES if len(homes) <= MOST_HOMES else MOST_HOMES - 1
    page = page if page * size < len(homes) else 0
    shown = homes[page * size : (page + 1) * size]
    options = [Option(one.name, f"ciat:{number}:{one.id}") for one in shown]
    if (page + 1) * size < len(homes):
        options.append(turn.option("option.more", f"ciat:{number}:{PAGE}{page + 1}"))
    options.append(turn.option("option.skip", f"ciend:{number}"))
    text = turn.say("checkin.home-again" if misses else "checkin.home")
    here = f"ciat:{number}:{PAGE}{page}" if page else f"ciat:{number}"
    return Reply(
        (Say(text, tuple(options)),), here, AT_HOME, {"training": str(number)}, misses=misses
    )


def is_home(turn: Turn) -> bool:
    """True for a khu phố that is typed while it is asked for; other words lead out of the row."""
    if turn.state.at != AT_HOME or not is_said(turn):
        return False
    text = turn.inbound.text
    if duty.read_home(turn.unit, turn.commune, text) is not None:
        return True
    is_near = turn.state.misses < MOST_MISSES
    return is_near and duty.WHOLE.fullmatch(fold(text)) is not None


def take_home(turn: Turn) -> Reply:
    """The khu phố or ấp, typed in any spelling."""
    asked = turn.doing(f"ciat:{turn.state.data.get('training', '')}")
    sitting = _sitting(asked)
    if sitting is None:
        return _stale(turn)
    found = duty.read_home(turn.unit, turn.commune, turn.inbound.text)
    if found is not None:
        return _live_at(turn, sitting, found)
    return _show_homes(turn, sitting, 0, turn.state.misses + 1) or _end(turn)


ASKS: dict[str, Callable[[Turn, Sitting], Reply | None]] = {
    "ciage": _ask_age,
    "cimay": _ask_consent,
    "ciat": _ask_home,
}
