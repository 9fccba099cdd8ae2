"""Runs the command: `python -m calcharo ...` is `calcharo ...`."""

from __future__ import annotations

import sys

from calcharo_vm.cli import main

if __name__ == "__main__":
    sys.exit(main())
