"""The realism table as text: for the terminal and for the documentation page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cameratokeyboard.errors import OutputError
from cameratokeyboard.files import write_text
from cameratokeyboard.synthetic.realism_rows import Row


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table with both columns."""
    lines = [
        "| Figure | Unit | Published | Simulated | Agrees | Source |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        agrees = "yes" if row.agrees else "**no**"
        lines.append(
            f"| {row.name} | {row.unit} | {_numbers(row.published)} | {_numbers(row.simulated)} "
            f"| {agrees} | {row.source} |"
        )
    return "\n".join(lines)


def notes(rows: Sequence[Row]) -> str:
    """What is to be said on rows, once for rows that share it; rows that differ are named."""
    shared: dict[str, list[str]] = {}
    for row in rows:
        text = row.note
        if not text and not row.agrees:
            text = f"outside the tolerance, a ratio of {row.tolerance:g}."
        if text:
            shared.setdefault(text, []).append(row.name + ("" if row.agrees else " (differs)"))
    return "\n".join(f"- {'; '.join(names)}: {text}" for text, names in shared.items())


def page(rows: Sequence[Row], people: int, seconds: float, seed: int, layout: str) -> str:
    """The whole documentation page."""
    agreeing = sum(row.agrees for row in rows)
    command = f"c2k realism --people {people} --seconds {seconds:g} --seed {seed} --on {layout}"
    return f"""# Realism of the simulated typist

Printed by `{command}`:
{people} random people with random hands, habits, styles and speeds, about {seconds:g} s each.
{agreeing} of {len(rows)} rows agree. A row agrees when each figure lies within its tolerance, a
ratio of 1.1 to 1.35; shares in per cent may also differ by a few points.

{table(rows)}

## Notes

{notes(rows)}

Sources: 136M Keystrokes is Dhakal et al., CHI 2018, with figures computed from its raw logs of
2,053 typists on ordinary keyboards. The taps on glass and the filmed taps on a flat keyboard are
computed from published raw data. "Assumed" marks figures that nobody has published.
"""


def write_page(text: str, path: Path) -> None:
    """Write the page in one move. Raises OutputError when the file cannot be written."""
    try:
        write_text(path, text)
    except OSError as error:
        raise OutputError(
            f"{path}: expected a file that can be written: {error}; choose another place"
        ) from error


def _numbers(values: Sequence[float]) -> str:
    return " / ".join(_number(v) for v in values)


def _number(value: float) -> str:
    if value == 0:
        return "0"
    if abs(value) < 1:
        return f"{value:.2f}"
    return f"{value:.1f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.0f}"
