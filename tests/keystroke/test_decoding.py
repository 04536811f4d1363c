"""OnsetDecoder: clear presses at once, doubtful ones later, none twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.datatypes import TouchDown, TouchUp
from cameratokeyboard.keystroke.decoding import DecodingSettings, OnsetDecoder, Outputs
from cameratokeyboard.keystroke.ledger import TouchLedger

LAGS = 7
FPS = 30.0
SEEN = np.ones(10, bool)
#: Clips here begin with the press.
AT_ONCE = DecodingSettings(settle_s=0.0)


def outputs(onset: dict[int, list[float]] | None = None, contact: float = 1.0) -> Outputs:
    """Probabilities per finger and lag; all else plain."""
    probabilities = np.zeros((10, LAGS))
    for finger, values in (onset or {}).items():
        probabilities[finger, : len(values)] = values
    offset = np.zeros((10, LAGS, 2))
    offset[..., 0] = 2.0
    return Outputs(
        onset=probabilities,
        share=np.full((10, LAGS), 0.5),
        offset_mm=offset,
        sigma_mm=np.full((10, LAGS, 2), 1.5),
        contact=np.full(10, contact),
    )


def decode(
    frames: list[Outputs], settings: DecodingSettings | None = None, fps: float = FPS
) -> list[TouchDown | TouchUp]:
    decoder, ledger = OnsetDecoder(settings or AT_ONCE), TouchLedger()
    places = np.stack([np.arange(10) * 10.0, np.zeros(10)], axis=1)
    touches: list[TouchDown | TouchUp] = []
    for i, frame in enumerate(frames):
        touches += decoder.step(i / fps, places + i, SEEN, frame, ledger)
    return touches


def onset_seen(probability: float, first: int = 3, frames: int = 12) -> list[Outputs]:
    """One finger whose onset in frame ``first`` has this probability in every later look."""
    result = []
    for i in range(frames):
        lag = i - first
        values = [0.0] * LAGS
        if 0 <= lag < LAGS:
            values[lag] = probability
        result.append(outputs({6: values}))
    return result


class TestPatience:
    def test_sure_press_is_told_in_its_own_frame(self):
        (touch,) = decode(onset_seen(0.99))
        assert touch.emitted_s == pytest.approx(3 / FPS)

    def test_doubtful_press_waits_for_the_last_allowed_frame(self):
        (touch,) = decode(onset_seen(0.7), replace(AT_ONCE, wait_s=0.085, idle=0.0))
        assert touch.emitted_s == pytest.approx(5 / FPS)

    def test_unlikely_press_is_never_told(self):
        assert decode(onset_seen(0.4)) == []

    @pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
    def test_no_press_waits_longer_than_allowed_at_any_frame_rate(self, fps: float):
        (touch,) = decode(onset_seen(0.7), replace(AT_ONCE, wait_s=0.085, idle=0.0), fps)
        assert touch.emitted_s - 3 / fps <= 0.085 + 1e-9

    def test_probability_spread_over_neighbouring_frames_counts_together(self):
        frames = [outputs() for _ in range(3)]
        frames.append(outputs({6: [0.0, 0.25, 0.45, 0.25]}))
        (touch,) = decode(frames)
        assert touch.confidence == pytest.approx(0.95)
        assert touch.t_s == pytest.approx((1 - 0.5) / FPS)


class TestWhat:
    def test_moment_and_place_are_those_of_the_onsets_frame(self):
        (touch,) = decode(onset_seen(0.99))
        assert touch.finger == 6
        assert touch.t_s == pytest.approx(2.5 / FPS)
        assert touch.xy_mm == pytest.approx((60 + 3 + 2, 3))
        assert touch.covariance_mm2 == pytest.approx(
            np.eye(2) * (1.5 * DecodingSettings().spread) ** 2
        )

    def test_place_of_a_press_told_later_is_the_mean_of_its_first_frames(self):
        settings = replace(AT_ONCE, wait_s=0.085, idle=0.0)
        (touch,) = decode(onset_seen(0.7), settings)
        assert touch.emitted_s > 4 / FPS
        assert touch.xy_mm == pytest.approx((60 + 3.5 + 2, 3.5))

    def test_one_press_is_told_once(self):
        assert len(decode(onset_seen(0.99, frames=30))) == 1

    def test_same_finger_twice_is_two_presses_with_a_release_between(self):
        frames = onset_seen(0.99, first=3, frames=8) + onset_seen(0.99, first=0, frames=4)
        kinds = [type(touch) for touch in decode(frames)]
        assert kinds == [TouchDown, TouchUp, TouchDown]

    def test_two_fingers_in_one_frame_are_both_told(self):
        found = decode([outputs(), outputs({1: [0.99], 8: [0.99]})])
        assert sorted(touch.finger for touch in found) == [1, 8]

    @pytest.mark.parametrize("first", [0, 1, 3])
    def test_finger_that_lay_on_the_paper_when_trajectories_began_is_no_press(self, first: int):
        assert decode(onset_seen(0.99, first=first), DecodingSettings()) == []

    def test_press_a_little_later_is_told(self):
        (touch,) = decode(onset_seen(0.99, first=4), DecodingSettings())
        assert touch.finger == 6

    def test_finger_without_a_place_does_not_press(self):
        decoder, ledger = OnsetDecoder(AT_ONCE), TouchLedger()
        nowhere = np.full((10, 2), np.nan)
        assert decoder.step(0.0, nowhere, SEEN, outputs({6: [0.99]}), ledger) == []


class TestRelease:
    def test_finger_is_released_when_contact_ends(self):
        frames = [*onset_seen(0.99, frames=8), outputs(contact=0.1), outputs(contact=0.1)]
        down, up = decode(frames)
        assert isinstance(up, TouchUp)
        assert up.finger == down.finger
        assert up.t_s == pytest.approx(7 / FPS)

    def test_finger_that_stays_is_held(self):
        assert len(decode([*onset_seen(0.99), *[outputs(contact=0.9)] * 60])) == 1


class TestOutputs:
    def test_hands_become_fingers_by_name_with_the_left_hand_unmirrored(self):
        onset = np.arange(2 * 5 * LAGS, dtype=float).reshape(2, 5, LAGS)
        offset = np.ones((2, 5, LAGS, 2))
        found = Outputs.from_hands(onset, onset, offset, offset, onset[..., 0])
        left_thumb, left_pinky, right_thumb, right_pinky = 4, 0, 5, 9
        assert found.contact[left_thumb] == onset[0, 0, 0]
        assert found.contact[left_pinky] == onset[0, 4, 0]
        assert found.contact[right_thumb] == onset[1, 0, 0]
        assert found.contact[right_pinky] == onset[1, 4, 0]
        assert found.offset_mm[left_pinky, 0] == pytest.approx([-1, 1])
        assert found.offset_mm[right_pinky, 0] == pytest.approx([1, 1])


class TestTogether:
    @staticmethod
    def told(second: float, frame: int) -> list[int]:
        """Fingers told when 1 strikes surely in frame 1 and 8 with ``second`` in ``frame``."""
        frames = [outputs() for _ in range(9)]
        for i in range(1, len(frames)):
            values = {1: [0.0] * LAGS, 8: [0.0] * LAGS}
            if i - 1 < LAGS:
                values[1][i - 1] = 0.99
            if 0 <= i - frame < LAGS:
                values[8][i - frame] = second
            frames[i] = outputs(values)
        return [touch.finger for touch in decode(frames) if isinstance(touch, TouchDown)]

    def test_doubtful_press_in_the_frame_of_another_is_one_taken_along(self):
        assert self.told(0.7, frame=1) == [1]

    def test_sure_press_in_the_frame_of_another_is_told(self):
        assert self.told(0.95, frame=1) == [1, 8]

    def test_doubtful_press_a_little_later_is_told(self):
        assert self.told(0.7, frame=3) == [1, 8]


class TestIdle:
    @staticmethod
    def second_press(pause_s: float) -> list[int]:
        """Fingers told when 6 strikes surely and, after a pause, 1 with 0.7."""
        frames = onset_seen(0.99, first=1, frames=4 + round(pause_s * FPS))
        last = []
        for lag in range(8):
            values = [0.0] * LAGS
            if lag < LAGS:
                values[lag] = 0.7
            last.append(outputs({1: values}))
        told = decode([*frames, *last])
        return [touch.finger for touch in told if isinstance(touch, TouchDown)]

    def test_doubtful_press_amid_typing_is_told(self):
        assert self.second_press(0.3) == [6, 1]

    def test_doubtful_press_of_hands_that_have_rested_is_not(self):
        assert self.second_press(DecodingSettings().idle_s + 0.5) == [6]


class TestOnePressUnderTwoNames:
    @staticmethod
    def told(second_frame: int, apart_mm: float) -> list[int]:
        """Fingers told when 7 touches so many frames after 6, so far apart."""
        decoder, ledger = OnsetDecoder(AT_ONCE), TouchLedger()
        places = np.zeros((10, 2))
        places[7, 0] = apart_mm
        found: list[int] = []
        for i in range(second_frame + 2):
            seen = {6: [0.99]} if i == 1 else {}
            seen |= {7: [0.99]} if i == 1 + second_frame else {}
            touches = decoder.step(i / FPS, places, SEEN, outputs(seen), ledger)
            found += [touch.finger for touch in touches if isinstance(touch, TouchDown)]
        return found

    def test_a_second_name_at_the_same_place_and_time_is_not_told(self):
        assert self.told(second_frame=1, apart_mm=4.0) == [6]

    def test_neighbouring_keys_are_both_told(self):
        assert self.told(second_frame=1, apart_mm=19.0) == [6, 7]

    def test_the_same_key_a_little_later_is_told(self):
        assert self.told(second_frame=5, apart_mm=4.0) == [6, 7]
