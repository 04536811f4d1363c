"""What a layout file may say, checked on the way to a Layout.

A file has ``name``, ``title``, ``size_mm`` (of the keyboard), ``markers`` and, as its keys, either
``units`` with ``rows`` (widths in key units) or ``keys`` (boxes in fractions of the keyboard).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cameratokeyboard.datatypes import KeyBox, Layout, MarkerPlace
from cameratokeyboard.errors import LayoutError

ROLES = frozenset(
    {
        "char",
        "dead",
        "shift",
        "ctrl",
        "alt",
        "altgr",
        "win",
        "caps",
        "backspace",
        "enter",
        "tab",
        "space",
        "other",
    }
)
#: Roles of keys that may stand for characters.
WRITING_ROLES = frozenset({"char", "dead", "space"})
MARKER_PLACES = ("far left", "far right", "near right", "near left")
#: Codes of the dictionary in use, ArUco 4x4.
CODE_COUNT = 50

_TOP_FIELDS = frozenset(
    {"name", "title", "size_mm", "paper_mm", "units", "rows", "keys", "markers"}
)
_KEY_FIELDS = frozenset({"name", "legends", "role", "label"})
_ROW_FIELDS = _KEY_FIELDS | {"w", "h", "gap"}
_BOX_FIELDS = _KEY_FIELDS | {"box"}
_MARKER_FIELDS = frozenset({"xy_mm", "side_mm", "code"})
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MIN_SIDE_MM, _MAX_SIDE_MM = 5.0, 100.0
#: Rounding of fractions in files; far below anything that shows.
_SLACK = 1e-4


@dataclass(frozen=True)
class _Reader:
    """Reads values of one file; every complaint starts with the file's name."""

    file: str

    def fail(self, where: str, message: str) -> LayoutError:
        return LayoutError(
            f"{self.file}: {where}: {message}" if where else f"{self.file}: {message}"
        )

    def mapping(self, value: Any, where: str, fields: frozenset[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(where, f"expected a mapping of fields, got {_shown(value)}")
        unknown = [str(key) for key in value if key not in fields]
        if unknown:
            raise self.fail(
                where, f"unknown field '{unknown[0]}'; expected one of {', '.join(sorted(fields))}"
            )
        return value

    def sequence(self, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list) or not value:
            raise self.fail(where, f"expected a list with entries, got {_shown(value)}")
        return value

    def number(self, value: Any, where: str, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(where, f"expected a number, got {_shown(value)}")
        if not (math.isfinite(value) and low <= value <= high):
            raise self.fail(where, f"expected a number from {low:g} to {high:g}, got {value:g}")
        return float(value)

    def numbers(
        self, value: Any, where: str, count: int, low: float, high: float
    ) -> tuple[float, ...]:
        if not isinstance(value, list) or len(value) != count:
            raise self.fail(where, f"expected a list of {count} numbers, got {_shown(value)}")
        return tuple(self.number(v, where, low, high) for v in value)

    def text(self, value: Any, where: str) -> str:
        if not isinstance(value, str):
            raise self.fail(where, f"expected text (put it in quotes), got {_shown(value)}")
        return value


def build_layout(raw: Any, file: str) -> Layout:
    """Make a Layout of a parsed file. Raises LayoutError that names the file and the key."""
    read = _Reader(file)
    top = read.mapping(raw, "", _TOP_FIELDS)
    for name in ("name", "title", "size_mm", "markers"):
        if name not in top:
            raise read.fail("", f"the field '{name}' is missing")
    width, height = read.numbers(top["size_mm"], "size_mm", 2, 20, 2000)
    paper = read.numbers(top.get("paper_mm", [297, 210]), "paper_mm", 2, 50, 3000)
    if ("rows" in top) == ("keys" in top):
        raise read.fail("", "expected either 'rows' (with 'units') or 'keys' with boxes")
    keys = tuple(_row_keys(read, top) if "rows" in top else _boxed_keys(read, top))
    _check_keys(read, keys)
    markers = _markers(read, top["markers"], (width, height), (paper[0], paper[1]))
    return Layout(
        name=read.text(top["name"], "name"),
        title=read.text(top["title"], "title"),
        size_mm=(width, height),
        keys=keys,
        markers=markers,
        paper_mm=(paper[0], paper[1]),
    )


def _row_keys(read: _Reader, top: dict[str, Any]) -> Iterator[KeyBox]:
    if "units" not in top:
        raise read.fail("", "'rows' need 'units': [columns, rows]")
    columns, row_count = read.numbers(top["units"], "units", 2, 1, 100)
    rows = read.sequence(top["rows"], "rows")
    if len(rows) != row_count:
        raise read.fail("rows", f"expected {row_count:g} rows as 'units' says, got {len(rows)}")
    for number, row in enumerate(rows):
        x = 0.0
        for place, entry in enumerate(read.sequence(row, f"row {number + 1}")):
            where = _key_label(entry, f"row {number + 1}, entry {place + 1}")
            if isinstance(entry, str):
                entry = _letter(read, entry, where)
            fields = read.mapping(entry, where, _ROW_FIELDS)
            if "gap" in fields:
                if len(fields) > 1:
                    raise read.fail(where, "a 'gap' has no other fields")
                x += read.number(fields["gap"], where, 0.01, columns)
                continue
            wide = read.number(fields.get("w", 1), f"{where}, w", 0.25, columns)
            high = read.number(fields.get("h", 1), f"{where}, h", 0.25, row_count)
            box = (x / columns, number / row_count, wide / columns, high / row_count)
            yield _key(read, fields, where, box)
            x += wide


def _boxed_keys(read: _Reader, top: dict[str, Any]) -> Iterator[KeyBox]:
    if "units" in top:
        raise read.fail("units", "belongs to 'rows'; boxes of 'keys' are fractions")
    for place, entry in enumerate(read.sequence(top["keys"], "keys")):
        where = _key_label(entry, f"keys, entry {place + 1}")
        fields = read.mapping(entry, where, _BOX_FIELDS)
        if "box" not in fields:
            raise read.fail(where, "the field 'box' (x, y, w, h in fractions) is missing")
        x, y, wide, high = read.numbers(fields["box"], f"{where}, box", 4, 0, 1)
        yield _key(read, fields, where, (x, y, wide, high))


def _letter(read: _Reader, entry: str, where: str) -> dict[str, Any]:
    if not (len(entry) == 1 and entry.isascii() and entry.isalpha() and entry.islower()):
        raise read.fail(
            where, f"a bare entry must be one small letter a-z, got '{entry}'; use a mapping"
        )
    return {"name": entry, "legends": [entry, entry.upper()]}


def _key(
    read: _Reader, fields: dict[str, Any], where: str, box: tuple[float, float, float, float]
) -> KeyBox:
    if "name" not in fields:
        raise read.fail(where, "the field 'name' is missing")
    name = read.text(fields["name"], f"{where}, name")
    if not _NAME.fullmatch(name):
        raise read.fail(where, "a key's name is small letters, digits and '_', a letter first")
    role = read.text(fields.get("role", "char"), f"{where}, role")
    if role not in ROLES:
        raise read.fail(where, f"unknown role '{role}'; expected one of {', '.join(sorted(ROLES))}")
    given = fields.get("legends", [])
    if not isinstance(given, list) or len(given) > 3:
        raise read.fail(
            where, f"legends: expected up to three (plain, shift, AltGr), got {_shown(given)}"
        )
    legends = [read.text(legend, f"{where}, legends") for legend in given]
    if role in WRITING_ROLES - {"space"} and not any(legends):
        raise read.fail(where, f"a key of role '{role}' needs legends, the characters it writes")
    if role not in WRITING_ROLES and any(legends):
        raise read.fail(where, f"a key of role '{role}' writes nothing; use 'label' for its print")
    plain, shifted, altgr = (*legends, "", "", "")[:3]
    label = read.text(fields.get("label", ""), f"{where}, label")
    return KeyBox(name, box, (plain, shifted, altgr), role, label)


def _check_keys(read: _Reader, keys: tuple[KeyBox, ...]) -> None:
    """Names are unique, boxes lie inside the keyboard and apart from each other."""
    seen: set[str] = set()
    for key in keys:
        where = f"key '{key.name}'"
        if key.name in seen:
            raise read.fail(where, "the name is used twice; key names must be unique")
        seen.add(key.name)
        x, y, wide, high = key.box
        if min(wide, high) <= _SLACK:
            raise read.fail(where, "the key has no area")
        if x < -_SLACK or y < -_SLACK or x + wide > 1 + _SLACK or y + high > 1 + _SLACK:
            raise read.fail(
                where,
                f"reaches beyond the keyboard: x {x:.3f} to {x + wide:.3f}, y {y:.3f} to "
                f"{y + high:.3f}, expected 0 to 1",
            )
    for index, first in enumerate(keys):
        for second in keys[index + 1 :]:
            if _overlap(first.box, second.box):
                raise read.fail(f"key '{second.name}'", f"overlaps key '{first.name}'")


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    along = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return across > _SLACK and along > _SLACK


def _markers(
    read: _Reader, raw: Any, size: tuple[float, float], paper: tuple[float, float]
) -> tuple[MarkerPlace, MarkerPlace, MarkerPlace, MarkerPlace]:
    if not isinstance(raw, list) or len(raw) != len(MARKER_PLACES):
        count = len(raw) if isinstance(raw, list) else 0
        raise read.fail("markers", f"expected four ({', '.join(MARKER_PLACES)}), got {count}")
    places = []
    for name, entry in zip(MARKER_PLACES, raw, strict=True):
        where = f"marker {name}"
        fields = read.mapping(entry, where, _MARKER_FIELDS)
        for field in ("xy_mm", "side_mm"):
            if field not in fields:
                raise read.fail(where, f"the field '{field}' is missing")
        x, y = read.numbers(fields["xy_mm"], f"{where}, xy_mm", 2, -2000, 2000)
        side = read.number(fields["side_mm"], f"{where}, side_mm", _MIN_SIDE_MM, _MAX_SIDE_MM)
        code = fields.get("code")
        if code is not None:
            number = read.number(code, f"{where}, code", 0, CODE_COUNT - 1)
            if number != int(number):
                raise read.fail(where, f"code: expected a whole number, got {number:g}")
            code = int(number)
        place = MarkerPlace((x, y), side, code)
        _check_marker(read, where, name, place, size, paper)
        places.append(place)
    codes = [place.code for place in places if place.code is not None]
    if len(set(codes)) != len(codes):
        raise read.fail("markers", f"codes must differ, got {', '.join(map(str, codes))}")
    return places[0], places[1], places[2], places[3]


def _check_marker(
    read: _Reader,
    where: str,
    name: str,
    place: MarkerPlace,
    size: tuple[float, float],
    paper: tuple[float, float],
) -> None:
    x, y = place.xy_mm
    if ("left" in name) != (x < 0) or ("far" in name) != (y > 0) or x == 0 or y == 0:
        raise read.fail(
            where, f"at ({x:g}, {y:g}) mm is not there; x grows to the right, y to the number row"
        )
    half = place.side_mm / 2
    if abs(x) - half < size[0] / 2 - _SLACK and abs(y) - half < size[1] / 2 - _SLACK:
        raise read.fail(where, "lies on the keys; move it outside the keyboard")
    if abs(x) + half > paper[0] / 2 or abs(y) + half > paper[1] / 2:
        raise read.fail(where, f"lies outside the paper of {paper[0]:g} x {paper[1]:g} mm")


def _key_label(entry: Any, fallback: str) -> str:
    if isinstance(entry, dict) and isinstance(entry.get("name"), str):
        return f"key '{entry['name']}'"
    return fallback


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
