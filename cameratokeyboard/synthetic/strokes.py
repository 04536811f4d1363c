"""What a plan of typing consists of: strokes, soft touches, hands that leave."""

from __future__ import annotations

from dataclasses import dataclass, field

from cameratokeyboard.synthetic.datatypes import TruthEvent

#: Kinds of strokes: a key for the text, a key of its own (shift), a tap that hits no key, a lift
#: that stops above the paper, and a finger laid down softly.
KEY, TAP, FEINT, REST = "key", "tap", "feint", "rest"
#: Digits of a time in s that truth files keep.
TIME_DIGITS = 6


@dataclass
class Stroke:
    """One touch of one finger. Times in s from the plan's start, ``xy`` in mm on the mat.

    key: name of the key that it really hits, None where it is no press. intended: the key aimed at.
    lift_mm: height before the strike. follow: share of the reach made by the whole hand, None for
    the person's own. end_mm: height at the end, above 0 only for a feint. firm: its end may not be
    brought forward when the finger is wanted elsewhere.
    """

    finger: int
    t_down: float
    t_up: float
    xy: tuple[float, float]
    kind: str = KEY
    key: str | None = None
    intended: str | None = None
    lift_mm: float = 12.0
    follow: float | None = None
    end_mm: float = 0.0
    firm: bool = False


@dataclass(frozen=True)
class Leave:
    """A hand away from the mat: it starts off at t_off, is away from t_away to t_back, returns by
    t_on. shift_mm: how far from its resting place. height_mm: how high the pads are meanwhile."""

    hand: int
    t_off: float
    t_away: float
    t_back: float
    t_on: float
    shift_mm: tuple[float, float]
    height_mm: float


@dataclass
class Plan:
    """All that happens, in time order, and how long it lasts."""

    strokes: list[Stroke] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    duration_s: float = 0.0

    def settle(self) -> None:
        """Round all times to those that truth files name, so that motion and truth are one."""
        for stroke in self.strokes:
            stroke.t_down, stroke.t_up = (
                round(t, TIME_DIGITS) for t in (stroke.t_down, stroke.t_up)
            )

    def events(self, finger_names: tuple[str, ...]) -> tuple[TruthEvent, ...]:
        """The true presses in time order."""
        pressed = sorted(
            (s for s in self.strokes if s.key is not None), key=lambda s: (s.t_down, s.finger)
        )
        return tuple(
            TruthEvent(
                s.t_down,
                s.t_up,
                str(s.key),
                finger_names[s.finger],
                round(s.xy[0], 4),
                round(s.xy[1], 4),
            )
            for s in pressed
        )
