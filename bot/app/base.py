"""What every command stands on: settings, content, the secret key, an open and checked database."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Settings
from bot.core.errors import SettingError, WrongKeyError
from bot.core.keys import KeyRing
from bot.core.vocabulary import AddressForm
from bot.library import Library, load
from bot.locale import Texts, load_sentences
from bot.services.plans import load_plans
from storage import migrate
from storage.communes import Commune
from storage.database import Clock, Database

KEY_FILE = "secret.key"
KEY_BYTES = 32


def system_clock() -> datetime:
    """Now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Base:
    """What every command stands on: settings, content, an open and checked database, its communes."""

    settings: Settings
    library: Library
    sentences: dict[str, str]
    database: Database
    communes: list[Commune]

    def texts(self, commune: Commune) -> Texts:
        """The catalogue in the form of address that the commune's plan chose."""
        plan = self.library.plans[commune.slug]
        return Texts(self.sentences, (plan.address_form or AddressForm.CO_CHU).words)


def open_base(settings: Settings, clock: Clock = system_clock, *, migrated: bool = True) -> Base:
    """Check content, open the database with its key, bring it up to date, load every plan."""
    library = load(settings.content_dir)
    sentences = load_sentences(settings.content_dir)
    database = open_database(settings, clock)
    if migrated:
        migrate.migrate(database)
    migrate.check_version(database)
    database.write(migrate.check_key)
    loaded = database.write(load_plans, library.plans)
    return Base(settings, library, sentences, database, loaded)


def open_database(settings: Settings, clock: Clock = system_clock) -> Database:
    """The database with its keys. A key is made only for a database that is new."""
    current = settings.secret_key.get_secret_value() or _read_key_file(settings.var_dir / KEY_FILE)
    if current is None:
        database = Database(settings.database_url, KeyRing(secrets.token_hex(KEY_BYTES)), clock)
        is_new = migrate.is_new(database)
        database.close()
        if not is_new:
            raise WrongKeyError(
                f"Thiếu khóa bí mật của dữ liệu này: đặt BOT_SECRET_KEY hoặc chép lại tệp "
                f"{settings.var_dir / KEY_FILE} từ bản lưu."
            )
        current = _make_key_file(settings.var_dir / KEY_FILE)
    old = settings.secret_key_old.get_secret_value()
    ring = KeyRing(current, tuple(part.strip() for part in old.split(",") if part.strip()))
    return Database(settings.database_url, ring, clock)


def _read_key_file(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"Không đọc được tệp khóa {path}: kiểm tra quyền của tệp.") from error


def _make_key_file(path: Path) -> str:
    key = secrets.token_hex(KEY_BYTES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key + "\n")
    except OSError as error:
        raise SettingError(
            f"Không tạo được tệp khóa {path}: kiểm tra quyền của thư mục."
        ) from error
    return key
