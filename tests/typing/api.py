"""Read by the type checker, run by nobody: the names people type have the types they expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, assert_type

import govmedia_rules as gr


@gr.check("typing.example", needs="owner_kind")
def example(account: gr.AccountSnapshot, *, forbidden: Annotated[tuple[str, ...], gr.Strictness.MORE]) -> gr.CheckResult:
    if account.owner_kind in forbidden:
        return gr.failed("owner_kind_forbidden", owner_kind=account.owner_kind)
    return gr.passed()


def use(snapshot: gr.SiteSnapshot | gr.AccountSnapshot) -> None:
    book = gr.load_rulebook("national-2019", checks=example)
    assert_type(book, gr.Rulebook)
    seen = book.inspect(snapshot)
    assert_type(seen, gr.Inspection)
    assert_type(seen.verdict, gr.Verdict)
    assert_type(seen.findings, gr.Findings)
    assert_type(seen.problems[0], gr.Finding)
    assert_type(seen.problems[:2], gr.Findings)
    assert_type(seen.problems[0].message("zh"), str)
    assert_type(book.inspect_many([snapshot]), Iterator[gr.Inspection])
    for one in book.inspect_files(["a.jsonl"], workers=2):
        assert_type(one, gr.Inspection)
    assert_type(gr.read_registry(sites="a.csv").sites, tuple[gr.Site, ...])
    assert_type(gr.SiteCode.parse("6107260003").division, str | None)
