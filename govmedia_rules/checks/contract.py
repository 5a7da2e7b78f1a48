"""What a check is: a pure function of one snapshot and named parameters, and the answers it may give.

A check says passed, failed, needs_review or inconclusive. `not_applicable`, `error` and `not_checked` are said by the
judge alone. A check reads no file, no clock and no global state; its parameters come from the rulebook.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import re
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field, TypeAdapter

from govmedia_rules.checks.members import Members
from govmedia_rules.core.frozen import EMPTY, FrozenDict
from govmedia_rules.core.time import Window
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.errors import ArgumentError, reason_zh
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.supervision import SupervisorSnapshot
from govmedia_rules.text.normalise import INVISIBLE


class Status(StrEnum):
    """The seven statuses of a finding.

    Example:
        >>> [status.value for status in Status]
        ['passed', 'failed', 'not_applicable', 'inconclusive', 'needs_review', 'not_checked', 'error']
    """

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    INCONCLUSIVE = "inconclusive"
    NEEDS_REVIEW = "needs_review"
    NOT_CHECKED = "not_checked"
    ERROR = "error"

    @property
    def zh(self) -> str:
        """The official or customary Chinese word."""
        return _STATUS_ZH[self]


_STATUS_ZH = {
    Status.PASSED: "通过",
    Status.FAILED: "不通过",
    Status.NOT_APPLICABLE: "不适用",
    Status.INCONCLUSIVE: "数据不足",
    Status.NEEDS_REVIEW: "待复核",
    Status.NOT_CHECKED: "未检查",
    Status.ERROR: "检查出错",
}

Arg = str | int | float | bool | Decimal | datetime | date | Window | tuple[str, ...] | None
"""A value a message may show."""

Kinds = tuple[str, ...]
"""Ids of a vocabulary."""

Positive = Annotated[int, Field(ge=1)]
"""A count of at least one."""

MAX_EVIDENCE = 200
"""Pieces of evidence one finding keeps; the message gives the full count."""


class Evidence(NamedTuple):
    """One observed fact behind an answer.

    Attributes:
        what: What was seen: a column's name, a post's title, a passage.
        where: Its address or place; None when it has none.
        when: The time it shows or was seen; None when it has none.
        value: The observed value; None when being there is the fact.
        limit: What the rule demands instead; None when the rule has no number.
        reason: Why it is a candidate, as a reason code; None where the reason of the answer says it.
        confidence: How sure the machine is: `high`, `medium`, `low`; None where it is not a matter of degree.
        position: Position of a passage in its text; None for what is no passage.
        suggestion: What to write instead; None where a person decides.
        document: The document that a lexicon line rests on; None where the rule says it.
        places: Addresses of all places where the same passage stands, when there are several.

    Example:
        >>> Evidence("要闻", where="http://www.example.gov.cn/yw/", value=16, limit=14).where
        'http://www.example.gov.cn/yw/'
    """

    what: str
    where: str | None = None
    when: datetime | date | None = None
    value: Arg = None
    limit: Arg = None
    reason: str | None = None
    confidence: str | None = None
    position: int | None = None
    suggestion: str | None = None
    document: str | None = None
    places: tuple[str, ...] = ()

    @property
    def passage(self) -> str | None:
        """Digest of the sentence and the term, by which a review names a passage; None for what is no passage."""
        if self.position is None or not isinstance(self.value, str):
            return None
        return passage_digest(self.value, self.what)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses where it was seen."""
        return self.places or (() if self.where is None else (self.where,))


def passage_digest(sentence: str, term: str) -> str:
    """Return the digest by which a review names a passage: 16 hexadecimal digits.

    Spaces, unseen characters, width and case of letters make no difference: the same sentence has one digest on every page.

    Args:
        sentence: The sentence that holds the term.
        term: The term as it is written there.

    Example:
        >>> passage_digest("Ａ b。", "B") == passage_digest("ab。", "b")
        True
    """
    passage = f"{key_of(sentence.translate(_UNSEEN))}\0{key_of(term.translate(_UNSEEN))}"
    return hashlib.sha256(passage.encode("utf-8", "surrogatepass")).hexdigest()[:16]


_UNSEEN = dict.fromkeys(INVISIBLE)


