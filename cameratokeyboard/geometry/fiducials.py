"""Decoding the codes in the markers."""

from __future__ import annotations

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.geometry.markers import dictionary

#: A box is grown by this share of its size before it is searched for a code: detectors cut tight.
_GROWTH = 0.6
#: Crops with a shorter side below this are enlarged, px: a cell should span a few pixels.
_ENLARGE_BELOW_PX = 96


def _parameters(window_px: int) -> cv2.aruco.DetectorParameters:
    """Settings with a single threshold window (several cost six times the time)."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = window_px
    parameters.adaptiveThreshWinSizeMax = window_px
    parameters.adaptiveThreshWinSizeStep = 10
    parameters.minMarkerPerimeterRate = 0.02
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.cornerRefinementWinSize = 3
    parameters.errorCorrectionRate = 0.4
    return parameters


class FiducialReader:
    """Finds the codes of one layout in pictures."""

    def __init__(self, codes: tuple[int | None, ...]) -> None:
        self._place_of = {code: place for place, code in enumerate(codes) if code is not None}
        # An object of OpenCV that only holds its settings; it opens nothing.
        self._whole = cv2.aruco.ArucoDetector(dictionary(), _parameters(25))
        self._crop = cv2.aruco.ArucoDetector(dictionary(), _parameters(33))

    def read(self, grey: ImageArray) -> dict[int, FloatArray]:
        """Codes in a whole (H, W) picture: marker's place in the layout -> (4, 2) corners, px.

        Corners are in the order of the code: far left, far right, near right, near left. A code
        seen twice is left out, since one of the two is false.
        """
        return _unique(self._decode(self._whole, grey))

    def read_boxes(self, grey: ImageArray, boxes_px: FloatArray) -> dict[int, FloatArray]:
        """Codes inside (N, 4) xyxy boxes, grown; the same result as ``read``."""
        found: list[tuple[int, FloatArray]] = []
        height, width = grey.shape
        for box in boxes_px:
            size = np.maximum(box[2:] - box[:2], 4.0)
            x0, y0 = np.maximum(np.floor(box[:2] - _GROWTH * size), 0).astype(int)
            x1, y1 = np.minimum(np.ceil(box[2:] + _GROWTH * size), (width, height)).astype(int)
            if x1 - x0 < 8 or y1 - y0 < 8:
                continue
            factor = int(np.clip(np.ceil(_ENLARGE_BELOW_PX / min(x1 - x0, y1 - y0)), 1, 4))
            crop = grey[y0:y1, x0:x1]
            if factor > 1:
                larger = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
                crop = np.asarray(larger, np.uint8)
            for place, corners in self._decode(self._crop, np.ascontiguousarray(crop)):
                found.append((place, (corners + 0.5) / factor - 0.5 + np.array([x0, y0])))
        return _unique(_merged(found))

    def mirrored(self, grey: ImageArray) -> bool:
        """True when two or more codes of the layout can be read only in the mirrored picture."""
        return (
            len(self.read(np.asarray(cv2.flip(grey, 1), np.uint8))) >= 2
            and len(self.read(grey)) == 0
        )

    def _decode(
        self, detector: cv2.aruco.ArucoDetector, grey: ImageArray
    ) -> list[tuple[int, FloatArray]]:
        corners, ids, _ = detector.detectMarkers(grey)
        if ids is None:
            return []
        # OpenCV 4 gives ids as (N, 1), OpenCV 5 as (N,).
        numbers = np.asarray(ids).reshape(-1)
        quads = [np.asarray(c, float).reshape(4, 2) for c in corners]
        return [
            (self._place_of[int(number)], quad)
            for number, quad in zip(numbers, quads, strict=True)
            if int(number) in self._place_of
        ]


def _merged(found: list[tuple[int, FloatArray]]) -> list[tuple[int, FloatArray]]:
    """One entry for a marker that was found in several overlapping boxes."""
    kept: list[tuple[int, FloatArray]] = []
    for place, corners in found:
        size = float(np.ptp(corners, axis=0).max())
        near = (
            other == place and float(np.abs(corners - known).mean()) < 0.2 * size
            for other, known in kept
        )
        if not any(near):
            kept.append((place, corners))
    return kept


def _unique(found: list[tuple[int, FloatArray]]) -> dict[int, FloatArray]:
    places = [place for place, _ in found]
    return {place: corners for place, corners in found if places.count(place) == 1}
