"""content/: checked, and the plans in it."""

from __future__ import annotations

import click

from bot.app.installation import texts_of
from bot.commands.terminal import opened, pass_clock, say, say_json
from bot.config import Settings
from bot.core.errors import ContentError
from bot.library import Plan, Reviews, load, plan_as_json, sort_reviews
from bot.library import check as check_content
from bot.library.freshness import SOON
from bot.locale import load_sentences, local_day
from bot.media.inspection import Inspection
from bot.services import deadlines
from bot.services.deadline_words import calendar_lines
from bot.services.deadlines import Calendar
from bot.services.plans import find_commune, unknown_commune
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
        say_json([_whole(one, deadlines.of_file(one)) for one in plans.values()])
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
            plans = [installation.library.plans[slug] for slug in slugs]
            say_json([_whole(one, deadlines.of_file(one)) for one in plans])
        else:
            say(f"Đã nạp: {', '.join(slugs) or 'chưa có kế hoạch nào'}.")


@plan.command("show")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.option("--calendar", "year", type=click.IntRange(2020, 2100), help="Lịch báo cáo của năm.")
@click.option("--office", is_flag=True, help="Kèm ngày mà phường, xã đã điền trong cơ sở dữ liệu.")
@click.pass_obj
def plan_show(settings: Settings, slug: str, as_json: bool, year: int | None, office: bool) -> None:
    """Xem kế hoạch của một xã, phường, hoặc lịch báo cáo của một năm."""
    plans = load(settings.content_dir).plans
    if slug not in plans:
        raise unknown_commune(slug, plans)
    one = plans[slug]
    calendar = _calendar_of_office(settings, one) if office else deadlines.of_file(one)
    if as_json:
        say_json(_whole(one, calendar, year))
    elif year is not None:
        texts = texts_of(one, load_sentences(settings.content_dir))
        for line in calendar_lines(texts, one, calendar, year):
            say(line)
    else:
        say(f"{one.name}: {one.plan.title}")
        for target in one.targets:
            say(f"  {target.source:<16} {target.title}")


def _calendar_of_office(settings: Settings, one: Plan) -> Calendar:
    with opened(settings, one.slug) as installation:
        home = find_commune(installation.communes, one.slug)
        return installation.database.read(deadlines.read, home.id, one)


def _whole(one: Plan, calendar: Calendar, year: int | None = None) -> dict[str, object]:
    """The plan as JSON, its dates those of the year, or of the plan's own."""
    return plan_as_json(one, deadlines.as_json(calendar, year or one.plan.year))
