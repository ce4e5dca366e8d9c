"""The command line keeps its promises: shapes, exit codes, and that words, digits and actions agree."""

from __future__ import annotations

import json
import re
import signal
import socket
import stat
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document as open_docx  # noqa: N813 – a function, whatever its name says

from bot.core.periods import today, week_of
from tests import postgres
from tests.command_line import ROOT, Terminal

FIXTURES = ROOT / "tests" / "fixtures" / "telegram"
N, S = 0, ""  # stand for a number and a text in the shapes

# The block of surface.md; a list shows what each of its items looks like.
ATTENDED = {"held": N, "attendances": N, "people": N, "attendances_without_person": N}
SO_FAR = {
    "help": {
        "visits": N,
        "people": N,
        "visits_without_person": N,
        "confirmed": N,
        "files": N,
    },
    "trainings": {"held": N, "attendances": N, "people": N},
    "communication": {"sessions": N},
    "questions": {"asked": N, "answered": N},
}
REPORT = {
    "commune": S,
    "period": {
        "kind": S,
        "key": S,
        "from": S,
        "to": S,
        "closed": False,
        "status": S,
        "until": S,
    },
    "help": {
        "visits": N,
        "people": N,
        "visits_without_person": N,
        "confirmed": N,
        "denied": N,
        "files": N,
        "new_declared": N,
        "by_topic": [{"topic": S, "visits": N, "people": N}],
        "by_team": [{"team": S, "visits": N, "people": N}],
        "by_place": [{"place": S, "visits": N}],
        "by_outcome": [{"outcome": S, "visits": N}],
        "by_service": [{"service": S, "visits": N}],
        "by_subject": [{"subject": S, "visits": N}],
    },
    "requests": {"opened": N, "closed": N, "open_now": N, "median_hours_to_claim": N},
    "trainings": {
        "held": N,
        "attendances": N,
        "people": N,
        "attendances_without_person": N,
        "heads": N,
        "heads_of": N,
        "signed_up": N,
        "by_kind": [{"kind": S, **ATTENDED}],
        "by_topic": [{"topic": S, **ATTENDED}],
        "by_age": [{"age_band": S, "attendances": N}],
        "by_neighbourhood": [{"neighbourhood": S, "attendances": N}],
        "by_evidence": [{"evidence": S, "attendances": N}],
    },
    "communication": {
        "sessions": N,
        "by_kind": [{"kind": S, "times": N, "amount": N, "reach": N}],
    },
    "learning": {
        "introduced": N,
        "self_reported": N,
        "confirmed": N,
        "confirmed_on": S,
        "confirmed_source": S,
    },
    "questions": {
        "asked": N,
        "answered": N,
        "unknown": N,
        "too_vague": N,
        "handed_over": N,
        "refused": N,
        "top": [{"guide": S, "count": N}],
    },
    "teams": {"total": N, "reported": N, "silent": [S]},
    "targets": [
        {
            "id": S,
            "title": S,
            "unit": S,
            "op": S,
            "value": N,
            "kind": S,
            "owner": S,
            "focus": True,
            "in_period": N,
            "opening": N,
            "opening_on": S,
            "opening_source": S,
            "done": N,
            "reading": {
                "number": N,
                "part": N,
                "whole": N,
                "level": S,
                "as_of": S,
                "source": S,
            },
            "denominator": {"id": S, "title": S, "number": N, "as_of": S, "source": S},
            "percent": N,
            "status": S,
            "confirmed": N,
            "status_confirmed": S,
            "flip": S,
            "gap": S,
            "rest": N,
            "days_left": N,
            "need_per_week": N,
            "forecast": {"low": N, "mid": N, "high": N},
            "version": N,
            "changed_on": S,
            "conflicts_with": S,
            "set_aside": True,
            "guided": N,
            "note": S,
            "estimate": N,
            "source": S,
        }
    ],
    "cumulative": {"from": S, "to": S, **SO_FAR},
    "last_year": {"from": S, "to": S, **SO_FAR},
    "tasks": [
        {
            "id": S,
            "text": S,
            "lead": S,
            "partners": S,
            "product": S,
            "due": S,
            "status": S,
            "result": S,
            "as_of": S,
            "source": S,
        }
    ],
    "adjustments": [],
    "texts": {"chi_dao": S, "kho_khan": S, "ky_toi": S, "kien_nghi": S},
    "hidden": [],
    "spot_checks": {"called": N, "right": N},
    "extras": [S],
    "audience": S,
    "data_hash": S,
}
PLAN = {
    "slug": S,
    "name": S,
    "kind": S,
    "teams": N,
    "targets": [
        {
            "id": S,
            "title": S,
            "unit": S,
            "op": S,
            "value": N,
            "from": S,
            "to": S,
            "kind": S,
            "owner": S,
            "source": S,
        }
    ],
    "deadlines": [{"sender": S, "receiver": S, "period": S, "due": [{"due": S, "send_by": S}]}],
}
ONLY_SOME_TARGETS_HAVE = {"value_to", "level", "per"}
UNDERSTOOD = {
    "question": S,
    "decision": S,
    "reason": S,
    "guides": [{"id": S, "title": S, "score": N}],
}
ANSWERED = {"in": S, "out": [{"text": S, "choices": [{"n": N, "label": S, "action": S}]}]}


