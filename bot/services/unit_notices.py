"""Leaders of teams are told once that their month can be sent, in words: a notice has no choices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from bot.core.periods import ZONE, Period
from bot.core.text import shorten
from bot.core.vocabulary import Role
from bot.library import Plan
from bot.locale import show_date
from bot.services import unit_desk, unit_periods, unit_reports
from bot.services.reminders import Mail, tell_member
from bot.services.unit_months import MONTHS
from bot.services.unit_reports import Here, team_reporter
from storage import jobs, memberships
from storage.communes import Commune
from storage.database import Unit
from storage.unit_reports import BACK, MEND, NOBODY, UnitReport

JUDGED = {MEND: "unitmonth.mend", BACK: "unitmonth.taken-back"}
LONGEST_WISH = 120
AHEAD = timedelta(days=7)
"""How long before the day of the plan its month is opened by the clock."""
EARLIEST, LATEST = time(7, 30), time(20)
"""Local hours; the last one is not among them."""
Place = tuple[Commune, Plan]


def open_due(unit: Unit, mail: Mail, places: Sequence[Place]) -> int:
    """Open the month of each plan that wants one of its neighbourhoods within a week; gives to how many told.

    Once a month and commune, never at night: what the office has opened before is not told again.
    """
    told = 0
    if not EARLIEST <= unit.now.astimezone(ZONE).time() < LATEST:
        return told
    for commune, plan in places:
        here, reporter = Here(unit, commune, plan), team_reporter(plan)
        calendar = here.calendar()
        period = unit_periods.month_of(calendar, reporter.id, here.today)
        due = unit_periods.due_of(calendar, reporter.id, period)
        if due is None or not due.due - AHEAD <= here.today <= due.send_by:
            continue
        if due.until is None and here.today < period.end:
            continue  # “tới lúc gửi” is not said of a month that has days to come
        if jobs.begin(unit, f"unit-month:{commune.id}", f"{period.kind}:{period.key}"):
            told += tell_leaders(here, mail, period, unit_desk.add_missing(here, period, NOBODY))
    return told


def tell_leaders(here: Here, mail: Mail, period: Period, opened: Sequence[UnitReport]) -> int:
    """Into the chat used last that is open now and wants to hear; gives to how many."""
    teams = [one.sender.team_id for one in opened if one.sender.team_id is not None]
    if period.kind not in MONTHS or not teams:
        return 0
    texts = mail.texts[here.commune.id]
    due = unit_periods.due_of(here.calendar(), team_reporter(here.plan).id, period)
    title = unit_periods.title(texts, period)
    text = texts.say("unitmonth.opened", period=title)
    if due is not None and due.send_by >= here.today:
        text = texts.say("unitmonth.opened-due", period=title, day=show_date(due.send_by))
    return _tell(here, mail, teams, (f"unit-month:{period.kind}:{period.key}", text))


def tell_judged(here: Here, mail: Mail, report: UnitReport, verdict: str, words: str) -> int:
    """The leaders of a team whose month is to be mended, or was taken back, with the words of the office.

    Gives to how many. A unit without a team hears it by its next link, and what was accepted needs no word.
    """
    team, period = report.sender.team_id, unit_reports.period_of(report)
    if team is None or period.kind not in MONTHS or verdict not in JUDGED:
        return 0
    texts = mail.texts[here.commune.id]
    title, wish = unit_periods.title(texts, period), shorten(words, LONGEST_WISH)
    text = texts.say(JUDGED[verdict], period=title, wish=wish)
    return _tell(here, mail, [team], (f"unit-month-{verdict}:{report.id}:{report.revision}", text))


def _tell(here: Here, mail: Mail, teams: Sequence[int], notice: tuple[str, str]) -> int:
    people = memberships.list_members(here.unit, here.commune.id, teams)
    leaders = {one.id for one in people if one.hat.role is Role.TEAM_LEADER}
    return sum(
        tell_member(here.unit, mail, (here.commune.id, one), notice) for one in sorted(leaders)
    )
