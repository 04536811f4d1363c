"""The mat of a layout as a drawing: keys, legends, markers, ruler and how to print it."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import KeyBox, Layout, MarkerPlace
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.geometry.markers import CELLS, code_cells
from cameratokeyboard.mat.drawing import Drawing, Fill, disc, frame, rectangle, scaled
from cameratokeyboard.mat.glyphs import text_fills, text_width

#: Most printers leave this much of each side of the paper blank, mm.
PRINTER_MARGIN_MM = 5.0
#: Below this scale fingers no longer fit the keys (18.5 mm becomes 11).
MIN_SCALE = 0.6
RULER_MM = 100.0

_LINE_MM = 0.35
_MODIFIER_GREY, _LINE_GREY, _SECONDARY_GREY = 0.87, 0.25, 0.3
_HINT_CAP_MM = 2.3
#: White cells of a code overlap by this, so that viewers show no seam between them, mm.
_SEAM_MM = 0.02
#: Places in the home row, counted from the left, of the keys under the index fingers.
_BUMP_PLACES = (3, 6)


def mat_scale(layout: Layout, paper_mm: tuple[float, float]) -> float:
    """The scale at which a mat fits a paper, 1 where it fits as it is.

    Raises SettingsError when the keys would become too small to type on.
    """
    half_w = max(layout.size_mm[0] / 2, *(abs(m.xy_mm[0]) + m.side_mm / 2 for m in layout.markers))
    half_h = max(layout.size_mm[1] / 2, *(abs(m.xy_mm[1]) + m.side_mm / 2 for m in layout.markers))
    room_w, room_h = (side / 2 - PRINTER_MARGIN_MM for side in paper_mm)
    scale = min(1.0, room_w / half_w, room_h / half_h)
    if scale < MIN_SCALE:
        least = (2 * (half * MIN_SCALE + PRINTER_MARGIN_MM) for half in (half_w, half_h))
        wide, high = (int(np.ceil(side)) for side in least)
        raise SettingsError(
            f"paper of {paper_mm[0]:g} x {paper_mm[1]:g} mm: the mat '{layout.name}' would shrink "
            f"to {scale:.0%}, too small to type on; expected at least {wide} x {high} mm"
        )
    return scale


def mat_drawing(
    layout: Layout, paper_mm: tuple[float, float] | None = None, *, hints: bool = True
) -> Drawing:
    """The printable mat of a layout.

    paper_mm: width and height, the layout's own paper when None. A mat that is too large for it
    is made smaller as a whole, markers included, about the middle: the markers then still say
    where the keys are, and no setting is needed. hints: print the ruler and the advice.
    """
    paper = paper_mm or layout.paper_mm
    scale = mat_scale(layout, paper)
    fills: list[Fill] = []
    sizes = layout.sizes_mm()
    pitch = float(np.median(sizes[:, 1]))
    for key, centre, size in zip(layout.keys, layout.centres_mm(), sizes, strict=True):
        (x, y), (wide, high) = centre.tolist(), size.tolist()
        fills += _key(key, (x, y), (wide, high), pitch)
    fills += _bumps(layout)
    fills += _outer_frame(layout)
    for marker in layout.markers:
        fills += _marker(marker)
    fills = scaled(fills, scale)
    if hints:
        fills += _hints(layout, paper, scale)
    return Drawing(paper, tuple(fills), f"{layout.title} at {scale:.1%}")


def _key(
    key: KeyBox, centre: tuple[float, float], size: tuple[float, float], pitch: float
) -> list[Fill]:
    """A key's ground, outline and legends; letters are sized by the key pitch."""
    (x, y), (wide, high) = centre, size
    fills = []
    if key.role not in {"char", "dead", "space"}:
        fills.append(Fill((rectangle(x, y, wide, high),), _MODIFIER_GREY))
    fills.append(frame(x, y, wide + _LINE_MM, high + _LINE_MM, _LINE_MM, _LINE_GREY))
    left, right = x - wide / 2 + 0.11 * pitch, x + wide / 2 - 0.11 * pitch
    top, bottom = y + high / 2, y - high / 2
    if key.label:
        cap = _fitting(key.label, 0.15 * pitch, right - left)
        return fills + text_fills(key.label, left, top - 0.14 * pitch - cap, cap)
    if key.role == "space":
        return fills
    plain, shifted, altgr = key.legends
    if plain.isalpha() and plain.upper() == shifted:
        fills += text_fills(shifted, left, top - 0.43 * pitch, 0.3 * pitch)
    else:
        fills += text_fills(shifted, left, top - 0.38 * pitch, 0.24 * pitch)
        fills += text_fills(plain, left, bottom + 0.14 * pitch, 0.24 * pitch)
    if altgr and altgr not in {plain, shifted}:
        fills += text_fills(
            altgr, right, bottom + 0.14 * pitch, 0.2 * pitch, align="right", grey=_SECONDARY_GREY
        )
    return fills


def _fitting(text: str, cap_mm: float, room_mm: float) -> float:
    """The height of capitals at which a text is no wider than ``room_mm``."""
    width = text_width(text, cap_mm)
    return cap_mm if width <= room_mm else cap_mm * room_mm / width


