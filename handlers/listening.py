"""“nghe” and “to hơn”: the step at hand as a sound, or on a page that reads aloud and has large letters."""

from __future__ import annotations

from bot.conversation.prompts import keep_prompt
from bot.conversation.turn import Action, Reply, Turn
from bot.library import Guide, Step

IN_GUIDE = frozenset({"guide", "part", "step", "stuck", "other", "fix", "done"})


def listen(turn: Turn) -> Reply:
    """The ward's recording or the machine's voice; else the page, where the browser may have a voice."""
    guide, step = _at_hand(turn)
    if guide is None:
        return keep_prompt(turn, turn.say("listen.where"))
    sound = turn.shelf.sound(guide, step) if step else None
    if step is None or sound is None:
        sentence = "listen.page" if step else "listen.guide"
        return keep_prompt(turn, turn.say(sentence, link=turn.shelf.page(guide, step)))
    return keep_prompt(turn, turn.say("listen.sound", voice=sound.words), sound)


def enlarge(turn: Turn) -> Reply:
    """The page of the step, its letters large from the start."""
    guide, step = _at_hand(turn)
    if guide is None:
        return keep_prompt(turn, turn.say("large.where"))
    return keep_prompt(turn, turn.say("large.page", link=turn.shelf.page(guide, step) + "&to=1"))


def _at_hand(turn: Turn) -> tuple[Guide | None, Step | None]:
    """The guide of the newest view, and its step when that is where the person is."""
    view = Action.parse(turn.state.view)
    guide = turn.library.guides.get((*view.args, "")[0]) if view.verb in IN_GUIDE else None
    if guide is None or turn.place is None or turn.place[0].id != guide.id:
        return guide, None
    _, way, index = turn.place
    return guide, way.steps[index]
