"""Shift, ctrl, alt, AltGr, win and caps lock: held, sticky or locked."""

from __future__ import annotations

from dataclasses import dataclass, field

from cameratokeyboard.datatypes import KeyBox

#: Roles that change what other keys do while they are down.
MODIFIER_ROLES = frozenset({"shift", "ctrl", "alt", "altgr", "win"})
#: How long a modifier's past is remembered, s. Decisions about two fingers can arrive out of order
#: by the look-ahead of the keystroke detector, which is far below this.
_MEMORY_S = 1.0


@dataclass
class _Span:
    """A modifier key that was down from ``down_s`` to ``up_s`` (None: still down)."""

    role: str
    key: str
    down_s: float
    up_s: float | None = None
    used: bool = False

    def covers(self, t_s: float) -> bool:
        return self.down_s <= t_s and (self.up_s is None or t_s < self.up_s)


@dataclass
class Modifiers:
    """Which modifiers are in force at a moment.

    sticky: a modifier that is tapped alone stays for the next key; tapped twice it stays until
    it is tapped again. Holding works in either case.
    """

    sticky: bool = False
    caps: bool = False
    _spans: list[_Span] = field(default_factory=list)
    _latched: set[str] = field(default_factory=set)
    _locked: set[str] = field(default_factory=set)

    def press(self, key: KeyBox, t_s: float) -> None:
        """A key with a modifier's role, or caps lock, went down."""
        if key.role == "caps":
            self.caps = not self.caps
            return
        self._forget(t_s)
        self._spans.append(_Span(key.role, key.name, t_s))

    def release(self, key: KeyBox, t_s: float, *, tap: bool = True) -> None:
        """A modifier key went up. ``tap`` False: its end was not seen, so it latches nothing."""
        for span in self._spans:
            if span.key == key.name and span.up_s is None:
                span.up_s = max(t_s, span.down_s)
                if self.sticky and tap and not span.used:
                    self._tapped(span.role)

    def in_force(self, t_s: float) -> frozenset[str]:
        """Roles in force at ``t_s``, held, latched or locked."""
        held = {span.role for span in self._spans if span.covers(t_s)}
        return frozenset(held | self._latched | self._locked)

    def use(self, t_s: float) -> None:
        """A key that is no modifier went down: what was latched is used up."""
        self._latched.clear()
        for span in self._spans:
            if span.covers(t_s):
                span.used = True

    def release_all(self, t_s: float) -> None:
        """Let go of everything held and latched; caps lock and locked modifiers stay."""
        for span in self._spans:
            if span.up_s is None:
                span.up_s = max(t_s, span.down_s)
        self._latched.clear()

    def _tapped(self, role: str) -> None:
        if role in self._locked:
            self._locked.discard(role)
        elif role in self._latched:
            self._latched.discard(role)
            self._locked.add(role)
        else:
            self._latched.add(role)

    def _forget(self, t_s: float) -> None:
        self._spans = [s for s in self._spans if s.up_s is None or s.up_s > t_s - _MEMORY_S]


def text_of(key: KeyBox, modifiers: frozenset[str], caps: bool) -> str:
    """What ``key`` writes under these modifiers, "" for nothing.

    A level without a legend writes nothing. Caps lock swaps the levels of letters alone: keys
    whose shifted legend is the capital of the plain one.
    """
    if modifiers & {"ctrl", "alt", "win"}:
        return ""
    if key.role == "enter":
        return "\n"
    if key.role == "tab":
        return "\t"
    if key.role == "space":
        return key.legends[2] if "altgr" in modifiers and key.legends[2] else " "
    plain, shifted, altgr = key.legends
    if "altgr" in modifiers:
        return altgr
    is_letter = plain.isalpha() and plain != shifted and plain.upper() == shifted
    return shifted if ("shift" in modifiers) != (caps and is_letter) else plain
