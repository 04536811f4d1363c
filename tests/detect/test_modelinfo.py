from __future__ import annotations

import pytest

from cameratokeyboard.datatypes import FINGER, MARKER, THUMB
from cameratokeyboard.detect.modelinfo import DEFAULT_THRESHOLD, parse_model_info
from cameratokeyboard.errors import ModelError
from tests.detect.builders import make_info


class TestParseModelInfo:
    def test_reads_what_the_export_writes(self) -> None:
        info = make_info()
        assert info.class_ids == (FINGER, THUMB, MARKER)
        assert (info.keypoints, info.keypoint_dims) == (3, 3)
        assert info.input_wh == (416, 256)
        assert info.thresholds == (0.4, 0.3, 0.5)
        assert info.version == "abc"
        assert info.channels == 4 + 3 + 9

    def test_plain_box_model_in_another_class_order_is_mapped(self) -> None:
        names = {"names": "{0: 'markers', 1: 'fingers', 2: 'thumbs'}", "imgsz": "640"}
        info = parse_model_info(names, "m.onnx")
        assert info.class_ids == (MARKER, FINGER, THUMB)
        assert info.channels == 7
        assert info.input_wh == (640, 640)
        assert info.thresholds == (DEFAULT_THRESHOLD,) * 3

    def test_names_as_json_list(self) -> None:
        assert make_info(names='["thumb", "finger"]').class_ids == (THUMB, FINGER)

    def test_no_metadata_means_the_three_classes(self) -> None:
        assert parse_model_info({}, "m.onnx").names == ("finger", "thumb", "marker")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"names": "{0: 'person', 1: 'car'}"}, "person, car"),
            ({"names": "{0: "}, "cannot be read"),
            ({"kpt_shape": "[17, 3]"}, "kpt_shape is [17, 3]"),
            ({"imgsz": "[0, 5]"}, "imgsz"),
            ({"c2k_thresholds": '{"finger": 1.5}'}, "between 0 and 1"),
        ],
    )
    def test_unusable_metadata_is_one_clear_line(self, changes: dict[str, str], words: str) -> None:
        with pytest.raises(ModelError) as caught:
            make_info(**changes)
        message = str(caught.value)
        assert "model.onnx" in message
        assert words in message
        assert "\n" not in message
