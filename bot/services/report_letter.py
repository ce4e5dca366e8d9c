"""What stands around the body of a report: who issues it, to whom, who signs; from the plan's file.

Both headers of a commune are possible: that of its People's Committee (UBND), and that of the office that
compiles (Phòng VH-XH, which has a seal of its own). What the plan's file says belongs to the header that it
chose; of the other one only what every office of that kind has is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.library import Plan
from bot.library.reporting import COMPILER
from bot.locale import Texts
from bot.reports.document import Letter
from bot.services.period_names import name_period, period_of
from bot.services.report_telling import Body

Header = Literal["ubnd", "phong"]
HEADERS: tuple[Header, ...] = ("ubnd", "phong")
KIND = "BÁO CÁO"
COMMITTEE = "Ủy ban nhân dân"
DOTS = "…"
TAIL = re.compile(r"\s+(phường|xã)$")


@dataclass(frozen=True, slots=True)
class Office:
    """Who issues: how its header reads, how a sentence calls it, who signs for it, who gets it besides."""

    superior: str | None
    issuer: tuple[str, ...]
    author: str
    code: str
    signer: tuple[str, ...]
    recipients: tuple[str, ...] = ()


def header_of(plan: Plan, asked: str | None) -> Header:
    """The header that was asked for, else the plan's own."""
    return next((one for one in HEADERS if one == asked), plan.report.header)


def letter_of(
    body: Body, plan: Plan, texts: Texts, asked: str | None, dated: date | None
) -> Letter:
    """All that stands around the body; without a day there is room for one."""
    head, header = plan.report, header_of(plan, asked)
    usual, is_own = _usual(plan, header), header == plan.report.header
    period = period_of(body)
    until = body["period"].get("until")
    year = date.fromisoformat(until).year if until else period.end.year
    recipients = head.recipients if is_own else usual.recipients
    return Letter(
        superior=(head.superior if is_own else None) or usual.superior,
        issuer=(head.issuer,) if is_own and head.issuer else usual.issuer,
        code=(head.code if is_own else None) or usual.code,
        place=plan.name,
        dated=dated,
        year=year,
        kind=KIND,
        about=texts.say("prose.about", period=name_period(texts, period)),
        addressee=_addressee(plan, period.kind),
        signer=(head.signer if is_own else ()) or usual.signer,
        recipients=recipients or (texts.say("prose.open-recipients"),),
        archive=(head.archive if is_own else None) or "VT",
        author=usual.author,
    )


def _usual(plan: Plan, header: Header) -> Office:
    """What every office of that kind has above and below its reports."""
    kind = "phường" if plan.kind == "phuong" else "xã"
    commune = f"{kind} {plan.name}"
    if header == "ubnd":
        return Office(
            None,
            (COMMITTEE.upper(), commune.upper()),
            f"{COMMITTEE} {commune}",
            "BC-UBND",
            (f"TM. {COMMITTEE.upper()}", "CHỦ TỊCH"),
        )
    bare = TAIL.sub("", plan.report.compiler)
    signer = "CHÁNH VĂN PHÒNG" if bare.startswith("Văn phòng") else "TRƯỞNG PHÒNG"
    return Office(
        f"UBND {commune.upper()}",
        (bare.upper(),),
        f"{bare} {commune}",
        f"BC-{DOTS}",
        (signer,),
        (f"UBND {kind} (báo cáo)",),
    )


def _addressee(plan: Plan, kind: str) -> str | None:
    """Who the plan says receives the report of such a period, where it says just one."""
    found = {
        one.receiver for one in plan.deadlines if COMPILER in one.senders and one.window == kind
    }
    return found.pop() if len(found) == 1 else None
