"""Who waits for help, for a member of a team: see, take with one tap, ring or write through the bot, end."""

from __future__ import annotations

import re
from datetime import datetime

from bot.conversation.helping import (
    ENOUGH,
    ground_of,
    has_strange_link,
    is_said,
    number_in,
    sounds_like_scam,
)
from bot.conversation.turn import HOME, Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.messages import Kind
from bot.core.text import fold, shorten
from bot.core.vocabulary import Outcome, Place, Topic
from bot.locale import show_day
from bot.services import phones, request_words, request_work
from bot.services.request_work import Ending
from bot.services.requests import TALKS_FOR, Request, is_passed_on

AT_WORDS = "req.words"
MOST_OPTIONS = 5
LONGEST_LABEL = 40
MORE = "more"
FIRST_TOPICS = (Topic.VNEID, Topic.DVC, Topic.TT, Topic.AT)
MORE_TOPICS = (Topic.CKS, Topic.HOC_SO)
TYPED = re.compile(r"nhan(?: tin| loi)? (?:yeu cau )?(?:so )?0*(\d{1,9})")
WAYS = (
    ("option.ended-online", Outcome.DONE, Place.ONLINE),
    ("option.ended-at-home", Outcome.DONE, Place.AT_HOME),
    ("option.ended-not", Outcome.NOT_DONE, Place.ONLINE),
    ("option.ended-ward", Outcome.PASSED_ON, Place.ONLINE),
)


def show_queue(turn: Turn) -> Reply:
    """Who waits; a single one is shown at once."""
    worker = turn.worker
    if worker is None or not worker.role.in_team:
        return _not_for_you(turn)
    waiting = request_work.list_waiting(turn.unit, turn.commune.id, worker)
    if not waiting:
        return reply(turn.say("queue.none"), turn.option("option.log", "log"), here="queue")
    if len(waiting) == 1:
        return _card(turn, waiting[0])
    page = (*turn.args, "")[0]
    size = MOST_OPTIONS if len(waiting) <= MOST_OPTIONS else MOST_OPTIONS - 1
    number = int(page) if number_in(page) is not None and int(page) * size < len(waiting) else 0
    shown = waiting[number * size : (number + 1) * size]
    options = [Option(_label(turn, request), f"req:{request.id}") for request in shown]
    if (number + 1) * size < len(waiting):
        options.append(turn.option("option.more", f"queue:{number + 1}"))
    text = turn.say("queue.some", count=len(waiting))
    return reply(text, *options, here=f"queue:{number}" if number else "queue")


def _label(turn: Turn, request: Request) -> str:
    guide = turn.library.guides.get(request.about.guide or "")
    what = guide.title if guide else turn.say("queue.unknown")
    is_own = turn.worker is not None and request.member_id == turn.worker.id
    if is_own:
        what = turn.say("queue.own", what=what)
    return shorten(f"{request_words.place(request)}: {what}", LONGEST_LABEL)


def show_card(turn: Turn) -> Reply:
    """One request."""
    request = _request(turn)
    return _card(turn, request) if request else _unknown(turn)


def _request(turn: Turn) -> Request | None:
    """The request that the action names, if this member may see it."""
    worker, number = turn.worker, number_in((*turn.args, "")[0])
    if worker is None or not worker.role.in_team or number is None:
        return None
    try:
        return request_work.find(turn.unit, turn.commune.id, worker, number)
    except RuleError:
        return None


def _unknown(turn: Turn) -> Reply:
    if turn.worker is None or not turn.worker.role.in_team:
        return _not_for_you(turn)
    return reply(turn.say("requests.unknown"), turn.option("option.queue", "queue"))


def _not_for_you(turn: Turn) -> Reply:
    person = turn.option("option.person", "person")
    return Reply((Say(turn.say("team.not-for-you"), (person,)),), outcome="refused")


