"""The plane in which fingers are tracked: the picture, turned and scaled like the mat.

Tracking in mm on the mat would be wrong for lifted fingers: seen from 25 degrees above, 10 mm of
height look like 21 mm along the paper. Tracking in px would depend on the camera's side and on the
resolution. So ``u``: the picture's own (isotropic) plane, turned so that +x is the typist's right
and scaled so that 1 is about one mm along x at the keyboard's middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray

#: Width of the scene in mm that is assumed while no mat is known: a keyboard and some margin.
_ASSUMED_VIEW_MM = 420.0
_PROBE_MM = 20.0


@dataclass(frozen=True, eq=False)
class WorkPlane:
    """A similarity between px and u.

    origin_px: (2,) where u is zero. axes: (2, 2) rows are the directions of u's axes in px, unit
    length. px_per_unit: scale. foreshortening: length of 1 mm along the mat's y in u (1 from
    straight above, 0.4 from 25 degrees above the paper).
    """

    origin_px: FloatArray
    axes: FloatArray
    px_per_unit: float
    foreshortening: float

    def to_u(self, px: FloatArray) -> FloatArray:
        """Map (..., 2) px to u."""
        mapped: FloatArray = (px - self.origin_px) @ self.axes.T / self.px_per_unit
        return mapped

    def to_px(self, u: FloatArray) -> FloatArray:
        """Map (..., 2) u to px."""
        mapped: FloatArray = u @ self.axes * self.px_per_unit + self.origin_px
        return mapped


def assumed_plane(image_wh: tuple[int, int]) -> WorkPlane:
    """The plane while no mat is known: a camera across the mat that faces the typist."""
    width, height = image_wh
    return WorkPlane(
        np.array([width / 2, height / 2]),
        np.array([[-1.0, 0.0], [0.0, 1.0]]),
        max(width, 1) / _ASSUMED_VIEW_MM,
        0.5,
    )


def plane_of(mm_to_px: FloatArray) -> WorkPlane | None:
    """The plane for a mat; None when the homography is degenerate at the keyboard's middle."""
    probe = np.array([[0, 0], [_PROBE_MM, 0], [-_PROBE_MM, 0], [0, _PROBE_MM], [0, -_PROBE_MM]])
    px = apply_homography(mm_to_px, probe)
    if not np.isfinite(px).all():
        return None
    along_x, along_y = (px[1] - px[2]) / (2 * _PROBE_MM), (px[3] - px[4]) / (2 * _PROBE_MM)
    scale = float(np.hypot(*along_x))
    if scale < 1e-3:
        return None
    axis_x = along_x / scale
    axis_y = np.array([-axis_x[1], axis_x[0]])
    if axis_y @ along_y < 0:
        axis_y = -axis_y
    return WorkPlane(
        px[0], np.stack([axis_x, axis_y]), scale, float(np.clip(axis_y @ along_y / scale, 0.05, 2))
    )


def apply_homography(
    matrix: FloatArray, points: FloatArray, inside: FloatArray | None = None
) -> FloatArray:
    """Map (N, 2) points; NaN where a point lies on or beyond the horizon.

    inside: (2,) a point on the near side of the horizon, the origin unless given. In the picture
    that has to be a point of the mat: a low camera sees the horizon, and the picture's corner lies
    beyond it.
    """
    inside = np.zeros(2) if inside is None else inside
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]
    weight = homogeneous[:, 2:]
    side = float(matrix[2, :2] @ inside + matrix[2, 2])
    with np.errstate(divide="ignore", invalid="ignore"):
        near = weight * np.sign(side) > 1e-9 * abs(side)
        mapped: FloatArray = np.where(near, homogeneous[:, :2] / weight, np.nan)
    return mapped
