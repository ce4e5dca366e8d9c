"""Pictures and files on Zalo's servers: uploaded once for everybody, then named by Zalo's id of them.

Zalo forgets an upload after seven days and takes 5,000 of a kind a month.
Source: docs.zaloplatforms.com/docs/OA (upload), as quoted in September 2026.
"""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import timedelta
from typing import NamedTuple
from weakref import WeakValueDictionary

import aiohttp

from bot.channels.wire import file_name
from bot.channels.zalo_oa_calls import Calls, HeldError
from bot.channels.zalo_oa_errors import reason_of
from bot.channels.zalo_oa_wire import TOO_FAST, UPLOAD_SECONDS, NoAnswerError
from bot.core.messages import Gallery, Media, MediaKind, Retry
from bot.core.vocabulary import AccountId
from storage import uploads
from storage.database import Database

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(days=6)


class _Place(NamedTuple):
    """Where a kind goes, how its id is called in the answer, and how many bytes it may have."""

    path: str
    name: str
    largest: int


PLACES = {
    MediaKind.PICTURE: _Place("/v2.0/oa/upload/image", "attachment_id", 1_000_000),
    MediaKind.FILE: _Place("/v2.0/oa/upload/file", "token", 5_000_000),
}
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class UploadBook:
    """What one account has on Zalo's servers, for all processes."""

    def __init__(self, database: Database, account: AccountId) -> None:
        self._database = database
        self._account = account

    async def find(self, key: str) -> str | None:
        """Zalo's id of a content; None when there is none that is still good."""
        return await self._database.read_soon(uploads.find, self._account, key)

    async def keep(self, key: str, reference: str) -> None:
        """Remember the id for less time than Zalo does."""
        await self._database.write_soon(uploads.keep, self._account, key, reference, GOOD_FOR)

    async def drop(self, key: str) -> None:
        """Zalo does not know it any more."""
        await self._database.write_soon(uploads.drop, self._account, key)


class Uploaded(NamedTuple):
    """Zalo's id of a content; ``is_new`` when it was uploaded just now."""

    reference: str
    is_new: bool


class Uploads:
    """Gives Zalo's id of what messages carry; two who want the same at once upload it once."""

    def __init__(self, calls: Calls, book: UploadBook, gallery: Gallery | None) -> None:
        self._calls = calls
        self._book = book
        self._gallery = gallery
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def provide(self, media: Media, lost: str | None = None) -> Uploaded | None:
        """The id, another one than Zalo has ``lost``; None when there is nothing that Zalo takes.

        Raises ``HeldError``. What may be taken away is uploaded each time, and its id not kept.
        """
        gallery = self._gallery
        if gallery is None or media.kind not in PLACES:
            return None
        lock = self._locks.setdefault(media.key, asyncio.Lock())
        async with lock:
            is_own = gallery.is_own(media.key)
            known = None if is_own else await self._book.find(media.key)
            if known is not None and known != lost:
                return Uploaded(known, is_new=False)
            if known is not None:
                await self._book.drop(media.key)
            content = await gallery.bytes_of(media.key)
            reference = await self._upload(media, content) if content else None
            if reference is None:
                return None
            # Whose a content is may have become known only when it was looked for.
            if not gallery.is_own(media.key):
                await self._book.keep(media.key, reference)
            return Uploaded(reference, is_new=True)

    async def _upload(self, media: Media, content: bytes) -> str | None:
        place = PLACES[media.kind]
        if len(content) > place.largest:
            log.warning("a %s is too large for Zalo: %s bytes", media.kind, len(content))
            return None

        def make() -> aiohttp.FormData:
            form = aiohttp.FormData()
            ending = media.key.rpartition(".")[2]
            form.add_field(
                "file",
                io.BytesIO(content),
                filename=file_name(media) if media.kind is MediaKind.FILE else media.key,
                content_type=TYPES.get(ending, "application/octet-stream"),
            )
            return form

        try:
            answer = await self._calls.upload(place.path, make, UPLOAD_SECONDS)
        except NoAnswerError as silent:
            log.warning("an upload was not answered: %s", silent.reason)
            if media.kind is MediaKind.PICTURE:  # its words say the same, and wait for nobody
                return None
            raise HeldError(Retry(None, silent.reason)) from None
        if answer.error == TOO_FAST:
            reason = reason_of(answer.error)
            raise HeldError(Retry(answer.retry_after, reason, whole_account=True))
        reference = answer.data.get(place.name)
        if not answer.error and isinstance(reference, str) and reference:
            return reference
        log.warning("an upload was refused: %s", reason_of(answer.error))
        return None
