"""Rulebook files: every fault at once, each with file, table, key and what was probably meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules.errors import (
    CyclicExtends,
    ParameterError,
    RulebookError,
    RulebookErrors,
    RulebookSyntaxError,
    UnknownCheck,
    UnknownRulebook,
)
from govmedia_rules.rules.load import built_in_files

HEAD = 'id = "x"\ntitle = "某地规则"\n'
SOURCE = 'source = { document = "某文件", verified = true }\n'


def faults(text: str, folder: Path) -> list[RulebookError]:
    path = folder / "book.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(RulebookErrors) as caught:
        gr.load_rulebook(path)
    for fault in caught.value.exceptions:
        assert isinstance(fault, RulebookError)
    return list(caught.value.exceptions)  # type: ignore[arg-type]


def told(found: list[RulebookError]) -> str:
    return "\n".join(map(str, found))


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_built_in_rulebooks_load(name: str) -> None:
    book = gr.load_rulebook(name)
    assert book.id == name
    assert len(book) > 0
    assert book == gr.load_rulebook(name)


def test_faults_of_the_file_come_all_at_once(tmp_path: Path) -> None:
    text = HEAD + (
        'reigon = "610000"\n'
        '[indicators."a.one"]\ntitel = "x"\nkind = "vetoo"\n'
        '[indicators."a.two"]\nsource = { document = "d", verifed = true }\n'
        '[indicators."a.three"]\napplies_to = { subject = "sight" }\n'
        '[indicators."中文"]\ntitle = "x"\n'
    )
    found = faults(text, tmp_path)
    text = told(found)
    assert all(isinstance(fault, RulebookSyntaxError) for fault in found)
    assert "reigon: unknown key (did you mean 'region'?" in text
    assert """table [indicators."a.one"], key titel: unknown key (did you mean 'title'?""" in text
    assert """[indicators."a.one"], key kind: must be 'veto'""" in text
    assert "key source.verifed: unknown key (did you mean 'verified'?" in text
    assert "key applies_to.subject" in text
    assert "中文" in text
    assert "book.toml" in text


def test_faults_of_the_plan_come_all_at_once(tmp_path: Path) -> None:
    text = HEAD + (
        '[indicators."a.one"]\ntitle = "x"\nkind = "veto"\ncheck = "account.stal"\n'
        + SOURCE
        + '[indicators."a.two"]\ntitle = "x"\nkind = "veto"\ncheck = "account.stale"\nparams = { windo = { days = 3 } }\n'
        + SOURCE
        + '[indicators."a.three"]\ntitle = "x"\nkind = "veto"\ncheck = "account.stale"\nparams = { window = "soon" }\n'
        + SOURCE
        + '[indicators."a.four"]\nkind = "veto"\ncheck = "account.app_unusable"\n'
        + SOURCE
        + '[indicators."a.five"]\ntitle = "x"\nkind = "veto"\n'
        + SOURCE
        + '[indicators."a.six"]\ntitle = "x"\nkind = "veto"\ncheck = "account.app_unusable"\napplies_to = { subject = "site" }\n'
        + SOURCE
        + '[indicators."a.seven"]\ntitle = "x"\nkind = "veto"\nmode = "auto"\napplies_to = { subject = "site" }\n'
        + SOURCE
        + '[indicators."a.eight"]\ntitle = "x"\nkind = "veto"\nmode = "person"\napplies_to = { subject = "site" }\nparams = { a = 1 }\n'
        + SOURCE
    )
    found = faults(text, tmp_path)
    text = told(found)
    assert {type(fault) for fault in found} >= {UnknownCheck, ParameterError, RulebookError}
    assert "no check is named 'account.stal' (did you mean 'account.stale'?" in text
    assert "has no such parameter (did you mean 'window'?" in text
    assert "the check 'account.stale' needs this parameter" in text
    assert "key params.window: 'soon' does not fit" in text
    assert """[indicators."a.four"], key title: the key is missing""" in text
    assert """[indicators."a.five"], key applies_to: the key is missing""" in text
    assert "takes a account, not a site" in text
    assert "mode is 'auto' but there is no check" in text
    assert "there are parameters but no check" in text


def test_not_toml_not_text_not_there(tmp_path: Path) -> None:
    assert "not TOML" in told(faults("标题 = 1", tmp_path))
    assert "not TOML" in told(faults(HEAD + HEAD, tmp_path))
    (tmp_path / "book.toml").write_bytes(b"\xff\xfe\x00")
    for source, why in ((tmp_path / "book.toml", "not UTF-8"), ("national-2091", "did you mean 'national-2019'")):
        with pytest.raises(RulebookErrors) as wrong:
            gr.load_rulebook(source)
        assert why in str(wrong.value)
    with pytest.raises(RulebookErrors) as caught:
        gr.load_rulebook(tmp_path / "missing.toml")
    assert isinstance(caught.value.exceptions[0], UnknownRulebook)


def test_extends_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('id = "a"\ntitle = "a"\nextends = "b.toml"\n', "utf-8")
    (tmp_path / "b.toml").write_text('id = "b"\ntitle = "b"\nextends = "a.toml"\n', "utf-8")
    with pytest.raises(RulebookErrors) as caught:
        gr.load_rulebook(tmp_path / "a.toml")
    assert isinstance(caught.value.exceptions[0], CyclicExtends)
    assert "a -> b -> a" in str(caught.value)


def test_an_extended_book_that_does_not_exist_names_who_asked(tmp_path: Path) -> None:
    found = faults(HEAD + 'extends = "nowhere"\n', tmp_path)
    assert "book.toml, key extends: no rulebook and no file is named 'nowhere'" in told(found)


def test_points_are_exact_and_finite(tmp_path: Path) -> None:
    for wrong in ("nan", "inf", "-1"):
        text = HEAD + f'[indicators."a.one"]\ntitle = "x"\nkind = "deduction"\npoints = {wrong}\n' + SOURCE
        assert "points" in told(faults(text, tmp_path))


@pytest.mark.parametrize(
    ("region", "day", "layers"),
    [
        (None, date(2024, 1, 1), ["national-2019"]),
        ("610726", date(2024, 8, 23), ["hanzhong-2021"]),
        ("360000", date(2020, 3, 20), ["jiangxi-2020"]),
        ("361128", date(2020, 3, 20), ["jiangxi-2020"]),
        ("360000", date(2023, 1, 1), []),
        ("510100", date(2020, 1, 1), []),
        ("511302", date(2020, 1, 1), ["nanchong-2019"]),
        ("110000", date(2024, 1, 1), []),
    ],
)
def test_the_rulebook_of_a_place_and_day(region: str | None, day: date, layers: list[str]) -> None:
    book = gr.rulebook_for(region, day)
    names = [layer.id for layer in book.layers]
    assert names[0] == "national-2019"
    assert set(layers) <= set(names)
    if region in ("360000", "110000", "510100") and not layers:
        assert not {"jiangxi-2020", "nanchong-2019", "hanzhong-2021"} & set(names)


def test_no_rulebook_in_force() -> None:
    with pytest.raises(UnknownRulebook, match="in force"):
        gr.rulebook_for(None, date(1990, 1, 1))


def test_every_national_veto_of_the_standards_is_there(shared: Path) -> None:
    import re

    text = (shared / "standards" / "national-2019.md").read_text("utf-8")
    ids = set(re.findall(r"`((?:site|media)\.veto\.[a-z_.]+)`", text))
    assert len(ids) == 25
    assert ids <= set(gr.load_rulebook("national-2019").plan.by_id)


def test_explaining() -> None:
    told = str(gr.explain("site.veto.columns.core"))
    assert "国办秘函〔2019〕19号" in told
    assert "news_window = 2周  [national-2019，据转载]" in told
    overlaid = gr.explain("media.veto.interaction.none", "jiangxi-2020")
    assert overlaid.parameters["demanded_on"] == ({"wechat": ("menu",)}, "jiangxi-2020")
    assert overlaid.parameters["counted"][1] == "national-2019"
    assert "依据[jiangxi-2020]" in str(overlaid)
    with pytest.raises(gr.errors.UnknownIndicator, match="did you mean 'site.veto.columns.core'"):
        gr.explain("site.veto.columns.cor")
