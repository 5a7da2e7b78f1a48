"""Sentences by hand: wrong forms of kinds that inspections name, and right ones that look wrong.

`sentences/wrong.tsv` also keeps the wrong forms that are not found (`found` is no), so that nobody takes the list for all there is.
"""

import csv
from datetime import date
from pathlib import Path

import pytest

from govmedia_rules.text.scanner import scanner_for

FOLDER = Path(__file__).parent / "sentences"


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def candidates(row):
    """What a verdict would ask a person about: no hints, nothing of low confidence."""
    matches = scanner_for(("starter",)).scan(row["text"], at=date.fromisoformat(row["day"]))
    return [match for match in matches if match.confidence != "low" and match.severity != "hint"]


def test_wrong_forms_are_found():
    rows = read("wrong.tsv")
    assert [row["text"] for row in rows if bool(candidates(row)) != (row["found"] == "yes")] == []
    assert sum(row["found"] == "yes" for row in rows) >= 0.9 * len(rows)


def test_right_sentences_that_look_wrong_raise_nothing():
    assert [(row["text"], match.text) for row in read("right.tsv") for match in candidates(row)] == []


def test_the_two_lists_are_long_enough_to_say_something():
    assert (len(read("wrong.tsv")), len(read("right.tsv"))) > (180, 180)


@pytest.mark.parametrize(
    "frame",
    ["{}", "会议指出，{}。", "<p>{}</p>", "一是{}；", "\u3000\u3000{}。\n\n后文"],
    ids=["alone", "led", "tag", "list", "paragraph"],
)
def test_what_stands_around_hides_nothing(frame):
    named = [row for row in read("wrong.tsv")[:40] if row["found"] == "yes"]
    assert [row["text"] for row in named if not candidates({**row, "text": frame.format(row["text"])})] == []


def test_a_text_among_others_is_read_as_it_is_alone():
    rows = read("wrong.tsv") + read("right.tsv")
    texts, days = [row["text"] for row in rows], [date.fromisoformat(row["day"]) for row in rows]
    scanner = scanner_for(("starter",))
    assert [list(matches) for matches in scanner.scan_many(texts, at=days)] == [
        list(scanner.scan(text, at=day)) for text, day in zip(texts, days, strict=True)
    ]


def test_stars_of_marked_up_text_hide_nothing():
    for text in ("**以习近平**同志为*中心*的党中央", "以习*近*平同志为中心的党中央"):
        assert candidates({"text": text, "day": "2024-06-01"})
