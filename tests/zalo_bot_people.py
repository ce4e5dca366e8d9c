"""The other side of the stand-in's chats: people, what they say and what they see. Nobody has buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.zalo_bot_world import Chat, Json, Picture, Stored

if TYPE_CHECKING:
    from tests.zalo_bot_emulator import ZaloBotEmulator

MEDIA = "https://made-up.zdn.vn"
GROUP = "zgr-5e0c77aa91"


@dataclass(frozen=True)
class SeenMessage:
    """A message of the bot as the person sees it: the words exactly as they were sent."""

    message_id: str
    text: str  # or the caption of a picture
    date: int
    picture: Picture | None = None
    sticker: str = ""
    voice_url: str = ""


def seen(stored: Stored) -> SeenMessage:
    """What a person sees of a stored message."""
    return SeenMessage(
        stored.message_id,
        stored.text,
        stored.date,
        stored.picture,
        str(stored.params.get("sticker", "")),
        str(stored.params.get("voice_url", "")),
    )


class Person:
    """Somebody with a private chat; each act makes one event and returns it, None when it is not let in."""

    def __init__(self, emulator: ZaloBotEmulator, chat: Chat) -> None:
        self.emulator = emulator
        self.chat = chat

    @property
    def id(self) -> str:
        """Of the person and of the chat."""
        return self.chat.id

    # ---- what they see ------------------------------------------------------------------

    @property
    def messages(self) -> list[SeenMessage]:
        """The bot's messages, oldest first."""
        return [seen(stored) for stored in self.chat.messages]

    @property
    def actions(self) -> list[str]:
        """Every «is typing»."""
        return list(self.chat.actions)

    async def waits_for(
        self, what: int | Callable[[SeenMessage], bool], seconds: float = 5.0
    ) -> SeenMessage:
        """Waits until the chat holds so many messages, or one that fits; gives the newest."""

        def found() -> SeenMessage | None:
            messages = self.messages
            if isinstance(what, int):
                return messages[-1] if len(messages) >= what and messages else None
            return next((message for message in reversed(messages) if what(message)), None)

        try:
            return await self.emulator.until(found, seconds)
        except TimeoutError:
            texts = [message.text[:80] for message in self.messages]
            raise TimeoutError(f"waited {seconds} s; the chat shows {texts}") from None

    # ---- what they do -------------------------------------------------------------------

    async def says(self, text: str) -> Json | None:
        """Sends a text."""
        return self.sends("message.text.received", text=text)

    async def sends_image(self, caption: str = "") -> Json | None:
        """Sends a picture, with a caption if given."""
        fields: Json = {self.emulator.photo_field: f"{MEDIA}/full.jpg", "caption": caption}
        return self.sends("message.image.received", **fields)

    async def sends_sticker(self) -> Json | None:
        """Sends a sticker."""
        picture = f"{MEDIA}/sticker.png"
        return self.sends("message.sticker.received", sticker="3b9f51d7aa04c26e8812", url=picture)

    async def sends_voice(self) -> Json | None:
        """Sends a voice message."""
        return self.sends("message.voice.received", voice_url=f"{MEDIA}/v.aac")

    async def sends_unsupported(self) -> Json | None:
        """Sends what the platform does not pass on: a place, a contact, a file."""
        return self.sends("message.unsupported.received")

    async def mentions_in_group(self, text: str) -> Json | None:
        """Speaks to the bot in a group."""
        mentions = [{"uid": "bot-made-up-id"}]
        group = {"id": GROUP, "chat_type": "GROUP"}
        return self.sends("message.text.received", chat=group, text=text, mentions=mentions)

    def sends(self, event: str, chat: Json | None = None, **content: object) -> Json | None:
        """Sends an event of any name: the fields of a message beside its sender, chat, id and date."""
        if self.chat.blocks:
            raise RuntimeError("the bot is blocked here; nobody writes to it")
        world = self.emulator.world
        if not world.admits(self.chat):
            self.emulator.turned_away.append(self.id)
            return None
        message = {
            "from": {"id": self.id, "display_name": self.chat.name, "is_bot": False},
            "chat": chat or {"id": self.id, "chat_type": "PRIVATE"},
            **content,
            "message_id": world.next_id("said"),
            "date": world.now(),
        }
        return self.emulator.updates.add(event, message)

    def blocks(self) -> None:
        """Blocks the bot, which is told nothing."""
        self.chat.blocks = True

    def unblocks(self) -> None:
        """Lets the bot write again."""
        self.chat.blocks = False
