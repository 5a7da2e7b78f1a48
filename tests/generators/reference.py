"""Writes the generated pages of `docs/reference`; a test says when they are stale.

    python tests/generators/reference.py

JSON Schemas come from the models; the page of an indicator comes from the same object that runs, in every rulebook that
sets it, with the cases of `tests/checks` beside it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

import govmedia_rules as gr
from govmedia_rules.checks.contract import CheckSpec
from govmedia_rules.judge.explain import value_text
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.model import Indicator
from govmedia_rules.rules.places import page_of
from govmedia_rules.rules.plugins import Plugins
from govmedia_rules.snapshots.kinds import word

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
CASES = ROOT / "tests" / "checks"

GRADES = {"official": "官方来源 official", "copy": "据转载 copy", "unseen": "未见原文 not seen"}
SIGNS = {"official": "✓", "copy": "○", "unseen": "?"}
MODES = {"auto": ("机器判定", "machine"), "sample": ("抽样判定", "sample"), "person": ("人工判定", "person")}
SUBJECTS = {"site": ("政府网站", "site"), "account": ("政务新媒体", "account"), "supervisor": ("监管单位", "supervising office")}
KINDS = {
    "veto": "出现即为不合格",
    "deduction": "出现即扣分",
    "bonus": "做到可加分",
    "management": "属管理要求",
    "warning": "提示注意",
}
CONDITIONS = {
    "portals": "只检查政府门户网站",
    "levels": "层级",
    "platforms": "平台",
    "has_services": "有对外服务职能",
    "status": "运行状态",
}


def schemas() -> dict[str, str]:
    """JSON Schemas of what is written to and read from files."""
    models = {
        "site-snapshot": gr.SiteSnapshot,
        "account-snapshot": gr.AccountSnapshot,
        "supervisor-snapshot": gr.SupervisorSnapshot,
        "review": gr.Review,
        "waiver": gr.Waiver,
    }
    schemas = {name: model.model_json_schema() for name, model in models.items()}
    # What is written, not what is accepted: levels, platforms and stages of life are listed.
    schemas["inspection"] = TypeAdapter(gr.Inspection).json_schema(mode="serialization")
    schemas["finding"] = TypeAdapter(gr.Finding).json_schema(mode="serialization")
    schemas["inspect-output"] = output_schema(schemas["inspection"])
    return {
        f"{name}.schema.json": json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, schema in schemas.items()
    }


def output_schema(inspection: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of the document that `inspect --format json` prints."""
    words = {"type": ["string", "null"]}
    counts = {verdict.value: {"type": "integer", "minimum": 0} for verdict in gr.Verdict}

    def record(properties: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}

    unread = dict.fromkeys(("file", "table", "column"), words) | {"row": {"type": ["integer", "null"]}}
    document = record(
        {
            "format": {"const": 1, "description": "Version of this document."},
            "inspections": {"type": "array", "items": {key: value for key, value in inspection.items() if key != "$defs"}},
            "rulebook": record({name: {"type": "string"} for name in ("id", "title", "version", "digest", "books")}),
            "covers": {"type": ["array", "null"], "items": {"type": "string"}, "description": "Indicators asked; null: all."},
            "counts": {
                "type": "object",
                "properties": {kind: record(counts) for kind in ("site", "account", "supervisor")},
                "additionalProperties": False,
            },
            "in_baseline": {"type": "integer", "description": "Subjects left out because the baseline has the same."},
            "not_read": {"type": "array", "items": record(unread | {"zh": {"type": "string"}, "en": {"type": "string"}})},
        }
    )
    return {**document, "$defs": inspection.get("$defs", {}), "title": "InspectOutput"}


def books() -> dict[str, gr.Rulebook]:
    """Every built-in rulebook, by the day it comes into force, the nation's first."""
    layers = [read_layer(path, Plugins()).content for path in built_in_files().values()]
    layers.sort(key=lambda layer: (layer.series, layer.authority, str(layer.effective.from_ or ""), layer.id))
    return {layer.id: gr.load_rulebook(layer.id) for layer in layers}


