"""What a plan says of reporting: who compiles, who sends by which day, tasks, denominators, breaks."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.library.duty import Clock, Day
from bot.library.guides import Day as Date
from bot.library.guides import kebab
from bot.library.source import Record
from bot.library.wording import refuse

Slug = Annotated[str, AfterValidator(kebab(60))]
COMPILER = "compiler"
"""How a deadline calls the office that compiles the report."""
Month = Annotated[StrictInt, Field(ge=1, le=12)]
WindowKind = Literal[
    "month", "quarter", "half", "year",
    "reporting-month", "reporting-quarter", "reporting-half", "reporting-year",
]  # fmt: skip
"""What a report may be about; ``reporting-`` are the periods of Nghị định 09/2019/NĐ-CP, Điều 12."""


class OfficeWeek(Record):
    """The week of the office: it ends on that day, at that hour; what comes later is of the next one."""

    last_day: Day = 5
    hour: Clock | None = None


class Head(Record):
    """What stands above and below a report; None is for the office itself to enter."""

    compiler: str
    clause: str | None = None  # where the plan says who compiles
    header: Literal["ubnd", "phong"] = "ubnd"
    superior: str | None = None  # cơ quan chủ quản
    issuer: str | None = None  # cơ quan ban hành, where it is neither UBND nor the office in charge
    code: str | None = None  # ký hiệu: BC-UBND
    signer: tuple[str, ...] = ()  # line by line: TM. ỦY BAN NHÂN DÂN, CHỦ TỊCH
    recipients: tuple[str, ...] = ()  # nơi nhận, without the line of the archive
    archive: str | None = None  # Lưu: VT, VHXH
    grounds: tuple[str, ...] = ()  # căn cứ
    week: OfficeWeek = OfficeWeek()


class Reporter(Record):
    """A unit that the plan makes report; ``neighbourhoods`` stands for each khu phố or ấp there is."""

    id: Slug
    name: str
    kind: Literal["neighbourhoods", "office", "centre", "police", "health", "school", "other"]
    owners: tuple[str, ...] = ()  # how targets and tasks call it, where that is not its name
    clause: str


class Before(Record):
    """“Trước ngày 05 tháng 12”: the day before it at the latest; without months it is every month's."""

    day: Annotated[StrictInt, Field(ge=1, le=31)]
    months: tuple[Month, ...] = ()

    @field_validator("months")
    @classmethod
    def _once_each(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(value)) == len(value):
            return value
        raise refuse("«months» có tháng viết hai lần", "mỗi tháng viết một lần")


class Deadline(Record):
    """Who sends what to whom; without ``before`` the plan names no day and the office is asked.

    ``window`` and ``of`` tell which period the report is about: the one that the day lies in, or the one
    before that. A clause that says “định kỳ” and nothing more has neither ``period`` nor ``window``.
    """

    id: Slug
    senders: Annotated[tuple[str, ...], Field(min_length=1)]  # ids of reporters, or ``compiler``
    receiver: str
    period: Literal["month", "quarter", "half", "year"] | None
    before: Before | None = None
    window: WindowKind | None = None
    of: Literal["this", "previous"] | None = None
    clause: str
    text: str

    @model_validator(mode="after")
    def _whole(self) -> "Deadline":
        if self.before is None or (self.period and self.window and self.of):
            return self
        raise refuse(f"hạn «{self.id}» có ngày mà thiếu kỳ", "ghi đủ «period», «window» và «of»")


class Task(Record):
    """A task (nhiệm vụ) as the plan writes it; ``ends_on`` where its date can be read."""

    id: Slug
    text: str
    lead: str | None = None
    partners: str | None = None
    product: str | None = None
    due: str | None = None
    ends_on: Date | None = None
    source: str
    focus: StrictBool = False


class Denominator(Record):
    """What shares are of: entered by the office with its source and date."""

    id: Slug
    title: str
    unit: str
    source: str  # the clause that asks for it


class Milestone(Record):
    """How much of a target a plan wants by the end of a day: its own calendar, which goes before any line."""

    by: Date
    value: StrictInt | StrictFloat


class Break(Record):
    """Days that a plan declares off; both belong to it."""

    starts_on: Date = Field(alias="from")
    ends_on: Date = Field(alias="to")
    why: str

    @field_validator("ends_on")
    @classmethod
    def _forwards(cls, value: dt.date, known: ValidationInfo) -> dt.date:
        if value >= known.data.get("starts_on", value):
            return value
        raise refuse("«to» đứng trước «from»", "ghi ngày cuối cùng của đợt nghỉ")
