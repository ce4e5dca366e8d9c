"""The teams of a commune: kinds, names, and what becomes of them when neighbourhoods are merged."""

from __future__ import annotations

import re
from datetime import date

import click

from bot.app.ending import Misuse
from bot.commands.terminal import opened, say
from bot.config import Settings
from bot.core.vocabulary import TeamKind
from bot.locale import local_day, show_date
from bot.services import team_merging, teams
from bot.services.plans import find_commune

KINDS = click.Choice([kind.value for kind in TeamKind])
LOCAL_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@click.group()
def team() -> None:
    """Tổ công nghệ số của một xã, phường."""


@team.command("list")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.pass_obj
def team_list(settings: Settings, commune: str) -> None:
    """Liệt kê các tổ, loại của tổ, các tên cũ."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        found = installation.database.read(team_merging.describe, home.id)
        texts = installation.texts(home)
    for one in found:
        old = f", gồm cả {', '.join(one.old_names)}" if one.old_names else ""
        say(f"{one.name} · {texts.say(f'teams.kind-{one.kind}')}{old}")
    if not found:
        say(f'Chưa có tổ nào. Thêm: python -m bot team add --commune {commune} "Ấp 1" "Ấp 2"')


@team.command("add")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--kind", type=KINDS, default=TeamKind.NEIGHBOURHOOD.value, help="Loại tổ.")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def team_add(settings: Settings, commune: str, kind: str, names: tuple[str, ...]) -> None:
    """Thêm tổ: khu phố, ấp, hay loại khác; tên đã có thì giữ nguyên."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        added = installation.database.write(teams.add_teams, home, names, TeamKind(kind))
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


@team.command("merge")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.option("--on", "day", required=True, help="Ngày sáp nhập, ví dụ 2026-12-01.")
@click.option("--into", required=True, help="Tổ còn lại, hoặc tên mới.")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def team_merge(
    settings: Settings, commune: str, day: str, into: str, names: tuple[str, ...]
) -> None:
    """Nhập nhiều tổ làm một từ một ngày: số liệu nối tiếp, tên cũ vẫn hiểu, không sửa phiếu nào."""
    on = _read_day(day)
    with opened(settings, commune) as installation:
        home, database = find_commune(installation.communes, commune), installation.database
        merged = database.write(team_merging.merge, home, names, into, on)
        today = local_day(database.clock())
    new = "tổ mới" if merged.is_new else "tổ đang có"
    say(f"{', '.join(merged.names)} nhập vào {merged.into} ({new}) từ {show_date(merged.on)}.")
    if on > today:
        say("Tới ngày đó chương trình đang chạy tự chuyển tổ viên sang; phiếu đã ghi giữ nguyên.")
    else:
        say(f"Đã chuyển {merged.moved} tổ viên; phiếu đã ghi giữ nguyên.")
    say(
        f"Nhầm thì gỡ ngay, khi {merged.into} chưa ghi phiếu nào từ ngày đó: python -m bot team unmerge "
        f'--commune {commune} "{merged.into}"'
    )


@team.command("unmerge")
@click.option("--commune", required=True, help="Mã xã, phường.")
@click.argument("into")
@click.pass_obj
def team_unmerge(settings: Settings, commune: str, into: str) -> None:
    """Gỡ một lần nhập tổ, khi tổ nhận chưa ghi phiếu nào từ ngày đó."""
    with opened(settings, commune) as installation:
        home = find_commune(installation.communes, commune)
        names = installation.database.write(team_merging.unmerge, home, into)
    say(f"Đã gỡ: {', '.join(names)} lại là tổ riêng, tổ viên đã chuyển theo về tổ cũ.")


def _read_day(text: str) -> date:
    """``2026-12-01`` or ``01/12/2026``."""
    local = LOCAL_DAY.fullmatch(text.strip())
    year_first = f"{local[3]}-{local[2]:0>2}-{local[1]:0>2}" if local else text.strip()
    try:
        return date.fromisoformat(year_first)
    except ValueError:
        said = f"“{text}” không phải một ngày; viết như 2026-12-01 hoặc 01/12/2026."
        raise Misuse(said) from None
