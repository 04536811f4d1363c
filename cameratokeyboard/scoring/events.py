"""Reads what was truly pressed and what was recognised: truth files and event files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cameratokeyboard.errors import TruthError


@dataclass(frozen=True)
class Press:
    """One press, true or recognised.

    t_s: contact on the clip's clock. key: the layout's name of the key. finger: name, None when
    not known. emitted_s: when it was said, None for a true press.
    """

    t_s: float
    key: str
    finger: str | None = None
    emitted_s: float | None = None


@dataclass(frozen=True)
class Truth:
    """What a clip truly holds.

    text: what the presses write, slips included. layout: its name, "" if not said. meant: what the
    person wanted to write, None if not known.
    """

    text: str
    presses: tuple[Press, ...]
    layout: str = ""
    meant: str | None = None


@dataclass(frozen=True)
class Recognised:
    """What the program made of a clip: presses in the order of their contact, raw and final text.

    corrected: the text after the language model's edits, None when it was off.
    """

    presses: tuple[Press, ...]
    text: str
    corrected: str | None = None


def read_truth(path: Path) -> Truth:
    """Read a ``*.truth.json``; TruthError says what is wrong with it."""
    raw = _load(path)
    if not isinstance(raw, dict) or not isinstance(raw.get("events"), list):
        raise TruthError(
            f"{path}: expected a JSON object with 'text' and a list 'events', "
            f"as c2k simulate writes"
        )
    presses = tuple(_true_press(path, i, entry) for i, entry in enumerate(raw["events"]))
    text = raw.get("text")
    if not isinstance(text, str):
        raise TruthError(f"{path}: expected 'text' to be a text, got {text!r}")
    meant = raw.get("asked_for")
    return Truth(
        text,
        tuple(sorted(presses, key=lambda p: p.t_s)),
        str(raw.get("layout", "")),
        meant if isinstance(meant, str) else None,
    )


def read_events(path: Path) -> Recognised:
    """Read a file of ``--events`` lines; TruthError names the line that is wrong.

    Repeats of held keys are no presses. The raw text is what the presses and repeats write; where
    a line says that something was corrected, the last line's text is the corrected one.
    """
    presses: list[Press] = []
    raw: list[str] = []
    text, edited = None, False
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
            kind = event["type"]
            if kind == "press":
                _write(raw, str(event["key"]), str(event.get("text", "")))
                if not event.get("repeat", False):
                    presses.append(_press(event))
            elif kind == "edit":
                edited = True
            elif kind == "text":
                text = str(event["text"])
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise TruthError(
                f"{path}, line {number}: expected an event as --events writes, "
                f"got {line[:60]!r} ({error})"
            ) from error
    ordered = tuple(sorted(presses, key=lambda p: p.t_s))
    if not edited:
        return Recognised(ordered, "".join(raw) if text is None else text)
    return Recognised(ordered, "".join(raw), text or "")


def _press(event: dict[str, Any]) -> Press:
    return Press(float(event["t"]), str(event["key"]), event.get("finger"), float(event["emitted"]))


def _write(raw: list[str], key: str, text: str) -> None:
    if key == "backspace" and not text:
        del raw[-1:]
    else:
        raw.extend(text)


def _true_press(path: Path, index: int, entry: Any) -> Press:
    try:
        return Press(float(entry["t_down"]), str(entry["key"]), entry.get("finger"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TruthError(
            f"{path}: event {index}: expected 't_down' in seconds and 'key', got {entry!r}"
        ) from error


def _load(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise TruthError(f"{path}: expected JSON: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TruthError(f"{path}: expected a readable text file: {error}") from error
