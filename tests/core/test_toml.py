"""TOML of unknown origin is read in time that follows its size."""

from __future__ import annotations

from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules.core.toml import MAX_KEY_PARTS, parse_toml


@pytest.mark.parametrize("form", ["{} = 1", "[{}]", "[[{}]]", "a = {{{} = 1}}", "x = {{b = 1,{} = 1}}"])
@pytest.mark.parametrize("part", ["a", '"汉"', "'a'"])
@pytest.mark.parametrize("dot", [".", " . "])
def test_keys_of_many_parts_are_refused(form: str, part: str, dot: str) -> None:
    assert parse_toml(form.format(dot.join([part] * 20)))
    with pytest.raises(ValueError, match="dotted key"):
        parse_toml(form.format(dot.join([part] * (MAX_KEY_PARTS + 1))))


def test_dots_of_texts_are_no_keys() -> None:
    text = "。".join("甲.") + "." * 500 + " 1.2.3 http://a.b.c/d.html. " * 100
    assert parse_toml(f'a = "{text}"') == {"a": text}


def test_a_rulebook_with_such_a_key_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(".".join(["a"] * 30_000) + " = 1\n", "utf-8")
    with pytest.raises(gr.errors.RulebookErrors) as caught:
        gr.load_rulebook(path)
    assert ["a.toml" in str(fault) and "dotted key" in fault.what for fault in caught.value.exceptions] == [True]
