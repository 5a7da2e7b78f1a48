"""Checks and rulebooks that installed packages offer by entry points; a broken one is named, never silent."""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from govmedia_rules.checks.contract import Check, CheckSpec, is_check, name_of
from govmedia_rules.errors import DuplicateId, PluginLoadError, PluginWarning, Where, reason_zh
from govmedia_rules.rules.model import Layer

T = TypeVar("T")

CHECK_GROUP = "govmedia_rules.checks"
RULEBOOK_GROUP = "govmedia_rules.rulebooks"

TOPICS = (
    "availability",
    "links",
    "updates",
    "columns",
    "interaction",
    "messages",
    "services",
    "publishing",
    "wording",
    "marks",
    "domains",
    "design",
    "accounts",
    "registry",
    "supervision",
    "local",
)
"""Modules of `govmedia_rules.checks` that hold checks, one a topic, with the topic's sentences in a TOML file beside each."""


@dataclass(frozen=True)
class Plugins:
    """The checks and rulebooks of installed packages, and the broken ones.

    Attributes:
        checks: Checks by name.
        rulebooks: Rulebook files by id.
        broken: For each entry point that could not be loaded, its name and why.
        owners: Which package offers a check or rulebook.
        released: Layers of a release of rulebooks by id, which are found before all others.
        alone: Whether the rulebooks of this library cannot be named beside them.
    """

    checks: Mapping[str, CheckSpec] = field(default_factory=dict)
    rulebooks: Mapping[str, Path] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    released: Mapping[str, Layer] = field(default_factory=dict)
    alone: bool = False

    def trouble_with(self, check: str) -> str | None:
        """Why a check is missing: the broken plugin that was to offer it (by its name or as `name.…`), or None."""
        for name, reason in self.broken.items():
            if check == name or check.startswith(f"{name}."):
                return reason
        return None