def _card(turn: Turn, request: Request, lead: str = "") -> Reply:
    ground = ground_of(turn)
    values = {
        "number": request.id,
        "place": request_words.place(request),
        "about": request_words.about(ground, request.about),
    }
    lines = [lead] if lead else []
    lines.append(turn.say("card.what", **values))
    lines.append(
        turn.say(
            "card.when",
            since=request_words.since(ground, request),
            promise=request_words.promised(ground, request),
        )
    )
    state, options = _stands(turn, request)
    lines.append(state)
    return Reply((Say("\n".join(lines), tuple(options)),), here=f"req:{request.id}")


def _stands(turn: Turn, request: Request) -> tuple[str, list[Option]]:
    """How it stands for this member, and what they may do."""
    worker, queue = turn.worker, turn.option("option.queue", "queue")
    if worker is None or request.closed_at is not None:
        return turn.say("card.closed"), [queue]
    if request.staff_id is not None or is_passed_on(request):
        return turn.say("card.ward"), [queue]
    if request.member_id is None:
        sentence = "card.free-call" if request.has_phone else "card.free-chat"
        return turn.say(sentence), [turn.option("option.take", f"reqtake:{request.id}"), queue]
    if request.member_id != worker.id:
        name = request_words.short_name(ground_of(turn), request.member)
        return turn.say("card.taken", name=name), [queue]
    phone = request_work.phone_of(ground_of(turn), worker, request)
    options = [
        turn.option("option.end-request", f"reqend:{request.id}"),
        turn.option("option.write-through", f"reqchat:{request.id}"),
        turn.option("option.give-back", f"reqback:{request.id}"),
    ]
    if phone is None:
        return turn.say("card.own-chat"), options
    return turn.say("card.own-call", phone=phones.show_phone(phone)), options


def take(turn: Turn) -> Reply:
    """“Nhận”: one tap; whoever is first has it, the others hear who."""
    request = _request(turn)
    if request is None or turn.worker is None:
        return _unknown(turn)
    taken, is_first = request_work.claim(ground_of(turn), turn.worker, request.id)
    if not is_first:
        return _card(turn, taken)
    return _card(turn, taken, turn.say("card.yours"))


def is_typed(turn: Turn) -> bool:
    """True for “nhận 12” and “nhắn 12” of a member, as notices tell them to type.

    Without marks it may also be “nhấn 12”, a digit of the prompt: then only a request that waits counts.
    """
    in_team = turn.worker is not None and turn.worker.role.in_team
    if turn.inbound.kind is not Kind.TEXT or not in_team:
        return False
    found = TYPED.fullmatch(fold(turn.inbound.text))
    if found is None or turn.action is None:
        return found is not None
    request = _request(turn.doing(f"req:{found[1]}"))
    return request is not None and request.closed_at is None


def take_typed(turn: Turn) -> Reply:
    """What is free is taken; to whoever is helped already the next words go."""
    found = TYPED.fullmatch(fold(turn.inbound.text))
    number = found[1] if found else ""
    request = _request(turn.doing(f"req:{number}"))
    if request is None:
        return _unknown(turn)
    writes = "nhắn" in turn.inbound.text.lower()
    takes = "nhận" in turn.inbound.text.lower()
    if request.member_id is None and not writes:
        return take(turn.doing(f"reqtake:{number}"))
    is_own = turn.worker is not None and request.member_id == turn.worker.id
    if is_own and not takes:
        return ask_words(turn.doing(f"reqchat:{number}"))
    return _card(turn, request)


def give_back(turn: Turn) -> Reply:
    """“Trả lại”: somebody else is asked."""
    request = _request(turn)
    if request is None or turn.worker is None:
        return _unknown(turn)
    if not request_work.give_back(ground_of(turn), turn.worker, request.id):
        return _card(turn, request)
    said = Say(
        turn.say("card.given-back", number=request.id), (turn.option("option.queue", "queue"),)
    )
    return Reply((said,), here=HOME)


# ---- how it ended -------------------------------------------------------------------------------


