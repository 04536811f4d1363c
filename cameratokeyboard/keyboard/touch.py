"""The keyboard: touches on the mat become presses and releases of keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import KeyBox, KeyPress, KeyRelease, Layout, TouchDown, TouchUp
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.keyboard.bias import FingerBias
from cameratokeyboard.keyboard.compose import COMBINING, compose
from cameratokeyboard.keyboard.location import KeyLocator, Located
from cameratokeyboard.keyboard.modifiers import MODIFIER_ROLES, Modifiers, text_of

#: A modifier this much later than the key it belongs to still counts, s: moments of contact are
#: known to about half a frame.
_CHORD_SLACK_S = 0.02
#: A key whose side is longer than this many pitches has no centre that a person aims at.
_AIMED_AT_PITCHES = 1.3
_NEVER_REPEATED = MODIFIER_ROLES | {"caps", "dead"}
#: Below this probability a press says too little about its key to learn a bias from.
_LEARN_PROBABILITY = 0.6


@dataclass(frozen=True)
class RepeatRate:
    """When a held key repeats: after ``delay_s``, then ``rate_hz`` times a second; 0 is never."""

    delay_s: float = 0.6
    rate_hz: float = 15.0

    def __post_init__(self) -> None:
        if not (self.delay_s > 0 and self.rate_hz >= 0):
            raise SettingsError(
                f"key repeat: expected delay_s > 0 and rate_hz >= 0, got {self.delay_s} and "
                f"{self.rate_hz}"
            )


@dataclass
class _Held:
    """A key that is down, the fingers on it and when it repeats next."""

    key: KeyBox
    press: KeyPress
    fingers: set[int]
    next_repeat_s: float


class TouchKeyboard:
    """A layout with its modifiers, held keys, repeat and bias (see keyboard/base.py).

    sticky: modifiers that are tapped stay for the next key. repeat: of held keys. bias: learned
    offsets that are corrected for and learned on; None to take contact points as they come.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        sticky: bool = False,
        repeat: RepeatRate | None = None,
        bias: FingerBias | None = None,
        locator: KeyLocator | None = None,
    ) -> None:
        self.layout = layout
        self._locator = locator or KeyLocator(layout)
        self._modifiers = Modifiers(sticky=sticky)
        self._repeat = repeat or RepeatRate()
        self._bias = bias
        self._centres = layout.centres_mm()
        self._aimed_at = layout.sizes_mm() <= _AIMED_AT_PITCHES * self._locator.pitch_mm
        self._held: dict[str, _Held] = {}
        self._by_finger: dict[int, str] = {}
        self._accent = ""
        self._unlearned: tuple[int, int, tuple[float, float]] | None = None

    @property
    def held(self) -> frozenset[str]:
        """Names of the keys that are down now."""
        return frozenset(self._held)

    @property
    def caps_lock(self) -> bool:
        """True while caps lock is on."""
        return self._modifiers.caps

    def update(
        self, touches: list[TouchDown | TouchUp], now_s: float
    ) -> list[KeyPress | KeyRelease]:
        """Key events of these touches, then repeats of held keys that are due at ``now_s``."""
        events: list[KeyPress | KeyRelease] = []
        for touch, located in sorted(
            ((touch, self._locate(touch)) for touch in touches), key=self._processing_time
        ):
            if isinstance(touch, TouchUp):
                events += self._finger_up(touch)
            elif located is not None:
                events += self._finger_down(touch, located)
        return events + self._repeats(now_s)

    def release_all(self, now_s: float) -> list[KeyRelease]:
        """Let every held key go, as when the hands or the mat are lost. Caps lock stays."""
        releases = [
            KeyRelease(held.key.name, held.press.finger, now_s, now_s)
            for held in self._held.values()
        ]
        self._modifiers.release_all(now_s)
        self._accent = ""
        self._held.clear()
        self._by_finger.clear()
        return releases

    def _locate(self, touch: TouchDown | TouchUp) -> Located | None:
        if isinstance(touch, TouchUp):
            return None
        xy = np.asarray(touch.xy_mm, float)
        if self._bias is not None:
            xy = xy - self._bias.offset_mm(touch.finger)
        return self._locator.locate(xy, touch.covariance_mm2)

    def _processing_time(self, item: tuple[TouchDown | TouchUp, Located | None]) -> float:
        touch, located = item
        if located is None or self.layout.keys[located.best].role not in MODIFIER_ROLES:
            return touch.t_s
        return touch.t_s - _CHORD_SLACK_S

    def _finger_down(self, touch: TouchDown, located: Located) -> list[KeyPress | KeyRelease]:
        events: list[KeyPress | KeyRelease] = []
        if touch.finger in self._by_finger:
            events += self._finger_up(TouchUp(touch.finger, touch.t_s, touch.emitted_s))
        key = self.layout.keys[located.best]
        self._by_finger[touch.finger] = key.name
        already = self._held.get(key.name)
        if already is not None:
            already.fingers.add(touch.finger)
            return events
        press = self._press_of(touch, key, located)
        due = touch.t_s + self._repeat.delay_s
        self._held[key.name] = _Held(key, press, {touch.finger}, due)
        self._learn(touch, located, key)
        events.append(press)
        return events

    def _press_of(self, touch: TouchDown, key: KeyBox, located: Located) -> KeyPress:
        is_modifier = key.role in MODIFIER_ROLES
        in_force = self._modifiers.in_force(touch.t_s)
        text = ""
        if is_modifier:
            self._modifiers.press(key, touch.t_s - _CHORD_SLACK_S)
        else:
            text = self._written_by(key, in_force)
            self._modifiers.use(touch.t_s)
            if key.role == "caps":
                self._modifiers.press(key, touch.t_s)
        return KeyPress(
            key=key.name,
            text=text,
            finger=touch.finger,
            t_s=touch.t_s,
            emitted_s=touch.emitted_s,
            xy_mm=touch.xy_mm,
            confidence=touch.confidence * located.probability,
            candidates=tuple((self.layout.keys[i].name, p) for i, p in located.keys),
            modifiers=in_force,
        )

    def _written_by(self, key: KeyBox, in_force: frozenset[str]) -> str:
        """What a press writes, with the accent of a dead key before it."""
        text = text_of(key, in_force, self._modifiers.caps)
        accent, self._accent = self._accent, ""
        if accent:
            return compose(accent, text) if text.isprintable() and text else text
        if key.role == "dead" and text in COMBINING:
            self._accent = text
            return ""
        return text

    def _finger_up(self, touch: TouchUp) -> list[KeyPress | KeyRelease]:
        name = self._by_finger.pop(touch.finger, None)
        held = self._held.get(name) if name is not None else None
        if held is None:
            return []
        if held.key.role in MODIFIER_ROLES and _overtaken(touch, held):
            self._by_finger[touch.finger] = held.key.name
            return []
        held.fingers.discard(touch.finger)
        if held.fingers:
            return []
        del self._held[held.key.name]
        if held.key.role in MODIFIER_ROLES:
            self._modifiers.release(held.key, touch.t_s, tap=not touch.vanished)
        return [KeyRelease(held.key.name, held.press.finger, touch.t_s, touch.emitted_s)]

    def _repeats(self, now_s: float) -> list[KeyPress | KeyRelease]:
        """Repeats of the key pressed last, as a computer's keyboard does it.

        After a gap between frames the repeats that fell into it are dropped, not caught up on.
        """
        writing = [h for h in self._held.values() if h.key.role not in _NEVER_REPEATED]
        if not writing or self._repeat.rate_hz == 0:
            return []
        held = max(writing, key=lambda h: h.press.t_s)
        if not held.next_repeat_s <= now_s:
            return []
        due = held.next_repeat_s
        period = 1.0 / self._repeat.rate_hz
        late = now_s - due > period
        held.next_repeat_s = now_s + period if late else due + period
        in_force = self._modifiers.in_force(due)
        return [
            KeyPress(
                key=held.key.name,
                text=text_of(held.key, in_force, self._modifiers.caps),
                finger=held.press.finger,
                t_s=due,
                emitted_s=now_s,
                xy_mm=held.press.xy_mm,
                confidence=held.press.confidence,
                candidates=held.press.candidates,
                modifiers=in_force,
                repeat=True,
            )
        ]

    def _learn(self, touch: TouchDown, located: Located, key: KeyBox) -> None:
        """Learn from the press before this one, unless this one takes it back."""
        if self._bias is None:
            return
        if self._unlearned is not None and key.role != "backspace":
            finger, index, xy = self._unlearned
            axes = (bool(self._aimed_at[index, 0]), bool(self._aimed_at[index, 1]))
            self._bias.learn(finger, np.asarray(xy) - self._centres[index], axes)
        self._unlearned = None
        if located.probability >= _LEARN_PROBABILITY and key.role == "char":
            self._unlearned = (touch.finger, located.best, touch.xy_mm)


def _overtaken(touch: TouchUp, held: _Held) -> bool:
    """True for the end of an earlier touch that a modifier, moved ahead by the slack, overtook."""
    return 0 < held.press.t_s - touch.t_s <= _CHORD_SLACK_S
