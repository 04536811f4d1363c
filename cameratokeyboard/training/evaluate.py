"""Detector figures on a labelled folder: recall, precision, mAP50, contact error, milliseconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import CLASS_NAMES, MARKER, Detections, Frame
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.detect.closeup import CloseDetector, CloseupNetwork, scout
from cameratokeyboard.detect.pictures import PictureDetector
from cameratokeyboard.detect.yolo import YoloDetector
from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.figures import (
    Tally,
    Truth,
    average_precision,
    contact_errors,
    tally,
)
from cameratokeyboard.training.folder import Item, Progress, boxes_px, colour_picture

#: Detections down to this confidence count for the precision-recall curve.
CURVE_FROM = 0.02


@dataclass(frozen=True)
class DetectorFigures:
    """What ``c2k evaluate --dataset`` prints.

    classes: by class name the counts at the model's thresholds. average_precision: by class name,
    at 50% overlap. contact_px: median, 90th percentile and count of the contact point's error in
    px of the picture; None where no contact point is labelled. milliseconds: median a picture.
    """

    pictures: int
    thresholds: dict[str, float]
    classes: dict[str, Tally]
    average_precision: dict[str, float]
    contact_px: tuple[float, float, int] | None
    milliseconds: float

    @property
    def map50(self) -> float:
        """Mean of the classes that are labelled at all."""
        known = [value for value in self.average_precision.values() if np.isfinite(value)]
        return float(np.mean(known)) if known else float("nan")

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON; what is not known is None."""
        classes = {
            name: {
                "recall": _rounded(counts.recall),
                "precision": _rounded(counts.precision),
                "labelled": counts.labelled,
                "found": counts.found,
                "ap50": _rounded(self.average_precision[name]),
                "threshold": self.thresholds[name],
            }
            for name, counts in self.classes.items()
        }
        contact = None
        if self.contact_px is not None:
            median, p90, count = self.contact_px
            contact = {"median_px": _rounded(median), "p90_px": _rounded(p90), "count": count}
        return {
            "pictures": self.pictures,
            "classes": classes,
            "map50": _rounded(self.map50),
            "contact": contact,
            "median_ms": _rounded(self.milliseconds),
        }

    def summary(self) -> dict[str, Any]:
        """What is worth comparing between models, without counts and times."""
        figures: dict[str, Any] = {
            name: {key: values[key] for key in ("recall", "precision", "ap50")}
            for name, values in self.as_dict()["classes"].items()
        }
        figures["map50"] = _rounded(self.map50)
        if self.contact_px is not None:
            figures["contact_px"] = _rounded(self.contact_px[0])
        return figures

    def lines(self) -> list[str]:
        """A table for people."""
        rows = [
            f"{'class':8} {'recall':>7} {'precis.':>7} {'AP50':>7} {'labels':>7} {'thresh.':>7}"
        ]
        for name, counts in self.classes.items():
            shares = (counts.recall, counts.precision, self.average_precision[name])
            cells = " ".join(f"{share:7.3f}" for share in shares)
            rows.append(f"{name:8} {cells} {counts.labelled:7d} {self.thresholds[name]:7.3f}")
        rows.append(f"mAP50 {self.map50:.3f} over {self.pictures} pictures")
        if self.contact_px is not None:
            median, p90, count = self.contact_px
            rows.append(f"contact point: {median:.2f} px median, {p90:.2f} px at 90% ({count})")
        rows.append(f"{self.milliseconds:.1f} ms a picture (median)")
        return rows


def evaluate_items(
    detector: YoloDetector,
    items: list[Item],
    *,
    closeup: CloseupNetwork | None = None,
    single_look: bool = False,
    progress: Progress | None = None,
) -> DetectorFigures:
    """Run a detector over labelled pictures and count.

    closeup: also look at each fingertip closely, as the running program does. single_look: one look
    at the whole picture instead of the several that pictures get.
    Raises DatasetError when a picture cannot be read.
    """
    if not items:
        raise DatasetError("expected at least one labelled picture to evaluate on, got none")
    pictures, milliseconds = look_at(detector, items, closeup, single_look, progress)
    info = detector.info
    limits = {CLASS_NAMES[i]: t for i, t in zip(info.class_ids, info.thresholds, strict=True)}
    if closeup is not None:
        limits |= {"finger": closeup.settings.finger, "thumb": closeup.settings.thumb}
    floor = np.array([limits.get(name, 1.1) for name in CLASS_NAMES])
    sure = [(f.select(f.confidence >= floor[f.class_id]), t) for f, t in pictures]
    errors = [contact_errors(found, truth) for found, truth in sure]
    lengths = np.linalg.norm(np.concatenate(errors), axis=1)
    contact = None
    if len(lengths):
        contact = float(np.median(lengths)), float(np.percentile(lengths, 90)), len(lengths)
    return DetectorFigures(
        pictures=len(items),
        thresholds={name: float(limits.get(name, float("nan"))) for name in CLASS_NAMES},
        classes={
            name: sum((tally(f, t, index) for f, t in sure), Tally(0, 0, 0))
            for index, name in enumerate(CLASS_NAMES)
        },
        average_precision={
            name: average_precision(pictures, index) for index, name in enumerate(CLASS_NAMES)
        },
        contact_px=contact,
        milliseconds=float(np.median(milliseconds)),
    )


def look_at(
    detector: YoloDetector,
    items: list[Item],
    closeup: CloseupNetwork | None = None,
    single_look: bool = False,
    progress: Progress | None = None,
) -> tuple[list[tuple[Detections, Truth]], list[float]]:
    """Detections down to CURVE_FROM beside the labels, and milliseconds, for every picture.

    With ``closeup`` the curve goes down to what the detector hands on to it.
    """
    looker = _eager(detector, closeup, single_look)
    pictures: list[tuple[Detections, Truth]] = []
    milliseconds: list[float] = []
    for index, item in enumerate(items):
        if progress:
            progress(index, len(items))
        frame = Frame(colour_picture(item.image), 0.0, index)
        began = time.perf_counter()
        found = looker.detect(frame)
        milliseconds.append((time.perf_counter() - began) * 1000)
        pictures.append((found, truth_of(item)))
    return pictures, milliseconds


def _eager(detector: YoloDetector, closeup: CloseupNetwork | None, single_look: bool) -> Detector:
    """A detector that reports everything down to CURVE_FROM, and looks where the shipped one does.

    What gets a close look is the same as in the running program.
    """
    info = detector.info
    floor = tuple(min(CURVE_FROM, t) for t in info.thresholds)
    if closeup is not None:
        detector = scout(detector, closeup.settings)
        floor = tuple(
            low if c == MARKER else t
            for low, t, c in zip(floor, detector.info.thresholds, info.class_ids, strict=True)
        )
    looker: Detector = (
        detector.with_thresholds(floor) if single_look else PictureDetector(detector, floor)
    )
    return looker if closeup is None else CloseDetector(looker, closeup.undecided())


def truth_of(item: Item) -> Truth:
    """The labels of a picture in px."""
    contact = item.labels.keypoints[:, 0, :2] * np.array(item.size_wh, float)
    contact[item.labels.keypoints[:, 0, 2] == 0] = np.nan
    return Truth(item.labels.class_id, boxes_px(item), contact)


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
