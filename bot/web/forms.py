"""Forms of the office: read with suspicion, and bound to a cookie that only the right browser holds."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from bot.locale import Texts
from bot.services.access import SIGNED_IN_FOR
from bot.web.uploads import Limit, Upload, UploadError, read_upload
from bot.web.visitors import Visitors

SIGNED, VISIT = "__Host-ban-so-office", "__Host-ban-so-form"
MOST_TRIES = 30  # a minute, of one address
RETRY_SECONDS = 60
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 10
PLAIN_FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
ONCE = re.compile(r"[A-Za-z0-9_-]{12}")
ONCE_BYTES = 9
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LARGEST_LONG = 64 * 1024
MOST_LONG_FIELDS = 800
CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Forms:
    """Gives forms out and takes them back; what is not ours is refused with a sentence."""

    def __init__(self, visitors: Visitors, texts: Texts) -> None:
        self._visitors = visitors
        self._texts = texts

    async def read(
        self, request: web.Request, expected: str | None, most: int = MOST_FIELDS
    ) -> Mapping[str, str]:
        """The fields of a form that this browser was given: its ``form`` field is ``expected``."""
        token = self._admit(request, expected)
        fields = self._fields(request, await self._body(request), most)
        self._compare(fields, token)
        return fields

    async def read_long(self, request: web.Request, expected: str | None) -> Mapping[str, str]:
        """The same for a long form, in whose fields several lines may be typed."""
        token = self._admit(request, expected)
        body = await self._body(request, LARGEST_LONG)
        try:
            fields = long_fields(request.content_type, body)
        except ValueError:
            raise web.HTTPBadRequest(text=self._texts.say("office.old-form")) from None
        self._compare(fields, token)
        return fields

    async def read_upload(self, request: web.Request, expected: str | None, limit: Limit) -> Upload:
        """The same for a form with a file, which is read after the other fields were found right.

        ``MediaError`` when the file is too large.
        """
        token = self._admit(request, expected)
        try:
            return await read_upload(request, limit, lambda fields: self._compare(fields, token))
        except UploadError:
            raise web.HTTPBadRequest(text=self._texts.say("office.old-form")) from None

    def _admit(self, request: web.Request, expected: str | None) -> str:
        """Look at who sends, before anything is read; gives what the form has to carry."""
        address = self._visitors.address(request)
        if not self._visitors.may(MOST_TRIES, "office", address):
            wait = {"Retry-After": str(RETRY_SECONDS)}
            raise web.HTTPTooManyRequests(text=self._texts.say("office.too-fast"), headers=wait)
        if expected is None or not self._visitors.is_at_home(request):
            raise self._refused()
        return expected

    def _compare(self, fields: Mapping[str, str], expected: str) -> None:
        if not hmac.compare_digest(fields.get("form", "").encode(), expected.encode()):
            raise self._refused()

    def _refused(self) -> web.HTTPForbidden:
        return web.HTTPForbidden(text=self._texts.say("office.old-form"))

    async def _body(self, request: web.Request, largest: int = LARGEST_FORM) -> bytes:
        body = await read_body(request, largest)
        if body is not None:
            return body
        raise web.HTTPRequestEntityTooLarge(largest, text=self._texts.say("office.too-large"))

    def _fields(self, request: web.Request, body: bytes, most: int) -> dict[str, str]:
        """Plain fields in UTF-8 and nothing else: no file of a stranger ever reaches a disk."""
        try:
            if request.content_type != PLAIN_FORM:
                raise ValueError(request.content_type)
            pairs = parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=most,
            )
        except ValueError:
            raise web.HTTPBadRequest(text=self._texts.say("office.old-form")) from None
        if any(CONTROL.search(value) for _, value in pairs):
            raise web.HTTPBadRequest(text=self._texts.say("office.old-form"))
        return dict(pairs)


async def read_body(request: web.Request, largest: int) -> bytes | None:
    """What was sent; None when that is more."""
    if (request.content_length or 0) > largest:
        return None
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:  # in chunks, and more than the server takes of anybody
        return None
    return body if len(body) <= largest else None


def long_fields(content_type: str, body: bytes) -> dict[str, str]:
    """Plain fields in UTF-8, several lines in some of them; ``ValueError`` for anything else."""
    if content_type != PLAIN_FORM:
        raise ValueError(content_type)
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        errors="strict",
        max_num_fields=MOST_LONG_FIELDS,
    )
    if any(CONTROL_IN_LINES.search(value) for _, value in pairs):
        raise ValueError("a sign that nobody types")
    return dict(pairs)


def fresh_once() -> str:
    """What a form is given out with, so that sent twice it is one act."""
    return secrets.token_urlsafe(ONCE_BYTES)


def once_of(form: Mapping[str, str]) -> str:
    """What that form was given out with; a fresh one where it brings none of ours."""
    once = form.get("once", "")
    return once if ONCE.fullmatch(once) else fresh_once()


def token_of(request: web.Request, cookie: str) -> str | None:
    """The token in that cookie, when it can be one of ours."""
    value = request.cookies.get(cookie, "")
    return value if TOKEN.fullmatch(value) else None


def set_token(response: web.StreamResponse, cookie: str, token: str) -> None:
    """Give the browser a token for as long as a sign-in can last."""
    seconds = int(SIGNED_IN_FOR.total_seconds())
    response.set_cookie(
        cookie, token, max_age=seconds, secure=True, httponly=True, samesite="Lax", path="/"
    )


def drop_token(response: web.StreamResponse, cookie: str) -> None:
    """Take it back."""
    response.del_cookie(cookie, secure=True, httponly=True, samesite="Lax", path="/")
