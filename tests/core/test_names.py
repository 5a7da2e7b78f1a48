"""Roles may be kept, names may not."""

from __future__ import annotations

import pytest

from govmedia_rules.core.names import has_personal_name


@pytest.mark.parametrize(
    "text", ["张三", "李建国", "王主任", "何科长", "欧阳修", "李建国（科长）", "科长：王小明", "张工", " 赵 六 ".replace(" ", "")]
)
def test_names(text: str) -> None:
    assert has_personal_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "复核人员",
        "科长",
        "主任",
        "高级编辑",
        "安全员",
        "方案组",
        "金融办",
        "康复科",
        "江西省政府办公厅",
        "任务组",
        "检查单位",
        "白班",
        "reviewer",
        "",
    ],
)
def test_roles(text: str) -> None:
    assert not has_personal_name(text)
