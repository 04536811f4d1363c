"""The printable mat: from a layout to PDF, SVG, PNG or a picture in memory."""

from __future__ import annotations

from cameratokeyboard.datatypes import ImageArray, Layout


def picture(
    layout: Layout,
    px_per_mm: float,
    *,
    paper_mm: tuple[float, float] | None = None,
    hints: bool = True,
) -> ImageArray:
    """(H, W) uint8, the printed mat as a grey picture, the number row on top.

    The middle of the paper, the origin of the mat's mm, is the middle of the picture: a point
    (x, y) mm lies at px ((W - 1) / 2 + x * px_per_mm, (H - 1) / 2 - y * px_per_mm), with the
    mat's scale (see sheet.mat_scale) when the paper is too small for it.
    """
    from cameratokeyboard.mat.raster import render
    from cameratokeyboard.mat.sheet import mat_drawing

    return render(mat_drawing(layout, paper_mm, hints=hints), px_per_mm)
