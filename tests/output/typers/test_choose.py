from __future__ import annotations

import pytest

from cameratokeyboard.errors import OutputError
from cameratokeyboard.output.typers.choose import candidates, is_wayland, open_typer
from tests.output.builders import FakeTyper

WAYLAND = {"XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}


def names(platform: str, environment: dict[str, str], wtype: bool, uinput: bool) -> list[str]:
    found = candidates(
        platform,
        environment,
        which=lambda name: "/usr/bin/wtype" if wtype else None,
        may_write=lambda path: uinput,
    )
    return [typer.name for typer in found]


class TestIsWayland:
    @pytest.mark.parametrize(
        ("environment", "wayland"),
        [
            (WAYLAND, True),
            ({"WAYLAND_DISPLAY": "wayland-0"}, True),
            ({"XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": "left-over"}, False),
            ({"DISPLAY": ":0"}, False),
            ({}, False),
        ],
    )
    def test_goes_by_the_session(self, environment: dict[str, str], wayland: bool) -> None:
        assert is_wayland(environment) is wayland


class TestCandidates:
    @pytest.mark.parametrize(
        ("platform", "environment"),
        [("win32", {}), ("darwin", {}), ("linux", {"DISPLAY": ":0"}), ("win32", WAYLAND)],
    )
    def test_pynput_serves_windows_macos_and_x11(
        self, platform: str, environment: dict[str, str]
    ) -> None:
        assert names(platform, environment, wtype=True, uinput=True) == ["pynput"]

    def test_wayland_prefers_wtype_and_falls_back_to_uinput(self) -> None:
        assert names("linux", WAYLAND, wtype=True, uinput=True) == ["wtype", "uinput"]
        assert names("linux", WAYLAND, wtype=False, uinput=True) == ["uinput"]

    def test_wayland_without_either_says_what_to_do(self) -> None:
        with pytest.raises(OutputError, match=r"apt install wtype.*60-uinput\.rules"):
            names("linux", WAYLAND, wtype=False, uinput=False)


class Broken(FakeTyper):
    name = "broken"

    def open(self) -> None:
        raise OutputError("the compositor has no virtual keyboard")


class TestOpenTyper:
    def test_takes_the_first_that_works(self) -> None:
        broken, good = Broken(), FakeTyper()
        assert open_typer([broken, good]) is good
        assert broken.closed.is_set()

    def test_raises_the_last_reason_when_none_works(self) -> None:
        with pytest.raises(OutputError, match="no virtual keyboard"):
            open_typer([Broken(), Broken()])
