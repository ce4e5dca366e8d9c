"""``content/`` loaded, checked, frozen: guides, plans and the domains that texts may link to.

Nothing is half loaded: one fault anywhere and there is no library. Knows no settings, no database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType

from bot.core.errors import ContentError, Fault
from bot.library.checkup import Answer, Answers, Checkup, Question, load_checkup
from bot.library.colours import HOUSE_COLOUR
from bot.library.elsewhere import Elsewhere, load_elsewhere
from bot.library.freshness import Reviews, sort_reviews
from bot.library.glossary import Glossary, load_glossary
from bot.library.guide_files import Rules, read_guide
from bot.library.guides import Confidence, Fee, Guide, Source, Step, Trouble, Way
from bot.library.learning import Course, Learning, load_learning
from bot.library.links import Domain, Domains
from bot.library.menu import Entry, Menu, load_menu
from bot.library.plans import (
    Formula,
    LeftOut,
    Neighbourhoods,
    Office,
    Plan,
    Tag,
    Target,
    plan_as_json,
    read_plan,
)
from bot.library.quizzes import FOLDER as QUIZZES
from bot.library.quizzes import Quiz, QuizQuestion, Quizzes, read_quizzes
from bot.library.scams import LinkKind, NumberKind, Scams, Sign, load_scams
from bot.library.screens import Row, RowKind, Screen
from bot.library.shorthand import Shorthand, load_shorthand
from bot.library.skills import Frame, Skill, Skills, load_skills
from bot.library.source import load as load_file
from bot.library.source import read
from bot.library.spoken import FILE as SPOKEN_FILE
from bot.library.spoken import Spoken
from bot.library.tariffs import Tariffs, load_tariffs

__all__ = [
    "HOUSE_COLOUR",
    "Answer",
    "Answers",
    "Checkup",
    "Confidence",
    "Course",
    "Domain",
    "Domains",
    "Elsewhere",
    "Entry",
    "Fee",
    "Formula",
    "Frame",
    "Glossary",
    "Guide",
    "Learning",
    "LeftOut",
    "Library",
    "LinkKind",
    "Menu",
    "Neighbourhoods",
    "NumberKind",
    "Office",
    "Plan",
    "Question",
    "Quiz",
    "QuizQuestion",
    "Quizzes",
    "Reviews",
    "Row",
    "RowKind",
    "Scams",
    "Screen",
    "Shorthand",
    "Sign",
    "Skill",
    "Skills",
    "Source",
    "Spoken",
    "Step",
    "Tag",
    "Target",
    "Tariffs",
    "Trouble",
    "Way",
    "check",
    "load",
    "plan_as_json",
    "sort_reviews",
]


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that content/ holds; guides and plans in the order of their names."""

    guides: Mapping[str, Guide]
    plans: Mapping[str, Plan]
    domains: Domains
    glossary: Glossary
    menu: Menu
    elsewhere: Elsewhere
    checkup: Checkup
    scams: Scams
    tariffs: Tariffs
    shorthand: Shorthand
    quizzes: Quizzes
    learning: Learning
    skills: Skills
    spoken: Spoken


@dataclass(slots=True)
class _Shelf:
    """What has been read so far, and what was wrong with it."""

    content_dir: Path
    guides: dict[str, Guide] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def name(self, path: Path) -> str:
        return path.relative_to(self.content_dir.parent).as_posix()

    def files(self, folder: str, suffix: str) -> Iterator[tuple[str, str]]:
        """The name and text of each file of a folder; a missing folder holds nothing."""
        directory = self.content_dir / folder
        for path in sorted(directory.iterdir()) if directory.is_dir() else ():
            if path.name.startswith("."):
                continue
            if path.suffix != suffix:
                what = f"tệp lạ trong thư mục {folder}"
                self.faults.append(Fault(self.name(path), 1, what, f"đổi đuôi thành {suffix}"))
                continue
            try:
                yield self.name(path), read(path, self.name(path))
            except ContentError as error:
                self.faults.extend(error.faults)


def load(content_dir: Path, guide_ids: Collection[str] | None = None) -> Library:
    """The library in a directory; a ContentError with all faults when there is any.

    ``guide_ids``, where given, are the only ids that guides may have.
    """
    library, shelf = _read_all(content_dir, guide_ids, None)
    if library is None:
        raise ContentError(shelf.faults)
    return library


