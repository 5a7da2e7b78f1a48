"""Plugins: one that works, one that clashes, one that is missing, one that crashes, one that exits."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.errors import DuplicateId, PluginWarning, RulebookErrors
from govmedia_rules.rules import plugins

GROUP = plugins.CHECK_GROUP
TOY = Path(__file__).parents[1] / "toy_plugin"


def point(name: str, value: str, group: str = GROUP) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=group)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.heavy
def test_an_installed_plugin_is_used(tmp_path: Path) -> None:
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "-q", "--no-deps", "--target", str(target), str(TOY)],
        check=True,
        capture_output=True,
    )
    code = (
        "import govmedia_rules as gr\nfrom govmedia_rules import testing\n"
        "book = gr.load_rulebook('toy-2024')\n"
        "seen = book.inspect(testing.snapshot('account', post_count=2, latest_post_at='2024-08-20'))\n"
        "print(seen.problems[0].message('zh'))"
    )
    environment = {"PYTHONPATH": str(target), "PYTHONIOENCODING": "utf-8", "PATH": ""}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, encoding="utf-8"
    )
    assert told.stdout.strip() == "只发布了2条，少于3条"


def test_a_missing_module_is_a_named_warning_and_its_indicators_are_in_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.warns(PluginWarning, match="gone.checks.*ModuleNotFoundError"):
        found = plugins.load_plugins([point("gone.checks", "no_such_package_at_all:check")], [])
    assert "gone.checks" in found.broken
    finding = _judged_with(found, "gone.checks.one", monkeypatch)
    assert (finding.status, finding.reason) == (gr.Status.ERROR, "check_not_loaded")
    assert "no_such_package_at_all" in finding.message("zh")


@pytest.mark.parametrize(
    ("body", "told"),
    [("raise RuntimeError('boom')", "boom"), ("import sys; sys.exit(3)", "SystemExit"), ("def check(:", "SyntaxError")],
)
def test_a_crash_on_import_is_a_named_warning(modules: Path, body: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"crashing_{abs(hash(body))}"
    (modules / f"{name}.py").write_text(body)
    with pytest.warns(PluginWarning, match=told):
        found = plugins.load_plugins([point("crash.check", f"{name}:check")], [])
    finding = _judged_with(found, "crash.check", monkeypatch)
    assert finding.status is gr.Status.ERROR


def _judged_with(found: plugins.Plugins, check: str, monkeypatch: pytest.MonkeyPatch) -> gr.Finding:
    monkeypatch.setattr("govmedia_rules.judge.rulebook.installed", lambda: found)
    entry = {"title": "x", "kind": "veto", "check": check, "applies_to": {"subject": "account"}, "source": {"document": "d"}}
    book = gr.load_rulebook({"id": "x", "title": "x", "extends": "national-2019", "indicators": {"x.one": entry}})
    seen = book.inspect(
        testing.snapshot("account", latest_post_at="2024-08-20", functions=[{"kind": "menu", "name": "互动交流", "works": True}])
    )
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert seen.finding("media.veto.stale").status is gr.Status.PASSED
    return seen.finding("x.one")


def test_a_check_that_two_packages_claim_is_used_of_neither(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "import govmedia_rules as gr\n@gr.check('{name}')\ndef one(account: gr.AccountSnapshot) -> gr.CheckResult:\n    return gr.passed()\n"
    (modules / "clash_a.py").write_text(body.format(name="toy.one"))
    (modules / "clash_b.py").write_text(body.format(name="toy.one"))
    (modules / "clash_c.py").write_text(body.format(name="toy.other"))
    points = [point("a", "clash_a:one"), point("b", "clash_b:one"), point("c", "clash_c:one")]
    with pytest.warns(PluginWarning, match="'toy.one' is offered by .* and by .*none is used"):
        found = plugins.load_plugins(points, [])
    assert set(found.checks) == {"toy.other"}
    assert "uninstall" in found.broken["toy.one"]
    finding = _judged_with(found, "toy.one", monkeypatch)
    assert finding.status is gr.Status.ERROR
    assert "toy.one" in finding.message("en")


def test_a_plugin_that_names_a_built_in_id_breaks_only_itself(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "import govmedia_rules as gr\n@gr.check('{name}')\ndef one(account: gr.AccountSnapshot) -> gr.CheckResult:\n    return gr.passed()\n"
    (modules / "takes_over.py").write_text(body.format(name="account.stale"))
    (modules / "national.py").write_text("BOOK = __file__")
    with pytest.warns(PluginWarning, match="'account.stale', which govmedia-rules has itself"):
        found = plugins.load_plugins([point("c", "takes_over")], [])
    assert "c" in found.broken
    assert not found.checks
    monkeypatch.setattr("govmedia_rules.judge.rulebook.installed", lambda: found)
    stale = testing.snapshot("account", latest_post_at="2024-01-01")
    assert gr.load_rulebook("national-2019").inspect(stale).finding("media.veto.stale").status is gr.Status.FAILED
    group = plugins.RULEBOOK_GROUP
    with pytest.warns(PluginWarning, match="'national-2019', which govmedia-rules has itself"):
        found = plugins.load_plugins([], [point("national-2019", "national:BOOK", group)])
    assert not found.rulebooks


def test_rulebooks_of_plugins(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = modules / "book_package"
    package.mkdir()
    (package / "__init__.py").write_text("PATH = 7\nBOOK = __file__.replace('__init__.py', 'mine-2024.toml')\n")
    (package / "mine-2024.toml").write_text('id = "mine-2024"\ntitle = "x"\n', "utf-8")
    group = plugins.RULEBOOK_GROUP
    found = plugins.load_plugins([], [point("mine-2024", "book_package", group)])
    assert found.rulebooks["mine-2024"].name == "mine-2024.toml"
    with pytest.warns(PluginWarning):
        broken = plugins.load_plugins([], [point("none-2024", "book_package", group), point("odd", "book_package:PATH", group)])
    assert set(broken.broken) == {"none-2024", "odd"}
    with pytest.warns(PluginWarning, match="'mine-2024' is offered by"):
        claimed = plugins.load_plugins(
            [], [point("mine-2024", "book_package", group), point("mine-2024", "book_package:BOOK", group)]
        )
    assert not claimed.rulebooks
    monkeypatch.setattr("govmedia_rules.judge.rulebook.installed", lambda: claimed)
    with pytest.raises(RulebookErrors) as refused:
        gr.load_rulebook("mine-2024")
    assert str(refused.value).endswith("none is used; uninstall all but one")


@gr.check("notebook.too_old", needs="latest_post_at")
def too_old(account: gr.AccountSnapshot, *, year: int = 2024) -> gr.CheckResult:
    """Nothing since a year began."""
    return gr.failed("too_old") if account.latest_post_at is not None and account.latest_post_at.year < year else gr.passed()


LAYER = {
    "id": "notebook",
    "title": "笔记本里的规则",
    "extends": "national-2019",
    "indicators": {
        "notebook.old": {
            "title": "太久没有更新",
            "kind": "management",
            "check": "notebook.too_old",
            "source": {"document": "示例"},
        }
    },
}


def _module() -> ModuleType:
    module = ModuleType("a_notebook")
    module.too_old = too_old  # type: ignore[attr-defined]
    module.__dict__["other"] = gr.load_rulebook  # anything else in it is left aside
    too_old.__module__ = "a_notebook"
    return module


def test_checks_of_a_notebook() -> None:
    for given in (too_old, [too_old], _module()):
        book = gr.load_rulebook([LAYER], checks=given)
        seen = book.inspect(testing.snapshot("account", latest_post_at="2023-12-31"))
        assert seen.finding("notebook.old").status is gr.Status.FAILED
        assert seen.finding("notebook.old").message("zh") == "太久没有更新: too_old"
    with pytest.raises(RulebookErrors) as caught:
        gr.load_rulebook([LAYER])
    assert "no check is named 'notebook.too_old'" in str(caught.value)


def test_a_check_of_ones_own_may_not_take_a_name() -> None:
    @gr.check("account.stale")
    def mine(account: gr.AccountSnapshot) -> gr.CheckResult:
        return gr.passed()

    with pytest.raises(DuplicateId, match="already named 'account.stale'"):
        gr.load_rulebook("national-2019", checks=mine)


def _unmarked(account: gr.AccountSnapshot) -> gr.CheckResult:
    return gr.passed()


@gr.check("bad.first")
def bad_first(account: dict[str, int]) -> gr.CheckResult:
    return gr.passed()


@gr.check("bad.needs", needs="postss")
def bad_needs(account: gr.AccountSnapshot) -> gr.CheckResult:
    return gr.passed()


@gr.check("bad.positional")
def bad_positional(account: gr.AccountSnapshot, limit: int) -> gr.CheckResult:
    return gr.passed()


@gr.check("bad.untyped")
def bad_untyped(account: gr.AccountSnapshot, *, limit) -> gr.CheckResult:  # type: ignore[no-untyped-def]
    return gr.passed()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (_unmarked, "not marked with @check"),
        (bad_first, "must be annotated as SiteSnapshot or AccountSnapshot"),
        (bad_needs, "needs postss, which AccountSnapshot does not have"),
        (bad_positional, "must be keyword-only"),
        (bad_untyped, "has no type"),
    ],
)
def test_functions_that_are_no_checks(function: object, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        plugins.specs_of(function)  # type: ignore[arg-type]
