"""The figures of a clip, for reading and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cameratokeyboard.config import Settings
from cameratokeyboard.errors import TruthError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.scoring import Press, Recognised, Truth, score
from cameratokeyboard.scoring.clip import as_tree, check_keys, lines

LAYOUT = load_layout("qwerty")
TRUTH = Truth("as", (Press(1.0, "a", "left_pinky"), Press(1.4, "s", "left_ring")), "qwerty")
RUN = Recognised((Press(1.02, "a", "left_pinky", 1.1),), "a")


class TestAsTree:
    def test_figures_are_plain_json(self):
        tree = json.loads(json.dumps(as_tree(score(TRUTH, RUN, LAYOUT), TRUTH, RUN, [10.0, 20.0])))
        assert (tree["precision"], tree["recall"]) == (1.0, 0.5)
        assert tree["latency_ms"]["p50"] == 80.0
        assert tree["compute_ms"]["p50"] == 15.0
        assert tree["recall_by_finger"] == {"left_pinky": 1.0, "left_ring": 0.0}

    def test_what_cannot_be_measured_is_null(self):
        nothing = Recognised((), "")
        tree = as_tree(score(TRUTH, nothing, LAYOUT), TRUTH, nothing, [])
        assert tree["precision"] is None
        assert tree["cer_corrected"] is None
        assert tree["compute_ms"] == {"p50": None, "p95": None}


class TestLines:
    def test_both_texts_and_the_error_rate_are_shown(self):
        shown = "\n".join(lines(score(TRUTH, RUN, LAYOUT), TRUTH, RUN, [10.0]))
        assert "true text:       as" in shown
        assert "recognised:      a" in shown
        assert "50.0% raw" in shown

    def test_correction_is_shown_when_there_was_one(self):
        corrected = replace(RUN, corrected="as")
        shown = lines(score(TRUTH, corrected, LAYOUT), TRUTH, corrected, [10.0])
        assert "corrected:       as" in shown
        assert any("0.0% corrected" in line for line in shown)


class TestCheckKeys:
    def test_key_of_another_layout_is_named(self):
        strange = Truth("ß", (Press(1.0, "sharp_s"),))
        with pytest.raises(TruthError, match="'sharp_s' is not on the layout 'qwerty'"):
            check_keys(strange, Settings(), Path("clip.truth.json"))

    def test_known_keys_pass(self):
        check_keys(TRUTH, Settings(), Path("clip.truth.json"))
