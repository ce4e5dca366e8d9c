"""Guides in the chat: list, opening, step by step, stuck, done, and questions in free words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.conversation.parts import say_part
from bot.conversation.repairs import answer_unclear
from bot.conversation.turn import (
    GOOD_LENGTH,
    IN_GUIDE,
    IN_STEPS,
    Action,
    Option,
    Reply,
    Say,
    Turn,
    reply,
)
from bot.core.vocabulary import Topic
from bot.library import Guide, Trouble, Way
from bot.services import follow_ups, questions, troubles
from bot.services.understanding import Decision, Understood

MOST_OPTIONS = 5
TROUBLES = 2
LIKELY = 0.2  # of the chance of the first: the guide at hand may still be meant


def list_topic(turn: Turn) -> Reply:
    """Guides of a topic, five at a time; tools of the topic stand before them."""
    name, page = (*turn.args, "", "")[:2]
    found = (
        turn.library.menu.guides_under(turn.library.guides, Topic(name))
        if name in set(Topic)
        else []
    )
    if not found:
        return reply(turn.say("topic.empty"), turn.option("option.person", "person"))
    tools = turn.library.menu.entry(Topic(name)).tools
    everything = [turn.option(f"option.{tool}", tool) for tool in tools]
    everything += [Option(guide.title, f"guide:{guide.id}") for guide in found]
    size = MOST_OPTIONS if len(everything) <= MOST_OPTIONS else MOST_OPTIONS - 1
    first = int(page) * size if page.isdecimal() and int(page) * size < len(everything) else 0
    options = everything[first : first + size]
    if first + size < len(everything):
        options.append(turn.option("option.more", f"topic:{name}:{first // size + 1}"))
    text = turn.say("topic.choose", topic=turn.say(f"topic.{name}"))
    return reply(text, *options, here=f"topic:{name}:{first // size}" if first else f"topic:{name}")


def open_guide(turn: Turn) -> Reply:
    """What the guide is for and what it needs; an urgent one begins at once."""
    guide = _guide(turn)
    if guide is None:
        return _gone(turn)
    if guide.id == turn.library.menu.urgent:  # who was robbed a minute ago reads no introduction
        warning = Say(_stale_note(turn, guide) + _fill(turn, guide.warnings[0]), home=False)
        step = _show_step(turn, guide, guide.ways[0], 0)
        return Reply((warning, *step.messages), here=step.here, bookmark=step.bookmark)
    return Reply((_opening(turn, guide),), here=f"guide:{guide.id}")


def begin_urgent(turn: Turn) -> Reply:
    """Words of somebody who has just been tricked: the urgent guide at once, from wherever they are."""
    begun = open_guide(turn.doing(f"guide:{turn.library.menu.urgent}"))
    if not turn.inbound.redacted:
        return begun
    warning = Say(turn.say("sensitive.warning"), home=False)
    return replace(begun, messages=(warning, *begun.messages))


def _opening(turn: Turn, guide: Guide) -> Say:
    if len(guide.ways) == 1:
        text = turn.say("guide.open", title=guide.title, total=len(guide.ways[0].steps))
        options = [turn.option("option.begin", _step_action(guide, guide.ways[0], 0))]
    else:
        text = turn.say("guide.ask", title=guide.title, ask=_fill(turn, guide.ask or ""))
        options = _ways(guide)
    text = _with_warnings(turn, guide, _stale_note(turn, guide) + text)
    return Say(text, (*options, *_parts(turn, guide)))


def _stale_note(turn: Turn, guide: Guide) -> str:
    return turn.say("guide.stale") + "\n" if guide.is_stale(turn.today) else ""


def _with_warnings(turn: Turn, guide: Guide, text: str) -> str:
    """The first warning always, the others while the message stays short."""
    for number, warning in enumerate(guide.warnings):
        longer = f"{text}\n{_fill(turn, warning)}"
        if number and len(longer) > GOOD_LENGTH:
            break
        text = longer
    return text


def _ways(guide: Guide) -> list[Option]:
    return [Option(way.label, _step_action(guide, way, 0)) for way in guide.ways]


def _parts(turn: Turn, guide: Guide) -> list[Option]:
    """What can be read before the first step; a guide of four ways has room for one of the two."""
    options = [turn.option("option.no-smartphone", f"part:{guide.id}:no-smartphone")]
    if guide.needs:
        options.insert(0, turn.option("option.needs", f"part:{guide.id}:needs"))
    return options[: MOST_OPTIONS - len(guide.ways)]


def show_part(turn: Turn) -> Reply:
    """One named part of a guide: needs, the way without a smartphone, when to go to the counter."""
    guide = _guide(turn)
    if guide is None:
        return _gone(turn)
    part = (*turn.args, "", "")[1]
    text = say_part(turn, guide, part)
    again = turn.option("option.open-guide", f"guide:{guide.id}")
    # Only what was recognised is remembered: an action can be typed, and hold anything.
    here = f"part:{guide.id}:{part if part in turn.library.glossary.parts else 'counter'}"
    if turn.place and turn.place[0].id == guide.id:
        return reply(text, turn.option("option.this-step", turn.state.bookmark), again, here=here)
    return reply(text, again, here=here)


def without_smartphone(turn: Turn) -> Reply:
    """“không có điện thoại thông minh”, typed anywhere: of the guide at hand, or in general."""
    guide = _at_hand(turn)
    if guide is not None:
        return show_part(turn.doing(f"part:{guide.id}:no-smartphone"))
    person = turn.option("option.person", "person")
    return reply(turn.say("no-smartphone.general"), person, here="no-smartphone")


def _at_hand(turn: Turn, views: frozenset[str] = IN_GUIDE) -> Guide | None:
    """The guide of the newest view, if that is one of these."""
    view = Action.parse(turn.state.view)
    return turn.library.guides.get((*view.args, "")[0]) if view.verb in views else None


def show_step(turn: Turn) -> Reply:
    """One step of a guide; a step that is no longer there opens the guide with a sentence."""
    guide = _guide(turn)
    if guide is None:
        return _gone(turn)
    found = guide.step((*turn.args, "", "")[1])
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
    if not index and guide.id == turn.library.menu.urgent:  # it has no opening to go back to
        before = _came_from(turn, guide)
    here = _step_action(guide, way, index)
    options = (
        turn.option("option.done", done),
        turn.option("option.stuck", f"stuck:{guide.id}:{step.id}"),
        turn.option("option.back", before),
    )
    text = f"**{number}.** {_fill(turn, step.text)}"
    picture = turn.shelf.picture(guide, step, turn.today)
    return Reply((Say(text, options, media=picture),), here=here, bookmark=here)


def _came_from(turn: Turn, guide: Guide) -> str:
    """The newest view outside the guide."""
    for view in reversed(turn.state.trail):
        if Action.parse(view).verb not in IN_GUIDE or f":{guide.id}" not in view:
            return view
    return f"topic:{guide.topic}"


def resume(turn: Turn) -> Reply:
    """“tiếp”: the step at the bookmark again, with a word of where we are."""
    if turn.place is None:
        raise LookupError("there is nothing to resume")
    guide = turn.place[0]
    is_here = turn.state.view == turn.state.bookmark
    text = turn.say("guide.here" if is_here else "guide.resume", title=guide.title)
    step = _show_step(turn, *turn.place)
    messages = (Say(text, home=False), *step.messages)
    return Reply(messages, here=step.here, bookmark=step.bookmark)


def _about_a_step(turn: Turn) -> Reply | None:
    """“bước ba”, and what is wrong there; None when that is not what was said."""
    asked = follow_ups.step_asked(turn.inbound.text)
    guide = _at_hand(turn) or (turn.place[0] if turn.place else None)
    if asked is None or guide is None:
        return None
    here = turn.place if turn.place and turn.place[0].id == guide.id else None
    way = here[1] if here else guide.ways[0]
    if not 1 <= asked.number <= len(way.steps):
        return None
    if not asked.has_more:
        return _show_step(turn, guide, way, asked.number - 1)
    return _stuck_by_words(turn, guide, _step_action(guide, way, asked.number - 1))


def stuck(turn: Turn) -> Reply:
    """What usually goes wrong here, likely things first, and a person in any case."""
    guide = _guide(turn)
    if guide is None:
        return _gone(turn)
    found = guide.step((*turn.args, "", "")[1])
    here = _step_action(guide, found[0], found[1]) if found else ""
    return _stuck(turn, guide, 0, here)


def other_troubles(turn: Turn) -> Reply:
    """The next things that go wrong in this guide."""
    guide, page = _guide(turn), (*turn.args, "", "")[1]
    if guide is None:
        return _gone(turn)
    in_range = page.isdecimal() and int(page) * TROUBLES < len(guide.errors)
    return _stuck(turn, guide, int(page) if in_range else 0, _step_of(turn, guide))


def _stuck(turn: Turn, guide: Guide, page: int, step: str) -> Reply:
    glossary = turn.library.glossary
    likely = troubles.likely(guide.errors, _text_of(guide, step), glossary)
    options = _as_fixes(turn, guide, likely[page * TROUBLES : (page + 1) * TROUBLES])
    if (page + 1) * TROUBLES < len(likely):
        options.append(turn.option("option.other-trouble", f"other:{guide.id}:{page + 1}"))
    options += [turn.option("option.person", "person"), _to_step(turn, guide, step)]
    text = turn.say("guide.stuck-more" if page else "guide.stuck")
    at_step = step.replace("step:", "stuck:", 1) if step and not page else ""
    here = at_step or f"other:{guide.id}:{page}"
    return Reply((Say(text, tuple(options)),), here=here, bookmark=step or None)


def _stuck_by_words(turn: Turn, guide: Guide, step: str) -> Reply:
    """Words in the middle of a guide that are no command: what they sound like, and a person."""
    glossary = turn.library.glossary
    likely = troubles.likely(guide.errors, _text_of(guide, step), glossary)
    likely = troubles.likely(likely, turn.inbound.text, glossary)
    options = _as_fixes(turn, guide, likely[: TROUBLES + 1])
    options += [turn.option("option.person", "person"), _to_step(turn, guide, step)]
    say = Say(turn.say("guide.stuck-guess"), tuple(options))
    return Reply((say,), misses=turn.state.misses + 1)


def _text_of(guide: Guide, step: str) -> str:
    """The words of a step, given by its action; none when it is gone."""
    found = guide.step((*Action.parse(step).args, "", "")[1])
    return found[0].steps[found[1]].text if found else ""


def _as_fixes(turn: Turn, guide: Guide, errors: Iterable[Trouble]) -> list[Option]:
    return [Option(_fill(turn, e.sign), f"fix:{guide.id}:{troubles.key(e)}") for e in errors]


def _step_of(turn: Turn, guide: Guide) -> str:
    """The action of the step at the bookmark when it is of this guide."""
    return turn.state.bookmark if turn.place and turn.place[0].id == guide.id else ""


def _to_step(turn: Turn, guide: Guide, step: str) -> Option:
    if step:
        return turn.option("option.this-step", step)
    return turn.option("option.open-guide", f"guide:{guide.id}")


def show_fix(turn: Turn) -> Reply:
    """The mend of one known error, then back to the step or on to a person."""
    guide, key = _guide(turn), (*turn.args, "", "")[1]
    if guide is None:
        return _gone(turn)
    error, step = troubles.find(guide, key), _step_of(turn, guide)
    if error is None:
        return _stuck(turn.doing(f"other:{guide.id}:0"), guide, 0, step)
    return reply(
        _fill(turn, error.fix),
        _to_step(turn, guide, step),
        turn.option("option.still-stuck", "person"),
        here=f"fix:{guide.id}:{key}",
    )


def finish(turn: Turn) -> Reply:
    """The last step is done."""
    guide = _guide(turn)
    if guide is None:
        return _gone(turn)
    is_grave = guide.topic is Topic.AT  # nobody is congratulated on having been tricked
    text = turn.say("guide.finished-grave" if is_grave else "guide.finished", title=guide.title)
    counter = turn.option("option.counter", f"part:{guide.id}:counter")
    more = turn.option("option.other-guides", f"topic:{guide.topic}")
    ending = Say(text, (counter, more))
    return Reply((ending,), here=f"done:{guide.id}", bookmark="", outcome="finished")


def answer_question(turn: Turn) -> Reply:
    """Free words: the guide, a choice of two or three, or a repair that fits the miss."""
    follow_up = _about_a_step(turn) or _about_a_part(turn) or _about_another_case(turn)
    if follow_up is not None:
        return follow_up
    understood = turn.understanding.understand(turn.inbound.text)
    questions.tally_question(turn.unit, turn.commune.id, understood)
    about_this = _about_this_guide(turn, understood)
    if about_this is not None:
        return about_this
    if understood.decision is Decision.ANSWER:
        return open_guide(turn.doing(f"guide:{understood.guides[0].id}"))
    return answer_unclear(turn, understood)


def _about_a_part(turn: Turn) -> Reply | None:
    """“tốn bao nhiêu tiền” while a guide is open: that part of it."""
    guide = _at_hand(turn)
    part = follow_ups.part_asked(turn.inbound.text, turn.library.glossary)
    return show_part(turn.doing(f"part:{guide.id}:{part}")) if guide and part else None


def _about_another_case(turn: Turn) -> Reply | None:
    """“còn con nít thì sao”: whom the open guide is for, and guides about that case."""
    guide = _at_hand(turn)
    whole = follow_ups.other_case(turn.inbound.text, guide) if guide else None
    if guide is None or whole is None:
        return None
    found = turn.understanding.understand(whole).guides
    options = [Option(m.title, f"guide:{m.id}") for m in found if m.id != guide.id and m.score]
    text = turn.say("guide.other-case", title=guide.title, who=_fill(turn, guide.who))
    again = turn.option("option.open-guide", f"guide:{guide.id}")
    person = turn.option("option.person", "person")
    return reply(text, *options[:TROUBLES], again, person, here=f"part:{guide.id}:who")


def _about_this_guide(turn: Turn, understood: Understood) -> Reply | None:
    """Words about the guide at hand, or that only make sense there; None when they lead elsewhere."""
    guide = _at_hand(turn)
    if guide is None or understood.elsewhere or not _may_mean(turn, guide, understood):
        return None
    at_opening = turn.state.view == f"guide:{guide.id}"
    if at_opening and understood.decision is Decision.ANSWER:
        return _choose_way(turn, guide, "guide.already-open")
    if turn.state.misses:
        return None
    if at_opening:
        return replace(_choose_way(turn, guide, "guide.unclear"), misses=1)
    step = _step_of(turn, guide)
    return _stuck_by_words(turn, guide, step) if _at_hand(turn, IN_STEPS) else None


def _may_mean(turn: Turn, guide: Guide, understood: Understood) -> bool:
    """True when no other guide is meant; in its steps also when it is a likely second."""
    if not understood.guides or understood.guides[0].id == guide.id:
        return True
    first, *others = understood.guides
    if first.id == turn.library.menu.urgent or not _at_hand(turn, IN_STEPS):
        return False
    if troubles.is_told(guide.errors, turn.inbound.text):
        return True
    return any(one.id == guide.id and one.score >= LIKELY * first.score for one in others)


def _choose_way(turn: Turn, guide: Guide, sentence: str) -> Reply:
    """The way of the open guide that the words name, or its ways in other words."""
    glossary = turn.library.glossary
    said = troubles.content(turn.inbound.text, glossary)
    shared = [len(said & troubles.content(way.label, glossary)) for way in guide.ways]
    if max(shared) and shared.count(max(shared)) == 1:
        return _show_step(turn, guide, guide.ways[shared.index(max(shared))], 0)
    options = _ways(guide)
    if len(guide.ways) == 1:
        options = [turn.option("option.begin", _step_action(guide, guide.ways[0], 0))]
    options = [*options[: MOST_OPTIONS - 1], turn.option("option.person", "person")]
    return reply(turn.say(sentence, title=guide.title), *options)


def _guide(turn: Turn) -> Guide | None:
    """The guide that the action names first."""
    return turn.library.guides.get(turn.args[0]) if turn.args else None


def _gone(turn: Turn) -> Reply:
    """An old button whose guide was taken away."""
    return reply(turn.say("guide.gone"), turn.option("option.person", "person"))


def _step_action(guide: Guide, way: Way, index: int) -> str:
    return f"step:{guide.id}:{way.steps[index].id}"


def _fill(turn: Turn, text: str) -> str:
    return turn.texts.fill(text)
