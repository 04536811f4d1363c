"""Layout files: key boxes and marker places, as data, checked when loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from cameratokeyboard.datatypes import KeyBox, Layout, MarkerPlace
from cameratokeyboard.errors import LayoutError

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
    return _build(raw, path)


def _build(raw: Any, path: Path) -> Layout:
    keys: list[KeyBox] = []
    columns, rows = raw["units"]
    for row_number, row in enumerate(raw["rows"]):
        x = 0.0
        for entry in row:
            width = float(entry.get("w", 1))
            legends = (*entry.get("legends", ()), "", "", "")[:3]
            keys.append(
                KeyBox(
                    name=entry["name"],
                    box=(x / columns, row_number / rows, width / columns, 1 / rows),
                    legends=(str(legends[0]), str(legends[1]), str(legends[2])),
                    role=entry.get("role", "char"),
                    label=entry.get("label", ""),
                )
            )
            x += width
    markers = [
        MarkerPlace((float(m["xy_mm"][0]), float(m["xy_mm"][1])), float(m["side_mm"]), m["code"])
        for m in raw["markers"]
    ]
    return Layout(
        name=raw["name"],
        title=raw["title"],
        size_mm=(float(raw["size_mm"][0]), float(raw["size_mm"][1])),
        keys=tuple(keys),
        markers=(markers[0], markers[1], markers[2], markers[3]),
        paper_mm=(float(raw["paper_mm"][0]), float(raw["paper_mm"][1])),
    )
