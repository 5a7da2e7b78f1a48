import contextlib
import time
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules.errors import LexiconError
from govmedia_rules.text.reading import load_lexicon, read_toml
from tests.timing import allowed

GOOD = """
id = "示例"
version = "3"
[sources]
dict = "现代汉语词典（第7版）"
[defaults.terms]
severity = "hint"
[[terms]]
wrong = "布署"
right = "部署"
source = "dict"
[[terms]]
wrong = ["按装", "安妆"]
right = "安装"
exceptions = ["按装机"]
since = 2020-01-01
kind = "常见错别字"
[[canonicals]]
text = "中国共产党"
open = "start"
[[enumerations]]
name = "四个意识"
members = ["政治意识", "大局意识", "核心意识", "看齐意识"]
[[persons]]
name = "张某某"
title = "示例市市长"
since = 2022-01-01
"""


def toml(text):
    return read_toml(text.encode(), "x.toml")


def reasons(lexicon):
    return [(row.row, row.column, row.reason) for row in lexicon.bad]


def test_a_toml_lexicon():
    lexicon = toml(GOOD)
    assert lexicon.bad == ()
    assert [(term.wrong, term.right, term.severity, term.source) for term in lexicon.terms] == [
        ("布署", "部署", "hint", "现代汉语词典（第7版）"),
        ("按装", "安装", "hint", ""),
        ("安妆", "安装", "hint", ""),
    ]
    assert lexicon.terms[1].exceptions == ("按装机",)
    assert lexicon.terms[2].exceptions == ()
    assert lexicon.terms[1].since == date(2020, 1, 1)
    assert [lexicon.terms[0].line, lexicon.terms[1].line] == [9, 13]
    assert lexicon.canonicals[0].near == "close"
    assert lexicon.persons[0].id == "示例市市长张某某"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('wrong = ""\nright = "部署"', "is empty"),
        ('wrong = "布"\nright = "部署"', "has one character; at least 2 are needed"),
        (f'wrong = "{"长" * 10_000}"\nright = "部署"', "has 10000 characters; at most 200 are allowed"),
        ('wrong = "=HYPERLINK(1)"\nright = "部署"', "looks like a spreadsheet formula"),
        ('wrong = "部署"\nright = "部署"', "equals the right form"),
        ('wrong = "部 署"\nright = "部署"', "equals the right form"),
        ('wrong = "布署"\nrigth = "部署"', "is an unknown key; did you mean 'right'?"),
        ('wrong = "布署"\nright = "部署"\nkind = "什么"', "unknown text kind: '什么'"),
        ('wrong = "布署"\nright = "部署"\nsince = 2021-01-01\nuntil = 2020-01-01', "lies before since, 2021-01-01"),
        ('wrong = "布署"\nright = "部署"\nsince = "2021年2月30日"', "is not a date; write 2018-03-17"),
        ('wrong = "布署"\nright = "部署"\nexceptions = ["安装"]', "does not contain 布署 and would never apply"),
        ('wrong = "布署"\nright = "部署"\noutside = ["nowhere"]', "is none of book_title, quotation, quoted, former"),
        ("wrong = 5", "is not a list of texts"),
    ],
)
def test_a_bad_line_is_told_and_the_rest_kept(line, reason):
    lexicon = toml(f'[[terms]]\nwrong = "按装"\nright = "安装"\n[[terms]]\n{line}\n[[terms]]\nwrong = "布属"\nright = "部署"\n')
    assert [term.wrong for term in lexicon.terms if term.wrong in {"按装", "布属"}] == ["按装", "布属"]
    assert any(told.startswith(reason) for _, _, told in reasons(lexicon)), reasons(lexicon)


def test_a_short_right_form_cannot_have_near_misses():
    lexicon = toml('[[canonicals]]\ntext = "江苏省"\nnear = "full"\n')
    assert "needs a form of at least 4 characters" in lexicon.bad[0].reason


def test_one_wrong_form_with_two_right_ones():
    lexicon = toml('[[terms]]\nwrong = "布署"\nright = "部署"\n[[terms]]\nwrong = "布署"\nright = "布置"\n')
    assert [term.right for term in lexicon.terms] == ["部署"]
    assert reasons(lexicon) == [(5, "wrong", "also has the right form 部署 on line 2")]


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b'[[terms]]\nwrong = "\xb2\xbc\xca\xf0"', "not UTF-8"),
        (b"[[terms]\n", "not TOML"),
        (b"[[termz]]\nwrong = 1", "did you mean 'terms'"),
        (b"terms = 5", "must be a list of tables"),
    ],
)
def test_a_toml_file_that_cannot_be_read(raw, what):
    with pytest.raises(LexiconError, match=what):
        read_toml(raw, "x.toml")


def test_bom_and_line_ends_do_not_matter():
    assert len(read_toml("\ufeff".encode() + GOOD.replace("\n", "\r\n").encode(), "x.toml")) == 6


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return load_lexicon(path)


