"""“Nhờ tổ”: a resident asks neighbours of the digital team for help, sees who helps and by when, cancels."""

from __future__ import annotations

from bot.conversation.helping import (
    ENOUGH,
    about_of,
    asker_of,
    ground_of,
    has_strange_link,
    is_said,
    number_in,
)
from bot.conversation.prompts import keep_prompt, way_back
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.text import fold
from bot.core.vocabulary import Use
from bot.locale import show_clock
from bot.services import consents, duty, phones, request_words, request_work, requests, working_time
from bot.services.deadlines import working_days
from bot.services.duty import Home
from bot.services.requests import Call, Request

AT_HOME, AT_PHONE = "ask.home", "ask.phone"
MOST_OPTIONS = 5
MOST_MISSES = 2


def ask(turn: Turn) -> Reply:
    """Where the person lives; what waits already is shown instead."""
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    if standing is not None:
        return _status(turn, standing)
    homes = duty.homes(turn.unit, turn.commune)
    if not homes:
        return reply(
            turn.say("requests.no-team"), turn.option("option.person", "person"), here="ask"
        )
    if len(homes) == 1:
        return _ask_to_call(turn, homes[0])
    return _choose_home(turn, homes, turn.say("requests.where"))


def _choose_home(turn: Turn, homes: list[Home], text: str, misses: int = 0) -> Reply:
    page = (*turn.args, "")[0] if turn.action and turn.action.verb == "ask" else ""
    size = MOST_OPTIONS if len(homes) <= MOST_OPTIONS else MOST_OPTIONS - 1
    number = int(page) if number_in(page) is not None and int(page) * size < len(homes) else 0
    shown = homes[number * size : (number + 1) * size]
    options = [Option(home.name, f"askat:{home.id}") for home in shown]
    if (number + 1) * size < len(homes):
        options.append(turn.option("option.more", f"ask:{number + 1}"))
    here = f"ask:{number}" if number else "ask"
    return Reply((Say(text, tuple(options)),), here=here, at=AT_HOME, misses=misses)


def is_home(turn: Turn) -> bool:
    """True for words while a khu phố or ấp is waited for; after two misses they may be a question."""
    if turn.state.at != AT_HOME or not is_said(turn):
        return False
    is_near = turn.state.misses < MOST_MISSES
    return is_near or duty.read_home(turn.unit, turn.commune, turn.inbound.text) is not None


def take_home(turn: Turn) -> Reply:
    """The khu phố or ấp, typed in any spelling."""
    home = duty.read_home(turn.unit, turn.commune, turn.inbound.text)
    if home is not None:
        return _ask_to_call(turn, home)
    homes = duty.homes(turn.unit, turn.commune)
    if not homes:
        return ask(turn)
    misses = turn.state.misses + 1
    sentence = "requests.where-again" if misses % 2 else "requests.where-still"
    return _choose_home(turn, homes, turn.say(sentence), misses)


def at_home(turn: Turn) -> Reply:
    """The khu phố or ấp is chosen: may somebody ring?"""
    home = duty.find_home(turn.unit, turn.commune, (*turn.args, "")[0])
    return _ask_to_call(turn, home) if home else ask(turn.doing("ask"))


def _ask_to_call(turn: Turn, home: Home) -> Reply:
    """What a number would be kept for, before it is asked for; help without one works as well."""
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    if standing is None and requests.may_call(ground_of(turn), turn.identity) is not None:
        return _ask_phone(turn, home)
    lead = Say(turn.say("requests.may-call", team=home.team.name), home=False)
    options = (
        turn.option("option.agree", f"askok:{home.id}"),
        turn.option("option.no-call", f"asknow:{home.id}"),
    )
    return Reply((lead, Say(_consent(turn), options)), here=_view(turn, f"askat:{home.id}"))


def _consent(turn: Turn) -> str:
    name = turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)
    return turn.say(consents.sentence_of(Use.CALL_BACK), commune=name)


def agree(turn: Turn) -> Reply:
    """“Đồng ý”: written down with the text that was shown; now the number."""
    home = duty.find_home(turn.unit, turn.commune, (*turn.args, "")[0])
    if home is None:
        return ask(turn.doing("ask"))
    requests.agree_to_call(ground_of(turn), asker_of(turn), _consent(turn))
    return _ask_phone(turn, home)