class _Specs(Mapping[str, CheckSpec]):
    """Checks by name; the signature of one is read when it is asked for, because a plan names few of them."""

    def __init__(self, functions: Mapping[str, Check]) -> None:
        self._functions = functions

    def __getitem__(self, name: str) -> CheckSpec:
        return CheckSpec.of(self._functions[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)


@cache
def built_in_checks() -> Mapping[str, CheckSpec]:
    """Return the checks of this library by name."""
    modules = [importlib.import_module(f"govmedia_rules.checks.{name}") for name in TOPICS]
    return _Specs({name_of(function): function for module in modules for function in _checks_in(module)})


def _checks_in(module: ModuleType) -> list[Check]:
    """Return the marked functions that are defined in a module."""
    members = [value for _, value in inspect.getmembers(module, is_check)]
    return [value for value in members if getattr(value, "__module__", None) == module.__name__]


def specs_of(offered: Check | ModuleType | Iterable[Check]) -> dict[str, CheckSpec]:
    """Return checks by name: of one function, of several, or of all marked functions defined in a module.

    Raises:
        TypeError: Something offered is not a check.
        DuplicateId: Two of them have one name.
    """
    functions: Iterable[Check]
    if isinstance(offered, ModuleType):
        functions = _checks_in(offered)
    elif callable(offered):
        functions = [offered]
    else:
        functions = list(offered)
    specs: dict[str, CheckSpec] = {}
    for function in functions:
        spec = CheckSpec.of(function)
        if spec.name in specs:
            raise DuplicateId(
                f"two checks are named {spec.name!r}",
                hint="rename one of them",
                zh=f"有两个检查项都名为 {spec.name!r}",
                hint_zh="请改其中一个的名称",
            )
        specs[spec.name] = spec
    return specs


@cache
def installed() -> Plugins:
    """Return the plugins of this environment; entry points are looked up once per process."""
    return load_plugins(entry_points(group=CHECK_GROUP), entry_points(group=RULEBOOK_GROUP))


def load_plugins(check_points: Iterable[EntryPoint], rulebook_points: Iterable[EntryPoint]) -> Plugins:
    """Load entry points; one that cannot be used gives a `PluginWarning` and an entry in `broken`.

    One that names a check or rulebook of the library is not used at all: that of the library stands. An id that two
    packages claim is used of neither, and only a rulebook that names it is refused.
    """
    broken: dict[str, str] = {}
    checks: _Offers[CheckSpec] = _Offers("check")
    for point in sorted(check_points, key=lambda point: (point.name, point.value)):
        try:
            specs = specs_of(_load(point))  # type: ignore[arg-type]  # anything but a check is refused by specs_of
            _refuse_built_in(point, specs.keys() & built_in_checks().keys())
        except (PluginLoadError, DuplicateId) as fault:
            broken[point.name] = _warn(fault.text("en"), fault.text("zh"))
            continue
        except TypeError as fault:  # what is offered is no check
            broken[point.name] = _warn(str(fault), f"插件 {point.name!r} 提供的不是检查项：{reason_zh(fault)}")
            continue
        for name, spec in specs.items():
            checks.add(name, _owner(point), spec)
    rulebooks: _Offers[Path] = _Offers("rulebook")
    for point in sorted(rulebook_points, key=lambda point: (point.name, point.value)):
        try:
            path = _rulebook_path(_load(point), point)
            _refuse_built_in(point, {point.name} & built_in_rulebooks())
        except PluginLoadError as fault:
            broken[point.name] = _warn(fault.text("en"), fault.text("zh"))
            continue
        rulebooks.add(point.name, _owner(point), path)
    broken |= checks.drop_claimed_twice() | rulebooks.drop_claimed_twice()
    owners = dict.fromkeys(built_in_checks(), "govmedia-rules") | checks.owners | rulebooks.owners
    return Plugins(checks.offered, rulebooks.offered, broken, owners)


class _Offers(Generic[T]):
    """Objects that packages offer under ids; an id that several packages claim is dropped as ambiguous."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.offered: dict[str, T] = {}
        self.owners: dict[str, str] = {}
        self.claims: dict[str, list[str]] = {}

    def add(self, name: str, owner: str, offer: T) -> None:
        """Note that `owner` offers `name`."""
        self.claims.setdefault(name, []).append(owner)
        self.offered[name], self.owners[name] = offer, owner

    def drop_claimed_twice(self) -> dict[str, str]:
        """Take out each id that several packages claim, with a warning; return the reasons by id."""
        reasons: dict[str, str] = {}
        for name, claimants in self.claims.items():
            if len(claimants) > 1:
                del self.offered[name], self.owners[name]
                by = " and by ".join(claimants)
                reasons[name] = _warn(
                    f"{self.kind} {name!r} is offered by {by}: none is used; uninstall all but one",
                    f"{name!r} 由 {by} 同时提供，均未采用；请只保留其中一个",
                )
        return reasons


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _warn(reason: str, zh: str) -> str:
    warnings.warn(PluginWarning(reason, zh), stacklevel=4)
    return reason


def built_in_rulebooks() -> set[str]:
    """Return the ids of the rulebooks of this library."""
    return {file.name.removesuffix(".toml") for file in files("govmedia_rules").joinpath("books").iterdir()}


def _refuse_built_in(point: EntryPoint, taken: Iterable[str]) -> None:
    names = ", ".join(map(repr, sorted(taken)))
    if names:
        owner = f" of {point.dist.name}" if point.dist is not None else ""
        what = f"plugin {point.name!r}{owner} is not used: it names {names}, which govmedia-rules has itself"
        zh = f"插件 {point.name!r} 未采用：它用了 {names}，govmedia-rules 已有同名的"
        raise PluginLoadError(what, Where(point.value), "give it a name of its own", zh, "请另取名称")


def _load(point: EntryPoint) -> object:
    try:
        return point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # a plugin may even raise SystemExit while it is imported
        owner = f" of {point.dist.name}" if point.dist is not None else ""
        raise PluginLoadError(
            f"plugin {point.name!r}{owner} cannot be loaded: {type(fault).__name__}: {fault}",
            Where(point.value),
            "reinstall the package, or ask who made it",
            f"插件 {point.name!r} 不能载入：{reason_zh(fault)}",
            "请重新安装该包，或询问其作者",
        ) from fault


def _rulebook_path(loaded: object, point: EntryPoint) -> Path:
    if isinstance(loaded, ModuleType) and loaded.__file__ is not None:
        folder = Path(loaded.__file__).parent
        path = folder / f"{point.name}.toml"
    elif isinstance(loaded, str | Path):
        path = Path(loaded)
    else:
        raise PluginLoadError(
            f"plugin {point.name!r} gives {type(loaded).__name__}, not a path or a package",
            Where(point.value),
            zh=f"插件 {point.name!r} 给出的不是路径或包",
        )
    if not path.is_file():
        raise PluginLoadError(
            f"plugin {point.name!r} names {path.name}, which does not exist",
            Where(point.value),
            zh=f"插件 {point.name!r} 写明的 {path.name} 不存在",
        )
    return path
