"""What a commune's plan is: ``content/plans/<slug>.yaml`` as frozen data. Progress is not its business."""

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.core.errors import ContentError, Fault
from bot.core.vocabulary import AddressForm, CommunicationUnit
from bot.library.colours import HOUSE_COLOUR, Colour
from bot.library.duty import Duty
from bot.library.guides import Day
from bot.library.reporting import (
    COMPILER,
    Break,
    Deadline,
    Denominator,
    Head,
    Milestone,
    Reporter,
    Slug,
    Task,
)
from bot.library.source import Lines, Record, check, line_of, parse
from bot.library.wording import refuse


def _number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    raise refuse(f"«{value}» không phải là số", "viết số, không có ngoặc kép và dấu %")


Number = Annotated[StrictInt | StrictFloat, BeforeValidator(_number)]


class Tag(StrEnum):
    """What a target touches; a target that touches only ``other`` is of no focus to us."""

    RESIDENTS = "residents"
    HOUSEHOLDS = "households"
    TEAMS = "teams"
    CLASSES = "classes"
    DIGITAL_SKILLS = "digital-skills"
    VNEID = "vneid"
    DVC = "dvc"
    CASHLESS = "cashless"
    SIGNATURE = "signature"
    E_HEALTH = "e-health"
    OTHER = "other"


class Formula(StrEnum):
    """The figures that our own logs can give; each is defined in bot/services/stats.py."""

    COMMUNICATION_SESSIONS = "communication_sessions"
    CLASSES_HELD = "classes_held"
    PEOPLE_TRAINED = "people_trained"
    CONTESTS_HELD = "contests_held"
    CONTESTANTS = "contestants"
    TEAMS_ACTIVE = "teams_active"


class Office(Record):
    """The office in charge; None is for the office itself to enter."""

    name: str
    phone: str | None = None
    hours: str | None = None


class Neighbourhoods(Record):
    """The khu phố or ấp of the commune, by their short names."""

    kind: Literal["khu_pho", "ap"]
    names: tuple[str, ...]

    def long_name(self, name: str) -> str:
        """The name as a sentence says it: ``KP 1`` is ``khu phố 1``."""
        bare = re.sub(r"^(KP|khu phố|ấp)\s+", "", name, flags=re.IGNORECASE)
        return f"{'khu phố' if self.kind == 'khu_pho' else 'ấp'} {bare}"


class Teams(Record):
    """How many Tổ công nghệ số there are; None when the plan does not say."""

    count: Annotated[StrictInt, Field(ge=1)] | None = None
    per: Literal["neighbourhood"] | None = None


class Sessions(Record):
    """What the plan counts as a “buổi”: outreach sessions alone, unless the office writes more kinds.

    A plan that means loudspeaker readings as well has to say so: ten readings are no ten sessions.
    """

    counts: Annotated[tuple[CommunicationUnit, ...], Field(min_length=1)] = (
        CommunicationUnit.SESSION,
    )

    @field_validator("counts")
    @classmethod
    def _once_each(cls, value: tuple[CommunicationUnit, ...]) -> tuple[CommunicationUnit, ...]:
        if len(set(value)) == len(value):
            return value
        raise refuse("«counts» có loại viết hai lần", "mỗi loại viết một lần")


class Paper(Record):
    """The document that sets the targets."""

    title: str
    year: Annotated[StrictInt, Field(ge=2020, le=2100)]
    seed: str


class Target(Record):
    """One thing to reach, with the clause that sets it. Both days belong to its validity."""

    id: Slug
    title: str
    unit: str
    op: Literal[">=", ">", "=", "<", "<="]
    value: Number | None = None
    value_to: Number | None = None
    level: str | None = None
    per: Literal["year", "quarter"] | None = None
    starts_on: Day = Field(alias="from")
    ends_on: Day = Field(alias="to")
    kind: Literal["computed", "entered"]
    formula: Formula | None = None
    denominator: Slug | None = None  # what it is a share of, where that is a figure of the commune
    conflicts_with: Slug | None = None  # the clause that says otherwise of the same thing
    calendar: tuple[Milestone, ...] = ()  # what it wants by which day, where it says so
    since: Day | None = (
        None  # from when on it reads so, where it was changed; else from the next load
    )
    owner: str | None = None
    source: str
    focus: StrictBool
    tags: Annotated[tuple[Tag, ...], Field(min_length=1)]

    @field_validator("value_to")
    @classmethod
    def _upwards(cls, value: float | None, known: ValidationInfo) -> float | None:
        low = known.data.get("value", -math.inf)  # a wrong value is a fault already
        if value is None or (low is not None and value > low):
            return value
        raise refuse("khoảng cần «value» nhỏ hơn «value_to»", "ghi cả hai đầu, số nhỏ trước")

    @field_validator("ends_on")
    @classmethod
    def _forwards(cls, value: dt.date, known: ValidationInfo) -> dt.date:
        if value >= known.data.get("starts_on", value):
            return value
        raise refuse("«to» đứng trước «from»", "ghi ngày cuối cùng còn hiệu lực")

    @model_validator(mode="after")
    def _whole(self) -> "Target":
        if (self.value is None) == (self.level is None):
            raise refuse(
                f"chỉ tiêu «{self.id}» cần một mức", "ghi «value» là số hoặc «level» là chữ"
            )
        if (self.kind == "computed") != (self.formula is not None):
            raise refuse(
                f"chỉ tiêu «{self.id}»: «kind» và «formula» không khớp",
                "computed thì có «formula», entered thì không",
            )
        return self


