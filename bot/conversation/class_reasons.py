"""Why a class is changed, called off or taken back: one tap for what happens most, or a few words.

``x:12:3`` calls class 12 off as revision 3 was read, ``b:12:3`` takes its last step back, ``o:12:77`` takes
out the lines up to seat 77, ``e:`` and a draft changes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.conversation.turn import Reply, Say, Turn, reply

AT_REASON = "trn.reason"
REASONS = {
    "x": ("option.why-trainer", "option.why-place", "option.why-few", "option.why-weather"),
    "e": ("option.why-trainer", "option.why-place", "option.why-slip"),
    "b": ("option.why-tapped", "option.why-missing"),
    "o": ("option.why-slip", "option.why-twice"),
}
"""What is tapped most, by what it is about."""
ASKED = {
    "x": "lesson.why-cancel",
    "e": "lesson.why-change",
    "b": "lesson.why-back",
    "o": "lesson.why-undo",
}


def ask_why(turn: Turn, what: str, subject: str, data: Mapping[str, str]) -> Reply:
    """The reasons that there mostly are, and the way to type another."""
    options = [
        turn.option(label, f"trndo:{what}:{number}:{subject}")
        for number, label in enumerate(REASONS[what], start=1)
    ]
    options.append(turn.option("option.reason-other", f"trnsay:{what}:{subject}"))
    say = Say(turn.say(ASKED[what]), tuple(options))
    return Reply((say,), here=f"trnwhy:{what}:{subject}", data=dict(data))


def ask_words(turn: Turn, what: str, subject: str, data: Mapping[str, str]) -> Reply:
    """Another reason is typed."""
    kept = {**data, "why": f"{what}:{subject}"}
    say = Say(turn.say("correct.ask-reason"))
    return Reply((say,), here=f"trnsay:{what}:{subject}", at=AT_REASON, data=kept)


def gone(turn: Turn) -> Reply:
    """A button that was cut off or tampered with."""
    return reply(turn.say("lesson.button-gone"), turn.option("option.team-classes", "trns"))
