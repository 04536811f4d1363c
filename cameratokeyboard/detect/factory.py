"""Which detector a run uses: the model file, the engine and what is wrapped around it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from cameratokeyboard.detect.base import Detector
from cameratokeyboard.detect.closeup import (
    STRAIGHT,
    VIEWS,
    CloseDetector,
    CloseupNetwork,
    scout,
)
from cameratokeyboard.detect.focus import FocusDetector
from cameratokeyboard.detect.pictures import PictureDetector
from cameratokeyboard.detect.refine import SteadyDetector
from cameratokeyboard.detect.yolo import YoloDetector, load_yolo

SHIPPED_MODEL = "fingertips.onnx"


def shipped_model() -> Path:
    """The model file that comes with the package."""
    return Path(str(resources.files("cameratokeyboard.data") / SHIPPED_MODEL))


def open_yolo(
    model: Path | None, engine: str = "auto", threads: int = 2, image_size: int = 0
) -> YoloDetector:
    """Load the bare network. model: None takes the shipped one; see ``load_yolo`` for the rest."""
    return load_yolo(model or shipped_model(), engine, threads, image_size)


def open_detector(
    model: Path | None,
    engine: str = "auto",
    threads: int = 2,
    image_size: int = 0,
    refine: bool = True,
    closeup: bool = True,
) -> Detector:
    """The detector for frames of a camera or video, in the order of time.

    model: a file, None takes the shipped one. The others: as the settings of section ``detector``.
    Raises ModelError or MissingExtraError with one line.
    """
    yolo = open_yolo(model, engine, threads, image_size)
    network = CloseupNetwork.load(threads=threads) if closeup else None
    if network is not None:
        yolo = scout(yolo, network.settings)
    looker: Detector = FocusDetector(yolo, yolo.wider())
    if network is not None:
        looker = CloseDetector(looker, network, VIEWS if refine else (STRAIGHT,))
    return SteadyDetector(looker) if refine else looker


def open_picture_detector(
    model: Path | None,
    engine: str = "auto",
    threads: int = 2,
    image_size: int = 0,
    closeup: bool = True,
) -> Detector:
    """The detector for single pictures; arguments as for ``open_detector``."""
    yolo = open_yolo(model, engine, threads, image_size)
    if not closeup:
        return PictureDetector(yolo)
    network = CloseupNetwork.load(threads=threads)
    return CloseDetector(PictureDetector(scout(yolo, network.settings)), network)
