"""``python -m bot zalo``: the right is asked for in plain words, and the doctor finds what is not right."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr
from yarl import URL

from bot.app.findings import ACCOUNT_MENDS, Finding
from bot.app.installation import Installation
from bot.app.zalo import consent_url, open_zalo_oa
from bot.app.zalo_bot_doctor import examine_bot
from bot.app.zalo_doctor import ZaloDoctor
from bot.channels.zalo_signature import challenge_of
from bot.core.messages import Address, Inbound, Kind
from bot.services import oa_consent
from bot.services.plans import find_commune
from storage import health, mailbox, tokens
from storage.tokens import Tokens
from tests.chat_site import SLUG, open_base, open_site, with_settings
from tests.clock import FixedClock
from tests.command_line import Ended, Terminal
from tests.test_cli import free_port
from tests.test_zalo_pages import House, of_zalo, open_house, run
from tests.zalo_bot_emulator import ZaloBotEmulator
from tests.zalo_oa_emulator import ZaloOAEmulator

T = TypeVar("T")
SITE = "https://bando.example"


@contextmanager
def other_loop() -> Iterator[Any]:
    """A loop in a thread of its own, in which servers go on while a command runs here."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def there(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    try:
        yield there
    finally:
        there(asyncio.sleep(0.05))  # connections need a moment to be gone
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@contextmanager
def emulated(kind: type[T]) -> Iterator[tuple[T, Any]]:
    """Zalo's servers beside this thread."""
    with other_loop() as there:
        emulator: Any = kind()
        there(emulator.start())
        try:
            yield emulator, there
        finally:
            there(emulator.stop())


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[ZaloOAEmulator, Any]]:
    with emulated(ZaloOAEmulator) as both:
        yield both


@pytest.fixture
def zalo(servers: tuple[ZaloOAEmulator, Any]) -> ZaloOAEmulator:
    emulator, _ = servers
    emulator.tokens.callback = emulator.tokens.challenge = ""
    emulator.tokens.pairs.clear()
    emulator.calls.clear()
    return emulator


@pytest.fixture
def terminal(tmp_path: Path, zalo: ZaloOAEmulator) -> Terminal:
    terminal = Terminal(tmp_path)
    for name, value in of_zalo(zalo).items():
        hidden = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        terminal.settings[f"BOT_{name.upper()}"] = hidden
    return terminal


def secrets_of(zalo: ZaloOAEmulator) -> list[str]:
    """What no command may ever show."""
    pairs = [token for one in zalo.tokens.pairs for token in (one.access_token, one.refresh_token)]
    return [*pairs, zalo.account.app_secret, zalo.account.oa_secret]


def assert_hidden(zalo: ZaloOAEmulator, ended: Ended) -> None:
    assert [one for one in secrets_of(zalo) if one in ended.out + ended.err] == []


# --- what is missing


def test_what_is_missing_is_said_in_order_with_where_to_find_it(tmp_path: Path) -> None:
    ended = Terminal(tmp_path).types("zalo", "authorize")
    assert ended.code == 1
    lines = [line for line in ended.out.splitlines() if line.startswith("✗")]
    assert [line.split()[1].rstrip(":") for line in lines] == [
        "BOT_ZALO_OA_APP_ID",
        "BOT_ZALO_OA_APP_SECRET",
        "BOT_ZALO_OA_ID",
        "BOT_ZALO_OA_WEBHOOK_SECRET",
        "BOT_BASE_URL",
    ]
    assert all("Lấy ở" in line for line in lines)
    assert "OA Secret Key" in lines[3]
    assert not (tmp_path / "var").exists()


def test_one_missing_setting_is_the_only_one_named(terminal: Terminal) -> None:
    del terminal.settings["BOT_ZALO_OA_APP_SECRET"]
    ended = terminal.types("zalo", "authorize")
    assert ended.code == 1
    assert re.findall(r"✗ (\w+)", ended.out) == ["BOT_ZALO_OA_APP_SECRET"]


