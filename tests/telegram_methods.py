"""The bot's side of the emulator: Telegram's methods and what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.telegram_rules import (
    MAX_NOTICE,
    Json,
    RefusedError,
    bad_request,
    check_commands,
    check_markup,
    read_markup,
)
from tests.telegram_text import read_text, units
from tests.telegram_world import Chat, Stored, Upload, World

MAX_PHOTO = 10 << 20
MAX_DOCUMENT = MAX_AUDIO = 50 << 20
AUDIO = (".mp3", ".m4a")
OLDEST_DELETABLE = 48 * 3600
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


class Methods:
    """One method of the Bot API per function; updates and webhooks live in ``telegram_updates``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.table: dict[str, Callable[[Json], Any]] = {
            "getMe": self.get_me,
            "sendMessage": self.send_message,
            "sendPhoto": self.send_photo,
            "sendAudio": self.send_audio,
            "sendDocument": self.send_document,
            "sendChatAction": self.send_chat_action,
            "editMessageText": self.edit_message_text,
            "editMessageReplyMarkup": self.edit_message_reply_markup,
            "deleteMessage": self.delete_message,
            "answerCallbackQuery": self.answer_callback_query,
            "setMyCommands": self.set_my_commands,
            "getMyCommands": self.get_my_commands,
        }

    def get_me(self, params: Json) -> Json:
        """The bot itself, with what only getMe tells."""
        return self.world.bot | {
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    # ---- sending ------------------------------------------------------------------------

    def send_message(self, params: Json) -> Json:
        """A text; judged before the chat is looked at, measured after."""
        text = read_text(params)
        markup = read_markup(params)
        chat = self.world.chat_of(params)
        return self._send(chat, params, markup, text.as_message().fields())

    def send_photo(self, params: Json) -> Json:
        """A picture, uploaded or named by its ``file_id`` or address."""
        upload, ids = self._file(params, "photo", MAX_PHOTO)
        sizes = [{**ids, "width": 90, "height": 90}]
        if upload:
            sizes.append({**self.world.add_file(upload, "photo"), "width": 800, "height": 800})
        return self._send_file(params, {"photo": sizes}, upload)

    def send_audio(self, params: Json) -> Json:
        """Music or speech to be played in the chat; what is neither MP3 nor M4A comes as a document."""
        upload, ids = self._file(params, "audio", MAX_AUDIO)
        if upload is None:
            return self._send_file(
                params, {"audio": self.world.audios.get(ids["file_id"], ids)}, None
            )
        told = {"file_name": upload.name, "mime_type": upload.content_type}
        if not upload.name.lower().endswith(AUDIO):
            self.world.kinds[ids["file_id"]] = "document"
            return self._send_file(params, {"document": ids | told}, upload)
        told |= {name: params[name] for name in ("title", "performer") if params.get(name)}
        audio = ids | {"duration": max(0, params.get("duration", 0))} | told
        self.world.audios[ids["file_id"]] = audio
        return self._send_file(params, {"audio": audio}, upload)

    def send_document(self, params: Json) -> Json:
        """A file, uploaded or named by its ``file_id`` or address."""
        upload, document = self._file(params, "document", MAX_DOCUMENT)
        if upload:
            document |= {"file_name": upload.name, "mime_type": upload.content_type}
        return self._send_file(params, {"document": document}, upload)

    def _send_file(self, params: Json, content: Json, upload: Upload | None) -> Json:
        caption = read_text(params, "caption")
        markup = read_markup(params)
        chat = self.world.chat_of(params)
        fields = caption.as_caption().fields("caption")
        return self._send(chat, params, markup, content | fields, upload)

    def _file(self, params: Json, name: str, limit: int) -> tuple[Upload | None, Json]:
        given = params.get(name)
        if isinstance(given, str) and given.startswith("attach://"):
            given = params.get(given.removeprefix("attach://"))
        if isinstance(given, Upload):
            if not given.size:
                raise bad_request("file must be non-empty")
            if given.size > limit:
                raise RefusedError(413, "Request Entity Too Large")
            return given, self.world.add_file(given, name)
        if not given:
            raise bad_request(f"there is no {name} in the request")
        if given in self.world.files:
            if self.world.kinds.get(given, name) != name:
                raise bad_request("type of file mismatch")
            return None, {"file_id": given, "file_unique_id": f"u{given[-12:-7]}"}
        if str(given).startswith(("http://", "https://")):
            return None, self.world.add_file(kind=name)
        raise bad_request("wrong file identifier/HTTP URL specified")

    def _send(
        self,
        chat: Chat,
        params: Json,
        markup: Json | None,
        content: Json,
        upload: Upload | None = None,
    ) -> Json:
        check_markup(markup, private=chat.private)
        content = self._reply(chat, params) | content
        self.world.refuse_if_blocked(chat)
        self.world.spend(chat)
        inline = bool(markup and "inline_keyboard" in markup)
        if markup and inline:
            content["reply_markup"] = markup
        elif markup and "force_reply" not in markup:
            chat.keyboard = markup if "keyboard" in markup else None
        if params.get("protect_content"):
            content["has_protected_content"] = True
        stored = self.world.add(
            chat,
            self.world.bot,
            content,
            silent=bool(params.get("disable_notification")),
            editable=inline or markup is None,
            upload=upload,
        )
        return stored.data

    def _reply(self, chat: Chat, params: Json) -> Json:
        reply = params.get("reply_parameters") or {}
        message_id = reply.get("message_id", params.get("reply_to_message_id"))
        if not message_id:
            return {}
        target = chat.messages.get(int(message_id))
        if target is not None:
            shown = {k: v for k, v in target.data.items() if k != "reply_to_message"}
            return {"reply_to_message": shown}
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")

    def send_chat_action(self, params: Json) -> bool:
        """Typing and the like."""
        if params.get("action") not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        chat = self.world.chat_of(params)
        self.world.refuse_if_blocked(chat)
        chat.actions.append(params["action"])
        return True

    # ---- changing -----------------------------------------------------------------------

    def edit_message_text(self, params: Json) -> Json:
        """New words and new buttons; buttons that are not given again go away."""
        text = read_text(params)
        markup = read_markup(params)
        chat, stored = self._own(params)
        if "text" not in stored.data:
            raise bad_request("there is no text in the message to edit")
        content = text.as_message().fields()
        return self._change(chat, stored, markup, content)

    def edit_message_reply_markup(self, params: Json) -> Json:
        """New buttons, or none."""
        markup = read_markup(params)
        chat, stored = self._own(params)
        content = {name: stored.data[name] for name in _CONTENT if name in stored.data}
        return self._change(chat, stored, markup, content)

    def _own(self, params: Json) -> tuple[Chat, Stored]:
        if "inline_message_id" in params:
            raise bad_request("MESSAGE_ID_INVALID")
        if not params.get("message_id"):
            raise bad_request("message identifier is not specified")
        chat = self.world.chat_of(params)
        stored = chat.messages.get(params["message_id"])
        if stored is None:
            raise bad_request("message to edit not found")
        if not stored.by_bot or not stored.editable:
            raise bad_request("message can't be edited")
        return chat, stored

    def _change(self, chat: Chat, stored: Stored, markup: Json | None, content: Json) -> Json:
        if markup and "inline_keyboard" not in markup:
            raise bad_request("inline keyboard expected")
        check_markup(markup, private=chat.private)
        self.world.refuse_if_blocked(chat)
        if markup:
            content["reply_markup"] = markup
        names = (*_CONTENT, "reply_markup")
        if all(stored.data.get(name) == content.get(name) for name in names):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        self.world.spend(chat)
        kept = {name: value for name, value in stored.data.items() if name not in names}
        stored.data = kept | {"edit_date": self.world.now()} | content
        self.world.changed()
        return stored.data

    def delete_message(self, params: Json) -> bool:
        """The bot's own messages everywhere, a person's only in their private chat; 48 hours."""
        if not params.get("message_id"):
            raise bad_request("message identifier is not specified")
        chat = self.world.chat_of(params)
        stored = chat.messages.get(params["message_id"])
        if stored is None:
            raise bad_request("message to delete not found")
        too_old = self.world.now() - stored.data["date"] > OLDEST_DELETABLE
        if too_old or not (stored.by_bot or chat.private):
            raise bad_request("message can't be deleted")
        del chat.messages[params["message_id"]]
        self.world.changed()
        return True

    # ---- the rest -----------------------------------------------------------------------

    def answer_callback_query(self, params: Json) -> bool:
        """Stops the spinning of a pressed button, once and in time."""
        text = str(params.get("text") or "")
        if units(text) > MAX_NOTICE:
            raise bad_request("MESSAGE_TOO_LONG")
        press = self.world.presses.get(str(params.get("callback_query_id")))
        late = press is not None and self.world.clock() - press.at > self.world.press_lifetime
        if press is None or press.answered or late:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        press.answered = True
        self.world.notices.append((press.by, text, bool(params.get("show_alert"))))
        self.world.changed()
        return True

    def set_my_commands(self, params: Json) -> bool:
        """The command menu of one scope and language."""
        commands = check_commands(params.get("commands"))
        self.world.commands[_scope(params)] = commands
        return True

    def get_my_commands(self, params: Json) -> list[Json]:
        """The command menu as it was set."""
        return self.world.commands.get(_scope(params), [])


_CONTENT = ("text", "entities", "photo", "audio", "document", "caption", "caption_entities")


def _scope(params: Json) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    return repr(sorted(scope.items())), str(params.get("language_code") or "")
