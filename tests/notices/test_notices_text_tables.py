"""Tables in the text itself: rows are taken where it is certain which cell is which, and are no sentences."""

from __future__ import annotations

import pytest

from govmedia_rules.notices import Listed, read

HEAD = "青石县2024年第三季度政务新媒体检查情况的通报\n三季度检查政务新媒体43个,不合格账号2个,具体如下:\n"
FOOT = "\n请上述单位于10月20日前将整改情况报送县政府办公室。\n青石县人民政府办公室\n2024年10月9日\n"
ROWS = [
    ["序号", "账号名称", "平台", "主办单位", "存在问题"],
    ["1", "青石林草", "微信公众号", "县林草局", "超过两周未更新"],
    ["2", "青石环卫", "微博", "县环卫所", "未提供有效互动功能"],
]


def listed(table: str) -> tuple[Listed, ...]:
    return read(HEAD + table + FOOT).listed


@pytest.mark.parametrize(
    "table",
    [
        "\n".join(" ".join(row) for row in ROWS),
        "\n".join("   ".join(row) for row in ROWS),
        "\n".join("\t".join(row) for row in ROWS),
        "\n".join("| " + " | ".join(row) + " |" for row in ROWS),
        "\n\n".join(" ".join(row) for row in ROWS),
        "\n".join("\n".join(row) for row in ROWS),
    ],
)
def test_every_shape_gives_the_same_rows(table: str) -> None:
    assert [(row.name, row.platform, row.owner, row.indicator_ids) for row in listed(table)] == [
        ("青石林草", "wechat_official", "县林草局", ("media.veto.stale",)),
        ("青石环卫", "weibo", "县环卫所", ("media.veto.interaction",)),
    ]


def test_a_table_of_the_page_is_read_once_and_is_no_sentence() -> None:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    paragraphs = [f"<p>{line}</p>" for line in (HEAD + "\0" + FOOT).split("\n") if line]
    html = "<html><body>" + "".join(paragraphs).replace("<p>\0</p>", f"<table>{cells}</table>") + "</body></html>"
    notice = read(html)
    assert [row.name for row in notice.listed] == ["青石林草", "青石环卫"]
    assert notice.problems == ()
    assert [attachment.has_page for attachment in notice.attachments] == [False]


def test_the_text_around_a_table_is_still_read() -> None:
    notice = read(HEAD + "\n".join(" ".join(row) for row in ROWS) + FOOT)
    assert notice.problems == ()
    assert [str(deadline.due) for deadline in notice.deadlines] == ["2024-10-20"]
    assert (notice.issuer, str(notice.signed_at)) == ("青石县人民政府办公室", "2024-10-09")
    assert notice.attachments[0].tables[0].lines == (4, 5)


@pytest.mark.parametrize(
    "row",
    [
        "2 青石环卫 县环卫所 微博 未提供有效互动功能",  # cells that changed places
        "2 青石 环卫 微博 县环卫所 未更新",  # a name with a blank in it
        "青石环卫 微博 县环卫所 未提供有效互动功能",  # a number that is missing
        "3 青石环卫 微博 县环卫所",  # a number left out and a cell too few
    ],
)
def test_a_row_whose_cells_are_not_certain_is_left_out(row: str) -> None:
    table = "\n".join([" ".join(ROWS[0]), " ".join(ROWS[1]), row])
    assert [subject.name for subject in listed(table)] == ["青石林草"]


def test_a_row_of_one_cell_a_line_that_lacks_one_is_left_out() -> None:
    cells = [cell for row in ROWS for cell in row]
    del cells[8]
    assert [row.name for row in listed("\n".join(cells))] == ["青石环卫"]
    assert [
        row.name for row in listed("\n".join([*cells[:8], "县林草局", "超过两周未更新", "2", "青石环卫", "微博", "县环卫所"]))
    ] == ["青石林草"]


def test_the_table_goes_on_after_a_row_that_cannot_be_placed() -> None:
    third = ["3", "青石司法", "抖音号", "县司法局", "账号打不开"]
    for broken in (["2", "青石环卫"], ["青石环卫"], ["2", "青石环卫", "微博"]):
        for mark in (" ", "\t", "|"):
            table = "\n".join(mark.join(row) for row in (*ROWS[:2], broken, third))
            assert [row.name for row in listed(table)] == ["青石林草", "青石司法"], table
    cells = [*ROWS[0], *ROWS[1], "2", "青石环卫", "微博", *third]
    assert [row.name for row in listed("\n".join(cells))] == ["青石林草", "青石司法"]


def test_the_last_cell_of_one_cell_a_line_may_go_on() -> None:
    cells = [*ROWS[0], *ROWS[1], "且无互动功能", *ROWS[2]]
    assert [row.wording for row in listed("\n".join(cells))] == ["超过两周未更新且无互动功能", "未提供有效互动功能"]


def test_the_body_beside_an_account_is_its_owner() -> None:
    table = "区县\t单位名称\t账号名称\t载体\t具体情况\n临水区\t区林草局\t临水林草\t微博\t超过两周未更新"
    (row,) = listed(table)
    assert (row.name, row.owner, row.area, row.platform) == ("临水林草", "区林草局", "临水区", "weibo")


@pytest.mark.parametrize(
    "table",
    [
        "首页 网站导航 互动平台\n政务公开 办事服务 账号登录",
        "账号名称 平台 问题 如下所示\n1 甲 微博 无",
        "账号名称\t" * 500 + "\n" + "1\t" * 500,
        "序号\n" * 500 + "1\n" * 500,
    ],
)
def test_what_is_no_table_of_subjects_gives_none(table: str) -> None:
    assert listed(table) == ()
