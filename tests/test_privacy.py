"""What people should not have typed is nowhere afterwards: not in the database, a backup or a log.

Looks at bytes, not at functions: files, rows and streams are searched for each secret as it was typed and
for its bare digits.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.app.installation import Installation
from bot.core.messages import Kind
from bot.core.vocabulary import Role
from storage import transfer
from storage.database import Unit
from storage.models import conversations, inbox, metadata, outbox, staff
from tests.command_line import ROOT, Terminal
from tests.world import Person, World

TOKEN = "7340185526:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_x"
CHAT = "chat-7340185526-of-ba-tu"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

# What is typed, and which part of it must be nowhere.
SECRETS = {
    "cccd": ("{}", "079203001234"),
    "cccd in a sentence": ("số căn cước của tui là {} đó nha", "079203001234"),
    "cccd with spaces": ("cccd {}", "079 203 001 234"),
    "cccd with dots": ("cccd {}", "079.203.001.234"),
    "cccd with dashes": ("căn cước {}", "079-203-001-234"),
    "cccd in full width": ("{}", "079203001234".translate(FULL_WIDTH)),
    "cccd digit by digit": ("{}", "0 7 9 2 0 3 0 0 1 2 3 4"),
    "cccd with unseen signs": ("{}", "079\u200b203\u200b001\u200b234"),
    "cccd over two lines": ("{}", "079203\n001234"),
    "cccd glued to a word": ("cccd{}", "079203001234"),
    "cmnd": ("{}", "024681357"),
    "cmnd with spaces": ("cmnd {}", "024 681 357"),
    "card": ("{}", "4111111111111111"),
    "card in fours": ("số thẻ {}", "4111 1111 1111 1111"),
    "card with dashes": ("thẻ {}", "9704-3656-7890-1234"),
    "card of nineteen": ("{}", "9704366789012345678"),
    "card in full width": ("thẻ {}", "4111 1111 1111 1111".translate(FULL_WIDTH)),
    "otp": ("otp la {}", "739184"),
    "otp capitals": ("MÃ OTP: {}", "739184"),
    "otp in pairs": ("mã otp là {}", "73 91 84"),
    "otp after the code": ("{} là mã otp phải hông", "739184"),
    "otp in full width": ("otp {}", "739184".translate(FULL_WIDTH)),
    "otp spoken": ("mã xác nhận là {}", "bảy ba chín một tám bốn"),
    "password": ("mật khẩu là {}", "Hoaphuong#8841"),
    "password short": ("mk: {}", "tuhoa8841"),
    "password without accents": ("mat khau vneid la {}", "Hoaphuong#8841"),
    "token": ("{}", TOKEN),
    "token in an address": ("https://api.telegram.org/bot{}/getMe", TOKEN),
}
# Typed on purpose, so the conversation may see them; but no clear column and no log keeps them.
PHONES = {
    "phone": ("{}", "0912345678"),
    "phone with spaces": ("gọi tui {}", "0912 345 678"),
    "phone with dots": ("sđt {}", "0912.345.678"),
    "phone of a country": ("{}", "+84912345678"),
    "phone in full width": ("{}", "0912345678".translate(FULL_WIDTH)),
}
TYPED = {name: phrase.format(secret) for name, (phrase, secret) in (SECRETS | PHONES).items()}


def needles(secrets: Iterable[tuple[str, str]]) -> set[bytes]:
    """Each secret as typed, in plain digits with its separators, and in bare digits."""
    found: set[str] = set()
    for _, secret in secrets:
        plain = unicodedata.normalize("NFKC", secret)
        digits = "".join(re.findall("[0-9]", plain))
        found |= {secret, plain, *([digits] if len(digits) > 5 else [])}
    return {needle.encode() for needle in found}


ALL = needles([*SECRETS.values(), *PHONES.values()])
WORST = needles(SECRETS.values())


def traces(blob: bytes, wanted: set[bytes] = ALL) -> set[bytes]:
    """Which of the needles stand in there."""
    return {needle for needle in wanted if needle in blob}


def rows_as_bytes(unit: Unit) -> bytes:
    """Every value of every table, bytes as they are."""
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for table in metadata.sorted_tables
        for row in unit.connection.execute(select(table))
        for value in (bytes(one) if isinstance(one, memoryview) else one for one in row)
    )


def files_as_bytes(database: Path) -> dict[str, bytes]:
    """The database file and what SQLite keeps beside it."""
    return {path.name: path.read_bytes() for path in database.parent.glob(f"{database.name}*")}


def everything_kept(base: Installation, folder: Path) -> bytes:
    """All that this installation has on disk: rows, files with log and index, and a backup."""
    backup = folder / "backup"
    transfer.backup(base.database, backup)
    kept = [base.database.read(rows_as_bytes), backup.read_bytes()]
    if base.database.is_sqlite:
        files = files_as_bytes(Path(base.settings.database_url.removeprefix("sqlite:///")))
        assert {"ban-so.db", "ban-so.db-wal", "ban-so.db-shm"} <= files.keys()
        kept += files.values()
    return b"\n".join(kept)


# --- States in which something may be typed


def at_first_contact(world: World) -> Person:
    return world.person(f"{CHAT}-{world.next_event()}")


def at_home(world: World) -> Person:
    person = world.person(CHAT)
    person.says("menu")
    return person


def in_a_step(world: World) -> Person:
    person = world.person(CHAT)
    person.says("quên mật khẩu vneid")
    person.says("1")
    return person


def stuck_in_a_step(world: World) -> Person:
    person = in_a_step(world)
    person.says("bị kẹt")
    return person


def after_stop(world: World) -> Person:
    person = world.person(CHAT)
    person.says("dừng")
    return person


def asked_for_a_name(world: World) -> Person:
    person = world.person(CHAT)
    person.says(f"vào tổ {world.invite()}")
    return person


def asked_for_a_name_of_staff(world: World) -> Person:
    person = world.person(CHAT)
    person.says(f"vào tổ {world.invite(Role.OFFICER, None)}")
    return person


def asked_for_a_count(world: World) -> Person:
    person = world.person(CHAT)
    person.says(f"vào tổ {world.invite()}")
    person.says("chị Hạnh")
    for said in ("menu", "1", "1", "5"):
        person.says(said)
    return person


STATES = [
    at_first_contact,
    at_home,
    in_a_step,
    stuck_in_a_step,
    after_stop,
    asked_for_a_name,
    asked_for_a_name_of_staff,
    asked_for_a_count,
]


@pytest.mark.parametrize("state", STATES)
def test_what_was_typed_is_nowhere_afterwards(
    state: Callable[[World], Person],
    world: World,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Vendors' libraries too: what they would say if they were let holds nothing either.
    for name in (None, "sqlalchemy"):
        caplog.set_level(logging.DEBUG, name)
    person = state(world)
    reached = world.base.database.read(waiting_for)
    for typed in TYPED.values():
        if world.base.database.read(waiting_for) != reached:  # the last words led elsewhere
            person = state(world)
            reached = world.base.database.read(waiting_for)
        assert person.says(typed) != []
    assert traces(" ".join(message.text for message in person.heard).encode(), WORST) == set()
    kept = everything_kept(world.base, tmp_path)
    assert len(kept) > 10_000
    assert traces(kept) == set()
    assert CHAT.encode() not in kept
    logged = "\n".join(record.getMessage() for record in caplog.records).encode()
    assert len(logged) > 10_000
    assert traces(logged) == set()
    assert CHAT.encode() not in logged


def waiting_for(unit: Unit) -> list[object]:
    """Where each conversation is: what it waits for, and the view shown."""
    found = unit.connection.execute(select(conversations.c.state)).scalars()
    return [(state["at"], state["trail"]) for state in map(json.loads, found)]


@pytest.mark.parametrize("kind", [Kind.EDITED, Kind.START, Kind.ACTION, Kind.CONTACT, Kind.OTHER])
def test_other_kinds_of_events_leave_nothing_either(
    kind: Kind, world: World, tmp_path: Path
) -> None:
    person = world.person(CHAT)
    for typed in TYPED.values():
        person.sends(kind, typed)
    assert traces(everything_kept(world.base, tmp_path)) == set()


def test_bodies_are_empty_once_they_are_answered_and_fetched(world: World) -> None:
    person = in_a_step(world)
    person.says("một câu hỏi bất kỳ")

    def bodies(unit: Unit) -> list[object]:
        come = unit.connection.execute(select(inbox.c.body, inbox.c.done_at)).all()
        gone = unit.connection.execute(select(outbox.c.body, outbox.c.status)).all()
        assert len(come) == 3
        assert len(gone) > 3
        assert all(row.done_at for row in come)
        assert {row.status for row in gone} == {"delivered"}
        return [row.body for row in (*come, *gone)]

    assert set(world.base.database.read(bodies)) == {None}


def test_the_search_finds_what_was_planted(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    planted = TYPED["cccd with spaces"]

    def plant(unit: Unit) -> None:
        row = {"commune_id": world.commune.id, "name": planted, "role": "officer"}
        unit.connection.execute(insert(staff).values(**row, joined_at=unit.now))

    world.base.database.write(plant)
    logging.getLogger("bot").debug("said %s", planted)
    assert b"079 203 001 234" in traces(everything_kept(world.base, tmp_path))
    if world.base.database.is_sqlite:
        path = Path(world.base.settings.database_url.removeprefix("sqlite:///"))
        assert traces(files_as_bytes(path)["ban-so.db-wal"]) != set()
        world.base.database.truncate_log()
        assert traces(files_as_bytes(path)["ban-so.db"]) != set()
    assert traces("\n".join(record.getMessage() for record in caplog.records).encode()) != set()
    for name, (_, secret) in (SECRETS | PHONES).items():
        assert traces(f"x{secret}y".encode()), name
        assert traces(TYPED[name].encode()), name


# --- The same through the real program


def test_a_chat_leaves_no_trace_on_the_disk_or_in_its_log(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    lines = [line for typed in TYPED.values() for line in ("menu", *typed.splitlines())]
    lines += ["quên mật khẩu vneid", "1", *TYPED.values()]
    ended = terminal.runs("chat", "--json", stdin="\n".join(lines) + "\n", BOT_LOG_LEVEL="debug")
    assert ended.code == 0, ended.err
    assert len(ended.rows) >= len(lines)
    assert traces(ended.err.encode()) == set()
    saved = tmp_path / "backup"
    assert terminal.types("db", "backup", saved).code == 0
    assert terminal.made != []
    for path in (saved, *terminal.var.iterdir()):
        assert traces(path.read_bytes()) == set(), path
    assert traces(ended.out.encode(), WORST) == set()


# --- Logs

TALKERS = """
import logging, sys, threading, warnings
from bot.app.logs import set_up_logging
set_up_logging(sys.argv[1])
lines = sys.stdin.read().split("\\0")
names = ["bot", "storage", "httpx", "httpcore", "aiohttp.access", "aiohttp.server", "telegram.Bot",
         "telegram.ext", "sqlalchemy.engine", "asyncio", "alembic", "py.warnings", ""]
