"""A close look at each fingertip at the frame's own resolution, for exact points and names.

The detector sees mat and hands on a few hundred pixels, where a fingertip is about twenty wide; the
camera's frame has two or three times as many. A second, tiny network looks at each find alone, at
the frame's full resolution, and says where contact point, tip and joint lie and whether it is a
finger, a thumb or nothing, such as the tip of a shadow. Where the mat is known, it is told how the
paper slants away there (slant.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import resources
from itertools import cycle
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import (
    FINGER,
    MARKER,
    THUMB,
    Detections,
    FloatArray,
    Frame,
    MatPose,
)
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.detect.decode import sides_of
from cameratokeyboard.detect.doubles import without_doubles
from cameratokeyboard.detect.engines import check_model_file, open_session
from cameratokeyboard.detect.looks import PADDING
from cameratokeyboard.detect.slant import SLANT, mirrored, slants
from cameratokeyboard.detect.yolo import YoloDetector
from cameratokeyboard.errors import ModelError

SHIPPED_CLOSEUP = "closeup.onnx"
KIND = "cameratokeyboard closeup"
#: Side of the network's input, px.
INPUT_PX = 128
#: It shows this many times a window's side: how a hand lies says where a fingertip's pad is.
CONTEXT = 2.0
#: A window's side as a multiple of the geometric mean of the box's sides: a fingertip and as much
#: around it, so that neighbours, nails and what throws a shadow are in view.
WINDOW_RATIO = 2.2
#: Windows that are smaller than this are not worth a second look, px.
MIN_WINDOW_PX = 14.0
#: What lies outside of a picture.
OUTSIDE = (PADDING, PADDING, PADDING)
#: At most so many finds are looked at in a frame, the surest first; ten fingers and some false.
MAX_FINDS = 16


@dataclass(frozen=True)
class View:
    """How windows are shown. zoom: their side as a multiple of the usual one. mirrored: left is
    right."""

    zoom: float = 1.0
    mirrored: bool = False


STRAIGHT = View()
#: What successive frames are shown as. The network errs differently in each view, and who averages
#: over frames gets the mean of all for the price of one.
VIEWS = (View(0.92), View(1.08, True), View(1.08), View(0.92, True))


@dataclass(frozen=True, eq=False)
class CloseFinds:
    """What close looks say of N windows.

    points: (N, 3, 2) contact, tip and joint in half window sides from the window's middle.
    names: (N, 3) probability of finger, thumb, nothing.
    """

    points: FloatArray
    names: FloatArray


@dataclass(frozen=True)
class CloseSettings:
    """How a close look changes a find.

    trust: weight of the close look in the confidence, the rest stays with the detector, both in
    log odds. scout: share of the detector's thresholds from which its finds are looked at. finger,
    thumb: finds below this joint confidence are dropped. rename: ratio of probabilities at which
    finger and thumb change names.
    """

    trust: float = 0.5
    scout: float = 0.5
    finger: float = 0.3
    thumb: float = 0.3
    rename: float = 2.0


def windows_of(xyxy: FloatArray) -> FloatArray:
    """(N, 3) centre x, y and side in px of the square window around each of (N, 4) boxes."""
    side = WINDOW_RATIO * sides_of(xyxy)
    centre = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    return np.concatenate([centre, side[:, None]], axis=1).astype(float)


def cut_windows(image: NDArray[np.uint8], windows: FloatArray) -> NDArray[np.float32]:
    """(N, 3, INPUT_PX, INPUT_PX) RGB 0..1: what the network is shown of each window, CONTEXT times
    its side."""
    batch = np.empty((len(windows), 3, INPUT_PX, INPUT_PX), np.float32)
    for n, (x, y, side) in enumerate(windows):
        batch[n] = to_input(cut_window(image, x, y, CONTEXT * side, INPUT_PX))
    return batch


def cut_window(
    image: NDArray[np.uint8], x: float, y: float, side: float, size_px: int
) -> NDArray[np.uint8]:
    """One square window, scaled to ``size_px``; pixels are averaged where it shrinks.

    x, y: its middle, side: px of the picture, pixel i covering i..i + 1.
    """
    scale = size_px / side
    shift = np.array([x, y]) - side / 2
    if scale < 0.75:  # reduce by averaging first, or fine patterns would alias
        low = np.floor(shift - 2).astype(int)
        high = np.ceil(shift + side + 2).astype(int)
        part, low = _padded_part(image, low, high)
        step = np.ceil((high - low) * scale).astype(int)
        ratio = step / (high - low)
        small = cv2.resize(part, (int(step[0]), int(step[1])), interpolation=cv2.INTER_AREA)
        return _warp(np.asarray(small, np.uint8), scale / ratio, (shift - low) * ratio, size_px)
    return _warp(image, np.array([scale, scale]), shift, size_px)


def _padded_part(
    image: NDArray[np.uint8], low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The part low..high of a picture, with padding where it has none."""
    limit = np.array([image.shape[1], image.shape[0]])
    first, last = np.clip(low, 0, limit), np.clip(high, 0, limit)
    part = image[first[1] : last[1], first[0] : last[0]]
    before, after = first - low, high - last
    if before.any() or after.any():
        wider = cv2.copyMakeBorder(
            np.ascontiguousarray(part), int(before[1]), int(after[1]), int(before[0]),
            int(after[0]), cv2.BORDER_CONSTANT, value=OUTSIDE,
        )  # fmt: skip
        return np.asarray(wider, np.uint8), low
    return part, low