def check_shape(given: Any, shape: Any, place: str = "$") -> None:
    """Exactly these keys, numbers as numbers, null where nothing is known."""
    if isinstance(shape, dict) and given is not None:
        assert set(given) - ONLY_SOME_TARGETS_HAVE == set(shape), place
        for key, part in shape.items():
            check_shape(given[key], part, f"{place}.{key}")
    elif isinstance(shape, list):
        assert isinstance(given, list), place
        for number, item in enumerate(given):
            check_shape(item, shape[0], f"{place}[{number}]")
    elif shape is not None and given is not None:
        wanted = {str: str, bool: bool, int: (int, float)}[type(shape)]
        assert isinstance(given, wanted), place
        assert isinstance(given, bool) == isinstance(shape, bool), place


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def chat(terminal: Terminal, *lines: str, options: tuple[str, ...] = ()) -> list[Any]:
    ended = terminal.types("chat", "--json", *options, stdin="\n".join(lines) + "\n")
    assert ended.code == 0, ended.err
    assert ended.err == ""
    return ended.rows


def invite(terminal: Terminal, *options: str) -> str:
    words = ("staff", "invite", "--commune", "ho-nai", *options)
    ended = terminal.types(*words)
    assert ended.code == 0, ended.err
    code = re.search(r"Mã mời: (\w{4}-\w{4})$", ended.out, re.MULTILINE)
    assert code
    return code[1]


# --- chat


def test_the_promised_conversation(terminal: Terminal) -> None:
    ended = terminal.runs("chat", "--json", stdin="menu\n1\nquen mat khau vneid\n0\n")
    assert (ended.code, ended.err) == (0, "")
    assert [row["in"] for row in ended.rows] == ["menu", "1", "quen mat khau vneid", "0"]
    check_shape(ended.rows, [ANSWERED])
    assert "VNeID" in ended.rows[2]["out"][0]["text"]
    home = ended.rows[0]["out"][-1]
    assert ended.rows[3]["out"][-1] == home
    for row in ended.rows:
        choices = row["out"][-1]["choices"]
        numbers = [choice["n"] for choice in choices]
        assert numbers == [*range(1, len(choices)), 0]


def test_a_digit_a_label_and_an_action_do_the_same(tmp_path: Path) -> None:
    shown = chat(Terminal(tmp_path / "first"), "menu")[0]["out"][-1]["choices"]
    assert len(shown) > 2
    answers = []
    for way in ("n", "label", "action"):
        said = [line for choice in shown for line in ("menu", str(choice[way]))]
        answers.append([row["out"] for row in chat(Terminal(tmp_path / way), *said)])
    assert len(answers[0]) == 2 * len(shown)
    assert answers[0] == answers[1] == answers[2]


def test_the_next_chat_goes_on_where_the_last_one_stopped(terminal: Terminal) -> None:
    chat(terminal, "quên mật khẩu vneid", "1")
    assert "bước 1/" in chat(terminal, "chào")[0]["out"][0]["text"]


def test_a_name_speaks_as_that_member(terminal: Terminal) -> None:
    code = invite(terminal, "--role", "member", "--team", "KP 3", "--name", "chị Hạnh")
    joined = chat(terminal, f"vào tổ {code}")
    assert "chị Hạnh" in joined[0]["out"][-1]["text"]
    home = chat(terminal, "menu", options=("--as", "chị Hạnh"))[0]["out"][-1]
    assert "KP 3" in home["text"]
    assert "log" in [choice["action"] for choice in home["choices"]]