def indicator_pages(known: dict[str, gr.Rulebook]) -> dict[str, str]:
    """A page for each indicator of any rulebook, in Chinese and English."""
    found: dict[str, list[str]] = {}
    for name, book in known.items():
        for indicator in book.indicators:
            # A layer is told of where it says something itself.
            if name in indicator.origins.values():
                found.setdefault(indicator.id, []).append(name)
    return {
        page_of(indicator_id): "\n".join(_page(indicator_id, [(name, known[name]) for name in names])) + "\n"
        for indicator_id, names in sorted(found.items())
    }


def _page(indicator_id: str, settings: list[tuple[str, gr.Rulebook]]) -> Iterator[str]:
    first = settings[0][1][indicator_id]
    yield f"# {first.title}"
    yield ""
    yield f"`{indicator_id}` · {first.title_en or first.title}"
    yield ""
    yield "| | 中文 | English |"
    yield "|---|---|---|"
    yield f"| kind | {first.kind_zh} | {first.kind} |"
    if first.group:
        zh, en = (f"，{first.points}分", f"{first.points} points") if first.points is not None else ("", "")
        yield f"| group | {first.group}{zh} | {en} |"
    subject = SUBJECTS[first.applies_to.subject]
    rules = first.applies_to.model_dump(exclude_none=True, exclude={"subject"})
    conditions = "；".join(f"{CONDITIONS[key]}: {_plain(value)}" for key, value in rules.items())
    yield f"| asked of | {subject[0]}{'（' + conditions + '）' if conditions else ''} | {subject[1]}{' ' + json.dumps(rules) if rules else ''} |"
    yield f"| decided by | {MODES[first.mode][0]} | {MODES[first.mode][1]} |"
    whole = first.covers == "full"
    yield f"| passing means | {'该条款' if whole else '该条款的一部分'} | {'the clause is kept' if whole else 'a part of the clause is kept'} |"
    if first.window or first.sample:
        yield f"| window, sample | {'；'.join(filter(None, (first.window, first.sample)))} | |"
    book, since = settings[0][0], first.since or settings[0][1].layers[-1].version
    old_zh, old_en = (f"，曾用编号 {one}" if (one := "、".join(first.aliases)) else ""), ", ".join(first.aliases)
    yield f"| history | 自 {book} {since} 版起{old_zh} | since {book} {since}{'; earlier ids: ' + old_en if old_en else ''} |"
    yield ""
    yield from _reason(first)
    yield from _evidence_needed(first, settings[0][1])
    yield from _places(indicator_id, settings)
    yield "## 依据与参数 · Sources and parameters"
    yield ""
    for name, book in settings:
        yield from _setting(book[indicator_id], name, book)
    yield from _cases(indicator_id)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _reason(indicator: Indicator) -> Iterator[str]:
    """Why the rule exists: the document, its clause, and what it says in one sentence."""
    source = indicator.source
    clause = f"（{source.clause}）" if source.clause else ""
    yield f"为什么有这条 · Why: {source.document}{clause} — {KINDS[indicator.kind]}：{indicator.phrase}。"
    yield ""


def _places(indicator_id: str, settings: list[tuple[str, gr.Rulebook]]) -> Iterator[str]:
    """Links to everything about the indicator; without line numbers, which would make the page stale at every edit."""
    tables: dict[str, None] = {}
    checks: dict[str, None] = {}
    sentence_places: dict[str, None] = {}
    cases: dict[str, None] = {}
    for _, book in settings:
        places = book.explain(indicator_id).places
        tables |= dict.fromkeys(places.tables)
        checks |= dict.fromkeys(filter(None, [places.check]))
        sentence_places |= dict.fromkeys(filter(None, [places.sentences]))
        cases |= dict.fromkeys(places.cases)
    yield "| 位置 · Where | |"
    yield "|---|---|"
    for name, files in (
        ("规则册 rulebook", tables),
        ("检查项 check", checks),
        ("语句 sentences", sentence_places),
        ("用例 cases", cases),
    ):
        paths = dict.fromkeys(file.partition(":")[0] for file in files)
        if paths:
            yield f"| {name} | {'<br>'.join(f'[{path}](../../../{path})' for path in paths)} |"
    yield ""


