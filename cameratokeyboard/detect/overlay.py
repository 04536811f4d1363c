"""Draws detections onto a picture, for people who check them."""

from __future__ import annotations

import cv2
import numpy as np

from cameratokeyboard.datatypes import CLASS_NAMES, Detections, ImageArray

#: BGR by class: green fingers, red thumbs, blue markers.
COLOURS = ((80, 220, 60), (60, 60, 240), (240, 150, 40))
_POINT_COLOURS = ((0, 255, 255), (255, 255, 0), (255, 0, 255))


def draw(image: ImageArray, found: Detections) -> ImageArray:
    """A copy of ``image`` with boxes, confidences, contact points and finger directions."""
    canvas = image.copy()
    unit = max(1, round(max(found.image_wh) / 640))
    for index in range(len(found)):
        colour = COLOURS[int(found.class_id[index])]
        x0, y0, x1, y1 = (round(float(v)) for v in found.xyxy[index])
        cv2.rectangle(canvas, (x0, y0), (x1, y1), colour, unit)
        text = f"{CLASS_NAMES[int(found.class_id[index])][0]}{found.confidence[index]:.2f}"
        place = (x0, max(y0 - 2 * unit, 8 * unit))
        cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.32 * unit, colour, unit)
        _draw_keypoints(canvas, found, index, unit)
    return canvas


def _draw_keypoints(canvas: ImageArray, found: Detections, index: int, unit: int) -> None:
    points = found.keypoints[index]
    known = (points[:, 2] > 0.2) & np.all(np.isfinite(points[:, :2]), axis=1)
    if known[1] and known[2]:
        tip, joint = ((round(float(x)), round(float(y))) for x, y in points[1:, :2])
        cv2.line(canvas, joint, tip, _POINT_COLOURS[2], unit)
    for point, is_known, colour in zip(points, known, _POINT_COLOURS, strict=True):
        if is_known:
            centre = (round(float(point[0])), round(float(point[1])))
            cv2.circle(canvas, centre, 2 * unit, colour, -1)
