"""Which finger takes which key, told from where the keys lie, and which keys write a character."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray, KeyBox, Layout
from cameratokeyboard.errors import SimulationError

#: Fingers of the columns from left to right when both hands lie on the home row.
_COLUMN_FINGERS = (0, 1, 2, 3, 6, 7, 8, 9)
LEFT_THUMB, RIGHT_THUMB = 4, 5
_LIT_ROLES = frozenset({"char", "space"})


@dataclass(frozen=True)
class Chord:
    """How to write one character: the key and the role of the modifier to hold ("" for none)."""

    key: str
    modifier: str = ""


@dataclass(frozen=True, eq=False)
class Fingering:
    """Touch typing on one layout.

    finger: (K,) finger of each key in the layout's order (thumbs for space). home_mm: (10, 2)
    where each finger rests. boundary_mm: x that parts left and right hand on the home row.
    pitch_mm: (2,) distance of neighbouring keys across and along.
    """

    finger: IntArray
    home_mm: FloatArray
    boundary_mm: float
    pitch_mm: FloatArray


def rows_of(layout: Layout) -> list[IntArray]:
    """Key numbers row by row from the far edge to the typist, each from left to right."""
    centres = layout.centres_mm()
    height = float(np.median(layout.sizes_mm()[:, 1]))
    order = np.argsort(-centres[:, 1], kind="stable")
    rows: list[list[int]] = []
    for key in order:
        if rows and abs(centres[rows[-1][0], 1] - centres[key, 1]) < 0.5 * height:
            rows[-1].append(int(key))
        else:
            rows.append([int(key)])
    return [np.array(sorted(row, key=lambda k: centres[k, 0])) for row in rows]


def fingering_of(layout: Layout) -> Fingering:
    """Derive touch typing from the places of the keys alone; works on any layout file."""
    centres, sizes = layout.centres_mm(), layout.sizes_mm()
    lit = np.array([key.role == "char" for key in layout.keys])
    if not lit.any():
        lit = np.ones(len(layout.keys), bool)
    pitch = np.median(sizes[lit], axis=0)
    rows = rows_of(layout)
    home_row = _home_row(layout, rows, lit)
    columns = np.sort(centres[rows[home_row]][lit[rows[home_row]], 0])
    home_x, fingers = _home_columns(columns, float(pitch[0]))
    home_y = float(np.mean(centres[rows[home_row], 1]))
    shifts = _row_shifts(rows, centres, lit, home_row, columns, float(pitch[0]))
    cuts = _cuts(home_x, fingers, float(pitch[0]))
    boundary = float(cuts[3])
    finger = np.zeros(len(layout.keys), np.int64)
    for row, shift in zip(rows, shifts, strict=True):
        finger[row] = np.searchsorted(cuts, centres[row, 0] - shift)
    finger = np.array(_COLUMN_FINGERS)[finger]
    _give_to_thumbs(layout, centres, finger, boundary, rows)
    thumb_y = _thumb_row_y(layout, centres, home_y, float(pitch[1]))
    home = np.zeros((10, 2))
    home[list(_COLUMN_FINGERS), 0] = home_x
    home[list(_COLUMN_FINGERS), 1] = home_y
    home[LEFT_THUMB] = home[3] + (0.95 * pitch[0], thumb_y - home_y)
    home[RIGHT_THUMB] = home[6] + (-0.95 * pitch[0], thumb_y - home_y)
    return Fingering(finger, home, boundary, pitch)


def _home_row(layout: Layout, rows: list[IntArray], lit: np.ndarray) -> int:
    """Two rows above the space bar; without one the row in the middle that has characters."""
    with_chars = [n for n, row in enumerate(rows) if lit[row].any()]
    for number, row in enumerate(rows):
        if any(layout.keys[k].role == "space" for k in row):
            candidates = [n for n in with_chars if n < number]
            if candidates:
                return candidates[max(len(candidates) - 2, 0)]
    return with_chars[len(with_chars) // 2]


def _home_columns(columns: FloatArray, pitch: float) -> tuple[FloatArray, int]:
    """x of the eight home places (left pinky .. right pinky) and how many columns there were."""
    n = len(columns)
    if n >= 10:
        left, right = columns[:4], columns[6:10]
    elif n >= 8:
        left, right = columns[:4], columns[n - 4 :]
    elif n >= 5:
        left, right = columns[: n // 2], columns[n // 2 :]
    else:
        left, right = columns[:0], columns
    end = float(columns[0]) - 2 * pitch if len(left) == 0 else float(left[-1])
    padded_left = np.array([end - pitch * (3 - i) for i in range(4)])
    padded_left[4 - len(left) :] = left
    if len(left) and len(left) < 4:
        padded_left[: 4 - len(left)] = left[0] - pitch * np.arange(4 - len(left), 0, -1)
    start = float(right[0])
    padded_right = np.array([start + pitch * i for i in range(4)])
    padded_right[: len(right)] = right[:4]
    if len(right) < 4:
        padded_right[len(right) :] = right[-1] + pitch * np.arange(1, 5 - len(right))
    return np.concatenate([padded_left, padded_right]), n


def _cuts(home_x: FloatArray, column_count: int, pitch: float) -> FloatArray:
    """(7,) x on the home row between the columns of neighbouring fingers."""
    cuts = (home_x[:-1] + home_x[1:]) / 2
    if column_count >= 5:
        cuts[2] = home_x[3] - pitch / 2
        cuts[4] = home_x[4] + pitch / 2
    else:
        cuts[3] = home_x[4] - pitch
    return np.asarray(cuts)


def _row_shifts(
    rows: list[IntArray],
    centres: FloatArray,
    lit: np.ndarray,
    home_row: int,
    columns: FloatArray,
    pitch: float,
) -> list[float]:
    """How far each row's columns stand right of the home row's; rows lean left going away.

    A row's stagger is only known up to a whole key, so the step between neighbouring rows is taken
    from -0.75 to 0.25 keys going away from the typist, which fits staggered and straight grids.
    """
    shifts = [0.0] * len(rows)
    for direction in (-1, 1):
        reference, total = columns, 0.0
        number = home_row + direction
        while 0 <= number < len(rows):
            row = rows[number][lit[rows[number]]]
            if len(row) >= 3:
                xs = centres[row, 0]
                offset = float(np.median((xs - reference[0]) / pitch % 1.0))
                step = (offset + 0.75) % 1.0 - 0.75 if direction < 0 else (offset + 0.25) % 1 - 0.25
                total += (0.25 if abs(step + 0.75) < 1e-6 and direction < 0 else step) * pitch
                reference = xs
            shifts[number] = total
            number += direction
    return shifts


def _give_to_thumbs(
    layout: Layout, centres: FloatArray, finger: IntArray, boundary: float, rows: list[IntArray]
) -> None:
    """Space, and what lies next to it in its row under the index fingers, belongs to the thumbs."""
    for row in rows:
        spaces = [k for k in row if layout.keys[k].role == "space"]
        if not spaces:
            continue
        low, high = rows_extent(layout, spaces)
        for k in row:
            near = low - 0.08 <= layout.keys[k].box[0] + layout.keys[k].box[2] / 2 <= high + 0.08
            if layout.keys[k].role == "space" or near:
                finger[k] = LEFT_THUMB if centres[k, 0] < boundary else RIGHT_THUMB


def rows_extent(layout: Layout, keys: list[int]) -> tuple[float, float]:
    """Left and right end of some keys in key space."""
    boxes = [layout.keys[k].box for k in keys]
    return min(b[0] for b in boxes), max(b[0] + b[2] for b in boxes)


def _thumb_row_y(layout: Layout, centres: FloatArray, home_y: float, pitch: float) -> float:
    """y where thumbs rest: the upper part of the space bar, else 1.7 rows below the home row."""
    spaces = [n for n, key in enumerate(layout.keys) if key.role == "space"]
    if not spaces:
        return home_y - 1.7 * pitch
    return float(centres[spaces[0], 1]) + 0.35 * pitch


def chords_of(layout: Layout) -> dict[str, Chord]:
    """Every character the layout writes, with the easiest way to write it."""
    chords: dict[str, Chord] = {}
    levels = ("", "shift", "altgr")
    roles = {key.role for key in layout.keys}
    for level, modifier in enumerate(levels):
        if modifier and modifier not in roles:
            continue
        for key in layout.keys:
            legend = key.legends[level]
            if key.role in _LIT_ROLES and legend and legend not in chords:
                chords[legend] = Chord(key.name, modifier)
    for role, character in (("space", " "), ("enter", "\n"), ("tab", "\t")):
        holder = first_of_role(layout, role)
        if holder is not None:
            chords.setdefault(character, Chord(holder.name))
    return chords


def first_of_role(layout: Layout, role: str) -> KeyBox | None:
    """The first key with this role, None when there is none."""
    return next((key for key in layout.keys if key.role == role), None)


def chords_for_text(layout: Layout, text: str) -> list[Chord]:
    """One chord for each character of ``text``.

    Raises SimulationError when the text is empty or has characters the layout cannot write.
    """
    if not text:
        raise SimulationError("text to type: expected at least one character, got an empty text")
    chords = chords_of(layout)
    missing = sorted({c for c in text if c not in chords})
    if missing:
        shown = " ".join(repr(c) for c in missing[:12])
        raise SimulationError(
            f"text to type: the layout '{layout.name}' has no key for {shown}; "
            "choose another layout or leave them out"
        )
    return [chords[c] for c in text]