def _evidence_needed(indicator: Indicator, book: gr.Rulebook) -> Iterator[str]:
    if indicator.check is None:
        yield "所需证据 · Evidence needed: 复核结论（`Review`）"
        yield ""
        return
    spec = CheckSpec.of(book.plan.functions[indicator.check])
    needs = ["或".join(f"{word('part', part, 'zh')}（`{part}`）" for part in group) for group in spec.needs]
    yield f"检查项 · Check: `{indicator.check}` — {(spec.function.__doc__ or '').strip().splitlines()[0]}"
    yield ""
    yield f"所需证据 · Evidence needed: {'；'.join(needs) or '登记信息'}"
    yield ""


def _setting(indicator: Indicator, name: str, book: gr.Rulebook) -> Iterator[str]:
    layer = read_layer(name, Plugins()).content
    source = indicator.sources.get(name)
    dates = f"{layer.effective.from_ or ''}..{layer.effective.to or ''}"
    yield f"### {name}"
    yield ""
    yield f"{layer.title}（{layer.region or '全国'}，{dates}）"
    yield ""
    if source is not None:
        clause = " " + source.clause if source.clause else ""
        yield f"- 依据 · Source: {source.document}{clause}（{GRADES[source.grade]}）{source.note or ''}"
    if indicator.origins.get("phrase") == name:
        yield f"- 通报用语 · Wording in notices: {indicator.phrase}"
    for parameter, (value, setter) in book.explain(indicator.id).parameters.items():
        if setter in (name, "default"):
            default = "（默认 default）" if setter == "default" else ""
            yield f"- `{parameter}` = {value_text(value)}{default}，{GRADES[indicator.grade_of(f'params.{parameter}')]}"
    if indicator.origins.get("readings") == name:
        for reading in indicator.readings.values():
            values = "；".join(f"`{step}` = {value_text(value)}" for step, value in reading.params.items()) or "即上列参数 as above"
            document = f"{reading.source.document}（{GRADES[reading.source.grade]}）"
            yield f"- 读法 · Reading “{reading.title}” ({reading.title_en or reading.title}): {values}；依据 {document}"
        if indicator.readings:
            yield "- 各读法结论一致时才判定，否则待复核 · decided only where all readings agree; a layer `adopts` one with a document"
    for kind, cost in indicator.deduct.items():
        if indicator.origins.get(f"deduct.{kind}") == name:
            grade = GRADES[indicator.grade_of(f"deduct.{kind}")]
            yield f"- 每处扣分 · Deduction for each `{kind}`: {'全部 all points' if cost == 'all' else cost}，{grade}"
    if indicator.origins.get("points") == name:
        yield f"- 分值 · Points {indicator.points}，{GRADES[indicator.grade_of('points')]}"
    yield ""


