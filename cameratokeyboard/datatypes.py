"""What travels between stages: frozen dataclasses of read-only numpy arrays.

Frames of reference (see docs/design.md):

- ``px``: pixels of the frame as captured, origin at the top left corner, never mirrored.
- ``mm``: the mat plane, origin at the keyboard's centre, x to the typist's right, y away from the
  typist (towards the number row), z up from the paper.
- ``key`` space: fractions of the keyboard's rectangle, x 0..1 left to right, y 0..1 from the number
  row's outer edge to the space row's outer edge.
- ``t_s``: seconds on the source's clock (the capture time of the frame).

Missing is explicit: ``None``, an empty array, or NaN together with a mask; never a stale value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[Any]
IntArray = NDArray[Any]
BoolArray = NDArray[np.bool_]
ImageArray = NDArray[np.uint8]

FINGER, THUMB, MARKER = 0, 1, 2
CLASS_NAMES = ("finger", "thumb", "marker")

#: Keypoints of a finger, in label and model order. ``contact``: the point of the pad that touches
#: the paper in a press; ``tip``: the far end of the finger; ``joint``: the joint nearest to the tip
#: (DIP, for the thumb IP). A marker has its centre as ``contact`` and nothing else.
KEYPOINT_NAMES = ("contact", "tip", "joint")

#: The ten fingers from the typist's left to the typist's right (hands side by side, palms down).
FINGER_NAMES = (
    "left_pinky",
    "left_ring",
    "left_middle",
    "left_index",
    "left_thumb",
    "right_thumb",
    "right_index",
    "right_middle",
    "right_ring",
    "right_pinky",
)
FINGER_COUNT = len(FINGER_NAMES)
THUMB_SLOTS = (4, 5)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return ``array`` as a view that refuses writing."""
    view = array.view()
    view.flags.writeable = False
    return view


def _check_shape(name: str, array: NDArray[Any], expected: tuple[int | None, ...]) -> None:
    fits = array.ndim == len(expected) and all(
        want is None or want == got for want, got in zip(expected, array.shape, strict=True)
    )
    if not fits:
        wanted = tuple("N" if n is None else n for n in expected)
        raise ValueError(f"{name}: expected shape {wanted}, got {array.shape}")


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture from a source.

    image: (H, W, 3) uint8, BGR, px frame of reference.
    t_s: capture time on the source's clock.
    index: number of the frame since the source was opened; gaps mean dropped frames.
    """

    image: ImageArray
    t_s: float
    index: int

    def __post_init__(self) -> None:
        _check_shape("Frame.image", self.image, (None, None, 3))
        object.__setattr__(self, "image", read_only(self.image))

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in px."""
        return int(self.image.shape[1]), int(self.image.shape[0])


