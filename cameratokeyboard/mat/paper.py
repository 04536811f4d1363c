"""Paper sizes by name or by their sides."""

from __future__ import annotations

import re

from cameratokeyboard.errors import SettingsError

#: Landscape, mm.
PAPERS = {"a4": (297.0, 210.0), "letter": (279.4, 215.9), "a3": (420.0, 297.0)}
_MIN_MM, _MAX_MM = 50.0, 1500.0


def paper_size(name: str) -> tuple[float, float]:
    """Width and height in mm of a paper by name or as ``WxH``. Raises SettingsError."""
    known = PAPERS.get(name.strip().lower())
    if known is not None:
        return known
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*[xX×]\s*(\d+(?:\.\d+)?)\s*", name)
    if match is None:
        raise SettingsError(
            f"paper '{name}': expected {', '.join(PAPERS)} or WIDTHxHEIGHT in mm, as 330x220"
        )
    width, height = float(match[1]), float(match[2])
    if min(width, height) < _MIN_MM or max(width, height) > _MAX_MM:
        raise SettingsError(
            f"paper '{name}': expected sides of {_MIN_MM:g} to {_MAX_MM:g} mm; sizes are in mm"
        )
    return width, height
