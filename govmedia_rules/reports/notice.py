"""A notice as an official document (通报): the facts of a `Notice`, worded by a template.

Every figure, name and date of the document is one of the notice's; the template adds words and order. What it asks for and the
notice does not hold is an error that names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from govmedia_rules.notices.figures import DateSpan, Group, InspectedPopulation, Rate
from govmedia_rules.notices.model import Attachment, Deadline, Named, Notice, Problem
from govmedia_rules.reports.blocks import Imprint
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.grids import ReportGrid, grids_of
from govmedia_rules.reports.templates import Filter, fill_template, markup
from govmedia_rules.reports.text import one_line, quoted

_KINDS = {"site": "政府网站", "account": "政务新媒体"}
_RATES = {
    "pass": "合格率",
    "failure_share": "不合格占比",
    "coverage": "检查覆盖率",
    "completion": "办结率",
    "share": "占比",
    "score_share": "高分占比",
    "other": "占比",
}
_NUMERALS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """An attachment as the template sees it.

    Attributes:
        number: Its number; None when it is the only one.
        label: 附件, or 附件1.
        title: Its title in the list after the text.
        page_title: Its title on its own page.
        span: Time its figures cover; None when not stated.
        has_page: Whether it has a page of its own.
        grids: Names of its tables, for `<table data-grid="…">`.
    """

    number: int | None
    label: str
    title: str
    page_title: str
    span: DateSpan | None
    has_page: bool
    grids: tuple[str, ...]


def notice_document(
    notice: Notice,
    *,
    template: str | Path | None = None,
    more: Mapping[str, object] | None = None,
    imprint: Imprint | None = None,
) -> ReportDocument:
    """Return the notice as a document in official form, to be written as DOCX, Markdown, HTML or text.

    Args:
        notice: What it says; made by a campaign or read from a text.
        template: The user's template instead of the library's: a path, or its text; see `docs/reports.md`.
        more: Further values the user's template asks for, by name.
        imprint: 版记 (抄送, 印发机关, 印发日期); None leaves it out.

    Raises:
        NoticeError: The template prints something the notice does not hold, is not well formed, or has an element that means
            nothing in a document; says which and where.
        MissingExtra: jinja2 is not installed.
    """
    grids: dict[str, ReportGrid] = {}
    parts = tuple(_part(index, attachment, grids) for index, attachment in enumerate(notice.attachments, 1))
    values: dict[str, object] = {**(more or {}), "notice": notice, "attachments": parts}
    filled = fill_template("notice.html.j2", values, template=template, filters=_FILTERS, in_one_line=True)
    document = ReportDocument.parse(filled, grids)
    return document if imprint is None else replace(document, blocks=(*document.blocks, imprint))


def _part(index: int, attachment: Attachment, grids: dict[str, ReportGrid]) -> AttachmentPart:
    names = []
    title = attachment.title or attachment.page_title or "附件"
    above = one_line(attachment.page_title or title)
    for number, grid in enumerate(grids_of(attachment), 1):
        name = f"attachment-{index}-{number}"
        grids[name] = replace(grid, caption="") if grid.caption == above else grid
        names.append(name)
    return AttachmentPart(
        attachment.number,
        "附件" if attachment.number is None else f"附件{attachment.number}",
        one_line(title),
        above,
        attachment.span,
        bool(names) or attachment.has_page,
        tuple(names),
    )


# --- words a template may apply ---------------------------------------------------------------------------------------


def numeral(number: int) -> str:
    """Return a number from 一 to 九十九."""
    if not 0 < number < 100:
        raise ValueError(f"{number} has no place in a list of headings")
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _NUMERALS[tens]) + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")


def _sentence(text: object) -> object:
    """Return the text with one full stop at its end."""
    safe = hasattr(text, "__html__")
    sentence = (str(text) if safe else one_line(str(text))).strip().rstrip("。；;，,、")
    ended = sentence if sentence.endswith(("！", "？", "：")) else f"{sentence}。" if sentence else ""
    return markup(ended) if safe else ended


def _lstrip(text: object, marks: str) -> object:
    stripped = str(text).lstrip(marks)
    return markup(stripped) if hasattr(text, "__html__") else stripped


# A fault that is named by a noun needs a verb before it: 固定表述错误 is something a site has, 未及时更新 something it does.
_NOUN = re.compile(r"(?:错误|错词|错别字|问题|情况|现象|内容|信息|行为|漏洞|隐患)$")
_HAS_VERB = re.compile(r"存在|出现|含有|有(?!关|效)|发布|泄露|公布|转载|未|没有|无|不|缺|被|引发|购买")


def predicate(wording: str) -> str:
    """Return the wording of a problem as what is said of a subject: `存在固定表述错误问题`, `未及时更新`."""
    phrase = one_line(wording).strip().rstrip("。；")
    if _HAS_VERB.search(phrase) or not _NOUN.search(phrase):
        return phrase
    return f"存在{phrase}" if phrase.endswith(("问题", "情况", "现象", "行为")) else f"存在{phrase}问题"


def _named(problem: Problem) -> str:
    """Return the subjects of a problem: `“甲”“乙”微信订阅号、“丙”新浪微博等12个政务新媒体`; "" when none is named."""
    if not problem.named:
        return ""
    kind = _KINDS.get(problem.kind or problem.named[0].kind or "", "单位")
    groups = [(suffix, [_bare(unit.name) for unit in group]) for suffix, group in groupby(problem.named, _suffix)]
    many = problem.stated_count.value if problem.stated_count is not None else None
    suffix = groups[0][0] if len(groups) == 1 else ""
    if not problem.is_open and (many is None or many <= len(problem.named)):
        # 网站 is not said twice where the wording begins with it (网站地图…).
        return "、".join(
            "".join(names) + ("" if suffix and problem.wording.startswith(suffix) else suffix) for suffix, names in groups
        )
    if suffix and (many is None or suffix in ("网站", kind)):
        names_text = "".join(groups[0][1])
        return f"{names_text}等{'' if many is None else f'{many}个'}{'' if problem.wording.startswith(suffix) else suffix}"
    # The platforms of those who are not named are not known here.
    names_text = "、".join("".join(names) + suffix for suffix, names in groups)
    return f"{names_text}等{'' if many is None else f'{many}个'}{kind}"


def _bare(name: str) -> str:
    """Return the name in its marks, without a 网 behind them: what it is follows anyway."""
    bare = one_line(name)
    match = re.fullmatch(r"“([^“”]+)”网(?:站)?", bare)
    return f"“{match[1]}”" if match else quoted(bare)


def _suffix(unit: Named) -> str:
    if unit.platform_text:
        platform = one_line(unit.platform_text)
        return platform if platform.endswith(("号", "端", "体", "博", "程序", "APP", "频", "条")) else f"{platform}账号"
    return {"site": "网站", "account": "政务新媒体"}.get(unit.kind or "", "")


_BEGINS = re.compile(r"书面|纸质|电子|报|于|尽快|按时|将|把|由|向|按|对|在|以|完成|报送|上报|反馈|提交|及时|认真|组织")


def _task(deadline: Deadline) -> str:
    """Return what is to be done, as a predicate: `向省政府办公厅书面报送整改情况`."""
    task = one_line(deadline.what).strip().rstrip("。")
    receiver = one_line(deadline.receiver or "")
    words = [word for form, word in _FORMS.items() if form in deadline.form]
    form = f"以{'和'.join(words)}形式" if words and not any(word in task for word in _FORMS.values()) else ""
    match = re.fullmatch(r"(书面|纸质|电子)?(报送|上报|提交|报告)(.+)", task)
    if match and receiver and receiver not in task:
        return f"将{match[3]}{form}{match[1] or ''}{match[2]}{receiver}"
    if not _BEGINS.match(task) and re.search(r"报送|上报|报告|反馈", task):
        task = f"将{task}"
    task = form + task
    if not receiver or receiver in task:
        return task
    return f"{task}{receiver}" if task.endswith(("报送", "上报", "报")) else f"{task}，报送{receiver}"


_FORMS = {"written": "书面", "paper": "纸质", "electronic": "电子"}


_LISTED = re.compile(r"(?:正在|正常)?运行的?|(?:已|在册)?登记的?|在册的?|纳入监管的?|(?:被|此次|本次)?(?:抽查|检查)的?")


def _name(population: InspectedPopulation) -> str:
    """Return what was counted, without the word that says by which list (`全省正在运行的政府网站` is `全省政府网站`)."""
    return _LISTED.sub("", one_line(population.label)) or _KINDS.get(population.subject, "单位")


def _part_label(group: Group) -> str:
    """Return the name of a part, with what it is a part of where the name does not tell (`省直部门` is `省直部门政务新媒体`)."""
    label = one_line(group.label)
    if group.dimension not in ("level", "owner") or re.search(r"网|新媒体|账号|号$|端$|微博|微信", label):
        return label
    return label + {"site": "网站", "account": "政务新媒体"}.get(group.subject, "")


def _share(share: Rate) -> str:
    """Return whom a share is of, as a subject: `超过60%的门户网站`."""
    share_text = one_line(share.text) or share.print()
    return share_text if share.of is None and "的" in share_text else f"{share_text}的{one_line(share.of or '单位')}"


def _heading(population: InspectedPopulation) -> str:
    kind = _KINDS.get(population.subject, "")
    if population.scope:
        scope = one_line(population.scope)
        return f"{scope}情况" if scope.endswith("检查") else f"{scope}{kind}检查情况"
    return f"{kind}检查情况"


def _subjects(notice: Notice) -> str:
    kinds = dict.fromkeys(population.subject for population in notice.populations)
    return "与".join(_KINDS[kind] for kind in _KINDS if kind in kinds) or "政府网站与政务新媒体"


def _rate_label(rate: Rate) -> str:
    return one_line(rate.label) or _RATES[rate.kind]


def _registry(population: InspectedPopulation, notice: Notice) -> str:
    """Return the reporting system that lists such subjects, as the notice names it; "" when it names none."""
    word = "新媒体" if population.subject == "account" else "网站"
    return next((one_line(registry) for registry in notice.registries if word in registry), "")


def _holding(groups: Iterable[Group]) -> list[Group]:
    """Return parts that say how many there are."""
    return [group for group in groups if group.population is not None]


def _divided(population: InspectedPopulation) -> list[Group]:
    """Return parts that are told before the result; none where every part has a result of its own and was looked at as a whole."""
    parts = _holding(population.groups)
    return [] if parts and all(part.inspected is None and (part.outcomes or part.rates) for part in parts) else parts


def _looked_at(groups: Iterable[Group]) -> list[Group]:
    """Return parts that say how many were inspected, or how they ended."""
    return [group for group in groups if group.inspected is not None or group.outcomes or group.rates]


def _under(items: Iterable[object], name: str) -> list[tuple[str, list[object]]]:
    """Return neighbours that share a heading, with it."""
    return [(one_line(key), list(group)) for key, group in groupby(items, lambda item: str(getattr(item, name)))]


def _day_of(deadline: Deadline, notice: Notice) -> str:
    """Return the day of a deadline; without its year where that is the year of signing."""
    due = deadline.due
    assert due is not None
    signed = notice.signed_at
    if signed is not None and signed.year == due.year and due.month is not None:
        due = due.model_copy(update={"year": None})
    return due.text()


_FILTERS: Mapping[str, Filter] = {
    "numeral": numeral,
    "sentence": _sentence,
    "lstrip": _lstrip,
    "predicate": predicate,
    "named": _named,
    "quoted": quoted,
    "task": _task,
    "name": _name,
    "part": _part_label,
    "share": _share,
    "heading": _heading,
    "subjects": _subjects,
    "rate_label": _rate_label,
    "registry": _registry,
    "holding": _holding,
    "divided": _divided,
    "looked_at": _looked_at,
    "under": _under,
    "day_of": _day_of,
}