def _ask_phone(turn: Turn, home: Home, sentence: str = "requests.which-phone") -> Reply:
    no_call = turn.option("option.no-call", f"asknow:{home.id}")
    data = {"home": str(home.id)}
    misses = 0 if sentence == "requests.which-phone" else turn.state.misses + 1
    message = Say(turn.say(sentence), (no_call,))
    here = _view(turn, f"askat:{home.id}")
    return Reply((message,), here=here, at=AT_PHONE, data=data, misses=misses)


def _view(turn: Turn, view: str) -> str:
    """What “trở lại” finds: a prompt over the view that is shown already is no further one."""
    return "" if turn.state.view == view else view


def is_phone(turn: Turn) -> bool:
    """True for words while a number is waited for; after a miss only when there is a digit in them."""
    if turn.state.at != AT_PHONE or not is_said(turn):
        return False
    return not turn.state.misses or any(sign.isdecimal() for sign in turn.inbound.text)


def take_phone(turn: Turn) -> Reply:
    """The number, read back in the answer; the request is open from now on."""
    home = duty.find_home(turn.unit, turn.commune, turn.state.data.get("home", ""))
    consent = requests.may_call(ground_of(turn), turn.identity)
    if home is None:
        return ask(turn.doing("ask"))
    if consent is None:  # withdrawn while we waited
        return _ask_to_call(turn, home)
    phone = phones.read_phone(turn.inbound.text)
    if phone is None:
        is_first = turn.state.misses % 2 == 0
        again = "requests.phone-wrong" if is_first else "requests.phone-still-wrong"
        return _ask_phone(turn, home, again)
    call = Call(phone, consent)
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    if standing is not None:
        kept = requests.keep_phone(ground_of(turn), standing, call)
        text = turn.say("requests.phone-kept", phone=phones.show_phone(phone))
        return _opened(turn, kept, text)
    return _open(turn, home, call)


def without_phone(turn: Turn) -> Reply:
    """No number: the team writes into this chat."""
    home = duty.find_home(turn.unit, turn.commune, (*turn.args, "")[0])
    return _open(turn, home, None) if home else ask(turn.doing("ask"))


def _open(turn: Turn, home: Home, call: Call | None) -> Reply:
    try:
        request, is_new = requests.open_request(
            ground_of(turn), asker_of(turn), home, about_of(turn), call
        )
    except RuleError as refusal:
        person = turn.option("option.person", "person")
        return Reply((Say(turn.say(refusal.code), (person,)),), here=HOME, outcome="refused")
    if not is_new:
        return _status(turn, request)
    number, team = request.id, request.team
    if request.ward_at is not None:
        lines = [turn.say("requests.opened-ward", number=number)]
    else:
        lines = [turn.say("requests.opened", number=number, team=team)]
    if request.about.guide is not None:
        about = request_words.about(ground_of(turn), request.about)
        lines.append(turn.say("requests.opened-about", about=about))
    now = turn.unit.now
    days = working_days(turn.unit, turn.commune.id)
    if not working_time.is_open(turn.plan.duty, now, days):
        opening = working_time.next_opening(turn.plan.duty, now, days)
        lines.append(turn.say("requests.closed-now", opening=show_clock(opening, now)))
    lines.append(_promise(turn, request, call))
    return _opened(turn, request, "\n".join(lines))


def _promise(turn: Turn, request: Request, call: Call | None) -> str:
    by = request_words.promised(ground_of(turn), request)
    if call is None:
        return turn.say("requests.promise-chat", promise=by)
    phone = phones.show_phone(call.phone)
    return turn.say("requests.promise-call", phone=phone, promise=by)


def _opened(turn: Turn, request: Request, text: str) -> Reply:
    """What was done; below it whom to ring at once, and what can still be changed."""
    ring = "\n".join([*_numbers(turn, request), turn.say("requests.beware")])
    return Reply(
        (Say(text, home=False), Say(ring, _changes(turn, request))),
        here=_view(turn, "asked"),
        request=str(request.id),
    )


def _numbers(turn: Turn, request: Request) -> list[str]:
    """Who can be rung now: in the hours of duty a member who agreed to it, and the ward."""
    lines = []
    helper = None
    days = working_days(turn.unit, turn.commune.id)
    if request.ward_at is None and working_time.is_open(turn.plan.duty, turn.unit.now, days):
        helper = duty.find_ringable(turn.unit, turn.commune.id, request.team_id, request.member_id)
    if helper is not None:
        name = request_words.short_name(ground_of(turn), helper.name)
        phone = phones.show_phone(helper.phone)
        lines.append(turn.say("requests.ring-helper", name=name, team=request.team, phone=phone))
    office = turn.plan.office
    if office.phone:
        lines.append(turn.say("requests.ring-ward", office=office.name, phone=office.phone))
    return lines


