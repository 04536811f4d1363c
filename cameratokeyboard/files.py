"""Files that are whole or not there: written under a temporary name, then moved."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

#: Ending of the names under which files are written; nobody reads those.
PART = ".part"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside ``path``, its own for each call; what is written there becomes ``path``.

    The file moves into place when the block ends well. After an error it is removed, and what
    ``path`` held before is still there. Raises OSError where the folder cannot be written to.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        yield part
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong first is what is to be told
            part.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or none. Raises OSError."""
    with replacing(path) as part:
        part.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a whole file or none, in UTF-8 with plain line ends everywhere. Raises OSError."""
    write_bytes(path, text.encode())


def write_private_text(path: Path, text: str) -> None:
    """Write a whole file or none that only its owner may read. Raises OSError."""
    with replacing(path) as part:
        part.touch(mode=0o600, exist_ok=False)
        part.write_text(text, encoding="utf-8", newline="\n")
