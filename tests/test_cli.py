from __future__ import annotations

import argparse
import types

import pytest

from cameratokeyboard import cli
from cameratokeyboard.commands import COMMAND_MODULES
from cameratokeyboard.errors import SourceError


def command(error: BaseException | None) -> types.SimpleNamespace:
    def run(args: argparse.Namespace) -> int:
        if error is not None:
            raise error
        return 0

    return types.SimpleNamespace(
        NAME="run", HELP="do", EXAMPLE="c2k run", add_arguments=lambda parser: None, run=run
    )


@pytest.fixture
def run_with(monkeypatch: pytest.MonkeyPatch):
    def run(error: BaseException | None, *arguments: str) -> int:
        monkeypatch.setattr(cli, "_command_modules", lambda: [command(error)])
        return cli.main(list(arguments))

    return run


class TestMain:
    def test_a_command_that_ends_well_exits_with_0(self, run_with) -> None:
        assert run_with(None, "run") == 0

    def test_without_a_command_run_is_meant(self, run_with) -> None:
        assert run_with(None) == 0

    def test_a_failure_is_one_line_on_stderr_and_1(self, run_with, capsys) -> None:
        assert run_with(SourceError("camera 9:\n  not there"), "run") == 1
        captured = capsys.readouterr()
        assert captured.err == "c2k: camera 9: not there\n"
        assert captured.out == ""

    def test_an_unexpected_failure_is_one_line_too(self, run_with, capsys) -> None:
        assert run_with(ZeroDivisionError("x"), "run") == 1
        assert "unexpected ZeroDivisionError" in capsys.readouterr().err

    def test_debug_lets_the_trace_through(self, run_with) -> None:
        with pytest.raises(SourceError):
            run_with(SourceError("x"), "run", "--debug")

    def test_an_unknown_command_is_wrong_usage(self, run_with, capsys) -> None:
        assert run_with(None, "fly") == 2
        assert "fly" in capsys.readouterr().err

    def test_ctrl_c_is_one_line_and_not_a_trace(self, run_with, capsys) -> None:
        assert run_with(KeyboardInterrupt(), "run") == 1
        assert capsys.readouterr().err == "c2k: stopped\n"


class TestCommands:
    @pytest.mark.parametrize("name", COMMAND_MODULES)
    def test_every_command_has_help_with_an_example(self, name: str, capsys) -> None:
        assert cli.main([name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert "Example: c2k" in shown
