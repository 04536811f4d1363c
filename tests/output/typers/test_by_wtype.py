from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from cameratokeyboard.errors import OutputError
from cameratokeyboard.output.typers.base import SPECIAL_KEYS
from cameratokeyboard.output.typers.by_wtype import XKB_NAMES, WtypeTyper, run_program


class Runs:
    """Remembers the commands; complains when told to."""

    def __init__(self, problem: str = "") -> None:
        self.calls: list[list[str]] = []
        self.problem = problem

    def __call__(self, arguments: Sequence[str]) -> str:
        self.calls.append(list(arguments))
        return self.problem


class TestWtypeTyper:
    def test_text_that_looks_like_an_option_is_text(self) -> None:
        runs = Runs()
        WtypeTyper("wtype", runs).write("-k x")
        assert runs.calls == [["wtype", "--", "-k x"]]

    def test_modifiers_are_let_go_in_the_opposite_order(self) -> None:
        runs = Runs()
        WtypeTyper("wtype", runs).tap("c", ("ctrl", "win"))
        assert runs.calls == [
            ["wtype", "-M", "ctrl", "-M", "logo", "-k", "c", "-m", "logo", "-m", "ctrl"]
        ]

    @pytest.mark.parametrize(
        ("key", "name"), [("enter", "Return"), ("page_up", "Prior"), ("f5", "F5"), ("/", "U002F")]
    )
    def test_keys_have_the_names_of_xkb(self, key: str, name: str) -> None:
        runs = Runs()
        WtypeTyper("wtype", runs).tap(key)
        assert runs.calls == [["wtype", "-k", name]]

    def test_every_special_key_has_a_name(self) -> None:
        assert set(XKB_NAMES) == SPECIAL_KEYS

    def test_opening_tries_it_without_writing_anything(self) -> None:
        runs = Runs()
        WtypeTyper("wtype", runs).open()
        assert runs.calls == [["wtype", "-M", "shift", "-m", "shift"]]

    def test_what_it_complains_of_is_passed_on(self) -> None:
        typer = WtypeTyper("wtype", Runs("Compositor does not support the virtual keyboard"))
        with pytest.raises(OutputError, match="wtype fails: Compositor does not support"):
            typer.open()


class TestRunProgram:
    def test_success_is_silence(self) -> None:
        assert run_program([sys.executable, "-c", "pass"]) == ""

    def test_failure_is_told_by_its_message_or_its_code(self) -> None:
        assert run_program([sys.executable, "-c", "raise SystemExit('no seat')"]) == "no seat"
        assert run_program([sys.executable, "-c", "raise SystemExit(3)"]) == "exit code 3"

    def test_a_program_that_is_not_there_is_told(self) -> None:
        assert run_program(["/no/such/program"]) != ""