def check(
    content_dir: Path, guide_ids: Collection[str] | None = None, today: date | None = None
) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of a directory, by file and line; raises nothing for what is written there.

    With ``today`` each guide whose review is overdue on that day is a warning, too.
    """
    _, shelf = _read_all(content_dir, guide_ids, today)
    return shelf.faults, shelf.warnings


def _read_all(
    content_dir: Path, guide_ids: Collection[str] | None, today: date | None
) -> tuple[Library | None, _Shelf]:
    shelf = _Shelf(content_dir)
    domains = _domains(shelf)
    if domains is not None:
        rules = Rules(domains, None if guide_ids is None else frozenset(guide_ids), today)
        _read_guides(shelf, rules)
    _read_plans(shelf)
    glossary, menu = _glossary(shelf), _menu(shelf)
    elsewhere = None if domains is None else _elsewhere(shelf, domains)
    checkup = None if domains is None else _checkup(shelf, domains)
    scams = None if domains is None else _scams(shelf, domains)
    tariffs = _tariffs(shelf)
    shorthand, skills, spoken = _shorthand(shelf), _skills(shelf), _spoken(shelf)
    taught = None if domains is None else _taught(shelf, domains)
    shelf.faults.sort(key=_order)
    shelf.warnings.sort(key=_order)
    if shelf.faults or not (
        domains and glossary and menu and elsewhere and checkup and scams and tariffs
    ):
        return None, shelf
    if not (shorthand and skills and spoken and taught):
        return None, shelf
    guides, plans = MappingProxyType(shelf.guides), MappingProxyType(shelf.plans)
    library = Library(
        guides,
        plans,
        domains,
        glossary,
        menu,
        elsewhere,
        checkup,
        scams,
        tariffs,
        shorthand,
        *taught,
        skills,
        spoken,
    )
    return library, shelf


def _order(fault: Fault) -> tuple[str, int]:
    return fault.file, fault.line


def _domains(shelf: _Shelf) -> Domains | None:
    try:
        return load_file(shelf.content_dir / "domains.yaml", Domains)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _glossary(shelf: _Shelf) -> Glossary | None:
    try:
        return load_glossary(shelf.content_dir)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _elsewhere(shelf: _Shelf, domains: Domains) -> Elsewhere | None:
    try:
        return load_elsewhere(shelf.content_dir, domains, shelf.guides)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _checkup(shelf: _Shelf, domains: Domains) -> Checkup | None:
    """The check-up; a guide with faults is not missed here as well."""
    try:
        return load_checkup(shelf.content_dir, domains, None if shelf.faults else shelf.guides)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _scams(shelf: _Shelf, domains: Domains) -> Scams | None:
    """The signs of a scam; a guide with faults is not missed here as well."""
    known = {path.stem for path in (shelf.content_dir / "guides").glob("*.md")}
    try:
        return load_scams(shelf.content_dir, domains, known | shelf.guides.keys())
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _tariffs(shelf: _Shelf) -> Tariffs | None:
    try:
        return load_tariffs(shelf.content_dir)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _shorthand(shelf: _Shelf) -> Shorthand | None:
    try:
        return load_shorthand(shelf.content_dir)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _skills(shelf: _Shelf) -> Skills | None:
    try:
        return load_skills(shelf.content_dir)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _spoken(shelf: _Shelf) -> Spoken | None:
    try:
        return load_file(shelf.content_dir / SPOKEN_FILE, Spoken)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _taught(shelf: _Shelf, domains: Domains) -> tuple[Quizzes, Learning] | None:
    """What comes after a class; a guide with faults is not missed here as well."""
    guides = None if shelf.faults else shelf.guides
    folder = shelf.name(shelf.content_dir / QUIZZES)
    quizzes, faults = read_quizzes(folder, list(shelf.files(QUIZZES, ".yaml")), domains, guides)
    shelf.faults.extend(faults)
    try:
        return quizzes, load_learning(shelf.content_dir, domains, guides)
    except ContentError as error:
        shelf.faults.extend(error.faults)
        return None


def _menu(shelf: _Shelf) -> Menu | None:
    """The menu; a guide with faults is not missed here as well."""
    try:
        return load_menu(shelf.content_dir, shelf.guides)
    except ContentError as error:
        if not shelf.faults:
            shelf.faults.extend(error.faults)
        return None


def _read_guides(shelf: _Shelf, rules: Rules) -> None:
    for file, text in shelf.files("guides", ".md"):
        guide, page = read_guide(text, file, rules)
        shelf.faults.extend(page.faults)
        shelf.warnings.extend(page.warnings)
        if guide is not None:
            shelf.guides[guide.id] = guide


def _read_plans(shelf: _Shelf) -> None:
    for file, text in shelf.files("plans", ".yaml"):
        try:
            plan = read_plan(text, file)
        except ContentError as error:
            shelf.faults.extend(error.faults)
        else:
            shelf.plans[plan.slug] = plan
