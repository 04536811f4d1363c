"""Averaging the mat's place while nothing moves, and noticing when something does."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray
from cameratokeyboard.geometry.markers import MARKER_COUNT, MarkerFit

#: Frames that the average looks back over while still, and while following a movement.
_STILL_FRAMES, _MOVING_FRAMES = 60.0, 2.0
#: Markers that stray from the average by more than this are not averaged in, px.
_STRAY_PX = 0.6
#: Strayed by more than this the camera or the mat was moved, rather than shaken by typing.
_MOVED_PX, _MOVED_SHARE = 2.5, 0.004
#: Frames in a row that must agree before the average is given up, and before all is still again.
_STRAY_FRAMES, _SETTLE_FRAMES = 3, 8
#: A measurement is never trusted beyond this, px (SD): lens distortion and bent paper are no noise.
_FLOOR_PX = 0.05


@dataclass
class AnchorFilter:
    """The four anchors (marker centres, px) averaged over frames by their information.

    Each frame's fit adds its information matrix, so that a marker that is hidden for a while keeps
    what was learned of it, and one that is seen well counts for more. ``generation`` grows when
    the camera or the mat moved.
    """

    generation: int = 0
    still: bool = False
    anchors_px: FloatArray | None = None
    _information: FloatArray = field(default_factory=lambda: np.zeros((8, 8)))
    _weighted: FloatArray = field(default_factory=lambda: np.zeros(8))
    _weight: float = 0.0
    _strayed: int = 0
    _settled: int = 0

    def restart(self, fit: MarkerFit, *, moved: bool) -> None:
        """Start afresh from this fit; ``moved``: trajectories of before have lost their meaning."""
        self.generation += int(moved)
        self.still = False
        self._strayed = self._settled = 0
        self._information, self._weighted, self._weight = np.zeros((8, 8)), np.zeros(8), 0.0
        self.anchors_px = fit.anchors_px
        self._add(fit, _MOVING_FRAMES)

    def add(self, fit: MarkerFit) -> None:
        """Take in one frame's fit. A fit that strays is held back until others bear it out."""
        if self.anchors_px is None:
            self.restart(fit, moved=False)
            return
        stray = self.stray_px(fit)
        limit = max(_STRAY_PX, 4 * fit.noise_px)
        if stray <= limit:
            self._strayed = 0
            self._settled += 1
            self.still = self.still or self._settled >= _SETTLE_FRAMES
            self._add(fit, _STILL_FRAMES if self.still else _MOVING_FRAMES)
            return
        self._settled = 0
        self._strayed += 1
        if not self.still:
            self.restart(fit, moved=False)
        elif self._strayed >= _STRAY_FRAMES and fit.seen.sum() >= 2:
            self.restart(fit, moved=stray > self._moved_px())

    def stray_px(self, fit: MarkerFit) -> float:
        """Median distance of the measured markers from the average, px; 0 before the first fit.

        Markers measured by their edges decide where there are any.
        """
        measured = fit.by_edges if fit.by_edges.any() else fit.seen
        if self.anchors_px is None or not measured.any():
            return 0.0
        away = np.linalg.norm(fit.anchors_px - self.anchors_px, axis=1)
        return float(np.median(away[measured]))

    def is_elsewhere(self, fit: MarkerFit) -> bool:
        """True when a fit is so far from the average that something must have been moved."""
        return self.stray_px(fit) > self._moved_px()

    def covariance(self) -> FloatArray:
        """(8, 8) px^2: uncertainty of the average."""
        # Most of a frame's error is in the marks themselves and is the same in the next frame, so
        # the average is taken for as good as one of its frames, not better.
        per_frame = self._information / max(self._weight, 1e-9)
        result: FloatArray = np.linalg.inv(per_frame + np.eye(8) * 1e-4)
        return result + np.eye(8) * _FLOOR_PX**2

    def _moved_px(self) -> float:
        if self.anchors_px is None:
            return _MOVED_PX
        return max(_MOVED_PX, _MOVED_SHARE * float(np.ptp(self.anchors_px, axis=0).max()))

    def _add(self, fit: MarkerFit, frames: float) -> None:
        keep = 1.0 - 1.0 / frames
        self._weight = keep * self._weight + 1.0
        self._information = keep * self._information + fit.information
        self._weighted = keep * self._weighted + fit.information @ fit.anchors_px.reshape(8)
        damping = np.eye(8) * 1e-6
        known = self.anchors_px.reshape(8) if self.anchors_px is not None else np.zeros(8)
        solved = np.linalg.solve(self._information + damping, self._weighted + damping @ known)
        self.anchors_px = solved.reshape(MARKER_COUNT, 2)


def seen_or_none(fit: MarkerFit | None) -> BoolArray:
    """(4,) bool: the markers that a fit saw."""
    return np.zeros(MARKER_COUNT, bool) if fit is None else fit.seen
