"""Areas of GeoJSON: what is read, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from govmedia_rules.core import geojson
from govmedia_rules.core.geojson import read_areas
from govmedia_rules.errors import ArgumentError

SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
HOLE = [[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 0.5]]


def collection(*features: dict[str, object]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(name: object, coordinates: object, kind: str = "Polygon") -> dict[str, object]:
    return {"properties": {"name": name, "adcode": 610700}, "geometry": {"type": kind, "coordinates": coordinates}}


def test_areas_of_one_name_are_one_and_what_has_no_name_or_polygon_is_left_out(tmp_path: Path) -> None:
    far = [[[10, 10], [11, 10], [11, 11], [10, 10]]]
    content = collection(
        feature("甲市", [SQUARE, HOLE]),
        feature("甲市", [far], "MultiPolygon"),
        feature("", [SQUARE]),
        feature(None, [SQUARE]),
        feature("乙市", [0, 0], "Point"),
        {"properties": None, "geometry": None},
    )
    path = tmp_path / "省.geojson"
    path.write_text(json.dumps(content), "utf-8-sig")
    for source in (content, path, str(path)):
        [area] = read_areas(source)
        assert (area.name, [len(rings) for rings in area.polygons]) == ("甲市", [2, 1])
        assert area.middle() == (1, 1)
    assert [area.name for area in read_areas(content, "adcode")] == ["610700"]


def test_a_line_drawn_as_an_area_has_a_middle() -> None:
    [area] = read_areas(collection(feature("甲市", [[[1, 2], [2, 2], [1, 2]]])))
    assert area.middle() == (1, 2)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ([], "features"),
        ({"type": "Polygon"}, "features"),
        ({"features": "x"}, "features"),
        (collection(), "name"),
        (collection(feature("甲市", [[["x", 0], [1, 1], [2, 2]]])), "coordinates"),
        (collection(feature("甲市", [[[float("nan"), 0], [1, 1], [2, 2]]])), "coordinates"),
        (collection(feature("甲市", [[[10**400, 0], [1, 1], [2, 2]]])), "coordinates"),
        (collection(feature("甲市", 7)), "coordinates"),
        (collection(feature("甲市", [[[1], [1, 1], [2, 2]]])), "coordinates"),
        (collection(feature("甲市", {"a": 1}, "MultiPolygon")), "coordinates"),
    ],
)
def test_what_is_no_map_is_refused(content: object, part: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ArgumentError, match=part) as caught:
        read_areas(path)
    assert not caught.value.text("zh").isascii()


def test_the_properties_there_are_are_named(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="there are name, adcode"):
        read_areas(collection(feature("甲市", [SQUARE])), "title")
    with pytest.raises(ArgumentError, match="cannot be opened"):
        read_areas(tmp_path / "none.geojson")
    with pytest.raises(ArgumentError, match="cannot be opened"):
        read_areas(tmp_path)
    for data in (b"{", b"\xff\xfe", b"[" * 100_000):
        (tmp_path / "a.geojson").write_bytes(data)
        with pytest.raises(ArgumentError, match="no JSON"):
            read_areas(tmp_path / "a.geojson")
    with pytest.raises(ArgumentError, match="no map"):
        read_areas(7)  # type: ignore[arg-type]


def test_a_map_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = collection(feature("甲市", [SQUARE]))
    monkeypatch.setattr(geojson, "MAX_POINTS", 4)
    with pytest.raises(ArgumentError, match="more than 4 points"):
        read_areas(content)
    monkeypatch.setattr(geojson, "MAX_BYTES", 10)
    (tmp_path / "a.geojson").write_text(json.dumps(content), "utf-8")
    with pytest.raises(ArgumentError, match="more than 10 bytes"):
        read_areas(tmp_path / "a.geojson")
