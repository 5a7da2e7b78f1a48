"""Every error pickles, keeps its parts, and says what, where and what to do."""

from __future__ import annotations

import inspect
import pickle

import pytest

from govmedia_rules import errors
from govmedia_rules.errors import GovMediaRulesError, GovMediaRulesWarning, RulebookError, RulebookErrors, Where

CLASSES = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, Exception)]
PLAIN = [one for one in CLASSES if issubclass(one, GovMediaRulesError) and one is not RulebookErrors]
WARNINGS = [one for one in CLASSES if issubclass(one, GovMediaRulesWarning)]

PLACE = Where("book.toml", '[indicators."a.b"]', "params.limit", 7, "名称")


@pytest.mark.parametrize("kind", PLAIN)
def test_errors_pickle(kind: type[GovMediaRulesError]) -> None:
    fault = kind("what happened", PLACE, "do this")
    again = pickle.loads(pickle.dumps(fault))
    assert type(again) is kind
    assert (again.what, again.where, again.hint) == ("what happened", PLACE, "do this")
    assert str(again) == str(fault)


@pytest.mark.parametrize("kind", WARNINGS)
def test_warnings_pickle(kind: type[GovMediaRulesWarning]) -> None:
    assert str(pickle.loads(pickle.dumps(kind("lapsed")))) == "lapsed"


def test_an_error_says_what_where_and_what_to_do() -> None:
    told = str(RulebookError("the key is missing", PLACE, "add it"))
    assert told == 'book.toml, table [indicators."a.b"], key params.limit, row 7, column 名称: the key is missing (add it)'
    assert str(RulebookError("bare")) == "bare"


def test_several_rulebook_faults_are_one_group_and_one_error() -> None:
    group = RulebookErrors("the rulebook cannot be used", [RulebookError("one", PLACE), RulebookError("two")])
    again = pickle.loads(pickle.dumps(group))
    assert [str(fault) for fault in again.exceptions] == [str(fault) for fault in group.exceptions]
    assert str(again) == str(group)
    assert "one" in str(group)
    assert "two" in str(group)
    with pytest.raises(RulebookError):
        raise group
    part = group.subgroup(lambda fault: str(fault) == "two")
    assert part is not None
    assert [str(fault) for fault in part.exceptions] == ["two"]


def test_every_class_is_in_the_tree_of_the_docstring() -> None:
    for kind in CLASSES:
        assert kind.__name__ in (errors.__doc__ or "")
