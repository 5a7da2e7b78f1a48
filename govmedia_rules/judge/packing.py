"""Answers as JSON and back: argument values keep their type; what JSON lacks is written as {"$kind": text}."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from govmedia_rules.checks.contract import Arg, CheckResult, Evidence, Status
from govmedia_rules.core.time import Window


def dump_arg(value: object) -> object:
    """Return an argument value in JSON form."""
    if isinstance(value, Window):
        return {"$window": value.model_dump(exclude_defaults=True)}
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, tuple | list):
        return [dump_arg(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def load_arg(value: Any) -> Arg:
    """Return the value that `dump_arg` was given."""
    if isinstance(value, list):
        return tuple(str(load_arg(item)) for item in value)
    if isinstance(value, dict):
        [(kind, inner)] = value.items()
        if kind == "$window":
            return Window.model_validate(inner)
        if kind == "$datetime":
            return datetime.fromisoformat(inner)
        return date.fromisoformat(inner) if kind == "$date" else Decimal(inner)
    return value  # type: ignore[no-any-return]


def dump_answer(indicator: str, answer: CheckResult) -> dict[str, object]:
    """Return an answer in JSON form, without empty fields."""
    data: dict[str, object] = {"indicator": indicator, "status": answer.status.value, "reason": answer.reason}
    if answer.args:
        data["args"] = {name: dump_arg(value) for name, value in answer.args.items()}
    if answer.evidence:
        data["evidence"] = [_dump_piece(piece) for piece in answer.evidence]
    if answer.faults:
        data["faults"] = dict(answer.faults)
    if answer.possible:
        data["possible"] = dict(answer.possible)
    return data


def _dump_piece(piece: Evidence) -> list[object]:
    """Return a piece of evidence as a list, without the empty values after the first five."""
    values = [dump_arg(value) for value in piece]
    while len(values) > 5 and values[-1] in (None, []):
        values.pop()
    return values


def load_answer(data: Mapping[str, Any]) -> CheckResult:
    """Return the answer that `dump_answer` was given."""
    return CheckResult(
        Status(data["status"]),
        data["reason"],
        {name: load_arg(value) for name, value in data.get("args", {}).items()},
        tuple(Evidence(*map(load_arg, piece)) for piece in data.get("evidence", ())),  # type: ignore[arg-type]
        data.get("faults", {}),
        data.get("possible", {}),
    )
