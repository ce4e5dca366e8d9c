"""“nghe” and “to hơn”: the step at hand as a sound, or on a page that reads aloud and has large letters."""

from __future__ import annotations

from bot.conversation.prompts import keep_prompt
from bot.conversation.turn import IN_GUIDE, Action, Reply, Turn
from bot.library import Guide, Way


def listen(turn: Turn) -> Reply:
    """The ward's recording or the machine's voice; else the page, where the browser may have a voice."""
    guide, place = _at_hand(turn)
    if guide is None:
        return keep_prompt(turn, turn.say("listen.where"))
    if place is None:
        return keep_prompt(turn, turn.say("listen.guide", link=turn.shelf.page(guide)))
    way, index = place
    step = way.steps[index]
    sound = turn.shelf.sound(guide, step)
    if sound is None:
        return keep_prompt(turn, turn.say("listen.page", link=turn.shelf.page(guide, step)))
    number = turn.say("guide.step", number=index + 1, total=len(way.steps))
    words = turn.texts.fill(step.text)  # to follow with the eyes, and where nothing can be heard
    text = turn.say("listen.sound", number=number, step=words, voice=sound.words)
    return keep_prompt(turn, text, sound)


def enlarge(turn: Turn) -> Reply:
    """The page of the step, its letters large from the start."""
    guide, place = _at_hand(turn)
    if guide is None:
        return keep_prompt(turn, turn.say("large.where"))
    step = place[0].steps[place[1]] if place else None
    return keep_prompt(turn, turn.say("large.page", link=turn.shelf.page(guide, step) + "&to=1"))


def _at_hand(turn: Turn) -> tuple[Guide | None, tuple[Way, int] | None]:
    """The guide of the newest view, and the way and step in it unless the view is its opening."""
    view = Action.parse(turn.state.view)
    guide = turn.library.guides.get((*view.args, "")[0]) if view.verb in IN_GUIDE else None
    if turn.place is None or view.verb == "guide" or turn.place[0] is not guide:
        return guide, None
    return guide, turn.place[1:]
