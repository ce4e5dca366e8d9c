"""“góp ý”: three questions about the class, a short quiz, and what was taught to look at again.

Every button carries the class that it is of, so one of last night still means what was read beside it. Which
questions of a quiz a chat has answered stands in its state alone: the tallies take the first answer only.
"""

from __future__ import annotations

from bot.conversation.members import is_number
from bot.conversation.turn import Option, Reply, Say, Turn, reply
from bot.core.vocabulary import TrainingKind
from bot.library import Guide, QuizQuestion
from bot.library.quizzes import name_of
from bot.services import after_class, class_words
from bot.services.after_class import QUESTIONS, Training

ASKS = {
    "clear": (
        "after.ask-clear",
        ("option.clear-easy", "option.clear-fair", "option.clear-hard"),
    ),
    "able": ("after.ask-able", ("option.able-alone", "option.able-helped", "option.able-not")),
    "again": ("after.ask-again", ("option.again-other", "option.again-same", "option.again-no")),
}
"""What is asked of each column, and the three answers, whose places are what is written."""
SKIPPED = "0"
MOST_GUIDES = 3
MOST_MARKS = 15
"""Questions that a chat is remembered to have answered: those of its last few classes."""


# ---- three questions


def go_on(turn: Turn) -> Reply:
    """``after`` opens, ``after:12:2`` asks the second question, ``after:12:2:1`` answers it."""
    training = _training(turn)
    if training is None:
        return _nothing(turn)
    if not after_class.is_open(training):
        closed = Say(turn.say("after.closed", title=training.outline.title), home=False)
        return _with_note(turn, training, closed)
    number, value = (*turn.args, "", "", "")[1:3]
    if number not in _numbers(len(QUESTIONS)):
        return _open(turn, training)
    place = int(number)
    if value not in (*_numbers(3), SKIPPED):
        return _ask(turn, training, place)
    if value != SKIPPED:
        said = (QUESTIONS[place - 1], int(value))
        after_class.answer(turn.unit, turn.commune.id, turn.identity, training, said)
    if place < len(QUESTIONS):
        return _ask(turn, training, place + 1)
    return _ask_next(turn, training, 0, turn.say("after.thanks"))


def _open(turn: Turn, training: Training) -> Reply:
    """The first question not answered; who answered all may say it anew, or go on to the rest."""
    known = after_class.answers_of(turn.unit, turn.commune.id, turn.identity, training)
    title = training.outline.title
    if known is None:
        day = class_words.day(training.outline.starts_at)
        return _ask(turn, training, 1, turn.say("after.open", title=title, day=day))
    left = next((n for n, one in enumerate(QUESTIONS, 1) if getattr(known, one) is None), 0)
    if left:
        return _ask(turn, training, left)
    options = [turn.option("option.answer-anew", f"after:{training.id}:1")]
    if _unanswered(turn, training):
        options.append(turn.option("option.quiz", f"quiz:{training.id}"))
    options.append(turn.option("option.materials", f"afternote:{training.id}"))
    return reply(turn.say("after.known", title=title), *options, here=f"after:{training.id}")


def _ask(turn: Turn, training: Training, place: int, lead: str = "") -> Reply:
    sentence, labels = ASKS[QUESTIONS[place - 1]]
    action = f"after:{training.id}:{place}"
    options = [turn.option(label, f"{action}:{n}") for n, label in enumerate(labels, start=1)]
    options.append(turn.option("option.skip-question", f"{action}:{SKIPPED}"))
    ask = turn.say("after.ask", number=place, total=len(QUESTIONS), ask=turn.say(sentence))
    return reply(f"{lead}\n{ask}" if lead else ask, *options, here=action)


def _training(turn: Turn) -> Training | None:
    """The class that the button names; without one the newest of this chat."""
    named = (*turn.args, "")[0]
    if not named:
        return after_class.find_newest(turn.unit, turn.commune.id, turn.identity)
    if not is_number(named):
        return None
    return after_class.find(turn.unit, turn.commune.id, turn.identity, int(named))


def _nothing(turn: Turn) -> Reply:
    topics = turn.option("option.other-guides", "topics")
    person = turn.option("option.person", "person")
    days = after_class.WITHIN.days
    return reply(turn.say("after.none", days=days), topics, person)


def _numbers(most: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, most + 1))


# ---- the quiz


def quiz(turn: Turn) -> Reply:
    """``quiz:12`` asks what is not answered yet, ``quiz:12:2`` the second, ``quiz:12:2:1`` answers it."""
    training = _training(turn)
    if training is None:
        return _nothing(turn)
    questions = _questions(turn, training)
    number, value = (*turn.args, "", "", "")[1:3]
    if number not in _numbers(len(questions)):
        return _ask_next(turn, training, 0)
    question = questions[int(number) - 1]
    if value not in _numbers(len(question.answers)):
        return _ask_quiz(turn, training, int(number))
    return _take_quiz(turn, training, int(number), int(value))


