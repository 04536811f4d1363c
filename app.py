"""Start Camera to Keyboard from a checkout: ``python app.py`` is the same program as ``c2k``."""

from __future__ import annotations

import sys

from cameratokeyboard.cli import main

if __name__ == "__main__":
    sys.exit(main())
