"""What the program costs: start, frames per second, computing time, memory, on the demo clip."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.errors import C2KError, MissingExtraError, ModelError

_DETECTOR_FRAMES = 40
_ENGINES = ("onnxruntime", "openvino")


@dataclass(frozen=True)
class ClipCost:
    """first_frame_s: from starting the program to its first processed frame. fps: frames processed
    a second from then on. compute_ms: p50 and p95 of one frame. peak_mb: most memory held.
    """

    frames: int
    first_frame_s: float
    fps: float
    compute_ms: tuple[float, float]
    peak_mb: float


def clip_cost(source: str = "demo", arguments: Sequence[str] = ()) -> ClipCost:
    """Run the program on a clip in a process of its own, as fast as it goes.

    Raises C2KError with the program's own words when it fails.
    """
    started = time.time()
    child = subprocess.run(
        [sys.executable, "-m", "cameratokeyboard.benchmark.cost", str(started), source, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = child.stdout.strip().splitlines()
    if child.returncode != 0 or not lines:
        reason = (child.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise C2KError(f"benchmark: the run on '{source}' failed: {reason}")
    raw = json.loads(lines[-1])
    raw["compute_ms"] = tuple(raw["compute_ms"])
    return ClipCost(**raw)


def detector_ms(model: Path | None = None) -> dict[str, tuple[float, float]]:
    """p50 and p95 of one look at a whole frame in ms, by inference engine that is installed."""
    from cameratokeyboard.capture.factory import DEMO_CLIP
    from cameratokeyboard.datatypes import Frame
    from cameratokeyboard.detect.factory import open_yolo

    frames = _frames(DEMO_CLIP, _DETECTOR_FRAMES)
    found: dict[str, tuple[float, float]] = {}
    for engine in _ENGINES:
        try:
            detector = open_yolo(model, engine)
        except (MissingExtraError, ModelError):
            continue
        times = []
        for number, image in enumerate(frames):
            before = time.perf_counter()
            detector.detect(Frame(image, number / 30, number))
            times.append((time.perf_counter() - before) * 1000)
        p50, p95 = np.percentile(times[3:], [50, 95])  # the first looks warm the engine up
        found[engine] = (float(p50), float(p95))
    return found


def closeup_ms(fingers: int = 10) -> tuple[float, float]:
    """p50 and p95 of close looks at so many fingertips of a frame of the demo clip, in ms."""
    from cameratokeyboard.capture.factory import DEMO_CLIP
    from cameratokeyboard.detect.closeup import CloseupNetwork, cut_windows
    from cameratokeyboard.detect.slant import slants

    network = CloseupNetwork.load()
    times = []
    for image in _frames(DEMO_CLIP, _DETECTOR_FRAMES):
        height, width = image.shape[:2]
        across = (np.arange(fingers) + 0.5) * width / fingers
        windows = np.stack([across, np.full(fingers, height / 2), np.full(fingers, width / 12)], 1)
        before = time.perf_counter()
        network.look(cut_windows(image, windows), slants(None, windows))
        times.append((time.perf_counter() - before) * 1000)
    p50, p95 = np.percentile(times[3:], [50, 95])
    return float(p50), float(p95)


def _frames(clip: Path, count: int) -> list[Any]:
    import cv2

    video = cv2.VideoCapture(str(clip))
    frames: list[Any] = []
    while len(frames) < count:
        ok, image = video.read()
        if not ok:
            break
        frames.append(image)
    video.release()
    if len(frames) < 5:
        raise C2KError(f"{clip}: expected a clip with at least 5 frames, read {len(frames)}")
    return frames


def peak_memory_mb() -> float:
    """The most memory that this process has held so far, NaN where it cannot be told."""
    try:
        import resource
    except ImportError:
        return _peak_on_windows()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) / (1024.0**2 if sys.platform == "darwin" else 1024.0)


def _peak_on_windows() -> float:
    if sys.platform != "win32":
        return float("nan")
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((f"size{n}", ctypes.c_size_t) for n in range(8)),
        ]

    counters = Counters()
    counters.cb = ctypes.sizeof(Counters)
    done = ctypes.windll.psapi.GetProcessMemoryInfo(
        ctypes.windll.kernel32.GetCurrentProcess(), ctypes.byref(counters), counters.cb
    )
    # The first size is PeakWorkingSetSize.
    return float(counters.size0) / 1024.0**2 if done else float("nan")


def _child(started: float, source: str, arguments: Sequence[str]) -> int:
    """The measured process: prints its figures as the last line."""
    import argparse
    from dataclasses import replace

    from cameratokeyboard.app import run_app
    from cameratokeyboard.commands import run as run_command
    from cameratokeyboard.config import load_settings

    parser = argparse.ArgumentParser()
    run_command.add_arguments(parser)
    args = parser.parse_args([*arguments, "--source", source, "--ui", "none", "--no-realtime"])
    settings = load_settings(args)
    settings = replace(settings, output=replace(settings.output, events="", type_into_os=False))
    before = time.time()
    report = run_app(settings, text_to_stdout=False)
    if report.first_frame_s is None or report.frames < 2:
        raise C2KError(f"{source}: expected at least two frames, got {report.frames}")
    # What run_app does before its loop begins is the difference of the two clocks.
    opening = time.time() - before - report.wall_s
    p50, p95 = np.percentile(report.compute_ms, [50, 95])
    figures = {
        "frames": report.frames,
        "first_frame_s": before - started + opening + report.first_frame_s,
        "fps": (report.frames - 1) / max(report.wall_s - report.first_frame_s, 1e-6),
        "compute_ms": [float(p50), float(p95)],
        "peak_mb": peak_memory_mb(),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(_child(float(sys.argv[1]), sys.argv[2], sys.argv[3:]))
    except C2KError as error:
        sys.exit(str(error))
