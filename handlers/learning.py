"""Going on to learn on the official platform; what chats and teams tell of it, and taking that back."""

from __future__ import annotations

from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at
from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.core.text import spoken_number
from bot.core.vocabulary import LearningStage
from bot.library import Course
from bot.services import learning

AT_COUNT = "learn.count"
USUAL = (1, 2, 3, 4, 5)
"""How many people a member may tap: each the digit that it stands at. Any other number is typed."""
NOUNS = ("người", "nguoi")


def show(turn: Turn) -> Reply:
    """Where the platform is and how one gets in: that counts as introduced, once a chat and course."""
    course, platform = _course(turn), turn.library.learning.platform
    what = (LearningStage.INTRODUCED, course.code)
    learning.note_of_chat(turn.unit, turn.commune.id, turn.identity, what, turn.key)
    text = turn.say("learn.where", name=platform.name, url=platform.url, course=course.name)
    options = [turn.option("option.learned", f"learndone:{course.code}")]
    if platform.guide in turn.library.guides:
        options.insert(0, turn.option("option.learn-steps", f"guide:{platform.guide}"))
    others = (one for one in turn.library.learning.courses if one is not course)
    options += [Option(_title(one), f"learn:{one.code}") for one in others]
    return reply(text, *options, here=f"learn:{course.code}")


def done(turn: Turn) -> Reply:
    """“Tôi học xong rồi”: their own word, which is no certificate; a slip can be taken back."""
    course = _course(turn)
    what = (LearningStage.SELF_REPORTED, course.code)
    is_new = learning.note_of_chat(turn.unit, turn.commune.id, turn.identity, what, turn.key)
    text = turn.say("learn.done" if is_new else "learn.done-before", course=course.name)
    slip = turn.option("option.learned-not", f"learnoff:{course.code}")
    return reply(text, slip, turn.option("option.other-guides", "topics"))


def take_back(turn: Turn) -> Reply:
    """“Bấm nhầm”: they have not said it."""
    course = _course(turn)
    learning.take_back_of_chat(turn.unit, turn.commune.id, turn.identity, course.code)
    again = turn.option("option.learn-on", f"learn:{course.code}")
    return reply(turn.say("learn.not-done", course=course.name), again)


def _course(turn: Turn) -> Course:
    return turn.library.learning.course((*turn.args, "")[0])


def _title(course: Course) -> str:
    return course.name[0].upper() + course.name[1:]


# ---- the team


def ask_count(turn: Turn, worker: Worker) -> Reply:
    """“giới thiệu nền tảng”: how many people it was shown to; one tap, or a number."""
    return _asking(turn, turn.say("learn.how-many", name=turn.library.learning.platform.name))


def _asking(turn: Turn, text: str, misses: int = 0) -> Reply:
    # The key travels in the buttons: the same one pressed twice is written once.
    options = tuple(
        turn.option("option.learn-people", f"learntold:{count}:{turn.key}", count=count)
        for count in USUAL
    )
    data = {"key": turn.key}
    return Reply((Say(text, options),), here="learntell", at=AT_COUNT, data=data, misses=misses)


def is_count(turn: Turn) -> bool:
    """True for a number typed while one is waited for."""
    return is_words_at(turn, AT_COUNT) and _written(turn) is not None


def _written(turn: Turn) -> int | None:
    said = turn.inbound.text.lower().strip(" .,!")
    for noun in NOUNS:
        said = said.removesuffix(noun).strip()
    return int(said) if is_number(said) else spoken_number(said)


def take_count(turn: Turn, worker: Worker) -> Reply:
    """The typed number; a button of five does the same."""
    count = _written(turn)
    if count is None or not 1 <= count <= learning.MOST_TOLD:
        return _asking(turn, turn.say("learn.count"), turn.state.misses + 1)
    return _tell(turn, worker, count, turn.state.data.get("key", turn.key))


def told(turn: Turn, worker: Worker) -> Reply:
    """The tapped number."""
    number, key = (*turn.args, "", "")[:2]
    is_ours = is_number(number) and is_number(key)
    if not is_ours or not 1 <= int(number) <= learning.MOST_TOLD:
        return ask_count(turn, worker)
    return _tell(turn, worker, int(number), key)


def _tell(turn: Turn, worker: Worker, count: int, key: str) -> Reply:
    course = turn.library.learning.courses[0]
    what = (course.code, count, f"learn:{worker.id}:{key}")
    written, is_new = learning.tell(turn.unit, turn.commune.id, worker, what)
    sentence = "learn.told" if is_new else "learn.told-before"
    text = turn.say(sentence, name=turn.library.learning.platform.name, count=written.count)
    undo = turn.option("option.learn-undo", f"learnundo:{written.id}")
    return reply(text, undo, turn.option("option.mine", "mine"))


def undo(turn: Turn, worker: Worker) -> Reply:
    """What was told by mistake does not count any more."""
    number = (*turn.args, "")[0]
    is_gone = is_number(number) and learning.undo(turn.unit, turn.commune.id, worker, int(number))
    anew = turn.option("option.learn-tell", "learntell")
    return reply(turn.say("learn.undone" if is_gone else "learn.not-undone"), anew)


ACTIONS: dict[str, MemberHandler] = {
    "learntell": ask_count,
    "learntold": told,
    "learnundo": undo,
}
