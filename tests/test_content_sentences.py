"""What the bot can say: every sentence of the catalogue and of the guides, in every form of address."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.messages import Kind
from bot.core.named_periods import CUSTOM
from bot.core.named_periods import KINDS as PERIOD_KINDS
from bot.core.vocabulary import (
    UNSAID,
    AddressForm,
    AgeBand,
    ClosingStatus,
    CommunicationKind,
    Confirmation,
    DayKind,
    Evidence,
    Extra,
    FirstTime,
    Outcome,
    Place,
    PriorityGroup,
    Role,
    Service,
    Source,
    Subject,
    TargetStatus,
    TaskStatus,
    TeamKind,
    Topic,
    TrainingAudience,
    TrainingKind,
    TrainingMode,
    TrainingStatus,
    UnitReportStatus,
    Use,
)
from bot.library import Answer, LinkKind, RowKind
from bot.library.guides import Guide
from bot.library.plans import Formula
from bot.locale import Texts, load_sentences, placeholders
from bot.reports.docx_template import PLACES
from bot.reports.weekly import (
    ATTENDED,
    DECLARED,
    LEARNING,
    QUESTIONS,
    REQUESTS,
    SESSIONS,
    WORDS,
)
from bot.services import petitions, retention
from bot.services.adjustments import FIGURES
from bot.services.after_class import QUESTIONS as QUESTIONS_AFTER
from bot.services.check_in import Standing
from bot.services.deadline_reminders import AHEAD, TODAY
from bot.services.deadlines import REPORTING, WINDOWS
from bot.services.definitions import SLUGS as DEFINED
from bot.services.definitions import SOURCES, UNITS
from bot.services.digests import ROADS
from bot.services.entries import KEYS
from bot.services.import_attendance_rows import COLUMNS as CLASS_COLUMNS
from bot.services.import_attendance_rows import MISSING as CLASS_MISSING
from bot.services.import_readings_rows import COLUMNS as READING_COLUMNS
from bot.services.import_readings_rows import MISSING as READING_MISSING
from bot.services.import_rows import COLUMNS, MISSING
from bot.services.period_notes import PROSE
from bot.services.report_book import HEADS, LINES, SHEETS
from bot.services.report_figures import COLUMNS as FIGURE_COLUMNS
from bot.services.report_figures import GROUPS
from bot.services.report_letter import HEADERS
from bot.services.report_splits import COUNTS, SPLITS
from bot.services.report_targets import TARGET_COLUMNS, TASK_COLUMNS
from bot.services.request_office import ENDINGS
from bot.services.training_desk import Span
from bot.services.unit_reports import FIGURES as FIGURES_OF_UNITS
from bot.web.office_reports import DONE, File
from storage.unit_reports import DRAFTED, JUDGED, LINKED, OPENED
from tests import shipped

ROOT = Path(__file__).parent.parent
SENTENCES = load_sentences(ROOT / "content")
LIBRARY = shipped.library()
CODE = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])
TEMPLATES = sorted((ROOT / "bot" / "web" / "templates").glob("*.html"))
SAID = re.compile(r"""say\(\s*["']([a-z-]+\.[a-z0-9_.-]*)["'](\s*~)?""")

STEPS = [
    "to-announced",
    "to-held",
    *(
        f"{way}{part}"
        for way in ("to-closed", "to-cancelled", "back-announced", "back-held", "back-planned")
        for part in ("", "-what", "-sure")
    ),
]
"""What the page of a class calls its steps on and back."""


def _dashed(word: str) -> str:
    return str(word).replace("_", "-")


FAMILIES = {
    "topic.": [str(topic) for topic in Topic],
    "consent.": [use.replace("_", "-") for use in Use],
    "rights.kind-": [str(kind) for kind in petitions.Kind],
    "rights.way-": ["chat", "paper"],
    "retention.": list(retention.TABLE),
    "people.": ["first", "second"],
    "option.use-": [use.replace("_", "-") for use in Use],
    "option.": [tool for entry in LIBRARY.menu.entries for tool in entry.tools],
    "feedback.": list(QUESTIONS_AFTER),
    "checkup.line-": [answer.name.lower() for answer in Answer],
    "kind.": ["phuong", "xa"],
    "channel.": ["zalo_oa", "zalo_bot", "telegram", "web_chat", "console"],
    "media.": [str(kind) for kind in Kind if f"media.{kind}" in SENTENCES],
    "role.": [str(role) for role in Role],
    "office.page-": [
        *("week", "meeting", "digest", "plan", "tasks", "calendar", "reports", "units"),
        *("report-words", "requests", "checks", "import", "trainings", "communications"),
        *("learning", "teams", "guides", "messages", "privacy"),
    ],
    "office.group-": ["figures", "plan", "reports", "help", "classes", "house"],
    "office.sum-": ["visits", "people", "visits_without_person", "reported", *DECLARED],
    "figures.by-": list(WORDS),
    "figures.split-": list(WORDS),
    "figures.word-": [f"{split}-{key}" for split in WORDS for key in [*WORDS[split], UNSAID]],
    "figures.of-": [
        f"{split}-{key}"
        for split in ("person", "files", "first_time", "answer")
        for key in KEYS[split]
    ],
    "figures.requests-": list(REQUESTS),
    "figures.": [
        f"{table}{rest}"
        for table, rows in (
            ("trainings", [*TrainingKind, *ATTENDED]),
            ("communication", [SESSIONS, *CommunicationKind]),
            ("learning", LEARNING),
        )
        for rest in ("", "-head", *(f"-{row.replace('_', '-')}" for row in rows))
    ],
    "figures.trainings-": [str(kind) for kind in TrainingKind],
    "figures.communication-": [str(kind).replace("_", "-") for kind in CommunicationKind],
    "figures.target-": [str(one).replace("_", "-") for one in TargetStatus],
    "figures.target-per-": ["year", "quarter"],
    "figures.answer-": [str(answer) for answer in Confirmation],
    "figures.source-": [str(source) for source in Source if source is not Source.CHAT],
    "office.q-": list(QUESTIONS),
    "teams.kind-": [str(kind) for kind in TeamKind],
    "teams.role-": [str(role) for role in Role if role.in_team],
    "teams.place-": [str(place) for place in Place],
    "asked-page.end-": [str(outcome) for outcome in ENDINGS],
    "web.js-": ["bot", "me", "waiting", "weak", "again", "late", "soon", "gone", "anew", "page"],
    "picture.row-": [str(kind) for kind in RowKind if kind is not RowKind.TEXT],
    "paper.hint-": list(COLUMNS),
    "paper.consent-": ["co", "khong"],
    "paper.outcome-": [str(one) for one in Outcome],
    "paper.service-": [str(one) for one in Service],
    "paper.subject-": [str(one) for one in Subject],
    "paper.first-time-": [str(one) for one in FirstTime],
    "paper.age-": [str(one) for one in AgeBand],
    "paper.place-": [str(one) for one in Place],
    "paper.class-hint-": list(CLASS_COLUMNS),
    "import.missing-": [
        *MISSING.values(),
        *CLASS_MISSING.values(),
        *READING_MISSING.values(),
    ],
    "service.": [str(one) for one in Service],
    "outcome.": [str(one) for one in Outcome],
    "place.": [str(one) for one in Place],
    "subject.": [str(one) for one in Subject],
    "first.": [str(one) for one in FirstTime],
    "age.": [str(one) for one in AgeBand],
    "group.": [str(one) for one in PriorityGroup],
    "training.kind.": [str(one) for one in TrainingKind],
    "training.audience.": [str(one) for one in TrainingAudience],
    "calendar.kind-": [
        *DayKind,
        *(f"{which}{one}" for which in ("", REPORTING) for one in WINDOWS),
    ],
    "tasks.status-": [*TaskStatus, "unknown"],
    "calendar.word-report-": [*WINDOWS, "none"],
    "calendar.remind-": [
        f"{who}-{stage}" for who in ("own", "units", "team") for stage in (AHEAD, TODAY)
    ],
    "calendar.remind-team-": [AHEAD, TODAY],
    "class.head-": [str(one) for one in TrainingKind],
    "class.": ["announced", "tomorrow", "changed", "called-off", "over"],
    "checkin.": [str(one) for one in Standing if one is not Standing.OPEN],
    "evidence.": [str(one) for one in Evidence],
    "option.part-": ["kind", "topic", "day", "hour", "place"],
    "training.status.": [str(one) for one in TrainingStatus],
    "training.mode.": [str(one) for one in TrainingMode],
    "trainings-page.span-": [str(span) for span in Span],
    "trainings-page.next-": [str(status) for status in TrainingStatus],
    "trainings-page.event-": ["plan", "revise", "heads", *map(str, TrainingStatus)],
    "trainings-page.": STEPS,
    "comm.what-": [str(one) for one in CommunicationKind],
    "comm.kind-": [str(one) for one in CommunicationKind],
    "comm.ask-amount-": [str(one) for one in CommunicationKind],
    "comm-page.amount-": [str(one) for one in CommunicationKind],
    "comm-page.sum-": [str(one) for one in CommunicationKind],
    "option.comm-count-": [str(one) for one in CommunicationKind],
    "option.comm-change-": ["k", "s", "n", "d"],
    "digest.weekday-": [str(day) for day in range(1, 8)],
    "digest.road-": list(ROADS),
    "closing.period-": [*PERIOD_KINDS, CUSTOM],
    "closing.choose-": [*PERIOD_KINDS, CUSTOM],
    "closing.half-": ["1", "2"],
    "closing.state-": ["nhap", "nhap-running", "trinh", "ban-hanh"],
    "closing.file-": [str(one) for one in File],
    "closing.figure-": [one.replace(".", "-") for one in FIGURES],
    "closing.kind-": [str(one).replace("_", "-") for one in (*TrainingKind, *CommunicationKind)],
    "closing.extra-": [str(one) for one in Extra],
    "closing.event-": ["close", "reopen", "issue", "renumber"],
    "closing.done-": list(DONE),
    "units.": ["difficulties", "proposals"],
    "units.figure-": list(FIGURES_OF_UNITS),
    "units.state-": [str(one) for one in UnitReportStatus],
    "units.status-": [str(one) for one in TaskStatus],
    "units.event-": [OPENED, LINKED, DRAFTED, *JUDGED],
    "units.reached-": ["yes", "no"],
    "unitmonth.": list(FIGURES_OF_UNITS),
    "report.name-": list(DEFINED),
    "report.rule-": list(DEFINED),
    "report.unit-": [*UNITS, *map(_dashed, [*CommunicationKind, *TrainingKind])],
    "report.unit-per-": ["year", "quarter"],
    "report.source-": list(SOURCES),
    "report.formula-": [_dashed(one) for one in Formula],
    "report.group-": [one.lower() for one in GROUPS],
    "report.column-": [
        *(key for key, *_ in (*TARGET_COLUMNS, *FIGURE_COLUMNS, *TASK_COLUMNS)),
        *COUNTS,
    ],
    "report.split-": [_dashed(one.word) for one in SPLITS],
    "report.table-": [_dashed(one.key) for one in SPLITS],
    "report.table-year-": ["visits", "people", "classes"],
    "report.task-": [_dashed(one) for one in TaskStatus],
    "report.status-": [_dashed(one) for one in ClosingStatus],
    "report.entry-": [str(one) for one in Source],
    "report.about-": [
        *("commune", "plan", "period", "from", "to", "until", "status", "audience", "as-of"),
        *("version", "hash", "hidden", "adjustments"),
    ],
    "report.sheet-": list(SHEETS),
    "report.head-": list(HEADS),
    "report.line-": list(LINES),
    "prose.point-": ["1", "2", "3", "4"],
    "prose.put-out-": [str(one) for one in CommunicationKind],
    "prose.topic-": [str(topic) for topic in Topic],
    "prose.status-": [str(one).replace("_", "-") for one in TargetStatus],
    "prose.period-half-": ["1", "2"],
    "prose.period-": ["week", "month", "quarter"],
    "prose.": [
        *(
            f"{name}{rest}"
            for name in ("classes", "contests")
            for rest in ("", "-none", "-unknown")
        ),
        *(f"sessions{rest}" for rest in ("", "-none", "-unknown", "-since")),
    ],
    "words-page.part-": [str(part) for part in PROSE],
    "words-page.header-": list(HEADERS),
    "words-page.holds-": list(PLACES),
    "plan.kind-": ["computed", "entered"],
    "plan.origin-": ["file", "office"],
    "plan.op-": ["1", "2", "3", "4", "5"],
    "import.kind-": ["computed", "entered"],
    "paper.kind-": ["so_lieu", "mang_sang"],
    "paper.reached-": ["co", "khong"],
    "paper.reading-hint-": list(READING_COLUMNS),
    "scam.link-": [str(kind) for kind in LinkKind if kind is not LinkKind.FOREIGN],
}
"""Ids that are put together in code, and what can stand behind the point."""
FRAGMENTS = (
    "checkup-name",
    "kind.",
    "role.",
    "calendar.word-",
    "log.what",
    "person.hours",
    "option.people",
    "mine.line",
    "picture.row-",
    "sound.own",
    "sound.machine",
    "guide-page.anywhere",
    "guide-page.paper",
    "requests.about-",
    "requests.somebody",
    "queue.own",
    "queue.unknown",
    "asked-page.number",
    "asked-page.no-phone",
    "class-screen.seconds",
    "class-sheet.",
    "trainings-page.because",
    "trainings-page.somebody",
    "trainings-page.ticked",
    "comm.what-",
    "comm.reached",
    "comm-page.about",
    "comm-page.number",
    "comm-page.no-estimate",
    "comm-page.none-written",
    "comm-page.not-estimated",
    "comm-page.sum-reach",
    "loa-page.pause",
    "digest.and-teams",
    "meeting.name-of-team",
    "meeting.target",
    "meeting.people",
    "closing.half-",
    "plan.kind-",
    "plan.imported",
    "plan.from-",
    "plan.field-to",
    "closing.kind-",
    "closing.at-terminal",
    "units.period-",
    "units.event-",
    "units.hand-",
    "units.paste-more",
    "units.print-day",
    "units.dots",
    "unitmonth.visits",
    "unitmonth.people",
    "unitmonth.classes",
    "unitmonth.sessions",
    "unitmonth.broadcasts",
    "unitmonth.corrected",
    "report.unit-",
)
"""Parts of sentences: they need no capital."""
FORMAL = "prose."
"""Sentences of a văn bản: in the words that offices sign, some of them parts, long ones put together."""
ADDRESS = {"you", "You"}
SPEAKERS = {"turn", "texts"}
"""Names of what has ``say`` and ``option``."""
ID = re.compile(r"[a-z][a-z-]*\.[a-z][a-z0-9-]*")
SAMPLES = {
    "number": 3,
    "total": 12,
    "count": 4,
    "most": 50,
    "visits": 7,
    "week": 21,
    "day": "21/11/2026",
    "digits": "1, 2, 3",
}
REPEATS = {
    "vòng vòng",
    "từ từ",
    "xa xa",
    "luôn luôn",
    "người người",
    "ngày ngày",
    "hay hay",
    "giống giống",
}
"""Reduplications that are words."""

UNLIKED = {
    "vui lòng": "bỏ đi, hoặc “nhờ”",
    "quý khách": "{you}",
    "người dùng": "{you}, mình",
    "truy cập": "vào",
    "thao tác": "làm, bước",
    "hệ thống": "máy, app",
    "click": "bấm",
    "nhấp": "bấm",
    "kích chuột": "bấm",
    "lựa chọn": "chọn",
    "tùy chọn": "mục",
    "giao diện": "màn hình",
    "hiển thị": "hiện ra",
    "thiết bị": "máy, điện thoại",
    "tiến hành": "làm",
    "thực hiện": "làm",
    "sử dụng": "dùng, xài",
    "không hợp lệ": "không đúng",
    "hãy": "bỏ đi",
    "nhé": "nha",
    "đấy": "đó",
    "như thế này": "như vầy",
    "ấn": "bấm",
    "lợn": "heo",
    "ốm": "bệnh",
    "giời": "trời",
    "submit": "gửi",
    "upload": "đưa lên",
    "download": "tải",
    "file": "tệp",
    "update": "cập nhật",
    "log in": "đăng nhập",
    "logout": "thoát ra",
    "ticket": "yêu cầu",
    "user": "{you}",
}
"""Office, computer and northern words, each with what to say instead."""
QUOTED = re.compile(r"\*\*.*?\*\*|“.*?”|\".*?\"")
"""Names of buttons and messages of apps stand as the apps write them."""


def _sentence_calls() -> Iterator[tuple[list[str], set[str] | None, str]]:
    """(ids that may be said, names of the values given or None when unknown, place) of each call."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            is_turn = getattr(node.func.value, "id", "") in SPEAKERS
            if not is_turn or node.func.attr not in ("say", "option"):
                continue
            given = {keyword.arg for keyword in node.keywords}
            names = None if None in given else {name for name in given if name}
            found = list(_constants(node.args[0]))
            if found:
                yield found, names, f"{path.relative_to(ROOT)}:{node.lineno}"


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        prefix = node.values[0]
        assert isinstance(prefix, ast.Constant), "an id begins with its family"
        yield from (f"{prefix.value}{rest}" for rest in FAMILIES[str(prefix.value)])


def _written_ids() -> dict[str, str]:
    """Every string in code that looks like an id of the catalogue → where; ids put together included."""
    families = {sentence.split(".")[0] for sentence in SENTENCES}
    found: dict[str, str] = {}
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                if ID.fullmatch(text) and text not in FAMILIES and text.split(".")[0] in families:
                    found.setdefault(text, place)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefix = str(node.values[0].value)
                for rest in FAMILIES.get(prefix, ()):
                    found.setdefault(f"{prefix}{rest}", f"{path.relative_to(ROOT)}:{node.lineno}")
    return found | _ids_of_templates()


def _ids_of_templates() -> dict[str, str]:
    """Every sentence that a template says → the template; ids put together included."""
    found: dict[str, str] = {}
    for path in TEMPLATES:
        for sentence, is_family in SAID.findall(path.read_text(encoding="utf-8")):
            for rest in FAMILIES[sentence] if is_family else ("",):
                found[sentence + rest] = str(path.relative_to(ROOT))
    return found


def test_the_search_finds_something() -> None:
    assert len(list(_sentence_calls())) > 60
    assert len(SENTENCES) > 100
    assert len(_ids_of_templates()) > 40


def test_every_sentence_that_code_says_is_in_the_catalogue() -> None:
    for ids, _, place in _sentence_calls():
        for sentence in ids:
            assert sentence in SENTENCES, f"{place}: {sentence}"


NO_SENTENCES = {
    *("team.name", "newcomer.name", "scam.text", "training.plan", "roll.take-out"),
    *("comm.subject", "comm.ask-value", "comm.ask-reason"),
    *("teams.reported", "teams.total", "teams.silent", "requests.opened", "requests.closed"),
    *("questions.asked", "questions.answered", "questions.unknown", "help.visits", "help.people"),
    *("help.files", "help.confirmed", "communication.sessions", "trainings.held"),
    *("checkup.yaml", "learning.yaml"),
    *(path.name for path in TEMPLATES),
}
"""Strings of the same build that are states, files, figures of a report, acts of the audit log."""


def test_every_string_that_looks_like_a_sentence_is_one() -> None:
    for sentence, place in _written_ids().items():
        assert sentence in SENTENCES or sentence in NO_SENTENCES, f"{place}: {sentence}"


def test_every_sentence_of_the_catalogue_is_said_somewhere() -> None:
    written = _written_ids()
    unused = [sentence for sentence in SENTENCES if sentence not in written]
    assert not unused


def test_a_sentence_is_given_just_the_values_that_it_needs() -> None:
    for ids, given, place in _sentence_calls():
        for sentence in ids:
            if given is None:
                continue  # the values come as a mapping: the walk through all screens fills them
            needed = placeholders(SENTENCES[sentence]) - ADDRESS
            assert needed <= given, f"{place}: {sentence}"
            if len(ids) == 1:
                assert needed == given, f"{place}: {sentence}"


def test_refusals_of_the_rules_need_no_values() -> None:
    codes = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_rule = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RuleError"
            if is_rule and isinstance(node.args[0], ast.Constant):
                codes.add(str(node.args[0].value))
    told = {code for code in codes if code.split(".")[0] in {s.split(".")[0] for s in SENTENCES}}
    assert {"join.used", "log.visits", "undo.late"} <= told
    for code in told:
        assert not placeholders(SENTENCES[code]) - ADDRESS, code


def test_every_kind_of_message_has_its_answer() -> None:
    from handlers.other import KINDS

    assert {f"media.{kind}" for kind in KINDS} <= set(SENTENCES)
    assert set(FAMILIES["media."]) == {str(kind) for kind in KINDS}


def _texts_of(guide: Guide) -> Iterator[str]:
    """Every text of a guide that a person may read."""
    yield from (guide.title, guide.who, *guide.needs, guide.counter, guide.no_smartphone)
    yield from (*guide.warnings, *filter(None, (guide.ask, guide.place, guide.time)))
    for error in guide.errors:
        yield from (error.sign, error.fix)
    for way in guide.ways:
        yield way.label
        yield from (text for step in way.steps for text in (step.label, step.text))
    if guide.fee:
        yield guide.fee.text


def _everything() -> Iterator[tuple[str, str]]:
    yield from SENTENCES.items()
    for guide in LIBRARY.guides.values():
        yield from ((guide.id, text) for text in _texts_of(guide))
    for question in LIBRARY.checkup.questions:
        yield "checkup", question.ask
        yield from (("checkup-name", name) for name in (question.has, question.lacks))
        if question.unsure:
            yield "checkup", question.unsure.why
    for quiz in LIBRARY.quizzes.values():
        for one in quiz.questions:
            yield from ((one.id, text) for text in (one.ask, one.why, *one.answers))
    for sign in LIBRARY.scams.signs:
        yield from ((sign.id, text) for text in (sign.name, sign.why))


def _filled(text: str, form: AddressForm) -> str:
    values = {name: SAMPLES.get(name, "Hố Nai") for name in placeholders(text) - ADDRESS}
    return Texts(SENTENCES, form.words).fill(text, **values)


@pytest.mark.parametrize("form", list(AddressForm))
def test_every_text_reads_well_in_every_form_of_address(form: AddressForm) -> None:
    for name, text in _everything():
        filled = _filled(text, form)
        assert "{" not in filled, name
        assert "}" not in filled, name
        assert filled == filled.strip(), name
        assert "  " not in filled, name
        for doubled in re.finditer(r"\b(\w+) \1\b", filled, re.IGNORECASE):
            assert doubled[0].lower() in REPEATS, f"{name}: {doubled[0]} – {filled}"
        for twice in re.finditer(rf"{form.words}\W+{form.words}", filled, re.IGNORECASE):
            raise AssertionError(f"{name}: {twice[0]} – {filled}")
        if not name.startswith(
            (
                *FRAGMENTS,
                FORMAL,
                "words-page.carried",
                "words-page.header-of-plan",
                "words-page.holds-",
            )
        ):
            _check_capitals(name, filled)


def _check_capitals(name: str, text: str) -> None:
    """Each sentence begins with a capital, a digit, or a sign that stands before one."""
    for start in re.finditer(r"(?:^|[.!?] |\n)[\"“(*•\s]*(\w)", text):
        letter = start[1]
        assert letter.isupper() or letter.isdigit(), f"{name}: {text[start.start() :][:40]}"


def test_the_form_of_address_is_never_written_out() -> None:
    # “bà con” also means the neighbours, who may be spoken of.
    words = [form.words for form in AddressForm if form is not AddressForm.BA_CON]
    for name, text in _everything():
        for word in words:
            spoken = re.search(rf"(?<!\w){word}(?!\w)(?! sĩ)", text, re.IGNORECASE)
            assert not spoken, f"{name}: {text}"


def test_no_text_uses_words_of_the_office_or_the_computer() -> None:
    official = ("report.", "thực hiện")  # what goes into a văn bản has its own word for doing
    faults = [
        f"{name}: “{word}”, nên nói: {instead} – {text}"
        for name, text in _everything()
        for word, instead in UNLIKED.items()
        if not (name.startswith(official[0]) and word == official[1])
        if not name.startswith(FORMAL)
        and re.search(rf"(?<!\w){word}(?!\w)", QUOTED.sub("", text), re.IGNORECASE)
    ]
    assert not faults, "\n".join(faults)


def test_labels_are_short_enough_for_every_messenger() -> None:
    for name, text in SENTENCES.items():
        if name.startswith("option."):
            assert len(text) <= 32, name
    for guide in LIBRARY.guides.values():
        for label in (guide.title, *(w.label for w in guide.ways), *(e.sign for e in guide.errors)):
            assert len(label) <= 64, f"{guide.id}: {label}"


def test_sentences_are_short() -> None:
    for name, text in SENTENCES.items():
        for sentence in re.split(r"(?<=[.!?])\s", _filled(text, AddressForm.BA_CON)):
            assert len(sentence.split()) <= 25, f"{name}: {sentence}"
        assert len(_filled(text, AddressForm.CO_CHU)) <= 300, name


def test_every_form_of_address_begins_a_sentence_with_a_capital() -> None:
    for form in AddressForm:
        texts = Texts({"a": "{You} nè {you}"}, form.words)
        assert texts.say("a")[0].isupper()
        assert texts.say("a").lower() == f"{form.words} nè {form.words}"
