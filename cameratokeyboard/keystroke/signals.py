"""What can be read from ten fingertips about their height: nothing absolute, but motion.

One camera does not see height. It sees the picture's "up", along which height above the paper and
(foreshortened) distance along the paper add up. A strike is fast and small along the paper, so its
motion along "up" is nearly all height.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import Fingers, FloatArray

_PROBE_MM = 5.0
#: Seen from straight above, height is invisible; below this share it is not scaled up any more.
_SMALLEST_COSINE = 0.35


@dataclass(frozen=True, eq=False)
class ViewScale:
    """How lengths at each finger look in the picture; (10, ...) may have an axis of time in front.

    origin_px: (2,) the mat's middle. up: (2,) unit vector in px along which height above the paper
    appears. side: (2,) unit vector in px across it, towards the typist's right. toward_y: +1 when
    height looks like a way towards the number row, -1 when like one towards the typist (camera in
    front). px_per_mm: (10,) scale along the mat's x. foreshortening: (10,) length of 1 mm along y
    over 1 mm along x, the sine of the viewing angle. mm_per_px: (10, 2, 2) the local derivative of
    the mat's mm by px.
    """

    origin_px: FloatArray
    up: FloatArray
    side: FloatArray
    toward_y: float
    px_per_mm: FloatArray
    foreshortening: FloatArray
    mm_per_px: FloatArray

    def lift_mm(self, px: FloatArray) -> FloatArray:
        """(10,) positions along "up", scaled so that differences are mm of height."""
        return np.asarray((px - self.origin_px) @ self.up / (self.px_per_mm * self.cosine))

    def side_mm(self, px: FloatArray) -> FloatArray:
        """(10,) positions across "up", in mm towards the typist's right."""
        return np.asarray((px - self.origin_px) @ self.side / self.px_per_mm)

    @property
    def cosine(self) -> FloatArray:
        """(10,) length in the picture of 1 mm of height over 1 mm along x, as far as used."""
        return np.asarray(np.sqrt(np.clip(1 - self.foreshortening**2, _SMALLEST_COSINE**2, 1)))

    def covariance_mm2(self, finger: int, sigma_px: float) -> FloatArray:
        """(2, 2) uncertainty on the mat of a point known to ``sigma_px`` in the picture."""
        jacobian = self.mm_per_px[finger]
        return np.asarray(jacobian @ jacobian.T * sigma_px**2)


def view_scale(fingers: Fingers) -> ViewScale | None:
    """The scales at these fingers; None while no mat is known or nothing is in view.

    Fingers without a position get the scale of the mat's middle.
    """
    return None if fingers.mm_to_px is None else scale_at(fingers.mm_to_px, fingers.mm)


def scale_at(matrix: FloatArray, mm: FloatArray) -> ViewScale | None:
    """The scales at places (..., 10, 2) of a mat seen through the homography ``matrix``.

    None for a view in which the mat has no size. NaN places get the scale of the mat's middle.
    """
    at = np.where(np.isfinite(mm), mm, 0.0)
    along_x, along_y = (
        (_map(matrix, at + step) - _map(matrix, at - step)) / (2 * _PROBE_MM)
        for step in np.eye(2) * _PROBE_MM
    )
    scale = np.hypot(along_x[..., 0], along_x[..., 1])
    across = np.abs(along_x[..., 0] * along_y[..., 1] - along_x[..., 1] * along_y[..., 0])
    if not np.isfinite(across).all() or (across < 1e-9).any():
        return None
    mm_per_px = np.linalg.inv(np.stack([along_x, along_y], axis=-1))
    up = _up_direction(matrix)
    side = np.array([-up[1], up[0]])
    middle = np.zeros((1, 2))
    if side @ (_map(matrix, np.array([[_PROBE_MM, 0.0]])) - _map(matrix, middle))[0] < 0:
        side = -side
    upward = np.mean(mm_per_px @ up, axis=tuple(range(mm_per_px.ndim - 2)))
    return ViewScale(
        _map(matrix, middle)[0],
        up,
        side,
        1.0 if float(upward[1]) > 0 else -1.0,
        scale,
        np.clip(across / scale**2, 0.02, 1.0),
        mm_per_px,
    )


def _up_direction(mm_to_px: FloatArray) -> FloatArray:
    """From the mat's middle towards its horizon: there the paper's normal appears.

    The horizon is the image of the plane's line at infinity. Without one in reach (a camera
    straight above) the picture's own up is as good as any.
    """
    line = np.linalg.inv(mm_to_px).T @ np.array([0.0, 0.0, 1.0])
    length = float(np.hypot(line[0], line[1]))
    if length < 1e-12 * abs(float(line[2])) or not np.isfinite(length) or length == 0:
        return np.array([0.0, -1.0])
    normal = line[:2] / length
    middle = _map(mm_to_px, np.zeros((1, 2)))[0]
    distance = float(middle @ normal + line[2] / length)
    return np.asarray(-normal if distance > 0 else normal)


def _map(matrix: FloatArray, points: FloatArray) -> FloatArray:
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(mapped[..., :2] / mapped[..., 2:])
