"""For people who write indicators: judge one indicator alone, and keep its cases in a file.

A case file is TOML, named after the indicator:

    indicator = "media.veto.stale"
    [[case]]
    name = "14 days and one second ago"
    snapshot = { latest_post_at = "2024-08-09T09:59:59+08:00" }
    status = "failed"
    reason = "posts_older_than_window"

`snapshot` holds only what the case is about; the subject and the monitoring point have defaults, and `unset = ["level"]`
makes a fact of the default subject unknown.

Example:
    >>> from govmedia_rules.testing import POINT, judge, snapshot
    >>> judge("media.veto.stale", snapshot("account", latest_post_at=POINT)).status.value
    'passed'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

from govmedia_rules.checks.contract import Check
from govmedia_rules.core.files import examples_folder
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.core.toml import parse_toml
from govmedia_rules.errors import ObservationError, Where, reason_zh
from govmedia_rules.judge.finding import Finding
from govmedia_rules.judge.reviews import Review
from govmedia_rules.judge.rulebook import Rulebook, load_rulebook
from govmedia_rules.snapshots.models import AccountSnapshot, AnySnapshot, SiteSnapshot
from govmedia_rules.snapshots.supervision import SupervisorSnapshot

__all__ = ["POINT", "Case", "examples_folder", "judge", "load_cases", "run_cases", "snapshot"]

POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
"""Monitoring point of a case that names none."""

_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "site": {"name": "示例网站", "level": "city_department", "has_services": True, "status": "running"},
    "account": {"name": "示例账号", "platform": "wechat_official", "level": "city_department", "status": "running"},
    "supervisor": {"name": "示例省人民政府办公厅", "supervises": "region", "level": "province_portal"},
}
_MODELS: Mapping[str, type[AnySnapshot]] = {"site": SiteSnapshot, "account": AccountSnapshot, "supervisor": SupervisorSnapshot}


def snapshot(subject: str, /, *, observed_at: datetime | str = POINT, unset: Iterable[str] = (), **parts: object) -> AnySnapshot:
    """Return a snapshot for a test: the parts given, on a default subject.

    Args:
        subject: `site`, `account` or `supervisor`.
        observed_at: The monitoring point.
        unset: Facts of the default subject that are not known, such as `level`.
        **parts: Parts of the snapshot; `site`, `account` or `supervisor` adds to the default subject.

    Raises:
        pydantic.ValidationError: A part is not what the model takes.

    Example:
        >>> snapshot("account", latest_post_at="2024-05-01").account.name
        '示例账号'
    """
    own: Any = parts.pop(subject, {})
    known = {name: value for name, value in _DEFAULTS[subject].items() if name not in unset}
    document = {subject: {**known, **own}, "observed_at": observed_at, **parts}
    return _MODELS[subject].model_validate(document)


def judge(
    indicator_id: str, observed: AnySnapshot, *, rulebook: str | Rulebook = "national-2019", reviews: Iterable[Review] = ()
) -> Finding:
    """Return the finding of one indicator for one snapshot.

    Args:
        indicator_id: The indicator.
        observed: The snapshot.
        rulebook: A rulebook, or the id or path of one.
        reviews: What people said.

    Raises:
        UnknownIndicator: The rulebook has no such indicator.

    Example:
        >>> judge("media.veto.stale", snapshot("account", latest_post_at="2024-05-01")).status.value
        'failed'
    """
    book = rulebook if isinstance(rulebook, Rulebook) else load_rulebook(rulebook)
    inspection = book.only(indicator_id).inspect(observed, reviews=reviews)
    return next(finding for finding in inspection.findings if finding.id == indicator_id)


@dataclass(frozen=True)
class Case:
    """One case of a case file.

    Attributes:
        indicator: Id of the indicator.
        name: What the case is about.
        observed: The snapshot.
        status: Status expected.
        reason: Reason expected; None when the case does not say.
        args: Values the message must show; those the case does not name are free.
        rulebook: The rulebook.
        reviews: What people said.

    Example:
        >>> observed, book = snapshot("account", latest_post_at="2024-05-01"), load_rulebook("national-2019")
        >>> case = Case("media.veto.stale", "无更新", observed, status="failed", reason=None, args={}, rulebook=book)
        >>> case.check().status.value
        'failed'
    """

    indicator: str
    name: str
    observed: AnySnapshot
    status: str
    reason: str | None
    args: Mapping[str, object]
    rulebook: Rulebook
    reviews: tuple[Review, ...] = ()

    def run(self) -> Finding:
        """Return the finding the rulebook gives."""
        return judge(self.indicator, self.observed, rulebook=self.rulebook, reviews=self.reviews)

    def check(self) -> Finding:
        """Run the case.

        Raises:
            AssertionError: The finding is not the one expected; says both.
        """
        finding = self.run()
        expected = (self.status, self.reason if self.reason is not None else finding.reason)
        if (finding.status.value, finding.reason) != expected:
            raise AssertionError(f"{self.indicator}, {self.name}: expected {expected}, got {finding!r} ({finding.reason})")
        for name, value in self.args.items():
            shown = finding.args.get(name)
            if _plain(shown) != _plain(value):
                raise AssertionError(f"{self.indicator}, {self.name}: {name} is {shown!r}, not {value!r}")
        return finding


def load_cases(path: str | PathLike[str], *, checks: Check | ModuleType | Iterable[Check] = ()) -> list[Case]:
    r"""Return the cases of a file.

    Args:
        path: The file. It names its `indicator` and may name a `rulebook` (an id, a path beside it, or a list of layers).
        checks: Checks of the caller's own that the rulebook needs.

    Raises:
        ObservationError: A key is missing, or a snapshot of the file is not valid.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> case = '{name = "16天前", snapshot = {latest_post_at = "2024-08-07"}, status = "failed"}'
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "media.veto.stale.toml")
        ...     _ = file.write_text(f'indicator = "media.veto.stale"\ncase = [{case}]', "utf-8")
        ...     print([case.name for case in load_cases(file)])
        ['16天前']
    """
    file = Path(path)
    where = Where(str(file))
    try:
        table = parse_toml(file.read_text("utf-8"), parse_float=Decimal)
    except (OSError, ValueError, RecursionError) as fault:
        raise ObservationError(f"the file cannot be read: {fault}", where, zh=f"文件无法读取：{reason_zh(fault)}") from fault
    try:
        sources = table.get("rulebook", "national-2019")
        layers = [sources] if isinstance(sources, str) else sources
        book = load_rulebook([str(file.parent / entry) if entry.endswith(".toml") else entry for entry in layers], checks=checks)
        indicator = table["indicator"]
        subject = book[indicator].applies_to.subject
        entries = list(table["case"])
    except (KeyError, TypeError, AttributeError) as fault:
        raise ObservationError(
            f"the file holds no cases: {fault}",
            where,
            "it names an indicator and has [[case]]",
            zh=f"文件中没有用例：{reason_zh(fault)}",
            hint_zh="文件写明指标并有 [[case]]",
        ) from fault
    cases = []
    for number, entry in enumerate(entries, 1):
        try:
            point = entry.get("observed_at", table.get("observed_at", POINT))
            observed = snapshot(subject, observed_at=point, unset=entry.get("unset", ()), **entry["snapshot"])
            reviews = tuple(_review(indicator, observed, *each) for each in enumerate(entry.get("reviews", ())))
            args = entry.get("args", {})
            cases.append(Case(indicator, entry["name"], observed, entry["status"], entry.get("reason"), args, book, reviews))
        except (KeyError, ValueError, TypeError, AttributeError) as fault:
            raise ObservationError(
                f"case {number} cannot be used: {fault}",
                Where(str(file), "[[case]]"),
                zh=f"第{number}个用例不能使用：{reason_zh(fault)}",
            ) from fault
    return cases


def run_cases(path: str | PathLike[str], *, checks: Check | ModuleType | Iterable[Check] = ()) -> int:
    r"""Run all cases of a file and return how many there were.

    Raises:
        AssertionError: A case gave another finding than expected.
        ObservationError: The file cannot be used.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> case = '{name = "16天前", snapshot = {latest_post_at = "2024-08-07"}, status = "failed"}'
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "media.veto.stale.toml")
        ...     _ = file.write_text(f'indicator = "media.veto.stale"\ncase = [{case}]', "utf-8")
        ...     print(run_cases(file))
        1
    """
    cases = load_cases(path, checks=checks)
    for case in cases:
        case.check()
    return len(cases)


def _review(indicator: str, observed: AnySnapshot, hours: int, decision: str) -> Review:
    """Return a review that was given some hours after the monitoring point, so that of several the last decides."""
    return Review.model_validate(
        {
            "subject": observed.subject.id,
            "indicator": indicator,
            "decision": decision,
            "role": "复核人员",
            "at": observed.observed_at + timedelta(hours=hours),
            "reason": "测试用复核",
        }
    )


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else str(value)
