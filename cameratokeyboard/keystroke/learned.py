"""The learned strategy: a small temporal network over all ten fingers together."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cameratokeyboard.datatypes import Fingers, FloatArray, Layout
from cameratokeyboard.errors import ModelError, SettingsError
from cameratokeyboard.keystroke.decoding import DecodingSettings, OnsetDecoder, Outputs
from cameratokeyboard.keystroke.features import FEATURE_VERSION, FeatureExtractor
from cameratokeyboard.keystroke.ledger import Touch, TouchLedger

if TYPE_CHECKING:
    import onnxruntime

SHIPPED_MODEL = Path(__file__).resolve().parent.parent / "data" / "keystroke.onnx"
_KIND = "cameratokeyboard keystroke"


class PressNetwork:
    """The network, one frame at a time; see training/keystroke_net.py for its outputs.

    Raises ModelError for a file that is missing or not such a network.
    """

    def __init__(self, session: onnxruntime.InferenceSession, path: Path) -> None:
        about = session.get_modelmeta().custom_metadata_map
        if about.get("kind") != _KIND:
            raise ModelError(
                f"{path}: expected a keystroke model as c2k train keystroke writes, "
                f"found kind {about.get('kind', 'none')!r}"
            )
        if about.get("feature_version") != str(FEATURE_VERSION):
            raise ModelError(
                f"{path}: expected features of version {FEATURE_VERSION}, the model was trained "
                f"with {about.get('feature_version')}; train it again or use the shipped one"
            )
        self.lags = int(about["lags"])
        self._session = session
        self._shape = (2, int(about["channels"]), int(about["state_size"]))
        self.reset()

    @classmethod
    def load(cls, path: Path) -> PressNetwork:
        """Open a model file."""
        import onnxruntime

        if not path.is_file():
            raise ModelError(
                f"{path}: no keystroke model there; choose another --keystroke, or train one with "
                f"c2k train keystroke"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime has no public error tree
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{path}: expected an ONNX model: {reason}") from error
        return cls(session, path)

    def reset(self) -> None:
        """Forget the frames seen so far."""
        self._state = np.zeros(self._shape, np.float32)

    def step(self, features: FloatArray) -> Outputs:
        """Take in a frame's features (2, FEATURE_COUNT)."""
        *values, self._state = self._session.run(
            ["onset", "share", "offset_mm", "sigma_mm", "contact", "next_state"],
            {"features": features, "state": self._state},
        )
        return Outputs.from_hands(*values)


class LearnedDetector:
    """See KeystrokeDetector.

    Presses are believed at once when the network is sure and within DecodingSettings.wait_s
    otherwise. Frames of one moment are looked at once; a gap or a moved mat starts afresh.
    """

    def __init__(
        self,
        network: PressNetwork,
        layout: Layout,
        settings: DecodingSettings | None = None,
    ) -> None:
        self._network = network
        self._features = FeatureExtractor(layout)
        self._decoder = OnsetDecoder(settings)
        self._ledger = TouchLedger()
        self._last_s = -np.inf

    @classmethod
    def load(
        cls, layout: Layout | None, model: Path | None = None, sensitivity: float = 0.5
    ) -> LearnedDetector:
        """With the shipped weights, or those of ``model``; sensitivity as in the settings."""
        if layout is None:
            raise SettingsError("keystroke.strategy = 'learned': expected a layout, got none")
        return cls(PressNetwork.load(model or SHIPPED_MODEL), layout, _settings_for(sensitivity))

    def reset(self) -> None:
        """Forget everything."""
        self._ledger.reset()
        self._forget_motion()

    def _forget_motion(self) -> None:
        self._network.reset()
        self._features.reset()
        self._decoder.reset()
        self._last_s = -np.inf

    def update(self, fingers: Fingers) -> list[Touch]:
        """The touches decided at this moment."""
        touches, goes_on = self._ledger.follow(fingers)
        if not goes_on:
            self._forget_motion()
        if fingers.t_s <= self._last_s:
            return touches
        features = self._features.step(fingers)
        if features is None:
            return touches
        self._last_s = fingers.t_s
        outputs = self._network.step(features)
        touches += self._decoder.step(
            fingers.t_s, self._features.mm, self._features.seen, outputs, self._ledger
        )
        return sorted(touches, key=lambda touch: touch.t_s)

    def flush(self, t_s: float) -> list[Touch]:
        """Release every finger; what was not sure by now is not typed."""
        return self._ledger.release_all(t_s)


def _settings_for(sensitivity: float) -> DecodingSettings:
    """Shift the bounds' log odds by up to 1.5 either way."""
    tuned = DecodingSettings()
    shift = 3.0 * (0.5 - sensitivity)
    return dataclasses.replace(
        tuned, sure=_shifted(tuned.sure, shift), likely=_shifted(tuned.likely, shift)
    )


def _shifted(probability: float, log_odds: float) -> float:
    odds = probability / (1 - probability) * np.exp(log_odds)
    return float(odds / (1 + odds))
