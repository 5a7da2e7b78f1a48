"""Errors and warnings speak Chinese and English, say what is there, and show nothing of the inside."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

import govmedia_rules as gr
from govmedia_rules import errors
from govmedia_rules.core.faults import describe_fault, fault_texts
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import GovMediaRulesError, choices, choices_zh, language

PACKAGE = Path(gr.__file__).parent
NAMES = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception | Warning)}
INSIDE = (
    "pydantic",
    "Input should",
    "validation error",
    "type=",
    "<class",
    "Traceback",
    "site-packages",
    "NoneType",
    ".py",
    "object at 0x",
)


def sites() -> Iterator[tuple[str, ast.Call]]:
    """Every place that makes an error or a warning of the library."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == "errors.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        own = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and NAMES & {ast.unparse(base) for base in node.bases}
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (NAMES | own):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


@pytest.mark.heavy
def test_every_error_and_warning_is_made_with_both_texts() -> None:
    missing, count = [], 0
    for place, call in sites():
        count += 1
        name = ast.unparse(call.func).rpartition(".")[2]
        position = 1 if issubclass(getattr(errors, name, Exception), Warning) else 2 if name == "RulebookErrors" else 3
        given = {keyword.arg for keyword in call.keywords}
        has_text = "zh" in given or len(call.args) > position or any(isinstance(each, ast.Starred) for each in call.args)
        if not has_text:
            missing.append(place)
    assert count > 300
    assert missing == []


def test_no_warning_of_the_library_is_a_bare_text() -> None:
    calls = (
        (path, node)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "warnings.warn" and len(node.args) > 1
    )
    assert [f"{path.name}:{node.lineno}" for path, node in calls if ast.unparse(node.args[1]) in NAMES] == []


@pytest.mark.heavy
def test_chinese_texts_are_chinese() -> None:
    """What is written out under zh holds Chinese, and the English beside it none but names of the field."""
    wrong = []
    for place, call in sites():
        for keyword in call.keywords:
            if keyword.arg in ("zh", "hint_zh") and isinstance(keyword.value, ast.Constant | ast.JoinedStr):
                parts = [keyword.value] if isinstance(keyword.value, ast.Constant) else keyword.value.values
                text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
                if len(text) > 12 and text.isascii() and not text.startswith("pip install"):
                    wrong.append(place)
    assert wrong == []


