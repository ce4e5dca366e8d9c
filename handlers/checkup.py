"""“Kiểm tra công dân số”: one tap a question, then the one guide to do next. Nothing of it is kept.

The answers travel in the choices of the open prompt: ``checkup:yn`` asks the third question,
``checkup:yn:y`` answers it with yes. Trail, data and tallies never hold them; whoever stops in the middle
leaves them in that prompt until the next message, 30 days at most.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.turn import Action, Option, Reply, Turn, reply
from bot.core.messages import Kind
from bot.core.syllables import spoken
from bot.core.text import fold
from bot.library import Answer, Answers
from bot.services.understanding import Decision

VERB = "checkup"
LABELS = {
    Answer.HAS: "option.has",
    Answer.LACKS: "option.lacks",
    Answer.UNSURE: "option.unsure",
}


def go_on(turn: Turn) -> Reply:
    """The next question, or the result after the last; what is no answer of ours begins anew."""
    answers = _answers(turn, turn.args)
    if len(answers) == len(turn.library.checkup.questions):
        return _show_result(turn, answers)
    if answers:
        return _ask(turn, answers)
    total = len(turn.library.checkup.questions)
    return _ask(turn, answers, turn.say("checkup.open", total=total))


def is_unclear(turn: Turn) -> bool:
    """True for words at an open question that are neither one of its answers nor surely another matter.

    “có mỗi thẻ ATM” sounds like a guide and is an answer, so what may be one is asked about once.
    """
    if turn.action is not None or turn.inbound.kind is not Kind.TEXT or not _is_asking(turn):
        return False
    understood = turn.understanding.understand(turn.inbound.text)
    if understood.elsewhere:
        return False
    if understood.decision is Decision.UNKNOWN:
        return True
    may_answer = understood.decision is Decision.CHOOSE or _begins_like_an_answer(turn)
    return may_answer and not turn.state.misses


def ask_again(turn: Turn) -> Reply:
    """The open question in other words: what was answered before stays."""
    misses = turn.state.misses
    lead = turn.say("checkup.unclear-again" if misses % 2 else "checkup.unclear")
    asked = _ask(turn, _answers(turn, Action.parse(turn.state.present).args), lead)
    (say,) = asked.messages
    say = replace(say, options=(*say.options, turn.option("option.person", "person")))
    return replace(asked, messages=(say,), misses=misses + 1)


def _is_asking(turn: Turn) -> bool:
    """True while the open prompt is one of the questions, or the way back to one."""
    state = turn.state
    return state.view == VERB and any(one.action.startswith(f"{VERB}:") for one in state.choices)


def _begins_like_an_answer(turn: Turn) -> bool:
    """True for “chưa …”, “dạ có …”, “hổng …”: the first word that is no courtesy would answer alone."""
    glossary = turn.library.glossary
    labels = {turn.say(sentence).lower() for sentence in LABELS.values()}
    folded = {fold(label) for label in labels}
    for word, _ in spoken(turn.inbound.text):
        if word in labels | folded:
            return True  # “co” is “có” before it is “cô”
        if word not in glossary.courtesies:
            is_written = word in glossary.answering or word == fold(word)
            return is_written and not folded.isdisjoint(glossary.labels.get(fold(word), ()))
    return False


def _answers(turn: Turn, args: tuple[str, ...]) -> Answers:
    """What was answered before, and now."""
    return turn.library.checkup.read("".join(args[:2]))


def _ask(turn: Turn, answers: Answers, lead: str = "") -> Reply:
    questions = turn.library.checkup.questions
    number, before = len(answers), "".join(answers)
    options = [turn.option(LABELS[answer], f"{VERB}:{before}:{answer}") for answer in Answer]
    if answers:
        earlier = before[:-1]
        options.append(turn.option("option.back", f"{VERB}:{earlier}" if earlier else VERB))
    ask = turn.texts.fill(questions[number].ask)
    text = turn.say("checkup.ask", number=number + 1, total=len(questions), ask=ask)
    return reply(f"{lead}\n{text}" if lead else text, *options, here=VERB)


def _show_result(turn: Turn, answers: Answers) -> Reply:
    """What is there, what is not, and one guide; from here on nobody knows the answers any more."""
    checkup, guides, fill = turn.library.checkup, turn.library.guides, turn.texts.fill
    lines = "\n".join(_line(turn, number, answer) for number, answer in enumerate(answers))
    need = checkup.next_need(answers)
    if need is None:
        guide = guides[checkup.complete]
        text = turn.say("checkup.complete", lines=lines, title=guide.title)
    else:
        question, answer = need
        look = question.unsure if answer is Answer.UNSURE else None
        guide = guides[look.guide if look else question.guide]
        why = turn.say("checkup.look", why=fill(look.why), title=guide.title) if look else ""
        text = turn.say(
            "checkup.some", lines=lines, advice=why or turn.say("checkup.do", title=guide.title)
        )
    return reply(
        text,
        Option(guide.title, f"guide:{guide.id}"),
        turn.option("option.other-guides", _shelf(turn)),
        turn.option("option.checkup-again", VERB),
        turn.option("option.person", "person"),
        here=VERB,
    )


def _line(turn: Turn, number: int, answer: Answer) -> str:
    question = turn.library.checkup.questions[number]
    what = question.has if answer is Answer.HAS else question.lacks
    return turn.say(f"checkup.line-{answer.name.lower()}", what=turn.texts.fill(what))


def _shelf(turn: Turn) -> str:
    """The topic that the check-up stands in, or all topics."""
    menu, guides = turn.library.menu, turn.library.guides
    entry = next((one for one in menu.entries if VERB in one.tools), None)
    is_open = entry is not None and menu.guides_under(guides, entry.topic)
    return f"topic:{entry.topic}" if entry and is_open else "topics"