class LeftOut(Record):
    """A number of the plan that is not a target here, and why."""

    clause: str
    text: str
    why: str


class Plan(Record):
    """A commune and its plan; targets stand in the order of the plan's clauses."""

    slug: Slug
    name: str
    kind: Literal["phuong", "xa"]
    aliases: tuple[str, ...] = ()
    address_form: AddressForm | None = None
    colour: Colour = HOUSE_COLOUR
    office: Office
    duty: Duty = Duty()
    sessions: Sessions = Sessions()
    neighbourhoods: Neighbourhoods
    teams: Teams
    plan: Paper
    report: Head = Head(compiler="Phòng Văn hóa - Xã hội")
    reporters: tuple[Reporter, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    breaks: tuple[Break, ...] = ()
    denominators: tuple[Denominator, ...] = ()
    targets: tuple[Target, ...]
    tasks: tuple[Task, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _whole_year(cls, data: object) -> object:
        """Targets without days are valid for the year of the plan."""
        if not isinstance(data, dict) or not isinstance(data.get("targets"), list):
            return data
        paper = data.get("plan")
        year = paper.get("year") if isinstance(paper, dict) else None
        if type(year) is not int or not dt.MINYEAR <= year <= dt.MAXYEAR:
            year = dt.MINYEAR  # the wrong year is a fault already; one is enough
        days = {"from": dt.date(year, 1, 1), "to": dt.date(year, 12, 31)}
        targets = [days | one if isinstance(one, dict) else one for one in data["targets"]]
        return {**data, "targets": targets}


def read_plan(text: str, file: str) -> Plan:
    """The plan in a text; a ContentError with every fault."""
    data, lines = parse(text, file)
    plan = check(Plan, data, lines, file)
    faults = _faults(plan, lines, file)
    if faults:
        raise ContentError(faults)
    return plan


def _faults(plan: Plan, lines: Lines, file: str) -> list[Fault]:
    faults: list[Fault] = []
    stem = PurePosixPath(file).stem
    if plan.slug != stem:
        what, mend = f"slug «{plan.slug}» khác tên tệp", f"ghi «slug: {stem}» hoặc đổi tên tệp"
        faults.append(Fault(file, line_of(lines, ("slug",)), what, mend))
    faults += _repeated(plan, lines, file)
    faults += _dangling(plan, lines, file)
    for part in ("targets", "tasks", "denominators"):
        for index, one in enumerate(getattr(plan, part)):
            if not one.source.startswith(f"{plan.plan.seed} · "):
                line = line_of(lines, (part, index, "source"))
                mend = f"viết «{plan.plan.seed} · điều khoản»"
                faults.append(Fault(file, line, f"căn cứ «{one.source}» không rõ", mend))
    return faults


def _repeated(plan: Plan, lines: Lines, file: str) -> Iterator[Fault]:
    """Ids that stand twice in their list."""
    for part in ("targets", "tasks", "reporters", "deadlines", "denominators"):
        seen: set[str] = set()
        for index, one in enumerate(getattr(plan, part)):
            if one.id in seen:
                line = line_of(lines, (part, index, "id"))
                yield Fault(file, line, f"mã «{one.id}» đã dùng ở trên", "đặt một mã khác")
            seen.add(one.id)


def _dangling(plan: Plan, lines: Lines, file: str) -> Iterator[Fault]:
    """Ids that lead to nothing in the same file."""
    shares = {one.id for one in plan.denominators}
    targets = {one.id for one in plan.targets}
    senders = {one.id for one in plan.reporters} | {COMPILER}
    for index, target in enumerate(plan.targets):
        for key, known in (("denominator", shares), ("conflicts_with", targets)):
            named = getattr(target, key)
            if named is not None and named not in known:
                line = line_of(lines, ("targets", index, key))
                yield Fault(file, line, f"không có mã «{named}»", f"sửa «{key}» cho đúng mã")
    for index, deadline in enumerate(plan.deadlines):
        for sender in deadline.senders:
            if sender not in senders:
                line = line_of(lines, ("deadlines", index, "senders"))
                yield Fault(file, line, f"không có mã «{sender}»", "ghi mã ở «reporters»")


def plan_as_json(plan: Plan, deadlines: Sequence[object] = ()) -> dict[str, object]:
    """The shape that ``plan show --json`` promises; targets in the order of the file."""
    return {
        "slug": plan.slug,
        "name": plan.name,
        "kind": plan.kind,
        "teams": plan.teams.count,
        "targets": [target_as_json(target) for target in plan.targets],
        "deadlines": list(deadlines),
    }


def target_as_json(target: Target) -> dict[str, object]:
    """One target of that shape."""
    optional: dict[str, object] = {
        "value_to": target.value_to,
        "level": target.level,
        "per": target.per,
    }
    shown: dict[str, object] = {
        "id": target.id,
        "title": target.title,
        "unit": target.unit,
        "op": target.op,
        "value": target.value,
        "from": target.starts_on.isoformat(),
        "to": target.ends_on.isoformat(),
        "kind": target.kind,
        "owner": target.owner,
        "source": target.source,
    }
    return shown | {key: value for key, value in optional.items() if value is not None}