@cache
def _case_files() -> dict[str, list[dict[str, Any]]]:
    """The case files of each indicator, in the order of their names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(CASES.rglob("*.toml"), key=lambda path: path.name):
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
        table["texts"] = [piece.strip() for piece in text.split("[[case]]\n")[1:]]
        found.setdefault(table["indicator"], []).append(table)
    return found


def _cases(indicator_id: str) -> Iterator[str]:
    files = _case_files().get(indicator_id)
    if not files:
        return
    yield from _examples(files)
    yield "## 用例 · Cases"
    yield ""
    yield "| case | status |"
    yield "|---|---|"
    for table in files:
        book = f"{table['rulebook']}: " if "rulebook" in table else ""
        for case in table["case"]:
            yield f"| {book}{case['name'].replace('|', '/')} | {gr.Status(case['status']).zh} `{case['status']}` |"


def _examples(files: list[dict[str, Any]]) -> Iterator[str]:
    """A passing and a failing case as written, with the sentence that the failing one gives."""
    for heading, statuses in (("通过的例子 · A passing example", ("passed",)), ("不通过的例子 · A failing example", ("failed",))):
        for table in files:
            number = next((place for place, case in enumerate(table["case"]) if case["status"] in statuses), None)
            if number is None:
                continue
            yield f"## {heading}"
            yield ""
            yield "```toml"
            yield table["texts"][number]
            yield "```"
            yield ""
            break


def coverage_page(known: dict[str, gr.Rulebook]) -> str:
    """Which clauses are decided by machine, by sample, by a person, and which values were seen in the source."""
    lines = [
        "# Coverage",
        "",
        "Clauses of each rulebook by who decides them, and how many were seen with all their values on an official host, in a copy, or",
        "not at all. A rulebook that extends another counts its own entries only.",
        "",
        "| rulebook | machine | sample | person | only a part of the clause | official | copy | with a value not seen |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, book in known.items():
        own = [one for one in book.indicators if name in one.origins.values()]
        by_mode = [sum(one.mode == mode for one in own) for mode in MODES]
        part = sum(one.covers == "part" for one in own)
        counts = [*by_mode, part, *(sum(one.grade == grade for one in own) for grade in GRADES)]
        lines.append(f"| `{name}` | {' | '.join(map(str, counts))} |")
    lines += ["", "## Indicators", "", "| indicator | title | kind | decided by | rulebooks |", "|---|---|---|---|---|"]
    rows: dict[str, tuple[Indicator, list[str]]] = {}
    for name, book in known.items():
        for one in book.indicators:
            if name in one.origins.values():
                rows.setdefault(one.id, (one, []))[1].append(name)
    for indicator_id, (one, names) in sorted(rows.items()):
        link = f"[{indicator_id}]({page_of(indicator_id)})"
        lines.append(f"| {link} | {one.title} | {one.kind_zh} | {MODES[one.mode][0]} | {', '.join(names)} |")
    return "\n".join(lines) + "\n"


def vetoes_page(book: gr.Rulebook) -> str:
    """The clause, parameters, sources and readings of each national veto."""
    lines = [
        "# Vetoes",
        "",
        "Every 单项否决 of `national-2019`: its clause, what its check is told, whether the clause and each value were seen, and the readings",
        "that sources allow. ✓ seen on an official host or in the document, ○ in a copy elsewhere, ? a reading of this library.",
        "",
        "| indicator | clause | parameters | readings |",
        "|---|---|---|---|",
    ]
    for one in book.indicators:
        if one.kind != "veto":
            continue
        sure = SIGNS[one.source.grade]
        params = "<br>".join(
            f"`{name}` = {value_text(value)} {SIGNS[one.grade_of(f'params.{name}')]}" for name, value in one.params.items()
        )
        readings = "<br>".join(
            f"{reading.title}：{reading.source.document} {SIGNS[reading.source.grade]}" for reading in one.readings.values()
        )
        cells = (f"[{one.id}]({page_of(one.id)})", f"{one.source.clause} {sure}", params or "由人工认定", readings or "—")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def docstrings_page() -> str:
    """The places from which the site of the documentation takes the docstrings, in the order of `api.md`."""
    lines = [
        "# Docstrings",
        "",
        "What the docstrings say; the short list is in [API](api.md). The built site fills this page in.",
        "",
    ]
    for line in (FOLDER / "api.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            lines += [line, ""]
        if name := re.match(r"\| `(\w+)` \|", line):
            home = gr._HOME_OF.get(name[1])
            lines += [f"::: govmedia_rules.{home + '.' if home else ''}{name[1]}", ""]
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Content of each generated file by its name."""
    known = books()
    return {
        **schemas(),
        **indicator_pages(known),
        "coverage.md": coverage_page(known),
        "vetoes.md": vetoes_page(known["national-2019"]),
        "docstrings.md": docstrings_page(),
    }


def write() -> None:
    """Writes all pages and removes those of indicators that are gone."""
    made = pages()
    (FOLDER / "indicators").mkdir(parents=True, exist_ok=True)
    for old in (FOLDER / "indicators").glob("*.md"):
        if f"indicators/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
