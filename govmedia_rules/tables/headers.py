"""Find the field of each column by its header; the spellings of headers are data (data/headers.toml)."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import product

from pydantic import BaseModel

from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import LossyColumn, TableError, Where, choices, choices_zh
from govmedia_rules.tables.model import ColumnUse, RawTable
from govmedia_rules.tables.periods import names_period

_NOTE = re.compile(r"\s*(?:[(（\[【<《][^()（）\[\]【】]{0,60}[)）\]】>》]|[:：*＊])\s*")
_NUMBERED = re.compile(r"^(?:[0-9]{1,2}[.、．]|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳])\s*")
_ASKS = re.compile("有无|有没有|能不能|可不可以|是不是")
_DENIES = re.compile("无|未|没|不|缺|失效|超")
_CHOICE = re.compile(r"\{([^{}]*)\}")


@cache
def header_aliases(kind: str) -> Mapping[str, str]:
    """Return normalised header -> field for a kind of table (`site`, `account`, …); of two fields for a header the first counts."""
    aliases: dict[str, str] = {}
    for name, spellings in read_data("govmedia_rules.tables", "headers.toml")[kind].items():
        for pattern in (name, *spellings):
            for spelling in spellings_of(pattern):
                aliases.setdefault(key_of(spelling), name)
    return aliases


def spellings_of(pattern: str) -> list[str]:
    """Return every spelling that a pattern such as `{最后|最近}更新{时间|}` stands for."""
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    return [spelling for spelling in map("".join, product(*choices)) if spelling]


def header_keys(header: str) -> tuple[str, ...]:
    """Return the forms under which a header is looked up: as written, without its number, and without notes in brackets."""
    plain = _NUMBERED.sub("", " ".join(header.split()))
    return tuple(dict.fromkeys(key for key in (key_of(header), key_of(plain), key_of(_NOTE.sub("", plain))) if key))


@dataclass(frozen=True)
class FieldGroup:
    """Fields a table may fill.

    Attributes:
        kind: Which header aliases lead to them, see `header_aliases`.
        types: The fields, each with what its cells must be: `text`, `code`, `number`, `boolean` or `moment`.
    """

    kind: str
    types: Mapping[str, str]


def expected_types(model: type[BaseModel]) -> dict[str, str]:
    """Return the type that the cells of each field of a model must have."""
    types = {}
    for name, info in model.model_fields.items():
        inner = [kind for kind in getattr(info.annotation, "__args__", (info.annotation,)) if kind is not type(None)]
        if datetime in inner or date in inner:
            types[name] = "moment"
        elif bool in inner:
            types[name] = "boolean"
        elif int in inner or float in inner:
            types[name] = "number"
        else:
            types[name] = "code" if name in _CODES else "text"
    return types


_CODES = frozenset({"code", "region", "id", "account_code"})


def field_of(header: str, groups: Sequence[FieldGroup], headers: Mapping[str, str] | None = None) -> tuple[str | None, str]:
    """Return the field that a header leads to, with what its cells must be; (None, "") when it leads to none.

    Args:
        header: The header as written.
        groups: Fields the table may fill; where a header leads to two of them, the first wins.
        headers: Further headers, as written -> field; they win over the built-in aliases.
    """
    own = {key_of(spelling): name for spelling, name in (headers or {}).items()}
    if any("updates" in group.types for group in groups) and key_of(header) not in own and period_text(header) is not None:
        return "updates", "text"
    for key in header_keys(header):
        for group in groups:
            name = own.get(key) or header_aliases(group.kind).get(key)
            if name is not None and name in group.types:
                return name, group.types[name]
            if name is None and "functions" in group.types and (kind := _function_of(key, group)) is not None:
                return f"functions.{kind}", "boolean"
    return None, ""


_LONGEST_PERIOD = 60


def period_text(header: str) -> str | None:
    """Return the words of a header that name the period of its counts (近两周, in 近两周发布数量 or 发布数量（近两周））.

    None where it is no header of counts, or names no period.
    """
    text = unicodedata.normalize("NFKC", "".join(header.split()))
    if len(text) > _LONGEST_PERIOD:
        return None
    notes = _NOTE.findall(text)
    bare = _NUMBERED.sub("", _NOTE.sub("", text))
    counted = header_aliases("period")
    before = [bare[:at] for at in range(len(bare)) if key_of(bare[at:]) in counted]
    behind = [bare[at:].strip("-_:/") for at in range(len(bare), 1, -1) if key_of(bare[:at]) in counted]
    candidates = [*before[:1], *behind[:1], *(note.strip("()[]【】<>《》:*") for note in notes)] if before or behind else []
    return next((words for words in candidates if words and names_period(words)), None)


def _function_of(key: str, group: FieldGroup) -> str | None:
    """Return the kind of function where a header is 互动功能 followed by one, as the second line of a grouped header is."""
    kinds = _function_words()
    # Only a short ending can be a kind: a cell of a megabyte is looked at once, not at each of its letters.
    for at in range(len(key) - 1, max(1, len(key) - 1 - max(map(len, kinds))), -1):
        if header_aliases(group.kind).get(key[:at]) == "functions" and key[at:] in kinds:
            return kinds[key[at:]]
    return None


@cache
def _function_words() -> Mapping[str, str]:
    table: dict[str, list[str]] = read_data("govmedia_rules.tables", "headers.toml")["functions"]
    return {key_of(word): kind for kind, words in table.items() for word in words}


def match_columns(
    table: RawTable,
    groups: Sequence[FieldGroup],
    *,
    headers: Mapping[str, str] | None = None,
    required: Sequence[str] = (),
    given: Iterable[str] = (),
    repeated: bool = False,
) -> tuple[ColumnUse, ...]:
    """Find the field of each column and look at the types of the columns, before any value is touched.

    Args:
        table: The table.
        groups: Fields it may fill; where a header leads to two of them, the first wins.
        headers: Further headers, as written -> field; they win over the built-in aliases.
        required: Fields without which the table is useless.
        given: Fields whose value comes from elsewhere.
        repeated: Whether two columns may serve one field.

    Raises:
        TableError: Two columns serve one field, a required column is missing, or a column has a type its field cannot be
            read from; all such columns are named at once.

    Warns:
        LossyColumn: Codes are kept as numbers, which drop leading zeros.
    """
    unknown = sorted(set((headers or {}).values()) - {name for group in groups for name in group.types})
    if unknown:
        known = sorted({name for group in groups for name in group.types})
        what, zh = (
            f"headers= names fields that do not exist: {', '.join(unknown)}",
            f"headers= 里没有这些字段：{'、'.join(unknown)}",
        )
        hint, hint_zh = choices(unknown[0], known, 60), choices_zh(unknown[0], known, 60)
        raise TableError(what, Where(table.name), hint, zh, hint_zh)
    uses: list[ColumnUse] = []
    taken: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for header in table.columns:
        name, expected = field_of(header, groups, headers)
        shown = table.types.get(header)
        if name is None:
            uses.append(ColumnUse(header, None, shown))
            continue
        if name in taken and not repeated:
            raise TableError(
                f"columns {taken[name]!r} and {header!r} both give {name}",
                Where(table.name, column=header),
                "rename one of them, or pass headers={...}",
                zh=f"“{taken[name]}”和“{header}”两列都表示 {name}",
                hint_zh="两列含义相同：请改其中一列的表头，或传入 headers={...}",
            )
        taken[name] = header
        fits, remark = _fits(expected, shown)
        if not fits:
            wrong.append(
                (
                    f"column {header!r} holds {shown}, {name} is read from {expected}",
                    f"列“{header}”的类型是 {shown}，{name} 应为 {expected}",
                )
            )
        elif remark is not None:
            what = f"{table.name}: column {header!r} holds {shown}: {remark}"
            warnings.warn(LossyColumn(what, f"{table.name}: 列“{header}”的类型是 {shown}：{remark}"), stacklevel=4)
        uses.append(ColumnUse(header, name, shown, remark))
    if repeated:
        uses = _with_near(uses, groups, taken)
        taken |= {use.field: use.header for use in uses if use.field is not None}
    if wrong:
        what, zh = "; ".join(en for en, _ in wrong), "；".join(zh for _, zh in wrong)
        raise TableError(what, Where(table.name), "convert the columns before reading", zh, "请先转换列的类型再读")
    missing = [name for name in required if name not in taken and name not in set(given)]
    if missing:
        raise missing_columns(table, missing, groups)
    return tuple(uses)


@cache
def _near_patterns(kind: str) -> Mapping[str, str]:
    patterns: Mapping[str, str] = read_data("govmedia_rules.tables", "headers.toml").get(f"near_{kind}", {})
    return patterns


def _with_near(uses: Sequence[ColumnUse], groups: Sequence[FieldGroup], taken: Mapping[str, str]) -> list[ColumnUse]:
    """Give a field that no column fills to the one unused column whose header holds its words."""
    result = list(uses)
    for group in groups:
        for name, pattern in _near_patterns(group.kind).items():
            near = [at for at, use in enumerate(result) if use.field is None and _is_near(pattern, key_of(use.header))]
            if name not in taken and name in group.types and len(near) == 1:
                use = result[near[0]]
                result[near[0]] = ColumnUse(use.header, name, use.type, "按相近的表头识别")
    return result


def _is_near(pattern: str, key: str) -> bool:
    """Return whether a header holds the words of a field, and does not ask whether something is missing (是否无互动功能)."""
    return re.search(pattern, key) is not None and _DENIES.search(_ASKS.sub("", key)) is None


def missing_columns(table: RawTable, missing: Sequence[str], groups: Sequence[FieldGroup]) -> TableError:
    """Return the error for columns that a table lacks; it names usual headers and those that there are."""
    spellings = {name: _spellings(name, groups)[:4] for name in missing}
    names = "; ".join(f"{name} ({', '.join(usual)})" for name, usual in spellings.items())
    names_zh = "；".join(f"{name}（{'、'.join(usual)}）" for name, usual in spellings.items())
    hint, hint_zh = "rename a column, or pass headers={'header': 'field'}", "请改表头，或传入 headers={'表中的表头': '字段'}"
    if list(missing) == ["observed_at"]:
        hint = "no monitoring point: pass observed_at= (--at 2024-08-23 on the command line), or add a column 监测时间"
        hint_zh = "没有监测时间点：请传入 observed_at=（命令行 --at 2024-08-23），或在表中加“监测时间”列"
    return TableError(
        f"no column gives {names}; the columns are {', '.join(table.columns)}",
        Where(table.name, table=table.sheet),
        hint,
        f"没有给出 {names_zh} 的列；现有的列：{'、'.join(table.columns)}",
        hint_zh,
    )


def _spellings(name: str, groups: Sequence[FieldGroup]) -> list[str]:
    return [spelling for group in groups for spelling, field in header_aliases(group.kind).items() if field == name]


_TYPE_FAMILIES = (
    ("nested", ("list", "struct", "map", "array", "object(", "union")),
    ("binary", ("binary", "blob", "bytes")),
    ("moment", ("date", "time")),
    ("boolean", ("bool",)),
    ("number", ("int", "float", "double", "decimal", "hugeint", "numeric", "real")),
)


def _family(shown: str | None) -> str:
    """`text`, `number`, `moment`, `boolean`, `binary`, `nested`; text also stands for cells of any type."""
    low = (shown or "").lower()
    return next((family for family, words in _TYPE_FAMILIES if any(word in low for word in words)), "text")


def _fits(expected: str, shown: str | None) -> tuple[bool, str | None]:
    """Whether a field can be read from a column of this type, and what may have been lost."""
    family = _family(shown)
    if family in ("nested", "binary"):
        return False, None
    if family in ("text", expected):
        return True, None
    if expected == "code" and family == "number":
        return True, "numbers have no leading zeros; read such columns as text (dtype=str)"
    if family == "number":
        return expected in ("text", "moment", "boolean"), None  # 20240801, 1 and 0
    return expected == "text", None