def _warp(
    image: NDArray[np.uint8], scale: FloatArray, shift: FloatArray, size_px: int
) -> NDArray[np.uint8]:
    """(size_px, size_px, 3): picture px p comes to (p - shift) * scale, pixel edges at integers."""
    offset = scale * (0.5 - shift) - 0.5
    matrix = np.array([[scale[0], 0.0, offset[0]], [0.0, scale[1], offset[1]]])
    cut = cv2.warpAffine(
        image, matrix, (size_px, size_px), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=OUTSIDE,
    )  # fmt: skip
    return np.asarray(cut, np.uint8)


def to_input(bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(3, H, W) RGB 0..1 of a BGR picture."""
    return np.asarray(bgr[:, :, ::-1].transpose(2, 0, 1), np.float32) / np.float32(255)


class CloseupNetwork:
    """The tiny network behind close looks.

    Raises ModelError for a file that is missing or not such a network.
    """

    def __init__(self, session: Any, settings: CloseSettings) -> None:
        self._session = session
        self.settings = settings

    @classmethod
    def load(cls, path: Path | None = None, threads: int = 2) -> CloseupNetwork:
        """Open a model file, the shipped one by default."""
        path = path or Path(str(resources.files("cameratokeyboard.data") / SHIPPED_CLOSEUP))
        check_model_file(path)
        session = open_session(path, threads)
        about = session.get_modelmeta().custom_metadata_map
        if about.get("kind") != KIND or about.get("input_px") != str(INPUT_PX):
            raise ModelError(
                f"{path}: expected a close-up model of {INPUT_PX} px as c2k train closeup writes, "
                f"found kind {about.get('kind', 'none')!r}, {about.get('input_px', 'no')} px"
            )
        shown = {given.name: given.shape for given in session.get_inputs()}
        if shown.get("slant", [None])[-1] != SLANT:
            raise ModelError(
                f"{path}: expected a close-up model that is told the paper's slant, found one that "
                f"is given {', '.join(shown)}; train it again with c2k train closeup"
            )
        return cls(session, CloseSettings(**json.loads(about.get("settings", "{}"))))

    def undecided(self) -> CloseupNetwork:
        """The same network that drops nothing, whatever its confidence."""
        return CloseupNetwork(self._session, replace(self.settings, finger=0.0, thumb=0.0))

    def look(
        self, batch: NDArray[np.float32], slant: NDArray[np.float32], mirror: bool = False
    ) -> CloseFinds:
        """batch: as ``cut_windows`` gives it. slant: (N, SLANT) of the windows. mirror: look at the
        windows' mirror images."""
        if mirror:
            batch, slant = np.ascontiguousarray(batch[..., ::-1]), mirrored(slant)
        given = {"windows": batch, "slant": slant}
        points, names = self._session.run(["points", "names"], given)
        back = np.array([-1.0 if mirror else 1.0, 1.0])
        return CloseFinds(np.asarray(points, float) * back, np.asarray(names, float))


class CloseDetector:
    """Wraps a detector; its fingers and thumbs get a close look each.

    views: what successive frames are looked at as, over and over.
    """

    def __init__(
        self, detector: Detector, network: CloseupNetwork, views: tuple[View, ...] = (STRAIGHT,)
    ) -> None:
        self._detector = detector
        self._network = network
        self._views = cycle(views)

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        """See Detector; px of the frame."""
        found = self._detector.detect(frame, region_px, mat)
        paper = None if mat is None else mat.mm_to_px
        return look_closely(frame.image, found, self._network, next(self._views), paper)


def scout(detector: YoloDetector, settings: CloseSettings) -> YoloDetector:
    """The detector with lower thresholds for hands: a close look judges what it finds."""
    info = detector.info
    pairs = zip(info.thresholds, info.class_ids, strict=True)
    return detector.with_thresholds(
        tuple(t if c == MARKER else t * settings.scout for t, c in pairs)
    )


def look_closely(
    image: NDArray[np.uint8],
    found: Detections,
    network: CloseupNetwork,
    view: View = STRAIGHT,
    mm_to_px: FloatArray | None = None,
) -> Detections:
    """The detections with points, names and confidences as close looks correct them.

    mm_to_px: (3, 3) homography of the paper, None while it is not known.
    What is too small for a close look, or comes after the MAX_FINDS surest, must be sure by itself.
    """
    chosen, windows = worth_a_look(found)
    if len(chosen):
        windows = windows * [1.0, 1.0, view.zoom]
        slant = slants(mm_to_px, windows)
        finds = network.look(cut_windows(image, windows), slant, view.mirrored)
        found = join(found, chosen, windows, finds, network.settings)
    return without_doubles(sure(found, network.settings))


def worth_a_look(found: Detections) -> tuple[NDArray[np.int64], FloatArray]:
    """(C,) the finds that get a close look, surest first, and (C, 3) their windows."""
    windows = windows_of(found.xyxy)
    chosen = np.flatnonzero((found.class_id != MARKER) & (windows[:, 2] >= MIN_WINDOW_PX))
    chosen = chosen[np.argsort(-found.confidence[chosen], kind="stable")][:MAX_FINDS]
    return chosen, windows[chosen]


def join(
    found: Detections,
    chosen: NDArray[np.int64],
    windows: FloatArray,
    finds: CloseFinds,
    settings: CloseSettings,
) -> Detections:
    """What the detector and the close looks at its finds ``chosen`` say together."""
    keypoints = found.keypoints.copy()
    keypoints[chosen, :, :2] = windows[:, None, :2] + finds.points * (windows[:, None, 2:] / 2)
    # A close look always knows the points; how visible they are stays with the detector.
    visible = keypoints[chosen, :, 2]
    keypoints[chosen, :, 2] = np.where(visible > 0, visible, 0.5)
    finger, thumb, nothing = np.clip(finds.names.T, 1e-4, 1.0)
    class_id, confidence = found.class_id.copy(), found.confidence.astype(float)
    own = class_id[chosen]
    likely = np.where(thumb > finger, THUMB, FINGER)
    ratio = np.maximum(finger, thumb) / np.minimum(finger, thumb)
    class_id[chosen] = np.where(ratio >= settings.rename, likely, own)
    before = np.clip(confidence[chosen], 1e-3, 1 - 1e-3)
    odds = (1 - settings.trust) * np.log(before / (1 - before))
    odds += settings.trust * np.log((finger + thumb) / nothing)
    confidence[chosen] = 1 / (1 + np.exp(-odds))
    return Detections(
        found.xyxy, class_id, confidence.astype(np.float32), keypoints.astype(np.float32),
        found.image_wh,
    )  # fmt: skip


def sure(found: Detections, settings: CloseSettings) -> Detections:
    """The finds that are sure enough; markers are not judged here."""
    limit = np.zeros(3)
    limit[FINGER], limit[THUMB] = settings.finger, settings.thumb
    return found.select(found.confidence >= limit[found.class_id])
