"""Merge layers: what each may change, and the plan that results.

A layer may add indicators, tighten, re-title and re-parameterise. A veto of a layer below may be made milder only with
`loosens = true` and a cited document. Two layers of equal authority that set one key differently, neither extending the
other, contradict each other.
"""

from __future__ import annotations

import inspect
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from govmedia_rules.checks.contract import Check, CheckSpec
from govmedia_rules.core.faults import fault_texts
from govmedia_rules.core.frozen import frozen_mapping
from govmedia_rules.errors import (
    OverlayConflict,
    ParameterError,
    RulebookError,
    RulebookErrors,
    UnknownCheck,
    Where,
    choices,
    choices_zh,
)
from govmedia_rules.rules.model import (
    AppliesTo,
    Indicator,
    IndicatorEntry,
    Layer,
    LayerRef,
    Plan,
    Reading,
    Scoring,
    Source,
    SubjectWord,
)
from govmedia_rules.rules.plugins import Plugins, built_in_checks

_MERGED = ("params", "deduct", "messages", "plausible")
"""Tables of an indicator that layers fill key by key; every other key is replaced as a whole."""

_VETO_KEYS = ("kind", "check", "applies_to", "mode")
"""Keys of a veto that cannot be changed without possibly making it milder."""


class _Merged:
    """One indicator while its layers are merged."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.sources: dict[str, Source] = {}
        self.enabled = True
        self.files: dict[str, str] = {}

    def file_of(self, key: str | None) -> str:
        """Return the file of the layer that set a key; of the lowest layer where none did."""
        steps = (key or "").split(".")
        named = (self.origins.get(".".join(steps[:length])) for length in range(len(steps), 0, -1))
        setter = next((layer for layer in named if layer is not None), None)
        return self.files[setter] if setter is not None else next(iter(self.files.values()))


def resolve(layers: Sequence[Layer], plugins: Plugins, own_checks: Mapping[str, CheckSpec]) -> Plan:
    """Return the plan of some layers.

    Args:
        layers: Each after everything it extends.
        plugins: What installed packages offer.
        own_checks: Checks the caller brings along.

    Raises:
        RulebookErrors: Everything that is wrong, each fault with file, table and key.
    """
    specs: Mapping[str, CheckSpec] = ChainMap(dict(own_checks), dict(plugins.checks), built_in_checks())  # type: ignore[arg-type]
    faults: list[RulebookError] = []
    by_name = {layer.content.id: layer for layer in layers}
    below = {name: _ancestors(name, by_name) for name in by_name}
    merged: dict[str, _Merged] = {}
    scoring: dict[SubjectWord, Scoring] = {}
    scored_by: dict[SubjectWord, str] = {}
    for layer in layers:
        content = layer.content
        for subject, rule in content.scoring.items():
            setter = scored_by.get(subject)
            if setter is not None and scoring[subject] != rule and _disagree(content.id, setter, by_name, below):
                faults.append(_contradiction(layer, setter, f"scoring.{subject}", None))
            if setter is not None and not rule.loosens:
                faults.extend(_looser_scoring(scoring[subject], rule, Where(layer.file, f"[scoring.{subject}]")))
            scoring[subject], scored_by[subject] = rule, content.id
        for name, entry in content.indicators.items():
            target = merged.setdefault(name, _Merged())
            _lay_over(target, name, entry, layer, specs, by_name, below, faults)
    indicators: list[Indicator] = []
    functions: dict[str, Check] = {}
    for name, target in merged.items():
        if not target.enabled:
            continue
        indicator = _finish(name, target, specs, plugins, faults)
        if indicator is not None:
            indicators.append(indicator)
            if indicator.check is not None and indicator.check in specs:
                functions[indicator.check] = specs[indicator.check].function
    for subject, rule in scoring.items():
        deductions = [each for each in indicators if each.applies_to.subject == subject and each.kind == "deduction"]
        faults.extend(_group_faults(rule, deductions, Where(by_name[scored_by[subject]].file, f"[scoring.{subject}]", "groups")))
    if faults:
        raise RulebookErrors("the rulebook cannot be used", faults, "指标体系不能使用")
    top = layers[-1].content
    return Plan(
        id=top.id,
        title=top.title,
        layers=tuple(_reference(layer) for layer in layers),
        indicators=tuple(indicators),
        scoring=scoring,
        basis=tuple(dict.fromkeys(basis for layer in layers for basis in layer.content.basis)),
        functions=functions,
    )


def _looser_scoring(old: Scoring, new: Scoring, place: Where) -> list[RulebookError]:
    """Return where a layer loosens the scoring of the layers below without declaring it."""
    looser = {
        "pass_below": new.pass_below < old.pass_below,
        "total": new.pass_below >= old.pass_below and new.total - new.pass_below > old.total - old.pass_below,
        "portals_only": new.portals_only and not old.portals_only,
        "cap": new.cap and not old.cap,
    }
    looser["no_service"] = not any(looser.values()) and _spare_without_services(new) > _spare_without_services(old)
    what, zh = "the scoring is looser than that of the layers below", "计分规则比下层宽松，而未写明"
    hint, hint_zh = "write loosens = true, with the document in source", "请写 loosens = true，并在 source 中写明文件"
    keys = [key for key, is_looser in looser.items() if is_looser]
    return [OverlayConflict(what, Where(place.file, place.table, key), hint, zh, hint_zh) for key in keys]


def _spare_without_services(rule: Scoring) -> Fraction:
    """Return how many points an owner without service duties may lose before the pass mark."""
    if rule.no_service is None:
        return Fraction(rule.total) - Fraction(rule.pass_below)
    base = Fraction(rule.total) - Fraction(rule.groups.get(rule.no_service.group, 0))
    return base - Fraction(rule.pass_below) / Fraction(*rule.no_service.factor)


def _reference(layer: Layer) -> LayerRef:
    content = layer.content
    file = None if layer.file == "<table>" else layer.file
    return LayerRef(
        id=content.id,
        title=content.title,
        version=content.version,
        region=content.region,
        release=layer.release,
        file=file,
        old_after=content.old_after,
    )


def _ancestors(name: str, by_name: Mapping[str, Layer]) -> set[str]:
    ancestors: set[str] = set()
    todo = [name]
    while todo:
        layer = by_name.get(todo.pop())
        if layer is not None:
            # A base may be given by path; its id is what counts.
            bases = [other for other in by_name if other in layer.content.extends or by_name[other].file in layer.content.extends]
            todo.extend(base for base in bases if base not in ancestors)
            ancestors.update(bases)
    return ancestors


def _disagree(new: str, old: str, by_name: Mapping[str, Layer], below: Mapping[str, set[str]]) -> bool:
    """Return whether neither of two layers extends the other, so that neither may overrule it."""
    same_rank = by_name[new].content.authority == by_name[old].content.authority
    return same_rank and old not in below[new] and new not in below[old]


def _contradiction(layer: Layer, other: str, key: str, table: str | None) -> OverlayConflict:
    return OverlayConflict(
        f"{layer.content.id} and {other} set this key differently and neither extends the other",
        Where(layer.file, table, key),
        "let one extend the other, or load only one of them",
        zh=f"{layer.content.id} 和 {other} 对这个键的设定不同，且互不扩展",
        hint_zh="让其中一个扩展另一个，或只载入一个",
    )


def _lay_over(
    target: _Merged,
    name: str,
    entry: IndicatorEntry,
    layer: Layer,
    specs: Mapping[str, CheckSpec],
    by_name: Mapping[str, Layer],
    below: Mapping[str, set[str]],
    faults: list[RulebookError],
) -> None:
    layer_id = layer.content.id
    table = f'[indicators."{name}"]'
    target.files[layer_id] = layer.file
    was_veto = target.values.get("kind") == "veto"
    given = entry.model_fields_set
    looser: list[str] = []

    def put(key: str, holder: dict[str, Any], step: str, value: Any) -> None:
        setter = target.origins.get(key)
        if setter is not None and holder.get(step) != value and _disagree(layer_id, setter, by_name, below):
            faults.append(_contradiction(layer, setter, key, table))
        holder[step] = value
        target.origins[key] = layer_id

    if entry.adopts is not None:
        _adopt(target, entry.adopts, entry, put, Where(layer.file, table, "adopts"), faults)
    for key in sorted(given - {"loosens", "enabled", "adopts", *_MERGED}):
        value = getattr(entry, key)
        if was_veto and (key == "readings" or (key in _VETO_KEYS and target.values.get(key) != value)):
            looser.append(key)  # a reading that the layer below does not list may ask for less
        if key == "unverified":
            value = tuple(dict.fromkeys((*target.values.get(key, ()), *value)))
        put(key, target.values, key, value)
    for key in _MERGED:
        if key not in given:
            continue
        inner: dict[str, Any] = target.values.setdefault(key, {})
        if key == "params":
            changed = _looser_than_below(target, specs, inner, entry)
            looser += changed if was_veto and "check" not in looser else []
        for step, value in getattr(entry, key).items():
            put(f"{key}.{step}", inner, step, value)
            # A value set anew is as sure as the layer that sets it says, not as the one below said.
            if f"{key}.{step}" not in entry.unverified and f"{key}.{step}" in target.values.get("unverified", ()):
                target.values["unverified"] = tuple(k for k in target.values["unverified"] if k != f"{key}.{step}")
    if entry.enabled is not None:
        if was_veto and target.enabled and not entry.enabled:
            looser.append("enabled")
        target.enabled = entry.enabled
        target.origins["enabled"] = layer_id
    if entry.source is not None:
        target.sources[layer_id] = entry.source
    faults.extend(_looser_faults(looser, entry, layer, table))


def _looser_faults(looser: Sequence[str], entry: IndicatorEntry, layer: Layer, table: str) -> list[RulebookError]:
    if entry.loosens and entry.source is not None:
        return []
    fault = "cites no document" if entry.loosens else "does not say so"
    hint = "write loosens = true and a source with the document that allows it"
    what = f"{layer.content.id} makes (or may make) the veto milder and {fault}"
    zh = f"{layer.content.id} 放宽（或可能放宽）了单项否决，而{'没有写明依据' if entry.loosens else '没有说明'}"
    hint_zh = "请写 loosens = true，并在 source 里写明允许放宽的文件"
    return [OverlayConflict(what, Where(layer.file, table, key), hint, zh, hint_zh) for key in looser]


def _adopt(
    target: _Merged,
    reading_id: str,
    entry: IndicatorEntry,
    put: Callable[[str, dict[str, Any], str, Any], None],
    place: Where,
    faults: list[RulebookError],
) -> None:
    """Make one of the listed readings the only one; the document it rests on becomes the source of the entry."""
    readings: Mapping[str, Reading] = target.values.get("readings", {})
    reading = readings.get(reading_id)
    if reading is None:
        hint, hint_zh = choices(reading_id, readings), choices_zh(reading_id, readings)
        faults.append(
            OverlayConflict(f"no reading is named {reading_id!r}", place, hint, f"没有名为 {reading_id!r} 的理解", hint_zh)
        )
        return
    if entry.source is None:
        faults.append(
            OverlayConflict(
                "a reading is adopted and no document is cited",
                place,
                "write a source with the document",
                zh="采用了一种理解，但没有写明依据",
                hint_zh="请写 source，注明文件",
            )
        )
        return
    for step, value in reading.params.items():
        put(f"params.{step}", target.values.setdefault("params", {}), step, value)
    put("readings", target.values, "readings", {})


def _looser_than_below(
    target: _Merged, specs: Mapping[str, CheckSpec], params: Mapping[str, object], entry: IndicatorEntry
) -> list[str]:
    """Return keys of parameters that are looser than those below, or than those of a reading, which a layer closes."""
    spec = specs.get(target.values.get("check", ""))
    # Readings that the layer lists itself go with its own parameters.
    closed = [] if "readings" in entry.model_fields_set else _close_readings(target, params, entry.params)
    steps = (step for old in (params, *closed) for step in _looser_params(spec, old, entry.params))
    return [f"params.{step}" for step in dict.fromkeys(steps)]


def _close_readings(target: _Merged, params: Mapping[str, object], given: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Drop the readings that differ in a parameter which a layer now sets itself; return the parameters under each of them."""
    readings: Mapping[str, Reading] = target.values.get("readings", {})
    closed = [reading for reading in readings.values() if given.keys() & reading.params.keys()]
    if closed:
        kept = {name: reading for name, reading in readings.items() if reading not in closed}
        target.values["readings"] = kept if len(kept) > 1 else {}
    return [{**params, **reading.params} for reading in closed]


