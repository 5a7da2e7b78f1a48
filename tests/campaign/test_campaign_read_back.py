"""A notice that was made, printed and read again says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules.reports import notice_document

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.parametrize("name", ["hanzhong-2024q3", "nanchong-2019q4", "state-council-2020", "yunnan-2022q3"])
def test_what_is_printed_reads_back_as_it_was_made(name: str) -> None:
    campaign, draft = gr.read_campaign(EXAMPLES / name)
    assert draft is not None
    made = campaign.notice(draft)
    back = gr.notices.read(notice_document(made).to_text())
    assert (back.headline, back.number, back.period, back.window) == (made.headline, made.number, made.period, made.window)
    assert (back.signed_at and str(back.signed_at)) == (made.signed_at and str(made.signed_at))
    assert [str(one.due) for one in back.deadlines] == [str(one.due) for one in made.deadlines]

    def told(notice: gr.notices.Notice) -> list[tuple[object, ...]]:
        return [
            (one.subject, one.population, one.inspected and one.inspected.value, one.failed, [rate.text for rate in one.rates])
            for one in notice.populations
        ]

    assert told(back) == told(made)
    assert [len(table.rows) for one in back.attachments for table in one.tables] == [
        len(table.rows) for one in made.attachments for table in one.tables
    ]
    assert gr.notices.reconcile(back).contradictions == ()
