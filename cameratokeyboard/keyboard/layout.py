"""Layout files: key boxes and marker places, as data, checked when loaded."""

from __future__ import annotations

from pathlib import Path

import yaml

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.errors import LayoutError
from cameratokeyboard.keyboard.schema import build_layout

_PACKAGED = Path(__file__).resolve().parent.parent / "data" / "layouts"
_CHECKOUT = Path(__file__).resolve().parent.parent.parent / "layouts"


def layout_folder() -> Path:
    """The folder of the layouts that ship with the program."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def layout_names() -> list[str]:
    """Names of the shipped layouts."""
    return sorted(path.stem for path in layout_folder().glob("*.yaml"))


def load_layout(name_or_path: str | Path) -> Layout:
    """Load a layout by its shipped name or from a file.

    Raises LayoutError that names the file and, where one is at fault, the key.
    """
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = layout_folder() / f"{name_or_path}.yaml"
    if not path.is_file():
        raise LayoutError(
            f"layout '{name_or_path}': expected one of {', '.join(layout_names())} "
            f"or the path of a .yaml file, and found neither"
        )
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LayoutError(f"{path}: expected a readable YAML file: {error}") from error
    return build_layout(raw, str(path))
