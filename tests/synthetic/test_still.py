"""Labelled stills with the real hand mesh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest

from cameratokeyboard.datatypes import MARKER
from cameratokeyboard.synthetic import stage, still
from cameratokeyboard.synthetic.camera import CameraPlan, View
from cameratokeyboard.synthetic.still import Picture, StillSettings, render_still
from tests.synthetic.scene_builders import renderer, use_toy_hands

SETTINGS = StillSettings(seed=3, size=160, hands="anny")


def _fresh(number: int, settings: StillSettings = SETTINGS) -> Picture:
    """Picture ``number`` as a process makes it that has made none before."""
    _forget()
    return render_still(renderer(), settings, number)


@pytest.fixture(autouse=True)
def _plain_hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_toy_hands(monkeypatch)
    _forget()
    yield
    _forget()


def _forget() -> None:
    still._model.cache_clear()
    still._performance.cache_clear()


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """The first pictures of a set, made once."""
    with pytest.MonkeyPatch.context() as patch:
        use_toy_hands(patch)
        _forget()
        return [render_still(renderer(), SETTINGS, number) for number in range(3)]


class TestRenderStill:
    def test_a_picture_depends_on_seed_and_number_only(self, pictures: list[Picture]) -> None:
        again = _fresh(2)  # without those before it
        assert pictures[2].jpeg == again.jpeg
        assert pictures[2].labels == again.labels
        assert pictures[2].record == again.record

    def test_other_numbers_and_seeds_give_other_pictures(self, pictures: list[Picture]) -> None:
        other = _fresh(0, StillSettings(4, 160, "anny"))
        assert len({p.jpeg for p in (*pictures, other)}) == 4

    def test_labels_are_normalised_and_sane(self, pictures: list[Picture]) -> None:
        lines = [line for picture in pictures for line in picture.labels.splitlines()]
        assert lines
        for line in lines:
            numbers = np.array([float(x) for x in line.split()])
            assert len(numbers) == 5 + 9
            assert numbers[0] in (0, 1, 2)
            centre, size = numbers[1:3], numbers[3:5]
            assert (size > 0).all()
            assert (centre - size / 2 > -1e-4).all()
            assert (centre + size / 2 < 1 + 1e-4).all()
            if numbers[0] == MARKER:
                assert numbers[5 + 3 :].tolist() == [0] * 6

    def test_the_long_side_is_as_asked(self, pictures: list[Picture]) -> None:
        for picture in pictures:
            image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert max(image.shape[:2]) == 160
            assert picture.record["size"] == [image.shape[1], image.shape[0]]

    def test_the_record_tells_where_the_paper_lies(self, pictures: list[Picture]) -> None:
        marked = 0
        for picture in pictures:
            size = np.array(picture.record["size"])
            back = np.linalg.inv(np.array(picture.record["mm_to_px"]))
            rows = [np.array(line.split(), float) for line in picture.labels.splitlines()]
            places = np.array([row[5:7] for row in rows if row[0] == MARKER]).reshape(-1, 2)
            paper = np.column_stack([places * size, np.ones(len(places))]) @ back.T
            # Markers lie in the mat's corners, and corners in the same distance of its middle.
            away = np.linalg.norm(paper[:, :2] / paper[:, 2:], axis=1)
            assert ((away > 110) & (away < 165)).all()
            assert np.ptp(away) < 4 if len(away) else True
            marked += len(away)
        assert marked >= 4

    def test_plain_pictures_show_both_hands_typing_before_the_camera(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(still, "_PLAIN_SHARE", 1.0)
        asked: list[bool] = []
        draw_plan = still.draw_plan

        def plan(rng: np.random.Generator, view: View, whole_mat: bool = False) -> CameraPlan:
            asked.append(whole_mat)
            return draw_plan(rng, view, whole_mat)

        monkeypatch.setattr(still, "draw_plan", plan)
        monkeypatch.delattr(still, "draw_moment")
        records = [_fresh(number).record for number in range(3)]
        assert asked == [True] * 3
        assert all(r["plain"] and r["sides"] == [0, 1] and r["view"] == "front" for r in records)

    def test_most_pictures_are_not_plain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class DrawnError(Exception):
            pass

        plain: list[bool] = []

        def plan(rng: np.random.Generator, view: View, whole_mat: bool = False) -> CameraPlan:
            plain.append(whole_mat)
            raise DrawnError

        monkeypatch.setattr(still, "draw_plan", plan)
        for number in range(300):
            with pytest.raises(DrawnError):
                render_still(renderer(), SETTINGS, number)
        assert 0.25 < np.mean(plain) < 0.45

    def test_fingertips_stand_on_the_sheet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        grounds: list[np.ndarray] = []
        pose = still.Moment.pose

        def posed(self: Any, hands: Any, sides: Any, later_s: float, ground: Any) -> Any:
            grounds.append(ground(np.array([[0.0, 0.0], [0.0, 500.0]])))
            return pose(self, hands, sides, later_s, ground)

        monkeypatch.setattr(still.Moment, "pose", posed)
        monkeypatch.setattr(stage, "draw_paper_height", lambda rng, size: lambda x, y: 0 * x + 3.0)
        _fresh(0)
        assert grounds
        assert all(ground.tolist() == [3.0, 0.0] for ground in grounds)

    def test_the_record_names_the_hand(self, pictures: list[Picture]) -> None:
        for picture in pictures:
            assert picture.record["hands"] == ("anny" if picture.record["sides"] else "none")
