"""Explain an indicator: title, clause, source, parameters, and the layer that set each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from govmedia_rules.checks.contract import Arg
from govmedia_rules.core import display
from govmedia_rules.core.time import Window
from govmedia_rules.rules.model import GRADE_ZH, Indicator, LayerRef, format_arg
from govmedia_rules.rules.places import RulePlaces


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a rulebook says of one indicator; it prints as text.

    Attributes:
        indicator: The indicator.
        layers: The layers of the rulebook, the lowest first.
        places: Where its tables, check, sentences, cases and page are, from the root of the repository.
    """

    indicator: Indicator
    layers: tuple[LayerRef, ...]
    places: RulePlaces

    @property
    def parameters(self) -> dict[str, tuple[object, str]]:
        """Each parameter with its value and the layer that set it (`default` for the check's own default)."""
        indicator = self.indicator
        return {name: (value, indicator.origins.get(f"params.{name}", "default")) for name, value in indicator.params.items()}

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-ready copy."""
        indicator = self.indicator
        return {
            "id": indicator.id,
            "title": indicator.title,
            "title_en": indicator.title_en,
            "kind": indicator.kind,
            "group": indicator.group,
            "points": None if indicator.points is None else str(indicator.points),
            "mode": indicator.mode,
            "covers": indicator.covers,
            "check": indicator.check,
            "applies_to": indicator.applies_to.model_dump(mode="json", exclude_none=True),
            "source": indicator.source.model_dump(mode="json", exclude_none=True),
            "sources": {name: source.model_dump(mode="json", exclude_none=True) for name, source in indicator.sources.items()},
            "parameters": {
                name: {
                    "value": _plain(value),
                    "set_by": setter,
                    "verified": indicator.grade_of(f"params.{name}") != "unseen",
                    "grade": indicator.grade_of(f"params.{name}"),
                }
                for name, (value, setter) in self.parameters.items()
            },
            "readings": {
                name: {
                    "title": reading.title,
                    "params": {step: _plain(value) for step, value in reading.params.items()},
                    "source": reading.source.model_dump(mode="json", exclude_none=True),
                }
                for name, reading in indicator.readings.items()
            },
            "unverified": list(indicator.unverified),
            "verified": indicator.is_verified,
            "grade": indicator.grade,
            "books": {layer.id: layer.release for layer in self.layers if layer.id in indicator.origins.values()},
            "places": self.places._asdict(),
        }

    def __str__(self) -> str:
        indicator = self.indicator
        setters = set(indicator.origins.values())
        lines = [f"{indicator.id}  {indicator.title}（{indicator.kind_zh}）"]
        if indicator.group:
            grade = GRADE_ZH[indicator.grade_of("points")]
            lines.append(
                f"  所属: {indicator.group}" + (f"，{indicator.points}分（{grade}）" if indicator.points is not None else "")
            )
        lines.append(f"  方式: {MODES[indicator.mode]}" + ("" if indicator.covers == "full" else "，只覆盖该条款的一部分"))
        for layer in self.layers:
            source = indicator.sources.get(layer.id)
            if source is not None:
                clause = f" {source.clause}" if source.clause else ""
                lines.append(f"  依据[{layer.id}]: {source.document}{clause}（{GRADE_ZH[source.grade]}）{source.note or ''}")
        if indicator.check is not None:
            lines.append(f"  检查项: {indicator.check}" + (f"，不可用: {indicator.problem}" if indicator.problem else ""))
        for name, (value, setter) in self.parameters.items():
            lines.append(f"    {name} = {value_text(value)}  [{setter}，{GRADE_ZH[indicator.grade_of(f'params.{name}')]}]")
        for name, reading in indicator.readings.items():
            values = "；".join(f"{step} = {value_text(value)}" for step, value in reading.params.items()) or "即上列参数"
            lines.append(
                f"  读法[{name}]: {reading.title}（{values}） 依据 {reading.source.document}（{GRADE_ZH[reading.source.grade]}）"
            )
        released = [
            f"{layer.id}@{layer.version} 见于 {layer.release or '自有文件'}" for layer in self.layers if layer.id in setters
        ]
        lines.append(f"  规则册: {'；'.join(released)}")
        lines.append("  位置:")
        lines += [f"    {name}: {place}" for name, place in self._shown_places()]
        return "\n".join(lines)

    def _shown_places(self) -> Iterator[tuple[str, str]]:
        places = self.places
        yield from (("规则册", table) for table in places.tables)
        if places.check is not None:
            yield "检查项", places.check
        if places.sentences is not None:
            yield "语句", f"{places.sentences}（{'、'.join(places.reasons)}）"
        yield from (("用例", file) for file in places.cases)
        yield "说明页", places.page

    def _repr_html_(self) -> str:
        body = display.text(self, 20_000)
        return display.frame(f'<pre style="white-space:pre-wrap;color:inherit;background:transparent">{body}</pre>')


MODES = {"auto": "机器判定", "sample": "抽样判定", "person": "人工判定"}


def value_text(value: object) -> str:
    """Return a parameter's value as a person reads it."""
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