class CheckResult(NamedTuple):
    """The compact answer of one check; a `Finding` is built from it when someone looks.

    Attributes:
        status: What is said.
        reason: Snake-case fact the message hangs on; "" for a plain pass.
        args: Values the message shows.
        evidence: Observed facts, at most `MAX_EVIDENCE`.
        faults: Number of faults by kind, which deductions multiply; {} where they are not counted.
        possible: Faults that may exist besides, by kind, because something was not observed or waits for review.

    Example:
        >>> failed("posts_older_than_window", faults={"days": 3}).status.value
        'failed'
    """

    status: Status
    reason: str = ""
    args: Mapping[str, Arg] = EMPTY
    evidence: tuple[Evidence, ...] = ()
    faults: Mapping[str, int] = EMPTY
    possible: Mapping[str, int] = EMPTY

    def __reduce__(self) -> tuple[object, ...]:
        if self is PASSED:
            return (_passed, ())
        return (CheckResult, tuple(self))


PASSED = CheckResult(Status.PASSED)
"""The plain pass, one shared object."""


def _counts(faults: Mapping[str, int] | None) -> Mapping[str, int]:
    return FrozenDict(faults) if faults else EMPTY


def _passed() -> CheckResult:
    return PASSED


def passed(reason: str = "", *, evidence: Iterable[Evidence] = (), **args: Arg) -> CheckResult:
    """Return an answer: the rule is kept as far as observed.

    Args:
        reason: Fact worth telling with a pass; "" for none.
        evidence: Observed facts.
        **args: Values the message shows.

    Example:
        >>> passed().status is Status.PASSED
        True
    """
    if not reason and not args:
        return PASSED
    return CheckResult(Status.PASSED, reason, FrozenDict(args), tuple(evidence)[:MAX_EVIDENCE])


def failed(
    reason: str,
    *,
    evidence: Iterable[Evidence] = (),
    faults: Mapping[str, int] | None = None,
    possible: Mapping[str, int] | None = None,
    **args: Arg,
) -> CheckResult:
    """Return an answer: the rule is broken.

    Args:
        reason: Snake-case fact, such as `older_than_limit`; messages hang on it.
        evidence: Observed facts; the first `MAX_EVIDENCE` are kept.
        faults: Number of faults by kind, for rules that deduct for each.
        possible: Faults that may exist besides, by kind.
        **args: Values the message shows.

    Example:
        >>> failed("posts_older_than_window", days=16).args["days"]
        16
    """
    return CheckResult(Status.FAILED, reason, FrozenDict(args), tuple(evidence)[:MAX_EVIDENCE], _counts(faults), _counts(possible))


def inconclusive(
    reason: str, *, evidence: Iterable[Evidence] = (), possible: Mapping[str, int] | None = None, **args: Arg
) -> CheckResult:
    """Return an answer: the observations do not decide (`inconclusive`).

    Args:
        reason: What is missing.
        evidence: Observed facts.
        possible: Faults that may exist, by kind.
        **args: Values the message shows.

    Example:
        >>> inconclusive("posts_not_observed").status.value
        'inconclusive'
    """
    return CheckResult(Status.INCONCLUSIVE, reason, FrozenDict(args), tuple(evidence)[:MAX_EVIDENCE], EMPTY, _counts(possible))


def needs_review(
    reason: str, *, evidence: Iterable[Evidence] = (), possible: Mapping[str, int] | None = None, **args: Arg
) -> CheckResult:
    """Return an answer: there are candidates for a person to decide (`needs_review`).

    Args:
        reason: Why they are candidates.
        evidence: The candidates.
        possible: Faults they may be, by kind.
        **args: Values the message shows.

    Example:
        >>> needs_review("passages_doubtful", evidence=[Evidence("布署")]).evidence[0].what
        '布署'
    """
    return CheckResult(Status.NEEDS_REVIEW, reason, FrozenDict(args), tuple(evidence)[:MAX_EVIDENCE], EMPTY, _counts(possible))


