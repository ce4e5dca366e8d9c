"""The office's page of what is put out, put on top of services, the database and the folder of photos."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date

from bot.app.installation import Installation
from bot.core.errors import MediaError, NotFoundError, RuleError
from bot.core.periods import Period
from bot.core.vocabulary import CommunicationKind, Topic
from bot.library import Guide
from bot.media.own_files import shrink
from bot.media.proofs import Proofs
from bot.services import access, communications, team_desk
from bot.services.access import Officer
from bot.services.communications import Communication, Piece
from bot.services.trainings import Hand, hand_of_staff
from bot.web.office_communications import Board, Line, Typed
from storage.database import Unit

MOST_DIGITS = 9


class OfficeCommunications:
    """Answers what this page asks; see ``bot.web.office_communications.CommunicationsDesk``."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self._proofs = Proofs(installation.settings.own_media)

    async def board(self, officer: Officer, month: Period) -> Board:
        """Read in one unit; before that the look stands in the audit log."""
        about = f"communications:{month.key}"
        await self._database.write_soon(access.note_reading, officer, about)

        def read(unit: Unit) -> Board:
            commune, window = officer.commune, (month.start, month.end)
            teams = [(one.id, one.name) for one in team_desk.list_teams(unit, commune)]
            names = dict(teams)
            found = communications.list_between(unit, commune.id, window, with_voided=True)
            lines = [
                Line(
                    one,
                    names.get(one.piece.team_id or 0, ""),
                    communications.events(unit, commune.id, one.id) if one.revision > 1 else (),
                )
                for one in found
            ]
            sums = communications.figures(unit, commune.id, window)
            return Board(lines, sums, teams, self._guides())

        return await self._database.read_soon(read)

    async def write_down(self, officer: Officer, key: str, typed: Typed) -> None:
        """Line and audit line in one commit."""
        hand = hand_of_staff(officer.id, officer.role)

        def work(unit: Unit) -> None:
            piece = self._piece(unit, officer, typed)
            client_id = f"office:{officer.id}:{key}"
            communications.write_down(unit, officer.commune.id, hand, piece, client_id)

        await self._database.write_soon(work)

    async def correct(
        self, officer: Officer, seen: tuple[int, str], change: tuple[Typed, str]
    ) -> None:
        """The kind stays, and what it was about: who mistook those takes the line out."""
        hand = hand_of_staff(officer.id, officer.role)
        typed, reason = change

        def work(unit: Unit) -> None:
            line = _as_seen(unit, officer, hand, seen)
            old = line.piece
            about = f"g-{old.guide}" if old.guide in self._installation.library.guides else ""
            same = replace(typed, kind=old.kind, about=about or f"t-{old.topic}")
            fresh = replace(self._piece(unit, officer, same), guide=old.guide, topic=old.topic)
            communications.correct(unit, officer.commune.id, hand, line, (fresh, reason))

        await self._database.write_soon(work)

    async def void(self, officer: Officer, seen: tuple[int, str], reason: str) -> None:
        """The photo goes after the commit: a line that stands never lacks its own."""
        hand = hand_of_staff(officer.id, officer.role)

        def work(unit: Unit) -> str | None:
            line = _as_seen(unit, officer, hand, seen)
            communications.take_back(unit, officer.commune.id, hand, line, reason)
            return line.piece.photo

        photo = await self._database.write_soon(work)
        with suppress(MediaError):  # nothing names it any more
            await asyncio.to_thread(self._proofs.drop, officer.commune.slug, photo)

    async def keep_photo(
        self, officer: Officer, seen: tuple[int, str], photo: tuple[bytes, bool]
    ) -> None:
        """Made small first; the file is there before the line names it."""
        body, agreed = photo
        hand = hand_of_staff(officer.id, officer.role)
        if not body:
            raise MediaError("upload.none")
        small = await asyncio.to_thread(_small, body)
        slug = officer.commune.slug
        key = await asyncio.to_thread(self._proofs.save, slug, seen[0], small)

        def work(unit: Unit) -> str | None:
            line = _as_seen(unit, officer, hand, seen)
            communications.set_photo(unit, officer.commune.id, hand, line, (key, agreed))
            return line.piece.photo

        try:
            before = await self._database.write_soon(work)
        except RuleError:
            await self._drop_unless_named(officer, seen[0], key)
            raise
        if before != key:
            await asyncio.to_thread(self._proofs.drop, slug, before)

    async def drop_photo(self, officer: Officer, seen: tuple[int, str]) -> None:
        """First the line names it no more, then it goes."""
        hand = hand_of_staff(officer.id, officer.role)

        def work(unit: Unit) -> str | None:
            line = _as_seen(unit, officer, hand, seen)
            communications.set_photo(unit, officer.commune.id, hand, line, (None, False))
            return line.piece.photo

        before = await self._database.write_soon(work)
        await asyncio.to_thread(self._proofs.drop, officer.commune.slug, before)

    async def photo(self, officer: Officer, number: int) -> bytes:
        """The look at it stands in the audit log first."""
        key = await self._named(officer, number)
        if key is None:
            raise NotFoundError("Dòng này không có hình.")
        about = f"communication:{number}/photo"
        await self._database.write_soon(access.note_reading, officer, about)
        picture = await asyncio.to_thread(self._proofs.read, officer.commune.slug, key)
        if picture is None:
            raise NotFoundError("Hình này không còn trên đĩa.")
        return picture

    async def _drop_unless_named(self, officer: Officer, number: int, key: str) -> None:
        if await self._named(officer, number) != key:
            await asyncio.to_thread(self._proofs.drop, officer.commune.slug, key)

    async def _named(self, officer: Officer, number: int) -> str | None:
        """The key of the photo that the line has now."""

        def read(unit: Unit) -> str | None:
            found = communications.find(unit, officer.commune.id, number)
            return found.piece.photo if found else None

        return await self._database.read_soon(read)

    def _guides(self) -> list[tuple[Topic, list[Guide]]]:
        library = self._installation.library
        topics = []
        for topic in Topic:
            under = library.menu.guides_under(library.guides, topic)
            topics.append((topic, [guide for guide in under if guide.topic is topic]))
        return [(topic, guides) for topic, guides in topics if guides]

    def _piece(self, unit: Unit, officer: Officer, typed: Typed) -> Piece:
        """What was typed, read; ``RuleError`` for what says nothing."""
        topic, guide = self._about(typed.about)
        texts = self._installation.texts(officer.commune)
        title = typed.title or (guide.title if guide else texts.say(f"topic.{topic}"))
        return Piece(
            kind=_kind(typed.kind),
            title=title,
            topic=topic,
            occurred_on=_day(typed.day),
            amount=_count(typed.amount, "comm.amount") or 0,
            guide=guide.id if guide else None,
            team_id=_team(unit, officer, typed.team),
            reach=_count(typed.reach, "comm.reach"),
            link=typed.link or None,
            note=typed.note or None,
        )

    def _about(self, written: str) -> tuple[Topic, Guide | None]:
        sign, name = written[:2], written[2:]
        guide = self._installation.library.guides.get(name) if sign == "g-" else None
        if guide is not None:
            return guide.topic, guide
        if sign == "t-" and name in set(Topic):
            return Topic(name), None
        raise RuleError("comm.about", "Chưa chọn nội dung.")


