"""An indicator explained: what it asks, where it comes from, and which layer set which value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from govmedia_rules.checks.contract import Arg
from govmedia_rules.core import display
from govmedia_rules.core.time import Window
from govmedia_rules.rules.model import Indicator, LayerRef, format_arg


@dataclass(frozen=True, slots=True)
class Explanation:
    """What can be told of one indicator; prints as text.

    Attributes:
        indicator: The indicator.
        layers: The layers of the rulebook, the lowest first.
    """

    indicator: Indicator
    layers: tuple[LayerRef, ...]

    @property
    def parameters(self) -> dict[str, tuple[object, str]]:
        """Each parameter with its value and the layer that set it (`default` for the check's own default)."""
        one = self.indicator
        return {name: (value, one.origins.get(f"params.{name}", "default")) for name, value in one.params.items()}

    def to_dict(self) -> dict[str, object]:
        """A JSON-ready copy."""
        one = self.indicator
        return {
            "id": one.id,
            "title": one.title,
            "title_en": one.title_en,
            "kind": one.kind,
            "group": one.group,
            "points": None if one.points is None else str(one.points),
            "mode": one.mode,
            "covers": one.covers,
            "check": one.check,
            "applies_to": one.applies_to.model_dump(mode="json", exclude_none=True),
            "source": one.source.model_dump(mode="json", exclude_none=True),
            "sources": {name: source.model_dump(mode="json", exclude_none=True) for name, source in one.sources.items()},
            "parameters": {
                name: {"value": _plain(value), "set_by": setter, "verified": f"params.{name}" not in one.unverified}
                for name, (value, setter) in self.parameters.items()
            },
            "unverified": list(one.unverified),
            "verified": one.is_verified,
        }

    def __str__(self) -> str:
        one = self.indicator
        lines = [f"{one.id}  {one.title}（{one.kind_zh}）"]
        if one.group:
            lines.append(f"  所属: {one.group}" + (f"，{one.points}分" if one.points is not None else ""))
        lines.append(f"  方式: {MODES[one.mode]}" + ("" if one.covers == "full" else "，只覆盖该条款的一部分"))
        for layer in self.layers:
            source = one.sources.get(layer.id)
            if source is not None:
                clause = f" {source.clause}" if source.clause else ""
                seen = "已核实" if source.verified else "待核实"
                lines.append(f"  依据[{layer.id}]: {source.document}{clause}（{seen}）{source.note or ''}")
        if one.check is not None:
            lines.append(f"  检查项: {one.check}" + (f"，不可用: {one.problem}" if one.problem else ""))
        for name, (value, setter) in self.parameters.items():
            doubt = "，待核实" if f"params.{name}" in one.unverified else ""
            lines.append(f"    {name} = {value_text(value)}  [{setter}{doubt}]")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        body = display.text(self, 20_000)
        return display.frame(f'<pre style="white-space:pre-wrap;color:inherit;background:transparent">{body}</pre>')


MODES = {"auto": "机器判定", "sample": "抽样判定", "person": "人工判定"}


def value_text(value: object) -> str:
    """A parameter's value as a person reads it."""
    if isinstance(value, Mapping):
        return "{" + "，".join(f"{key}: {value_text(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + "，".join(value_text(inner) for inner in value) + "]"
    return format_arg(_as_arg(value), "zh")


def _as_arg(value: object) -> Arg:
    return value if isinstance(value, Window | int | float) or value is None else str(value)


def _plain(value: object) -> object:
    if isinstance(value, Window):
        return value.model_dump(exclude_defaults=True)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
