"""The camera: there, opens, gives frames at its rate, and sees enough light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cameratokeyboard.capture.base import FrameSource
from cameratokeyboard.doctor.base import Finding, fail, ok, warn
from cameratokeyboard.errors import SourceError

#: How long to watch, on the source's clock, and the most frames to take.
WATCH_S = 2.0
_MOST_FRAMES = 150
#: The first moments are left out: exposure settles and the rate is not yet steady.
_SETTLE_S = 0.7
#: Below this rate short touches fall between frames; see the figures on touch times in the docs.
SLOW_FPS = 20.0
#: Mean grey levels (0..255) outside which fingertips lose their edges (assumption).
DARK, BRIGHT = 50.0, 215.0
#: A picture with less spread of grey levels than this shows nothing: lens cover, dead camera.
FLAT = 3.0


@dataclass(frozen=True)
class Watched:
    """What a source gave: size in px, measured frames per second, mean and spread of grey."""

    size_wh: tuple[int, int]
    fps: float
    brightness: float
    spread: float


def check_camera(open_it: Callable[[], FrameSource], *, needed: bool, live: bool) -> list[Finding]:
    """Open the source and watch it.

    needed: False when no camera is known and none was asked for by name: that is a warning, since
    files and the demo work without one. live: whether rate and light say anything.
    """
    try:
        with open_it() as source:
            watched = watch(source)
            name = source.description
    except SourceError as error:
        advice = "connect a camera; c2k devices lists them; c2k demo needs none"
        return [(fail if needed else warn)("camera", str(error), advice)]
    if watched is None:
        return [fail("camera", f"{name}: gave no frame", "choose another --source")]
    width, height = watched.size_wh
    findings = [ok("camera", f"{name}: gives {width}x{height} px")]
    return findings + (judge(watched) if live else [])


def watch(source: FrameSource) -> Watched | None:
    """Take frames for a short while; None when there was not one."""
    times: list[float] = []
    frame = None
    while len(times) < _MOST_FRAMES:
        latest = source.read()
        if latest is None:
            break
        frame = latest
        times.append(frame.t_s)
        if frame.t_s - times[0] >= WATCH_S:
            break
    if frame is None:
        return None
    settled = [t for t in times if t - times[0] >= _SETTLE_S]
    span = settled[-1] - settled[0] if len(settled) > 1 else 0.0
    fps = (len(settled) - 1) / span if span > 0 else 0.0
    grey = np.asarray(frame.image, np.float32).mean(axis=2)
    return Watched(frame.size_wh, fps, float(grey.mean()), float(grey.std()))


def judge(watched: Watched) -> list[Finding]:
    """What rate, size and light mean."""
    findings = []
    if 0 < watched.fps < SLOW_FPS:
        advice = "add light (in the dark cameras halve their rate), or ask for less: --width 640"
        findings.append(warn("frame rate", f"{watched.fps:.0f} fps", advice))
    elif watched.fps > 0:
        findings.append(ok("frame rate", f"{watched.fps:.0f} fps"))
    light = f"mean grey level {watched.brightness:.0f} of 255"
    if watched.spread < FLAT:
        advice = "uncover the lens, or choose another camera"
        findings.append(fail("light", f"{light}, and nothing is to be seen", advice))
    elif watched.brightness < DARK:
        findings.append(warn("light", f"{light}: dark", "add light from the camera's side"))
    elif watched.brightness > BRIGHT:
        findings.append(warn("light", f"{light}: glaring", "turn lamps away from the paper"))
    else:
        findings.append(ok("light", light))
    if watched.size_wh[0] < 640:
        advice = "ask for more: --width 1280 --height 720"
        findings.append(warn("picture size", f"{watched.size_wh[0]} px wide", advice))
    return findings
