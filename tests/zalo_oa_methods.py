"""The calls of Zalo's OA API that the emulator answers, each decided as the documents say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from tests.zalo_oa_events import Events
from tests.zalo_oa_rules import (
    NOT_SUPPORTED,
    PROOF,
    V2_CLOSED,
    Json,
    RefusedError,
    Upload,
    check_file,
    check_message,
    fields,
    invalid,
    proof_of,
    too_long,
)
from tests.zalo_oa_tokens import Tokens
from tests.zalo_oa_world import VIETNAM, Call, Chat, Entry, World

Method = Callable[[Call], "Json | Awaitable[Json]"]
Fetch = Callable[[str], Awaitable[Upload | None]]
AVATAR = "https://s{size}-ava-talk.zadn.vn/example.jpg"
REACTIONS = {":>", "--b", ":-((", "/-strong", "/-heart", ":-h", ":o", "/-remove"}
MOST_OF = {"conversation": 10, "listrecentchat": 10, "user/getlist": 50}


class Methods:
    """The table of calls; a call that is none of them is refused as not supported."""

    def __init__(self, world: World, tokens: Tokens, events: Events, fetch: Fetch) -> None:
        self.world = world
        self.tokens = tokens
        self.events = events
        self._fetch = fetch
        self.table: dict[tuple[str, str], Method] = {
            ("POST", "/v3.0/oa/message/cs"): self.message,
            ("POST", "/v2.0/oa/message"): self.react,
            ("POST", "/v2.0/oa/upload/image"): self.upload,
            ("POST", "/v2.0/oa/upload/gif"): self.upload,
            ("POST", "/v2.0/oa/upload/file"): self.upload,
            ("GET", "/v2.0/oa/getoa"): self.account,
            ("GET", "/v3.0/oa/user/detail"): self.detail,
            ("GET", "/v3.0/oa/user/getlist"): self.people,
            ("POST", "/v3.0/oa/quota/message"): self.quota,
            ("POST", "/v2.0/oa/quota/message"): self.older_quota,
            ("POST", "/v2.0/oa/tag/tagfollower"): self.tag,
            ("POST", "/v2.0/oa/tag/rmfollowerfromtag"): self.untag,
            ("POST", "/v2.0/oa/tag/rmtag"): self.drop_tag,
            ("GET", "/v2.0/oa/tag/gettagsofoa"): self.tags,
            ("GET", "/v2.0/oa/conversation"): self.conversation,
            ("GET", "/v2.0/oa/listrecentchat"): self.recent,
        }

    async def take(self, call: Call) -> Json:
        """The answer to a call of the API, behind the checks that all calls share."""
        self.world.check_rate()
        token = call.headers.get("access_token", "")
        self.tokens.check(token)
        proof = call.headers.get("appsecret_proof", "")
        if self.world.asks_proof and proof != proof_of(self.world.account.app_secret, token):
            raise RefusedError(PROOF)
        method = self.table.get((call.method, call.path))
        if method is None:
            raise RefusedError(NOT_SUPPORTED)
        kind = call.headers.get("content-type", "")
        if call.method == "POST" and call.file is None and "application/json" not in kind:
            raise invalid("body must be JSON" if method != self.upload else "file is missing")
        result = method(call)
        data = await result if isinstance(result, Awaitable) else result
        return {"data": data, "error": 0, "message": "Success"}

    # ---- messages -----------------------------------------------------------------------

    async def message(self, call: Call) -> Json:
        """A consultation message: judged, put into the chat, told to the webhook as an echo."""
        params = fields(call.params, "body", {"recipient", "message"})
        recipient = fields(params.get("recipient"), "recipient", {"user_id", "message_id"})
        message = check_message(params.get("message"))
        chat = self.world.chat_of(recipient)
        self.world.check_open(chat)
        quoted = message.get("quote_message_id")
        if quoted and chat.entry(quoted) is None:
            raise invalid("message.quote_message_id is unknown in this chat")
        entry = await self._entry(message)
        entry.quota = self.world.spend(chat)
        self.world.add(chat, entry)
        name, said = echo_of(entry)
        self.events.publish(self.events.from_oa(name, chat, said, entry.at))
        answer = {"message_id": entry.message_id, "user_id": chat.user_id}
        answer |= {"sent_time": str(entry.at)}
        return answer | ({"quota": entry.quota} if entry.quota else {})

    async def _entry(self, message: Json) -> Entry:
        payload = message.get("attachment", {}).get("payload", {})
        element = (payload.get("elements") or [{}])[0]
        kind, picture, file = "text", None, None
        if "token" in payload:
            kind, file = "file", self.world.kept("file", payload["token"])
        elif element.get("media_type") in ("image", "gif"):
            kind = "photo" if element["media_type"] == "image" else "GIF"
            picture = await self._picture(element)
        elif element.get("media_type") == "sticker":
            kind = "sticker"
        return Entry(
            message_id=self.world.new_id(),
            by_oa=True,
            at=self.world.stamp(),
            kind=kind,
            text=message.get("text", ""),
            message=message,
            picture=picture,
            file=file,
        )

    async def _picture(self, element: Json) -> Upload | None:
        kind = element["media_type"]
        if "attachment_id" in element:
            return self.world.kept(kind, element["attachment_id"])
        try:
            upload = await self._fetch(element["url"])
        except (OSError, TimeoutError):
            raise invalid("element.url cannot be fetched") from None
        if upload is not None:
            check_file(kind, upload)
        return upload

    def react(self, call: Call) -> Json:
        """The older call: open for reactions, closed for messages."""
        params = fields(call.params, "body", {"recipient", "sender_action", "message"})
        if "sender_action" not in params:
            raise RefusedError(V2_CLOSED)
        chat = self.world.chat_of(fields(params.get("recipient"), "recipient", {"user_id"}))
        known = {"react_icon", "react_message_id"}
        action = fields(params["sender_action"], "sender_action", known)
        if action.get("react_icon") not in REACTIONS:
            raise invalid("sender_action.react_icon is unknown")
        if chat.entry(str(action.get("react_message_id", ""))) is None:
            raise invalid("sender_action.react_message_id is unknown")
        return {"message_id": action["react_message_id"], "user_id": chat.user_id}

    # ---- files --------------------------------------------------------------------------

    def upload(self, call: Call) -> Json:
        """A picture, a moving picture or a file, kept for seven days."""
        kind = call.name.removeprefix("upload/")
        if call.file is None:
            raise invalid("file is missing")
        made = self.world.keep(kind, call.file)
        return {"token" if kind == "file" else "attachment_id": made}

    # ---- what can be asked --------------------------------------------------------------

    def account(self, call: Call) -> Json:
        """The account itself: a sign that the token works."""
        return {
            "oa_id": self.world.account.oa_id,
            "name": self.world.account.name,
            "description": "",
            "oa_alias": "",
            "is_verified": True,
            "oa_type": 4,
            "cate_name": "Cơ quan nhà nước",
            "num_follower": sum(chat.follows for chat in self.world.chats.values()),
            "avatar": AVATAR.format(size=120),
            "cover": "",
            "package_name": "Nâng cao",
        }

    def detail(self, call: Call) -> Json:
        """One person as the account may see them."""
        chat = self.world.chat(str(_asked(call, "user_id")["user_id"]))
        seen: Json = {
            "user_id": chat.user_id,
            "user_id_by_app": chat.user_id_by_app,
            "user_external_id": "",
            "is_sensitive": False,
            "user_last_interaction_date": _day(chat.last_interaction),
            "user_is_follower": chat.follows,
            "tags_and_notes_info": {"notes": [], "tag_names": list(chat.tags)},
            "shared_info": dict(chat.shared),
        }
        if not self.world.names_hidden:
            seen |= {"display_name": chat.name, "user_alias": chat.name}
            seen |= {"avatar": AVATAR.format(size=240)}
            seen |= {"avatars": {size: AVATAR.format(size=size) for size in ("120", "240")}}
        return seen

    def people(self, call: Call) -> Json:
        """The people the account knows, at most fifty a call."""
        asked = _asked(call, "offset", "count")
        offset, count = _slice(call.name, asked)
        known = [one for one in self.world.chats.values() if one.last_interaction is not None]
        if "is_follower" in asked:
            wanted = str(asked["is_follower"]).lower() == "true"
            known = [one for one in known if one.follows == wanted]
        if "tag_name" in asked:
            known = [one for one in known if asked["tag_name"] in one.tags]
        users = [{"user_id": one.user_id} for one in known[offset : offset + count]]
        return {"total": len(known), "count": len(users), "offset": offset, "users": users}

    def quota(self, call: Call) -> Any:
        """What may be sent to one person, or what the account's package has left."""
        names = {"user_id", "quota_owner", "product_type", "quota_type"}
        asked = fields(call.params, "body", names)
        if "user_id" in asked:
            at = self.world.chat(str(asked["user_id"])).last_interaction
            return {"last_interaction": str(int((at or 0) * 1000))}
        if asked.get("quota_owner") not in ("OA", "App", "APP"):
            raise invalid("quota_owner is invalid")
        if asked.get("product_type", "cs") != "cs":
            return []
        if asked.get("quota_type", "sub_quota") != "sub_quota":
            return []
        return [
            {
                "asset_id": f"asset{self.world.account.oa_id}",
                "product_type": "cs",
                "quota_type": "sub_quota",
                "valid_through": self.world.month_end(),
                "total": self.world.allowance,
                "remain": self.world.allowance_left(),
            }
        ]

    def older_quota(self, call: Call) -> Json:
        """The package's messages of this month, or what may still answer one message."""
        asked = fields(call.params, "body", {"message_id"})
        if not asked:
            left = {"remain": self.world.allowance_left(), "total": self.world.allowance}
            return {"type": "active", **left}
        self.world.chat_of(asked)
        return {"type": "reply"}

    def conversation(self, call: Call) -> Any:
        """One chat, newest first, at most ten messages a call."""
        asked = _asked(call, "user_id", "offset", "count")
        offset, count = _slice(call.name, asked)
        chat = self.world.chat(str(asked["user_id"]))
        entries = chat.entries[::-1][offset : offset + count]
        return [self._row(chat, entry) for entry in entries]

    def recent(self, call: Call) -> Any:
        """The newest messages of all chats, at most ten a call."""
        offset, count = _slice(call.name, _asked(call, "offset", "count"))
        rows = [(entry, chat) for chat in self.world.chats.values() for entry in chat.entries]
        rows.sort(key=lambda row: row[0].at, reverse=True)
        return [self._row(chat, entry) for entry, chat in rows[offset : offset + count]]

    def _row(self, chat: Chat, entry: Entry) -> Json:
        person = (chat.user_id, "" if self.world.names_hidden else chat.name)
        office = (self.world.account.oa_id, self.world.account.name)
        row: Json = {"src": 0 if entry.by_oa else 1, "time": entry.at, "type": entry.kind}
        row |= {"message": entry.text, "message_id": entry.message_id}
        pairs = {"from": office, "to": person} if entry.by_oa else {"from": person, "to": office}
        for side, (id, name) in pairs.items():
            row |= {f"{side}_id": id, f"{side}_display_name": name}
            row |= {f"{side}_avatar": AVATAR.format(size=120)}
        attachments = entry.message.get("attachments") or [{}]
        payload = attachments[0].get("payload", {})
        shown = {"url": "url", "thumbnail": "thumb", "description": "description"}
        return row | {shown[name]: payload[name] for name in payload if name in shown}

    # ---- labels that the staff see in the account's manager -----------------------------

    def tags(self, call: Call) -> Any:
        """Every label ever made and not dropped, in use or not."""
        return sorted(self.world.tags)

    def tag(self, call: Call) -> Json:
        """Puts a label on a person; one that does not exist yet is made."""
        chat, name = self._tagged(call)
        chat.tags = [*(tag for tag in chat.tags if tag != name), name]
        self.world.tags.add(name)
        return {}

    def untag(self, call: Call) -> Json:
        """Takes a label off a person."""
        chat, name = self._tagged(call)
        if name not in chat.tags:
            raise invalid("tag_name is not on this user")
        chat.tags.remove(name)
        return {}

    def drop_tag(self, call: Call) -> Json:
        """Takes a label off everybody and out of the list."""
        asked = fields(call.params, "body", {"tag_name"})
        if asked.get("tag_name") not in self.world.tags:
            raise invalid("tag_name is unknown")
        self.world.tags.remove(asked["tag_name"])
        for chat in self.world.chats.values():
            chat.tags = [tag for tag in chat.tags if tag != asked["tag_name"]]
        return {}

    def _tagged(self, call: Call) -> tuple[Chat, str]:
        asked = fields(call.params, "body", {"user_id", "tag_name"})
        name = asked.get("tag_name")
        if not isinstance(name, str) or not name.strip():
            raise invalid("tag_name must be a string")
        return self.world.chat(str(asked.get("user_id", ""))), name


