"""Each fault is one clear Vietnamese line on stderr, exit 1 (2 for wrong usage), and nothing half done."""

from __future__ import annotations

import hashlib
import re
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import small_content
from tests.command_line import ROOT, Ended, Terminal

VIETNAMESE = re.compile(
    "[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìóòõúùý]", re.IGNORECASE
)
ENGLISH = re.compile(
    r"Traceback|[A-Z]\w*Error\b|(?i:\b(errno|invalid|expected|no such|failed|cannot|unable|refused|permission"
    r"|not found|missing|should|must|usage:)\b)"
)
SECRET = "bí-mật-không-được-in-ra"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def used(terminal: Terminal) -> Terminal:
    """A terminal whose database is in use already."""
    ended = terminal.types("plan", "load")
    assert ended.code == 0, ended.err
    return terminal


@pytest.fixture
def own_content(terminal: Terminal) -> Path:
    """A copy of content/ that may be broken."""
    folder = terminal.folder / "content"
    small_content.make(folder)
    terminal.settings["BOT_CONTENT_DIR"] = str(folder)
    return folder


def said(ended: Ended, code: int = 1) -> str:
    """The one line; it is Vietnamese, and no machine speaks through it."""
    assert ended.code == code, ended
    line = ended.complaint
    assert VIETNAMESE.search(line), line
    assert not ENGLISH.search(re.sub("“[^”]*”|BOT_[A-Z_]+|/\\S+|--\\S+", "", line)), line
    return line


def prints(path: Path) -> dict[str, str]:
    """Name and content of every file below."""
    return {
        one.relative_to(path).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(path.rglob("*"))
        if one.is_file()
    }


def rows(database: Path) -> dict[str, list[object]]:
    """Everything that stands in the tables."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}


# --- content/


def change(path: Path, old: str, new: str) -> int:
    """Put ``new`` in place of the first ``old``; gives the line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


BREAKS: dict[str, tuple[str, str, str, str]] = {
    "guide": ("guides/at-da-bi-lua.md", "topic: at", "topic: at-lac", "topic"),
    "guide-key": ("guides/at-da-bi-lua.md", "title: Lỡ", "tittle: Lỡ", "tittle"),
    "guide-yaml": ("guides/at-da-bi-lua.md", "title: Lỡ bị", "title: [Lỡ bị", "YAML"),
    "guide-link": (
        "guides/at-da-bi-lua.md",
        "để trình báo. Tới",
        "xem https://bit.ly/x. Tới",
        "bit.ly",
    ),
    "plan": ("plans/ho-nai.yaml", "value: 85", "value: tám lăm", "tám lăm"),
    "plan-slug": ("plans/ho-nai.yaml", "slug: ho-nai", "slug: ho-nai-2", "ho-nai-2"),
    "plan-yaml": ("plans/ho-nai.yaml", "name: Hố Nai", "name: Hố: Nai", "YAML"),
    "glossary": ("glossary.yaml", "silent:", "silnt:", "silnt"),
    "scams": ("scams.yaml", "signs:", "sgins:", "sgins"),
    "scams-guide": ("scams.yaml", "guide: at-otp", "guide: at-lac", "at-lac"),
    "tariffs": ("tariffs.yaml", "price: 55", "price: năm lăm", "price"),
    "quiz": ("quizzes/at.yaml", "right: 1", "right: 9", "right: 9"),
    "learning": ("learning.yaml", "code: kns-nd", "code: KNS", "KNS"),
    "skills": ("skills.yaml", '"2", confirmed: false', '"2", confirmed: true', "tên"),
    "domains": ("domains.yaml", "official:", "offical:", "offical"),
    "domains-host": ("domains.yaml", "host: vneid.gov.vn", "host: https://vneid.gov.vn", "https"),
    "sentences": ("locale/vi/LC_MESSAGES/bot.po", 'msgid "home.team"', 'msgid "home.team', "ngoặc"),
    "sentences-word": (
        "locale/vi/LC_MESSAGES/bot.po",
        'msgid "home.team"',
        'mgid "home.team"',
        "msgid",
    ),
    "sentences-twice": (
        "locale/vi/LC_MESSAGES/bot.po",
        'msgid "home.team"',
        'msgid "home.resident"',
        "hai lần",
    ),
    "sentences-brace": (
        "locale/vi/LC_MESSAGES/bot.po",
        'msgstr "Bước {number}',
        'msgstr "Bước {number',
        "{",
    ),
    "sentences-utf8": ("locale/vi/LC_MESSAGES/bot.po", "", "", "UTF-8"),
    "sentence-empty": (
        "locale/vi/LC_MESSAGES/bot.po",
        'msgstr "Về đầu"',
        'msgstr ""',
        "option.home",
    ),
}


