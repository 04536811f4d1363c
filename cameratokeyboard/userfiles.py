"""Where a user's own files lie: settings, what is learned of a person, what can be made again."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

from cameratokeyboard.errors import SettingsError

APP_NAME = "cameratokeyboard"


def user_config_file() -> Path:
    """Where the user's settings are looked for when ``--config`` names no other file."""
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False)) / "config.toml"


def user_data_folder() -> Path:
    """Where the program keeps what it learns or downloads: bias per user, models."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def user_cache_folder() -> Path:
    """Where the program keeps what can be made again."""
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))


def profile_file(user: str) -> Path:
    """What ``c2k tune`` has fitted to this user, in the form of a settings file.

    Raises SettingsError for a name that cannot be that of a file.
    """
    return user_data_folder() / "profiles" / f"{_checked(user)}.toml"


def bias_file(user: str) -> Path:
    """What was learned of where this user's fingers land. Raises SettingsError as above."""
    return user_data_folder() / "bias" / f"{_checked(user)}.json"


def _checked(user: str) -> str:
    if not re.fullmatch(r"[\w-][\w.-]{0,63}", user):
        raise SettingsError(
            f"keystroke.user = {user!r}: expected up to 64 letters, digits, '-', '_' or '.', "
            f"not starting with '.'"
        )
    return user
