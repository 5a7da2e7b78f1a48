"""Posts out of the JSON of collecting tools and platforms, by presets that are data (data/exports.toml) or a caller's mapping.

An answer that says it was refused (`ok: 0`, `ret: -3`, 频繁) holds no list of posts: it is an error, never "no posts".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import ObservationError, Where, reason_zh

_NO = frozenset({"0", "false", "no", "none", "null", "否", "无", "{}", "[]"})
MAX_BYTES = 200_000_000
"""Largest document that is read."""
FIELDS = ("title", "text", "published_at", "url", "account_name", "platform", "original", "kind", "state")
"""Fields of a post that a mapping may fill."""


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Return the presets by name: where the posts stand and which keys hold what."""
    data = read_data("govmedia_rules.snapshots", "exports.toml")
    return {name: preset for name, preset in data.items() if name != "refused"}


def exported_posts(
    source: object, *, preset: str | None = None, fields: Mapping[str, str | Sequence[str]] | None = None
) -> list[dict[str, Any]]:
    """Return the posts of a JSON document as rows that `read_posts` takes.

    Args:
        source: Path of a JSON or JSON Lines file, its text or bytes, or the document as read.
        preset: Name of a preset, see `presets`; None tries each of them.
        fields: Field of a post -> the key that holds it, or several; they win over those of the preset.

    Raises:
        ObservationError: It is not JSON, says that it was refused, or holds no posts in a form that is known.

    Examples:
        >>> rows = exported_posts({"user": {"screen_name": "某县发布"}, "weibo": [{"text": "通知", "created_at": "2024-08-20"}]})
        >>> rows[0]["account_name"], rows[0]["published_at"]
        ('某县发布', '2024-08-20')
    """
    where = Where(str(source)) if isinstance(source, PathLike) else None
    document = _document(source, where)
    _refuse(document, where)
    known = presets()
    if preset is not None and preset not in known:
        raise ObservationError(
            f"no preset is named {preset!r}",
            where,
            f"there are {', '.join(known)}",
            zh=f"没有名为 {preset!r} 的预设",
            hint_zh=f"可用的有：{'、'.join(known)}",
        )
    unknown = sorted(set(fields or {}) - set(FIELDS))
    if unknown:
        raise ObservationError(
            f"posts have no field {', '.join(unknown)}",
            where,
            f"there are {', '.join(FIELDS)}",
            zh=f"发文没有字段 {'、'.join(unknown)}",
            hint_zh=f"可用的有：{'、'.join(FIELDS)}",
        )
    for name in known if preset is None else [preset]:
        form = known[name]
        keys = {**form["fields"], **{field: [key] if isinstance(key, str) else list(key) for field, key in (fields or {}).items()}}
        posts = _list_of(document, form["lists"])
        if posts is None:
            continue
        if "inner" in form and (inner := list(_inside(posts, form["inner"]))):
            posts = inner
        if posts and not any(_value(post, keys["published_at"]) is not None for post in posts):
            continue
        account = _value(document, form.get("account", ())) if isinstance(document, Mapping) else None
        return [_row(post, keys, form["others"], account) for post in posts]
    raise ObservationError(
        "the document holds no posts in a known form",
        where,
        "name the form with preset=, or the keys with fields=; answers of the WeChat back end (publish_page, general_msg_list) "
        "are read by govmedia_rules.collect.accounts.read_wechat_history",
        zh="文件里没有已知格式的发文",
        hint_zh="请用 preset= 指明格式，或用 fields= 给出各字段的键名；公众号后台的发布列表（publish_page、general_msg_list）"
        "请用 govmedia_rules.collect.accounts.read_wechat_history",
    )


def _document(source: object, where: Where | None) -> Any:
    if isinstance(source, PathLike):
        path = Path(source)
        try:
            if path.stat().st_size > MAX_BYTES:
                raise ObservationError("the document is too large", where, "split it", zh="文件过大", hint_zh="请拆分后再读")
            source = path.read_bytes()
        except OSError as fault:
            raise ObservationError(
                f"the file cannot be read: {fault.strerror}",
                where,
                "look at the path",
                zh=f"文件不能读：{reason_zh(fault)}",
                hint_zh="请检查路径",
            ) from None
    if not isinstance(source, str | bytes):
        return source
    try:
        return decode(source)
    except (ValueError, RecursionError) as fault:
        lines = [line for line in source.splitlines() if line.strip()]
        try:
            return [decode(line) for line in lines] if len(lines) > 1 else json.loads("")
        except (ValueError, RecursionError):
            raise ObservationError(
                f"the document is not JSON: {fault}",
                where,
                "give JSON, or JSON Lines with one record a line",
                zh=f"文件不是 JSON：{reason_zh(fault)}",
                hint_zh="请提供 JSON 或每行一条的 JSON Lines",
            ) from None