@pytest.mark.parametrize("fault", BREAKS)
def test_broken_content_is_named_by_file_and_line_and_nothing_is_loaded(
    fault: str, terminal: Terminal, own_content: Path
) -> None:
    file, old, new, named = BREAKS[fault]
    line = change(own_content / file, old, new) if old else 1
    if not old:
        (own_content / file).write_bytes("# tệp ghi bằng chương trình khác".encode("utf-16"))
    shown = said(terminal.types("plan", "load"))
    where = re.match(r"(\S+):(\d+): ", shown)
    assert where, shown
    assert where[1].endswith(Path(file).name)
    assert abs(int(where[2]) - line) <= 2
    assert named in shown
    assert terminal.made == []
    assert said(terminal.types("check")) == shown


def test_a_broken_guide_leaves_a_used_database_as_it_was(used: Terminal, own_content: Path) -> None:
    change(own_content / "plans/ho-nai.yaml", "name: Hố Nai", "name: Tên Mới")
    change(own_content / "guides/at-da-bi-lua.md", "topic: at", "topic: at-lac")
    before = rows(used.database)
    said(used.types("plan", "load"))
    said(used.types("chat", stdin="menu\n"))
    assert rows(used.database) == before


def test_several_faults_are_one_line_each(terminal: Terminal, own_content: Path) -> None:
    for fault in ("guide", "plan", "glossary"):
        file, old, new, _ = BREAKS[fault]
        change(own_content / file, old, new)
    ended = terminal.types("plan", "load")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 3)
    assert all(re.match(r"\S+:\d+: .+ – .+", line) for line in ended.err.splitlines())


def test_a_missing_content_folder(terminal: Terminal) -> None:
    ended = terminal.types("plan", "load", BOT_CONTENT_DIR=str(terminal.folder / "none"))
    assert (ended.code, ended.out, terminal.made) == (1, "", [])
    assert "domains.yaml" in ended.err
    assert "Traceback" not in ended.err


# --- Settings

WRONG_SETTINGS = {
    "unknown": ({"BOT_TELEGRAM_TOKN": SECRET}, "BOT_TELEGRAM_TOKEN"),
    "port": ({"BOT_PORT": SECRET}, "từ 1 đến 65535"),
    "port-range": ({"BOT_PORT": "70000"}, "từ 1 đến 65535"),
    "engine": ({"BOT_DATABASE_URL": f"mysql://u:{SECRET}@h/d"}, "postgresql://"),
    "sqlite-without-file": ({"BOT_DATABASE_URL": "sqlite://"}, "sqlite:///"),
    "sqlite-in-memory": ({"BOT_DATABASE_URL": "sqlite:///:memory:"}, "sqlite:///"),
    "postgres-port": ({"BOT_DATABASE_URL": f"postgresql://u:{SECRET}@h:x/d"}, "postgresql://"),
    "postgres-host": ({"BOT_DATABASE_URL": "postgresql:///d"}, "postgresql://"),
    "base-url": ({"BOT_BASE_URL": SECRET}, "https://"),
    "base-url-port": ({"BOT_BASE_URL": "https://a:b"}, "https://"),
    "level": ({"BOT_LOG_LEVEL": "loud"}, "debug, info, warning, error"),
    "mode": ({"BOT_TELEGRAM_MODE": "push"}, "polling, webhook"),
    "username": ({"BOT_TELEGRAM_USERNAME": f"@{SECRET}"}, "không có @"),
    "webhook-without-secret": ({"BOT_TELEGRAM_MODE": "webhook"}, "BOT_TELEGRAM_WEBHOOK_SECRET"),
    "webhook-secret": (
        {"BOT_TELEGRAM_MODE": "webhook", "BOT_TELEGRAM_WEBHOOK_SECRET": f"{SECRET} !"},
        "BOT_TELEGRAM_WEBHOOK_SECRET",
    ),
}


