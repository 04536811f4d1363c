"""The detector's model: there, what it should be, and able to run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cameratokeyboard.datatypes import Frame
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.doctor.base import Finding, fail, ok, warn
from cameratokeyboard.errors import C2KError

#: Above this the program cannot keep up with 15 frames a second, at which presses get lost.
SLOW_MS = 66.0
_RUNS = 5


def check_model(
    find: Callable[[], Path],
    load: Callable[[Path], Detector],
    clock: Callable[[], float] = time.perf_counter,
) -> list[Finding]:
    """Find the model file, compare its checksum where one is known, load it and time it.

    find: gives the file that a run would use. load: makes a detector of it.
    """
    try:
        path = find()
    except C2KError as error:
        return [fail("model", str(error), "install the program again, or run: c2k models pull")]
    findings = [check_sum(path)]
    try:
        detector = load(path)
        findings.append(check_speed(detector, clock))
    except C2KError as error:
        advice = "name another model with --model, or run: c2k models pull"
        findings.append(fail("model", str(error), advice))
    return findings


def check_sum(path: Path) -> Finding:
    """Compare a model with the ``.sha256`` file beside it, where there is one."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        advice = "name a model file that can be read"
        return fail("model file", f"{path}: {error.strerror or error}", advice)
    size = f"{path.name}, {path.stat().st_size / 1e6:.1f} MB"
    beside = path.with_suffix(".sha256")
    try:
        wanted = beside.read_text(encoding="ascii").split()[0].lower()
    except (OSError, UnicodeDecodeError, IndexError):
        return ok("model file", f"{size}, sha256 {found[:12]}... (no known checksum to compare)")
    if wanted == found:
        return ok("model file", f"{size}, checksum matches")
    return fail(
        "model file",
        f"{size}: expected sha256 {wanted[:12]}..., got {found[:12]}...",
        "the file is damaged or was replaced; install the program again",
    )


def check_speed(detector: Detector, clock: Callable[[], float]) -> Finding:
    """Run the detector a few times on a grey 720p picture."""
    image = np.full((720, 1280, 3), 114, np.uint8)
    took_ms = []
    for index in range(_RUNS):
        before = clock()
        detector.detect(Frame(image, index / 30, index))
        took_ms.append((clock() - before) * 1000)
    middle = sorted(took_ms)[_RUNS // 2]
    detail = f"loads and runs, {middle:.0f} ms a picture"
    if middle <= SLOW_MS:
        return ok("model", detail)
    advice = "close other programs, install the extra 'openvino', or set detector.image_size lower"
    return warn("model", detail, advice)
