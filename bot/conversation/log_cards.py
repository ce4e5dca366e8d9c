"""Screens of the log that several conversations come back to: the read-back, the details, what to ask for."""

from __future__ import annotations

from datetime import date, timedelta

from bot.conversation.drafts import Draft, describe_whole
from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.core.vocabulary import Topic
from bot.locale import show_date
from bot.services import help_log

AT_COUNT = "log.count"
AT_DAY = "log.ask-day"
MOST_BY_TAP = 4

FIRST_TOPICS = (Topic.VNEID, Topic.DVC, Topic.TT, Topic.AT)
MORE_TOPICS = (Topic.AT, Topic.CKS, Topic.HOC_SO)
PAGES = (("s", "o", "p"), ("f", "t", "n"), ("j", "c", "a"))
"""Which details stand on which page of their card, those that the office asks for first."""
LABELS = {
    "s": "option.detail-services",
    "o": "option.detail-outcome",
    "p": "option.detail-place",
    "f": "option.detail-files",
    "t": "option.detail-phone",
    "n": "option.detail-first",
    "j": "option.detail-subject",
    "c": "option.detail-parents",
    "a": "option.detail-age",
}
VERBS = {"t": "logtel", "f": "logfil"}
"""Details that have a conversation of their own; the others are picked from a list."""


def read_back(turn: Turn, draft: Draft, note: str = "") -> Reply:
    """What will be written, and the ways to add to it and to change it."""
    if draft.lacks_topic:
        return choose_topic_of(turn, draft)
    if refusal := why_not_that_day(turn, draft.done.occurred_on):
        return ask_day_of(turn, draft, refusal)
    text = turn.say("log.read-back", what=describe_whole(turn, draft.done))
    options = (
        turn.option("option.right", f"logok:{draft}"),
        turn.option("option.more-details", f"logdet:0:{draft}"),
        turn.option("option.other-day", f"logday:{draft}"),
        turn.option("option.change", f"logfix:{draft}"),
    )
    say = Say(f"{note}\n{text}" if note else text, options)
    return Reply((say,), here=f"logn:{draft}", in_place=not note)


def choose_topic_of(turn: Turn, draft: Draft, topics: tuple[Topic, ...] = FIRST_TOPICS) -> Reply:
    """All but the topic is known, or stays as it is: only that is asked for."""
    options = [
        Option(turn.say(f"topic.{topic}"), f"logn:{_of_topic(draft, topic)}") for topic in topics
    ]
    is_first = topics is FIRST_TOPICS
    if is_first:
        options.append(turn.option("option.other-help", f"logfu:{draft}"))
    text = turn.say("log.topic-only", count=draft.done.visits)
    here = f"logft:{draft}" if is_first else f"logfu:{draft}"
    return Reply((Say(text, tuple(options)),), here=here, in_place=True)


def _of_topic(draft: Draft, topic: Topic) -> Draft:
    return Draft(draft.having(topic=topic).done, draft.key)


def ask_count_of(turn: Turn, draft: Draft, text: str) -> Reply:
    """Another number of people for a draft; tapped or typed."""
    options = tuple(
        turn.option("option.people", f"logn:{of_count(draft, count)}", count=count)
        for count in range(1, MOST_BY_TAP + 1)
    )
    data = {"draft": str(draft), "typed": "1"}
    here = f"logfc:{draft}"
    return Reply((Say(text, options),), here=here, at=AT_COUNT, data=data, in_place=True)


def of_count(draft: Draft, count: int) -> Draft:
    """One person can be named; several cannot."""
    person = draft.done.person_id if count == 1 else None
    return draft.having(visits=count, person_id=person)


def ask_day_of(turn: Turn, draft: Draft, text: str, misses: int = 0) -> Reply:
    """Another day for a draft; tapped or typed."""
    labels = ("option.today", "option.yesterday", "option.day-before")
    options = tuple(
        turn.option(label, f"logn:{draft.having(occurred_on=turn.today - timedelta(days=back))}")
        for back, label in enumerate(labels)
    )
    data = {"draft": str(draft)}
    here = f"logday:{draft}"
    return Reply((Say(text, options),), here=here, at=AT_DAY, data=data, misses=misses)


def why_not_that_day(turn: Turn, day: date) -> str:
    """Why a help of that day cannot be written down; empty when it can."""
    if day > turn.today:
        return turn.say("log.day-to-come", day=show_date(day))
    if help_log.may_be_logged(day, turn.today):
        return ""
    return turn.say("log.day-too-old", most=help_log.OLDEST_DAYS, day=show_date(day))


def gone(turn: Turn) -> Reply:
    """A button that was cut off or tampered with: nothing was written."""
    return reply(turn.say("log.draft-gone"), turn.option("option.log", "log"))


def details_card(turn: Turn, draft: Draft, page: int) -> Reply:
    """What is known so far, some details to add, and the button that saves: this card is a read-back, too."""
    if draft.lacks_topic:
        return choose_topic_of(turn, draft)
    page = page if page < len(PAGES) else 0
    options = [_detail_option(turn, draft, name) for name in PAGES[page] if _fits(draft, name)]
    if page + 1 < len(PAGES):
        options.append(turn.option("option.more", f"logdet:{page + 1}:{draft}"))
    options.append(turn.option("option.right", f"logok:{draft}"))
    text = turn.say("log.details", what=describe_whole(turn, draft.done))
    return Reply((Say(text, tuple(options)),), here=f"logdet:{page}:{draft}", in_place=True)


def page_of(name: str) -> int:
    """The page of the card on which a detail stands."""
    return next((number for number, names in enumerate(PAGES) if name in names), 0)


def _detail_option(turn: Turn, draft: Draft, name: str) -> Option:
    if name == "c":
        asked = draft.done.asked_for
        changed = draft.having(asked_for=None if asked else "cha_me")
        label = "option.detail-no-parents" if asked else "option.detail-parents"
        return turn.option(label, f"logdet:{page_of('c')}:{changed}")
    verb = VERBS.get(name)
    return turn.option(LABELS[name], f"{verb}:{draft}" if verb else f"logp:{name}0:{draft}")


def _fits(draft: Draft, name: str) -> bool:
    """A telephone names one person, so it is asked for where one was helped."""
    return name != "t" or draft.done.visits == 1
