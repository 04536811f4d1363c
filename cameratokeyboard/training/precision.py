"""Whether this processor trains faster in 16 bits."""

from __future__ import annotations

from typing import Any

import torch


def computes_in_16_bits() -> bool:
    """Whether this processor has instructions for bfloat16; emulated it would only be slower."""
    known: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))
