"""The front page, the proof that the domain is ours, and where Zalo sends an administrator back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.locale import Texts
from bot.services.domain_proof import Proof
from bot.services.oa_consent import Finish, read_query
from bot.web import pages
from bot.web.visitors import Visitors

MOST_CONSENTS = 20  # a minute, for one address


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: where it leads, and the sentence that names it."""

    address: str
    sentence: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class FrontParts:
    """What these pages need; ``finish`` takes an administrator back, by the name of her account."""

    texts: Texts
    office_texts: Texts
    chats: Sequence[Door]
    messengers: Sequence[Door]
    owners: str
    proof: Proof
    finish: Mapping[str, Finish]
    visitors: Visitors


def add_zalo_pages(app: web.Application, parts: FrontParts) -> None:
    """The routes of these pages."""
    front = _Front(parts)
    app.router.add_get("/", front.show)
    app.router.add_get(r"/{name:zalo_verifier[A-Za-z0-9_-]+\.html}", front.prove)
    # A mere look at the headers must not use up what can be used once.
    app.router.add_get("/zalo/consent/{account}", front.take_back, allow_head=False)


class _Front:
    """Handlers of these routes."""

    def __init__(self, parts: FrontParts) -> None:
        self._parts = parts

    async def show(self, request: web.Request) -> web.Response:
        """Whose site this is, and every way to the helper."""
        query = request.rel_url.raw_query_string
        values = {"parts": self._parts, "query": f"?{query}" if query else ""}
        return pages.page(request, "front.html", self._parts.texts, values)

    async def prove(self, request: web.Request) -> web.Response:
        """The file exactly as Zalo gave it."""
        proof = self._parts.proof
        if not proof.content or request.match_info["name"] != proof.name:
            raise web.HTTPNotFound
        return web.Response(text=proof.content, content_type="text/html", charset="utf-8")

    async def take_back(self, request: web.Request) -> web.Response:
        """Say how the consent ended; without a code only that the page is there."""
        finish = self._parts.finish.get(request.match_info["account"])
        if finish is None:
            raise web.HTTPNotFound
        visitors = self._parts.visitors
        if not visitors.may(MOST_CONSENTS, "consent", visitors.address(request)):
            raise web.HTTPTooManyRequests(text=self._parts.office_texts.say("oa-consent.too-fast"))
        ending = await finish(read_query(request.query))
        values = {"ending": ending}
        status = 200 if ending.is_granted else 400
        return pages.page(request, "consent.html", self._parts.office_texts, values, status)