def _changes(turn: Turn, request: Request) -> tuple[Option, ...]:
    label = "option.other-phone" if request.has_phone else "option.leave-phone"
    options = [
        turn.option(label, "askcall"),
        turn.option("option.cancel-request", f"askcancel:{request.id}"),
    ]
    if turn.state.bookmark:
        options.insert(0, turn.option("option.go-on", turn.state.bookmark))
    return tuple(options)


def show(turn: Turn) -> Reply:
    """“yêu cầu của tôi”: what is waited for, or how the last one ended."""
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    if standing is not None:
        return _status(turn, standing)
    newest = requests.find_newest(turn.unit, turn.commune.id, turn.identity)
    sentence = "requests.none" if newest is None else "requests.ended"
    text = turn.say(sentence, **({} if newest is None else {"number": newest.id}))
    again = turn.option("option.ask-team", "ask")
    return Reply((Say(text, (again,)),), here=_view(turn, "asked"), request="")


def _status(turn: Turn, request: Request) -> Reply:
    ground = ground_of(turn)
    promise = request_words.still_promised(ground, request)
    values: dict[str, object] = {"number": request.id, "promise": promise}
    if requests.is_with_office(request):
        sentence = "requests.status-ward"
        values |= {"ward": ground.commune_name}
    elif request.member_id is not None:
        sentence = "requests.status-claimed"
        name = request_words.short_name(ground, request.member)
        values |= {"name": name, "team": request.team}
    else:
        sentence = "requests.status-open"
        values |= {"team": request.team}
    return _opened(turn, request, turn.say(sentence, **values))


def change_phone(turn: Turn) -> Reply:
    """Another number, or one at last, for what waits already."""
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    homes = duty.homes(turn.unit, turn.commune)
    if standing is None or not homes:
        return show(turn)
    home = next((one for one in homes if one.name == standing.neighbourhood), homes[0])
    if requests.may_call(ground_of(turn), turn.identity) is None:
        return _ask_to_call(turn, home)
    return _ask_phone(turn, home)


def ask_cancel(turn: Turn) -> Reply:
    """Cancelling is asked once more: a tap is made fast."""
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    if standing is None:
        return show(turn)
    options = (
        turn.option("option.cancel-sure", f"askcancelok:{standing.id}"),
        turn.option("option.keep-request", "asked"),
    )
    return reply(turn.say("requests.cancel", number=standing.id), *options)


def cancel(turn: Turn) -> Reply:
    """It is waited for no more."""
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    if standing is None or (*turn.args, "")[0] != str(standing.id):
        return show(turn)
    if not requests.cancel(ground_of(turn), standing):
        return show(turn)
    again = turn.option("option.ask-team", "ask")
    said = Say(turn.say("requests.cancelled", number=standing.id), (again,))
    return Reply((said,), here=HOME, request="")


# ---- words to the member who helps --------------------------------------------------------------


def is_answer(turn: Turn) -> bool:
    """True for words that answer a member who wrote not long ago; without a request nothing is looked up."""
    if not turn.state.request or turn.state.at or not is_said(turn) or has_strange_link(turn):
        return False
    request = _talked_of(turn)
    return request is not None and requests.is_talking(turn.unit, turn.commune.id, request)


def _talked_of(turn: Turn) -> Request | None:
    found = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    return found if found is not None and str(found.id) == turn.state.request else None


def answer(turn: Turn) -> Reply:
    """Pass the words on, and keep nothing of them."""
    request = _talked_of(turn)
    if request is None:
        raise LookupError("is_answer found a request")
    if fold(turn.inbound.text) in ENOUGH:
        request_work.hush(ground_of(turn), request)
        return reply(turn.say("relay.hushed"), *way_back(turn))
    if not request_work.pass_to_member(ground_of(turn), request, turn.inbound.text):
        return keep_prompt(turn, turn.say("relay.nobody"))
    name = request_words.short_name(ground_of(turn), request.member)
    return keep_prompt(turn, turn.say("relay.passed", name=name))
