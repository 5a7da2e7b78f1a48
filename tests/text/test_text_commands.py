import argparse
import csv
import json
from datetime import date

import pytest

from govmedia_rules.checks.contract import passage_digest
from govmedia_rules.commands import lexicon, scan
from govmedia_rules.errors import LexiconError, ObservationError
from govmedia_rules.judge.reviews import read_reviews


def run(capsys, module, *args):
    top = argparse.ArgumentParser()
    module.add_parser(top.add_subparsers(dest="command", required=True))
    parsed = top.parse_args([str(arg) for arg in args])
    code = parsed.run(parsed)
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<p>会议布署工作，坚持中国特色社会注义。</p><p>手机13900001234</p>", "utf-8")
    return path


def test_scan_prints_passages(capsys, page):
    code, out, err = run(capsys, scan, "scan", page)
    assert code == 0
    assert "会议【布署】工作" in out
    assert "→ 中国特色社会主义" in out
    assert "13900001234" not in out
    assert "3 candidates" in err


def test_scan_as_json(capsys, page, tmp_path):
    copy = tmp_path / "b.txt"
    copy.write_text("会议布署工作，坚持中国特色社会注义。", "utf-8")
    code, out, _ = run(capsys, scan, "scan", page, copy, "--format", "json", "--no-forms")
    report = json.loads(out)
    assert code == 0
    assert report["lexicons"][0]["id"] == "starter+commercial"
    assert len(report["lexicons"][0]["digest"]) == 64
    assert [len(text["matches"]) for text in report["texts"]] == [2, 2]
    assert [len(incident["places"]) for incident in report["incidents"]] == [2, 2]
    match = report["texts"][1]["matches"][0]
    assert (match["start"], match["end"], match["suggestion"]) == (2, 4, "部署")


def test_scan_goes_on_past_a_bad_file(capsys, page, tmp_path):
    code, out, err = run(capsys, scan, "scan", tmp_path / "none.txt", page)
    assert code == 1
    assert "no such file" in err
    assert "【布署】" in out


