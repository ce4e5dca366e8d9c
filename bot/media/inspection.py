"""The folder of recordings and screenshots looked over: what in it nobody sees or hears, and what to do.

For who copies files there by hand; the office's page lets nothing of this in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.core.errors import MediaError, why
from bot.library import Guide
from bot.locale import Texts, show_date
from bot.media.own_files import (
    OwnFiles,
    Spot,
    check_recording,
    day_in,
    mark_in,
    mark_of,
    shrink,
)
from bot.media.shelf import good_until, words_to_read


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a file, and what to do."""

    file: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what} – {self.mend}"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the files are held against: the guides, and the catalogue as each commune fills it in."""

    guides: Mapping[str, Guide]
    texts: Mapping[str, Texts]  # by the slug of the commune
    today: date

    def look_over(self, root: Path) -> list[Flaw]:
        """What is wrong in the folder, by the names of the files; nothing where there is no folder."""
        own = OwnFiles(root)
        what, mend = "tên tệp hay chỗ để không đúng, không ai dùng", _NAMES
        found = [(path, what, mend) for path in own.strangers()]
        for spot, path in own.kept():
            found += [(path, *flaw) for flaw in self._flaws(own, spot, path)]
        return [
            Flaw(f"{root.name}/{path.relative_to(root).as_posix()}", what, mend)
            for path, what, mend in sorted(found)
        ]

    def _flaws(self, own: OwnFiles, spot: Spot, path: Path) -> Iterator[tuple[str, str]]:
        texts, guide = self.texts.get(spot.commune), self.guides.get(spot.guide)
        place = guide.step(spot.step) if guide else None
        if texts is None:
            yield (
                f"không có xã, phường nào tên «{spot.commune}»",
                "sửa tên thư mục theo content/plans/",
            )
        elif guide is None:
            yield f"không còn bài «{spot.guide}»", "xóa tệp, hoặc chuyển qua bài mới"
        elif place is None:
            mend = "xóa tệp, hoặc chuyển qua bước mới"
            yield f"bài «{spot.guide}» không còn bước «{spot.step}»", mend
        elif day_in(path.name) is None:
            way, index = place
            yield from self._flaws_of_sound(own, spot, path, words_to_read(texts, way.steps[index]))
        else:
            yield from self._flaws_of_picture(own, guide, spot, path)

    def _flaws_of_sound(
        self, own: OwnFiles, spot: Spot, path: Path, spoken: str
    ) -> Iterator[tuple[str, str]]:
        if mark_in(path.name) != mark_of(spoken):
            if own.recording(spot, spoken):
                yield "tiếng cũ, đã có tiếng mới", "xóa tệp"
            else:
                mend = f"đọc lại rồi gửi ở {page_of(spot)}, hoặc xóa tệp"
                yield "chữ của bước đã đổi, tiếng này không phát nữa", mend
            return
        fault = _refusal(path, is_sound=True)
        if fault:
            yield fault, f"thu lại rồi gửi ở {page_of(spot)}"

    def _flaws_of_picture(
        self, own: OwnFiles, guide: Guide, spot: Spot, path: Path
    ) -> Iterator[tuple[str, str]]:
        newest, again = own.screenshot(spot), f"chụp lại rồi gửi ở {page_of(spot)}"
        if newest is not None and newest.path != path:
            yield "hình cũ, đã có hình mới hơn", "xóa tệp"
            return
        day = day_in(path.name) or self.today
        until = good_until(day, guide)
        fault = _refusal(path, is_sound=False)
        if fault:
            yield fault, again
        elif day > self.today:
            yield "ngày chụp ở tương lai", "sửa ngày trong tên tệp"
        elif self.today > until:
            what = f"hình chụp hết hạn ngày {show_date(until)}, không hiện nữa"
            yield what, f"{again}, hoặc xóa tệp"


def page_of(spot: Spot) -> str:
    """Where the office has the step."""
    return f"/office/guides/{spot.guide}#step-{spot.step}"


_NAMES = (
    "đặt vào <xã, phường>/<mã bài>/<mã bước>/ với tên hinh-<năm-tháng-ngày>.png (tiếng thì gửi ở "
    "/office/guides), hoặc xóa"
)
_REFUSALS = {
    "upload.sound-too-short": "tiếng chưa tới một giây",
    "upload.sound-too-large": "tệp tiếng lớn hơn 1 MB",
    "upload.sound-too-long": "tiếng dài {seconds} giây, tối đa 30 giây",
    "upload.no-mp3": "không phải MP3",
    "upload.picture-too-large": "hình lớn hơn 8 MB",
    "upload.no-picture": "không phải hình PNG hay JPEG, hoặc hình hỏng",
    "upload.no-screen": "hình dài, hẹp hoặc to quá, không giống màn hình điện thoại",
}


def _refusal(path: Path, *, is_sound: bool) -> str:
    """Why the file could not be played or shown, in a few words; empty when it can."""
    try:
        body = path.read_bytes()
        if is_sound:
            check_recording(body)
        else:
            shrink(body)
    except OSError as error:
        return f"không đọc được tệp ({why(error)})"
    except MediaError as error:
        return _REFUSALS[error.code].format(**error.values)
    return ""
