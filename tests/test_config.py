"""Settings: read once, frozen, every one explained; a wrong one is said in Vietnamese without its value."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from bot.config import Settings, load_settings
from bot.core.errors import SettingError
from tests.test_architecture import modules, name_of

HIDDEN = "giá-trị-bí-mật"


def test_nothing_set_is_one_ward_pc() -> None:
    settings = load_settings({})
    assert settings == Settings()
    assert settings.database_url == "sqlite:///var/ban-so.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.telegram_token.get_secret_value() == ""


def test_the_defaults_would_pass_if_they_were_typed() -> None:
    typed = {
        f"BOT_{name.upper()}": str(
            getattr(field.default, "get_secret_value", lambda f=field: f.default)()
        )
        for name, field in Settings.model_fields.items()
    }
    assert load_settings(typed) == Settings()


def test_every_setting_has_a_default_and_a_line_of_help() -> None:
    assert len(Settings.model_fields) > 10
    for name, field in Settings.model_fields.items():
        assert not field.is_required(), name
        assert field.description, name
        assert "\n" not in field.description


def test_what_is_secret_by_name_is_hidden() -> None:
    secret = {
        name
        for name in Settings.model_fields
        if {"token", "secret", "key", "password"} & set(name.split("_"))
    }
    assert len(secret) >= 4
    for name in secret:
        assert isinstance(Settings.model_fields[name].default, SecretStr), name
        shown = Settings.model_validate({name: HIDDEN})
        assert HIDDEN not in f"{shown!r}{shown}{shown.model_dump()}{shown.model_dump_json()}"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load_settings({}).port = 1


def test_values_are_read_and_empty_ones_count_as_not_set() -> None:
    settings = load_settings(
        {
            "BOT_PORT": "9000",
            "BOT_LOG_LEVEL": "",
            "BOT_VAR_DIR": "/srv/ban-so",
            "BOT_BASE_URL": "https://honai.dongnai.gov.vn/",
            "BOT_TELEGRAM_TOKEN": HIDDEN,
            "BOT_TEST_DEEP": "1",
            "PATH": "/bin",
            "bot_port": "1",
        }
    )
    assert settings.port == 9000
    assert settings.log_level == "info"
    assert settings.var_dir == Path("/srv/ban-so")
    assert settings.base_url == "https://honai.dongnai.gov.vn"
    assert settings.telegram_token.get_secret_value() == HIDDEN


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///var/ban-so.db",
        "sqlite:////srv/ban-so.db",
        "sqlite:///ban-so.db?timeout=5",
        "postgresql://u:p@h/d",
        "postgresql://u@h:5432/d?sslmode=require",
    ],
)
def test_addresses_of_both_engines(url: str) -> None:
    assert load_settings({"BOT_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize("mode", [{}, {"BOT_TELEGRAM_WEBHOOK_SECRET": "x-Y_1"}])
def test_polling_needs_no_secret_and_a_webhook_with_one_is_fine(mode: dict[str, str]) -> None:
    assert load_settings(mode).telegram_mode == "polling"
    if mode:
        assert load_settings({**mode, "BOT_TELEGRAM_MODE": "webhook"}).telegram_mode == "webhook"


@given(st.text(), st.sampled_from([f"BOT_{name.upper()}" for name in Settings.model_fields]))
def test_any_value_is_taken_or_refused_in_one_line_that_does_not_repeat_it(
    value: str, name: str
) -> None:
    line = complaint({name: f"{value}{HIDDEN}"})
    assert HIDDEN not in line
    assert len(line.splitlines()) <= 1
    assert not line or name in line


def complaint(environment: dict[str, str]) -> str:
    try:
        load_settings(environment)
    except SettingError as error:
        return str(error)
    return ""


@given(st.from_regex("BOT_[A-Z_]{1,20}", fullmatch=True))
def test_an_unknown_name_is_refused_by_name(name: str) -> None:
    if name.removeprefix("BOT_").lower() in Settings.model_fields or name.startswith("BOT_TEST_"):
        return
    with pytest.raises(SettingError, match=f"không có cài đặt nào tên {name}"):
        load_settings({name: "x"})


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        name_of(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name)
        and ast.unparse(node) in ("os.environ", "os.getenv", "environ", "getenv")
    }
    ptb_has_its_own_switch = {"bot/channels/telegram.py"}
    assert readers - ptb_has_its_own_switch == {"bot/__main__.py"}
