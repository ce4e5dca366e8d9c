"""Each figure is the same on every surface, for whoever reads it, and what is hidden stays hidden on all.

``SHOWN`` says which parts of the report a surface shows; one that shows less, or nothing, fails.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import docx
import pytest
from hypothesis import example, given, settings

from bot.core.periods import Period
from bot.core.vocabulary import Audience
from bot.library import Library
from bot.reports import csv as csv_file
from bot.reports import xlsx
from bot.reports.cells import show_cell
from bot.reports.tables import Kind, Row, Table, Value
from bot.services.definitions import walk
from bot.services.digest_lines import TeamFacts, list_behind, of_office, of_team
from bot.services.report_telling import find
from bot.services.report_telling import show as show_figure
from tests import depth, spreadsheet
from tests.digest_tools import TEXTS as CHAT
from tests.same_world import RICH, STORIES, TOLD, WEEK, YEAR, Story, World, lived
from tests.storage_tools import Shelf, open_shelf

Said = Mapping[str, Any]
Seen = set[str]
"""The paths that a surface shows."""
OF_WORDS = frozenset({"tt", "title", "unit", "note", "label", "source", "forecast", "status"})
OF_WORDS_TOO = frozenset({"confirmed", "need_per_week"})
"""Columns of targets whose figures are told in words: ``2/3``, and whole things a week."""
SHEETS = {
    **dict.fromkeys(["summary"], "Tổng hợp"),
    **dict.fromkeys(["by_team"], "Theo tổ"),
    **dict.fromkeys(["copy"], "Chép số liệu"),
    **dict.fromkeys(["tasks"], "Nhiệm vụ"),
    **dict.fromkeys(["year_visits", "year_people", "year_classes"], "Thi đua năm"),
}
SPLITS = "Theo mục"
UNITS = {"visits": "lượt", "people": "người"}
PEOPLE = (("help", "topic"), ("help", "team"), ("trainings", "kind"), ("trainings", "topic"))


@pytest.fixture(scope="module")
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, "sqlite", tmp_path_factory.mktemp("same")) as opened:
        yield opened


# ---- surfaces: each gives the paths that it shows, and fails where one is another number -------


def figures_of(table: Table, said: Said) -> Iterator[tuple[int, int, Row, str]]:
    """Line, column, row and path of each cell that shows a figure of the report."""
    is_of_targets = table.key in ("summary", "copy", "targets")
    for line, row in enumerate(table.rows):
        for place, column in enumerate(table.columns):
            path = row.path(column.key)
            in_words = column.key in OF_WORDS or (is_of_targets and column.key in OF_WORDS_TOO)
            if not (row.is_head or in_words) and path in said:
                yield line, place, row, path


def expected(said: Said, row: Row, path: str) -> Any:
    """The JSON's value; a target that was read as a level shows that, one in signs its words."""
    found = said[path]
    level = said.get(f"{row.key}.reading.level")
    return level if found is None and path.endswith(".done") and level else found


def by_tables(world: World, body: dict[str, Any]) -> Seen:
    said, seen = dict(walk(body)), set()
    for table in world.tables(body).tables:
        for _, place, row, path in figures_of(table, said):
            shown = row.exact.get(table.columns[place].key, row.cells[place])
            if isinstance(said[path], str):
                continue
            if not (path.endswith(".value") and isinstance(shown, str)):  # 1–2, or a level
                assert shown == expected(said, row, path), (table.key, path)
            seen.add(path)
    return seen


def by_workbook(world: World, body: dict[str, Any]) -> Seen:
    said, seen, book = dict(walk(body)), set(), world.book(body)
    opened = spreadsheet.opened(xlsx.write(book), as_values=True)
    for table in book.tables.tables:
        if table.key in ("targets", "figures", "adjustments"):  # they stand in the summary
            continue
        sheet = [[cell.value for cell in row] for row in opened[SHEETS.get(table.key, SPLITS)]]
        first = _line_of(sheet, table)
        for line, place, row, path in figures_of(table, said):
            shown = sheet[first + line][place]
            if isinstance(said[path], str) or (path.endswith(".value") and isinstance(shown, str)):
                continue
            wanted = expected(said, row, path)
            wanted = "—" if wanted is None else wanted
            assert shown == wanted, (table.key, path)
            seen.add(path)
    return seen


def _line_of(sheet: list[list[Any]], table: Table) -> int:
    """The line under the heads of a table; on a sheet of several it stands below its title."""
    heads = [one.title for one in table.columns if one.key != "note"]
    titles = [n for n, line in enumerate(sheet) if line[0] == table.title]
    start = titles[-1]
    return next(n + 1 for n, line in enumerate(sheet) if n > start and line[: len(heads)] == heads)


