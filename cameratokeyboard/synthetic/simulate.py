"""A clip of simulated typing with its truth file and, on request, labels of every frame."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cameratokeyboard.errors import OutputError
from cameratokeyboard.files import write_text
from cameratokeyboard.synthetic.clip import Clip, ClipWish, build_clip, paint_frames
from cameratokeyboard.synthetic.clipfile import ClipFile

_TRUTH_DIGITS = 4


def truth_path(clip: Path) -> Path:
    """``clip.truth.json`` beside ``clip.mp4``."""
    return clip.with_suffix(".truth.json")


def truth_of(clip: Clip) -> dict[str, Any]:
    """The truth file's content: text, layout, rate, presses, camera."""
    performance = clip.performance
    return {
        "text": performance.text,
        "layout": performance.layout,
        "fps": clip.wish.fps,
        "events": [
            {
                "t_down": round(event.t_down, _TRUTH_DIGITS),
                "t_up": round(event.t_up, _TRUTH_DIGITS),
                "key": event.key,
                "finger": event.finger,
                "x_mm": round(event.x_mm, 3),
                "y_mm": round(event.y_mm, 3),
            }
            for event in performance.events
        ],
        "camera": clip.stage.camera.to_json(),
        "wpm": clip.wish.wpm,
        "seed": clip.wish.seed,
        "style": clip.wish.style,
        "asked_for": clip.wish.text,
    }


def simulate(
    wish: ClipWish,
    output: Path,
    labels: Path | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Render a clip to ``output`` with its truth beside it; returns the number of frames.

    labels: folder for exact labels, one file a frame. progress: called with frames done and
    wanted. Raises SimulationError for a text or speed that cannot be typed, OutputError when a
    file cannot be written.
    """
    if not output.resolve().parent.is_dir():
        raise OutputError(f"{output}: expected an existing folder, {output.parent} is none")
    if labels is not None:
        _make_folder(labels)
    clip = build_clip(wish)
    count = clip.frame_count
    with ClipFile(output, wish.size_wh, wish.fps) as file:
        for frame in paint_frames(wish, count, workers):
            file.write(frame.image)
            if labels is not None:
                lines = "".join(f"{label.line(wish.size_wh)}\n" for label in frame.labels)
                write_text(labels / f"{output.stem}_{frame.index:06d}.txt", lines)
            progress(frame.index + 1, count)
    write_text(truth_path(output), json.dumps(truth_of(clip), indent=1))
    return count


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: expected a folder that can be written: {error}") from error
