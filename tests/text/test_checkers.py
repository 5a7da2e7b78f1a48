import pytest

from govmedia_rules.errors import DuplicateId, PluginWarning
from govmedia_rules.text import checkers
from govmedia_rules.text.checkers import TextChecker, load_checkers, run_checker
from govmedia_rules.text.lexicon import Lexicon, Term
from govmedia_rules.text.matches import Match
from govmedia_rules.text.scanner import Scanner


class Twice:
    """A toy model: finds 甲甲."""

    name, version = "toy", "0.3"

    def check(self, text):
        at = text.find("甲甲")
        if at >= 0:
            yield Match(at, at + 2, "甲甲", "甲", "custom", "甲甲", "high", "toy_reason")


class Point:
    def __init__(self, name, made):
        self.name, self.value, self._made = name, f"toy:{name}", made

    def load(self):
        if isinstance(self._made, Exception):
            raise self._made
        return self._made


def test_a_checker_is_signed_and_never_sure():
    scanner = Scanner(Lexicon("x", terms=(Term("布署", "部署"),)), checkers=[Twice()])
    assert isinstance(Twice(), TextChecker)
    matches = scanner.scan("布署甲甲")
    assert [(match.text, match.confidence, match.by) for match in matches] == [("布署", "high", "x"), ("甲甲", "low", "toy 0.3")]
    assert [tuple(stamp)[:2] for stamp in scanner.stamps] == [("x", ""), ("toy", "0.3")]
    assert next(scanner.scan_many(["甲甲", "乙"]))[0].by == "toy 0.3"


def test_a_match_outside_the_text_is_refused():
    class Wild(Twice):
        def check(self, text):
            yield Match(0, len(text) + 1, "", None, "custom", "", "low", "")

    with pytest.raises(ValueError, match="toy gives a match"):
        run_checker(Wild(), "甲")


def test_entry_points(monkeypatch):
    points = [Point("good", Twice), Point("broken", ImportError("no torch")), Point("wrong", dict)]
    monkeypatch.setattr(checkers, "entry_points", lambda group: points if group == "govmedia_rules.text_checkers" else [])
    with pytest.warns(PluginWarning) as told:
        found = load_checkers()
    assert [checker.name for checker in found] == ["toy"]
    assert [("broken" in str(one.message), "wrong" in str(one.message)) for one in told] == [(True, False), (False, True)]


def test_two_checkers_of_one_name(monkeypatch):
    monkeypatch.setattr(checkers, "entry_points", lambda group: [Point("a", Twice), Point("b", Twice)])
    with pytest.raises(DuplicateId, match="toy"):
        load_checkers()
