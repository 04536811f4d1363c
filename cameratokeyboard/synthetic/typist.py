"""The simulated typist: text in, the motion of ten fingers and two wrists out, with exact truth."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FINGER_NAMES, BoolArray, FloatArray, Layout
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.aim import Aim
from cameratokeyboard.synthetic.chooser import FingerChooser
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.fingering import chords_for_text, fingering_of
from cameratokeyboard.synthetic.fingerpath import carried, finger_path, join
from cameratokeyboard.synthetic.handfit import part_fingers, wrists_for
from cameratokeyboard.synthetic.handpath import hand_paths
from cameratokeyboard.synthetic.idle import IdleFingers
from cameratokeyboard.synthetic.interludes import Interludes
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.planner import Planner
from cameratokeyboard.synthetic.posture import HAND_OF, posture_of
from cameratokeyboard.synthetic.strokes import Plan, Stroke
from cameratokeyboard.synthetic.style import Style, style_named
from cameratokeyboard.synthetic.written import text_of

#: Speeds that can be simulated, words of five characters a minute.
SLOWEST_WPM, FASTEST_WPM = 3.0, 200.0
LEAST_RATE_HZ = 240.0
_ROUND_DIGITS = 6


class Typist:
    """Types texts on one layout as one person.

    layout: any layout. person: hands and habits. wpm: words of five characters a minute while the
    text flows; pauses and corrections come on top. style: one of style.STYLES or its name.
    liveliness: factor on pauses, rests, feints and all that is not typing; 0 for none of it.
    rate_hz: samples a second, 240 at least. seed: see ``reset``.

    The generator is owned by the object (PCG64): the same seed gives the same performance on any
    machine. Raises SimulationError for a speed, a style or a rate that cannot be simulated.
    """

    def __init__(
        self,
        layout: Layout,
        person: Person | None = None,
        wpm: float = 40.0,
        style: str | Style = "touch",
        *,
        liveliness: float = 1.0,
        rate_hz: float = LEAST_RATE_HZ,
        seed: int = 0,
    ) -> None:
        if not SLOWEST_WPM <= wpm <= FASTEST_WPM:
            raise SimulationError(
                f"typing speed: expected {SLOWEST_WPM:g} to {FASTEST_WPM:g} words a minute, "
                f"got {wpm:g}; choose a speed in this range"
            )
        if not LEAST_RATE_HZ <= rate_hz <= 2000:
            raise SimulationError(
                f"sampling rate: expected {LEAST_RATE_HZ:g} to 2000 Hz, got {rate_hz:g}"
            )
        if not 0 <= liveliness <= 5:
            raise SimulationError(f"liveliness: expected 0 to 5, got {liveliness:g}")
        self.layout = layout
        self.person = Person.average() if person is None else person
        self.style = style_named(style)
        self.wpm = float(wpm)
        self.rate_hz = float(rate_hz)
        self._liveliness = float(liveliness)
        self._fingering = fingering_of(layout)
        self._posture = posture_of(self._fingering, self.person, self.style)
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Start over: what is typed next depends on the seed alone."""
        self._rng = np.random.Generator(np.random.PCG64(seed))
        self.aims: dict[float, str] = {}

    def type(self, text: str, lead_s: float = 1.2, tail_s: float = 1.0) -> Performance:
        """Type ``text``; the first press comes about ``lead_s`` after the start.

        Raises SimulationError when the text is empty or the layout cannot write it.
        """
        chords_for_text(self.layout, text)
        plan = self._planner().plan(text, lead_s, tail_s)
        rng = self._rng
        count = int(np.ceil(plan.duration_s * self.rate_hz)) + 1
        t_s = np.arange(count) / self.rate_hz
        shift, raised = hand_paths(plan, self._posture, self.person, self.style, t_s, rng)
        base = carried(self._posture, shift)
        away = self._away(plan, t_s)
        idle = IdleFingers(self._posture, self.person, self.style, self._liveliness, rng)
        soft = idle.fill(plan, t_s, base, away)
        pads = self._pads(plan, soft, base, raised, t_s)
        wrists, yaw = wrists_for(pads, shift, raised, self._posture, self.rate_hz)
        events = plan.events(FINGER_NAMES)
        self.aims = {s.t_down: s.intended for s in plan.strokes if s.intended and s.key is not None}
        return Performance(
            rate_hz=self.rate_hz,
            t_s=t_s,
            pads_mm=_rounded(pads),
            wrists_mm=np.round(wrists, _ROUND_DIGITS),
            yaw_deg=np.round(yaw, _ROUND_DIGITS),
            hand=self.person.hand,
            events=events,
            text=text_of(events, self.layout),
            layout=self.layout.name,
            notes={"asked_for": text, "style": self.style.name, "wpm": f"{self.wpm:g}"},
        )

    def _planner(self) -> Planner:
        layout, posture, person, rng = self.layout, self._posture, self.person, self._rng
        striking = self.style.fingers + ((4, 5) if self.style.thumbs else ())
        return Planner(
            layout,
            posture,
            person,
            self.style,
            self.wpm,
            Aim(layout, posture, person, self.wpm, rng),
            FingerChooser(layout, self._fingering, posture, person, self.style, rng),
            Interludes(layout, posture, person, striking, self._liveliness, rng),
            rng,
        )

    def _pads(
        self,
        plan: Plan,
        soft: list[Stroke],
        base: FloatArray,
        raised: FloatArray,
        t_s: FloatArray,
    ) -> FloatArray:
        hover = np.tile(self._posture.hover_mm, (len(t_s), 1))
        touches = sorted([*plan.strokes, *soft], key=lambda s: s.t_down)
        paths = [
            finger_path(
                finger,
                [s for s in touches if s.finger == finger],
                base[:, finger],
                float(self._posture.hover_mm[finger]),
                self.person,
                t_s,
            )
            for finger in range(FINGER_COUNT)
        ]
        pads = join(paths, base, hover, self.person, t_s, self._rng)
        pads[..., 2] += raised[:, HAND_OF] * (pads[..., 2] > 0)
        weight = np.stack([path.weight for path in paths], axis=1)
        return part_fingers(pads, weight, self._posture, self.rate_hz)

    @staticmethod
    def _away(plan: Plan, t_s: FloatArray) -> BoolArray:
        """(T, 2) whether each hand is away or on its way."""
        away = np.zeros((len(t_s), 2), bool)
        for leave in plan.leaves:
            away[(t_s > leave.t_off - 0.1) & (t_s < leave.t_on + 0.1), leave.hand] = True
        return away


def _rounded(pads: FloatArray) -> FloatArray:
    """Pads (T, 10, 3) mm with few digits; rounding puts no pad on the paper that has left it."""
    rounded = np.round(pads, _ROUND_DIGITS)
    above = pads[..., 2] > 0
    rounded[..., 2] = np.where(
        above, np.maximum(rounded[..., 2], 10.0**-_ROUND_DIGITS), rounded[..., 2]
    )
    return np.asarray(rounded)
