"""A form with a file, read piece by piece: its fields first, the file only when they are right.

The file stays in memory and is bounded before its first byte is read; nothing of it is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.core.errors import MediaError

KIND = "multipart/form-data"
ROOM_FOR_FIELDS = 64 * 1024  # beside the file: fields, boundaries, heads of the parts
LONGEST_FIELD = 200  # bytes
MOST_FIELDS = 6
PIECE = 64 * 1024


class UploadError(ValueError):
    """What came is no form of ours."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many bytes the file may have, and the sentence for one that has more."""

    most: int
    too_large: str


@dataclass(frozen=True, slots=True)
class Upload:
    """The fields of the form and the content of its file; empty when none was chosen."""

    fields: Mapping[str, str]
    body: bytes


async def read_upload(
    request: web.Request, limit: Limit, admit: Callable[[Mapping[str, str]], None]
) -> Upload:
    """The form; ``admit`` raises for fields that are not ours, before the file is read.

    ``MediaError`` for a file that is too large, ``UploadError`` for anything that is no such form. The
    request has to say how long it is: browsers do, and so nothing without an end is ever read.
    """
    if request.content_type != KIND or request.content_length is None:
        raise UploadError(request.content_type)
    if request.content_length > limit.most + ROOM_FOR_FIELDS:
        raise MediaError(limit.too_large)
    try:
        upload = await _read(await request.multipart(), admit)
    except (ValueError, RuntimeError, HttpProcessingError, web.RequestPayloadError) as error:
        raise UploadError(KIND) from error
    if len(upload.body) > limit.most:
        raise MediaError(limit.too_large)
    return upload


async def _read(form: MultipartReader, admit: Callable[[Mapping[str, str]], None]) -> Upload:
    fields: dict[str, str] = {}
    while (part := await form.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            raise UploadError("part")
        if part.name in fields or len(fields) == MOST_FIELDS:
            raise UploadError("fields")
        if part.filename is None:
            fields[part.name] = await _field(part)
            continue
        admit(fields)
        body = await _content(part)
        if await form.next() is not None:  # the file is the last one, or the rest was cut off
            raise UploadError("after the file")
        return Upload(fields, body)
    admit(fields)
    return Upload(fields, b"")


async def _field(part: BodyPartReader) -> str:
    words = b""
    while piece := await part.read_chunk():
        words += piece
        if len(words) > LONGEST_FIELD:
            raise UploadError("field")
    return words.decode()


async def _content(part: BodyPartReader) -> bytes:
    body = bytearray()
    while piece := await part.read_chunk(PIECE):
        body += piece
    return bytes(body)
