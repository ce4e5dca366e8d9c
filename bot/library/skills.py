"""content/skills.yaml: the frames of digital skills by version, and which of their codes may be chosen.

A class keeps the code and the version of the frame that it was planned by, so an old frame is never mended
into a new one: the new one stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool

from bot.core.errors import ContentError, Fault
from bot.library.guides import Source, kebab
from bot.library.source import Place, Record, check, line_of, parse, read
from bot.library.wording import Saying, refuse

FILE = "skills.yaml"
LONGEST_VERSION = 40
LONGEST_CODE = 8
CODE = re.compile(r"\d{1,2}(\.\d{1,2})*", re.ASCII)


def _version(value: str) -> str:
    if len(value) <= LONGEST_VERSION:
        return value
    raise refuse(f"tên phiên bản dài {len(value)} ký tự", f"viết tối đa {LONGEST_VERSION} ký tự")


def _code(value: str) -> str:
    if CODE.fullmatch(value) and len(value) <= LONGEST_CODE:
        return value
    raise refuse(f"mã kỹ năng «{value}» không đúng", 'viết số, có chấm ở giữa, như "0" hay "0.1"')


class Group(Record):
    """Whom a frame is for."""

    id: Annotated[str, AfterValidator(kebab(30))]
    name: str


class Skill(Record):
    """A group of skills or a skill; ``name`` is as the document has it, None until somebody has read it."""

    code: Annotated[str, AfterValidator(_code)]
    name: str | None = None
    confirmed: StrictBool


class Frame(Record):
    """A frame as one document sets it, from ``since`` on."""

    version: Annotated[str, AfterValidator(_version)]
    title: str
    since: date
    source: Source
    audiences: Annotated[tuple[Group, ...], Field(min_length=1)]
    skills: Annotated[tuple[Skill, ...], Field(min_length=1)]

    @property
    def offered(self) -> tuple[Skill, ...]:
        """What can be chosen for a class: whatever has a name that is sure."""
        return tuple(skill for skill in self.skills if skill.confirmed)

    def name_of(self, code: str) -> str:
        """What a code means; nothing for one that is not in this frame, or has no sure name."""
        named = {skill.code: skill.name for skill in self.offered}
        return named.get(code) or ""


class Skills(Record):
    """The file as it stands; frames are added with their date, old ones stay."""

    frames: Annotated[tuple[Frame, ...], Field(min_length=1)]

    def of_day(self, day: date) -> Frame:
        """The frame of that day; before the first one that one."""
        by_day = sorted(self.frames, key=lambda one: one.since)
        return [one for one in by_day if one is by_day[0] or one.since <= day][-1]

    def find(self, version: str) -> Frame | None:
        """The frame of that version; None where it is not in the file any more."""
        return next((one for one in self.frames if one.version == version), None)


def load_skills(content_dir: Path) -> Skills:
    """The checked file; raises ``ContentError`` with the faults and their lines."""
    file = f"{content_dir.name}/{FILE}"
    data, lines = parse(read(content_dir / FILE, file), file)
    found = check(Skills, data, lines, file)
    complaints = [*_about_frames(found)]
    for number, frame in enumerate(found.frames):
        complaints += _about_skills(("frames", number, "skills"), frame)
    if complaints:
        faults = [Fault(file, line_of(lines, place), *saying) for place, saying in complaints]
        raise ContentError(faults)
    return found


Complaint = tuple[Place, Saying]


def _about_frames(found: Skills) -> Iterator[Complaint]:
    """Two frames of one name or one day would leave it open which of them is meant."""
    for number, frame in enumerate(found.frames):
        earlier = found.frames[:number]
        if frame.version in [one.version for one in earlier]:
            what = f"phiên bản «{frame.version}» ghi hai lần"
            yield ("frames", number, "version"), (what, "đặt tên khác cho khung mới")
        if frame.since in [one.since for one in earlier]:
            what = f"hai khung cùng ngày {frame.since}"
            yield ("frames", number, "since"), (what, "mỗi ngày «since» chỉ ghi một khung")


def _about_skills(place: Place, frame: Frame) -> Iterator[Complaint]:
    codes = [skill.code for skill in frame.skills]
    for number, skill in enumerate(frame.skills):
        if skill.code in codes[:number]:
            what = f"mã «{skill.code}» ghi hai lần"
            yield (*place, number), (what, "giữ một mục")
        if skill.confirmed and not skill.name:
            what = f"mã «{skill.code}» ghi là chắc mà chưa có tên"
            yield (*place, number), (what, "ghi «name» đúng như văn bản, hoặc «confirmed: false»")
        if (skill.name or "").find("CẦN KIỂM TRA") >= 0:
            what = "còn dấu «CẦN KIỂM TRA»"
            yield (*place, number), (what, "kiểm tra tên, hoặc bỏ «name»")
        group = skill.code.rpartition(".")[0]
        if group and group not in codes:
            what = f"mã «{skill.code}» không có nhóm «{group}»"
            yield (*place, number), (what, f"thêm nhóm «{group}»")
