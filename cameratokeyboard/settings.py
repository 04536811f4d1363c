"""What can be set: every setting with its default, its meaning and what is allowed.

Every setting has one place, a field of one of the section classes below. Where values come from is
``config.py``'s.
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass, field
from typing import Any


def setting(
    default: Any,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
) -> Any:
    """A field of a section, with what ``--help``, messages and checks need to know of it."""
    extra = {"meaning": meaning, "low": low, "high": high, "choices": choices}
    return field(default=default, metadata=extra)


@dataclass(frozen=True)
class CameraSettings:
    """Where frames come from."""

    source: str = setting(
        "0", "camera index or name, video, picture, picture folder, http/rtsp address or 'demo'"
    )
    width: int = setting(1280, "width asked of a camera, px", low=16, high=7680)
    height: int = setting(720, "height asked of a camera, px", low=16, high=4320)
    fps: float = setting(30.0, "frame rate asked of a camera", low=1, high=240)
    realtime: bool = setting(True, "play files at their own rate and drop late frames")
    reconnect_s: float = setting(10.0, "how long to try to get a lost camera back", low=0, high=600)
    open_timeout_s: float = setting(10.0, "how long opening may take", low=0.5, high=120)
    read_timeout_s: float = setting(5.0, "how long a frame may take", low=0.5, high=120)


@dataclass(frozen=True)
class DetectorSettings:
    """How fingertips and markers are found."""

    model: str = setting("", "model file; '' for the best one here")
    engine: str = setting("auto", "inference engine", choices=("auto", "onnxruntime", "openvino"))
    threads: int = setting(2, "processor threads for inference", low=1, high=64)
    image_size: int = setting(0, "longest side seen by the model, px; 0: its own", low=0, high=1920)
    closeup: bool = setting(True, "look at each fingertip again at full resolution")
    refine: bool = setting(True, "steady the contact points below a pixel")


@dataclass(frozen=True)
class KeystrokeSettings:
    """How presses are decided and turned into keys."""

    strategy: str = setting(
        "learned", "how presses are told", choices=("velocity", "peak", "learned", "neighbour")
    )
    sensitivity: float = setting(0.5, "0 misses light taps, 1 believes every twitch", low=0, high=1)
    repeat_delay_s: float = setting(0.5, "hold before a key repeats; 0: never", low=0, high=5)
    repeat_rate_hz: float = setting(25.0, "repeats per second of a held key", low=1, high=60)
    sticky_modifiers: bool = setting(False, "a tapped modifier holds for the next key")
    adapt: bool = setting(True, "learn each finger's bias while typing")
    user: str = setting("", "name under which the bias is kept; '' keeps nothing")


@dataclass(frozen=True)
class TextSettings:
    """What becomes of the keys."""

    correct: str = setting("off", "correct words by a language model", choices=("off", "on"))
    language: str = setting("en", "language of the correction")


@dataclass(frozen=True)
class OutputSettings:
    """Where text and events go."""

    type_into_os: bool = setting(False, "type into whatever application has the focus")
    events: str = setting("", "file for the events as JSON lines; '-' for standard output")


@dataclass(frozen=True)
class UISettings:
    """What is shown."""

    kind: str = setting("pygame", "user interface", choices=("pygame", "terminal", "none"))
    mirror: bool = setting(False, "show the picture mirrored (display only)")
    width: int = setting(1280, "window width, px", low=320, high=7680)
    height: int = setting(800, "window height, px", low=240, high=4320)


@dataclass(frozen=True)
class RegistrySettings:
    """Where newer models come from. Nothing is asked of any store until one is named here.

    Credentials are never settings: boto3's usual places (environment, ~/.aws, role) hold them.
    """

    endpoint_url: str = setting(
        "", "address of an S3-compatible store ('' for AWS); without a bucket, a plain web address"
    )
    bucket: str = setting("", "bucket of the models; '' for none")
    prefix: str = setting("", "folder inside the bucket")
    region: str = setting("", "region of the store; '' for the usual places, then us-east-1")
    unsigned: bool = setting(False, "read a public bucket without credentials")
    public_key: str = setting(
        "", "Ed25519 public key of the publisher (base64); several with spaces between"
    )
    timeout_s: float = setting(10.0, "how long the store may keep silent", low=0.1, high=600)
    limit_s: float = setting(
        300.0, "how long a whole check with its download may take", low=0.1, high=86400
    )
    keep_versions: int = setting(3, "how many downloaded models are kept", low=2, high=1000)
    max_bytes: int = setting(200_000_000, "largest model taken, bytes", low=1, high=5_000_000_000)
    margin: float = setting(
        0.01, "how much worse than the current model's a published figure may be", low=0, high=1
    )


@dataclass(frozen=True)
class Settings:
    """All settings, by section."""

    camera: CameraSettings = field(default_factory=CameraSettings)
    detector: DetectorSettings = field(default_factory=DetectorSettings)
    keystroke: KeystrokeSettings = field(default_factory=KeystrokeSettings)
    text: TextSettings = field(default_factory=TextSettings)
    output: OutputSettings = field(default_factory=OutputSettings)
    ui: UISettings = field(default_factory=UISettings)
    registry: RegistrySettings = field(default_factory=RegistrySettings)
    layout: str = setting("qwerty", "layout name or file")


def setting_names() -> dict[str, dataclasses.Field[Any]]:
    """Every setting's dotted name and its field."""
    names: dict[str, dataclasses.Field[Any]] = {}
    for entry in dataclasses.fields(Settings):
        if entry.metadata:
            names[entry.name] = entry
            continue
        section = typing.get_type_hints(Settings)[entry.name]
        for inner in dataclasses.fields(section):
            names[f"{entry.name}.{inner.name}"] = inner
    return names


def defaults() -> dict[str, Any]:
    """Every setting's dotted name and its default."""
    return {name: entry.default for name, entry in setting_names().items()}
