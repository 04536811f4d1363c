"""Sets of pictures: resumed, never mixed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameratokeyboard.errors import OutputError, SettingsError
from cameratokeyboard.synthetic.still import RUN_LENGTH, Picture, StillSettings, picture_name
from cameratokeyboard.synthetic.synthesize import MANIFEST, SetWish, plan_shards, synthesize

SETTINGS = StillSettings(seed=7, size=160)


def _picture(settings: StillSettings, number: int) -> Picture:
    name = picture_name(settings, number)
    return Picture(name, b"jpeg", "0 0.5 0.5 0.1 0.1\n", {"number": number})


class FakeShards:
    """Makes pictures without drawing; stops by KeyboardInterrupt after ``limit`` shards."""

    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit
        self.made: list[int] = []

    def __call__(self, settings: StillSettings, shards: list[list[int]]) -> Iterator[list[Picture]]:
        for k, shard in enumerate(shards):
            if k == self.limit:
                raise KeyboardInterrupt
            self.made += shard
            yield [_picture(settings, n) for n in shard]


def _nothing(done: int, wanted: int, left_s: float) -> None:
    pass


def _wish(folder: Path, count: int = 20, settings: StillSettings = SETTINGS) -> SetWish:
    return SetWish(settings, count, folder)


class TestSynthesize:
    def test_writes_pictures_labels_and_manifest(self, tmp_path: Path) -> None:
        assert synthesize(_wish(tmp_path), FakeShards(), _nothing) == 20
        assert len(list((tmp_path / "images").glob("*.jpg"))) == 20
        assert len(list((tmp_path / "labels").glob("*.txt"))) == 20
        manifest = json.loads((tmp_path / MANIFEST).read_text())
        assert len(manifest["pictures"]) == 20
        assert manifest["settings"]["seed"] == 7

    def test_an_interrupted_set_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt):
            synthesize(_wish(tmp_path), FakeShards(limit=2), _nothing)
        rest = FakeShards()
        assert synthesize(_wish(tmp_path), rest, _nothing) == 20 - 2 * RUN_LENGTH
        assert min(rest.made) == 2 * RUN_LENGTH

    def test_a_lost_file_is_made_again(self, tmp_path: Path) -> None:
        synthesize(_wish(tmp_path), FakeShards(), _nothing)
        (tmp_path / "images" / f"{picture_name(SETTINGS, 5)}.jpg").unlink()
        again = FakeShards()
        assert synthesize(_wish(tmp_path), again, _nothing) == 1
        assert again.made == [5]

    def test_a_set_can_grow(self, tmp_path: Path) -> None:
        synthesize(_wish(tmp_path, 10), FakeShards(), _nothing)
        assert synthesize(_wish(tmp_path, 14), FakeShards(), _nothing) == 4

    def test_a_set_made_otherwise_is_refused_with_the_difference(self, tmp_path: Path) -> None:
        synthesize(_wish(tmp_path), FakeShards(), _nothing)
        other = _wish(tmp_path, settings=StillSettings(seed=8, size=160))
        with pytest.raises(OutputError, match="seed 7 there, 8 asked for"):
            synthesize(other, FakeShards(), _nothing)

    def test_foreign_pictures_are_not_touched(self, tmp_path: Path) -> None:
        (tmp_path / "images").mkdir()
        (tmp_path / "images" / "holiday.jpg").write_bytes(b"x")
        with pytest.raises(OutputError, match=r"holiday\.jpg and no manifest"):
            synthesize(_wish(tmp_path), FakeShards(), _nothing)

    def test_a_folder_of_other_things_is_left_as_it_is(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("x")
        with pytest.raises(OutputError, match=r"found notes\.txt"):
            synthesize(_wish(tmp_path), FakeShards(), _nothing)
        assert [p.name for p in tmp_path.rglob("*")] == ["notes.txt"]

    def test_a_set_stopped_before_its_first_picture_is_known_again(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt):
            synthesize(_wish(tmp_path), FakeShards(limit=0), _nothing)
        other = _wish(tmp_path, settings=StillSettings(seed=8, size=160))
        with pytest.raises(OutputError, match="seed 7 there"):
            synthesize(other, FakeShards(), _nothing)
        assert synthesize(_wish(tmp_path), FakeShards(), _nothing) == 20

    def test_a_folder_that_is_a_file_is_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_text("x")
        with pytest.raises(OutputError, match="can be written"):
            synthesize(_wish(path), FakeShards(), _nothing)

    def test_no_partial_files_stay(self, tmp_path: Path) -> None:
        synthesize(_wish(tmp_path), FakeShards(), _nothing)
        assert not list(tmp_path.rglob(".*"))

    def test_progress_ends_at_the_wanted_count(self, tmp_path: Path) -> None:
        seen: list[tuple[int, int]] = []
        synthesize(_wish(tmp_path), FakeShards(), lambda d, w, left: seen.append((d, w)))
        assert seen[0] == (0, 20)
        assert seen[-1] == (20, 20)


class TestSetWish:
    @pytest.mark.parametrize(
        ("count", "settings", "told"),
        [
            (0, SETTINGS, "--count"),
            (1, StillSettings(seed=-1), "--seed"),
            (1, StillSettings(seed=1, size=20), "--size"),
        ],
    )
    def test_impossible_wishes_name_the_flag(
        self, tmp_path: Path, count: int, settings: StillSettings, told: str
    ) -> None:
        with pytest.raises(SettingsError, match=told):
            SetWish(settings, count, tmp_path)


class TestPlanShards:
    def test_shards_share_a_person_and_leave_out_what_is_there(self) -> None:
        have = {picture_name(SETTINGS, n) for n in (0, 1)}
        shards = plan_shards(SETTINGS, RUN_LENGTH + 2, have)
        assert shards == [list(range(2, RUN_LENGTH)), [RUN_LENGTH, RUN_LENGTH + 1]]
