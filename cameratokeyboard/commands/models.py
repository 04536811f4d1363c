"""``c2k models``: the model versions here and in the store."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cameratokeyboard.config import Settings, load_settings
from cameratokeyboard.errors import ModelError, OutputError, RegistryError

if TYPE_CHECKING:
    from cameratokeyboard.registry.gate import Evaluator
    from cameratokeyboard.registry.manifest import Manifest
    from cameratokeyboard.registry.publish import Publisher

NAME = "models"
HELP = "list, pull, verify, publish and roll back detector models of a store"
EXAMPLE = "c2k models pull"

ACTIONS = ("list", "pull", "publish", "rollback", "verify", "keygen")
_PROGRESS_BYTES = 1 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The action, what it acts on, and the publisher's flags."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=ACTIONS,
        default="list",
        help="list (default): versions here and in the store; pull: take the newest; publish FILE; "
        "rollback VERSION; verify [FILE]; keygen: a new pair of signing keys",
    )
    parser.add_argument(
        "target", nargs="?", metavar="FILE|VERSION", help="model file, or version (first digits do)"
    )
    parser.add_argument(
        "--dataset",
        metavar="FOLDER|MD5",
        help="publish: what the model was trained on; default: what its metadata say",
    )
    parser.add_argument(
        "--evaluate",
        metavar="FOLDER",
        help="publish: measure the new and the current model anew on what this dataset holds out",
    )
    parser.add_argument(
        "--force", action="store_true", help="publish: even if it is worse than the current model"
    )
    parser.add_argument("--note", default="", help="publish, rollback: a line for the history")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="keygen: file for the private key (default: print it)",
    )


def run(args: argparse.Namespace) -> int:
    """Do the action; raises a C2KError when it fails."""
    settings = load_settings(args)
    if args.action in ("publish", "rollback") and not args.target:
        wanted = "FILE" if args.action == "publish" else "VERSION"
        print(f"c2k models {args.action}: expected a {wanted}", file=sys.stderr)
        return 2
    actions = {
        "list": _list,
        "pull": _pull,
        "publish": _publish,
        "rollback": _rollback,
        "verify": _verify,
        "keygen": _keygen,
    }
    actions[args.action](args, settings)
    return 0


def _list(args: argparse.Namespace, settings: Settings) -> None:
    from cameratokeyboard.registry.local import models_folder, newest_verified
    from cameratokeyboard.registry.store import is_configured
    from cameratokeyboard.registry.versions import short

    try:
        print(f"runs now: {newest_verified(settings)}")
    except ModelError as error:
        print(f"runs now: none: {error}")
    if not is_configured(settings.registry):
        print("no model store is set (registry.bucket); the shipped model is used")
        return
    for choice in models_folder(settings.registry).choices():
        print(f"here:  {short(choice.version)}  chosen by the store {choice.chosen_at}")
    _list_store(settings)


def _list_store(settings: Settings) -> None:
    from cameratokeyboard.registry.offer import newest_offer, read_newest
    from cameratokeyboard.registry.signing import PublicKeys
    from cameratokeyboard.registry.store import open_store

    store = open_store(settings.registry)
    keys = PublicKeys.parse(settings.registry.public_key)
    if not keys:
        offer = newest_offer(store, keys)
        print(f"store: {store.where}, no manifest; newest by time: {offer.key} {offer.chosen_at}")
        return
    found = read_newest(store, keys)
    if found is None:
        print(f"store: {store.where}: nothing is published yet")
        return
    print(f"store: {store.where}, {found[0].serial} changes, signature is good")
    _print_manifest(found[0])


def _print_manifest(manifest: Manifest) -> None:
    from cameratokeyboard.registry.versions import short

    for entry in reversed(manifest.models):
        mark = "*" if entry.version == manifest.current else " "
        shown = {k: v for k, v in sorted(entry.figures.items()) if not k.startswith("classes.")}
        figures = "  ".join(f"{name} {value:.4g}" for name, value in shown.items())
        size = f"{entry.size / 1e6:.1f} MB"
        print(f"{mark} {short(entry.version)}  {entry.published}  {size}  {figures}")
    for change in manifest.history[-10:]:
        note = f"  {change.note}" if change.note else ""
        print(f"  {change.serial:4d}  {change.at}  {change.action} {short(change.version)}{note}")


def _pull(args: argparse.Namespace, settings: Settings) -> None:
    from cameratokeyboard.registry.update import Outcome, check_in_background

    shown = 0

    def progress(done: int) -> None:
        nonlocal shown
        if done - shown >= _PROGRESS_BYTES:
            shown = done
            print(f"\r{done / 1e6:.1f} MB", end="", file=sys.stderr, flush=True)

    check = check_in_background(settings, progress=progress)
    try:
        # A wait without end would not notice Ctrl-C on Windows.
        while (result := check.wait(0.2)) is None:
            pass
    except KeyboardInterrupt:
        check.cancel()
        raise
    finally:
        if shown:
            print(file=sys.stderr)
    if result.outcome in (Outcome.KEPT, Outcome.OFF):
        raise RegistryError(result.line)
    print(result.line)


def _publish(args: argparse.Namespace, settings: Settings) -> None:
    from cameratokeyboard.registry.onnxfile import KEY_DATASET, read_metadata
    from cameratokeyboard.registry.versions import short
    from cameratokeyboard.training.held_out import recorded

    model = Path(args.target)
    metadata = read_metadata(_onnx(model))
    dataset = _dataset_checksum(args.dataset or metadata.get(KEY_DATASET, ""))
    manifest = _publisher(settings).publish(
        model,
        dataset=dataset,
        evaluation=recorded(metadata, dataset),
        margin=settings.registry.margin,
        evaluate=_evaluator(args.evaluate) if args.evaluate else None,
        force=args.force,
        note=args.note,
    )
    print(
        f"published {short(manifest.current)} as change {manifest.serial}; it is the current model"
    )


def _rollback(args: argparse.Namespace, settings: Settings) -> None:
    from cameratokeyboard.registry.versions import short

    manifest = _publisher(settings).rollback(args.target, note=args.note)
    print(f"went back to {short(manifest.current)} as change {manifest.serial}")


def _publisher(settings: Settings) -> Publisher:
    from cameratokeyboard.registry.publish import Publisher
    from cameratokeyboard.registry.signing import SigningKey
    from cameratokeyboard.registry.store import open_store

    store = open_store(settings.registry)
    key = SigningKey.from_environment(os.environ)
    now = datetime.datetime.now(datetime.UTC)
    return Publisher.open(store, settings.registry, key, now)


def _evaluator(folder: str) -> Evaluator:
    from cameratokeyboard.training.held_out import on_held_out_part

    return on_held_out_part(Path(folder))


def _dataset_checksum(text: str) -> str:
    from cameratokeyboard.registry.versions import is_dataset_checksum

    if is_dataset_checksum(text):
        return text
    if text and Path(text).is_dir():
        from cameratokeyboard.training.held_out import dataset_checksum

        return dataset_checksum(Path(text))
    raise RegistryError(
        f"expected the dataset that the model was trained on (a folder, or its md5), got {text!r}; "
        "say it with --dataset"
    )


def _verify(args: argparse.Namespace, settings: Settings) -> None:
    from cameratokeyboard.registry.local import SHIPPED_MODEL, models_folder
    from cameratokeyboard.registry.onnxfile import check_runs
    from cameratokeyboard.registry.store import is_configured

    if args.target:
        _verify_file(_onnx(Path(args.target)), settings)
        return
    faults = []
    check_runs(SHIPPED_MODEL)
    print(f"sound: {SHIPPED_MODEL} (shipped)")
    if is_configured(settings.registry):
        models = models_folder(settings.registry)
        for choice in models.choices():
            problem = models.problem(choice)
            faults += [problem] if problem else []
            print(f"damaged: {problem}" if problem else f"sound: {models.path(choice)}")
    if faults:
        raise ModelError(f"{len(faults)} model(s) here are damaged; 'c2k models pull' fetches anew")


def _verify_file(path: Path, settings: Settings) -> None:
    """Does it run, what is it, and did the store's publisher sign it?"""
    from cameratokeyboard.registry.offer import read_newest
    from cameratokeyboard.registry.onnxfile import check_runs
    from cameratokeyboard.registry.signing import PublicKeys
    from cameratokeyboard.registry.store import is_configured, open_store
    from cameratokeyboard.registry.versions import file_sha256, short

    check_runs(path)
    sha256 = file_sha256(path)
    print(f"runs: {path}\nsha256: {sha256}")
    if not is_configured(settings.registry) or not settings.registry.public_key:
        print("not compared with a store: registry.bucket and registry.public_key are not both set")
        return
    store = open_store(settings.registry)
    found = read_newest(store, PublicKeys.parse(settings.registry.public_key))
    entries = [m for m in found[0].models if m.sha256 == sha256] if found else []
    if not entries:
        raise RegistryError(f"{path}: its SHA-256 is not among those signed in {store.where}")
    print(f"signed: {short(entries[0].version)} published {entries[0].published}")


def _onnx(path: Path) -> Path:
    if path.suffix.lower() != ".onnx":
        raise ModelError(
            f"{path}: expected an .onnx file; others (a .pt runs code when it is loaded) are never "
            "published or taken"
        )
    return path


def _keygen(args: argparse.Namespace, settings: Settings) -> None:
    from cameratokeyboard.registry.signing import KEY_FILE_VARIABLE, KEY_VARIABLE, SigningKey

    key = SigningKey.generate()
    if args.output:
        path = Path(args.output)
        try:
            # Created readable for its owner only, and never over another key.
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise OutputError(
                f"{path}: a new key file cannot be made: {error.strerror or error}"
            ) from error
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(key.secret_text() + "\n")
        print(f"private key: {path} (keep it secret; {KEY_FILE_VARIABLE}={path})")
    else:
        print(f"private key: {key.secret_text()} (keep it secret; {KEY_VARIABLE})")
    print(f"public key:  {key.public_text} (for all; registry.public_key)")