def by_csv(world: World, body: dict[str, Any]) -> Seen:
    said, seen = dict(walk(body)), set()
    for table in world.tables(body).tables:
        text = csv_file.write(table).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]
        for line, place, row, path in figures_of(table, said):
            if not isinstance(said[path], str) and not isinstance(row.cells[place], str):
                assert _number(lines[line][place]) == said[path], (table.key, path)
                seen.add(path)
    return seen


def _number(text: str) -> float | None:
    return None if text == "—" else float(text.replace(",", "."))


def by_pasting(world: World, body: dict[str, Any]) -> Seen:
    """The rows that /office/copy gives."""
    said, seen, table = dict(walk(body)), set(), world.tables(body).table("copy")
    lines = [line.split("\t") for line in csv_file.as_text(table).split("\n")]
    for line, place, row, path in figures_of(table, said):
        key = table.columns[place].key
        if isinstance(row.cells[place], int | float | None) or key in row.exact:
            assert _number(lines[line][place]) == said[path], path
            seen.add(path)
    return seen


def by_draft(world: World, body: dict[str, Any]) -> Seen:
    """Sentences by the paths of their figures, and the annex cell by cell."""
    said, seen = dict(walk(body)), set()
    draft, annex = world.draft(body)
    paper = docx.Document(io.BytesIO(draft.draw()))
    told = [" ".join(one.text.split()) for one in paper.paragraphs]
    document = draft.document
    lines = [line for part in document.parts for line in part.lines]
    for line in (*document.opening, *lines, document.ending):
        assert any(" ".join(line.text.split()) in one for one in told), line.text
        for figure in line.figures:
            assert figure.shown == show_figure(find(body, figure.path), figure.how)  # type: ignore[arg-type]  # how is one of the words it knows
            assert figure.shown in line.text
            seen.add(figure.path)
    grids = [[[cell.text for cell in row.cells] for row in grid.rows] for grid in paper.tables]
    for table in (one for one in annex if one.rows):
        heads = [one.title for one in table.columns]
        grid = next(found for one in grids if one and (found := unfolded(one, heads, table)))
        for line_, place, row, path in figures_of(table, said):
            cell: Value = row.cells[place]
            if isinstance(said[path], str) or isinstance(cell, str):
                continue
            kind = table.columns[place].kind
            assert grid[1 + line_][place] == show_cell(said[path], kind), (table.key, path)
            seen.add(path)
    return seen | set(folded_away(world, body, annex, said))


def folded_away(
    world: World, body: dict[str, Any], annex: list[Table], said: Said
) -> Iterator[str]:
    """Rows that a draft only lists below its tables: each by its name, and nothing is known of any."""
    whole = {one.key: one for one in world.tables(body).tables}
    for table in (one for one in annex if one.key in ("figures", "targets")):
        there, listed = {row.key for row in table.rows}, " ".join(table.notes)
        for _, place, row, path in figures_of(whole[table.key], said):
            if row.key in there:
                continue
            assert str(row.cells[1]).rstrip(". ") in listed, row.key
            if path.endswith(".value"):
                assert str(row.cells[place]) in listed, path
            else:
                assert said[path] is None, path
            yield path


def unfolded(grid: list[list[str]], heads: list[str], table: Table) -> list[list[str]]:
    """The lines of a table below each other, where it was drawn in blocks side by side; [] for another."""
    blocks, wide = len(grid[0]) // len(heads), len(heads)
    if grid[0] != heads * blocks:
        return []
    last = [row for row in table.rows if row.is_total] if blocks > 1 else []
    body = grid[1 : len(grid) - len(last)]
    beside = [line[at * wide : (at + 1) * wide] for at in range(blocks) for line in body]
    kept = [line for line in beside if any(line)] if blocks > 1 else beside
    return [heads, *kept, *(line[:wide] for line in grid[len(grid) - len(last) :])]


