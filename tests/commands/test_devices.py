from __future__ import annotations

import json

import pytest

from cameratokeyboard.capture.camera import CameraInfo
from cameratokeyboard.capture.opencv import Mode
from cameratokeyboard.cli import main
from cameratokeyboard.commands.devices import describe
from cameratokeyboard.errors import SourceError

CAMERAS = [CameraInfo(0, "Integrated"), CameraInfo(2, "Logitech")]


def probe(index: int) -> list[Mode]:
    if index == 2:
        raise SourceError("camera 2: it is there but cannot be opened")
    return [Mode(640, 480, 30.0), Mode(1280, 720, 30.0)]


class TestDescribe:
    def test_gives_index_name_and_modes(self) -> None:
        first = describe(CAMERAS, probe)[0]
        assert (first["index"], first["name"], first["problem"]) == (0, "Integrated", "")
        assert first["modes"][1] == {"width": 1280, "height": 720, "fps": 30.0}

    def test_a_busy_camera_is_listed_with_its_problem(self) -> None:
        second = describe(CAMERAS, probe)[1]
        assert second["modes"] == []
        assert "cannot be opened" in second["problem"]

    def test_cameras_can_be_left_alone(self) -> None:
        opened: list[int] = []

        def counting(index: int) -> list[Mode]:
            opened.append(index)
            return []

        assert len(describe(CAMERAS, counting, with_modes=False)) == 2
        assert opened == []

    def test_where_none_is_listed_those_that_open_are_found(self) -> None:
        def only_one(index: int) -> list[Mode]:
            if index != 1:
                raise SourceError("no such camera")
            return [Mode(640, 480, 30.0)]

        assert [camera["index"] for camera in describe([], only_one)] == [1]


class TestDevices:
    def test_json_is_a_list(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["devices", "--json", "--no-modes"]) == 0
        assert isinstance(json.loads(capsys.readouterr().out), list)

    def test_says_something_in_any_case(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["devices", "--no-modes"]) == 0
        assert capsys.readouterr().out.strip()
