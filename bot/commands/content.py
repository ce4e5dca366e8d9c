"""content/: checked, and the plans in it."""

from __future__ import annotations

import click

from bot.commands.terminal import opened, say, say_json
from bot.config import Settings
from bot.core.errors import ContentError
from bot.library import check as check_content
from bot.library import load, plan_as_json
from bot.locale import load_sentences
from bot.services.plans import unknown_commune


@click.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Kiểm tra mọi bài, kế hoạch và câu chữ trong content/."""
    faults, warnings = check_content(settings.content_dir)
    sentences: dict[str, str] = {}
    try:
        sentences = load_sentences(settings.content_dir)
    except ContentError as error:
        faults.extend(error.faults)
    for warning in warnings:
        click.echo(f"nên sửa: {warning}", err=True)
    if faults:
        raise ContentError(faults)
    library = load(settings.content_dir)
    say(f"Tốt: {len(library.guides)} bài, {len(library.plans)} kế hoạch, {len(sentences)} câu.")


@click.group()
def plan() -> None:
    """Kế hoạch của các xã, phường."""


@plan.command("list")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def plan_list(settings: Settings, as_json: bool) -> None:
    """Liệt kê các kế hoạch."""
    plans = load(settings.content_dir).plans
    if as_json:
        say_json([plan_as_json(one) for one in plans.values()])
        return
    for one in plans.values():
        say(f"{one.slug}  {one.name}  {len(one.targets)} chỉ tiêu")


@plan.command("load")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def plan_load(settings: Settings, as_json: bool) -> None:
    """Nạp các kế hoạch vào cơ sở dữ liệu."""
    with opened(settings) as installation:
        slugs = [commune.slug for commune in installation.communes]
        if as_json:
            say_json([plan_as_json(installation.library.plans[slug]) for slug in slugs])
        else:
            say(f"Đã nạp: {', '.join(slugs) or 'chưa có kế hoạch nào'}.")


@plan.command("show")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.pass_obj
def plan_show(settings: Settings, slug: str, as_json: bool) -> None:
    """Xem kế hoạch của một xã, phường."""
    plans = load(settings.content_dir).plans
    if slug not in plans:
        raise unknown_commune(slug, plans)
    if as_json:
        say_json(plan_as_json(plans[slug]))
        return
    say(f"{plans[slug].name}: {plans[slug].plan.title}")
    for target in plans[slug].targets:
        say(f"  {target.source:<16} {target.title}")
