from datetime import date

from govmedia_rules.text.lexicon import Canonical, Lexicon, Term
from govmedia_rules.text.reading import read_toml
from govmedia_rules.text.review import check_lexicon, is_near, learn_exceptions


def problems(*lines, exceptions=()):
    lexicon = Lexicon(
        "x",
        terms=tuple(line for line in lines if isinstance(line, Term)),
        canonicals=tuple(line for line in lines if isinstance(line, Canonical)),
        exceptions=exceptions,
    )
    return {(problem.kind, problem.form) for problem in check_lexicon(lexicon) if problem.kind != "no_source"}


def test_a_sound_lexicon():
    assert problems(Term("布署", "部署", exceptions=("公布署名",)), Canonical("中国共产党", exceptions=("中国共产主义",))) == set()


def test_contradictions_on_the_same_days():
    assert problems(Term("布署", "部署"), Term("布署", "布置")) == {("contradiction", "布署")}
    assert problems(Term("布署", "部署"), Term("布 署", "部署")) == {("unreachable", "布 署")}
    earlier, later = Term("旧局", "甲局", until=date(2018, 1, 1)), Term("旧局", "乙局", since=date(2018, 1, 2))
    assert problems(earlier, later) == set()


def test_a_right_form_that_another_line_calls_wrong():
    assert problems(Term("布署", "部署"), Term("部署", "安排")) == {("right_called_wrong", "部署")}
    assert problems(Term("全国人大会", "全国人大"), Canonical("全国人大会")) == {("right_called_wrong", "全国人大会")}


def test_a_dated_line_may_call_an_old_right_form_wrong():
    assert problems(Term("旧机关名", "新机关名", since=date(2018, 1, 1)), Canonical("旧机关名", near="none")) == set()


def test_unreachable_lines_and_dead_exceptions():
    assert problems(Term("參加", "参加")) == {("unreachable", "參加")}
    assert ("unreachable", "布署") in problems(Term("布署", "部署"), exceptions=("布署",))
    assert problems(Term("布署", "部署", exceptions=("安装",))) == {("dead_exception", "安装")}
    assert problems(Canonical("中国共产党", exceptions=("平安无事",))) == {("dead_exception", "平安无事")}
    assert problems(Term("布署", "部署"), exceptions=("平安无事",)) == {("dead_exception", "平安无事")}
    assert problems(Term("布署", "部署"), exceptions=("公布署名",)) == set()


def test_bad_lines_are_problems_with_their_line():
    lexicon = read_toml('[[terms]]\nwrong = "布"\nsource = "x"\n'.encode(), "x.toml")
    assert [(problem.kind, problem.line, problem.is_error) for problem in check_lexicon(lexicon)] == [("bad_line", 2, True)]


def test_lines_without_a_source_are_told():
    assert [problem.kind for problem in check_lexicon(Lexicon("x", terms=(Term("布署", "部署"),)))] == ["no_source"]


def test_is_near():
    line = Canonical("社会主义核心价值观")
    assert is_near("社会主义核心价值体系", line)
    assert is_near("社会主义核价心值观"[:4] + "心核价值观", line)
    assert not is_near("社会主义市场经济", line)
    assert not is_near("社会主义核心价值观", line)


def test_exceptions_are_learned_from_clean_text():
    lexicon = Lexicon("x", terms=(Term("布署", "部署"),), canonicals=(Canonical("社会主义核心价值观"),))
    texts = ["公布署名文章。", "公布署名文章，", "社会主义核心价值体系", "布署"]
    learned = learn_exceptions(texts, lexicon)
    assert [(one.text, one.count) for one in learned] == [("公布署名", 2)] or ("布署名" in learned[0].text)
    assert {one.term for one in learned} == {"布署", "社会主义核心价值观"}
    taught = lexicon.with_exceptions(one.text for one in learned)
    assert learn_exceptions(texts, taught) == ()
    from govmedia_rules.text.scanner import Scanner

    assert len(Scanner(lexicon.with_exceptions(one.text for one in learned if one.text != "布署")).scan("会议布署工作")) == 1