def by_digest(_: World, body: dict[str, Any]) -> Seen:
    """The lines of Monday, and those of each leader of a team."""
    seen = {"help.visits", "help.people", "trainings.by_kind[class].held"}
    first, behind, silent, *_rest = of_office(CHAT, body, None, quotes=True)
    held = find(body, "trainings.held")
    classes = None if held is None else find(body, "trainings.by_kind[class].held") or 0
    wanted = [body["help"]["visits"], body["help"]["people"], classes]
    shown = re.search(r": (\S+) lượt giúp, (\S+) người, (\S+) lớp", first)
    assert shown
    assert [*shown.groups()] == [show_cell(one, Kind.COUNT) for one in wanted]
    late = list_behind(body)[:2]
    for target in late:
        key = "need_per_week" if target["need_per_week"] is not None else "rest"
        if target[key] is not None:
            assert show_cell(target[key], Kind.NUMBER) in behind
            seen.add(f"targets[{target['id']}].{key}")
    if body["teams"]["silent"]:
        total = show_cell(body["teams"]["total"], Kind.COUNT)
        assert f"({len(body['teams']['silent'])}/{total} tổ)" in silent
        seen.add("teams.total")
    for row in body["help"]["by_team"]:
        line = of_team(CHAT, body, TeamFacts(row["team"], 0, 0))[1]
        for key in ("visits", "people"):
            assert f" {show_cell(row[key], Kind.COUNT)} {UNITS[key]}" in line
            seen.add(f"help.by_team[{row['team']}].{key}")
    return seen


SURFACES: Mapping[str, Callable[[World, dict[str, Any]], Seen]] = {
    "tables": by_tables,
    "xlsx": by_workbook,
    "csv": by_csv,
    "copy": by_pasting,
    "docx": by_draft,
    "digest": by_digest,
}
INSIDE = frozenset({"digest"})
"""Surfaces that nobody outside the office sees."""
SINCE = frozenset(
    f"cumulative.{one}" for one in ("help", "trainings", "communication", "questions")
)
LINES = SINCE | {
    *("teams", "communication", "communication.by_kind", "trainings", "trainings.by_kind"),
    *("learning", "help", "questions", "requests", "targets"),
}
ALL = LINES | {"help.by_team", "help.by_topic", "trainings.by_topic", "trainings.by_evidence"}
SHOWN: Mapping[str, frozenset[str]] = {
    "tables": ALL,
    "xlsx": ALL,
    "csv": ALL,
    "copy": LINES,
    "docx": LINES | {"help.by_team", "help.by_topic", "targets.reading"},
    "digest": frozenset({"help", "help.by_team", "trainings.by_kind", "targets"}),
}
"""Which parts of the report each surface shows."""
LEFT_TO_LONGER_ONES = frozenset({"targets.reading"})
"""What the draft of a week says in the notes of its annex and not in sentences, where it is older."""


def parts(seen: Seen) -> set[str]:
    """Parts of the report without rows and figures: ``help.by_team``."""
    return {re.sub(r"\[.*?\]", "", path).rpartition(".")[0] for path in seen}


def surfaces_of(audience: Audience, period: Period) -> Iterator[str]:
    for name in SURFACES:
        if name not in INSIDE or (audience is Audience.INTERNAL and period.kind == "week"):
            yield name


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("period", [WEEK, YEAR], ids=["week", "year"])
def test_every_surface_shows_its_parts_of_a_rich_report(
    shelf: Shelf, library: Library, audience: Audience, period: Period
) -> None:
    with lived(shelf, library, RICH) as world:
        body = world.body(period, audience)
        for name in surfaces_of(audience, period):
            seen = SURFACES[name](world, body)
            left = LEFT_TO_LONGER_ONES if (name, period) == ("docx", WEEK) else frozenset()
            assert SHOWN[name] - left <= parts(seen), name
        assert SHOWN.keys() == SURFACES.keys()


