"""The models on this computer: which one to run now, and how a new one is put in place.

Each store has a folder of its own below the user's data folder::

    <version>.onnx                 a model, complete and checked before it got this name
    choice-00000000000000000007.json   "from change 7 of the store on, run this version"
    *.part                         a download under way, or one that was killed

The choice with the highest number whose model is sound wins. Nothing is ever changed in place:
files appear under their names complete, so two processes at once need no lock, and a kill at any
moment leaves what was there before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cameratokeyboard.config import RegistrySettings, Settings
from cameratokeyboard.errors import ModelError, RegistryError
from cameratokeyboard.files import PART, write_text
from cameratokeyboard.registry.onnxfile import read_metadata
from cameratokeyboard.registry.store import is_configured, store_id
from cameratokeyboard.registry.versions import file_sha256
from cameratokeyboard.userfiles import user_data_folder

SHIPPED_MODEL = Path(__file__).parent.parent / "data" / "fingertips.onnx"
#: A partial download older than this belongs to nobody any more.
ABANDONED_AFTER = datetime.timedelta(hours=6)
_CHOICE = "choice-"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """One version that was checked and put in place.

    order: grows with every change of the store; the manifest's serial number, or for a store
    without manifest the object's time in microseconds. sha256, size: of the model file. chosen_at:
    UTC, ISO 8601, when the store made this its current version. source: the store's key of it.
    """

    order: int
    version: str
    sha256: str
    size: int
    chosen_at: str
    source: str

    @property
    def file_name(self) -> str:
        """The model's file in the folder."""
        return f"{self.version}.onnx"


class LocalModels:
    """The folder of one store's models. Nothing is created before a model is put into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def choices(self) -> list[Choice]:
        """What was put in place, the newest choice first; damaged records are passed over."""
        records = (_read_choice(path) for path in self._files(f"{_CHOICE}*.json"))
        return sorted(filter(None, records), key=lambda c: c.order, reverse=True)

    def path(self, choice: Choice) -> Path:
        """Where the choice's model is (or was)."""
        return self.folder / choice.file_name

    def problem(self, choice: Choice) -> str | None:
        """Why the choice's model cannot be run, or None when its file is what was checked."""
        path = self.path(choice)
        try:
            size = path.stat().st_size
            if size != choice.size:
                return f"{path}: expected {choice.size} bytes, found {size}"
            if file_sha256(path) != choice.sha256:
                return f"{path}: damaged, its SHA-256 is not {choice.sha256[:12]}..."
        except OSError as error:
            return f"{path}: {error.strerror or error}"
        return None

    @contextlib.contextmanager
    def new_part(self) -> Iterator[Path]:
        """A file name of our own for a download; removed at the end unless it was moved away."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(suffix=PART, dir=self.folder)
        os.close(number)
        try:
            yield Path(name)
        finally:
            with contextlib.suppress(OSError):
                Path(name).unlink(missing_ok=True)

    def accept(self, part: Path | None, choice: Choice, *, keep: int) -> Path:
        """Move a checked download in place and make it the choice of the next start.

        part: None when the model is here already. keep: how many versions stay. Raises OSError
        where the folder cannot be written; what was there before is then still there.
        """
        target = self.path(choice)
        if part is not None:
            try:
                part.replace(target)
            except PermissionError:
                # Windows refuses while another process has the same model open: then it is there.
                if self.problem(choice):
                    raise
        self._write_choice(choice)
        self._prune(keep)
        return target

    def clean(self, now: datetime.datetime) -> None:
        """Remove what killed downloads left behind."""
        for path in self._files(f"*{PART}"):
            with contextlib.suppress(OSError):
                if now.timestamp() - path.stat().st_mtime > ABANDONED_AFTER.total_seconds():
                    path.unlink()

    def _write_choice(self, choice: Choice) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dataclasses.asdict(choice), indent=1)
        write_text(self.folder / f"{_CHOICE}{choice.order:020d}.json", text)

    def _prune(self, keep: int) -> None:
        """Forget all but the newest ``keep`` versions; a file in use (Windows) goes next time."""
        kept: dict[str, None] = {}
        for choice in self.choices():
            if choice.version in kept or len(kept) < keep:
                kept[choice.version] = None
                continue
            with contextlib.suppress(OSError):
                self.path(choice).unlink(missing_ok=True)
                (self.folder / f"{_CHOICE}{choice.order:020d}.json").unlink(missing_ok=True)

    def _files(self, pattern: str) -> list[Path]:
        try:
            return sorted(self.folder.glob(pattern))
        except OSError:
            return []


def models_folder(settings: RegistrySettings, root: Path | None = None) -> LocalModels:
    """The local models of the store that the settings name. root: the user's data folder."""
    return LocalModels((root or user_data_folder()) / "models" / store_id(settings))


def newest_verified(
    settings: Settings, *, root: Path | None = None, shipped: Path = SHIPPED_MODEL
) -> Path:
    """The model to run now: the newest one here that is what was once verified.

    Asks no network and imports neither boto3 nor ONNX Runtime. Without a store in the settings it
    is the shipped model; so it is when that was made after the store's newest choice known here.
    A damaged model is passed over with a line in the log.

    Raises ModelError when there is no model at all.
    """
    if is_configured(settings.registry):
        models = models_folder(settings.registry, root)
        for choice in models.choices():
            problem = models.problem(choice)
            if problem is not None:
                _log.warning("passed over a downloaded model: %s", problem)
            elif is_older_than_shipped(choice.chosen_at, choice.sha256, shipped):
                break
            else:
                return models.path(choice)
    if not shipped.is_file():
        raise ModelError(
            f"{shipped}: expected the model that ships with the program, and it is missing; "
            "install it again, or name a model with --model"
        )
    return shipped


def is_older_than_shipped(chosen_at: str, sha256: str, shipped: Path) -> bool:
    """Whether the shipped model was made after a store chose another one at ``chosen_at``."""
    try:
        made = read_metadata(shipped).get("date", "")
    except ModelError:
        return False
    made_at, chosen = parse_time(made), parse_time(chosen_at)
    if made_at is None or chosen is None or made_at <= chosen:
        return False
    return file_sha256(shipped) != sha256


def parse_time(text: str) -> datetime.datetime | None:
    """An ISO 8601 time; taken as UTC where it names no zone; None when it is none."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)


def disk_trouble(folder: Path, error: OSError) -> RegistryError:
    """One line on why a model cannot be written."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return RegistryError(f"{folder}: the disk is full ({error.strerror})")
    return RegistryError(f"{folder}: cannot be written to: {error.strerror or error}")


def _read_choice(path: Path) -> Choice | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        choice = Choice(**data)
        plain_name = Path(choice.file_name).name == choice.file_name
        return choice if plain_name and type(choice.order) is int else None
    except (OSError, ValueError, TypeError):
        return None