class Strictness(Enum):
    """Which way a parameter makes a rule stricter; used in `Annotated[int, Strictness.LOWER]`.

    An overlay may move a veto's parameter only this way unless it says `loosens = true` and cites a document.

    Example:
        >>> Strictness.LOWER.allows(2, 1), Strictness.LOWER.allows(2, 3)
        (True, False)
    """

    LOWER = "lower"
    HIGHER = "higher"
    SHORTER = "shorter"
    LONGER = "longer"
    FEWER = "fewer"
    MORE = "more"
    TRUE = "true"
    FALSE = "false"

    def allows(self, old: object, new: object) -> bool:
        """Whether going from `old` to `new` keeps the rule as strict or makes it stricter."""
        if old == new:
            return True
        if self in (Strictness.SHORTER, Strictness.LONGER):
            if isinstance(old, Mapping) and isinstance(new, Mapping):
                # One window for each kind: none may go, none may move the other way; further kinds are held to a window too.
                return all(key in new and self.allows(value, new[key]) for key, value in old.items())
            if old is None or new is None:
                # No window at all is the widest one.
                return (old is None) == (self is Strictness.SHORTER)
            if isinstance(old, Window) and isinstance(new, Window):
                if old.is_as_long_as(new):
                    return True
                return new.is_shorter_than(old) if self is Strictness.SHORTER else old.is_shorter_than(new)
            return False
        if self in (Strictness.FEWER, Strictness.MORE):
            if old is None or new is None:
                return False  # None may stand for all as well as for none
            before, after = set(_members(old)), set(_members(new))
            return after <= before if self is Strictness.FEWER else after >= before
        if self in (Strictness.TRUE, Strictness.FALSE):
            return new is (self is Strictness.TRUE)
        if old is None:
            return True  # a number where no rule stated one
        if isinstance(old, int | float | Decimal) and isinstance(new, int | float | Decimal):
            return new < old if self is Strictness.LOWER else new > old
        return False


def _members(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.items()
    return value if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


_ARG_TYPES = (str, int, float, bool, Decimal, date, Window, type(None))
_SAID_BY_CHECKS = frozenset({Status.PASSED, Status.FAILED, Status.INCONCLUSIVE, Status.NEEDS_REVIEW})
_MAX_COUNT = 10_000_000
_REASON = re.compile(r"[a-z][a-z0-9_]{0,99}")


def fault_of(answer: object, kinds: tuple[str, ...]) -> str | None:
    """Return why the return value of a check is not a valid answer; None where it is one.

    Args:
        answer: What the check returned.
        kinds: Kinds of faults that the check counts.
    """
    if not isinstance(answer, CheckResult):
        return f"the check returned {type(answer).__name__}, not passed(), failed(), inconclusive() or needs_review()"
    if answer.status.__class__ is not Status or answer.status not in _SAID_BY_CHECKS:
        return f"the status is {answer.status!r}; a check says passed, failed, inconclusive or needs_review"
    if not isinstance(answer.reason, str) or (
        (answer.reason or answer.status is not Status.PASSED) and not _REASON.fullmatch(answer.reason)
    ):
        return f"the reason {answer.reason!r} is no code of small letters, digits and underscores"
    if not isinstance(answer.args, Mapping) or not all(
        isinstance(name, str) and _is_arg(value) for name, value in answer.args.items()
    ):
        return "a value for the message has a type that no sentence can show"
    if not isinstance(answer.evidence, tuple) or not all(map(_is_evidence, answer.evidence)):
        return "the evidence holds something that is no Evidence"
    if len(answer.evidence) > MAX_EVIDENCE:
        return f"there are {len(answer.evidence)} pieces of evidence, more than {MAX_EVIDENCE}"
    if answer.status is Status.PASSED and any((answer.faults or {}).values()):
        return "the answer is passed and counts faults"
    return _counts_fault(answer.faults, kinds) or _counts_fault(answer.possible, kinds)


def _is_arg(value: object) -> bool:
    if isinstance(value, tuple):
        return all(isinstance(item, str) for item in value)
    if isinstance(value, float) or type(value) is Decimal:
        return math.isfinite(value)
    return isinstance(value, _ARG_TYPES)


def _is_evidence(piece: object) -> bool:
    if not isinstance(piece, Evidence) or not isinstance(piece.what, str):
        return False
    texts = (piece.where, piece.reason, piece.confidence, piece.suggestion, piece.document)
    return (
        all(text is None or isinstance(text, str) for text in texts)
        and (piece.when is None or isinstance(piece.when, date))
        and (piece.position is None or isinstance(piece.position, int))
        and isinstance(piece.places, tuple)
        and all(isinstance(place, str) for place in piece.places)
        and _is_arg(piece.value)
        and _is_arg(piece.limit)
    )


def _counts_fault(counts: object, kinds: tuple[str, ...]) -> str | None:
    if not isinstance(counts, Mapping):
        return "the counts of faults are no mapping"
    for kind, count in counts.items():
        if kind not in kinds:
            return f"faults of the kind {kind!r} are counted, which the check does not name"
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= _MAX_COUNT:
            return f"the count of {kind!r} is {count!r}, not a whole number of 0 or more"
    return None


Check = Callable[..., CheckResult]
RegistryCheck = Callable[..., Mapping[str, CheckResult]]
F = TypeVar("F", bound=Check | RegistryCheck)

_MARK = "__govmedia_check__"


Loosened = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[str]]
"""From the parameters of the layers below and those with a layer on top: names of those that make the rule looser."""


