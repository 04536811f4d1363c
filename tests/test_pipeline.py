from __future__ import annotations

from cameratokeyboard.datatypes import KeyPress, KeyRelease, State, TouchUp
from cameratokeyboard.pipeline import RELEASE_AFTER_S, STATE_HOLD_S, Pipeline, ViewState
from tests import builders as b


def pipeline(
    script: dict[float, list] | None = None,
    *,
    mat_lost_from_s: float = float("inf"),
    hands_lost_from_s: float = float("inf"),
    still_open: list | None = None,
    detector: b.FakeDetector | None = None,
) -> Pipeline:
    keystroke = b.FakeKeystroke(script)
    keystroke.open = still_open or []
    return Pipeline(
        detector or b.FakeDetector(),
        b.FakeLocator(mat_lost_from_s),
        b.FakeTracker(hands_lost_from_s),
        keystroke,
        b.FakeKeyboard(),
        b.FakeEditor(),
    )


class TestStep:
    def test_a_touch_becomes_a_key_and_text_in_the_same_step(self) -> None:
        step = pipeline({0.5: [b.touch_down(0.5)]}).step(b.frame(0.5))
        assert [type(event).__name__ for event in step.events] == ["KeyPress", "TextEdit"]
        assert step.text == "a"

    def test_the_detector_is_told_where_the_mat_was_last(self) -> None:
        detector = b.FakeDetector()
        tested = pipeline(detector=detector, mat_lost_from_s=0.2)
        found = [tested.step(b.frame(t_s)).mat for t_s in (0.0, 0.1, 0.2, 0.3)]
        assert found[0] is not None
        assert found[2] is None
        assert detector.mats == [None, *found[:3]]

    def test_without_touches_nothing_happens(self) -> None:
        step = pipeline().step(b.frame(0.0))
        assert step.events == ()
        assert step.text == ""

    def test_a_held_key_is_let_go_once_the_mat_has_been_lost_for_long(self) -> None:
        tested = pipeline({0.1: [b.touch_down(0.1)]}, mat_lost_from_s=0.2)
        steps = [tested.step(b.frame(round(i * 0.1, 1))) for i in range(12)]
        releases = [
            step.frame.t_s
            for step in steps
            for event in step.events
            if isinstance(event, KeyRelease)
        ]
        assert len(releases) == 1
        assert 0.1 + RELEASE_AFTER_S <= releases[0] <= 0.3 + RELEASE_AFTER_S

    def test_a_held_key_is_kept_while_hands_and_mat_are_in_view(self) -> None:
        tested = pipeline({0.1: [b.touch_down(0.1)]})
        steps = [tested.step(b.frame(round(i * 0.1, 1))) for i in range(30)]
        assert not any(isinstance(e, KeyRelease) for step in steps for e in step.events)


class TestFinish:
    def test_what_is_open_is_decided_and_every_key_released(self) -> None:
        tested = pipeline({0.0: [b.touch_down(0.0)]}, still_open=[b.touch_down(0.9)])
        tested.step(b.frame(0.0))
        kinds = [type(e) for e in tested.finish(1.0)]
        assert kinds.count(KeyPress) == 1
        assert kinds.count(KeyRelease) == 2
        assert tested.text == "aa"

    def test_a_key_already_up_is_not_released_again(self) -> None:
        tested = pipeline({0.0: [b.touch_down(0.0), TouchUp(3, 0.1, 0.1)]})
        tested.step(b.frame(0.0))
        assert tested.finish(1.0) == ()


class TestViewState:
    def test_it_starts_initializing_and_says_valid_only_after_a_while(self) -> None:
        view = ViewState()
        assert view.state is State.INITIALIZING
        assert view.update(b.mat_pose(), b.fingers(0.0)) is None
        assert view.update(b.mat_pose(), b.fingers(STATE_HOLD_S)) is State.VALID

    def test_one_bad_frame_changes_nothing(self) -> None:
        view = ViewState()
        for t in (0.0, 0.3):
            view.update(b.mat_pose(), b.fingers(t))
        assert view.update(None, b.fingers(0.33)) is None
        assert view.update(b.mat_pose(), b.fingers(0.36)) is None
        assert view.state is State.VALID

    def test_lost_markers_come_before_lost_fingers(self) -> None:
        view = ViewState()
        for t in (0.0, 0.4):
            change = view.update(None, b.fingers(t, visible=False))
        assert change is State.MISSING_MARKERS

    def test_hands_out_of_view_are_missing_fingers(self) -> None:
        view = ViewState()
        for t in (0.0, 0.4):
            change = view.update(b.mat_pose(), b.fingers(t, visible=False))
        assert change is State.MISSING_FINGERS

    def test_time_that_jumps_back_does_not_count_as_lost(self) -> None:
        view = ViewState()
        view.update(b.mat_pose(), b.fingers(100.0))
        view.update(None, b.fingers(1.0))
        assert view.lost_for_s == 0.0
