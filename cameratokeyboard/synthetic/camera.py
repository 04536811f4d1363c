"""The pinhole camera of the rendered scene, with radial distortion, and how its places are drawn.

The same formula projects points here and vertices in ``shaders/mesh.vert``: labels are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.errors import SimulationError

#: Where the camera looks over the back of the hands, wrists are at most this high, and so much
#: farther from the pads.
LOW_HANDS_MM, FLAT_HANDS_MM = 9.0, 22.0
#: Share of front cameras of stills that look down steeply, most of them from near [assumed].
_HIGH_SHARE = 0.2


class View(StrEnum):
    """Where the camera stands: facing the typist, over the mat, or behind the typist."""

    FRONT = "front"
    ABOVE = "above"
    BEHIND = "behind"

    def wrists_seen_past(self, wrists_mm: FloatArray) -> FloatArray:
        """Wrists (..., 3) mm as people hold them before this camera.

        Raised hands and bent fingers hide the fingertips from a camera above or behind: who films
        from there keeps the hands low and flat [assumed].
        """
        if self is View.FRONT:
            return wrists_mm
        low = np.minimum(wrists_mm, [np.inf, np.inf, LOW_HANDS_MM])
        return np.asarray(low - [0.0, FLAT_HANDS_MM, 0.0])


@dataclass(frozen=True, eq=False)
class SceneCamera:
    """A camera over the mat.

    rotation: (3, 3) mm -> camera axes (x right, y down, z forward). translation: (3,) mm.
    focal_px, centre_px: intrinsics in px. size_wh: px. distortion: k1, k2 of the radial model
    ``x' = x (1 + k1 r^2 + k2 r^4)`` on normalised coordinates.
    """

    rotation: FloatArray
    translation: FloatArray
    focal_px: float
    centre_px: tuple[float, float]
    size_wh: tuple[int, int]
    distortion: tuple[float, float] = (0.0, 0.0)

    #: Beyond this squared radius the polynomial is held constant: it would fold back.
    R2_LIMIT = 1.6

    @property
    def position_mm(self) -> FloatArray:
        """(3,) mm: where the camera stands."""
        return np.asarray(-self.rotation.T @ self.translation)

    def project(self, points_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Map (..., 3) mm to (..., 2) px and (...,) depth in mm along the optical axis.

        Points behind the camera give NaN.
        """
        cam = np.asarray(points_mm, float) @ self.rotation.T + self.translation
        depth = cam[..., 2]
        safe = np.where(depth > 1.0, depth, np.nan)
        flat = cam[..., :2] / safe[..., None]
        r2 = np.minimum((flat**2).sum(-1), self.R2_LIMIT)
        k1, k2 = self.distortion
        flat = flat * (1 + r2 * (k1 + k2 * r2))[..., None]
        return flat * self.focal_px + np.array(self.centre_px), safe

    def paper_homography(self) -> FloatArray:
        """(3, 3) mm -> px of the paper's plane, but for the lens's distortion."""
        x, y = self.centre_px
        intrinsics = np.array([[self.focal_px, 0, x], [0, self.focal_px, y], [0, 0, 1]])
        return np.asarray(intrinsics @ np.column_stack([self.rotation[:, :2], self.translation]))

    def resized(self, size_wh: tuple[int, int]) -> SceneCamera:
        """The same view on another grid of pixels of the same proportions."""
        scale = size_wh[0] / self.size_wh[0]
        return SceneCamera(
            self.rotation,
            self.translation,
            self.focal_px * scale,
            (self.centre_px[0] * scale, self.centre_px[1] * scale),
            size_wh,
            self.distortion,
        )

    def to_json(self) -> dict[str, Any]:
        """Intrinsics and pose for truth files."""
        return {
            "size": list(self.size_wh),
            "focal_px": round(self.focal_px, 3),
            "centre_px": [round(c, 3) for c in self.centre_px],
            "distortion": list(self.distortion),
            "rotation": np.round(self.rotation, 6).tolist(),
            "translation": np.round(self.translation, 3).tolist(),
        }


def look_at(
    position_mm: FloatArray, target_mm: FloatArray, roll_deg: float
) -> tuple[FloatArray, FloatArray]:
    """Rotation (3, 3) and translation (3,) of a camera that looks from one point to another."""
    forward = np.asarray(target_mm, float) - position_mm
    length = float(np.linalg.norm(forward))
    if length < 1.0:
        raise SimulationError("camera: position and target must be at least 1 mm apart")
    forward = forward / length
    right = np.cross(forward, [0.0, 0.0, 1.0])
    if np.linalg.norm(right) < 1e-6:  # straight down: the picture's top is the number row's side
        right = np.array([1.0, 0.0, 0.0])
    right = right / np.linalg.norm(right)
    down = np.cross(forward, right)
    roll = np.deg2rad(roll_deg)
    axes = np.stack(
        [
            np.cos(roll) * right + np.sin(roll) * down,
            -np.sin(roll) * right + np.cos(roll) * down,
            forward,
        ]
    )
    return axes, -axes @ np.asarray(position_mm, float)


