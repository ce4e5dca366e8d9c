"""Screens of planning a class that several conversations come back to: each question, and the read-back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.conversation.class_drafts import (
    HOUR,
    KINDS,
    PLACES,
    Draft,
    lacks,
    outline_of,
    read_draft,
    starts_at,
)
from bot.conversation.members import Worker
from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.core.errors import RuleError
from bot.core.periods import ZONE
from bot.core.text import fold, shorten
from bot.core.vocabulary import Place, Topic
from bot.locale import show_weekday
from bot.services import class_words, team_classes, trainings

AT = {"topic": "trn.topic", "day": "trn.day", "hour": "trn.hour", "place": "trn.place"}
"""What is waited for, by the part of a draft that may be typed."""
MORE, HELD = "more", "held"
FIRST_TOPICS = 4
TOPICS = (Topic.VNEID, Topic.DVC, Topic.TT, Topic.AT, Topic.CKS, Topic.HOC_SO)
USUAL_HOURS = {
    8 * HOUR: "option.at-8",
    9 * HOUR: "option.at-9",
    14 * HOUR: "option.at-14",
    19 * HOUR: "option.at-19",
}
USUAL_PLACES = (Place.CULTURE_HOUSE, Place.LEARNING_CENTRE, Place.MOBILE, Place.ONLINE)
MOST_OPTIONS = 5
LONGEST_PLACE = 40
SATURDAY = 5
ASKED_ANEW = {"training.day": "day", "training.hours": "hour", "training.place": "place"}
"""Which part a refusal is about."""


def new_draft(turn: Turn) -> Draft:
    """Nothing is known yet."""
    return Draft(turn.key)


def present_draft(turn: Turn) -> Draft | None:
    """The draft that the state holds while something is typed; None where it holds none that can be read."""
    return read_draft(turn, turn.state.data.get("draft", "").split(":"))


def go_on(turn: Turn, worker: Worker, draft: Draft, note: str = "") -> Reply:
    """The next question, or all that was told read back; an hour of today that is over is asked for anew."""
    part = lacks(turn, worker, draft)
    if part is not None:
        return ask(turn, (draft, part), note)
    is_over = starts_at(draft) <= turn.unit.now
    if is_over and draft.day == turn.today and draft.edits is None:
        return _ask_over(turn, draft)
    return _read_back(turn, worker, draft, note)


def go_on_after_all(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    """The same for what took place today: its hour is over, and is meant."""
    if lacks(turn, worker, draft) is not None:
        return go_on(turn, worker, draft)
    # Repeated, it would be asked for again under its usual name.
    here = f"trnask:{HELD}:{draft}"
    return replace(_read_back(turn, worker, draft, ""), here=here)


def _ask_over(turn: Turn, draft: Draft) -> Reply:
    """What begins today and has begun: another hour, or it was held."""
    held = turn.option("option.class-was-held", f"trnask:{HELD}:{draft}")
    later = [
        Option(turn.say(label), _with(draft, start=start))
        for start, label in USUAL_HOURS.items()
        if starts_at(draft.having(start=start)) > turn.unit.now
    ]
    data = {**draft.data, "draft": str(draft)}
    message = Say(turn.say("planning.hour-over"), (held, *later))
    return Reply((message,), here=f"trnnew:{draft}", at=AT["hour"], data=data)


def ask(turn: Turn, asked: tuple[Draft, str], note: str = "", misses: int = 0) -> Reply:
    """One question about a draft; ``note`` says why it is asked anew."""
    draft, part = asked
    text = {
        "kind": turn.say("planning.ask-kind"),
        "topic": turn.say("planning.ask-topic"),
        MORE: turn.say("planning.ask-topic"),
        "day": turn.say("planning.ask-day"),
        "hour": turn.say("planning.ask-hour"),
        "place": turn.say("planning.ask-place"),
    }[part]
    message = Say(note or text, tuple(_options(turn, draft, part)))
    at = AT.get("topic" if part == MORE else part, "")
    data = {**draft.data, "draft": str(draft)} if at else draft.data
    here = f"trnask:{part}:{draft}"
    return Reply((message,), here=here, at=at, data=data, misses=misses, in_place=not note)


def _options(turn: Turn, draft: Draft, part: str) -> list[Option]:
    if part == "kind":
        return [
            Option(turn.say(f"training.kind.{kind}"), _with(draft, kind=kind))
            for kind in KINDS.values()
        ]
    if part == "day":
        return [Option(_day_label(turn, day), _with(draft, day=day)) for day in _days(turn.today)]
    before = team_classes.planned_before(turn.unit, turn.commune.id, _hand(turn))
    if part in ("topic", MORE):
        return _topics(turn, draft, before, is_first=part == "topic")
    return _hours(turn, draft, before) if part == "hour" else _places(turn, draft, before)


def _hand(turn: Turn) -> trainings.Hand:
    if turn.worker is None:
        raise LookupError("only members plan a class")
    return trainings.hand_of(turn.unit, turn.commune.id, turn.worker)


def _with(draft: Draft, **values: object) -> str:
    return f"trnnew:{draft.having(**values)}"


def _topics(
    turn: Turn, draft: Draft, before: list[team_classes.Training], *, is_first: bool
) -> list[Option]:
    """Those that were taught last stand first."""
    used = list(dict.fromkeys(one.outline.topic for one in before))
    ordered = used + [topic for topic in TOPICS if topic not in used]
    shown = ordered[:FIRST_TOPICS] if is_first else ordered[FIRST_TOPICS:]
    options = [
        Option(turn.say(f"topic.{topic}"), _with(draft, topic=topic, guide=None)) for topic in shown
    ]
    if is_first:
        options.append(turn.option("option.more", f"trnask:{MORE}:{draft}"))
    return options


def _days(today: date) -> list[date]:
    saturday = today + timedelta(days=(SATURDAY - today.weekday()) % 7 or 7)
    days = (today + timedelta(days=1), saturday, saturday + timedelta(days=1))
    return sorted({*days, saturday + timedelta(days=7)})


def _day_label(turn: Turn, day: date) -> str:
    said = f"{show_weekday(day.weekday())} {day.day}/{day.month}"
    is_tomorrow = day - turn.today == timedelta(days=1)
    return turn.say("planning.tomorrow", day=f"{day.day}/{day.month}") if is_tomorrow else said


def _hours(turn: Turn, draft: Draft, before: list[team_classes.Training]) -> list[Option]:
    """The hour of the newest class first, where it is another one than those that are usual."""
    labels = {start: turn.say(label) for start, label in USUAL_HOURS.items()}
    if before:
        begins = before[0].outline.starts_at.astimezone(ZONE)
        last = begins.hour * HOUR + begins.minute
        clock = labels.pop(last, class_words.clock(before[0].outline.starts_at))
        labels = {last: clock, **labels}
    return [Option(label, _with(draft, start=start)) for start, label in labels.items()]


def _places(turn: Turn, draft: Draft, before: list[team_classes.Training]) -> list[Option]:
    """Where the team met last, then the usual kinds of place."""
    labels: dict[str, Option] = {}
    for one in team_classes.places_of(before):
        label = _capital(shorten(class_words.place(turn.texts, one), LONGEST_PLACE))
        labels.setdefault(fold(label), Option(label, _with(draft, place=str(one.id))))
    signs = {place: sign for sign, place in PLACES.items()}
    for place in USUAL_PLACES:
        label = turn.say(f"place.{place}")
        action = _with(draft, place=signs[place], place_name="")
        labels.setdefault(fold(label), Option(label, action))
    return list(labels.values())[:MOST_OPTIONS]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _read_back(turn: Turn, worker: Worker, draft: Draft, note: str) -> Reply:
    """All of it in one message; what the rules refuse is asked for anew."""
    outline = outline_of(turn, worker, draft)
    try:
        trainings.checked(turn.unit, _hand(turn), outline)
    except RuleError as refusal:
        part = ASKED_ANEW.get(refusal.code, "kind")
        return ask(turn, (draft, part), turn.say(refusal.code))
    lines = [note] if note else []
    lines.append(turn.say("planning.change" if draft.edits else "planning.read-back"))
    lines += describe(turn, outline)
    if outline.starts_at <= turn.unit.now:
        lines.append(turn.say("planning.is-past"))
    options = (
        turn.option("option.save", f"trnok:{draft}"),
        turn.option("option.change", f"trnfix:{draft}"),
        turn.option("option.save-not", "trndrop"),
    )
    say = Say("\n".join(lines), options)
    return Reply((say,), here=f"trnnew:{draft}", data=draft.data, in_place=not note)


def describe(turn: Turn, outline: trainings.Outline) -> list[str]:
    """What is planned, in lines."""
    begin, end = class_words.clock(outline.starts_at), class_words.clock(outline.ends_at)
    place = outline.place_name or turn.say(f"place.{outline.place}").lower()
    lines = [
        turn.say("planning.line-title", title=outline.title),
        turn.say(
            "planning.line-when",
            day=_capital(class_words.day(outline.starts_at)),
            begin=begin,
            end=end,
        ),
        turn.say("planning.line-place", place=place),
    ]
    count = len(outline.guides)
    if count > 1:
        lines.append(turn.say("planning.line-guides", count=count))
    return lines


def which_part(turn: Turn, worker: Worker, draft: Draft) -> Reply:
    """“Sửa”: one thing is asked for again, the rest stays."""
    if lacks(turn, worker, draft) is not None:
        return go_on(turn, worker, draft)
    options = tuple(
        turn.option(f"option.part-{part}", f"trnask:{part}:{draft}")
        for part in ("kind", "topic", "day", "hour", "place")
    )
    text = "\n".join(
        [turn.say("planning.which-part"), *describe(turn, outline_of(turn, worker, draft))]
    )
    say = Say(text, options)
    return Reply((say,), here=f"trnfix:{draft}", data=draft.data, in_place=True)


def gone(turn: Turn) -> Reply:
    """A button that was cut off or tampered with: nothing was written."""
    return reply(turn.say("planning.gone"), turn.option("option.plan-class", "trnnew"))
