"""`calcharo -v`, `-vv` and `--log-json`: what Calcharo itself has to say, on standard error."""

from __future__ import annotations

import logging
import os
from typing import TextIO

from calcharo_vm.logs import JsonFormatter, logger_of, private_handler

__all__ = ["log_to_stderr"]

_FORMAT = "calcharo: %(levelname)s: %(name)s: %(message)s"


def log_to_stderr(verbosity: int, *, as_json: bool = False) -> None:
    """Show warnings, for 1 what is done as well, for 2 all details.

    They go to the process's own standard error by a descriptor of their own: whatever a program makes of
    `sys.stderr` is its own affair.
    """
    stream: TextIO = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    handler = private_handler(logging.StreamHandler(stream))
    handler.setFormatter(JsonFormatter() if as_json else logging.Formatter(_FORMAT))
    logger = logger_of()
    logger.addHandler(handler)
    logger.setLevel({0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG))
