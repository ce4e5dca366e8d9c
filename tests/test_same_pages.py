"""The office's pages say what the JSON says: the week, every figure by its path, the rows to copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.app.report_files import ReportRoom
from bot.core.periods import parse
from bot.core.vocabulary import Audience, Topic, TrainingKind
from bot.locale import load_sentences
from bot.reports.cells import show_cell
from bot.reports.csv import as_text
from bot.reports.tables import Kind
from bot.services.definitions import find, walk
from storage import communes, help_entries, people
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from tests import held_trainings as tools
from tests.command_line import ROOT
from tests.office_browser import Browser
from tests.office_site import MONDAY, Site, open_site

SENTENCES = load_sentences(ROOT / "content")
PERIODS = ("week:2026-W47", "year:2026")
SLUG = "phuoc-binh"
CROWDS = (("KP 1", Topic.VNEID, 9), ("KP 2", Topic.DVC, 7), ("KP 3", Topic.AT, 3))


def furnish(unit: Unit, site: Site) -> None:
    """Help by three teams of many and of few, and a training of each kind."""
    commune = site.ward.commune(SLUG).id
    who = [people.add_person(unit, commune) for _ in range(12)]
    for name, topic, size in CROWDS:
        team = communes.find_team(unit, commune, name)
        assert team is not None
        for place in range(size):
            help_ = Help(MONDAY, topic, 1 + place % 2, person_id=who[place])
            new = NewEntry(f"{name}-{place}", team.id, None, help_)
            help_entries.add(unit, commune, new, By())
    for kind, size in ((TrainingKind.CLASS, 11), (TrainingKind.CONTEST, 3)):
        held = tools.hold(unit, commune, kind, MONDAY)
        tools.fill(unit, commune, held, *who[:size], None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("same")) as opened:
        opened.ward.base.database.write(furnish, opened)
        yield opened


@pytest.fixture(scope="module")
def officer(site: Site) -> Browser:
    return site.officer(SLUG)


def body_of(site: Site, period: str, audience: Audience) -> tuple[dict[str, Any], ReportRoom]:
    room, commune = ReportRoom(site.ward.base), site.ward.commune(SLUG)
    read = site.ward.base.database.read
    return read(room.body, commune, parse(period), audience), room


def value(page: str) -> str:
    """The large number of the page, which is that of the period."""
    found = re.search(r'<p class="value">\s*(.*?)\s*</p>', page, re.S)
    assert found
    return unescape(re.sub("<.*?>", "", found[1]))


@pytest.mark.parametrize("period", PERIODS)
def test_the_page_of_each_figure_shows_the_json(site: Site, officer: Browser, period: str) -> None:
    said = dict(walk(body_of(site, period, Audience.INTERNAL)[0]))
    listed = officer.opens(f"/office/figure?period={period}").text
    rows = re.findall(r'<td class="num"><a[^>]*href="([^"]+)">(.*?)</a>', listed)
    shown = {
        parse_qs(urlsplit(unescape(link)).query)["path"][0]: unescape(text) for link, text in rows
    }
    assert len(shown) > 30
    for path, text in shown.items():
        wanted = said.get(path)
        assert text == show_cell(wanted, Kind.NUMBER), path
    split = [path for path in said if re.match(r"(help|trainings)\.by_\w+\[", path)]
    paths = [path for path in (*split, *list(shown)[::6]) if find(path) is not None]
    assert len(paths) > 15
    for path in paths:
        page = officer.opens(f"/office/figure?{urlencode({'period': period, 'path': path})}")
        assert page.status == 200, path
        assert value(page.text) == show_cell(said[path], Kind.NUMBER), path


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("period", PERIODS)
def test_the_rows_to_copy_are_those_of_their_audience(
    site: Site, officer: Browser, period: str, audience: Audience
) -> None:
    body, room = body_of(site, period, audience)
    commune = site.ward.commune(SLUG)
    table = site.ward.base.database.read(room.tables, commune, body).table("copy")
    page = officer.opens(f"/office/copy?period={period}&audience={audience}").text
    pasted = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S)
    assert pasted
    assert unescape(pasted[1]) == as_text(table)
    assert body["data_hash"][:19] in page
    said, lines = dict(walk(body)), unescape(pasted[1]).split("\n")
    figures = [(n, row.key) for n, row in enumerate(table.rows) if row.key in said]
    assert len(figures) > 15
    for number, path in figures:
        assert lines[number].split("\t")[4] == _plain(said[path]), path


def _plain(number: float | None) -> str:
    return "—" if number is None else f"{number:.10g}".replace(".", ",")


def test_the_page_of_the_week_shows_the_json(site: Site, officer: Browser) -> None:
    body = body_of(site, PERIODS[0], Audience.INTERNAL)[0]
    answer = officer.opens("/office?week=2026-W47")
    page, said = answer.page, body["help"]
    for part, rows in (("by-team", said["by_team"]), ("by-topic", said["by_topic"])):
        shown = {name: cells[0].text for name, cells in page.tables[part].body.items()}
        word = part.removeprefix("by-")
        for row in rows:
            name = row[word] if word == "team" else SENTENCES[f"topic.{row[word]}"]
            assert shown[name] == show_cell(row["visits"], Kind.COUNT)
        assert len(rows) == len(CROWDS)
    large = re.findall(r'<p class="value">\s*(.*?)\s*</p>', answer.text, re.S)
    first = [re.sub("<.*?>", "", one) for one in large[:3]]
    keys = ("visits", "people", "visits_without_person")
    assert first == [show_cell(said[key], Kind.COUNT) for key in keys]
    held = {name: cells[0].text for name, cells in page.tables["trainings"].body.items()}
    for row in body["trainings"]["by_kind"]:
        assert held[SENTENCES[f"figures.trainings-{row['kind']}"]] == str(row["held"])
    assert body["data_hash"][7:19] in answer.text
