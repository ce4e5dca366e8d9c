"""Guides in the chat: list, opening, step by step, stuck, done, and questions in free words."""

from __future__ import annotations

from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.core.text import fold, spoken_number
from bot.core.vocabulary import Topic
from bot.library import Guide, Way
from bot.services import questions
from bot.services.understanding import Decision, Match, Reason, Understood

PAGE = 4
MOST_ERRORS = 3
SHELVES = {Topic.VNEID: (Topic.VNEID, Topic.CKS)}
"""Topics whose menu entry also holds another's guides."""
URGENT = Topic.AT
"""Guides that begin at once: who was robbed a minute ago reads no introduction."""


def list_topic(turn: Turn) -> Reply:
    """Guides of a topic, four at a time."""
    name, page = (*turn.args, "", "")[:2]
    shelf = SHELVES.get(Topic(name), (Topic(name),)) if name in set(Topic) else ()
    found = [guide for guide in turn.library.guides.values() if guide.topic in shelf]
    first = int(page) * PAGE if page.isdecimal() and int(page) * PAGE < len(found) else 0
    if not found:
        return reply(turn.say("topic.empty"), turn.option("option.person", "person"))
    options = [Option(guide.title, f"guide:{guide.id}") for guide in found[first : first + PAGE]]
    if first + PAGE < len(found):
        options.append(turn.option("option.more", f"topic:{name}:{first // PAGE + 1}"))
    text = turn.say("topic.choose", topic=turn.say(f"topic.{name}"))
    return reply(text, *options, here=str(turn.action))


def open_guide(turn: Turn) -> Reply:
    """What the guide is for and what it needs; an urgent one begins at once."""
    guide = turn.library.guides.get(turn.args[0] if turn.args else "")
    if guide is None:
        return _gone(turn)
    if len(guide.ways) == 1 and guide.topic is URGENT:
        warning = Say(_fill(turn, guide.warnings[0]), home=False)
        step = _show_step(turn, guide, guide.ways[0], 0)
        return Reply((warning, *step.messages), here=step.here, bookmark=step.bookmark)
    return Reply((_opening(turn, guide),), here=f"guide:{guide.id}")


def _opening(turn: Turn, guide: Guide) -> Say:
    stale = turn.say("guide.stale") + "\n" if guide.is_stale(turn.today) else ""
    if len(guide.ways) == 1:
        text = turn.say("guide.open", title=guide.title, total=len(guide.ways[0].steps))
        options = [turn.option("option.begin", _step_action(guide, guide.ways[0], 0))]
    else:
        text = turn.say("guide.ask", title=guide.title, ask=_fill(turn, guide.ask or ""))
        options = [Option(way.label, _step_action(guide, way, 0)) for way in guide.ways]
    if guide.needs:
        options.append(turn.option("option.needs", f"part:{guide.id}:needs"))
    options.append(turn.option("option.no-smartphone", f"part:{guide.id}:no-smartphone"))
    return Say(f"{stale}{text}\n{_fill(turn, guide.warnings[0])}", tuple(options))


def show_part(turn: Turn) -> Reply:
    """One named part of a guide: needs, the way without a smartphone, when to go to the counter."""
    guide_id, part = (*turn.args, "", "")[:2]
    guide = turn.library.guides.get(guide_id)
    if guide is None:
        return _gone(turn)
    parts = {
        "needs": "\n".join(f"• {need}" for need in guide.needs),
        "no-smartphone": guide.no_smartphone,
        "counter": guide.counter,
        "fee": f"{guide.fee.text} ({guide.fee.as_of:%d/%m/%Y})" if guide.fee else "",
    }
    text = parts.get(part) or guide.counter
    begin = turn.option("option.open-guide", f"guide:{guide.id}")
    return reply(_fill(turn, text), begin, here=str(turn.action))


def show_step(turn: Turn) -> Reply:
    """One step of a guide; a step that is no longer there opens the guide with a sentence."""
    guide_id, step_id = (*turn.args, "", "")[:2]
    guide = turn.library.guides.get(guide_id)
    if guide is None:
        return _gone(turn)
    found = guide.step(step_id)
    if found is None:
        note = Say(turn.say("guide.step-gone"), home=False)
        return Reply((note, _opening(turn, guide)), here=f"guide:{guide.id}", bookmark="")
    return _show_step(turn, guide, *found)


def _show_step(turn: Turn, guide: Guide, way: Way, index: int) -> Reply:
    step, total = way.steps[index], len(way.steps)
    number = turn.say("guide.step", number=index + 1, total=total)
    last = index + 1 == total
    done = f"done:{guide.id}" if last else _step_action(guide, way, index + 1)
    before = _step_action(guide, way, index - 1) if index else f"guide:{guide.id}"
    if not index and len(guide.ways) == 1 and guide.topic is URGENT:
        before = f"topic:{guide.topic}"
    here = _step_action(guide, way, index)
    options = (
        turn.option("option.done", done),
        turn.option("option.stuck", f"stuck:{guide.id}:{step.id}"),
        turn.option("option.back", before),
    )
    text = f"**{number}.** {_fill(turn, step.text)}"
    return Reply((Say(text, options),), here=here, bookmark=here)


