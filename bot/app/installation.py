"""What every command stands on: settings, content, the secret key, an open and checked database.

Looks before it touches: content, names and keys are checked first, so that a start that fails leaves
neither a database nor a key behind.
"""

from __future__ import annotations

import logging
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.config import Settings
from bot.core.errors import (
    BotError,
    BusyError,
    NotFoundError,
    SettingError,
    StorageError,
    WrongKeyError,
    why,
)
from bot.core.keys import KeyRing
from bot.core.terms import ALWAYS_FREE, Terms
from bot.core.vocabulary import AddressForm
from bot.library import Library, Plan, load
from bot.locale import Texts, load_sentences, local_day
from bot.services.plans import load_plans, unknown_commune
from storage import migrate
from storage.communes import Commune
from storage.database import Clock, Database

log = logging.getLogger(__name__)

KEY_FILE = "secret.key"
KEY_BYTES = 32


def system_clock() -> datetime:
    """Now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Installation:
    """What every command stands on: settings, content, an open and checked database, its communes."""

    settings: Settings
    library: Library
    sentences: dict[str, str]
    database: Database
    communes: list[Commune]

    def texts(self, commune: Commune) -> Texts:
        """The catalogue in the form of address that the commune's plan chose."""
        return texts_of(self.library.plans[commune.slug], self.sentences)

    def terms(self, channel: str) -> Terms:
        """What a channel allows today, by content/tariffs.yaml and what the ward pays for."""
        tariffs = self.library.tariffs
        if channel == "zalo_oa":
            return tariffs.of_account(may_pay=self.settings.zalo_oa_paid == "on")
        if channel == "zalo_bot":
            return tariffs.of_bot(local_day(self.database.clock()))
        return ALWAYS_FREE


def texts_of(plan: Plan, sentences: dict[str, str]) -> Texts:
    """The catalogue in the form of address that a plan chose."""
    return Texts(sentences, (plan.address_form or AddressForm.CO_CHU).words)


def open_installation(
    settings: Settings,
    clock: Clock = system_clock,
    *,
    commune: str | None = None,
    library: Library | None = None,
) -> Installation:
    """Check content, open the database with its key, bring it up to date, load every plan.

    ``commune`` is a slug that must be among the plans: a wrong one is refused before anything is made.
    ``library`` is for who has loaded the same content before: it takes a good part of a second.
    """
    library = library or load(settings.content_dir)
    sentences = load_sentences(settings.content_dir)
    if commune is not None and commune not in library.plans:
        raise unknown_commune(commune, library.plans)
    database = open_database(settings, clock)
    bring_up_to_date(database)
    loaded = database.write(load_plans, library.plans)
    return Installation(settings, library, sentences, database, loaded)


def bring_up_to_date(database: Database) -> None:
    """The newest schema, and the canary that knows the key again."""
    migrate.migrate(database)
    database.write(migrate.check_key)


def open_database(
    settings: Settings, clock: Clock = system_clock, *, make_key: bool = True, any_key: bool = False
) -> Database:
    """The database, opened by the key that it was written with; one that is new may be given a key.

    ``any_key`` is for who will overwrite all that is there.
    """
    given = find_key(settings)
    if given is None and not make_key:
        raise _missing_key(settings)
    current = given or secrets.token_hex(KEY_BYTES)
    database = Database(settings.database_url, _ring(settings, current), clock)
    try:
        if not _is_new(database, settings):
            if given is None:
                raise _missing_key(settings)
            if not any_key:
                database.write(migrate.check_key)
        elif given is None and not _keep_key(settings, current):
            database.close()
            return open_database(settings, clock)  # another process was faster: its key is the one
    except BotError:
        database.close()
        raise
    return database


def open_existing(settings: Settings, clock: Clock = system_clock) -> Database:
    """A database that is there already, of this version; makes neither a file nor a key."""
    file = _sqlite_file(settings)
    if file is not None:
        try:
            file.stat()
        except OSError as error:
            raise NotFoundError(
                f"Không mở được dữ liệu ở {file} ({why(error)}): xem lại BOT_DATABASE_URL; máy mới "
                "thì chạy `python -m bot db migrate` trước."
            ) from error
    database = open_database(settings, clock, make_key=False)
    migrate.check_version(database)
    return database


def key_ring(settings: Settings) -> KeyRing:
    """The keys at hand; raises ``WrongKeyError`` when there is none."""
    given = find_key(settings)
    if given is None:
        raise _missing_key(settings)
    return _ring(settings, given)


def find_key(settings: Settings) -> str | None:
    """The present secret: the setting's, else the key file's."""
    return settings.secret_key.get_secret_value() or _read_key_file(settings.var_dir / KEY_FILE)


def _ring(settings: Settings, current: str) -> KeyRing:
    old = settings.secret_key_old.get_secret_value()
    return KeyRing(current, tuple(part.strip() for part in old.split(",") if part.strip()))


def _missing_key(settings: Settings) -> WrongKeyError:
    return WrongKeyError(
        "Thiếu khóa bí mật của dữ liệu này: đặt BOT_SECRET_KEY hoặc chép lại tệp "
        f"{settings.var_dir / KEY_FILE} từ chỗ cất khóa."
    )


def _is_new(database: Database, settings: Settings) -> bool:
    """True when nothing was ever written there; the first touch, so its fault names the setting."""
    try:
        return migrate.is_new(database)
    except BusyError:
        raise
    except StorageError as error:
        log.debug("the database does not open: %s", error)
        file, server = _sqlite_file(settings), urlsplit(settings.database_url).hostname
        broken = f"Tệp {file} không phải cơ sở dữ liệu SQLite hoặc đã hỏng: phục hồi từ bản lưu"
        away = f"Không nối được PostgreSQL ở {server}: xem máy chủ có chạy không, mật khẩu có đúng không"
        fault = away if file is None else broken
        raise StorageError(f"{fault}, hoặc xem lại BOT_DATABASE_URL.") from error


def _sqlite_file(settings: Settings) -> Path | None:
    url = urlsplit(settings.database_url)
    return Path(url.path.removeprefix("/")) if url.scheme == "sqlite" else None


def _read_key_file(path: Path) -> str | None:
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"Không đọc được tệp khóa {path}: {_because(error)}.") from error
    if not key:
        raise SettingError(
            f"Tệp khóa {path} trống: chép lại từ chỗ cất khóa; máy mới chưa có dữ liệu thì xóa tệp này."
        )
    return key


def _because(error: OSError | UnicodeDecodeError) -> str:
    return why(error) if isinstance(error, OSError) else "trong tệp có ký tự lạ"


def _keep_key(settings: Settings, key: str) -> bool:
    """Write the key where only this user reads it, safe against a power cut; False when there is one."""
    path = settings.var_dir / KEY_FILE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        return False
    except OSError as error:
        raise SettingError(f"Không tạo được tệp khóa {path}: {why(error)}.") from error
    return True
