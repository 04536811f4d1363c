"""``c2k detect``: fingertips, thumbs and markers in pictures, as JSON and as overlays."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cameratokeyboard.errors import OutputError, SourceError
from cameratokeyboard.files import write_bytes, write_text

if TYPE_CHECKING:
    from cameratokeyboard.datatypes import Detections, ImageArray

NAME = "detect"
HELP = "find fingertips, thumbs and markers in pictures"
EXAMPLE = "c2k detect photo.jpg --json - --overlay overlays"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Pictures, and where the results go."""
    parser.add_argument(
        "pictures", nargs="+", type=Path, metavar="PICTURE", help="picture or folder of pictures"
    )
    parser.add_argument("--json", metavar="FILE", help="results as JSON; - for standard output")
    parser.add_argument("--overlay", type=Path, metavar="FOLDER", help="draw the results here")
    add_detector_arguments(parser)


def add_detector_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of the section ``detector``."""
    parser.add_argument("--model", dest="detector__model", metavar="FILE", help="detector model")
    parser.add_argument(
        "--engine",
        dest="detector__engine",
        choices=("auto", "onnxruntime", "openvino"),
        help="inference engine",
    )
    parser.add_argument(
        "--image-size",
        dest="detector__image_size",
        type=int,
        metavar="PX",
        help="longest side of what the model sees of a 16:9 picture; default: its own",
    )


def run(args: argparse.Namespace) -> int:
    """Detect in every picture; without --json and --overlay a line a picture is printed."""
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.datatypes import Frame
    from cameratokeyboard.detect.factory import open_picture_detector

    settings = load_settings(args).detector
    model = Path(settings.model) if settings.model else None
    paths = _pictures(args.pictures)
    detector = open_picture_detector(
        model, settings.engine, settings.threads, settings.image_size, settings.closeup
    )
    results: list[dict[str, Any]] = []
    for index, path in enumerate(paths):
        image = _read(path)
        found = detector.detect(Frame(image, 0.0, index))
        results.append(as_json(path, found))
        if args.overlay:
            _write_overlay(args.overlay / (path.stem + ".png"), image, found)
        if not args.json:
            print(_line(path, found))
        elif sys.stderr.isatty():
            print(f"\r{index + 1}/{len(paths)}", end="", file=sys.stderr, flush=True)
    if args.json:
        _write_json(args.json, results)
    return 0


def as_json(path: Path, found: Detections) -> dict[str, Any]:
    """One picture's entry in the form of the design."""
    from cameratokeyboard.datatypes import CLASS_NAMES

    width, height = found.image_wh
    detections = [
        {
            "class": CLASS_NAMES[int(found.class_id[i])],
            "confidence": round(float(found.confidence[i]), 4),
            "xyxy": [round(float(v), 2) for v in found.xyxy[i]],
            "contact": [round(float(v), 2) for v in found.contact_px[i]],
        }
        for i in range(len(found))
    ]
    return {"image": path.name, "width": width, "height": height, "detections": detections}


def _pictures(named: list[Path]) -> list[Path]:
    suffixes = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
    paths: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in suffixes)
            if not inside:
                raise SourceError(f"{path}: expected pictures in the folder, and there are none")
            paths += inside
        elif path.is_file():
            paths.append(path)
        else:
            raise SourceError(f"{path}: there is no such picture or folder")
    return paths


def _read(path: Path) -> ImageArray:
    import cv2
    import numpy as np

    data = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if image is None:
        raise SourceError(f"{path}: expected a picture, and it cannot be decoded")
    return np.asarray(image, np.uint8)


def _line(path: Path, found: Detections) -> str:
    from cameratokeyboard.datatypes import CLASS_NAMES

    counts = [int((found.class_id == index).sum()) for index in range(len(CLASS_NAMES))]
    words = ", ".join(f"{n} {name}s" for n, name in zip(counts, CLASS_NAMES, strict=True))
    return f"{path.name}: {words}"


def _write_json(target: str, results: list[dict[str, Any]]) -> None:
    text = json.dumps(results, indent=1) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(target)
    try:
        write_text(path, text)
    except OSError as error:
        raise OutputError(f"{path}: the results cannot be written: {error.strerror}") from error


def _write_overlay(path: Path, image: ImageArray, found: Detections) -> None:
    import cv2

    from cameratokeyboard.detect.overlay import draw

    done, data = cv2.imencode(".png", draw(image, found))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, data.tobytes() if done else b"")
    except OSError as error:
        raise OutputError(f"{path}: the overlay cannot be written: {error.strerror}") from error