def _refuse(document: Any, where: Where | None) -> None:
    """Refuse an answer that says it failed: by a code, by a text, or by an error beside an empty list.

    Raises:
        ObservationError: It is such an answer.
    """
    if not isinstance(document, Mapping):
        return
    marks = read_data("govmedia_rules.snapshots", "exports.toml")["refused"]
    inner = document.get("data")
    told = _bad_code(document, marks["codes"]) or _failure(document, marks)
    told = told or (_failure(inner, marks) if isinstance(inner, Mapping) else None)
    if told is not None:
        hint = "a refusal or a fault does not say that nothing was published: ask again later"
        hint_zh = "频繁、未登录、出错等不能当作没有发布：请稍后重采"
        raise ObservationError(f"the answer was refused: {told}", where, hint, f"采集被拒绝或失败：{told}", hint_zh)


def _bad_code(answer: Mapping[str, Any], codes: Mapping[str, Sequence[str]]) -> str | None:
    """Return the first code of an answer that is none of success; None where there is none."""
    for key, fine in codes.items():
        code = _value(answer, [key])
        text = str(code).strip().lower()
        if code is not None and not isinstance(code, Mapping | list) and (text.strip("0") or "0") not in fine and text not in fine:
            return f"{key} is {code}"
    return None


def _failure(answer: Mapping[str, Any], marks: Mapping[str, Any]) -> str | None:
    """Return the text that says that an answer failed; None where nothing does."""
    texts = {str(key): value for key, value in answer.items() if isinstance(value, str) and len(value) < 500}
    refusal = re.compile("|".join(marks["words"]), re.IGNORECASE)
    told = next((text for text in texts.values() if refusal.search(text)), None)
    if told is not None:
        return told[:100]
    if any(isinstance(value, list) and value for value in answer.values()):
        return None
    held = {str(key).lower(): value for key, value in answer.items()}
    counted = next(
        (held[key] for key in marks["totals"] if str(held.get(key) or 0).isdecimal() and int(str(held.get(key) or 0))), None
    )
    if counted is not None and any(value == [] for value in answer.values()):
        return f"{counted} items are counted and none is listed"
    errors = [answer.get(key) for key in marks["errors"] if answer.get(key)]
    unclear = [
        text for key, text in texts.items() if key.lower() in marks["messages"] and text.strip().lower() not in marks["fine"]
    ]
    return str((*errors, *unclear)[0])[:100] if errors or unclear else None


def _list_of(document: Any, paths: Iterable[str]) -> list[Mapping[str, Any]] | None:
    for path in paths:
        posts = document if path == "" else _value(document, [path])
        if isinstance(posts, list) and all(isinstance(post, Mapping) for post in posts):
            return posts
    return None


def _inside(value: Any, key: str) -> Iterator[Mapping[str, Any]]:
    """Yield what stands under a key, however deep; nothing inside of what was found."""
    if isinstance(value, list):
        for item in value:
            yield from _inside(item, key)
    elif isinstance(value, Mapping):
        inner = value.get(key)
        if isinstance(inner, Mapping):
            yield inner
        else:
            for item in value.values():
                yield from _inside(item, key)


def _value(document: Any, paths: Iterable[str]) -> Any:
    for path in paths:
        value = document
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value not in (None, ""):
            return value
    return None


def _row(post: Mapping[str, Any], keys: Mapping[str, Sequence[str]], others: Sequence[str], account: Any) -> dict[str, Any]:
    row = {field: value for field, paths in keys.items() if (value := _value(post, paths)) is not None}
    if "account_name" not in row and account is not None:
        row["account_name"] = account
    if any(str(value).strip().lower() not in _NO for key in others if (value := _value(post, [key])) is not None):
        row["kind"] = "转发"
    return {field: value if isinstance(value, str | int | float | bool) else str(value) for field, value in row.items()}


def decode(source: str | bytes) -> Any:
    """Return the value of a JSON document, with halves of characters that a tool cut in two as U+FFFD.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    text = source if isinstance(source, str) else source.decode(json.detect_encoding(source), "surrogatepass")
    value = json.loads(text)
    if re.search(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]", text) is None:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
