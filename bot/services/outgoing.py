"""What leaves the office shows no small number of people: cells of 1 to 4 in a split of them are taken out.

Visits, totals and targets stay. So that the total does not give away what was taken out, one more cell goes
where a single one would be missing, or where the sum of those missing leaves only one way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.vocabulary import TrainingKind
from bot.library import Plan
from bot.library.plans import Formula

LEAST = 5
"""The smallest number of people that a cell of a split may show outside."""
SPLITS = (("help", "topic", "team"), ("trainings", "kind", "topic"))
"""Splits of people: the part of the report, and the words that the rows of its two splits go by."""
PEOPLE_OF = {
    Formula.CONTESTANTS: TrainingKind.CONTEST,
    Formula.PEOPLE_TRAINED: TrainingKind.CLASS,
}
"""Targets that count the people of a kind of training: they say what its row in the split says."""


def hide(body: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """The same report with small cells unknown, and the path of each in ``hidden``.

    What a target says stays in its row, too: to hide it there would hide nothing.
    """
    parts, hidden, told = dict(body), list(body["hidden"]), _told(body, plan)
    for part, first, second in SPLITS:
        people = {
            word: [
                None if (part, row[word]) in told else row["people"]
                for row in parts[part][f"by_{word}"]
            ]
            for word in (first, second)
        }
        gone = {first: choose(people[first])}
        gone[second] = choose_whole(people[second], is_beside=bool(gone[first]))
        for word, places in gone.items():
            split = parts[part][f"by_{word}"]
            rows = [row | {"people": None} if at in places else row for at, row in enumerate(split)]
            hidden += [f"{part}.by_{word}[{split[at][word]}].people" for at in sorted(places)]
            parts[part] = parts[part] | {f"by_{word}": rows}
    targets, more = _guided(body, is_hidden=any(one.startswith("help.by_topic") for one in hidden))
    return parts | {"targets": targets, "hidden": hidden + more}


def choose(cells: Sequence[int | None]) -> set[int]:
    """The places of the cells to take out of a split whose total is shown; None and 0 tell nothing.

    The only cell there is stays: it is the total. Where every cell is 1, or every cell is 4, nothing is left
    that could be taken out with them.
    """
    known = {at: people for at, people in enumerate(cells) if people}
    small = {at for at, people in known.items() if people < LEAST}
    if not small or len(known) == 1:
        return set()
    total = sum(known[at] for at in small)
    only_way = total in (len(small), (LEAST - 1) * len(small))
    others = [at for at in known if at not in small]
    if others and (len(small) == 1 or only_way):
        return small | {min(others, key=lambda at: known[at])}
    return small


def choose_whole(cells: Sequence[int | None], *, is_beside: bool) -> set[int]:
    """The same of a second split of these people: all of it goes when any cell of either does.

    Whose visits were about what is known, so one split would tell what the other hides.
    """
    known = {at for at, people in enumerate(cells) if people}
    is_small = any(0 < (people or 0) < LEAST for people in cells)
    return known if len(known) > 1 and (is_small or is_beside) else set()


def _told(body: Mapping[str, Any], plan: Plan) -> set[tuple[str, str]]:
    """Kinds of trainings of which a target says how many people the period had; targets are never hidden."""
    kinds = {one.id: PEOPLE_OF[one.formula] for one in plan.targets if one.formula in PEOPLE_OF}
    people = {row["kind"]: row["people"] for row in body["trainings"]["by_kind"]}
    said = {
        kinds[one["id"]]
        for one in body["targets"]
        if one["id"] in kinds and one["in_period"] == people.get(kinds[one["id"]])
    }
    return {("trainings", kind.value) for kind in said}


def _guided(body: dict[str, Any], *, is_hidden: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """People guided on a topic are a split too: small ones go, all of them while a topic is hidden."""
    targets, gone = [], []
    for target in body["targets"]:
        guided = target.get("guided")
        if guided and (is_hidden or guided < LEAST):
            gone.append(f"targets[{target['id']}].guided")
            target = target | {"guided": None}
        targets.append(target)
    return targets, gone
