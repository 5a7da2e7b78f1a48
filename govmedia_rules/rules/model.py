"""Rules as data: the models of a rulebook file, and the plan that its layers resolve to."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Self

from dateutil.relativedelta import relativedelta
from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import to_jsonable_python

from govmedia_rules.checks.contract import Arg, Check, CheckSpec
from govmedia_rules.core.frozen import FrozenDict, frozen_mapping
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.time import Window
from govmedia_rules.subjects.models import DivisionCode
from govmedia_rules.subjects.vocabulary import Level, Platform, Status

IndicatorId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=200)]
"""Dotted id, from family to case: `site.veto.columns.core`."""

IndicatorKind = Literal["veto", "deduction", "bonus", "management", "warning"]
"""单项否决, 扣分, 加分, 管理类, 提示: different arithmetic, not a scale of severity."""

KIND_ZH: Mapping[str, str] = {
    "veto": "单项否决",
    "deduction": "扣分指标",
    "bonus": "加分指标",
    "management": "管理要求",
    "warning": "提示",
}

SubjectWord = Literal["site", "account", "supervisor"]


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("points must be a finite number")
    return value


def _as_text(value: object) -> object:
    # TOML floats arrive as Decimal already; a float from Python would bring binary dust into sums.
    return str(value) if isinstance(value, float) else value


Points = Annotated[Decimal, BeforeValidator(_as_text), AfterValidator(_finite), Field(ge=0, le=1000)]
"""Points, exact."""


class Effective(Model):
    """When a layer is in force; both days included, None for open. `until` is another word for `to`."""

    from_: date | None = Field(default=None, alias="from")
    to: date | None = Field(default=None, validation_alias=AliasChoices("to", "until"))

    def covers(self, day: date) -> bool:
        """Whether the layer is in force on `day`."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


class Successor(Model):
    """Rules that replace a layer and are not available: they are known to exist, but their text has not been read.

    Attributes:
        from_: First day they hold.
        document: The document that holds them.
        note: What is known of them.
    """

    from_: date = Field(alias="from")
    document: Name
    note: Short | None = None


class Basis(Model):
    """A document the rulebook rests on."""

    title: Name
    number: Short | None = None
    issued: date | None = None
    url: Short | None = None


MAX_AGE_YEARS = 5
"""Age of the newest document of a layer from which its use gives a warning."""

Grade = Literal["official", "copy", "unseen"]
"""How something was seen: on an official host or in the document itself, in a copy elsewhere, or not at all."""

GRADE_ZH: Mapping[Grade, str] = {"official": "官方来源", "copy": "据转载", "unseen": "未见原文"}
"""Grades as people read them, the surest first."""