def _looser_params(spec: CheckSpec | None, old: Mapping[str, object], given: Mapping[str, object]) -> list[str]:
    """Return which parameters a layer makes, or may make, looser.

    A parameter that the layers below leave alone has the default of the check, and is compared like any other.

    Args:
        spec: The check; None where it is not known, and then any change may loosen.
        old: Parameters set by the layers below.
        given: Parameters set by the layer.
    """
    if spec is None:
        return [step for step, value in given.items() if old.get(step) != value]
    before, after = _effective(spec, old), _effective(spec, {**old, **given})
    looser = [step for step in given if step in before and step in after and not _stays_strict(spec, step, before, after)]
    complete = before.keys() == after.keys() == spec.parameters.keys()
    if spec.loosened is not None and complete:
        looser += spec.loosened(before, after)
    return looser


def _effective(spec: CheckSpec, given: Mapping[str, object]) -> dict[str, Any]:
    """Return the parameters with the check's defaults; those of a wrong type, reported elsewhere, are left out."""
    values: dict[str, Any] = {}
    for step, parameter in spec.parameters.items():
        if step in given:
            try:
                values[step] = spec.adapters[step].validate_python(given[step])
            except ValidationError:
                continue
        elif not parameter.is_required:
            values[step] = parameter.default
    return values


