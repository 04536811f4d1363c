from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.keyboard.bias import (
    FingerBias,
    forget_bias,
    load_bias,
    save_bias,
)

PITCH = 18.5
BOTH = (True, True)


def trained(miss: tuple[float, float] = (3.0, -2.0), finger: int = 7) -> FingerBias:
    bias = FingerBias(PITCH)
    for _ in range(200):
        bias.learn(finger, np.array(miss), BOTH)
    return bias


class TestFingerBias:
    def test_starts_without_a_bias(self) -> None:
        assert np.array_equal(FingerBias(PITCH).offset_mm(0), [0.0, 0.0])

    def test_settles_on_a_constant_miss(self) -> None:
        assert trained().offset_mm(7) == pytest.approx((3.0, -2.0), abs=0.2)

    def test_fingers_do_not_teach_each_other(self) -> None:
        assert np.array_equal(trained().offset_mm(2), [0.0, 0.0])

    def test_one_press_moves_it_little(self) -> None:
        bias = FingerBias(PITCH)
        bias.learn(0, np.array([6.0, 0.0]), BOTH)
        assert 0 < bias.offset_mm(0)[0] < 0.6

    def test_a_wild_miss_moves_it_no_more_than_a_plain_one(self) -> None:
        wild, plain = FingerBias(PITCH), FingerBias(PITCH)
        wild.learn(0, np.array([500.0, 0.0]), BOTH)
        plain.learn(0, np.array([0.4 * PITCH, 0.0]), BOTH)
        assert np.array_equal(wild.offset_mm(0), plain.offset_mm(0))

    def test_stays_within_a_third_of_a_key(self) -> None:
        assert np.all(np.abs(trained((17.0, -17.0)).offset_mm(7)) <= 0.31 * PITCH)

    def test_follows_a_person_who_changes(self) -> None:
        bias = trained((3.0, 0.0))
        for _ in range(300):
            bias.learn(7, np.array([-3.0, 0.0]), BOTH)
        assert bias.offset_mm(7)[0] == pytest.approx(-3.0, abs=0.3)

    def test_an_axis_that_tells_nothing_is_left_alone(self) -> None:
        bias = FingerBias(PITCH)
        bias.learn(0, np.array([5.0, 5.0]), (False, True))
        assert bias.offset_mm(0)[0] == 0.0
        assert bias.offset_mm(0)[1] > 0.0

    def test_no_number_teaches_nothing(self) -> None:
        bias = FingerBias(PITCH)
        bias.learn(0, np.array([np.nan, 1.0]), BOTH)
        assert bias.presses[0] == 0

    def test_forgets(self) -> None:
        bias = trained()
        bias.forget()
        assert np.array_equal(bias.offset_mm(7), [0.0, 0.0])


class TestFiles:
    def test_a_saved_bias_is_loaded_as_it_was(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "me.json"
        save_bias(trained(), path)
        loaded = FingerBias(PITCH)
        assert load_bias(loaded, path)
        assert loaded.offset_mm(7) == pytest.approx(trained().offset_mm(7), abs=1e-3)
        assert loaded.presses[7] == 200

    def test_it_fits_a_layout_of_another_pitch(self, tmp_path: Path) -> None:
        save_bias(trained(), tmp_path / "me.json")
        large = FingerBias(2 * PITCH)
        load_bias(large, tmp_path / "me.json")
        assert large.offset_mm(7) == pytest.approx(2 * trained().offset_mm(7), abs=1e-3)

    def test_no_temporary_file_is_left(self, tmp_path: Path) -> None:
        save_bias(trained(), tmp_path / "me.json")
        assert [p.name for p in tmp_path.iterdir()] == ["me.json"]

    def test_a_missing_file_changes_nothing(self, tmp_path: Path) -> None:
        bias = trained()
        assert not load_bias(bias, tmp_path / "none.json")
        assert bias.presses[7] == 200

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "[]",
            "null",
            "{}",
            '{"format": 9, "fingers": {}}',
            '{"format": 1, "fingers": {"left_pinky": {}}}',
            '"text"',
        ],
    )
    def test_a_damaged_file_is_named(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "me.json"
        path.write_text(content)
        bias = trained()
        with pytest.raises(SettingsError, match=r"me\.json"):
            load_bias(bias, path)
        assert bias.presses[7] == 200

    def test_infinite_values_are_refused(self, tmp_path: Path) -> None:
        data = trained().to_dict()
        data["fingers"]["left_ring"]["offset_pitches"] = [float("inf"), 0.0]
        path = tmp_path / "me.json"
        path.write_text(json.dumps(data))
        with pytest.raises(SettingsError, match="not finite"):
            load_bias(FingerBias(PITCH), path)

    def test_an_unwritable_place_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(SettingsError, match="could not be saved"):
            save_bias(trained(), tmp_path / "file" / "me.json")

    def test_forgetting_deletes_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "me.json"
        save_bias(trained(), path)
        assert forget_bias(path)
        assert not path.exists()
        assert not forget_bias(path)
