"""Repair of dirty copies: lines stay, damage goes, contacts are blotted out."""

from __future__ import annotations

import builtins
import re
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govmedia_rules.errors import MissingExtra
from govmedia_rules.notices import mend, read
from govmedia_rules.notices.repair import is_traditional


def kinds(text: str) -> dict[str, int]:
    return {repair.kind: repair.count for repair in mend(text).repairs}


def test_pinyin_in_brackets_goes_and_other_brackets_stay() -> None:
    mended = mend("关(guān)于网站(APP)和县(区)的检测(cè)情况(含电子版)")
    assert mended.text == "关于网站(APP)和县(区)的检测情况(含电子版)"
    assert [(repair.kind, repair.count) for repair in mended.repairs] == [("pinyin", 2)]


def test_traditional_characters_are_converted_only_when_the_copy_is_written_in_them() -> None:
    traditional = "陜西省人民政府辦公廳關于政府網站與政務新媒體檢查情況的通報"
    assert mend(traditional).text == "陕西省人民政府办公厅关于政府网站与政务新媒体检查情况的通报"
    assert kinds(traditional)["place_name"] == 1
    quoting = (
        "全市政府网站检查情况的通报。有一个栏目名称写作“門户”,其余文字均为规范简化字,没有问题,不需要转换整篇文字,因为全文是简体。"
    )
    assert mend(quoting).text == quoting
    assert not is_traditional(quoting)


def test_without_opencc_a_traditional_copy_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "opencc":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "opencc", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[notices\]"):
        mend("關于政府網站與政務新媒體檢查情況的通報")
    assert mend("简体的通报不需要它").repairs == ()


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("合格率91 , 8%", "合格率91.8%"),
        ("rate of 91 , 8%;", "rate of 91.8%;"),
        ("98 .3 %", "98.3%"),
        ("91,8%", "91.8%"),
        ("98.3 %", "98.3%"),
        ("4,219个,98.3%", "4,219个,98.3%"),
        ("抽查30, 合格率50%", "抽查30, 合格率50%"),
    ],
)
def test_split_percentages_are_joined_and_nothing_else(dirty: str, clean: str) -> None:
    assert mend(dirty).text == clean


def test_full_width_digits_and_hidden_characters() -> None:
    mended = mend("２０２１年,\u200b合格率９８％\ufeff")
    assert mended.text == "2021年,合格率98%"
    assert {repair.kind for repair in mended.repairs} == {"full_width", "hidden_characters"}


def test_page_furniture_is_marked_and_its_lines_stay() -> None:
    text = "EN\n您的位置:首页 > 通知\n正文。\n字号:[大 中 小] 打印\n扫一扫在手机打开当前页\n"
    mended = mend(text)
    assert mended.furniture == frozenset({1, 2, 4, 5})
    assert mended.text.count("\n") == text.count("\n")


CONTACTS = """请于3月1日前报送。
联系人:市政府办公室政务公开科张某某、李某
联系电话:0000-1234567、7654321;传真:0000-1234568
电子邮箱:example@example.gov.cn
(Contact person: Zhang Moumou, Tel: 0000-7654321)
"""


def test_contacts_are_blotted_out_unless_asked_for() -> None:
    mended = mend(CONTACTS)
    for secret in ("张某某", "李某", "1234567", "7654321", "example@", "Zhang"):
        assert secret not in mended.text
    assert len(mended.text) == len(CONTACTS)
    assert "市政府办公室政务公开科" in mended.text
    found = [(contact.kind, contact.value) for contact in mended.contacts]
    assert found == [
        ("person", "张某某"),
        ("person", "李某"),
        ("phone", "0000-1234567"),
        ("phone", "7654321"),
        ("fax", "0000-1234568"),
        ("email", "example@example.gov.cn"),
        ("person", "Zhang Moumou"),
        ("phone", "0000-7654321"),
    ]
    notice = read(CONTACTS)
    assert notice.contacts == ()
    assert notice.contacts_left_out == 8
    assert "张某某" not in notice.model_dump_json()
    assert [contact.value for contact in read(CONTACTS, keep_contacts=True).contacts][:2] == ["张某某", "李某"]


def test_the_words_for_contacts_in_a_finding_are_no_contacts() -> None:
    text = "办事指南缺少联系电话、办理地点,标识码5113000012,公安备案51130202000205。"
    assert mend(text).text == text


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("关(guān)于,。:联系人电话张三0123456789- \n%.APP網站"), max_size=200))
def test_mending_twice_changes_nothing_more(text: str) -> None:
    once = mend(text)
    again = mend(once.text)
    assert again.text.count("\n") == once.text.count("\n")
    assert not re.search(r"[\u4e00-\u9fff]\([a-z]*[āáǎà][a-z]*\)", again.text)
