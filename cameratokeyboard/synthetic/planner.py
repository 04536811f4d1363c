"""From text to strokes: who strikes what, when and where, with slips and their correction."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FloatArray, Layout
from cameratokeyboard.synthetic.aim import Aim
from cameratokeyboard.synthetic.chooser import FingerChooser
from cameratokeyboard.synthetic.conflicts import earliest, needed_s
from cameratokeyboard.synthetic.fingering import Chord, chords_for_text, first_of_role
from cameratokeyboard.synthetic.interludes import Interludes
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import HAND_OF, Posture
from cameratokeyboard.synthetic.slips import next_chords
from cameratokeyboard.synthetic.strokes import KEY, Plan, Stroke
from cameratokeyboard.synthetic.style import Style
from cameratokeyboard.synthetic.timing import STEP_FACTORS, Pace, kind_of_step
from cameratokeyboard.synthetic.written import apply_key, repeats_of

#: The most letters that are taken back at once; beyond that a slip stays.
_MOST_BACKSPACES = 8
#: Share of capitals after which shift is let go too late [assumed].
_LATE_SHIFT = 0.04
#: A contact that ends this little before the next may last a little longer instead, s [assumed].
_LEGATO_S = 0.06


class Planner:
    """Plans one performance; ``rng`` is consumed in a fixed order: same seed, same plan."""

    def __init__(
        self,
        layout: Layout,
        posture: Posture,
        person: Person,
        style: Style,
        wpm: float,
        aim: Aim,
        chooser: FingerChooser,
        interludes: Interludes,
        rng: np.random.Generator,
    ) -> None:
        self._layout, self._posture = layout, posture
        self._person, self._style, self._wpm, self._rng = person, style, wpm, rng
        self._aim, self._chooser, self._interludes = aim, chooser, interludes
        self._backspace = first_of_role(layout, "backspace")
        self._plan = Plan()
        self._last: list[Stroke | None] = [None] * FINGER_COUNT
        self._previous: Stroke | None = None
        self._shift: Stroke | None = None
        self._previous_shifted = False
        self._written: list[str] = []
        self._now = 0.0

    def plan(self, text: str, lead_s: float, tail_s: float) -> Plan:
        """Plan the text: hands are there from the start, the first press comes after ``lead_s``."""
        wanted = chords_for_text(self._layout, text)
        self._now = lead_s
        self._pace = Pace(
            self._person, self._style, self._wpm, self._mean_factor(wanted), self._rng
        )
        self._type(text, wanted)
        plan = self._plan
        ends = [s.t_up for s in plan.strokes] + [leave.t_on for leave in plan.leaves]
        plan.duration_s = max([self._now, *ends]) + tail_s
        plan.strokes.sort(key=lambda s: (s.t_down, s.finger))
        plan.settle()
        return plan

    def _mean_factor(self, wanted: list[Chord]) -> float:
        """Expected step factor of the text, so that its speed comes out as asked for."""
        factors: list[float] = []
        last: tuple[int, str] | None = None
        for chord in wanted:
            finger = self._chooser.choose(chord.key)
            if last is not None:
                factors.append(STEP_FACTORS[kind_of_step(*last, finger, chord.key)])
            last = (finger, chord.key)
        self._chooser.reset()
        return float(np.mean(factors)) if factors else 1.0

    def _type(self, text: str, wanted: list[Chord]) -> None:
        """Type it all. The anchors mark up to where text and what is written are settled."""
        position = text_anchor = written_anchor = 0
        patience: int | None = None
        corrections = 10 + len(text) // 2
        while position < len(wanted) or patience is not None:
            if position < len(wanted):
                if position and text[position - 1].isspace():
                    self._interlude()
                chords, dealt = next_chords(
                    wanted, position, self._layout, self._person.slip_rate, self._rng
                )
                for chord in chords:
                    self._strike(chord)
                position += dealt
            good = _agreement(self._written[written_anchor:], text[text_anchor:position])
            if good == position - text_anchor == len(self._written) - written_anchor:
                patience = None
                text_anchor, written_anchor = position, len(self._written)
                continue
            if patience is None:
                patience = self._patience(corrections)
                if patience is None:
                    text_anchor, written_anchor = position, len(self._written)
                    continue
            if patience > 0 and position < len(wanted):
                patience -= 1
                continue
            patience = None
            corrections -= 1
            if self._take_back(written_anchor + good):
                position = text_anchor + good
            text_anchor, written_anchor = position, len(self._written)

    def _patience(self, corrections_left: int) -> int | None:
        """How many more letters come before a slip is corrected; None when it never is."""
        noticed = self._rng.random() < self._person.notice_rate
        later = int(self._rng.geometric(0.45)) - 1
        return later if noticed and self._backspace and corrections_left > 0 else None

    def _take_back(self, length: int) -> bool:
        """Strike backspace until ``length`` letters are left; False when that fails."""
        if self._backspace is None or len(self._written) - length > _MOST_BACKSPACES:
            return False
        # Seeing the slip takes a moment [assumed].
        self._now += float(self._rng.uniform(0.08, 0.35))
        for _ in range(2 * _MOST_BACKSPACES):
            if len(self._written) <= length:
                break
            self._strike(Chord(self._backspace.name))
        return len(self._written) == length

    def _interlude(self) -> None:
        first_new = len(self._plan.strokes)
        self._now = self._interludes.before_word(self._plan, self._now)
        for stroke in self._plan.strokes[first_new:]:
            self._last[stroke.finger] = stroke

    def _strike(self, chord: Chord) -> None:
        """Add the stroke for one chord, with its modifier's."""
        rng = self._rng
        finger = self._chooser.choose(chord.key)
        xy, hit = self._aim.land(finger, chord.key)
        self._chooser.struck(finger, xy)
        t_down = self._now
        if self._previous is not None:
            before = self._previous
            last_key = before.intended or ""
            kind = kind_of_step(before.finger, last_key, finger, chord.key)
            t_down += self._pace.interval_s(last_key, chord.key, kind)
        holder = self._hold_modifier(chord, finger, t_down) if chord.modifier else None
        if holder is not None:
            t_down = max(t_down, holder.t_down + 0.03)
        t_down = self._earliest(finger, xy, t_down, holder, hit)
        self._let_go(finger, xy, hit, t_down)
        self._release_modifier(chord, t_down)
        hold = self._pace.contact_s()
        held = rng.random() < self._person.held_rate and not chord.modifier
        hold = float(rng.uniform(0.55, 0.9)) if held else hold
        stroke = Stroke(finger, t_down, t_down + hold, _pair(xy), KEY, hit, chord.key)
        stroke.lift_mm = self._lift(xy, finger)
        stroke.firm = held
        if holder is not None:
            # Released with the letter, a little after on average [assumed].
            late = stroke.t_up + rng.normal(0.0, 0.03)
            holder.t_up = max(min(holder.t_up, stroke.t_up + 0.05), t_down + 0.02, late)
            self._shift = holder
        self._plan.strokes.append(stroke)
        self._last[finger] = stroke
        self._note_written(stroke, chord)
        self._previous, self._now = stroke, stroke.t_up if held else t_down

    def _release_modifier(self, chord: Chord, t_down: float) -> None:
        """Let shift go before the next letter; now and then it comes too late, as in "THe"."""
        held, before = self._shift, self._previous
        in_time = self._rng.random() > _LATE_SHIFT
        if chord.modifier or held is None or before is None or not in_time:
            return
        held.t_up = min(held.t_up, max(t_down - 0.015, before.t_down + 0.02))

    def _let_go(self, finger: int, xy: FloatArray, hit: str | None, t_down: float) -> None:
        """Roll from key to key: [K] two keys are down together for 7 to 88 ms."""
        before, rng = self._previous, self._rng
        longest = float(np.clip(0.075 * np.exp(rng.normal(0, 0.25)), 0.03, 0.12))
        linger = t_down + float(rng.uniform(0.004, 0.05))
        draw = rng.random()
        if before is None or before.firm:
            return
        same_hand = HAND_OF[before.finger] == HAND_OF[finger]
        legato = draw < self._person.legato * (1.0 if same_hand else 0.2)
        late = before.t_up < t_down < before.t_up + _LEGATO_S
        free = needed_s(finger, xy, before, self._posture, self._person) is None
        if legato and late and free and before.key != hit:
            before.t_up = linger
        before.t_up = min(before.t_up, max(t_down + longest, before.t_down + 0.04))

    def _hold_modifier(self, chord: Chord, finger: int, t_down: float) -> Stroke:
        """The stroke that holds the modifier: the one still held, or a new one."""
        rng = self._rng
        key, holder = self._chooser.modifier(chord.modifier, finger, chord.key)
        lead = float(np.clip(0.12 * np.exp(rng.normal(0, 0.4)), 0.04, 0.35))
        start = t_down - lead
        held = self._shift
        same = held is not None and held.intended == key and self._last[holder] is held
        if held is not None and same and self._previous_shifted and start < held.t_up + 0.1:
            return held
        xy, hit = self._aim.land(holder, key, exact=True)
        # The letter's own step time runs on while the modifier goes down, but not before the last.
        start = max(start, (self._previous.t_down if self._previous else 0.0) + 0.03)
        start = self._earliest(holder, xy, start, None, hit)
        stroke = Stroke(holder, start, start + self._pace.contact_s(True), _pair(xy), KEY, hit, key)
        stroke.lift_mm, stroke.firm = 0.8 * self._lift(xy, holder), True
        self._plan.strokes.append(stroke)
        self._last[holder] = stroke
        return stroke

    def _earliest(
        self,
        finger: int,
        xy: FloatArray,
        t_down: float,
        chord_with: Stroke | None,
        key: str | None,
    ) -> float:
        posture, person = self._posture, self._person
        return earliest(finger, xy, t_down, self._last, chord_with, posture, person, key)

    def _lift(self, xy: FloatArray, finger: int) -> float:
        """Height before the strike: more on longer ways, less in fast typing [assumed]."""
        way = float(np.hypot(*(xy - self._posture.rest_mm[finger])))
        speed = (50.0 / max(self._wpm, 10.0)) ** 0.25
        factor = (0.85 + 0.15 * min(way / 19.0, 3.0)) * speed * self._style.lift
        return float(
            np.clip(self._person.lift_mm * factor * np.exp(self._rng.normal(0, 0.25)), 5, 40)
        )

    def _note_written(self, stroke: Stroke, chord: Chord) -> None:
        """Keep up with what stands there, as the typist sees it."""
        self._previous_shifted = bool(chord.modifier)
        if stroke.key is None:
            return
        down = {chord.modifier} if chord.modifier else set()
        apply_key(self._written, self._layout, stroke.key, down)
        for _ in repeats_of(stroke.t_down, stroke.t_up, np.inf):
            apply_key(self._written, self._layout, stroke.key, down)


def _agreement(written: list[str], wanted: str) -> int:
    """How many characters agree from the start."""
    count = 0
    for have, want in zip(written, wanted, strict=False):
        if have != want:
            break
        count += 1
    return count


def _pair(xy: FloatArray) -> tuple[float, float]:
    return float(xy[0]), float(xy[1])