@dataclass(frozen=True)
class CameraPlan:
    """A camera in the words of a photographer.

    yaw_deg: 0 across the mat facing the typist, 180 behind. pitch_deg: downward angle.
    distance_mm: to the target. target_mm: the point of the mat in the picture's middle (before
    ``shift``). hfov_deg: horizontal field of view. shift: principal point moved by this share of
    the width, as a crop out of the middle does.
    """

    yaw_deg: float = 0.0
    pitch_deg: float = 30.0
    distance_mm: float = 450.0
    target_mm: tuple[float, float, float] = (0.0, -10.0, 15.0)
    hfov_deg: float = 62.0
    roll_deg: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    distortion: tuple[float, float] = (0.0, 0.0)

    def build(self, size_wh: tuple[int, int]) -> SceneCamera:
        """The camera for a picture of this size in px."""
        yaw, pitch = np.deg2rad(self.yaw_deg), np.deg2rad(self.pitch_deg)
        way = np.array(
            [np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)], float
        )
        target = np.array(self.target_mm, float)
        rotation, translation = look_at(target + way * self.distance_mm, target, self.roll_deg)
        width, height = size_wh
        focal = width / 2 / np.tan(np.deg2rad(self.hfov_deg) / 2)
        centre = (width * (0.5 + self.shift[0]), height * 0.5 + width * self.shift[1])
        return SceneCamera(rotation, translation, float(focal), centre, size_wh, self.distortion)


def draw_plan(rng: np.random.Generator, view: View, whole_mat: bool = False) -> CameraPlan:
    """Draw a camera as people place them: phones on stacks of books, webcams on screens.

    whole_mat: keep the whole mat in the picture (for clips); otherwise hands fill more of it, and
    they or the mat may be cut.
    The ranges widen those of the design (15-45 degrees down, 25-60 cm) [assumed].
    """
    spread = 0.5 if whole_mat else 1.0
    # How near people like to stand; who wants the whole mat goes by the lens alone (below).
    liked = float(rng.uniform(220, 560))
    if view is View.ABOVE:
        yaw = float(rng.choice([0.0, 180.0]) + rng.normal(0, 12))
        pitch = float(rng.uniform(62, 86))
    elif view is View.BEHIND:
        yaw = float(180 + rng.normal(0, 18))
        pitch = float(rng.uniform(38, 65))
    else:
        yaw = float(rng.normal(0, 15 * spread))
        pitch = float(np.clip(rng.gamma(7.0, 4.0), 9, 60))
        if not whole_mat and rng.uniform() < _HIGH_SHARE:
            pitch = float(rng.uniform(40, 62))
            liked = float(rng.uniform(180, 380))
    distance, hfov = _draw_framing(rng, None if whole_mat else liked)
    off = rng.normal(0, 1, 2) * (np.array([8, 6]) if whole_mat else np.array([22, 16]))
    # Photographers aim at the hands, which stand over the mat's nearer half.
    back, height = (15.0, 15.0) if whole_mat or view is not View.FRONT else (32.0, 28.0)
    return CameraPlan(
        yaw_deg=yaw,
        pitch_deg=pitch,
        distance_mm=distance,
        target_mm=(float(off[0]), float(off[1]) - back, height),
        hfov_deg=hfov,
        roll_deg=float(rng.normal(0, 2.5 if whole_mat else 4.0)),
        shift=(
            float(rng.normal(0, 0.02 if whole_mat else 0.04)),
            float(rng.normal(0.0, 0.02 if whole_mat else 0.05)),
        ),
        distortion=(float(rng.normal(-0.01, 0.03)), float(rng.normal(0, 0.008))),
    )


def _draw_framing(rng: np.random.Generator, liked_mm: float | None) -> tuple[float, float]:
    """Distance in mm and horizontal field of view in degrees that show a wanted part of the table.

    liked_mm: where the photographer would stand, so that he zooms in or crops as needed; None for
    any lens, and the distance that it asks for.
    """
    if liked_mm is None:
        hfov, wanted = float(rng.uniform(58, 78)), float(rng.uniform(330, 430))
    else:
        wanted = float(np.clip(rng.normal(355, 60), 265, 600))
        hfov = float(np.clip(2 * np.rad2deg(np.arctan(wanted / 2 / liked_mm)), 32, 84))
    distance = wanted / 2 / float(np.tan(np.deg2rad(hfov) / 2))
    return float(np.clip(distance, 190, 900)), hfov
