"""Templates into pages: every text escaped, every word from the catalogue, every header strict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.core.periods import ZONE
from bot.locale import Texts, local_day, show_date, show_number
from bot.web.office_bar import bar

HERE = Path(__file__).parent
STATIC = "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
NEW_PAGE = "no-store"

_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _number(value: float | None) -> str:
    return "—" if value is None else show_number(value)


def _cell(value: str | float | date | None) -> str:
    """What stands in a table of a report."""
    if isinstance(value, str):
        return value
    return show_date(value) if isinstance(value, date) else _number(value)


def _change(value: float | None) -> str:
    """With its sign, a true minus; nothing changed is 0."""
    if value is None:
        return "—"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + show_number(abs(value))


def _moment(value: datetime) -> str:
    return value.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def _day(value: datetime) -> str:
    return show_date(local_day(value))


def _marked(text: str) -> Markup:
    """Escaped, what stands between ``**`` made strong, each line a line of its own."""
    strong = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text)), flags=re.DOTALL)
    return Markup(strong.replace("**", "").replace("\n", "<br>\n"))  # noqa: S704 – escaped above


_environment.filters.update(
    number=_number,
    cell=_cell,
    change=_change,
    date=show_date,
    day=_day,
    moment=_moment,
    marked=_marked,
)
_environment.globals["bar"] = bar


def add_static(app: web.Application) -> None:
    """Style sheets and scripts under ``/static/``, their addresses changing with their content."""
    app.router.add_static("/static/", HERE / "static", name=STATIC, append_version=True)


def policy(ancestors: Iterable[str] = ()) -> str:
    """A content security policy: nothing from elsewhere, nothing inline; framed only by these."""
    return POLICY.format(ancestors=" ".join(ancestors) or "'none'")


def _address(files: web.StaticResource, name: str) -> str:
    return str(files.url_for(filename=name, append_version=True))


def page(
    request: web.Request,
    template: str,
    texts: Texts,
    values: Mapping[str, object],
    status: int = 200,
) -> web.Response:
    """A page that nobody keeps a copy of and no other site may frame."""

    files = request.app.router[STATIC]
    if not isinstance(files, web.StaticResource):
        raise TypeError("static files are served under one name")
    static = partial(_address, files)
    body = _environment.get_template(template).render(say=texts.say, static=static, **values)
    response = web.Response(text=body, content_type="text/html", charset="utf-8", status=status)
    response.headers["Content-Security-Policy"] = policy()
    response.headers["Cache-Control"] = NEW_PAGE
    # With "no-referrer" browsers hide the origin of our own forms, too.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
