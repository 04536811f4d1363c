"""What every test needs to be independent of the others."""

from __future__ import annotations

import contextlib

# Triton, which comes with torch, brings an LLVM of its own; so does OpenGL in software. In this
# order both can be loaded; the other way round the process dies. The program itself never
# loads both.
with contextlib.suppress(ImportError):
    import triton  # noqa: F401
