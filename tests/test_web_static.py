"""What the pages are made of: no builder, so nobody but these tests keeps old phones in mind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command_line import ROOT

STATIC = ROOT / "bot" / "web" / "static"
TEMPLATES = sorted((ROOT / "bot" / "web" / "templates").glob("*.html"))
SCRIPTS = sorted(STATIC.glob("*.js"))
NEWER_THAN_ES2018 = {
    "optional chaining": r"\?\.(?!\d)",
    "nullish": r"\?\?",
    "logical assignment": r"(?:\|\||&&)=",
    "catch without a name": r"\bcatch\s*\{",
    "private members": r"(?<![\w\"'`(\[.])#\w+\s*[=(;]",
    "numbers with _": r"\b\d+_\d",
    "big integers": r"\b\d+n\b",
    "import()": r"\bimport\s*\(",
    "newer methods": r"\.(?:flat|flatMap|matchAll|replaceAll|at|trimStart|trimEnd|toSorted|toReversed"
    r"|findLast|fromEntries|allSettled|any|replaceChildren|hasOwn|structuredClone)\(",
    "newer globals": r"\b(?:globalThis|queueMicrotask|structuredClone|WeakRef|Promise\.any|BigInt)\b",
}
STRINGS = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*')


def code_of(path: Path) -> str:
    """The script without its strings and comments."""
    return STRINGS.sub('""', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_run_on_phones_of_2018(path: Path) -> None:
    found = [name for name, sign in NEWER_THAN_ES2018.items() if re.search(sign, code_of(path))]
    assert found == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("one?.two", "optional chaining"),
        ("one ?? two", "nullish"),
        ("one ||= two", "logical assignment"),
        ("try { a() } catch { b() }", "catch without a name"),
        ("class A { #b = 1 }", "private members"),
        ("const a = 1_000", "numbers with _"),
        ("const a = 10n", "big integers"),
        ("a.replaceAll(b, c)", "newer methods"),
        ("globalThis.a = 1", "newer globals"),
    ],
)
def test_newer_syntax_would_be_seen(code: str, name: str) -> None:
    assert re.search(NEWER_THAN_ES2018[name], code)
    assert not re.search(NEWER_THAN_ES2018[name], "a ? .5 : b; c.find(d); catch (e) {}")


def test_scripts_are_small_and_there_are_some() -> None:
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPTS}
    assert set(lines) == {
        "bubble.js",
        "chat.js",
        "class-screen.js",
        "embed.js",
        "guide.js",
        "import.js",
        "office.js",
        "speech.js",
    }
    assert max(lines.values()) <= 400
    assert lines["embed.js"] <= 60


@pytest.mark.parametrize("name", ["chat.css", "class.css", "guide.css"])
def test_residents_pages_need_no_browser_that_knows_gaps_in_flex_boxes(name: str) -> None:
    rules = re.findall(r"\{[^{}]*\}", (STATIC / name).read_text(encoding="utf-8"))
    assert len(rules) > 30
    assert [rule for rule in rules if re.search(r"(?<!grid-)(?<!-)\bgap\s*:", rule)] == []
    assert [rule for rule in rules if re.search(r"\b(?:clamp|inset)\s*[(:]", rule)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_neither_styles_nor_scripts_nor_addresses_of_others(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://|//[a-z]", html) == []
    for script in re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL):
        assert script == ""


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_fetch_nothing(path: Path) -> None:
    assert re.findall(r"@import|url\(", path.read_text(encoding="utf-8")) == []


def test_who_has_scripts_switched_off_is_told_where_to_go() -> None:
    html = (ROOT / "bot" / "web" / "templates" / "chat.html").read_text(encoding="utf-8")
    assert re.search(r'<noscript>.*say\("web\.no-script"\).*</noscript>', html)
