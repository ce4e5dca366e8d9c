"""Setting Zalo up: the right to speak for an Official Account, and a look at whether all of it works."""

from __future__ import annotations

import click

from bot.config import Settings


@click.group()
def zalo() -> None:
    """Nối Zalo OA, Zalo Bot, và xem có chạy không."""


@zalo.command("authorize")
@click.option("--commune", help="Mã xã, phường của OA; không ghi thì là BOT_COMMUNE.")
@click.option(
    "--refresh-token",
    is_flag=True,
    help="Dán refresh token lấy ở API Explorer, thay cho trang xin quyền.",
)
@click.pass_obj
def zalo_authorize(settings: Settings, commune: str | None, refresh_token: bool) -> int:
    """Xin quyền nhắn tin thay Zalo OA; nói rõ cài đặt nào còn thiếu, lấy ở đâu."""
    from bot.commands.zalo_setup import authorize  # brings the messenger's client

    return authorize(settings, commune, refresh_token)


@zalo.command("doctor")
@click.option("--commune", help="Mã xã, phường của OA; không ghi thì là BOT_COMMUNE.")
@click.pass_obj
def zalo_doctor(settings: Settings, commune: str | None) -> int:
    """Soát mọi thứ Zalo cần, mỗi thứ một dòng, kèm cách sửa; có gì chưa được thì kết thúc 1."""
    from bot.commands.zalo_setup import examine

    return examine(settings, commune)
