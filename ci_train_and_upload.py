"""The model pipeline's steps, for CI and by hand: is there work, train, upload, roll back.

    python ci_train_and_upload.py check      is a model of this dataset published already?
    python ci_train_and_upload.py train      train (goes on where the last try ended)
    python ci_train_and_upload.py upload     measure, sign and publish the trained model
    python ci_train_and_upload.py revert     go back to the model of this dataset, or to a named one
    python ci_train_and_upload.py            check, train, upload

All settings come from the environment; docs/pipeline.md lists them. The store is named by
``C2K_REGISTRY_*``, credentials by boto3's usual variables.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cameratokeyboard.config import Settings, load_settings
from cameratokeyboard.errors import C2KError, RegistryError
from cameratokeyboard.registry.base import ObjectStore
from cameratokeyboard.registry.checkpoints import RunKeeper, fetch_run
from cameratokeyboard.registry.identity import renew_identity
from cameratokeyboard.registry.manifest import Manifest
from cameratokeyboard.registry.offer import read_newest
from cameratokeyboard.registry.onnxfile import KEY_DATASET, read_metadata
from cameratokeyboard.registry.publish import Publisher
from cameratokeyboard.registry.signing import PublicKeys, SigningKey
from cameratokeyboard.registry.store import open_store
from cameratokeyboard.registry.versions import short
from cameratokeyboard.training.held_out import dataset_checksum, on_held_out_part, recorded

DATASET = Path(os.environ.get("C2K_DATASET", "dataset"))
OUTPUT = Path(os.environ.get("C2K_TRAIN_OUTPUT", "runs/ci"))
MODEL = OUTPUT / "model.onnx"


def is_published() -> bool:
    """Whether the store has a model of this dataset; also told to GitHub as ``published``."""
    version = dataset_checksum(DATASET)
    manifest = _manifest(load_settings())
    found = manifest.of_dataset(version) if manifest else []
    _say(f"dataset {version}: {'published as ' + short(found[-1].version) if found else 'new'}")
    _tell_github(published=str(bool(found)).lower(), version=version)
    return bool(found)


def train() -> Path:
    """Train, or go on with the unfinished run in the store; returns the ONNX model's path."""
    from cameratokeyboard.training.config import TrainConfig, save_config
    from cameratokeyboard.training.portable import pack_run, unpack_run
    from cameratokeyboard.training.trainer import Trainer

    settings = load_settings()
    version = dataset_checksum(DATASET)
    config = TrainConfig(
        DATASET,
        epochs=int(os.environ.get("C2K_TRAIN_EPOCHS", "100")),
        hours=float(os.environ.get("C2K_TRAIN_HOURS", "4.5")),
        image_size=int(os.environ.get("C2K_TRAIN_IMAGE_SIZE", "416")),
        batch=int(os.environ.get("C2K_TRAIN_BATCH", "16")),
        threads=int(os.environ.get("C2K_TRAIN_THREADS", "0")),
        plots=False,
        resume=True,
    )
    begun = fetch_run(_store(settings), version)
    if begun:
        _say("going on with the unfinished run in the store")
        unpack_run(begun, OUTPUT)
    if not (OUTPUT / "run.json").is_file():
        OUTPUT.mkdir(parents=True, exist_ok=True)
        save_config(OUTPUT / "run.json", config)
    keeper = RunKeeper(
        version,
        pack=lambda: pack_run(OUTPUT),
        open_store=lambda: _store(settings),
        every_s=60 * float(os.environ.get("C2K_CHECKPOINT_MINUTES", "20")),
        report=_say,
    )
    with keeper:
        result = Trainer(config, OUTPUT, report=_say).run()
    return result.model


def upload_model() -> str:
    """Measure the trained and the current model, sign and publish; the version that is current."""
    settings = load_settings()
    metadata = read_metadata(MODEL)
    dataset = metadata.get(KEY_DATASET, "")
    manifest = _publisher(settings).publish(
        MODEL,
        dataset=dataset,
        evaluation=recorded(metadata, dataset),
        margin=settings.registry.margin,
        evaluate=on_held_out_part(DATASET),
        force=os.environ.get("C2K_FORCE", "") == "1",
        note=os.environ.get("C2K_NOTE", ""),
    )
    _say(f"published {short(manifest.current)} as change {manifest.serial}")
    return manifest.current


def revert_model() -> str | None:
    """Go back to ``C2K_ROLLBACK_VERSION``, or else to the newest model of this dataset.

    Returns the version that is current now, None when there is nothing to go back to.
    """
    settings = load_settings()
    wanted = os.environ.get("C2K_ROLLBACK_VERSION", "")
    if wanted:
        return _roll_back(settings, wanted, os.environ.get("C2K_NOTE", ""))
    manifest = _manifest(settings)
    found = manifest.of_dataset(dataset_checksum(DATASET)) if manifest else []
    if manifest is None or not found:
        _say("no model of this dataset was ever published: nothing to go back to")
        return None
    if found[-1].version == manifest.current:
        _say(f"{short(manifest.current)} is of this dataset and the current model: nothing to do")
        return manifest.current
    note = os.environ.get("C2K_NOTE", "") or "the dataset was reverted"
    return _roll_back(settings, found[-1].version, note)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step, or the whole pipeline; 0 done, 1 failed with one line on standard error."""
    parser = argparse.ArgumentParser(description="The model pipeline, step by step.")
    steps = ("check", "train", "upload", "revert", "all")
    parser.add_argument("step", nargs="?", choices=steps, default="all")
    step = parser.parse_args(arguments).step
    try:
        if step == "check":
            is_published()
        elif step == "revert":
            revert_model()
        elif step == "all" and is_published():
            return 0
        if step in ("train", "all"):
            train()
        if step in ("upload", "all"):
            upload_model()
    except C2KError as error:
        print(f"ci_train_and_upload: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


def _roll_back(settings: Settings, version: str, note: str) -> str:
    manifest = _publisher(settings).rollback(version, note=note)
    _say(f"went back to {short(manifest.current)} as change {manifest.serial}")
    return manifest.current


def _store(settings: Settings) -> ObjectStore:
    """The store, opened with credentials that are fresh at this moment."""
    renew_identity(os.environ)
    return open_store(settings.registry)


def _manifest(settings: Settings) -> Manifest | None:
    keys = PublicKeys.parse(settings.registry.public_key)
    if not keys:
        raise RegistryError("the pipeline needs the public key in C2K_REGISTRY_PUBLIC_KEY")
    found = read_newest(_store(settings), keys)
    return found[0] if found else None


def _publisher(settings: Settings) -> Publisher:
    key = SigningKey.from_environment(os.environ)
    now = datetime.datetime.now(datetime.UTC)
    return Publisher.open(_store(settings), settings.registry, key, now)


def _tell_github(**outputs: str) -> None:
    path = os.environ.get("GITHUB_OUTPUT")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