def test_scan_can_leave_out_what_is_less_sure(capsys, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("布\n署", "utf-8")
    assert run(capsys, scan, "scan", path, "--confidence", "high")[1] == ""
    assert "布" in run(capsys, scan, "scan", path)[1]


def test_scan_with_a_lexicon_of_ones_own(capsys, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("示例错词，布署", "utf-8")
    own = tmp_path / "own.csv"
    own.write_text("错误表述,正确表述\n示例错词,示例正词\n错,x\n", "utf-8")
    _, out, err = run(capsys, scan, "scan", path, "--lexicon", own)
    assert "【示例错词】" in out
    assert "【布署】" not in out
    assert "lexicon line 3" in err
    with pytest.raises(LexiconError):
        run(capsys, scan, "scan", path, "--lexicon", "nothing")


def test_lexicon_check(capsys, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('[[terms]]\nwrong = "布署"\nright = "部署"\n[[terms]]\nwrong = "部署"\nright = "安排"\nsource = "x"\n', "utf-8")
    code, out, err = run(capsys, lexicon, "lexicon", "check", path)
    assert code == 1
    assert "right_called_wrong" in out
    assert "no_source" in out
    assert "2 lines, 2 faults" in err
    code, out, _ = run(capsys, lexicon, "lexicon", "check", path, "--format", "json")
    assert [problem["line"] for problem in json.loads(out)["problems"]] == [2, 5]


def test_lexicon_learn_writes_a_file_that_can_be_used(capsys, tmp_path):
    clean = tmp_path / "clean.txt"
    clean.write_text("他公布署令文件。", "utf-8")
    output = tmp_path / "learned.toml"
    code, out, err = run(capsys, lexicon, "lexicon", "learn", clean, "--output", output)
    assert code == 1
    assert "公布署令" in out
    assert "1 strings to review" in err
    _, found, _ = run(capsys, scan, "scan", clean, "--lexicon", "starter", "--lexicon", output)
    assert found == ""
    assert run(capsys, lexicon, "lexicon", "learn", clean, "--lexicon", output, "--format", "json")[0] == 0


@pytest.mark.heavy
@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_baseline_leaves_only_what_is_new(capsys, page, tmp_path, form):
    baseline = tmp_path / f"before.{form}"
    baseline.write_text(run(capsys, scan, "scan", page, "--format", form)[1], "utf-8")
    assert "13900001234" not in baseline.read_text("utf-8")
    _, out, err = run(capsys, scan, "scan", page, "--baseline", baseline)
    assert out == ""
    assert "0 candidates" in err
    page.write_text("<h1>题</h1>" + page.read_text("utf-8").replace("布署", "布\u200b署") + "<p>又按装了空调。</p>", "utf-8")
    _, out, err = run(capsys, scan, "scan", page, "--baseline", baseline)
    assert "【按装】" in out
    assert "1 candidates" in err
    baseline.write_text('{"texts": 3}', "utf-8")
    with pytest.raises(ObservationError, match="not what a scan printed"):
        run(capsys, scan, "scan", page, "--baseline", baseline)


@pytest.mark.heavy
def test_reviews_of_a_scan_and_of_verdicts_are_one(capsys, page, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book_path = tmp_path / "复核.xlsx"
    assert run(capsys, scan, "scan", page, "--no-forms", "--review", book_path)[0] == 0
    book = openpyxl.load_workbook(book_path)
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    for title, value in (("决定（确认/驳回）", "驳回"), ("理由", "引文"), ("复核角色", "编辑"), ("复核时间", "2024-05-01")):
        sheet.cell(2, columns[title]).value = value
    book.save(book_path)
    _, out, err = run(capsys, scan, "scan", page, "--no-forms", "--baseline", book_path, "--format", "json")
    report = json.loads(out)
    assert [match["text"] for match in report["texts"][0]["matches"]] == ["中国特色社会注义"]
    assert [(each["text"], each["role"], each["by"]) for each in report["decided"]] == [("布署", "编辑", "external")]
    assert "1 not shown, decided by 编辑 2024-05-01：dismissed 引文" in err
    log = json.loads(run(capsys, scan, "scan", page, "--no-forms", "--baseline", book_path, "--format", "sarif")[1])
    assert [len(result.get("suppressions", ())) for result in log["runs"][0]["results"]] == [0, 1]
    (review,) = read_reviews(book_path)
    assert review.passage == passage_digest("会议布署工作，坚持中国特色社会注义", "布署")
    lines = tmp_path / "reviews.jsonl"
    lines.write_text(review.model_copy(update={"expires": date(2024, 12, 31)}).model_dump_json(exclude_none=True), "utf-8")
    assert "布署" not in run(capsys, scan, "scan", page, "--baseline", lines, "--today", "2024-12-31")[1].replace("会议布署", "")
    assert "【布署】" in run(capsys, scan, "scan", page, "--baseline", lines, "--today", "2025-01-01")[1]


@pytest.mark.heavy
def test_an_exception_in_the_text_says_who_decided(capsys, tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<!-- govmedia-rules: allow 布署 | 编辑部 | 2024-05-01 | 引自旧文 --><p>会议布署工作。按装空调。</p>", "utf-8")
    assert "【布署】" in run(capsys, scan, "scan", path)[1]  # a page under inspection does not excuse itself
    _, out, err = run(capsys, scan, "scan", path, "--inline")
    assert "【布署】" not in out
    assert "【按装】" in out
    assert "1 not shown, decided by 编辑部 2024-05-01：引自旧文" in err
    path.write_text("<!-- govmedia-rules: allow 布署 | | 2024-05-01 | x --><p>会议布署工作。</p>", "utf-8")
    _, out, err = run(capsys, scan, "scan", path, "--inline")
    assert "【布署】" in out
    assert "does not say who decided" in err


def test_an_exception_of_a_list_says_who_decided(capsys, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'exceptions = ["公布署名", { text = "某布署", role = "编辑部", decided = 2024-05-01, reason = "店名" }, { text = "甲布署" }]\n',
        "utf-8",
    )
    path = tmp_path / "a.txt"
    path.write_text("某布署开业。", "utf-8")
    _, out, err = run(capsys, scan, "scan", path, "--lexicon", "starter", "--lexicon", own, "--format", "json")
    report = json.loads(out)
    assert report["texts"] == []
    assert report["exceptions"] == [{"text": "某布署", "role": "编辑部", "decided": "2024-05-01", "reason": "店名"}]
    assert "does not say who decided" in err


def test_scan_as_a_table(capsys, page):
    rows = list(csv.DictReader(run(capsys, scan, "scan", page, "--format", "table")[1].splitlines()))
    assert [row["疑似问题"] for row in rows][:2] == ["布署", "中国特色社会注义"]
    assert all(len(row["内容摘要"]) == 16 for row in rows)


def test_commercial_words_are_a_lexicon_of_their_own(capsys, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("诚招加盟，全国包邮。", "utf-8")
    assert "【诚招加盟】" in run(capsys, scan, "scan", path)[1]
    assert run(capsys, scan, "scan", path, "--lexicon", "starter")[1] == ""


def test_scan_as_sarif(capsys, page):
    _, out, _ = run(capsys, scan, "scan", page, "--format", "sarif")
    log = json.loads(out)
    results = log["runs"][0]["results"]
    assert log["version"] == "2.1.0"
    assert [result["kind"] for result in results] == ["review"] * 3
    assert results[0]["locations"][0]["physicalLocation"]["region"] == {"charOffset": 2, "charLength": 2}
    assert len({result["partialFingerprints"]["passage/v1"] for result in results}) == 3


def test_a_folder_is_walked_and_what_is_not_read_is_said(capsys, page, tmp_path):
    (tmp_path / "old.doc").write_bytes(b"x")
    code, out, err = run(capsys, scan, "scan", tmp_path)
    assert code == 1
    assert "布署" in out
    assert ".doc files are not read" in err
    assert "nothing is known" in err


def test_marked_copies(capsys, tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph("会议布署工作")
    document.save(tmp_path / "a.docx")
    assert run(capsys, scan, "scan", tmp_path / "a.docx", "--marked", tmp_path / "out")[0] == 0
    assert [comment.text[:5] for comment in docx.Document(tmp_path / "out" / "a.docx").comments] == ["建议：部署"]


def test_marked_copies_of_one_name_do_not_overwrite_each_other(capsys, tmp_path):
    docx = pytest.importorskip("docx")
    for folder, words in (("a", "会议布署工作。"), ("b", "坚持中国特色社会注义。"), ("c", "会议布署。")):
        (tmp_path / folder).mkdir()
        document = docx.Document()
        document.add_paragraph(words)
        document.save(tmp_path / folder / ("x-2.docx" if folder == "c" else "x.docx"))
    marked = tmp_path / "marked"
    files = [tmp_path / "a" / "x.docx", tmp_path / "c" / "x-2.docx", tmp_path / "b" / "x.docx", tmp_path / "a" / "x.docx"]
    run(capsys, scan, "scan", *files, "--marked", marked)
    assert sorted(path.name for path in marked.iterdir()) == ["x-2.docx", "x-3.docx", "x.docx"]
    words = {path.name: docx.Document(path).paragraphs[0].text for path in marked.iterdir()}
    assert words["x.docx"] == "会议布署工作。"
    assert words["x-3.docx"] == "坚持中国特色社会注义。"


def test_a_refused_decision_and_a_bad_row_of_a_lexicon_are_not_read(capsys, tmp_path, page):
    reviews, words = tmp_path / "reviews.jsonl", tmp_path / "words.csv"
    reviews.write_text("{}\n", "utf-8")
    assert run(capsys, scan, "scan", page, "--baseline", reviews)[0] == 1
    words.write_text("错误表述,正确表述\n布署,部署\n错,x\n", "utf-8")
    code, _, err = run(capsys, scan, "scan", page, "--lexicon", words)
    assert code == 1
    assert "lexicon line" in err


@pytest.mark.heavy
def test_an_expired_decision_hides_nothing_today(capsys, tmp_path):
    text, reviews = tmp_path / "a.txt", tmp_path / "reviews.jsonl"
    text.write_text("会议布署工作。", "utf-8")
    review = {"subject": str(text), "indicator": scan.INDICATOR, "decision": "dismissed", "role": "复核", "reason": "引用原文"}
    review |= {"passage": passage_digest("会议布署工作", "布署"), "at": "2020-01-02T10:00:00+08:00", "expires": "2020-12-31"}
    reviews.write_text(json.dumps(review) + "\n", "utf-8")
    then = ["scan", text, "--baseline", reviews, "--today", "2020-06-01"]
    assert "布署" not in run(capsys, scan, *then)[1]
    assert "布署" in run(capsys, scan, *then[:-2])[1]
