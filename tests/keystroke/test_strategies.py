"""What every strategy promises, tried on all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.datatypes import Fingers, TouchDown, TouchUp
from cameratokeyboard.errors import ModelError, SettingsError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke import STRATEGIES, KeystrokeDetector, make_keystroke_detector
from cameratokeyboard.keystroke.learned import SHIPPED_MODEL
from tests.fingers.builders import HOME, Camera
from tests.keystroke.builders import downs, fingers_at, hands_at, play

LAYOUT = load_layout("qwerty")
TYPED = [(3, 1.0), (7, 1.31), (4, 1.7), (0, 2.02), (9, 2.5), (6, 2.9), (2, 3.2)]
RULES = [name for name in STRATEGIES if name != "learned"]
BEST_RULES = ["velocity", "peak"]


@pytest.fixture(params=STRATEGIES)
def detector(request: pytest.FixtureRequest) -> KeystrokeDetector:
    if request.param == "learned" and not SHIPPED_MODEL.is_file():
        pytest.skip("no keystroke model is shipped with this checkout")
    return make_keystroke_detector(request.param, layout=LAYOUT)


def assert_alternating(touches: list[TouchDown | TouchUp]) -> None:
    down: set[int] = set()
    for touch in touches:
        if isinstance(touch, TouchDown):
            assert touch.finger not in down
            down.add(touch.finger)
        else:
            assert touch.finger in down
            down.remove(touch.finger)
    assert not down


class TestContract:
    def test_every_touch_ends_before_the_fingers_next_and_by_the_flush(
        self, detector: KeystrokeDetector
    ):
        touches = play(detector, [*TYPED, (3, 3.5), (3, 3.75)], until_s=4.5, noise_px=1.5)
        assert_alternating(touches)

    def test_nothing_is_said_before_it_happened(self, detector: KeystrokeDetector):
        for touch in play(detector, TYPED, noise_px=1.0):
            assert touch.emitted_s >= touch.t_s - 1e-9

    def test_same_input_gives_same_touches(self, detector: KeystrokeDetector):
        first = play(detector, TYPED, noise_px=1.0)
        detector.reset()
        second = play(detector, TYPED, noise_px=1.0)
        assert [(t.finger, t.t_s, t.emitted_s) for t in first] == [
            (t.finger, t.t_s, t.emitted_s) for t in second
        ]

    def test_vanishing_hands_release_held_fingers(self, detector: KeystrokeDetector):
        touches = play(
            detector,
            TYPED,
            until_s=2.9,
            hold_s=5.0,
            hide=lambda t: tuple(range(10)) if t > 2.2 else (),
        )
        assert_alternating(touches)
        assert all(t.emitted_s < 2.6 for t in touches)

    def test_new_generation_releases_held_fingers(self, detector: KeystrokeDetector):
        touches: list[TouchDown | TouchUp] = []
        for i in range(60):
            t = i / 30
            tips = hands_at(t, [(3, 1.0)], hold_s=5.0)
            touches += detector.update(fingers_at(t, tips, generation=int(t > 1.5)))
        assert_alternating(touches)

    @pytest.mark.parametrize("jump_s", [-10.0, 3.0, 3600.0])
    def test_jump_in_time_leaves_no_finger_down(self, detector: KeystrokeDetector, jump_s: float):
        touches: list[TouchDown | TouchUp] = []
        for i in range(45):
            tips = hands_at(i / 30, [(3, 1.0)], hold_s=9.0)
            touches += detector.update(fingers_at(i / 30, tips))
        touches += detector.update(fingers_at(1.5 + jump_s, HOME))
        assert_alternating(touches)


class TestBadInput:
    def test_nan_everywhere_is_survived(self, detector: KeystrokeDetector):
        for i in range(30):
            good = fingers_at(i / 30, hands_at(i / 30, [(3, 0.6)]))
            px = np.array(good.px)
            px[i % 10] = np.nan
            bad = Fingers(
                good.t_s, px, np.where(np.isnan(px), np.nan, good.mm), good.velocity_mm_s,
                good.confidence, good.visible, good.box_wh_px, good.direction_px,
                0, good.mm_to_px,
            )  # fmt: skip
            for touch in detector.update(bad):
                assert not isinstance(touch, TouchDown) or np.isfinite(touch.xy_mm).all()

    def test_no_mat_and_no_hands_give_nothing(self, detector: KeystrokeDetector):
        assert [detector.update(Fingers.none(i / 30)) for i in range(30)] == [[]] * 30

    def test_same_frame_again_changes_nothing(self, detector: KeystrokeDetector):
        once = play(detector, TYPED)
        detector.reset()
        twice: list[TouchDown | TouchUp] = []
        for i in range(120):
            moment = fingers_at(i / 30, hands_at(i / 30, TYPED))
            twice += detector.update(moment)
            twice += detector.update(moment)
        assert [t.t_s for t in downs(twice)] == [t.t_s for t in downs(once)]

    def test_one_frame_a_second_types_nothing_and_crashes_nothing(
        self, detector: KeystrokeDetector
    ):
        assert_alternating(play(detector, TYPED, until_s=20, fps=1.0))


class TestRecognition:
    @pytest.mark.parametrize("name", BEST_RULES)
    @pytest.mark.parametrize("yaw", [0.0, 180.0])
    @pytest.mark.parametrize("fps", [30.0, 60.0])
    def test_clear_strikes_are_found_at_their_moment_from_either_side(
        self, name: str, yaw: float, fps: float
    ):
        detector = make_keystroke_detector(name)
        found = downs(play(detector, TYPED, fps=fps, camera=Camera(yaw_deg=yaw)))
        assert [touch.finger for touch in found] == [finger for finger, _ in TYPED]
        for touch, (_, t_s) in zip(found, TYPED, strict=True):
            assert touch.t_s == pytest.approx(t_s, abs=0.06)
            assert touch.emitted_s - t_s < 0.2

    @pytest.mark.parametrize("name", BEST_RULES)
    def test_contact_point_is_where_the_finger_struck(self, name: str):
        for touch in downs(play(make_keystroke_detector(name), TYPED)):
            assert touch.xy_mm == pytest.approx(HOME[touch.finger, :2], abs=3.0)

    @pytest.mark.parametrize("name", BEST_RULES)
    def test_held_finger_is_released_when_it_lifts(self, name: str):
        touches = play(make_keystroke_detector(name), [(3, 1.0)], hold_s=0.8)
        ups = [touch for touch in touches if isinstance(touch, TouchUp)]
        assert [u.t_s for u in ups] == [pytest.approx(1.8, abs=0.1)]

    def test_two_fingers_at_once_are_both_found(self):
        found = downs(play(make_keystroke_detector("velocity"), [(2, 1.0), (7, 1.0)]))
        assert sorted(touch.finger for touch in found) == [2, 7]

    @pytest.mark.parametrize("name", BEST_RULES)
    def test_resting_hands_do_not_type(self, name: str):
        assert downs(play(make_keystroke_detector(name), [], until_s=20, noise_px=1.0)) == []

    @pytest.mark.parametrize("name", BEST_RULES)
    def test_hand_that_moves_as_a_whole_does_not_type(self, name: str):
        def dip(t: float, tips: np.ndarray) -> np.ndarray:
            tips = tips.copy()
            tips[5:, 2] += 6 + 6 * np.cos(2 * np.pi * 1.2 * t)
            return tips

        assert downs(play(make_keystroke_detector(name), [], until_s=8, change=dip)) == []

    def test_forerunners_rule_finds_clear_strikes(self):
        found = {touch.finger for touch in downs(play(make_keystroke_detector("neighbour"), TYPED))}
        assert found >= {finger for finger, _ in TYPED}


class TestFactory:
    def test_unknown_name_says_what_is_allowed(self):
        with pytest.raises(SettingsError, match="velocity, peak, learned, neighbour"):
            make_keystroke_detector("magic")

    def test_missing_weights_are_named(self, tmp_path: Path):
        with pytest.raises(ModelError, match=r"none\.onnx"):
            make_keystroke_detector("learned", layout=LAYOUT, model=tmp_path / "none.onnx")

    def test_file_that_is_no_model_is_refused(self, tmp_path: Path):
        path = tmp_path / "text.onnx"
        path.write_text("not a model")
        with pytest.raises(ModelError, match="expected an ONNX model"):
            make_keystroke_detector("learned", layout=LAYOUT, model=path)

    @pytest.mark.parametrize("name", BEST_RULES)
    def test_sensitivity_decides_about_light_taps(self, name: str):
        class Want:
            def __init__(self, sensitivity: float) -> None:
                self.sensitivity = sensitivity

        def light(_: float, tips: np.ndarray) -> np.ndarray:
            return tips * [1, 1, 0.45]

        bold = make_keystroke_detector(name, Want(1.0))
        shy = make_keystroke_detector(name, Want(0.0))
        assert len(downs(play(bold, TYPED, change=light))) > len(
            downs(play(shy, TYPED, change=light))
        )
