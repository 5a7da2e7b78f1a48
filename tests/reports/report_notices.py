"""Notices for the tests of reports: one that uses every field, and the same with every text hostile. Made, not real."""

from __future__ import annotations

from typing import Any

from govmedia_rules.core.model import Model
from govmedia_rules.notices import Notice

FULL: dict[str, Any] = {
    "headline": "示例市人民政府办公室关于2024年第三季度全市政府网站与政务新媒体检查情况的通报",
    "issuer": "示例市人民政府办公室",
    "number": "示政办函〔2024〕15号",
    "addressees": ["各县（区）人民政府", "市政府各工作部门"],
    "citations": [{"title": "关于印发政府网站与政务新媒体检查指标的通知", "number": "国办秘函〔2019〕19号"}],
    "registries": ["全国政务新媒体信息报送系统"],
    "period": {"kind": "quarter", "year": 2024, "number": 3},
    "window": {"start": {"year": 2024, "month": 8, "day": 1}, "end": {"year": 2024, "month": 8, "day": 23}},
    "statistics_at": {"year": 2024, "month": 7, "day": 31},
    "signed_at": {"year": 2024, "month": 8, "day": 27},
    "release": "此件主动公开",
    "populations": [
        {
            "subject": "site",
            "label": "全市政府网站",
            "running": {"value": 50},
            "inspected": {"value": 50},
            "extent": "full",
            "outcomes": [
                {"kind": "passed", "label": "合格", "count": {"value": 47}},
                {"kind": "failed", "label": "不合格", "count": {"value": 3}},
            ],
            "rates": [
                {
                    "kind": "pass",
                    "label": "总体合格率",
                    "figure": "94",
                    "text": "94%",
                    "comparisons": [
                        {"basis": "year_on_year", "change": {"state": "up", "points": "1.33"}},
                        {"basis": "period_on_period", "change": {"state": "none"}},
                    ],
                }
            ],
            "groups": [
                {"subject": "site", "label": "市级门户网站", "running": {"value": 1}, "dimension": "level"},
                {
                    "subject": "site",
                    "label": "市级部门网站",
                    "running": {"value": 38},
                    "inspected": {"value": 38},
                    "outcomes": [{"kind": "failed", "label": "不合格", "count": {"value": 3}}],
                    "rates": [{"kind": "pass", "label": "合格率", "figure": "92.11", "text": "92.11%"}],
                    "dimension": "level",
                },
                {"subject": "site", "label": "县级门户网站", "running": {"value": 11}, "dimension": "level"},
            ],
        },
        {
            "subject": "account",
            "label": "全市政务新媒体",
            "registered": {"value": 371},
            "inspected": {"value": 228},
            "extent": "sampled",
            "method": "第三方检测机构",
            "stage": "检查复核结果",
            "count_basis": "不含已注销账号",
            "outcomes": [
                {"kind": "failed", "label": "不合格", "count": {"value": 2}, "note": "问题已整改"},
                {"kind": "closing", "label": "正在注销", "count": {"value": 0}},
            ],
            "rates": [{"kind": "failure_share", "label": "", "figure": "0.88", "text": "0.88%"}],
        },
    ],
    "figures": [
        {
            "label": "网民留言",
            "count": {"value": 70},
            "unit": "条",
            "rates": [{"kind": "completion", "label": "办结率", "figure": "100", "text": "100%"}],
        }
    ],
    "recheck": {
        "period": {"kind": "quarter", "year": 2024, "number": 2},
        "text": "第二季度通报的不合格单位均已完成整改",
        "result": "all_rectified",
    },
    "problem_summary": ["信息更新不及时", "互动渠道不畅通"],
    "problems": [
        {
            "wording": "固定表述错误",
            "heading": "政府网站方面",
            "kind": "site",
            "named": [{"name": "示例市甲局", "kind": "site"}, {"name": "示例市乙局", "kind": "site"}],
        },
        {
            "wording": "栏目更新不及时",
            "heading": "政府网站方面",
            "kind": "site",
            "named": [{"name": "示例市丙局", "kind": "site"}],
            "is_open": True,
            "stated_count": {"value": 12},
        },
        {
            "wording": "监测时间点前2周内无更新",
            "heading": "政务新媒体方面",
            "kind": "account",
            "named": [
                {"name": "示例发布", "kind": "account", "platform_text": "微信订阅号"},
                {"name": "示例文旅", "kind": "account", "platform_text": "新浪微博"},
            ],
        },
    ],
    "practices": [{"theme": "优化搜索功能", "units": ["甲县"], "text": "甲县网站增加了模糊搜索功能"}],
    "praised": [["甲县", "乙县"]],
    "duties": [{"heading": "强化问题整改", "text": "各单位要对照问题，立行立改。"}, {"heading": "强化问题整改", "text": "举一反三"}],
    "deadlines": [
        {"due": {"year": 2024, "month": 9, "day": 10}, "who": "不合格单位", "what": "将整改情况书面报送市政府办公室", "form": ["written"]}
    ],
    "attachments": [
        {
            "number": 1,
            "title": "全市政府网站运行和检查情况",
            "span": {"start": {"year": 2024, "month": 7}, "end": {"year": 2024, "month": 8}},
            "tables": [
                {
                    "columns": ["序号", "县（区）", "市级政府网站数/门户", "市级政府网站数/部门", "县级门户", "检查数", "不合格数"],
                    "header": [
                        ["序号"], ["县（区）"], ["市级政府网站数", "门户"], ["市级政府网站数", "部门"], ["县级门户"], ["检查数"], ["不合格数"],
                    ],
                    "rows": [["1", "市直", "1", "38", None, "39", "3"], ["2", "甲县", None, None, "11", "11", "0"]],
                    "total": [None, "合计", "1", "38", "11", "50", "3"],
                }
            ],
            "has_page": True,
        },
        {
            "number": 2,
            "title": "不合格名单",
            "tables": [
                {
                    "columns": ["网站名称（政务新媒体账号名称）", "标识码", "类型", "检查结果", "存在的严重问题"],
                    "rows": [
                        ["示例市甲局", "0107000036", "网站", "不合格", "固定表述错误"],
                        ["示例发布", "610700M023WX0002", "微信订阅号", "不合格", "监测时间点前2周内无更新"],
                    ],
                    "caption": "市直单位",
                }
            ],
            "has_page": True,
        },
    ],
    "contacts": [{"kind": "person", "value": "某同志"}, {"kind": "phone", "value": "0000-0000000"}],
}  # fmt: skip


def full_notice() -> Notice:
    """A notice that fills every field a template can print."""
    return Notice.model_validate(FULL)


_KEPT = {
    "kind",
    "basis",
    "state",
    "result",
    "subject",
    "dimension",
    "stage_of",
    "extent",
    "measure",
    "bound",
    "language",
    "key",
    "form",
}


def with_text(model: Any, text: str) -> Any:
    """The same with `text` in every place a text may stand, whatever the models say of it."""
    if isinstance(model, Model):
        fields = {name: getattr(model, name) for name in type(model).model_fields}
        changed = {name: value if name in _KEPT else with_text(value, text) for name, value in fields.items()}
        return type(model).model_construct(**changed)
    if isinstance(model, tuple):
        return tuple(with_text(one, text) for one in model)
    return text if isinstance(model, str) and model else model


def hostile_notice(text: str) -> Notice:
    """A notice with `text` as every name, title, wording and cell."""
    notice: Notice = with_text(full_notice(), text)
    return notice