@dataclass(frozen=True, eq=False)
class Detections:
    """What the detector saw in one frame, as parallel arrays of length N (possibly 0).

    xyxy: (N, 4) float32 px, box corners. class_id: (N,) int, an index into CLASS_NAMES.
    confidence: (N,) float32 0..1. keypoints: (N, 3, 3) float32, px x, px y and visibility 0..1 in
    the order of KEYPOINT_NAMES; visibility 0 (and NaN coordinates) where a model gives none.
    image_wh: size in px of the frame they refer to.
    """

    xyxy: FloatArray
    class_id: IntArray
    confidence: FloatArray
    keypoints: FloatArray
    image_wh: tuple[int, int]

    def __post_init__(self) -> None:
        n = len(self.class_id)
        _check_shape("Detections.xyxy", self.xyxy, (n, 4))
        _check_shape("Detections.class_id", self.class_id, (n,))
        _check_shape("Detections.confidence", self.confidence, (n,))
        _check_shape("Detections.keypoints", self.keypoints, (n, len(KEYPOINT_NAMES), 3))
        for name in ("xyxy", "class_id", "confidence", "keypoints"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def __len__(self) -> int:
        return len(self.class_id)

    @classmethod
    def empty(cls, image_wh: tuple[int, int]) -> Detections:
        """No detections in a frame of this size."""
        return cls(
            xyxy=np.zeros((0, 4), np.float32),
            class_id=np.zeros(0, np.int64),
            confidence=np.zeros(0, np.float32),
            keypoints=np.zeros((0, len(KEYPOINT_NAMES), 3), np.float32),
            image_wh=image_wh,
        )

    def select(self, mask: NDArray[Any]) -> Detections:
        """The detections picked by a boolean mask or an index array."""
        return Detections(
            self.xyxy[mask],
            self.class_id[mask],
            self.confidence[mask],
            self.keypoints[mask],
            self.image_wh,
        )

    def of_class(self, *class_ids: int) -> Detections:
        """The detections of these classes."""
        return self.select(np.isin(self.class_id, class_ids))

    @property
    def contact_px(self) -> FloatArray:
        """(N, 2) px: the contact keypoint where known, else the middle of the box."""
        centre = (self.xyxy[:, :2] + self.xyxy[:, 2:]) / 2
        known = (self.keypoints[:, 0, 2] > 0)[:, None]
        return np.where(known, self.keypoints[:, 0, :2], centre)


@dataclass(frozen=True, eq=False)
class CameraPose:
    """Where the camera stands over the mat.

    rotation: (3, 3) mm -> camera axes (x right, y down, z forward). translation: (3,) mm.
    focal_px: focal length in px. yaw_deg: 0 when the camera stands across the mat facing the
    typist, 180 behind the typist. pitch_deg: downward angle of the optical axis, 0 horizontal, 90
    straight down. distance_mm: camera to keyboard centre.
    """

    rotation: FloatArray
    translation: FloatArray
    focal_px: float
    yaw_deg: float
    pitch_deg: float
    distance_mm: float


@dataclass(frozen=True, eq=False)
class MatPose:
    """Where the mat lies in the picture at one moment.

    px_to_mm, mm_to_px: (3, 3) homographies of the paper's plane, inverse to each other.
    markers_px: (4, 2) marker centres as used, in layout order (far left, far right, near right,
    near left as the typist sees them); markers_seen: (4,) bool, False for one remembered or
    inferred.
    error_mm: standard deviation of a mapped point that the marker geometry alone explains.
    generation: grows by one each time the camera or the mat moved; trajectories end there.
    camera: None until it can be told.
    """

    px_to_mm: FloatArray
    mm_to_px: FloatArray
    markers_px: FloatArray
    markers_seen: BoolArray
    error_mm: float
    generation: int
    camera: CameraPose | None = None

    def __post_init__(self) -> None:
        _check_shape("MatPose.px_to_mm", self.px_to_mm, (3, 3))
        _check_shape("MatPose.mm_to_px", self.mm_to_px, (3, 3))
        _check_shape("MatPose.markers_px", self.markers_px, (4, 2))
        for name in ("px_to_mm", "mm_to_px", "markers_px", "markers_seen"):
            object.__setattr__(self, name, read_only(getattr(self, name)))


@dataclass(frozen=True, eq=False)
class Fingers:
    """The ten named fingers at one moment, arrays indexed as FINGER_NAMES.

    px: (10, 2) contact point, px. mm: (10, 2) the same mapped onto the mat's plane (true only at
    contact). velocity_mm_s: (10, 2). confidence: (10,) 0..1. visible: (10,) bool, seen in this very
    frame; where False, px and mm are a short-term prediction or NaN when there is none.
    box_wh_px: (10, 2) box width and height, NaN when not visible. direction_px: (10, 2) unit vector
    joint -> tip in the picture, NaN when unknown. generation: that of the MatPose used.
    mm_to_px: (3, 3) homography of the MatPose used, None while the mat is not known.
    """

    t_s: float
    px: FloatArray
    mm: FloatArray
    velocity_mm_s: FloatArray
    confidence: FloatArray
    visible: BoolArray
    box_wh_px: FloatArray
    direction_px: FloatArray
    generation: int
    mm_to_px: FloatArray | None = None

    def __post_init__(self) -> None:
        if self.mm_to_px is not None:
            _check_shape("Fingers.mm_to_px", self.mm_to_px, (3, 3))
            object.__setattr__(self, "mm_to_px", read_only(self.mm_to_px))
        for name in ("px", "mm", "velocity_mm_s", "box_wh_px", "direction_px"):
            _check_shape(f"Fingers.{name}", getattr(self, name), (FINGER_COUNT, 2))
            object.__setattr__(self, name, read_only(getattr(self, name)))
        for name in ("confidence", "visible"):
            _check_shape(f"Fingers.{name}", getattr(self, name), (FINGER_COUNT,))
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @classmethod
    def none(cls, t_s: float, generation: int = 0) -> Fingers:
        """No finger in view at this moment."""
        nan = np.full((FINGER_COUNT, 2), np.nan)
        zeros = np.zeros(FINGER_COUNT)
        return cls(t_s, nan, nan, nan, zeros, zeros.astype(bool), nan, nan, generation)


@dataclass(frozen=True, eq=False)
class TouchDown:
    """A fingertip came down on the paper to type.

    finger: index into FINGER_NAMES. t_s: moment of contact. emitted_s: source time of the frame at
    which it was decided. xy_mm: contact point on the mat. covariance_mm2: (2, 2) its uncertainty.
    confidence: 0..1 that this is a press.
    """

    finger: int
    t_s: float
    emitted_s: float
    xy_mm: tuple[float, float]
    covariance_mm2: FloatArray
    confidence: float


@dataclass(frozen=True)
class TouchUp:
    """A fingertip that had come down left the paper (or vanished, then ``vanished`` is True)."""

    finger: int
    t_s: float
    emitted_s: float
    vanished: bool = False


@dataclass(frozen=True)
class KeyPress:
    """A key went down. ``candidates``: (key name, probability) pairs, most probable first.

    ``text``: what it writes under the modifiers in force, "" for a key that writes nothing.
    ``modifiers``: names of the modifier roles in force (shift, ctrl, alt, altgr, win). ``repeat``:
    True when a held key repeats.
    """

    key: str
    text: str
    finger: int
    t_s: float
    emitted_s: float
    xy_mm: tuple[float, float]
    confidence: float
    candidates: tuple[tuple[str, float], ...] = ()
    modifiers: frozenset[str] = frozenset()
    repeat: bool = False


@dataclass(frozen=True)
class KeyRelease:
    """A key that was down went up."""

    key: str
    finger: int
    t_s: float
    emitted_s: float


@dataclass(frozen=True)
class TextEdit:
    """A change at the end of the text: take ``delete`` characters away, then add ``insert``.

    ``correction`` is True for an edit by the language model rather than by a key.
    """

    t_s: float
    delete: int
    insert: str
    correction: bool = False


class State(StrEnum):
    """What the pipeline can say of the view; the values are those of the event contract."""

    INITIALIZING = "initializing"
    MISSING_MARKERS = "missing_markers"
    MISSING_FINGERS = "missing_fingers"
    MISSING_THUMBS = "missing_thumbs"
    VALID = "valid"


@dataclass(frozen=True)
class KeyBox:
    """One key of a layout.

    name: the key's name in events. box: (x, y, w, h) in key space. legends: what it writes, plain,
    shift, AltGr ("" where it writes nothing). role: "char", "dead" (an accent that waits for its
    letter), "shift", "ctrl", "alt", "altgr", "win", "caps", "backspace", "enter", "tab", "space",
    "other". label: what is printed on a key that has
    no character of its own.
    """

    name: str
    box: tuple[float, float, float, float]
    legends: tuple[str, str, str] = ("", "", "")
    role: str = "char"
    label: str = ""


@dataclass(frozen=True)
class MarkerPlace:
    """A marker on the mat: centre in mm, side in mm, and its fiducial code (None: uncoded)."""

    xy_mm: tuple[float, float]
    side_mm: float
    code: int | None


@dataclass(frozen=True)
class Layout:
    """A keyboard: keys as boxes in key space, its size in mm and the mat's four markers.

    markers: far left, far right, near right, near left as the typist sees them.
    """

    name: str
    title: str
    size_mm: tuple[float, float]
    keys: tuple[KeyBox, ...]
    markers: tuple[MarkerPlace, MarkerPlace, MarkerPlace, MarkerPlace]
    paper_mm: tuple[float, float] = (297.0, 210.0)
    by_name: dict[str, KeyBox] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {key.name: key for key in self.keys})

    def key_to_mm(self, xy: FloatArray) -> FloatArray:
        """Map (..., 2) points of key space to mm."""
        width, height = self.size_mm
        return cast(FloatArray, (np.asarray(xy, float) - 0.5) * np.array([width, -height]))

    def mm_to_key(self, xy_mm: FloatArray) -> FloatArray:
        """Map (..., 2) points in mm to key space."""
        width, height = self.size_mm
        return cast(FloatArray, np.asarray(xy_mm, float) / np.array([width, -height]) + 0.5)

    def centres_mm(self) -> FloatArray:
        """(K, 2) mm: the middle of every key, in the order of ``keys``."""
        boxes = np.array([key.box for key in self.keys], float)
        return self.key_to_mm(boxes[:, :2] + boxes[:, 2:] / 2)

    def sizes_mm(self) -> FloatArray:
        """(K, 2) mm: width and height of every key, in the order of ``keys``."""
        boxes = np.array([key.box for key in self.keys], float)
        return cast(FloatArray, boxes[:, 2:] * np.array(self.size_mm))
