"""Descriptions of invalid values in English and Chinese, in place of the validator's messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import GovMediaRulesError, choices, choices_zh, language


class FaultText(NamedTuple):
    """A fault in two languages."""

    en: str
    zh: str


_MOMENT = FaultText("must be a time such as 2024-08-23T10:00:00+08:00", "应为时间，如 2024-08-23T10:00:00+08:00")
_DATE = FaultText("must be a date such as 2024-08-23", "应为日期，如 2024-08-23")
_WHOLE = FaultText("must be a whole number", "应为整数")
_NUMBER = FaultText("must be a number", "应为数字")
_TRUE_FALSE = FaultText("must be true or false", "应为 true 或 false（是或否）")
_LIST = FaultText("must be a list", "应为列表")
_OBJECT = FaultText("must be an object with named fields", "应为带字段名的对象")
_KIND = FaultText("kind must be site, account or supervisor", "kind 应为 site、account 或 supervisor")
_ZONE = FaultText("the time has no zone (write +08:00, or read with zone=...)", "时间没有时区（写上 +08:00，或用 zone= 指明）")

_TEXTS: Mapping[str, FaultText] = {
    "missing": FaultText("the field is missing", "缺少这个字段"),
    "extra_forbidden": FaultText("unknown field", "没有这个字段"),
    "string_type": FaultText("must be text", "应为文字"),
    "string_unicode": FaultText("must be text in UTF-8", "应为 UTF-8 文字"),
    "string_pattern_mismatch": FaultText("must have the form {pattern}", "写法应符合 {pattern}"),
    "string_too_short": FaultText("must not be empty", "不能为空"),
    "string_too_long": FaultText("is longer than {max_length} characters", "超过 {max_length} 个字符"),
    "too_long": FaultText("has more than {max_length} items", "超过 {max_length} 项"),
    "too_short": FaultText("has fewer than {min_length} items", "少于 {min_length} 项"),
    "literal_error": FaultText("must be {expected}", "应为 {expected} 之一"),
    "enum": FaultText("must be {expected}", "应为 {expected} 之一"),
    "greater_than": FaultText("must be more than {gt}", "应大于 {gt}"),
    "greater_than_equal": FaultText("must be {ge} or more", "应不小于 {ge}"),
    "less_than": FaultText("must be less than {lt}", "应小于 {lt}"),
    "less_than_equal": FaultText("must be {le} or less", "应不大于 {le}"),
    "timezone_aware": _ZONE,
    "json_invalid": FaultText("not JSON: {error}", "不是 JSON：{error}"),
    "union_tag_not_found": _KIND,
    "union_tag_invalid": _KIND,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "finite_number": _NUMBER,
    "bool_type": _TRUE_FALSE,
    "bool_parsing": _TRUE_FALSE,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "recursion_loop": FaultText("it is nested too deeply", "嵌套过深"),
}
_DESCRIBED = {"en", "zh"}
"""Keys of the context of a fault that was described before."""
_FAMILIES: tuple[tuple[str, FaultText], ...] = (
    ("datetime_", _MOMENT),
    ("date_", _DATE),
    ("float_", _NUMBER),
    ("decimal_", _NUMBER),
    ("string_", FaultText("must be text", "应为文字")),
    ("url_", FaultText("must be a web address", "应为网址")),
)


def describe_fault(error: Mapping[str, Any]) -> FaultText:
    """Return a description of one invalid value.

    Args:
        error: One of `ValidationError.errors()`.
    """
    kind, context = str(error["type"]), error.get("ctx") or {}
    if context.keys() >= _DESCRIBED:
        return FaultText(str(context["en"]), str(context["zh"]))
    if kind in ("value_error", "assertion_error"):
        raised = context.get("error")
        if isinstance(raised, GovMediaRulesError):
            return FaultText(raised.text("en"), raised.text("zh"))
        said = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
        return FaultText(said, _in_chinese(said))
    text = _TEXTS.get(kind) or next((text for start, text in _FAMILIES if kind.startswith(start)), None)
    if text is None:
        return FaultText("does not have the form that is expected", "不是所要求的写法")
    values = {name: str(value) for name, value in context.items()}
    try:
        return FaultText(text.en.format(**values), text.zh.format(**{**values, "expected": _listed(values.get("expected", ""))}))
    except KeyError:
        return FaultText("does not have the form that is expected", "不是所要求的写法")


@cache
def _refusals() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what models refuse: a pattern of the English text, and the Chinese with `{0}` for the first value."""
    table = read_data("govmedia_rules.core", "faults.toml")
    return tuple(
        (re.compile("(.*)".join(map(re.escape, english.split("{}"))), re.DOTALL), str(chinese))
        for english, chinese in table.items()
    )


