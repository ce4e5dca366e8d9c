"""Telegram's rules for calls, refused in Telegram's own words: parameters, keyboards, commands.

Only rules, no state; texts have their own in ``telegram_text``. ``telegram_methods`` applies both.
The order and the wording of the refusals follow Telegram's own Bot API server, read in its
version of May 2026.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Json: TypeAlias = dict[str, Any]

MAX_NOTICE = 200
MAX_BUTTON_DATA = 64
MAX_BUTTONS = 100


class RefusedError(Exception):
    """A call Telegram refuses: the HTTP status, the words, and ``parameters`` if there are any."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        """The JSON body that goes with the status."""
        answer: Json = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(words: str, **parameters: int) -> RefusedError:
    """A refusal with status 400."""
    return RefusedError(400, f"Bad Request: {words}", **parameters)


def too_many(seconds: int) -> RefusedError:
    """A refusal with status 429."""
    return RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


# ---- parameters ------------------------------------------------------------

_JSON_FIELDS = {
    "allowed_updates",
    "caption_entities",
    "commands",
    "entities",
    "link_preview_options",
    "reply_markup",
    "reply_parameters",
    "scope",
}
_NUMBERS = {"cache_time", "duration", "limit", "max_connections", "message_id", "offset", "timeout"}
_FLAGS = {"disable_notification", "drop_pending_updates", "protect_content", "show_alert"}
_UNREADABLE = {
    "reply_markup": "can't parse reply keyboard markup JSON object",
    "reply_parameters": "can't parse reply parameters JSON object",
    "link_preview_options": "can't parse link preview options JSON object",
    "commands": "can't parse commands JSON object",
    "scope": "can't parse BotCommandScope JSON object",
}


def _as_json(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        if name in _UNREADABLE:
            raise bad_request(_UNREADABLE[name]) from None
        return None  # Telegram passes over unreadable allowed_updates and entities


def _as_number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0  # as Telegram reads what is no number


def _as_flag(value: Any) -> bool:
    return str(value).lower() in {"true", "yes", "1"}


def tidy(params: Json) -> Json:
    """The same parameters, whichever encoding they came in: JSON, form or multipart."""
    tidied: Json = {}
    for name, value in params.items():
        if name in _JSON_FIELDS:
            tidied[name] = _as_json(name, value)
        elif name in _NUMBERS:
            tidied[name] = _as_number(value)
        elif name in _FLAGS:
            tidied[name] = _as_flag(value)
        elif name == "chat_id" and re.fullmatch(r"-?\d+", str(value)):
            tidied[name] = int(value)
        else:
            tidied[name] = value
    return tidied


# ---- keyboards ------------------------------------------------------------


def checked_url(url: str) -> str:
    """The address as Telegram would open it; ``ValueError`` with Telegram's reason if it cannot."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme == "tg":
        return url
    if parts.scheme not in {"http", "https"}:
        raise ValueError("Unsupported URL protocol")
    if not parts.hostname:
        raise ValueError("URL host is empty")
    if "." not in parts.hostname and ":" not in parts.hostname:
        raise ValueError("Wrong HTTP URL")
    return parts.geturl() if parts.path else parts._replace(path="/").geturl()


def read_markup(params: Json) -> Json | None:
    """The ``reply_markup`` of a call, its shape judged, or nothing where it says nothing."""
    markup = params.get("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    keyboard = _rows(markup, "keyboard", 'Field "keyboard" must be an Array of Arrays')
    inline = _rows(
        markup,
        "inline_keyboard",
        'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    )
    for button in (button for row in keyboard for button in row):
        _has_text(button, "keyboard", or_string=True)
    for button in (button for row in inline for button in row):
        _has_text(button, "inline keyboard")
        _has_kind(button)
    if keyboard:
        return {**markup, "keyboard": keyboard}
    if inline:
        return {"inline_keyboard": inline}
    for name in ("remove_keyboard", "force_reply"):
        if markup.get(name):
            return markup
    return None


def _rows(markup: Json, name: str, words: str) -> list[list[Any]]:
    rows = markup.get(name) or []
    if not isinstance(rows, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(words)
    return [row for row in rows if row]


def _has_text(button: Any, keyboard: str, *, or_string: bool = False) -> None:
    if or_string and isinstance(button, str):
        return
    if not isinstance(button, dict):
        kind = "KeyboardButton must be a String or" if or_string else "InlineKeyboardButton must be"
        raise bad_request(f"can't parse {keyboard} button: {kind} an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(f"can't parse {keyboard} button: Can't find field \"text\"")


def _has_kind(button: Json) -> None:
    kinds = ("url", "callback_data", "switch_inline_query", "login_url", "web_app", "copy_text")
    for name in ("url", "callback_data"):
        if not isinstance(button.get(name) or "", str):
            raise bad_request(
                f'can\'t parse inline keyboard button: Field "{name}" must be of type String'
            )
    if not any(button.get(kind) for kind in kinds):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def check_markup(markup: Json | None, *, private: bool) -> None:
    """Judges what the buttons hold, after the chat is known to exist."""
    if markup is None:
        return
    for button in (button for row in markup.get("inline_keyboard", []) for button in row):
        _check_inline(button)
    for button in (button for row in markup.get("keyboard", []) for button in row):
        _check_reply(button if isinstance(button, dict) else {"text": button}, private)
    if sum(len(row) for row in markup.get("inline_keyboard", [])) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")


def _check_inline(button: Json) -> None:
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if button.get("url"):
        try:
            checked_url(button["url"])
        except ValueError as reason:
            raise bad_request(
                f"inline keyboard button URL '{button['url']}' is invalid: {reason}"
            ) from None
    elif len(str(button.get("callback_data", "")).encode()) > MAX_BUTTON_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_reply(button: Json, private: bool) -> None:
    if not button["text"].strip():
        raise bad_request("keyboard button text must be non-empty")
    if button.get("request_contact") and not private:
        raise bad_request("phone number can be requested in private chats only")
    if button.get("request_location") and not private:
        raise bad_request("location can be requested in private chats only")


def check_commands(commands: Any) -> list[Json]:
    """The command list of setMyCommands, judged."""
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for given in commands:
        command = str(given.get("command", "")).strip().removeprefix("/")
        description = str(given.get("description", "")).strip()
        if not command:
            raise bad_request("command must be non-empty")
        if len(command) > 32:
            raise bad_request("command length must not exceed 32")
        if not description:
            raise bad_request("command description must be non-empty")
        if len(description) > 256:
            raise bad_request("command description length must not exceed 256")
        if not re.fullmatch(r"[a-z0-9_]+", command):
            raise bad_request("BOT_COMMAND_INVALID")
    return commands
