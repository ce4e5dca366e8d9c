"""The body I–V of a report as sentences: told from its JSON, with what the office typed in its places.

Each number of a sentence is read by its path, so prose and tables cannot differ. Nothing is judged that the
report does not judge, and no cause is invented: of difficulties only two facts are told, who logged nothing
and what nobody could answer. A part that nobody typed says so, for the clerk to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.core.vocabulary import Audience, CommunicationKind, Extra, NotePart, TrainingKind
from bot.locale import Texts
from bot.reports.document import Line, Part, Sentence
from bot.services.period_names import until_end
from bot.services.report_targets_prose import LetOut, needs, targets
from bot.services.report_telling import Body, Clause, Teller
from bot.services.report_words import is_short, lets_out

BULLETS = ("-", "–", "+", "•")
HEADS = ("prose.part-1", "prose.part-2", "prose.part-3", "prose.part-4", "prose.part-5")


def write(body: Body, texts: Texts, *, has_annex: bool) -> list[Part]:
    """All five parts in the order of the outline; ``has_annex`` where tables follow."""
    inside = body["audience"] == Audience.INTERNAL
    is_short_one = has_annex and is_short(body)
    forecast, confirmed = (lets_out(body, one) for one in (Extra.FORECAST, Extra.CONFIRMED))
    let_out = LetOut(forecast, confirmed, has_annex, is_short_one)
    teller = Teller(body, texts)
    lines = (
        _typed(teller, NotePart.DIRECTION),
        _results(teller, let_out),
        [*_typed(teller, NotePart.DIFFICULTIES), *_gaps(teller)],
        [*_typed(teller, NotePart.NEXT), *needs(teller, let_out, inside=inside)],
        _typed(teller, NotePart.PROPOSALS),
    )
    return [Part(texts.say(head), list(found)) for head, found in zip(HEADS, lines, strict=True)]


def typed_lines(text: str) -> Iterator[Sentence]:
    """What was typed, a line each; one that begins with a dash is an item."""
    for line in (one.strip() for one in text.splitlines()):
        if line.startswith(BULLETS):
            yield Sentence(Line.ITEM, line[1:].strip())
        elif line:
            yield Sentence(Line.TEXT, line)


def _typed(teller: Teller, part: NotePart) -> list[Sentence]:
    text = (teller.body.get("texts") or {}).get(part.value)
    if text:
        return list(typed_lines(text))
    return [teller.line(Line.OPEN, "prose.open")]


# ---- II


def _results(teller: Teller, let_out: LetOut) -> Iterator[Sentence]:
    points = (_teams, _communication, _trainings, _help)
    for number, point in enumerate(points, start=1):
        yield teller.line(Line.POINT, f"prose.point-{number}")
        yield from point(teller, let_out)
    yield teller.line(Line.POINT, "prose.point-5")
    yield from targets(teller, let_out)


def _teams(teller: Teller, _: LetOut) -> Iterator[Sentence]:
    if teller.get("teams.reported") is None:
        yield teller.line(Line.TEXT, "prose.teams-unknown")
        return
    sentence = "prose.teams" if teller.get("teams.total") is not None else "prose.teams-no-total"
    figures = {"reported": "teams.reported"}
    if sentence == "prose.teams":
        figures["total"] = "teams.total"
    yield teller.line(Line.TEXT, sentence, **figures)


def _communication(teller: Teller, _: LetOut) -> Iterator[Sentence]:
    yield _counted(teller, "sessions", "communication.sessions")
    for kind in CommunicationKind:
        row = f"communication.by_kind[{kind}]"
        if teller.get(f"{row}.amount"):
            yield teller.line(Line.ITEM, f"prose.put-out-{kind}", amount=f"{row}.amount")


def _trainings(teller: Teller, _: LetOut) -> Iterator[Sentence]:
    for kind, name in ((TrainingKind.CLASS, "classes"), (TrainingKind.CONTEST, "contests")):
        row = f"trainings.by_kind[{kind}]"
        if teller.get(f"{row}.held"):
            yield teller.line(
                Line.TEXT,
                f"prose.{name}",
                held=f"{row}.held",
                attendances=f"{row}.attendances",
                people=f"{row}.people",
            )
        else:
            is_known = teller.get("trainings.held") is not None
            state = "none" if is_known else "unknown"
            yield teller.line(Line.TEXT, f"prose.{name}-{state}")
    if teller.get("cumulative.trainings.held") is not None:
        yield teller.line(
            Line.TEXT,
            "prose.trainings-since",
            since=_since(teller),
            held="cumulative.trainings.held",
            attendances="cumulative.trainings.attendances",
            people="cumulative.trainings.people",
        )


def _help(teller: Teller, let_out: LetOut) -> Iterator[Sentence]:
    if not teller.get("help.visits"):
        is_known = teller.get("help.visits") == 0
        yield teller.line(Line.TEXT, "prose.help-none" if is_known else "prose.help-unknown")
    else:
        told = teller.part("prose.help", visits="help.visits", people="help.people")
        if teller.get("help.visits_without_person"):
            told += teller.part("prose.help-without", visits="help.visits_without_person")
        if teller.get("help.files"):
            told += teller.part("prose.help-files", files="help.files")
        yield _ended(told).as_line(Line.TEXT)
        if let_out.confirmed and teller.get("help.confirmed") is not None:
            yield teller.line(
                Line.TEXT,
                "prose.help-confirmed",
                confirmed="help.confirmed",
                visits="help.visits",
            )
        yield from _topics(teller)
    yield from _help_beside(teller)


def _topics(teller: Teller) -> Iterator[Sentence]:
    for row in teller.get("help.by_topic") or ():
        path = f"help.by_topic[{row['topic']}]"
        words = {"topic": teller.texts.say(f"prose.topic-{row['topic']}")}
        figures = {"visits": f"{path}.visits"}
        if row["people"] is None:  # unknown, or too few to be shown outside
            yield teller.line(Line.ITEM, "prose.topic-visits", words, **figures)
        else:
            figures["people"] = f"{path}.people"
            yield teller.line(Line.ITEM, "prose.topic", words, **figures)


def _help_beside(teller: Teller) -> Iterator[Sentence]:
    """Since New Year, a year ago, requests and questions: each where it is known."""
    for part, since in (("cumulative", _since(teller)), ("last_year", None)):
        if teller.get(f"{part}.help.visits") is not None:
            paths = {name: f"{part}.help.{name}" for name in ("visits", "people")}
            if since is not None:
                yield teller.line(Line.TEXT, "prose.help-since", since=since, **paths)
            else:
                yield teller.line(Line.TEXT, "prose.help-last-year", **paths)
    if teller.get("requests.opened"):
        yield teller.line(
            Line.TEXT, "prose.requests", opened="requests.opened", closed="requests.closed"
        )
    if teller.get("questions.asked"):
        yield teller.line(
            Line.TEXT, "prose.questions", asked="questions.asked", answered="questions.answered"
        )


def _counted(teller: Teller, name: str, path: str) -> Sentence:
    """How many of it in the period, and since New Year where that is known."""
    now = teller.get(path)
    if now:
        told = teller.part(f"prose.{name}", count=path)
    else:
        told = teller.part(f"prose.{name}-none" if now == 0 else f"prose.{name}-unknown")
    since = f"cumulative.{path}"
    if teller.get(since) is not None:
        told += teller.part(f"prose.{name}-since", since=_since(teller), count=since)
    return _ended(told).as_line(Line.TEXT)


def _since(teller: Teller) -> Clause:
    """``Luỹ kế đến hết tháng 6 năm 2026``: of the sum since New Year."""
    end, until = teller.get("cumulative.to"), teller.get("period.until")
    if until is not None:  # the window is not over: nothing is counted to its end
        return teller.part("prose.since-day", day="period.until|formal")
    if end is None:
        return teller.part("prose.since")
    whole = until_end(teller.texts, date.fromisoformat(end))
    return teller.part("prose.since-until", {"until": whole})


def _ended(clause: Clause) -> Clause:
    return clause + Clause(".")


# ---- III


def _gaps(teller: Teller) -> Iterator[Sentence]:
    """Facts of this period that are difficulties by themselves."""
    if teller.get("teams.silent"):
        yield teller.line(
            Line.ITEM, "prose.silent", count="teams.silent|size", teams="teams.silent|names"
        )
    if teller.get("questions.unknown"):
        yield teller.line(Line.ITEM, "prose.unanswered", count="questions.unknown")