def _take_quiz(turn: Turn, training: Training, number: int, value: int) -> Reply:
    """Why it is so, then the next question; only the first answer of a chat is counted."""
    question = _questions(turn, training)[number - 1]
    is_right, mark = value == question.right, f"{training.id}.{number}"
    marks = turn.state.quizzed.split()
    if mark not in marks:
        done = (name_of(training.outline.topic, question), is_right)
        after_class.count_quiz(turn.unit, turn.commune.id, training, done)
        marks = [*marks, mark][-MOST_MARKS:]
    why = turn.texts.fill(question.why)
    verdict = turn.say("quiz.right" if is_right else "quiz.wrong", why=why)
    return _ask_next(turn, training, number, verdict, marks)


def _ask_next(
    turn: Turn, training: Training, after: int, lead: str = "", marks: list[str] | None = None
) -> Reply:
    """The next question that this chat has not answered; after the last one the note."""
    known = turn.state.quizzed.split() if marks is None else marks
    total = len(_questions(turn, training))
    open_ones = (n for n in range(after + 1, total + 1) if f"{training.id}.{n}" not in known)
    number = next(open_ones, None)
    if number is not None:
        return _ask_quiz(turn, training, number, lead, known)
    says = (Say(lead, home=False),) if lead else ()
    return _with_note(turn, training, *says, marks=known)


def _ask_quiz(
    turn: Turn, training: Training, number: int, lead: str = "", marks: list[str] | None = None
) -> Reply:
    questions = _questions(turn, training)
    question, action = questions[number - 1], f"quiz:{training.id}:{number}"
    options = [
        Option(turn.texts.fill(answer), f"{action}:{n}")
        for n, answer in enumerate(question.answers, start=1)
    ]
    options.append(turn.option("option.materials-now", f"afternote:{training.id}"))
    ask = turn.texts.fill(question.ask)
    text = turn.say("quiz.ask", number=number, total=len(questions), ask=ask)
    say = Say(f"{lead}\n{text}" if lead else text, tuple(options))
    return Reply((say,), here=action, quizzed=None if marks is None else " ".join(marks))


def _questions(turn: Turn, training: Training) -> tuple[QuizQuestion, ...]:
    return turn.library.quizzes[training.outline.topic].questions


def _unanswered(turn: Turn, training: Training) -> bool:
    marks = turn.state.quizzed.split()
    numbers = range(1, len(_questions(turn, training)) + 1)
    return any(f"{training.id}.{number}" not in marks for number in numbers)


# ---- the note and what was taught


def show_note(turn: Turn) -> Reply:
    """“đã được hướng dẫn”, and the guides of the class; ``afternote:12:1`` shows further ones."""
    training = _training(turn)
    if training is None:
        return _nothing(turn)
    page = (*turn.args, "", "")[1]
    if page and is_number(page):
        return _more_guides(turn, training, int(page))
    return _with_note(turn, training)


def _with_note(
    turn: Turn, training: Training, *before: Say, marks: list[str] | None = None
) -> Reply:
    outline = training.outline
    sentence = "after.note-office" if outline.team_id is None else "after.note-team"
    if outline.kind is TrainingKind.CONTEST:
        sentence = "after.note-contest"
    text = turn.say(sentence, title=outline.title, day=class_words.day(outline.starts_at))
    note = Say(text, (*_guides(turn, training, 0), *_onward(turn, training)))
    quizzed = None if marks is None else " ".join(marks)
    return Reply((*before, note), here=f"afternote:{training.id}", quizzed=quizzed)


def _more_guides(turn: Turn, training: Training, page: int) -> Reply:
    options = _guides(turn, training, page)
    if not options:
        return _with_note(turn, training)
    text = turn.say("after.more", title=training.outline.title)
    return reply(text, *options, here=f"afternote:{training.id}:{page}")


def _guides(turn: Turn, training: Training, page: int) -> list[Option]:
    """Three guides of the class, and the way to the next three."""
    taught = _taught(turn, training)
    first = page * MOST_GUIDES
    options = [
        Option(guide.title, f"guide:{guide.id}") for guide in taught[first : first + MOST_GUIDES]
    ]
    if options and len(taught) > first + MOST_GUIDES:
        options.append(turn.option("option.more", f"afternote:{training.id}:{page + 1}"))
    return options


def _taught(turn: Turn, training: Training) -> list[Guide]:
    """The guides that the class was about; where none was named the first ones of its topic."""
    library, outline = turn.library, training.outline
    named = [library.guides[name] for name in outline.guides if name in library.guides]
    if named:
        return named
    under = library.menu.guides_under(library.guides, outline.topic)
    return [guide for guide in under if guide.topic is outline.topic][:MOST_GUIDES]


def _onward(turn: Turn, training: Training) -> list[Option]:
    """On to the platform, and for who cannot do it alone yet a neighbour of the team."""
    learn = turn.option("option.learn-on", "learn")
    known = after_class.answers_of(turn.unit, turn.commune.id, turn.identity, training)
    is_able = known is None or known.able in (None, 1)
    is_full = len(_taught(turn, training)) > MOST_GUIDES
    return [learn] if is_able or is_full else [learn, turn.option("option.ask-team", "ask")]
