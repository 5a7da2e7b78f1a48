"""Makes the snapshots and reviews of `docs/examples` from the printed attachments beside them.

    python tests/generators/examples.py

A printed row states a fault and little else. What it states becomes a field marked `stated`; whatever a field needs
beyond that (an exact date, a number of columns) is chosen here and marked `assumed`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

ELEMENTS = ["name", "basis", "conditions", "materials", "place", "organisation", "fee", "hours", "phone", "process"]
PLATFORM_LEVELS = ("city_department", "county_department")


def read(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, rows: Iterable[dict[str, Any]]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (EXAMPLES / name).write_text("\n".join(lines) + "\n", "utf-8")


def stated(field: str, note: str) -> dict[str, str]:
    return {"field": field, "basis": "stated", "note": note}


def assumed(field: str, note: str) -> dict[str, str]:
    return {"field": field, "basis": "assumed", "note": note}


def confirmed(subject: str, indicator: str, reason: str, at: str, document: str) -> dict[str, str]:
    return {
        "subject": subject,
        "indicator": indicator,
        "decision": "confirmed",
        "role": "检查单位",
        "at": at,
        "reason": reason,
        "document": document,
    }


def healthy(region: str, point: str, day: str, level_days: list[str]) -> list[dict[str, Any]]:
    """Twenty made-up subjects with nothing wrong: ten sites and ten accounts."""
    made = [assumed("site", "虚构的合格对象，用于对照")]
    found: list[dict[str, Any]] = []
    for number in range(1, 11):
        columns = [
            {"name": "工作动态", "kind": "news", "level": 1, "latest_entry_at": day, "entry_count": 40 + number},
            {"name": "通知公告", "kind": "notice", "level": 1, "latest_entry_at": day, "entry_count": 25},
            {"name": "政策文件", "kind": "policy", "level": 1, "latest_entry_at": level_days[0], "entry_count": 12},
            {"name": "政策解读", "kind": "interpretation", "level": 1, "latest_entry_at": level_days[0], "entry_count": 9},
            {"name": "机构职能", "kind": "duties", "level": 1, "latest_entry_at": level_days[0], "entry_count": 1},
            {
                "name": "法定主动公开内容",
                "kind": "disclosure",
                "level": 1,
                "latest_entry_at": level_days[0],
                "entry_count": 6,
                "opens": True,
            },
        ]
        found.append(
            {
                "kind": "site",
                "site": {
                    "name": f"示例市第{number}局",
                    "code": f"{region}{9000 + number}",
                    "url": f"http://example{number}.gov.cn/",
                    "level": "city_department",
                    "status": "running",
                    "has_services": True,
                },
                "observed_at": point,
                "marks": made,
                "probe_days": [{"day": one, "probes": 24, "failed": 0} for one in level_days[1:]],
                "home": {"latest_entry_at": day, "entry_count": 30, "is_navigation": False},
                "columns": columns,
                "channels": [{"kind": "message_board", "name": "网上留言", "effective": True}],
                "messages": [],
                "services": [
                    {
                        "name": f"示例事项{one}",
                        "elements": [
                            "name",
                            "basis",
                            "conditions",
                            "materials",
                            "place",
                            "organisation",
                            "fee",
                            "hours",
                            "phone",
                            "process",
                        ],
                    }
                    for one in range(1, 7)
                ],
            }
        )
    platforms = ("wechat_subscription", "wechat_service", "weibo_sina", "toutiao", "douyin")
    for number in range(1, 11):
        found.append(  # noqa: PERF401
            {
                "kind": "account",
                "account": {
                    "name": f"示例发布{number}",
                    "platform": platforms[number % len(platforms)],
                    "owner": f"示例市第{number}局",
                    "level": PLATFORM_LEVELS[number % 2],
                    "status": "running",
                },
                "observed_at": point,
                "marks": [assumed("account", "虚构的合格对象，用于对照")],
                "latest_post_at": day,
                "functions": [{"kind": "menu", "name": "互动交流", "works": True}, {"kind": "message", "works": True}],
                "owner_kind": "government",
            }
        )
    return found


def week(last: int, month: str) -> list[str]:
    return [f"{month}-{day:02d}" for day in range(last - 6, last + 1)]


def jiangxi() -> None:
    point = "2020-03-20T10:00:00+08:00"
    signed = "2020-04-02T00:00:00+08:00"
    notice = "江西省人民政府办公厅关于2020年第一季度全省政府网站与政务新媒体检查情况的通报"
    when = assumed("observed_at", "通报未写监测时间点，取一季度内一日")
    snapshots: list[dict[str, Any]] = []
    reviews: list[dict[str, str]] = []
    portals = {"鄱阳政府门户网": "county_portal"}
    for row in read("jiangxi-2020q1/attachment-3.csv"):
        problem = row["存在的突出问题"]
        told = f"附件3：{problem}"
        one: dict[str, Any] = {
            "kind": "site",
            "site": {
                "name": row["网站名称"],
                "code": row["网站标识码"],
                "area": row["所属地方或部门"],
                "level": portals.get(row["网站名称"], "city_department"),
            },
            "observed_at": point,
        }
        if problem == "栏目不更新":
            one["columns"] = [
                {"name": f"动态类栏目{number}", "kind": "news", "level": 1, "latest_entry_at": "2020-02-14", "entry_count": 20}
                for number in range(1, 6)
            ]
            one["marks"] = [
                when,
                stated("columns", told),
                assumed("columns.0.entry_count", "栏目数取下限，日期取早于2周"),
            ]
        elif problem == "站点无法访问":
            one["probe_days"] = [{"day": day, "probes": 20, "failed": 20} for day in week(20, "2020-03")]
            one["marks"] = [when, stated("probe_days", told), assumed("probe_days.0.probes", "每日次数取规定下限")]
        elif problem == "未提供网上有效咨询建言渠道":
            one["channels"] = []
            one["marks"] = [when, stated("channels", told)]
        else:
            raise ValueError(problem)
        snapshots.append(one)
    for row in read("jiangxi-2020q1/attachment-4.csv"):
        problem = row["存在的突出问题"]
        told = f"附件4：{problem}"
        account = {"name": row["政务新媒体名称"], "platform": row["类型"], "area": row["所属地方或部门"]}
        one = {"kind": "account", "account": account, "observed_at": point, "marks": [when]}
        if "未及时更新" in problem:
            one["latest_post_at"] = "2020-02-20"
            one["marks"] += [
                stated("latest_post_at", told),
                assumed("latest_post_at", "通报未写日期，取早于2周"),
            ]
        if "缺有效互动渠道" in problem:
            one["functions"] = []
            one["marks"] += [stated("functions", told)]
        if "严重表述错误" in problem:
            platform = "weibo_sina" if row["类型"] == "新浪微博" else "wechat"
            subject = f"{platform}:{row['政务新媒体名称']}"
            reviews.append(confirmed(subject, "media.veto.safety.expression", told, signed, notice))
        snapshots.append(one)
    write("jiangxi-2020q1/snapshots.jsonl", snapshots)
    write("jiangxi-2020q1/reviews.jsonl", reviews)
    write("jiangxi-2020q1/healthy.jsonl", healthy("360100", point, "2020-03-18", ["2020-01-10", *week(20, "2020-03")]))


def hanzhong() -> None:
    point = "2024-08-23T18:00:00+08:00"
    signed = "2024-08-27T00:00:00+08:00"
    notice = "汉中市2024年第三季度政府网站与政务新媒体检查情况的通报"
    when = assumed("observed_at", "通报只写检查时间8月1日至8月23日，取最后一日")
    snapshots: list[dict[str, Any]] = []
    reviews: list[dict[str, str]] = []
    for row in read("hanzhong-2024q3/attachment.csv"):
        name, address, code, kind, _, problem = row.values()
        told = f"附件：{problem}"
        if kind == "网站":
            level = "county_portal" if "县人民政府" in name else "city_department"
            site = {"name": name, "code": code, "url": address, "level": level}
            snapshots.append({"kind": "site", "site": site, "observed_at": point, "marks": [when]})
            reviews.append(confirmed(code, "site.veto.safety.expression", told, signed, notice))
            continue
        account = {"name": name, "platform": kind, "code": code, "owner": address, "level": "city_department"}
        snapshots.append(
            {
                "kind": "account",
                "account": account,
                "observed_at": point,
                "latest_post_at": "2024-08-01",
                "marks": [
                    when,
                    stated("latest_post_at", told),
                    assumed("latest_post_at", "通报只说监测时间点前2周内无更新，日期取早于2周"),
                ],
            }
        )
        if "商业信息" in problem:
            reviews.append(confirmed(code, "media.manage.commercial", told, signed, notice))
    write("hanzhong-2024q3/snapshots.jsonl", snapshots)
    write("hanzhong-2024q3/reviews.jsonl", reviews)
    write("hanzhong-2024q3/healthy.jsonl", healthy("610700", point, "2024-08-20", ["2024-06-28", *week(23, "2024-08")]))


if __name__ == "__main__":
    jiangxi()
    hanzhong()