_OFFICIAL_HOST = re.compile(r"(?:https?://)?(?:[^/?#@]*\.)?gov\.cn(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)


class Source(Model):
    """The document and clause of a rule.

    Attributes:
        document: The document.
        clause: Place in it; None when the whole document is meant.
        grade: How the rule was seen. Where only `verified` is given, a text at an address outside gov.cn is a copy.
        verified: Whether it was seen at all; False for a best reading. Follows from `grade`.
        note: What is known of its reliability.
        url: Address of the text the rule was read in.
    """

    document: Name
    clause: Short | None = None
    grade: Grade = "unseen"
    verified: bool = False
    note: Short | None = None
    url: Short | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_grade(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        verified, grade, url = data.get("verified"), data.get("grade"), data.get("url")
        if grade is not None:
            if verified is not None and verified != (grade != "unseen"):
                raise ValueError(f"grade = {grade!r} and verified = {verified!r} contradict each other; leave verified out")
            return {**data, "verified": grade != "unseen"}
        if verified is not True:
            return data
        is_copy = isinstance(url, str) and _OFFICIAL_HOST.match(url) is None
        return {**data, "grade": "copy" if is_copy else "official"}


class Reading(Model):
    """One way to read a clause that its sources allow.

    Attributes:
        title: The reading in a few words, as a notice may print it.
        title_en: The same in English; None where nobody translated it.
        params: Parameters that it sets otherwise than the indicator itself; {} for the reading the indicator follows.
        source: Where the reading comes from.
    """

    title: Name
    title_en: Name | None = None
    params: Annotated[Mapping[str, object], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    source: Source


class AppliesTo(Model):
    """The subjects an indicator applies to; a condition that is None admits all.

    Attributes:
        subject: Sites, accounts, or supervising offices.
        portals: True for 政府门户网站 only, False for all others.
        levels: Levels admitted.
        platforms: Platforms admitted, with those below them in the tree.
        has_services: Whether the owner must (not) have outward service duties.
        status: Stages of life admitted; a subject whose stage is not known may not be meant.
    """

    subject: SubjectWord
    portals: bool | None = None
    levels: tuple[Level, ...] | None = None
    platforms: tuple[Platform, ...] | None = None
    has_services: bool | None = None
    status: tuple[Status, ...] | None = None


class MessageText(Model):
    """The sentence for a reason, in Chinese and English; `{name}` is replaced by an argument of the answer."""

    zh: Short
    en: Short


class IndicatorEntry(Model):
    """An indicator as one layer sets it; a key it leaves out keeps the value of the layers below.

    Attributes:
        title: Official name.
        title_en: Name in English.
        phrase: Wording for the list of problems in a notice (存在的突出问题); the title by default.
        kind: Which arithmetic it belongs to.
        group: First-level indicator (一级指标).
        check: Name of the check that answers it; absent where only a person can.
        params: Parameters of the check.
        applies_to: Which subjects it is asked of.
        mode: `auto` decidable from data, `sample` from a drawn sample, `person` by a person (a check then only names
            candidates).
        covers: Whether passing the check is passing the clause, or only a part of it.
        points: Points of the indicator; the most it can cost or bring.
        deduct: Points for each fault of a kind the check counts; the word `all` costs all points.
        window: The window in words, for people.
        sample: The sample in words, for people.
        source: Where it comes from.
        unverified: Keys (`points`, `params.window`, `deduct.blank`) that are best readings or the overlay's own choice.
        plausible: For such keys of points: the range in which the true value may lie.
        messages: Sentences for reasons, over those that come with the check.
        readings: Every way to read the clause that sources allow, by id; one of them sets no parameters and is the one the
            indicator itself follows. A failure or a pass is said only where all of them agree.
        adopts: Id of the reading that decides alone from this layer on; the layer's own `source` must cite the document.
        loosens: Says that the layer knowingly makes a veto below it milder; its own `source` must cite a document.
        enabled: False takes the indicator out of the plan.
        since: Version of the rulebook that brought it.
        status: Stage of its life; a deprecated one still runs and warns.
        aliases: Earlier ids.
    """

    title: Name | None = None
    title_en: Name | None = None
    phrase: Name | None = None
    kind: IndicatorKind | None = None
    group: Name | None = None
    check: Name | None = None
    params: Mapping[str, object] = Field(default_factory=dict)
    applies_to: AppliesTo | None = None
    mode: Literal["auto", "sample", "person"] | None = None
    covers: Literal["full", "part"] | None = None
    points: Points | None = None
    deduct: Mapping[str, Points | Literal["all"]] = Field(default_factory=dict)
    window: Short | None = None
    sample: Short | None = None
    source: Source | None = None
    unverified: tuple[Short, ...] = ()
    plausible: Mapping[str, tuple[Points, Points]] = Field(default_factory=dict)
    messages: Mapping[str, MessageText] = Field(default_factory=dict)
    readings: Mapping[IndicatorId, Reading] = Field(default_factory=dict)
    adopts: IndicatorId | None = None
    loosens: bool = False
    enabled: bool | None = None
    since: Short | None = None
    status: Literal["preview", "stable", "deprecated"] | None = None
    aliases: tuple[IndicatorId, ...] = ()


class NoServiceRule(Model):
    """How a portal without outward service duties is scored: the group is left out, the rest multiplied.

    Attributes:
        group: Group of indicators that is not checked.
        factor: Multiplier as a fraction, numerator and denominator (4, 3).
    """

    group: Name
    factor: tuple[int, int]


class PointRelation(Model):
    """A bound that published sums imply for points that are not known singly: together they are at least an amount.

    Attributes:
        indicators: Ids of deductions of one group.
        at_least: The points they have together at least.
        source: Where the sum was seen.
    """

    indicators: Annotated[tuple[IndicatorId, ...], Field(min_length=1)]
    at_least: Points
    source: Source


class Scoring(Model):
    """How points add up for one kind of subject (计分规则).

    Attributes:
        portals_only: Whether only 政府门户网站 are scored.
        total: Points before deductions.
        pass_below: A deduction score below this is unqualified; exactly this is qualified.
        bonus_above: Bonuses are added to a deduction score strictly above this.
        bonus_total: The most all bonuses may bring.
        groups: Points of each group, which must equal the sum of its indicators where `check_groups` says so.
        relations: What is known of the points of several indicators of a group together.
        no_service: The rule for owners without service duties; None where there is none.
        cap: Whether the deductions of one indicator stop at its points.
        veto_score: Score a vetoed subject gets; None gives no score, which is the national rule.
        veto_levels: Levels whose subjects get it; None for all.
        loosens: Says that the layer knowingly lowers the pass mark below it, or scores portals only where all were scored.
        source: Where the rule comes from.
    """

    portals_only: bool = False
    total: Points = Decimal(100)
    pass_below: Points
    bonus_above: Points | None = None
    bonus_total: Points | None = None
    groups: Annotated[Mapping[str, Points], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    relations: tuple[PointRelation, ...] = ()
    no_service: NoServiceRule | None = None
    cap: bool = True
    veto_score: Points | None = None
    veto_levels: tuple[Level, ...] | None = None
    loosens: bool = False
    source: Source


class RulebookFile(Model):
    """One layer, as written.

    Attributes:
        id: Id of the layer.
        title: Its name.
        version: Its version.
        series: Books of one series replace each other over time; `rulebook_for` picks within a series.
        extends: The layer (or layers) below it.
        region: Division code of the place it holds for; None for the nation.
        effective: When it is in force.
        superseded_by: Id of the layer that replaces it from that one's first day on; None while none does. Where that layer is not
            at hand, nobody is judged by this one after its last day, or at all where it names none.
        known_successor: Rules that replace it and are not at hand; from their first day on nobody is judged by this layer.
        basis: Documents it rests on.
        scoring: How points add up, by kind of subject; what a layer leaves out the layers below say.
        indicators: Its indicators by id.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=100)]
    title: Name
    version: Short = "1"
    series: Short = "inspection"
    extends: tuple[Short, ...] = ()
    region: DivisionCode | None = None
    effective: Effective = Field(default_factory=Effective)
    superseded_by: Short | None = None
    known_successor: Successor | None = None
    basis: tuple[Basis, ...] = ()
    scoring: Mapping[SubjectWord, Scoring] = Field(default_factory=dict)
    indicators: Mapping[IndicatorId, IndicatorEntry] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _one_base(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("extends"), str):
            return {**data, "extends": (data["extends"],)}
        return data

    @model_validator(mode="after")
    def _not_by_itself(self) -> Self:
        if self.superseded_by == self.id:
            raise ValueError("a layer cannot be superseded by itself")
        return self

    @property
    def authority(self) -> int:
        """0 for the nation, 1 for a province, 2 for a city, 3 for a county: a lower number is the higher authority."""
        if self.region is None:
            return 0
        return 1 if self.region.endswith("0000") else 2 if self.region.endswith("00") else 3

    @property
    def old_after(self) -> date | None:
        """The last day on which its newest document is no older than five years; None where no day is known.

        Of a layer without a dated document its first day counts.
        """
        newest = max((basis.issued for basis in self.basis if basis.issued is not None), default=self.effective.from_)
        return newest and newest + relativedelta(year=min(newest.year + MAX_AGE_YEARS, date.max.year))


class Layer(NamedTuple):
    """A layer and where it came from.

    Attributes:
        file: Where it was read; `<table>` for a table given by the caller.
        content: What it says.
        release: The release it came with; None for a caller's own.
    """

    file: str
    content: RulebookFile
    release: str | None = None


class LayerRef(Model):
    """Which layer, in which version, went into a plan.

    Attributes:
        id: Id of the layer.
        title: Its name.
        version: Its version.
        region: Division code of the place it holds for; None for the nation.
        release: The release it came with, of this library, an installed package or apart from the code; None for a caller's own.
        file: Where it was read; None for a table given by the caller.
        old_after: The last day on which its newest document is no older than five years; None where no day is known.
    """

    id: Short
    title: Short
    version: Short
    region: DivisionCode | None = None
    release: Short | None = None
    file: Short | None = Field(default=None, exclude=True, repr=False)
    old_after: date | None = Field(default=None, exclude=True, repr=False)


class Indicator(Model):
    """An indicator as it is applied, after all layers are merged (指标).

    Attributes are those of `IndicatorEntry` with nothing left out, and:
        params: Parameters of the check, validated and typed.
        readings: Readings that are still open, those of each `params` validated and typed; {} where one decides alone.
        origins: For each key (`title`, `params.window` …) the layer that set it.
        problem: Why its check cannot run (a plugin that failed to load); None when it can.

    Example:
        >>> import govmedia_rules as gr
        >>> indicator = gr.load_rulebook("national-2019")["media.veto.stale"]
        >>> indicator.kind, indicator.check
        ('veto', 'account.stale')
    """

    id: IndicatorId
    title: Name
    title_en: Name | None = None
    phrase: Name
    kind: IndicatorKind
    group: Name | None = None
    check: Name | None = None
    params: Annotated[Mapping[str, object], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    applies_to: AppliesTo
    mode: Literal["auto", "sample", "person"]
    covers: Literal["full", "part"] = "full"
    points: Points | None = None
    deduct: Annotated[Mapping[str, Points | Literal["all"]], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    window: Short | None = None
    sample: Short | None = None
    source: Source
    sources: Annotated[Mapping[str, Source], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    unverified: tuple[Short, ...] = ()
    plausible: Annotated[Mapping[str, tuple[Points, Points]], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    messages: Annotated[Mapping[str, MessageText], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    readings: Annotated[Mapping[str, Reading], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    since: Short | None = None
    status: Literal["preview", "stable", "deprecated"] = "stable"
    aliases: tuple[IndicatorId, ...] = ()
    origins: Annotated[Mapping[str, str], AfterValidator(frozen_mapping)] = Field(default_factory=FrozenDict)
    problem: Short | None = None

    @property
    def kind_zh(self) -> str:
        """The official word for its kind."""
        return KIND_ZH[self.kind]

    def grade_of(self, key: str) -> Grade:
        """Return how one of its values was seen (`points`, `params.window`, `deduct.blank`).

        The grade is that of what the layer cites that set it; where that cites nothing, of what the indicator cites.
        """
        return "unseen" if key in self.unverified else self.sources.get(self.origins.get(key, ""), self.source).grade

    @cached_property
    def grade(self) -> Grade:
        """How the rule with all its values is sourced: the weakest of them counts."""
        grades: list[Grade] = [self.source.grade, "unseen" if self.unverified else self.source.grade]
        grades += [self.grade_of(key) for key in self.origins if key.partition(".")[0] in _DECIDING]
        return max(grades, key=list(GRADE_ZH).index)

    @property
    def is_verified(self) -> bool:
        """Whether the rule and all its values were seen in the source or in a copy of it."""
        return self.grade != "unseen"


_DECIDING = ("id", "kind", "group", "check", "params", "applies_to", "mode", "points", "deduct", "problem")


def canonical(value: object) -> object:
    """Return a value as JSON in which equal values are written alike, for digests.

    Numbers are written without trailing zeros, whatever their type; keys that a model leaves at their default are left out.
    """
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return f"{Decimal(str(value)).normalize():f}"
    if isinstance(value, BaseModel):
        return canonical(value.model_dump(exclude_defaults=True))
    if isinstance(value, Mapping):
        return {str(key): canonical(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [canonical(inner) for inner in value]
    return to_jsonable_python(value, serialize_unknown=True)


def _deciding(indicator: Indicator) -> dict[str, object]:
    """Return the fields of an indicator that can change a verdict, for the digest."""
    content: dict[str, object] = {name: getattr(indicator, name) for name in _DECIDING}
    if indicator.readings:
        content["readings"] = {name: reading.params for name, reading in indicator.readings.items()}
    return content


def _deciding_scoring(rule: Scoring) -> dict[str, object]:
    """Return the fields of a scoring that can change a verdict, for the digest."""
    content = rule.model_dump(exclude={"source", "relations", "loosens"})
    if rule.relations:
        content["relations"] = [relation.model_dump(exclude={"source"}) for relation in rule.relations]
    return content


class Plan:
    """The frozen result of one or more layers: indicators, whom they apply to, and all values. It pickles.

    Attributes:
        id: Id of the topmost layer.
        title: Its title.
        layers: The layers, the lowest first.
        indicators: What is asked, in a fixed order.
        scoring: How points add up, by kind of subject; {} where nothing is scored.
        basis: Documents of all layers.
        left_out: Indicators of the rulebook that a selection by `only` or `without` leaves out.
        functions: The checks by name, as far as they could be loaded.
    """

    id: str
    title: str
    layers: tuple[LayerRef, ...]
    indicators: tuple[Indicator, ...]
    scoring: Mapping[SubjectWord, Scoring]
    basis: tuple[Basis, ...]
    functions: Mapping[str, Check]
    left_out: tuple[Indicator, ...]

    def __init__(
        self,
        id: str,
        title: str,
        layers: tuple[LayerRef, ...],
        indicators: tuple[Indicator, ...],
        scoring: Mapping[SubjectWord, Scoring],
        basis: tuple[Basis, ...],
        functions: Mapping[str, Check],
        left_out: tuple[Indicator, ...] = (),
    ) -> None:
        values = {
            "id": id,
            "title": title,
            "layers": layers,
            "indicators": indicators,
            "scoring": FrozenDict(scoring),
            "basis": basis,
            "functions": FrozenDict(functions),
            "left_out": left_out,
        }
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a plan cannot be changed: {name}; lay a layer of your own over it instead")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a plan cannot be changed: {name}")

    @property
    def version(self) -> str:
        """Versions of all layers, the topmost first."""
        return "+".join(f"{layer.id}@{layer.version}" for layer in reversed(self.layers))

    @property
    def books(self) -> str:
        """Releases of rulebooks its layers came with, the lowest first; "" where all layers are a caller's own."""
        return "、".join(dict.fromkeys(layer.release for layer in self.layers if layer.release))

    @cached_property
    def old_after(self) -> date:
        """The last day on which no layer's newest document is older than five years."""
        return min((layer.old_after for layer in self.layers if layer.old_after is not None), default=date.max)

    @cached_property
    def by_id(self) -> Mapping[str, Indicator]:
        """The indicators by id."""
        return FrozenDict({indicator.id: indicator for indicator in self.indicators})

    @cached_property
    def by_alias(self) -> Mapping[str, Indicator]:
        """The indicators by their earlier ids."""
        return FrozenDict({alias: indicator for indicator in self.indicators for alias in indicator.aliases})

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that can change a verdict: indicators, conditions, values, points and checks.

        A check counts with the version of its meaning. A number has one digest however it is written (0.05, 0.050).
        """
        content = {
            "indicators": [_deciding(indicator) | {"version": self._version_of(indicator)} for indicator in self.indicators],
            "scoring": {subject: _deciding_scoring(rule) for subject, rule in self.scoring.items()},
        }
        text = json.dumps(canonical(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def _version_of(self, indicator: Indicator) -> int | None:
        function = self.functions.get(indicator.check or "")
        return None if function is None else CheckSpec.of(function).version

    @cached_property
    def resources(self) -> Mapping[str, str]:
        """Version and digest of every lexicon and calendar the parameters name, by its id."""
        stamps: dict[str, str] = {}
        for indicator in self.indicators:
            for value in indicator.params.values():
                stamps |= getattr(value, "provenance", {})
        return FrozenDict(sorted(stamps.items()))

    def select(self, indicators: tuple[Indicator, ...]) -> Plan:
        """Return the plan with some of its indicators only."""
        kept = {indicator.id for indicator in indicators}
        left_out = (*self.left_out, *(indicator for indicator in self.indicators if indicator.id not in kept))
        return Plan(self.id, self.title, self.layers, indicators, self.scoring, self.basis, self.functions, left_out)

    @property
    def complete(self) -> bool:
        """Whether these are all indicators of the rulebook."""
        return not self.left_out

    def scores(self, subject: SubjectWord) -> bool:
        """Whether subjects of this kind can be scored: there is a rule, and no indicator that counts is left out."""

        def counts(indicator: Indicator) -> bool:
            return indicator.kind in ("deduction", "bonus") and indicator.applies_to.subject == subject

        return subject in self.scoring and any(map(counts, self.indicators)) and not any(map(counts, self.left_out))

    def __getstate__(self) -> dict[str, Any]:
        names = ("id", "title", "layers", "indicators", "scoring", "basis", "functions", "left_out")
        return {name: self.__dict__[name] for name in names}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and (self.version, self.digest) == (other.version, other.digest)

    def __hash__(self) -> int:
        return hash((self.version, self.digest))

    def __repr__(self) -> str:
        part = "" if self.complete else " of a selection"
        return f"<Plan {self.version}: {len(self.indicators)} indicators{part}, {self.digest[:12]}>"


def format_arg(value: Arg, lang: str) -> str:
    """Return a value as a sentence in `lang` (`zh`, `en`) shows it."""
    if value is None:
        return "无" if lang == "zh" else "none"
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, Window):
        return value.text(lang)
    if isinstance(value, date):  # a datetime is a date
        return f"{value.year}年{value.month}月{value.day}日" if lang == "zh" else f"{value:%Y-%m-%d}"
    if isinstance(value, tuple):
        shown = [format_arg(item, lang) for item in value[:10]]
        if lang == "zh":
            return "、".join(shown) + ("等" if len(value) > 10 else "")
        return ", ".join(shown) + (" …" if len(value) > 10 else "")
    return str(value)
