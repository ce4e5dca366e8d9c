"""Who works with the bot: invitations, moving, leaving, and the days that they worked."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app.ending import Misuse
from bot.app.links import join_url, join_ways
from bot.commands.terminal import opened, say
from bot.config import Settings
from bot.core import periods
from bot.core.errors import BotError, why
from bot.core.vocabulary import Role
from bot.reports.workdays import as_xlsx
from bot.services import team_life, teams, workdays
from bot.services.plans import find_commune
from bot.services.teams import CONSOLE
from bot.services.workdays import Wanted

ROLES = click.Choice([role.value for role in Role])
TEAM_ROLES = click.Choice([role.value for role in Role if role.in_team])
ONLY_OPENS = " (mở rồi nhắn câu trên)"


@click.group()
def staff() -> None:
    """Tổ viên và cán bộ."""


@staff.command("invite")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--role", type=ROLES, help="Vai trò; mã chung thì luôn là tổ viên.")
@click.option("--team", help="Tên tổ, cần cho tổ viên và tổ trưởng.")
@click.option("--name", help="Tên người được mời, nếu đã biết.")
@click.option(
    "--open", "is_open", is_flag=True, help="Mã chung của tổ, nhiều người dùng, chờ duyệt."
)
@click.pass_obj
def staff_invite(
    settings: Settings,
    commune: str,
    role: str | None,
    team: str | None,
    name: str | None,
    is_open: bool,
) -> None:
    """Tạo mã mời dùng một lần, hoặc mã chung của một tổ."""
    if is_open and (team is None or name is not None or role not in (None, Role.MEMBER)):
        raise Misuse("Mã chung chỉ mời tổ viên vào một tổ: --open --team “KP 1”, không có --name.")
    if not is_open and role is None:
        raise Misuse("Thiếu --role.")
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        write = installation.database.write
        if is_open:
            invited = write(teams.invite_many, home, team or "")
        else:
            invited = write(teams.invite, home, Role(role or ""), team, name)
    say(f"Mã mời: {invited.code}")
    if not invited.role.in_team:
        say(f"Vào trang văn phòng: {join_url(settings, invited.code)}")
    say(f"Hoặc người nhận nhắn cho trợ lý: vào tổ {invited.code}")
    for way in join_ways(settings, home, invited.code):
        say(f"{way.title}: {way.url}{'' if way.brings_code else ONLY_OPENS}")
    days = teams.VALID_FOR.days
    once = f"Dùng một lần, trong {days} ngày."
    many = (
        f"Nhiều người dùng được, trong {days} ngày; ai dùng cũng chờ tổ trưởng hoặc cán bộ duyệt."
    )
    say(many if invited.is_open else once)


@staff.command("move")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--name", required=True, help="Tên tổ viên.")
@click.option("--from", "origin", help="Tổ đang ở, cần khi ở nhiều tổ hoặc trùng tên.")
@click.option("--to", "target", required=True, help="Tổ mới.")
@click.option("--role", type=TEAM_ROLES, help="Vai trò ở tổ mới; không ghi thì như cũ.")
@click.pass_obj
def staff_move(
    settings: Settings,
    commune: str,
    name: str,
    origin: str | None,
    target: str,
    role: str | None,
) -> None:
    """Chuyển một tổ viên sang tổ khác, hoặc đổi vai trò; phiếu đã ghi vẫn thuộc tổ cũ."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        going = team_life.Going(name, origin, target, Role(role) if role else None)
        moved = installation.database.write(team_life.move_by_name, home, going)
    say(f"{name}: từ {moved.old} sang {moved.new}.")


@staff.command("leave")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--name", required=True, help="Tên tổ viên, hoặc người của văn phòng.")
@click.option("--team", help="Chỉ rời tổ này; không ghi thì nghỉ hẳn.")
@click.pass_obj
def staff_leave(settings: Settings, commune: str, name: str, team: str | None) -> None:
    """Cho một người nghỉ ngay: hết quyền, hết đăng nhập; phiếu đã ghi vẫn còn."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        is_gone = installation.database.write(team_life.leave_by_name, home, name, team)
    say(f"{name} đã nghỉ, mọi quyền đã hết." if is_gone else f"{name} đã rời tổ {team}.")


@staff.command("workdays")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--team", help="Tên tổ; không ghi thì mọi tổ.")
@click.option("--month", required=True, help="Tháng, ví dụ 2026-11.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Tệp .xlsx để ghi.")
@click.pass_obj
def staff_workdays(
    settings: Settings, commune: str, team: str | None, month: str, out: Path
) -> None:
    """Bảng ngày công hoạt động của tổ viên trong một tháng, ra tệp Excel."""
    period = periods.parse(f"month:{month}")
    with opened(settings, commune) as installation:
        home, database = find_commune(installation.communes, commune), installation.database
        found = database.read(teams.find_team, home, team) if team else None
        wanted = Wanted(found, period, CONSOLE)
        database.write(workdays.note, home, wanted)
        table = database.read(workdays.make, home, wanted, installation.texts(home))
    try:
        out.write_bytes(as_xlsx(table))
    except OSError as error:
        raise BotError(f"Không ghi được tệp {out}: {why(error)}.") from error
    say(f"Đã ghi {out}: {len(table.people)} người.")
