"""Pictures of results, by matplotlib (extra `plot`). Each function takes plain numbers and returns the Axes it drew on.

Chinese words need a font that has them. One is looked for on the machine, also among fonts that matplotlib has not listed yet;
where there is none, drawing stops with a message instead of drawing boxes. The font is set on the texts of the picture, no
global setting is changed.

Example:
    >>> from govmedia_rules import plots
    >>> axes = plots.problem_kinds({"不更新": 3, "无互动": 1})
    >>> len(axes.patches)
    2
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from govmedia_rules.core.geojson import Area, read_areas
from govmedia_rules.errors import ArgumentError, ExportError, MissingExtra, choices, choices_zh

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT_WORDS = (
    "noto sans cjk", "source han sans", "notosanscjk", "sourcehansans", "microsoft yahei", "msyh", "pingfang", "hiragino sans gb",
    "wenquanyi", "wqy", "simhei", "heiti", "stheiti", "noto sans sc", "droid sans fallback", "lxgw", "sarasa", "harmonyos sans sc",
    "noto serif cjk", "source han serif", "simsun", "songti", "fangsong", "kaiti", "uming", "ukai", "arial unicode",
)  # fmt: skip
"""Words in the names or files of fonts that have Chinese characters, the best first."""

GOOD, BAD, OPEN, PLAIN = "#4a90c2", "#c8553d", "#d9a441", "#8c8c8c"
NO_RESULT = "#e4e4e4"
MAX_BARS = 40
G = TypeVar("G")
"""What a bar shows: a number, or the counts of a group."""


UNKNOWN = "（未知）"
"""Name of the group of those whose group is not known."""


class CountsOf(NamedTuple):
    """How a group fared.

    Attributes:
        qualified: Number of 合格.
        unqualified: Number of 不合格.
        undetermined: Number of 待定.
    """

    qualified: int
    unqualified: int
    undetermined: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


_RATE_LABEL = "合格率，括号内为合格数/总数；黄色为待定，不计入合格"


def pass_rates(groups: Mapping[str, CountsOf], *, title: str = "合格率", ax: Axes | None = None, font: str | None = None) -> Axes:
    """Draw the pass rate of each group, the undetermined share in a colour of its own, and the counts beside the bars.

    Args:
        groups: Counts by name of the group, drawn in this order from the top; those beyond `MAX_BARS` are one bar, 其余N个.
        title: Title.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font; None looks for one.
    """
    shown = _most(groups, _added)
    ax, words = _begin(ax, len(shown), [title, *shown, _RATE_LABEL], font)
    for at, counts in enumerate(shown.values()):
        total = counts.total or 1
        sure, maybe = 100 * counts.qualified / total, 100 * counts.undetermined / total
        ax.barh(at, sure, color=GOOD)
        ax.barh(at, maybe, left=sure, color=OPEN, alpha=0.5)
        open_text = f"，待定{counts.undetermined}" if counts.undetermined else ""
        label_text = f"{sure:.1f}% ({counts.qualified}/{counts.total}{open_text})" if counts.total else "—"
        _beside(ax, sure + maybe, at, label_text, 100, words)
    _names(ax, list(shown), words)
    ax.set_xlim(0, 128)
    ax.set_xticks([0, 20, 40, 60, 80, 100], ["0", "20%", "40%", "60%", "80%", "100%"])
    return _end(ax, title, _RATE_LABEL, words)


def problem_kinds(counts: Mapping[str, int], *, title: str = "突出问题", ax: Axes | None = None, font: str | None = None) -> Axes:
    """Draw how often each kind of problem occurs, with its share, the most frequent on top.

    Args:
        counts: Number of problems by kind.
        title: Title.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font; None looks for one.
    """
    total = sum(counts.values())
    ordered = dict(sorted(counts.items(), key=lambda item: -item[1]))
    shown = _most(ordered, sum)
    label = f"问题数，占全部 {total} 个的比例"
    ax, words = _begin(ax, len(shown), [title, label, *shown], font)
    longest = max(shown.values(), default=1) or 1
    for at, count in enumerate(shown.values()):
        ax.barh(at, count, color=BAD)
        _beside(ax, count, at, f"{count} ({count / total:.1%})" if total else "0", longest)
    _names(ax, list(shown), words)
    ax.set_xlim(0, longest * 1.28)
    ax.xaxis.get_major_locator().set_params(integer=True)
    return _end(ax, title, label, words)


def staleness(
    days: Iterable[float],
    limit: float,
    *,
    never: int = 0,
    title: str = "距最近更新的天数",
    ax: Axes | None = None,
    font: str | None = None,
) -> Axes:
    """Draw how long ago subjects were updated, with the limit marked; the last bar holds everything beyond five limits.

    Args:
        days: Days since the newest update, one a subject.
        limit: Days that are allowed.
        never: Subjects without any dated update; told in the legend.
        title: Title.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font; None looks for one.
    """
    values = [max(0.0, float(item)) for item in days]
    beyond = sum(value > limit for value in values)
    width = max(limit / 7, 0.5)
    top = 5 * limit
    edges = [width * step for step in range(int(top / width) + 1)] + [top + width]
    capped = [min(value, top + width / 2) for value in values]
    label_text = f"超过 {limit:g} 天：{beyond} 个，共 {len(values)} 个" + (f"；无更新日期 {never} 个" if never else "")
    label = f"天数（最右一栏为 {top:g} 天以上）"
    ax, words = _begin(ax, 8, [title, label_text, label, "个数"], font)
    _, _, bars = ax.hist(capped, bins=edges, color=GOOD, edgecolor="white", linewidth=0.5)
    for bar, edge in zip(bars, edges, strict=False):
        if edge >= limit:
            bar.set_facecolor(BAD)
    ax.axvline(limit, color="black", linewidth=1.2, linestyle="--", label=label_text)
    ax.legend(prop=_properties(words), frameon=False)
    ax.set_ylabel("个数", fontfamily=words)
    ax.yaxis.get_major_locator().set_params(integer=True)
    return _end(ax, title, label, words)


def quarters(
    rates: Mapping[str, CountsOf], *, title: str = "各季度合格率", ax: Axes | None = None, font: str | None = None
) -> Axes:
    """Draw the pass rate of each quarter with its change against the one before, in percentage points.

    Args:
        rates: Counts by quarter, in order of time.
        title: Title.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font; None looks for one.
    """
    names = list(rates)
    shares = [100 * counts.qualified / counts.total if counts.total else None for counts in rates.values()]
    ax, words = _begin(ax, 8, [title, "合格率", "百分点", *names], font)
    known = [(at, share) for at, share in enumerate(shares) if share is not None]
    ax.plot([at for at, _ in known], [share for _, share in known], color=GOOD, marker="o", linewidth=2)
    before = None
    for (at, share), counts in zip(known, [item for item in rates.values() if item.total], strict=True):
        change = "" if before is None else f"\n{share - before:+.1f} 百分点"
        label_text = f"{share:.1f}%\n({counts.qualified}/{counts.total}){change}"
        ax.annotate(
            label_text,
            (at, share),
            xytext=(0, 10),
            textcoords="offset points",
            ha="center",
            fontfamily=words,
            fontsize=9,
            bbox={"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": 1, "alpha": 0.8},
        )
        before = share
    low = min((share for _, share in known), default=0)
    ax.set_ylim(max(0, low - 12), 116 if low < 104 else None)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.set_xticks(range(len(names)), names, fontfamily=words)
    ax.set_yticks([tick for tick in range(0, 101, 10) if tick >= low - 12], minor=False)
    ax.set_ylabel("合格率（%）", fontfamily=words)
    return _end(ax, title, "", words)


def funnel(steps: Mapping[str, int], *, title: str = "问题整改", ax: Axes | None = None, font: str | None = None) -> Axes:
    """Draw how many problems reach each step of rectification, with the share of the first step.

    Args:
        steps: Number at each step (发现, 已整改, 复查通过 …), in order.
        title: Title.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font; None looks for one.
    """
    first = next(iter(steps.values()), 0)
    ax, words = _begin(ax, len(steps), [title, *steps], font)
    for at, count in enumerate(steps.values()):
        ax.barh(at, count, left=(first - count) / 2, color=GOOD, alpha=1 - 0.55 * at / max(1, len(steps)), height=0.72)
        label_text = f"{count}" + (f" ({count / first:.1%})" if first else "")
        ax.text(first / 2, at, label_text, ha="center", va="center", fontfamily=words)
    _names(ax, list(steps), words)
    ax.set_xlim(0, max(first, 1))
    ax.set_xticks([])
    return _end(ax, title, "", words)


def score_bands(
    scores: Iterable[tuple[float, float]],
    edges: Sequence[float],
    *,
    title: str = "得分分布",
    ax: Axes | None = None,
    font: str | None = None,
) -> Axes:
    """Draw how many scores lie in each band; a score that may lie in more than one band counts as 未定.

    Args:
        scores: Lowest and highest each score can be.
        edges: Where one band ends and the next begins; an edge belongs to the upper band.
        title: Title.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font; None looks for one.
    """
    bounds = sorted(edges)
    names = [
        f"< {bounds[0]:g}",
        *(f"{low:g} – {high:g}" for low, high in pairwise(bounds)),
        f"≥ {bounds[-1]:g}",
        "未定",
    ]
    counts = dict.fromkeys(names, 0)
    for low, high in scores:
        band = sum(low >= edge for edge in bounds)
        counts[names[band] if band == sum(high >= edge for edge in bounds) else "未定"] += 1
    total = sum(counts.values())
    ax, words = _begin(ax, 8, [title, "个数", *names], font)
    tones = [BAD, *([GOOD] * (len(bounds))), PLAIN]
    for at, (count, tone) in enumerate(zip(counts.values(), tones, strict=True)):
        ax.bar(at, count, color=tone)
        label_text = f"{count}\n({count / total:.1%})" if total else "0"
        ax.annotate(label_text, (at, count), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom")
    ax.set_xticks(range(len(names)), names, fontfamily=words)
    ax.set_ylim(0, max(counts.values(), default=1) * 1.22 or 1)
    ax.set_ylabel("个数", fontfamily=words)
    ax.yaxis.get_major_locator().set_params(integer=True)
    return _end(ax, title, "", words)


def area_map(
    areas: str | os.PathLike[str] | Mapping[str, object],
    groups: Mapping[str, CountsOf],
    *,
    key: str = "name",
    title: str = "各地合格率",
    note: str = "",
    ax: Axes | None = None,
    font: str | None = None,
) -> Axes:
    """Draw the pass rate of each area on a map of the caller's; areas without results, and groups that are not on it, are said.

    Args:
        areas: GeoJSON with a polygon for each area: a path, or what was read from one. The library brings no map.
        groups: Counts by name of the area, as `InspectionTable.pass_counts` gives them; written as the map writes it.
        key: Property of the map that holds the names, `adcode` for codes.
        title: Title.
        note: What stands below: the number under which the map was approved (审图号), its source.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font; None looks for one.

    Raises:
        ArgumentError: The map cannot be read, has no such property, or none of the groups is on it.
    """
    shapes = read_areas(areas, key)
    missing = [name for name in groups if name not in {shape.name for shape in shapes}]
    if groups and len(missing) == len(groups):
        what, zh = "none of the groups is on the map", "地图上没有这些地方"
        names = [shape.name for shape in shapes]
        raise ArgumentError(what, None, choices(missing[0], names), zh, choices_zh(missing[0], names))
    left_out = f"未上图：{_listed([f'{name} {_rate_text(groups[name])}' for name in missing])}" if missing else ""
    lines = "\n".join(line for line in (left_out, note) if line)
    counts = [groups.get(shape.name) for shape in shapes]
    ax, words = _begin(ax, 20, [title, lines, "合格率全部待定无结果", *(shape.name for shape in shapes)], font)
    _fill(ax, shapes, counts)
    for shape, count in zip(shapes, counts, strict=True):
        label = _cut(shape.name, 8) + (f"\n{_rate_text(count)}" if count is not None and count.total else "")
        ax.text(*shape.middle(), label, ha="center", va="center", fontsize=8, fontfamily=words)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    _legend_of_map(ax, counts, words)
    return _end(ax, title, lines, words)


def _rate_text(counts: CountsOf) -> str:
    if counts.undetermined == counts.total:
        return f"待定{counts.undetermined}" if counts.total else ""
    open_text = f"，待定{counts.undetermined}" if counts.undetermined else ""
    return f"{counts.qualified / counts.total:.1%} ({counts.qualified}/{counts.total}{open_text})"


def _listed(names: Sequence[str], most: int = 4) -> str:
    return "、".join(names[:most]) + (f"等{len(names)}个" if len(names) > most else "")


def _fill(ax: Axes, shapes: Sequence[Area], counts: Sequence[CountsOf | None]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    tones = _tones()
    for shape, count in zip(shapes, counts, strict=True):
        outline = Outline.make_compound_path(
            *(Outline([*ring, ring[0]], closed=True) for rings in shape.polygons for ring in rings)
        )
        tone = NO_RESULT if count is None or not count.total else OPEN
        if count is not None and count.qualified + count.unqualified:
            tone = tones(count.qualified / count.total)
        patch = PathPatch(outline, facecolor=tone, edgecolor="white", linewidth=1, hatch="///" if tone == NO_RESULT else None)
        ax.add_patch(patch)
    ax.autoscale_view()
    south, north = ax.get_ylim()
    is_degrees = -90 <= south < north <= 90
    ax.set_aspect(1 / math.cos(math.radians((south + north) / 2)) if is_degrees else 1)


def _legend_of_map(ax: Axes, counts: Sequence[CountsOf | None], words: list[str]) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.patches import Patch

    bar = ax.figure.colorbar(ScalarMappable(cmap=_tones()), ax=ax, shrink=0.5, ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["0", "50%", "100%"])
    bar.set_label("合格率", fontfamily=words)
    marks = []
    if any(count is None or not count.total for count in counts):
        marks.append(Patch(facecolor=NO_RESULT, edgecolor="white", hatch="///", label="无结果"))
    if any(count is not None and count.total and count.total == count.undetermined for count in counts):
        marks.append(Patch(facecolor=OPEN, label="全部待定"))
    if marks:
        ax.legend(handles=marks, prop=_properties(words), frameon=False, loc="upper right", bbox_to_anchor=(1, 0))


def _tones() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("pass_rate", [BAD, "#f3efe6", GOOD])


def _most(groups: Mapping[str, G], add: Callable[[Sequence[G]], G]) -> dict[str, G]:
    """Return at most `MAX_BARS` groups; those that do not fit are one, named by their number."""
    items = list(groups.items())
    if len(items) <= MAX_BARS:
        return dict(items)
    shown, rest = items[: MAX_BARS - 1], items[MAX_BARS - 1 :]
    return dict(shown) | {f"其余{len(rest)}个": add([value for _, value in rest])}


def _added(counts: Sequence[CountsOf]) -> CountsOf:
    return CountsOf(*map(sum, zip(*counts, strict=True)))


def _begin(ax: Axes | None, bars: int, texts: Iterable[str], font: str | None) -> tuple[Axes, list[str]]:
    """Return the axes to draw on, and the font families for their texts."""
    families = families_for(texts, font)
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(8, max(2.2, 0.36 * bars + 1.3)), layout="constrained")
    return ax, families


def _names(ax: Axes, names: Sequence[str], families: list[str]) -> None:
    ax.set_yticks(range(len(names)), [_cut(name) for name in names], fontfamily=families)
    ax.invert_yaxis()


def _cut(name: str, most: int = 24) -> str:
    plain = "".join(char if char.isprintable() and char != "$" else " " for char in name)  # $ would begin a formula
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _beside(ax: Axes, x: float, y: float, label_text: str, longest: float, families: list[str] | None = None) -> None:
    ax.text(x + longest * 0.012, y, label_text, va="center", fontsize=9, fontfamily=families)


def _end(ax: Axes, title: str, label: str, families: list[str]) -> Axes:
    ax.set_title(_cut(title, 60), fontfamily=families)
    if label:
        ax.set_xlabel(label, fontfamily=families)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _properties(families: list[str]) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=families)


# Fonts


def families_for(texts: Iterable[str], font: str | None = None) -> list[str]:
    """Font families that together have every Chinese character of the texts.

    Args:
        texts: What will be drawn.
        font: Name or path of a font to use; None looks for one.

    Raises:
        MissingExtra: matplotlib is not installed.
        ExportError: No font on the machine has these characters; says how to get one.
    """
    try:
        from matplotlib import font_manager  # noqa: F401
    except ImportError:
        raise MissingExtra(
            "a picture needs matplotlib", hint="pip install govmedia-rules[plot]", zh="作图需要 matplotlib"
        ) from None
    characters = frozenset(char for text in texts for char in text if _is_han(char))
    if not characters and font is None:
        return ["DejaVu Sans"]
    for name, path in [_named_font(font)] if font is not None else _han_fonts():
        if characters <= _characters(path):
            return [name, "DejaVu Sans"]
    if font is not None:
        missing = "".join(sorted(characters - _characters(_named_font(font)[1])))[:10]
        raise ExportError(
            f"the font {font} lacks characters: {missing}",
            None,
            "name another font",
            f"字体 {font} 缺字：{missing}",
            "请换一种字体",
        )
    # No font has every character (a rare one in a name, perhaps): the one that lacks fewest, as long as it has most.
    best = max(_han_fonts(), key=lambda item: len(characters & _characters(item[1])), default=None)
    if best is not None and len(characters & _characters(best[1])) >= 0.9 * len(characters):
        return [best[0], *(name for name, _ in _han_fonts() if name != best[0]), "DejaVu Sans"]
    raise ExportError(
        "no font with Chinese characters was found, and without one a picture would show boxes",
        hint="install one (on Debian: apt-get install fonts-noto-cjk), or pass font= with the path of a font file",
        zh="没有找到中文字体，否则图上会是方框",
        hint_zh="请安装一种（Debian：apt-get install fonts-noto-cjk），或用 font= 传入字体文件的路径",
    )


def _is_han(char: str) -> bool:
    return "\u2e80" <= char <= "\ufaff" or char >= "\U00020000"


@cache
def _han_fonts() -> tuple[tuple[str, str], ...]:
    """Return names and files of fonts with Chinese characters, the best first; files that matplotlib does not list are added."""
    from matplotlib import font_manager

    fonts = _ranked((entry.name, entry.fname) for entry in font_manager.fontManager.ttflist)
    if not fonts:
        known = {os.path.realpath(entry.fname) for entry in font_manager.fontManager.ttflist}
        for path in font_manager.findSystemFonts():
            if os.path.realpath(path) not in known and _rank(Path(path).name) is not None:
                _add(path)
        fonts = _ranked((entry.name, entry.fname) for entry in font_manager.fontManager.ttflist)
    return fonts


def _rank(name: str) -> int | None:
    plain = name.casefold()
    return next((rank for rank, word in enumerate(FONT_WORDS) if word in plain or word.replace(" ", "") in plain), None)


def _ranked(fonts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    ranked = {
        (name, path): rank
        for name, path in fonts
        if (rank := _rank(name)) is not None or (rank := _rank(Path(path).name)) is not None
    }
    ordered = sorted(ranked, key=lambda item: (ranked[item], item))
    return tuple(item for item in ordered if os.path.isfile(item[1]) and "\u653f" in _characters(item[1]))


@cache
def _characters(path: str) -> frozenset[str]:
    """Return the characters a font file has; none where it cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(map(chr, FT2Font(path).get_charmap()))
    except (OSError, RuntimeError):
        return frozenset()


def _add(path: str) -> None:
    from matplotlib import font_manager

    try:
        font_manager.fontManager.addfont(path)
    except (OSError, RuntimeError):
        return


def _named_font(font: str) -> tuple[str, str]:
    from matplotlib import font_manager

    if os.path.isfile(font):
        font_manager.fontManager.addfont(font)
        return font_manager.FontProperties(fname=font).get_name(), font
    try:
        return font, font_manager.findfont(font, fallback_to_default=False)
    except ValueError:
        raise ExportError(
            f"no font is named {font!r}",
            hint="pass the path of a font file",
            zh=f"没有名为 {font!r} 的字体",
            hint_zh="请传入字体文件的路径",
        ) from None
