"""What presses write: the text that a row of true presses really produces."""

from __future__ import annotations

from collections.abc import Sequence

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.synthetic.datatypes import TruthEvent

#: A held key repeats after this delay and then at this interval: the program's own defaults.
REPEAT_DELAY_S, REPEAT_INTERVAL_S = 0.5, 0.04
_REPEATING = frozenset({"char", "space", "backspace", "enter", "tab"})


def repeats_of(t_down: float, t_up: float, until_s: float) -> list[float]:
    """Times at which a key held from ``t_down`` repeats; another press at ``until_s`` ends that."""
    end = min(t_up, until_s)
    times = []
    moment = t_down + REPEAT_DELAY_S
    while moment < end:
        times.append(moment)
        moment += REPEAT_INTERVAL_S
    return times


def text_of(events: Sequence[TruthEvent], layout: Layout) -> str:
    """The text that these presses write on this layout, with modifiers, repeats and backspaces."""
    ordered = sorted(events, key=lambda e: e.t_down)
    held: dict[str, list[tuple[float, float]]] = {"shift": [], "altgr": [], "ctrl": [], "alt": []}
    for event in ordered:
        role = layout.by_name[event.key].role
        if role in held:
            held[role].append((event.t_down, event.t_up))
    strikes: list[tuple[float, str]] = []
    for number, event in enumerate(ordered):
        strikes.append((event.t_down, event.key))
        if layout.by_name[event.key].role in _REPEATING:
            later = (
                e.t_down for e in ordered[number + 1 :] if layout.by_name[e.key].role in _REPEATING
            )
            until = next(later, float("inf"))
            strikes += [(t, event.key) for t in repeats_of(event.t_down, event.t_up, until)]
    written: list[str] = []
    caps = False
    for t_s, name in sorted(strikes, key=lambda s: s[0]):
        down = {role for role, spans in held.items() if any(a <= t_s < b for a, b in spans)}
        caps = caps ^ (layout.by_name[name].role == "caps")
        apply_key(written, layout, name, down, caps)
    return "".join(written)


def apply_key(
    written: list[str], layout: Layout, name: str, down: set[str], caps: bool = False
) -> None:
    """Change ``written`` as one strike of the key does while the roles in ``down`` are held."""
    key = layout.by_name[name]
    if down & {"ctrl", "alt"}:
        return
    if key.role == "backspace":
        if written:
            written.pop()
    elif key.role == "enter":
        written.append("\n")
    elif key.role == "tab":
        written.append("\t")
    elif key.role == "space":
        written.append(" ")
    elif key.role == "char":
        level = (
            2 if "altgr" in down else 1 if ("shift" in down) != _capital(key.legends, caps) else 0
        )
        written.append(key.legends[level])


def _capital(legends: tuple[str, str, str], caps: bool) -> bool:
    """Whether caps lock turns this key's levels round: it does so for letters only."""
    return caps and legends[0].isalpha() and legends[0].upper() == legends[1]