def _small(body: bytes) -> bytes:
    """A photo may be of any shape that a wall can hold; the screen of a phone is not asked for."""
    try:
        return shrink(body)
    except MediaError as error:
        code = "comm.photo-shape" if error.code == "upload.no-screen" else error.code
        raise MediaError(code, **error.values) from error


def _as_seen(unit: Unit, officer: Officer, hand: Hand, seen: tuple[int, str]) -> Communication:
    """The line, unless somebody changed it since the page was shown."""
    number, revision = seen
    line = communications.look(unit, officer.commune.id, hand, number)
    if revision != str(line.revision):
        raise RuleError("comm.changed", "Có người vừa sửa dòng này.")
    return line


def _kind(written: str) -> CommunicationKind:
    if written in set(CommunicationKind):
        return CommunicationKind(written)
    raise RuleError("comm.kind", "Chưa chọn loại.")


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise RuleError("comm.day-wrong", "Ngày không đúng.") from None


def _count(written: str, code: str) -> int | None:
    said = written.replace(".", "").replace(" ", "")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS):
        raise RuleError(code, "Số không đúng.")
    return int(said)


def _team(unit: Unit, officer: Officer, written: str) -> int | None:
    """A team of today; none is the office itself."""
    if not written:
        return None
    teams = {str(one.id): one.id for one in team_desk.list_teams(unit, officer.commune)}
    if written not in teams:
        raise RuleError("comm.team", "Không có tổ này.")
    return teams[written]
