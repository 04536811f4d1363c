from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.datatypes import TouchDown, TouchUp
from cameratokeyboard.errors import TruthError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keyboard.touch import TouchKeyboard
from cameratokeyboard.tuning.clip import read_prompt, replay, watch
from tests import builders as b

LAYOUT = load_layout("qwerty")
CENTRE = dict(zip([key.name for key in LAYOUT.keys], LAYOUT.centres_mm(), strict=True))


class TestReadPrompt:
    def test_prompt_and_layout_come_from_the_file_beside_the_clip(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text(json.dumps({"prompt": "hi", "layout": "qwerty"}))
        assert read_prompt(tmp_path / "a.mp4") == ("hi", "qwerty")

    @pytest.mark.parametrize(
        "content", [None, "nonsense", '{"layout": "qwerty"}', '{"prompt": "", "layout": "x"}', "[]"]
    )
    def test_a_clip_without_a_prompt_says_how_to_record_one(
        self, tmp_path: Path, content: str | None
    ) -> None:
        if content is not None:
            (tmp_path / "a.json").write_text(content)
        with pytest.raises(TruthError, match="c2k record --prompt TEXT"):
            read_prompt(tmp_path / "a.mp4")


class TestWatch:
    def test_every_frame_is_looked_at_and_counted(self) -> None:
        source = b.FakeSource([b.frame(i * 0.1, i) for i in range(3)])
        counted: list[int] = []
        seen = watch(source, b.FakeDetector(), b.FakeLocator(), b.FakeTracker(), counted.append)
        assert [fingers.t_s for fingers in seen] == pytest.approx([0, 0.1, 0.2])
        assert counted == [1, 2, 3]


class TestReplay:
    def test_the_bias_is_taken_off_before_the_key_is_looked_up(self) -> None:
        x, y = CENTRE["s"]
        touches: list[TouchDown | TouchUp] = [b.touch_down(0.1, 2, (x, y)), TouchUp(2, 0.2, 0.2)]
        bias = np.zeros((10, 2))
        bias[2, 0] = 18.5
        seen = [b.fingers(0.1)]
        plain = replay(
            seen, b.FakeKeystroke({0.1: touches}), TouchKeyboard(LAYOUT), np.zeros((10, 2))
        )
        moved = replay(seen, b.FakeKeystroke({0.1: touches}), TouchKeyboard(LAYOUT), bias)
        assert [press.key for press in plain] == ["s"]
        assert [press.key for press in moved] == ["a"]

    def test_what_is_decided_at_the_end_counts(self) -> None:
        keystroke = b.FakeKeystroke()
        keystroke.open = [b.touch_down(0.1, 2, tuple(CENTRE["d"]))]
        presses = replay([b.fingers(0.1)], keystroke, TouchKeyboard(LAYOUT), np.zeros((10, 2)))
        assert [press.key for press in presses] == ["d"]