@pytest.mark.parametrize(
    ("setting", "lang"),
    [
        ({"GOVMEDIA_LANG": "zh"}, "zh"),
        ({"GOVMEDIA_LANG": "zh-CN"}, "zh"),
        ({"GOVMEDIA_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"GOVMEDIA_LANG": "", "LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_language_of_messages(monkeypatch: pytest.MonkeyPatch, setting: dict[str, str], lang: str) -> None:
    for name in ("GOVMEDIA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert language() == lang
    fault = errors.TableError("no such file", errors.Where("a.csv", row=3), "look", "没有这个文件", "请核对")
    assert str(fault) == ("a.csv，第3行：没有这个文件（请核对）" if lang == "zh" else "a.csv, row 3: no such file (look)")
    assert str(errors.CutText("cut", "已截断")) == ("已截断" if lang == "zh" else "cut")


def test_a_text_in_a_language_of_the_callers_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVMEDIA_LANG", "en")
    with pytest.raises(errors.RulebookErrors) as caught:
        gr.load_rulebook({"id": "x", "titel": "y"})
    assert "没有这个键（是否应为“title”？" in caught.value.text("zh")
    assert "did you mean 'title'?" in caught.value.text("en")
    assert "unknown key" in str(caught.value)


def test_hints_name_what_was_meant_and_what_there_is() -> None:
    assert choices("wechta", ["wechat", "weibo"]) == "did you mean 'wechat'? there are wechat, weibo"
    assert choices_zh("wechta", ["wechat", "weibo"]) == "是否应为“wechat”？可用的有：wechat、weibo"
    assert choices("zzz", []) == "there are none"
    assert choices("x", map(str, range(20)), 2) == "there are 0, 1 and 18 more"
    assert choices_zh("x", map(str, range(20)), 2) == "可用的有：0、1等，另有18个"


# --- wrong usage ------------------------------------------------------------------------------------------------------


def _frame() -> object:
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({"账号名称": ["某县发布"], "平台类型": ["微博"]})


SNAPSHOT = gr.AccountSnapshot.model_validate(
    {"account": {"name": "某县发布", "platform": "weibo"}, "observed_at": "2024-08-23T10:00:00+08:00"}
)


def _workbook(folder: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "微信账号"
    book.active.append(["账号名称", "平台类型"])
    book.active.append(["某县发布", "微信"])
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "an unknown rulebook": (lambda _: gr.load_rulebook("national-2091"), "national-2019"),
    "a number for a rulebook": (lambda _: gr.load_rulebook(2019), ""),  # type: ignore[arg-type]
    "an unknown indicator": (lambda _: gr.load_rulebook("national-2019").only("media.veto.stall"), "media.veto.stale"),
    "an indicator to explain": (lambda _: gr.explain("media.veto.stall"), "media.veto.stale"),
    "a frame for a snapshot": (lambda _: gr.load_rulebook("national-2019").inspect(_frame()), "read_accounts"),  # type: ignore[arg-type]
    "a dict for a snapshot": (lambda _: gr.load_rulebook("national-2019").inspect({}), "model_validate"),  # type: ignore[arg-type]
    "a path for a snapshot": (lambda _: gr.load_rulebook("national-2019").inspect("a.jsonl"), "inspect_files"),  # type: ignore[arg-type]
    "a frame for snapshots": (lambda _: list(gr.load_rulebook("national-2019").inspect_many(_frame())), "read_accounts"),  # type: ignore[arg-type]
    "a snapshot for snapshots": (lambda _: list(gr.load_rulebook("national-2019").inspect_many(SNAPSHOT)), "inspect"),  # type: ignore[arg-type]
    "a snapshot for a frame": (
        lambda _: gr.inspect_frame(SNAPSHOT, gr.load_rulebook("national-2019"), observed_at=date(2024, 8, 23)),
        "",
    ),
    "an unknown sheet": (
        lambda folder: gr.read_accounts(_workbook(folder), sheet="微信账户", observed_at=date(2024, 8, 23)),
        "微信账号",
    ),
    "an unknown field": (lambda _: gr.read_accounts(_frame(), headers={"账号名称": "nmae"}, observed_at=date(2024, 8, 23)), "name"),
    "a table without the columns": (lambda _: gr.read_accounts([{"甲": "1", "乙": "2"}], observed_at=date(2024, 8, 23)), "甲"),
    "a text for a date": (lambda _: gr.read_accounts(_frame(), observed_at="2024年8月"), "2024-08-23"),  # type: ignore[arg-type]
    "a text for a day": (lambda _: gr.rulebook_for("汉中市", "2024-08-23"), "datetime.date"),  # type: ignore[arg-type]
    "an unknown region": (lambda _: gr.rulebook_for("汉种", date(2024, 8, 23)), "汉中市"),
    "a number for a region": (lambda _: gr.rulebook_for(610700, date(2024, 8, 23)), "610700"),  # type: ignore[arg-type]
    "a file that is not there": (lambda folder: gr.read_accounts(folder / "b.csv", observed_at=date(2024, 8, 23)), "b.csv"),
    "a number for a table": (lambda _: gr.read_accounts(7, observed_at=date(2024, 8, 23)), ""),
    "an unknown plot": (lambda _: gr.InspectionTable([]).plot("scoers"), "scores"),  # type: ignore[arg-type]
    "an unknown group": (lambda _: gr.InspectionTable([]).plot(by="plattform"), "platform"),  # type: ignore[arg-type]
    "nothing for snapshots": (lambda _: list(gr.load_rulebook("national-2019").inspect_many(None)), "read_accounts"),  # type: ignore[arg-type]
    "dicts for snapshots": (lambda _: list(gr.load_rulebook("national-2019").inspect_many([{}])), "model_validate"),  # type: ignore[list-item]
    "a path for reviews": (
        lambda _: list(gr.load_rulebook("national-2019").inspect_many([SNAPSHOT], reviews="a.xlsx")),
        "read_reviews",
    ),  # type: ignore[arg-type]
    "dicts for waivers": (lambda _: gr.load_rulebook("national-2019").inspect(SNAPSHOT, waivers=[{}]), "read_waivers"),  # type: ignore[list-item]
    "an unknown indicator of a book": (lambda _: gr.load_rulebook("national-2019")["media.veto.stall"], "media.veto.stale"),
    "an unknown finding": (
        lambda _: gr.load_rulebook("national-2019").inspect(SNAPSHOT).finding("media.veto.stall"),
        "media.veto.stale",
    ),
    "snapshots for inspections": (lambda _: gr.InspectionTable([SNAPSHOT]), "inspect_many"),  # type: ignore[list-item]
    "a path for inspections": (lambda _: gr.worklist("a.jsonl"), "inspect_files"),  # type: ignore[arg-type]
    "one inspection for several": (
        lambda _: gr.reports.review_desk(gr.load_rulebook("national-2019").inspect(SNAPSHOT)),
        "[inspection]",
    ),  # type: ignore[arg-type]
    "snapshots to compare": (lambda _: gr.compare([SNAPSHOT], []), "inspect_many"),  # type: ignore[list-item]
    "paths to compare": (lambda _: gr.compare("a.jsonl", "b.jsonl"), "read_results"),  # type: ignore[arg-type]
    "numbers to compare": (lambda _: gr.compare(1, 2), "inspect_many"),  # type: ignore[arg-type]
    "a workbook for lines": (lambda folder: list(gr.read_snapshots(_workbook(folder))), "read_accounts"),
    "another workbook for reviews": (lambda folder: gr.read_reviews(_workbook(folder)), "校验码"),
    "a folder for waivers": (lambda folder: gr.read_waivers(folder), ""),
    "a number for a code": (lambda _: gr.SiteCode.parse(6107000001), ""),  # type: ignore[arg-type]
    "a number for a text": (lambda _: gr.Scanner("starter").scan(5), ""),  # type: ignore[arg-type]
    "nothing for a notice": (lambda _: gr.notices.read(None), ""),  # type: ignore[arg-type]
    "an unknown kind of subject": (lambda _: gr.notices.classify("无更新", subject="web"), "account"),  # type: ignore[arg-type]
    "a file for a round": (lambda folder: gr.read_campaign(_workbook(folder)), "campaign.toml"),
    "a map that is not there": (lambda folder: gr.plots.area_map(folder / "省.geojson", {}), "省.geojson"),
    "no workers": (lambda _: gr.load_rulebook("national-2019").inspect_files([], workers=0), "1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_says_what_is_there(name: str, tmp_path: Path) -> None:
    act, part = WRONG[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(GovMediaRulesError) as caught:
            act(tmp_path)
    for lang in ("zh", "en"):
        text = caught.value.text(lang)  # type: ignore[arg-type]
        assert part in text, text
        shown = text.replace(str(tmp_path), "")
        assert not [word for word in INSIDE if word in shown], shown
    assert not caught.value.text("zh").isascii()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, "x"), (int, 1.5), (float, "x"), (bool, 7), (str, 3), (date, "x"), (date, 1.5), (list[int], 3), (tuple[int, ...], "x"),
        (dict[str, int], 3), (gr.Account, {}), (gr.Account, {"name": 3, "platform": "weibo"}), (gr.Account, {"name": "x", "platform": "weibo", "z": 1}),
        (gr.AccountSnapshot, {"account": {"name": "x", "platform": "weibo"}, "observed_at": "2024-08-23T10:00:00"}),
        (gr.SiteSnapshot, {"site": 3}), (gr.Review, {"subject": "x"}),
    ],
)  # fmt: skip
def test_faults_of_values_are_said_in_two_languages(kind: object, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    for error in caught.value.errors(include_url=False):
        text = describe_fault(error)
        assert not text.zh.isascii()
        for word in INSIDE:
            assert word not in text.en + text.zh
    assert fault_texts(caught.value.errors(include_url=False)).zh


@pytest.mark.parametrize(
    ("fault", "zh", "en"),
    [
        (FileNotFoundError(2, "No such file or directory"), "没有这个文件或目录", "no such file or folder"),
        (OSError(28, "No space left on device"), "磁盘空间不足", "No space left on device"),
        (OSError("odd"), "odd", "odd"),
        (ValueError("Invalid value (at line 3, column 5)"), "第3行第5列写法有误（Invalid value (at line 3, column 5)）", "Invalid value (at line 3, column 5)"),
        (UnicodeDecodeError("utf-8", b"a\xff", 1, 2, "invalid start byte"), "第2个字节不是 UTF-8 文字", "invalid start byte"),
        (errors.TableError("no", zh="没有"), "没有", "no"),
    ],
)  # fmt: skip
def test_faults_of_files_are_said_in_both_languages(fault: Exception, zh: str, en: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVMEDIA_LANG", "en")
    assert errors.reason_zh(fault) == zh
    assert en in errors.reason(fault)


# --- what models refuse -----------------------------------------------------------------------------------------------

INWARD = {"collect/tolerant.py", "core/dates.py", "core/vocabulary.py", "engines/run_folder.py", "notices/classify.py", "reports/notice.py",
          "rules/bundle.py"}  # fmt: skip
"""Modules whose plain errors never leave the library."""


@pytest.mark.heavy
def test_every_english_refusal_of_a_model_has_its_chinese() -> None:
    chinese, used, missing = read_data("govmedia_rules.core", "faults.toml"), set(), []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "ValueError":
                given = node.exc.args[0]
                parts = given.values if isinstance(given, ast.JoinedStr) else [given]
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
                used.add(text)
                if text.isascii() and text != "{}" and text not in chinese and str(path.relative_to(PACKAGE)) not in INWARD:
                    missing.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {text}")
    assert missing == []
    assert set(chinese) <= used
    for english, text in chinese.items():
        assert not text.isascii()
        filled = text.format(*["甲"] * english.count("{}"))
        assert filled.count("甲") == english.count("{}")


MADE_WRONG: dict[str, tuple[Callable[[], object], str, str]] = {
    "a text for a time": (
        lambda: gr.AccountSnapshot(account={"name": "甲", "platform": "weibo"}, observed_at="昨天"),  # type: ignore[arg-type]
        "observed_at\n  应为时间，如 2024-08-23T10:00:00+08:00",
        "observed_at\n  must be a time such as 2024-08-23T10:00:00+08:00",
    ),
    "an unknown platform": (lambda: gr.Account(name="甲", platform="微信公种号"), "是否应为“微信公众号”？可用的有：微信、", "did you mean '微信公众号'? there are 微信, "),
    "an unknown field": (lambda: gr.Account.model_validate({"name": "甲", "platform": "weibo", "nmae": "乙"}), "是否应为“name”？可用的有：", "did you mean 'name'?"),
    "JSON": (lambda: gr.SiteSnapshot.model_validate_json("{"), "不是 JSON", "not JSON"),
    "a contradiction": (
        lambda: gr.Waiver(id="W1", subject="甲", indicators=["media.veto.stale"], authority="甲", document="甲", reason="甲", granted="2024-12-01", expires="2024-01-31"),  # type: ignore[arg-type]
        "豁免到期日 2024-01-31 早于批准日 2024-12-01",
        "the waiver expires on 2024-01-31, before it is granted on 2024-12-01",
    ),
    "braces": (lambda: gr.Window(days=0, months=0), "写作 { days = 14 }", "write for example { days = 14 }"),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE_WRONG)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_model_says_what_is_wrong_in_the_language_of_messages(name: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVMEDIA_LANG", lang)
    make, zh, en = MADE_WRONG[name]
    with pytest.raises(ValidationError) as caught:
        make()
    text = str(caught.value)
    assert (zh if lang == "zh" else en) in text
    for word in ("pydantic", "Input should", "Value error", "function-after", "chain["):
        assert word not in text
    again = [describe_fault(error) for error in caught.value.errors(include_url=False)]
    assert any(zh.rpartition("\n  ")[2] in fault.zh for fault in again)
    assert any(en.rpartition("\n  ")[2] in fault.en for fault in again)


def test_models_inside_others_are_made_by_the_validator_alone() -> None:
    assert not gr.Account.__pydantic_custom_init__
    assert not gr.AccountSnapshot.__pydantic_custom_init__