class CheckMark(NamedTuple):
    """The attributes that `@check` attaches to a function."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    faults: tuple[str, ...]
    version: int
    loosened: Loosened | None


def check(
    name: str,
    *,
    needs: str | Iterable[str] = (),
    faults: Iterable[str] = (),
    version: int = 1,
    loosened: Loosened | None = None,
) -> Callable[[F], F]:
    """Mark a module-level function as a check; nothing is registered anywhere.

    Args:
        name: Name that rulebooks use, a noun in the failing state (`columns_overdue`), with a prefix for local ones.
        needs: Parts of the snapshot without which the check cannot answer; where one is None the finding is
            inconclusive and the function is not called. `"posts|latest_post_at"` is satisfied by either part.
        faults: Kinds of faults it counts, for rules that deduct for each; a rulebook gives points for every one of them.
        version: Raised whenever the same snapshot and parameters get another answer. The digest of a plan holds it, so that
            results made before and after are told apart.
        loosened: Finds what makes the rule looser and no single direction of a parameter tells, such as a default that replaces
            a stricter one; see `Strictness`.

    Returns:
        The function, unchanged.

    Example:
        >>> import govmedia_rules as gr
        >>> @gr.check("account.silent", needs="posts")
        ... def silent(account: gr.AccountSnapshot) -> gr.CheckResult:
        ...     return gr.passed() if account.posts else gr.failed("no_posts")
        >>> own = {"id": "city", "title": "本市细则", "indicators": {
        ...     "city.silent": {"title": "没有发布过", "kind": "warning", "check": "account.silent",
        ...                     "applies_to": {"subject": "account"}, "source": {"document": "某文"},
        ...                     "messages": {"no_posts": {"zh": "没有发布过", "en": "never published"}}}}}
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", posts=[])
        >>> gr.load_rulebook(own, checks=silent).inspect(snapshot).finding("city.silent").message("zh")
        '没有发布过'
    """
    groups = (needs,) if isinstance(needs, str) else tuple(needs)

    def mark(function: F) -> F:
        setattr(
            function, _MARK, CheckMark(name, tuple(tuple(need.split("|")) for need in groups), tuple(faults), version, loosened)
        )
        return function

    return mark


def is_check(value: object) -> bool:
    """Return whether `@check` marked the function."""
    return callable(value) and hasattr(value, _MARK)


def name_of(function: Check) -> str:
    """Return the name that rulebooks use for a marked function."""
    return str(getattr(function, _MARK).name)


class Parameter(NamedTuple):
    """A named parameter of a check, read from its signature.

    Attributes:
        name: Its name.
        annotation: Its type.
        default: Its default, or `inspect.Parameter.empty` when a rulebook must give it.
        tighter: Which way it makes the rule stricter; None when the author did not say.
    """

    name: str
    annotation: object
    default: object
    tighter: Strictness | None

    @property
    def is_required(self) -> bool:
        """Whether a rulebook must give it."""
        return self.default is inspect.Parameter.empty

    @property
    def type_name(self) -> str:
        """Its type as a reader writes it."""
        annotation = self.annotation
        return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


SUBJECTS: Mapping[type, str] = {
    SiteSnapshot: "site",
    AccountSnapshot: "account",
    SupervisorSnapshot: "supervisor",
    Members: "registry",
}
"""What a check may take, and the word for it. A check of `Members` looks across subjects and answers for some of them."""


@dataclass(frozen=True)
class CheckSpec:
    """A check with what its signature says.

    Attributes:
        function: The function.
        name: Name that rulebooks use.
        needs: Parts of the snapshot it needs, alternatives grouped.
        subject: `site`, `account` …: the kind of snapshot it takes.
        parameters: Its named parameters.
        faults: Kinds of faults it counts.
        version: Version of its meaning.
        loosened: What finds looser parameters beside their directions; None where these say all.
    """

    function: Check
    name: str
    needs: tuple[tuple[str, ...], ...]
    subject: str
    parameters: Mapping[str, Parameter]
    faults: tuple[str, ...] = ()
    version: int = 1
    loosened: Loosened | None = None

    @classmethod
    def of(cls, function: Check) -> CheckSpec:
        """Read a marked function.

        Raises:
            TypeError: The function is not marked, or its signature is not that of a check; says what to change.
        """
        if getattr(function, _MARK, None) is None:
            name = getattr(function, "__qualname__", repr(function))
            raise ArgumentError(f"{name} is not marked with @check", zh=f"{name} 没有用 @check 标记")
        return _read_spec(function)

    @cached_property
    def adapters(self) -> Mapping[str, TypeAdapter[object]]:
        """A validator for each parameter."""
        return {name: _adapter(parameter.annotation) for name, parameter in self.parameters.items()}


@lru_cache(maxsize=1_000)  # reading type hints takes a millisecond, and a plan is compiled for many profiles
def _read_spec(function: Check) -> CheckSpec:
    mark: CheckMark = getattr(function, _MARK)
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception as fault:
        what, zh = f"the annotations of check {mark.name!r} cannot be read", f"检查算法 {mark.name!r} 的类型标注不能读取"
        raise ArgumentError(f"{what}: {fault}", zh=f"{zh}：{reason_zh(fault)}") from fault
    first, *rest = inspect.signature(function).parameters.values()
    snapshot = hints.get(first.name)
    subject = SUBJECTS.get(snapshot)  # type: ignore[arg-type]
    if subject is None:
        kinds = " or ".join(kind.__name__ for kind in SUBJECTS)
        zh = f"检查算法 {mark.name!r} 的第一个参数应标注为 {kinds.replace(' or ', '、')} 之一"
        raise ArgumentError(f"the first parameter of check {mark.name!r} must be annotated as {kinds}", zh=zh)
    unknown = [part for group in mark.needs for part in group if not hasattr_of(snapshot, part)]
    if unknown:
        named, kind = ", ".join(unknown), snapshot.__name__  # type: ignore[union-attr]
        zh = f"检查算法 {mark.name!r} 需要 {named}，而 {kind} 没有"
        raise ArgumentError(f"check {mark.name!r} needs {named}, which {kind} does not have", zh=zh)
    parameters = {}
    for parameter in rest:
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            what, zh = f"parameter {parameter.name!r} of check {mark.name!r}", f"检查算法 {mark.name!r} 的参数 {parameter.name!r}"
            raise ArgumentError(f"{what} must be keyword-only (write it after *)", zh=f"{zh} 应写在 * 之后")
        if parameter.name not in hints:
            what, zh = f"parameter {parameter.name!r} of check {mark.name!r}", f"检查算法 {mark.name!r} 的参数 {parameter.name!r}"
            raise ArgumentError(f"{what} has no type", zh=f"{zh} 没有类型标注")
        parameters[parameter.name] = _parameter(parameter, hints[parameter.name])
    return CheckSpec(function, mark.name, mark.needs, subject, parameters, mark.faults, mark.version, mark.loosened)


def _adapter(annotation: Any) -> TypeAdapter[object]:
    return TypeAdapter(annotation)


def hasattr_of(kind: object, part: str) -> bool:
    """Return whether snapshots of this kind have such a field or property."""
    return part in getattr(kind, "model_fields", {}) or hasattr(kind, part)


def _parameter(parameter: inspect.Parameter, annotation: object) -> Parameter:
    tighter = None
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *extras = typing.get_args(annotation)
        tighter = next((extra for extra in extras if isinstance(extra, Strictness)), None)
        others = [extra for extra in extras if not isinstance(extra, Strictness)]
        annotation = typing.Annotated[(inner, *others)] if others else inner
    return Parameter(parameter.name, annotation, parameter.default, tighter)
