"""Talking with the bot at a terminal, and what it makes of a question or a captured payload."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path

import click

from bot.app.ending import Misuse
from bot.app.installation import open_installation
from bot.app.talk import Talk
from bot.channels.console import as_lines
from bot.commands.terminal import say
from bot.config import Settings
from bot.core.errors import NotFoundError, why
from bot.core.messages import Outbound
from bot.library import load
from bot.services.understanding import Reader, Understood


@click.command()
@click.argument("question", required=False)
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="Tệp UTF-8, mỗi dòng một câu."
)
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@click.option("--explain", is_flag=True, help="Nói thêm: chữ nào trong câu dẫn tới bài đó.")
@click.pass_obj
def ask(
    settings: Settings, question: str | None, file: Path | None, as_json: bool, explain: bool
) -> None:
    """Hỏi một câu, xem trợ lý hiểu là bài nào."""
    if (question is None) == (file is None):
        raise Misuse("Cần một câu hỏi trong ngoặc kép, hoặc --file với tên tệp.")
    library = load(settings.content_dir)
    reader = Reader(library.guides, library.glossary, library.elsewhere)
    for line in _questions(question, file):
        understood = reader.understand(line)
        because = [asdict(one) for one in reader.explain(line)] if explain else []
        if as_json or file:
            answer = understood_as_json(understood) | ({"because": because} if explain else {})
            say(json.dumps(answer, ensure_ascii=False))
        else:
            evidence = [f"      {one['share']:+.2f}  {one['typed']}" for one in because]
            say("\n".join([_in_words(understood), *evidence]))


def _questions(question: str | None, file: Path | None) -> list[str]:
    if file is None:
        return [question or ""]
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise NotFoundError(f"Không đọc được tệp {file}: {why(error)}.") from error
    except UnicodeDecodeError as error:
        raise NotFoundError(f"Tệp {file} không phải UTF-8: lưu lại với bảng mã UTF-8.") from error
    return [line for line in lines if line.strip()]


def understood_as_json(understood: Understood) -> dict[str, object]:
    """The promised shape of ``ask --json``."""
    return {
        "question": understood.question,
        "decision": understood.decision,
        "reason": understood.reason,
        "guides": [{"id": m.id, "title": m.title, "score": m.score} for m in understood.guides],
    }


def _in_words(understood: Understood) -> str:
    found = [f"{match.score:.2f}  {match.id}  {match.title}" for match in understood.guides]
    return "\n".join([str(understood.reason or understood.decision), *found])


@click.command()
@click.option("--commune", help="Mã xã, phường, ví dụ ho-nai.")
@click.option("--as", "name", help="Nói chuyện với tư cách tổ viên hay cán bộ có tên này.")
@click.option("--json", "as_json", is_flag=True, help="Đọc mỗi dòng một tin, in mỗi lượt một JSON.")
@click.pass_obj
def chat(settings: Settings, commune: str | None, name: str | None, as_json: bool) -> None:
    """Nói chuyện với trợ lý ngay trên màn hình này."""
    slug = commune or settings.commune
    talk = Talk(open_installation(settings, commune=slug), slug, name)
    if isinstance(
        sys.stdin, TextIOWrapper
    ):  # bytes that are not UTF-8 become a sign, never a fault
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    talk.run(sys.stdin, _print_json if as_json else _print_lines)


def _print_json(line: str, shown: Sequence[Outbound]) -> None:
    out = [
        {
            "text": message.text.replace("**", ""),
            "choices": [{"n": c.n, "label": c.label, "action": c.action} for c in message.choices],
        }
        for message in shown
    ]
    say(json.dumps({"in": line, "out": out}, ensure_ascii=False))


def _print_lines(_: str, shown: Sequence[Outbound]) -> None:
    for message in shown:
        say(as_lines(message) + "\n")


def _print_replayed(line: str, shown: Sequence[Outbound]) -> None:
    _print_lines(line, shown)
    if not shown:
        say(
            "Không có câu trả lời: gói tin này đã nhận rồi (không làm lần nữa), hoặc báo người đã rời đi."
        )


@click.command()
@click.argument("fixture", type=click.Path(path_type=Path))
@click.option(
    "--channel",
    "channel_name",
    required=True,
    type=click.Choice(["console", "telegram"]),
    help="Kênh mà gói tin thuộc về.",
)
@click.option("--commune", help="Mã xã, phường.")
@click.pass_obj
def replay(settings: Settings, fixture: Path, channel_name: str, commune: str | None) -> None:
    """Cho một gói tin đã ghi lại đi qua con đường thật, xem trợ lý trả lời gì."""
    try:
        body = fixture.read_bytes()
    except OSError as error:
        raise NotFoundError(f"Không đọc được tệp {fixture}: {why(error)}.") from error
    slug = commune or settings.commune
    talk = Talk(open_installation(settings, commune=slug), slug, None)
    if not asyncio.run(talk.replay(channel_name, body, _print_replayed)):
        say("Gói tin này không phải của một cuộc nói chuyện riêng, không có gì để trả lời.")
