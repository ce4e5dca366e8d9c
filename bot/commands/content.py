"""content/: checked, and the plans in it."""

from __future__ import annotations

import click

from bot.app.installation import texts_of
from bot.commands.terminal import opened, pass_clock, say, say_json
from bot.config import Settings
from bot.core.errors import ContentError
from bot.library import Reviews, load, plan_as_json, sort_reviews
from bot.library import check as check_content
from bot.library.freshness import SOON
from bot.locale import load_sentences, local_day
from bot.media.inspection import Inspection
from bot.services.plans import unknown_commune
from storage.database import Clock


@click.command()
@pass_clock
@click.pass_obj
def check(settings: Settings, clock: Clock) -> None:
    """Kiểm tra mọi bài, kế hoạch, câu chữ trong content/, tiếng và hình trong BOT_MEDIA_DIR; gì quá hạn."""
    today = local_day(clock())
    faults, warnings = check_content(settings.content_dir, today=today)
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
    texts = {slug: texts_of(plan, sentences) for slug, plan in library.plans.items()}
    for flaw in Inspection(library.guides, texts, today).look_over(settings.own_media):
        click.echo(f"nên sửa: {flaw}", err=True)
    reviews = sort_reviews(library.guides.values(), today)
    good = f"Tốt: {len(library.guides)} bài, {len(library.plans)} kế hoạch, {len(sentences)} câu."
    say(" ".join([good, *_still_to_review(reviews)]))


def _still_to_review(reviews: Reviews) -> list[str]:
    """What is to be done, where there is anything."""
    counts = {
        "Quá hạn xem lại": len(reviews.overdue),
        f"Tới hạn xem lại trong {SOON.days} ngày": len(reviews.due_soon),
    }
    return [f"{what}: {count} bài." for what, count in counts.items() if count]


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