HEAD = "错误表述,正确表述,类别,级别,来源,例外\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_any_common_encoding(tmp_path, encoding):
    text = HEAD + "布署,部署,错别字,一般,词典,\n按装|安妆,安装,,,词典,按装机\n,全国人民代表大会,固定表述,严重,宪法,\n"
    lexicon = write(tmp_path / "a.csv", text, encoding)
    assert lexicon.bad == ()
    assert [(term.wrong, term.right, term.kind) for term in lexicon.terms] == [
        ("布署", "部署", "misspelling"),
        ("按装", "安装", "misspelling"),
        ("安妆", "安装", "misspelling"),
    ]
    assert lexicon.canonicals[0].text == "全国人民代表大会"
    assert any("read as" in note for note in lexicon.notes)


def test_lines_in_another_encoding_are_set_apart(tmp_path):
    raw = (HEAD + "布署,部署,,,,\n").encode() + "按装,安装,,,,\n".encode("gb18030") + "布属,部署,,,,\n".encode()
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    lexicon = load_lexicon(path)
    assert [term.wrong for term in lexicon.terms] == ["布署", "布属"]
    assert [(row.row, row.reason) for row in lexicon.bad] == [(3, "the line is not utf-8")]


def test_bad_rows_keep_their_numbers_and_headers(tmp_path):
    text = HEAD + "布署,部署,,,,\n布,部署,,,,\n,,,,,\n=1+1,部署,,,,\n按装,,错,,,\n,部,,,,\n"
    lexicon = write(tmp_path / "a.csv", text)
    assert [(row.row, row.column) for row in lexicon.bad] == [
        (3, "错误表述"),
        (5, "错误表述"),
        (6, "类别"),
        (7, "text"),
    ]
    assert len(lexicon.terms) == 1


def test_an_open_quotation_mark_costs_one_line(tmp_path):
    rows = "".join(f"错误{chr(0x4E00 + n)}字,正确{chr(0x4E00 + n)}字,,,,\n" for n in range(100))
    lexicon = write(tmp_path / "a.csv", HEAD + '"布署,部署,,,,\n' + rows)
    assert len(lexicon.terms) == 100
    assert [row.row for row in lexicon.bad] == [2]


def test_many_open_quotation_marks_stay_linear(tmp_path):
    started = time.process_time()
    lexicon = write(tmp_path / "a.csv", HEAD + '"布署,部署,,,,\n' * 20_000)
    assert time.process_time() - started < allowed(20)
    assert lexicon.terms == ()
    assert len(lexicon.bad) >= 10_000


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02a,b\n", "binary"),
        ("甲,乙\n1,2\n".encode(), "no column gives the wrong or the right form"),
        ("错误表述,错词,正确表述\n1,2,3\n".encode(), "two columns serve one field"),
    ],
)
def test_a_csv_that_cannot_be_read(tmp_path, raw, what):
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    with pytest.raises(LexiconError, match=what):
        load_lexicon(path)


def test_unused_columns_are_named(tmp_path):
    lexicon = write(tmp_path / "a.csv", "错误表述,正确表述,负责人\n布署,部署,x\n")
    assert "column '负责人' is not used" in lexicon.notes


def test_a_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    rows = [("错误表述", "正确表述", "起始日期"), ("布署", "部署", "2018年3月17日"), ("布", "部署", None), ("=A1", "部署", None)]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    lexicon = load_lexicon(path)
    assert [(term.wrong, term.since) for term in lexicon.terms] == [("布署", date(2018, 3, 17))]
    assert [row.row for row in lexicon.bad] == [3, 4]


def test_a_file_that_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"not a zip")
    with pytest.raises(LexiconError, match="cannot be read"):
        load_lexicon(path)


@pytest.mark.parametrize(("name", "what"), [("nothing.toml", "no such lexicon"), ("a.pdf", "as a lexicon")])
def test_unknown_files(tmp_path, name, what):
    if name == "a.pdf":
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(LexiconError, match=what):
        load_lexicon(tmp_path / name)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_lexicon_or_a_lexicon_error(raw):
    with contextlib.suppress(LexiconError):
        read_toml(raw, "x.toml")


@given(st.text(max_size=200))
def test_any_text_after_a_header_gives_a_lexicon(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("lexicon") / "a.csv"
    path.write_bytes((HEAD + text).encode("utf-8", "surrogatepass"))
    with contextlib.suppress(LexiconError):
        load_lexicon(path)


@pytest.mark.heavy
def test_a_hundred_thousand_lines(tmp_path):
    chars = [chr(code) for code in range(0x4E00, 0x4E00 + 400)]
    rows = "".join(f"{a}{b}错,{a}{b}对,,,\n" for a in chars for b in chars[:250])
    lexicon = write(tmp_path / "a.csv", HEAD + rows + "布,x,,,\n")
    assert len(lexicon.terms) == 100_000
    assert [row.row for row in lexicon.bad] == [100_002]


def test_a_context_word_of_marks_that_are_not_compared_is_refused():
    raw = '[[patterns]]\nname = "甲"\npattern = "甲乙国"\nnot_near = ["“", "反对"]\n'
    lexicon = read_toml(raw.encode(), "own.toml")
    assert [(row.column, row.value) for row in lexicon.bad] == [("not_near", "['“', '反对']")]
    assert not lexicon.patterns