def _bumps(layout: Layout) -> list[Fill]:
    """Bars on the keys where the index fingers rest, to be felt when drawn over with a pen."""
    fills = []
    home = [key for key in layout.keys if key.name == "a" or key.role == "caps"]
    if not home:
        return []
    anchor = next((key for key in home if key.role == "caps"), home[0])
    row = sorted(
        (k for k in layout.keys if k.role == "char" and abs(k.box[1] - anchor.box[1]) < 1e-6),
        key=lambda k: k.box[0],
    )
    for place in _BUMP_PLACES:
        if place < len(row):
            box = np.array(row[place].box)
            x, y = layout.key_to_mm(box[:2] + box[2:] * np.array([0.5, 0.9]))
            width = box[2] * layout.size_mm[0]
            fills.append(Fill((rectangle(float(x), float(y), 0.24 * width, 0.9),), _LINE_GREY))
    return fills


def _outer_frame(layout: Layout) -> list[Fill]:
    width, height = layout.size_mm
    line = 2 * _LINE_MM
    return [frame(0, 0, width + 2 * line, height + 2 * line, line, _LINE_GREY)]


def _marker(marker: MarkerPlace) -> list[Fill]:
    """A marker: a black square with its code in white, or with a white disc for no code."""
    (x, y), side = marker.xy_mm, marker.side_mm
    fills = [Fill((rectangle(x, y, side, side),), 0.0)]
    if marker.code is None:
        return [*fills, disc(x, y, 0.22 * side, 1.0)]
    cells = code_cells(marker.code)
    cell = side / CELLS
    padded = np.pad(cells, ((0, 1), (0, 1)))
    for row, column in np.argwhere(cells > 0.5):
        reach = np.array([padded[row, column + 1], padded[row + 1, column]]) * _SEAM_MM
        left = x - side / 2 + column * cell
        top = y + side / 2 - row * cell
        fills.append(
            Fill(
                (
                    rectangle(
                        float(left + (cell + reach[0]) / 2),
                        float(top - (cell + reach[1]) / 2),
                        float(cell + reach[0]),
                        float(cell + reach[1]),
                    ),
                ),
                1.0,
            )
        )
    return fills


def _hints(layout: Layout, paper: tuple[float, float], scale: float) -> list[Fill]:
    """What a person has to know, on the two strips between the markers."""
    half = layout.size_mm[1] / 2 * scale
    inner = min(abs(m.xy_mm[0]) - m.side_mm / 2 * (1 + 2 / CELLS) for m in layout.markers) * scale
    reach = min(paper[1] / 2 - PRINTER_MARGIN_MM, half + 55)
    room = reach - half
    if room < 14 or inner < RULER_MM / 2:
        return []
    top = [f"Camera to Keyboard: {layout.title}, layout '{layout.name}'"]
    size = "full size" if scale == 1 else f"scaled to {scale:.1%} to fit this paper, markers too"
    top.append(f"Keyboard {layout.size_mm[0] * scale:.1f} mm wide, {size}.")
    top.append("The camera stands on this side and faces you: lay this edge towards it.")
    bottom = [
        'Print at 100 % ("actual size"), not "fit to page"; the line above must measure 100 mm.',
        "Lay the sheet flat and tape it down. Keep all four squares in the camera's view.",
    ]
    if scale < 1:
        bottom.append("Keys and markers are scaled together: use the layout as it is.")
    cap = min(_HINT_CAP_MM, room / 14)
    fills = _lines(top, half + 0.5 * room, cap, 2 * inner)
    ruler_y = -half - 0.28 * room
    return fills + _ruler(ruler_y, cap) + _lines(bottom, ruler_y - 6 * cap, cap, 2 * inner)


def _lines(lines: list[str], middle: float, cap: float, room: float) -> list[Fill]:
    """Centred lines of text around a height."""
    step = 2.2 * cap
    fills: list[Fill] = []
    for number, line in enumerate(lines):
        y = middle + ((len(lines) - 1) / 2 - number) * step - cap / 2
        fills += text_fills(line, 0, y, _fitting(line, cap, room), align="centre", grey=0.2)
    return fills


def _ruler(y: float, cap: float) -> list[Fill]:
    """A ruler of 100 mm with a tick every 10 mm, to check the print's scale."""
    fills = [Fill((rectangle(0, y, RULER_MM, 0.3),), 0.0)]
    for tick in range(0, int(RULER_MM) + 1, 10):
        high = 4.0 if tick % 50 == 0 else 2.4
        x = tick - RULER_MM / 2
        # The outermost ticks end where the ruler ends, so that outer edge to outer edge is 100 mm.
        inset = 0.15 if tick == 0 else -0.15 if tick == RULER_MM else 0.0
        fills.append(Fill((rectangle(x + inset, y + high / 2, 0.3, high),), 0.0))
        if tick % 50 == 0:
            label = f"{tick} mm" if tick == RULER_MM else str(tick)
            fills += text_fills(label, x, y - 1.9 * cap, cap, align="centre")
    return fills