def test_the_commune_must_exist_and_another_than_the_servers_is_said(terminal: Terminal) -> None:
    assert terminal.types("zalo", "authorize", "--commune", "nowhere").code == 1
    ended = terminal.types("zalo", "authorize", "--commune", "xuan-hoa")
    assert "BOT_COMMUNE=ho-nai" in ended.out
    assert f"{SITE}/zalo/consent/xuan-hoa" in ended.out


# --- asking for the right


def address_in(out: str) -> str:
    """The address of Zalo's page."""
    found = re.search(r"^http\S+/v4/oa/permission\?\S+$", out, re.MULTILINE)
    assert found, out
    return found[0]


def test_the_address_carries_all_that_zalo_wants(terminal: Terminal, zalo: ZaloOAEmulator) -> None:
    first, second = (terminal.types("zalo", "authorize").out for _ in range(2))
    asked = parse_qs(urlsplit(address_in(first)).query)
    assert asked.keys() == {"app_id", "redirect_uri", "code_challenge", "state"}
    assert asked["app_id"] == [zalo.account.app_id]
    assert asked["redirect_uri"] == [f"{SITE}/zalo/consent/{SLUG}"]
    assert len(asked["code_challenge"][0]) == len(asked["state"][0]) == 43
    again = parse_qs(urlsplit(address_in(second)).query)
    assert again["state"] != asked["state"]
    assert again["code_challenge"] != asked["code_challenge"]
    assert f"{SITE}/zalo/consent/{SLUG}" in first.split("http", 1)[0] + first


def test_a_verifier_of_the_settings_wins(terminal: Terminal) -> None:
    verifier = "v" * 43
    out = terminal.types("zalo", "authorize", BOT_ZALO_OA_CODE_VERIFIER=verifier).out
    assert parse_qs(urlsplit(address_in(out)).query)["code_challenge"] == [challenge_of(verifier)]


def test_an_end_without_an_answer_is_said(terminal: Terminal) -> None:
    ended = terminal.types("zalo", "authorize", stdin="\nxin chào\n")
    assert ended.code == 1
    assert "Chưa thấy quyền" in ended.out
    assert "không có mã của Zalo" in ended.out
    assert ended.out.splitlines()[-1].startswith("Chưa cấp quyền")


class Conversation:
    """A command in a process of its own, its address opened in the administrator's browser."""

    def __init__(self, terminal: Terminal, there: Any, *words: str, **more: str) -> None:
        self._there = there
        self.running = terminal.starts("zalo", *words, **more)
        self.out = ""

    def address(self) -> str:
        """Read on until the address has been printed."""
        assert self.running.stdout is not None
        for line in self.running.stdout:
            self.out += line
            if "/v4/oa/permission" in line:
                return line.strip()
        raise AssertionError(self.out)

    def consents(self, address: str) -> str:
        """Where the browser ends up."""

        async def visit() -> str:
            async with aiohttp.ClientSession() as http:
                url = URL(address, encoded=True)
                return (await http.get(url, allow_redirects=False)).headers["Location"]

        location: str = self._there(visit())
        return location

    def types(self, line: str) -> Ended:
        """Type a last line and wait for the end."""
        out, err = self.running.communicate(f"{line}\n", timeout=30)
        return Ended(self.running.returncode, self.out + out, err)


def test_the_address_that_came_back_can_be_pasted(
    terminal: Terminal, zalo: ZaloOAEmulator, servers: tuple[ZaloOAEmulator, Any]
) -> None:
    zalo.tokens.callback = f"{SITE}/zalo/consent/{SLUG}"
    talk = Conversation(terminal, servers[1], "authorize")
    ended = talk.types(talk.consents(talk.address()))
    assert (ended.code, ended.err) == (0, "")
    assert "Đã cấp quyền" in ended.out
    assert_hidden(zalo, ended)
    asked = terminal.types("zalo", "doctor")
    assert "Gọi Zalo: được, OA “Bạn Số”" in asked.out


def test_a_wrong_callback_pasted_from_zalos_page_of_errors_is_explained(
    terminal: Terminal, zalo: ZaloOAEmulator, servers: tuple[ZaloOAEmulator, Any]
) -> None:
    zalo.tokens.callback = "https://elsewhere.example/callback"
    talk = Conversation(terminal, servers[1], "authorize")
    ended = talk.types(zalo.root_url + talk.consents(talk.address()))
    assert ended.code == 1
    assert "-14003" in ended.out
    assert f"{SITE}/zalo/consent/{SLUG}" in ended.out.splitlines()[-1]


