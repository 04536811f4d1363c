"""Keeps ultralytics from installing packages, calling home and writing into the home folder."""

from __future__ import annotations

import os

from cameratokeyboard.userfiles import user_cache_folder


def quiet_ultralytics() -> None:
    """Set what ultralytics reads from the environment; to be called before it is imported."""
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_OFFLINE", "true")
    folder = user_cache_folder() / "ultralytics"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