def test_a_chat_without_json_reads_as_words(terminal: Terminal) -> None:
    ended = terminal.types("chat", stdin="menu\n\n   \n")
    assert ended.code == 0
    assert re.search(r"^  1  \S", ended.out, re.MULTILINE)
    assert "**" not in ended.out
    assert ended.out.count("  0  Gặp người giúp") == 1


def test_bytes_that_are_no_utf_8_do_not_end_the_chat(terminal: Terminal) -> None:
    ended = terminal.runs(
        "chat", "--json", stdin=b"\xff\xfe\xe1\nmenu\n", PYTHONIOENCODING="utf-8:strict"
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.rows[1]["in"] == "menu"


def test_ctrl_c_ends_the_chat_at_once(terminal: Terminal) -> None:
    running = terminal.starts("chat")
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write("menu\n")
    running.stdin.flush()
    assert running.stdout.readline()
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=5) == 130
    assert running.communicate()[1].strip() == ""


# --- ask


@pytest.mark.parametrize("words", [("quên mật khẩu vneid", "--json"), ("0912345678", "--json")])
def test_ask_prints_the_promised_shape(words: tuple[str, ...], terminal: Terminal) -> None:
    ended = terminal.types("ask", *words)
    assert (ended.code, ended.err, terminal.made) == (0, "", [])
    check_shape(ended.json, UNDERSTOOD)
    assert len(ended.out.splitlines()) == 1


def test_ask_answers_line_by_line_and_decides_as_promised(terminal: Terminal) -> None:
    questions = terminal.folder / "questions.txt"
    asked = ["quen mat khau vneid", "cach nau pho bo", "cccd 079123456789", "hả"]
    questions.write_text("\ufeff" + "\n\n".join(asked) + "\n", encoding="utf-8")
    ended = terminal.runs("ask", "--file", questions)
    assert (ended.code, ended.err) == (0, "")
    check_shape(ended.rows, [UNDERSTOOD])
    assert len(ended.rows) == len(asked)
    answered, unknown, refused, vague = ended.rows
    assert answered["decision"] == "answer"
    assert answered["guides"][0]["id"] == "vneid-quen-mat-khau"
    assert answered["reason"] is None
    assert (unknown["decision"], unknown["reason"]) == ("unknown", "out_of_scope")
    assert (refused["decision"], refused["reason"]) == ("refuse", "sensitive")
    assert "079123456789" not in ended.out
    assert (vague["decision"], vague["guides"]) == ("unknown", [])


def test_ask_in_words(terminal: Terminal) -> None:
    ended = terminal.types("ask", "bị lừa chuyển khoản")
    assert ended.code == 0
    assert "at-da-bi-lua" in ended.out


# --- plan, staff, report


@pytest.mark.parametrize("words", [("show", "ho-nai"), ("list",), ("load",)])
def test_plans_have_the_promised_shape(words: tuple[str, ...], terminal: Terminal) -> None:
    ended = terminal.types("plan", *words, "--json")
    assert (ended.code, ended.err) == (0, "")
    plans = [ended.json] if words[0] == "show" else ended.json
    check_shape(plans, [PLAN])
    ho_nai = next(plan for plan in plans if plan["slug"] == "ho-nai")
    assert ho_nai["teams"] == 17
    assert {target["op"] for target in ho_nai["targets"]} <= {">=", ">", "=", "<", "<="}
    assert {target["kind"] for target in ho_nai["targets"]} == {"computed", "entered"}


def test_plans_in_words(terminal: Terminal) -> None:
    assert "ho-nai  Hố Nai" in terminal.types("plan", "list").out
    assert "002 · II.2.1" in terminal.types("plan", "show", "ho-nai").out
    assert "ho-nai" in terminal.types("plan", "load").out


def test_an_invitation_names_the_ways_to_use_it(terminal: Terminal) -> None:
    words = ("staff", "invite", "--commune", "ho-nai", "--role", "officer")
    ended = terminal.types(*words, BOT_TELEGRAM_USERNAME="ban_so_bot")
    code = re.search(r"Mã mời: (\w{4})-(\w{4})", ended.out)
    assert code
    assert f"vào tổ {code[1]}-{code[2]}" in ended.out
    assert f"https://t.me/ban_so_bot?start=j_{code[1]}{code[2]}" in ended.out
    again = terminal.types(*words)
    assert "t.me" not in again.out
    assert code[0] not in again.out


