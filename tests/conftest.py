"""What every test needs to be independent of the others."""

from __future__ import annotations

import contextlib

# Triton, which comes with torch, brings an LLVM of its own; so does OpenGL in software. Loaded in this
# order both work in one process; the other way round the process dies. The program itself never
# loads both.
with contextlib.suppress(ImportError):
    import triton  # noqa: F401
