"""One event being answered: what a handler is given, and what it gives back.

A handler is a function from ``Turn`` to ``Reply``. It speaks in options without numbers; the engine
numbers them, so digits, labels and buttons can never disagree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.core.messages import Choice, Form, Inbound, Media
from bot.core.vocabulary import Identity
from bot.library import Guide, Library, Plan, Way
from bot.locale import Texts, local_day
from bot.media.shelf import Shelf
from bot.services.understanding import Understanding
from storage.communes import Commune
from storage.database import Unit
from storage.mailbox import Worker

HOME = "menu"
LONGEST_TRAIL = 8
GOOD_LENGTH = 300
"""Signs of a message that can be read at once."""
IN_STEPS = frozenset({"step", "stuck", "other", "fix"})
"""Verbs of views in the middle of a guide, where words are about the step at hand."""
IN_GUIDE = IN_STEPS | {"guide", "part", "done"}
"""Verbs of views that name the guide that they are of first."""
OVER = "over"
"""Key of ``State.data``: the open prompt stands over the newest view and is none itself."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button's meaning: a verb and its arguments, written ``verb:one:two`` (≤ 64 bytes on the wire)."""

    verb: str
    args: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ":".join((self.verb, *self.args))

    @classmethod
    def parse(cls, text: str) -> Action:
        """The action written in a text; every text has one, known or not."""
        verb, *args = text.split(":")
        return cls(verb, tuple(args))


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of a conversation between two messages. Holds no words of the person."""

    at: str = ""  # the text that is waited for, as in "team.name"; "" when none is
    data: dict[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()  # the one numbered prompt that is open
    trail: tuple[str, ...] = ()  # views shown, newest last: what "trở lại" goes back to
    bookmark: str = ""  # the step to resume at
    misses: int = 0  # questions not understood in a row
    quiet: bool = False  # asked not to be written to
    ungreeted: bool = False  # has been here, but was never told who answers
    staff_until: str = ""  # the moment (ISO) until which a person of the office answers
    staff_hinted: bool = False  # was told, since that person last wrote, how to call the bot back
    request: str = ""  # the number of a request for help of this chat that may still be open
    quizzed: str = ""  # questions of quizzes that were answered, by class and number: "12.1 12.3"

    @property
    def view(self) -> str:
        """The action that shows the newest view again."""
        return self.trail[-1] if self.trail else HOME

    @property
    def present(self) -> str:
        """The action that shows the newest view as it stands, with what only its open prompt carries.

        A row of questions keeps its answers nowhere else: there the first argument of a choice is what
        was answered before. The prompt is either the question or the way back to it.
        """
        carried = (Action.parse(choice.action) for choice in self.choices)
        before = (one.args[0] for one in carried if one.verb == self.view and one.args)
        answered = next(before, "")
        return f"{self.view}:{answered}" if answered else self.view

    def to_json(self) -> str:
        """The state as it is stored."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields["choices"] = [(choice.n, choice.label, choice.action) for choice in self.choices]
        return json.dumps(fields, ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> State:
        """What was stored, fields of other versions left out."""
        known = {k: v for k, v in json.loads(stored).items() if k in cls.__dataclass_fields__}
        known["choices"] = tuple(Choice(*choice) for choice in known.get("choices", ()))
        known["trail"] = tuple(known.get("trail", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Option:
    """Something the person can choose next."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Say:
    """One message. ``home`` adds the way back as digit 0; ``zero`` puts another option there."""

    text: str
    options: tuple[Option, ...] = ()
    home: bool = True
    zero: Option | None = None
    media: Media | None = None
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers. ``here`` is the action that shows this view again; "" for an act."""

    messages: tuple[Say, ...]
    here: str = ""
    at: str = ""
    data: dict[str, str] = field(default_factory=dict)
    bookmark: str | None = None  # None keeps the one there is
    misses: int = 0
    in_place: bool = False  # change the message whose button was pressed, where the channel can
    outcome: str = "answered"
    quiet: bool = False
    reachable: bool = True
    is_still: bool = False  # the conversation stays just as it was, whatever is said
    staff_until: str | None = None  # None keeps the one there is
    staff_hinted: bool | None = None  # None keeps the one there is
    request: str | None = None  # None keeps the one there is
    quizzed: str | None = None  # None keeps the one there is
    forgets: bool = False  # all that is known of this chat goes when the turn is over
    silent: bool | None = None  # whether no notices come any more; None keeps what was said before


def reply(text: str, *options: Option, here: str = "", home: bool = True) -> Reply:
    """The common case: one message with its options."""
    return Reply((Say(text, options, home),), here=here)


def packed(
    lines: Iterable[str], options: Sequence[Option], zero: Option | None = None
) -> tuple[Say, ...]:
    """As many lines in each message as can be read at once; the options stand under the last one."""
    texts = [""]
    for line in lines:
        if texts[-1] and len(texts[-1]) + 1 + len(line) > GOOD_LENGTH:
            texts.append("")
        texts[-1] = f"{texts[-1]}\n{line}" if texts[-1] else line
    before = (Say(text, home=False) for text in texts[:-1])
    return (*before, Say(texts[-1], tuple(options), zero=zero))


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a handler may use. ``key`` is unique to the event: a safe id for what it creates."""

    unit: Unit
    commune: Commune
    plan: Plan
    library: Library
    understanding: Understanding
    texts: Texts
    shelf: Shelf
    worker: Worker | None
    inbound: Inbound
    state: State
    identity: Identity
    key: str
    action: Action | None = None
    is_first: bool = False

    @property
    def today(self) -> date:
        """The calendar day in Vietnam."""
        return local_day(self.unit.now)

    @property
    def args(self) -> tuple[str, ...]:
        """Arguments of the action, empty when there is none."""
        return self.action.args if self.action else ()

    @property
    def place(self) -> tuple[Guide, Way, int] | None:
        """The guide, way and step index at the bookmark; None without one or when the step is gone."""
        guide_id, step_id = (*Action.parse(self.state.bookmark).args, "", "")[:2]
        guide = self.library.guides.get(guide_id)
        found = guide.step(step_id) if guide else None
        return (guide, *found) if guide and found else None

    def say(self, sentence: str, **values: object) -> str:
        """A sentence of the catalogue in this commune's form of address."""
        return self.texts.say(sentence, **values)

    def option(self, sentence: str, action: str, **values: object) -> Option:
        """An option whose label stands in the catalogue."""
        return Option(self.say(sentence, **values), action)

    def doing(self, action: str) -> Turn:
        """The same turn as if this action had been chosen."""
        return replace(self, action=Action.parse(action))
