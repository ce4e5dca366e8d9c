"""What is wrong in a file of content/, said in Vietnamese to the person who wrote it.

Translates the errors of pydantic and PyYAML into pairs (what, how to mend).
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

Saying = tuple[str, str]

_LIST = ("cần là một danh sách", "viết mỗi ý một dòng, đầu dòng có «- »")
_PARTS = ("cần có các mục con", "viết các mục con dạng «tên: giá trị», thụt vào hai dấu cách")
_NUMBER = ("cần là một số nguyên", "viết số, không có chữ và không có ngoặc kép")
_DATE = ("cần là một ngày", "viết năm-tháng-ngày, ví dụ 2026-11-21, không có ngoặc kép")

_KINDS: dict[str, Saying] = {
    "string_type": ("cần là chữ", "đặt giá trị trong ngoặc kép"),
    "bool_type": ("cần là true hoặc false", "viết true hoặc false, không có ngoặc kép"),
    "int_type": _NUMBER,
    "date_type": _DATE,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _PARTS,
    "dict_type": _PARTS,
}

_LIMITS: dict[str, Saying] = {
    "too_short": ("mới có {actual_length} ý, cần ít nhất {min_length}", "viết thêm cho đủ"),
    "too_long": ("có {actual_length} ý, nhiều nhất {max_length}", "bỏ bớt"),
    "string_too_short": ("đang để trống", "điền giá trị, hoặc xóa mục này nếu không bắt buộc"),
    "string_too_long": ("dài hơn {max_length} ký tự", "viết ngắn lại"),
    "string_pattern_mismatch": ("không đúng dạng {pattern}", "viết lại theo dạng đó"),
    "greater_than": ("phải lớn hơn {gt}", "sửa lại số"),
    "greater_than_equal": ("phải từ {ge} trở lên", "sửa lại số"),
    "less_than": ("phải nhỏ hơn {lt}", "sửa lại số"),
    "less_than_equal": ("phải từ {le} trở xuống", "sửa lại số"),
}

_SYNTAX: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "có dấu «:» ở chỗ không được có",
        "đặt cả câu trong ngoặc kép, hoặc xem lại thụt đầu dòng",
    ),
    ("'\\t'", "có dấu tab", "thay tab bằng dấu cách"),
    ("could not find expected ':'", "thiếu dấu «:» sau tên mục", "viết «tên: giá trị»"),
    ("found unexpected end of stream", "ngoặc kép chưa đóng", "thêm dấu ngoặc kép đóng"),
    ("found unexpected document", "ngoặc kép chưa đóng", "thêm dấu ngoặc kép đóng"),
    ("expected ',' or", "ngoặc chưa đóng hoặc thiếu dấu phẩy", "đóng ngoặc, thêm dấu phẩy"),
    ("block end", "dòng thụt vào không đều", "thụt các mục ngang hàng bằng nhau"),
    ("special characters", "có ký tự điều khiển không nhìn thấy", "xóa dòng này và gõ lại"),
    ("undefined alias", "dấu «*» đứng đầu giá trị", "đặt giá trị trong ngoặc kép"),
    ("constructor", "nhãn «!» hoặc «<<» không dùng ở đây", "bỏ nhãn đó"),
    ("single document", "có hai phần YAML trong một tệp", "bỏ dòng «---» thừa"),
    ("cannot start any token", "giá trị bắt đầu bằng dấu đặc biệt", "đặt giá trị trong ngoặc kép"),
)


def refuse(what: str, mend: str) -> PydanticCustomError:
    """The error that a validator of ours raises; both parts reach the person as they stand."""
    return PydanticCustomError("refused", "{what}", {"what": what, "mend": mend})


def causes(errors: list[ErrorDetails], model: type[BaseModel]) -> list[ErrorDetails]:
    """The errors without those that follow from others.

    A misspelt field is not missing as well; a list whose items are wrong is not short as well.
    """
    meant = {
        (*error["loc"][:-1], _nearest(str(error["loc"][-1]), _fields(model, error["loc"][:-1])))
        for error in errors
        if error["type"] == "extra_forbidden"
    }
    holders = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [
        error
        for error in errors
        if not (error["type"] == "missing" and error["loc"] in meant)
        and not (error["type"] == "too_short" and error["loc"] in holders)
    ]


def explain(error: ErrorDetails, model: type[BaseModel]) -> Saying:
    """One error of pydantic as (what, how to mend)."""
    kind, place, context = error["type"], error["loc"], error.get("ctx", {})
    name = _name(place)
    if kind == "refused":
        return str(context["what"]), str(context["mend"])
    if kind == "missing":
        return f"thiếu mục {name}", f"thêm dòng «{place[-1]}: …»"
    if kind == "extra_forbidden":
        return f"không có mục nào tên {name}", _offer(str(place[-1]), _fields(model, place[:-1]))
    if kind in ("enum", "literal_error"):
        choices = ", ".join(re.findall(r"'([^']*)'", str(context["expected"])))
        return f"{name} là «{_clip(error['input'])}»", f"chọn một trong: {choices}"
    if kind in _LIMITS:
        what, mend = _LIMITS[kind]
        return f"{name} {what.format(**context)}", mend
    if error["input"] is None:
        return f"{name} đang để trống", "điền giá trị, hoặc xóa mục này nếu không bắt buộc"
    what, mend = _KINDS.get(kind, ("có giá trị không dùng được", "sửa lại giá trị"))
    return f"{name} {what}, đang là «{_clip(error['input'])}»", mend


def explain_syntax(problem: str) -> Saying:
    """A problem that PyYAML names, as (what, how to mend)."""
    for sign, what, mend in _SYNTAX:
        if sign in problem:
            return f"sai cú pháp YAML: {what}", mend
    return "sai cú pháp YAML", "xem dấu «:», ngoặc kép và thụt đầu dòng ở dòng này và dòng trên"


def _name(place: Sequence[str | int]) -> str:
    if not place:
        return "nội dung tệp"
    last = place[-1]
    if isinstance(last, int):
        return f"ý thứ {last + 1} của {_name(place[:-1])}"
    return f"«{last}»"


def _clip(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _offer(wrong: str, allowed: list[str]) -> str:
    near = _nearest(wrong, allowed)
    if near:
        return f"có phải «{near}»? Nếu không thì xóa mục này"
    return f"xóa mục này; các mục dùng được: {', '.join(allowed) or 'xem tệp mẫu'}"


def _nearest(wrong: str, allowed: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(wrong, allowed, n=1, cutoff=0.5)), None)


def _fields(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The names that may stand at a place, as the files write them."""
    for part in place:
        if isinstance(part, str):
            named = {_written(name, field): field for name, field in model.model_fields.items()}
            inner = _model_in(named[part].annotation) if part in named else None
            if inner is None:
                return []
            model = inner
    return [_written(name, field) for name, field in model.model_fields.items()]


def _written(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
