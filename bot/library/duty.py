"""``duty`` of a plan's file: when the teams help, what a resident is promised, and whose turn it is."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from bot.library.source import Record
from bot.library.wording import refuse

Day = Literal[2, 3, 4, 5, 6, 7, "CN"]
DAYS: tuple[Day, ...] = (2, 3, 4, 5, 6, 7, "CN")
SUNDAY = 7
LONGEST_PROMISE = 80


def _clock(value: object) -> object:
    """``"07:30"``; without quotes YAML may read another number."""
    try:
        return dt.time.fromisoformat(str(value)) if isinstance(value, str) else _refuse(value)
    except ValueError:
        return _refuse(value)


def _refuse(value: object) -> object:
    raise refuse(f"«{value}» không phải là giờ", 'viết giờ và phút trong ngoặc kép: "07:30"')


def _days(value: object) -> object:
    said = value if isinstance(value, list | tuple) else []
    if said and len(set(said)) == len(said) and set(said) <= set(DAYS):
        return value
    raise refuse(
        "«days» trống, có thứ lạ hoặc viết hai lần", "viết các thứ, ví dụ: [2, 3, 4, 5, 6, 7, CN]"
    )


def _hours(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and 0 < float(str(value)) <= LONGEST_PROMISE:
        return value
    raise refuse(
        f"«{value}» không phải số giờ làm việc", f"viết số lớn hơn 0, tối đa {LONGEST_PROMISE}"
    )


def weekday(day: Day) -> int:
    """The ISO number of a day as it is called here: thứ Hai is 2 in the file and 1 to ISO."""
    return SUNDAY if day == "CN" else day - 1


Clock = Annotated[dt.time, BeforeValidator(_clock)]
Days = Annotated[tuple[Day, ...], BeforeValidator(_days)]
Hours = Annotated[float, BeforeValidator(_hours)]
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

    @model_validator(mode="after")
    def _in_order(self) -> "Duty":
        if self.claim_within <= self.help_within <= self.ward_within:
            return self
        raise refuse(
            "hẹn sau ngắn hơn hẹn trước",
            "ghi claim_within ≤ help_within ≤ ward_within, tính bằng giờ làm việc",
        )

    def team_on(self, day: dt.date) -> str | None:
        """The team whose turn a day is; None where the rota has none."""
        isoday = day.isoweekday()
        return next((one.team for one in self.rota if isoday in map(weekday, one.days)), None)
