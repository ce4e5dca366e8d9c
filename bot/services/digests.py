"""The digest of the week that ended: when it is due, what it says, and by which road it goes.

It is made once a commune and week. Where no chat of the office lets it in it goes by the road that the office
has settled, or waits on the office's page until one does; whoever types for it is told at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.messages import Outbound
from bot.core.periods import ZONE, Period, today, week_of
from bot.core.terms import Passage, Terms, passage
from bot.core.vocabulary import Audience, CommuneId, DigestState, Role, TrainingKind
from bot.library import Glossary, Plan
from bot.locale import Texts
from bot.services import digest_lines, period_report, questions, stats
from bot.services.digest_lines import Asked, Report, TeamFacts
from bot.services.trainings import COUNTING
from storage import (
    digest_readers,
    digests,
    help_requests,
    jobs,
    notices,
    team_series,
    trainings,
)
from storage.communes import Commune
from storage.database import Unit
from storage.digests import MAIL, Habit, NewDigest
from storage.digests import Digest as Digest  # pages take it from here
from storage.reaching import Open

WEEK = timedelta(days=7)
MINUTE = 30
"""Digests go at half past the hour that was chosen: seven means 7:30."""
EARLIEST, LATEST = 7, 19
FROM_HOUR, TO_HOUR = 7, 20
"""Local hours in which anybody may be written to; the last one is not among them."""
LATE_BY = timedelta(hours=36)
"""A program that was off on Monday still tells on Tuesday; what is older is read on the page."""
NOWHERE = "none"
ROADS = (NOWHERE, "telegram", "zalo_bot", "zalo_oa", MAIL)
"""What the next road may be."""
USUAL = Habit(is_on=True, weekday=1, hour=7, next_road=NOWHERE)
READERS = (Role.OFFICER,)
MAY_READ = (Role.OFFICER, Role.LEADER)
"""Who of the office is told it when they type for it."""
LOOKED_UP_LAST = "web_chat"
"""Nobody is told that something came there before they look."""
TermsOf = Callable[[str], Terms]


@dataclass(frozen=True, slots=True)
class Ground:
    """A commune as digests need it, in a unit of work."""

    unit: Unit
    commune: Commune
    plan: Plan
    texts: Texts
    glossary: Glossary


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """The lines for the leaders of one team."""

    team_id: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """All digests of a week before they are kept; ``said`` quotes the question, ``kept`` does not."""

    week: Period
    said: tuple[str, ...]
    kept: tuple[str, ...]
    teams: tuple[TeamDraft, ...]


def last_week(now: datetime) -> Period:
    """The newest week that has ended."""
    return week_of(today(now) - WEEK)


def habit_of(unit: Unit, commune: CommuneId) -> Habit:
    """What the office has settled, else the usual: Monday at half past seven, no other road."""
    return digests.find_habit(unit, commune) or USUAL


def due_at(habit: Habit, day: date) -> datetime:
    """When the digest goes in the week of that day."""
    there = week_of(day).start + timedelta(days=habit.weekday - 1)
    return datetime.combine(there, time(habit.hour, MINUTE), ZONE)


def find_due(unit: Unit, commune: CommuneId) -> Period | None:
    """The week that is to be told of now; None at night, before and after its time, and once it was told.

    Also None where nothing had been written down by the end of that week: there is nothing to tell.
    """
    now, habit = unit.now, habit_of(unit, commune)
    if not habit.is_on or not _is_day(now):
        return None
    due = due_at(habit, today(now))
    week = last_week(now)
    if not due <= now < due + LATE_BY or digests.is_made(unit, commune, week.key):
        return None
    first = stats.first_day(unit, commune)
    return week if first is not None and first < week.end else None


def _is_day(now: datetime) -> bool:
    return FROM_HOUR <= now.astimezone(ZONE).hour < TO_HOUR


# ---- what they say


def draft(ground: Ground, week: Period) -> Draft:
    """The digest of the office and those of every team with a leader; writes nothing."""
    report = _report(ground, week)
    asked = _asked(ground, week)
    led = digest_readers.list_led(ground.unit, ground.commune.id)
    teams = [
        TeamDraft(one.id, tuple(_of_team(ground, report, week, (one.id, one.name)))) for one in led
    ]
    said, kept = (
        tuple(digest_lines.of_office(ground.texts, report, asked, quotes=quotes))
        for quotes in (True, False)
    )
    return Draft(week, said, kept, tuple(teams))


def draft_office(ground: Ground, week: Period) -> tuple[str, ...]:
    """The lines of the office's digest as they are kept: without the words of the question."""
    report, asked = _report(ground, week), _asked(ground, week)
    return tuple(digest_lines.of_office(ground.texts, report, asked, quotes=False))


def read_office(ground: Ground) -> tuple[str, ...]:
    """The messages of the week that ended, for who works in the office."""
    week = last_week(ground.unit.now)
    report, asked = _report(ground, week), _asked(ground, week)
    return digest_lines.messages(digest_lines.of_office(ground.texts, report, asked, quotes=True))


def read_team(ground: Ground, team: tuple[int, str]) -> tuple[str, ...]:
    """The same for the leader of (id, name) of a team."""
    week = last_week(ground.unit.now)
    return digest_lines.messages(_of_team(ground, _report(ground, week), week, team))


def _report(ground: Ground, week: Period) -> Report:
    return period_report.find(ground.unit, ground.commune, ground.plan, week, Audience.INTERNAL)


