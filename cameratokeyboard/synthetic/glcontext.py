"""OpenGL without a window: EGL on Linux (llvmpipe without a GPU), the system's own elsewhere."""

from __future__ import annotations

import os
import sys
from importlib import resources
from typing import Any

from cameratokeyboard.errors import MissingExtraError, SimulationError


def make_context() -> Any:
    """A moderngl context without a window.

    Raises MissingExtraError without moderngl, SimulationError when no OpenGL can be had.
    """
    try:
        import moderngl
    except ImportError:
        raise MissingExtraError("rendering", "synthetic") from None
    options: dict[str, Any] = {"backend": "egl"} if sys.platform.startswith("linux") else {}
    try:
        context = moderngl.create_context(standalone=True, require=330, **options)
    except Exception as error:
        raise SimulationError(
            f"rendering: expected OpenGL 3.3 without a window, got '{error}'; on Linux install "
            "libegl1 and libgl1-mesa-dri"
        ) from error
    context.gc_mode = "auto"
    return context


def limit_threads(threads: int = 1) -> None:
    """Keep software rendering to this many threads; must run before the context is made."""
    os.environ.setdefault("LP_NUM_THREADS", str(threads))


def shader_source(name: str) -> str:
    """The text of a file of the folder ``shaders``."""
    return (resources.files("cameratokeyboard.synthetic") / "shaders" / name).read_text("utf-8")


def vertex_layout(program: Any, formats: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Vertex format and names without the inputs that the compiler has dropped."""
    kept: list[str] = []
    parts = []
    waiting = list(names)
    for part in formats.split():
        if part.endswith("x"):
            parts.append(part)
            continue
        name = waiting.pop(0)
        if name in program:
            parts.append(part)
            kept.append(name)
        else:
            parts.append(f"{4 * int(part[:-1])}x")
    return " ".join(parts), *kept
