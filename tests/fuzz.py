"""Feed damaged files to every reader: only the library's own errors may come out, soon, and in little memory.

    python -m tests.fuzz --count 10000 --seed 1
    python -m tests.fuzz --only lexicon-toml,notice-docx --count 2000 --out faults

Each input is a small valid file (`SEEDS`) that was changed in some places. It is read in a forked process that has 2 seconds of
processor time (more on a slow machine) and 1 GB of memory for it. What comes out wrong is listed and, with `--out`, written to a folder; the seed and
the number of an input make it again. An error whose text holds a control character counts as a fault: it would reach a terminal.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import pickle
import random
import resource
import selectors
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from tests.timing import allowed

ROOT = Path(__file__).resolve().parents[1]
CPU_SECONDS = 2
"""Processor time for an input on a machine that adds ten million times in half a second; slower machines have more."""
WALL_SECONDS = 45
"""Where nothing comes back for so long the process is ended: the machine may be busy, so this is no limit of the input."""
MEMORY = 1 << 30
BATCH = 250
"""Inputs that one forked process reads, so that what piles up in it stays small."""
SLOW = 12
"""How much rarer inputs are that are tried in another process first."""


class Reader(NamedTuple):
    """A way into the library.

    Attributes:
        name: What the command calls it.
        file: Name of the file, whose ending decides how it is read.
        seed: Bytes of a small valid file.
        read: What is done with the path.
        weight: How often its inputs come up.
        beside: Files that stand in the folder, unchanged.
    """

    name: str
    file: str
    seed: bytes
    read: Callable[[Path], object]
    weight: float = 1.0
    beside: Mapping[str, bytes] = {}


Input = tuple[int, Reader, bytes]
Maker = Callable[[Sequence[int]], Iterable[Input]]


class Fault(NamedTuple):
    """What an input did that it may not do."""

    reader: str
    number: int
    what: str


# --- Changes ---------------------------------------------------------------------------------------------------------------

_PIECES = (
    b"\x00", b"\xff\xfe", b"\x1b[31m", b'"', b"'", b'"""', b"{", b"[", b"<", b"<!--", b"<table>", b"\n", b"\r", b",,,,", b"9" * 5_000, b"-",
    b"1e999", b"NaN", b"null", b"a.b.c.d = 1\n", b"." * 300, b"[" * 3_000, b"{" * 3_000, b'{"a":' * 2_000, b"<div>" * 3_000, b"(" * 2_000,
    b"a_" * 3_000, "汉".encode() * 2_000, "汉".encode("gb18030"), b"\xef\xbb\xbf", b"\\u0000", b"\\ud800", "\u202e".encode(), b"=1+1", b"0x10",
    b"2024-13-45", b"9999-12-31T23:59:59+08:00", b"0001-01-01", b"true", b"\x7f", b"\xc2\x9b31m", b"&#0;", b"&lt;" * 500, b" " * 3_000, b"|" * 500,
)  # fmt: skip


