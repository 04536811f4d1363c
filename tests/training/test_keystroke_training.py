"""Training of the learned strategy: targets, network, export; everything tiny."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER_NAMES
from cameratokeyboard.errors import ModelError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.features import FEATURE_COUNT, HAND_FINGERS
from cameratokeyboard.keystroke.learned import LearnedDetector, PressNetwork
from cameratokeyboard.synthetic.noise import DetectorNoise
from cameratokeyboard.synthetic.sessions import Session, SessionWish, make_session
from cameratokeyboard.synthetic.tipview import front_shot
from cameratokeyboard.training.keystroke_data import load_example, save_example
from cameratokeyboard.training.keystroke_targets import Example, example_of
from cameratokeyboard.training.trajectories import approximately_tracked, tracked
from tests.keystroke.builders import play

if TYPE_CHECKING:
    from cameratokeyboard.training.keystroke_net import TemporalNet

LAYOUT = load_layout("qwerty")


@pytest.fixture(scope="module")
def session() -> Session:
    wish = SessionWish(
        text="sun jam",
        wpm=45,
        style="touch",
        shot=front_shot(),
        noise=DetectorNoise.none(),
        exact_noise=True,
    )
    return make_session(LAYOUT, 3, wish)


@pytest.fixture(scope="module")
def example(session: Session) -> Example:
    return example_of(approximately_tracked(session, np.random.default_rng(0)), LAYOUT)


class TestTrajectories:
    def test_real_tracker_follows_every_typing_fingertip_of_a_perfect_detector(
        self, session: Session
    ):
        own = [FINGER_NAMES.index(e.finger) for e in session.performance.events]
        assert list(tracked(session, LAYOUT).onset_slot) == own


class TestTargets:
    def test_every_press_is_one_onset_of_its_finger(self, session: Session, example: Example):
        assert example.onset.sum() == len(session.performance.events)
        for event in session.performance.events:
            own = FINGER_NAMES.index(event.finger)
            hand, place = np.argwhere(np.equal(HAND_FINGERS, own))[0]
            frame = int(np.ceil(event.t_down * 30 - session.boxes.t_s[0] * 30))
            assert example.onset[hand, place, frame - 1 : frame + 2].sum() == 1

    def test_offsets_are_small_where_the_detector_is_perfect(self, example: Example):
        hand, place, frame = np.nonzero(example.onset)
        away = np.linalg.norm(example.offset[hand, place, :, :, frame], axis=2)
        assert (np.median(away, axis=0) < 6).all()
        # The frame after the contact's first shows the finger at rest on the paper.
        assert away[:, 1].max() < away[:, 0].max()

    def test_what_is_saved_is_what_is_loaded(self, example: Example, tmp_path: Path):
        save_example(example, tmp_path / "a.npz")
        back = load_example(tmp_path / "a.npz")
        assert back.features == pytest.approx(example.features, abs=4e-3)
        assert np.array_equal(back.onset, example.onset)

    def test_loaded_examples_take_half_the_memory(self, example: Example, tmp_path: Path):
        save_example(example, tmp_path / "a.npz")
        assert load_example(tmp_path / "a.npz").features.nbytes == example.features.nbytes // 2

    def test_press_of_a_thumb_that_hides_at_contact_is_asked_for_where_it_was_seen_last(
        self, session: Session, example: Example
    ):
        made = approximately_tracked(session, np.random.default_rng(0))
        event = next(e for e in made.events if e.key == "space")
        thumb = FINGER_NAMES.index(event.finger)
        hidden = np.abs(made.moments.t_s - event.t_down) < 0.2
        visible = made.moments.visible.copy()
        visible[hidden, thumb] = False
        slots = np.where([e is event for e in made.events], -1, made.onset_slot)
        lost = replace(made, moments=replace(made.moments, visible=visible), onset_slot=slots)
        found = example_of(lost, LAYOUT)
        assert np.array_equal(found.onset, example.onset)
        assert found.use.all()

    def test_press_far_from_where_a_finger_was_last_seen_is_not_asked_for(
        self, session: Session, example: Example
    ):
        made = approximately_tracked(session, np.random.default_rng(0))
        event = made.events[0]
        elsewhere = (replace(event, x_mm=event.x_mm + 60), *made.events[1:])
        slots = np.array([-1, *made.onset_slot[1:]])
        found = example_of(replace(made, events=elsewhere, onset_slot=slots), LAYOUT)
        assert found.onset.sum() == example.onset.sum() - 1
        assert not found.use.all()


class TestNetwork:
    torch = pytest.importorskip("torch")

    def exported(self, path: Path) -> object:
        pytest.importorskip("onnx")
        from cameratokeyboard.training.keystroke_export import export
        from cameratokeyboard.training.keystroke_net import TemporalNet

        self.torch.manual_seed(0)
        net = TemporalNet(channels=16).eval()
        export(net, path, {"data": "none"})
        return net

    def test_exported_network_says_frame_by_frame_what_the_whole_sequence_gives(
        self, tmp_path: Path
    ):
        net = self.exported(tmp_path / "k.onnx")
        features = np.random.default_rng(0).normal(0, 1, (2, FEATURE_COUNT, 50)).astype(np.float32)
        with self.torch.no_grad():
            whole = self.torch.sigmoid(net(self.torch.from_numpy(features))).numpy()
        network = PressNetwork.load(tmp_path / "k.onnx")
        for i in range(50):
            outputs = network.step(features[:, :, i])
        order = np.argsort(HAND_FINGERS.ravel())
        onset = whole[:, :, :-1:6, -1].reshape(10, -1)[order]
        assert outputs.onset == pytest.approx(onset, abs=1e-4)

    def test_untrained_network_keeps_the_contract(self, tmp_path: Path):
        self.exported(tmp_path / "k.onnx")
        detector = LearnedDetector.load(LAYOUT, tmp_path / "k.onnx", sensitivity=1.0)
        down: set[int] = set()
        for touch in play(detector, [(3, 1.0)], until_s=2.0):
            (down.remove if touch.finger in down else down.add)(touch.finger)
        assert not down

    def test_model_of_another_kind_is_refused(self, tmp_path: Path):
        onnx = pytest.importorskip("onnx")
        self.exported(tmp_path / "k.onnx")
        model = onnx.load(str(tmp_path / "k.onnx"))
        del model.metadata_props[:]
        onnx.save(model, str(tmp_path / "other.onnx"))
        with pytest.raises(ModelError, match="expected a keystroke model"):
            PressNetwork.load(tmp_path / "other.onnx")

    def test_training_that_was_finished_is_not_done_again(self, example: Example, tmp_path: Path):
        from cameratokeyboard.training.keystroke_fit import FitSettings, fit

        settings = FitSettings(steps=12, batch=2, frames=64, channels=8, warm_up=2)
        told: list[int] = []

        def tell(step: int, _: dict[str, float]) -> None:
            told.append(step)

        net = fit([example], settings, tmp_path, tell)
        again = fit([example], settings, tmp_path, tell)
        assert told == [12]
        for a, b in zip(net.parameters(), again.parameters(), strict=True):
            assert self.torch.equal(a, b)

    def test_training_may_start_from_the_weights_of_another(self, example: Example, tmp_path: Path):
        from cameratokeyboard.training.keystroke_fit import FitSettings, fit
        from cameratokeyboard.training.weights import save_weights

        settings = FitSettings(steps=1, batch=1, frames=32, channels=8, warm_up=1)
        first = fit([example], settings, tmp_path / "first")
        save_weights(first, tmp_path / "first.pt")
        still = FitSettings(steps=1, batch=1, frames=32, channels=8, rate=0.0, seed=5)
        second = fit([example], still, tmp_path / "second", start=tmp_path / "first.pt")
        for a, b in zip(first.parameters(), second.parameters(), strict=True):
            assert self.torch.equal(a, b)

    def narrow(self, folder: Path, examples: list[Example]) -> TemporalNet:
        from cameratokeyboard.training.keystroke_fit import FitSettings, fit
        from cameratokeyboard.training.weights import save_weights

        settings = FitSettings(steps=3, batch=1, frames=32, channels=6, warm_up=1)
        net = fit(examples, settings, folder / "narrow")
        save_weights(net, folder / "narrow.pt")
        return net

    def test_a_wider_network_begins_by_saying_what_the_narrow_one_says(
        self, example: Example, tmp_path: Path
    ):
        from cameratokeyboard.training.keystroke_net import TemporalNet
        from cameratokeyboard.training.keystroke_widen import start_from

        narrow = self.narrow(tmp_path, [example])
        wide = TemporalNet(channels=10).eval()
        before = [value.clone() for value in wide.parameters()]
        start_from(wide, tmp_path / "narrow.pt")
        features = self.torch.from_numpy(example.features[:, :90].transpose(0, 2, 1).copy())
        with self.torch.no_grad():
            assert self.torch.allclose(wide(features), narrow(features), atol=1e-5)
        assert any((a != b).any() for a, b in zip(before, wide.parameters(), strict=True))

    def test_all_channels_of_a_widened_network_learn(self, example: Example, tmp_path: Path):
        from cameratokeyboard.training.keystroke_fit import FitSettings, fit

        self.narrow(tmp_path, [example])
        settings = FitSettings(steps=4, batch=2, frames=64, channels=10, warm_up=1)
        net = fit([example], settings, tmp_path / "wide", start=tmp_path / "narrow.pt")
        assert (net.leave.weight[:, 6:] != 0).any()

    def test_weights_of_a_wider_network_are_refused(self, example: Example, tmp_path: Path):
        from cameratokeyboard.training.keystroke_net import TemporalNet
        from cameratokeyboard.training.keystroke_widen import start_from

        self.narrow(tmp_path, [example])
        with pytest.raises(ModelError, match="expected the weights of a keystroke network"):
            start_from(TemporalNet(channels=4), tmp_path / "narrow.pt")

    def test_stretches_are_drawn_by_seconds_not_by_frames(self, example: Example):
        from cameratokeyboard.training.keystroke_fit import FitSettings, draw_batch

        twice = {
            name: np.repeat(getattr(example, name), 2, axis=1 if name == "features" else -1)
            for name in ("features", "onset", "share", "offset", "contact", "use")
        }
        fast = Example(**twice, interval_s=example.interval_s / 2)
        settings = FitSettings(batch=4000, frames=1)
        _, targets = draw_batch([example, fast], settings, np.random.default_rng(0))
        # Fewer lags of the faster one lie within the look-ahead.
        of_fast = targets["lag_ok"].sum(dim=1) > targets["lag_ok"].sum(dim=1).min()
        assert float(of_fast.float().mean()) == pytest.approx(0.5, abs=0.05)
