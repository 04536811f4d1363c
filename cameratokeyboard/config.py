"""Where settings come from: defaults, then the user's file, then the environment, then flags.

What can be set is declared in ``settings.py``. ``C2K_CAMERA_FPS`` is the environment's name of
``camera.fps``; in the file (TOML) it is ``fps`` in the table ``[camera]``.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.settings import (
    CameraSettings,
    DetectorSettings,
    KeystrokeSettings,
    OutputSettings,
    RegistrySettings,
    Settings,
    TextSettings,
    UISettings,
    defaults,
    setting,
    setting_names,
)
from cameratokeyboard.userfiles import profile_file, user_config_file

#: Raw values by dotted name, each with where it came from, for messages.
Raw = dict[str, tuple[Any, str]]


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