def echo_of(entry: Entry) -> tuple[str, Json]:
    """The event with which the webhook hears of the account's own message."""
    said: Json = {"text": entry.text} if entry.text else {}
    payload = entry.message.get("attachment", {}).get("payload", {})
    element = (payload.get("elements") or [{}])[0]
    name = {"photo": "image", "GIF": "gif"}.get(entry.kind, entry.kind)
    if payload.get("template_type") == "request_user_info":
        name = "template"
    elif name in ("image", "gif"):
        url = element.get("url", f"https://photo-stal-00.zdn.vn/example/{entry.message_id}.jpg")
        said["attachments"] = [{"payload": {"thumbnail": url, "url": url}, "type": name}]
    elif name == "sticker":
        sticker = {"id": element["attachment_id"], "url": "https://zalo-api.zadn.vn/example/s.png"}
        said["attachments"] = [{"payload": sticker, "type": name}]
    elif entry.file is not None:
        url = f"https://file-stal-00.zdn.vn/example/{entry.message_id}"
        file = {"url": url, "name": entry.file.name, "size": str(len(entry.file.data))}
        said["attachments"] = [{"payload": file, "type": name}]
    return f"oa_send_{name}", {**said, "msg_id": entry.message_id}


def _asked(call: Call, *needed: str) -> Json:
    """The JSON of the one query parameter ``data``, refused where something needed is missing."""
    if "data" not in call.query:
        raise invalid("data is missing")
    for name in needed:
        if name not in call.params:
            raise invalid(f"data.{name} is missing")
    return call.params


def _slice(name: str, asked: Json) -> tuple[int, int]:
    try:
        offset, count = int(asked["offset"]), int(asked["count"])
    except (TypeError, ValueError):
        raise invalid("offset and count must be numbers") from None
    if offset < 0 or count < 1:
        raise invalid("offset or count is invalid")
    if count > MOST_OF[name]:
        raise too_long(f"count is larger than {MOST_OF[name]}")
    return offset, count


def _day(at: float | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at, VIETNAM):%d/%m/%Y}"