print(len(names) * len(lines))
for name in names:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    for line in lines:
        logger.debug("said %s", line)
        logger.error(line)
        try:
            raise ValueError(line)
        except ValueError:
            logger.exception("caught")
        logger.info("%d", line)  # a record that cannot be formatted
        warnings.warn(line, stacklevel=1)
def fail(line):
    raise ValueError(line)
for line in lines:
    thread = threading.Thread(target=fail, args=(line,))
    thread.start()
    thread.join()
fail(" ".join(lines))
"""

SENDER = """
import asyncio, logging, sys
from bot.app.logs import set_up_logging
from bot.channels.telegram import TelegramChannel
from bot.core.messages import Outbound
set_up_logging("debug")
for name in ("httpx", "httpcore", "telegram"):
    logging.getLogger(name).setLevel(logging.DEBUG)
async def main():
    channel = TelegramChannel("a", sys.argv[1], "", "http://127.0.0.1:9")
    print(await channel.send("7340185526", Outbound("menu")))
    await channel.close()
asyncio.run(main())
"""


def python(program: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        input=stdin.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("level", ["debug", "error"])
def test_whatever_a_library_says_is_masked(level: str) -> None:
    done = python(TALKERS, level, stdin="\0".join(TYPED.values()))
    assert done.returncode == 1  # the last line of the program raises, and nobody catches it
    count = int(done.stdout)
    assert count > 300
    assert done.stderr.count("[số căn cước]".encode()) > 100
    assert done.stderr.count(b"[token]") > 50
    assert done.stderr.count("[số điện thoại]".encode()) > 50
    assert traces(done.stderr) == set()
    assert "Lỗi chưa lường trước".encode() in done.stderr


def test_a_telegram_token_is_not_in_the_log_of_its_requests() -> None:
    done = python(SENDER, TOKEN)
    assert done.returncode == 0, done.stderr
    assert b"Retry" in done.stdout
    assert len(done.stderr.splitlines()) > 2  # they did talk
    assert TOKEN.encode() not in done.stderr + done.stdout
    assert TOKEN.split(":")[1].encode() not in done.stderr + done.stdout


def test_vendors_are_quiet_below_warnings_at_every_level() -> None:
    program = (
        "import logging; from bot.app.logs import TALKATIVE, set_up_logging; set_up_logging('debug');"
        "print([n for n in (*TALKATIVE, 'telegram.Bot', 'sqlalchemy.engine.Engine', 'httpcore.http11')"
        " if logging.getLogger(n).isEnabledFor(logging.INFO)])"
    )
    assert python(program).stdout == b"[]\n"


def test_secrets_do_not_show_in_settings_or_errors(tmp_path: Path) -> None:
    from bot.config import Settings
    from bot.core.keys import KeyRing

    settings = Settings.model_validate({"telegram_token": TOKEN, "secret_key": "khóa-rất-bí-mật"})
    shown = f"{settings!r} {settings} {KeyRing('khóa-rất-bí-mật')!r}"
    assert "bí-mật" not in shown
    assert TOKEN not in shown
