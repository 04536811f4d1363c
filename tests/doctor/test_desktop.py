from __future__ import annotations

import pytest

from cameratokeyboard.doctor.base import Verdict
from cameratokeyboard.doctor.desktop import check_display, check_typing, start_display
from cameratokeyboard.errors import OutputError
from tests.output.builders import FakeTyper


class TestCheckDisplay:
    @pytest.mark.parametrize(
        ("driver", "verdict"),
        [("x11", Verdict.OK), ("windows", Verdict.OK), ("offscreen", Verdict.WARN)],
    )
    def test_a_display_nobody_sees_is_told(self, driver: str, verdict: Verdict) -> None:
        assert check_display(lambda: driver).verdict is verdict

    def test_no_display_is_told_with_what_to_do(self) -> None:
        def broken() -> str:
            raise RuntimeError("No available video device")

        finding = check_display(broken)
        assert finding.verdict is Verdict.WARN
        assert "--ui terminal" in finding.advice


class TestStartDisplay:
    def test_gives_the_drivers_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
        assert start_display() == "dummy"


class TestCheckTyping:
    def test_a_way_that_works_is_named_and_closed_again(self) -> None:
        typer = FakeTyper()
        finding = check_typing(lambda: typer)
        assert (finding.verdict, finding.detail) == (Verdict.OK, "by fake")
        assert typer.closed.is_set()
        assert typer.window == ""

    def test_no_way_is_a_warning_with_the_reason_once(self) -> None:
        def broken() -> FakeTyper:
            raise OutputError("typing into other applications: no permission")

        finding = check_typing(broken)
        assert (finding.verdict, finding.detail) == (Verdict.WARN, "no permission")
