from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import Frame
from cameratokeyboard.doctor.base import Verdict
from cameratokeyboard.doctor.camera import Watched, check_camera, judge, watch
from cameratokeyboard.errors import SourceError
from tests import builders as b


def camera(fps: float, level: int = 128, seconds: float = 5.0) -> b.FakeSource:
    image = np.full((480, 640, 3), level, np.uint8)
    image[::2] = min(level + 40, 255)
    return b.FakeSource([Frame(image, n / fps, n) for n in range(int(seconds * fps))])


class TestWatch:
    @pytest.mark.parametrize("fps", [10.0, 30.0, 60.0])
    def test_measures_rate_size_and_light(self, fps: float) -> None:
        watched = watch(camera(fps, level=100))
        assert watched is not None
        assert watched.fps == pytest.approx(fps)
        assert watched.size_wh == (640, 480)
        assert watched.brightness == pytest.approx(120)

    def test_stops_after_a_moment(self) -> None:
        source = camera(30, seconds=60)
        watch(source)
        assert source.read() is not None

    def test_without_a_frame_there_is_nothing(self) -> None:
        assert watch(b.FakeSource([])) is None


class TestJudge:
    @pytest.mark.parametrize(
        ("watched", "subject", "verdict"),
        [
            (Watched((1280, 720), 30.0, 120.0, 40.0), "frame rate", Verdict.OK),
            (Watched((1280, 720), 12.0, 120.0, 40.0), "frame rate", Verdict.WARN),
            (Watched((1280, 720), 30.0, 120.0, 40.0), "light", Verdict.OK),
            (Watched((1280, 720), 30.0, 20.0, 10.0), "light", Verdict.WARN),
            (Watched((1280, 720), 30.0, 240.0, 10.0), "light", Verdict.WARN),
            (Watched((1280, 720), 30.0, 0.0, 0.0), "light", Verdict.FAIL),
            (Watched((320, 240), 30.0, 120.0, 40.0), "picture size", Verdict.WARN),
        ],
    )
    def test_says_what_is_wrong(self, watched: Watched, subject: str, verdict: Verdict) -> None:
        found = {finding.subject: finding for finding in judge(watched)}
        assert found[subject].verdict is verdict
        assert bool(found[subject].advice) is (verdict is not Verdict.OK)


class TestCheckCamera:
    def test_a_good_camera_is_good(self) -> None:
        findings = check_camera(lambda: camera(30), needed=True, live=True)
        assert {finding.verdict for finding in findings} == {Verdict.OK}
        assert findings[0].subject == "camera"

    @pytest.mark.parametrize(("needed", "verdict"), [(True, Verdict.FAIL), (False, Verdict.WARN)])
    def test_a_missing_camera_is_a_failure_when_one_was_asked_for(
        self, needed: bool, verdict: Verdict
    ) -> None:
        def broken() -> b.FakeSource:
            raise SourceError("camera 0: no camera was found")

        (finding,) = check_camera(broken, needed=needed, live=True)
        assert finding.verdict is verdict
        assert finding.advice

    def test_a_source_without_a_frame_fails(self) -> None:
        (finding,) = check_camera(lambda: b.FakeSource([]), needed=True, live=True)
        assert finding.verdict is Verdict.FAIL

    def test_rate_and_light_of_a_file_are_not_judged(self) -> None:
        assert len(check_camera(lambda: camera(5), needed=True, live=False)) == 1
