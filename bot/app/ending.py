"""How a command ends: its exit code, and one clear Vietnamese line on stderr when it did not work.

0 done, 1 the work failed, 2 wrong usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from bot.core.errors import BotError, ContentError, why
from storage.database import Clock

FAILED, MISUSED, INTERRUPTED = 1, 2, 130


class Misuse(click.UsageError):
    """Wrong usage that we found ourselves; its message is Vietnamese already."""


def run_to_end(
    group: click.Group,
    arguments: list[str] | None,
    exit_with: Callable[[int], object],
    clock: Clock,
) -> None:
    """Run the command line and end with its exit code; the group begins with the clock as its object."""
    try:
        code = group.main(arguments, prog_name="python -m bot", standalone_mode=False, obj=clock)
        exit_with(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        _complain(usage(error))
        exit_with(MISUSED)
    except (click.Abort, KeyboardInterrupt):
        exit_with(INTERRUPTED)
    except ContentError as error:
        for fault in error.faults:
            _complain(str(fault))
        exit_with(FAILED)
    except BotError as error:
        _complain(str(error))
        exit_with(FAILED)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        exit_with(FAILED)
    except OSError as error:
        _complain(f"Hệ điều hành không cho làm ({error.filename or 'không rõ tệp'}): {why(error)}.")
        exit_with(FAILED)


def _complain(line: str) -> None:
    click.echo(" ".join(line.split()), err=True)


def usage(error: click.UsageError) -> str:
    """Wrong usage in one Vietnamese line."""
    name = error.ctx.command_path if error.ctx else "python -m bot"
    return f"Sai cách dùng: {_what(error).rstrip('.')}. Xem: {name} --help"


def _what(error: click.UsageError) -> str:
    match error:
        case Misuse():
            return error.message
        case click.exceptions.NoArgsIsHelpError():
            return f"chưa nói làm gì, chọn một trong {_commands(error.ctx)}"
        case click.NoSuchCommand():
            return f"không có lệnh “{error.command_name}”, chọn một trong {_commands(error.ctx)}"
        case click.NoSuchOption():
            return f"không có tùy chọn {error.option_name}"
        case click.MissingParameter():
            return f"thiếu {_name(error.param)}"
        case click.BadOptionUsage():
            return f"{error.option_name} cần đúng một giá trị"
        case click.BadParameter():
            return f"{_name(error.param)} không đúng: {_allowed(error.param)}"
        case _:
            return "thừa hoặc thiếu chữ sau lệnh; câu có dấu cách thì đặt trong ngoặc kép"


def _commands(context: click.Context | None) -> str:
    command = context.command if context else None
    return (
        ", ".join(command.list_commands(context))
        if isinstance(command, click.Group) and context
        else ""
    )


def _name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "tham số"
    name = parameter.opts[0]
    return name.upper() if isinstance(parameter, click.Argument) else name


def _allowed(parameter: click.Parameter | None) -> str:
    kind = parameter.type if parameter else None
    if isinstance(kind, click.Choice):
        return f"chọn một trong {', '.join(str(choice) for choice in kind.choices)}"
    return "xem lại giá trị"
