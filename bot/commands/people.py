"""Who works with the bot: invitations, and the teams of a commune."""

from __future__ import annotations

import click

from bot.app.links import chat_url, join_url
from bot.commands.terminal import opened, say
from bot.config import Settings
from bot.core.vocabulary import Role
from bot.services import teams
from bot.services.plans import find_commune

ROLES = click.Choice([role.value for role in Role])


@click.group()
def staff() -> None:
    """Tổ viên và cán bộ."""


@staff.command("invite")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--role", required=True, type=ROLES, help="Vai trò.")
@click.option("--team", help="Tên tổ, cần cho tổ viên và tổ trưởng.")
@click.option("--name", help="Tên người được mời, nếu đã biết.")
@click.pass_obj
def staff_invite(
    settings: Settings, commune: str, role: str, team: str | None, name: str | None
) -> None:
    """Tạo mã mời dùng một lần."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        invited = installation.database.write(teams.invite, home, Role(role), team, name)
    say(f"Mã mời: {invited.code}")
    if not invited.role.in_team:
        say(f"Vào trang văn phòng: {join_url(settings, invited.code)}")
    say(f"Khung chat trên web: {chat_url(settings, home, invited.code)}")
    say(f"Hoặc người nhận nhắn cho trợ lý: vào tổ {invited.code}")
    if settings.telegram_username:
        say(f"Hoặc bấm: {teams.deep_link(settings.telegram_username, invited.code)}")
    say(f"Dùng một lần, trong {teams.VALID_FOR.days} ngày.")


@click.group()
def team() -> None:
    """Tổ công nghệ số của một xã, phường."""


@team.command("list")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.pass_obj
def team_list(settings: Settings, commune: str) -> None:
    """Liệt kê các tổ."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        found = installation.database.read(teams.list_names, home)
    for name in found:
        say(name)
    if not found:
        say(f'Chưa có tổ nào. Thêm: python -m bot team add --commune {commune} "Ấp 1" "Ấp 2"')


@team.command("add")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def team_add(settings: Settings, commune: str, names: tuple[str, ...]) -> None:
    """Thêm khu phố, ấp, mỗi nơi một tổ; tên đã có thì giữ nguyên."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        added = installation.database.write(teams.add_teams, home, names)
    say(f"Đã thêm {len(added)} tổ: {', '.join(added)}." if added else "Các tổ này đã có rồi.")


@team.command("rename")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.argument("old")
@click.argument("new")
@click.pass_obj
def team_rename(settings: Settings, commune: str, old: str, new: str) -> None:
    """Đổi tên một tổ và khu phố, ấp của nó; phiếu đã ghi vẫn thuộc tổ đó."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        plan = installation.library.plans[home.slug]
        name = installation.database.write(teams.rename_team, home, plan, old, new)
    say(f"Tổ “{old}” nay là “{name}”.")