@pytest.mark.parametrize("fault", WRONG_SETTINGS)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(
    fault: str, terminal: Terminal
) -> None:
    wrong, hint = WRONG_SETTINGS[fault]
    line = said(terminal.types("plan", "load", **wrong))
    assert line.startswith("Cài đặt sai: ")
    assert any(name in line for name in wrong)
    assert hint in line
    assert SECRET not in line
    assert terminal.made == []


def test_all_wrong_settings_stand_in_one_line(terminal: Terminal) -> None:
    line = said(terminal.types("plan", "load", BOT_PORT="x", BOT_LOG_LEVEL="y", BOT_PRT="1"))
    assert {"BOT_PORT", "BOT_LOG_LEVEL", "BOT_PRT"} <= set(re.findall(r"BOT_\w+", line))


@pytest.mark.parametrize(
    "words", [("run",), ("chat",), ("replay", "x.json", "--channel", "console")]
)
def test_the_default_commune_must_be_among_the_plans(
    words: tuple[str, ...], terminal: Terminal
) -> None:
    (terminal.folder / "x.json").write_text("{}")
    words = tuple(str(terminal.folder / word) if word == "x.json" else word for word in words)
    assert "ho-nai" in said(terminal.types(*words, BOT_COMMUNE="cho-lon"))
    assert terminal.made == []


# --- Names and codes


UNKNOWN_NAMES = {
    "chat": ("chat --commune cho-lon", "ho-nai"),
    "invite": ("staff invite --commune cho-lon --role officer", "ho-nai"),
    "report": ("report --commune cho-lon --period week:2026-W47", "ho-nai"),
    "period": ("report --commune ho-nai --period tuan-nay", "week:2026-W47"),
    "week": ("report --commune ho-nai --period week:2026-W54", "2026-W47"),
    "plan": ("plan show cho-lon", "ho-nai"),
    "file": ("ask --file /nowhere/questions.txt", "không có tệp"),
    "folder": ("ask --file /tmp", "thư mục"),
    "fixture": ("replay /nowhere/x.json --channel telegram", "không có tệp"),
    "backup": ("db restore /nowhere/x", "Thiếu khóa"),
    "no-database": ("db check", "BOT_DATABASE_URL"),
    "no-database-backup": ("db backup x", "BOT_DATABASE_URL"),
    "no-database-purge": ("db purge", "BOT_DATABASE_URL"),
}


@pytest.mark.parametrize("fault", UNKNOWN_NAMES)
def test_an_unknown_name_says_what_there_is_and_makes_nothing(
    fault: str, terminal: Terminal
) -> None:
    words, hint = UNKNOWN_NAMES[fault]
    assert hint in said(terminal.types(*words.split()))
    assert terminal.made == []


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--role", "member"), "--team"),
        (("--role", "member", "--team", "KP 99"), "KP 17"),
    ],
)
def test_a_wrong_team_leaves_no_invitation(
    words: tuple[str, ...], hint: str, used: Terminal
) -> None:
    before = rows(used.database)
    assert hint in said(used.types("staff", "invite", "--commune", "ho-nai", *words))
    assert rows(used.database) == before


def test_a_name_that_nobody_has(used: Terminal) -> None:
    assert "staff invite" in said(used.types("chat", "--as", "bà Không Có", stdin="menu\n"))
    assert rows(used.database)["inbox"] == []


