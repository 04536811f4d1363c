"""The subcommands of ``c2k``, one module each.

A command module has ``NAME``, ``HELP`` (one line), ``EXAMPLE``, ``add_arguments(parser)`` and
``run(args) -> int``; it imports heavy things only inside ``run`` and signals failure by a C2KError.
"""

#: Module names in the order in which ``c2k --help`` lists them.
COMMAND_MODULES = (
    "run",
    "demo",
    "devices",
    "doctor",
    "mat",
    "layouts",
    "detect",
    "record",
    "tune",
    "simulate",
    "synthesize",
    "realism",
    "train",
    "evaluate",
    "benchmark",
    "models",
)
