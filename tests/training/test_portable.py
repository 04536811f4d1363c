"""An interrupted run travels as plain numbers and goes on elsewhere."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.errors import ModelError
from tests.training.builders import write_dataset

pytest.importorskip("ultralytics")

from cameratokeyboard.training import yolo_training
from cameratokeyboard.training.config import TrainConfig, save_config
from cameratokeyboard.training.portable import CLOCK, FINISHED, WEIGHTS, pack_run, unpack_run
from cameratokeyboard.training.trainer import Trainer


def config(dataset: Path, *, resume: bool = False) -> TrainConfig:
    return TrainConfig(
        dataset,
        epochs=2,
        image_size=64,
        batch=4,
        workers=0,
        threads=1,
        plots=False,
        resume=resume,
    )


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder after Ctrl-C behind the first of two epochs; the dataset lies beside it."""
    folder = tmp_path_factory.mktemp("run")
    write_dataset(folder / "dataset")
    with pytest.MonkeyPatch.context() as patch:
        save = yolo_training.FingertipTraining.save_model

        def save_and_stop(self: yolo_training.FingertipTraining) -> bool:
            save(self)
            raise KeyboardInterrupt

        patch.setattr(yolo_training.FingertipTraining, "save_model", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            Trainer(config(folder / "dataset"), folder / "out").run()
    (folder / "out" / CLOCK).write_text('{"seconds": 1.0, "epochs": 1}')
    return folder


def test_run_goes_on_in_another_folder(interrupted: Path, tmp_path: Path) -> None:
    body = pack_run(interrupted / "out")
    assert body is not None
    unpack_run(body, tmp_path)
    settings = config(interrupted / "dataset", resume=True)
    save_config(tmp_path / "run.json", settings)
    result = Trainer(settings, tmp_path).run()
    assert json.loads((tmp_path / CLOCK).read_text())["epochs"] == 2
    assert result.model.is_file()


def test_weights_and_optimizer_come_back_bit_by_bit(interrupted: Path, tmp_path: Path) -> None:
    import torch

    body = pack_run(interrupted / "out")
    assert body is not None
    unpack_run(body, tmp_path)
    before, after = (
        torch.load(folder / WEIGHTS / "last.pt", weights_only=False)
        for folder in (interrupted / "out", tmp_path)
    )
    weights, others = before["ema"].state_dict(), after["ema"].state_dict()
    assert weights.keys() == others.keys()
    assert all(torch.equal(weights[name], others[name]) for name in weights)
    moments, other_moments = before["optimizer"]["state"], after["optimizer"]["state"]
    assert moments.keys() == other_moments.keys()
    assert torch.equal(moments[0]["exp_avg"], other_moments[0]["exp_avg"])
    assert after["epoch"] == before["epoch"] == 0


def test_finished_mark_travels(interrupted: Path, tmp_path: Path) -> None:
    mark = interrupted / "out" / WEIGHTS / FINISHED
    mark.touch()
    try:
        body = pack_run(interrupted / "out")
    finally:
        mark.unlink()
    assert body is not None
    unpack_run(body, tmp_path)
    assert (tmp_path / WEIGHTS / FINISHED).exists()


def test_run_without_a_checkpoint_is_nothing_to_keep(tmp_path: Path) -> None:
    assert pack_run(tmp_path) is None


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("bomb"),)  # type: ignore[return-value]


@pytest.mark.parametrize("kind", ["pickle", "npz with objects", "cut", "other weights", "rubbish"])
def test_damaged_or_hostile_data_are_refused(
    interrupted: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    body = pack_run(interrupted / "out")
    assert body is not None
    if kind == "pickle":
        body = pickle.dumps(Bomb())
    elif kind == "npz with objects":
        np.savez(tmp_path / "x.npz", index=np.array([Bomb()], object))
        body = (tmp_path / "x.npz").read_bytes()
    elif kind == "cut":
        body = body[: len(body) // 2]
    elif kind == "other weights":
        body = body.replace(b"model.0.conv.weight", b"model.0.conv.weighs")
    else:
        body = b"rubbish"
    with pytest.raises(ModelError, match="cannot be gone on with"):
        unpack_run(body, tmp_path / "out")
    assert not (tmp_path / "bomb").exists()
    assert not (tmp_path / "out" / WEIGHTS / "last.pt").exists()
