"""Tiny models, keys, stores and settings for the registry's tests."""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper

from cameratokeyboard.config import RegistrySettings, Settings
from cameratokeyboard.registry.base import (
    ExistsError,
    MissingObjectError,
    ObjectStore,
    Progress,
    StoredObject,
    TooLargeError,
)
from cameratokeyboard.registry.gate import Evaluation
from cameratokeyboard.registry.publish import Publisher
from cameratokeyboard.registry.signing import PublicKeys, SigningKey

NOW = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
NAMES = "{0: 'finger', 1: 'thumb', 2: 'marker'}"
DATASET_1, DATASET_2 = "1" * 32, "2" * 32


@functools.cache
def signing_key(number: int = 1) -> SigningKey:
    return SigningKey(bytes([number]) * 32)


def model_bytes(
    text: str = "one",
    *,
    figures: Mapping[str, float] | None = None,
    date: str = "2026-01-01T00:00:00",
    names: str = NAMES,
    padding: int = 0,
) -> bytes:
    """An ONNX model that adds one to its input; ``text`` and ``padding`` bytes make it differ."""
    shape = [1, 3, 32, 32]
    nodes = [helper.make_node("Add", ["images", "one"], ["output"])]
    ballast = np.random.default_rng(len(text)).integers(0, 255, padding, np.uint8)
    weights = [
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
        helper.make_tensor("ballast", TensorProto.UINT8, [padding], ballast.tobytes(), raw=True),
    ]
    graph = helper.make_graph(
        nodes,
        text,
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    data = {"names": names, "date": date, "c2k_figures": json.dumps(dict(figures or {}))}
    helper.set_model_props(model, data)
    return bytes(model.SerializeToString())


def write_model(path: Path, text: str = "one", **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model_bytes(text, **options))  # type: ignore[arg-type]
    return path


def shipped_model(folder: Path) -> Path:
    return write_model(folder / "shipped.onnx", "shipped", date="2025-01-01T00:00:00")


def settings(**registry: object) -> Settings:
    registry.setdefault("public_key", signing_key().public_text)
    return Settings(registry=RegistrySettings(**registry))  # type: ignore[arg-type]


def publisher(
    store: ObjectStore, *, key: SigningKey | None = None, at: datetime.datetime = NOW
) -> Publisher:
    key = key or signing_key()
    return Publisher(store, key, PublicKeys((key.public,)), at, settle=lambda seconds: None)


def evaluation(recall: float = 0.9, on: str = "set 1") -> Evaluation:
    return Evaluation({"recall": recall, "contact.median_px": 1.0}, on)


class MemoryStore:
    """An object store in a dictionary, for what does not depend on the network."""

    where = "memory"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.times: dict[str, datetime.datetime] = {}
        self.asked: list[str] = []

    def get(self, key: str, *, limit: int) -> bytes:
        self.asked.append(key)
        if key not in self.objects:
            raise MissingObjectError(f"memory: there is no {key} (404)")
        if len(self.objects[key]) > limit:
            raise TooLargeError(f"memory: {key} is too large")
        return self.objects[key]

    def download(self, key: str, sink: BinaryIO, *, limit: int, progress: Progress) -> int:
        body = self.get(key, limit=limit)
        progress(0)
        sink.write(body)
        progress(len(body))
        return len(body)

    def list(self) -> list[StoredObject]:
        return [
            StoredObject(key, len(body), self.times.get(key, NOW), "")
            for key, body in sorted(self.objects.items())
        ]

    def create(self, key: str, body: bytes) -> None:
        if key in self.objects:
            raise ExistsError(f"memory: {key} exists already")
        self.objects[key] = body

    def replace(self, key: str, body: bytes) -> None:
        self.objects[key] = body


def flip_a_bit(body: bytes, position: int | None = None) -> bytes:
    """The same bytes but for one bit."""
    position = len(body) // 2 if position is None else position
    return body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]


def check_onnx(path: Path) -> None:
    onnx.checker.check_model(onnx.load(path))


def hashlib_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