def ask_ending(turn: Turn) -> Reply:
    """How it went, and where: one tap for both."""
    request = _request(turn)
    if request is None:
        return _unknown(turn)
    if not _may_end(turn, request):
        return _card(turn, request)
    options = [
        turn.option(label, f"reqendas:{request.id}:{outcome}:{place}")
        for label, outcome, place in WAYS
    ]
    return reply(turn.say("card.ending", number=request.id), *options, here=f"reqend:{request.id}")


def _may_end(turn: Turn, request: Request) -> bool:
    is_own = turn.worker is not None and request.member_id == turn.worker.id
    return is_own and request.closed_at is None and request.outcome is None


def end(turn: Turn) -> Reply:
    """Ended, and written down as a help; what it was about is asked where nobody knows."""
    request, (_, outcome, place, topic) = _request(turn), (*turn.args, "", "", "", "")[:4]
    if request is None or turn.worker is None:
        return _unknown(turn)
    is_known = outcome in set(Outcome) and place in set(Place)
    if not _may_end(turn, request) or not is_known:
        return _card(turn, request)
    said = Topic(topic) if topic in set(Topic) else None
    if request.about.topic is None and said is None:
        return _ask_topic(turn, f"reqendas:{request.id}:{outcome}:{place}", topic == MORE)
    ending = Ending(Outcome(outcome), Place(place), said)
    try:
        entry = request_work.end(ground_of(turn), turn.worker, request.id, ending)
    except RuleError as refusal:
        return reply(turn.say(refusal.code), turn.option("option.queue", "queue"))
    day = show_day(entry.help.occurred_on, turn.today)
    what = turn.say("log.what", count=1, topic=turn.say(f"topic.{entry.help.topic}"), day=day)
    sentence = "card.passed-on" if ending.outcome is Outcome.PASSED_ON else "card.ended"
    options = (
        turn.option("option.queue", "queue"),
        turn.option("option.undo", f"undo:{entry.id}"),
    )
    message = Say(turn.say(sentence, what=what), options)
    return Reply((message,), here=HOME, outcome="logged")


def _ask_topic(turn: Turn, action: str, is_more: bool) -> Reply:
    topics = MORE_TOPICS if is_more else FIRST_TOPICS
    options = [Option(turn.say(f"topic.{topic}"), f"{action}:{topic}") for topic in topics]
    if not is_more:
        options.append(turn.option("option.other-help", f"{action}:{MORE}"))
    return reply(turn.say("log.topic"), *options, here=action)


# ---- words through the bot ----------------------------------------------------------------------


def ask_words(turn: Turn) -> Reply:
    """From here on what the member types goes to the resident."""
    request = _request(turn)
    if request is None:
        return _unknown(turn)
    if not _may_end(turn, request):
        return _card(turn, request)
    return _waiting(turn, request.id, turn.say("relay.begin"))


def is_words(turn: Turn) -> bool:
    """True for what a member types while words are passed on."""
    if turn.state.at != AT_WORDS or not is_said(turn):
        return False
    until = turn.state.data.get("until", "")
    return bool(until) and turn.unit.now <= datetime.fromisoformat(until)


def pass_words(turn: Turn) -> Reply:
    """To the resident, under the member's given name; nothing of it is kept here."""
    number = turn.state.data.get("request", "")
    request = _request(turn.doing(f"req:{number}"))
    if request is None or turn.worker is None:
        return _unknown(turn)
    if fold(turn.inbound.text) in ENOUGH:
        return _card(turn, request)
    if has_strange_link(turn) or sounds_like_scam(turn):
        return _waiting(turn, request.id, turn.say("relay.refused"))
    ground = ground_of(turn)
    if not request_work.pass_to_resident(ground, turn.worker, request, turn.inbound.text):
        return _card(turn, request, turn.say("relay.gone"))
    return _waiting(turn, request.id, turn.say("relay.sent"))


def _waiting(turn: Turn, number: int, text: str) -> Reply:
    until = turn.unit.now + TALKS_FOR
    data = {"request": str(number), "until": until.isoformat()}
    stop = turn.option("option.stop-writing", f"req:{number}")
    return Reply((Say(text, (stop,)),), here=f"req:{number}", at=AT_WORDS, data=data)