@pytest.mark.parametrize("audience", ["internal", "outgoing"])
def test_the_report_has_exactly_the_promised_keys(audience: str, terminal: Terminal) -> None:
    code = invite(terminal, "--role", "member", "--team", "KP 3", "--name", "chị Hạnh")
    chat(terminal, f"vào tổ {code}", "menu", "1", "1", "2", "1", "quên mật khẩu vneid")
    period = week_of(today(datetime.now(UTC)))
    words = ("report", "--commune", "ho-nai", "--period", f"week:{period.key}")
    ended = terminal.types(*words, "--audience", audience, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    check_shape(ended.json, REPORT)
    assert ended.json["help"]["visits"] == 2
    assert ended.json["help"]["by_team"][0]["team"] == "KP 3"
    assert ended.json["questions"]["asked"] == 1
    assert ended.json["audience"] == audience
    assert ended.json["period"]["key"] == period.key
    assert re.fullmatch("sha256:[0-9a-f]{64}", ended.json["data_hash"])


def test_the_report_goes_to_a_file(terminal: Terminal) -> None:
    out = terminal.folder / "report.json"
    words = ("report", "--commune", "ho-nai", "--period", "month:2026-11")
    ended = terminal.types(*words, "--out", out)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    check_shape(json.loads(out.read_text(encoding="utf-8")), REPORT)
    assert out.read_text(encoding="utf-8") == terminal.types(*words).out


def test_the_report_is_drafted_as_docx_under_a_name_that_says_so(terminal: Terminal) -> None:
    words = ("report", "--commune", "ho-nai", "--period", "month:2026-11", "--format", "docx")
    ended = terminal.types(*words, "--header", "phong", "--out", terminal.folder)
    place = terminal.folder / "du-thao-bao-cao-ho-nai-month-2026-11-phong.docx"
    assert (ended.code, ended.out, ended.err) == (0, f"{place}\n", "")
    lines = [one.text for one in open_docx(str(place)).paragraphs]
    assert "BÁO CÁO" in lines
    out = terminal.folder / "bc.docx"
    assert (terminal.types(*words, "--out", out).code, out.exists()) == (0, True)
    assert terminal.types(*words, "--header", "so", "--out", out).code == 2


# --- check, db, replay


def test_check_counts_what_is_good(terminal: Terminal) -> None:
    ended = terminal.types("check")
    assert ended.code == 0, ended.err
    assert re.match(r"Tốt: \d+ bài, \d+ kế hoạch, \d+ câu\.", ended.out)
    assert len(ended.out.splitlines()) == 1
    assert terminal.made == []


def test_a_backup_is_private_unreadable_and_comes_back_on_another_machine(
    terminal: Terminal, tmp_path: Path
) -> None:
    assert "phiên bản 0" in terminal.types("db", "migrate").out
    code = invite(terminal, "--role", "member", "--team", "KP 3", "--name", "chị Hạnh")
    chat(terminal, f"vào tổ {code}")
    saved = tmp_path / "ban-so.backup"
    assert terminal.types("db", "backup", saved).code == 0
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert "Hạnh".encode() not in saved.read_bytes()

    other = Terminal(tmp_path / "other")
    key = {"BOT_SECRET_KEY": terminal.key_file.read_text().strip()}
    other.settings |= key
    restored = other.types("db", "restore", saved)
    assert restored.code == 0, restored.err
    assert "KP 3" in chat(other, "menu", options=("--as", "chị Hạnh"))[0]["out"][-1]["text"]
    assert other.types("db", "restore", saved).code == 1
    assert other.types("db", "restore", saved, "--force").code == 0
    assert other.types("db", "check").code == 0


def test_a_backup_overwrites_what_another_key_has_written(
    terminal: Terminal, tmp_path: Path
) -> None:
    invite(terminal, "--role", "member", "--team", "KP 3")
    saved = tmp_path / "saved"
    assert terminal.types("db", "backup", saved).code == 0
    other = Terminal(tmp_path / "other")
    chat(other, "menu")  # the new machine was started before the key was brought along
    other.key_file.write_text(terminal.key_file.read_text())
    assert "khóa" in other.types("db", "restore", saved).complaint.lower()
    assert other.types("db", "restore", saved, "--force").code == 0
    assert other.types("db", "check").code == 0


@pytest.mark.postgres
def test_a_backup_moves_from_sqlite_to_postgresql_and_the_figures_stay(
    terminal: Terminal, postgres_server: str
) -> None:
    code = invite(terminal, "--role", "member", "--team", "KP 3", "--name", "chị Hạnh")
    chat(terminal, f"vào tổ {code}", "menu", "1", "1", "2", "1")
    saved = terminal.folder / "saved"
    assert terminal.types("db", "backup", saved).code == 0
    period = week_of(today(datetime.now(UTC)))
    words = ("report", "--commune", "ho-nai", "--period", f"week:{period.key}")
    before = terminal.types(*words).json
    assert before["help"]["visits"] == 2
    with postgres.database(postgres_server) as url:
        terminal.settings["BOT_DATABASE_URL"] = url
        restored = terminal.types("db", "restore", saved)
        assert restored.code == 0, restored.err
        assert terminal.types(*words).json == before
        assert "KP 3" in chat(terminal, "menu", options=("--as", "chị Hạnh"))[0]["out"][-1]["text"]


def test_purge_says_how_much_went(terminal: Terminal) -> None:
    chat(terminal, "menu")
    assert terminal.types("db", "purge").out == "Đã xóa 0 dòng hết hạn giữ.\n"


def test_files_are_for_this_user_alone_and_the_key_is_made_once(terminal: Terminal) -> None:
    chat(terminal, "menu")
    key = terminal.key_file.read_text()
    for path in (terminal.key_file, terminal.database):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(terminal.var.stat().st_mode) == 0o700
    assert chat(terminal, "menu")[0]["out"] != []
    assert terminal.key_file.read_text() == key
    assert len(key.strip()) == 64


@pytest.mark.parametrize(
    ("name", "heard"), [("message_text", "VNeID"), ("message_voice", "tin thoại")]
)
def test_a_captured_update_goes_the_real_road(name: str, heard: str, terminal: Terminal) -> None:
    words = ("replay", FIXTURES / f"{name}.json", "--channel", "telegram")
    ended = terminal.types(*words)
    assert (ended.code, ended.err) == (0, "")
    assert heard in ended.out
    assert "lần nữa" in terminal.types(*words).out  # the same update has one effect


def test_a_console_line_can_be_replayed(terminal: Terminal) -> None:
    line = terminal.folder / "line.json"
    line.write_text('{"id": "1", "chat": "x", "text": "menu"}', encoding="utf-8")
    ended = terminal.types("replay", line, "--channel", "console", "--commune", "ho-nai")
    assert ended.code == 0, ended.err
    assert "Gặp người giúp" in ended.out


# --- endings


def test_help_is_there_for_everybody(terminal: Terminal) -> None:
    ended = terminal.runs("--help")
    assert (ended.code, ended.err, terminal.made) == (0, "", [])
    assert "Nói chuyện với trợ lý" in ended.out


def test_a_reader_who_leaves_early_is_no_fault(terminal: Terminal) -> None:
    running = terminal.starts("plan", "show", "ho-nai", "--json")
    assert running.stdout is not None
    running.stdout.close()
    assert running.wait(timeout=30) == 1
    assert running.stderr is not None
    assert running.stderr.read() == ""
    for pipe in (running.stderr, running.stdin):
        if pipe is not None:
            pipe.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str, seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return json.load(answer)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_run_serves_prints_the_way_in_and_stops_when_told(terminal: Terminal) -> None:
    port = free_port()
    running = terminal.starts("run", BOT_PORT=str(port), BOT_LOG_LEVEL="warning")
    try:
        assert fetch(f"http://127.0.0.1:{port}/healthz") == {"status": "ok"}
        assert fetch(f"http://127.0.0.1:{port}/readyz") == {"ready": True}
        # While it runs the same database serves a terminal.
        assert terminal.types("db", "check").code == 0
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=10)
    finally:
        running.kill()
    assert (running.returncode, err) == (0, "")
    assert f"http://127.0.0.1:{port}" in out
    code = re.search(r"/office/join\?ma=(\w{4}-\w{4})", out)
    assert code
    joined = chat(terminal, f"vào tổ {code[1]}")
    assert "quản trị" in joined[0]["out"][-1]["text"]
    log = Path(f"{terminal.database}-wal")
    assert not log.exists() or log.stat().st_size == 0
