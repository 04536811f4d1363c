"""Real training, tiny: drawn pictures, 64 px, one or a few epochs."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.detect.yolo import load_yolo
from cameratokeyboard.errors import DatasetError, ModelError, SettingsError
from cameratokeyboard.training.config import TrainConfig
from cameratokeyboard.training.trainer import Trainer, TrainResult
from tests.training.builders import draw_picture, write_dataset

pytest.importorskip("ultralytics")
pytest.importorskip("onnx")

TINY = {
    "image_size": 64,
    "batch": 8,
    "scale": "t",
    "ratios": (0.75, 0.25, 0.0),
    "threads": 1,
    "workers": 0,
}
#: Runs c2k in a process whose file writes fail beyond a size, as on a full disk.
LIMITED = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000));"
    "from cameratokeyboard.cli import main; sys.exit(main(sys.argv[1:]))"
)


def tiny(folder: Path, **changes: object) -> TrainConfig:
    return TrainConfig(folder, **{**TINY, "epochs": 1, "plots": False, **changes})


def command(folder: Path, output: Path, epochs: int) -> list[str]:
    flags = f"--epochs {epochs} --image-size 64 --batch 8 --scale t --threads 1 --workers 0"
    return ["train", "--dataset", str(folder), "--output", str(output), *flags.split()]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    folder = tmp_path_factory.mktemp("trained")
    dataset = write_dataset(folder / "set", 16)
    return Trainer(tiny(dataset), folder / "run").run()


class TestRun:
    def test_the_model_says_what_it_is(self, trained: TrainResult) -> None:
        detector = load_yolo(trained.model, "onnxruntime")
        assert detector.info.version == trained.version
        assert detector.info.input_wh == (64, 32)
        assert (detector.info.keypoints, detector.info.keypoint_dims) == (3, 3)
        assert detector.engine.fixed_wh is None
        figures = json.loads(detector.info.properties["c2k_figures"])
        assert set(figures["finger"]) == {"recall", "precision", "ap50"}

    def test_the_detect_command_loads_it(
        self, trained: TrainResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from cameratokeyboard.cli import main

        picture = tmp_path / "a.png"
        cv2.imwrite(str(picture), draw_picture(3)[0])
        code = main(["detect", str(picture), "--model", str(trained.model), "--json", "-"])
        assert code == 0
        entry = json.loads(capsys.readouterr().out)[0]
        assert (entry["image"], entry["width"], entry["height"]) == ("a.png", 96, 64)

    def test_the_checkpoint_runs_too_and_agrees(self, trained: TrainResult) -> None:
        blob = np.random.default_rng(0).random((1, 3, 96, 64), np.float32)
        model, checkpoint = (
            load_yolo(path, "onnxruntime").engine.run(blob)
            for path in (trained.model, trained.checkpoint)
        )
        assert model.shape == (1, 16, 126)
        assert np.abs(model - checkpoint).max() < 0.02

    def test_the_checkpoint_names_no_folder_of_this_machine(self, trained: TrainResult) -> None:
        content = trained.checkpoint.read_bytes()
        program = Path(__file__).resolve().parents[2]
        assert str(trained.model.parent).encode() not in content
        assert str(program).encode() not in content

    def test_dataset_is_left_alone_and_nothing_half_written(self, trained: TrainResult) -> None:
        run = trained.model.parent
        assert not list(run.rglob("*.part"))
        dataset = run.parent / "set"
        assert sorted(p.name for p in dataset.iterdir()) == ["images", "labels"]
        assert len(list((dataset / "images").iterdir())) == 16

    def test_a_second_run_does_not_overwrite_the_first(self, trained: TrainResult) -> None:
        run = trained.model.parent
        with pytest.raises(SettingsError, match="--resume"):
            Trainer(tiny(run.parent / "set"), run).run()

    def test_starting_from_the_checkpoint(self, trained: TrainResult, tmp_path: Path) -> None:
        dataset = write_dataset(tmp_path / "set", 8)
        config = tiny(dataset, checkpoint=trained.checkpoint)
        assert Trainer(config, tmp_path / "run").run().model.is_file()


class TestHours:
    def test_a_run_plans_its_epochs_by_the_time_it_may_take(self, tmp_path: Path) -> None:
        dataset, run = write_dataset(tmp_path / "set", 8), tmp_path / "run"
        Trainer(tiny(dataset, epochs=10_000, hours=0.0005), run).run()
        epochs = _epochs(run / "yolo" / "results.csv")
        assert 1 <= len(epochs) < 100
        assert json.loads((run / "clock.json").read_text())["epochs"] == len(epochs)


class TestVersion:
    def test_is_that_of_the_files(self, tmp_path: Path) -> None:
        one, two = (write_dataset(tmp_path / name, 4) for name in ("one", "two"))
        versions = {Trainer(tiny(d), tmp_path / "x").calc_next_version() for d in (one, two)}
        assert len(versions) == 1
        assert len(versions.pop()) == 32


class TestInterruption:
    def test_killed_run_goes_on_where_it_was(self, tmp_path: Path) -> None:
        dataset, run = write_dataset(tmp_path / "set", 16), tmp_path / "run"
        process = subprocess.Popen(
            [sys.executable, "-m", "cameratokeyboard", *command(dataset, run, 40)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        last = run / "yolo" / "weights" / "last.pt"
        results = run / "yolo" / "results.csv"
        deadline = time.monotonic() + 100
        while not (last.is_file() and len(_epochs(results)) >= 2):
            assert process.poll() is None, "the run ended before it could be interrupted"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.kill()
        process.wait()
        before = _epochs(results)
        _shorten(run, len(before) + 2)
        result = Trainer(tiny(dataset, resume=True), run).run()
        after = _epochs(results)
        assert result.model.is_file()
        assert after[-1] == len(before) + 2
        assert len(after) <= len(before) + 4  # at most the interrupted epoch is done again

    def test_run_interrupted_before_its_export_is_exported(
        self, trained: TrainResult, tmp_path: Path
    ) -> None:
        run = tmp_path / "run"
        shutil.copytree(trained.model.parent, run)
        (run / "yolo" / "weights" / "finished").unlink()
        (run / "model.onnx").unlink()
        config = tiny(trained.model.parent.parent / "set", resume=True)
        assert Trainer(config, run).run().model == run / "model.onnx"

    def test_nothing_to_resume(self, tmp_path: Path) -> None:
        dataset = write_dataset(tmp_path / "set", 8)
        with pytest.raises(SettingsError, match="none"):
            Trainer(tiny(dataset, resume=True), tmp_path / "run").run()

    def test_changed_dataset_is_refused(self, trained: TrainResult) -> None:
        run = trained.model.parent
        label = run.parent / "set" / "labels" / "p000.txt"
        text = label.read_text()
        label.write_text("")
        try:
            with pytest.raises(DatasetError, match="changed"):
                Trainer(tiny(run.parent / "set", resume=True), run).run()
        finally:
            label.write_text(text)


class TestFaults:
    def test_missing_checkpoint(self, tmp_path: Path) -> None:
        dataset = write_dataset(tmp_path / "set", 8)
        config = tiny(dataset, checkpoint=tmp_path / "none.pt")
        with pytest.raises(ModelError, match=r"none\.pt"):
            Trainer(config, tmp_path / "run").run()

    def test_faulty_dataset_stops_before_anything_is_written(self, tmp_path: Path) -> None:
        dataset = write_dataset(tmp_path / "set", 8)
        (dataset / "labels" / "p003.txt").write_text("7 0.5 0.5 0.1 0.1\n")
        (dataset / "images" / "p004.png").write_bytes(b"\x89PNG nothing")
        with pytest.raises(DatasetError, match=r"class 7.*p004"):
            Trainer(tiny(dataset), tmp_path / "run").run()
        assert not (tmp_path / "run").exists()

    def test_unknown_device_is_one_line(self, tmp_path: Path) -> None:
        dataset = write_dataset(tmp_path / "set", 8)
        with pytest.raises(ModelError, match="training stopped"):
            Trainer(tiny(dataset, device="71"), tmp_path / "run").run()

    @pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs POSIX file size limits")
    def test_full_disk_is_one_line_and_leaves_no_partial_checkpoint(self, tmp_path: Path) -> None:
        dataset, run = write_dataset(tmp_path / "set", 8), tmp_path / "run"
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, *command(dataset, run, 1)],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 1
        last_line = done.stderr.strip().splitlines()[-1]
        assert last_line.startswith("c2k: ")
        assert "cannot" in last_line
        assert "--resume" in last_line
        assert not list(run.rglob("*.pt*"))


def _epochs(results: Path) -> list[int]:
    if not results.is_file():
        return []
    with results.open(newline="") as handle:
        rows = list(csv.reader(handle))[1:]
    return [int(float(row[0])) for row in rows if row]


def _shorten(run: Path, epochs: int) -> None:
    """Let an interrupted run end soon: fewer epochs in its checkpoint."""
    import torch

    path = run / "yolo" / "weights" / "last.pt"
    checkpoint = torch.load(path, weights_only=False)
    checkpoint["train_args"]["epochs"] = epochs
    torch.save(checkpoint, path)