def test_enter_is_enough_when_the_page_has_taken_the_answer(
    terminal: Terminal, zalo: ZaloOAEmulator, servers: tuple[ZaloOAEmulator, Any]
) -> None:
    assert terminal.types("db", "migrate").code == 0
    first = Conversation(terminal, servers[1], "authorize")
    other = Conversation(terminal, servers[1], "authorize")
    pasted = first.consents(first.address())
    other.address()
    assert first.types(pasted).code == 0
    ended = other.types("")
    assert ended.code == 0
    assert "Đã cấp quyền" in ended.out


def test_a_fixed_challenge_comes_back_without_a_state_and_is_taken_at_the_terminal_only(
    terminal: Terminal, zalo: ZaloOAEmulator
) -> None:
    verifier = "w" * 43
    zalo.tokens.challenge = challenge_of(verifier)
    params = {"app_id": zalo.account.app_id, "redirect_uri": f"{SITE}/zalo/consent/{SLUG}"}
    query = f"code={zalo.tokens.consent(params)}&oa_id={zalo.account.oa_id}"
    pasted = f"{SITE}/zalo/consent/{SLUG}?{query}\n"
    assert terminal.types("zalo", "authorize", stdin=pasted).code == 1
    ended = terminal.types("zalo", "authorize", stdin=pasted, BOT_ZALO_OA_CODE_VERIFIER=verifier)
    assert ended.code == 0, ended.out


@pytest.mark.parametrize(
    ("pasted", "came"),
    [
        (" https://x/y?code=a&oa_id=1&state=s \n", oa_consent.CameBack("a", "1", "s")),
        ("https://x/y?error_code=-14003", oa_consent.CameBack(error=-14003)),
        ("https://x/y?co\nde=a", oa_consent.CameBack("a")),
        ("https://x/y", None),
        ("code", None),
        ("http://[", None),
        (f"https://x/y?code={'a' * 3000}", None),
    ],
)
def test_an_address_is_read_however_it_was_pasted(
    pasted: str, came: oa_consent.CameBack | None
) -> None:
    assert oa_consent.read_address(pasted) == came


def test_what_came_back_shows_nothing_when_it_is_printed() -> None:
    assert "geheim" not in repr(oa_consent.CameBack(code="geheim", state="geheim"))


# --- a refresh token of the console


def test_a_refresh_token_is_typed_and_spent_at_once(
    terminal: Terminal, zalo: ZaloOAEmulator
) -> None:
    pair = zalo.tokens.new_pair()
    ended = terminal.types(
        "zalo", "authorize", "--refresh-token", stdin=f" {pair.refresh_token} \n"
    )
    assert ended.code == 0, ended.out
    assert "Đã cấp quyền" in ended.out
    assert not pair.alive
    assert_hidden(zalo, ended)


def test_a_refresh_token_that_was_used_or_is_empty_is_said(
    terminal: Terminal, zalo: ZaloOAEmulator
) -> None:
    ended = terminal.types("zalo", "authorize", "--refresh-token", stdin="old\n")
    assert ended.code == 1
    assert "-14020" in ended.out
    assert terminal.types("zalo", "authorize", "--refresh-token").out == "Chưa dán gì.\n"


def test_a_token_cannot_be_an_argument(terminal: Terminal) -> None:
    assert terminal.types("zalo", "authorize", "--refresh-token", "abc").code == 2


# --- the doctor


def states(found: list[Finding]) -> dict[str, bool | None]:
    """Beginning of each finding → whether it is right; of two that begin alike the first."""
    return {one.what.split(":")[0]: one.is_right for one in reversed(found)}


def faults(found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.is_right is False]


@pytest.fixture
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with open_base(request, "sqlite", tmp_path) as opened:
        yield opened


async def granted(house: House) -> None:
    """Consent as an administrator does."""
    got = await house.comes_back(await house.consents(await house.desk.begin()))
    assert got.status == 200