@pytest.mark.parametrize(
    "words",
    [
        "",
        "nothing",
        "db",
        "db nothing",
        "chat --nothing",
        "chat --commune",
        "ask",
        "ask a --file b",
        "ask a b",
        "staff invite --commune ho-nai",
        "staff invite --commune ho-nai --role boss",
        "report --commune ho-nai --period week:2026-W47 --format pdf",
        "report --period week:2026-W47",
        "db backup",
        "replay x --channel fax",
        "replay x",
        "plan show",
    ],
)
def test_wrong_usage_is_exit_code_2(words: str, terminal: Terminal) -> None:
    line = said(terminal.types(*words.split()), code=2)
    assert re.fullmatch(r"Sai cách dùng: .+\. Xem: python -m bot.* --help", line)
    assert terminal.made == []


@pytest.mark.parametrize("channel", ["telegram", "console"])
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b'{"a": 1}', b"menu"])
def test_a_file_that_is_no_captured_update(channel: str, body: bytes, used: Terminal) -> None:
    fixture = used.folder / "x.json"
    fixture.write_bytes(body)
    assert channel in said(used.types("replay", fixture, "--channel", channel))
    assert rows(used.database)["inbox"] == []


def test_questions_that_are_not_utf_8(terminal: Terminal) -> None:
    questions = terminal.folder / "questions.txt"
    questions.write_bytes("quên mật khẩu".encode("utf-16"))
    assert "UTF-8" in said(terminal.types("ask", "--file", questions))


# --- Key


def test_a_missing_key_is_not_replaced_by_a_new_one(used: Terminal) -> None:
    used.key_file.unlink()
    before = rows(used.database)
    for words in ("plan load", "db check", "db migrate", "db purge", "db backup x", "chat"):
        assert "secret.key" in said(used.types(*words.split()))
    assert not used.key_file.exists()
    assert rows(used.database) == before


@pytest.mark.parametrize(
    "words", ["plan load", "db check", "db migrate", "db purge", "chat", "run"]
)
def test_a_wrong_key_changes_nothing(words: str, used: Terminal) -> None:
    before = rows(used.database)
    line = said(used.types(*words.split(), BOT_SECRET_KEY=SECRET))
    assert "khóa" in line.lower()
    assert SECRET not in line
    assert rows(used.database) == before


def test_a_wrong_key_does_not_even_migrate(used: Terminal) -> None:
    with sqlite3.connect(used.database) as connection:
        connection.execute("DELETE FROM alembic_version")
    before = rows(used.database)
    said(used.types("db", "migrate", BOT_SECRET_KEY=SECRET))
    assert rows(used.database) == before


@pytest.mark.parametrize("content", [b"", b"\n", "khóa".encode("utf-16")])
def test_a_key_file_that_holds_no_key(content: bytes, used: Terminal) -> None:
    used.key_file.write_bytes(content)
    assert "secret.key" in said(used.types("plan", "load"))
    assert used.key_file.read_bytes() == content


def test_a_folder_where_the_key_should_be(terminal: Terminal) -> None:
    terminal.key_file.mkdir(parents=True)
    assert "secret.key" in said(terminal.types("plan", "load"))
    assert terminal.made == ["secret.key"]


def test_a_place_where_no_key_can_be_made(terminal: Terminal) -> None:
    (terminal.folder / "file").write_text("")
    elsewhere = str(terminal.folder / "file" / "var")
    assert "secret.key" in said(terminal.types("plan", "load", BOT_VAR_DIR=elsewhere))
    assert terminal.made == []


# --- Database


def garbage(terminal: Terminal) -> None:
    terminal.var.mkdir()
    terminal.database.write_bytes(b"this is no database, it is a letter. " * 200)


def a_folder(terminal: Terminal) -> None:
    terminal.database.mkdir(parents=True)


def below_a_file(terminal: Terminal) -> None:
    terminal.var.write_text("")


