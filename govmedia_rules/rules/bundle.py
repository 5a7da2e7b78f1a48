"""A rulebook as one file: all its layers as they were written, for a machine that has none of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from govmedia_rules.core.faults import FaultText, fault_texts
from govmedia_rules.errors import RulebookSyntaxError, Where, reason_zh
from govmedia_rules.rules.load import MAX_BYTES
from govmedia_rules.rules.model import Layer, Plan, RulebookFile

FORMAT = "govmedia-rules-book"
VERSION = 1


class Bundle(NamedTuple):
    """The content of a rulebook file.

    Attributes:
        layers: The layers, the lowest first.
        only: Ids of the indicators, where a selection was exported; None for all of them.
        digest: Digest of the plan where it was exported.
    """

    layers: list[Layer]
    only: tuple[str, ...] | None
    digest: str


def dump_bundle(layers: Sequence[Layer], plan: Plan) -> str:
    """Return the layers of a plan as one JSON document that `read_bundle` reads.

    Raises:
        RulebookSyntaxError: A parameter names a file of this machine, which no other has.
    """
    for indicator in plan.indicators:
        for name, value in indicator.params.items():
            local = [item for item in value if Path(str(item)).is_file()] if isinstance(value, tuple) else []
            if local and hasattr(value, "provenance"):
                where = Where(plan.id, f'[indicators."{indicator.id}"]', f"params.{name}")
                raise RulebookSyntaxError(
                    f"the file {local[0]} is on this machine alone",
                    where,
                    "name a built-in lexicon",
                    zh=f"文件 {local[0]} 只在这台机器上",
                    hint_zh="请写内置词表的名称",
                )
    ids = {layer.file: layer.content.id for layer in layers}
    document = {
        "format": FORMAT,
        "format_version": VERSION,
        "id": plan.id,
        "version": plan.version,
        "digest": plan.digest,
        "only": None if plan.complete else [indicator.id for indicator in plan.indicators],
        "layers": [_dump_layer(layer, ids) for layer in layers],
        "releases": [layer.release for layer in layers],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _dump_layer(layer: Layer, ids: Mapping[str, str]) -> object:
    content = layer.content.model_dump(by_alias=True, exclude_unset=True)
    known = set(ids.values())
    # A base that was given by its path is named by its id, which is all the other machine knows.
    bases = [base if base in known else ids.get(str(Path(layer.file).parent / base), base) for base in layer.content.extends]
    return _pack(content | ({"extends": bases} if bases else {}))


def _pack(value: object) -> object:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(key): _pack(inner) for key, inner in value.items()}
    return [_pack(inner) for inner in value] if isinstance(value, list | tuple) else value


def _unpack(value: object) -> object:
    if isinstance(value, list):
        return [_unpack(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$decimal"}:
        return Decimal(str(value["$decimal"]))
    if value.keys() == {"$date"}:
        return date.fromisoformat(str(value["$date"]))
    return {key: _unpack(inner) for key, inner in value.items()}


def read_bundle(path: str | PathLike[str]) -> Bundle:
    """Read the file of a rulebook.

    Raises:
        RulebookSyntaxError: It cannot be opened, is none, is of a later format, or something in it is not valid.
    """
    where = Where(str(path))
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise RulebookSyntaxError(f"the file has more than {MAX_BYTES} bytes", where, zh=f"文件超过 {MAX_BYTES} 字节")
        document = json.loads(data)
    except OSError as fault:
        raise RulebookSyntaxError(
            f"the file cannot be read: {fault.strerror}", where, zh=f"文件不能读：{reason_zh(fault)}"
        ) from None
    except (ValueError, RecursionError) as fault:
        raise RulebookSyntaxError(f"the file is not JSON: {fault}", where, zh=f"文件不是 JSON：{reason_zh(fault)}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RulebookSyntaxError(
            "the file is no exported rulebook",
            where,
            "`govmedia-rules book export` writes one",
            zh="文件不是导出的指标体系",
            hint_zh="用 `govmedia-rules book export` 导出",
        )
    if document.get("format_version") != VERSION:
        version = document.get("format_version")
        raise RulebookSyntaxError(
            f"the file has format {version!r}, and {VERSION} is read",
            where,
            "a newer release wrote it",
            zh=f"文件是第 {version!r} 版格式，本版读第 {VERSION} 版",
            hint_zh="它由更新的版本写出",
        )
    try:
        if not document["layers"]:
            raise ValueError("the file holds no layer")
        releases = document.get("releases", [None] * len(document["layers"]))
        layers = [
            Layer(f"{path}#{number}", _read_layer(each), None if release is None else str(release)[:1_000])
            for number, (each, release) in enumerate(zip(document["layers"], releases, strict=True), 1)
        ]
        only = None if document["only"] is None else tuple(map(str, document["only"]))
        return Bundle(layers, only, str(document["digest"]))
    except (KeyError, TypeError, ArithmeticError, RecursionError, ValueError) as fault:
        texts = (
            fault_texts(fault.errors(include_url=False))
            if isinstance(fault, ValidationError)
            else FaultText(str(fault), str(fault))
        )
        hint, hint_zh = "export it again", "请重新导出"
        what, zh = f"the file cannot be used: {texts.en}"[:2_000], f"文件不能用：{texts.zh}"[:2_000]
        raise RulebookSyntaxError(what, where, hint, zh, hint_zh) from None


def _read_layer(content: object) -> RulebookFile:
    return RulebookFile.model_validate(_unpack(content))
