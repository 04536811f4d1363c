"""Finding the mat in a picture without knowing where it was."""

from __future__ import annotations

import cv2
import numpy as np

from cameratokeyboard.datatypes import MARKER, Detections, FloatArray, Frame, ImageArray
from cameratokeyboard.geometry.box_search import BoxSearch
from cameratokeyboard.geometry.edges import fit_edges
from cameratokeyboard.geometry.fiducials import FiducialReader
from cameratokeyboard.geometry.homography import apply_homography, fit_homography
from cameratokeyboard.geometry.markers import MARKER_COUNT, MarkerFit, MarkerModel
from cameratokeyboard.geometry.verify import extended_fit, has_camera, seen_from_above

#: Boxes searched for codes, most confident first.
_MAX_CROPS = 10
#: Corners of codes may miss their common homography by this share of a marker's size.
_CORNER_SLACK = 0.15


class Acquirer:
    """Finds the mat from scratch: by its codes, or by the boxes' geometry."""

    def __init__(self, model: MarkerModel) -> None:
        self._model = model
        self._has_codes = any(code is not None for code in model.codes)
        self._reader = FiducialReader(model.codes)
        self._box_search = BoxSearch(model)

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
        if self._has_codes:
            fit = self._by_codes(frame.image, boxes, confidence, deep)
            if fit is not None and has_camera(fit, self._model, frame.size_wh):
                return fit
        return self._box_search.find(frame, boxes, confidence, deep=deep, focal_px=focal_px)

    def mirrored(self, frame: Frame) -> bool:
        """True when the mat's codes can be read only in the mirrored picture."""
        return self._has_codes and self._reader.mirrored(_grey(frame.image))

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
        if matrix is None:
            return None
        use = np.zeros(MARKER_COUNT, bool)
        use[sorted(corners)] = True
        fit = fit_edges(image, self._model, matrix, use)
        if fit is None or not fit.seen.any():
            return None
        return extended_fit(image, self._model, fit)

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
            if share.max() <= _CORNER_SLACK and seen_from_above(matrix):
                return matrix
            places.pop(int(share.argmax()))
        return None


def _grey(image: ImageArray) -> ImageArray:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