def of_a_newer_version(terminal: Terminal) -> None:
    assert terminal.types("plan", "load").code == 0
    with sqlite3.connect(terminal.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")


@pytest.mark.parametrize("spoil", [garbage, a_folder, below_a_file, of_a_newer_version])
def test_a_database_that_cannot_be_used_stays_as_it_is(
    spoil: Callable[[Terminal], None], terminal: Terminal
) -> None:
    spoil(terminal)
    key = {} if terminal.key_file.exists() else {"BOT_SECRET_KEY": SECRET}
    before = standing(terminal)
    for words in ("plan load", "db check", "db migrate", "chat", "run"):
        said(terminal.types(*words.split(), **key))
        said(terminal.types(*words.split()))
    assert standing(terminal) == before


def standing(terminal: Terminal) -> tuple[object, ...]:
    """All files but those that SQLite keeps beside its own, and what the tables hold where there are any."""
    files = {n: h for n, h in prints(terminal.folder).items() if not n.startswith("var/ban-so.db")}
    try:
        return files, rows(terminal.database)
    except sqlite3.Error:
        return files, terminal.database.is_file() and terminal.database.read_bytes()


def test_an_old_database_is_refused_where_it_may_not_be_migrated(used: Terminal) -> None:
    with sqlite3.connect(used.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    said(used.types("db", "backup", used.folder / "x"))


@pytest.mark.parametrize("words", ["plan load", "db check", "chat", "run"])
def test_postgresql_that_is_not_there(words: str, terminal: Terminal) -> None:
    url = f"postgresql://u:{SECRET}@127.0.0.1:1/d"
    line = said(terminal.types(*words.split(), BOT_DATABASE_URL=url, BOT_SECRET_KEY="k" * 32))
    assert "PostgreSQL" in line
    assert SECRET not in line
    assert terminal.made == []


@pytest.mark.postgres
def test_postgresql_with_a_wrong_password(postgres_server: str, terminal: Terminal) -> None:
    url = re.sub(r"//[^@]*@", f"//postgres:{SECRET}@", postgres_server)
    line = said(terminal.types("plan", "load", BOT_DATABASE_URL=url))
    assert "PostgreSQL" in line
    assert SECRET not in line
    assert terminal.made == []


# --- Backup


def test_a_backup_that_cannot_be_written_leaves_nothing(used: Terminal) -> None:
    (used.folder / "file").write_text("")
    before = prints(used.folder)
    for place in ("/nowhere/x", str(used.folder / "file" / "x"), str(used.folder)):
        said(used.types("db", "backup", place))
    assert [name for name in prints(used.folder) if name not in before] == []


def test_a_file_that_is_no_backup_changes_nothing(used: Terminal) -> None:
    saved, cut = used.folder / "saved", used.folder / "cut"
    assert used.types("db", "backup", saved).code == 0
    whole = saved.read_bytes()
    spoilt = {
        "other": b"BANSO0\n" + whole[7:],
        "empty": b"",
        "cut": whole[:-20],
        "longer": whole[:20] + whole[21:],
        "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
        "head only": whole[:7],
    }
    before = rows(used.database)
    for content in spoilt.values():
        cut.write_bytes(content)
        said(used.types("db", "restore", cut, "--force"))
    assert rows(used.database) == before
    said(used.types("db", "restore", saved))  # there is data already
    assert rows(used.database) == before


def test_a_backup_without_its_key_makes_nothing_on_a_new_machine(
    used: Terminal, tmp_path: Path
) -> None:
    saved = used.folder / "saved"
    assert used.types("db", "backup", saved).code == 0
    new = Terminal(tmp_path / "new")
    assert "secret.key" in said(new.types("db", "restore", saved))
    assert new.made == []
    said(new.types("db", "restore", saved, BOT_SECRET_KEY=SECRET))
    said(new.types("db", "restore", ROOT / "README.md", BOT_SECRET_KEY=SECRET))
    assert new.made == []


# --- Port


def test_a_port_in_use(used: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        before = rows(used.database)
        line = said(used.runs("run", BOT_PORT=port))
    assert port in line
    assert "BOT_PORT" in line
    assert rows(used.database) == before
