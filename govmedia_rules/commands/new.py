"""`govmedia-rules new indicator ID`: the three files of a new indicator, with a case that fails until it is filled in."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from govmedia_rules.commands.output import say
from govmedia_rules.core.files import make_folder, write_file
from govmedia_rules.errors import GovMediaRulesError, Where, language
from govmedia_rules.rules.load import NATIONAL, read_layer
from govmedia_rules.rules.plugins import installed

_SUBJECTS = {"site": "SiteSnapshot", "account": "AccountSnapshot", "supervisor": "SupervisorSnapshot"}
_PREFIXES = {"site": "site", "media": "account", "account": "account", "supervision": "supervisor", "census": "site"}
_KINDS = ("veto", "deduction", "bonus", "management", "warning")
_KIND_STEPS = {"veto": "veto", "deduct": "deduction", "bonus": "bonus", "manage": "management", "warn": "warning"}

_HEAD = """# TODO: title, region, day from which it holds, and the documents it rests on.
id = "{book}"
title = "{book}"
version = "1"
extends = "{base}"
# basis = [{{ title = "关于……的通知", number = "……〔2026〕1号", issued = 2026-01-01 }}]
"""

_TABLE = """
[indicators."{id}"]
title = "{title}"
title_en = "{title}"
kind = "{kind}"
check = "{check}"
params = {{ limit = 1 }}{points}
source = {{ document = "TODO", clause = "TODO", grade = "unseen" }} # "official" or "copy" once it was seen

[indicators."{id}".messages]
limit_exceeded = {{ zh = "发现{{count}}处，超过{{limit}}处", en = "{{count}} found, more than {{limit}}" }}
"""

_FUNCTION = '''"""The check of {id}: what it asks of {subject}s, as a pure function."""

from __future__ import annotations

from typing import Annotated

import govmedia_rules as gr


@gr.check("{check}")  # add needs="posts" or the like: without that part of the snapshot the answer is inconclusive
def {function}({subject}: gr.{model}, *, limit: Annotated[int, gr.Strictness.LOWER]) -> gr.CheckResult:
    """TODO: say in one sentence what is wrong with a {subject} that fails.

    Args:
        {subject}: The snapshot.
        limit: Most that is accepted; a number of the rule, set in the rulebook.
    """
    count = 0  # TODO: count what is wrong in the snapshot
    if count > limit:
        return gr.failed("limit_exceeded", count=count, limit=limit)
    return gr.passed()
'''

_CASES = """# Cases of {id}. `govmedia-rules lint {book}.toml --checks {function}.py` runs them.
indicator = "{id}"
rulebook = "{book}.toml"

[[case]]
name = "nothing is wrong"
snapshot = {{}}
status = "passed"

[[case]]
name = "TODO: fails until snapshot holds what is wrong and the check counts it"
snapshot = {{}}
status = "failed"
reason = "limit_exceeded"
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("new", description="Write the files of something new.")
    actions = parser.add_subparsers(dest="action", required=True)
    text = "Write a new indicator: its table in a rulebook with sentences, its check, and cases of which one fails until filled in."
    indicator = actions.add_parser("indicator", help="table, check and cases of a new indicator", description=text)
    indicator.add_argument("id", metavar="ID", help="such as media.manage.owner or site.deduct.design.fonts")
    indicator.add_argument("--out", metavar="DIR", default=".", help="folder to write to; the current one by default")
    indicator.add_argument("--book", metavar="NAME", default="my-rules", help="id of your rulebook; its file is NAME.toml")
    indicator.add_argument("--extends", metavar="ID", default=NATIONAL, help="rulebook that yours adds to, where it is new")
    indicator.add_argument("--title", metavar="TEXT", help="official title")
    indicator.add_argument("--kind", choices=_KINDS, help="by the second part of the id where it is known, else management")
    indicator.add_argument("--subject", choices=tuple(_SUBJECTS), help="by the first part of the id where it is known, else site")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the files, none of which may exist but the rulebook; say what to do next."""
    steps = _steps(args.id)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", args.book):
        zh = f"{args.book!r} 不能作指标体系的编号"
        raise GovMediaRulesError(f"{args.book!r} is no id of a rulebook", None, "write my-province", zh, "写作 my-province")
    read_layer(args.extends, installed())
    folder = Path(args.out)
    function = "_".join(steps).replace("-", "_")
    book, check, cases = folder / f"{args.book}.toml", folder / f"{function}.py", folder / f"{args.id}.toml"
    subject = args.subject or _PREFIXES.get(steps[0], "site")
    kind = args.kind or _KIND_STEPS.get(steps[1], "management")
    title = (args.title or "TODO").replace("\\", "").replace('"', "”")
    values = {
        "id": args.id,
        "book": args.book,
        "base": args.extends,
        "title": "".join(char if char.isprintable() else " " for char in title),
        "kind": kind,
        "check": f"{args.book}.{function}",
        "function": function,
        "subject": subject,
        "model": _SUBJECTS[subject],
        "points": "\npoints = 1" if kind in ("deduction", "bonus") else "",
    }
    table = book.read_text("utf-8") if book.is_file() else _HEAD.format(**values)
    if f'[indicators."{args.id}"]' in table:
        raise _exists(book, f"the rulebook has {args.id} already", f"指标体系里已有 {args.id}")
    for path in (check, cases):
        if path.exists():
            raise _exists(path, "the file exists already", "文件已存在")
    make_folder(folder)
    write_file(check, _FUNCTION.format(**values))
    write_file(cases, _CASES.format(**values))
    write_file(book, table.rstrip("\n") + "\n" + _TABLE.format(**values))
    _say_next(book, check, cases)
    return 0


def _steps(name: str) -> list[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*){2,}", name):
        hint, hint_zh = "write subject.kind.name, as media.manage.owner", "写作 对象.类别.名称，如 media.manage.owner"
        raise GovMediaRulesError(f"{name!r} is no id of an indicator", None, hint, f"{name!r} 不能作指标编号", hint_zh)
    return name.split(".")


def _exists(path: Path, what: str, zh: str) -> GovMediaRulesError:
    return GovMediaRulesError(what, Where(str(path)), "choose another id or folder", zh, "请换一个编号或目录")


def _say_next(book: Path, check: Path, cases: Path) -> None:
    command = f"govmedia-rules lint {book} --checks {check}"
    if language() == "zh":
        say(f"已写出 {book}、{check}、{cases}\n先运行 {command}，再按 TODO 填写，直到没有错误")
    else:
        say(f"{book}, {check} and {cases} were written\nrun {command}, and fill in what is marked TODO until it finds no error")
