"""What is kept of a person: fitted settings, in a file that can be deleted to be as before."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.files import write_text


def save_profile(path: Path, sensitivity: float) -> None:
    """Keep the fitted settings, by way of a temporary file. Raises SettingsError."""
    content = tomli_w.dumps({"keystroke": {"sensitivity": sensitivity}})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, content)
    except OSError as error:
        raise SettingsError(f"{path}: what was fitted could not be saved: {error}") from error


def forget_profile(path: Path) -> bool:
    """Delete what is kept; False when there was nothing."""
    if not path.exists():
        return False
    path.unlink()
    return True
