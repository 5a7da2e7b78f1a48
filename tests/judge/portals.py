"""A made-up portal with nothing wrong, to be spoilt by tests one part at a time."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.rules.model import Plan
from govmedia_rules.snapshots.models import SiteSnapshot

ELEMENTS = ["name", "basis", "conditions", "materials", "place", "organisation", "fee", "hours", "phone", "process"]
TAGS = [
    "SiteName",
    "SiteDomain",
    "SiteIDCode",
    "ColumnName",
    "ColumnDescription",
    "ColumnKeywords",
    "ColumnType",
    "ArticleTitle",
    "PubDate",
    "ContentSource",
]


def _column(kind: str, name: str) -> dict[str, Any]:
    return {"name": name, "kind": kind, "level": 1, "latest_entry_at": "2024-08-22", "entry_count": 20, "opens": True}


COLUMNS = [
    _column(kind, name)
    for kind, name in {
        "overview": "县情概况",
        "duties": "机构职能",
        "leaders": "领导之窗",
        "news": "政务要闻",
        "notice": "通知公告",
        "policy": "政策文件",
        "interpretation": "政策解读",
        "service_statistics": "办件统计",
        "disclosure": "法定主动公开内容",
        "consultation": "网上咨询",
        "topics": "专题专栏",
    }.items()
]

MARKS = {
    "party_gov": True,
    "error_report": True,
    "site_map": True,
    "site_code": "6107260003",
    "icp": "陕ICP备05000001号",
    "police": "陕公网安备61072602000001号",
    "sponsor": "示例县人民政府",
    "contact": True,
}

PERFECT: dict[str, Any] = {
    "site": {
        "name": "示例县人民政府",
        "code": "6107260003",
        "url": "http://www.example.gov.cn/",
        "level": "county_portal",
        "status": "running",
        "has_services": True,
        "icp": "陕ICP备05000001号",
        "police": "陕公网安备61072602000001号",
        "owner": "示例县人民政府",
    },
    "probe_days": [{"day": f"2024-08-{day}", "probes": 24, "failed": 0} for day in range(17, 24)],
    "home": {"latest_entry_at": "2024-08-23", "entry_count": 40, "is_navigation": False},
    "columns": COLUMNS,
    "channels": [
        {"kind": "message_board", "name": "网上留言", "effective": True},
        {"kind": "survey", "name": "调查征集", "effective": True},
    ],
    "messages": [
        {
            "column_kind": "consultation",
            "title": "咨询",
            "asked_at": "2024-08-01",
            "answered_at": "2024-08-02",
            "valid": True,
            "shown": ["asked_at", "answered_at", "unit", "answer"],
        }
    ],
    "services": [
        {
            "name": f"事项{number}",
            "url": f"/s/{number}",
            "elements": ELEMENTS,
            "forms": [{"name": "申请表", "provided": True, "has_sample": True}],
            "time_limits": [{"kind": "statutory", "days": 20, "working": True}, {"kind": "promised", "days": 10, "working": True}],
        }
        for number in range(1, 9)
    ],
    "documents": [
        {
            "title": "某某办法",
            "url": "/d/1",
            "published_at": "2024-08-01",
            "own": True,
            "important": True,
            "interpretations": ["/i/1"],
            "text": "第一条为了加强管理制定本办法第二条本办法适用于全县",
        }
    ],
    "interpretations": [
        {
            "title": "一图读懂某某办法",
            "url": "/i/1",
            "published_at": "2024-08-02",
            "documents": ["/d/1"],
            "text": "办法出台的背景是什么主要解决群众反映的哪些问题",
        }
    ],
    "pages": [
        {"url": "/", "kind": "home", "marks": MARKS, "tags": [{"name": name, "content": f"某{name}"} for name in TAGS[:3]]},
        {"url": "/c/1/", "kind": "column", "marks": MARKS, "tags": [{"name": name, "content": f"某{name}"} for name in TAGS[:7]]},
        {
            "url": "/c/1/1.html",
            "kind": "content",
            "marks": MARKS,
            "tags": [{"name": name, "content": f"某{name}"} for name in TAGS],
        },
    ],
    "links": [{"url": "/c/1/", "on_home": True, "opens": True}, {"url": "/c/1/1.html", "opens": True}],
    "online_application": True,
    "submission_works": True,
    "unified_login": True,
    "message_board": {"published": True, "latest_published_at": "2024-08-20", "has_statistics": True},
    "enquiries": [
        {"question": f"问题{number}", "asked_at": "2024-08-05", "answered_at": "2024-08-06", "poor": False} for number in (1, 2)
    ],
    "has_search": True,
    "searches": [{"query": f"标题{number}", "found_on_first_page": True, "grouped": True} for number in range(4)],
    "browsers": [{"browser": name, "shows": True} for name in ("Chrome", "Firefox")],
    "ipv6": True,
    "activities": [{"kind": kind, "held_at": f"2024-0{month}-10"} for kind in ("survey", "interview") for month in range(1, 7)],
    "error_report": {"present": True, "placed": True},
}


def portal(**parts: Any) -> SiteSnapshot:
    """The portal with some of its parts replaced; `site` adds to the site, `columns__kind` drops or replaces a column."""
    facts = deepcopy(PERFECT)
    facts["site"] |= parts.pop("site", {})
    for key in [key for key in parts if key.startswith("column__")]:
        change, kind = parts.pop(key), key.removeprefix("column__")
        facts["columns"] = [
            one if one["kind"] != kind else {**one, **change}
            for one in facts["columns"]
            if one["kind"] != kind or change is not None
        ]
    facts |= parts
    observed = testing.snapshot("site", **facts)
    assert isinstance(observed, SiteSnapshot)
    return observed


def stated(book: gr.Rulebook) -> gr.Rulebook:
    """The rulebook with its points taken as it reads them, as if all had been seen: for the arithmetic alone."""
    plan = book.plan
    indicators = tuple(indicator.model_copy(update={"unverified": ()}) for indicator in plan.indicators)
    return gr.Rulebook(Plan(plan.id, plan.title, plan.layers, indicators, plan.scoring, plan.basis, plan.functions))


def blank(*kinds: str) -> dict[str, Any]:
    return {f"column__{kind}": None for kind in kinds}


DEAD = [{"url": f"/x/{number}", "on_home": True, "opens": False} for number in range(9)]
RUINED: dict[str, Any] = {
    **blank("overview", "duties", "leaders", "news", "interpretation"),
    "online_application": False,
    "submission_works": False,
    "unified_login": False,
    "message_board": {"published": False},
    "ipv6": False,
    "has_search": False,
    "links": DEAD,
    "error_report": {"present": False},
}
"""What makes a portal fail by its points alone."""
