"""The areas of a GeoJSON file, for maps. The file is the caller's: the library brings no map and asks none from anywhere."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from govmedia_rules.errors import ArgumentError, Where, choices, choices_zh

Point = tuple[float, float]
Ring = tuple[Point, ...]

MAX_BYTES = 100_000_000
MAX_POINTS = 2_000_000


class Area(NamedTuple):
    """An area of a map.

    Attributes:
        name: Its name.
        polygons: Its polygons, each an outer ring and the rings of its holes.
    """

    name: str
    polygons: tuple[tuple[Ring, ...], ...]

    def middle(self) -> Point:
        """Return the centre of gravity of the largest outer ring, where a label stands."""
        return _centre(max((rings[0] for rings in self.polygons), key=lambda ring: abs(_doubled(ring))))


def read_areas(source: str | os.PathLike[str] | Mapping[str, object], key: str = "name") -> list[Area]:
    """Read the polygons of a FeatureCollection, those of one name together; features without a name or a polygon are left out.

    Args:
        source: Path of a GeoJSON file, or what was read from one.
        key: Property of a feature that names it.

    Raises:
        ArgumentError: It is no GeoJSON, it is too large, or no feature has the property; says which there are.
    """
    where, content = _content(source)
    features = content.get("features") if isinstance(content, Mapping) else None
    if not isinstance(features, Sequence) or isinstance(features, str):
        hint, hint_zh = "a FeatureCollection is needed", "应为 FeatureCollection"
        raise ArgumentError("this is no GeoJSON with features", where, hint, "不是含有 features 的 GeoJSON", hint_zh)
    areas: dict[str, list[tuple[Ring, ...]]] = {}
    properties: dict[str, None] = {}
    left = MAX_POINTS
    for feature in features:
        given = feature.get("properties") if isinstance(feature, Mapping) else None
        given = given if isinstance(given, Mapping) else {}
        properties.update(dict.fromkeys(map(str, list(given)[:100])))
        name = given.get(key)
        if name is None or name == "":
            continue
        polygons = list(_polygons(feature.get("geometry"), where))
        left -= sum(len(ring) for rings in polygons for ring in rings)
        if left < 0:
            hint, hint_zh = "simplify it first", "请先简化"
            what, zh = f"the map has more than {MAX_POINTS:,} points", f"地图超过 {MAX_POINTS:,} 个点"
            raise ArgumentError(what, where, hint, zh, hint_zh)
        if polygons:
            areas.setdefault(str(name)[:200], []).extend(polygons)
    if not areas:
        what, zh = f"no area of the map has the property {key!r}", f"地图中没有带 {key!r} 属性的区域"
        raise ArgumentError(what, where, choices(key, properties), zh, choices_zh(key, properties))
    return [Area(name, tuple(polygons)) for name, polygons in areas.items()]


def _content(source: object) -> tuple[Where | None, object]:
    if isinstance(source, Mapping):
        return None, source
    if not isinstance(source, str | os.PathLike):
        hint, hint_zh = "give the path of a GeoJSON file", "请给出 GeoJSON 文件的路径"
        raise ArgumentError("this is no map", None, hint, "这不是地图", hint_zh)
    where = Where(os.fspath(source))
    try:
        if Path(source).stat().st_size > MAX_BYTES:
            what, zh = f"the map has more than {MAX_BYTES:,} bytes", f"地图文件超过 {MAX_BYTES:,} 字节"
            raise ArgumentError(what, where, "simplify it first", zh, "请先简化")
        return where, json.loads(Path(source).read_bytes())
    except OSError as fault:
        hint, hint_zh = "look at the path", "请核对路径"
        raise ArgumentError("the map cannot be opened", where, hint, "地图文件打不开", hint_zh) from fault
    except (ValueError, RecursionError) as fault:
        if isinstance(fault, ArgumentError):
            raise
        raise ArgumentError("this is no JSON", where, "a GeoJSON file is needed", "不是 JSON", "应为 GeoJSON 文件") from None


def _polygons(geometry: object, where: Where | None) -> Iterator[tuple[Ring, ...]]:
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return
    coordinates = geometry.get("coordinates")
    try:
        for rings in [coordinates] if geometry["type"] == "Polygon" else coordinates:  # type: ignore[union-attr]
            polygon = tuple(tuple((float(point[0]), float(point[1])) for point in ring) for ring in rings)  # type: ignore[union-attr]
            if not all(math.isfinite(number) for ring in polygon for point in ring for number in point):
                raise ValueError
            whole = tuple(ring for ring in polygon if len(ring) >= 3)
            if whole and len(polygon[0]) >= 3:
                yield whole
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        hint, hint_zh = "an area is a list of rings of [longitude, latitude]", "区域是由 [经度, 纬度] 组成的环"
        raise ArgumentError("an area of the map has no coordinates", where, hint, "地图中有区域没有坐标", hint_zh) from None


def _doubled(ring: Ring) -> float:
    """Return twice the area of a ring; negative where it runs clockwise."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(ring, (*ring[1:], ring[0]), strict=True))


def _centre(ring: Ring) -> Point:
    doubled = _doubled(ring)
    if doubled == 0:
        return ring[0]
    pairs = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    crossed = [x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs]
    east = sum((x + next_x) * part for ((x, _), (next_x, _)), part in zip(pairs, crossed, strict=True))
    north = sum((y + next_y) * part for ((_, y), (_, next_y)), part in zip(pairs, crossed, strict=True))
    return east / (3 * doubled), north / (3 * doubled)
