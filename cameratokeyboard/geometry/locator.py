"""Where the mat lies, frame by frame: find, follow, average, notice movement, remember."""

from __future__ import annotations

import dataclasses

import numpy as np

from cameratokeyboard.datatypes import (
    MARKER,
    BoolArray,
    Detections,
    FloatArray,
    Frame,
    ImageArray,
    Layout,
    MatPose,
)
from cameratokeyboard.geometry.acquire import Acquirer
from cameratokeyboard.geometry.boxes import box_prior, fit_boxes, match_boxes
from cameratokeyboard.geometry.camera import camera_pose, estimate_focal
from cameratokeyboard.geometry.edges import fit_edges, seen_markers
from cameratokeyboard.geometry.homography import (
    anchor_jacobian,
    apply_homography,
    facing,
    invert,
    quad_homographies,
)
from cameratokeyboard.geometry.markers import MarkerFit, marker_model
from cameratokeyboard.geometry.smoothing import AnchorFilter, seen_or_none

#: A mat of which no marker shows is remembered this long, s: hands pass over markers, and a
#: camera that was knocked over is noticed soon enough.
MEMORY_S = 2.0
#: While the mat is lost the whole picture is searched every so many frames.
_DEEP_SEARCH_FRAMES = 5
#: While it is followed the detector's boxes are compared every so many frames, and must contradict
#: it so many times in a row to make it lost.
_CHECK_FRAMES, _MAX_CONTRADICTIONS = 10, 3
#: A published homography is replaced when an anchor of the average is this far from it, px.
_REPUBLISH_PX = 0.04
#: While some markers are followed, the places of the others are taken as known to this, px.
_LEVER_PX = 2.0
#: A place known less well than this, in key pitches, is not known.
_MAX_ERROR_KEYS = 0.5
#: A fit that moved markers by more than this is repeated from there, so many times at most.
_AT_REST_PX, _MAX_REPEATS = 0.5, 3
#: Boxes of a confidence below this do not contradict.
_SURE = 0.5


