"""Files of content/ read with positions, and models checked so that each fault names its line.

Knows nothing of guides or plans.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.errors import ContentError, Fault
from bot.library.wording import causes, explain, explain_syntax

if TYPE_CHECKING:
    from pathlib import Path

Place = tuple[str | int, ...]
"""The way to a value: keys and indexes, as in ``("targets", 3, "value")``."""
Lines = Mapping[Place, int]
Model = TypeVar("Model", bound=BaseModel)

FAST_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")  # all that PyYAML counts as one
_TEXT = "tag:yaml.org,2002:str"
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Record(BaseModel):
    """Root of everything that content/ holds: frozen, no unknown field, no empty text."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        str_min_length=1,
        allow_inf_nan=False,
    )


def read(path: Path, file: str) -> str:
    """The text of a file in composed Unicode (NFC) with plain line ends."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fault = Fault(file, line, "tệp không phải UTF-8", "lưu lại tệp với bảng mã UTF-8")
        raise ContentError([fault]) from error
    except OSError as error:
        fault = Fault(file, 1, "không mở được tệp", "xem tệp có đó và có quyền đọc không")
        raise ContentError([fault]) from error
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", text))


def parse(text: str, file: str, first_line: int = 1) -> tuple[object, Lines]:
    """Plain data of a YAML text, and the line of each key and each item of a list.

    ``first_line`` is the line of the file on which the text starts. Only the safe tags are read;
    dates stay dates; a repeated key, an anchor or a wrong sign is a ContentError with its line.
    """
    try:
        data, reader = _compose(text, file, first_line)
    except yaml.reader.ReaderError as error:
        line = first_line + text.count("\n", 0, error.position)
        raise ContentError([Fault(file, line, *explain_syntax("special characters"))]) from error
    except yaml.MarkedYAMLError as error:
        line = first_line + _mark(error)
        raise ContentError([Fault(file, line, *explain_syntax(error.problem or ""))]) from error
    except RecursionError as error:
        fault = Fault(file, first_line, "các mục lồng nhau quá sâu", "xem lại các dấu ngoặc")
        raise ContentError([fault]) from error
    if reader.faults:
        raise ContentError(reader.faults)
    return data, reader.lines


def _compose(text: str, file: str, first_line: int) -> tuple[object, _Reader]:
    """Read by libyaml, eight times as fast; what it refuses is read again by PyYAML, which says why."""
    try:
        return _compose_by(FAST_LOADER, text, file, first_line)
    except yaml.YAMLError:
        return _compose_by(yaml.SafeLoader, text, file, first_line)


def _compose_by(kind: type[Any], text: str, file: str, first_line: int) -> tuple[object, _Reader]:
    loader = kind(text)
    try:
        reader = _Reader(loader, file, first_line)
        node = loader.get_single_node()
        return None if node is None else reader.plain(node, ()), reader
    finally:
        loader.dispose()


def _mark(error: yaml.MarkedYAMLError) -> int:
    """The line to mend: where a quote or bracket opens that does not close, else where reading ended."""
    opened = re.search("quoted|flow", error.context or "")
    mark = error.context_mark if opened and error.context_mark else error.problem_mark
    return int(mark.line) if mark else 0


def check(model: type[Model], data: object, lines: Lines, file: str) -> Model:
    """The model made of the data; a ContentError with one Fault for each thing that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [
            Fault(file, line_of(lines, one["loc"]), *explain(one, model))
            for one in causes(error.errors(include_url=False), model)
        ]
        raise ContentError(faults) from error


def load(path: Path, model: type[Model]) -> Model:
    """The model in a YAML file that stands directly in content/; a ContentError with all faults."""
    file = f"{path.parent.name}/{path.name}"
    data, lines = parse(read(path, file), file)
    return check(model, data, lines, file)


def line_of(lines: Lines, place: Place) -> int:
    """The line of a value, or of the nearest thing around it that stands in the file."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


class _Reader:
    """Turns nodes into plain data, noting lines and faults on the way."""

    def __init__(self, loader: Any, file: str, first_line: int) -> None:
        self.faults: list[Fault] = []
        self.lines: dict[Place, int] = {(): first_line}
        self._loader = loader
        self._file = file
        self._first_line = first_line
        self._seen: set[int] = set()

    def plain(self, node: yaml.Node, place: Place) -> object:
        if id(node) in self._seen:
            self._fault(node, "dùng «&» và «*» để chép sang chỗ khác", "viết lại ở cả hai chỗ")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*place, n)) for n, item in enumerate(node.value)]
        return self._scalar(node)

    def _item(self, node: yaml.Node, place: Place) -> object:
        self.lines[place] = self._line(node)
        return self.plain(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in data:
                self._fault(key_node, f"mục «{key}» viết hai lần", "giữ một mục, xóa mục kia")
            elif key is not None:
                self.lines[(*place, key)] = self._line(key_node)
                data[key] = self.plain(value_node, (*place, key))
        return data

    def _key(self, node: yaml.Node) -> str | None:
        key = self._scalar(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(key, str):
            return key
        self._fault(node, "tên mục không phải là chữ", "đặt tên mục trong ngoặc kép")
        return None

    def _scalar(self, node: yaml.Node) -> Hashable:
        if node.tag == _TEXT:
            return str(node.value)
        try:
            value: Hashable = self._loader.construct_object(node)
        except ValueError:
            self._fault(node, f"«{node.value}» không phải ngày hay số có thật", "sửa lại giá trị")
            return None
        return value

    def _fault(self, node: yaml.Node, what: str, mend: str) -> None:
        self.faults.append(Fault(self._file, self._line(node), what, mend))

    def _line(self, node: yaml.Node) -> int:
        return self._first_line + int(node.start_mark.line)