def changed(data: bytes, rng: random.Random) -> bytes:
    """Return data changed in one to four ways: bits, cuts, copies, splices, and pieces that readers have stumbled over."""
    content = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        at = rng.randrange(len(content) + 1)
        upto = min(len(content), at + rng.choice((1, 2, 4, 16, 64, 400)))
        match rng.randrange(9):
            case 0 if at < len(content):
                content[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(content):
                content[at] = rng.randrange(256)
            case 2:
                del content[at:]
            case 3:
                del content[at:upto]
            case 4:
                content[at:at] = content[at:upto] * rng.choice((1, 2, 40))
            case 5:
                start = rng.randrange(len(content) + 1)
                content[at:upto] = content[start : start + rng.randrange(1, 200)]
            case 6:
                _change_number(content, rng)
            case 7:
                content[at:at] = rng.choice(_PIECES)
            case _:
                content[at:upto] = rng.choice(_PIECES)
    return bytes(content[: 1 << 20])


def _change_number(content: bytearray, rng: random.Random) -> None:
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    if digits:
        at = rng.choice(digits)
        content[at : at + 1] = rng.choice((b"0", b"-1", b"99999999999", b"1e9", b"9" * 5_000, b"1.5", b"4294967296"))


def changed_archive(data: bytes, rng: random.Random) -> bytes:
    """Return a container one of whose parts was changed and packed again, so that the change gets past the checksum."""
    if rng.random() < 0.3:
        return changed(data, rng)
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = rng.choice([name for name in names if name.endswith((".xml", ".json", ".toml"))])
        for name in names:
            part = source.read(name)
            target.writestr(name, changed(part, rng) if name == chosen else part)
    return sink.getvalue()


# --- Readers ---------------------------------------------------------------------------------------------------------------


def _csv(text: str) -> bytes:
    return text.replace(";", ",").encode()


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        page = book.add_worksheet("表")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        page.merge_range(len(rows) + 1, 0, len(rows) + 1, 2, "填表说明")
    return sink.getvalue()


_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def _ods(rows: Sequence[Sequence[str]]) -> bytes:
    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    names = " ".join(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    sheet = f'<office:body><office:spreadsheet><table:table table:name="a">{lines}</table:table></office:spreadsheet></office:body>'
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content {names}>{sheet}</office:document-content>")
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"/>')
    return sink.getvalue()


def _parquet(rows: Sequence[Sequence[str]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]), sink)
    return sink.getvalue()


def _docx(paragraphs: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    import docx

    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(len(rows), len(rows[0]))
    for number, row in enumerate(rows):
        for at, text in enumerate(row):
            table.cell(number, at).text = text
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def _pdf() -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length 44>>stream\nBT /F 12 Tf 20 100 Td (notice 2024) Tj ET    \nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    sink, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(sink))
        sink += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(sink)
    return bytes(
        sink + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    )


_ACCOUNTS = [
    ["账号名称", "平台类型", "账号主体", "政务新媒体标识码", "最近更新时间", "互动功能", "粉丝数"],
    ["某县发布", "微信订阅号", "某县人民政府", "610726M001WX0001", "2024年8月20日", "有", "1.2万"],
    ["某县发布", "新浪微博", "某县人民政府", "610726M001WB0001", "2024-08-01 10:00", "无", "300"],
    ["合计", "", "", "", "", "", "2"],
]
_SITES = [
    ["序号", "网站名称", "首页网址", "网站标识码", "主办单位", "首页最近更新时间", "ICP备案号"],
    ["1", "某县人民政府", "http://www.example.gov.cn/", "6107260003", "某县政府办", "2024-08-20", "陕ICP备05000001号"],
    ["2", "某市统计局", "http://tjj.example.gov.cn", "6107000036", "某市统计局", "昨天", ""],
]
_COLUMNS = [
    ["网站名称", "栏目名称", "最近更新时间", "条数", "更新周期", "栏目类别"],
    ["某县人民政府", "通知公告", "2024-08-20", "12", "每周", "要闻"],
    ["某县人民政府", "政策解读", "空白", "0", "", ""],
]
_POSTS = [
    ["账号名称", "平台类型", "标题", "正文", "发布时间", "阅读量", "链接"],
    ["某县发布", "微信", "通知", "关于开展检查的通知", "2024-08-20 09:00", "100+", "http://mp.weixin.qq.com/s/x"],
    ["某县发布", "微信", "简讯", "=1+1", "3天前", "", ""],
]
_TEXT = "\n".join(
    (
        "某市人民政府办公室关于2024年第三季度全市政府网站与政务新媒体检查情况的通报",
        "各县（区）人民政府，市政府各部门：",
        "按照《政府网站与政务新媒体检查指标》，8月共检查政府网站30家、政务新媒体120个，合格网站27家，合格率90%；合格账号118个，合格率98.3%。",
        "一、存在的主要问题",
        "（一）更新不及时。“某县发布”微信公众号监测时间点前2周内无更新。",
        "附件：不合格名单",
        "序号\t名称\t主办单位\t存在问题",
        "1\t某县人民政府网站\t某县政府办\t首页超过2周未更新",
        "某市人民政府办公室",
        "2024年8月27日",
    )
)
_PAGE = """<html><head><meta charset="utf-8"><meta name="SiteName" content="某县人民政府"><meta name="ArticleTitle" content="通知">
<meta name="PubDate" content="2024-08-20 10:00"><title>通知_某县人民政府</title></head><body><div class="nav"><a href="/a/">政务公开</a>
<a href="/b/" target="_blank">互动交流</a></div><h1>关于检查的通知</h1><p>发布时间：2024-08-20 来源：某县政府办</p><ul class="list">
<li><a href="/c/1.html">一条新闻标题</a><span>2024-08-19</span></li><li><a href="/c/2.html">又一条新闻标题</a><span>2024-08-18</span></li></ul>
<table><tr><td>标题</td><td>答复时间</td></tr><tr><td>咨询</td><td>2024-08-01</td></tr></table><script>var a='1';</script>
<a href="/2.html">下一页</a><div class="foot">网站标识码：6107260003 陕ICP备05000001号 陕公网安备 61072602000001号</div></body></html>"""
_LEXICON = """id = "own"
title = "本市用语"
[[terms]]
form = "十八届三中全会"
wrong = ["十八届3中全会"]
[[canonicals]]
right = "中华人民共和国"
[[enumerations]]
name = "四个意识"
items = ["政治意识", "大局意识", "核心意识", "看齐意识"]
[[patterns]]
pattern = "第[0-9]+届"
advice = "用汉字"
exceptions = ["第19届"]
"""
_BOOK = """id = "own"
title = "本市细则"
extends = "national-2019"
region = "610700"
[indicators."media.veto.stale"]
params = { window = { days = 10 } }
source = { document = "某文", clause = "3.1" }
[indicators."own.manage.extra"]
title = "甲"
kind = "management"
check = "account.stale"
params = { window = { days = 5 } }
source = { document = "某文" }
"""


def _jsonl(*documents: object) -> bytes:
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()


def readers() -> list[Reader]:
    """Return every way into the library, each with its seed."""
    import govmedia_rules as gr
    from govmedia_rules import notices, testing
    from govmedia_rules.campaign.folder import read_draft
    from govmedia_rules.campaign.worklists import read_rechecks_filled, read_reviews_filled
    from govmedia_rules.collect.accounts import read_post_export, read_wechat_article, read_wechat_history
    from govmedia_rules.collect.journal import Journal, read_visits
    from govmedia_rules.collect.page import read_bytes
    from govmedia_rules.collect.probes import read_probes
    from govmedia_rules.judge.compare import read_results
    from govmedia_rules.judge.review_sheet import REVIEW_COLUMNS, row_code
    from govmedia_rules.rules.bundle import read_bundle
    from govmedia_rules.text.documents import read_documents

    point = datetime(2024, 8, 27, 10, tzinfo=gr.SHANGHAI)
    book = gr.load_rulebook("national-2019")
    account = testing.snapshot("account", latest_post_at="2024-05-01", posts=[{"title": "甲", "published_at": "2024-05-01"}])
    site = testing.snapshot("site", home={"latest_entry_at": "2024-08-20", "entry_count": 3}, service_count=2)
    snapshots = _jsonl(*(json.loads(each.model_dump_json(exclude_none=True)) for each in (account, site)))
    inspection = book.inspect(account)
    review = gr.Review(
        subject=account.subject.id, indicator="media.veto.stale", decision="confirmed", role="复核人员", at=point, reason="已核实"
    )
    waiver = {"subject": account.subject.id, "indicator": "media.veto.stale", "reason": "机构改革", "role": "主任", "at": point.isoformat(), "until": "2024-12-31"}  # fmt: skip
    examples = ROOT / "docs/examples/hanzhong-2024q3"

    def with_pages(body: bytes) -> None:
        facts = read_bytes(body, "http://www.example.gov.cn/", content_type="text/html", now=point)
        for name in dir(type(facts)):
            if not name.startswith("_"):
                getattr(facts, name)

    def parquet_run(path: Path) -> None:
        with tempfile.TemporaryDirectory() as out:
            gr.inspect_to_parquet(path, gr.BatchJudge(book.plan, observed_at=point), out=out)

    def stored(path: Path) -> None:
        for line in path.read_text("utf-8", "replace").splitlines():
            try:
                data = json.loads(line)
            except (ValueError, RecursionError):
                continue
            gr.Inspection.from_dict(data, book.plan)

    def lexicon(path: Path) -> None:
        gr.Scanner(gr.load_lexicon(path)).scan(_TEXT)

    def documents(path: Path) -> None:
        list(read_documents(path))

    def text(path: Path) -> str:
        return path.read_bytes().decode("utf-8", "replace")

    def table(rows: Sequence[Sequence[str]]) -> bytes:
        return "\n".join(",".join(row) for row in rows).encode()

    def html(rows: Sequence[Sequence[str]]) -> bytes:
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        return f"<html><table>{body}</table></html>".encode()

    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "campaign")
        campaign = gr.read_campaign(examples).campaign
        campaign.save(saved)
        journal, head = (saved / "journal.jsonl").read_bytes(), (saved / "journal.head").read_bytes()
        with Journal(Path(folder, "visits")) as visits:
            visits.append({"t": "round", "slot": "2024-08-20T10:00:00+08:00"})
            visits.append(
                {"t": "probe", "slot": "s", "site": "a", "at": point.isoformat(), "seconds": 1.5, "status": 200, "failure": None}
            )
            visits.append({"t": "round_end", "slot": "s"})
        visited, last_visit = Path(folder, "visits").read_bytes(), {"v.jsonl.head": Path(folder, "visits.head").read_bytes()}
        gr.export_rulebook("national-2019", Path(folder, "book.json"))
        bundle = Path(folder, "book.json").read_bytes()

    def loaded_campaign(path: Path) -> None:
        gr.Campaign.load(path.parent).summary()

    def described(path: Path) -> None:
        gr.read_campaign(path.parent).campaign.summary()

    example = {file.name: file.read_bytes() for file in examples.iterdir() if file.suffix == ".csv" or file.name == "campaign.toml"}
    posts_json = json.dumps({"general_msg_list": json.dumps({"list": [{"comm_msg_info": {"id": 1, "datetime": 1724112000, "type": 49}, "app_msg_ext_info": {"title": "甲", "content_url": "http://mp.weixin.qq.com/s/x"}}]})}).encode()  # fmt: skip
    machine = ["weibo:甲", "甲", "media.veto.stale", "更新", "不通过", "无更新", "", "", "2024-08-23T10:00:00+08:00", ""]
    desk_sheet = [list(REVIEW_COLUMNS), [*machine, "确认", "已核实", "科长", "2024-08-24", row_code(machine)]]
    reviews_sheet = [["检查主体", "对象编号", "名称", "指标编号", "结论", "理由", "复核人", "复核时间", "监测时间点"], ["main", "weibo:甲", "甲", "media.veto.stale", "属实", "已核实", "科长", "2024-08-24", "2024-08-23"]]  # fmt: skip
    case = (
        b'indicator = "media.veto.stale"\n[[case]]\nname = "a"\nsnapshot = { latest_post_at = "2024-08-07" }\nstatus = "failed"\n'
    )
    posts_list = json.dumps(
        {
            "user": {"screen_name": "甲"},
            "weibo": [{"screen_name": "甲", "text": "乙", "created_at": "2024-08-20T10:00:00", "id": 1}],
        }
    ).encode()
    slow = 1 / SLOW
    return [
        Reader("accounts-csv", "a.csv", table(_ACCOUNTS), lambda path: gr.read_accounts(path, observed_at=point)),
        Reader("accounts-tsv", "a.tsv", table(_ACCOUNTS).replace(b",", b"\t"), lambda path: gr.read_accounts(path, observed_at=point)),
        Reader("accounts-gb", "a.csv", table(_ACCOUNTS).decode().encode("gb18030"), lambda path: gr.read_accounts(path, observed_at=point)),
        Reader("accounts-html", "a.xls", html(_ACCOUNTS), lambda path: gr.read_accounts(path, observed_at=point)),
        Reader("accounts-xlsx", "a.xlsx", _workbook(_ACCOUNTS), lambda path: gr.read_accounts(path, observed_at=point), 0.3),
        Reader("accounts-ods", "a.ods", _ods(_ACCOUNTS), lambda path: gr.read_accounts(path, observed_at=point), slow),
        Reader("accounts-parquet", "a.parquet", _parquet(_ACCOUNTS), lambda path: gr.read_accounts(path, observed_at=point), slow),
        Reader("sites-csv", "s.csv", table(_SITES), lambda path: gr.read_sites(path, observed_at=point)),
        Reader("columns-csv", "c.csv", table(_COLUMNS), lambda path: gr.read_columns(path, observed_at=point)),
        Reader("posts-csv", "p.csv", table(_POSTS), lambda path: gr.read_posts(path, observed_at=point)),
        Reader("posts-export", "p.csv", table(_POSTS), lambda path: read_post_export(path, now=point)),
        Reader("posts-json", "p.json", posts_list, lambda path: gr.read_posts(path, observed_at=point)),
        Reader("registry-csv", "r.csv", table(_ACCOUNTS), lambda path: gr.read_registry(accounts=path)),
        Reader("registry-sites", "r.csv", table(_SITES), lambda path: gr.read_registry(sites=path)),
        Reader("snapshots-jsonl", "s.jsonl", snapshots, lambda path: list(gr.read_snapshots(path, zone=gr.SHANGHAI)), 2),
        Reader("snapshots-json", "s.json", b"[" + snapshots.strip().replace(b"\n", b",") + b"]", lambda path: list(gr.read_snapshots(path))),
        Reader("snapshots-parquet", "s.parquet", _parquet(_ACCOUNTS), parquet_run, 0.2),
        Reader("snapshots-run", "s.jsonl", snapshots, parquet_run, 0.5),
        Reader("inspected-files", "s.jsonl", snapshots, lambda path: [each.to_json() for each in book.inspect_files(path)], 1),
        Reader("reviews-jsonl", "r.jsonl", _jsonl(json.loads(review.model_dump_json())), gr.read_reviews),
        Reader("reviews-csv", "r.csv", table(desk_sheet), gr.read_reviews),
        Reader("reviews-filled", "r.csv", table(reviews_sheet), read_reviews_filled),
        Reader("rechecks-filled", "r.csv", table([["检查主体", "对象编号", "复查结果", "复查情况", "复查人", "复查时间"], ["main", "weibo:甲", "已整改", "", "科长", "2024-09-01"]]), read_rechecks_filled),
        Reader("waivers-jsonl", "w.jsonl", _jsonl(waiver), gr.read_waivers),
        Reader("rulebook-toml", "own.toml", _BOOK.encode(), gr.load_rulebook, 0.5),
        Reader("rulebook-bundle", "own.json", bundle, read_bundle, 0.3),
        Reader("lexicon-toml", "l.toml", _LEXICON.encode(), lexicon, 0.7),
        Reader("lexicon-csv", "l.csv", "错误表述,正确表述,说明\n十八届3中全会,十八届三中全会,用汉字\n".encode(), lexicon, 0.7),
        Reader("lexicon-xlsx", "l.xlsx", _workbook([["错误表述", "正确表述"], ["甲乙丙", "甲乙"]]), lexicon, 0.1),
        Reader("notice-text", "n.txt", _TEXT.encode(), notices.read),
        Reader("notice-html", "n.html", ("<html><body>" + "".join(f"<p>{line}</p>" for line in _TEXT.split("\n")) + "</body></html>").encode() + html(_SITES), notices.read),
        Reader("notice-docx", "n.docx", _docx(_TEXT.split("\n"), _SITES), notices.read, 0.2),
        Reader("text-docx", "n.docx", _docx(_TEXT.split("\n"), _SITES), documents, 0.5),
        Reader("text-xlsx", "n.xlsx", _workbook(_SITES), documents, 0.5),
        Reader("text-pdf", "n.pdf", _pdf(), documents, 0.5),
        Reader("text-html", "n.html", _PAGE.encode(), documents),
        Reader("text-jsonl", "n.jsonl", _jsonl({"title": "甲", "text": "乙", "published_at": "2024-01-01"}), documents),
        Reader("page", "p.html", _PAGE.encode(), lambda path: with_pages(path.read_bytes()), 0.7),
        Reader("wechat-article", "w.html", _PAGE.encode(), lambda path: read_wechat_article(text(path), "https://mp.weixin.qq.com/s/x")),
        Reader("wechat-history", "w.json", posts_json, lambda path: read_wechat_history(path.read_bytes())),
        Reader("campaign-toml", "campaign.toml", example["campaign.toml"], described, 0.15, {name: data for name, data in example.items() if name != "campaign.toml"}),
        Reader("campaign-reported", "reported.csv", example["reported.csv"], described, 0.15, {name: data for name, data in example.items() if name != "reported.csv"}),
        Reader("campaign-journal", "journal.jsonl", journal, loaded_campaign, 0.3, {"journal.head": head}),
        Reader("campaign-draft", "d.toml", 'issuer = "某市政府办"\nsigned_at = 2024-08-27\n'.encode(), read_draft),
        Reader("visits", "v.jsonl", visited, lambda path: list(read_visits(path)), beside=last_visit),
        Reader("probes", "v.jsonl", visited, read_probes, beside=last_visit),
        Reader("results", "r.jsonl", (inspection.to_json() + "\n").encode(), lambda path: list(read_results(path.read_text("utf-8", "replace").splitlines()))),
        Reader("inspection", "r.jsonl", (inspection.to_json() + "\n").encode(), stored),
        Reader("cases", "c.toml", case, testing.load_cases, 0.5),
    ]  # fmt: skip


