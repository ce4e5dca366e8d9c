"""``duty`` of a plan's file: when the teams help, what a resident is promised, and whose turn it is."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from bot.library.source import Record
from bot.library.wording import refuse

Day = Literal[2, 3, 4, 5, 6, 7, "CN"]
SUNDAY = 7
LONGEST_PROMISE = 80


def _clock(value: object) -> object:
    """``"07:30"``; without quotes YAML would read another number."""
    try:
        return dt.time.fromisoformat(value) if isinstance(value, str) else _refuse_clock(value)
    except ValueError:
        return _refuse_clock(value)


def _refuse_clock(value: object) -> object:
    """Never gives anything: says how a time of day is written."""
    raise refuse(f"«{value}» không phải là giờ", 'viết giờ và phút trong ngoặc kép: "07:30"')


def _some(days: tuple[Day, ...]) -> tuple[Day, ...]:
    if days and len(set(days)) == len(days):
        return days
    raise refuse("«days» trống hoặc có thứ viết hai lần", "viết các thứ: [2, 3, 4, 5, 6, 7, CN]")


def weekday(day: Day) -> int:
    """The ISO number of a day as it is called here: thứ Hai is 2 in the file and 1 to ISO."""
    return SUNDAY if day == "CN" else day - 1


Clock = Annotated[dt.time, BeforeValidator(_clock)]
Days = Annotated[tuple[Day, ...], AfterValidator(_some)]
Hours = Annotated[float, Field(gt=0, le=LONGEST_PROMISE)]
WORKING_DAYS: tuple[Day, ...] = (2, 3, 4, 5, 6)


class Opening(Record):
    """Hours of some days of the week, in which the teams help."""

    days: Days
    begins: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")

    @field_validator("ends")
    @classmethod
    def _forwards(cls, value: dt.time, known: ValidationInfo) -> dt.time:
        if value > known.data.get("begins", dt.time.min):
            return value
        raise refuse("«to» không đứng sau «from»", "ghi giờ nghỉ sau giờ mở, trong cùng một ngày")


class Shift(Record):
    """Days on which one team helps the whole commune."""

    days: Days
    team: str


def _usual(begins: str, ends: str) -> Opening:
    return Opening.model_validate({"days": WORKING_DAYS, "from": begins, "to": ends})


class Duty(Record):
    """Opening hours, working hours within which something is promised, and the rota; all have defaults.

    Without a rota the team of the resident's khu phố or ấp helps.
    """

    hours: Annotated[tuple[Opening, ...], Field(min_length=1)] = (
        _usual("07:30", "11:30"),
        _usual("13:30", "17:00"),
    )
    claim_within: Hours = 2
    help_within: Hours = 4
    ward_within: Hours = 6
    rota: tuple[Shift, ...] = ()

    @field_validator("help_within", "ward_within")
    @classmethod
    def _in_order(cls, value: float, known: ValidationInfo) -> float:
        earlier = max(known.data.get(name, 0) for name in ("claim_within", "help_within"))
        if value >= earlier:
            return value
        raise refuse(
            "hẹn sau ngắn hơn hẹn trước",
            "ghi claim_within ≤ help_within ≤ ward_within, tính bằng giờ",
        )

    def team_on(self, day: dt.date) -> str | None:
        """The team whose turn a day is; None where the rota has none."""
        isoday = day.isoweekday()
        return next((one.team for one in self.rota if isoday in map(weekday, one.days)), None)
