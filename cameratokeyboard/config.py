"""Settings: one source of defaults, then the user's file, then the environment, then flags.

Every setting has one place: a field of one of the section classes below, with its default, its
meaning and what is allowed. ``C2K_CAMERA_FPS`` is the environment's name of ``camera.fps``; in the
file (TOML) it is ``fps`` in the table ``[camera]``.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tomllib
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.userfiles import profile_file, user_config_file


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


def load_settings(
    args: argparse.Namespace | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    config_file: Path | None = None,
) -> Settings:
    """Defaults < user's file < what was fitted to the user < environment < flags.

    args: parsed flags. An attribute named ``section__name`` (or ``layout``) that is not None is a
    flag that sets ``section.name``; ``args.config`` names the file. environment: ``os.environ``
    unless given. config_file: the user's file unless given; only a file that was asked for by name
    has to exist.

    Raises SettingsError that names the setting, the value, where it came from and what is allowed.
    """
    environment = os.environ if environment is None else environment
    named = getattr(args, "config", None)
    path = Path(named) if named else (config_file or user_config_file())
    if named and not path.is_file():
        raise SettingsError(f"--config {path}: expected a TOML file, and there is none")
    settings = Settings()
    if path.is_file():
        settings = _apply(settings, _flatten(_read_toml(path), path), _from_toml)
    chosen = _from_environment(environment), _from_flags(args)
    settings = _with_profile(settings, chosen[0] | chosen[1])
    settings = _apply(settings, chosen[0], _from_string)
    return _apply(settings, chosen[1], _from_flag)


def _with_profile(settings: Settings, chosen: Raw) -> Settings:
    """The user's fitted settings go before the environment and flags, which may overrule them."""
    user = chosen.get("keystroke.user", (settings.keystroke.user, ""))[0]
    if not user:
        return settings
    path = profile_file(user)
    if not path.is_file():
        return settings
    return _apply(settings, _flatten(_read_toml(path), path), _from_toml)


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


Raw = dict[str, tuple[Any, str]]


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: expected a readable TOML file: {error}") from error


def _flatten(tree: dict[str, Any], path: Path) -> Raw:
    flat: Raw = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": (v, str(path)) for inner, v in value.items()})
        else:
            flat[key] = (value, str(path))
    return flat


def _from_environment(environment: Mapping[str, str]) -> Raw:
    by_variable = {_variable(name): name for name in setting_names()}
    raw: Raw = {}
    for variable, value in environment.items():
        if not variable.startswith("C2K_"):
            continue
        if variable not in by_variable:
            continue  # other tools may use the prefix; a typo in a file or flag is an error
        raw[by_variable[variable]] = (value, f"environment variable {variable}")
    return raw


def _variable(name: str) -> str:
    return "C2K_" + name.replace(".", "_").upper()


def _from_flags(args: argparse.Namespace | None) -> Raw:
    if args is None:
        return {}
    known = setting_names()
    raw: Raw = {}
    for attribute, value in vars(args).items():
        name = attribute.replace("__", ".")
        if value is not None and name in known and ("__" in attribute or name == "layout"):
            raw[name] = (value, f"flag for {name}")
    return raw


def _apply(settings: Settings, raw: Raw, convert: Callable[[Any, Any], Any]) -> Settings:
    known = setting_names()
    for name, (value, origin) in raw.items():
        if name not in known:
            raise SettingsError(
                f"{origin}: unknown setting '{name}'; expected one of {', '.join(known)}"
            )
        checked = _check(name, known[name], value, origin, convert)
        section, _, inner = name.rpartition(".")
        if section:
            part = dataclasses.replace(getattr(settings, section), **{inner: checked})
            settings = dataclasses.replace(settings, **{section: part})
        else:
            settings = dataclasses.replace(settings, **{name: checked})
    return settings


def _check(
    name: str,
    entry: dataclasses.Field[Any],
    value: Any,
    origin: str,
    convert: Callable[[Any, Any], Any],
) -> Any:
    wanted = type(entry.default)
    try:
        result = convert(value, wanted)
    except (TypeError, ValueError):
        raise SettingsError(f"{origin}: {name} = {value!r}: expected {_allowed(entry)}") from None
    low, high, choices = (entry.metadata[k] for k in ("low", "high", "choices"))
    wrong = choices is not None and result not in choices
    if wanted in (int, float):
        wrong = wrong or (low is not None and not result >= low)
        wrong = wrong or (high is not None and not result <= high)
    if wrong:
        raise SettingsError(f"{origin}: {name} = {value!r}: expected {_allowed(entry)}")
    return result


def _allowed(entry: dataclasses.Field[Any]) -> str:
    low, high, choices = (entry.metadata[k] for k in ("low", "high", "choices"))
    if choices:
        return "one of " + ", ".join(choices)
    kind = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[
        type(entry.default)
    ]
    if low is not None and high is not None:
        return f"{kind} from {low:g} to {high:g}"
    return kind


def _from_toml(value: Any, wanted: type) -> Any:
    if wanted is float and type(value) is int:
        return float(value)
    if wanted is str and type(value) is int:
        return str(value)  # source = 0 is what people write
    if type(value) is not wanted:
        raise TypeError
    return value


def _from_string(value: str, wanted: type) -> Any:
    if wanted is bool:
        words = {"1": True, "true": True, "yes": True, "on": True}
        words |= {"0": False, "false": False, "no": False, "off": False}
        if value.strip().lower() not in words:
            raise ValueError
        return words[value.strip().lower()]
    return wanted(value)


def _from_flag(value: Any, wanted: type) -> Any:
    return _from_string(value, wanted) if isinstance(value, str) else wanted(value)


__all__ = [
    "CameraSettings",
    "DetectorSettings",
    "KeystrokeSettings",
    "OutputSettings",
    "RegistrySettings",
    "Settings",
    "TextSettings",
    "UISettings",
    "defaults",
    "load_settings",
    "setting",
    "setting_names",
]