# --- Running ---------------------------------------------------------------------------------------------------------------


def planned(readers: Sequence[Reader], seed: int, numbers: Sequence[int]) -> Iterator[Input]:
    """Yield the reader and the bytes of each numbered input of a seed."""
    weights = [reader.weight for reader in readers]
    for number in numbers:
        rng = random.Random(f"{seed}/{number}")
        reader = rng.choices(readers, weights)[0]
        change = changed_archive if reader.seed.startswith(b"PK") else changed
        yield number, reader, change(reader.seed, rng)


def _read(reader: Reader, data: bytes, folder: Path) -> str | None:
    """Read one input; return what is wrong about how it went, None for nothing."""
    from govmedia_rules.errors import GovMediaRulesError, visible

    place = folder / "input"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, content in reader.beside.items():
        (place / name).write_bytes(content)
    (place / reader.file).write_bytes(data)
    signal.setitimer(signal.ITIMER_PROF, allowed(CPU_SECONDS))
    try:
        reader.read(place / reader.file)
    except GovMediaRulesError as fault:
        held = next((char for char in str(fault) if visible(char) != char), None)
        return None if held is None else f"{type(fault).__name__} shows the control character {held!r}"
    except BaseException as fault:
        frames = traceback.extract_tb(fault.__traceback__)
        own = [frame for frame in frames if "govmedia_rules" in frame.filename] or frames
        last = own[-1]
        return f"{type(fault).__name__} at {Path(last.filename).name}:{last.lineno}: {str(fault)[:120]!r}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


