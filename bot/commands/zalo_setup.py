"""What the commands of Zalo do; apart, since only they pay for the client of its messengers."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.app.findings import Finding, wrong
from bot.app.installation import Installation
from bot.app.zalo import ZaloOa, find_missing, open_zalo_oa
from bot.app.zalo_bot_doctor import examine_bot
from bot.app.zalo_consent import ConsentDesk
from bot.app.zalo_doctor import ZaloDoctor, check_settings
from bot.commands.terminal import opened, say
from bot.config import Settings
from bot.locale import Texts
from bot.services import oa_consent
from bot.services.oa_consent import Ending
from bot.services.plans import find_commune

FAILED = 1
SIGNS = {True: "✓", False: "✗", None: "?"}
STATES = {True: "được", False: "chưa được", None: "phải tự xem"}
ANOTHER = (
    "Chú ý: máy chủ chạy theo BOT_COMMUNE={given}. Muốn nó dùng tài khoản của {asked} "
    "thì đặt BOT_COMMUNE={asked}."
)


def authorize(settings: Settings, commune: str | None, refresh_token: bool) -> int:
    """Ask for the right, or say what is missing for it; the exit code."""
    missing = list(find_missing(settings))
    for one in missing:
        say(f"✗ {one.name}: chưa đặt. Lấy ở {one.where}.")
    if missing:
        say("Đặt xong các cài đặt trên rồi chạy lại lệnh này. Hướng dẫn: docs/zalo.md.")
        return FAILED
    with _opened_oa(settings, commune) as (installation, oa, runner):
        asking = _Asking(installation, oa, runner)
        return asking.paste_token() if refresh_token else asking.send_to_zalo()


def examine(settings: Settings, commune: str | None) -> int:
    """A line for each finding; the exit code."""
    found: list[Finding] = []
    if settings.zalo_oa_app_id:
        with _opened_oa(settings, commune) as (installation, oa, runner):
            found += runner.run(ZaloDoctor(installation, oa).examine())
    if settings.zalo_bot_token.get_secret_value():
        with opened(settings, commune or settings.commune) as installation:
            home = find_commune(installation.communes, commune or settings.commune)
            found += asyncio.run(examine_bot(installation, home))
    if not found:
        found.append(wrong("Chưa nối Zalo nào", "đọc docs/zalo.md; muốn dùng Zalo OA thì đặt:"))
        found += check_settings(settings)
    for one in found:
        say(f"{SIGNS[one.is_right]} {STATES[one.is_right]}: {one.what}")
        if one.mend:
            say(f"    {one.mend[0].upper()}{one.mend[1:]}")
    return FAILED if any(one.is_right is False for one in found) else 0


@contextmanager
def _opened_oa(
    settings: Settings, commune: str | None
) -> Iterator[tuple[Installation, ZaloOa, asyncio.Runner]]:
    """The account of that commune in a loop of its own, closed at the end."""
    slug = commune or settings.commune
    if slug != settings.commune:
        say(ANOTHER.format(given=settings.commune, asked=slug))
    with opened(settings, slug) as installation, asyncio.Runner() as runner:
        home = find_commune(installation.communes, slug)
        oa = open_zalo_oa(installation, home)
        try:
            yield installation, oa, runner
        finally:
            runner.run(oa.close())


class _Asking:
    """The talk with whoever asks for the right.

    Lines are read between two runs of the loop, in the main thread, so that Ctrl-C ends it at once.
    """

    def __init__(self, installation: Installation, oa: ZaloOa, runner: asyncio.Runner) -> None:
        self._desk = ConsentDesk(installation, oa, "console")
        self._run = runner.run
        self._texts: Texts = installation.texts(oa.account.commune)

    def send_to_zalo(self) -> int:
        """Say the address, then wait: the page may take the answer, or it is pasted here."""
        before = self._run(self._desk.version())
        address = self._run(self._desk.begin())
        say(
            f"1. Ở developers.zalo.me, ô Official Account Callback Url phải là: {self._desk.callback}"
        )
        say(
            "2. Mở địa chỉ này, đăng nhập Zalo của người quản trị OA, bấm “Cho phép” (trong 30 phút):"
        )
        say(address)
        say("3. Trang hiện “Đã cấp quyền” thì về đây nhấn Enter.")
        say(
            "   Trang không mở được thì chép nguyên địa chỉ trên trình duyệt, dán vào đây, nhấn Enter."
        )
        while line := sys.stdin.readline():
            if not line.strip():
                if self._run(self._desk.version()) > before:
                    return self._end(oa_consent.GRANTED)
                say(
                    "Chưa thấy quyền. Làm xong trên trang Zalo rồi nhấn Enter, hoặc dán địa chỉ vào đây."
                )
                continue
            came = oa_consent.read_address(line)
            if came is not None:
                return self._end(self._run(self._desk.finish_by_hand(came)))
            say(
                "Địa chỉ này không có mã của Zalo. Chép lại nguyên dòng địa chỉ, từ https:// tới hết."
            )
        if self._run(self._desk.version()) > before:
            return self._end(oa_consent.GRANTED)
        say("Chưa cấp quyền. Chạy lại lệnh này khi sẵn sàng.")
        return FAILED

    def paste_token(self) -> int:
        """A token is typed unseen and never an argument: those stand in the shell's history."""
        prompt = "Dán refresh token (chữ không hiện ra), rồi nhấn Enter: "
        typed = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()
        token = "".join(typed.split())
        if not token:
            say("Chưa dán gì.")
            return FAILED
        return self._end(self._run(self._desk.take_refresh_token(token)))

    def _end(self, ending: Ending) -> int:
        say(self._texts.say(ending.sentence, **ending.values))
        return 0 if ending.is_granted else FAILED