def jump_to_step(turn: Turn) -> Reply | None:
    """“bước 3” or “bước ba” while a guide is open; None when that is not what was said."""
    said = fold(turn.inbound.text).split()
    number = spoken_number(" ".join(said[1:])) if said[:1] == ["buoc"] else None
    if number is None or not turn.state.bookmark:
        return None
    _, guide_id, step_id = (*turn.state.bookmark.split(":"), "", "")[:3]
    guide = turn.library.guides.get(guide_id)
    found = guide.step(step_id) if guide else None
    if guide is None or found is None or not 1 <= number <= len(found[0].steps):
        return None
    return _show_step(turn, guide, found[0], number - 1)


def stuck(turn: Turn) -> Reply:
    """What usually goes wrong here, and a person in any case."""
    guide_id, step_id = (*turn.args, "", "")[:2]
    guide = turn.library.guides.get(guide_id)
    if guide is None:
        return _gone(turn)
    options = [
        Option(_fill(turn, error.sign), f"fix:{guide.id}:{step_id}:{number}")
        for number, error in enumerate(guide.errors[:MOST_ERRORS])
    ]
    options.append(turn.option("option.person", "person"))
    options.append(turn.option("option.this-step", f"step:{guide.id}:{step_id}"))
    return reply(turn.say("guide.stuck"), *options, here=str(turn.action))


def show_fix(turn: Turn) -> Reply:
    """The mend of one known error, then back to the step or on to a person."""
    guide_id, step_id, number = (*turn.args, "", "", "")[:3]
    guide = turn.library.guides.get(guide_id)
    if guide is None or not number.isdecimal() or int(number) >= len(guide.errors):
        return _gone(turn)
    return reply(
        _fill(turn, guide.errors[int(number)].fix),
        turn.option("option.this-step", f"step:{guide.id}:{step_id}"),
        turn.option("option.still-stuck", "person"),
        here=str(turn.action),
    )


def finish(turn: Turn) -> Reply:
    """The last step is done."""
    guide = turn.library.guides.get(turn.args[0] if turn.args else "")
    if guide is None:
        return _gone(turn)
    text = turn.say("guide.finished", title=guide.title)
    counter = turn.option("option.counter", f"part:{guide.id}:counter")
    more = turn.option("option.other-guides", f"topic:{guide.topic}")
    ending = Say(text, (counter, more))
    return Reply((ending,), here=str(turn.action), bookmark="", outcome="finished")


def answer_question(turn: Turn) -> Reply:
    """Free words: the guide, a choice of two or three, or a repair that fits the miss."""
    jump = jump_to_step(turn)
    if jump is not None:
        return jump
    understood = turn.understanding.understand(turn.inbound.text)
    questions.tally_question(turn.unit, turn.commune.id, understood)
    if understood.decision is Decision.ANSWER:
        return open_guide(turn.doing(f"guide:{understood.guides[0].id}"))
    if understood.decision is Decision.CHOOSE:
        options = (*_as_options(understood.guides), turn.option("option.something-else", "person"))
        return reply(turn.say("question.choose"), *options, here="")
    return _repair(turn, understood)


def _repair(turn: Turn, understood: Understood) -> Reply:
    """First miss: what we can do, as options. Second: a person. Never the same words twice."""
    misses = turn.state.misses + 1
    if misses >= 2:
        person = turn.option("option.person", "person")
        return Reply((Say(turn.say("question.again"), (person,)),), misses=misses)
    vague = understood.reason is Reason.TOO_VAGUE
    text = turn.say("question.vague" if vague else "question.unknown")
    shown: dict[Topic, Guide] = {}
    for guide in turn.library.guides.values():
        shown.setdefault(guide.topic, guide)
    options = [Option(turn.say(f"topic.{topic}"), f"topic:{topic}") for topic in list(shown)[:3]]
    options.append(turn.option("option.person", "person"))
    return Reply((Say(text, tuple(options)),), misses=misses)


def _as_options(matches: tuple[Match, ...]) -> tuple[Option, ...]:
    return tuple(Option(match.title, f"guide:{match.id}") for match in matches)


def _gone(turn: Turn) -> Reply:
    """An old button whose guide was taken away."""
    return reply(turn.say("guide.gone"), turn.option("option.person", "person"))


def _step_action(guide: Guide, way: Way, index: int) -> str:
    return f"step:{guide.id}:{way.steps[index].id}"


def _fill(turn: Turn, text: str) -> str:
    return turn.texts.fill(text)