class _TooSlow(BaseException):
    pass


def _out_of_time(*_: object) -> None:
    raise _TooSlow(f"more than {allowed(CPU_SECONDS):.1f} s of processor time")


def _work(inputs: Iterable[Input], sink: IO[bytes], folder: Path) -> None:
    """Read inputs in a forked process, saying what each is before it is read and how it went."""
    silence = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(silence, output)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, _out_of_time)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if Path("/proc/self/statm").exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    for number, reader, data in inputs:
        pickle.dump((number, reader.name, None), sink)
        sink.flush()
        fault = _read(reader, data, folder)
        if fault is not None:
            pickle.dump((number, reader.name, fault), sink)
            sink.flush()


def run(make: Maker, numbers: Sequence[int], folder: Path) -> tuple[Counter[str], list[Fault]]:
    """Read the inputs that `make` gives for numbers; return how many each reader got, and what came out wrong."""
    counts: Counter[str] = Counter()
    faults: list[Fault] = []
    left = list(numbers)
    allowed(CPU_SECONDS)  # measured once, before the first process
    while left:
        batch = left[:BATCH]
        done = 0
        last: tuple[int, str] | None = None
        for number, name, fault in _forked(make, batch, folder):
            if fault is not None:
                faults.append(Fault(name, number, fault))
                continue
            last = number, name
            counts[name] += 1
            done += 1
        ended = _forked.ended  # type: ignore[attr-defined]
        if ended and last is not None:
            faults.append(Fault(last[1], last[0], ended))
        left = left[max(done, 1) :]
    return counts, faults


