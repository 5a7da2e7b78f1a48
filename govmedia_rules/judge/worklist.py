"""The work that would decide undetermined verdicts (待定): the acts that decide most subjects first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from govmedia_rules.checks.contract import Status
from govmedia_rules.judge.finding import Finding
from govmedia_rules.judge.inspection import Inspection, Verdict, each_inspection
from govmedia_rules.snapshots.kinds import word
from govmedia_rules.tables.columns import Heading
from govmedia_rules.tables.out import SummaryTable

MAX_NAMES = 5
"""Names of subjects shown in a row; the ids are all there."""


class Act(NamedTuple):
    """One thing to do, and the subjects whose verdict it may decide.

    Attributes:
        kind: `fill` (a fact of the snapshot or table), `state` (a fact of the subject), `decide` (candidates, by a person),
            `adopt` (a reading of the clause, or decide), `wait` (the subject does not run now), `repair` (a check that failed).
        text: What to do, in Chinese.
        indicators: Ids of the indicators that stay open without it.
        subjects: Ids of the subjects it is about.
        names: Their names.
        alone: How many of them have nothing else open, so that this act decides their verdict.
    """

    kind: str
    text: str
    indicators: tuple[str, ...]
    subjects: tuple[str, ...]
    names: tuple[str, ...]
    alone: int


HEADINGS: tuple[Heading[Act], ...] = (
    Heading("kind", "text", "类别", lambda act: act.kind),
    Heading("text", "text", "要做的事", lambda act: act.text),
    Heading("indicators", "text", "指标编号", lambda act: " ".join(act.indicators)),
    Heading("count", "integer", "涉及对象数", lambda act: len(act.subjects)),
    Heading("alone", "integer", "做完即可判定的对象数", lambda act: act.alone),
    Heading("names", "text", "对象", lambda act: "、".join(act.names[:MAX_NAMES]) + ("等" if len(act.names) > MAX_NAMES else "")),
    Heading("subjects", "text", "对象标识", lambda act: " ".join(act.subjects)),
)


def worklist(inspections: Iterable[Inspection]) -> SummaryTable[Act]:
    """List what would decide open verdicts, the act that decides most subjects first.

    Args:
        inspections: Results; those with a verdict are passed over.

    Returns:
        A table of acts, for a frame, a workbook or the screen; empty when nothing is open.

    Example:
        >>> import govmedia_rules as gr
        >>> from govmedia_rules import testing
        >>> book = gr.load_rulebook("national-2019")
        >>> account = testing.snapshot("account", functions=[{"kind": "message", "works": True}])
        >>> [act.text for act in worklist([book.inspect(account)])]
        ['补充最近更新时间、发布内容、发布数量']
    """
    served: dict[tuple[str, str], list[Inspection]] = defaultdict(list)
    indicators: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    alone: dict[tuple[str, str], int] = defaultdict(int)
    for inspection in each_inspection(inspections):
        if inspection.verdict is not Verdict.UNDETERMINED:
            continue
        acts: set[tuple[str, str]] = set()
        for finding in inspection.missing:
            act = _act(finding)
            acts.add(act)
            indicators[act][finding.id] = None
        for act in acts:
            served[act].append(inspection)
        if len(acts) == 1:
            alone[acts.pop()] += 1
    rows = [
        Act(
            *act,
            tuple(indicators[act]),
            tuple(dict.fromkeys(inspection.subject.id for inspection in those)),
            tuple(dict.fromkeys(inspection.subject.name for inspection in those)),
            alone[act],
        )
        for act, those in served.items()
    ]
    return SummaryTable(HEADINGS, sorted(rows, key=lambda act: (-act.alone, -len(act.subjects), act.kind, act.text)), name="待办")


def _act(finding: Finding) -> tuple[str, str]:
    """Return kind and text of the act that would decide a finding. It may decide several, so no indicator is named."""
    answer = finding.judgement
    about = f"（{finding.phrase}）"
    if finding.status is Status.ERROR:
        return "repair", f"修复检查算法后重判{about}：{finding.message('zh')}"
    if answer.reason == "readings_differ":
        return "adopt", f"认定候选，或以文件采用一种读法{about}"
    if answer.reason == "applicability_unknown":
        return "state", f"补充{word('fact', str(answer.args['fact']), 'zh')}"
    if answer.reason == "not_observed":
        parts = answer.args["parts"]
        names = parts if isinstance(parts, tuple) else (str(parts),)
        return "fill", f"补充{'、'.join(word('part', str(part), 'zh') for part in names)}"
    if finding.status is Status.NEEDS_REVIEW:
        return "decide", f"复核候选{about}"
    if finding.status is Status.NOT_APPLICABLE:
        return "wait", f"{finding.message('zh')}，待恢复运行或办结"
    return "fill", f"{finding.message('zh')}{about}"
