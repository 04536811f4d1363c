"""The folder of local models: what runs now."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cameratokeyboard.config import Settings
from cameratokeyboard.errors import ModelError
from cameratokeyboard.registry.local import (
    Choice,
    LocalModels,
    models_folder,
    newest_verified,
    parse_time,
)
from cameratokeyboard.registry.versions import file_sha256
from tests.registry import builders

SETTINGS = builders.settings(bucket="models")


@pytest.fixture
def models(tmp_path: Path) -> LocalModels:
    return models_folder(SETTINGS.registry, tmp_path)


def put(
    models: LocalModels, order: int, text: str, *, at: str = "2026-02-01T00:00:00Z", keep: int = 3
) -> Path:
    with models.new_part() as part:
        part.write_bytes(builders.model_bytes(text))
        choice = Choice(order, f"version-{text}", file_sha256(part), part.stat().st_size, at, "key")
        return models.accept(part, choice, keep=keep)


class TestNewestVerified:
    def runs(self, tmp_path: Path, settings: Settings = SETTINGS) -> str:
        shipped = builders.shipped_model(tmp_path)
        return newest_verified(settings, root=tmp_path, shipped=shipped).name

    def test_empty_folder_gives_the_shipped_one(self, tmp_path: Path) -> None:
        assert self.runs(tmp_path) == "shipped.onnx"

    def test_highest_choice_wins_not_the_newest_file(
        self, tmp_path: Path, models: LocalModels
    ) -> None:
        put(models, 7, "seven")
        put(models, 6, "six")
        assert self.runs(tmp_path) == "version-seven.onnx"

    def test_order_is_that_of_numbers(self, tmp_path: Path, models: LocalModels) -> None:
        put(models, 9, "nine")
        put(models, 10, "ten")
        assert self.runs(tmp_path) == "version-ten.onnx"

    @pytest.mark.parametrize("damage", ["cut", "flip", "gone", "record"])
    def test_damaged_one_gives_the_one_before(
        self, tmp_path: Path, models: LocalModels, damage: str
    ) -> None:
        put(models, 1, "one")
        path = put(models, 2, "two")
        body = path.read_bytes()
        if damage == "gone":
            path.unlink()
        elif damage == "record":
            (models.folder / f"choice-{2:020d}.json").write_text('{"order": ')
        else:
            path.write_bytes(body[:-1] if damage == "cut" else builders.flip_a_bit(body))
        assert self.runs(tmp_path) == "version-one.onnx"

    def test_all_damaged_gives_the_shipped_one(self, tmp_path: Path, models: LocalModels) -> None:
        put(models, 1, "one").write_bytes(b"")
        assert self.runs(tmp_path) == "shipped.onnx"

    def test_shipped_one_made_later_wins(self, tmp_path: Path, models: LocalModels) -> None:
        put(models, 1, "one", at="2024-12-31T00:00:00Z")
        assert self.runs(tmp_path) == "shipped.onnx"

    def test_same_model_as_shipped_may_be_chosen_earlier(
        self, tmp_path: Path, models: LocalModels
    ) -> None:
        shipped = builders.write_model(tmp_path / "s.onnx", "one", date="2026-01-01T00:00:00")
        with models.new_part() as part:
            part.write_bytes(shipped.read_bytes())
            choice = Choice(
                1, "v", file_sha256(part), part.stat().st_size, "2024-01-01T00:00:00Z", "k"
            )
            models.accept(part, choice, keep=3)
        assert newest_verified(SETTINGS, root=tmp_path, shipped=shipped).name == "v.onnx"

    def test_store_no_longer_set_gives_the_shipped_one(
        self, tmp_path: Path, models: LocalModels
    ) -> None:
        put(models, 1, "one")
        assert self.runs(tmp_path, Settings()) == "shipped.onnx"

    def test_other_store_has_its_own_models(self, tmp_path: Path, models: LocalModels) -> None:
        put(models, 1, "one")
        assert self.runs(tmp_path, builders.settings(bucket="other")) == "shipped.onnx"

    def test_no_model_at_all_is_an_error_that_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="install it again"):
            newest_verified(SETTINGS, root=tmp_path, shipped=tmp_path / "none.onnx")

    def test_record_that_points_elsewhere_is_not_followed(
        self, tmp_path: Path, models: LocalModels
    ) -> None:
        outside = builders.write_model(tmp_path / "outside.onnx", "outside")
        put(models, 1, "one")
        record = models.folder / f"choice-{1:020d}.json"
        text = record.read_text().replace("version-one", "../../outside")
        record.write_text(text)
        assert outside.is_file()
        assert self.runs(tmp_path) == "shipped.onnx"


class TestLocalModels:
    def test_only_the_newest_versions_are_kept(self, models: LocalModels) -> None:
        for number in range(5):
            put(models, number, f"m{number}", keep=2)
        assert sorted(p.name for p in models.folder.glob("*.onnx")) == [
            "version-m3.onnx",
            "version-m4.onnx",
        ]
        assert [c.order for c in models.choices()] == [4, 3]

    def test_going_back_and_forth_does_not_push_others_out(self, models: LocalModels) -> None:
        put(models, 1, "one", keep=2)
        put(models, 2, "two", keep=2)
        for order in (3, 4, 5, 6):
            put(models, order, "one" if order % 2 else "two", keep=2)
        assert len(list(models.folder.glob("*.onnx"))) == 2

    def test_failed_download_leaves_nothing(self, models: LocalModels) -> None:
        with models.new_part() as part:
            part.write_bytes(b"half")
        assert list(models.folder.iterdir()) == []

    def test_only_abandoned_parts_are_cleaned(self, models: LocalModels) -> None:
        put(models, 1, "one")
        old, new = models.folder / "old.part", models.folder / "new.part"
        for path, hours in ((old, 7), (new, 1)):
            path.write_bytes(b"x")
            then = (builders.NOW - datetime.timedelta(hours=hours)).timestamp()
            os.utime(path, (then, then))
        models.clean(builders.NOW)
        assert not old.exists()
        assert new.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
        ("2026-01-02T03:04:05Z", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
        ("", None),
        ("soon", None),
    ],
)
def test_parse_time(text: str, expected: datetime.datetime | None) -> None:
    assert parse_time(text) == expected


def test_choosing_a_model_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cameratokeyboard.config import load_settings\n"
        "from cameratokeyboard.registry.local import newest_verified\n"
        "from cameratokeyboard.registry.update import check_in_background\n"
        "folder = Path(sys.argv[1])\n"
        "newest_verified(load_settings(), root=folder, shipped=folder / 'shipped.onnx')\n"
        "assert check_in_background(load_settings(environment={})).wait(5) is not None\n"
        "heavy = {'boto3', 'botocore', 'torch', 'onnx', 'onnxruntime', 'cryptography'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    builders.shipped_model(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={
            **os.environ,
            "C2K_REGISTRY_BUCKET": "models",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr
