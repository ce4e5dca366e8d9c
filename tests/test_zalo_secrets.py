"""Whatever happens on Zalo: no secret, id, telephone or word of a message in a log, nor readable on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.messages import Outbound
from storage import notices
from storage.notices import Chat
from tests.channel_harness import eventually
from tests.channel_logs import heard
from tests.channel_server import Way, any_way
from tests.zalo_oa_emulator import PAGE
from tests.zalo_oa_events import SIGNATURE
from tests.zalo_server import (
    CS,
    PATIENCE,
    SECRET,
    ZaloStage,
    ZaloTown,
    presses,
    zalo_stage,
)

PHONE = "0900000123"
# Understood, so that none of it stays as a question that no guide answers.
WORDS = (
    "quên mật khẩu vneid, nhà ở hẻm Bông Điên Điển",
    f"gọi giùm {PHONE} nghen",
    "quên mật khẩu vneid",
)
NOTICE = "Dạ, lớp học tối nay dời sang tối mai."
LONG_ENOUGH = 12  # a shorter line of an answer may stand in a log for another reason


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[ZaloStage]:
    """The stage of a test."""
    with zalo_stage(request, way, tmp_path) as made:
        yield made


@any_way
def test_nothing_of_a_person_or_of_ours_is_logged_or_left_readable(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        with heard() as lines:
            await place.restarts(log_level="debug")  # the first start
            await talks(place)
            await has_troubles(place)
            await dies(place)
            files = readable(on.folder)
            await place.server.stop()
        said = "\n".join(lines)
        for sign in ("a refresh was refused: -14002", "a refresh was refused: -14020"):
            assert sign in said
        for private in (*secrets_of(place), *texts_of(place)):
            assert private not in said
            assert private.encode() not in files
            assert private.encode() not in readable(on.folder)

    on.plays(scene, begin=False)


async def talks(place: ZaloTown) -> None:
    """A conversation on both, with everything that a person can send."""
    person, other = place.oa.person("Bà Bưởi"), place.bot.person("Ông Mít")
    await person.follows()
    for words in WORDS:
        await person.says(words)
        await place.types(other, words)
    await presses(person, "step")
    await person.submits_info(name="Bưởi", phone=f"84{PHONE[1:]}")
    for kind in ("business_card", "image", "location", "file", "audio"):
        await person.sends(kind)
    await place.hears_bot()
    await other.sends_image(WORDS[0])
    await place.rests()


async def has_troubles(place: ZaloTown) -> None:
    """Refusals, pages, cut connections, forged and broken requests."""
    person, other = place.oa.person("Bà Bưởi", first_id(place)), place.bot.person(id=bot_id(place))
    place.oa.fail_next(CS, status=401, body=PAGE)
    place.oa.fail_next(CS, status=500, body=PAGE)
    place.oa.fail_next(CS, code=-216)
    place.oa.drop_next(CS)
    place.oa.fail_next(CS, status=200, body='{"error": "' + WORDS[0])
    place.bot.fail_next("sendMessage", status=500, body=PAGE)
    place.bot.fail_next("sendMessage", status=429)
    for words in WORDS:
        await person.says(words)
        await place.types(other, words)
    await place.rests()
    event = place.oa.events.made[-1]
    assert await place.oa.events.post(event, secret="made-up-by-you") == 403
    broken = ('{"message": {"text": "' + WORDS[0]).encode()
    assert await place.oa.events.post_raw(broken, {SIGNATURE: "mac=" + "0" * 64}) == 403
    await eventually(lambda: place.health().forged == 2)
    await place.oa.stop()
    await place.bot.stop()
    chats = [Chat(place.server.commune.id, place.account(), place.identity(person))]
    chats.append(Chat(place.server.commune.id, place.account("zalo_bot"), place.identity(other)))
    for number, chat in enumerate(chats):
        message = Outbound(NOTICE)
        place.server.base.database.write(notices.post, chat, f"notice {number}", message)
    await eventually(
        lambda: [letter.tries > 0 for letter in place.server.letters[-2:]] == [True] * 2
    )
    await place.oa.start()
    await place.bot.start()
    place.clock.passes(minutes=15)
    await place.rests()


async def dies(place: ZaloTown) -> None:
    """A refresh is refused, first by mistake and then for good."""
    person = place.oa.person("Bà Bưởi", first_id(place))
    before = len(person.messages)
    place.oa.fail_next("access_token", code=-14002)
    place.oa.fail_next(CS, code=-216)
    await person.says(WORDS[2])
    await eventually(lambda: place.health().trouble == "zalo -14002")
    await eventually(lambda: place.letters(person)[-1].error)  # and when it is tried again
    place.clock.passes(minutes=15)
    await person.waits_for(before + 1, PATIENCE)
    await place.rests()
    place.oa.tokens.revoke()
    await person.says(WORDS[0])
    await eventually(lambda: place.health().trouble == "needs-consent")


def first_id(place: ZaloTown) -> str:
    """The resident of the OA."""
    return next(iter(place.oa.world.chats))


def bot_id(place: ZaloTown) -> str:
    """The resident of the Bot."""
    return next(iter(place.bot.world.chats))


def secrets_of(place: ZaloTown) -> list[str]:
    """Secrets, tokens, ids and telephones."""
    known, tokens = place.oa.account, place.oa.tokens.pairs
    chats = place.oa.world.chats.values()
    ids = [one for chat in chats for one in (chat.user_id, chat.user_id_by_app)]
    pairs = [token for pair in tokens for token in (pair.access_token, pair.refresh_token)]
    ours = [known.app_secret, known.oa_secret, place.bot.token, SECRET]
    return [*ours, *pairs, *ids, *place.bot.world.chats, PHONE, f"84{PHONE[1:]}"]


def texts_of(place: ZaloTown) -> list[str]:
    """What people said, and every line that they were told."""
    told = [entry.text for chat in place.oa.world.chats.values() for entry in chat.entries]
    told += [one.text for chat in place.bot.world.chats.values() for one in chat.messages]
    lines = [line for text in told for line in text.splitlines() if len(line) >= LONG_ENOUGH]
    return [*WORDS, NOTICE, *lines]


def readable(folder: Path) -> bytes:
    """All that stands in the files of the database, its log and its index included."""
    return b"".join(path.read_bytes() for path in folder.glob("*.db*"))
