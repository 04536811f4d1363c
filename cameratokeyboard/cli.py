"""The command line: finds the subcommand, runs it, turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from cameratokeyboard import __version__
from cameratokeyboard.commands import COMMAND_MODULES
from cameratokeyboard.errors import C2KError

EXIT_FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code: 0 done, 1 failed, 2 wrong usage."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    try:
        args = parser.parse_args(_with_default_command(arguments))
    except SystemExit as stop:  # argparse has printed its line
        return int(stop.code or 0)
    try:
        return int(args.command.run(args))
    except KeyboardInterrupt:
        print("c2k: stopped", file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:
        # The reader of our output has gone (as with `| head`): nothing is left to be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except C2KError as error:
        if args.debug:
            raise
        print(f"c2k: {_one_line(error)}", file=sys.stderr)
        return EXIT_FAILED
    except Exception as error:
        if args.debug:
            raise
        kind = type(error).__name__
        print(
            f"c2k: unexpected {kind}: {_one_line(error)}; run again with --debug for details",
            file=sys.stderr,
        )
        return EXIT_FAILED


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="c2k",
        description="Type on a printed sheet of paper in front of any camera.",
        epilog="Without a command, 'run' is meant: c2k --source demo. Example: c2k demo",
    )
    parser.add_argument("--version", action="version", version=f"c2k {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in _command_modules():
        sub = commands.add_parser(
            module.NAME,
            help=module.HELP,
            description=module.HELP[:1].upper() + module.HELP[1:] + ".",
            epilog=f"Example: {module.EXAMPLE}",
        )
        module.add_arguments(sub)
        sub.add_argument("--config", metavar="FILE", help="settings file (TOML)")
        sub.add_argument("--debug", action="store_true", help="show full error traces")
        sub.set_defaults(command=module)
    return parser


def _command_modules() -> list[ModuleType]:
    return [importlib.import_module(f"cameratokeyboard.commands.{n}") for n in COMMAND_MODULES]


def _with_default_command(arguments: list[str]) -> list[str]:
    """``c2k`` alone and ``c2k --source X`` mean ``c2k run``; help and version stay with the top."""
    if not arguments:
        return ["run"]
    first = arguments[0]
    if first.startswith("-") and first not in {"-h", "--help", "--version"}:
        return ["run", *arguments]
    return arguments


if __name__ == "__main__":
    sys.exit(main())
