"""Homographies of the paper's plane: applying, fitting and differentiating them.

A homography is a (3, 3) matrix that maps (x, y, 1); names say from where to where, as in
``mm_to_px``. Scaled so that points in front of the camera have a positive third coordinate.
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray


def apply_homography(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """Map (..., 2) points. A point on the vanishing line comes out as NaN or infinite."""
    xy = np.asarray(points, float)
    mapped = xy @ matrix[:, :2].T + matrix[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        result: FloatArray = mapped[..., :2] / mapped[..., 2:]
    return result


def invert(matrix: FloatArray) -> FloatArray:
    """The inverse homography, scaled to a last element of one where that is possible."""
    inverse: FloatArray = np.linalg.inv(matrix)
    return inverse / inverse[2, 2] if abs(inverse[2, 2]) > 1e-12 else inverse


def quad_homographies(source: FloatArray, targets: FloatArray) -> FloatArray:
    """Exact homographies from four points to many sets of four points.

    source: (4, 2). targets: (N, 4, 2). Returns (N, 3, 3), NaN where four targets determine none.
    """
    count = len(targets)
    shift = source.mean(axis=0)
    scale = float(np.abs(source - shift).max()) or 1.0
    x, y = ((source - shift) / scale).T
    system = np.zeros((count, 8, 8))
    system[:, 0::2, 0], system[:, 0::2, 1], system[:, 0::2, 2] = x, y, 1.0
    system[:, 1::2, 3], system[:, 1::2, 4], system[:, 1::2, 5] = x, y, 1.0
    u, v = targets[..., 0], targets[..., 1]
    system[:, 0::2, 6], system[:, 0::2, 7] = -x * u, -y * u
    system[:, 1::2, 6], system[:, 1::2, 7] = -x * v, -y * v
    right = targets.reshape(count, 8)
    determinant = np.linalg.det(system)
    good = np.isfinite(determinant) & (np.abs(determinant) > 1e-9)
    result = np.full((count, 3, 3), np.nan)
    if good.any():
        solved = np.linalg.solve(system[good], right[good][..., None])[..., 0]
        full = np.concatenate([solved, np.ones((len(solved), 1))], axis=1).reshape(-1, 3, 3)
        to_unit = np.array(
            [[1 / scale, 0, -shift[0] / scale], [0, 1 / scale, -shift[1] / scale], [0, 0, 1]]
        )
        result[good] = full @ to_unit
    return result


def fit_homography(source: FloatArray, target: FloatArray) -> FloatArray | None:
    """Least squares over four or more point pairs, (N, 2) each; None when they determine none.

    Normalised direct linear transform, then two Gauss-Newton steps on the distance in ``target``.
    """
    if len(source) < 4:
        return None
    from_source, from_target = _normaliser(source), _normaliser(target)
    s, t = apply_homography(from_source, source), apply_homography(from_target, target)
    one = np.ones(len(s))
    zero = np.zeros((len(s), 3))
    homogeneous = np.column_stack([s, one])
    rows = np.vstack(
        [
            np.hstack([homogeneous, zero, -homogeneous * t[:, :1]]),
            np.hstack([zero, homogeneous, -homogeneous * t[:, 1:]]),
        ]
    )
    if not np.all(np.isfinite(rows)):
        return None
    _, singular, basis = np.linalg.svd(rows)
    if singular[7] < 1e-9 * singular[0]:
        return None
    matrix = basis[8].reshape(3, 3)
    for _ in range(2):
        residual = (t - apply_homography(matrix, s)).ravel()
        jacobian = homography_jacobian(matrix, s).reshape(-1, 9)
        step = np.linalg.lstsq(jacobian, residual, rcond=None)[0]
        matrix = matrix + step.reshape(3, 3)
    full = np.linalg.inv(from_target) @ matrix @ from_source
    if not np.all(np.isfinite(full)) or abs(np.linalg.det(full)) < 1e-15:
        return None
    return facing(full, source)


def facing(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """The same homography with the sign that puts ``points`` in front, and unit scale."""
    depth = np.asarray(points) @ matrix[2, :2] + matrix[2, 2]
    scale = float(np.linalg.norm(matrix[2, :2]) * 100 + abs(matrix[2, 2]))
    result: FloatArray = matrix * ((1.0 if np.median(depth) > 0 else -1.0) / scale)
    return result


def homography_jacobian(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """(N, 2, 9): derivative of the mapped (N, 2) points by the nine elements of the matrix."""
    xy = np.column_stack([points, np.ones(len(points))])
    mapped = xy @ matrix.T
    inverse_depth = 1.0 / mapped[:, 2:3]
    result = np.zeros((len(points), 2, 9))
    result[:, 0, 0:3] = xy * inverse_depth
    result[:, 1, 3:6] = xy * inverse_depth
    result[:, 0, 6:9] = -xy * (mapped[:, 0:1] * inverse_depth**2)
    result[:, 1, 6:9] = -xy * (mapped[:, 1:2] * inverse_depth**2)
    return result


def anchor_jacobian(anchors_mm: FloatArray, matrix: FloatArray, points: FloatArray) -> FloatArray:
    """(N, 2, 8): derivative of mapped points by the px positions of four anchors.

    Four anchors in px determine the homography, and unlike its elements they are all of one kind.
    anchors_mm: (4, 2) the anchors on the paper. points: (N, 2) mm.
    """
    # The scale of the matrix is free: its last element, which is not zero for a plane whose origin
    # lies in front of the camera, is held.
    by_elements = homography_jacobian(matrix, anchors_mm)[..., :8].reshape(8, 8)
    result: FloatArray = homography_jacobian(matrix, points)[..., :8] @ np.linalg.inv(by_elements)
    return result


def _normaliser(points: FloatArray) -> FloatArray:
    centre = points.mean(axis=0)
    scale = float(np.sqrt(2) / max(np.hypot(*(points - centre).T).mean(), 1e-12))
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])