def _stays_strict(spec: CheckSpec, step: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    direction = spec.parameters[step].tighter
    return bool(before[step] == after[step]) or (direction is not None and direction.allows(before[step], after[step]))


def _finish(
    name: str, target: _Merged, specs: Mapping[str, CheckSpec], plugins: Plugins, faults: list[RulebookError]
) -> Indicator | None:
    values = target.values
    table = f'[indicators."{name}"]'

    def fault(kind: type[RulebookError], key: str, what: str, zh: str, hint: str = "", hint_zh: str = "") -> None:
        faults.append(kind(what, Where(target.file_of(key), table, key), hint, zh, hint_zh))

    missing = [key for key in ("title", "kind", "source") if key not in values]
    for key in missing:
        fault(RulebookError, key, "the key is missing", "缺少这个键", "no layer below says it either", "下层也没有写")
    check, problem = values.get("check"), None
    spec = specs.get(check) if check is not None else None
    if check is not None and spec is None:
        problem = plugins.trouble_with(check)
        if problem is None:
            what, zh = f"no check is named {check!r}", f"没有名为 {check!r} 的检查项"
            fault(UnknownCheck, "check", what, zh, choices(check, specs), choices_zh(check, specs))
            missing.append("check")
    params: dict[str, object] = dict(values.get("params", {}))
    if spec is not None:
        params = _typed(spec, params, fault)
    elif params and check is None:
        fault(ParameterError, "params", "there are parameters but no check", "有参数而没有检查项")
    applies_to: AppliesTo | None = values.get("applies_to")
    if applies_to is None and spec is not None and spec.subject != "registry":
        applies_to = AppliesTo(subject=spec.subject)  # type: ignore[arg-type]
    elif applies_to is None:
        example = 'applies_to = { subject = "site" }'
        fault(RulebookError, "applies_to", "the key is missing", "缺少这个键", f"write {example}", f"写作 {example}")
    elif spec is not None and spec.subject not in ("registry", applies_to.subject):
        what = f"the check {check!r} takes a {spec.subject}, not a {applies_to.subject}"
        fault(RulebookError, "applies_to", what, f"检查项 {check!r} 检查的是 {spec.subject}，不是 {applies_to.subject}")
    if missing or applies_to is None:
        return None
    if spec is not None and values.get("kind") == "deduction":
        _check_deductions(spec, values.get("deduct", {}), fault)
    _check_doubts(spec, values, fault)
    mode: Any = values.get("mode") or ("auto" if check is not None else "person")
    if check is None and mode != "person":
        what, zh = f"mode is {mode!r} but there is no check", f"mode 为 {mode!r}，但没有检查项"
        hint, hint_zh = 'name a check, or write mode = "person"', '请写明检查项，或写 mode = "person"'
        fault(RulebookError, "mode", what, zh, hint, hint_zh)
    plain = {key: value for key, value in values.items() if key not in ("params", "phrase", "mode", "applies_to", "readings")}
    plain["messages"] = dict(values.get("messages", {}))
    return Indicator(
        id=name,
        phrase=values.get("phrase") or values["title"],
        params=params,
        readings=_typed_readings(spec, values.get("readings", {}), fault),
        mode=mode,
        applies_to=applies_to,
        origins=target.origins,
        sources=target.sources,
        problem=problem,
        **plain,
    )


def _check_deductions(spec: CheckSpec, deduct: Mapping[str, object], fault: Any) -> None:
    """Require a price for every kind of fault that the check counts, and none for any other kind."""
    for kind in deduct:
        if kind not in spec.faults:
            what, zh = f"the check {spec.name!r} counts no such faults", f"检查项 {spec.name!r} 不计这种问题"
            fault(ParameterError, f"deduct.{kind}", what, zh, choices(kind, spec.faults), choices_zh(kind, spec.faults))
    for kind in spec.faults:
        if kind not in deduct:
            what = f"the check {spec.name!r} counts these faults, and nothing says what one costs"
            zh = f"检查项 {spec.name!r} 计这种问题，但没有写每个扣几分"
            fault(ParameterError, f"deduct.{kind}", what, zh, f"write deduct.{kind} = 1", f"写作 deduct.{kind} = 1")


def _check_doubts(spec: CheckSpec | None, values: Mapping[str, Any], fault: Any) -> None:
    """Require that every value marked unverified or plausible exists, because a misspelt key would hide a doubt."""
    known = {f"deduct.{kind}" for kind in values.get("deduct", {})}
    if spec is not None:
        known |= {f"params.{name}" for name in spec.parameters}
    for key in (*values.get("unverified", ()), *values.get("plausible", {})):
        table, _, step = key.partition(".")
        if key in known or (not step and table in IndicatorEntry.model_fields):
            continue
        names = ["points", "kind", *sorted(known)]
        what, zh = f"nothing of the indicator is named {key!r}", f"这个指标没有 {key!r}"
        fault(RulebookError, "unverified", what, zh, choices(key, names), choices_zh(key, names))


def _typed(spec: CheckSpec, params: dict[str, object], fault: Any) -> dict[str, object]:
    typed = _typed_given(spec, params, fault, "params")
    for step, parameter in spec.parameters.items():
        if step in params:
            continue
        if parameter.default is inspect.Parameter.empty:
            what, zh = f"the check {spec.name!r} needs this parameter", f"检查项 {spec.name!r} 需要这个参数"
            fault(ParameterError, f"params.{step}", what, zh, f"it is {parameter.type_name}", f"类型是 {parameter.type_name}")
        else:
            typed[step] = parameter.default
    return dict(sorted(typed.items()))


def _typed_given(spec: CheckSpec, params: Mapping[str, object], fault: Any, table: str) -> dict[str, object]:
    """Return the parameters that are given, validated and typed; faults are placed under `table`."""
    typed: dict[str, object] = {}
    for step, value in params.items():
        if step not in spec.parameters:
            what, zh = f"the check {spec.name!r} has no such parameter", f"检查项 {spec.name!r} 没有这个参数"
            fault(ParameterError, f"{table}.{step}", what, zh, choices(step, spec.parameters), choices_zh(step, spec.parameters))
            continue
        try:
            typed[step] = spec.adapters[step].validate_python(value)
        except ValidationError as wrong:
            reasons, type_name = fault_texts(wrong.errors(include_url=False)), spec.parameters[step].type_name
            what, zh = f"{value!r} does not fit: {reasons.en}", f"{value!r} 不合要求：{reasons.zh}"
            fault(ParameterError, f"{table}.{step}", what, zh, f"the parameter is {type_name}", f"参数的类型是 {type_name}")
    return typed


def _typed_readings(spec: CheckSpec | None, readings: Mapping[str, Reading], fault: Any) -> dict[str, Reading]:
    """Return the readings with parameters of the check's types; one of them must set none, and every other one some."""
    if not readings:
        return {}
    if spec is None:
        fault(RulebookError, "readings", "there are readings but no check", "有几种理解而没有检查项")
        return {}
    if [not reading.params for reading in readings.values()].count(True) != 1:
        what = "one reading must set no params: the one the indicator itself follows"
        fault(RulebookError, "readings", what, "应有一种理解不设参数：即指标本身采用的理解")
    typed: dict[str, Reading] = {}
    for name, reading in readings.items():
        params = _typed_given(spec, reading.params, fault, f"readings.{name}.params")
        typed[name] = reading.model_copy(update={"params": frozen_mapping(params)})
    return typed


def _group_faults(rule: Scoring, indicators: Sequence[Indicator], place: Where) -> list[RulebookError]:
    """Return the groups whose indicators do not add up to the points that the scoring states."""
    faults: list[RulebookError] = []
    for group, points in rule.groups.items():
        members = [each.points or Decimal(0) for each in indicators if each.group == group]
        if sum(members) != points:
            terms = " + ".join(map(str, members)) or "nothing"
            what = f"the indicators of {group} add up to {terms} = {sum(members)}, not {points}"
            zh = f"{group} 组的指标合计 {terms} = {sum(members)}，不是 {points}"
            faults.append(RulebookError(what, place, zh=zh))
    for number, relation in enumerate(rule.relations):
        related = {each.id: each.group for each in indicators if each.id in relation.indicators}
        unknown = [name for name in relation.indicators if name not in related]
        groups = set(related.values())
        where = Where(place.file, place.table, f"relations.{number}")
        if unknown:
            faults.append(
                RulebookError(f"no deduction is named {', '.join(unknown)}", where, zh=f"没有扣分项 {'、'.join(unknown)}")
            )
        elif len(groups) > 1 or not groups & rule.groups.keys():
            what, zh = (
                "the deductions of a relation belong to one group whose points are stated",
                "一个关系里的扣分项应属于同一个写明分值的组",
            )
            faults.append(RulebookError(what, where, zh=zh))
        elif relation.at_least > rule.groups[next(iter(groups)) or ""]:
            faults.append(
                RulebookError(
                    f"the group has fewer points than {relation.at_least}", where, zh=f"该组的分值少于 {relation.at_least}"
                )
            )
    if rule.groups and sum(rule.groups.values()) != rule.total:
        faults.append(
            RulebookError(
                f"the groups add up to {sum(rule.groups.values())}, not {rule.total}",
                place,
                zh=f"各组合计 {sum(rule.groups.values())}，不是 {rule.total}",
            )
        )
    return faults