class MarkerMatLocator:
    """Follows the mat by its four markers (see geometry/base.py).

    layout: names the markers' places and codes. memory_s: how long a mat that shows no marker is
    believed to be where it was.
    """

    def __init__(self, layout: Layout, *, memory_s: float = MEMORY_S) -> None:
        self._layout = layout
        self._model = marker_model(layout)
        self._acquirer = Acquirer(self._model)
        self._memory_s = memory_s
        half = np.array(layout.size_mm) / 2
        self._grid_mm = (
            np.stack(np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 3)), axis=-1).reshape(
                -1, 2
            )
            * half
        )
        self._max_error_mm = _MAX_ERROR_KEYS * float(np.median(layout.sizes_mm()[:, 1]))
        self._mirrored = False
        self._filter = AnchorFilter()
        self._forget()

    @property
    def mirrored(self) -> bool:
        """True when the source seems to show a mirrored picture, in which no mat can be found."""
        return self._mirrored

    def reset(self) -> None:
        """Forget everything seen so far; the next pose found is of a new generation."""
        self._filter = AnchorFilter(generation=self._filter.generation + 1)
        self._forget()

    def _forget(self) -> None:
        self._follow_from: FloatArray | None = None
        self._pose: MatPose | None = None
        self._last_seen_s = -np.inf
        self._frames = 0
        self._contradictions = 0
        self._image_wh = (0, 0)

    def update(self, frame: Frame, detections: Detections) -> MatPose | None:
        """The mat's pose at this frame, or None while it is not known."""
        if frame.size_wh != self._image_wh:
            if self._image_wh != (0, 0):
                self.reset()
            self._image_wh = frame.size_wh
        self._frames += 1
        if min(frame.size_wh) < 32:
            return None
        fit = self._follow(frame, detections)
        if fit is None:
            fit = self._search(frame, detections)
        if fit is not None:
            self._last_seen_s = frame.t_s
            self._follow_from = fit.mm_to_px
            self._mirrored = False
        elif not 0 <= frame.t_s - self._last_seen_s <= self._memory_s:
            self._follow_from = None
            return None
        return self._publish(seen_or_none(fit))

    def _follow(self, frame: Frame, detections: Detections) -> MarkerFit | None:
        """Measure the markers near where they were; None when they are not there."""
        start = self._follow_from
        if start is None:
            return None
        boxes = _marker_boxes(detections)
        if self._contradicted(start, boxes, detections):
            return None
        image, model = frame.image, self._model
        # Green alone is nearly the brightness, and a third of the work.
        green = image[..., 1]
        seen, _ = seen_markers(green, model, start)
        fit = None
        if seen.any():
            prior = box_prior(image, model, start, boxes, ~seen, _LEVER_PX)
            still = self._filter.still
            steps = 1 if still else 2
            fit = fit_edges(green, model, start, seen, steps=steps, prior=prior, verified=still)
        if fit is None or fit.by_edges.sum() < min(2, int(seen.sum()) or 2):
            wide = fit_edges(green, model, start, np.ones(4, bool), reach_cells=1.5)
            fit = wide if wide is not None and wide.by_edges.sum() >= 2 else None
        if fit is not None and fit.by_edges.sum() >= 2:
            fit = self._settled(green, fit, start)
        if fit is None:
            fit = fit_boxes(image, model, start, boxes)
        if fit is not None:
            self._filter.add(fit)
        return fit

    def _settled(self, image: ImageArray, fit: MarkerFit, start: FloatArray) -> MarkerFit:
        """A fit repeated from where it came to lie, until it no longer moves."""
        for _ in range(_MAX_REPEATS):
            before = apply_homography(start, self._model.centres)
            if np.abs(fit.anchors_px - before)[fit.by_edges].max() < _AT_REST_PX:
                break
            again = fit_edges(image, self._model, fit.mm_to_px, np.ones(4, bool))
            if again is None or again.by_edges.sum() < fit.by_edges.sum():
                break
            start, fit = fit.mm_to_px, again
        return fit

    def _contradicted(
        self, mm_to_px: FloatArray, boxes: FloatArray, detections: Detections
    ) -> bool:
        """True once the detector has seen the markers elsewhere for a while."""
        if self._frames % _CHECK_FRAMES:
            return False
        sure = detections.of_class(MARKER).confidence >= _SURE
        matched = sum(index >= 0 for index in match_boxes(mm_to_px, self._model, boxes[sure]))
        if sure.sum() >= 3 and matched < 2:
            self._contradictions += 1
        else:
            self._contradictions = 0
        return self._contradictions >= _MAX_CONTRADICTIONS

    def _search(self, frame: Frame, detections: Detections) -> MarkerFit | None:
        first = self._pose is None and self._frames <= 2
        deep = first or self._frames % _DEEP_SEARCH_FRAMES == 1
        focal = self._pose.camera.focal_px if self._pose and self._pose.camera else None
        fit = self._acquirer.find(frame, detections, deep=deep, focal_px=focal)
        if fit is None:
            if deep and self._follow_from is None:
                self._mirrored = self._acquirer.mirrored(frame)
            return None
        self._contradictions = 0
        if self._filter.anchors_px is None:
            self._filter.restart(fit, moved=False)
        elif self._filter.is_elsewhere(fit):
            self._filter.restart(fit, moved=True)
        else:
            self._filter.add(fit)
        return fit

    def _publish(self, seen: BoolArray) -> MatPose | None:
        """The average as a pose; the former one again while it has not changed."""
        anchors = self._filter.anchors_px
        if anchors is None:
            return None
        former = self._pose
        if former is not None and former.generation == self._filter.generation:
            shift = np.linalg.norm(anchors - former.markers_px, axis=1).max()
            if self._filter.still and shift < _REPUBLISH_PX:
                if not np.array_equal(former.markers_seen, seen):
                    self._pose = dataclasses.replace(former, markers_seen=seen)
                return self._pose
        pose = self._pose_of(anchors, seen)
        self._pose = pose if pose is not None and pose.error_mm <= self._max_error_mm else None
        return self._pose

    def _pose_of(self, anchors: FloatArray, seen: BoolArray) -> MatPose | None:
        matrix = quad_homographies(self._model.centres, anchors[None])[0]
        if not np.all(np.isfinite(matrix)):
            return None
        matrix = facing(matrix, self._model.centres)
        px_to_mm = invert(matrix)
        covariance = self._filter.covariance()
        noise = float(np.sqrt(np.trace(covariance) / 8))
        focal = estimate_focal(self._model.centres, anchors, self._image_wh, noise)
        return MatPose(
            px_to_mm=px_to_mm,
            mm_to_px=matrix,
            markers_px=anchors,
            markers_seen=seen,
            error_mm=self._error_mm(matrix, covariance),
            generation=self._filter.generation,
            camera=camera_pose(self._model.centres, anchors, self._image_wh, focal),
        )

    def _error_mm(self, mm_to_px: FloatArray, covariance: FloatArray) -> float:
        """SD per axis of points of the keyboard mapped to mm, from the anchors' covariance."""
        by_anchor = anchor_jacobian(self._model.centres, mm_to_px, self._grid_mm)
        at = apply_homography(mm_to_px, self._grid_mm)
        step = 0.5
        right = apply_homography(mm_to_px, self._grid_mm + np.array([step, 0])) - at
        away = apply_homography(mm_to_px, self._grid_mm + np.array([0, step])) - at
        to_px = np.stack([right, away], axis=-1) / step
        to_mm = np.linalg.inv(to_px)
        slopes = to_mm @ by_anchor
        spread = np.einsum("nij,jk,nik->n", slopes, covariance, slopes)
        return float(np.sqrt(spread.mean() / 2))


def _marker_boxes(detections: Detections) -> FloatArray:
    boxes = np.asarray(detections.of_class(MARKER).xyxy, float)
    return np.where(np.isfinite(boxes), boxes, 0.0)
