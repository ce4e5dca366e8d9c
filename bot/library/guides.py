"""What a guide is: its front matter, its ways (nhánh) and their steps. Frozen once made.

How a file becomes a guide is in ``guide_files``.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, Strict, ValidationInfo, field_validator

from bot.core.vocabulary import Topic
from bot.library.screens import Screen
from bot.library.source import KEBAB, Record
from bot.library.wording import refuse

LONGEST_FORM = "quý cô chú bác"
"""The longest form of address; lengths are measured with it in place of ``{you}``."""

Day = Annotated[dt.date, Strict()]


def kebab(longest: int) -> Callable[[str], str]:
    """The check of an id: a-z, 0-9 and single hyphens, at most ``longest`` characters."""

    def check_id(value: str) -> str:
        if KEBAB.fullmatch(value) and len(value) <= longest:
            return value
        raise refuse(
            f"mã «{value}» không đúng dạng",
            f"chỉ dùng a–z, 0–9 và dấu gạch nối, không quá {longest} ký tự",
        )

    return check_id


def at_longest(text: str) -> str:
    """The text with the longest form of address put in."""
    return re.sub(r"\{[yY]ou\}", LONGEST_FORM, text)


def no_longer_than(longest: int) -> Callable[[str], str]:
    """The check of a text: at most ``longest`` characters with the longest form of address put in."""

    def check_length(value: str) -> str:
        length = len(at_longest(value))
        if length <= longest:
            return value
        raise refuse(f"câu «{value[:24]}…» dài {length} ký tự", f"viết tối đa {longest} ký tự")

    return check_length


class Confidence(StrEnum):
    """How sure a fact is; what is still to be checked is not printed, so it has no value."""

    SURE = "chac"
    ONE_SOURCE = "mot_nguon"


class Fee(Record):
    """What it costs, and the day on which that was true."""

    text: str
    as_of: Day


class Trouble(Record):
    """A message or sign that people meet, and what to do then."""

    sign: str
    fix: str


class Source(Record):
    """Where a fact comes from."""

    title: str
    publisher: str
    url: str | None = None
    date: Day
    confidence: Confidence

    @field_validator("confidence", mode="before")
    @classmethod
    def _printable(cls, value: object) -> object:
        if value == "can_kiem_tra":
            raise refuse(
                "nguồn «can_kiem_tra» thì chưa được in",
                "kiểm tra lại rồi ghi chac hoặc mot_nguon, hoặc bỏ dữ kiện này khỏi bài",
            )
        return value


class FrontMatter(Record):
    """The head of a guide's file. In all texts ``{you}`` and ``{You}`` stand for the form of address."""

    id: Annotated[str, AfterValidator(kebab(40))]
    title: str
    topic: Topic
    who: str
    needs: tuple[Annotated[str, Field(max_length=100)], ...]
    time: str | None = None
    fee: Fee | None = None
    place: str | None = None
    counter: str
    no_smartphone: str
    warnings: Annotated[tuple[str, ...], Field(min_length=1)]
    phrases: Annotated[tuple[str, ...], Field(min_length=5)]
    errors: tuple[Trouble, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    reviewed_on: Day
    review_by: Day
    app_version: str | None = None
    ask: str | None = None

    @field_validator("warnings")
    @classmethod
    def _warn_of_otp(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any("OTP" in warning for warning in value):
            return value
        raise refuse("«warnings» chưa có câu nào nhắc mã OTP", "thêm câu «không đọc mã OTP cho ai»")

    @field_validator("review_by")
    @classmethod
    def _review_later(cls, value: dt.date, known: ValidationInfo) -> dt.date:
        reviewed_on = known.data.get("reviewed_on")
        if reviewed_on is None or value > reviewed_on:
            return value
        raise refuse("«review_by» không sau «reviewed_on»", "ghi ngày phải xem lại sắp tới")

    def is_stale(self, today: dt.date) -> bool:
        """True after the day by which somebody should have reviewed the guide."""
        return today > self.review_by


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the person. ``id`` is stable; ``line`` is where the step starts in its file."""

    id: str
    label: str
    text: str
    line: int
    screen: Screen | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways (nhánh) through a guide."""

    id: str
    label: str
    steps: tuple[Step, ...]
    line: int


class Guide(FrontMatter):
    """A guide; with several ways, ``ask`` is the question that tells them apart."""

    ways: tuple[Way, ...]

    def step(self, step_id: str) -> tuple[Way, int] | None:
        """The way that holds the step, and the step's index in it; None for a step that is gone."""
        for way in self.ways:
            for index, step in enumerate(way.steps):
                if step.id == step_id:
                    return way, index
        return None