def _in_chinese(said: str) -> str:
    for pattern, chinese in _refusals():
        match = pattern.fullmatch(said)
        if match is not None:
            return chinese.format(*match.groups())
    return f"不符合要求：{said}" if said.isascii() else said


def described(faults: ValidationError, model: type[BaseModel]) -> ValidationError:
    """Return the faults of a model in the language of messages, each said once and at the name of its field.

    Args:
        faults: What pydantic says: in English, with steps that are the validator's own.
        model: The model that was to be made.
    """
    lang = language()
    lines: dict[tuple[str | int, ...], InitErrorDetails] = {}
    for error in faults.errors(include_url=False):
        place = tuple(step for step in error["loc"] if isinstance(step, int) or "[" not in step)
        text = describe_fault(error)
        if error["type"] == "extra_forbidden" and len(place) == 1:
            fields = list(model.model_fields)
            text = FaultText(f"{text.en} ({choices(place[0], fields, 40)})", f"{text.zh}（{choices_zh(place[0], fields, 40)}）")
        fault = PydanticCustomError(error["type"], "{text}", {"text": getattr(text, lang), **text._asdict()})
        if place not in lines or error["type"] == "timezone_aware":  # what is wrong with a time that is one
            lines[place] = InitErrorDetails(type=fault, loc=place, input=error["input"])
    return ValidationError.from_exception_data(faults.title, list(lines.values()))


class DescribedModel(BaseModel):
    """A model that says in the language of messages what it refuses."""

    if not TYPE_CHECKING:  # the signatures are those of pydantic; what they refuse is said in the language of messages

        def __init__(self, /, **data):
            try:
                self.__pydantic_validator__.validate_python(data, self_instance=self)
            except ValidationError as faults:
                raise described(faults, type(self)) from None

        __init__.__pydantic_base_init__ = True  # models inside others are made without it

        @classmethod
        def model_validate(cls, obj, **options):
            """Read a value of Python: named fields, or a model."""
            try:
                return super().model_validate(obj, **options)
            except ValidationError as faults:
                raise described(faults, cls) from None

        @classmethod
        def model_validate_json(cls, json_data, **options):
            """Read JSON."""
            try:
                return super().model_validate_json(json_data, **options)
            except ValidationError as faults:
                raise described(faults, cls) from None


def _listed(names: str) -> str:
    return names.replace(" or ", "、").replace(", ", "、")


def place_of(error: Mapping[str, Any], skip: int = 0) -> str:
    """Return the dotted path of the value an error is about; "" for the whole.

    Args:
        error: One of `ValidationError.errors()`.
        skip: Steps at the beginning that are the validator's own.
    """
    return ".".join(str(step) for step in error["loc"][skip:])


def fault_texts(errors: Iterable[Mapping[str, Any]], most: int = 3, skip: int = 0, whole: str = "") -> FaultText:
    """Return several faults in one sentence, each with the path of its value.

    Args:
        errors: Those of a `ValidationError`.
        most: How many are written out; the others are counted.
        skip: See `place_of`.
        whole: Name of the whole, for a fault that has no path.
    """
    faults = list(errors)
    lines: dict[tuple[str, str], None] = {}
    for error in faults[:most]:
        place, text = place_of(error, skip) or whole, describe_fault(error)
        lines[(f"{place}: {text.en}", f"{place}：{text.zh}") if place else text] = None
    more = len(faults) - most
    rest = FaultText(f"; and {more} more faults", f"；另有 {more} 处") if more > 0 else FaultText("", "")
    return FaultText("; ".join(en for en, _ in lines) + rest.en, "；".join(zh for _, zh in lines) + rest.zh)


def first_fault(group: ValidationError) -> tuple[str, FaultText]:
    """Return the path and the text of the first fault."""
    error = group.errors(include_url=False)[0]
    return place_of(error), describe_fault(error)
