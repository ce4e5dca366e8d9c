"""“xem dữ liệu của tôi”, “xóa …”, “rút đồng ý”, “ngừng nhận tin”: rights over one's own data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.conversation.helping import ground_of
from bot.conversation.turn import Option, Reply, Say, Turn, packed, reply
from bot.core.vocabulary import Use
from bot.locale import local_day, show_date
from bot.services import class_words, duty, petitions, privacy, requests
from bot.services.petitions import Kind
from bot.services.privacy import Kept
from bot.services.seats import Sitting

MOST_OPTIONS = 5
ALL = "all"
TAIL = 3


def menu(turn: Turn) -> Reply:
    """What can be asked for here."""
    options = (
        turn.option("option.my-data", "mydata"),
        turn.option("option.erase", "erase"),
        turn.option("option.withdraw", "withdraw"),
        _notices(turn),
        turn.option("option.mend", "mend"),
    )
    return reply(turn.say("rights.menu", commune=_commune(turn)), *options, here="privacy")


def show(turn: Turn) -> Reply:
    """All that is known, in messages that can be read; under the last one what can be done about it."""
    kept = privacy.look(turn.unit, turn.commune, turn.identity)
    lines = [*_lines(turn, kept), turn.say("rights.receipt", code=_done(turn, Kind.VIEW))]
    options = (
        turn.option("option.erase", "erase"),
        *((turn.option("option.withdraw", "withdraw"),) if kept.agreed else ()),
        _notices(turn),
        turn.option("option.mend", "mend"),
    )
    return Reply(packed(lines, options), here="mydata")


def _lines(turn: Turn, kept: Kept) -> Iterator[str]:
    commune = _commune(turn)
    yield turn.say("rights.view-chat", commune=commune, until=turn.say(_until(turn, kept)))
    for one in kept.agreed:
        what, since = turn.say(f"option.use-{_name(one.use)}"), _day(one.given_at)
        yield turn.say("rights.view-consent", what=what, day=since)
    for number in kept.numbers:
        tail, since = number.phone[-TAIL:], _day(number.since)
        yield turn.say("rights.view-number", tail=tail, day=since)
    if kept.other_chats:
        yield turn.say("rights.view-linked", count=kept.other_chats)
    if kept.helped:
        first, last = show_date(kept.helped.first), show_date(kept.helped.last)
        yield turn.say("rights.view-helped", count=kept.helped.visits, first=first, last=last)
    if kept.sat:
        first, last = _day(kept.sat.first), _day(kept.sat.last)
        yield turn.say("rights.view-sat", count=kept.sat.classes, first=first, last=last)
    if kept.is_led:
        yield turn.say("rights.view-led", commune=commune)
    for moment in kept.waiting_since:
        yield turn.say("rights.view-request", day=_day(moment))
    yield from _classes(turn, kept)
    if turn.worker is not None:
        yield _work(turn)
    known = kept.agreed or kept.other_chats or kept.helped or kept.is_led or kept.waiting_since
    if not (known or kept.places or kept.seats or turn.worker):
        yield turn.say("rights.view-nothing")


def _until(turn: Turn, kept: Kept) -> str:
    if turn.worker is not None:
        return "rights.until-left"
    return "rights.until-asked" if kept.is_asked else "rights.until-idle"


def _classes(turn: Turn, kept: Kept) -> Iterator[str]:
    for training in kept.places:
        line = class_words.line(turn.texts, training, turn.unit.now)
        yield turn.say("rights.view-place", line=line)
    for sitting in kept.seats:
        line = class_words.line(turn.texts, sitting.training, turn.unit.now)
        told = ", ".join(_told(turn, sitting))
        sentence = "rights.view-seat-told" if told else "rights.view-seat"
        yield turn.say(sentence, line=line, **({"told": told} if told else {}))


def _told(turn: Turn, sitting: Sitting) -> Iterator[str]:
    """What was told of oneself after the seat was taken."""
    seat = sitting.seat
    if seat.age_band is not None:
        yield turn.say(f"age.{seat.age_band}").lower()
    home = duty.find_home(turn.unit, turn.commune, str(seat.neighbourhood_id))
    if home is not None:
        yield home.name


def ask_erase(turn: Turn) -> Reply:
    """What goes and what stays, before anything does."""
    options = (turn.option("option.erase-sure", "eraseok"), turn.option("option.keep", "privacy"))
    if turn.worker is None:
        return reply(turn.say("rights.erase-ask"), *options, here="erase")
    return reply(f"{turn.say('rights.erase-ask-worker')} {_work(turn)}", *options, here="erase")


def erase(turn: Turn) -> Reply:
    """Gone at once, with a receipt; the chat of a member or officer stays theirs."""
    code = _done(turn, Kind.ERASE)
    _call_off(turn)
    privacy.erase(turn.unit, turn.commune, turn.identity)
    if turn.worker is not None:
        return reply(turn.say("rights.erased-worker", code=code))
    return Reply((Say(turn.say("rights.erased", code=code)),), forgets=True)


def ask_withdraw(turn: Turn) -> Reply:
    """What was agreed to here, each with its own button."""
    uses = privacy.list_uses(turn.unit, turn.commune, turn.identity)
    if not uses:
        other = (turn.option("option.my-data", "mydata"), turn.option("option.erase", "erase"))
        return reply(turn.say("rights.withdraw-none"), *other, here="withdraw")
    options = [_use_option(turn, use) for use in uses[:MOST_OPTIONS]]
    if 1 < len(uses) < MOST_OPTIONS:
        options.append(turn.option("option.withdraw-all", f"withdrawok:{ALL}"))
    return reply(turn.say("rights.withdraw-ask"), *options, here="withdraw")


def withdraw_use(turn: Turn) -> Reply:
    """One or all of them do not stand any more."""
    wanted = turn.args[0] if turn.args else ""
    uses = [use for use in Use if wanted in (ALL, _name(use))]
    gone = privacy.withdraw_uses(turn.unit, turn.commune, turn.identity, uses)
    if not gone:
        return ask_withdraw(turn)
    what = ", ".join(turn.say(f"option.use-{_name(use)}") for use in gone)
    text = turn.say("rights.withdrawn", what=what, code=_done(turn, Kind.WITHDRAW))
    left = privacy.list_uses(turn.unit, turn.commune, turn.identity)
    more = (turn.option("option.withdraw", "withdraw"),) if left else ()
    return reply(text, *more, turn.option("option.my-data", "mydata"))


def mute(turn: Turn) -> Reply:
    """No notice comes any more, reminders of classes are not agreed to any more; answers still come."""
    back = turn.option("option.unmute", "unmute")
    if privacy.is_silent(turn.unit, turn.identity):
        return reply(turn.say("rights.still-muted"), back)
    privacy.withdraw_uses(turn.unit, turn.commune, turn.identity, [Use.REMIND])
    text = turn.say("rights.muted", code=_done(turn, Kind.STOP))
    return Reply((Say(text, (back,)),), silent=True)


def unmute(turn: Turn) -> Reply:
    """Notices may come again."""
    return Reply((Say(turn.say("rights.unmuted")),), silent=False)


def mend(turn: Turn) -> Reply:
    """Who puts right what is wrong, and by when."""
    own = (turn.option("option.change-name", "name"),) if turn.worker else ()
    person = turn.option("option.person", "person")
    return reply(turn.say("rights.mend", commune=_commune(turn)), person, *own, here="mend")


def withdraw(turn: Turn) -> Reply:
    """Forget the chat; say so where there was one: a first contact has left nothing."""
    _call_off(turn)
    privacy.withdraw(turn.unit, turn.commune, turn.identity)
    said: tuple[Say, ...] = ()
    if not turn.is_first:
        _done(turn, Kind.ERASE)
        said = (Say(turn.say("privacy.forgotten"), home=False),)
    return Reply(said, forgets=True, outcome="withdrew")


def _call_off(turn: Turn) -> None:
    """Who has taken a request of this person hears that it is over, while it is known whose it was."""
    standing = requests.find_open(turn.unit, turn.commune.id, turn.identity)
    if standing is not None:
        requests.cancel(ground_of(turn), standing)


def _done(turn: Turn, kind: Kind) -> str:
    """The receipt of what is done in this turn."""
    return petitions.done_at_once(turn.unit, turn.commune.id, kind, turn.key)


def _notices(turn: Turn) -> Option:
    if privacy.is_silent(turn.unit, turn.identity):
        return turn.option("option.unmute", "unmute")
    return turn.option("option.mute", "mute")


def _work(turn: Turn) -> str:
    """What is no resident's data: that of somebody's work for the team or the office."""
    if turn.worker is not None and turn.worker.role.in_team:
        return turn.say("rights.work-team", commune=_commune(turn))
    return turn.say("rights.work-office", commune=_commune(turn))


def _use_option(turn: Turn, use: Use) -> Option:
    return turn.option(f"option.use-{_name(use)}", f"withdrawok:{_name(use)}")


def _name(use: Use) -> str:
    return use.replace("_", "-")


def _commune(turn: Turn) -> str:
    return turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)


def _day(moment: datetime) -> str:
    return show_date(local_day(moment))
