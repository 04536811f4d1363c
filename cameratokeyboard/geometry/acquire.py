"""Finding the mat in a picture without knowing where it was."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from cameratokeyboard.datatypes import MARKER, Detections, FloatArray, Frame, ImageArray
from cameratokeyboard.geometry.boxes import dark_patch, fit_boxes
from cameratokeyboard.geometry.camera import TYPICAL_HFOV_DEG, focal_of_hfov, pose_error_px
from cameratokeyboard.geometry.candidates import (
    Hypothesis,
    four_marker_hypotheses,
    three_marker_hypotheses,
)
from cameratokeyboard.geometry.edges import fit_edges, seen_markers
from cameratokeyboard.geometry.fiducials import FiducialReader
from cameratokeyboard.geometry.homography import apply_homography, facing, fit_homography
from cameratokeyboard.geometry.markers import MARKER_COUNT, MarkerFit, MarkerModel

#: Costs (see Hypothesis) up to which boxes alone are believed, and up to which they are worth a
#: look into the picture.
_BELIEVED_COST, _LOOKED_AT_COST = 9.0, 24.0
#: Boxes searched for codes, most confident first.
_MAX_CROPS = 10
#: Boxes searched for a dark patch, and what is left of the confidence of a box without one.
_MAX_PATCHES, _NO_PATCH = 60, 0.3
#: Corners of codes may miss their common homography by this share of a marker's size.
_CORNER_SLACK = 0.15
#: The markers may be this far from where the nearest possible camera would see them: a fixed part
#: for noise and lens distortion, and a share of a marker's size.
_POSE_SLACK_PX, _POSE_SLACK_SHARE = 1.5, 0.08


class Acquirer:
    """Finds the mat from scratch: by its codes, or by the boxes' geometry."""

    def __init__(self, model: MarkerModel) -> None:
        self._model = model
        self._reader = FiducialReader(model.codes)
        self._unconfirmed: FloatArray | None = None
        self._any_code = any(code is not None for code in model.codes)

    def find(
        self, frame: Frame, detections: Detections, *, deep: bool, focal_px: float | None = None
    ) -> MarkerFit | None:
        """The mat's place in this frame, or None.

        deep: also look for codes in the whole picture, which costs some twenty milliseconds, and
        for mats of which a marker is hidden. focal_px: the camera's, where it is known.
        """
        markers = detections.of_class(MARKER)
        boxes = np.asarray(markers.xyxy, float)
        usable = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        boxes, confidence = boxes[usable], np.asarray(markers.confidence, float)[usable]
        if self._any_code:
            fit = self._by_codes(frame.image, boxes, confidence, deep)
            if fit is not None and self._has_camera(fit, frame.image):
                return fit
        return self._by_boxes(frame, boxes, confidence, deep, focal_px)

    def mirrored(self, frame: Frame) -> bool:
        """True when the mat's codes can be read only in the mirrored picture."""
        return self._any_code and self._reader.mirrored(_grey(frame.image))

    def _by_codes(
        self, image: ImageArray, boxes: FloatArray, confidence: FloatArray, deep: bool
    ) -> MarkerFit | None:
        if len(boxes) == 0 and not deep:
            return None
        grey = _grey(image)
        order = np.argsort(-confidence, kind="stable")[:_MAX_CROPS]
        corners = self._reader.read_boxes(grey, boxes[order])
        if len(corners) < 2 and deep:
            corners = {**self._reader.read(grey), **corners}
        matrix = self._from_corners(corners)
        return None if matrix is None else self._refined(image, matrix, sorted(corners))

    def _from_corners(self, corners: dict[int, FloatArray]) -> FloatArray | None:
        """A homography through the corners of two or more codes that agree with one another."""
        places = sorted(corners)
        while len(places) >= 2:
            mm = np.concatenate([self._model.corners[p] for p in places])
            px = np.concatenate([corners[p] for p in places])
            matrix = fit_homography(mm, px)
            if matrix is None:
                return None
            miss = np.linalg.norm(apply_homography(matrix, mm) - px, axis=1).reshape(-1, 4)
            size = np.array([np.ptp(corners[p], axis=0).max() for p in places])
            share = miss.max(axis=1) / size
            if share.max() <= _CORNER_SLACK and _seen_from_above(matrix):
                return matrix
            places.pop(int(share.argmax()))
        return None

    def _refined(
        self, image: ImageArray, matrix: FloatArray, decoded: list[int]
    ) -> MarkerFit | None:
        """The fit by edges, first of the decoded markers, then of all that show."""
        use = np.zeros(MARKER_COUNT, bool)
        use[decoded] = True
        fit = fit_edges(image, self._model, matrix, use, reach_cells=0.8)
        if fit is None or not fit.seen.any():
            return None
        return self._with_all(image, fit)

    def _with_all(self, image: ImageArray, fit: MarkerFit) -> MarkerFit | None:
        for reach in (1.5, 0.8):
            wider = fit_edges(
                image, self._model, fit.mm_to_px, np.ones(MARKER_COUNT, bool), reach_cells=reach
            )
            if wider is None or wider.seen.sum() < fit.seen.sum():
                break
            fit = wider
        if fit.seen.all():
            return fit if _seen_from_above(fit.mm_to_px) else None
        # Edges of markers that do not show would only disturb.
        own = fit_edges(image, self._model, fit.mm_to_px, fit.seen, reach_cells=0.8)
        if own is None or own.seen.sum() < 2 or not _seen_from_above(own.mm_to_px):
            return None
        return own

    def _by_boxes(
        self,
        frame: Frame,
        boxes: FloatArray,
        confidence: FloatArray,
        deep: bool,
        focal_px: float | None,
    ) -> MarkerFit | None:
        if len(boxes) < MARKER_COUNT - 1:
            return None
        refined, confidence = _with_patches(frame.image, boxes, confidence)
        limit = _LOOKED_AT_COST
        found = four_marker_hypotheses(
            refined,
            confidence,
            self._model,
            frame.size_wh,
            facing_prior=not self._any_code,
            max_cost=limit,
        )
        fit = self._best_of(frame.image, refined, found)
        if fit is not None or not deep:
            return fit
        usual = focal_of_hfov(TYPICAL_HFOV_DEG, max(frame.size_wh))
        found = three_marker_hypotheses(
            refined,
            confidence,
            self._model,
            frame.size_wh,
            focal_px=focal_px or usual,
            facing_prior=not self._any_code,
            max_cost=limit,
        )
        return self._best_of(frame.image, refined, found)

    def _best_of(
        self, image: ImageArray, boxes: FloatArray, found: Iterable[Hypothesis]
    ) -> MarkerFit | None:
        """The most plausible hypothesis that the picture bears out."""
        hypotheses = [(h, facing(h.mm_to_px, self._model.centres)) for h in found]
        if self._any_code:
            # Which way round the mat lies is told by the codes, not by plausibility.
            def fits(item: tuple[Hypothesis, FloatArray]) -> float:
                return float(seen_markers(image, self._model, item[1])[1].sum())

            hypotheses = sorted(hypotheses, key=fits, reverse=True)
        for hypothesis, matrix in hypotheses[:4]:
            used = np.array([index >= 0 for index in hypothesis.boxes])
            fit = fit_edges(image, self._model, matrix, used, reach_cells=1.5, steps=3)
            wanted = 2 if self._any_code else 3
            if fit is None or fit.seen.sum() < wanted or not _near(fit, matrix, self._model):
                continue
            whole = self._with_all(image, fit)
            if whole is not None and self._has_camera(whole, image):
                return whole
        for hypothesis, matrix in hypotheses[:1]:
            if hypothesis.cost <= _BELIEVED_COST and all(i >= 0 for i in hypothesis.boxes):
                fit = fit_boxes(image, self._model, matrix, boxes)
                if fit is not None and self._confirmed(fit):
                    return fit
        return None

    def _confirmed(self, fit: MarkerFit) -> bool:
        """True when boxes alone put the mat where they put it the last time.

        Among many false boxes four fit by chance now and then, but not twice in the same place.
        """
        former, self._unconfirmed = self._unconfirmed, fit.anchors_px
        if former is None:
            return False
        size = np.ptp(apply_homography(fit.mm_to_px, self._model.corners), axis=1).max()
        return bool(np.all(np.linalg.norm(fit.anchors_px - former, axis=1) < 0.5 * size))

    def _has_camera(self, fit: MarkerFit, image: ImageArray) -> bool:
        """True when some real camera could see the markers so."""
        size = float(np.ptp(apply_homography(fit.mm_to_px, self._model.corners), axis=1).max())
        miss = pose_error_px(
            self._model.centres, fit.anchors_px, (image.shape[1], image.shape[0]), fit.noise_px
        )
        return miss < max(_POSE_SLACK_PX, _POSE_SLACK_SHARE * size)


def _with_patches(
    image: ImageArray, boxes: FloatArray, confidence: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Boxes moved onto the dark patches in them; those without one lose confidence."""
    moved, sure = boxes.copy(), confidence.copy()
    for index in np.argsort(-confidence, kind="stable")[:_MAX_PATCHES]:
        patch = dark_patch(image, boxes[index])
        if patch is None:
            sure[index] *= _NO_PATCH
        else:
            moved[index] += np.tile(patch - (boxes[index, :2] + boxes[index, 2:]) / 2, 2)
    return moved, sure


def _near(fit: MarkerFit, matrix: FloatArray, model: MarkerModel) -> bool:
    """True when a fit stayed within a marker's size of where it started."""
    corners = apply_homography(matrix, model.corners)
    size = np.ptp(corners, axis=1).max(axis=1)
    moved = np.linalg.norm(fit.anchors_px - apply_homography(matrix, model.centres), axis=1)
    return bool(np.all(moved[fit.seen] < 0.5 * size[fit.seen]))


def _seen_from_above(mm_to_px: FloatArray) -> bool:
    """False for a homography that only a mirror, or a camera under the paper, could make."""
    return bool(np.linalg.det(mm_to_px) < 0)


def _grey(image: ImageArray) -> ImageArray:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
