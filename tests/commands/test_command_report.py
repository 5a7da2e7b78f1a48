"""`govmedia-rules report` as a user runs it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import openpyxl
import pytest

from govmedia_rules.__main__ import main


def run(capfdbinary: pytest.CaptureFixture[bytes], *args: str) -> tuple[int, bytes, str]:
    try:
        code = main(args)
    except SystemExit as end:
        code = int(end.code or 0)
    told = capfdbinary.readouterr()
    return code, told.out, told.err.decode()


@pytest.fixture(scope="module")
def inspections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    assert main(["inspect", "--example", "hanzhong-2024q3", "--out", str(folder)]) == 0
    return folder / "inspections.jsonl"


def test_every_form_is_written(inspections: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for form in ("html", "xlsx", "sarif", "docx", "md"):
        path = tmp_path / f"report.{form}"
        code, out, err = run(capfdbinary, "report", str(inspections), "--to", form, "--out", str(path))
        assert (code, out, err) == (0, b"", "")
    assert "汉中体育云服务中心" in (tmp_path / "report.html").read_text("utf-8")
    assert "汉中体育云服务中心" in (tmp_path / "report.md").read_text("utf-8")
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames == ["汇总", "对象", "问题", "未定", "指标"]
    assert len(docx.Document(str(tmp_path / "report.docx")).tables) == 1
    assert json.loads((tmp_path / "report.sarif").read_text("utf-8"))["version"] == "2.1.0"


def test_snapshots_and_their_inspections_give_the_same_report(inspections: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, from_stored, _ = run(capfdbinary, "report", str(inspections), "--to", "md", "--title", "示例")
    assert code == 0
    assert from_stored.decode().startswith("# 示例\n")
    code, from_snapshots, _ = run(capfdbinary, "report", "--example", "hanzhong-2024q3", "--to", "md", "--title", "示例")
    assert code == 0
    # The example's files are judged in another order than they were stored in; the lines are the same.
    assert sorted(from_snapshots.decode().split("\n")) == sorted(from_stored.decode().split("\n"))


def test_binary_forms_go_to_a_pipe(inspections: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, _ = run(capfdbinary, "report", str(inspections), "--to", "docx")
    assert code == 0
    assert docx.Document(io.BytesIO(out)).paragraphs[0].text == "政府网站与政务新媒体检查情况报告"


@pytest.mark.parametrize("form", ["docx", "md", "html"])
def test_sheets(inspections: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], form: str) -> None:
    words = (
        "--sheets",
        str(tmp_path / "sheets"),
        "--due",
        "2024-09-10",
        "--signed",
        "2024-08-27",
        "--issuer",
        "示例局",
        "--period",
        "2024年第三季度",
    )
    code, _, err = run(capfdbinary, "report", str(inspections), "--to", form, *words)
    assert code == 0
    assert "5 sheets" in err
    names = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert len(names) == 5
    assert names[-1] == f"0005-汉中体育云.{form}"


def test_a_template_and_what_it_lacks(inspections: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "mine.html"
    path.write_text("<p>共{{ totals.subjects }}个，{{ wanted }}</p>", "utf-8")
    code, _, err = run(capfdbinary, "report", str(inspections), "--to", "md", "--template", str(path))
    assert code == 2
    assert "the template prints 'wanted', which is not given" in err


def test_wrong_use_is_told(inspections: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(capfdbinary, "report", str(inspections), "--to", "pdf")[0] == 2
    code, _, err = run(capfdbinary, "report", str(inspections), "--to", "md", "--sheets", str(tmp_path))
    assert code == 2
    assert "--due" in err
    code, _, err = run(capfdbinary, "report", str(inspections), "--to", "md", "--sheets", str(tmp_path), "--due", "10.9.2024")
    assert code == 2
    assert "write 2024-09-10" in err
    code, _, err = run(capfdbinary, "report", str(tmp_path / "none.jsonl"), "--to", "md")
    assert code == 2
    assert "no such file" in err


def test_what_cannot_be_read_is_named_and_the_rest_reported(
    inspections: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    first, *others = inspections.read_text("utf-8").splitlines()
    altered = json.loads(others[0])
    altered["rulebook"]["digest"] = "0" * 64
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join([first, "{", json.dumps(altered), "[]"]), "utf-8")
    code, out, err = run(capfdbinary, "report", str(path), "--to", "md")
    assert code == 1
    assert "检查对象共1个" in out.decode()
    assert [row for row in ("row 2", "row 3", "row 4") if row in err] == ["row 2", "row 3", "row 4"]
    assert "was changed after it was written" in err


def test_the_notice_of_a_round(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, _ = run(capfdbinary, "report", "--notice", "--example", "hanzhong-2024q3", "--to", "md")
    assert code == 0
    assert "不合格3个，检查覆盖率为100%，不合格占比为6%。" in out.decode()
    for form in ("docx", "html", "xlsx"):
        path = tmp_path / f"notice.{form}"
        assert run(capfdbinary, "report", "--notice", "--example", "jiangxi-2020q1", "--to", form, "--out", str(path))[0] == 0
    assert len(openpyxl.load_workbook(tmp_path / "notice.xlsx").sheetnames) >= 6
    assert len(docx.Document(str(tmp_path / "notice.docx")).tables) >= 6
    for words in (["--to", "md"], ["--to", "sarif", "--example", "hanzhong-2024q3"], ["--to", "md", str(tmp_path)]):
        assert run(capfdbinary, "report", "--notice", *words)[0] == 2


def test_sheets_of_a_saved_campaign(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    from datetime import date

    import govmedia_rules as gr
    from govmedia_rules.campaign import DueRule
    from govmedia_rules.testing import examples_folder

    round_ = gr.read_campaign(examples_folder() / "hanzhong-2024q3").campaign
    tasks = round_.issue(DueRule(days=14), signed=date(2024, 8, 27))
    round_.save(tmp_path / "round")
    code, _, err = run(
        capfdbinary, "report", "--notice", str(tmp_path / "round"), "--to", "md", "--sheets", str(tmp_path / "sheets")
    )
    assert (code, err.strip()) == (0, f"{len(tasks)} sheets in {tmp_path / 'sheets'}")
    told = [path.read_text("utf-8") for path in sorted((tmp_path / "sheets").iterdir())]
    assert len(told) == len(tasks) == 5
    assert all("2024年9月10日前" in one for one in told)
