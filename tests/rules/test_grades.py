"""How a value was seen: on an official host, in a copy, or not at all; and where the grade is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.stored import content_digest
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.model import Source
from govmedia_rules.rules.plugins import Plugins


def sources_of(name: str) -> Iterator[Source]:
    content = read_layer(name, Plugins()).content
    yield from (rule.source for rule in content.scoring.values())
    for entry in content.indicators.values():
        if entry.source is not None:
            yield entry.source
        yield from (reading.source for reading in entry.readings.values())


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_official_is_said_only_of_texts_on_official_hosts(name: str) -> None:
    for source in sources_of(name):
        host = (source.url or "").removeprefix("http://").removeprefix("https://").split("/")[0]
        is_official = host == "gov.cn" or host.endswith(".gov.cn")
        assert (source.grade == "official") == (is_official and source.verified), source


def test_what_was_read_in_reprints_is_a_copy() -> None:
    """The notice of 2019, the local notices and the mirrors of local documents were read in copies; some places in the original."""
    by_book = {name: {source.grade for source in sources_of(name)} for name in built_in_files()}
    assert by_book["national-2019"] == {"official", "copy", "unseen"}  # official: the list of eight kinds of a guide
    for name in ("panjin-2023", "anshan-2023", "liaoning-2019", "minhou-2025", "hanzhong-2021", "gansu-2021"):
        assert "official" not in by_book[name], name
    for name in ("kunming-2025", "jishan-2020", "chenggu-2023", "baoding-2023", "jinan-2025", "baoji-2020"):
        assert by_book[name] == {"official"}, name


@pytest.mark.parametrize(
    ("given", "grade", "verified"),
    [
        ({}, "unseen", False),
        ({"verified": False}, "unseen", False),
        ({"verified": True}, "official", True),
        ({"verified": True, "url": "https://www.km.gov.cn/c/1.shtml"}, "official", True),
        ({"verified": True, "url": "www.gov.cn"}, "official", True),
        ({"verified": True, "url": "HTTP://WWW.GOV.CN:80/x"}, "official", True),
        ({"verified": True, "url": "http://nakedoat.com/…5525568"}, "copy", True),
        ({"verified": True, "url": "http://gov.cn.example.com/"}, "copy", True),
        ({"verified": True, "url": "http://example.com/www.gov.cn/"}, "copy", True),
        ({"verified": True, "url": "http://example.com#.gov.cn/"}, "copy", True),
        ({"verified": True, "url": "http://user@example.com/?.gov.cn"}, "copy", True),
        ({"verified": True, "url": "http://notgov.cn/"}, "copy", True),
        ({"verified": True, "url": "http://61.150.65.235/zfxxgk"}, "copy", True),
        ({"verified": True, "url": ""}, "copy", True),
        ({"grade": "copy"}, "copy", True),
        ({"grade": "official", "url": "http://example.com/"}, "official", True),
        ({"grade": "unseen"}, "unseen", False),
        ({"grade": "copy", "verified": True}, "copy", True),
    ],
)
def test_the_grade_of_a_source(given: dict[str, object], grade: str, verified: bool) -> None:
    source = Source.model_validate({"document": "某文件", **given})
    assert (source.grade, source.verified) == (grade, verified)
    assert Source.model_validate(source.model_dump()) == source


@pytest.mark.parametrize("given", [{"grade": "copy", "verified": False}, {"grade": "unseen", "verified": True}, {"grade": "seen"}])
def test_a_grade_that_contradicts_itself_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Source.model_validate({"document": "某文件", **given})


def layer(window: dict[str, object], **more: object) -> gr.Rulebook:
    entry = {"params": {"window": window}, **more}
    return gr.load_rulebook({"id": "x", "title": "x", "extends": "national-2019", "indicators": {"media.veto.stale": entry}})


def test_the_least_sure_value_gives_the_grade_of_a_rule() -> None:
    official = {"document": "某政办函〔2026〕1号", "grade": "official"}
    book = layer({"days": 10}, source=official)
    assert book["media.veto.stale"].grade_of("params.window") == "official"
    assert book["media.veto.stale"].grade == "copy"  # the check itself is the nation's, which was read in reprints
    doubted = layer({"days": 10}, source=official, unverified=["params.window"])
    assert doubted["media.veto.stale"].grade_of("params.window") == doubted["media.veto.stale"].grade == "unseen"
    unseen = layer({"days": 10}, source={"document": "某文件"})
    assert unseen["media.veto.stale"].grade == "unseen"
    assert not unseen["media.veto.stale"].is_verified


def test_a_title_cited_from_an_official_page_makes_no_value_surer() -> None:
    entry = {"phrase": "某说法", "source": {"document": "某通报", "grade": "official"}}
    book = gr.load_rulebook({"id": "x", "title": "x", "extends": "national-2019", "indicators": {"media.veto.app": entry}})
    assert book["media.veto.app"].grade == "unseen"


def seen_by(book: gr.Rulebook) -> Inspection:
    return book.inspect(testing.snapshot("account", latest_post_at="2024-01-01"))


def test_findings_and_explanations_show_the_grade() -> None:
    book = gr.load_rulebook("national-2019")
    finding = seen_by(book).finding("media.veto.stale")
    assert finding.to_dict()["source"] == {
        "document": "国办秘函〔2019〕19号",
        "verified": True,
        "grade": "copy",
        "clause": "政务新媒体单项否决指标：内容不更新（1）",
    }
    assert finding["grade"] == "据转载"
    assert "据转载" in seen_by(book).problems._repr_html_()
    explained = book.explain("media.veto.stale")
    assert explained.to_dict()["grade"] == "copy"
    assert "（据转载）" in str(explained)
    assert "[national-2019，据转载]" in str(explained)


def test_a_stored_inspection_keeps_the_grade_and_an_older_one_claims_no_more_than_a_copy() -> None:
    inspection = seen_by(gr.load_rulebook("national-2019"))
    again = Inspection.from_dict(inspection.to_dict())
    assert again.finding("media.veto.stale").indicator.grade == "copy"
    older = inspection.to_dict()
    for finding in older["findings"]:  # type: ignore[attr-defined]
        del finding["source"]["grade"]
    older["content_digest"] = content_digest(older)
    grades = {finding.id: finding.indicator.grade for finding in Inspection.from_dict(older).findings.with_status("failed")}
    assert grades == {"media.veto.stale": "copy"}