def _forked(make: Maker, numbers: Sequence[int], folder: Path) -> Iterator[tuple[int, str, str | None]]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.close(reading)
        try:
            with os.fdopen(writing, "wb") as sink:
                _work(make(numbers), sink, folder)
            os._exit(0)
        except BaseException:
            os._exit(3)
    os.close(writing)
    ended = ""
    with os.fdopen(reading, "rb") as source, selectors.DefaultSelector() as waiting:
        waiting.register(source, selectors.EVENT_READ)
        while True:
            if not source.peek(1) if waiting.select(WALL_SECONDS) else _kill(pid):  # type: ignore[attr-defined]
                break
            try:
                yield pickle.load(source)
            except (EOFError, pickle.UnpicklingError):
                break
    _, status = os.waitpid(pid, 0)
    if status:
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.waitstatus_to_exitcode(status)}"
        ended = f"the process ended with {how}"
    _forked.ended = ended  # type: ignore[attr-defined]


def _kill(pid: int) -> bool:
    os.killpg(pid, signal.SIGKILL)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 when an input came out wrong."""
    parser = argparse.ArgumentParser(description="Feed damaged files to every reader; list what comes out wrong.")
    parser.add_argument("--count", type=int, default=10_000, help="number of inputs")
    parser.add_argument("--seed", type=int, default=1, help="seed of the inputs")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", help="names of readers, by commas")
    parser.add_argument("--out", type=Path, help="folder for the inputs that came out wrong")
    parser.add_argument("--list", action="store_true", help="print the names of the readers and check their seeds")
    given = parser.parse_args(arguments)
    chosen = [reader for reader in readers() if given.only is None or reader.name in given.only.split(",")]
    if given.list:
        return check_seeds(chosen)
    began = time.monotonic()
    numbers = range(given.first, given.first + given.count)
    check_seeds(chosen, say=None)  # so that forked processes find modules and patterns at hand
    with tempfile.TemporaryDirectory() as folder:
        counts, faults = run(partial(planned, chosen, given.seed), numbers, Path(folder))
    inputs = {number: data for number, _, data in planned(chosen, given.seed, [fault.number for fault in faults])}
    kinds = Counter((fault.reader, fault.what.split(": ")[0]) for fault in faults)
    shown: set[tuple[str, str]] = set()
    for fault in faults:
        kind = fault.reader, fault.what.split(": ")[0]
        if kind not in shown:
            shown.add(kind)
            print(f"{fault.reader} {fault.number}: {fault.what} ({kinds[kind]} times)")
        if given.out is not None:
            given.out.mkdir(parents=True, exist_ok=True)
            (given.out / f"{fault.reader}-{given.seed}-{fault.number}").write_bytes(inputs[fault.number])
    seconds = time.monotonic() - began
    print(f"{counts.total():,} inputs over {len(counts)} readers, seed {given.seed}, {seconds:.0f} s: {len(faults)} came out wrong")
    return int(bool(faults))


def check_seeds(readers: Sequence[Reader], say: Callable[[str], object] | None = print) -> int:
    """Print each reader and whether it reads its own seed: a seed that is refused tests little."""
    warnings.simplefilter("ignore")
    say = say or (lambda _: None)
    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        for reader in readers:
            place = Path(folder, reader.name)
            place.mkdir()
            for name, content in {**reader.beside, reader.file: reader.seed}.items():
                (place / name).write_bytes(content)
            try:
                began = time.monotonic()
                reader.read(place / reader.file)
                say(f"{reader.name}: {len(reader.seed)} bytes, {1000 * (time.monotonic() - began):.0f} ms")
            except Exception as fault:
                refused += 1
                say(f"{reader.name}: refuses its seed: {type(fault).__name__} {fault}")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