def hears(house: House, at: FixedClock) -> None:
    """A resident has written."""
    account = house.oa.account
    address = Address("zalo_oa", account.name, "6801")
    event = Inbound(address, "e1", Kind.TEXT, "xin chào", at())
    redacted = replace(event, redacted=True)
    commune = account.commune.id
    identity = mailbox.identity_of(house.base.database.keys, commune, address)
    arrival = mailbox.Arrival(commune, account.id, identity, redacted)
    house.base.database.write(mailbox.accept, [arrival])


def test_nothing_set_is_one_line_and_what_to_set(tmp_path: Path) -> None:
    ended = Terminal(tmp_path).types("zalo", "doctor")
    assert ended.code == 1
    assert ended.out.startswith("✗ chưa được: Chưa nối Zalo nào")
    assert "BOT_ZALO_OA_APP_ID" in ended.out
    assert "docs/zalo.md" in ended.out


def test_where_all_is_right_only_the_missing_https_of_the_test_is_named(base: Installation) -> None:
    async def scene() -> None:
        port = free_port()
        clock = base.database.clock
        assert isinstance(clock, FixedClock)
        more = {
            "base_url": f"http://127.0.0.1:{port}",
            "zalo_verifier_name": "zalo_verifierABC123def.html",
            "zalo_verifier_content": "<p>x</p>",
        }
        async with open_house(base, **more) as house:
            await granted(house)
            hears(house, clock)
            async with open_site(house.base, works=False, oa=house.oa, port=port):
                found = await ZaloDoctor(house.base, house.oa).examine()
            assert [one.what.split(":")[0] for one in faults(found)] == ["Địa chỉ công khai"]
            assert states(found)["Xác thực tên miền"] is True
            assert states(found)["Trang nhận quyền"] is True
            assert states(found)["OA ID"] is True
            assert [one.is_right for one in found].count(None) == 3
            said = "\n".join(f"{one.what} {one.mend}" for one in found)
            assert "10:00 19/11/2026" in said  # 25 hours later
            assert "ngày 16/02/2027" in said
            assert "tháng này gửi 0 tin, hết 0 đồng" in said
            assert [one for one in secrets_of(house.zalo) if one in said] == []

    run(scene())


def test_a_stopped_server_and_a_wrong_file_are_found(base: Installation) -> None:
    async def scene() -> None:
        port = free_port()
        more: dict[str, object] = {
            "base_url": f"http://127.0.0.1:{port}",
            "zalo_verifier_name": "zalo_verifierABC123def.html",
            "zalo_verifier_content": "<p>x</p>",
        }
        async with open_house(base, **more) as house:
            doctor = ZaloDoctor(house.base, house.oa)
            found = states(await doctor.examine())
            assert (found["Xác thực tên miền"], found["Trang nhận quyền"]) == (False, False)
            other = with_settings(house.base, zalo_verifier_content="<p>y</p>")
            async with open_site(other, works=False, oa=house.oa, port=port):
                found = states(await doctor.examine())
            assert (found["Xác thực tên miền"], found["Trang nhận quyền"]) == (False, True)

    run(scene())


def test_a_tag_on_the_front_page_is_proof_too(base: Installation) -> None:
    async def scene() -> None:
        port = free_port()
        more = {"base_url": f"http://127.0.0.1:{port}", "zalo_verifier_content": "abc_DEF"}
        async with (
            open_house(base, **more) as house,
            open_site(house.base, works=False, oa=house.oa, port=port),
        ):
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert states(found)["Xác thực tên miền"] is True

    run(scene())


