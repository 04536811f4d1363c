"""The one error tree. Every message says what was expected, what came and what to do."""

from __future__ import annotations


class C2KError(Exception):
    """Base of every error this program raises on purpose; the command line shows it as one line."""


class SettingsError(C2KError):
    """A setting from a file, the environment or a flag has a wrong name, type or value."""


class SourceError(C2KError):
    """Frames cannot be had: camera, file, folder or address missing, busy or unreadable."""


class ModelError(C2KError):
    """A model file is missing, damaged, of the wrong kind or fails verification."""


class LayoutError(C2KError):
    """A layout file is missing or inconsistent; the message names the file and the key."""


class DatasetError(C2KError):
    """A dataset folder is missing, empty or has unusable pictures or labels."""


class TruthError(C2KError):
    """A truth or event file cannot be read or does not fit its clip."""


class OutputError(C2KError):
    """A file, window or keyboard sink cannot be written to."""


class MissingExtraError(C2KError):
    """An optional part of the program is not installed; the message names the extra."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the optional extra '{extra}', which is not installed; "
            f"run: pip install 'cameratokeyboard[{extra}]'"
        )
        self.extra = extra


class RegistryError(C2KError):
    """The model store cannot be reached, or what it holds fails verification."""


class SimulationError(C2KError):
    """A simulated typist, hand or scene was asked for something impossible."""
