"""content/ with a few of its guides, for tests that start the program often: it loads and learns at once."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml

from bot.library.source import FAST_LOADER

CONTENT = Path(__file__).parents[1] / "content"
KEPT = (
    "at-da-bi-lua",
    "at-gia-cong-an",
    "at-otp",
    "cks-dang-ky",
    "dvc-cong-quoc-gia",
    "dvc-khai-sinh",
    "dvc-tra-cuu-ho-so",
    "tt-chuyen-nham",
    "tt-vietqr-chuyen-khoan",
    "vneid-cai-dat",
    "vneid-dang-ky-muc-2",
    "vneid-doi-dien-thoai-sim",
    "vneid-kich-hoat",
    "vneid-loi-thuong-gap",
    "vneid-quen-mat-khau",
)
MATTERS = 4


def make(folder: Path) -> Path:
    """Everything of content/, with these guides only; gives the folder."""
    return shutil.copytree(shared(), folder)


def _make(folder: Path) -> Path:
    others = [path.name for path in (CONTENT / "guides").iterdir() if path.stem not in KEPT]
    shutil.copytree(CONTENT, folder, ignore=lambda _, names: set(names) & set(others))
    menu = _read(CONTENT / "menu.yaml")
    for entry in menu["entries"]:
        entry["first"] = [guide for guide in entry.get("first", ()) if guide in KEPT]
    _write(folder / "menu.yaml", menu)
    elsewhere = _read(CONTENT / "elsewhere.yaml")
    _write(folder / "elsewhere.yaml", {"matters": elsewhere["matters"][:MATTERS]})
    checkup = _read(CONTENT / "checkup.yaml")
    _write(folder / "checkup.yaml", _with_kept_guides(checkup))
    scams = _read(CONTENT / "scams.yaml")
    for one in (*scams["signs"], *scams["scenes"]):
        if one["guide"] not in KEPT:
            one["guide"] = KEPT[0]
    _write(folder / "scams.yaml", scams)
    for path in (folder / "quizzes").iterdir():
        _write(path, _with_kept(_read(path)))
    learning = _read(CONTENT / "learning.yaml")
    _write(
        folder / "learning.yaml", learning | {"platform": learning["platform"] | {"guide": KEPT[0]}}
    )
    return folder


def _with_kept(quiz: dict[str, Any]) -> dict[str, Any]:
    """The quiz with another guide where its own is left out."""
    for one in quiz["questions"]:
        if one["guide"] not in KEPT:
            one["guide"] = KEPT[0]
    return quiz


def _with_kept_guides(checkup: dict[str, Any]) -> dict[str, Any]:
    """The check-up with only those questions whose guide is kept."""
    questions = [one for one in checkup["questions"] if one["guide"] in KEPT]
    for one in questions:
        if one.get("unsure", {}).get("guide") not in KEPT:
            one.pop("unsure", None)
    kept = [one["id"] for one in questions]
    need = [name for name in checkup["need"] if name in kept]
    return checkup | {"questions": questions, "need": need}


@functools.cache
def shared() -> Path:
    """One such folder for this process, to be read only; gone when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="ban-so-content-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _make(folder / "content")


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), FAST_LOADER)


def _write(path: Path, data: object) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
