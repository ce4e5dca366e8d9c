"""“nhóm ưu tiên”: how many people of each group were helped this week; heads only, never beside a person."""

from __future__ import annotations

from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at
from bot.conversation.turn import Option, Reply, Say, Turn
from bot.core.text import spoken_number
from bot.core.vocabulary import PriorityGroup
from bot.services import head_counts

AT_HEADS = "heads.ask"
GROUPS = {str(number): group for number, group in enumerate(PriorityGroup, start=1)}
"""What a button carries: values are added at the end, so that old buttons keep their meaning."""


def show(turn: Turn, worker: Worker) -> Reply:
    """The groups with this week's heads."""
    return _shown(turn, worker, turn.say("heads.which"))


def _shown(turn: Turn, worker: Worker, text: str) -> Reply:
    known = head_counts.of_week(turn.unit, turn.commune.id, worker)
    options = []
    for number, group in GROUPS.items():
        name = turn.say(f"group.{group}")
        count = known.get(group)
        label = name if count is None else turn.say("heads.line", name=name, count=count)
        options.append(Option(label, f"logheadn:{number}"))
    return Reply((Say(text, tuple(options)),), here="loghead")


def ask(turn: Turn, worker: Worker) -> Reply:
    """How many of a group."""
    number = (*turn.args, "")[0]
    if number not in GROUPS:
        return show(turn, worker)
    return _asking(turn, number, 0)


def _asking(turn: Turn, number: str, misses: int) -> Reply:
    sentence = "heads.wrong" if misses else "heads.ask"
    group = turn.say(f"group.{GROUPS[number]}")
    text = turn.say(sentence, group=group, most=head_counts.MOST_HEADS)
    data = {"group": number}
    here = f"logheadn:{number}"
    return Reply((Say(text),), here=here, at=AT_HEADS, data=data, misses=misses)


def is_count(turn: Turn) -> bool:
    """True for a number typed while one is waited for."""
    return is_words_at(turn, AT_HEADS) and _written(turn) is not None


def _written(turn: Turn) -> int | None:
    said = turn.inbound.text.lower().strip(" .,!")
    for noun in ("người", "nguoi"):
        said = said.removesuffix(noun).strip()
    return int(said) if is_number(said) else spoken_number(said)


def take(turn: Turn, worker: Worker) -> Reply:
    """The typed number; one that was told before is replaced."""
    group, count = GROUPS.get(turn.state.data.get("group", "")), _written(turn)
    if group is None:
        return show(turn, worker)
    if count is None or not 0 <= count <= head_counts.MOST_HEADS:
        return _asking(turn, turn.state.data["group"], turn.state.misses + 1)
    client_id = f"heads:{worker.id}:{turn.key}"
    head_counts.tell(turn.unit, turn.commune.id, worker, (group, count, client_id))
    text = turn.say("heads.saved", group=turn.say(f"group.{group}"), count=count)
    return _shown(turn, worker, text)


ACTIONS: dict[str, MemberHandler] = {"loghead": show, "logheadn": ask}