def _asked(ground: Ground, week: Period) -> Asked | None:
    """What no guide answers and was asked again in that week or since, the most asked first."""
    found = questions.list_unanswered(ground.unit, ground.commune.id, ground.glossary)
    newest = next((one for one in found if one.last >= week.start), None)
    return Asked(newest.text, newest.count) if newest else None


def _of_team(ground: Ground, report: Report, week: Period, team: tuple[int, str]) -> list[str]:
    unit, commune = ground.unit, ground.commune.id
    family = set(team_series.family(unit, commune, team[0]))
    held = trainings.list_between(unit, commune, (week.start_at, week.end_at), COUNTING)
    classes = [
        one
        for one in held
        if one.outline.kind is TrainingKind.CLASS and one.outline.team_id in family
    ]
    open_now = help_requests.list_open(unit, commune)
    waiting = sum(one.team_id in family and one.ward_at is None for one in open_now)
    facts = TeamFacts(team[1], len(classes), waiting)
    return digest_lines.of_team(ground.texts, report, facts)


# ---- by which road they go


def send(unit: Unit, commune: CommuneId, made: Draft, terms: TermsOf) -> bool:
    """Keep the digests of a week and put them on their roads; False when another process was faster."""
    week = made.week.key
    if not jobs.begin(unit, f"digest:{commune}", week):
        return False
    habit = habit_of(unit, commune)
    texts = digest_lines.messages(made.said)
    went: list[str] = []
    for _, chats in digest_readers.list_office(unit, commune, READERS):
        went += _go(unit, _open_chat(unit, chats, habit.next_road, terms), f"digest:{week}", texts)
    road = went[0] if went else (MAIL if habit.next_road == MAIL and habit.mail else None)
    state = DigestState.SENT if went else DigestState.WAITING
    digests.add(unit, commune, NewDigest(week, None, made.kept, state, road))
    led = {one.id: one for one in digest_readers.list_led(unit, commune)}
    for one in made.teams:
        if one.team_id in led:
            _send_team(unit, commune, week, (one, led[one.team_id].leaders, terms))
    return True


def _send_team(
    unit: Unit,
    commune: CommuneId,
    week: str,
    of: tuple[TeamDraft, Sequence[Sequence[Open]], TermsOf],
) -> None:
    made, leaders, terms = of
    key, texts = f"digest:{week}:{made.team_id}", digest_lines.messages(made.lines)
    went: list[str] = []
    for chats in leaders:
        went += _go(unit, _open_chat(unit, chats, "", terms), key, texts)
    state = DigestState.SENT if went else DigestState.WAITING
    road = went[0] if went else None
    digests.add(unit, commune, NewDigest(week, made.team_id, made.lines, state, road))


def is_any_waiting(unit: Unit, commune: CommuneId) -> bool:
    """True by day while a digest of the newest week waits for a chat to open."""
    return _is_day(unit.now) and bool(_list_waiting(unit, commune))


def send_waiting(unit: Unit, commune: CommuneId, terms: TermsOf) -> int:
    """Send those whose readers have written again since, as they were kept; gives how many went."""
    sent, next_road = 0, habit_of(unit, commune).next_road
    led = {one.name: one for one in digest_readers.list_led(unit, commune)}
    for one in _list_waiting(unit, commune):
        key, road = f"digest:{one.week}", next_road
        readers: Sequence[Sequence[Open]] = ()
        if one.team is None:
            readers = [chats for _, chats in digest_readers.list_office(unit, commune, READERS)]
        elif one.team in led:
            team = led[one.team]
            key, readers, road = f"{key}:{team.id}", team.leaders, ""
        went: list[str] = []
        for chats in readers:
            chat = _open_chat(unit, chats, road, terms)
            went += _go(unit, chat, key, digest_lines.messages(one.lines))
        if went:
            sent += _settle(unit, commune, one, went[0])
    return sent


def note_read(unit: Unit, commune: CommuneId, team: str | None, channel: str) -> None:
    """Somebody has just read the digest of the office, or of a team, in a chat: it need not come again."""
    for one in _list_waiting(unit, commune):
        if one.team == team:
            _settle(unit, commune, one, channel)


def _settle(unit: Unit, commune: CommuneId, one: Digest, road: str) -> bool:
    digests.note_road(unit, commune, one.id, road)
    return digests.settle(unit, commune, one.id, DigestState.SENT)


def _list_waiting(unit: Unit, commune: CommuneId) -> list[Digest]:
    made = digests.list_since(unit, commune, last_week(unit.now).key)
    return [one for one in made if one.state is DigestState.WAITING and one.road != MAIL]


def _open_chat(unit: Unit, chats: Sequence[Open], next_road: str, terms: TermsOf) -> Open | None:
    """The chat used last where it lets us in now, else the one of the next road; None: neither does."""
    first = sorted(chats, key=lambda one: one.channel == LOOKED_UP_LAST)[:1]
    others = [one for one in chats if one.channel == next_road]
    return next((one for one in (*first, *others) if _is_open(unit, one, terms)), None)


def _is_open(unit: Unit, one: Open, terms: TermsOf) -> bool:
    return passage(terms(one.channel), one.last_act_at, unit.now)[0] is Passage.FREE


def _go(unit: Unit, to: Open | None, key: str, texts: Iterable[str]) -> list[str]:
    """Put the messages out; gives the channel when that was done."""
    if to is None:
        return []
    done = [
        notices.post(unit, to.chat, f"{key}:{number}", Outbound(text))
        for number, text in enumerate(texts)
    ]
    return [to.channel] if any(done) else []