FEW = settings(max_examples=max(4, depth.EXAMPLES.now // 6))
"""Each example makes eight files and more."""


@FEW
@given(story=STORIES)
@example(story=Story("ho-nai"))
def test_every_surface_says_what_the_json_says(
    shelf: Shelf, library: Library, story: Story
) -> None:
    with lived(shelf, library, story) as world:
        for audience in Audience:
            body = world.body(WEEK, audience)
            for name in surfaces_of(audience, WEEK):
                assert SURFACES[name](world, body), name


# ---- what leaves the office ---------------------------------------------------------------------


def is_split_of_people(path: str) -> bool:
    named = [rf"{part}\.by_{word}\[.*\]\.people" for part, word in PEOPLE]
    return any(re.fullmatch(one, path) for one in (*named, r"targets\[.*\]\.guided"))


def could_differ(cells: list[int | None], gone: set[int]) -> bool:
    """True where the total and the shown cells leave more than one way for every hidden cell."""
    rest, many = sum(cells[at] or 0 for at in gone), len(gone)
    return many > 1 and rest > many


@given(story=STORIES)
@example(story=RICH)
@example(story=TOLD)
def test_outside_only_splits_of_people_are_hidden_and_none_can_be_worked_out(
    shelf: Shelf, library: Library, story: Story
) -> None:
    with lived(shelf, library, story) as world:
        for period in (WEEK, YEAR):
            whole, body = both(world, period)
            inside, outside, hidden = dict(walk(whole)), dict(walk(body)), set(body["hidden"])
            apart = {path for path in inside if inside[path] != outside[path]}
            assert inside.keys() == outside.keys()
            assert apart - {"audience", "data_hash"} == hidden
            assert all(is_split_of_people(path) and outside[path] is None for path in hidden)
            told = told_by_targets(world, whole)
            for part, word in PEOPLE:
                rows = body[part][f"by_{word}"]
                names = [f"{part}.by_{word}[{row[word]}].people" for row in rows]
                gone = {at for at, name in enumerate(names) if name in hidden}
                cells = [inside[name] for name in names]
                assert not hidden & told
                ones = all(cells[at] == 1 for at in gone)
                assert not gone or could_differ(cells, gone) or (len(gone) > 1 and ones)
                left = [c for c, name in zip(cells, names, strict=True) if c and name not in told]
                small = [outside[n] for n in names if n not in told and outside[n] in range(1, 5)]
                assert not small or len(left) == 1


def both(world: World, period: Period) -> tuple[dict[str, Any], dict[str, Any]]:
    return world.body(period, Audience.INTERNAL), world.body(period, Audience.OUTGOING)


def told_by_targets(world: World, body: dict[str, Any]) -> set[str]:
    """Cells whose number a target says: targets are never hidden."""
    kinds = {"contestants": "contest", "people_trained": "class"}
    formulas = {one.id: str(one.formula) for one in world.plan.targets}
    inside = dict(walk(body))
    paths = {
        f"trainings.by_kind[{kinds[formulas[one['id']]]}].people": one["in_period"]
        for one in body["targets"]
        if formulas.get(one["id"]) in kinds
    }
    return {path for path, number in paths.items() if number and inside.get(path) == number}


@FEW
@given(story=STORIES)
@example(story=RICH)
def test_no_file_that_leaves_the_office_tells_people_of_a_part_that_is_hidden(
    shelf: Shelf, library: Library, story: Story
) -> None:
    with lived(shelf, library, story) as world:
        for period in (WEEK, YEAR):
            body = world.body(period, Audience.OUTGOING)
            book = world.book(body)
            assert {one.person for one in book.details} <= {None}
            assert "year_people" not in {one.key for one in book.tables.tables}
            assert all(".people" not in line["figure"] for line in body["adjustments"])
            said = set(body["hidden"])
            for table in book.tables.tables:
                cells = {
                    row.path(c.key): v
                    for row in table.rows
                    for c, v in zip(table.columns, row.cells, strict=True)
                }
                assert all(cells[path] is None for path in said & cells.keys()), table.key
            document = world.draft(body)[0].document
            lines = [line for part in document.parts for line in part.lines]
            shown = {f.path: f.shown for line in lines for f in line.figures}
            assert all(shown[path] == "—" for path in said & shown.keys())


# ---- parts and totals ---------------------------------------------------------------------------


@given(story=STORIES)
@example(story=RICH)
def test_the_parts_of_each_split_add_up_to_its_total(
    shelf: Shelf, library: Library, story: Story
) -> None:
    with lived(shelf, library, story) as world:
        for period in (WEEK, YEAR):
            body = world.body(period, Audience.OUTGOING)
            help_, held = body["help"], body["trainings"]
            if help_["visits"] is not None:
                for word in ("topic", "team"):
                    assert sum(row["visits"] for row in help_[f"by_{word}"]) == help_["visits"]
                for word in ("place", "outcome", "subject"):
                    assert sum(row["visits"] for row in help_[f"by_{word}"]) <= help_["visits"]
            if held["held"] is not None:
                for word in ("kind", "topic"):
                    assert sum(row["held"] for row in held[f"by_{word}"]) == held["held"]
                    seats = [row["attendances"] or 0 for row in held[f"by_{word}"]]
                    assert sum(seats) == (held["attendances"] or 0)
                seated = [row["attendances"] for row in held["by_evidence"]]
                assert sum(seated) == (held["attendances"] or 0)
            for table in world.tables(body).tables:
                check_total(table)


def check_total(table: Table) -> None:
    """With those that do not say it, the parts of visits, trainings and seats make the whole."""
    total = next((row for row in table.rows if row.is_total), None)
    if total is None:
        return
    for place, column in enumerate(table.columns):
        if column.key in ("visits", "held", "attendances") and total.cells[place] is not None:
            cells = [row.cells[place] for row in table.rows if not row.is_total]
            numbers_ = [one for one in cells if isinstance(one, int)]
            assert sum(numbers_) == total.cells[place], table.key