def test_before_the_consent_the_doctor_asks_zalo_nothing(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            found = await ZaloDoctor(house.base, house.oa).examine()
            mends = {one.what: one.mend for one in faults(found)}
            assert "authorize" in mends["Quyền gọi Zalo: chưa cấp"]
            assert "BOT_BASE_URL: chưa đặt" in mends
            assert house.zalo.calls == []

    run(scene())


@pytest.mark.parametrize("number", [-204, -209, -212, -219, -221, -223, -224, -235, -242, -9999])
def test_each_refusal_of_zalo_has_its_mend(number: int, base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            await granted(house)
            house.zalo.fail_next("getoa", code=number)
            found = await ZaloDoctor(house.base, house.oa).examine()
            mend = next(one.mend for one in found if one.what == f"Gọi Zalo: lỗi {number}")
            assert mend == ACCOUNT_MENDS.get(number, mend)
            assert number in ACCOUNT_MENDS or str(number) in mend

    run(scene())


def test_an_expired_access_token_is_renewed_on_the_way(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            await granted(house)
            clock = base.database.clock
            assert isinstance(clock, FixedClock)
            clock.passes(hours=30)
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert house.zalo.refreshes == 1
            assert states(found)["OA ID"] is True
            assert states(found)["Quyền gọi Zalo"] is True

    run(scene())


def test_an_access_token_that_zalo_refuses_is_renewed_once(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            await granted(house)
            house.zalo.fail_next("getoa", code=-216)
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert (house.zalo.refreshes, states(found)["OA ID"]) == (1, True)
            house.zalo.fail_next("getoa", times=2, code=-216)
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert house.zalo.refreshes == 2
            assert "Gọi Zalo: lỗi -216" in [one.what for one in faults(found)]

    run(scene())


def test_dead_tokens_and_a_silent_zalo_are_told_apart(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            await granted(house)
            house.zalo.drop_next("getoa", times=2)  # aiohttp itself repeats a GET
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert any("không có trả lời" in one.what for one in faults(found))
            clock = base.database.clock
            assert isinstance(clock, FixedClock)
            clock.passes(hours=30)
            now = clock()
            dead = Tokens("a", "b", now, now)
            house.base.database.write(tokens.begin_anew, house.oa.account.id, dead)
            for _ in range(2):
                found = await ZaloDoctor(house.base, house.oa).examine()
                said = {one.what: one.mend for one in faults(found)}
                assert "authorize" in said["Quyền gọi Zalo: đã mất, Zalo không nhận nữa"]
            assert len(house.zalo.calls_of("access_token")) == 2  # the consent, and one try

    run(scene())


def test_a_wrong_app_is_said_while_the_right_is_kept(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            await granted(house)
            clock = base.database.clock
            assert isinstance(clock, FixedClock)
            clock.passes(hours=30)
            house.zalo.fail_next("access_token", code=-14002)
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert any("BOT_ZALO_OA_APP_SECRET" in one.mend for one in faults(found))
            assert house.pair is not None
            assert not house.pair.is_dead

    run(scene())


def test_the_oa_of_the_token_must_be_the_one_of_the_settings(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            await granted(house)
            other = with_settings(house.base, zalo_oa_id="123")
            found = await ZaloDoctor(other, house.oa).examine()
            assert states(found)["OA ID"] is False

    run(scene())


def test_forged_requests_point_at_the_secret_until_a_true_one_comes(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            clock = base.database.clock
            assert isinstance(clock, FixedClock)
            write, account = house.base.database.write, house.oa.account.id
            write(health.note_forged, account, 3)
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert (states(found)["Webhook"], states(found)["Chứng thực tin"]) == (False, False)
            said = next(one for one in found if one.what.startswith("Chứng thực"))
            assert "3 lần" in said.what
            assert "BOT_ZALO_OA_WEBHOOK_SECRET" in said.mend
            clock.passes(minutes=5)
            hears(house, clock)
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert (states(found)["Webhook"], states(found)["Chứng thực tin"]) == (True, True)

    run(scene())


def test_a_trouble_that_is_noted_is_shown(base: Installation) -> None:
    async def scene() -> None:
        async with open_house(base, base_url="") as house:
            write, account = house.base.database.write, house.oa.account.id
            write(health.report_trouble, account, "zalo -321")
            found = await ZaloDoctor(house.base, house.oa).examine()
            assert any("zalo -321 từ 09:00 18/11/2026" in one.what for one in faults(found))

    run(scene())


# --- the doctor and the Zalo Bot


async def examined(base: Installation, emulator: ZaloBotEmulator, **more: object) -> list[Finding]:
    """What is found of the emulator's bot."""
    given = {
        "base_url": SITE,
        "zalo_bot_token": SecretStr(emulator.token),
        "zalo_bot_api_base": emulator.root_url,
        **more,
    }
    known = with_settings(base, **given)
    return await examine_bot(known, find_commune(known.communes, SLUG))


def test_a_bot_that_polls_is_well(base: Installation) -> None:
    async def scene() -> None:
        async with ZaloBotEmulator() as emulator:
            found = await examined(base, emulator)
            assert faults(found) == []
            said = "\n".join(one.what for one in found)
            assert "0/50 người" in said
            assert "0/3.000 tin" in said
            assert emulator.token not in said

    run(scene())


def test_a_webhook_is_compared_with_the_mode(base: Installation) -> None:
    async def scene() -> None:
        async with ZaloBotEmulator() as emulator:
            found = await examined(base, emulator, zalo_bot_mode="webhook")
            assert ["chưa có webhook" in one.what for one in faults(found)] == [True]
            await sets_webhook(emulator, f"{SITE}/hook/zalo-bot/{SLUG}")
            assert faults(await examined(base, emulator, zalo_bot_mode="webhook")) == []
            found = await examined(base, emulator)
            assert ["polling" in one.what for one in faults(found)] == [True]
            await sets_webhook(emulator, "https://elsewhere.example/hook")
            found = await examined(base, emulator, zalo_bot_mode="webhook")
            assert ["nơi khác" in one.what for one in faults(found)] == [True]

    run(scene())


async def sets_webhook(emulator: ZaloBotEmulator, url: str) -> None:
    async with aiohttp.ClientSession() as http:
        given = {"url": url, "secret_token": "made-up-secret"}
        path = f"{emulator.root_url}/bot{emulator.token}/setWebhook"
        assert (await (await http.post(path, json=given)).json())["ok"]


def test_a_wrong_token_and_a_silent_platform_are_told_apart(base: Installation) -> None:
    async def scene() -> None:
        async with ZaloBotEmulator() as emulator:
            found = await examined(base, emulator, zalo_bot_token=SecretStr("1:wrong"))
            assert ["BOT_ZALO_BOT_TOKEN" in one.mend for one in faults(found)] == [True]
            port = free_port()
            away = f"http://127.0.0.1:{port}"
            found = await examined(base, emulator, zalo_bot_api_base=away)
            assert ["không có trả lời" in one.what for one in faults(found)] == [True]
            assert "wrong" not in "".join(one.what + one.mend for one in found)

    run(scene())


def test_the_command_ends_with_1_when_something_is_wrong_and_prints_one_line_a_check(
    terminal: Terminal, zalo: ZaloOAEmulator
) -> None:
    terminal.settings["BOT_BASE_URL"] = "http://127.0.0.1:1"
    ended = terminal.types("zalo", "doctor")
    assert (ended.code, ended.err) == (1, "")
    checks = [line for line in ended.out.splitlines() if not line.startswith("    ")]
    assert all(re.match(r"(✓ được|✗ chưa được|\? phải tự xem): \S", line) for line in checks)
    marks = [line[0] for line in checks]
    assert marks.count("?") == 3
    bad = [n for n, line in enumerate(ended.out.splitlines()) if line.startswith("✗")]
    assert all(ended.out.splitlines()[n + 1].startswith("    ") for n in bad)
    assert_hidden(zalo, ended)


def test_the_command_ends_with_0_when_all_is_right(tmp_path: Path) -> None:
    with emulated(ZaloBotEmulator) as (emulator, _):
        terminal = Terminal(tmp_path)
        terminal.settings["BOT_ZALO_BOT_TOKEN"] = emulator.token
        terminal.settings["BOT_ZALO_BOT_API_BASE"] = emulator.root_url
        ended = terminal.types("zalo", "doctor")
        assert ended.code == 0, ended.out
        assert "✗" not in ended.out
        assert emulator.token not in ended.out


def test_the_addresses_that_are_saved_at_zalo_are_those_of_the_settings(base: Installation) -> None:
    known = with_settings(base, base_url=SITE)
    home = find_commune(known.communes, SLUG)
    oa = open_zalo_oa(known, home)
    assert oa.account.name == SLUG
    assert consent_url(known.settings, oa.account.name) == f"{SITE}/zalo/consent/{SLUG}"
